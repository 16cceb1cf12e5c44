/* awardctl rules test and decisions test, as programs. */
#include "tool.h"

enum { DONE = 0, UNEXPECTED = 1, USAGE = 2, UNLOADABLE = 3, FAILED = 4, UNCOVERED = 5 };

static const char failing[] = "test \"a <b> & \\\"c\\\"\" {\n"
			      "	given = { partnership = { id = \"x\" }, assessed_on = "
			      "\"2024-05-20\", scores = all(5) },\n"
			      "	expect = { criteria = { [\"QM-2\"] = \"met\" } },\n"
			      "}\n";

/* A folder with the shipped rules, their tests, and one file more. */
static void folder(const struct scene *s, const char *name, const char *text)
{
	char path[2 * PATH_TEXT], command[6 * PATH_TEXT];

	tool_path(s, "tested", path);
	snprintf(command, sizeof command, "rm -rf '%s' && cp -R '%s' '%s'", path, AWARDD_RULES,
		 path);
	assert_int_equal(system(command), 0);
	if (name != NULL) {
		snprintf(command, sizeof command, "tested/%s", name);
		tool_write(s, command, text);
	}
}

static void the_shipped_rules_pass(void **state)
{
	struct scene *s = *state;
	struct ran r;

	folder(s, NULL, NULL);
	r = TOOL(s, NULL, "rules", "test", "tested", "--coverage", "100");
	tool_ended(&r, DONE);
	tool_must_say(r.out, " passed, 0 failed Criteria: 100 % seen met, and seen unmet "
			     "Lines of functions: 100 % ran");
	assert_string_equal(r.err, "");
	ran_deinit(&r);
}

static void a_test_that_fails_is_said_and_ends_with_4(void **state)
{
	struct scene *s = *state;
	struct ran r;

	folder(s, "x.test.lua", failing);
	r = TOOL(s, NULL, "rules", "test", "tested");
	tool_ended(&r, FAILED);
	tool_must_say(r.out, "x.test.lua:1: \"a <b> & \"c\"\": QM-2 is unmet, expected met");
	tool_must_say(r.out, " passed, 1 failed");
	ran_deinit(&r);
	r = TOOL(s, NULL, "rules", "test", "tested", "--filter", "Quality Mark");
	tool_ended(&r, DONE);
	ran_deinit(&r);
	r = TOOL(s, NULL, "rules", "test", "tested", "--filter", "no such thing");
	tool_ended(&r, FAILED);
	tool_must_say(r.out, "No test ran");
	ran_deinit(&r);
	r = TOOL(s, NULL, "rules", "test", s->rules, "--filter", "x");
	tool_ended(&r, FAILED);
	ran_deinit(&r);
}

static void less_than_the_coverage_asked_for_ends_with_5(void **state)
{
	struct scene *s = *state;
	struct ran r;

	folder(s, "x.lua",
	       "work_out \"x\" (function(so_far)\n\tif so_far.submission == nothing_like_it "
	       "then\n\t\treturn 1\n\tend\nend)\n");
	r = TOOL(s, NULL, "rules", "test", "tested", "--filter", "Child");
	assert_in_range(r.status, FAILED, FAILED); /* the word is not known when it runs */
	ran_deinit(&r);
	folder(s, "x.lua",
	       "work_out \"x\" (function(so_far)\n\tif so_far.submission == nil "
	       "then\n\t\treturn 1\n\tend\nend)\n");
	r = TOOL(s, NULL, "rules", "test", "tested", "--coverage", "100");
	tool_ended(&r, UNCOVERED);
	tool_must_say(r.out, "x.lua: never ran: 3");
	ran_deinit(&r);
	r = TOOL(s, NULL, "rules", "test", "tested", "--coverage", "90");
	tool_ended(&r, DONE);
	ran_deinit(&r);
	r = TOOL(s, NULL, "rules", "test", "tested", "--coverage", "101");
	tool_ended(&r, USAGE);
	ran_deinit(&r);
}

static void rules_or_tests_that_do_not_load_end_with_3(void **state)
{
	struct scene *s = *state;
	struct ran r;

	folder(s, "x.test.lua",
	       "test \"a\" { given = \"raedy for Quality Lead\",\n"
	       "expect = { award = nothing } }");
	r = TOOL(s, NULL, "rules", "test", "tested");
	tool_ended(&r, UNLOADABLE);
	tool_must_say(r.err, "x.test.lua:1: test \"a\": there is no fixture \"raedy for Quality "
			     "Lead\"; did you mean \"ready for Quality Lead\"?");
	ran_deinit(&r);
	folder(s, "outcome.lua", "");
	r = TOOL(s, NULL, "rules", "test", "tested");
	tool_ended(&r, UNLOADABLE);
	tool_must_say(r.err,
		      "outcome.lua: is empty: put back what stood in it awardctl: no file says "
		      "what the fees is");
	ran_deinit(&r);
	r = TOOL(s, NULL, "rules", "test", "nowhere");
	tool_ended(&r, UNLOADABLE);
	ran_deinit(&r);
}

