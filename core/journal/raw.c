/* The file as it stands, for those who trust nothing in it: rows, pages, tables. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "journal/reader.h"
#include "journal/schema.h"

static const char select_entries[] = "SELECT sequence, 0, kind, at, bytes, leaf_hash, " ENTRY_SOURCE
				     " FROM entry e ORDER BY sequence";

static const char *const selects[RAW_TABLES] = {
	[RAW_META] = "SELECT 0, 0, name, value FROM meta ORDER BY name",
	[RAW_ENTRY] = select_entries,
	[RAW_BLOB] = "SELECT rowid, 0, sha256, bytes FROM blob ORDER BY rowid",
	[RAW_PERSONAL] =
		"SELECT sequence, number, pointer, salt, value FROM personal ORDER BY 1, 2",
	[RAW_CHECKPOINT] = "SELECT size, 0, note FROM checkpoint ORDER BY size",
	[RAW_NODE] = "SELECT level, number, hash FROM node ORDER BY level, number",
};

enum { NUMBERS = 2, ENTRY_BYTES = 2, ENTRY_COLUMNS = 7 };

struct raw_walk {
	sqlite3_stmt *rows;
	struct buffer whole; /* of an entry in quotes */
};

int raw_walk_new(struct journal_reader *r, enum raw_table table, struct raw_walk **out,
		 struct err *e)
{
	struct raw_walk *w = calloc(1, sizeof *w);

	if (w == NULL)
		return err_set(e, -ENOMEM, "no memory for a walk");
	buffer_init(&w->whole);
	int rv = sql_prepare(r->db, selects[table], &w->rows, e);
	if (rv != 0) {
		raw_walk_free(&w);
		return rv;
	}
	*out = w;
	return 0;
}

/* Quotes of nothing stay as they are: then the entry does not have its leaf hash. */
static int make_whole(struct raw_walk *w, struct raw_row *row, struct err *e)
{
	const struct stored stored = {row->texts[ENTRY_BYTES], column_bytes(w->rows, 6)};

	buffer_clear(&w->whole);
	row->numbers[1] = stored_quotes(&stored);
	int rv = stored_read(&stored, &w->whole, &row->texts[ENTRY_BYTES], e);
	return rv == AW_ECORRUPT ? 0 : rv;
}

int raw_walk_next(struct raw_walk *w, struct raw_row *row, struct err *e)
{
	struct binder b = {.statement = w->rows, .code = SQLITE_OK};
	int rv = sql_next(&b, e), columns = sqlite3_column_count(w->rows);
	bool quotes = columns == ENTRY_COLUMNS;

	if (rv != 1)
		return rv;
	memset(row, 0, sizeof *row);
	for (int i = 0; i < NUMBERS; i++)
		row->numbers[i] = sqlite3_column_int64(w->rows, i);
	for (int i = NUMBERS; i < columns - quotes; i++)
		row->texts[i - NUMBERS] = column_bytes(w->rows, i);
	rv = quotes ? make_whole(w, row, e) : 0;
	return rv == 0 ? 1 : rv;
}

void raw_walk_free(struct raw_walk **walk)
{
	if (*walk == NULL)
		return;
	(void)sqlite3_finalize((*walk)->rows); /* only read */
	buffer_deinit(&(*walk)->whole);
	free(*walk);
	*walk = NULL;
}

/* ---- pages -------------------------------------------------------------- */

/* SQLite finds fault, too, with a page that it has no memory for, or that the disk does not give. */
static bool is_about_reading(const char *says)
{
	return says == NULL || strstr(says, "unable to get the page") != NULL ||
	       strstr(says, "failed to get page") != NULL;
}

