/*
 * A submission's way: checked, made free of personal values, put in the line
 * of its partnership, looked up, decided by the rules, logged, answered.
 *
 *   call ─▶ arrive ─▶ start ─▶ looked up ─▶ evaluated ─▶ logged ─▶ answered
 *              │                    └▶ decided before: answered from the log
 *              └▶ waits, where the same submission_id is on its way
 */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "service/state.h"

struct submission {
	struct job job; /* first, so that a job is its submission */
	struct service *service;
	struct request *request;
	struct generation *generation;
	bool logs;           /* decide, not assess */
	const char *id;      /* submission_id, borrowed from the document, or NULL */
	bool leads;          /* it is the one others with its id wait for */
	struct job *waiters; /* of the same submission_id */
	json_t *document;    /* the submission with commitments in place */
	json_t *personal;    /* rows for the log */
	json_t *existing;    /* the entry of the same submission_id, or NULL */
	json_t *history;
	json_t *decision;
	struct buffer partnership;
};

static void arrive(struct job *job);
static void start(struct job *job);
static int look_up(struct journal_reader *r, void *ctx, struct err *e);
static void on_looked_up(void *ctx, int status, const struct err *e);
static void on_evaluated(void *ctx, const struct evaluation *e);
static void on_logged(void *ctx, int status, const struct journal_receipt *receipts, size_t count,
		      const struct err *e);

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct submission *)a)->id, ((const struct submission *)b)->id);
}

/* The request has been answered: makes way for the next. */
static void finish(struct submission *one)
{
	struct service *s = one->service;
	struct job *waiting = one->waiters;

	/* The request is gone already: nothing of it may be looked at here. */
	if (one->leads)
		(void)tdelete(one, &s->submissions, compare);
	lanes_leave(&s->lanes, &one->job);
	generation_drop(&one->generation);
	json_decref(one->document);
	json_decref(one->personal);
	json_decref(one->existing);
	json_decref(one->history);
	json_decref(one->decision);
	buffer_deinit(&one->partnership);
	free(one);
	s->submissions_pending--;
	while (waiting != NULL) {
		struct job *next = waiting->next;
		lanes_arrive(&s->lanes, waiting);
		waiting = next;
	}
}

/* ---- arrival ------------------------------------------------------------ */

static int prepare(struct submission *one)
{
	struct service *s = one->service;
	const char *partnership =
		json_member_text(json_member(one->request->params, "partnership"), "id");

	one->document = json_deep_copy(one->request->params);
	one->personal = json_array();
	if (one->document == NULL || one->personal == NULL)
		return -ENOMEM;
	one->id = json_member_text(one->document, "submission_id");
	int rv = buffer_append_text(&one->partnership, partnership);
	if (rv == 0)
		rv = form_commit(generation_form(one->generation), one->document, "/submission",
				 s->options.chance, one->personal);
	return rv;
}

static void call(struct service *s, struct request *r, bool logs)
{
	if (s->current == NULL) {
		answer_error(s, r, CODE_NO_RULES, "no rule set is active", NULL);
		return;
	}
	if (s->submissions_pending >= config_number(s->options.config, CONFIG_QUEUE)) {
		s->refused++;
		answer_error(s, r, CODE_OVERLOADED, "overloaded: nothing was decided, try again",
			     NULL);
		return;
	}
	json_t *errors = json_array();
	int rv = errors != NULL ? form_check(generation_form(s->current), r->params, errors)
				: -ENOMEM;
	if (rv == 0 && json_array_size(errors) > 0) {
		answer_params(s, r, errors);
		return;
	}
	json_decref(errors);

	struct submission *one = rv == 0 ? calloc(1, sizeof *one) : NULL;
	if (one == NULL) {
		answer_no_memory(s, r);
		return;
	}
	s->submissions_pending++;
	one->job = (struct job){ .start = start, .arrive = arrive, .resolved = true };
	one->service = s;
	one->request = r;
	one->logs = logs;
	one->generation = generation_hold(s->current);
	buffer_init(&one->partnership);
	rv = prepare(one);
	if (rv != 0) {
		answer_no_memory(s, r);
		finish(one);
		return;
	}
	lanes_arrive(&s->lanes, &one->job);
}

