/*
 * log: what tests of the journal stand on - a log in a directory of its own, a
 * clock and chance that count, appends and queries that are waited for, and
 * documents written with single quotes. Each test program includes it once.
 */
#ifndef AW_TESTS_JOURNAL_LOG_H
#define AW_TESTS_JOURNAL_LOG_H

#include <setjmp.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "journal/journal.h"

struct log {
	char dir[64], path[96];
	struct journal *j;
	int event;      /* the journal's notify writes here */
	int64_t now;    /* what the clock says next */
	int64_t chance; /* what chance gives next */
	int wal_step;   /* see struct journal_options */
};

/* ---- documents ---------------------------------------------------------- */

/* Gives a document from printf-like text in which ' stands for ". */
__attribute__((format(printf, 1, 2))) static inline json_t *doc(const char *format, ...)
{
	struct err e = {.status = 0};
	char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	assert_true(vasprintf(&text, format, arguments) >= 0);
	va_end(arguments);
	for (char *at = text; *at != '\0'; at++)
		*at = *at == '\'' ? '"' : *at;
	json_t *value = json_read(text_of(text), &e);
	if (value == NULL)
		fail_msg("the test's own JSON is wrong: %s: %s", e.text, text);
	free(text);
	return value;
}

/* Fails unless the two (both taken) are equal. */
static inline void same(json_t *is, json_t *wanted)
{
	if (!json_equal(is, wanted)) {
		char *a = json_dumps(is, JSON_SORT_KEYS | JSON_ENCODE_ANY);
		char *b = json_dumps(wanted, JSON_SORT_KEYS | JSON_ENCODE_ANY);
		fail_msg("is     %s\nwanted %s", a, b);
	}
	json_decref(is);
	json_decref(wanted);
}

/* The body of a decision: what it names is enough for every query. NULL is null. */
struct made {
	const char *submission_id, *partnership, *name, *assessed_on, *registered_on;
	const char *award, *commendation, *failed, *rules;
	int score;
};

static inline json_t *text_or_null(const char *text)
{
	return text != NULL ? json_string(text) : json_null();
}

static inline json_t *decision_body(struct made m)
{
	json_t *outcome = doc("{'route': 'new-entry', 'change': '%s', 'fee': {'net': 1100}}",
			      m.award != NULL ? "first" : "none");
	json_t *list = m.commendation != NULL ? doc("['%s']", m.commendation) : json_array();
	json_t *awards = m.failed != NULL ? doc("[{'id': 'quality-mark', 'status': 'unmet',"
						" 'criteria': [{'id': '%s', 'status': 'unmet',"
						" 'reason': 'too low'}, {'id': 'QM-2',"
						" 'status': 'met', 'reason': 'signed'}]}]",
						m.failed)
					  : json_array();

	assert_int_equal(json_put(outcome, "award", text_or_null(m.award)), 0);
	assert_int_equal(json_put(outcome, "commendations", list), 0);
	assert_int_equal(json_put(outcome, "awarded_on",
				  text_or_null(m.award != NULL ? m.assessed_on : NULL)),
			 0);
	assert_int_equal(json_put(outcome, "expires_on",
				  text_or_null(m.award != NULL ? "2099-01-01" : NULL)),
			 0);
	assert_int_equal(
		json_put(outcome, "citation", text_or_null(m.award != NULL ? "cited" : NULL)), 0);
	return json_pack("{s{s{ss ss} ss so so s{ss}} s{so s{ss so} ss so s{si} s[{ss s[s]}]}}",
			 "decision", "partnership", "id", m.partnership, "name",
			 m.name != NULL ? m.name : m.partnership, "assessed_on", m.assessed_on,
			 "outcome", outcome, "awards", awards, "rules", "digest",
			 m.rules != NULL ? m.rules : "sha256:aa", "submission", "submission_id",
			 text_or_null(m.submission_id), "partnership", "id", m.partnership, "name",
			 text_or_null(m.name), "assessed_on", m.assessed_on, "registered_on",
			 text_or_null(m.registered_on), "scores", "1", m.score, "case_studies",
			 "title", "A panel", "statements", "1");
}

