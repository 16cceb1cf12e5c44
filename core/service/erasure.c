/* decisions.erase: the personal values of an entry, or of all of a partnership, are removed from
 * the log; the entries stand, with commitments to what is gone. */
#include <errno.h>
#include <stdlib.h>

#include "service/state.h"

struct erasure {
	struct job job; /* first, so that a job is its erasure */
	struct service *service;
	struct request *request;
	const char *id, *partnership; /* borrowed from the params: one of them */
	json_t *found;                /* see reader_personal, as it was when last looked at */
	bool entered;
};

static void arrive(struct job *job);
static void enter(struct erasure *x, const char *partnership);
static int look_up(struct journal_reader *r, void *ctx, struct err *e);
static void on_found(void *ctx, int status, const struct err *e);
static void start(struct job *job);
static void on_looked_up(void *ctx, int status, const struct err *e);
static void on_logged(void *ctx, int status, const struct journal_receipt *receipts, size_t count,
		      const struct err *e);

static void finish(struct erasure *x)
{
	struct service *s = x->service;
	bool held_up = !x->entered && !x->job.resolved;

	lanes_leave(&s->lanes, &x->job);
	json_decref(x->found);
	free(x);
	if (held_up)
		lanes_resolved(&s->lanes);
}

static void fail(struct erasure *x, int status, const struct err *e)
{
	answer_status(x->service, x->request, status, e);
	finish(x);
}

int params_name_erased(const struct service *s, const json_t *params, json_t *errors)
{
	bool one = json_member(params, "decision_id") != NULL;
	bool all = json_member(params, "partnership") != NULL;

	(void)s; /* needs none */
	return one != all ? 0
			  : params_fault(errors, "",
					 "needs a decision_id or a partnership, and not both");
}

void erasure_call(struct service *s, struct request *r)
{
	const char *id = json_member_text(r->params, "decision_id");
	const char *partnership = json_member_text(r->params, "partnership");

	struct erasure *x = calloc(1, sizeof *x);
	if (x == NULL) {
		answer_no_memory(s, r);
		return;
	}
	/* Whose entry it is stands in the log; until that is known, nothing that
	 * came later may pass. */
	x->job = (struct job){.start = start, .arrive = arrive, .resolved = partnership != NULL};
	x->service = s;
	x->request = r;
	x->id = id;
	x->partnership = partnership;
	lanes_arrive(&s->lanes, &x->job);
}

/* On the reading thread. */
static int look_up(struct journal_reader *r, void *ctx, struct err *e)
{
	struct erasure *x = ctx;

	json_decref(x->found);
	x->found = NULL;
	return reader_personal(r, x->id, x->partnership, &x->found, e);
}

static void arrive(struct job *job)
{
	struct erasure *x = (struct erasure *)job;

	if (x->partnership != NULL)
		enter(x, x->partnership);
	else if (journal_look_up(x->service->options.journal, look_up, on_found, x) != 0)
		fail(x, -ENOMEM, NULL);
}

static void enter(struct erasure *x, const char *partnership)
{
	const struct lane_name name = {LANE_PARTNERSHIP, partnership};

	x->entered = true;
	if (lanes_enter(&x->service->lanes, &x->job, &name, 1) != 0) {
		x->entered = false;
		fail(x, -ENOMEM, NULL);
	}
}

static void on_found(void *ctx, int status, const struct err *e)
{
	struct erasure *x = ctx;
	struct lanes *lanes = &x->service->lanes;

	if (status != 0) {
		fail(x, status, e);
		return;
	}
	x->job.resolved = true;
	enter(x, json_member_text(x->found, "partnership"));
	lanes_resolved(lanes);
}

/* Looks again: what was before it in the lane may have erased or added. */
static void start(struct job *job)
{
	struct erasure *x = (struct erasure *)job;

	if (journal_look_up(x->service->options.journal, look_up, on_looked_up, x) != 0)
		fail(x, -ENOMEM, NULL);
}

