/* The signed log, asked over the socket: checkpoints, proofs, another key. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"
#include "tlog/tlog.h"

static struct text text_at(const json_t *result, const char *member)
{
	const char *text = json_member_text(result, member);

	assert_non_null(text);
	return text_of(text);
}

static struct tlog_verifier verifier_of(const json_t *result)
{
	struct tlog_verifier v;
	struct err e = {.status = 0};

	if (tlog_verifier_read(text_at(result, "key"), &v, &e) != 0)
		fail_msg("%s", e.text);
	return v;
}

static struct checkpoint checkpoint_of(const json_t *result)
{
	struct checkpoint c;
	struct err e = {.status = 0};

	if (checkpoint_read(text_at(result, "checkpoint"), &c, &e) != 0)
		fail_msg("%s", e.text);
	return c;
}

/* ---- a decision and its proof --------------------------------------------- */

static void a_decision_is_proved_to_whoever_has_the_key(void **state)
{
	struct scene *s = *state;
	json_t *result = decided(s, NULL);
	const json_t *log = json_object_get(result, "log");
	json_t *newest = called(s, "log.checkpoint", NULL);
	json_t *params = json_pack("{sO}", "decision_id", json_object_get(result, "decision_id"));
	json_t *answer = peer_call(scene_peer(s), "log.proof", params);
	const json_t *proved = json_object_get(answer, "result");
	struct tlog_verifier v = verifier_of(newest);
	struct err e = {.status = 0};
	struct proof_text p;
	struct buffer entry;
	struct checkpoint c;
	char hex[DIGEST_HEX];

	buffer_init(&entry);
	if (proof_text_read(text_at(proved, "proof"), &p, &entry, &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(checkpoint_check(p.checkpoint, &v), NOTE_GOOD);
	assert_int_equal(checkpoint_read(p.checkpoint, &c, &e), 0);
	struct digest leaf = digest_leaf(p.extra.bytes, p.extra.length);
	assert_true(tree_check_inclusion(&p.proof, p.index, c.size, &leaf, &c.root));
	/* It is the very leaf that the decision's answer told. */
	hex_format(leaf.bytes, sizeof leaf.bytes, hex);
	assert_string_equal(json_member_text(log, "leaf_hash"), hex);
	assert_int_equal(json_member_integer(log, "leaf_index", -1), p.index);
	assert_int_equal(json_member_integer(result, "sequence", -1), p.index + 1);
	/* And what it proves is this decision. */
	json_t *logged = json_read(p.extra, &e);
	assert_string_equal(json_member_text(logged, "id"),
			    json_member_text(result, "decision_id"));
	leaf.bytes[0] ^= 1;
	assert_false(tree_check_inclusion(&p.proof, p.index, c.size, &leaf, &c.root));
	buffer_deinit(&entry);
	json_decref(logged);
	json_decref(answer);
	json_decref(newest);
	json_decref(result);
}

static void the_log_is_shown_to_have_only_grown(void **state)
{
	struct scene *s = *state;
	json_t *before = called(s, "log.checkpoint", NULL);
	struct checkpoint from = checkpoint_of(before), to;
	char params[64];

	for (int i = 0; i < 5; i++)
		json_decref(decided(s, NULL));
	json_t *after = called(s, "log.checkpoint", NULL);
	to = checkpoint_of(after);
	assert_int_equal(to.size, from.size + 5);
	assert_true(snprintf(params, sizeof params, "{'from': %d, 'to': %d}", (int)from.size,
			     (int)to.size) > 0);
	json_t *result = called(s, "log.consistency", params);
	const json_t *hashes = json_object_get(result, "hashes");
	struct tree_proof proof = {.count = json_array_size(hashes)};
	for (size_t i = 0; i < proof.count; i++) {
		struct buffer raw;
		buffer_init(&raw);
		assert_true(
			base64_read(text_of(json_string_value(json_array_get(hashes, i))), &raw));
		assert_int_equal(raw.length, DIGEST_BYTES);
		memcpy(proof.hashes[i].bytes, raw.bytes, DIGEST_BYTES);
		buffer_deinit(&raw);
	}
	assert_true(tree_check_consistency(&proof, from.size, &from.root, to.size, &to.root));
	from.root.bytes[0] ^= 1;
	assert_false(tree_check_consistency(&proof, from.size, &from.root, to.size, &to.root));
	json_decref(result);
	json_decref(after);
	json_decref(before);
}

static void what_cannot_be_proved_is_said(void **state)
{
	struct scene *s = *state;

	json_decref(fails(s, "log.proof", "{'sequence': 999999}", -32002));
	json_decref(fails(s, "log.proof", "{'decision_id': '7-000000000000'}", -32002));
	json_decref(fails(s, "log.proof", "{}", -32602));
	json_decref(fails(s, "log.consistency", "{'from': 2, 'to': 1}", -32602));
	json_decref(fails(s, "log.consistency", "{'from': 1, 'to': 999999}", -32002));
	json_decref(fails(s, "log.consistency", "{'from': 999999}", -32002));
	json_decref(fails(s, "log.consistency", "{'from': -1}", -32602));
	json_decref(fails(s, "log.rotate", "{}", -32602));
}

/* ---- the key ---------------------------------------------------------------- */

static void another_key_signs_from_a_rotation_on(void **state)
{
	struct scene *s = *state;
	json_t *before = called(s, "log.checkpoint", NULL);
	struct tlog_verifier old = verifier_of(before);
	json_t *rotated = called(s, "log.rotate", "{'reason': 'a year is over'}");
	json_t *after = called(s, "log.checkpoint", NULL);
	struct tlog_verifier new = verifier_of(after);

	assert_string_equal(json_member_text(rotated, "key"), json_member_text(after, "key"));
	assert_string_equal(json_member_text(rotated, "previous"), json_member_text(before, "key"));
	assert_int_equal(checkpoint_check(text_at(after, "checkpoint"), &old), NOTE_GOOD);
	assert_int_equal(checkpoint_check(text_at(after, "checkpoint"), &new), NOTE_GOOD);
	json_decref(decided(s, NULL));
	json_t *later = called(s, "log.checkpoint", NULL);
	assert_int_equal(checkpoint_check(text_at(later, "checkpoint"), &old), NOTE_NOT_HIS);
	assert_int_equal(checkpoint_check(text_at(later, "checkpoint"), &new), NOTE_GOOD);
	/* Killed and started again it signs with the same key. */
	scene_kill(s);
	scene_start(s, NULL);
	json_t *again = called(s, "log.checkpoint", NULL);
	assert_string_equal(json_member_text(again, "key"), json_member_text(after, "key"));
	assert_false(scene_said(s, "another key"));
	json_decref(again);
	json_decref(later);
	json_decref(after);
	json_decref(rotated);
	json_decref(before);
}

static void a_lost_key_is_said_loudly(void **state)
{
	struct scene *s = *state;
	char path[PATH_TEXT + 8];

	scene_stop(s);
	assert_true(snprintf(path, sizeof path, "%s.key", s->log) > 0);
	assert_int_equal(unlink(path), 0);
	scene_start(s, NULL);
	assert_true(scene_said(s, "another key has signed the log so far"));
	assert_int_equal(scene_sql_number(s, "SELECT count(DISTINCT json_extract(entry,"
					     " '$.body.key')) FROM entries WHERE kind = 'start'"),
			 2);
}

static void evaluators_hold_no_key(void **state)
{
	struct scene *s = *state;
	pid_t evaluators[EVALUATORS_MAX];
	size_t count = scene_evaluators(s, evaluators);
	char path[PATH_TEXT + 8], name[64], target[512];
	struct stat about;

	assert_true(snprintf(path, sizeof path, "%s.key", s->log) > 0);
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 07777, 0600);
	assert_true(count > 0);
	for (size_t i = 0; i < count; i++) {
		assert_true(snprintf(name, sizeof name, "/proc/%d/fd", (int)evaluators[i]) > 0);
		DIR *dir = opendir(name);
		assert_non_null(dir);
		for (struct dirent *each; (each = readdir(dir)) != NULL;) {
			ssize_t n = readlinkat(dirfd(dir), each->d_name, target, sizeof target - 1);
			if (n <= 0)
				continue;
			target[n] = '\0';
			if (strstr(target, s->log) != NULL)
				fail_msg("an evaluator holds %s", target);
		}
		assert_int_equal(closedir(dir), 0);
	}
}

#define ALONE(test) cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ALONE(a_decision_is_proved_to_whoever_has_the_key),
		ALONE(the_log_is_shown_to_have_only_grown),
		ALONE(what_cannot_be_proved_is_said),
		ALONE(another_key_signs_from_a_rotation_on),
		ALONE(a_lost_key_is_said_loudly),
		ALONE(evaluators_hold_no_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
