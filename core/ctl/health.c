/* awardctl health: whether something needs an operator, for people and for monitoring. */
#include <stdlib.h>
#include <string.h>

#include "ctl/verb.h"

/* Appends {"what", "message"}. */
static int add(json_t *problems, const char *what, const char *message)
{
	return json_array_append_new(problems,
				     json_pack("{ss ss}", "what", what, "message", message));
}

static bool is(const json_t *document, const char *member)
{
	return json_is_true(json_member(document, member));
}

static int look_at_log(json_t *problems, const json_t *log)
{
	int rv = 0;

	if (is(log, "failed"))
		rv |= add(problems, "log-failed", "the log failed, and the daemon ends");
	if (is(log, "full"))
		rv |= add(problems, "log-full", "no room is left for the log: nothing is decided");
	if (is(log, "wal_over_limit"))
		rv |= add(problems, "log-over-limit",
			  "a reader holds a WAL that reached wal-limit: nothing is decided");
	else if (is(log, "wal_held"))
		rv |= add(problems, "log-held",
			  "a reader keeps the log's WAL from being emptied, and it grows");
	return rv;
}

static int look_at_rules(json_t *problems, const json_t *rules)
{
	int rv = 0;

	if (!json_is_string(json_member(rules, "digest")))
		rv |= add(problems, "no-rules", "no rules are in force: nothing is decided");
	if (is(rules, "refused"))
		rv |= add(problems, "rules-refused",
			  "what the rules' folder had last was refused: see awardctl rules status");
	return rv;
}

static int look_at_plugins(json_t *problems, const json_t *plugins)
{
	size_t i;
	json_t *plugin;
	int rv = 0;

	json_array_foreach(plugins, i, plugin) {
		const char *state = json_member_text(plugin, "state");
		const char *name = json_member_text(plugin, "name");
		const char *why = json_member_text(json_member(plugin, "last_error"), "message");
		char message[1024];

		bool stuck = is(plugin, "stuck");
		if (state == NULL || (strcmp(state, "running") == 0 && !stuck))
			continue;
		(void)snprintf(message, sizeof message, "the plugin %s %s (%s)%s%s",
			       name != NULL ? name : "",
			       stuck ? "takes no entries" : "does not run", state,
			       why != NULL ? ": " : "", why != NULL ? why : "");
		text_mend(message); /* it may be cut within a letter */
		rv |= add(problems, "plugin", message);
	}
	return rv;
}

/* Gives what is wrong, or NULL. */
static json_t *look(const json_t *status)
{
	const json_t *evaluators = json_member(status, "evaluators");
	json_t *problems = json_array();
	int rv = problems == NULL ? -1 : 0;

	if (rv == 0)
		rv |= look_at_rules(problems, json_member(status, "rules"));
	if (rv == 0 && json_is_string(json_member(json_member(status, "rules"), "digest")) &&
	    json_member_integer(evaluators, "alive", 0) == 0)
		rv |= add(problems, "no-evaluator", "no evaluator runs: nothing is decided");
	if (rv == 0)
		rv |= look_at_log(problems, json_member(status, "log"));
	if (rv == 0)
		rv |= look_at_plugins(problems, json_member(status, "plugins"));
	if (rv == 0)
		return problems;
	json_decref(problems);
	return NULL;
}

static int print(const struct session *s, const json_t *problems)
{
	struct paper p;
	size_t i;
	json_t *problem;

	paper_init(&p, s->out);
	if (json_array_size(problems) == 0) {
		paper_text(&p, "well");
		paper_newline(&p);
	}
	json_array_foreach(problems, i, problem)
		paper_wrap_format(&p, 0, "%s: %s", json_member_text(problem, "what"),
				  json_member_text(problem, "message"));
	int status = session_print(s, &p);
	paper_deinit(&p);
	return status;
}

static int print_json(const struct session *s, const json_t *problems)
{
	json_t *document =
		json_pack("{sb sO}", "well", json_array_size(problems) == 0, "problems", problems);
	struct buffer b;

	buffer_init(&b);
	int status = document != NULL && json_compact(document, &b) == 0
			     ? session_print_json(s, b.bytes, true)
			     : EXIT_UNEXPECTED;
	buffer_deinit(&b);
	json_decref(document);
	return status;
}

int verb_health(struct session *s)
{
	struct awardd_answer answer;
	json_t *problems = NULL;
	int status = session_ask(s, "server.status", json_null(), &answer);

	if (status == EXIT_REFUSED)
		session_refusal(s, "", &answer);
	if (status == EXIT_DONE) {
		struct err e = {.text = "no memory"};
		json_t *document = json_read(text_of(answer.result), &e);
		problems = document != NULL ? look(document) : NULL;
		json_decref(document);
		if (problems == NULL)
			status = session_say(s, EXIT_UNEXPECTED, "the answer cannot be read: %s",
					     e.text);
	}
	if (status == EXIT_DONE)
		status = s->json ? print_json(s, problems) : print(s, problems);
	if (status == EXIT_DONE && json_array_size(problems) > 0)
		status = EXIT_UNWELL;
	json_decref(problems);
	awardd_answer_deinit(&answer);
	return status;
}
