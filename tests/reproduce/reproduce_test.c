/* A log decided again: to the same bytes, or told apart, with the place. */
#include "rig.h"

/* Two rule sets; what a partnership has behind it decides its fees.
 *  1 rules   2 north decided   3 south imported   4 south decided
 *  5 rules   6 north decided   7 south: 3 revoked   8 south decided   9 east decided */
static int setup(void **state)
{
	assert_int_equal(rig_setup(state), 0);
	struct rig *rig = *state;
	json_t *files = bench_files(NULL);

	rig_in_force(rig, bench_files(NULL), NULL);
	assert_int_equal(rig_decide(rig, "north", "2021-02-01", 5), 2);
	assert_int_equal(rig_import(rig, "south", "2020-05-01"), 3);
	assert_int_equal(rig_decide(rig, "south", "2021-03-01", 6), 4);
	rig_change(files, "quality-mark.lua", "every_score_at_least(5)", "every_score_at_least(6)");
	rig_in_force(rig, files, NULL);
	assert_int_equal(rig_decide(rig, "north", "2022-02-01", 5), 6);
	assert_int_equal(rig_revoke(rig, 3, "south"), 7);
	assert_int_equal(rig_decide(rig, "south", "2022-03-01", 7), 8);
	assert_int_equal(rig_decide(rig, "east", "2022-03-01", 9), 9);
	return 0;
}

/* ---- as it was ----------------------------------------------------------- */

static void every_entry_comes_out_as_it_was(void **state)
{
	struct rig *rig = *state;
	json_t *sets;

	rig_gives(rig, 6, 0, 0);
	assert_int_equal(rig_count(rig, "decisions"), 5);
	assert_int_equal(rig_count(rig, "imports"), 1);
	assert_int_equal(rig_count(rig, "through"), 9);
	sets = json_member(rig->summary, "rule_sets");
	assert_int_equal(json_array_size(sets), 2);
	assert_true(json_is_true(json_member(json_array_get(sets, 0), "own_words")));
	/* The rig says that another version put them in force. */
	same(json_incref(json_member(rig->summary, "versions")),
	     doc("[{'engine': '0.0.1', 'lua': '%s', 'from': 1, 'same': false}]",
		 script_lua_version()));
}

static int collect(void *ctx, json_t *entry)
{
	return history_add(ctx, entry);
}

static void the_history_is_what_a_daemon_would_read(void **state)
{
	static const char *const ids[] = {"north", "south", "east"};
	struct rig *rig = *state;
	struct journal_reader *r = rig_reader(rig);

	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		json_t *rows = json_array(), *wanted = NULL;
		assert_int_equal(reader_past(r, ids[i], INT64_MAX, collect, rows, NULL), 0);
		assert_int_equal(history_read(r, ids[i], &wanted, NULL), 0);
		assert_true(json_array_size(rows) > 0);
		same(rows, wanted);
	}
	reader_close(&r);
}

static void words_of_their_time_are_run_where_they_are_others(void **state)
{
	struct rig *rig = *state;
	const json_t *set;

	rig_in_force(rig, bench_files(NULL),
		     rig_edited(script_prelude(), " is needed (", " is wanted ("));
	json_decref(log_entry(rig->log, rig_decide(rig, "west", "2023-01-01", 3)));
	rig_gives(rig, 7, 0, 0);
	set = json_array_get(json_member(rig->summary, "rule_sets"), 2);
	assert_true(json_is_false(json_member(set, "own_words")));
	assert_int_equal(json_member_integer(set, "entries", 0), 1);
}

/* It decided so before any program looked for it. */
static void rules_with_a_slip_that_is_refused_now_are_run(void **state)
{
	struct rig *rig = *state;
	json_t *files = bench_files(NULL);

	rig_change(files, "quality-mark.lua", "every_score_at_least(5),",
		   "check = function(it)\n\t\t\tmet(\"forgotten\")\n"
		   "\t\t\treturn met(\"always\")\n\t\tend,");
	rig_in_force(rig, files, NULL);
	(void)rig_decide(rig, "west", "2023-01-01", 3);
	rig_gives(rig, 7, 0, 0);
}