int raw_check_pages(struct journal_reader *r, raw_fault_cb each, void *ctx, struct err *e)
{
	sqlite3_stmt *rows = NULL;
	int rv = sql_prepare(r->db, "PRAGMA main.integrity_check(100)", &rows, e);

	if (rv != 0)
		return rv;
	struct binder b = bind_to(rows);
	while ((rv = sql_next(&b, e)) == 1) {
		const char *says = column_text(rows, 0);
		rv = 0;
		if (is_about_reading(says))
			rv = err_set(e, -ENOMEM,
				     "checking the file's pages: no memory, or the disk fails: %s",
				     says != NULL ? says : "");
		else if (strcmp(says, "ok") != 0)
			rv = each(ctx, says);
		if (rv != 0)
			break;
	}
	(void)sqlite3_finalize(rows); /* only read */
	return rv;
}

/* ---- tables, views, indexes, triggers ------------------------------------ */

/* What one side has of what this program makes: type, name, how, of which table. Also
 * what has a name of SQLite's own: with writable_schema anybody gives one to a trigger. */
static const char objects[] =
	"SELECT type, name, sql, tbl_name FROM main.sqlite_schema ORDER BY type, name";

static int compare_names(sqlite3_stmt *a, sqlite3_stmt *b)
{
	const char *left[] = {column_text(a, 0), column_text(a, 1)};
	const char *right[] = {column_text(b, 0), column_text(b, 1)};

	for (int i = 0; i < 2; i++) {
		int order =
			strcmp(left[i] != NULL ? left[i] : "", right[i] != NULL ? right[i] : "");
		if (order != 0)
			return order;
	}
	return 0;
}

static bool is_same(sqlite3_stmt *a, sqlite3_stmt *b, int column)
{
	return sqlite3_column_type(a, column) == sqlite3_column_type(b, column) &&
	       text_equal(column_bytes(a, column), column_bytes(b, column));
}

static int tell(sqlite3_stmt *row, const char *what, raw_object_cb each, void *ctx)
{
	const char *type = column_text(row, 0), *name = column_text(row, 1);

	return each(ctx, type != NULL ? type : "object", name != NULL ? name : "?", what);
}

/* Both in order of type and name; `is` and `should` say whether a row is in hand. */
static int compare_objects(sqlite3_stmt *file, sqlite3_stmt *made, raw_object_cb each, void *ctx,
			   struct err *e)
{
	struct binder f = bind_to(file), m = bind_to(made);
	int is = sql_next(&f, e), should = is >= 0 ? sql_next(&m, e) : 0;
	int rv = 0;

	while (rv == 0 && is >= 0 && should >= 0 && is + should > 0) {
		int order = is == 0 ? 1 : should == 0 ? -1 : compare_names(file, made);
		if (order < 0)
			rv = tell(file, "added", each, ctx);
		else if (order > 0)
			rv = tell(made, "missing", each, ctx);
		else if (!is_same(file, made, 2) || !is_same(file, made, 3))
			rv = tell(made, "changed", each, ctx);
		if (rv == 0 && order <= 0)
			is = sql_next(&f, e);
		if (rv == 0 && order >= 0 && is >= 0)
			should = sql_next(&m, e);
	}
	return rv != 0 ? rv : is < 0 ? is : should < 0 ? should : 0;
}

int schema_compare(sqlite3 *db, raw_object_cb each, void *ctx, struct err *e)
{
	sqlite3 *made = NULL;
	sqlite3_stmt *is = NULL, *should = NULL;
	int rv = schema_make_pattern(&made, e);

	if (rv == 0)
		rv = sql_prepare(db, objects, &is, e);
	if (rv == 0)
		rv = sql_prepare(made, objects, &should, e);
	if (rv == 0)
		rv = compare_objects(is, should, each, ctx, e);
	(void)sqlite3_finalize(is);     /* only read */
	(void)sqlite3_finalize(should); /* likewise */
	(void)sqlite3_close_v2(made);   /* likewise */
	return rv;
}

int raw_check_schema(struct journal_reader *r, raw_object_cb each, void *ctx, struct err *e)
{
	return schema_compare(r->db, each, ctx, e);
}
