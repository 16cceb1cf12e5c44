/* Rule sets of a log that words of plugins belong to: compared, and put back. */
#include "../scenario/tool.h"
#include "rig.h"

static void shell(const struct scene *s, const char *command)
{
	char whole[1024];

	(void)snprintf(whole, sizeof whole, "cd %s && %s", s->dir, command);
	assert_int_equal(system(whole), 0);
}

/* The daemon has one plugin; beside its folder lie one with none, one with another besides,
 * and one where the same is of other bytes. */
static int setup(void **state)
{
	assert_int_equal(tool_scene_setup(state), 0);
	struct scene *s = *state;

	scene_stop(s);
	rig_add(s, "good/bank-holidays");
	rig_start(s, NULL);
	shell(s,
	      "mkdir none more other && cp " AWARDD_PLUGINS "/good/bank-holidays.so " AWARDD_PLUGINS
	      "/good/tides.so more && cp plugins/* other && printf x >> other/bank-holidays.so");
	return 0;
}

static void words_of_plugins_are_compared_with_those_of_a_folder(void **state)
{
	struct scene *s = *state;
	char *said = TOOL_OUT(s, 0, "rules", "diff", "active", "rules", "--plugins", "plugins");

	tool_must_say(said, "The two rule sets are the same.");
	free(said);
	said = TOOL_OUT(s, 0, "rules", "diff", "active", "rules", "--plugins", "more");
	assert_string_equal(said, "Only rules has the words of the plugin tides.\n");
	free(said);
	said = TOOL_OUT(s, 0, "rules", "diff", "rules", "active", "--plugins", "none");
	tool_must_say(said, "Only active-");
	tool_must_say(said, "has the words of the plugin bank-holidays.");
	free(said);
	said = TOOL_OUT(s, 0, "rules", "diff", "active", "rules", "--plugins", "other");
	assert_string_equal(said, "The words of the plugin bank-holidays are of another file.\n");
	free(said);
	/* Not asked to look, it does not say that they are the same. */
	said = TOOL_OUT(s, 0, "rules", "diff", "active", "rules");
	tool_must_say(said, "Words of plugins belong to one of them (bank-holidays); --plugins DIR "
			    "says whether they are the same in the folder.");
	assert_null(strstr(said, "The two rule sets"));
	free(said);
}

static void a_program_is_told_both_hashes_and_both_digests(void **state)
{
	struct scene *s = *state;
	json_t *rules = called(s, "rules.get", NULL), *words;
	char *said = TOOL_OUT(s, 0, "rules", "diff", "active", "rules", "--plugins", "plugins",
			      "--format", "json");
	json_t *document = json_loads(said, 0, NULL);

	expect(document, "{'files': [], 'words': []}");
	assert_true(json_equal(json_object_get(document, "b"), json_object_get(rules, "digest")));
	json_decref(document);
	free(said);
	said = TOOL_OUT(s, 0, "rules", "diff", "active", "rules", "--plugins", "other", "--format",
			"json");
	document = json_loads(said, 0, NULL);
	words = json_array_get(json_object_get(document, "words"), 0);
	assert_string_equal(json_member_text(words, "name"), "bank-holidays");
	assert_true(json_is_string(json_object_get(words, "a")) &&
		    json_is_string(json_object_get(words, "b")));
	assert_false(json_equal(json_object_get(words, "a"), json_object_get(words, "b")));
	assert_false(json_equal(json_object_get(document, "b"), json_object_get(rules, "digest")));
	json_decref(document);
	free(said);
	json_decref(rules);
}

static void a_rule_set_goes_back_where_its_words_are(void **state)
{
	struct scene *s = *state;
	char *said = TOOL_OUT(s, 0, "rules", "restore", "active", "back", "--plugins", "more");
	struct ran r;

	tool_must_say(said, "Words of the plugin bank-holidays belong to it: of bank-holidays.so "
			    "with the SHA-256 ");
	free(said);
	free(TOOL_OUT(s, 0, "rules", "restore", "active", "unasked"));
	r = TOOL(s, NULL, "rules", "restore", "active", "nowhere", "--plugins", "none");
	tool_ended(&r, 3);
	tool_must_say(r.err, "it needs the words of the plugin bank-holidays, which is not there");
	tool_must_say(r.err, "nothing was written");
	ran_deinit(&r);
	r = TOOL(s, NULL, "rules", "restore", "active", "nowhere", "--plugins", "other");
	tool_ended(&r, 3);
	tool_must_say(r.err, "and the bank-holidays.so that is there has ");
	ran_deinit(&r);
	shell(s, "test -e back/outcome.lua && test -e unasked/outcome.lua && test ! -e nowhere");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_plugins_are_compared_with_those_of_a_folder),
		cmocka_unit_test(a_program_is_told_both_hashes_and_both_digests),
		cmocka_unit_test(a_rule_set_goes_back_where_its_words_are),
	};

	return cmocka_run_group_tests(tests, setup, scene_teardown);
}
