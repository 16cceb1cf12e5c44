/* Whether the derived tables follow: made again beside the file, in temporary
 * tables of the same names, which SQLite finds before those of the file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "journal/derive.h"
#include "journal/nodes.h"
#include "journal/reader.h"
#include "journal/schema.h"

enum { TABLES_MOST = 32, COLUMNS_MOST = 32, KEY_TEXT = 200 };

struct follow {
	struct journal_reader *reader;
	struct derive derive;
	char *tables[TABLES_MOST];
	size_t count;
};

/* ---- making ------------------------------------------------------------- */

/* What decides whether an entry contradicts an earlier one; other indexes only
 * cost time here. */
static const char unique_indexes[] =
	"SELECT 'CREATE UNIQUE INDEX temp.' || substr(sql, length('CREATE UNIQUE INDEX ') + 1)"
	" FROM sqlite_schema WHERE type = 'index' AND sql LIKE 'CREATE UNIQUE INDEX %'";

static int make_table(struct follow *f, const char *name, const char *sql, struct err *e)
{
	static const char create[] = "CREATE ";
	struct buffer text;

	if (f->count == TABLES_MOST || strncmp(sql, create, sizeof create - 1) != 0)
		return err_set(e, AW_ELIMIT, "the table %s cannot be made again", name);
	f->tables[f->count] = strdup(name);
	if (f->tables[f->count] == NULL)
		return err_set(e, -ENOMEM, "no memory for a table");
	f->count++;
	buffer_init(&text);
	int rv = buffer_printf(&text, "CREATE TEMP %s", sql + sizeof create - 1);
	rv = rv == 0 ? sql_run(f->reader->db, text.bytes, e) : rv;
	buffer_deinit(&text);
	return rv;
}

static int make_tables(struct follow *f, sqlite3 *pattern, struct err *e)
{
	sqlite3_stmt *rows = NULL;
	int rv = sql_prepare(pattern, schema_derived_tables, &rows, e);

	if (rv != 0)
		return rv;
	struct binder b = bind_to(rows);
	while ((rv = sql_next(&b, e)) == 1) {
		rv = make_table(f, column_text(rows, 0), column_text(rows, 1), e);
		if (rv != 0)
			break;
	}
	(void)sqlite3_finalize(rows); /* only read */
	return rv;
}

static int make_indexes(struct follow *f, sqlite3 *pattern, struct err *e)
{
	sqlite3_stmt *rows = NULL;
	int rv = sql_prepare(pattern, unique_indexes, &rows, e);

	if (rv != 0)
		return rv;
	struct binder b = bind_to(rows);
	while ((rv = sql_next(&b, e)) == 1) {
		rv = sql_run(f->reader->db, column_text(rows, 0), e);
		if (rv != 0)
			break;
	}
	(void)sqlite3_finalize(rows); /* only read */
	return rv;
}

int follow_new(struct journal_reader *r, struct follow **out, struct err *e)
{
	struct follow *f = calloc(1, sizeof *f);
	sqlite3 *pattern = NULL;

	if (f == NULL)
		return err_set(e, -ENOMEM, "no memory to make tables again");
	f->reader = r;
	derive_init(&f->derive);
	int rv = schema_make_pattern(&pattern, e);
	if (rv == 0)
		rv = make_tables(f, pattern, e);
	if (rv == 0)
		rv = make_indexes(f, pattern, e);
	if (rv == 0)
		rv = derive_prepare(&f->derive, r->db, e);
	(void)sqlite3_close_v2(pattern); /* only read */
	if (rv != 0) {
		follow_free(&f);
		return sql_wrap(e, rv, "making temporary tables");
	}
	*out = f;
	return 0;
}

int follow_add(struct follow *f, const json_t *document, struct text bytes,
	       const struct digest *leaf, struct err *e)
{
	struct entry entry;

	if (document != NULL && entry_fill(document, &entry))
		return derive_bytes(&f->derive, &entry, bytes, leaf, e);
	return nodes_append(&f->derive.edge, leaf, f->derive.statements[DERIVE_NODE], e);
}

void follow_free(struct follow **follow)
{
	struct follow *f = *follow;

	*follow = NULL;
	if (f == NULL)
		return;
	derive_deinit(&f->derive);
	for (size_t i = 0; i < f->count; i++)
		free(f->tables[i]);
	free(f);
}

/* ---- comparing ---------------------------------------------------------- */

/* One table, of the file and made again, both walked in the order of the key. */
struct pair {
	const char *table;
	char *names[COLUMNS_MOST]; /* the key's columns first */
	size_t columns, keys;
	sqlite3_stmt *file, *made;
	follow_cb each;
	void *ctx;
};

static int add_column(struct pair *p, const char *name)
{
	if (p->columns == COLUMNS_MOST)
		return AW_ELIMIT;
	p->names[p->columns] = strdup(name);
	return p->names[p->columns++] != NULL ? 0 : -ENOMEM;
}

/* Those of the key in its order, then the others. */
static int read_columns(struct pair *p, sqlite3 *db, struct err *e)
{
	sqlite3_stmt *rows = NULL;
	int rv = sql_prepare(db,
			     "SELECT name, pk FROM pragma_table_info(?1, 'temp')"
			     " ORDER BY pk = 0, pk, cid",
			     &rows, e);

	if (rv != 0)
		return rv;
	struct binder b = bind_to(rows);
	bind_text(&b, p->table);
	while ((rv = sql_next(&b, e)) == 1) {
		rv = add_column(p, column_text(rows, 0));
		if (rv != 0)
			break;
		p->keys += sqlite3_column_int(rows, 1) > 0;
	}
	(void)sqlite3_finalize(rows); /* only read */
	if (p->keys == 0)
		p->keys = p->columns; /* a table without a key is one of whole rows */
	return rv;
}

