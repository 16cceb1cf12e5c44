/* From the command line to a verb, and from the verb to an exit status. */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "awardd/version.h"
#include "ctl/ctl.h"
#include "ctl/verb.h"

enum { TIMEOUT_SECONDS = 60, TIMEOUT_MOST = 86400 };

static int read_timeout(struct session *s)
{
	const char *text = session_option(s, OPTION_TIMEOUT);
	char *end;
	long seconds = TIMEOUT_SECONDS;

	if (text != NULL) {
		seconds = strtol(text, &end, 10);
		if (end == text || *end != '\0' || seconds < 0 || seconds > TIMEOUT_MOST)
			return session_say(s, EXIT_USAGE, "--timeout: 0 to %d seconds, not \"%s\"",
					   TIMEOUT_MOST, text);
	}
	s->timeout_ms = (int)seconds * 1000;
	return EXIT_DONE;
}

static bool knows_format(const struct verb *verb, const char *format)
{
	return strcmp(format, "text") == 0 || strcmp(format, "json") == 0 ||
	       (strcmp(format, "csv") == 0 && (verb->options & VERB_CSV) != 0) ||
	       (strcmp(format, "junit") == 0 && (verb->options & VERB_JUNIT) != 0);
}

static int read_common(struct session *s)
{
	const char *format = session_option(s, OPTION_FORMAT);
	const char *socket = session_option(s, OPTION_SOCKET);
	const char *named = getenv("AWARDD_SOCKET");

	if (format != NULL && !knows_format(s->verb, format))
		return session_say(s, EXIT_USAGE, "--format is text%s json, not \"%s\"",
				   (s->verb->options & VERB_CSV) != 0     ? ", csv or"
				   : (s->verb->options & VERB_JUNIT) != 0 ? ", junit or"
									  : " or",
				   format);
	s->json = format != NULL && strcmp(format, "json") == 0;
	s->csv = format != NULL && strcmp(format, "csv") == 0;
	s->socket = socket != NULL                    ? socket
		    : named != NULL && *named != '\0' ? named
						      : "/run/awardd/awardd.sock";
	return read_timeout(s);
}

/* Every option given is one of the verb's, and the operands are as many as it
 * takes. */
static int check_usage(const struct session *s)
{
	uint64_t allowed = s->verb->options | options_of_all;

	for (int i = 0; i < OPTION_COUNT; i++)
		if (s->arguments.values[i] != NULL && (allowed & OPTION_BIT(i)) == 0)
			return session_say(s, EXIT_USAGE, "%s takes no --%s", s->verb->name,
					   option_texts[i].name);
	if (s->count > s->verb->most)
		return session_say(s, EXIT_USAGE, "%s takes %s%s: \"%s\"", s->verb->name,
				   s->verb->most > 0 ? s->verb->operands : "no operand",
				   s->verb->most > 0 ? " and no more" : "",
				   s->operands[s->verb->most]);
	if (s->count < s->verb->least)
		return session_say(s, EXIT_USAGE, "usage: awardctl %s %s", s->verb->name,
				   s->verb->operands);
	return EXIT_DONE;
}

static int show_help(const struct session *s)
{
	const char *const *words = s->arguments.operands;
	size_t count = s->arguments.count, used;
	struct err e;
	struct paper p;
	const struct verb *verb;
	int status;

	if (count > 0 && strcmp(words[0], "help") == 0) {
		words++;
		count--;
	}
	verb = verb_find(words, count, &used, &e);
	if (verb == NULL && count > 0 && !(count == 1 && verb_is_group(words[0])))
		return session_say(s, EXIT_USAGE, "%s", e.text);
	paper_init(&p, s->out);
	verb_help(&p, verb, verb == NULL && count > 0 ? words[0] : NULL);
	status = session_print(s, &p);
	paper_deinit(&p);
	return status;
}

static int run(struct session *s)
{
	const struct arguments *a = &s->arguments;
	size_t words;
	struct err e;
	int status;

	if (a->values[OPTION_VERSION] != NULL)
		return puts("awardctl " AWARDD_VERSION) < 0 ? EXIT_UNEXPECTED : EXIT_DONE;
	if (a->values[OPTION_HELP] != NULL || (a->count > 0 && strcmp(a->operands[0], "help") == 0))
		return show_help(s);
	s->verb = verb_find(a->operands, a->count, &words, &e);
	if (s->verb == NULL)
		return session_say(s, EXIT_USAGE, "%s", e.text);
	s->operands = a->operands + words;
	s->count = a->count - words;
	status = check_usage(s);
	if (status == EXIT_DONE)
		status = read_common(s);
	return status == EXIT_DONE ? s->verb->run(s) : status;
}

int ctl_main(int argc, char **argv)
{
	struct session s = {.verb = NULL};
	struct err e;
	int status;

	(void)setlocale(LC_CTYPE, ""); /* where it fails, the page is ASCII */
	s.out = look_of(STDOUT_FILENO);
	s.err = look_of(STDERR_FILENO);
	arguments_init(&s.arguments);
	if (arguments_read(&s.arguments, argc, argv, &e) != 0)
		status = session_say(&s, e.status == -ENOMEM ? EXIT_UNEXPECTED : EXIT_USAGE, "%s",
				     e.text);
	else
		status = run(&s);
	awardd_client_free(&s.client);
	json_decref(s.scheme);
	arguments_deinit(&s.arguments);
	if (fflush(stdout) != 0 && status == EXIT_DONE)
		status = EXIT_UNEXPECTED;
	return status;
}
