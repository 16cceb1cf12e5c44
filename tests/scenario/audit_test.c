/* What an auditor does with a log beside a running daemon: verify, copy, export,
 * publish, check a proof. */
#include "forge.h"

#include <sys/mount.h>
#include <sys/prctl.h>

static void decide_many(struct scene *s, int count)
{
	for (int i = 0; i < count; i++) {
		assert_int_equal(scene_next_area((void **)&s), 0);
		json_decref(decided(s, NULL));
	}
}

/* Whether a file of the scene is there; gives its mode. */
static bool there(const struct scene *s, const char *name, mode_t *mode)
{
	char path[2 * PATH_TEXT];
	struct stat about;

	tool_path(s, name, path);
	if (stat(path, &about) != 0)
		return false;
	*mode = about.st_mode & 07777;
	return true;
}

static void shell_must(const struct scene *s, const char *command)
{
	char whole[1200];

	assert_in_range(snprintf(whole, sizeof whole, "cd '%s' && { %s; } >said 2>&1", s->dir,
				 command),
			1, sizeof whole - 1);
	if (system(whole) != 0) {
		char *said = tool_read(s, "said");
		fail_msg("%s\n%s", command, said);
	}
}

static char *vkey_of(struct scene *s)
{
	char *vkey = TOOL_OUT(s, 0, "log", "key");

	vkey[strcspn(vkey, "\n")] = '\0';
	return vkey;
}

/* ---- beside the daemon ---------------------------------------------------------- */

static void the_log_verifies_while_the_daemon_writes(void **state)
{
	struct scene *s = *state;
	struct stream st;

	stream_open(&st, s, 16, NULL);
	for (int i = 0; i < 5; i++) {
		char *vkey;
		stream_go(&st, 40);
		vkey = vkey_of(s);
		char *kept = TOOL_OUT(s, 0, "log", "checkpoint");
		tool_write(s, "kept", kept);
		stream_go(&st, 40);
		free(TOOL_OUT(s, 0, "log", "verify", "log", "--key", vkey, "--since", "kept"));
		free(kept);
		free(vkey);
	}
	stream_finish(&st);
	stream_deinit(&st);
}

static void a_killed_daemons_log_verifies(void **state)
{
	struct scene *s = *state;

	decide_many(s, 20);
	char *vkey = vkey_of(s);
	scene_kill(s);
	free(TOOL_OUT(s, 0, "log", "verify", "log", "--key", vkey));
	scene_start(s, NULL);
	free(vkey);
}

static void an_erased_log_verifies(void **state)
{
	struct scene *s = *state;
	json_t *one = decided(s, NULL);
	char params[200];

	assert_true(snprintf(params, sizeof params,
			     "{'decision_id': '%s', 'by': 'A. Keeper', 'reason': 'asked for'}",
			     json_member_text(one, "decision_id")) > 0);
	json_decref(called(s, "decisions.erase", params));
	decide_many(s, 2);
	json_decref(decided(s, NULL));
	assert_true(snprintf(params, sizeof params,
			     "{'partnership': 'area-%d', 'by': 'A. Keeper', 'reason': 'closed'}",
			     s->area) > 0);
	json_decref(called(s, "decisions.erase", params));
	char *out = TOOL_OUT(s, 0, "log", "verify", "log");
	assert_false(tool_says(out, ", 0 erased"));
	free(out);
	scene_stop(s);
	/* What is put where a value was erased is found. */
	forge_copy(s, "log", "file");
	forge_sql(s, "file", "UPDATE personal SET value = '\"B. Marsh\"' WHERE sequence = 3");
	out = TOOL_OUT(s, 7, "log", "verify", "file");
	tool_must_say(out, "entry 3: its personal value at");
	free(out);
	scene_start(s, NULL);
	json_decref(one);
}

/* What an edit held that was refused is kept, and belongs to the entry that says so; of one
 * whose files are too many to be listed nothing is kept. */
