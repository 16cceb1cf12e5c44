/* decisions.revoke: a later entry says that an earlier one no longer counts. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "service/state.h"

struct revocation {
	struct job job; /* first, so that a job is its revocation */
	struct service *service;
	struct request *request;
	json_t *entry; /* what is revoked, as it was when last looked at */
	bool entered;
};

static void arrive(struct job *job);
static int look_up(struct journal_reader *r, void *ctx, struct err *e);
static void on_found(void *ctx, int status, const struct err *e);
static void start(struct job *job);
static void on_looked_up(void *ctx, int status, const struct err *e);
static void on_logged(void *ctx, int status, const struct journal_receipt *receipts, size_t count,
		      const struct err *e);

static void finish(struct revocation *v)
{
	struct service *s = v->service;
	bool held_up = !v->entered;

	lanes_leave(&s->lanes, &v->job);
	json_decref(v->entry);
	free(v);
	if (held_up)
		lanes_resolved(&s->lanes);
}

void revocation_call(struct service *s, struct request *r)
{
	struct revocation *v = calloc(1, sizeof *v);
	if (v == NULL) {
		answer_no_memory(s, r);
		return;
	}
	/* Whose decision it is stands in the log; until that is known, nothing
	 * that came later may pass. */
	v->job = (struct job){.start = start, .arrive = arrive, .resolved = false};
	v->service = s;
	v->request = r;
	lanes_arrive(&s->lanes, &v->job);
}

/* On the reading thread. */
static int look_up(struct journal_reader *r, void *ctx, struct err *e)
{
	struct revocation *v = ctx;

	json_decref(v->entry);
	v->entry = NULL;
	return reader_entry_by_id(r, json_member_text(v->request->params, "decision_id"), &v->entry,
				  e);
}

static void arrive(struct job *job)
{
	struct revocation *v = (struct revocation *)job;

	if (journal_look_up(v->service->options.journal, look_up, on_found, v) != 0) {
		answer_no_memory(v->service, v->request);
		finish(v);
	}
}

const char *award_partnership(const json_t *entry)
{
	const char *kind = json_member_text(entry, "kind");

	if (kind == NULL || (strcmp(kind, "decision") != 0 && strcmp(kind, "import") != 0))
		return NULL;
	return journal_partnership(kind, json_object_get(entry, "body"));
}

static void on_found(void *ctx, int status, const struct err *e)
{
	struct revocation *v = ctx;
	struct lanes *lanes = &v->service->lanes;
	const char *partnership = award_partnership(v->entry);

	if (status == 0 && partnership == NULL)
		status = AW_EABSENT;
	if (status != 0) {
		answer_status(v->service, v->request, status, e);
		finish(v);
		return;
	}
	v->entered = true;
	const struct lane_name name = {LANE_PARTNERSHIP, partnership};
	if (lanes_enter(lanes, &v->job, &name, 1) != 0) {
		answer_no_memory(v->service, v->request);
		v->entered = false;
		finish(v);
		return;
	}
	lanes_resolved(lanes);
}

/* Looks again: what was before it in the lane may have revoked it. */
static void start(struct job *job)
{
	struct revocation *v = (struct revocation *)job;

	if (journal_look_up(v->service->options.journal, look_up, on_looked_up, v) != 0) {
		answer_no_memory(v->service, v->request);
		finish(v);
	}
}

static int append(struct revocation *v)
{
	struct service *s = v->service;
	const json_t *params = v->request->params;
	json_t *commitment = NULL, *row = NULL;
	int rv = form_commit_value(json_object_get(params, "by"), "/by", s->options.chance,
				   &commitment, &row);
	struct journal_draft draft = {.kind = "revocation", .by = v->request->peer->actor};

	if (rv == 0) {
		draft.body = json_pack("{sO ss sO s{sO sO}}", "by", commitment, "partnership",
				       award_partnership(v->entry), "reason",
				       json_object_get(params, "reason"), "revokes", "id",
				       json_object_get(v->entry, "id"), "sequence",
				       json_object_get(v->entry, "sequence"));
		draft.personal = json_pack("[O]", row);
		if (draft.body == NULL || draft.personal == NULL) {
			json_decref(draft.body);
			json_decref(draft.personal);
			rv = -ENOMEM;
		}
	}
	json_decref(commitment);
	json_decref(row);
	return rv == 0 ? journal_append(s->options.journal, &draft, 1, on_logged, v) : rv;
}

static void on_looked_up(void *ctx, int status, const struct err *e)
{
	struct revocation *v = ctx;

	if (status == 0 && json_member(v->entry, "revoked") != NULL) {
		answer_error(v->service, v->request, CODE_CONFLICT, "it was revoked before",
			     json_pack("{sO}", "decision_id", json_object_get(v->entry, "id")));
		finish(v);
		return;
	}
	if (status == 0)
		status = append(v);
	if (status != 0) {
		answer_status(v->service, v->request, status, e);
		finish(v);
	}
}

json_t *receipt_document(const struct journal_receipt *receipt, const char *kind,
			 const struct actor *by)
{
	char leaf[DIGEST_HEX];

	hex_format(receipt->leaf.bytes, sizeof receipt->leaf.bytes, leaf);
	return json_pack("{ss sI ss ss s{sI ss} so}", "kind", kind, "sequence",
			 (json_int_t)receipt->sequence, "id", receipt->id, "at", receipt->at, "by",
			 "uid", (json_int_t)by->uid, "user", by->user, "log",
			 leaf_document(receipt->sequence, leaf));
}

static void on_logged(void *ctx, int status, const struct journal_receipt *receipts, size_t count,
		      const struct err *e)
{
	struct revocation *v = ctx;
	struct service *s = v->service;

	if (status != 0 || count != 1) {
		answer_status(s, v->request, status, e);
		fail_for_good(s, status);
		finish(v);
		return;
	}
	s->revocations++;
	v->request->logged = true;
	json_t *result = receipt_document(receipts, "revocation", &v->request->peer->actor);
	if (result != NULL &&
	    (json_put(result, "reason",
		      json_incref(json_object_get(v->request->params, "reason"))) != 0 ||
	     json_put(result, "revokes",
		      json_pack("{sO sO}", "decision_id", json_object_get(v->entry, "id"),
				"sequence", json_object_get(v->entry, "sequence"))) != 0)) {
		json_decref(result);
		result = NULL;
	}
	answer_result(s, v->request, result);
	finish(v);
}
