/* The tables of the log: how a file is recognised, made and brought up to date. */
#include "journal/schema.h"

#include <stdio.h>
#include <string.h>

#include "journal/sql.h"

/* What is true, by the form that brought it. A guard before INSERT is needed
 * beside the ones against UPDATE and DELETE: REPLACE deletes without running a
 * delete trigger. */
static const char truth_1[] =
	"CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;"
	"CREATE TABLE entry ("
	"  sequence INTEGER PRIMARY KEY, kind TEXT NOT NULL, at TEXT NOT NULL,"
	"  bytes BLOB NOT NULL, leaf_hash BLOB NOT NULL) STRICT;"
	"CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry"
	"  BEGIN SELECT RAISE(ABORT, 'an entry of the log is never changed'); END;"
	"CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry"
	"  BEGIN SELECT RAISE(ABORT, 'an entry of the log is never deleted'); END;"
	"CREATE TRIGGER entry_is_the_next BEFORE INSERT ON entry"
	"  WHEN NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM entry)"
	"  BEGIN SELECT RAISE(ABORT, 'an entry of the log is only ever the next one'); END;"
	"CREATE TABLE blob (sha256 BLOB PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"
	"CREATE TRIGGER blob_is_never_changed BEFORE UPDATE ON blob"
	"  BEGIN SELECT RAISE(ABORT, 'a text of the log is never changed'); END;"
	"CREATE TRIGGER blob_is_never_deleted BEFORE DELETE ON blob"
	"  BEGIN SELECT RAISE(ABORT, 'a text of the log is never deleted'); END;"
	"CREATE TRIGGER blob_is_kept_once BEFORE INSERT ON blob"
	"  WHEN EXISTS (SELECT 1 FROM blob WHERE sha256 = NEW.sha256)"
	"  BEGIN SELECT RAISE(ABORT, 'this text is in the log already'); END;"
	"CREATE TABLE personal ("
	"  sequence INTEGER NOT NULL, pointer TEXT NOT NULL, salt BLOB NOT NULL,"
	"  value TEXT NOT NULL, PRIMARY KEY (sequence, pointer)) STRICT, WITHOUT ROWID;"
	"CREATE TRIGGER personal_is_never_changed BEFORE UPDATE ON personal"
	"  BEGIN SELECT RAISE(ABORT, 'a personal value is erased, never changed'); END;"
	"CREATE TRIGGER personal_is_kept_once BEFORE INSERT ON personal"
	"  WHEN EXISTS (SELECT 1 FROM personal"
	"               WHERE sequence = NEW.sequence AND pointer = NEW.pointer)"
	"  BEGIN SELECT RAISE(ABORT, 'a personal value is erased, never changed'); END;";

/* The index is for leaf hashes alone: entries are long, and spread over pages.
 *
 * Personal values stand in a table that only grows at its end, and are erased by
 * writing over them: SQLite then never moves one from page to page. In the table
 * before, it did when pages were split or joined, and left copies behind that
 * secure_delete does not reach. Dropping that table clears its pages. */