static void the_program_s_own_words_would_say_it_otherwise(void **state)
{
	struct rig *rig = *state;
	char own[80];

	strcpy(own, rig->digest);
	rig_in_force(rig, bench_files(NULL),
		     rig_edited(script_prelude(), " is needed (", " is wanted ("));
	/* What those words say is logged under the digest of the others. */
	strcpy(rig->digest, own);
	(void)rig_decide(rig, "west", "2023-01-01", 3);
	rig_gives(rig, 6, 1, 0);
	assert_string_equal(rig_found(rig, 0, "result"), "differs");
	const json_t *first =
		json_array_get(json_member(json_array_get(rig->findings, 0), "differences"), 0);
	assert_string_equal(json_member_text(first, "pointer"),
			    "/body/decision/awards/0/criteria/0/reason");
	assert_non_null(strstr(json_member_text(first, "then"), "is wanted"));
	assert_non_null(strstr(json_member_text(first, "now"), "is needed"));
}

static void some_of_them_can_be_named(void **state)
{
	static const int64_t some[] = {3, 6}, start[] = {1, 4}, absent[] = {40};
	struct rig *rig = *state;
	struct err e = {.status = 0};

	assert_int_equal(rig_try(rig, some, 2, &e), 0);
	assert_int_equal(rig_count(rig, "reproduced"), 2);
	assert_int_equal(rig_count(rig, "decisions"), 1);
	assert_int_equal(rig_try(rig, start, 2, &e), AW_EINVALID);
	assert_non_null(strstr(e.text, "entry 1 (activation) decides nothing"));
	assert_int_equal(rig_try(rig, absent, 1, &e), AW_EABSENT);
}

/* ---- tampered with ------------------------------------------------------- */

static void a_forged_decision_is_found_with_its_place(void **state)
{
	struct rig *rig = *state;

	rig_forge(rig, 9, "1300", "1301");
	rig_gives(rig, 5, 1, 0);
	assert_int_equal(rig_found_at(rig, 0), 9);
	assert_string_equal(rig_found(rig, 0, "partnership"), "east");
	assert_string_equal(rig_found(rig, 0, "kind"), "decision");
	same(json_incref(json_member(json_array_get(rig->findings, 0), "differences")),
	     doc("[{'pointer': '/body/decision/outcome/fee/net', 'then': 1301, 'now': 1300}]"));
}

static void a_forged_import_is_found_too(void **state)
{
	struct rig *rig = *state;

	rig_forge(rig, 3, "2023-05-01", "2024-05-01");
	/* What came after it saw the import as it now stands, and differs with it. */
	struct err e = {.status = 0};
	assert_int_equal(rig_try(rig, NULL, 0, &e), 0);
	assert_int_equal(rig_found_at(rig, 0), 3);
	same(json_incref(json_member(json_array_get(rig->findings, 0), "differences")),
	     doc("[{'pointer': '/body/outcome/expires_on', 'then': '2024-05-01',"
		 " 'now': '2023-05-01'}]"));
}

static void a_member_put_in_or_left_out_is_a_difference(void **state)
{
	struct rig *rig = *state;
	char quoted[64], renamed[64];

	snprintf(quoted, sizeof quoted, "refer_to_assessor");
	snprintf(renamed, sizeof renamed, "refer_to_assessos");
	rig_forge(rig, 9, quoted, renamed);
	rig_gives(rig, 5, 1, 0);
	same(json_incref(json_member(json_array_get(rig->findings, 0), "differences")),
	     doc("[{'pointer': '/body/decision/outcome/refer_to_assessor', 'now': false},"
		 " {'pointer': '/body/decision/outcome/refer_to_assessos', 'then': false}]"));
}

static void bytes_that_are_not_canonical_are_not_the_same(void **state)
{
	struct rig *rig = *state;

	rig_forge(rig, 9, "},", "} ,");
	rig_gives(rig, 5, 1, 0);
	assert_non_null(strstr(rig_found(rig, 0, "reason"), "canonical"));
}

static void a_submission_that_was_changed_comes_out_otherwise(void **state)
{
	struct rig *rig = *state;

	/* Every score, in the submission and wherever the decision repeats it. */
	rig_forge(rig, 9, ":9,", ":4,");
	rig_gives(rig, 5, 1, 0);
	assert_int_equal(rig_found_at(rig, 0), 9);
}