static void a_log_with_refused_edits_verifies(void **state)
{
	enum { FILES = 700 };
	struct scene *s = *state;
	char name[32], text[32];

	scene_rule_append(s, "outcome.lua", "\nlevl \"x\" {}\n");
	json_decref(fails(s, "rules.reload", NULL, -32010));
	assert_int_equal(
		scene_sql_number(s, "SELECT count(*) FROM blob WHERE instr(bytes, 'levl ')"), 1);
	free(TOOL_OUT(s, 0, "log", "verify", "log"));
	for (int i = 0; i < FILES; i++) {
		snprintf(name, sizeof name, "one-of-many-%03d.lua", i);
		snprintf(text, sizeof text, "-- the file %d\n", i);
		scene_rule_write(s, name, text);
	}
	json_decref(fails(s, "rules.reload", NULL, -32010));
	free(TOOL_OUT(s, 0, "log", "verify", "log"));
	for (int i = 0; i < FILES; i++) {
		char path[2 * PATH_TEXT];
		snprintf(path, sizeof path, "%s/one-of-many-%03d.lua", s->rules, i);
		assert_int_equal(unlink(path), 0);
	}
	scene_rule_replace(s, "outcome.lua", "\nlevl \"x\" {}\n", "\n");
	json_decref(called(s, "rules.reload", NULL));
	free(TOOL_OUT(s, 0, "log", "verify", "log"));
	/* Without one of those texts it is not what was written. */
	scene_stop(s);
	forge_copy(s, "log", "file");
	forge_sql(s, "file", "DELETE FROM blob WHERE instr(bytes, 'levl ')");
	char *out = TOOL_OUT(s, 7, "log", "verify", "file");
	tool_must_say(out, "the text of the rule file outcome.lua is not in the log");
	free(out);
	scene_start(s, NULL);
}

/* Runs awardctl as nobody, who is in the group of nothing here. */
static void as_nobody(const struct scene *s, int wanted, const char *arguments, const char *words)
{
	char command[900], *said;

	assert_in_range(snprintf(command, sizeof command,
				 "cd '%s' && setpriv --reuid 65534 --regid 65534 --clear-groups -- "
				 "'%s' %s >said 2>&1",
				 s->dir, AWARDCTL_PROGRAM, arguments),
			1, sizeof command - 1);
	int status = system(command);
	said = tool_read(s, "said");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != wanted)
		fail_msg("not %d but wait status %d: %s", wanted, status, said);
	tool_must_say(said, words);
	free(said);
}

static void a_copy_in_a_folder_that_may_not_be_written(void **state)
{
	struct scene *s = *state;
	mode_t mode;

	if (geteuid() != 0)
		skip();
	decide_many(s, 5);
	scene_stop(s);
	shell_must(s, "mkdir shelf && cp log shelf/log && chmod 444 shelf/log && chmod 555 shelf");
	as_nobody(s, 0, "log verify shelf/log", "Verified.");
	assert_false(there(s, "shelf/log-wal", &mode));
	/* With a WAL that has something in it, SQLite needs more than it may do there. */
	shell_must(s, "echo something >shelf/log-wal && chmod 444 shelf/log-wal");
	as_nobody(s, 1, "log verify shelf/log",
		  "copy the log and its -wal to a folder that you may "
		  "write");
	scene_start(s, NULL);
}

/* ---- copies ------------------------------------------------------------------------ */

static void a_copy_is_whole_and_verified(void **state)
{
	struct scene *s = *state;
	struct stream st;
	mode_t mode = 0;

	stream_open(&st, s, 16, NULL);
	stream_go(&st, 50);
	/* Where it is, the daemon says. */
	char *out = TOOL_OUT(s, 0, "log", "copy", "copy");
	tool_must_say(out, "verified whole");
	tool_must_say(out, "Its newest checkpoint: awardd/");
	free(out);
	stream_finish(&st);
	stream_deinit(&st);
	assert_true(there(s, "copy", &mode));
	assert_int_equal(mode, 0640);
	char *vkey = vkey_of(s);
	free(TOOL_OUT(s, 0, "log", "verify", "copy", "--key", vkey));
	free(vkey);
	/* Nothing else was left, and nothing is overwritten. */
	shell_must(s, "test \"$(ls | grep -c copy)\" = 1");
	struct ran r = TOOL(s, NULL, "log", "copy", "copy");
	tool_ended(&r, 1);
	tool_must_say(r.err, "copy is there already, and nothing is overwritten");
	ran_deinit(&r);
}

