/*
 * log reproduce and decisions show --under: a log that lived through much, decided again from its
 * file to the same bytes; and what is found where it was tampered with.
 */
#include <sys/stat.h>

#include "../support/whole.h"
#include "lived.h"

enum { DONE = 0, UNEXPECTED = 1, USAGE = 2, UNPROVEN = 7, REFUSED = 8, AWAY = 69 };

/* ---- helpers --------------------------------------------------------------- */

/* Gives what the sqlite3 shell prints for this on a file of the scene. */
static char *shell(const struct scene *s, const char *file, const char *sql)
{
	char command[2048];
	FILE *pipe;
	struct buffer all;
	char piece[4096];
	size_t got;

	assert_null(strchr(sql, '"'));
	assert_in_range(snprintf(command, sizeof command, "cd '%s' && sqlite3 '%s' \"%s\"", s->dir,
				 file, sql),
			1, sizeof command - 1);
	pipe = popen(command, "re");
	assert_non_null(pipe);
	buffer_init(&all);
	assert_int_equal(buffer_printf(&all, "%s", ""), 0);
	while ((got = fread(piece, 1, sizeof piece, pipe)) > 0)
		assert_int_equal(buffer_append(&all, piece, got), 0);
	if (pclose(pipe) != 0)
		fail_msg("sqlite3 failed on: %s", sql);
	return buffer_give(&all);
}

/* Copies the log while the daemon runs. */
static void copy_log(const struct scene *s, const char *name)
{
	char sql[64], path[2 * PATH_TEXT];

	tool_path(s, name, path);
	(void)unlink(path); /* need not be there */
	snprintf(sql, sizeof sql, "VACUUM INTO '%s'", name);
	free(shell(s, "log", sql));
}

static json_t *read_out(char *out)
{
	struct err e = {0};
	json_t *document = json_read(text_of(out), &e);

	if (document == NULL)
		fail_msg("%s: %s", e.text, out);
	free(out);
	return document;
}

static json_int_t sequence_where(const struct scene *s, const char *condition)
{
	char query[256];

	snprintf(query, sizeof query, "SELECT max(sequence) FROM decisions WHERE %s", condition);
	return scene_sql_number(s, query);
}

/* ---- to the byte ----------------------------------------------------------- */

static void every_entry_of_a_long_life_is_reproduced(void **state)
{
	struct scene *s = *state;
	int64_t decisions = scene_sql_number(s, "SELECT count(*) FROM decisions");
	int64_t imports_made =
		scene_sql_number(s, "SELECT count(*) FROM entries WHERE kind = 'import'");
	json_t *found = read_out(TOOL_OUT(s, DONE, "log", "reproduce", "log", "--format", "json"));
	const json_t *set;
	size_t i, others = 0;

	assert_true(decisions > 100);
	assert_true(scene_sql_number(s, "SELECT count(*) FROM entries WHERE kind = 'erasure'") > 4);
	assert_int_equal(json_member_integer(found, "decisions", 0), decisions);
	assert_int_equal(json_member_integer(found, "imports", 0), imports_made);
	assert_int_equal(json_member_integer(found, "reproduced", 0), decisions + imports_made);
	expect(found, "{'findings': [], 'differing': 0, 'not_possible': 0, 'unreadable': []}");
	assert_int_equal(json_array_size(json_member(found, "rule_sets")), 5);
	json_array_foreach(json_member(found, "rule_sets"), i, set)
		others += json_is_false(json_member(set, "own_words"));
	assert_int_equal(others, 1);
	assert_int_equal(json_array_size(json_member(found, "versions")), 3);
	json_decref(found);
}

static void it_is_said_for_people(void **state)
{
	struct scene *s = *state;
	char *out = TOOL_OUT(s, DONE, "log", "reproduce", "log");
	struct ran r;

	tool_must_say(out, "0 differing, 0 that could not be decided again.");
	tool_must_say(out, "the log's own");
	tool_must_say(out, "were decided by awardd ");
	free(out);
	r = TOOL_ON_TERMINAL(s, "log", "reproduce", "log");
	tool_ended(&r, DONE);
	tool_must_say(r.out, " done, 0 not reproduced");
	ran_deinit(&r);
}