static void an_entry_that_cannot_be_read_is_said_and_what_follows_it(void **state)
{
	struct rig *rig = *state;

	rig_tamper(rig, "DROP TRIGGER entry_is_never_changed; UPDATE entry SET leaf_hash ="
			" zeroblob(32) WHERE sequence = 4");
	rig_gives(rig, 4, 0, 3);
	/* The revocation, too, is not known to have been one. */
	assert_int_equal(rig_found_at(rig, 0), 4);
	assert_int_equal(rig_found_at(rig, 1), 8);
	assert_int_equal(rig_found_at(rig, 2), 7);
	assert_string_equal(rig_found(rig, 2, "kind"), "revocation");
	assert_non_null(strstr(
		json_string_value(json_array_get(json_member(rig->summary, "unreadable"), 0)),
		"south: entry 4: its bytes do not have its leaf hash"));
}

static void an_entry_that_no_table_leads_to_is_not_overlooked(void **state)
{
	struct rig *rig = *state;

	rig_tamper(rig, "DELETE FROM listed WHERE sequence = 9");
	rig_gives(rig, 5, 0, 1);
	assert_int_equal(rig_found_at(rig, 0), 9);
	assert_non_null(strstr(rig_found(rig, 0, "reason"), "tables do not lead to it"));
}

static void an_entry_filed_under_another_partnership_is_found(void **state)
{
	struct rig *rig = *state;

	rig_tamper(rig, "UPDATE listed SET partnership = 'north' WHERE sequence = 9");
	rig_gives(rig, 5, 0, 1);
	assert_int_equal(rig_found_at(rig, 0), 9);
}

static void entries_below_the_first_are_no_reason_to_fall(void **state)
{
	struct rig *rig = *state;

	rig_tamper(rig, "DROP TRIGGER entry_is_the_next; INSERT INTO entry SELECT -90000000000 -"
			" sequence, kind, at, bytes, leaf_hash FROM entry WHERE sequence = 9");
	rig_gives(rig, 6, 0, 1);
	assert_non_null(strstr(rig_found(rig, 0, "reason"), "tables do not lead to it"));
}

/* ---- rule sets ----------------------------------------------------------- */

/* Both decisions by the second rule set but one are lost with its text. */
static void loses_the_second_set(struct rig *rig, const char *because)
{
	rig_gives(rig, 3, 0, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(rig_found(rig, i, "result"), "not-possible");
		assert_string_equal(rig_found(rig, i, "rules"), rig->digest);
		if (strstr(rig_found(rig, i, "reason"), because) == NULL)
			fail_msg("%s", rig_found(rig, i, "reason"));
	}
	assert_int_equal(rig_found_at(rig, 0), 9); /* east is the first partnership */
}

#define SECOND_TEXT                                                                                \
	"sha256 = (SELECT sha256 FROM blob WHERE instr(bytes, CAST("                               \
	"'every_score_at_least(6)' AS BLOB)) AND instr(bytes, CAST('QM-1' AS BLOB)))"

static void a_text_that_is_gone_is_said(void **state)
{
	rig_tamper(*state,
		   "DROP TRIGGER blob_is_never_deleted; DELETE FROM blob WHERE " SECOND_TEXT);
	loses_the_second_set(*state, "is not in the log");
}

static void a_text_that_was_changed_is_said(void **state)
{
	rig_tamper(*state, "DROP TRIGGER blob_is_never_changed; UPDATE blob SET bytes ="
			   " CAST(replace(CAST(bytes AS TEXT), '(6)', '(5)') AS BLOB)"
			   " WHERE " SECOND_TEXT);
	loses_the_second_set(*state, "was changed");
}

static void an_activation_that_names_another_text_is_said(void **state)
{
	struct rig *rig = *state;
	char *of[2];
	bool ok;

	/* The second set is made to have the first one's text. */
	for (int i = 0; i < 2; i++) {
		char sql[160];
		snprintf(sql, sizeof sql,
			 "SELECT value ->> '$.sha256' FROM entry, json_each(CAST(bytes AS TEXT),"
			 " '$.body.files') WHERE sequence = %d AND value ->> '$.path' ="
			 " 'quality-mark.lua'",
			 i == 0 ? 5 : 1);
		of[i] = shell(rig->log, "", sql, &ok);
		assert_true(ok && strlen(of[i]) == 65);
		of[i][64] = '\0';
	}
	rig_forge(rig, 5, of[0], of[1]);
	loses_the_second_set(rig, "the texts have the digest");
	free(of[0]);
	free(of[1]);
}

