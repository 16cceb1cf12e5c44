/* report: what the daemon knows about a decision, gathered and made a page. It asks the socket
 * and not the log's file, so that whoever submitted a decision can have its report too. */
#include <errno.h>
#include <string.h>

#include "ctl/deliver.h"
#include "ctl/kept.h"
#include "ctl/offline.h"
#include "ctl/verb.h"
#include "pages/pages.h"

/* What was fetched; owned. */
struct gathered {
	json_t *entry, *list, *before, *practice, *rules, *proof, *checkpoint;
	json_t *scheme;  /* of the decision's rules, or of today's */
	bool of_its_day; /* it is of the decision's */
};

static void gathered_deinit(struct gathered *g)
{
	json_decref(g->entry);
	json_decref(g->list);
	json_decref(g->before);
	json_decref(g->practice);
	json_decref(g->rules);
	json_decref(g->proof);
	json_decref(g->checkpoint);
	json_decref(g->scheme);
}

/* The latest that stands, with this day or an earlier one and logged before; R-19. */
static const json_t *earlier_of(const json_t *list, json_int_t sequence)
{
	const json_t *found = NULL;
	const char *found_on = "";
	size_t i;
	json_t *each;

	json_array_foreach(json_member(list, "decisions"), i, each) {
		const char *on = json_member_text(each, "assessed_on");
		json_int_t at = json_member_integer(each, "sequence", 0);

		if (on == NULL || at >= sequence || json_member_true(each, "revoked"))
			continue;
		int later = strcmp(on, found_on);
		if (found == NULL || later > 0 ||
		    (later == 0 && at > json_member_integer(found, "sequence", 0))) {
			found = each;
			found_on = on;
		}
	}
	return found;
}

static int fetch_before(struct session *s, struct gathered *g)
{
	const json_t *decision = json_member(g->entry, "decision");
	const char *partnership = json_member_text(json_member(decision, "partnership"), "id");
	int status = fetch(s, "decisions.list",
			   json_pack("{ss? ss? ss si}", "partnership", partnership, "until",
				     json_member_text(decision, "assessed_on"), "sort",
				     "assessed_on", "limit", 500),
			   true, &g->list);
	if (status != EXIT_DONE || g->list == NULL)
		return status;
	const json_t *earlier = earlier_of(g->list, json_member_integer(decision, "sequence", 0));
	if (earlier == NULL)
		return EXIT_DONE;
	return fetch(s, "decisions.get",
		     json_pack("{sI}", "sequence", json_member_integer(earlier, "sequence", 0)),
		     true, &g->before);
}

static int gather(struct session *s, struct gathered *g)
{
	json_t *params;
	int status = session_entry(s, &params);

	if (status == EXIT_DONE)
		status = fetch(s, "decisions.get", params, false, &g->entry);
	if (status != EXIT_DONE)
		return status;
	const json_t *decision = json_member(g->entry, "decision");
	if (decision == NULL)
		return session_say(s, EXIT_USAGE, "only a decision has a report, and %s is none",
				   s->operands[0]);
	status = fetch_before(s, g);
	if (status == EXIT_DONE)
		status = fetch(s, "practice.list", json_null(), true, &g->practice);
	if (status == EXIT_DONE)
		status =
			fetch(s, "rules.show",
			      json_pack("{ss?}", "digest",
					json_member_text(json_member(decision, "rules"), "digest")),
			      true, &g->rules);
	if (status == EXIT_DONE)
		status = fetch(s, "log.proof",
			       json_pack("{sI}", "sequence",
					 json_member_integer(decision, "sequence", 0)),
			       true, &g->proof);
	if (status == EXIT_DONE)
		status = fetch(s, "log.checkpoint", json_null(), true, &g->checkpoint);
	return status;
}

/* ---- the scheme of that day ------------------------------------------------------------------ */

/* What a kept rule set says of itself, run here; NULL where it cannot be, which is said: the report
 * says what follows from that. EXIT_DONE or EXIT_UNEXPECTED. */
static int read_manifest(const struct session *s, const json_t *rules, json_t **out)
{
	char program[PROGRAM_NAME];
	struct trial_options how;
	struct words *words = NULL;
	struct trial *trial = NULL;
	struct err e = {.status = 0};
	json_t *faults = json_array();
	int status = EXIT_DONE;

	*out = NULL;
	int rv = faults != NULL ? offline_trial(program, &how, &e) : -ENOMEM;
	if (rv == 0)
		rv = session_words(s, program, &words, &e);
	how.processes = 1;
	how.words = words;
	if (rv == 0)
		rv = trial_open_kept(&how, rules, &trial, faults, &e);
	if (rv == 0)
		*out = json_deep_copy_of(generation_manifest(trial_rules(trial)));
	if (rv == -ENOMEM || (rv == 0 && *out == NULL))
		status = session_say(s, EXIT_UNEXPECTED, "no memory for the rules of that day");
	else if (rv != 0)
		status = session_say(s, EXIT_DONE, "the rules of that day do not run here: %s",
				     e.text);
	trial_close(&trial);
	words_free(&words);
	json_decref(faults);
	return status;
}

/* Titles and scale as they read when it was decided: today's are others where the rules were
 * changed since. */
static int find_scheme(struct session *s, struct gathered *g)
{
	const json_t *today = session_scheme(s);
	const char *now = json_member_text(today, "digest");
	const char *then =
		json_member_text(json_member(json_member(g->entry, "decision"), "rules"), "digest");
	int status = EXIT_DONE;

	g->of_its_day = now != NULL && then != NULL && strcmp(now, then) == 0;
	if (!g->of_its_day && g->rules != NULL) {
		status = read_manifest(s, g->rules, &g->scheme);
		g->of_its_day = g->scheme != NULL;
	}
	if (status == EXIT_DONE && g->scheme == NULL && today != NULL) {
		g->scheme = json_copy_of(today);
		if (g->scheme == NULL)
			status = session_say(s, EXIT_UNEXPECTED, "no memory for the scheme");
	}
	return status;
}

/* ---- the page ---------------------------------------------------------------------------------- */

static int write_page(struct session *s, const struct gathered *g)
{
	const struct report r = {
		.scheme = g->scheme,
		.of_its_day = g->of_its_day,
		.entry = g->entry,
		.before = g->before,
		.may_look_back = g->list != NULL,
		.practice = json_member(g->practice, "practice"),
		.rules = g->rules,
		.proof = g->proof,
		.key = json_member_text(g->checkpoint, "key"),
	};
	struct buffer page;
	int status;

	buffer_init(&page);
	if (pages_report(&r, &page) != 0)
		status = session_say(s, EXIT_UNEXPECTED, "no memory for the report");
	else
		status = deliver(s, &page, true);
	buffer_deinit(&page);
	return status;
}

int verb_report(struct session *s)
{
	struct gathered g = {.entry = NULL};

	if (s->json)
		return session_say(s, EXIT_USAGE,
				   "a report is a web page: --format does not apply");
	int status = gather(s, &g);
	if (status == EXIT_DONE)
		status = find_scheme(s, &g);
	if (status == EXIT_DONE)
		status = write_page(s, &g);
	gathered_deinit(&g);
	return status;
}