static int select_rows(const struct pair *p, sqlite3 *db, const char *schema, sqlite3_stmt **out,
		       struct err *e)
{
	struct buffer text;

	buffer_init(&text);
	(void)buffer_append_text(&text, "SELECT "); /* buffer_status tells */
	for (size_t i = 0; i < p->columns; i++)
		(void)buffer_printf(&text, "%s\"%s\"", i > 0 ? ", " : "", p->names[i]);
	(void)buffer_printf(&text, " FROM %s.\"%s\" ORDER BY ", schema, p->table);
	for (size_t i = 0; i < p->keys; i++)
		(void)buffer_printf(&text, "%s%zu", i > 0 ? ", " : "", i + 1);
	int rv = buffer_status(&text);
	rv = rv == 0 ? sql_prepare(db, text.bytes, out, e) : rv;
	buffer_deinit(&text);
	return rv;
}

/* Order of SQLite for what keys hold: whole numbers before texts. */
static int compare_values(sqlite3_stmt *a, sqlite3_stmt *b, int column)
{
	int left = sqlite3_column_type(a, column), right = sqlite3_column_type(b, column);

	if (left != right)
		return left < right ? -1 : 1;
	if (left == SQLITE_INTEGER) {
		int64_t x = sqlite3_column_int64(a, column), y = sqlite3_column_int64(b, column);
		return (x > y) - (x < y);
	}
	struct text s = column_bytes(a, column), t = column_bytes(b, column);
	size_t shorter = s.length < t.length ? s.length : t.length;
	int order = shorter > 0 ? memcmp(s.bytes, t.bytes, shorter) : 0;
	return order != 0 ? order : (s.length > t.length) - (s.length < t.length);
}

static int compare_keys(const struct pair *p)
{
	int order = 0;

	for (size_t i = 0; i < p->keys && order == 0; i++)
		order = compare_values(p->file, p->made, (int)i);
	return order;
}

/* "decision 17", "failed QM-1, 17". */
static void write_key(const struct pair *p, sqlite3_stmt *row, char key[KEY_TEXT])
{
	size_t at = 0;

	key[0] = '\0';
	for (size_t i = 0; i < p->keys && at < KEY_TEXT - 1; i++) {
		const char *text = column_text(row, (int)i);
		size_t room = KEY_TEXT - at, length = strlen(text != NULL ? text : "NULL");
		/* may be cut */
		(void)sqlite3_snprintf((int)room, key + at, "%s%s", i > 0 ? ", " : "",
				       text != NULL ? text : "NULL");
		at += length + (i > 0 ? 2 : 0);
	}
}

static int tell(const struct pair *p, sqlite3_stmt *row, const char *column, const char *what)
{
	char key[KEY_TEXT];

	write_key(p, row, key);
	return p->each(p->ctx, p->table, key, column, what);
}

static int compare_row(const struct pair *p)
{
	int rv = 0;

	for (size_t i = p->keys; i < p->columns && rv == 0; i++)
		if (compare_values(p->file, p->made, (int)i) != 0)
			rv = tell(p, p->file, p->names[i], "changed");
	return rv;
}

static int compare_rows(struct pair *p, struct err *e)
{
	struct binder f = bind_to(p->file), m = bind_to(p->made);
	int is = sql_next(&f, e), should = is >= 0 ? sql_next(&m, e) : 0;
	int rv = 0;

	while (rv == 0 && is >= 0 && should >= 0 && is + should > 0) {
		int order = is == 0 ? 1 : should == 0 ? -1 : compare_keys(p);
		if (order == 0)
			rv = compare_row(p);
		else
			rv = tell(p, order < 0 ? p->file : p->made, NULL,
				  order < 0 ? "added" : "missing");
		if (rv == 0 && order <= 0)
			is = sql_next(&f, e);
		if (rv == 0 && order >= 0 && is >= 0)
			should = sql_next(&m, e);
	}
	return rv != 0 ? rv : is < 0 ? is : should < 0 ? should : 0;
}

size_t follow_count(const struct follow *f)
{
	return f->count;
}

const char *follow_table(const struct follow *f, size_t i)
{
	return f->tables[i];
}

int follow_compare(struct follow *f, size_t i, follow_cb each, void *ctx, struct err *e)
{
	struct pair p = {.table = f->tables[i], .each = each, .ctx = ctx};
	int rv = derive_flush(&f->derive, e);

	if (rv == 0)
		rv = read_columns(&p, f->reader->db, e);
	if (rv == 0)
		rv = select_rows(&p, f->reader->db, "temp", &p.made, e);
	if (rv == 0)
		rv = select_rows(&p, f->reader->db, "main", &p.file, e);
	if (rv == 0)
		rv = compare_rows(&p, e);
	(void)sqlite3_finalize(p.file); /* only read */
	(void)sqlite3_finalize(p.made); /* likewise */
	for (size_t k = 0; k < p.columns; k++)
		free(p.names[k]);
	return rv;
}
