/* The read-only connection and the statements it keeps. */
#include "journal/reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal/nodes.h"
#include "journal/store.h"

/* What an erased value leaves has no salt. */
#define NOT_ERASED " AND personal.salt <> zeroblob(32)"

static const char *const texts[READER_STATEMENTS] = {
	[READ_ENTRY] = "SELECT bytes, leaf_hash, " ENTRY_SOURCE " FROM entry e WHERE sequence = ?1",
	[READ_PERSONAL] =
		"SELECT pointer, salt, value FROM personal WHERE sequence = ?1" NOT_ERASED,
	[READ_VALUES] = "SELECT sequence, count(*) FROM personal WHERE sequence = ?1" NOT_ERASED
			" GROUP BY sequence",
	[READ_PARTNERSHIP] = "SELECT 1 FROM partnership WHERE id = ?1",
	[READ_PARTNERSHIP_VALUES] =
		"SELECT l.sequence, count(*) FROM listed l INDEXED BY listed_partnership"
		" CROSS JOIN personal ON personal.sequence = l.sequence" NOT_ERASED
		" WHERE l.partnership = ?1 GROUP BY 1 ORDER BY 1",
	[READ_ERASURE] = "SELECT sequence FROM erasure WHERE erases = ?1"
			 " UNION ALL SELECT sequence FROM erasure"
			 "  WHERE partnership = ?2 AND through >= ?1 ORDER BY 1 LIMIT 1",
	[READ_REVOCATION] = "SELECT sequence FROM revocation WHERE revokes = ?1",
	[READ_SUBMISSION] = "SELECT sequence FROM decision WHERE submission_id = ?1",
	[READ_HISTORY] =
		"SELECT l.sequence, coalesce(d.id, i.id),"
		" CASE WHEN d.sequence IS NULL THEN 'import' ELSE 'decision' END,"
		" EXISTS (SELECT 1 FROM revocation r WHERE r.revokes = l.sequence),"
		" coalesce(d.name_given, i.name), d.assessed_on, d.registered_on, d.scores,"
		" coalesce(d.outcome, i.outcome) FROM listed l INDEXED BY listed_partnership"
		" LEFT JOIN decision d ON d.sequence = l.sequence"
		" LEFT JOIN import i ON i.sequence = l.sequence"
		" WHERE l.partnership = ?1 AND coalesce(d.sequence, i.sequence) IS NOT NULL"
		" ORDER BY l.sequence",
#define LATEST_AWARDS                                                                              \
	"SELECT p.id, coalesce(p.name, p.id), a.award, a.commendations, a.awarded_on,"             \
	" a.expires_on, a.precision, a.citation, a.source, a.id"                                   \
	" FROM partnership p CROSS JOIN award a ON a.sequence ="                                   \
	" (SELECT x.sequence FROM award x WHERE x.partnership = p.id AND x.awarded_on <= ?1"       \
	"  AND NOT EXISTS (SELECT 1 FROM revocation r WHERE r.revokes = x.sequence)"               \
	"  ORDER BY x.awarded_on DESC, x.sequence DESC LIMIT 1)"
	[READ_REGISTER] = LATEST_AWARDS " ORDER BY p.id",
	[READ_REGISTER_ONE] = LATEST_AWARDS " WHERE p.id = ?2",
	[READ_REGISTER_DOWN] = LATEST_AWARDS " ORDER BY p.id DESC",
	[READ_REGISTER_AWARDED] = LATEST_AWARDS " ORDER BY a.awarded_on, p.id",
	[READ_REGISTER_AWARDED_DOWN] = LATEST_AWARDS " ORDER BY a.awarded_on DESC, p.id",
	[READ_REGISTER_EXPIRES] = LATEST_AWARDS " ORDER BY a.expires_on, p.id",
	[READ_REGISTER_EXPIRES_DOWN] = LATEST_AWARDS " ORDER BY a.expires_on DESC, p.id",
#undef LATEST_AWARDS
	[READ_AWARD_KNOWN] = "SELECT sequence, EXISTS (SELECT 1 FROM revocation r"
			     "  WHERE r.revokes = award.sequence) FROM award"
			     " WHERE partnership = ?1 AND awarded_on = ?2 AND award = ?3"
			     " ORDER BY sequence DESC",
/* From the index alone. What has a day and is no import is a decision. */
#define LATEST                                                                                     \
	"(SELECT x.sequence FROM listed x INDEXED BY listed_partnership"                           \
	"  WHERE x.partnership = p.id"                                                             \
	"  AND x.day >= CAST(replace(?1, '-', '') AS INTEGER)"                                     \
	"  AND x.day <= CAST(replace(?2, '-', '') AS INTEGER)"                                     \
	"  AND NOT EXISTS (SELECT 1 FROM import i WHERE i.sequence = x.sequence)"                  \
	"  AND NOT EXISTS (SELECT 1 FROM revocation r WHERE r.revokes = x.sequence)"               \
	"  ORDER BY x.day DESC, x.sequence DESC LIMIT 1)"
	[READ_BENCHMARKS] =
		"SELECT p.id, d.sequence, coalesce(p.name, d.name), d.assessed_on, d.scores,"
		" e.bytes, e.leaf_hash, " ENTRY_SOURCE
		" FROM partnership p CROSS JOIN decision d ON d.sequence = " LATEST
		" LEFT JOIN entry e ON e.sequence = d.sequence ORDER BY p.id",
	/* Found first, and read as they lie in the file; without its limit SQLite drops the
	 * order. */
	[READ_SCORES] = "SELECT d.scores FROM (SELECT " LATEST " AS latest FROM partnership p"
			" ORDER BY latest LIMIT -1) CROSS JOIN decision d ON d.sequence = latest",
#undef LATEST
	[READ_AWARD_COUNTS] =
		"SELECT award, CAST(substr(awarded_on, 1, 4) AS INTEGER), count(*) FROM award a"
		" WHERE awarded_on >= ?1 AND awarded_on <= ?2"
		" AND NOT EXISTS (SELECT 1 FROM revocation r WHERE r.revokes = a.sequence)"
		" GROUP BY 2, 1 ORDER BY 2, 1",
	[READ_COUNTS] = "SELECT kind, count FROM tally ORDER BY kind",
	[READ_PARTNERSHIPS] = "SELECT id FROM partnership WHERE id > ?1 ORDER BY id LIMIT ?2",
	/* Which they are comes from derived tables, what they say from the entries. */
	[READ_PAST] = "SELECT e.bytes, e.leaf_hash, " ENTRY_SOURCE
		      ", l.sequence FROM listed l INDEXED BY listed_partnership"
		      " CROSS JOIN entry e ON e.sequence = l.sequence WHERE l.partnership = ?1"
		      " AND l.kind IN ('decision', 'import', 'revocation') AND l.sequence <= ?2"
		      " ORDER BY l.sequence",
	[READ_OF_KIND] = "SELECT sequence FROM entry WHERE kind = ?1 AND sequence <= ?2"
			 " ORDER BY sequence",
	[READ_NEWEST] = "SELECT coalesce(max(sequence), 0) FROM entry",
	[READ_TAIL_START] = "SELECT coalesce(max(sequence), 0) - ?1 FROM entry",
#define TAIL_START                                                                                 \
	"SELECT coalesce(min(sequence), 1) - 1 FROM (SELECT sequence FROM listed WHERE kind = ?2"
	[READ_TAIL_START_KIND] = TAIL_START " ORDER BY sequence DESC LIMIT ?1)",
	[READ_TAIL_START_SELDOM] = TAIL_START
	" AND kind <> 'decision' ORDER BY sequence DESC LIMIT ?1)",
#undef TAIL_START
#define TAIL                                                                                       \
	"SELECT " ACTIVITY_COLUMNS ", e.bytes, e.leaf_hash, " ENTRY_SOURCE ACTIVITY_FROM           \
	" WHERE l.sequence > ?1"
	[READ_TAIL] = TAIL " ORDER BY l.sequence",
	[READ_TAIL_KIND] = TAIL " AND l.kind = ?2 ORDER BY l.sequence",
	[READ_TAIL_SELDOM] = TAIL " AND l.kind = ?2 AND l.kind <> 'decision' ORDER BY l.sequence",
#undef TAIL
	[READ_MARK] = "SELECT first, last, entries FROM mark"
		      " WHERE block = ?1 AND name = ?2 AND value = ?3",
#define DAYS                                                                                       \
	"SELECT sequence FROM listed NOT INDEXED"                                                  \
	" WHERE sequence BETWEEN ?1 AND ?2 AND day BETWEEN ?3 AND ?4"
	[READ_DAYS] = DAYS " ORDER BY sequence",
	[READ_DAYS_DOWN] = DAYS " ORDER BY sequence DESC",
#undef DAYS
	[READ_SUMMARY] =
		"SELECT l.sequence, l.kind, coalesce(d.id, i.id), l.uid, l.user,"
		" d.submission_id, l.partnership, coalesce(d.name, i.name), d.assessed_on,"
		" a.award, coalesce(d.commendations, a.commendations), a.awarded_on, a.precision,"
		" coalesce(d.route, a.route), d.change,"
		" EXISTS (SELECT 1 FROM revocation r WHERE r.revokes = l.sequence)"
		" FROM listed l LEFT JOIN decision d ON d.sequence = l.sequence"
		" LEFT JOIN import i ON i.sequence = l.sequence"
		" LEFT JOIN award a ON a.sequence = l.sequence WHERE l.sequence = ?1",
	[READ_RULE_HISTORY] = "SELECT sequence FROM rule_set ORDER BY sequence DESC LIMIT ?1",
	[READ_RULE_SET] = "SELECT max(sequence) FROM rule_set"
			  " WHERE digest = ?1 AND kind = 'activation'",
	[READ_RULE_SET_NEWEST] = "SELECT sequence FROM rule_set WHERE kind = 'activation'"
				 " ORDER BY sequence DESC LIMIT 1",
	[READ_BLOB] = "SELECT bytes FROM blob WHERE sha256 = ?1",
	[READ_LEAVES] = nodes_read_leaves,
	[READ_NODES] = nodes_read_nodes,
	[READ_BEGIN] = "BEGIN",
	[READ_END] = "ROLLBACK",
	[READ_CHECKPOINT] = "SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1",
};

