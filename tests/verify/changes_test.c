/* Changes that tests should notice, and decisions of a log written as tests. */
#include <errno.h>

#include "bench.h"

/* The changes of one file, each as "line: change => what stands there then". */
static void changes_of(const char *text, const char *wanted)
{
	json_t *files = json_pack("[{ss ss}]", "path", "a.lua", "text", text);
	json_t *changes = verify_changes(files), *change;
	struct buffer all;
	size_t i;

	assert_non_null(changes);
	buffer_init(&all);
	json_array_foreach(changes, i, change) {
		json_t *changed = verify_changed(files, change);

		buffer_printf(&all, "%lld: %s => %s\n", json_member_integer(change, "line", 0),
			      json_member_text(change, "change"),
			      json_member_text(json_array_get(changed, 0), "text"));
		json_decref(changed);
	}
	assert_string_equal(all.bytes != NULL ? all.bytes : "", wanted);
	buffer_deinit(&all);
	json_decref(changes);
	json_decref(files);
}

static void numbers_and_dates_move_by_one(void **state)
{
	(void)state;
	changes_of("a(5)", "1: 5 becomes 6 => a(6)\n1: 5 becomes 4 => a(4)\n");
	changes_of("a = 0", "1: 0 becomes 1 => a = 1\n1: 0 becomes (-1) => a = (-1)\n");
	changes_of("-- 5\nmark(5, \"7\") b5", "");
	changes_of("a(0x10, 1.5)", "");
	changes_of("\"2024-02-29\"",
		   "1: \"2024-02-29\" becomes \"2024-03-01\" => \"2024-03-01\"\n"
		   "1: \"2024-02-29\" becomes \"2024-02-28\" => \"2024-02-28\"\n");
	changes_of("\"2021-01-01\"",
		   "1: \"2021-01-01\" becomes \"2021-01-02\" => \"2021-01-02\"\n"
		   "1: \"2021-01-01\" becomes \"2020-12-31\" => \"2020-12-31\"\n");
	changes_of("\"2021-02-30\" \"9999-12-31\" \"\" \"", "");
}

static void comparisons_move_their_border_and_turn_round(void **state)
{
	(void)state;
	changes_of("a < b", "1: < becomes <= => a <= b\n1: < becomes > => a > b\n");
	changes_of("a >= b", "1: >= becomes > => a > b\n1: >= becomes <= => a <= b\n");
	changes_of("a == b", "1: == becomes ~= => a ~= b\n");
	changes_of("\"a < b\" --[[ < ]] = ", "");
}

static void a_criterion_is_dropped_where_it_stands(void **state)
{
	(void)state;
	changes_of("\ncriterion \"A-1\" {\n\tsays = \"}\",\n\tx { y {} },\n} z",
		   "2: criterion \"A-1\" is dropped => \ncriterion \"A-1\" { says = \"dropped\", "
		   "check = function() return met(\"dropped\") end\n\n\n} z\n");
	changes_of("criterion \"A-1\" { {", "");
	changes_of("criterion(\"A-1\")", "");
}

static void tests_are_not_changed(void **state)
{
	json_t *files = json_pack("[{ss ss}]", "path", "a.test.lua", "text", "a(5)");
	json_t *changes = verify_changes(files);

	(void)state;
	assert_int_equal(json_array_size(changes), 0);
	json_decref(changes);
	json_decref(files);
}

/* The few that stay are named: when a renewal is due is in no decision, and no
 * shipped level meets a commendation without the level it is added to. */
static void the_shipped_tests_notice_nearly_every_change(void **state)
{
	struct rule_files files;
	struct verify_mutation found;
	const struct verify_options options = {.filter = NULL};
	struct err e = {.status = 0};
	json_t *faults = json_array(), *change;
	size_t i;

	(void)state;
	assert_int_equal(rule_files_read(AWARDD_RULES, &files, faults), 0);
	if (verify_mutate(&bench_options, files.files, &options, &found, &e) != 0)
		fail_msg("%s", e.text);
	json_array_foreach(found.unnoticed, i, change)
		print_message("%s:%lld: %s\n", json_member_text(change, "file"),
			      json_member_integer(change, "line", 0),
			      json_member_text(change, "change"));
	assert_true(found.changes > 90);
	assert_int_equal(found.noticed + json_array_size(found.unnoticed), found.changes);
	/* due_months and learn_from are shown, and decide nothing: two changes of each. */
	assert_in_range(json_array_size(found.unnoticed), 1, 5);
	json_decref(found.unnoticed);
	json_decref(faults);
	rule_files_deinit(&files);
}

static void tests_that_expect_little_notice_little(void **state)
{
	json_t *files = bench_files(BENCH_FIXTURE
				    "test \"a\" { given = \"lead\","
				    " expect = { criteria = { [\"QM-1\"] = \"met\" } } }");
	struct verify_mutation found;
	const struct verify_options options = {.filter = NULL};
	struct err e = {.status = 0};

	(void)state;
	assert_int_equal(verify_mutate(&bench_options, files, &options, &found, &e), 0);
	assert_true(json_array_size(found.unnoticed) > found.changes / 2);
	assert_in_range(found.refused, 0, found.noticed);
	json_decref(found.unnoticed);
	json_decref(files);
}

