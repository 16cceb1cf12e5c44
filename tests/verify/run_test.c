/* Tests of rules, run: what passes, what fails and in which words, what is
 * counted as seen. */
#include <errno.h>
#include <uv.h>

#include "bench.h"

#define LEAD "given = \"lead\", "

static void the_shipped_rules_pass_and_are_seen_as_a_whole(void **state)
{
	struct trial *t = NULL;
	struct err e = {.status = 0};
	const struct verify_options options = {.lines = true};
	json_t *faults = json_array(), *report = NULL;

	(void)state;
	assert_int_equal(trial_open(&bench_options, AWARDD_RULES, &t, faults, &e), 0);
	assert_int_equal(verify_trial(t, &options, &report, &e), 0);
	char *said = bench_messages(report);
	assert_string_equal(said, "");
	assert_true(verify_passed(report));
	assert_true(json_member_integer(report, "tests", 0) > 50);
	assert_int_equal(json_member_integer(report, "criteria_percent", 0), 100);
	assert_int_equal(json_member_integer(report, "lines_percent", 0), 100);
	free(said);
	json_decref(report);
	json_decref(faults);
	trial_close(&t);
}

static void what_is_as_expected_passes(void **state)
{
	(void)state;
	bench_says(
		LEAD
		"expect = { award = \"quality-lead\", at_least = \"quality-mark\","
		" awards = { [\"child-first\"] = \"unmet\" }, criteria = { [\"QL-1\"] = \"met\" },"
		" reason = { [\"QL-1\"] = \"All 11\" }, shortfalls = { [\"QL-1\"] = {} },"
		" commendations = { [\"child-first\"] = false }, next = nothing,"
		" outcome = { fee = { net = 1300 }, sought = nothing },"
		" profile = { development_needs = {} }, partnership = { aym_member = false } }",
		"");
}

static void awards_are_compared(void **state)
{
	(void)state;
	bench_says(LEAD "expect = { award = \"quality-mark\" }",
		   "the award is quality-lead, expected quality-mark");
	bench_says(LEAD "expect = { award = nothing }",
		   "the award is quality-lead, expected nothing");
	bench_says(LEAD
		   "with = { scores = { [\"1\"] = 5 } }, expect = { at_least = \"quality-lead\" }",
		   "the award is quality-mark, expected at least quality-lead");
	bench_says(LEAD "with = { scores = all(1) }, expect = { at_least = \"quality-mark\" }",
		   "the award is nothing, expected at least quality-mark");
	bench_says(LEAD "expect = { awards = { [\"child-first\"] = \"met\" } }",
		   "child-first is unmet, expected met");
	bench_says(LEAD "expect = { commendations = { [\"child-first\"] = true } }",
		   "child-first is not added, expected to be");
	bench_says(LEAD "with = { child_first = { { tenet = \"strengths\", feature = \"f\" } } },"
			" expect = { commendations = { [\"child-first\"] = false } }",
		   "child-first is added, expected not to be");
}

static void criteria_reasons_and_shortfalls_are_compared(void **state)
{
	(void)state;
	bench_says(LEAD "expect = { criteria = { [\"QM-1\"] = \"unmet\" } }",
		   "QM-1 is met, expected unmet");
	bench_says(LEAD "expect = { reason = { [\"QL-2\"] = \"two\" } }",
		   "the reason of QL-2 is \"Evidence: 1 given.\", expected to hold \"two\"");
	bench_says(LEAD
		   "with = { scores = { [\"4a\"] = 4 } }, expect = { shortfalls = { [\"QM-1\"] = "
		   "{ { statement = \"4a\", needs = 6 } } } }",
		   "shortfalls of QM-1[1].needs is 5, expected 6");
	bench_says(LEAD "with = { scores = { [\"4a\"] = 4 } }, expect = { shortfalls = { "
			"[\"QM-1\"] = {} } }",
		   "shortfalls of QM-1 has 1 entries, expected 0: "
		   "[{\"needs\": 5, \"score\": 4, \"statement\": \"4a\"}]");
}

static void members_of_the_decision_are_compared(void **state)
{
	(void)state;
	bench_says(LEAD "expect = { outcome = { route = \"redesignation\" } }",
		   "outcome.route is \"new-entry\", expected \"redesignation\"");
	bench_says(LEAD "expect = { outcome = { fee = { net = 1100 } } }",
		   "outcome.fee.net is 1300, expected 1100");
	bench_says(LEAD "expect = { outcome = { sought = \"quality-lead\" } }",
		   "outcome.sought is nothing, expected \"quality-lead\"");
	bench_says(LEAD "expect = { profile = { strengths = { \"1\" } } }",
		   "profile.strengths has 11 entries, expected 1: [\"1\", \"2\", \"3\", \"4a\", "
		   "\"4b\", \"5\", \"6\", \"7\", \"8\", \"9\", \"10\"]");
}

