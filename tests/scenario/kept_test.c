/* Rule sets of the log: shown, compared, and put back into a folder. */
#include "tool.h"

#include <sys/stat.h>

/* Puts an edit in force, and gives the digest from before it. */
static void change(struct scene *s, char before[80])
{
	json_t *rules = called(s, "rules.get", NULL);

	snprintf(before, 80, "%s", json_member_text(rules, "digest"));
	json_decref(rules);
	scene_rule_replace(s, "outcome.lua", "member = 1100, other", "member = 1150, other");
	scene_rule_write(s, "notes/more.lua", "-- more\n");
	json_decref(called(s, "rules.reload", NULL));
}

static void make_folder(const struct scene *s, const char *name)
{
	char path[2 * PATH_TEXT];

	tool_path(s, name, path);
	assert_int_equal(mkdir(path, 0755), 0);
}

static int setup(void **state)
{
	if (tool_scene_setup(state) != 0)
		return -1;
	make_folder(*state, "rules/notes");
	return 0;
}

/* Each refused attempt is one of them. */
static void every_attempt_is_in_the_history(void **state)
{
	enum { MANY = 510 };
	struct scene *s = *state;

	scene_rule_append(s, "quality-mark.lua", "\nunfinished {");
	for (int i = 0; i < MANY; i++)
		json_decref(fails(s, "rules.reload", NULL, -32010));
	json_t *told = called(s, "rules.history", NULL);
	assert_int_equal(json_array_size(json_member(told, "history")),
			 scene_sql_number(s, "SELECT count(*) FROM rule_sets"));
	assert_true(json_array_size(json_member(told, "history")) > MANY);
	json_decref(told);
}

static void what_was_refused_last_is_told_after_a_start(void **state)
{
	struct scene *s = *state;

	calls(s, "rules.get", NULL, "{'last_rejection': null}");
	scene_rule_append(s, "quality-mark.lua", "\nunfinished {");
	json_decref(fails(s, "rules.reload", NULL, -32010));
	scene_rule_replace(s, "quality-mark.lua", "\nunfinished {", "");
	scene_stop(s);
	scene_start(s, NULL);
	calls(s, "rules.get", NULL,
	      "{'last_rejection': {'cause': 'reload', 'over': true,"
	      " 'errors': [{'file': 'quality-mark.lua'}]}}");
}

static void the_method_gives_texts_and_refuses_the_rest(void **state)
{
	struct scene *s = *state;
	char before[80], params[200];
	json_t *kept, *text;

	change(s, before);
	kept = called(s, "rules.show", NULL);
	assert_int_equal(json_array_size(json_member(kept, "files")), 7);
	json_decref(kept);
	snprintf(params, sizeof params, "{'digest': '%s', 'file': 'outcome.lua'}", before);
	kept = called(s, "rules.show", params);
	assert_int_equal(json_array_size(json_member(kept, "files")), 1);
	text = json_object_get(json_array_get(json_member(kept, "files"), 0), "text");
	assert_non_null(strstr(json_string_value(text), "member = 1100, other"));
	json_decref(kept);
	json_decref(fails(s, "rules.show", "{'file': 'nothing.lua'}", -32002));
	json_decref(fails(s, "rules.show", "{'digest': 'sha256:12'}", -32602));
	json_decref(fails(s, "rules.show", "{'digest': 7}", -32602));
	json_decref(fails(s, "rules.show", "{'file': []}", -32602));
	json_decref(fails(s, "rules.show", "{'files': 'x'}", -32602));
	json_decref(fails(s, "rules.show",
			  "{'digest': 'sha256:000000000000000000000000000000000000"
			  "0000000000000000000000000000'}",
			  -32002));
}

static void a_rule_set_is_shown(void **state)
{
	struct scene *s = *state;
	char before[80], *said;

	change(s, before);
	said = TOOL_OUT(s, 0, "rules", "show", before);
	tool_must_say(said, before);
	tool_must_say(said, "quality-lead.lua");
	free(said);
	said = TOOL_OUT(s, 0, "rules", "show", "active", "notes/more.lua");
	assert_string_equal(said, "-- more\n");
	free(said);
	free(TOOL_OUT(s, 8, "rules", "show", before, "notes/more.lua"));
	free(TOOL_OUT(s, 2, "rules", "show", "yesterday"));
	free(TOOL_OUT(s, 8, "rules", "show", "000000000000"));
}

static void decisions_are_listed_by_the_first_digits_of_their_rules(void **state)
{
	struct scene *s = *state;
	char before[80], digits[13], *said;

	json_decref(decided(s, NULL));
	change(s, before);
	snprintf(digits, sizeof digits, "%s", before + 7);
	said = TOOL_OUT(s, 0, "decisions", "list", "--rules", digits);
	tool_must_say(said, "North Vale");
	free(said);
	said = TOOL_OUT(s, 0, "decisions", "list", "--rules", before + 7);
	tool_must_say(said, "North Vale");
	free(said);
	struct ran r = TOOL(s, NULL, "decisions", "list", "--rules", "00000000");
	tool_ended(&r, 8);
	tool_must_say(r.err, "no rule set that was in force begins with 00000000");
	ran_deinit(&r);
}

