/* One partnership's past under one rule set, event after event. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "impact/inner.h"

static void step(struct replay *r);

void replay_deinit(struct replay *r)
{
	for (size_t i = 0; r->verdicts != NULL && i < r->past->count; i++)
		verdict_deinit(&r->verdicts[i]);
	free(r->verdicts);
	json_decref(r->history);
	*r = (struct replay){0};
}

/* ---- the history -------------------------------------------------------- */

/* What came of the event in hand becomes a row of what follows it. */
static int add_row(struct replay *r, const struct event *event, const struct verdict *verdict)
{
	json_t *row, *decision;

	if (event->kind == EVENT_IMPORT) {
		row = trial_import_row(event->sequence, event->given, verdict->outcome);
	} else {
		decision = json_pack("{sO}", "outcome", verdict->outcome);
		row = decision != NULL ? trial_decision_row(event->sequence, event->given, decision)
				       : NULL;
		json_decref(decision);
	}
	if (row == NULL || json_put(row, "id", json_string(event->id)) != 0) {
		json_decref(row);
		return -ENOMEM;
	}
	return json_array_append_new(r->history, row) == 0 ? 0 : -ENOMEM;
}

/* The verdict on the event in hand is known: on to the next. */
static int settle(struct replay *r)
{
	const struct event *event = &r->past->events[r->at];
	const struct verdict *verdict = &r->verdicts[r->at];
	int rv = 0;

	r->at++;
	if (r->logged_history)
		return add_row(r, event, &event->logged);
	if (verdict->kind == VERDICT_DECIDED)
		rv = add_row(r, event, verdict);
	if (verdict->kind != VERDICT_DECIDED ||
	    !json_equal(verdict->outcome, event->logged.outcome))
		r->as_logged = false;
	return rv;
}

/* ---- asking ------------------------------------------------------------- */

static int read_answer(struct verdict *v, enum event_kind kind, struct text result)
{
	json_t *document = json_read(result, NULL);
	int rv = -ENOMEM;

	if (document != NULL && kind == EVENT_IMPORT)
		rv = verdict_read_import(v, json_array_get(json_member(document, "awards"), 0));
	else if (document != NULL)
		rv = verdict_read(v, document);
	json_decref(document);
	return rv;
}

static int read_failure(struct verdict *v, const struct evaluation *e)
{
	struct buffer said;

	v->kind = VERDICT_FAILED;
	buffer_init(&said);
	v->errors = rule_failure_append(e, &said) == 0 ? json_string(said.bytes) : NULL;
	buffer_deinit(&said);
	return v->errors != NULL ? 0 : -ENOMEM;
}

static void on_answer(void *ctx, const struct evaluation *e)
{
	struct replay *r = ctx;
	struct verdict *v = &r->verdicts[r->at];

	if (e->status == 0)
		r->status = read_answer(v, r->past->events[r->at].kind, e->result);
	else
		r->status = e->status == -ENOMEM ? -ENOMEM : read_failure(v, e);
	if (r->status == 0)
		r->status = settle(r);
	if (r->status == 0)
		step(r);
}

static int ask(struct replay *r, const struct event *event)
{
	bool import = event->kind == EVENT_IMPORT;
	json_t *input =
		import ? json_pack("{s[O]}", "awards", event->given)
		       : json_pack("{sO sO}", "history", r->history, "submission", event->given);
	int rv = input != NULL
			 ? trial_ask(r->trial, import ? "import" : "decide", input, on_answer, r)
			 : -ENOMEM;

	json_decref(input);
	return rv;
}

/* Appends what keeps the entry from being sent today. */
static int check(const struct replay *r, const struct event *event, json_t *errors)
{
	const struct generation *rules = trial_rules(r->trial);

	if (event->kind == EVENT_DECISION)
		return form_check_stored(generation_form(rules), event->given, errors);
	json_t *document = json_pack("{s[O]}", "awards", event->given);
	int rv = document != NULL
			 ? form_check_stored(generation_import_form(rules), document, errors)
			 : -ENOMEM;
	json_decref(document);
	return rv;
}

static bool is_reusable(const struct replay *r, const struct event *event)
{
	return event->sequence > r->reusable_after && event->rules != NULL &&
	       strcmp(event->rules, generation_digest(trial_rules(r->trial))) == 0 &&
	       (r->as_logged || event->kind == EVENT_IMPORT);
}

static void copy_logged(struct verdict *v, const struct event *event)
{
	v->kind = VERDICT_DECIDED;
	v->outcome = json_incref(event->logged.outcome);
	v->criteria = json_incref(event->logged.criteria);
}

/* Deals with the event in hand as far as that needs no evaluator; true where it
 * is settled. */
static bool settle_here(struct replay *r, const struct event *event)
{
	struct verdict *v = &r->verdicts[r->at];

	if (event->kind == EVENT_REVOCATION) {
		r->at++;
		r->status = trial_revoke_row(r->history, event->revokes);
		return true;
	}
	if (is_reusable(r, event)) {
		copy_logged(v, event);
		r->status = settle(r);
		return true;
	}
	json_t *errors = json_array();
	r->status = errors != NULL ? check(r, event, errors) : -ENOMEM;
	if (r->status == 0 && json_array_size(errors) > 0) {
		*v = (struct verdict){.kind = VERDICT_REFUSED, .errors = errors};
		r->status = settle(r);
		return true;
	}
	json_decref(errors);
	return false;
}

/* Goes on until an answer is waited for, or nothing is left. */
static void step(struct replay *r)
{
	if (r->stop != NULL && atomic_load(r->stop))
		r->status = -ECANCELED;
	while (r->status == 0 && r->at < r->past->count) {
		const struct event *event = &r->past->events[r->at];
		if (settle_here(r, event))
			continue;
		if (r->status == 0)
			r->status = ask(r, event);
		return;
	}
}

int replay_begin(struct replay *r)
{
	r->verdicts = calloc(r->past->count + 1, sizeof *r->verdicts);
	r->history = json_array();
	r->as_logged = true;
	if (r->verdicts == NULL || r->history == NULL)
		return -ENOMEM;
	step(r);
	return r->status;
}
