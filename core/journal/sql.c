/* The few calls on SQLite that this room makes, with our statuses. */
#include "journal/sql.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int sql_status(int code)
{
	if (code == SQLITE_IOERR_NOMEM)
		return -ENOMEM;
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_FULL:
		return AW_EFULL;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return AW_EBUSY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return AW_ECORRUPT;
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
	case SQLITE_TOOBIG:
		return AW_EINVALID;
	default:
		return AW_EIO;
	}
}

int sql_fail(sqlite3 *db, int code, const char *doing, struct err *e)
{
	/* The connection's own sentence may belong to an earlier call. */
	bool its = db != NULL && sqlite3_extended_errcode(db) == code;
	const char *says = its ? sqlite3_errmsg(db) : sqlite3_errstr(code);

	/* Its own sentence leaves open which of the two is full. */
	if ((code & 0xff) == SQLITE_FULL)
		says = "the disk is full";

	return err_set(e, sql_status(code), "%s: %s (SQLite %d)", doing, says, code);
}

int sql_wrap(struct err *e, int status, const char *format, ...)
{
	char doing[256];
	va_list arguments;

	if (e == NULL)
		return status;
	if (e->status != status)
		(void)err_set(e, status, "%s", status_text(status));
	va_start(arguments, format);
	(void)vsnprintf(doing, sizeof doing, format, arguments); /* cut short, if it must be */
	va_end(arguments);
	return err_wrap(e, "%s", doing);
}

int sql_run(sqlite3 *db, const char *text, struct err *e)
{
	int code = sqlite3_exec(db, text, NULL, NULL, NULL);

	return code == SQLITE_OK ? 0 : sql_fail(db, code, text, e);
}

int sql_prepare(sqlite3 *db, const char *text, sqlite3_stmt **out, struct err *e)
{
	int code = sqlite3_prepare_v3(db, text, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);

	return code == SQLITE_OK ? 0 : sql_fail(db, code, "preparing a statement", e);
}

int sql_integer(sqlite3 *db, const char *text, int64_t *out, struct err *e)
{
	sqlite3_stmt *statement = NULL;
	int rv = sql_prepare(db, text, &statement, e);

	if (rv != 0)
		return rv;
	int code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		*out = sqlite3_column_int64(statement, 0);
	else if (code == SQLITE_DONE)
		rv = err_set(e, AW_EABSENT, "%s: no row", text);
	else
		rv = sql_fail(db, code, text, e);
	(void)sqlite3_finalize(statement); /* repeats what step said */
	return rv;
}

struct binder bind_to(sqlite3_stmt *statement)
{
	struct binder b = {.statement = statement, .at = 0, .code = SQLITE_OK};

	(void)sqlite3_reset(statement); /* repeats the failure of the run before */
	return b;
}

static void keep(struct binder *b, int code)
{
	if (b->code == SQLITE_OK)
		b->code = code;
}

void bind_integer(struct binder *b, int64_t value)
{
	keep(b, sqlite3_bind_int64(b->statement, ++b->at, value));
}

void bind_text(struct binder *b, const char *text)
{
	keep(b, sqlite3_bind_text(b->statement, ++b->at, text, -1, SQLITE_STATIC));
}

void bind_blob(struct binder *b, const void *bytes, size_t length)
{
	keep(b, sqlite3_bind_blob64(b->statement, ++b->at, bytes, length, SQLITE_STATIC));
}

static void bind_slice(struct binder *b, struct text t)
{
	keep(b, sqlite3_bind_text64(b->statement, ++b->at, t.bytes, t.length, SQLITE_STATIC,
				    SQLITE_UTF8));
}

void bind_item(struct binder *b, const struct json_item *value)
{
	if (value == NULL || value->kind == JSON_ITEM_NULL)
		keep(b, sqlite3_bind_null(b->statement, ++b->at));
	else
		bind_slice(b, value->text);
}

void bind_string(struct binder *b, const struct json_item *string)
{
	struct buffer said;

	if (string == NULL || string->kind != JSON_ITEM_STRING) {
		keep(b, sqlite3_bind_null(b->statement, ++b->at));
	} else if (!string->escaped) {
		bind_slice(b, (struct text){string->text.bytes + 1, string->text.length - 2});
	} else {
		buffer_init(&said);
		keep(b, json_item_text(string, &said) == 0 ? SQLITE_OK : SQLITE_NOMEM);
		keep(b, sqlite3_bind_text64(b->statement, ++b->at, said.bytes, said.length,
					    SQLITE_TRANSIENT, SQLITE_UTF8));
		buffer_deinit(&said);
	}
}

void bind_value(struct binder *b, const json_t *value)
{
	struct buffer text;

	buffer_init(&text);
	int rv = json_canonical(value, &text);
	size_t length = text.length;
	b->at++;
	if (rv == 0)
		keep(b, sqlite3_bind_text64(b->statement, b->at, buffer_give(&text), length, free,
					    SQLITE_UTF8));
	else
		keep(b, rv == -ENOMEM ? SQLITE_NOMEM : SQLITE_MISMATCH);
	buffer_deinit(&text);
}

int sql_next(struct binder *b, struct err *e)
{
	sqlite3 *db = sqlite3_db_handle(b->statement);

	if (b->code != SQLITE_OK)
		return sql_fail(NULL, b->code, "binding a value", e);
	int code = sqlite3_step(b->statement);
	if (code == SQLITE_ROW)
		return 1;
	int rv = code == SQLITE_DONE ? 0 : sql_fail(db, code, "running a statement", e);
	(void)sqlite3_reset(b->statement); /* repeats what step said */
	return rv;
}

int sql_write(struct binder *b, struct err *e)
{
	int rv;

	do
		rv = sql_next(b, e);
	while (rv > 0);
	return rv;
}

const char *column_text(sqlite3_stmt *s, int column)
{
	return (const char *)sqlite3_column_text(s, column);
}

struct text column_bytes(sqlite3_stmt *s, int column)
{
	struct text t = {.bytes = sqlite3_column_blob(s, column)};

	t.length = (size_t)sqlite3_column_bytes(s, column);
	return t;
}

json_t *column_string(sqlite3_stmt *s, int column)
{
	const char *text = column_text(s, column);

	return text != NULL ? json_string(text) : json_null();
}

json_t *column_json(sqlite3_stmt *s, int column, struct err *e)
{
	if (sqlite3_column_type(s, column) == SQLITE_NULL)
		return json_null();
	return json_read(column_bytes(s, column), e);
}

int list_append(json_t *list, json_t *row)
{
	return row != NULL && json_array_append_new(list, row) == 0 ? 0 : -ENOMEM;
}
