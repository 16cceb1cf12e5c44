/* What of an entry or a partnership can be erased, and which erasure did. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "journal/reader.h"

const char *entry_partnership(const struct entry *entry)
{
	if (strcmp(entry->kind, "decision") == 0)
		return json_member_text(
			json_member(json_member(entry->body, "decision"), "partnership"), "id");
	if (strcmp(entry->kind, "import") == 0)
		return json_member_text(json_member(entry->body, "award"), "partnership");
	return json_member_text(entry->body, "partnership");
}

/* The one entry: whose it is, and {"id", "sequence"}. */
static int find_entry(struct journal_reader *r, const char *id, json_t *found, struct err *e)
{
	struct entry entry;
	char leaf_hash[DIGEST_HEX];
	json_t *document = NULL;
	int64_t sequence = entry_id_sequence(id);
	int rv = sequence > 0 ? reader_load(r, sequence, &document, &entry, leaf_hash, e)
			      : AW_EABSENT;

	if (rv != 0)
		return rv;
	const char *partnership = entry_partnership(&entry);
	if (partnership == NULL || strcmp(entry.id, id) != 0)
		rv = AW_EABSENT;
	else if (json_put(found, "partnership", json_string(partnership)) != 0 ||
		 json_put(found, "erases",
			  json_pack("{ss sI}", "id", id, "sequence", (json_int_t)sequence)) != 0)
		rv = -ENOMEM;
	json_decref(document);
	return rv;
}

/* All of a partnership that is in the log by now: {"partnership", "through"}. */
static int find_partnership(struct journal_reader *r, const char *id, json_t *found, struct err *e)
{
	struct binder b;
	int64_t newest = 0;
	int rv = reader_bind(r, READ_PARTNERSHIP, &b, e);

	if (rv != 0)
		return rv;
	bind_text(&b, id);
	rv = sql_next(&b, e);
	if (rv <= 0)
		return rv < 0 ? rv : AW_EABSENT;
	reader_done(&b);
	rv = reader_newest(r, &newest, e);
	if (rv == 0 &&
	    (json_put(found, "partnership", json_string(id)) != 0 ||
	     json_put(found, "erases",
		      json_pack("{ss sI}", "partnership", id, "through", (json_int_t)newest)) != 0))
		rv = -ENOMEM;
	return rv;
}

/* Which entries still have values, and how many all in all. */
static int count_values(struct journal_reader *r, json_t *found, struct err *e)
{
	const json_t *erases = json_member(found, "erases");
	json_int_t sequence = json_member_integer(erases, "sequence", 0), values = 0;
	json_t *sequences = json_array();
	struct binder b;
	int rv = reader_bind(r, sequence > 0 ? READ_VALUES : READ_PARTNERSHIP_VALUES, &b, e);

	if (rv == 0 && sequence > 0)
		bind_integer(&b, sequence);
	else if (rv == 0)
		bind_text(&b, json_member_text(found, "partnership"));
	while (rv == 0 && (rv = sql_next(&b, e)) == 1) {
		values += sqlite3_column_int64(b.statement, 1);
		rv = list_append(sequences, json_integer(sqlite3_column_int64(b.statement, 0)));
		if (rv != 0)
			reader_done(&b);
	}
	if (rv == 0 && (json_put(found, "sequences", json_incref(sequences)) != 0 ||
			json_put(found, "values", json_integer(values)) != 0))
		rv = -ENOMEM;
	json_decref(sequences);
	return rv;
}

int reader_personal(struct journal_reader *r, const char *id, const char *partnership, json_t **out,
		    struct err *e)
{
	json_t *found = json_object();
	int rv = found != NULL ? 0 : -ENOMEM;

	if (rv == 0)
		rv = id != NULL ? find_entry(r, id, found, e)
				: find_partnership(r, partnership, found, e);
	if (rv == 0)
		rv = count_values(r, found, e);
	if (rv == 0) {
		*out = found;
		return 0;
	}
	json_decref(found);
	if (rv == AW_EABSENT)
		return err_set(e, AW_EABSENT, "nothing in the log is of %s",
			       id != NULL ? id : partnership);
	return sql_wrap(e, rv, "looking for personal values");
}

int reader_erasure(struct journal_reader *r, const struct entry *entry, json_t **out, struct err *e)
{
	char leaf_hash[DIGEST_HEX];
	struct entry erasure;
	json_t *document = NULL;
	struct binder b;
	int rv = reader_bind(r, READ_ERASURE, &b, e);

	if (rv != 0)
		return rv;
	bind_integer(&b, entry->sequence);
	bind_text(&b, entry_partnership(entry));
	rv = sql_next(&b, e);
	if (rv <= 0) {
		*out = rv == 0 ? json_null() : NULL;
		return rv;
	}
	int64_t sequence = sqlite3_column_int64(b.statement, 0);
	reader_done(&b);
	rv = reader_load(r, sequence, &document, &erasure, leaf_hash, e);
	if (rv != 0)
		return rv == AW_EABSENT ? AW_ECORRUPT : rv;
	*out = json_pack("{sI ss ss sO?}", "sequence", (json_int_t)sequence, "id", erasure.id, "at",
			 erasure.at, "reason", json_member(erasure.body, "reason"));
	json_decref(document);
	return *out != NULL ? 0 : -ENOMEM;
}
