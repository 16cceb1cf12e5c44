/* Decisions of the past: a partnership's history for the rules, written as it is read. */

#include "journal/reader.h"

/* The columns, in their order. */
enum { SEQUENCE, ID, KIND, REVOKED, NAME, ASSESSED_ON, REGISTERED_ON, SCORES, OUTCOME };

/* A failure stays marked in the buffer. */
static void put_text(struct buffer *out, const char *before, sqlite3_stmt *row, int column)
{
	(void)buffer_append_text(out, before);
	if (sqlite3_column_type(row, column) == SQLITE_NULL)
		(void)buffer_append_text(out, "null");
	else
		(void)json_canonical_text(column_bytes(row, column), out);
}

static void put_json(struct buffer *out, const char *before, sqlite3_stmt *row, int column)
{
	struct text json = column_bytes(row, column);

	(void)buffer_append_text(out, before);
	if (sqlite3_column_type(row, column) == SQLITE_NULL)
		(void)buffer_append_text(out, "null");
	else
		(void)buffer_append(out, json.bytes, json.length);
}

static void put_row(struct buffer *out, sqlite3_stmt *row)
{
	put_text(out, "{\"assessed_on\":", row, ASSESSED_ON);
	put_text(out, ",\"id\":", row, ID);
	put_text(out, ",\"kind\":", row, KIND);
	put_text(out, ",\"name\":", row, NAME);
	put_json(out, ",\"outcome\":", row, OUTCOME);
	put_text(out, ",\"registered_on\":", row, REGISTERED_ON);
	(void)buffer_printf(out, ",\"revoked\":%s",
			    sqlite3_column_int(row, REVOKED) != 0 ? "true" : "false");
	put_json(out, ",\"scores\":", row, SCORES);
	(void)buffer_printf(out, ",\"sequence\":%lld}", sqlite3_column_int64(row, SEQUENCE));
}

/* Columns that somebody else wrote to are not to reach the rules as anything else. */
static int check(struct text written, struct err *e)
{
	struct json_index index;

	json_index_init(&index);
	int rv = json_index_read(&index, written);
	if (rv == AW_ESYNTAX || (rv == 0 && !index.canonical))
		rv = err_set(e, AW_ECORRUPT, "the derived tables hold what is not canonical JSON");
	json_index_deinit(&index);
	return rv;
}

int reader_history(struct journal_reader *r, const char *partnership, struct buffer *out,
		   struct err *e)
{
	size_t begun = out->length;
	struct binder b;
	int rv = reader_bind(r, READ_HISTORY, &b, e);

	if (rv == 0) {
		bind_text(&b, partnership);
		(void)buffer_append_text(out, "["); /* buffer_status tells */
		while ((rv = sql_next(&b, e)) == 1) {
			if (out->length > begun + 1)
				(void)buffer_append_text(out, ",");
			put_row(out, b.statement);
		}
		(void)buffer_append_text(out, "]");
		if (rv == 0)
			rv = buffer_status(out);
	}
	if (rv == 0)
		rv = check((struct text){out->bytes + begun, out->length - begun}, e);
	return rv == 0 ? 0 : sql_wrap(e, rv, "reading the history of %s", partnership);
}