static void a_copy_that_finds_no_room_leaves_nothing(void **state)
{
	struct scene *s = *state;
	char disk[2 * PATH_TEXT];

	tool_path(s, "disk", disk);
	assert_int_equal(mkdir(disk, 0755), 0);
	if (mount("tmpfs", disk, "tmpfs", 0, "size=256k") != 0) {
		print_message("NOT TESTED: mounting a tmpfs is not permitted\n");
		skip();
	}
	decide_many(s, 60);
	struct ran r = TOOL(s, NULL, "log", "copy", "disk/copy");
	tool_ended(&r, 1);
	tool_must_say(r.err, "disk is full");
	ran_deinit(&r);
	shell_must(s, "test \"$(ls -A disk | wc -l)\" = 0");
	assert_int_equal(umount(disk), 0);
}

static void what_does_not_verify_is_not_copied(void **state)
{
	struct scene *s = *state;
	mode_t mode;

	decide_many(s, 5);
	scene_stop(s);
	forge_copy(s, "log", "file");
	forge_sql(s, "file", "UPDATE decision SET award = 'quality-mark'");
	struct ran r = TOOL(s, NULL, "log", "copy", "copy", "--log", "file");
	tool_ended(&r, 7);
	tool_must_say(r.err, "does not verify, and was not copied");
	tool_must_say(r.err, "the derived table decision, row 3: its column award");
	ran_deinit(&r);
	assert_false(there(s, "copy", &mode));
	shell_must(s, "test \"$(ls | grep -c copy)\" = 0");
	r = TOOL(s, NULL, "log", "copy", "copy");
	tool_ended(&r, 69);
	ran_deinit(&r);
	r = TOOL(s, NULL, "log", "copy", "nowhere/copy", "--log", "log");
	tool_ended(&r, 1);
	ran_deinit(&r);
	scene_start(s, NULL);
}

/* ---- export, rebuild -------------------------------------------------------------- */

static void an_export_has_every_entry_as_it_is_hashed(void **state)
{
	struct scene *s = *state;
	struct err e;

	decide_many(s, 3);
	char *out = TOOL_OUT(s, 0, "log", "export", "log"), *line = out;
	int64_t entries = scene_sql_number(s, "SELECT count(*) FROM entry"), count = 0;
	for (char *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		char hex[DIGEST_HEX];
		struct text whole = {line, (size_t)(end - line)};
		json_t *row = json_read(whole, &e);
		assert_non_null(row);
		/* The bytes between are the ones hashed. */
		static const char before[] = "{\"entry\":", after[] = ",\"leaf_hash\":\"";
		size_t tail = sizeof after - 1 + 64 + 2;
		struct digest d = digest_leaf(line + sizeof before - 1,
					      whole.length - (sizeof before - 1) - tail);
		hex_format(d.bytes, sizeof d.bytes, hex);
		assert_string_equal(json_member_text(row, "leaf_hash"), hex);
		assert_int_equal(json_member_integer(json_member(row, "entry"), "sequence", 0),
				 ++count);
		json_decref(row);
	}
	assert_int_equal(count, entries);
	/* Nobody who signed is in it. */
	assert_null(strstr(out, "B. Marsh"));
	free(out);
	scene_stop(s);
	forge_copy(s, "log", "file");
	forge_sql(s, "file", "UPDATE entry SET bytes = x'00' WHERE sequence = 3");
	struct ran r = TOOL(s, NULL, "log", "export", "file");
	tool_ended(&r, 7);
	tool_must_say(r.err, "entry 3: its bytes do not have its leaf hash");
	ran_deinit(&r);
	scene_start(s, NULL);
}