static inline json_t *import_body(const char *partnership, const char *award, const char *on)
{
	return doc("{'award': {'partnership': '%s', 'name': 'Named %s', 'award': '%s',"
		   " 'commendations': [], 'route': 'new-entry', 'awarded_on': '%s',"
		   " 'precision': 'month', 'source': 'roll'}, 'outcome': {'award': '%s',"
		   " 'commendations': [], 'awarded_on': '%s', 'expires_on': '2099-01-01',"
		   " 'route': 'new-entry', 'citation': 'cited'}, 'rules': {'digest': 'sha256:aa'}}",
		   partnership, partnership, award, on, award, on);
}

static inline json_t *revocation_body(int64_t sequence, const char *partnership)
{
	return doc("{'by': 'An Administrator', 'partnership': '%s', 'reason': 'wrong scores',"
		   " 'revokes': {'id': '%lld-000000000000', 'sequence': %lld}}",
		   partnership, (long long)sequence, (long long)sequence);
}

/* ---- the log ------------------------------------------------------------ */

static inline int64_t count_on(void *ctx)
{
	struct log *log = ctx;

	return log->now += 1000;
}

static inline void count_chance(void *ctx, void *bytes, size_t length)
{
	struct log *log = ctx;

	memset(bytes, 0, length);
	log->chance++;
	memcpy(bytes, &log->chance, length < sizeof log->chance ? length : sizeof log->chance);
}

static inline void on_work(void *ctx)
{
	struct log *log = ctx;
	uint64_t one = 1;

	assert_int_equal(write(log->event, &one, sizeof one), sizeof one);
}

static inline int log_try(struct log *log, struct err *e)
{
	struct journal_options options = {
		.path = log->path,
		.clock = {.now_ms = count_on, .ctx = log},
		.chance = {.fill = count_chance, .ctx = log},
		.notify = on_work,
		.notify_ctx = log,
		.wal_step = log->wal_step,
	};

	return journal_open(&options, &log->j, e);
}

static inline void log_open(struct log *log)
{
	struct err e = {.status = 0};

	if (log_try(log, &e) != 0)
		fail_msg("%s", e.text);
}

/* A directory and a path, nothing opened. */
static inline void log_init(struct log *log)
{
	memset(log, 0, sizeof *log);
	log->now = 1716213791123; /* 2024-05-20T14:03:11.123Z */
	strcpy(log->dir, "/tmp/awardd-journal-XXXXXX");
	assert_non_null(mkdtemp(log->dir));
	assert_true(snprintf(log->path, sizeof log->path, "%s/log.db", log->dir) > 0);
	log->event = eventfd(0, EFD_CLOEXEC);
	assert_true(log->event >= 0);
}

static inline void log_deinit(struct log *log)
{
	char command[128];

	journal_close(&log->j);
	assert_int_equal(close(log->event), 0);
	assert_true(snprintf(command, sizeof command, "rm -r '%s'", log->dir) > 0);
	assert_int_equal(system(command), 0);
}

static inline int log_setup(void **state)
{
	struct log *log = malloc(sizeof *log);

	assert_non_null(log);
	log_init(log);
	log_open(log);
	*state = log;
	return 0;
}

static inline int log_setup_closed(void **state)
{
	struct log *log = malloc(sizeof *log);

	assert_non_null(log);
	log_init(log);
	*state = log;
	return 0;
}

static inline int log_teardown(void **state)
{
	log_deinit(*state);
	free(*state);
	return 0;
}

static inline void log_reopen(struct log *log)
{
	journal_close(&log->j);
	log_open(log);
}

