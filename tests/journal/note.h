/*
 * note: the newest checkpoint of a log as tests see it, and entries that are only
 * there to be signed.
 */
#ifndef AW_TESTS_JOURNAL_NOTE_H
#define AW_TESTS_JOURNAL_NOTE_H

#include "log.h"

/* What the newest checkpoint says, and its text. */
struct seen {
	struct checkpoint c;
	struct buffer note;
};

static inline int run_checkpoint(struct journal_reader *r, struct ask *ask, struct err *e)
{
	struct seen *seen = (struct seen *)(uintptr_t)ask->with;
	int rv = reader_checkpoint(r, &seen->note, e);

	return rv == 0 ? checkpoint_read((struct text){seen->note.bytes, seen->note.length},
					 &seen->c, e)
		       : rv;
}

static inline void see(struct log *log, struct seen *seen)
{
	struct ask ask = {.run = run_checkpoint, .with = seen};

	buffer_init(&seen->note);
	log_ask(log, &ask);
	if (ask.status != 0)
		fail_msg("%s", ask.text);
}

static inline struct tlog_verifier verifier(struct log *log)
{
	struct tlog_verifier v;
	struct err e = {.status = 0};
	char key[TLOG_VKEY];

	journal_key(log->j, key);
	if (tlog_verifier_read(text_of(key), &v, &e) != 0)
		fail_msg("%s: %s", key, e.text);
	return v;
}

static inline enum note_verdict verdict(struct log *log, const struct seen *seen)
{
	struct tlog_verifier v = verifier(log);

	return checkpoint_check((struct text){seen->note.bytes, seen->note.length}, &v);
}

/* Adds a small entry to log and tree. */
static inline void grow(struct log *log, struct tree_edge *edge)
{
	struct answer a = log_append(log, "stop", doc("{'reason': 'a test'}"));

	assert_int_equal(a.status, 0);
	tree_append(edge, &a.first.leaf);
}

static inline int64_t number(const struct log *log, const char *sql)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *s = NULL;

	assert_int_equal(sqlite3_open_v2(log->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	int64_t n = sqlite3_column_int64(s, 0);
	assert_int_equal(sqlite3_finalize(s), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return n;
}

static inline void make_three(struct log *log)
{
	struct tree_edge edge = {.size = 0};

	log_open(log);
	for (int i = 0; i < 3; i++)
		grow(log, &edge);
	journal_close(&log->j);
}

#define IN_A_LOG(test) cmocka_unit_test_setup_teardown(test, log_setup, log_teardown)
#define WITHOUT_A_LOG(test) cmocka_unit_test_setup_teardown(test, log_setup_closed, log_teardown)

#endif
