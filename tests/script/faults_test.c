/* What is wrong in a rule file is said with file and line, and often what was meant. */
#include "rig.h"

static void refuses_change(const char *file, const char *from, const char *to, const char *words)
{
	rig_refuses(&(struct rig_edit){file, NULL, from, to}, words);
}

static void refuses_file(const char *text, const char *words)
{
	rig_refuses(&(struct rig_edit){"x.lua", text, NULL, NULL}, words);
}

static void the_shipped_rules_describe_themselves(void **state)
{
	struct rig *r = *state;
	const json_t *manifest = script_manifest(r->script);

	rig_expect(manifest,
		   "{'levels': ['quality-mark', 'quality-lead'], 'commendations': ['child-first'],"
		   " 'routes': ['new-entry', 'redesignation', 'higher-redesignation'],"
		   " 'register': {'years_current': 3, 'due_months': 6},"
		   " 'scale': {'from': 0, 'to': 10, 'not_applicable': 0, 'marks': [{'score': 0},"
		   " {'score': 1}, {'score': 3}, {'score': 5}, {'score': 7}, {'score': 9}]},"
		   " 'fees': {'currency': 'GBP', 'vat_percent': 20, 'routes':"
		   " [{'route': 'new-entry', 'member': 1100, 'other': 1300},"
		   " {'route': 'redesignation', 'member': 600, 'other': 700},"
		   " {'route': 'higher-redesignation', 'member': 1100, 'other': 1300}]},"
		   " 'tenets': [{'id': 'best-interests'}, {'id': 'strengths'},"
		   " {'id': 'participation'}, {'id': 'prevention'}],"
		   " 'awards': [{'id': 'quality-mark', 'kind': 'level', 'above': null,"
		   " 'in_force_from': '2017-04-01', 'in_force_until': null,"
		   " 'criteria': [{'id': 'QM-1'}, {'id': 'QM-2'}]},"
		   " {'id': 'quality-lead', 'above': 'quality-mark', 'criteria':"
		   " [{'id': 'QL-1'}, {'id': 'QL-2'}, {'id': 'QL-3'}, {'id': 'QL-4'}]},"
		   " {'id': 'child-first', 'kind': 'commendation', 'added_to': 'quality-lead',"
		   " 'criteria': [{'id': 'CF-1'}, {'id': 'CF-2'}, {'id': 'CF-3'}]}]}");
	assert_int_equal(json_array_size(json_object_get(manifest, "statements")), 11);
	assert_int_equal(json_array_size(json_object_get(manifest, "evidence_kinds")), 8);
	assert_int_equal(json_array_size(json_object_get(manifest, "form")), 11);
	assert_int_equal(json_array_size(json_object_get(manifest, "import_form")), 8);
	rig_expect(json_array_get(json_object_get(manifest, "form"), 3),
		   "{'name': 'registered_on', 'type': 'date', 'not_after': 'assessed_on'}");
	rig_expect(json_pointer_get(manifest, "/form/9/members/0/members/0"),
		   "{'name': 'name', 'type': 'text', 'personal': true}");
}

static void a_mistake_of_grammar_names_its_line(void **state)
{
	(void)state;
	refuses_file("-- a note\nlevel \"x\" {\n\ttitle = = 3\n}",
		     "x.lua:3: unexpected symbol near '='");
	refuses_file("level \"x\" { title = \"x\"", "x.lua:1: '}' expected near <eof>");
	/* At the end of a file Lua knows nothing better than the end. */
	refuses_file("-- {\nlevel \"x\" {\n\ttitle = \"}\",\n\tcriterion \"X-1\" {\n\t},\n",
		     "unexpected symbol near <eof>; the { of line 2, or one behind it, is not "
		     "closed");
	refuses_file("local a = (1 +\n", "near <eof>; the ( of line 1, or one behind it, is not");
	refuses_file("local a =\n", "unexpected symbol near <eof>; is something missing before");
	refuses_file("local s = \"no end", "x.lua:1: unfinished string");
}