static const char truth_2[] =
	"CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;"
	"CREATE INDEX entry_leaf ON entry (sequence, leaf_hash);"
	"DROP TRIGGER personal_is_never_changed;"
	"DROP TRIGGER personal_is_kept_once;"
	"ALTER TABLE personal RENAME TO personal_before;"
	"CREATE TABLE personal ("
	"  number INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, pointer TEXT NOT NULL,"
	"  salt BLOB NOT NULL, value TEXT NOT NULL) STRICT;"
	"INSERT INTO personal SELECT NULL, sequence, pointer, salt, value FROM personal_before"
	"  ORDER BY sequence, pointer;"
	"DROP TABLE personal_before;"
	"CREATE INDEX personal_sequence ON personal (sequence);"
	"CREATE TRIGGER personal_is_never_changed BEFORE UPDATE ON personal"
	"  WHEN NEW.number <> OLD.number OR NEW.sequence <> OLD.sequence"
	"    OR NEW.pointer <> OLD.pointer OR NEW.salt <> zeroblob(32) OR trim(NEW.value) <> ''"
	"    OR length(CAST(NEW.value AS BLOB)) <> length(CAST(OLD.value AS BLOB))"
	"  BEGIN SELECT RAISE(ABORT, 'a personal value is erased, never changed'); END;"
	"CREATE TRIGGER personal_is_never_deleted BEFORE DELETE ON personal"
	"  BEGIN SELECT RAISE(ABORT, 'a personal value is erased in its place'); END;"
	"CREATE TRIGGER personal_is_the_next BEFORE INSERT ON personal"
	"  WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM personal)"
	"    OR EXISTS (SELECT 1 FROM personal"
	"               WHERE sequence = NEW.sequence AND pointer = NEW.pointer)"
	"  BEGIN SELECT RAISE(ABORT, 'a personal value is only ever the next one'); END;";

/* From here on decisions may stand in quotes (quote.h). What was logged before stays whole. */
static const char truth_3[] = "";

/* The truth is as before; what follows from it is kept otherwise. */
static const char truth_4[] = "", truth_5[] = "";

static const char *const truths[LOG_VERSION] = {truth_1, truth_2, truth_3, truth_4, truth_5};

#define NOT_TRUTH                                                                                  \
	" name NOT LIKE 'sqlite_%' AND name NOT IN"                                                \
	" ('meta', 'entry', 'blob', 'personal', 'checkpoint')"

/* What is not true of itself, whatever form it is of, and whoever named it. */
static const char drop_derived[] =
	"SELECT group_concat(printf('DROP %s \"%w\";', type, name), '') FROM sqlite_schema"
	" WHERE type IN ('table', 'view') AND" NOT_TRUTH;

/* All that form 5 has less than form 4. */
enum { WITH_AWARD_DAY = 4 };
static const char drop_award_day[] = "DROP INDEX IF EXISTS award_day";

const char schema_derived_tables[] = "SELECT name, sql FROM sqlite_schema"
				     " WHERE type = 'table' AND" NOT_TRUTH;

/* What follows from it, filled by derive.c alone. */
static const char derived[] =
	"CREATE TABLE node (level INTEGER NOT NULL, number INTEGER NOT NULL, hash BLOB NOT NULL,"
	"  PRIMARY KEY (level, number)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE tally (kind TEXT PRIMARY KEY, count INTEGER NOT NULL)"
	"  STRICT, WITHOUT ROWID;"
	"CREATE TABLE partnership (id TEXT PRIMARY KEY, name TEXT) STRICT, WITHOUT ROWID;"
	"CREATE TABLE decision ("
	"  sequence INTEGER PRIMARY KEY, id TEXT NOT NULL, at TEXT NOT NULL, uid INTEGER NOT NULL,"
	"  submission_id TEXT, partnership TEXT NOT NULL, name TEXT, name_given TEXT,"
	"  assessed_on TEXT NOT NULL, registered_on TEXT, award TEXT,"
	"  commendations TEXT NOT NULL, route TEXT, change TEXT, rules TEXT,"
	"  scores TEXT, outcome TEXT) STRICT;"
	"CREATE UNIQUE INDEX decision_submission ON decision (submission_id)"
	"  WHERE submission_id IS NOT NULL;"
	/* What lists are made from (read_list.c). A day is the number 20240520. */
	"CREATE TABLE listed ("
	"  sequence INTEGER PRIMARY KEY, kind TEXT NOT NULL, uid INTEGER NOT NULL,"
	"  user TEXT NOT NULL, partnership TEXT, day INTEGER) STRICT;"
	"CREATE INDEX listed_kind ON listed (kind) WHERE kind <> 'decision';"
	"CREATE INDEX listed_partnership ON listed (partnership, sequence, day);"
	"CREATE INDEX listed_day ON listed (day) WHERE day IS NOT NULL;"
	/* Which of some thousand entries have what lists are asked by (marks.h), and the first
	 * and the last day of those. */
	"CREATE TABLE mark ("
	"  block INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, first INTEGER,"
	"  last INTEGER, entries BLOB NOT NULL, PRIMARY KEY (block, name, value))"
	"  STRICT, WITHOUT ROWID;"
	"CREATE TABLE import ("
	"  sequence INTEGER PRIMARY KEY, id TEXT NOT NULL, partnership TEXT NOT NULL, name TEXT,"
	"  outcome TEXT NOT NULL) STRICT;"
	"CREATE TABLE award ("
	"  sequence INTEGER PRIMARY KEY, id TEXT NOT NULL, partnership TEXT NOT NULL,"
	"  award TEXT NOT NULL, commendations TEXT NOT NULL, awarded_on TEXT NOT NULL,"
	"  expires_on TEXT NOT NULL, route TEXT, precision TEXT NOT NULL, citation TEXT,"
	"  source TEXT) STRICT;"
	"CREATE INDEX award_partnership ON award (partnership, awarded_on);"
	"CREATE TABLE revocation (revokes INTEGER PRIMARY KEY, sequence INTEGER NOT NULL) STRICT;"
	"CREATE TABLE erasure (sequence INTEGER PRIMARY KEY, partnership TEXT NOT NULL,"
	"  erases INTEGER, through INTEGER) STRICT;"
	"CREATE INDEX erasure_entry ON erasure (erases);"
	"CREATE INDEX erasure_partnership ON erasure (partnership);"
	"CREATE TABLE rule_set (sequence INTEGER PRIMARY KEY, kind TEXT NOT NULL, digest TEXT,"
	"  due_months INTEGER) STRICT;"
	"CREATE INDEX rule_set_digest ON rule_set (digest);";