void submission_decide(struct service *s, struct request *r)
{
	call(s, r, true);
}

void submission_assess(struct service *s, struct request *r)
{
	call(s, r, false);
}

/* The first with its submission_id leads; others wait for its end. */
static bool lead_or_wait(struct submission *one)
{
	struct submission **found = tsearch(one, &one->service->submissions, compare);

	if (found == NULL) {
		answer_no_memory(one->service, one->request);
		finish(one);
		return false;
	}
	one->leads = *found == one;
	if (!one->leads) {
		struct job **last = &(*found)->waiters;
		while (*last != NULL)
			last = &(*last)->next;
		*last = &one->job;
	}
	return one->leads;
}

static void arrive(struct job *job)
{
	struct submission *one = (struct submission *)job;
	const char *name = one->partnership.bytes;

	if (one->id != NULL && !lead_or_wait(one))
		return;
	if (lanes_enter(&one->service->lanes, job, &name, 1) != 0) {
		answer_no_memory(one->service, one->request);
		finish(one);
	}
}

static void start(struct job *job)
{
	struct submission *one = (struct submission *)job;

	if (journal_query(one->service->options.journal, look_up, on_looked_up, one) != 0) {
		answer_no_memory(one->service, one->request);
		finish(one);
	}
}

/* ---- what the log knows ------------------------------------------------- */

/* On the reading thread. */
static int look_up(struct journal_reader *r, void *ctx, struct err *e)
{
	struct submission *one = ctx;
	int rv = AW_EABSENT;

	if (one->id != NULL)
		rv = reader_submission(r, one->id, &one->existing, e);
	if (rv == AW_EABSENT)
		rv = reader_history(r, one->partnership.bytes, &one->history, e);
	return rv;
}

/* Whether the same was submitted before, but for personal values. */
static int same_content(struct submission *one, bool *same)
{
	const struct form *form = generation_form(one->generation);
	json_t *now = json_deep_copy(one->request->params);
	json_t *then = json_deep_copy(
		json_object_get(json_object_get(one->existing, "body"), "submission"));
	int rv = now != NULL && then != NULL ? 0 : -ENOMEM;

	if (rv == 0)
		rv = form_mask(form, now);
	if (rv == 0)
		rv = form_mask(form, then);
	if (rv == 0)
		rv = form_mask_commitments(then);
	*same = rv == 0 && json_equal(now, then);
	json_decref(now);
	json_decref(then);
	return rv;
}

json_t *decision_answer(const json_t *decision, const char *id, json_int_t sequence, const char *at,
			const char *leaf_hex)
{
	union { /* a shallow copy changes nothing, but Jansson takes no const */
		const json_t *borrowed;
		json_t *value;
	} from = { decision };
	json_t *whole = json_copy(from.value);

	if (whole == NULL || json_put(whole, "decision_id", json_string(id)) != 0 ||
	    json_put(whole, "sequence", json_integer(sequence)) != 0 ||
	    json_put(whole, "decided_at", json_string(at)) != 0 ||
	    json_put(whole, "log", json_pack("{ss}", "leaf_hash", leaf_hex)) != 0) {
		json_decref(whole);
		return NULL;
	}
	return whole;
}