static void programs_read_json_and_junit(void **state)
{
	struct scene *s = *state;
	struct ran r;

	folder(s, "x.test.lua", failing);
	r = TOOL(s, NULL, "rules", "test", "tested", "--format", "json");
	tool_ended(&r, FAILED);
	json_t *report = json_read(text_of(r.out), NULL);
	assert_non_null(report);
	assert_int_equal(json_member_integer(report, "failed", 0), 1);
	json_decref(report);
	ran_deinit(&r);
	r = TOOL(s, NULL, "rules", "test", "tested", "--format", "junit");
	tool_ended(&r, FAILED);
	tool_must_say(r.out, "<testcase classname=\"x.test.lua\" name=\"a &lt;b&gt; &amp; "
			     "&quot;c&quot;\" file=\"x.test.lua\" line=\"1\"> <failure message=\"");
	tool_write(s, "junit.xml", r.out);
	ran_deinit(&r);
	r = TOOL(s, NULL, "rules", "test", "tested", "--format", "csv");
	tool_ended(&r, USAGE);
	ran_deinit(&r);
}

static void changes_that_no_test_notices_are_listed(void **state)
{
	struct scene *s = *state;
	struct ran r;

	folder(s, NULL, NULL);
	r = TOOL(s, NULL, "rules", "test", "tested", "--filter", "quality-mark.test.lua",
		 "--mutate");
	tool_ended(&r, DONE);
	tool_must_say(r.out, "quality-lead.lua:10: no test notices that 7 becomes 8");
	assert_false(tool_says(r.out, "quality-mark.lua:"));
	ran_deinit(&r);
}

/* Submitted after an imported award and another submission; recorded; run. */
static void a_logged_decision_becomes_a_test(void **state)
{
	struct scene *s = *state;
	struct ran r;
	char sequence[24];

	imports(s, "{}");
	decides(s, "{'assessed_on': '2023-01-10'}", "{'outcome': {'change': 'higher'}}");
	json_t *result = decided(s, "{'every': 5, 'seeking': null}");
	snprintf(sequence, sizeof sequence, "%lld", json_member_integer(result, "sequence", 0));
	/* What comes later is no part of it. */
	decides(s, "{'assessed_on': '2024-06-01'}", "{}");
	revokes(s, result);
	r = TOOL(s, NULL, "decisions", "test", sequence, "--log", s->log);
	tool_ended(&r, DONE);
	assert_string_equal(r.err, "");
	tool_must_say(r.out, "imported = {");
	assert_false(tool_says(r.out, "revoked"));
	assert_false(tool_says(r.out, "2024-06-01"));
	folder(s, "recorded.test.lua", r.out);
	ran_deinit(&r);
	r = TOOL(s, NULL, "decisions", "test", json_member_text(result, "decision_id"), "--log",
		 s->log);
	tool_ended(&r, DONE);
	ran_deinit(&r);
	r = TOOL(s, NULL, "rules", "test", "tested", "--filter", "recorded.test.lua");
	tool_ended(&r, DONE);
	tool_must_say(r.out, "1 test: 1 passed, 0 failed");
	ran_deinit(&r);
	json_decref(result);
}

static void what_cannot_be_recorded_is_said(void **state)
{
	struct scene *s = *state;
	struct ran r = TOOL(s, NULL, "decisions", "test", "999999", "--log", s->log);

	tool_ended(&r, UNEXPECTED);
	tool_must_say(r.err, "999999 is not in the log");
	ran_deinit(&r);
	r = TOOL(s, NULL, "decisions", "test", "1", "--log", s->log); /* the rules' activation */
	tool_ended(&r, UNEXPECTED);
	tool_must_say(r.err, "1 is no decision");
	ran_deinit(&r);
	r = TOOL(s, NULL, "decisions", "test", "1");
	tool_ended(&r, USAGE);
	ran_deinit(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_new_area(the_shipped_rules_pass),
		in_new_area(a_test_that_fails_is_said_and_ends_with_4),
		in_new_area(less_than_the_coverage_asked_for_ends_with_5),
		in_new_area(rules_or_tests_that_do_not_load_end_with_3),
		in_new_area(programs_read_json_and_junit),
		in_new_area(changes_that_no_test_notices_are_listed),
		in_new_area(a_logged_decision_becomes_a_test),
		in_new_area(what_cannot_be_recorded_is_said),
	};

	return cmocka_run_group_tests(tests, tool_scene_setup, scene_group_teardown);
}