static void while_the_daemon_writes(void **state)
{
	struct scene *s = *state;
	struct peer *p = peer_open(s);
	int64_t before = scene_sql_number(s, "SELECT count(*) FROM decisions");

	for (int i = 0; i < 200; i++)
		peer_request(p, i, "decide",
			     submission(s, i % 2 == 0 ? "{'partnership': {'id': 'busy'}}"
						      : "{'partnership': {'id': 'busier'}}"));
	json_t *found = read_out(TOOL_OUT(s, DONE, "log", "reproduce", "log", "--format", "json"));
	assert_true(json_member_integer(found, "decisions", 0) >= before);
	json_decref(found);
	for (int i = 0; i < 200; i++)
		json_decref(peer_receive(p));
	peer_close(&p);
	free(TOOL_OUT(s, DONE, "log", "reproduce", "log"));
}

static void from_a_copy_without_a_daemon(void **state)
{
	struct scene *s = *state;
	char path[2 * PATH_TEXT];

	copy_log(s, "copy");
	tool_path(s, "copy", path);
	assert_int_equal(chmod(path, 0444), 0);
	char *before = shell(s, "copy", "SELECT count(*) FROM entry");
	free(TOOL_OUT(s, DONE, "log", "reproduce", "copy"));
	char *after = shell(s, "copy", "SELECT count(*) FROM entry");
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void some_entries_by_number_and_by_id(void **state)
{
	struct scene *s = *state;
	char number[24];
	struct ran r;

	snprintf(number, sizeof number, "%lld", (long long)sequence_where(s, "1"));
	char *id = scene_sql(s, "SELECT decision_id FROM decisions ORDER BY sequence LIMIT 1");
	json_t *found = read_out(
		TOOL_OUT(s, DONE, "log", "reproduce", "log", number, id, "--format", "json"));
	expect(found, "{'decisions': 2, 'imports': 0, 'reproduced': 2}");
	json_decref(found);
	free(id);
	r = TOOL(s, NULL, "log", "reproduce", "log", number, "1");
	tool_ended(&r, USAGE);
	tool_must_say(r.err, "entry 1 (start) decides nothing");
	ran_deinit(&r);
	r = TOOL(s, NULL, "log", "reproduce", "log", "1000000");
	tool_ended(&r, USAGE);
	tool_must_say(r.err, "there is no entry 1000000");
	ran_deinit(&r);
	r = TOOL(s, NULL, "log", "reproduce", "nowhere");
	tool_ended(&r, UNEXPECTED);
	ran_deinit(&r);
	r = TOOL(s, NULL, "log", "reproduce");
	tool_ended(&r, USAGE);
	ran_deinit(&r);
}

/* ---- tampered with ---------------------------------------------------------- */

/* In an entry of the copy `from` becomes `to`, and its leaf hash with it. */
static void forge(const struct scene *s, json_int_t sequence, const char *from, const char *to)
{
	char sql[600], hex[DIGEST_HEX];

	free(shell(s, "copy", "DROP TRIGGER entry_is_never_changed;" WHOLE_ENTRIES));
	snprintf(sql, sizeof sql,
		 "SELECT replace(CAST(bytes AS TEXT), '%s', '%s') FROM entry WHERE sequence = %lld",
		 from, to, (long long)sequence);
	char *bytes = shell(s, "copy", sql);
	struct digest leaf = digest_leaf(bytes, strlen(bytes) - 1); /* and a line's end */
	hex_format(leaf.bytes, sizeof leaf.bytes, hex);
	free(bytes);
	snprintf(sql, sizeof sql,
		 "UPDATE entry SET bytes ="
		 " CAST(replace(CAST(bytes AS TEXT), '%s', '%s') AS BLOB), leaf_hash = x'%s'"
		 " WHERE sequence = %lld",
		 from, to, hex, (long long)sequence);
	free(shell(s, "copy", sql));
}

static void a_forged_decision_is_found_with_its_pointer(void **state)
{
	struct scene *s = *state;
	json_int_t sequence = sequence_where(s, "partnership = 'brindlewick'");
	char words[64];
	struct ran r;

	copy_log(s, "copy");
	forge(s, sequence, "Brindlewick: Quality Mark", "Brindlewick: Quality Lead");
	r = TOOL(s, NULL, "log", "reproduce", "copy");
	tool_ended(&r, UNPROVEN);
	snprintf(words, sizeof words, "entry %" JSON_INTEGER_FORMAT ",", sequence);
	tool_must_say(r.out, words);
	tool_must_say(r.out, "a decision of brindlewick: differs");
	tool_must_say(r.out, "at /body/decision/outcome/citation then \"Brindlewick: Quality Lead");
	tool_must_say(r.out, "now \"Brindlewick: Quality Mark");
	tool_must_say(r.out, "1 differing, 0 that could not be decided again.");
	ran_deinit(&r);
	r = TOOL(s, NULL, "log", "reproduce", "copy", "--format", "json");
	tool_ended(&r, UNPROVEN);
	json_t *found = read_out(r.out);
	r.out = NULL;
	expect(found, "{'differing': 1, 'findings': [{'partnership': 'brindlewick', 'kind':"
		      " 'decision', 'result': 'differs', 'differences': [{'pointer':"
		      " '/body/decision/outcome/citation'}]}]}");
	json_decref(found);
	ran_deinit(&r);
}

static void a_rule_set_that_is_missing_is_named(void **state)
{
	struct scene *s = *state;
	struct ran r;

	copy_log(s, "copy");
	free(shell(s, "copy",
		   "DROP TRIGGER blob_is_never_deleted; DELETE FROM blob WHERE"
		   " instr(bytes, CAST('is wanted (' AS BLOB))"));
	r = TOOL(s, NULL, "log", "reproduce", "copy", "--format", "json");
	tool_ended(&r, UNPROVEN);
	json_t *found = read_out(r.out);
	r.out = NULL;
	expect(found, "{'differing': 0, 'not_possible': 4}");
	const char *reason =
		json_member_text(json_array_get(json_member(found, "findings"), 0), "reason");
	assert_non_null(strstr(reason, "is not in the log"));
	json_decref(found);
	ran_deinit(&r);
}

static void a_rule_text_that_was_changed_is_said(void **state)
{
	struct scene *s = *state;
	struct ran r;

	copy_log(s, "copy");
	free(shell(s, "copy",
		   "DROP TRIGGER blob_is_never_changed; UPDATE blob SET bytes ="
		   " CAST(replace(CAST(bytes AS TEXT), 'member = 1150', 'member = 1151') AS BLOB)"));
	r = TOOL(s, NULL, "log", "reproduce", "copy");
	tool_ended(&r, UNPROVEN);
	tool_must_say(r.out, "could not be decided again its rule set:");
	tool_must_say(r.out, "was changed");
	tool_must_say(r.out, "could not be run");
	ran_deinit(&r);
}

/* ---- then and now ------------------------------------------------------------ */

static void a_decision_stands_beside_what_other_rules_say(void **state)
{
	struct scene *s = *state;
	char number[24], first[80], *out, *digest;

	digest = scene_sql(s, "SELECT digest FROM rule_sets ORDER BY sequence LIMIT 1");
	snprintf(first, sizeof first, "%.8s", digest + 7);
	/* Brindlewick has fives, and the threshold is six now. */
	snprintf(number, sizeof number, "%lld",
		 (long long)sequence_where(s, "partnership = 'brindlewick'"));
	out = TOOL_OUT(s, DONE, "decisions", "show", number, "--under", "active");
	tool_must_say(out, "of brindlewick, assessed on");
	tool_must_say(out, "award Quality Mark none");
	tool_must_say(out, "QM-1");
	free(out);
	/* The log's own file gives the same, without a daemon. */
	json_t *document = read_out(TOOL_OUT(s, DONE, "decisions", "show", number, "--under",
					     "active", "--log", "log", "--format", "json"));
	expect(document, "{'kind': 'decision', 'partnership': 'brindlewick', 'then': {'decision':"
			 " {'outcome': {'award': 'quality-mark'}}}, 'now': {'decision':"
			 " {'outcome': {'award': null}}, 'errors': [], 'reason': null}}");
	json_decref(document);
	out = TOOL_OUT(s, DONE, "decisions", "show", number, "--under", first);
	tool_must_say(out, "Nothing differs.");
	free(out);
	free(digest);
}

static void what_would_not_be_accepted_now_is_said(void **state)
{
	struct scene *s = *state;
	char number[24], *out;

	scene_rule_replace(s, "scene.test.lua", "given = {", "given = { stage = \"final\",");
	scene_rule_replace(s, "framework.lua", "one_of \"stage\" { \"initial\", \"final\" }",
			   "one_of \"stage\" { \"initial\", \"final\", required = true }");
	lived_reload(s);
	snprintf(number, sizeof number, "%lld",
		 (long long)sequence_where(s, "partnership LIKE 'area-%'"));
	out = TOOL_OUT(s, DONE, "decisions", "show", number, "--under", "active");
	tool_must_say(out, "Under it this could not be submitted: /stage is required");
	free(out);
	scene_rule_replace(s, "framework.lua",
			   "one_of \"stage\" { \"initial\", \"final\", required = true }",
			   "one_of \"stage\" { \"initial\", \"final\" }");
	lived_reload(s);
}

static void what_under_cannot_show_is_said(void **state)
{
	struct scene *s = *state;
	struct {
		const char *operand, *under;
		int status;
		const char *says;
	} wrong[] = {
		{"1", "active", USAGE, "entry 1 (start) decides nothing"},
		{"1000000", "active", USAGE, "there is no entry 1000000"},
		{"3-000000000000", "active", USAGE, "there is no entry 3-000000000000"},
		{"3", "xyz", USAGE, "\"xyz\" is no rule set"},
		{"3", "0000000", REFUSED, "no rule set that was in force begins with 0000000"},
	};
	struct ran r;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		r = TOOL(s, NULL, "decisions", "show", wrong[i].operand, "--under", wrong[i].under);
		tool_ended(&r, wrong[i].status);
		tool_must_say(r.err, wrong[i].says);
		ran_deinit(&r);
	}
	r = TOOL(s, NULL, "decisions", "show", "3", "--log", "log");
	tool_ended(&r, USAGE);
	ran_deinit(&r);
	r = TOOL(s, NULL, "decisions", "show", "3", "--under", "active", "--socket", "nowhere");
	tool_ended(&r, AWAY);
	ran_deinit(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_entry_of_a_long_life_is_reproduced),
		cmocka_unit_test(it_is_said_for_people),
		cmocka_unit_test(while_the_daemon_writes),
		cmocka_unit_test(from_a_copy_without_a_daemon),
		cmocka_unit_test(some_entries_by_number_and_by_id),
		cmocka_unit_test(a_forged_decision_is_found_with_its_pointer),
		cmocka_unit_test(a_rule_set_that_is_missing_is_named),
		cmocka_unit_test(a_rule_text_that_was_changed_is_said),
		cmocka_unit_test(a_decision_stands_beside_what_other_rules_say),
		cmocka_unit_test(what_would_not_be_accepted_now_is_said),
		cmocka_unit_test(what_under_cannot_show_is_said),
	};

	return cmocka_run_group_tests(tests, lived_setup, scene_group_teardown);
}