static void a_misspelt_word_is_named_with_the_nearest(void **state)
{
	(void)state;
	refuses_change(
		"quality-lead.lua", "every_score_at_least(7)", "every_scor_at_least(7)",
		"quality-lead.lua:10: every_scor_at_least is not a word of the rules; did you"
		" mean every_score_at_least?");
	refuses_change("quality-lead.lua", "criterion \"QL-2\"", "criterium \"QL-2\"",
		       "quality-lead.lua:13: criterium is not a word of the rules; did you mean "
		       "criterion?");
	refuses_file("colour \"x\" {}", "x.lua:1: colour is not a word of the rules");
}

static void a_misspelt_member_is_named_with_the_nearest(void **state)
{
	(void)state;
	refuses_change(
		"quality-lead.lua", "title =", "titel =",
		"quality-lead.lua:3: level \"quality-lead\": \"titel\" is not known here; did you"
		" mean \"title\"?");
	refuses_change(
		"quality-lead.lua", "at_least_one \"evidence\"", "at_least_one \"evidense\"",
		"quality-lead.lua:15: at_least_one: a submission has no \"evidense\"; did you"
		" mean \"evidence\"?");
	refuses_change("quality-lead.lua", "\"send_leadership\"", "\"sen_leadership\"",
		       "did you mean \"send_leadership\"?");
	refuses_change("quality-lead.lua", "above = \"quality-mark\"", "above = \"quality-marc\"",
		       "above names no level: \"quality-marc\"; did you mean \"quality-mark\"?");
	refuses_change(
		"child-first.lua", "meets \"quality-lead\"", "meets \"quality-led\"",
		"child-first.lua:10: meets: there is no award \"quality-led\"; did you mean");
	refuses_change("child-first.lua", "added_to = \"quality-lead\"",
		       "added_to = \"qualty-lead\"", "did you mean \"quality-lead\"?");
	refuses_change("framework.lua", "from = \"evidence_kinds\"", "from = \"evidence_kind\"",
		       "did you mean \"evidence_kinds\"?");
}

static void another_name_is_no_spelling_mistake(void **state)
{
	const struct rig_edit edit = {"child-first.lua", NULL, "added_to = \"quality-lead\"",
				      "added_to = \"quality-high\""};
	struct rig r;

	(void)state;
	rig_try(&r, &edit);
	assert_int_equal(r.opened, AW_ESCRIPT);
	assert_int_equal(r.faults.count, 1);
	assert_string_equal(r.faults.list[0].message,
			    "commendation \"child-first\": added_to names no level: "
			    "\"quality-high\"");
	rig_close(&r);
}

static void what_stands_twice_names_the_other(void **state)
{
	(void)state;
	refuses_file("statement \"4a\" \"Again\"",
		     "x.lua:1: statement \"4a\" stands twice; the other is at framework.lua:");
	refuses_file("level \"quality-mark\" { title = \"x\", criterion \"X-1\" { says = \"x\","
		     " at_least_one \"evidence\" } }",
		     "award \"quality-mark\" stands twice; the other is at quality-mark.lua:3");
	refuses_file("commendation \"x\" { title = \"x\", added_to = \"quality-mark\","
		     " criterion \"QM-1\" { says = \"x\", at_least_one \"evidence\" } }",
		     "criterion \"QM-1\" stands twice; the other is at quality-mark.lua:7");
	refuses_file("scheme { title = \"x\" }", "scheme stands twice");
	refuses_file("outcome \"route\" (function() end)", "\"route\" is decided twice");
	refuses_change("framework.lua", "text \"role\" {},", "text \"method\" {},", "stands twice");
	refuses_change("framework.lua", "one_of \"stage\"", "one_of \"seeking\"",
		       "every submission has \"seeking\" already");
}

