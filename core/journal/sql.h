/*
 * sql: the few calls on SQLite that this room makes, with our statuses and
 * sentences. Codes of SQLite stop here.
 */
#ifndef AW_JOURNAL_SQL_H
#define AW_JOURNAL_SQL_H

#include <sqlite3.h>

#include "base/base.h"
#include "json/json.h"

/* Our status for a result of SQLite: 0 for OK, ROW and DONE; AW_EFULL,
 * AW_EBUSY, AW_ECORRUPT, -ENOMEM; AW_EINVALID where a constraint or a guard
 * refused; AW_EIO for all that says that the file cannot be trusted to work. */
int sql_status(int code);

/* Sets the sentence "<doing>: <what SQLite says>". */
int sql_fail(sqlite3 *db, int code, const char *doing, struct err *e);

/* Puts "<what was being done>: " in front of the sentence of the failure
 * `status`, which gets one where nobody set it, and returns `status`. */
int sql_wrap(struct err *e, int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Runs statements that give no rows. */
int sql_run(sqlite3 *db, const char *text, struct err *e);

/* A statement that is kept. finalize it. */
int sql_prepare(sqlite3 *db, const char *text, sqlite3_stmt **out, struct err *e);

/* The first column of the first row; AW_EABSENT where there is none. */
int sql_integer(sqlite3 *db, const char *text, int64_t *out, struct err *e);

/* Binds parameters 1, 2, 3 ... and keeps the first failure for sql_write or
 * sql_next, so that a run of bindings is checked once. Texts and blobs are
 * borrowed until the statement is bound again; NULL binds NULL. */
struct binder {
	sqlite3_stmt *statement;
	int at;
	int code;
};

struct binder bind_to(sqlite3_stmt *statement);
void bind_integer(struct binder *b, int64_t value);
void bind_text(struct binder *b, const char *text);
void bind_blob(struct binder *b, const void *bytes, size_t length);
/* The canonical text of a document. */
void bind_value(struct binder *b, const json_t *value);
/* What a string says, and what any value is as it stands; NULL and JSON's null bind NULL, and
 * so does no string where one is meant. The text that the item borrows is borrowed. */
void bind_string(struct binder *b, const struct json_item *string);
void bind_item(struct binder *b, const struct json_item *value);

/* Runs the statement to its end and leaves it ready to be bound again. */
int sql_write(struct binder *b, struct err *e);

/* Steps: 1 with a row, 0 at the end (reset then), negative on failure (reset
 * too). */
int sql_next(struct binder *b, struct err *e);

/* Columns of the row in hand. Texts are borrowed until the next step. */
const char *column_text(sqlite3_stmt *s, int column); /* NULL for NULL */
struct text column_bytes(sqlite3_stmt *s, int column);
/* Give a JSON string, or null for NULL; NULL where memory runs out. */
json_t *column_string(sqlite3_stmt *s, int column);
/* Gives the document in a text column, null for NULL; NULL on failure. */
json_t *column_json(sqlite3_stmt *s, int column, struct err *e);

/* Appends a row (taken; NULL counts as -ENOMEM) to a list. */
int list_append(json_t *list, json_t *row);

#endif
