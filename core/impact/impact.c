/* The log in windows: partnerships are read, replayed side by side, compared. */
#include "impact/impact.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "awardd/version.h"
#include "impact/inner.h"
#include "script/script.h"

enum { WINDOW_PARTNERSHIPS = 512, WINDOW_EVENTS = 512, HISTORY_LIMIT = 100000 };

/* The work as a whole, and the window in hand. */
struct work {
	const struct impact_options *options;
	struct comparison comparison;
	int64_t through;        /* the newest entry when it began */
	int64_t reusable_after; /* see struct replay */
	struct past pasts[WINDOW_PARTNERSHIPS];
	struct replay candidate[WINDOW_PARTNERSHIPS], against[WINDOW_PARTNERSHIPS];
	size_t count, events;
	uint64_t done, of;
	json_int_t decisions, imports, changed, changed_imports, changed_revoked;
};

/* ---- before it begins --------------------------------------------------- */

static bool is_text(const json_t *object, const char *name, const char *wanted)
{
	const char *text = json_member_text(object, name);

	return text != NULL && strcmp(text, wanted) == 0;
}

/* What this very program decided since the rules in force were put in force, it
 * would decide again. Where other rules were active between, or another
 * version of the program, everything before is decided anew. */
static int find_reusable(struct work *w, struct err *e)
{
	const char *digest;
	json_t *history = NULL, *row;
	size_t i;

	w->reusable_after = INT64_MAX;
	if (w->options->against == NULL)
		return 0;
	digest = generation_digest(trial_rules(w->options->against));
	int rv = reader_rule_history(w->options->log, HISTORY_LIMIT, &history, e);
	if (rv != 0)
		return rv;
	json_array_foreach(history, i, row) {
		const json_t *body = json_member(row, "body");
		if (!is_text(row, "kind", "activation"))
			continue;
		if (!is_text(body, "digest", digest) || !is_text(body, "engine", AWARDD_VERSION) ||
		    !is_text(body, "lua", script_lua_version()))
			break;
		w->reusable_after = json_member_integer(row, "sequence", INT64_MAX);
	}
	json_decref(history);
	return 0;
}

static int count_entries(struct work *w, struct err *e)
{
	json_t *counts = NULL;
	int rv = reader_counts(w->options->log, &counts, e);

	w->of = (uint64_t)json_member_integer(counts, "decision", 0) +
		(uint64_t)json_member_integer(counts, "import", 0);
	json_decref(counts);
	return rv;
}

/* ---- one window --------------------------------------------------------- */

static bool is_in_range(const struct work *w, const struct event *event)
{
	const char *since = w->options->since, *day = event_day(event);

	return event->kind != EVENT_REVOCATION &&
	       (since == NULL || (day != NULL && strcmp(day, since) >= 0));
}

static void clear_window(struct work *w)
{
	for (size_t i = 0; i < w->count; i++) {
		if (w->candidate[i].past != NULL)
			replay_deinit(&w->candidate[i]);
		if (w->against[i].past != NULL)
			replay_deinit(&w->against[i]);
		past_deinit(&w->pasts[i]);
	}
	w->count = w->events = 0;
}

/* Begins to replay what was read last under one rule set. */
static int begin(struct work *w, struct replay *r, struct trial *trial, int64_t reusable_after)
{
	*r = (struct replay){
		.past = &w->pasts[w->count],
		.trial = trial,
		.stop = w->options->stop,
		.logged_history = w->options->logged_history,
		.reusable_after = reusable_after,
	};
	int rv = replay_begin(r);
	/* Evaluators have the next to do while the next is read. */
	trial_turn(trial);
	return rv;
}

static int add_partnership(struct work *w, const char *id, struct err *e)
{
	const struct impact_options *o = w->options;
	struct past *p = &w->pasts[w->count];
	bool wanted = false;
	int rv = past_read(p, o->log, id, w->through, e);

	for (size_t i = 0; rv == 0 && i < p->count; i++) {
		wanted = wanted || is_in_range(w, &p->events[i]);
		if (p->events[i].kind != EVENT_REVOCATION)
			w->done++;
	}
	if (rv != 0 || !wanted) {
		past_deinit(p);
		return rv;
	}
	rv = begin(w, &w->candidate[w->count], o->candidate, INT64_MAX);
	if (rv == 0 && o->against != NULL)
		rv = begin(w, &w->against[w->count], o->against, w->reusable_after);
	w->events += p->count;
	w->count++;
	return rv;
}

/* Where something failed, too: what was asked is owed. */
static void wait_for_all(struct work *w)
{
	trial_wait(w->options->candidate);
	if (w->options->against != NULL)
		trial_wait(w->options->against);
}

static int report(struct work *w, const struct past *p, const struct event *event,
		  json_t *differences)
{
	bool import = event->kind == EVENT_IMPORT;
	json_t *change = json_pack("{sI ss ss ss sO? ss? sb sO}", "sequence",
				   (json_int_t)event->sequence, "id", event->id, "kind",
				   import ? "import" : "decision", "partnership", p->partnership,
				   "name", event->name, "assessed_on", event_day(event), "revoked",
				   event->revoked, "differences", differences);
	int rv = change != NULL ? w->options->each(w->options->ctx, change) : -ENOMEM;

	json_decref(change);
	*(event->revoked ? &w->changed_revoked : import ? &w->changed_imports : &w->changed) += 1;
	return rv;
}