static void a_rebuild_waits_for_no_daemon(void **state)
{
	struct scene *s = *state;

	decide_many(s, 3);
	struct ran r = TOOL(s, NULL, "log", "rebuild", "log");
	tool_ended(&r, 1);
	tool_must_say(r.err, "is in use by another awardd, process");
	ran_deinit(&r);
	scene_stop(s);
	forge_sql(s, "log",
		  "DELETE FROM decision; DROP TABLE award; UPDATE tally SET count = 0;"
		  "DELETE FROM node");
	free(TOOL_OUT(s, 7, "log", "verify", "log"));
	free(TOOL_OUT(s, 0, "log", "rebuild", "log"));
	free(TOOL_OUT(s, 0, "log", "verify", "log"));
	r = TOOL(s, NULL, "log", "rebuild", "nowhere");
	tool_ended(&r, 1);
	ran_deinit(&r);
	tool_write(s, "text", "no log");
	r = TOOL(s, NULL, "log", "rebuild", "text");
	tool_ended(&r, 7);
	ran_deinit(&r);
	/* The daemon goes on from it. */
	scene_start(s, NULL);
	decide_many(s, 1);
}

static void a_changed_entry_is_not_built_upon(void **state)
{
	struct scene *s = *state;

	decide_many(s, 3);
	scene_stop(s);
	forge_copy(s, "log", "file");
	forge_sql(
		s, "file",
		"UPDATE entry SET bytes = CAST(replace(CAST(bytes AS TEXT), '2024', '2023') AS BLOB)"
		" WHERE sequence = 4");
	struct ran r = TOOL(s, NULL, "log", "rebuild", "file");
	tool_ended(&r, 7);
	tool_must_say(r.err, "deriving from entry 4: its bytes do not have its leaf hash");
	ran_deinit(&r);
	scene_start(s, NULL);
}

/* ---- tiles -------------------------------------------------------------------------- */

static void tiles_are_taken_by_a_verifier_of_others(void **state)
{
	struct scene *s = *state;
	char command[600];
	mode_t mode;

	decide_many(s, 10);
	char *vkey = vkey_of(s), *kept = TOOL_OUT(s, 0, "log", "checkpoint");
	tool_write(s, "older", kept);
	free(TOOL_OUT(s, 0, "log", "tiles", "tiles"));
	assert_true(there(s, "tiles/checkpoint", &mode));
	assert_int_equal(mode, 0644);
	decide_many(s, 600);
	/* Run again, it adds what is missing and leaves what was there. */
	shell_must(s,
		   "find tiles -type f | xargs stat -c '%n %i %Y' | grep -v checkpoint | sort >a");
	free(TOOL_OUT(s, 0, "log", "tiles", "tiles", "--log", "log"));
	shell_must(
		s,
		"find tiles -type f | xargs stat -c '%n %i %Y' | sort >b; "
		"test \"$(comm -23 a b | wc -l)\" = 0; test -f tiles/tile/0/001; "
		"test -f tiles/tile/entries/001; test \"$(find tiles -name '*.new' | wc -l)\" = 0");
	char *again = TOOL_OUT(s, 0, "--format", "json", "log", "tiles", "tiles");
	tool_must_say(again, "\"written\":1}"); /* the checkpoint */
	free(again);
	shell_must(s, "'" AWARDD_SOURCE "/tests/verifiers/compile' \"$PWD\"");
	assert_true(
		snprintf(command, sizeof command,
			 "./log-verifier --vkey '%s' --checkpoint tiles/checkpoint --older older "
			 "--tiles tiles",
			 vkey) > 0);
	shell_must(s, command);
	char *said = tool_read(s, "said");
	tool_must_say(said, "entries are those of the tree");
	free(said);
	free(kept);
	free(vkey);
}

static void tiles_of_another_history_are_left_alone(void **state)
{
	struct scene *s = *state;

	decide_many(s, 3);
	scene_stop(s);
	forge_copy(s, "log", "older");
	scene_start(s, NULL);
	decide_many(s, 5);
	free(TOOL_OUT(s, 0, "log", "tiles", "tiles"));
	scene_stop(s);
	struct ran r = TOOL(s, NULL, "log", "tiles", "tiles", "--log", "older");
	tool_ended(&r, 1);
	tool_must_say(r.err, "the folder holds the tiles of a longer log");
	ran_deinit(&r);
	forge_copy(s, "older", "log");
	scene_start(s, NULL);
	decide_many(s, 10);
	r = TOOL(s, NULL, "log", "tiles", "tiles");
	tool_ended(&r, 7);
	tool_must_say(r.err, "the folder holds the tiles of another history of this log");
	ran_deinit(&r);
}

