/* The interface of plugins stays what it was: members lie where they lay, numbers
 * mean what they meant, and a plugin of each release still runs. */
#include <stddef.h>

#include "../plugin/rig.h"
#include "awardd/plugin.h"

/* ---- today's header, member by member; a row is added and none is changed -- */

#define AT(type, member, offset)                                                                   \
	_Static_assert(offsetof(struct type, member) == (offset), #type "." #member " has moved")

AT(awardd_text, bytes, 0);
AT(awardd_text, length, 8);
_Static_assert(sizeof(struct awardd_text) == 16, "it is passed by value: it cannot grow");

AT(awardd_host, size, 0);
AT(awardd_host, abi, 4);
AT(awardd_host, ctx, 8);
AT(awardd_host, log, 16);
AT(awardd_host, get, 24);
AT(awardd_host, quote, 32);
AT(awardd_host, answer, 40);
AT(awardd_host, refuse, 48);
_Static_assert(sizeof(struct awardd_host) == 56, "1.0");

AT(awardd_offer, size, 0);
AT(awardd_offer, kind, 4);
AT(awardd_offer, name, 8);
AT(awardd_offer, role, 16);
AT(awardd_offer, form, 24);
AT(awardd_offer, run, 32);
_Static_assert(sizeof(struct awardd_offer) == 40, "1.0");

AT(awardd_plugin, size, 0);
AT(awardd_plugin, magic, 4);
AT(awardd_plugin, needs, 8);
AT(awardd_plugin, zero, 12);
AT(awardd_plugin, name, 16);
AT(awardd_plugin, version, 24);
AT(awardd_plugin, says, 32);
AT(awardd_plugin, settings, 40);
AT(awardd_plugin, offers, 48);
AT(awardd_plugin, start, 56);
AT(awardd_plugin, stop, 64);
_Static_assert(sizeof(struct awardd_plugin) == 72, "1.0");

_Static_assert(AWARDD_ABI(1, 0) == 0x10000 && AWARDD_ABI(2, 3) == 0x20003, "versions");
_Static_assert(AWARDD_MAGIC == 0x64727761, "the magic");
_Static_assert(AWARDD_SINK == 1 && AWARDD_METHOD == 2 && AWARDD_DECISION_RENDERER == 3 &&
		       AWARDD_REGISTER_RENDERER == 4 && AWARDD_WORD == 5,
	       "kinds");
_Static_assert(AWARDD_ERROR == 3 && AWARDD_WARNING == 4 && AWARDD_NOTICE == 5 && AWARDD_INFO == 6,
	       "levels");
_Static_assert(AWARDD_FAILED == 1 && AWARDD_PARAMS == 2 && AWARDD_ABSENT == 3 &&
		       AWARDD_CONFLICT == 4 && AWARDD_LATER == 5,
	       "refusals");

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_plugin_built_against_1_0_runs,
						scene_setup_stopped, scene_teardown),
		cmocka_unit_test_setup_teardown(its_sink_and_its_word_are_asked,
						scene_setup_stopped, scene_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