static void a_rule_set_that_was_never_in_force_is_said(void **state)
{
	struct rig *rig = *state;

	rig_tamper(rig, "DELETE FROM rule_set WHERE sequence = 5");
	loses_the_second_set(rig, "no such rule set was ever active");
}

static void rules_that_fail_now_are_a_difference(void **state)
{
	struct rig *rig = *state;
	json_t *files = bench_files(NULL);
	char first[80];

	strcpy(first, rig->digest);
	rig_change(files, "framework.lua", "scheme {",
		   "work_out \"trap\" (function() error(\"caught\") end)\nscheme {");
	rig_in_force(rig, files, NULL);
	/* Decided by rules that do not fail, and logged as by those that do. */
	char failing[80];
	strcpy(failing, rig->digest);
	rig_in_force(rig, bench_files(NULL), NULL);
	strcpy(rig->digest, failing);
	(void)rig_decide(rig, "west", "2023-01-01", 8);
	rig_gives(rig, 6, 1, 0);
	assert_string_equal(rig_found(rig, 0, "result"), "differs");
	assert_non_null(strstr(rig_found(rig, 0, "reason"), "the rules fail now: framework.lua:"));
}

static void many_rule_sets_are_run_a_few_at_a_time(void **state)
{
	enum { SETS = 40 }; /* more than may have evaluators at once */
	struct rig *rig = *state;
	char says[64];

	for (int i = 0; i < SETS; i++) {
		json_t *files = bench_files(NULL);
		snprintf(says, sizeof says, "-- %d\nscheme {", i);
		rig_change(files, "framework.lua", "scheme {", says);
		rig_in_force(rig, files, NULL);
		(void)rig_decide(rig, "north", "2023-02-01", 1 + i % 10);
		(void)rig_decide(rig, "west", "2023-02-01", 1 + i % 10);
	}
	rig_gives(rig, 6 + 2 * SETS, 0, 0);
	assert_int_equal(json_array_size(json_member(rig->summary, "rule_sets")), 2 + SETS);
}

static int stop_at_once(void *ctx, const json_t *finding)
{
	(void)ctx;
	(void)finding;
	return 7;
}

static void whoever_is_told_may_end_it(void **state)
{
	struct rig *rig = *state;
	json_t *summary = NULL;

	rig_forge(rig, 2, "1300", "1301");
	struct journal_reader *r = rig_reader(rig);
	const struct reproduce_options options = {
		.log = r, .how = bench_options, .each = stop_at_once};
	assert_int_equal(reproduce_log(&options, &summary, NULL), 7);
	assert_null(summary);
	reader_close(&r);
}

int main(void)
{
#define IN_LOG(test) cmocka_unit_test_setup_teardown(test, setup, rig_teardown)
	const struct CMUnitTest tests[] = {
		IN_LOG(every_entry_comes_out_as_it_was),
		IN_LOG(the_history_is_what_a_daemon_would_read),
		IN_LOG(words_of_their_time_are_run_where_they_are_others),
		IN_LOG(rules_with_a_slip_that_is_refused_now_are_run),
		IN_LOG(the_program_s_own_words_would_say_it_otherwise),
		IN_LOG(some_of_them_can_be_named),
		IN_LOG(a_forged_decision_is_found_with_its_place),
		IN_LOG(a_forged_import_is_found_too),
		IN_LOG(a_member_put_in_or_left_out_is_a_difference),
		IN_LOG(bytes_that_are_not_canonical_are_not_the_same),
		IN_LOG(a_submission_that_was_changed_comes_out_otherwise),
		IN_LOG(an_entry_that_cannot_be_read_is_said_and_what_follows_it),
		IN_LOG(an_entry_that_no_table_leads_to_is_not_overlooked),
		IN_LOG(an_entry_filed_under_another_partnership_is_found),
		IN_LOG(entries_below_the_first_are_no_reason_to_fall),
		IN_LOG(a_text_that_is_gone_is_said),
		IN_LOG(a_text_that_was_changed_is_said),
		IN_LOG(an_activation_that_names_another_text_is_said),
		IN_LOG(a_rule_set_that_was_never_in_force_is_said),
		IN_LOG(rules_that_fail_now_are_a_difference),
		IN_LOG(many_rule_sets_are_run_a_few_at_a_time),
		IN_LOG(whoever_is_told_may_end_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