static void refusals_are_expected_or_said(void **state)
{
	(void)state;
	bench_says(LEAD
		   "with = { scores = { [\"1\"] = 11 } }, expect = { refused = { \"/scores/1\" } }",
		   "");
	bench_says(LEAD "with = { scores = { [\"1\"] = 11 } }, expect = { award = nothing }",
		   "what is given does not fit the form: /scores/1: must be a whole number from 0 "
		   "to 10, not 11");
	bench_says(LEAD "expect = { refused = { \"/scores/1\" } }",
		   "what was submitted fits, expected it to be refused");
	bench_says(LEAD "with = { scores = { [\"1\"] = 11, [\"2\"] = 11 } }, "
			"expect = { refused = { \"/scores/2\", \"/scores/1\", \"/scores/3\" } }",
		   "nothing is wrong at /scores/3, expected it to be refused there");
	bench_says(LEAD "before = { { with = { scores = { [\"1\"] = 11 } } } }, "
			"expect = { refused = { \"/scores/1\" } }",
		   "before does not fit the form: /scores/1: must be a whole number from 0 to 10, "
		   "not 11");
	bench_says("imported = { award = \"quality-mark\" }, expect = { outcome = { award = "
		   "nothing } }",
		   "what is given does not fit the form: /awarded_on: is required");
}

static void a_rule_that_fails_fails_the_test(void **state)
{
	struct err e = {.status = 0};
	struct trial *t = NULL;
	json_t *files = bench_files(BENCH_FIXTURE "test \"a\" { given = \"lead\","
						  " expect = { award = nothing } }");
	json_t *faults = json_array(), *report = NULL;

	(void)state;
	json_array_append_new(files,
			      json_pack("{ss ss}", "path", "y.lua", "text",
					"work_out \"y\" (function()\n  error(\"no\")\nend)"));
	assert_int_equal(trial_open_files(&bench_options, files, &t, faults, &e), 0);
	assert_int_equal(verify_trial(t, NULL, &report, &e), 0);
	char *said = bench_messages(report);
	assert_string_equal(said, "x.test.lua:3: \"a\": nothing was decided: y.lua:2: no\n");
	assert_false(verify_passed(report));
	free(said);
	json_decref(report);
	json_decref(faults);
	json_decref(files);
	trial_close(&t);
}

static void what_went_before_counts_in_its_order(void **state)
{
	(void)state;
	bench_says(LEAD "before = { { with = { assessed_on = \"2022-01-01\" } } },"
			" expect = { outcome = { route = \"redesignation\" } }",
		   "");
	bench_says(LEAD "before = { { with = { assessed_on = \"2022-01-01\" }, revoked = true } },"
			" expect = { outcome = { route = \"new-entry\" } }",
		   "");
	bench_says(LEAD "before = { { imported = { award = \"quality-mark\", awarded_on = "
			"\"2023-01-01\" } },"
			" \"lead\" }, expect = { outcome = { change = \"maintained\" } }",
		   "");
}

static void a_filter_chooses_by_name_or_file(void **state)
{
	static const char text[] = BENCH_FIXTURE
		"test \"one\" { given = \"lead\", expect = { award = nothing } }"
		"test \"two\" { given = \"lead\", expect = { award = \"quality-lead\" } }";
	static const struct {
		const char *filter;
		json_int_t tests, failed;
	} cases[] = {{"one", 1, 1}, {"two", 1, 0}, {"x.test", 2, 1}, {"three", 0, 0}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct verify_options options = {.filter = cases[i].filter};
		json_t *report = bench_run(text, &options);

		assert_int_equal(json_member_integer(report, "tests", -1), cases[i].tests);
		assert_int_equal(json_member_integer(report, "failed", -1), cases[i].failed);
		assert_int_equal(verify_passed(report),
				 cases[i].tests == 1 && cases[i].failed == 0);
		json_decref(report);
	}
}

static void none_run_is_no_success(void **state)
{
	json_t *report = bench_run(NULL, NULL);

	(void)state;
	assert_int_equal(json_member_integer(report, "tests", -1), 0);
	assert_false(verify_passed(report));
	assert_int_equal(json_member_integer(report, "criteria_percent", -1), 0);
	json_decref(report);
}

static void what_was_never_seen_is_told(void **state)
{
	const struct verify_options options = {.lines = true};
	json_t *report = bench_run(BENCH_FIXTURE "test \"a\" { given = \"lead\","
						 " expect = { award = \"quality-lead\" } }",
				   &options);
	json_t *one = json_array_get(json_member(report, "criteria"), 0);

	(void)state;
	assert_int_equal(json_member_integer(one, "met", -1), 1);
	assert_int_equal(json_member_integer(one, "unmet", -1), 0);
	assert_in_range(json_member_integer(report, "criteria_percent", -1), 40, 60);
	assert_in_range(json_member_integer(report, "lines_percent", -1), 40, 90);
	one = json_array_get(json_member(report, "lines"), 0);
	assert_string_equal(json_member_text(one, "file"), "outcome.lua");
	assert_int_equal(json_member_integer(one, "lines", 0) - json_member_integer(one, "seen", 0),
			 json_array_size(json_member(one, "unseen")));
	json_decref(report);
}

