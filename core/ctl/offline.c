/* The log's file, its entries, and evaluators of awardctl's own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/offline.h"

enum { DEADLINE_MS = 10000, PROCESSES_MOST = 64 };

static int ask_daemon(struct session *s, char **path)
{
	struct awardd_answer answer;
	int status = session_ask(s, "server.status", json_null(), &answer);

	if (status == EXIT_REFUSED && !s->json)
		session_refusal(s, "", &answer);
	if (status == EXIT_DONE) {
		json_t *result = json_read(text_of(answer.result), NULL);
		const char *said = json_member_text(json_member(result, "log"), "path");
		*path = said != NULL ? strdup(said) : NULL;
		json_decref(result);
		if (*path == NULL)
			status = session_say(s, EXIT_UNEXPECTED, "the answer cannot be read");
	}
	awardd_answer_deinit(&answer);
	return status;
}

int offline_log(struct session *s, char **path)
{
	const char *given = session_option(s, OPTION_LOG);

	if (given == NULL)
		return ask_daemon(s, path);
	*path = strdup(given);
	return *path != NULL ? EXIT_DONE : session_say(s, EXIT_UNEXPECTED, "no memory for a path");
}

int offline_entry(struct journal_reader *log, const char *word, json_t **entry, struct err *e)
{
	if (*word != '\0' && strspn(word, "0123456789") == strlen(word) && strlen(word) <= 18)
		return reader_entry(log, strtoll(word, NULL, 10), entry, e);
	return reader_entry_by_id(log, word, entry, e);
}

static unsigned processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > PROCESSES_MOST ? PROCESSES_MOST : (unsigned)n;
}

int offline_trial(char program[PROGRAM_NAME], struct trial_options *out, struct err *e)
{
	int rv = evaluator_program(program);

	*out = (struct trial_options){
		.program = program, .processes = processors(), .deadline_ms = DEADLINE_MS};
	return rv == 0 ? 0
		       : err_set(e, rv, "this program cannot be run again: %s", status_text(rv));
}

int offline_faults(const struct session *s, const json_t *faults)
{
	const json_t *fault;
	struct buffer said;
	size_t i;

	if (s->json && json_array_size(faults) > 0) {
		char *text = json_dumps(faults, JSON_COMPACT);
		struct buffer document;

		buffer_init(&document);
		if (text != NULL && buffer_printf(&document, "{\"faults\":%s}", text) == 0)
			(void)session_print_json(s, document.bytes, true); /* it says so itself */
		buffer_deinit(&document);
		free(text);
	}
	buffer_init(&said);
	json_array_foreach(faults, i, fault) {
		buffer_clear(&said);
		(void)session_say(s, EXIT_UNLOADABLE, "%s",
				  rule_fault_append(fault, &said) == 0 ? said.bytes
								       : "no memory to say it");
	}
	buffer_deinit(&said);
	return EXIT_UNLOADABLE;
}