#undef NOT_ERASED

enum {
	/* How long a query waits where a recovery or a schema change locks readers out. */
	READ_WAIT_MS = 2000,
	/* Between two looks at an index that is being written. */
	INDEX_PAUSE_MS = 1,
};

int reader_connect(const char *path, bool uri, struct journal_reader **out, struct err *e)
{
	struct journal_reader *r = calloc(1, sizeof *r);
	int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
		    (uri ? SQLITE_OPEN_URI : 0);

	if (r == NULL)
		return err_set(e, -ENOMEM, "no memory for a reader");
	int code = sqlite3_open_v2(path, &r->db, flags, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_busy_timeout(r->db, READ_WAIT_MS);
	int rv = code == SQLITE_OK ? store_prepare_connection(r->db, e)
				   : sql_fail(r->db, code, "opening the log to read", e);
	if (rv != 0) {
		reader_close(&r);
		return sql_wrap(e, rv, "%s", path);
	}
	*out = r;
	return 0;
}

/* Whether a file beside the log, "-wal" or "-shm", is there and holds something. */
static bool has_beside(const char *real, const char *suffix)
{
	struct buffer name;
	struct stat about;
	bool has;

	buffer_init(&name);
	has = buffer_printf(&name, "%s%s", real, suffix) != 0 ||
	      (stat(name.bytes, &about) == 0 && about.st_size > 0);
	buffer_deinit(&name);
	return has;
}

/* "file:<path>?immutable=1", what has a meaning in there written as %xx. */
static int write_uri(const char *real, struct buffer *out)
{
	(void)buffer_append_text(out, "file:"); /* buffer_status tells */
	for (const char *c = real; *c != '\0'; c++) {
		if (*c == '%' || *c == '?' || *c == '#')
			(void)buffer_printf(out, "%%%02x", (unsigned)*c);
		else
			(void)buffer_append(out, c, 1);
	}
	(void)buffer_append_text(out, "?immutable=1");
	return buffer_status(out);
}

/* A log without WAL and index beside it is a copy that nobody has open. SQLite would make
 * both anew, which changes a folder that holds evidence, and which fails in one that may
 * not be written. */
static int open_still(const char *real, struct journal_reader **out, struct err *e)
{
	struct buffer uri;
	struct stat about;

	buffer_init(&uri);
	int rv = stat(real, &about) == 0 ? write_uri(real, &uri) : -errno;
	if (rv == 0)
		rv = reader_connect(uri.bytes, true, out, e);
	else
		(void)err_set(e, rv, "opening %s: %s", real, status_text(rv));
	buffer_deinit(&uri);
	if (rv != 0)
		return rv;
	struct journal_reader *r = *out;
	r->still = strdup(real); /* NOLINT: connected */
	r->about = about;
	return r->still != NULL ? 0 : err_set(e, -ENOMEM, "no memory for a path");
}

/* A COMMIT publishes the head of the WAL's index twice over, and who meets it between the two
 * looks again by SQLite itself, unless he may not write the index: then it says at once that it is
 * read-only. */
static int read_first(sqlite3 *db)
{
	int code, waited = 0;

	while ((code = sqlite3_exec(db, "SELECT 1 FROM sqlite_schema LIMIT 1", NULL, NULL, NULL)) ==
		       SQLITE_READONLY_RECOVERY ||
	       code == SQLITE_READONLY_CANTINIT) {
		if (waited >= READ_WAIT_MS)
			break;
		waited += sqlite3_sleep(INDEX_PAUSE_MS);
	}
	return code;
}

static int open_shared(const char *real, struct journal_reader **out, struct err *e)
{
	int rv = reader_connect(real, false, out, e);

	if (rv != 0)
		return rv;
	struct journal_reader *r = *out;
	r->shared = true; /* NOLINT: connected */
	/* Recognising it would call it foreign. */
	int code = read_first(r->db);
	if (code == SQLITE_READONLY_RECOVERY)
		return err_set(
			e, AW_EBUSY,
			"the index of the WAL beside %s (its -shm) is not whole, and this user "
			"may not make it anew: try again when awardd has logged something",
			real);
	code &= 0xff;
	if (code == SQLITE_READONLY || code == SQLITE_CANTOPEN || code == SQLITE_PERM)
		return err_set(e, -EACCES,
			       "%s has a WAL beside it that cannot be opened with it here: copy "
			       "the log and its -wal to a folder that you may write, or let "
			       "\"awardctl log copy\" make one file of both",
			       real);
	return 0;
}

int reader_open(const char *path, struct journal_reader **out, struct err *e)
{
	struct journal_reader *r = NULL;
	char *real = realpath(path, NULL); /* also: never a URI */
	int version = 0;
	int rv;

	if (real == NULL)
		return err_set(e, -errno, "opening the log %s: %s", path, strerror(errno));
	rv = store_expect_file(real, e);
	if (rv != 0) {
		free(real);
		return rv;
	}
	rv = has_beside(real, "-wal") || has_beside(real, "-shm") ? open_shared(real, &r, e)
								  : open_still(real, &r, e);
	if (rv == 0)
		rv = schema_recognise(r->db, path, &version, e);
	if (rv == 0 && version == 0)
		rv = err_set(e, AW_EFOREIGN, "%s is not a decision log: nothing is in it", path);
	else if (rv == 0 && version < LOG_VERSION)
		rv = err_set(e, AW_EOLDER,
			     "%s was written by an older version, in form %d: awardd brings it to "
			     "form %d when it is started with it, or with a copy",
			     path, version, (int)LOG_VERSION);
	free(real);
	if (rv != 0) {
		reader_close(&r);
		return rv;
	}
	*out = r;
	return 0;
}

int reader_is_still(const struct journal_reader *r, int status, struct err *e)
{
	struct stat now;

	if (r->still == NULL)
		return status;
	if (stat(r->still, &now) == 0 && now.st_size == r->about.st_size &&
	    now.st_ino == r->about.st_ino && now.st_mtim.tv_sec == r->about.st_mtim.tv_sec &&
	    now.st_mtim.tv_nsec == r->about.st_mtim.tv_nsec && !has_beside(r->still, "-wal"))
		return status;
	return err_set(e, AW_EBUSY, "%s was written while it was read: begin again", r->still);
}

int reader_check_key(struct journal_reader *r, const char *path, struct err *e)
{
	char identity[LOG_IDENTITY], name[TLOG_NAME];
	int rv = schema_identity(r->db, identity, e);

	(void)snprintf(name, sizeof name, "awardd/%s", identity); /* fits */
	return rv == 0 ? key_check(path, name, e) : rv;
}

void reader_close(struct journal_reader **reader)
{
	struct journal_reader *r = *reader;

	*reader = NULL;
	if (r == NULL)
		return;
	for (int i = 0; i < READER_STATEMENTS; i++)
		(void)sqlite3_finalize(r->statements[i]); /* repeats an old failure */
	(void)sqlite3_close_v2(r->db);                    /* all statements are gone */
	free(r->still);
	free(r);
}

void reader_interrupt(struct journal_reader *r)
{
	sqlite3_interrupt(r->db);
}

int reader_bind(struct journal_reader *r, enum reader_statement which, struct binder *out,
		struct err *e)
{
	int rv = 0;

	if (r->statements[which] == NULL)
		rv = sql_prepare(r->db, texts[which], &r->statements[which], e);
	if (rv == 0)
		*out = bind_to(r->statements[which]);
	return rv;
}

static int run(struct journal_reader *r, enum reader_statement which, struct err *e)
{
	struct binder b;
	int rv = reader_bind(r, which, &b, e);

	return rv == 0 ? sql_write(&b, e) : rv;
}

int reader_begin(struct journal_reader *r, struct err *e)
{
	struct binder end;
	int rv = reader_bind(r, READ_END, &end, e); /* so that ending needs no memory */

	/* The end of an earlier one may have found no memory: it is owed. */
	if (rv == 0 && sqlite3_get_autocommit(r->db) == 0)
		rv = sql_write(&end, e);
	if (rv == 0)
		rv = run(r, READ_BEGIN, e);
	if (rv == 0 && r->shared)
		(void)read_first(r->db); /* what still fails is told by who reads next */
	return rv;
}

void reader_end(struct journal_reader *r)
{
	/* A statement that a failing query left in mid-walk would keep the snapshot. */
	for (int i = 0; i < READER_STATEMENTS; i++)
		(void)sqlite3_reset(r->statements[i]); /* repeats an old failure */
	if (sqlite3_get_autocommit(r->db) == 0)
		(void)run(r, READ_END, NULL); /* else reader_begin will */
}

void reader_done(struct binder *b)
{
	(void)sqlite3_reset(b->statement); /* repeats what step said */
}

static bool holds_texts(sqlite3_stmt *row)
{
	for (int i = 0; i < sqlite3_column_count(row); i++) {
		if (sqlite3_column_type(row, i) == SQLITE_TEXT &&
		    !text_is_utf8(column_bytes(row, i)))
			return false;
	}
	return true;
}

int reader_append(json_t *list, sqlite3_stmt *row, reader_row make, struct err *e)
{
	struct err why = {.status = 0};
	json_t *made = make(row, &why);

	if (made == NULL && (why.status == AW_ESYNTAX || !holds_texts(row)))
		return err_set(e, AW_ECORRUPT, DERIVED_DAMAGED);
	return list_append(list, made);
}

int reader_collect(struct binder *b, reader_row make, json_t **out, struct err *e)
{
	json_t *list = json_array();
	int rv;

	while ((rv = sql_next(b, e)) == 1) {
		rv = reader_append(list, b->statement, make, e);
		if (rv != 0)
			break;
	}
	reader_done(b);
	if (rv == 0 && list == NULL)
		rv = -ENOMEM;
	if (rv != 0) {
		json_decref(list);
		return rv;
	}
	*out = list;
	return 0;
}

int reader_load(struct journal_reader *r, int64_t sequence, json_t **document, struct entry *entry,
		char leaf_hash[DIGEST_HEX], struct err *e)
{
	struct binder b;
	int rv = reader_bind(r, READ_ENTRY, &b, e);

	if (rv != 0)
		return rv;
	bind_integer(&b, sequence);
	rv = sql_next(&b, e);
	if (rv == 0)
		return err_set(e, AW_EABSENT, "there is no entry %" PRId64, sequence);
	if (rv < 0)
		return rv;
	struct text leaf = column_bytes(b.statement, 1);
	const struct stored stored = {column_bytes(b.statement, 0), column_bytes(b.statement, 2)};
	rv = entry_read(&stored, leaf, document, entry, e);
	if (rv == 0)
		hex_format((const unsigned char *)leaf.bytes, leaf.length, leaf_hash);
	reader_done(&b);
	return rv == 0 ? 0 : sql_wrap(e, rv, "reading entry %" PRId64, sequence);
}
