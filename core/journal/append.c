/* One append: drafts to canonical bytes, and those into the tables. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "journal/inner.h"

void append_free(struct append *a)
{
	for (size_t i = 0; i < a->count; i++) {
		struct part *p = &a->parts[i];
		json_decref(p->draft.body);
		json_decref(p->draft.personal);
		json_decref(p->draft.blobs);
		json_decref(p->draft.erases);
		buffer_deinit(&p->draft.bytes);
		json_index_deinit(&p->index);
		buffer_deinit(&p->body);
		buffer_deinit(&p->bytes);
		buffer_deinit(&p->quotes);
	}
	free(a->receipts);
	free(a);
}

static bool parse_salt(const json_t *row, unsigned char salt[DIGEST_BYTES])
{
	const char *hex = json_member_text(row, "salt");

	return hex != NULL && hex_parse(text_of(hex), salt, DIGEST_BYTES);
}

/* A value that does not belong to its commitment would make the entry
 * unreadable for ever, so it is refused here. */
static int check_personal(const struct part *p, struct err *e)
{
	json_t *row;
	size_t i;

	json_array_foreach(p->draft.personal, i, row) {
		unsigned char salt[DIGEST_BYTES];
		const char *pointer = json_member_text(row, "pointer");
		const json_t *value = json_object_get(row, "value");
		if (pointer == NULL || value == NULL || !parse_salt(row, salt))
			return err_set(e, AW_EINVALID,
				       "a personal value lacks pointer, salt or value");
		const struct json_item *found = json_item_at(p->index.items, pointer);
		const struct text none = {.bytes = "", .length = 0};
		int rv = personal_matches_text(found != NULL ? found->text : none, salt, value, e);
		if (rv != 0)
			return sql_wrap(e, rv, "%s", pointer);
	}
	return 0;
}

static int write_body(struct part *p)
{
	if (p->draft.body != NULL)
		return json_canonical(p->draft.body, &p->body);
	p->body = p->draft.bytes;
	buffer_init(&p->draft.bytes);
	return buffer_status(&p->body);
}

/* What does not depend on the sequence, once. */
static int prepare_body(struct part *p, struct err *e)
{
	if (p->body.length > 0)
		return 0;
	int rv = write_body(p);
	if (rv == 0)
		rv = json_index_read(&p->index, (struct text){p->body.bytes, p->body.length});
	if (rv == 0 && !p->index.canonical)
		rv = AW_EINVALID;
	if (rv != 0) {
		buffer_clear(&p->body);
		p->body.failed = false;
		return err_set(e, rv, "an entry cannot be written: %s", status_text(rv));
	}
	return check_personal(p, e);
}

/* Decisions alone: what else is logged is short, or seldom. */
static bool may_quote(const struct part *p)
{
	return strcmp(p->draft.kind, "decision") == 0;
}

static void quote(struct writer *w, struct part *p, int64_t sequence)
{
	struct text whole = {p->bytes.bytes, p->bytes.length};

	buffer_clear(&p->quotes); /* of an earlier try */
	if (may_quote(p))         /* else, and where it says no, it stands whole */
		(void)source_quote(&w->source, sequence, whole, &p->quotes);
}

static int build_part(struct writer *w, struct part *p, int64_t sequence,
		      struct journal_receipt *receipt, struct err *e)
{
	int rv = prepare_body(p, e);

	if (rv != 0)
		return rv;
	rv = entry_check_actor(&p->draft.by);
	if (rv != 0)
		return err_set(e, rv, "no memory for an entry");
	struct entry entry = {.sequence = sequence, .kind = p->draft.kind, .by = p->draft.by};
	receipt->sequence = sequence;
	entry_id(sequence, w->chance, receipt->id);
	instant_format(w->clock.now_ms(w->clock.ctx), receipt->at);
	entry.id = receipt->id;
	entry.at = receipt->at;
	buffer_deinit(&p->bytes); /* of an earlier try */
	buffer_init(&p->bytes);
	rv = entry_bytes(&entry, &p->body, &p->bytes);
	if (rv != 0)
		return err_set(e, rv, "no memory for an entry");
	if (p->bytes.length > ENTRY_LIMIT)
		return err_set(e, AW_ELIMIT, "an entry of %zu bytes is over the limit of %d",
			       p->bytes.length, (int)ENTRY_LIMIT);
	receipt->leaf = digest_leaf(p->bytes.bytes, p->bytes.length);
	quote(w, p, sequence);
	return 0;
}

