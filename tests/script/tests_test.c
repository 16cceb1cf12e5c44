/* Files of tests: their words, what is wrong in them, and that no decision
 * knows of them. */
#include "rig.h"

#define RULES "test \"a\" { given = {}, "

/* Gives the tests of the shipped rules and this file as documents. */
static json_t *gathered(const char *text)
{
	struct rig r;
	struct rig_edit edit = {.file = "x.test.lua", .text = text};
	struct buffer out;
	json_t *nothing = json_object(), *tests;

	rig_open(&r, &edit);
	buffer_init(&out);
	assert_int_equal(script_run(r.script, "tests", nothing, &out, &r.fault), 0);
	tests = json_read((struct text){out.bytes, out.length}, NULL);
	assert_non_null(tests);
	buffer_deinit(&out);
	json_decref(nothing);
	rig_close(&r);
	return tests;
}

static void gathers(const char *text, const char *expected)
{
	json_t *tests = gathered(text), *wanted = rig_json(expected);

	rig_compare(tests, wanted, "");
	json_decref(tests);
	json_decref(wanted);
}

static void refuses(const char *text, const char *wanted)
{
	struct rig_edit edit = {.file = "x.test.lua", .text = text};

	rig_refuses(&edit, wanted);
}

static void a_fixture_is_merged_member_by_member(void **state)
{
	(void)state;
	gathers("fixture \"a\" { partnership = { id = \"x\", name = \"X\" }, scores = all(5) }\n"
		"fixture \"b\" { like = \"a\", scores = { [\"2\"] = 6 }, evidence = { {}, {} } }\n"
		"test \"one\" { given = \"b\", with = { scores = { [\"3\"] = 7 }, evidence = {},\n"
		"partnership = { name = nothing } }, expect = { award = nothing } }",
		"[{'name': 'one', 'file': 'x.test.lua', 'line': 3, 'before': [],"
		" 'submission': {'partnership': {'id': 'x', 'name': null}, 'evidence': [],"
		" 'scores': {'1': 5, '2': 6, '3': 7, '4a': 5, '10': 5}},"
		" 'expect': {'award': null}}]");
}

static void fixtures_may_stand_after_their_tests(void **state)
{
	(void)state;
	gathers("test \"one\" { given = \"b\", expect = { at_least = \"quality-mark\" } }\n"
		"fixture \"b\" { like = \"a\" }\nfixture \"a\" { scores = all(5, { [\"1\"] = 0 }) "
		"}",
		"[{'submission': {'scores': {'1': 0, '2': 5}}}]");
}

static void what_went_before_begins_with_what_is_given(void **state)
{
	(void)state;
	gathers("fixture \"a\" { partnership = { id = \"x\" }, scores = all(5) }\n"
		"test \"one\" { given = \"a\", with = { scores = all(6) }, before = {\n"
		"{ with = { assessed_on = \"2020-01-01\" }, revoked = true }, \"a\",\n"
		"{ imported = { award = \"quality-mark\", awarded_on = \"2020-01-01\" } } },\n"
		"expect = { outcome = { fee = { net = 1 } } } }",
		"[{'before': [{'revoked': true, 'submission': {'assessed_on': '2020-01-01',"
		" 'scores': {'1': 5}}}, {'revoked': false, 'submission': {'scores': {'1': 5}}},"
		" {'imported': {'partnership': 'x', 'name': 'x', 'award': 'quality-mark',"
		" 'source': 'a test'}}], 'submission': {'scores': {'1': 6}}}]");
}

static void what_is_wrong_in_one_line_is_said_once(void **state)
{
	struct rig_edit edit = {
		.file = "x.test.lua",
		.text = RULES "expect = { criteria = { [\"QM-3\"] = \"met\" }, "
			      "reason = { [\"QM-3\"] = \"x\", [\"QM-4\"] = \"x\" } } }",
	};
	struct rig r;

	(void)state;
	rig_try(&r, &edit);
	assert_int_equal(r.opened, AW_ESCRIPT);
	assert_int_equal(r.faults.count, 2);
	rig_close(&r);
}

