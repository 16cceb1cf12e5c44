/* Entries in the order of the log, as the view `activity` tells of them. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "journal/reader.h"

/* Of entries that are no decisions an index tells, which would be long for decisions: those
 * are found sooner by looking at each entry. */
static enum reader_statement by_kind(const char *kind, enum reader_statement all,
				     enum reader_statement often, enum reader_statement seldom)
{
	if (kind == NULL)
		return all;
	return strcmp(kind, "decision") == 0 ? often : seldom;
}

int reader_tail_start(struct journal_reader *r, const char *kind, int64_t count, int64_t *after,
		      struct err *e)
{
	struct binder b;
	int rv = reader_bind(
		r, by_kind(kind, READ_TAIL_START, READ_TAIL_START_KIND, READ_TAIL_START_SELDOM), &b,
		e);

	if (rv == 0) {
		bind_integer(&b, count);
		if (kind != NULL)
			bind_text(&b, kind);
		rv = sql_next(&b, e);
	}
	if (rv == 1) {
		*after = sqlite3_column_int64(b.statement, 0);
		reader_done(&b);
	}
	return rv < 0 ? sql_wrap(e, rv, "looking for the last entries") : 0;
}

static int give(sqlite3_stmt *row, struct buffer *scratch, reader_tail_cb each, void *ctx,
		struct err *e)
{
	const struct stored bytes = {column_bytes(row, 7), column_bytes(row, 9)};
	struct tail_entry entry = {
		.sequence = sqlite3_column_int64(row, 0),
		.at = column_text(row, 1),
		.uid = (uid_t)sqlite3_column_int64(row, 2),
		.user = column_text(row, 3),
		.kind = column_text(row, 4),
		.partnership = column_text(row, 5),
		.what = column_text(row, 6),
	};
	int rv = entry_hashed(&bytes, column_bytes(row, 8), scratch, &entry.bytes, e);

	return rv == 0 ? each(ctx, &entry) : sql_wrap(e, rv, "entry %" PRId64, entry.sequence);
}

int reader_tail(struct journal_reader *r, const char *kind, int64_t after, reader_tail_cb each,
		void *ctx, struct err *e)
{
	struct buffer scratch;
	struct binder b;
	int rv = reader_bind(r, by_kind(kind, READ_TAIL, READ_TAIL_KIND, READ_TAIL_SELDOM), &b, e);

	if (rv != 0)
		return sql_wrap(e, rv, "reading entries");
	bind_integer(&b, after);
	if (kind != NULL)
		bind_text(&b, kind);
	buffer_init(&scratch);
	while ((rv = sql_next(&b, e)) == 1) {
		buffer_clear(&scratch);
		rv = give(b.statement, &scratch, each, ctx, e);
		if (rv != 0)
			break;
	}
	buffer_deinit(&scratch);
	reader_done(&b);
	return rv < 0 ? sql_wrap(e, rv, "reading entries") : rv;
}
