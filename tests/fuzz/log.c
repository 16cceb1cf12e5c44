/* A log's file, changed by the input and then audited: its bytes, its rows with hashes that
 * fit, its signed notes, its length. Verified is only what holds what it held before. */
#include "fuzz.h"

#include "../audit/rig.h"

static char log_path[200], since_text[4096];
static struct buffer whole;
static struct digest held;

/* ---- what it holds ------------------------------------------------------------------ */

static bool add_table(sqlite3 *db, const char *sql, struct buffer *out)
{
	sqlite3_stmt *rows = NULL;
	int code = sqlite3_prepare_v2(db, sql, -1, &rows, NULL);

	while (code == SQLITE_OK || code == SQLITE_ROW) {
		code = sqlite3_step(rows);
		for (int i = 0; code == SQLITE_ROW && i < sqlite3_column_count(rows); i++) {
			const void *bytes = sqlite3_column_blob(rows, i);
			int length = sqlite3_column_bytes(rows, i);
			(void)buffer_printf(out, "%d:%d:", sqlite3_column_type(rows, i), length);
			(void)buffer_append(out, bytes, (size_t)length);
		}
	}
	(void)sqlite3_finalize(rows);
	return code == SQLITE_DONE;
}

/* The tables that are the truth. */
static struct digest contents(void)
{
	static const char *const reads[] = {"SELECT * FROM meta ORDER BY 1",
					    "SELECT * FROM entry ORDER BY 1",
					    "SELECT * FROM blob ORDER BY 1",
					    "SELECT * FROM personal ORDER BY 1, 2",
					    "SELECT * FROM checkpoint ORDER BY 1"};
	struct buffer rows;
	sqlite3 *db = NULL;

	buffer_init(&rows);
	fuzz_must(sqlite3_open_v2(log_path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK,
		  "verified, and it cannot be opened");
	for (size_t i = 0; i < sizeof reads / sizeof *reads; i++)
		fuzz_must(add_table(db, reads[i], &rows), "verified, and it cannot be read");
	struct digest d = digest_of(rows.bytes, rows.length);
	buffer_deinit(&rows);
	fuzz_must(sqlite3_close(db) == SQLITE_OK, "it cannot be closed");
	return d;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct log log;
	struct err e = {0};

	(void)argc;
	(void)argv;
	log_init(&log);
	log_open(&log);
	rig_fill(&log, 6);
	journal_close(&log.j);
	buffer_init(&whole);
	fuzz_must(file_read(log.path, SIZE_MAX, &whole, &e) == 0, "%s", e.text);
	log_deinit(&log);
	(void)snprintf(log_path, sizeof log_path, "%s",
		       fuzz_file("log", (struct text){whole.bytes, whole.length}));
	held = contents();
	return 0;
}

/* ---- changes -------------------------------------------------------------------------- */

/* What an input changes, beside bytes. ?1: a row, ?2: a text, ?3: its leaf hash. */
static const char *const changes[] = {
	"UPDATE entry SET bytes = CAST(?2 AS BLOB), leaf_hash = ?3 WHERE sequence = ?1",
	"UPDATE entry SET bytes = CAST(?2 AS BLOB) WHERE sequence = ?1",
	"UPDATE checkpoint SET note = ?2 WHERE size = ?1",
	"UPDATE checkpoint SET size = length(?2) WHERE size = ?1",
	"UPDATE personal SET value = ?2 WHERE number = ?1",
	"UPDATE personal SET pointer = ?2 WHERE number = ?1",
	"UPDATE blob SET bytes = CAST(?2 AS BLOB) WHERE rowid = ?1",
	"UPDATE meta SET value = ?2 WHERE rowid = ?1",
	"DELETE FROM entry WHERE sequence >= ?1",
	"DELETE FROM checkpoint WHERE size >= ?1",
	"UPDATE entry SET kind = ?2 WHERE sequence = ?1",
	"UPDATE entry SET at = ?2 WHERE sequence = ?1",
	"UPDATE decision SET submission_id = ?2 WHERE sequence = ?1",
	"UPDATE listed SET partnership = ?2 WHERE sequence = ?1",
	"UPDATE personal SET salt = ?3 WHERE number = ?1",
};

/* A change that the tables refuse is none. */
static void change_row(const char *sql, unsigned row, struct text t)
{
	struct digest leaf = digest_leaf(t.bytes, t.length);
	sqlite3_stmt *s = NULL;
	sqlite3 *db = NULL;

	if (sqlite3_open(log_path, &db) == SQLITE_OK &&
	    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL) == SQLITE_OK &&
	    sqlite3_exec(db, "PRAGMA synchronous = OFF", NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK) {
		(void)sqlite3_bind_int(s, 1, (int)row);
		(void)sqlite3_bind_text(s, 2, t.bytes, (int)t.length, SQLITE_TRANSIENT);
		(void)sqlite3_bind_blob(s, 3, leaf.bytes, sizeof leaf.bytes, SQLITE_TRANSIENT);
		(void)sqlite3_step(s);
	}
	(void)sqlite3_finalize(s);
	(void)sqlite3_close(db);
}

static void change_byte(struct text *t)
{
	size_t at = fuzz_byte(t) | (size_t)fuzz_byte(t) << 8 | (size_t)fuzz_byte(t) << 16;
	char byte = (char)fuzz_byte(t);
	FILE *file = fopen(log_path, "r+e");

	fuzz_must(file != NULL, "no file");
	if (fseek(file, (long)(at % whole.length), SEEK_SET) == 0)
		(void)fputc(byte, file);
	fuzz_must(fclose(file) == 0, "no file");
}

static void change_log(struct text t)
{
	const size_t count = sizeof changes / sizeof *changes;
	unsigned what = fuzz_byte(&t) % (unsigned)(count + 5);

	if (what < count)
		change_row(changes[what], fuzz_byte(&t), t);
	else if (what < count + 3)
		change_byte(&t);
	else if (what == count + 3)
		(void)truncate(log_path, (off_t)((fuzz_byte(&t) | fuzz_byte(&t) << 8) * 16u));
	else
		(void)snprintf(since_text, sizeof since_text, "%.*s", (int)t.length, t.bytes);
}

static int on_finding(void *ctx, const json_t *finding)
{
	(void)ctx;
	fuzz_must(json_member_text(finding, "level") != NULL &&
			  json_member_text(finding, "what") != NULL &&
			  json_member_text(finding, "message") != NULL,
		  "a finding that says nothing");
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text rest = fuzz_text(data, size), piece;
	struct err e = {0};
	json_t *summary = NULL;

	(void)fuzz_file("log", (struct text){whole.bytes, whole.length});
	(void)fuzz_file("log-wal", text_of(""));
	since_text[0] = '\0';
	while (fuzz_piece(&rest, &piece))
		change_log(piece);
	const struct audit_options options = {
		.path = log_path, .since = text_of(since_text), .most = 5, .each = on_finding};
	int rv = audit_verify(&options, &summary, &e);
	fuzz_must(rv == 0 || e.text[0] != '\0', "refused without a sentence: %d", rv);
	if (rv == 0 && json_member_true(summary, "verified")) {
		struct digest now = contents();
		fuzz_must(memcmp(&now, &held, sizeof now) == 0,
			  "verified, and it holds something else");
	}
	json_decref(summary);
	return 0;
}