static void levels_form_one_chain(void **state)
{
	const char *test = "criterion \"X-1\" { says = \"x\", at_least_one \"evidence\" } }";
	char text[512];

	(void)state;
	snprintf(text, sizeof text, "level \"x\" { title = \"x\", above = \"quality-mark\", %s",
		 test);
	refuses_file(text, "are both above \"quality-mark\"");
	snprintf(text, sizeof text, "level \"x\" { title = \"x\", %s", test);
	refuses_file(text, "are both the lowest");
	refuses_change("quality-mark.lua",
		       "title =", "above = \"quality-lead\", title =", "is above itself");
	refuses_change("quality-lead.lua", "every_score_at_least(7)", "meets \"child-first\"",
		       "meets itself, by way of others");
}

static void values_are_checked(void **state)
{
	(void)state;
	refuses_change(
		"quality-mark.lua", "\"2017-04-01\"", "\"2017-02-30\"",
		"quality-mark.lua:3: level \"quality-mark\": in_force_from must be a real date");
	refuses_change(
		"quality-mark.lua", "every_score_at_least(5)", "every_score_at_least(11)",
		"quality-mark.lua:9: every_score_at_least: 11 is not on the scale of 0 to 10");
	refuses_change("quality-mark.lua", "every_score_at_least(5)", "every_score_at_least(\"5\")",
		       "quality-mark.lua:9: every_score_at_least needs a whole number");
	refuses_change("outcome.lua", "member = 1100", "member = 1100.5",
		       "member must be a whole number");
	refuses_change("outcome.lua", "vat_percent = 20", "vat_percent = \"20\"",
		       "vat_percent must be a whole number");
	refuses_change("outcome.lua", "outcome \"change\"", "outcome \"changes\"",
		       "no file says how outcome \"change\" is decided");
	refuses_change("framework.lua", "need_below = { 5, 7 }", "need_below = { 7, 5 }",
		       "each above the last");
	refuses_change("framework.lua", "text \"feature\"", "text \"Feature\"", "small letters");
}

static void what_is_unfinished_or_misplaced_is_said(void **state)
{
	(void)state;
	refuses_file("level \"x\"", "x.lua:1: level \"x\" ends here, and something must follow it");
	refuses_file("criterion \"X-1\" { says = \"x\", at_least_one \"evidence\" }",
		     "x.lua:1: criterion \"X-1\" is in no award");
	refuses_file("commendation \"x\" { title = \"x\", added_to = \"quality-mark\" }",
		     "has no criterion, so everybody would meet it");
	refuses_file("commendation \"x\" { title = \"x\", added_to = \"quality-mark\","
		     " every_score_at_least(5) }",
		     "only criteria of its own stand in it");
	refuses_file("commendation \"x\" { title = \"x\", added_to = \"quality-mark\","
		     " criterion \"X-1\" { says = \"x\" } }",
		     "has nothing to look at");
	refuses_file("level { title = \"x\" }", "x.lua:1: level needs a name in quotes after it");
	refuses_change("framework.lua", "scheme {", "local _ = {",
		       "no file says what the scheme is");
}

static const struct text own_words = {NULL, 0};

static void several_files_have_their_faults_said_at_once(void **state)
{
	struct script_file files[] = {{"a.lua", text_of("x = 1")},
				      {"b.lua", text_of("local = 2")},
				      {"c.lua", text_of("\nerror(\"no\")")}};
	struct script_faults faults = {NULL, 0, 0};
	struct script *script = NULL;

	(void)state;
	assert_int_equal(script_open(own_words, files, 3, NULL, &script, &faults), AW_ESCRIPT);
	assert_null(script);
	assert_int_equal(faults.count, 3);
	script_faults_deinit(&faults);
	assert_int_equal(script_open(own_words, NULL, 0, NULL, &script, &faults), AW_ESCRIPT);
	assert_true(faults.count >= 1);
	script_faults_deinit(&faults);
}

