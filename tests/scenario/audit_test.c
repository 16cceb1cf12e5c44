/* What an auditor does with a log beside a running daemon: verify, copy, rebuild. */
#include "auditor.h"

#include <sys/mount.h>

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
		print_message("skipped: mounting a tmpfs is not permitted\n");
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
	tool_must_say(r.err, "the folder of nowhere/copy is not there");
	ran_deinit(&r);
	scene_start(s, NULL);
}

/* ---- rebuild ---------------------------------------------------------------------- */

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
	tool_must_say(r.err, "the log nowhere cannot be found: No such file or directory");
	ran_deinit(&r);
	tool_write(s, "text", "no log");
	r = TOOL(s, NULL, "log", "rebuild", "text");
	tool_ended(&r, 7);
	ran_deinit(&r);
	/* The daemon goes on from it. */
	scene_start(s, NULL);
	decide_many(s, 1);
}

static void the_log_of_a_service_is_still_its_own_after_a_rebuild_by_root(void **state)
{
	struct scene *s = *state;
	char name[2 * PATH_TEXT];

	if (geteuid() != 0)
		skip();
	scene_stop(s);
	scene_drop_root(s);
	tool_path(s, "log.lock", name);
	assert_int_equal(unlink(name), 0);
	free(TOOL_OUT(s, 0, "log", "rebuild", "log"));
	scene_start(s, NULL);
	scene_stop(s);
	/* One that was left by somebody else is named, with what mends it. */
	assert_int_equal(chown(name, 0, 0), 0);
	assert_int_equal(scene_start_fails(s, NULL), 1);
	assert_true(scene_said(s, "log.lock: Permission denied; if another user made that file: "
				  "chown --reference="));
	assert_int_equal(chown(name, s->user, s->user), 0);
	scene_start(s, NULL);
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
		ALONE(a_rebuild_waits_for_no_daemon),
		ALONE(the_log_of_a_service_is_still_its_own_after_a_rebuild_by_root),
		ALONE(a_changed_entry_is_not_built_upon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
