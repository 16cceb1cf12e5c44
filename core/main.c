/* awardd: the table of contents. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "awardd/version.h"
#include "base/base.h"
#include "config/config.h"
#include "daemon/daemon.h"
#include "evaluator/evaluator.h"
#include "plugin/plugin.h"

enum { EXIT_USAGE = 2, EXIT_RULES = 3 };

static void print_help(void)
{
	(void)fputs(
		"awardd --socket PATH --log FILE --rules DIR [OPTION…]\n\n"
		"Decides benchmark submissions by the rules in DIR, answers on the Unix socket\n"
		"PATH, and keeps every decision in FILE. Runs in the foreground. Rules that are\n"
		"saved in DIR are tested and put in force by themselves, or refused; SIGHUP reads\n"
		"them again, SIGTERM and SIGINT end it in order.\n\n"
		"  --config FILE            settings, one \"name = value\" a line\n"
		"  --print-config           show each setting and where it came from\n"
		"  --check-config           say whether it would start, and with what\n"
		"  --version, --help\n",
		stdout);
	config_help(stdout);
	(void)fputs(
		"\nWHO names users, and groups with an @ in front: \"alice, @assessors\". A role\n"
		"that names nobody belongs to root and to the daemon's own user.\n",
		stdout);
}

static int act(const struct config *c, enum config_action action, struct err *e)
{
	switch (action) {
	case CONFIG_PRINT:
		return daemon_print(c, e);
	case CONFIG_CHECK:
		return daemon_check(c, e);
	case CONFIG_HELP:
		print_help();
		return 0;
	case CONFIG_VERSION:
		(void)puts("awardd " AWARDD_VERSION);
		return 0;
	case CONFIG_RUN:
		break;
	}
	return daemon_run(c, e);
}

int main(int argc, char **argv)
{
	struct config *config = NULL;
	enum config_action action = CONFIG_HELP;
	struct err e = {0};

	if (argc >= 2 && strcmp(argv[1], EVALUATOR_ARGUMENT) == 0)
		return evaluator_main(argc - 2, argv + 2);
	if (argc == 2 && strcmp(argv[1], PLUGIN_ARGUMENT) == 0)
		return plugin_main();

	if (descriptors_occupy() != 0)
		return EXIT_FAILURE; /* without /dev/null; there is nowhere to say it */
	/* Who does not read is seen by the writing itself. */
	(void)signal(SIGPIPE, SIG_IGN);
	int status = EXIT_USAGE;
	int rv = config_read(argc, argv, &config, &action, &e);
	if (rv == 0) {
		rv = act(config, action, &e);
		status = rv == AW_ESCRIPT    ? EXIT_RULES
			 : rv == AW_EINVALID ? EXIT_USAGE
					     : EXIT_FAILURE;
	}
	config_free(&config);
	if (rv == 0)
		return EXIT_SUCCESS;
	daemon_complain(action == CONFIG_RUN && status != EXIT_USAGE, e.text);
	return status;
}
