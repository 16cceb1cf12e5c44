/* Everything that follows from the entries, made again from them while no daemon runs. */
#include <errno.h>

#include "journal/journal.h"
#include "journal/sql.h"
#include "journal/store.h"

/* Of the tables that hold what is true: their indexes and guards. */
static const char around_truth[] =
	"SELECT 'DROP ' || type || ' IF EXISTS \"' || name || '\";' || sql FROM sqlite_schema"
	" WHERE type IN ('trigger', 'index') AND sql IS NOT NULL AND tbl_name IN"
	" ('meta', 'entry', 'blob', 'personal', 'checkpoint')";

static int make_around_truth(struct store *s, struct err *e)
{
	sqlite3 *pattern = NULL;
	sqlite3_stmt *rows = NULL;
	int rv = schema_make_pattern(&pattern, e);

	if (rv == 0)
		rv = sql_prepare(pattern, around_truth, &rows, e);
	if (rv == 0) {
		struct binder b = bind_to(rows);
		while ((rv = sql_next(&b, e)) == 1) {
			rv = sql_run(s->db, column_text(rows, 0), e);
			if (rv != 0)
				break;
		}
	}
	(void)sqlite3_finalize(rows);    /* only read */
	(void)sqlite3_close_v2(pattern); /* likewise */
	return rv;
}

static int make_all(struct store *s, struct err *e)
{
	int rv = sql_run(s->db, "BEGIN IMMEDIATE", e);

	if (rv == 0)
		rv = make_around_truth(s, e);
	if (rv == 0)
		rv = schema_make_derived(s->db, e);
	if (rv == 0)
		rv = derive_prepare(&s->derive, s->db, e);
	if (rv == 0)
		rv = derive_fill(&s->derive, e);
	if (rv == 0)
		rv = sql_run(s->db, "COMMIT", e);
	if (rv != 0 && sqlite3_get_autocommit(s->db) == 0)
		(void)sql_run(s->db, "ROLLBACK", NULL); /* the first failure is the one to tell */
	return rv;
}

int journal_rebuild(const char *path, struct err *e)
{
	struct store s;
	int version = 0;

	store_init(&s);
	int rv = store_take(&s, path, &version, e);
	if (rv == 0 && version == 0)
		rv = err_set(e, AW_EFOREIGN, "%s is not a decision log: nothing is in it", path);
	if (rv == 0 && version < LOG_VERSION)
		rv = err_set(
			e, AW_EOLDER,
			"%s is of an older form: the daemon brings it up to date, derived tables "
			"too, when it opens it",
			path);
	if (rv == 0)
		rv = make_all(&s, e);
	if (rv == 0) {
		rv = store_checkpoint(&s, SQLITE_CHECKPOINT_TRUNCATE, e);
		rv = rv == AW_EBUSY ? 0 : rv; /* an auditor reads: it stays in the WAL */
	}
	store_close(&s, rv == 0);
	return rv;
}