int schema_recognise(sqlite3 *db, const char *path, int *version, struct err *e)
{
	int64_t application = 0, found = 0, objects = 0;
	int rv = sql_integer(db, "PRAGMA application_id", &application, e);

	if (rv == 0)
		rv = sql_integer(db, "PRAGMA user_version", &found, e);
	if (rv == 0)
		rv = sql_integer(db, "SELECT count(*) FROM sqlite_schema", &objects, e);
	if (rv == AW_ECORRUPT && (sqlite3_errcode(db) & 0xff) == SQLITE_NOTADB)
		return err_set(e, AW_EFOREIGN, "%s is not a decision log: not an SQLite file",
			       path);
	if (rv != 0)
		return sql_wrap(e, rv, rv == AW_ECORRUPT ? "%s is damaged" : "looking at %s", path);
	*version = (int)found;
	if (application == 0 && found == 0 && objects == 0)
		return 0;
	if (application != LOG_APPLICATION)
		return err_set(e, AW_EFOREIGN,
			       "%s is not a decision log: its application id is 0x%08x, not 0x%08x",
			       path, (unsigned)application, (unsigned)LOG_APPLICATION);
	if (found < 1)
		return err_set(e, AW_ECORRUPT,
			       "%s is damaged: its form is %lld, and forms begin at 1", path,
			       (long long)found);
	if (found > LOG_VERSION)
		return err_set(e, AW_ENEWER,
			       "%s was written by a newer version: its form is %lld, this program "
			       "knows up to %d",
			       path, (long long)found, (int)LOG_VERSION);
	return 0;
}

static int run_all(sqlite3 *db, const char *text, const char *doing, struct err *e)
{
	int code = sqlite3_exec(db, text, NULL, NULL, NULL);

	return code == SQLITE_OK ? 0 : sql_fail(db, code, doing, e);
}

static int make_identity(sqlite3 *db, struct chance chance, struct err *e)
{
	unsigned char fresh[(LOG_IDENTITY - 1) / 2];
	char identity[LOG_IDENTITY], insert[128];

	chance.fill(chance.ctx, fresh, sizeof fresh);
	hex_format(fresh, sizeof fresh, identity);
	(void)snprintf(insert, sizeof insert, "INSERT INTO meta VALUES ('identity', '%s')",
		       identity); /* both lengths are fixed */
	return sql_run(db, insert, e);
}