/* ---- the entry ---------------------------------------------------------- */

static int append(struct erasure *x)
{
	struct service *s = x->service;
	const json_t *params = x->request->params;
	json_t *commitment = NULL, *row = NULL;
	int rv = form_commit_value(json_object_get(params, "by"), "/by", s->options.chance,
				   &commitment, &row);
	struct journal_draft draft = {.kind = "erasure", .by = x->request->peer->actor};

	if (rv == 0) {
		draft.body = json_pack("{sO sO sO sO sO}", "by", commitment, "erases",
				       json_object_get(x->found, "erases"), "partnership",
				       json_object_get(x->found, "partnership"), "reason",
				       json_object_get(params, "reason"), "values",
				       json_object_get(x->found, "values"));
		draft.personal = json_pack("[O]", row);
		draft.erases = json_incref(json_object_get(x->found, "sequences"));
		if (draft.body == NULL || draft.personal == NULL) {
			json_decref(draft.body);
			json_decref(draft.personal);
			json_decref(draft.erases);
			rv = -ENOMEM;
		}
	}
	json_decref(commitment);
	json_decref(row);
	return rv == 0 ? journal_append(s->options.journal, &draft, 1, on_logged, x) : rv;
}

/* What is erased, in the words of the socket: ids of entries are decision_ids. */
static json_t *target_document(const struct erasure *x)
{
	const json_t *erases = json_object_get(x->found, "erases");
	json_t *id = json_object_get(erases, "id");

	if (id == NULL)
		return json_deep_copy_of(erases);
	return json_pack("{sO sO}", "decision_id", id, "sequence",
			 json_object_get(erases, "sequence"));
}

/* Takes `result`: what there is to say of the entry, if one was made. */
static void answer_erased(struct erasure *x, json_t *result)
{
	bool pending = journal_is_erasing(x->service->options.journal);

	if (result != NULL &&
	    (json_put(result, "erases", target_document(x)) != 0 ||
	     json_put(result, "partnership",
		      json_incref(json_object_get(x->found, "partnership"))) != 0 ||
	     json_put(result, "values", json_incref(json_object_get(x->found, "values"))) != 0 ||
	     json_put(result, "file", json_string(pending ? "pending" : "clean")) != 0)) {
		json_decref(result);
		result = NULL;
	}
	answer_result(x->service, x->request, result);
	finish(x);
}

static void on_looked_up(void *ctx, int status, const struct err *e)
{
	struct erasure *x = ctx;

	if (status == 0 && json_member_integer(x->found, "values", 0) == 0) {
		answer_erased(x, json_object()); /* nothing is done, so that nothing is logged */
		return;
	}
	if (status == 0)
		status = append(x);
	if (status != 0)
		fail(x, status, e);
}

static void on_logged(void *ctx, int status, const struct journal_receipt *receipts, size_t count,
		      const struct err *e)
{
	struct erasure *x = ctx;
	struct service *s = x->service;

	if (status != 0 || count != 1) {
		fail_for_good(s, status);
		fail(x, status, e);
		return;
	}
	s->erasures++;
	x->request->logged = true;
	s->erasing = journal_is_erasing(s->options.journal);
	log_line(s, 6, "erasure %s removed %lld personal values%s", receipts->id,
		 (long long)json_member_integer(x->found, "values", 0),
		 s->erasing ? "; the file holds them until nobody reads an older state of it" : "");
	json_t *result = receipt_document(receipts, "erasure", &x->request->peer->actor);
	if (result != NULL &&
	    json_put(result, "reason",
		     json_incref(json_object_get(x->request->params, "reason"))) != 0) {
		json_decref(result);
		result = NULL;
	}
	answer_erased(x, result);
}

void service_log_told(struct service *s)
{
	if (!s->erasing || journal_is_erasing(s->options.journal))
		return;
	s->erasing = false;
	log_line(s, 6, "the log's file is free of erased values");
}
