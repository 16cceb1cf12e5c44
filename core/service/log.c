/* The log's own methods: its newest checkpoint, proofs, another key. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "service/read.h"

/* ---- log.checkpoint ----------------------------------------------------- */

static int ask_checkpoint(struct read *q, struct journal_reader *r, struct err *e)
{
	char root[DIGEST_HEX];
	struct checkpoint c;
	struct buffer note;

	buffer_init(&note);
	int rv = reader_checkpoint(r, &note, e);
	if (rv == 0)
		rv = checkpoint_read((struct text){note.bytes, note.length}, &c, e);
	if (rv == 0) {
		hex_format(c.root.bytes, sizeof c.root.bytes, root);
		q->found = json_pack("{ss ss sI ss}", "checkpoint", note.bytes, "origin", c.origin,
				     "size", (json_int_t)c.size, "root_hash", root);
		rv = q->found != NULL ? 0 : -ENOMEM;
	}
	buffer_deinit(&note);
	return rv;
}

static json_t *finish_checkpoint(struct read *q)
{
	char key[TLOG_VKEY];

	journal_key(q->service->options.journal, key);
	if (json_put(q->found, "key", json_string(key)) == 0)
		return json_incref(q->found);
	answer_no_memory(q->service, q->request);
	return NULL;
}

void log_checkpoint(struct service *s, struct request *r)
{
	struct read q = {
		.service = s, .request = r, .ask = ask_checkpoint, .finish = finish_checkpoint};

	read_begin(&q);
}

/* ---- log.proof ---------------------------------------------------------- */

static int ask_proof(struct read *q, struct journal_reader *r, struct err *e)
{
	struct buffer text;
	int rv = read_entry(q, r, e);

	if (rv != 0)
		return rv;
	buffer_init(&text);
	rv = reader_proof(r, json_member_integer(q->found, "sequence", 0), &text, e);
	if (rv == 0)
		rv = json_put(q->found, "proof", json_stringn(text.bytes, text.length));
	buffer_deinit(&text);
	return rv;
}

static json_t *finish_proof(struct read *q)
{
	if (!read_is_allowed(q))
		return NULL;
	json_t *result = json_pack("{sO sO sO sI sO}", "sequence",
				   json_object_get(q->found, "sequence"), "id",
				   json_object_get(q->found, "id"), "leaf_hash",
				   json_object_get(q->found, "leaf_hash"), "leaf_index",
				   json_member_integer(q->found, "sequence", 0) - 1, "proof",
				   json_object_get(q->found, "proof"));
	if (result == NULL)
		answer_no_memory(q->service, q->request);
	return result;
}

void log_proof(struct service *s, struct request *r)
{
	struct read q = {.service = s, .request = r, .ask = ask_proof, .finish = finish_proof};

	read_begin(&q);
}

/* ---- log.consistency ---------------------------------------------------- */

static json_t *hashes_document(const struct tree_proof *proof)
{
	json_t *list = json_array();
	struct buffer text;

	buffer_init(&text);
	for (size_t i = 0; i < proof->count; i++) {
		buffer_clear(&text);
		json_t *hash = base64_append(proof->hashes[i].bytes, DIGEST_BYTES, &text) == 0
				       ? json_string(text.bytes)
				       : NULL;
		if (json_array_append_new(list, hash) != 0) { /* takes it from no list, too */
			json_decref(list);
			list = NULL;
		}
	}
	buffer_deinit(&text);
	return list;
}

static int ask_consistency(struct read *q, struct journal_reader *r, struct err *e)
{
	const json_t *params = q->request->params;
	json_int_t from = json_member_integer(params, "from", 0);
	json_int_t to = json_member_integer(params, "to", 0);
	struct tree_proof proof;
	int64_t newest = 0;
	int rv = 0;

	if (json_member(params, "to") == NULL) {
		rv = reader_newest(r, &newest, e);
		to = newest;
		if (rv == 0 && from > to)
			rv = AW_EABSENT;
	}
	if (rv == 0)
		rv = reader_consistency(r, (uint64_t)from, (uint64_t)to, &proof, e);
	if (rv != 0)
		return rv;
	q->found =
		json_pack("{sI sI so}", "from", from, "to", to, "hashes", hashes_document(&proof));
	return q->found != NULL ? 0 : -ENOMEM;
}

int params_ask_consistency(const struct service *s, const json_t *params, json_t *errors)
{
	const json_t *from = json_member(params, "from"), *to = json_member(params, "to");

	(void)s; /* needs none */
	return json_is_integer(from) && json_is_integer(to) &&
			       json_integer_value(to) < json_integer_value(from)
		       ? params_fault(errors, "/to", "must not be below from")
		       : 0;
}

void log_consistency(struct service *s, struct request *r)
{
	struct read q = {.service = s, .request = r, .ask = ask_consistency};

	read_begin(&q);
}

/* ---- log.rotate --------------------------------------------------------- */

struct rotation {
	struct service *service;
	struct request *request;
	char previous[TLOG_VKEY];
};

static void on_rotated(void *ctx, int status, const struct journal_receipt *receipts, size_t count,
		       const struct err *e)
{
	struct rotation *n = ctx;
	struct service *s = n->service;
	char key[TLOG_VKEY];

	if (status != 0 || count != 1) {
		answer_status(s, n->request, status, e);
		fail_for_good(s, status);
		free(n);
		return;
	}
	n->request->logged = true;
	journal_key(s->options.journal, key);
	log_line(s, 5, "the log's key was changed: %s signs from entry %lld on", key,
		 (long long)receipts->sequence);
	json_t *result = receipt_document(receipts, "key", &n->request->peer->actor);
	if (result != NULL && (json_put(result, "key", json_string(key)) != 0 ||
			       json_put(result, "previous", json_string(n->previous)) != 0)) {
		json_decref(result);
		result = NULL;
	}
	answer_result(s, n->request, result);
	free(n);
}

void log_rotate(struct service *s, struct request *r)
{
	struct rotation *n = malloc(sizeof *n);
	int rv = -ENOMEM;

	if (n != NULL) {
		*n = (struct rotation){.service = s, .request = r};
		journal_key(s->options.journal, n->previous);
		rv = journal_rotate(s->options.journal, &r->peer->actor,
				    json_member_text(r->params, "reason"), on_rotated, n);
	}
	if (rv != 0) {
		answer_no_memory(s, r);
		free(n);
	}
}