static void words_that_are_wrong_are_a_fault_like_any_other(void **state)
{
	static const char *const preludes[] = {
		"this is no Lua",
		"error(\"no\")",
		"",
		"return 1",
		"return {}",
		"while true do end",
		"return { run_file = function() end, finish = function() end }",
	};
	struct script_file file = {"a.lua", text_of("x = 1")};

	(void)state;
	for (size_t i = 0; i < sizeof preludes / sizeof preludes[0]; i++) {
		struct script_faults faults = {NULL, 0, 0};
		struct script *script = NULL;

		assert_int_equal(script_open(text_of(preludes[i]), &file, 1, NULL, &script,
					     &faults),
				 AW_ESCRIPT);
		assert_null(script);
		assert_true(faults.count >= 1);
		script_faults_deinit(&faults);
	}
}

/* They decided while no program looked for it, and must do so again. */
static void rules_with_the_words_of_their_log_may_have_slips(void **state)
{
	struct script_file file = {"a.lua", text_of("function rule()\n\tmet(\"it\")\nend")};
	struct script_faults faults = {NULL, 0, 0};
	struct script *script = NULL;

	(void)state;
	assert_int_equal(script_open(own_words, &file, 1, NULL, &script, &faults), AW_ESCRIPT);
	assert_non_null(strstr(faults.list[0].message, "write return before met"));
	script_faults_deinit(&faults);
	assert_int_equal(script_open(script_prelude(), &file, 1, NULL, &script, &faults),
			 AW_ESCRIPT);
	for (size_t i = 0; i < faults.count; i++)
		assert_null(strstr(faults.list[i].message, "write return"));
	script_faults_deinit(&faults);
	/* What Lua would compute wrongly is refused all the same. */
	file.source = text_of("x = 1 | 2");
	assert_int_equal(script_open(script_prelude(), &file, 1, NULL, &script, &faults),
			 AW_ESCRIPT);
	assert_non_null(strstr(faults.list[0].message, "operators on bits"));
	script_faults_deinit(&faults);
}

/* The words that a part of the prelude defines by `before`, each in the handbook. */
static size_t documented(const char *prelude, const char *before, const char *handbook)
{
	size_t count = 0, length = strlen(before);

	for (const char *at = strstr(prelude, before); at != NULL; at = strstr(at + 1, before)) {
		char heading[96], word[64];
		size_t end = strspn(at + length, "abcdefghijklmnopqrstuvwxyz_");

		if (end == 0 || (at > prelude && at[-1] == '_'))
			continue;
		snprintf(word, sizeof word, "%.*s", (int)end, at + length);
		snprintf(heading, sizeof heading, "\n#### `%s", word);
		if (strstr(handbook, heading) == NULL)
			fail_msg("rules/README.md has no heading for %s", word);
		count++;
	}
	return count;
}

static void every_word_has_a_heading_in_the_handbook(void **state)
{
	struct text bytes = script_prelude();
	char *prelude = strndup(bytes.bytes, bytes.length), *handbook = rig_read("README.md");

	(void)state;
	assert_true(documented(prelude, "function words.", handbook) > 20);
	assert_true(documented(prelude, "named(\"", handbook) >= 3);
	assert_true(documented(prelude, "member_word(\"", handbook) >= 6);
	assert_true(documented(prelude, "award_word(\"", handbook) == 2);
	assert_true(documented(prelude, "step_word(\"", handbook) == 3);
	free(prelude);
	free(handbook);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shipped_rules_describe_themselves),
		cmocka_unit_test(a_mistake_of_grammar_names_its_line),
		cmocka_unit_test(a_misspelt_word_is_named_with_the_nearest),
		cmocka_unit_test(a_misspelt_member_is_named_with_the_nearest),
		cmocka_unit_test(another_name_is_no_spelling_mistake),
		cmocka_unit_test(what_stands_twice_names_the_other),
		cmocka_unit_test(levels_form_one_chain),
		cmocka_unit_test(values_are_checked),
		cmocka_unit_test(what_is_unfinished_or_misplaced_is_said),
		cmocka_unit_test(several_files_have_their_faults_said_at_once),
		cmocka_unit_test(words_that_are_wrong_are_a_fault_like_any_other),
		cmocka_unit_test(rules_with_the_words_of_their_log_may_have_slips),
		cmocka_unit_test(every_word_has_a_heading_in_the_handbook),
	};

	return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