/* Polls until the flag is set. */
static inline void log_wait(struct log *log, const bool *flag)
{
	while (!*flag) {
		struct pollfd p = {.fd = log->event, .events = POLLIN};
		uint64_t drained;

		if (poll(&p, 1, 60000) != 1)
			fail_msg("the journal did not answer in a minute");
		assert_int_equal(read(log->event, &drained, sizeof drained), sizeof drained);
		journal_poll(log->j);
	}
}

/* ---- appends ------------------------------------------------------------ */

struct answer {
	bool there;
	int status;
	size_t count;
	struct journal_receipt first, last;
	char text[200];
};

static inline void on_appended(void *ctx, int status, const struct journal_receipt *receipts,
			       size_t count, const struct err *e)
{
	struct answer *a = ctx;

	a->there = true;
	a->status = status;
	a->count = count;
	if (count > 0) {
		a->first = receipts[0];
		a->last = receipts[count - 1];
	}
	(void)snprintf(a->text, sizeof a->text, "%.190s", status != 0 ? e->text : "");
}

static inline struct journal_draft draft(const char *kind, json_t *body)
{
	struct journal_draft d = {.kind = kind, .body = body};

	assert_non_null(body);
	d.by.uid = 1000;
	strcpy(d.by.user, "clerk");
	return d;
}

static inline void log_send(struct log *log, const char *kind, json_t *body, struct answer *a)
{
	struct journal_draft d = draft(kind, body);

	memset(a, 0, sizeof *a);
	assert_int_equal(journal_append(log->j, &d, 1, on_appended, a), 0);
	assert_null(d.body);
}

static inline struct answer log_append(struct log *log, const char *kind, json_t *body)
{
	struct answer a;

	log_send(log, kind, body, &a);
	log_wait(log, &a.there);
	return a;
}

/* Appends and gives the sequence; it must succeed. */
static inline int64_t log_add(struct log *log, const char *kind, json_t *body)
{
	struct answer a = log_append(log, kind, body);

	if (a.status != 0)
		fail_msg("%s", a.text);
	return a.first.sequence;
}

/* ---- the file, behind the journal's back --------------------------------- */

/* Gives a log the tables of the first form; what is derived is left behind. */
__attribute__((unused)) static const char to_first_form[] =
	"DROP TRIGGER personal_is_never_changed;"
	"ALTER TABLE personal RENAME TO later;"
	"CREATE TABLE personal (sequence INTEGER NOT NULL, pointer TEXT NOT NULL,"
	" salt BLOB NOT NULL, value TEXT NOT NULL, PRIMARY KEY (sequence, pointer))"
	" STRICT, WITHOUT ROWID;"
	"INSERT INTO personal SELECT sequence, pointer, salt, value FROM later;"
	"CREATE TRIGGER personal_is_never_changed BEFORE UPDATE ON personal"
	" BEGIN SELECT RAISE(ABORT, ''); END;"
	"CREATE TRIGGER personal_is_kept_once BEFORE INSERT ON personal WHEN 0"
	" BEGIN SELECT RAISE(ABORT, ''); END;"
	"DROP TABLE later; DROP TABLE checkpoint; DROP INDEX entry_leaf; DROP TABLE node;"
	"DROP VIEW decisions; ALTER TABLE decision DROP COLUMN change;"
	"PRAGMA user_version = 1";

/* Runs SQL through a connection of the test's own, as anybody who may write
 * the file could; gives SQLite's sentence or NULL. free() it. */