/* ---- recording ---------------------------------------------------------------------- */

/* A log: an imported award, a revoked decision, and one that is recorded. Its
 * words are such as Lua must be told with care. */
static json_t *logged(void)
{
	static const char text[] =
		"[{\"sequence\": 4, \"kind\": \"import\", \"id\": \"4-a\", \"body\": {\"award\": "
		"{\"partnership\": \"x\", \"name\": \"X\", \"award\": \"quality-mark\", "
		"\"awarded_on\": \"2022-06-01\", \"precision\": \"day\", \"source\": \"a list\"}}},"
		"{\"sequence\": 7, \"kind\": \"decision\", \"id\": \"7-b\", \"body\": "
		"{\"submission\": "
		"{\"submission_id\": \"s1\", \"partnership\": {\"id\": \"x\"}, \"assessed_on\": "
		"\"2023-01-01\", \"scores\": {\"1\": 5, \"2\": 5, \"3\": 5, \"4a\": 5, \"4b\": 5, "
		"\"5\": 5, \"6\": 5, \"7\": 5, \"8\": 5, \"9\": 5, \"10\": 5}}}},"
		"{\"sequence\": 8, \"kind\": \"revocation\", \"id\": \"8-c\", \"body\": "
		"{\"revokes\": "
		"{\"sequence\": 7}}},"
		"{\"sequence\": 9, \"kind\": \"decision\", \"id\": \"9-d\", \"body\": "
		"{\"submission\": "
		"{\"submission_id\": \"s2\", \"partnership\": {\"id\": \"x\", \"name\": "
		"\"A \\\"B\\\" \\\\ C\\n\\u0007\\u00e9\"}, \"assessed_on\": \"2024-05-20\", "
		"\"seeking\": null, \"scores\": {\"1\": 5, \"2\": 5, \"3\": 5, \"4a\": 4, \"4b\": "
		"5, "
		"\"5\": 5, \"6\": 5, \"7\": 5, \"8\": 5, \"9\": 5, \"10\": 5}, \"sign_off\": "
		"{\"send_leadership\": {\"name\": {\"commitment\": \"sha256:00\"}, \"method\": "
		"\"email\", \"on\": \"2024-05-20\"}}}, \"decision\": {\"rules\": {\"digest\": "
		"\"sha256:ab\"}, \"outcome\": {\"award\": null, \"commendations\": [], \"route\": "
		"\"redesignation\", \"citation\": null, \"fee\": {\"net\": 700}}, \"awards\": "
		"[{\"id\": \"quality-mark\", \"criteria\": [{\"id\": \"QM-1\", \"status\": "
		"\"unmet\"}, "
		"{\"id\": \"QM-2\", \"status\": \"unmet\"}]}]}}}]";
	json_t *entries = json_read(text_of(text), NULL);

	assert_non_null(entries);
	return entries;
}

static void a_decision_is_written_as_a_test_that_passes(void **state)
{
	static const char wanted[] = "-- Decision 9-d of the log, made under sha256:ab.\n"
				     "test \"x on 2024-05-20 (9-d)\" {\n"
				     "\tgiven = {\n"
				     "\t\tassessed_on = \"2024-05-20\",\n"
				     "\t\tpartnership = { id = \"x\", name = \"A \\\"B\\\" \\\\ "
				     "C\\010\\007\xC3\xA9\" },\n"
				     "\t\tscores = {\n"
				     "\t\t\t[\"1\"] = 5,\n";
	json_t *entries = logged(), *report;
	struct buffer out;
	struct err e = {.status = 0};

	(void)state;
	buffer_init(&out);
	assert_int_equal(verify_record(entries, &out, &e), 0);
	assert_memory_equal(out.bytes, wanted, sizeof wanted - 1);
	assert_non_null(strstr(out.bytes, "revoked = true"));
	assert_null(strstr(out.bytes, "commitment"));
	assert_null(strstr(out.bytes, "submission_id"));
	report = bench_run(out.bytes, NULL);
	char *said = bench_messages(report);
	assert_string_equal(said, "");
	assert_true(verify_passed(report));
	free(said);
	json_decref(report);
	json_decref(entries);
	buffer_deinit(&out);
}

static void only_decisions_are_recorded(void **state)
{
	json_t *entries = logged(), *none = json_array();
	struct buffer out;
	struct err e = {.status = 0};

	(void)state;
	buffer_init(&out);
	assert_int_equal(json_array_remove(entries, 3), 0);
	assert_int_equal(verify_record(entries, &out, &e), AW_EINVALID);
	assert_int_equal(verify_record(none, &out, &e), AW_EINVALID);
	assert_int_equal(out.length, 0);
	json_decref(entries);
	json_decref(none);
	buffer_deinit(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_and_dates_move_by_one),
		cmocka_unit_test(comparisons_move_their_border_and_turn_round),
		cmocka_unit_test(a_criterion_is_dropped_where_it_stands),
		cmocka_unit_test(tests_are_not_changed),
		cmocka_unit_test(the_shipped_tests_notice_nearly_every_change),
		cmocka_unit_test(tests_that_expect_little_notice_little),
		cmocka_unit_test(a_decision_is_written_as_a_test_that_passes),
		cmocka_unit_test(only_decisions_are_recorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