/* ---- proofs -------------------------------------------------------------------------- */

static void a_proof_says_what_it_proves(void **state)
{
	struct scene *s = *state;
	json_t *result = decided(s, "{'partnership': {'name': 'Port Ellery'}}");
	const char *id = json_member_text(result, "decision_id");
	char *proof = TOOL_OUT(s, 0, "log", "proof", id), *vkey = vkey_of(s), wanted[200];

	tool_write(s, "proof", proof);
	scene_stop(s); /* it needs no daemon and no log */
	char *out = TOOL_OUT(s, 0, "log", "check", "proof", "--key", vkey);
	assert_true(snprintf(wanted, sizeof wanted, "Proved: the decision %s", id) > 0);
	tool_must_say(out, wanted);
	tool_must_say(out, "Port Ellery");
	tool_must_say(out, "assessed on 20 May 2024: quality lead, with child first");
	tool_must_say(out, json_member_text(result, "decided_at"));
	free(out);
	out = TOOL_OUT(s, 0, "--format", "json", "log", "check", "proof", "--key", vkey);
	tool_must_say(out, id);
	free(out);
	free(TOOL_OUT(s, 2, "log", "check", "proof"));
	free(TOOL_OUT(s, 1, "log", "check", "nowhere", "--key", vkey));
	scene_start(s, NULL);
	json_decref(result);
	free(proof);
	free(vkey);
}

static void no_changed_proof_is_believed(void **state)
{
	struct scene *s = *state;
	json_t *result = decided(s, NULL);
	char *proof = TOOL_OUT(s, 0, "log", "proof", json_member_text(result, "decision_id"));
	char *vkey = vkey_of(s), other[TLOG_VKEY];
	struct tlog_signer stranger;
	struct err e;

	/* Any character, each of the lines among them. */
	size_t length = strlen(proof);
	for (size_t at = 0; at < length; at += 41) {
		char was = proof[at];
		proof[at] = was == 'A' ? 'B' : 'A';
		tool_write(s, "proof", proof);
		struct ran r = TOOL(s, NULL, "log", "check", "proof", "--key", vkey);
		if (r.status != 7)
			fail_msg("character %zu: exit status %d: %s", at, r.status, r.out);
		tool_must_say(r.err, "proves nothing");
		ran_deinit(&r);
		proof[at] = was;
	}
	tool_write(s, "proof", proof);
	free(TOOL_OUT(s, 0, "log", "check", "proof", "--key", vkey));
	*strchr(vkey, '+') = '\0';
	assert_int_equal(tlog_signer_make(vkey, (const unsigned char[TLOG_SEED]){1}, &stranger, &e),
			 0);
	tlog_verifier_format(&stranger.verifier, other);
	struct ran r = TOOL(s, NULL, "log", "check", "proof", "--key", other);
	tool_ended(&r, 7);
	tool_must_say(r.err, "its checkpoint is not signed by the key given");
	ran_deinit(&r);
	json_decref(result);
	free(proof);
	free(vkey);
}

#define ALONE(test) cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ALONE(the_log_verifies_while_the_daemon_writes),
		ALONE(a_killed_daemons_log_verifies),
		ALONE(an_erased_log_verifies),
		ALONE(a_log_with_refused_edits_verifies),
		ALONE(a_copy_in_a_folder_that_may_not_be_written),
		ALONE(a_copy_is_whole_and_verified),
		ALONE(a_copy_that_finds_no_room_leaves_nothing),
		ALONE(what_does_not_verify_is_not_copied),
		ALONE(an_export_has_every_entry_as_it_is_hashed),
		ALONE(a_rebuild_waits_for_no_daemon),
		ALONE(a_changed_entry_is_not_built_upon),
		ALONE(tiles_are_taken_by_a_verifier_of_others),
		ALONE(tiles_of_another_history_are_left_alone),
		ALONE(a_proof_says_what_it_proves),
		ALONE(no_changed_proof_is_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