static int forget(sqlite3 *db, const char *what, struct err *e)
{
	sqlite3_stmt *list = NULL;
	struct buffer drops;
	int rv = sql_prepare(db, what, &list, e);

	if (rv != 0)
		return rv;
	struct binder b = bind_to(list);
	buffer_init(&drops);
	rv = sql_next(&b, e);
	if (rv == 1 && column_text(list, 0) != NULL)
		rv = buffer_append_text(&drops, column_text(list, 0));
	(void)sqlite3_finalize(list); /* only read; before what it lists is dropped */
	if (rv >= 0)
		rv = drops.length > 0 ? run_all(db, drops.bytes, "dropping derived tables", e) : 0;
	buffer_deinit(&drops);
	return rv;
}

/* Derived tables and views are made anew, empty: store_check sees that they
 * do not follow, and fills them. */
int schema_make_derived(sqlite3 *db, struct err *e)
{
	int rv = forget(db, drop_derived, e);

	if (rv == 0)
		rv = run_all(db, derived, "making the derived tables", e);
	return rv == 0 ? run_all(db, schema_views, "making the views", e) : rv;
}

static int bring_up(sqlite3 *db, int from, struct chance chance, struct err *e)
{
	char pragmas[96];
	int rv = 0;

	for (int i = from; i < LOG_VERSION && rv == 0; i++)
		rv = run_all(db, truths[i], "making the tables", e);
	if (rv == 0 && from == 0)
		rv = make_identity(db, chance, e);
	if (rv == 0)
		rv = from == WITH_AWARD_DAY ? sql_run(db, drop_award_day, e)
					    : schema_make_derived(db, e);
	(void)snprintf(pragmas, sizeof pragmas, "PRAGMA application_id=%d;PRAGMA user_version=%d",
		       (int)LOG_APPLICATION, (int)LOG_VERSION); /* fits */
	return rv == 0 ? sql_run(db, pragmas, e) : rv;
}

int schema_migrate(sqlite3 *db, int version, struct chance chance, struct err *e)
{
	if (version == LOG_VERSION)
		return 0;
	int rv = sql_run(db, "BEGIN IMMEDIATE", e);
	if (rv == 0)
		rv = bring_up(db, version, chance, e);
	if (rv == 0)
		rv = sql_run(db, "COMMIT", e);
	if (rv != 0 && sqlite3_get_autocommit(db) == 0)
		(void)sql_run(db, "ROLLBACK", NULL); /* the first failure is the one to tell */
	return rv == 0 ? 0 : sql_wrap(e, rv, "bringing the log to form %d", (int)LOG_VERSION);
}

int schema_make_pattern(sqlite3 **out, struct err *e)
{
	int code = sqlite3_open_v2(":memory:", out,
				   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
				   NULL);

	if (code != SQLITE_OK)
		return sql_fail(*out, code, "making a log in memory", e);
	return schema_migrate(*out, 0, chance_system, e);
}

int schema_identity(sqlite3 *db, char out[LOG_IDENTITY], struct err *e)
{
	sqlite3_stmt *statement = NULL;
	int rv = sql_prepare(db, "SELECT value FROM meta WHERE name = 'identity'", &statement, e);

	if (rv != 0)
		return rv;
	struct binder b = bind_to(statement);
	rv = sql_next(&b, e);
	if (rv == 1 && sqlite3_column_bytes(statement, 0) == LOG_IDENTITY - 1) {
		memcpy(out, column_text(statement, 0), LOG_IDENTITY);
		rv = 0;
	} else if (rv >= 0) {
		rv = err_set(e, AW_ECORRUPT, "the log has no identity");
	}
	(void)sqlite3_finalize(statement); /* only read */
	return rv;
}
