/*
 * The daemon's own log, handed to verifiers of others: what it signs, proves and
 * publishes is accepted, and refused where one byte of it is another. The verifiers
 * are told of in tests/verifiers/README.md.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"
#include "tlog/tlog.h"

/* ---- files for them ------------------------------------------------------- */

static void write_file(const struct scene *s, const char *name, struct text text)
{
	char path[PATH_TEXT + 64];
	FILE *f;

	assert_true(snprintf(path, sizeof path, "%s/%s", s->dir, name) > 0);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(fwrite(text.bytes, 1, text.length, f), text.length);
	assert_int_equal(fclose(f), 0);
}

static void write_member(const struct scene *s, const char *name, const json_t *result,
			 const char *member)
{
	const char *text = json_member_text(result, member);

	assert_non_null(text);
	write_file(s, name, text_of(text));
}

/* The hashes, a line each. */
static void write_consistency(struct scene *s, json_int_t from, json_int_t to)
{
	char params[80];
	struct buffer lines;
	size_t i;
	const json_t *hash;

	assert_true(snprintf(params, sizeof params, "{'from': %lld, 'to': %lld}", from, to) > 0);
	json_t *result = called(s, "log.consistency", params);
	buffer_init(&lines);
	json_array_foreach(json_object_get(result, "hashes"), i, hash)
		assert_int_equal(buffer_printf(&lines, "%s\n", json_string_value(hash)), 0);
	write_file(s, "consistency",
		   (struct text){lines.bytes != NULL ? lines.bytes : "", lines.length});
	buffer_deinit(&lines);
	json_decref(result);
}

/* ---- asking them ------------------------------------------------------------- */

/* Where the one in Go is built; it stays for the next run. */
static char verifier[PATH_TEXT];

static int build_verifier(void **state)
{
	char command[1024];

	(void)state;
	assert_true(snprintf(verifier, sizeof verifier, "/tmp/awardd-log-verifier-%d", getuid()) >
		    0);
	assert_true(snprintf(command, sizeof command, "'%s/tests/verifiers/compile' '%s'",
			     AWARDD_SOURCE, verifier) > 0);
	return system(command);
}

static int asked(const struct scene *s, const char *program, const char *key, const char *arguments)
{
	char command[2048];
	int status;

	assert_true(snprintf(command, sizeof command, "cd '%s' && %s --vkey '%s' %s >said 2>&1",
			     s->dir, program, key, arguments) > 0);
	status = system(command);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) > 1) {
		fail_msg("%s cannot read what it was given: see %s/said", program, s->dir);
	}
	return WEXITSTATUS(status);
}

static void are_asked(const struct scene *s, const char *key, const char *extra, int wanted)
{
	char go[PATH_TEXT + 32], arguments[256];

	assert_true(snprintf(go, sizeof go, "'%s/log-verifier'", verifier) > 0);
	assert_true(snprintf(arguments, sizeof arguments, "--proof proof --entry entry %s", extra) >
		    0);
	assert_int_equal(asked(s, go, key, arguments), wanted);
	assert_int_equal(asked(s, "node '" AWARDD_SOURCE "/tests/verifiers/verify.js'", key,
			       "--proof proof --entry entry"),
			 wanted);
}

/* The one in Go alone knows of growth. */
static void are_asked_of_growth(const struct scene *s, const char *key, int wanted)
{
	char go[PATH_TEXT + 32];

	assert_true(snprintf(go, sizeof go, "'%s/log-verifier'", verifier) > 0);
	assert_int_equal(asked(s, go, key,
			       "--checkpoint checkpoint --older older"
			       " --consistency consistency"),
			 wanted);
}

/* ---- the test --------------------------------------------------------------- */

/* Writes the decision's proof, and the entry that it carries; gives the entry. */
static struct buffer take_proof(struct scene *s, const json_t *decision)
{
	json_t *answer = peer_call(scene_peer(s), "log.proof",
				   json_pack("{sO}", "decision_id",
					     json_object_get(decision, "decision_id")));
	const char *text = json_member_text(json_object_get(answer, "result"), "proof");
	struct err e = {.status = 0};
	struct proof_text p;
	struct buffer entry;