/* ---- as the daemon runs them: on a loop that does other things ----------------- */

struct gate {
	struct generation *g;
	uv_loop_t loop;
	int calls, status;
	bool passed, returned;
};

static void on_done(void *ctx, int status, const json_t *report, const struct err *e)
{
	struct gate *gate = ctx;

	assert_true(gate->returned);
	assert_int_equal(e->status, status);
	gate->calls++;
	gate->status = status;
	gate->passed = report != NULL && verify_passed(report);
	generation_drop(&gate->g);
}

static void on_ready(void *ctx, int status, struct generation *g, const json_t *faults)
{
	struct gate *gate = ctx;

	(void)faults;
	assert_int_equal(status, 0);
	gate->g = g;
	uv_stop(&gate->loop);
}

static void run_gate(struct gate *gate, bool cancelled)
{
	struct pool_options pool = {.loop = &gate->loop,
				    .program = AWARDD_PROGRAM,
				    .processes = 1,
				    .deadline_ms = 10000};
	struct rule_files files;
	struct verify *run = NULL;
	json_t *faults = json_array();

	*gate = (struct gate){.calls = 0};
	assert_int_equal(uv_loop_init(&gate->loop), 0);
	assert_int_equal(rule_files_read(AWARDD_RULES, &files, faults), 0);
	assert_int_equal(generation_open(&pool, &files, on_ready, gate), 0);
	uv_run(&gate->loop, UV_RUN_DEFAULT);
	assert_int_equal(verify_run(gate->g, NULL, on_done, gate, &run), 0);
	gate->returned = true;
	if (cancelled)
		verify_cancel(run);
	uv_run(&gate->loop, UV_RUN_DEFAULT); /* until the evaluators are gone */
	assert_int_equal(uv_loop_close(&gate->loop), 0);
	assert_int_equal(gate->calls, 1);
	json_decref(faults);
}

static void a_generation_is_tested_without_waiting(void **state)
{
	struct gate gate;

	(void)state;
	run_gate(&gate, false);
	assert_int_equal(gate.status, 0);
	assert_true(gate.passed);
}

static void a_run_that_is_called_off_says_so_once(void **state)
{
	struct gate gate;

	(void)state;
	run_gate(&gate, true);
	assert_int_equal(gate.status, -ECANCELED);
	assert_false(gate.passed);
}

/* ---- the handbook ----------------------------------------------------------------- */

/* The blocks of the section about testing, each with the shipped fixtures. */
static void the_tests_of_the_handbook_pass(void **state)
{
	struct buffer book, tests;
	struct err e = {.status = 0};
	char *at, *end;

	(void)state;
	buffer_init(&book);
	buffer_init(&tests);
	assert_int_equal(file_read(AWARDD_RULES "/fixtures.test.lua", 1 << 20, &tests, &e), 0);
	assert_int_equal(file_read(AWARDD_RULES "/README.md", 1 << 20, &book, &e), 0);
	at = strstr(book.bytes, "\n## Testing a rule set\n");
	assert_non_null(at);
	end = strstr(at + 1, "\n## ");
	assert_non_null(end);
	*end = '\0';
	while ((at = strstr(at, "```lua\n")) != NULL) {
		at += strlen("```lua\n");
		end = strstr(at, "```");
		assert_non_null(end);
		buffer_append(&tests, at, (size_t)(end - at));
		at = end + 3;
	}
	json_t *report = bench_run(tests.bytes, NULL);
	char *said = bench_messages(report);
	assert_string_equal(said, "");
	assert_int_equal(json_member_integer(report, "tests", 0), 2);
	free(said);
	json_decref(report);
	buffer_deinit(&book);
	buffer_deinit(&tests);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shipped_rules_pass_and_are_seen_as_a_whole),
		cmocka_unit_test(what_is_as_expected_passes),
		cmocka_unit_test(awards_are_compared),
		cmocka_unit_test(criteria_reasons_and_shortfalls_are_compared),
		cmocka_unit_test(members_of_the_decision_are_compared),
		cmocka_unit_test(refusals_are_expected_or_said),
		cmocka_unit_test(a_rule_that_fails_fails_the_test),
		cmocka_unit_test(what_went_before_counts_in_its_order),
		cmocka_unit_test(a_filter_chooses_by_name_or_file),
		cmocka_unit_test(none_run_is_no_success),
		cmocka_unit_test(what_was_never_seen_is_told),
		cmocka_unit_test(a_generation_is_tested_without_waiting),
		cmocka_unit_test(a_run_that_is_called_off_says_so_once),
		cmocka_unit_test(the_tests_of_the_handbook_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
