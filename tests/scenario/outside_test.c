/*
 * Programs of others against the daemon: the independent model of the scheme,
 * and two JSON-RPC clients from the npm registry where they are installed.
 * AWARDD_SEED and AWARDD_HISTORIES choose which histories and how many.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

static const char *value_of(const char *variable, const char *otherwise)
{
	const char *value = getenv(variable);

	return value != NULL ? value : otherwise;
}

/* Runs a script of tests/ with node; it must end with 0. */
static void run_node(const char *script, const char *arguments)
{
	char command[1024];

	assert_in_range(snprintf(command, sizeof command, "node '%s/tests/%s' %s", AWARDD_SOURCE,
				 script, arguments),
			1, sizeof command - 1);
	print_message("%s\n", command);
	if (system(command) != 0)
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

static void clients_of_others_drive_it(void **state)
{
	const struct scene *s = *state;
	char arguments[512];

	if (access(AWARDD_SOURCE "/tests/clients/node_modules", F_OK) != 0) {
		print_message("not installed: npm ci --prefix tests/clients\n");
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
		cmocka_unit_test_setup_teardown(clients_of_others_drive_it, scene_setup,
						scene_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