static void answer_existing(struct submission *one)
{
	struct service *s = one->service;
	bool same = false;
	int rv = same_content(one, &same);
	const char *id = json_member_text(one->existing, "id");
	json_t *decision =
		json_object_get(json_object_get(one->existing, "body"), "decision");

	if (rv != 0) {
		answer_no_memory(s, one->request);
	} else if (!same) {
		answer_error(s, one->request, CODE_CONFLICT,
			     "this submission_id was decided before, with other content",
			     json_pack("{ss}", "decision_id", id));
	} else if (!one->logs) {
		answer_result(s, one->request, json_incref(decision));
	} else {
		s->replays++;
		answer_result(s, one->request,
			      decision_answer(decision, id,
					      json_member_integer(one->existing, "sequence", 0),
					      json_member_text(one->existing, "at"),
					      json_member_text(one->existing, "leaf_hash")));
	}
	finish(one);
}

static void on_looked_up(void *ctx, int status, const struct err *e)
{
	struct submission *one = ctx;

	if (status != 0) {
		answer_status(one->service, one->request, status, e);
		finish(one);
		return;
	}
	if (one->existing != NULL) {
		answer_existing(one);
		return;
	}
	json_t *input = json_pack("{sO sO}", "history", one->history, "submission", one->document);
	int rv = input != NULL ? pool_ask(generation_pool(one->generation), "decide", input,
					  on_evaluated, one)
			       : -ENOMEM;
	json_decref(input);
	if (rv != 0) {
		answer_no_memory(one->service, one->request);
		finish(one);
	}
}

/* ---- the rules' answer, and the log ------------------------------------- */

static int read_decision(struct submission *one, struct text result)
{
	one->decision = json_read(result, NULL);
	json_t *rules = json_pack("{ss}", "digest", generation_digest(one->generation));

	if (one->decision == NULL) {
		json_decref(rules);
		return -ENOMEM;
	}
	return json_put(one->decision, "rules", rules);
}

/* The draft shares its documents with this submission; both only read them. */
static int make_draft(struct submission *one, struct journal_draft *draft)
{
	*draft = (struct journal_draft){
		.kind = "decision",
		.by = one->request->peer->actor,
		.body = json_pack("{sO sO}", "decision", one->decision, "submission",
				  one->document),
		.personal = json_incref(one->personal),
	};
	if (draft->body != NULL && journal_entry_size(draft) <= ENTRY_LIMIT)
		return 0;
	int rv = draft->body == NULL ? -ENOMEM : AW_ELIMIT;
	json_decref(draft->body);
	json_decref(draft->personal);
	return rv;
}

static void on_evaluated(void *ctx, const struct evaluation *e)
{
	struct submission *one = ctx;
	struct service *s = one->service;
	struct journal_draft draft;

	if (e->status != 0) {
		log_line(s, 4, "no answer of the rules for %s: %s%s%s", one->partnership.bytes,
			 e->file, *e->file != '\0' ? ": " : "", e->message);
		answer_evaluation(s, one->request, e);
		finish(one);
		return;
	}
	int rv = read_decision(one, e->result);
	if (rv == 0)
		rv = make_draft(one, &draft);
	if (rv == 0 && !one->logs) {
		json_decref(draft.body);
		json_decref(draft.personal);
		s->assessments++;
		answer_result(s, one->request, json_incref(one->decision));
		finish(one);
		return;
	}
	if (rv == 0)
		rv = journal_append(s->options.journal, &draft, 1, on_logged, one);
	if (rv != 0) {
		answer_status(s, one->request, rv, NULL);
		finish(one);
	}
}

static void on_logged(void *ctx, int status, const struct journal_receipt *receipts, size_t count,
		      const struct err *e)
{
	struct submission *one = ctx;
	struct service *s = one->service;
	char leaf[DIGEST_HEX];

	if (status != 0 || count != 1) {
		answer_status(s, one->request, status, e);
		fail_for_good(s, status);
	} else {
		s->decisions++;
		hex_format(receipts->leaf.bytes, sizeof receipts->leaf.bytes, leaf);
		answer_result(s, one->request,
			      decision_answer(one->decision, receipts->id, receipts->sequence,
					      receipts->at, leaf));
	}
	finish(one);
}
