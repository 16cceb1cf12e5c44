/* What deciding the log again needs: partnerships, and all that was logged of one. */
#include <errno.h>
#include <inttypes.h>

#include "journal/reader.h"

int reader_newest(struct journal_reader *r, int64_t *out, struct err *e)
{
	struct binder b;
	int rv = reader_bind(r, READ_NEWEST, &b, e);

	if (rv == 0)
		rv = sql_next(&b, e);
	if (rv == 1) {
		*out = sqlite3_column_int64(b.statement, 0);
		reader_done(&b);
	}
	return rv < 0 ? sql_wrap(e, rv, "looking for the newest entry") : 0;
}

static json_t *partnership_row(sqlite3_stmt *row, struct err *e)
{
	(void)e; /* no document is read */
	return column_string(row, 0);
}

int reader_partnerships(struct journal_reader *r, const char *after, int limit, json_t **out,
			struct err *e)
{
	struct binder b;
	int rv = reader_bind(r, READ_PARTNERSHIPS, &b, e);

	if (rv == 0) {
		bind_text(&b, after != NULL ? after : "");
		bind_integer(&b, limit);
		rv = reader_collect(&b, partnership_row, out, e);
	}
	return rv == 0 ? 0 : sql_wrap(e, rv, "listing partnerships");
}

static int past_row(sqlite3_stmt *row, reader_past_cb each, void *ctx, struct err *e)
{
	struct entry entry;
	const struct stored stored = {column_bytes(row, 0), column_bytes(row, 2)};
	struct text leaf = column_bytes(row, 1);
	char hex[DIGEST_HEX];
	json_t *document = NULL, *given = NULL;
	int64_t sequence = sqlite3_column_int64(row, 3);
	int rv = entry_read(&stored, leaf, &document, &entry, e);

	if (rv == 0 && entry.sequence != sequence)
		rv = err_set(e, AW_ECORRUPT, "its bytes say that it is %" PRId64, entry.sequence);
	if (rv != 0) {
		json_decref(document);
		return sql_wrap(e, rv, "entry %" PRId64, sequence);
	}
	hex_format((const unsigned char *)leaf.bytes, leaf.length, hex);
	given = json_pack("{sI ss ss ss sO sO ss}", "sequence", (json_int_t)entry.sequence, "kind",
			  entry.kind, "id", entry.id, "at", entry.at, "body", entry.body, "entry",
			  document, "leaf_hash", hex);
	rv = given != NULL ? each(ctx, given) : -ENOMEM;
	json_decref(given);
	json_decref(document);
	return rv;
}

int reader_past(struct journal_reader *r, const char *partnership, int64_t through,
		reader_past_cb each, void *ctx, struct err *e)
{
	struct binder b;
	int rv = reader_bind(r, READ_PAST, &b, e);

	if (rv != 0)
		return sql_wrap(e, rv, "reading what was logged of %s", partnership);
	bind_text(&b, partnership);
	bind_integer(&b, through);
	while ((rv = sql_next(&b, e)) == 1) {
		rv = past_row(b.statement, each, ctx, e);
		if (rv != 0)
			break;
	}
	reader_done(&b);
	return rv == 0 ? 0 : sql_wrap(e, rv, "reading what was logged of %s", partnership);
}

int reader_of_kind(struct journal_reader *r, const char *kind, int64_t through,
		   reader_sequence_cb each, void *ctx, struct err *e)
{
	struct binder b;
	int rv = reader_bind(r, READ_OF_KIND, &b, e);

	if (rv != 0)
		return sql_wrap(e, rv, "looking for entries");
	bind_text(&b, kind);
	bind_integer(&b, through);
	while ((rv = sql_next(&b, e)) == 1) {
		rv = each(ctx, sqlite3_column_int64(b.statement, 0));
		if (rv != 0)
			break;
	}
	reader_done(&b);
	return rv == 0 ? 0 : sql_wrap(e, rv, "looking for entries");
}