	assert_non_null(text);
	write_file(s, "proof", text_of(text));
	buffer_init(&entry);
	if (proof_text_read(text_of(text), &p, &entry, &e) != 0)
		fail_msg("%s", e.text);
	write_file(s, "entry", p.extra);
	json_decref(answer);
	return entry;
}

static void what_it_publishes_is_taken_by_verifiers_of_others(void **state)
{
	static const char whole[] = "--checkpoint checkpoint --older older"
				    " --consistency consistency --tiles tiles";
	struct scene *s = *state;
	char command[1024];

	for (int i = 0; i < 300; i++) /* more than one tile */
		json_decref(decided(s, NULL));
	json_t *older = called(s, "log.checkpoint", NULL);
	json_t *decision = decided(s, NULL);
	json_decref(decided(s, NULL));
	json_t *newest = called(s, "log.checkpoint", NULL);
	const char *key = json_member_text(newest, "key");
	write_member(s, "older", older, "checkpoint");
	write_member(s, "checkpoint", newest, "checkpoint");
	write_consistency(s, json_member_integer(older, "size", 0),
			  json_member_integer(newest, "size", 0));
	struct buffer entry = take_proof(s, decision);
	assert_true(snprintf(command, sizeof command,
			     "'%s' log tiles '%s/tiles' --log '%s' >/dev/null", AWARDCTL_PROGRAM,
			     s->dir, s->log) > 0);
	assert_int_equal(system(command), 0);

	are_asked(s, key, whole, 0);
	are_asked_of_growth(s, key, 0);
	/* One character of the decision is another: of its entry, and in its proof. */
	char *award = strstr(entry.bytes, "quality-lead");
	assert_non_null(award);
	award[0] = 'Q';
	write_file(s, "entry", (struct text){entry.bytes, entry.length});
	are_asked(s, key, whole, 1);
	buffer_deinit(&entry);
	entry = take_proof(s, decision);
	are_asked(s, key, whole, 0);
	/* The older checkpoint says another root, as that of a log that was rewritten would:
	 * the proof that the log only grew from it is none. */
	write_consistency(s, json_member_integer(older, "size", 0) - 1,
			  json_member_integer(newest, "size", 0));
	are_asked_of_growth(s, key, 1);
	json_decref(decision);
	json_decref(newest);
	json_decref(older);
	buffer_deinit(&entry);
}

/* Of what everybody is given there is no entry, but its leaf hash. */
static void what_is_public_is_taken_by_its_leaf_hash(void **state)
{
	struct scene *s = *state;
	char command[1024], go[PATH_TEXT + 32], arguments[256];
	json_t *decision = decided(s, "{'partnership': {'id': 'public'}}");
	json_t *newest = called(s, "log.checkpoint", NULL);
	const char *key = json_member_text(newest, "key");
	char *leaf = strdup(json_member_text(json_object_get(decision, "log"), "leaf_hash"));

	assert_non_null(leaf);
	assert_true(snprintf(command, sizeof command,
			     "AWARDD_SOCKET='%s' '%s' publish '%s/site' >/dev/null", s->socket,
			     AWARDCTL_PROGRAM, s->dir) > 0);
	assert_int_equal(system(command), 0);
	assert_true(snprintf(go, sizeof go, "'%s/log-verifier'", verifier) > 0);
	for (int wanted = 0; wanted <= 1; wanted++) {
		(void)snprintf(arguments, sizeof arguments,
			       "--proof site/proofs/%lld.tlog-proof --leaf %s",
			       json_member_integer(decision, "sequence", 0), leaf);
		assert_int_equal(asked(s, go, key, arguments), wanted);
		leaf[0] = leaf[0] == '0' ? '1' : '0'; /* and then of another */
	}
	free(leaf);
	json_decref(newest);
	json_decref(decision);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_it_publishes_is_taken_by_verifiers_of_others,
						scene_setup, scene_teardown),
		cmocka_unit_test_setup_teardown(what_is_public_is_taken_by_its_leaf_hash,
						scene_setup, scene_teardown),
	};

	return cmocka_run_group_tests(tests, build_verifier, NULL);
}
