/* Whole entries: by sequence, by id, by the client's submission_id. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "journal/reader.h"

static int restore_row(sqlite3_stmt *row, json_t *marked, const json_t *committed, struct err *e)
{
	const char *pointer = column_text(row, 0);
	struct text salt = column_bytes(row, 1);
	struct err why = {.status = 0};
	json_t *value = column_json(row, 2, &why);
	int rv;

	if (value == NULL)
		return err_set(e, why.status == -ENOMEM ? -ENOMEM : AW_ECORRUPT,
			       "a personal value is damaged: %s", why.text);
	if (pointer == NULL || salt.length != DIGEST_BYTES)
		rv = err_set(e, AW_ECORRUPT, "a personal value is damaged");
	else
		rv = personal_matches(json_pointer_get(committed, pointer),
				      (const unsigned char *)salt.bytes, value, e);
	if (rv != 0) {
		json_decref(value);
		return rv == AW_EINVALID ? err_set(e, AW_ECORRUPT, "a personal value was changed")
					 : rv;
	}
	return personal_restore(marked, pointer, value, e);
}

/* The body with every commitment marked as erased, and the values that are
 * still kept put back. Marked first, so that no value is taken for one.
 * *erased: whether any is gone. */
static int restore(struct journal_reader *r, int64_t sequence, json_t **body, bool *erased,
		   struct err *e)
{
	size_t commitments = 0, values = 0;
	json_t *marked = json_deep_copy_of(*body);
	struct binder b = {.statement = NULL};
	int rv = marked != NULL ? personal_mark_erased(marked, &commitments) : -ENOMEM;

	if (rv == 0)
		rv = reader_bind(r, READ_PERSONAL, &b, e);
	if (rv != 0)
		goto out;
	bind_integer(&b, sequence);
	while ((rv = sql_next(&b, e)) == 1) {
		rv = restore_row(b.statement, marked, *body, e);
		if (rv != 0)
			break;
		values++;
	}
	reader_done(&b);
	*erased = values < commitments;
out:
	if (rv == 0) {
		json_decref(*body);
		*body = marked;
	} else {
		json_decref(marked);
	}
	return rv;
}

static json_t *actor_json(const struct actor *by)
{
	return json_pack("{sI ss}", "uid", (json_int_t)by->uid, "user", by->user);
}

/* Gives null, or who revoked it and why. */
static int load_revocation(struct journal_reader *r, int64_t revokes, bool with_personal,
			   json_t **out, struct err *e)
{
	struct binder b;
	struct entry entry;
	char leaf_hash[DIGEST_HEX];
	json_t *document = NULL;
	int rv = reader_bind(r, READ_REVOCATION, &b, e);

	if (rv != 0)
		return rv;
	bind_integer(&b, revokes);
	rv = sql_next(&b, e);
	if (rv <= 0) {
		*out = json_null();
		return rv;
	}
	int64_t sequence = sqlite3_column_int64(b.statement, 0);
	reader_done(&b);
	bool erased = false;
	rv = reader_load(r, sequence, &document, &entry, leaf_hash, e);
	if (rv != 0)
		return rv == AW_EABSENT ? AW_ECORRUPT : rv;
	json_t *body = json_incref(entry.body);
	if (with_personal)
		rv = restore(r, sequence, &body, &erased, e);
	if (rv == 0) {
		*out = json_pack("{sI ss ss sO? sO?}", "sequence", (json_int_t)sequence, "id",
				 entry.id, "at", entry.at, "by", json_member(body, "by"), "reason",
				 json_member(body, "reason"));
		rv = *out != NULL ? 0 : -ENOMEM;
	}
	json_decref(body);
	json_decref(document);
	return rv;
}

static int load_whole(struct journal_reader *r, int64_t sequence, bool with_personal, json_t **out,
		      struct err *e)
{
	struct entry entry;
	char leaf_hash[DIGEST_HEX];
	json_t *document = NULL, *revoked = NULL, *body = NULL, *erasure = json_null();
	bool erased = false;
	int rv = reader_load(r, sequence, &document, &entry, leaf_hash, e);

	if (rv != 0)
		return rv;
	body = json_incref(entry.body);
	if (with_personal)
		rv = restore(r, sequence, &body, &erased, e);
	if (rv == 0 && erased)
		rv = reader_erasure(r, &entry, &erasure, e);
	if (rv == 0)
		rv = load_revocation(r, sequence, with_personal, &revoked, e);
	if (rv != 0)
		goto out;
	*out = json_pack("{sI ss ss ss so sO ss sO sO}", "sequence", (json_int_t)sequence, "kind",
			 entry.kind, "id", entry.id, "at", entry.at, "by", actor_json(&entry.by),
			 "body", body, "leaf_hash", leaf_hash, "revoked", revoked, "erased",
			 erasure);
	if (*out == NULL)
		rv = err_set(e, -ENOMEM, "no memory for an entry");
out:
	json_decref(revoked);
	json_decref(erasure);
	json_decref(body);
	json_decref(document);
	return rv == 0 ? 0 : sql_wrap(e, rv, "reading entry %" PRId64, sequence);
}

int reader_entry(struct journal_reader *r, int64_t sequence, json_t **out, struct err *e)
{
	return load_whole(r, sequence, true, out, e);
}

int reader_entry_by_id(struct journal_reader *r, const char *id, json_t **out, struct err *e)
{
	int64_t sequence = entry_id_sequence(id);
	int rv = sequence > 0 ? load_whole(r, sequence, true, out, e) : AW_EABSENT;

	if (rv == 0 && strcmp(json_member_text(*out, "id"), id) != 0) {
		json_decref(*out);
		*out = NULL;
		rv = AW_EABSENT;
	}
	return rv == AW_EABSENT ? err_set(e, AW_EABSENT, "there is no entry %s", id) : rv;
}

int reader_submission(struct journal_reader *r, const char *submission_id, json_t **out,
		      struct err *e)
{
	struct binder b;
	int rv = reader_bind(r, READ_SUBMISSION, &b, e);

	if (rv != 0)
		return rv;
	bind_text(&b, submission_id);
	rv = sql_next(&b, e);
	if (rv == 0)
		return err_set(e, AW_EABSENT, "no submission has this id");
	if (rv < 0)
		return rv;
	int64_t sequence = sqlite3_column_int64(b.statement, 0);
	reader_done(&b);
	return load_whole(r, sequence, false, out, e);
}

int reader_hashed(struct journal_reader *r, int64_t sequence, json_t **out, struct err *e)
{
	struct entry entry;
	char leaf_hash[DIGEST_HEX];

	return reader_load(r, sequence, out, &entry, leaf_hash, e);
}