static void two_rule_sets_are_compared(void **state)
{
	struct scene *s = *state;
	char before[80], digits[13], *said, expected[512];
	struct ran r;

	change(s, before);
	snprintf(digits, sizeof digits, "%s", before + 7);
	said = TOOL_OUT(s, 0, "rules", "diff", digits, "rules");
	snprintf(expected, sizeof expected,
		 "--- /dev/null\n+++ rules/notes/more.lua\n"
		 "@@ -0,0 +1,1 @@\n+-- more\n--- %s/outcome.lua\n+++ rules/outcome.lua\n@@ -",
		 digits);
	assert_memory_equal(said, expected, strlen(expected));
	tool_must_say(said, "-\troute(\"new-entry\", { member = 1100, other");
	tool_must_say(said, "+\troute(\"new-entry\", { member = 1150, other");
	free(said);
	said = TOOL_OUT(s, 0, "rules", "diff", "active", "rules");
	tool_must_say(said, "The two rule sets are the same.");
	free(said);
	said = TOOL_OUT(s, 0, "rules", "diff", "--format", "json", before, "active");
	json_t *document = json_loads(said, 0, NULL);
	expect(json_array_get(json_member(document, "files"), 0),
	       "{'path': 'notes/more.lua', 'change': 'added'}");
	json_decref(document);
	free(said);
	r = TOOL_ON_TERMINAL(s, "rules", "diff", before, "active");
	assert_non_null(strstr(r.out, "\033["));
	ran_deinit(&r);
}

static void a_rule_set_goes_back_into_a_folder(void **state)
{
	struct scene *s = *state;
	char before[80], path[2 * PATH_TEXT], *said;
	json_t *rules;

	change(s, before);
	free(TOOL_OUT(s, 0, "rules", "restore", before, "new/"));
	said = TOOL_OUT(s, 0, "rules", "diff", before, "new/");
	tool_must_say(said, "the same");
	free(said);
	/* Into the folder itself: only when told, and what is no rule stays. */
	tool_write(s, "rules/notes/why.txt", "because");
	tool_write(s, "rules/.hidden.lua", "mine");
	free(TOOL_OUT(s, 2, "rules", "restore", before, "rules"));
	free(TOOL_OUT(s, 0, "rules", "restore", "--force", before, "rules"));
	said = tool_read(s, "rules/notes/why.txt");
	assert_string_equal(said, "because");
	free(said);
	said = tool_read(s, "rules/.hidden.lua");
	assert_string_equal(said, "mine");
	free(said);
	tool_path(s, "rules/notes/more.lua", path);
	assert_int_not_equal(access(path, F_OK), 0);
	/* It is not in force by that alone. */
	rules = called(s, "rules.get", NULL);
	assert_string_not_equal(json_member_text(rules, "digest"), before);
	json_decref(rules);
	rules = called(s, "rules.reload", NULL);
	assert_string_equal(json_member_text(rules, "digest"), before);
	json_decref(rules);
}

static void a_watched_folder_is_put_in_force_by_restoring(void **state)
{
	static const char *const watching[] = {"--watch=yes", NULL};
	struct scene *s = *state;
	char before[80];

	scene_stop(s);
	scene_start(s, watching);
	change(s, before);
	scene_await_later(s);
	free(TOOL_OUT(s, 0, "rules", "restore", "--force", before, "rules"));
	scene_await(s, before);
}

static void what_cannot_be_restored_changes_nothing(void **state)
{
	struct scene *s = *state;
	struct ran r;

	tool_write(s, "file", "x");
	r = TOOL(s, NULL, "rules", "restore", "active", "file");
	tool_ended(&r, 2);
	tool_must_say(r.err, "is no folder");
	ran_deinit(&r);
	free(TOOL_OUT(s, 1, "rules", "restore", "active", "nowhere/rules"));
	free(TOOL_OUT(s, 2, "rules", "restore", "rules", "new"));
}

int main(void)
{
#define SCENE(test) cmocka_unit_test_setup_teardown(test, setup, scene_teardown)
	const struct CMUnitTest tests[] = {
		SCENE(every_attempt_is_in_the_history),
		SCENE(what_was_refused_last_is_told_after_a_start),
		SCENE(the_method_gives_texts_and_refuses_the_rest),
		SCENE(a_rule_set_is_shown),
		SCENE(decisions_are_listed_by_the_first_digits_of_their_rules),
		SCENE(two_rule_sets_are_compared),
		SCENE(a_rule_set_goes_back_into_a_folder),
		SCENE(a_watched_folder_is_put_in_force_by_restoring),
		SCENE(what_cannot_be_restored_changes_nothing),
	};
#undef SCENE

	return cmocka_run_group_tests(tests, NULL, NULL);
}