static inline char *change(const struct log *log, const char *sql)
{
	sqlite3 *db = NULL;
	char *says = NULL;

	assert_int_equal(sqlite3_open(log->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		says = strdup(sqlite3_errmsg(db));
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return says;
}

static inline void changed(const struct log *log, const char *sql)
{
	char *says = change(log, sql);

	if (says != NULL)
		fail_msg("%s: %s", sql, says);
}

static inline void is_refused(struct log *log, int status, const char *words)
{
	struct err e = {.status = 0};

	assert_int_equal(log_try(log, &e), status);
	assert_int_equal(e.status, status);
	if (strstr(e.text, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", e.text, words);
	assert_null(log->j);
}

/* ---- queries ------------------------------------------------------------ */

struct ask {
	int (*run)(struct journal_reader *r, struct ask *ask, struct err *e);
	const void *with;
	int64_t sequence;
	json_t *out;
	int status;
	bool there;
	char text[200];
};

static inline int run_ask(struct journal_reader *r, void *ctx, struct err *e)
{
	struct ask *ask = ctx;

	return ask->run(r, ask, e);
}

static inline void on_asked(void *ctx, int status, const struct err *e)
{
	struct ask *ask = ctx;

	ask->status = status;
	ask->there = true;
	(void)snprintf(ask->text, sizeof ask->text, "%.190s", status != 0 ? e->text : "");
}

static inline void log_ask(struct log *log, struct ask *ask)
{
	assert_int_equal(journal_query(log->j, run_ask, on_asked, ask), 0);
	log_wait(log, &ask->there);
}

static inline int ask_entry(struct journal_reader *r, struct ask *ask, struct err *e)
{
	return reader_entry(r, ask->sequence, &ask->out, e);
}

/* Gives an entry; it must be there. */
static inline json_t *log_entry(struct log *log, int64_t sequence)
{
	struct ask ask = {.run = ask_entry, .sequence = sequence};

	log_ask(log, &ask);
	if (ask.status != 0)
		fail_msg("%s", ask.text);
	return ask.out;
}

/* What the sqlite3 shell prints for the SQL; exits with another status than 0
 * where *ok is false. `options` as of the shell. */
static inline char *shell(const struct log *log, const char *options, const char *sql, bool *ok)
{
	char command[1024], piece[1024];
	struct buffer all;
	size_t got;

	buffer_init(&all);
	assert_null(strchr(sql, '"'));
	assert_in_range(snprintf(command, sizeof command, "sqlite3 %s '%s' \"%s\" 2>&1", options,
				 log->path, sql),
			1, sizeof command - 1);
	FILE *pipe = popen(command, "re");
	assert_non_null(pipe);
	while ((got = fread(piece, 1, sizeof piece, pipe)) > 0)
		assert_int_equal(buffer_append(&all, piece, got), 0);
	assert_int_equal(buffer_append(&all, "", 0), 0);
	*ok = pclose(pipe) == 0;
	return all.bytes != NULL ? buffer_give(&all) : strdup("");
}

/* The same, read-only; it must succeed and print this. */
static inline void shell_says(const struct log *log, const char *sql, const char *wanted)
{
	bool ok;
	char *is = shell(log, "-readonly", sql, &ok);

	assert_string_equal(is, wanted);
	assert_true(ok);
	free(is);
}

/* The history of a partnership as a document. */
static inline int history_read(struct journal_reader *r, const char *partnership, json_t **out,
			       struct err *e)
{
	struct buffer text;

	buffer_init(&text);
	int rv = reader_history(r, partnership, &text, e);
	if (rv == 0) {
		*out = json_read((struct text){text.bytes, text.length}, NULL);
		rv = *out != NULL ? 0 : err_set(e, -ENOMEM, "no memory for a history");
	}
	buffer_deinit(&text);
	return rv;
}

/* For reader_benchmarks: appends each to a list, as a document. */
static inline int keep_benchmark(void *list, const struct benchmark *b)
{
	json_t *scores = json_read(b->scores->text, NULL);
	json_t *studies = json_read(b->case_studies->text, NULL);
	json_t *row = NULL;

	if (scores != NULL && studies != NULL)
		row = json_pack("{ss ss sI ss sO sO}", "partnership", b->partnership, "name",
				b->name, "sequence", (json_int_t)b->sequence, "assessed_on",
				b->assessed_on, "scores", scores, "case_studies", studies);
	json_decref(scores);
	json_decref(studies);
	return row != NULL && json_array_append_new(list, row) == 0 ? 0 : -ENOMEM;
}

#endif