static int compare_event(struct work *w, size_t i, size_t at)
{
	const struct event *event = &w->pasts[i].events[at];
	const struct verdict *before = w->options->against != NULL ? &w->against[i].verdicts[at]
								   : &event->logged;
	int rv = 0;

	if (!is_in_range(w, event))
		return 0;
	*(event->kind == EVENT_IMPORT ? &w->imports : &w->decisions) += 1;
	json_t *differences = json_array();
	rv = differences != NULL ? comparison_make(&w->comparison, before,
						   &w->candidate[i].verdicts[at], differences)
				 : -ENOMEM;
	if (rv == 0 && json_array_size(differences) > 0)
		rv = report(w, &w->pasts[i], event, differences);
	json_decref(differences);
	return rv;
}

static int run_window(struct work *w)
{
	const struct impact_options *o = w->options;
	int rv = 0;

	wait_for_all(w);
	for (size_t i = 0; i < w->count && rv == 0; i++)
		rv = w->candidate[i].status != 0 ? w->candidate[i].status : w->against[i].status;
	for (size_t i = 0; i < w->count && rv == 0; i++) {
		for (size_t at = 0; at < w->pasts[i].count && rv == 0; at++)
			rv = compare_event(w, i, at);
	}
	clear_window(w);
	if (rv == 0 && o->progress != NULL)
		o->progress(o->ctx, w->done, w->of);
	return rv;
}

/* ---- all of them -------------------------------------------------------- */

/* Adds the partnerships of one page, running each window that is full. */
static int run_page(struct work *w, const json_t *page, struct err *e)
{
	const json_t *id;
	size_t i;
	int rv = 0;

	json_array_foreach(page, i, id) {
		rv = add_partnership(w, json_string_value(id), e);
		if (rv == 0 && (w->count == WINDOW_PARTNERSHIPS || w->events >= WINDOW_EVENTS))
			rv = run_window(w);
		if (rv != 0)
			break;
	}
	return rv;
}

static int run_pages(struct work *w, struct err *e)
{
	json_t *page = NULL, *last = NULL;
	bool more = true;
	int rv = 0;

	while (rv == 0 && more) {
		rv = reader_partnerships(w->options->log, json_string_value(last),
					 WINDOW_PARTNERSHIPS, &page, e);
		json_decref(last);
		last = NULL;
		if (rv != 0)
			break;
		rv = run_page(w, page, e);
		more = json_array_size(page) == WINDOW_PARTNERSHIPS;
		last = json_incref(json_array_get(page, json_array_size(page) - 1));
		json_decref(page);
	}
	json_decref(last);
	return rv;
}

static int run(struct work *w, struct err *e)
{
	const char *only = w->options->partnership;
	int rv = only != NULL ? add_partnership(w, only, e) : run_pages(w, e);

	if (rv == 0 && only != NULL && w->done == 0)
		return err_set(e, AW_EABSENT, "nothing was ever decided or imported for %s", only);
	return rv == 0 ? run_window(w) : rv;
}

static json_t *summarise(const struct work *w)
{
	const struct trial *against = w->options->against;

	return json_pack("{ss ss sI sI sI sI sI sO}", "candidate",
			 generation_digest(trial_rules(w->options->candidate)), "against",
			 against != NULL ? generation_digest(trial_rules(against)) : "logged",
			 "decisions", w->decisions, "imports", w->imports, "changed", w->changed,
			 "changed_imports", w->changed_imports, "changed_revoked",
			 w->changed_revoked, "totals", w->comparison.totals);
}

static int measure(struct work *w, json_t **summary, struct err *e)
{
	const struct impact_options *options = w->options;
	int rv = comparison_init(&w->comparison, options->candidate, options->against);

	if (rv == 0)
		rv = reader_newest(options->log, &w->through, e);
	if (rv == 0)
		rv = count_entries(w, e);
	if (rv == 0)
		rv = find_reusable(w, e);
	if (rv == 0)
		rv = run(w, e);
	if (rv <= 0)
		rv = reader_is_still(options->log, rv, e);
	if (rv == 0) {
		*summary = summarise(w);
		rv = *summary != NULL ? 0 : -ENOMEM;
	}
	wait_for_all(w);
	clear_window(w);
	comparison_deinit(&w->comparison);
	return rv;
}

int impact_measure(const struct impact_options *options, json_t **summary, struct err *e)
{
	struct work *w = calloc(1, sizeof *w);
	int rv = -ENOMEM;

	if (w != NULL) {
		w->options = options;
		rv = measure(w, summary, e);
	}
	free(w);
	if (rv < 0 && e != NULL && e->status != rv)
		return err_set(e, rv, "deciding the log again: %s", status_text(rv));
	return rv;
}