static void a_name_that_is_not_known_is_said_with_the_nearest(void **state)
{
	(void)state;
	refuses("fixture \"ready\" {}\ntest \"a\" { given = \"raedy\", expect = { award = nothing "
		"} }",
		"x.test.lua:2: test \"a\": there is no fixture \"raedy\"; did you mean \"ready\"?");
	refuses("\n" RULES "with = { evidense = {} }, expect = { award = nothing } }",
		"x.test.lua:2: test \"a\": a submission has no \"evidense\"; did you mean "
		"\"evidence\"?");
	refuses(RULES
		"with = { sign_off = { send_leadrship = {} } }, expect = { award = nothing } }",
		"did you mean \"send_leadership\"?");
	refuses(RULES "expect = { criteria = { [\"QM1\"] = \"met\" } } }",
		"there is no criterion \"QM1\"; did you mean \"QM-1\"?");
	refuses(RULES "expect = { criteria = { [\"QM-1\"] = \"mets\" } } }",
		"there is no status \"mets\"; did you mean \"met\"?");
	refuses(RULES "expect = { reason = { [\"QM-3\"] = \"x\" } } }",
		"there is no criterion \"QM-3\"");
	refuses(RULES "expect = { award = \"quality-marc\" } }",
		"there is no level \"quality-marc\"; did you mean \"quality-mark\"?");
	refuses(RULES "expect = { commendations = { [\"child-frist\"] = true } } }",
		"did you mean \"child-first\"?");
	refuses(RULES "expect = { outcome = { ruote = \"x\" } } }",
		"the outcome has no \"ruote\"; did you mean \"route\"?");
	refuses(RULES "expect = { awrad = nothing } }",
		"a decision is not asked for its \"awrad\"; did you mean \"award\"?");
	refuses(RULES "whit = {}, expect = { award = nothing } }",
		"there can be no \"whit\"; did you mean \"with\"?");
	refuses("fixtrue \"a\" {}", "x.test.lua:1: fixtrue is not a word of the rules; "
				    "did you mean fixture?");
}

static void what_cannot_be_meant_is_refused(void **state)
{
	(void)state;
	refuses("test \"a\"", "x.test.lua:1: test \"a\" ends here, and something must follow it");
	refuses("test { given = {} }", "test needs a name in quotes after it");
	refuses(RULES "}", "test \"a\" expects nothing");
	refuses(RULES "expect = {} }", "test \"a\" expects nothing");
	refuses("test \"a\" { expect = { award = nothing } }", "given is missing");
	refuses(RULES "expect = { award = nothing, refused = { \"/x\" } } }",
		"there is nothing else to expect");
	refuses(RULES "expect = { refused = { 1 } } }", "refused is a list of what is wrong");
	refuses(RULES "expect = { next = 1.5 } }", "a number with a fraction");
	refuses(RULES "expect = { next = type } }", "and not a function");
	refuses(RULES "expect = { next = \"\\xff\" } }", "text that is not UTF-8");
	refuses(RULES "with = { scores = { 5 } }, expect = { award = nothing } }",
		"every value has a name");
	refuses(RULES
		"with = { evidence = { kind = \"systems\" } }, expect = { award = nothing } }",
		"put one more pair of braces around its entries");
	refuses("test \"a\" { given = { partnership = { id = \"x\" } }, before = { { with = { "
		"partnership = { id = \"y\" } } } }, expect = { award = nothing } }",
		"what stands in before is of the same partnership");
	refuses("fixture \"a\" {}\nfixture \"a\" {}",
		"x.test.lua:2: fixture \"a\" stands twice; the other is at x.test.lua:1");
	refuses(RULES "expect = { award = nothing } }\n" RULES "expect = { award = nothing } }",
		"test \"a\" stands twice");
	refuses("local = 1", "x.test.lua:1:");
	refuses("while true do end", "the rule runs for too long");
	refuses("local t = {} for i = 1, 10 do t = { t, t } end\n" RULES "expect = { next = t } }",
		"and not a table");
}

static void a_fixture_is_not_like_itself(void **state)
{
	(void)state;
	refuses("fixture \"a\" { like = \"b\", scores = all(5) }\nfixture \"b\" { like = \"a\" }",
		"x.test.lua:1: fixture \"a\": it is like itself");
}

static void words_keep_to_their_files(void **state)
{
	struct rig_edit rule = {.file = "x.lua", .text = "test \"a\" {}"};

	(void)state;
	refuses("level \"x\" {}",
		"level stands in a rule file; a test file holds fixtures and tests");
	refuses("work_out \"x\" (type)", "work_out stands in a rule file");
	rig_refuses(&rule, "x.lua:1: test stands in a file whose name ends in .test.lua");
}

/* Tests are read once, when the rules are opened. */
static void a_decision_is_the_same_with_tests_and_without(void **state)
{
	struct rig *plain = *state, r;
	struct rig_edit edit = {.file = "x.test.lua",
				.text = "test \"a\" { given = { scores = all(1) },\n"
					"expect = { award = nothing } }"};
	struct buffer one, two;

	rig_open(&r, &edit);
	buffer_init(&one);
	buffer_init(&two);
	assert_int_equal(rig_run(plain, NULL, NULL, &one), 0);
	assert_int_equal(rig_run(&r, NULL, NULL, &two), 0);
	assert_string_equal(one.bytes, two.bytes);
	assert_true(json_equal(script_manifest(plain->script), script_manifest(r.script)));
	buffer_deinit(&one);
	buffer_deinit(&two);
	rig_close(&r);
}

static json_t *asked(struct rig *r, const char *operation, json_t *input)
{
	struct buffer out;
	json_t *answer;

	buffer_init(&out);
	assert_int_equal(script_run(r->script, operation, input, &out, &r->fault), 0);
	answer = json_read((struct text){out.bytes, out.length}, NULL);
	assert_non_null(answer);
	buffer_deinit(&out);
	json_decref(input);
	return answer;
}

static bool has_line(const json_t *lines, json_int_t line)
{
	size_t i;
	json_t *one;

	json_array_foreach(lines, i, one)
		if (json_integer_value(one) == line)
			return true;
	return false;
}

