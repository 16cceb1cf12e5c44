/* The interface of plugins stays what it was: members lie where they lay, numbers
 * mean what they meant, and a plugin of each release still runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../plugin/rig.h"
#include "layout.h"

static void a_plugin_built_against_1_0_runs(void **state)
{
	struct scene *s = *state;

	rig_add(s, "1.0/every");
	rig_start(s, NULL);
	json_t *plugin = rig_status(s, "every");
	expect(plugin, "{'state': 'running', 'kinds': ['sink', 'method', 'decision-renderer',"
		       " 'register-renderer', 'word']}");
	json_decref(plugin);
	assert_true(scene_said(s, "every: {\\\"depth\\\":3}")); /* in a line that is quoted */
	json_t *said = called(s, "every.say", "{'text': 'so it was'}");
	assert_string_equal(json_string_value(said), "so it was");
	json_decref(said);
	json_decref(fails(s, "every.say", "{}", -32602));
}

/* Waits until its sink has had every entry. */
static void await_told(struct scene *s)
{
	json_int_t behind = -1;

	while (behind != 0) {
		json_t *plugin = rig_status(s, "every");
		behind = json_member_integer(plugin, "behind", -1);
		expect(plugin, "{'state': 'running', 'restarts': 0, 'last_error': null}");
		json_decref(plugin);
	}
}

static void its_sink_and_its_word_are_asked(void **state)
{
	static const char rule[] =
		"level \"quality-mark\" {\n"
		"	title = \"Quality Mark\",\n"
		"	in_force_from = \"2017-04-01\",\n"
		"	criterion \"QM-1\" {\n"
		"		says = \"The statement 9 is scored\",\n"
		"		check = function(submission)\n"
		"			if words.every.is_given(submission.scores[\"9\"]) and\n"
		"			   not words.every.is_given() then\n"
		"				return met(\"It is scored.\")\n"
		"			end\n"
		"			return unmet(\"It is not scored.\", {})\n"
		"		end,\n"
		"	},\n"
		"}\n";
	struct scene *s = *state;

	rig_add(s, "1.0/every");
	scene_rule_write(s, "quality-mark.lua", rule);
	rig_start(s, NULL);
	s->area++;
	json_t *result = decided(s, NULL);
	assert_string_equal(criterion_status(result, "QM-1"), "met");
	json_decref(result);
	await_told(s);
	scene_stop(s);
	assert_false(scene_said(s, "was killed"));
}

/* Compiles the layout against the header, changed by sed; gives the first error, "" where there
 * is none. */
static void compile_with(const char *change, char *error, size_t size)
{
	char command[1024];

	(void)snprintf(command, sizeof command,
		       "d=$(mktemp -d) && mkdir $d/awardd && cd " AWARDD_SOURCE " &&"
		       " sed -E '%s' include/awardd/plugin.h >$d/awardd/plugin.h &&"
		       " cc -std=c11 -fsyntax-only -I$d -x c tests/abi/layout.h 2>&1 |"
		       " grep -m 1 error:; rm -r $d",
		       change);
	FILE *said = popen(command, "re");
	assert_non_null(said);
	error[fread(error, 1, size - 1, said)] = '\0';
	assert_int_equal(pclose(said), 0);
}

static void a_header_with_a_change_that_breaks_plugins_is_refused(void **state)
{
	static const struct {
		const char *change, *breaks;
	} each[] = {
		{"s/^\tuint32_t zero;/\tuint64_t zero;/", "awardd_plugin.zero has moved"},
		{"s/^(\tconst char \\*settings;)/\tvoid *later;\\n\\1/",
		 "awardd_plugin.settings has moved"},
		{"s/^(\tuint32_t magic;)/\tuint32_t later;\\n\\1/",
		 "awardd_plugin.magic has moved"},
		{"s/AWARDD_WORD = 5/AWARDD_WORD = 6/", "kinds"},
		{"s/AWARDD_LATER = 5/AWARDD_LATER = 7/", "refusals"},
		{"s/AWARDD_INFO = 6/AWARDD_INFO = 5/", "levels"},
		{"s/0x64727761/0x64727762/", "the magic"},
		{"s/^\tsize_t length;/\tsize_t length, capacity;/", "it cannot grow"},
		{"s/<< 16/<< 8/", "versions"},
	};
	char error[1024];

	(void)state;
	compile_with("", error, sizeof error);
	assert_string_equal(error, "");
	for (size_t i = 0; i < sizeof each / sizeof each[0]; i++) {
		compile_with(each[i].change, error, sizeof error);
		if (strstr(error, "static assertion failed") == NULL ||
		    strstr(error, each[i].breaks) == NULL)
			fail_msg("%s does not break \"%s\", but: %s", each[i].change,
				 each[i].breaks, error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_with_a_change_that_breaks_plugins_is_refused),
		cmocka_unit_test_setup_teardown(a_plugin_built_against_1_0_runs,
						scene_setup_stopped, scene_teardown),
		cmocka_unit_test_setup_teardown(its_sink_and_its_word_are_asked,
						scene_setup_stopped, scene_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
