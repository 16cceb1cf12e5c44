/* The tables of the log: how a file is recognised, made and brought up to date. */
#include "journal/schema.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "journal/sql.h"

/* What is true. A guard before INSERT is needed beside the ones against UPDATE
 * and DELETE: REPLACE deletes without running a delete trigger. */
static const char truth[] =
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

/* What follows from it, filled by derive.c alone. */
static const char derived[] =
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
	"CREATE INDEX decision_partnership ON decision (partnership);"
	"CREATE INDEX decision_benchmark ON decision (partnership, assessed_on);"
	"CREATE INDEX decision_rules ON decision (rules);"
	"CREATE TABLE awarded (award TEXT NOT NULL, sequence INTEGER NOT NULL,"
	"  PRIMARY KEY (award, sequence)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE failed (criterion TEXT NOT NULL, sequence INTEGER NOT NULL,"
	"  PRIMARY KEY (criterion, sequence)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE import ("
	"  sequence INTEGER PRIMARY KEY, id TEXT NOT NULL, partnership TEXT NOT NULL, name TEXT,"
	"  outcome TEXT NOT NULL) STRICT;"
	"CREATE INDEX import_partnership ON import (partnership);"
	"CREATE TABLE award ("
	"  sequence INTEGER PRIMARY KEY, id TEXT NOT NULL, partnership TEXT NOT NULL,"
	"  award TEXT NOT NULL, commendations TEXT NOT NULL, awarded_on TEXT NOT NULL,"
	"  expires_on TEXT NOT NULL, route TEXT, precision TEXT NOT NULL, citation TEXT,"
	"  source TEXT) STRICT;"
	"CREATE INDEX award_partnership ON award (partnership, awarded_on);"
	"CREATE INDEX award_day ON award (awarded_on, award);"
	"CREATE TABLE revocation (revokes INTEGER PRIMARY KEY, sequence INTEGER NOT NULL) STRICT;"
	"CREATE TABLE rule_set (sequence INTEGER PRIMARY KEY, kind TEXT NOT NULL, digest TEXT)"
	"  STRICT;"
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
		return sql_wrap(e, rv, "looking at %s", path);
	*version = (int)found;
	if (application == 0 && found == 0 && objects == 0)
		return 0;
	if (application != LOG_APPLICATION)
		return err_set(e, AW_EFOREIGN,
			       "%s is not a decision log: its application id is 0x%08x, not 0x%08x",
			       path, (unsigned)application, (unsigned)LOG_APPLICATION);
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

/* 0 to 1: the first tables, and an identity of the log's own. */
static int make_first(sqlite3 *db, struct chance chance, struct err *e)
{
	unsigned char fresh[(LOG_IDENTITY - 1) / 2];
	char identity[LOG_IDENTITY], insert[128];
	int rv = run_all(db, truth, "making the tables", e);

	if (rv == 0)
		rv = run_all(db, derived, "making the derived tables", e);
	if (rv == 0)
		rv = run_all(db, schema_views, "making the views", e);
	if (rv != 0)
		return rv;
	chance.fill(chance.ctx, fresh, sizeof fresh);
	hex_format(fresh, sizeof fresh, identity);
	(void)snprintf(insert, sizeof insert, "INSERT INTO meta VALUES ('identity', '%s')",
		       identity); /* both lengths are fixed */
	return sql_run(db, insert, e);
}

static int step(sqlite3 *db, int from, struct chance chance, struct err *e)
{
	char pragmas[96];
	int rv = sql_run(db, "BEGIN IMMEDIATE", e);

	if (rv != 0)
		return rv;
	assert(from == 0); /* the only step there is yet */
	rv = make_first(db, chance, e);
	(void)snprintf(pragmas, sizeof pragmas, "PRAGMA application_id=%d;PRAGMA user_version=%d",
		       (int)LOG_APPLICATION, from + 1); /* fits */
	if (rv == 0)
		rv = sql_run(db, pragmas, e);
	if (rv == 0)
		rv = sql_run(db, "COMMIT", e);
	if (rv != 0 && sqlite3_get_autocommit(db) == 0)
		(void)sql_run(db, "ROLLBACK", NULL); /* the first failure is the one to tell */
	return rv;
}

int schema_migrate(sqlite3 *db, int version, struct chance chance, struct err *e)
{
	for (; version < LOG_VERSION; version++) {
		int rv = step(db, version, chance, e);
		if (rv != 0)
			return sql_wrap(e, rv, "bringing the log to form %d", version + 1);
	}
	return 0;
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
