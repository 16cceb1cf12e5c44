/* What is looked at when the log is opened: its end, and whether the derived tables follow. */
#include <inttypes.h>
#include <sys/stat.h>

#include "journal/sql.h"
#include "journal/store.h"

/* How many entries at the end are read. Reading all of them is a verifier's work. */
enum { TAIL = 1000 };

static int check_entry(sqlite3_stmt *row, int64_t expected, struct err *e)
{
	struct entry entry;
	json_t *document = NULL;
	const struct stored stored = {column_bytes(row, 2), column_bytes(row, 4)};
	int64_t sequence = sqlite3_column_int64(row, 0);
	int rv = 0;

	if (sequence != expected)
		return err_set(e, AW_ECORRUPT, "entry %" PRId64 " is missing from the log",
			       expected);
	rv = entry_read(&stored, column_bytes(row, 3), &document, &entry, e);
	if (rv == 0 &&
	    (entry.sequence != sequence || !text_equal(text_of(entry.kind), column_bytes(row, 1))))
		rv = err_set(e, AW_ECORRUPT, "its columns and its bytes differ");
	json_decref(document);
	return rv == 0 ? 0 : sql_wrap(e, rv, "checking entry %" PRId64, sequence);
}

/* SQLite counts a page that was cut in two as there. Where a WAL is full the end may be on its way
 * into the file still. */
static int check_size(const struct store *s, struct err *e)
{
	struct stat file, wal;
	struct buffer name;
	int64_t page = 0;

	buffer_init(&name);
	int rv = buffer_printf(&name, "%s-wal", s->path);
	if (rv == 0)
		rv = sql_integer(s->db, "PRAGMA page_size", &page, e);
	if (rv == 0 && (stat(name.bytes, &wal) != 0 || wal.st_size == 0) &&
	    stat(s->path, &file) == 0 && file.st_size % page != 0)
		rv = err_set(e, AW_ECORRUPT, "its end was cut off, within a page");
	buffer_deinit(&name);
	return rv;
}

static int check_tail(struct store *s, struct err *e)
{
	sqlite3_stmt *rows = NULL;
	int64_t expected = s->last, seen = 0;
	int rv = sql_prepare(s->db,
			     "SELECT sequence, kind, bytes, leaf_hash, " ENTRY_SOURCE
			     " FROM entry e"
			     " ORDER BY sequence DESC LIMIT ?1",
			     &rows, e);

	if (rv != 0)
		return rv;
	struct binder b = bind_to(rows);
	bind_integer(&b, TAIL);
	while ((rv = sql_next(&b, e)) == 1) {
		rv = check_entry(rows, expected, e);
		if (rv != 0)
			break;
		expected--;
		seen++;
	}
	(void)sqlite3_finalize(rows); /* only read */
	if (rv == 0 && seen < TAIL && expected != 0)
		rv = err_set(e, AW_ECORRUPT, "entry %" PRId64 " is missing from the log", expected);
	return rv;
}

/* Whether the derived tables hold what the entries at the end say. */
static int check_derived(struct store *s, bool *follow, struct err *e)
{
	static const char missing[] =
		"SELECT count(*) FROM (SELECT sequence, kind FROM entry"
		" ORDER BY sequence DESC LIMIT 1000) e WHERE"
		" NOT EXISTS (SELECT 1 FROM listed l WHERE l.sequence = e.sequence)"
		" OR (kind = 'decision' AND NOT EXISTS"
		"   (SELECT 1 FROM decision d WHERE d.sequence = e.sequence))"
		" OR (kind = 'import' AND NOT EXISTS"
		"   (SELECT 1 FROM import i WHERE i.sequence = e.sequence))"
		" OR (kind = 'erasure' AND NOT EXISTS"
		"   (SELECT 1 FROM erasure x WHERE x.sequence = e.sequence))"
		" OR (kind IN ('activation', 'rejection') AND NOT EXISTS"
		"   (SELECT 1 FROM rule_set r WHERE r.sequence = e.sequence))";
	static const char subtrees[] =
		"SELECT coalesce(max(number) + 1, 0) FROM node WHERE level = 8";
	/* Its bit is the last one of its kind: bytes of zeros behind it are left out. */
	static const char unmarked[] =
		"SELECT count(*) FROM entry e WHERE sequence = (SELECT max(sequence) FROM entry)"
		" AND NOT EXISTS (SELECT 1 FROM mark m WHERE m.block = e.sequence / 4096"
		" AND m.name = 'kind' AND m.value = e.kind"
		" AND length(m.entries) = e.sequence % 4096 / 8 + 1)";
	_Static_assert(MARK_ENTRIES == 4096, "as in the statement above");
	int64_t counted = 0, lacking = 0, complete = 0, bare = 0;
	int rv = sql_integer(s->db, "SELECT coalesce(sum(count), 0) FROM tally", &counted, e);

	if (rv == 0)
		rv = sql_integer(s->db, missing, &lacking, e);
	if (rv == 0)
		rv = sql_integer(s->db, unmarked, &bare, e);
	if (rv == 0)
		rv = sql_integer(s->db, subtrees, &complete, e);
	*follow = counted == s->last && lacking == 0 && bare == 0 &&
		  complete == s->last / TILE_WIDTH;
	return rv;
}

int store_check(struct store *s, struct err *e)
{
	bool follow = true;
	int rv = sql_integer(s->db, "SELECT coalesce(max(sequence), 0) FROM entry", &s->last, e);

	if (rv == 0)
		rv = check_size(s, e);
	if (rv == 0)
		rv = check_tail(s, e);
	if (rv == 0)
		rv = check_derived(s, &follow, e);
	if (rv == 0)
		rv = follow ? derive_read_edge(&s->derive, (uint64_t)s->last, e)
			    : derive_again(&s->derive, e);
	return rv == 0 ? 0 : sql_wrap(e, rv, "checking the log %s", s->path);
}