int append_build(struct writer *w, struct append *a, struct err *e)
{
	for (size_t i = 0; i < a->count; i++) {
		int rv = build_part(w, &a->parts[i], w->next + (int64_t)i, &a->receipts[i], e);
		if (rv != 0)
			return rv;
	}
	w->next += (int64_t)a->count;
	return 0;
}

static int insert_entry(struct writer *w, const struct part *p, const struct journal_receipt *r,
			struct err *e)
{
	struct binder b = bind_to(w->insert_entry);
	const struct buffer *bytes = p->quotes.length > 0 ? &p->quotes : &p->bytes;

	bind_integer(&b, r->sequence);
	bind_text(&b, p->draft.kind);
	bind_text(&b, r->at);
	bind_blob(&b, bytes->bytes, bytes->length);
	bind_blob(&b, r->leaf.bytes, sizeof r->leaf.bytes);
	return sql_write(&b, e);
}

static int insert_personal(struct writer *w, const struct part *p, int64_t sequence, struct err *e)
{
	json_t *row;
	size_t i;
	int rv = 0;

	json_array_foreach(p->draft.personal, i, row) {
		unsigned char salt[DIGEST_BYTES];
		struct binder b = bind_to(w->insert_personal);
		if (rv != 0 || !parse_salt(row, salt)) /* append_build has checked it */
			break;
		bind_integer(&b, sequence);
		bind_text(&b, json_member_text(row, "pointer"));
		bind_blob(&b, salt, sizeof salt);
		bind_value(&b, json_object_get(row, "value"));
		rv = sql_write(&b, e);
	}
	return rv;
}

static int insert_blobs(struct writer *w, const struct part *p, struct err *e)
{
	json_t *text;
	size_t i;
	int rv = 0;

	json_array_foreach(p->draft.blobs, i, text) {
		struct text bytes = {json_string_value(text), json_string_length(text)};
		struct digest digest = digest_of(bytes.bytes, bytes.length);
		struct binder b = bind_to(w->insert_blob);
		if (rv != 0)
			break;
		bind_blob(&b, digest.bytes, sizeof digest.bytes);
		bind_blob(&b, bytes.length > 0 ? bytes.bytes : "", bytes.length);
		rv = sql_write(&b, e);
	}
	return rv;
}

/* Writes over the values, which keeps them where they are: see schema.c. */
static int erase_personal(struct writer *w, const struct part *p, struct err *e)
{
	const struct json_item *values = json_item_member(p->index.items, "values");
	json_int_t wanted = values != NULL ? values->integer : 0, erased = 0;
	json_t *sequence;
	size_t i;
	int rv = 0;

	json_array_foreach(p->draft.erases, i, sequence) {
		struct binder b = bind_to(w->erase_personal);
		if (rv != 0)
			break;
		bind_integer(&b, json_integer_value(sequence));
		rv = sql_write(&b, e);
		erased += sqlite3_changes64(w->store.db);
	}
	if (rv == 0 && p->draft.erases != NULL && erased != wanted)
		rv = err_set(e, AW_EINVALID, "an erasure of %lld values found %lld",
			     (long long)wanted, (long long)erased);
	return rv;
}

static int insert_part(struct writer *w, const struct part *p, const struct journal_receipt *r,
		       struct err *e)
{
	struct entry entry = {
		.sequence = r->sequence,
		.kind = p->draft.kind,
		.id = r->id,
		.at = r->at,
		.by = p->draft.by,
	};
	int rv = insert_entry(w, p, r, e);

	if (rv == 0)
		rv = insert_blobs(w, p, e);
	if (rv == 0)
		rv = insert_personal(w, p, r->sequence, e);
	if (rv == 0)
		rv = erase_personal(w, p, e);
	if (rv == 0)
		rv = derive_entry(&w->store.derive, &entry, p->index.items, &r->leaf, e);
	if (may_quote(p) && p->quotes.length == 0)
		w->unquoted = (struct unquoted){p, r->sequence};
	return rv == 0 ? 0 : sql_wrap(e, rv, "logging entry %" PRId64, r->sequence);
}

int append_insert(struct writer *w, struct append *a, struct err *e)
{
	int rv = 0;

	for (size_t i = 0; i < a->count && rv == 0; i++)
		rv = insert_part(w, &a->parts[i], &a->receipts[i], e);
	return rv;
}