/* Those of functions: not of declarations, not an `end` that nothing falls into. */
static void lines_that_can_run_are_known(void **state)
{
	static const char text[] = "local x = 1\n"                           /* 1 */
				   "local function f(n)\n"                   /* 2 */
				   "\tif n == 1 then -- end function\n"      /* 3 */
				   "\t\treturn \"function if do\"\n"         /* 4 */
				   "\tend\n"                                 /* 5 */
				   "\tfor i = 1, n do\n"                     /* 6 */
				   "\t\tlocal g = function() return i end\n" /* 7 */
				   "\t\tx = g()\n"                           /* 8 */
				   "\tend\n"                                 /* 9 */
				   "\treturn n\n"                            /* 10 */
				   "end\n"                                   /* 11 */
				   "work_out \"x\" (function() return f(2) end)\n";
	struct rig_edit edit = {.file = "x.lua", .text = text};
	struct rig r;
	json_t *all, *traced, *input;
	const json_t *lines;

	(void)state;
	rig_open(&r, &edit);
	all = asked(&r, "lines", json_object());
	lines = json_object_get(all, "x.lua");
	for (json_int_t line = 1; line <= 12; line++)
		assert_int_equal(has_line(lines, line),
				 line != 1 && line != 2 && line != 5 && line != 9 && line != 11);
	input = json_pack("{ss so so}", "operation", "decide", "submission", rig_submission(NULL),
			  "history", json_array());
	traced = asked(&r, "trace", json_incref(input));
	lines = json_object_get(json_object_get(traced, "lines"), "x.lua");
	assert_false(has_line(lines, 4));
	assert_true(has_line(lines, 1) && has_line(lines, 3) && has_line(lines, 8));
	json_t *decided = asked(&r, "decide", input);
	assert_true(json_equal(decided, json_object_get(traced, "answer")));
	json_decref(decided);
	json_decref(traced);
	json_decref(all);
	rig_close(&r);
}

static void tokens_keep_to_the_grammar(void **state)
{
	static const char text[] =
		"a1 --[==[ x ]] \n ]==] 'it\\'s' [[two\nlines]] 0x1F 1.5e3 a<=b..c~=d"
		" -- end\n\"open";
	static const char *const wanted[] = {
		"a1", "'it\\'s'", "[[two\nlines]]", "0x1F", "1.5e3", "a", "<=", "b", "..", "c",
		"~=", "d",        "\"open"};
	struct script_token t = {.kind = SCRIPT_NAME};
	size_t count = 0;

	(void)state;
	while (script_token_next(text_of(text), &t)) {
		assert_in_range(count, 0, sizeof wanted / sizeof *wanted - 1);
		if (!script_token_is(text_of(text), &t, wanted[count]))
			fail_msg("%zu is %.*s", count, (int)t.length, text + t.offset);
		count++;
	}
	assert_int_equal(count, sizeof wanted / sizeof *wanted);
	assert_int_equal(t.line, 4);
}

/* Any beginning of any text: tokens end within it, and go on. */
static void tokens_end_whatever_the_text(void **state)
{
	static const char text[] = "--[=[ ]] [==[ \"\\";

	(void)state;
	for (size_t from = 0; from < sizeof text; from++) {
		for (size_t length = 0; from + length < sizeof text; length++) {
			char *copy = malloc(length + 1);
			struct script_token t = {.kind = SCRIPT_NAME};

			assert_non_null(copy);
			memcpy(copy, text + from, length);
			while (script_token_next((struct text){copy, length}, &t)) {
				assert_true(t.length > 0);
				assert_true(t.offset + t.length <= length);
			}
			free(copy);
		}
	}
}

static void every_word_of_tests_has_a_heading(void **state)
{
	static const char *const words[] = {"fixture", "test", "all", "nothing"};
	char *handbook = rig_read("README.md"), heading[64];

	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		snprintf(heading, sizeof heading, "\n#### `%s", words[i]);
		if (strstr(handbook, heading) == NULL)
			fail_msg("rules/README.md has no heading for %s", words[i]);
	}
	free(handbook);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fixture_is_merged_member_by_member),
		cmocka_unit_test(fixtures_may_stand_after_their_tests),
		cmocka_unit_test(what_went_before_begins_with_what_is_given),
		cmocka_unit_test(what_is_wrong_in_one_line_is_said_once),
		cmocka_unit_test(a_name_that_is_not_known_is_said_with_the_nearest),
		cmocka_unit_test(what_cannot_be_meant_is_refused),
		cmocka_unit_test(a_fixture_is_not_like_itself),
		cmocka_unit_test(words_keep_to_their_files),
		cmocka_unit_test(a_decision_is_the_same_with_tests_and_without),
		cmocka_unit_test(lines_that_can_run_are_known),
		cmocka_unit_test(tokens_keep_to_the_grammar),
		cmocka_unit_test(tokens_end_whatever_the_text),
		cmocka_unit_test(every_word_of_tests_has_a_heading),
	};

	return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
