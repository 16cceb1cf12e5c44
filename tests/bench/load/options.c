/* What is asked for on the command line. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

void options_help(void)
{
	(void)fputs(
		"bench-load --socket PATH [OPTION…]\n\n"
		"Sends submissions to a daemon's Unix socket and measures the answers. They are the\n"
		"examples, varied by chance; each has a submission_id of its own. Prints JSON.\n\n"
		"  --connections N      1\n"
		"  --depth N            requests under way on each connection, 1\n"
		"  --rate N             send N a second evenly, whatever comes back, instead of keeping\n"
		"                       a depth; answers are timed from when the request was due\n"
		"  --seconds S          how long is measured, 5\n"
		"  --warmup S           how long it runs before that, 1\n"
		"  --count N            measure exactly N submissions, and no time\n"
		"  --patience S         without any answer for so long what is owed is lost, 10\n"
		"  --seed N             where chance begins, 1: a seed gives the same submissions again,\n"
		"                       so a second run against one log needs another\n"
		"  --partnerships N     100000\n"
		"  --pid N              the server's: its processor time and memory, and those of all\n"
		"                       processes that descend from it\n"
		"  --method NAME        decide; or assess, which logs nothing; for Redis, its function\n"
		"  --protocol P         rpc, or redis\n"
		"  --submissions DIR    the examples\n"
		"  --print N            print so many submissions, one a line, and end\n\n"
		"It ends with 1 where an answer was an error, was lost, came twice, or belongs to no\n"
		"request or to another submission.\n",
		stdout);
}

static const struct number {
	const char *name;
	size_t place;
	double least, most;
} numbers[] = {
	{"connections", offsetof(struct options, connections), 1, 4096},
	{"depth", offsetof(struct options, depth), 1, 4096},
	{"rate", offsetof(struct options, rate), 1, 1e6},
	{"seconds", offsetof(struct options, seconds), 0, 1e6},
	{"warmup", offsetof(struct options, warmup), 0, 1e6},
	{"patience", offsetof(struct options, patience), 0, 1e6},
	{"count", offsetof(struct options, count), 1, 1e9},
	{"seed", offsetof(struct options, seed), 0, 1e15},
	{"partnerships", offsetof(struct options, partnerships), 1, 9999999},
	{"pid", offsetof(struct options, pid), 1, 1e9},
	{"print", offsetof(struct options, print), 1, 1e9},
};
enum { NUMBERS = sizeof numbers / sizeof *numbers, TEXTS = 4 };
static const char *const texts[TEXTS] = {"socket", "submissions", "method", "protocol"};

static int set_number(struct options *o, const struct number *n, const char *value, struct err *e)
{
	char *end;
	double given = strtod(value, &end);

	if (end == value || *end != '\0' || !(given >= n->least && given <= n->most))
		return err_set(e, AW_EINVALID, "--%s must be from %.0f to %.0f, not \"%s\"",
			       n->name, n->least, n->most, value);
	memcpy((char *)o + n->place, &given, sizeof given);
	return 0;
}

static int set_text(struct options *o, const char *name, const char *value, struct err *e)
{
	if (strcmp(name, "socket") == 0)
		o->socket = value;
	else if (strcmp(name, "submissions") == 0)
		o->submissions = value;
	else if (strcmp(name, "method") == 0)
		o->method = value;
	else if (strcmp(value, "redis") == 0)
		o->protocol = PROTOCOL_REDIS;
	else if (strcmp(value, "rpc") != 0)
		return err_set(e, AW_EINVALID, "--protocol is rpc or redis, not \"%s\"", value);
	return 0;
}

int options_read(int argc, char **argv, struct options *out, struct err *e)
{
	struct option known[NUMBERS + TEXTS + 1] = {{0}};
	int rv = 0, at = 0;

	*out = (struct options){.submissions = AWARDD_SOURCE "/examples/submissions",
				.method = "decide",
				.connections = 1,
				.depth = 1,
				.seconds = 5,
				.warmup = 1,
				.patience = 10,
				.partnerships = 100000,
				.seed = 1};
	for (int i = 0; i < NUMBERS + TEXTS; i++)
		known[i] = (struct option){i < NUMBERS ? numbers[i].name : texts[i - NUMBERS],
					   required_argument, NULL, 1};
	opterr = 0;
	for (int c; rv == 0 && (c = getopt_long(argc, argv, "", known, &at)) != -1;) {
		if (c != 1)
			return err_set(e, AW_EINVALID,
				       "%s: no such option, or no value; see --help",
				       argv[optind - 1]);
		rv = at < NUMBERS ? set_number(out, &numbers[at], optarg, e)
				  : set_text(out, known[at].name, optarg, e);
	}
	if (rv == 0 && optind < argc)
		return err_set(e, AW_EINVALID, "%s: nothing is expected here", argv[optind]);
	if (rv == 0 && out->socket == NULL && out->print == 0)
		return err_set(e, AW_EINVALID, "--socket is required; see --help");
	return rv;
}
