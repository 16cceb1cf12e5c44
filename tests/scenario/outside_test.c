/*
 * Programs of others against the daemon: the independent model of the scheme,
 * the register of ten years, and two JSON-RPC clients from the npm registry where they are installed.
 * AWARDD_SEED and AWARDD_HISTORIES choose which histories and how many.
 */
#include "tool.h"

static const char *value_of(const char *variable, const char *otherwise)
{
	const char *value = getenv(variable);

	return value != NULL ? value : otherwise;
}

/* Runs a script of tests/ with node; gives whether it ended with 0. */
static bool node_agrees(const char *script, const char *arguments)
{
	char command[1024];

	assert_in_range(snprintf(command, sizeof command, "node '%s/tests/%s' %s", AWARDD_SOURCE,
				 script, arguments),
			1, sizeof command - 1);
	print_message("%s\n", command);
	return system(command) == 0;
}

static void run_node(const char *script, const char *arguments)
{
	if (!node_agrees(script, arguments))
		fail_msg("%s says no", script);
}

static void the_model_is_right_about_cases_worked_by_hand(void **state)
{
	(void)state; /* it needs no daemon */
	run_node("model/check.js", "");
}

static void the_model_and_the_daemon_agree_on_random_histories(void **state)
{
	const struct scene *s = *state;
	char arguments[512];

	snprintf(arguments, sizeof arguments, "--socket '%s' --seed %s --histories %s", s->socket,
		 value_of("AWARDD_SEED", "1"), value_of("AWARDD_HISTORIES", "2000"));
	run_node("model/run.js", arguments);
}

static bool the_register_is_right(struct scene *s)
{
	char arguments[512];

	free(TOOL_OUT(s, 0, "register", "import", AWARDD_SOURCE "/examples/roll.csv"));
	snprintf(arguments, sizeof arguments, "--socket '%s' --roll '%s'", s->socket,
		 AWARDD_SOURCE "/examples/roll.csv");
	return node_agrees("model/roll.js", arguments);
}

static void AW_1_to_AW_5_hold_on_every_day_from_2018_to_2027(void **state)
{
	assert_true(the_register_is_right(*state));
}

static void rules_that_are_wrong_about_a_month_are_found(void **state)
{
	struct scene *s = *state;

	scene_rule_replace(s, "outcome.lua", "due_months = 6", "due_months = 5");
	scene_start(s, NULL);
	assert_false(the_register_is_right(s));
}

static void clients_of_others_drive_it(void **state)
{
	const struct scene *s = *state;
	char arguments[512];

	if (access(AWARDD_SOURCE "/tests/clients/node_modules", F_OK) != 0) {
		print_message("skipped: not installed: npm ci --prefix tests/clients\n");
		skip();
	}
	snprintf(arguments, sizeof arguments, "--socket '%s'", s->socket);
	run_node("clients/drive.js", arguments);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_model_is_right_about_cases_worked_by_hand),
		cmocka_unit_test_setup_teardown(the_model_and_the_daemon_agree_on_random_histories,
						scene_setup, scene_teardown),
		cmocka_unit_test_setup_teardown(AW_1_to_AW_5_hold_on_every_day_from_2018_to_2027,
						scene_setup, scene_teardown),
		cmocka_unit_test_setup_teardown(rules_that_are_wrong_about_a_month_are_found,
						scene_setup_stopped, scene_teardown),
		cmocka_unit_test_setup_teardown(clients_of_others_drive_it, scene_setup,
						scene_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
