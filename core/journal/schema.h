/*
 * schema: the tables of the log, how a file is recognised, and how an older
 * one is brought up to date.
 */
#ifndef AW_JOURNAL_SCHEMA_H
#define AW_JOURNAL_SCHEMA_H

#include <sqlite3.h>

#include "base/base.h"
#include "journal/journal.h"

enum {
	LOG_APPLICATION = 0x41574144, /* "AWAD" */
	LOG_VERSION = 5,
	LOG_IDENTITY = 33, /* 32 hex digits and a NUL */
};

/* 0 where the file is ours; *version is 0 for a file with nothing in it yet.
 * AW_EFOREIGN, AW_ENEWER. Changes nothing. */
int schema_recognise(sqlite3 *db, const char *path, int *version, struct err *e);

/* Brings the file from `version` to LOG_VERSION, in one transaction. Views and derived
 * tables are made anew, the latter empty. */
int schema_migrate(sqlite3 *db, int version, struct chance chance, struct err *e);

/* Reads the log's identity. */
int schema_identity(sqlite3 *db, char out[LOG_IDENTITY], struct err *e);

/* Gives a new, empty log in memory: what the tables of a file should look like.
 * sqlite3_close_v2 it, whatever was returned. */
int schema_make_pattern(sqlite3 **out, struct err *e);

/* Gives what of a log's tables, views, indexes and triggers is not as in the pattern (raw.c). */
int schema_compare(sqlite3 *db, raw_object_cb each, void *ctx, struct err *e);

/* In the pattern, the tables that derive.c fills, as rows of (name, sql). */
extern const char schema_derived_tables[];

/* Drops everything that follows from the entries and makes it again, empty,
 * inside the caller's transaction. */
int schema_make_derived(sqlite3 *db, struct err *e);

/* As SQL: the text of the entry `e` that stands whole. */
#define ENTRY_TEXT "CAST(e.bytes AS TEXT)"

/* As SQL: what the entry `e` quotes, or NULL (quote.h). */
#define ENTRY_SOURCE                                                                               \
	"CASE WHEN substr(e.bytes, 1, 1) = x'01' THEN (SELECT s.bytes FROM entry s"                \
	" WHERE s.sequence = CAST(substr(e.bytes, 2, 20) AS INTEGER)) END"

/* As SQL: the text that is hashed of the entry `e`, its quotes put in one after another. Only a
 * decision quotes; of what is none ENTRY_TEXT is enough. */
#define ENTRY_WHOLE                                                                                \
	"CASE WHEN substr(e.bytes, 1, 1) = x'01' THEN ("                                           \
	"WITH RECURSIVE part (done, rest) AS (VALUES"                                              \
	"  ('', substr(e.bytes, instr(e.bytes, x'03') + 1))"                                       \
	" UNION ALL SELECT done || CAST(substr(rest, 1, instr(rest, x'01') - 1) AS TEXT)"          \
	"  || CAST(substr(s.bytes, CAST(substr(rest, instr(rest, x'01') + 1, 6) AS INTEGER),"      \
	"   CAST(substr(rest, instr(rest, x'02') + 1, 6) AS INTEGER)) AS TEXT),"                   \
	"  substr(rest, instr(rest, x'03') + 1) FROM part, entry s"                                \
	"  WHERE s.sequence = CAST(substr(e.bytes, 2, 20) AS INTEGER)"                             \
	"  AND instr(rest, x'01') BETWEEN 1 AND instr(rest, x'03'))"                               \
	" SELECT done || CAST(rest AS TEXT) FROM part WHERE instr(rest, x'01') = 0)"               \
	" ELSE " ENTRY_TEXT " END"

/* The view `activity`, for reading the same without it: what stands in a file that somebody else
 * made is not run. `e` is the entry. */
#define ACTIVITY_COLUMNS                                                                           \
	"l.sequence, e.at, l.uid, l.user, l.kind, l.partnership, CASE l.kind"                      \
	" WHEN 'decision' THEN coalesce(d.award, 'no award')"                                      \
	" WHEN 'import' THEN json_extract(i.outcome, '$.award')"                                   \
	" WHEN 'revocation' THEN 'revokes '"                                                       \
	"  || json_extract(" ENTRY_TEXT ", '$.body.revokes.id') || ': '"                           \
	"  || json_extract(" ENTRY_TEXT ", '$.body.reason')"                                       \
	" WHEN 'erasure' THEN 'erases ' || coalesce("                                              \
	"  json_extract(" ENTRY_TEXT ", '$.body.erases.id'), 'all up to entry '"                   \
	"  || json_extract(" ENTRY_TEXT ", '$.body.erases.through'))"                              \
	"  || ': ' || json_extract(" ENTRY_TEXT ", '$.body.reason')"                               \
	" WHEN 'stop' THEN json_extract(" ENTRY_TEXT ", '$.body.reason')"                          \
	" WHEN 'key' THEN json_extract(" ENTRY_TEXT ", '$.body.reason')"                           \
	" ELSE json_extract(" ENTRY_TEXT ", '$.body.digest') END AS what"
#define ACTIVITY_FROM                                                                              \
	" FROM listed l CROSS JOIN entry e ON e.sequence = l.sequence"                             \
	" LEFT JOIN decision d ON d.sequence = l.sequence"                                         \
	" LEFT JOIN import i ON i.sequence = l.sequence"

/* The text that makes the views for auditors (views.c). */
extern const char schema_views[];

#endif
