/* All derived tables made again, from the entries alone. */
#include <string.h>

#include "journal/derive.h"
#include "journal/schema.h"
#include "journal/sql.h"

static int derive_row(struct derive *d, sqlite3_stmt *row, struct err *e)
{
	const struct stored kept = {column_bytes(row, 0), column_bytes(row, 2)};
	struct stored whole = {.bytes = kept.bytes};
	struct entry entry;
	struct buffer scratch;
	json_t *document = NULL;

	buffer_init(&scratch);
	int rv = stored_read(&kept, &scratch, &whole.bytes, e);
	if (rv == 0)
		rv = entry_read(&whole, column_bytes(row, 1), &document, &entry, e);
	if (rv == 0) {
		struct digest leaf; /* compared just now */
		memcpy(leaf.bytes, column_bytes(row, 1).bytes, sizeof leaf.bytes);
		rv = derive_bytes(d, &entry, whole.bytes, &leaf, e);
	}
	json_decref(document);
	buffer_deinit(&scratch);
	return rv;
}

static int derive_all(struct derive *d, struct err *e)
{
	sqlite3_stmt *rows = NULL;
	int64_t at = 0;
	int rv = sql_prepare(d->db,
			     "SELECT bytes, leaf_hash, " ENTRY_SOURCE
			     " FROM entry e ORDER BY sequence",
			     &rows, e);

	if (rv != 0)
		return rv;
	struct binder b = bind_to(rows);
	while ((rv = sql_next(&b, e)) == 1) {
		at++;
		rv = derive_row(d, rows, e);
		if (rv != 0)
			break;
	}
	(void)sqlite3_finalize(rows); /* only read */
	if (rv == 0)
		rv = derive_flush(d, e);
	return rv == 0 ? 0 : sql_wrap(e, rv, "deriving from entry %lld", (long long)at);
}

int derive_fill(struct derive *d, struct err *e)
{
	d->edge = (struct tree_edge){.size = 0};
	marks_forget(&d->marks);
	return derive_all(d, e);
}

int derive_again(struct derive *d, struct err *e)
{
	int rv = sql_run(d->db, "BEGIN IMMEDIATE", e);

	if (rv != 0)
		return rv;
	rv = sql_run(
		d->db,
		"DELETE FROM node; DELETE FROM tally; DELETE FROM partnership; DELETE FROM decision;"
		"DELETE FROM import; DELETE FROM mark;"
		"DELETE FROM award; DELETE FROM revocation; DELETE FROM erasure;"
		"DELETE FROM rule_set; DELETE FROM listed;",
		e);
	if (rv == 0)
		rv = derive_fill(d, e);
	if (rv == 0)
		rv = sql_run(d->db, "COMMIT", e);
	if (rv == 0)
		derive_committed(d);
	else
		derive_undone(d);
	if (rv != 0 && sqlite3_get_autocommit(d->db) == 0)
		(void)sql_run(d->db, "ROLLBACK", NULL); /* the first failure is the one to tell */
	return rv;
}
