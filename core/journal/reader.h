/*
 * reader: one read-only connection, and the statements it keeps. A reader is
 * used by one thread at a time.
 */
#ifndef AW_JOURNAL_READER_H
#define AW_JOURNAL_READER_H

#include <sqlite3.h>
#include <sys/stat.h>

#include "journal/entry.h"
#include "journal/sql.h"

enum reader_statement {
	READ_ENTRY,
	READ_PERSONAL,
	READ_VALUES,
	READ_PARTNERSHIP,
	READ_PARTNERSHIP_VALUES,
	READ_ERASURE,
	READ_REVOCATION,
	READ_SUBMISSION,
	READ_HISTORY,
	READ_REGISTER,
	READ_REGISTER_ONE,
	READ_REGISTER_DOWN,
	READ_REGISTER_AWARDED,
	READ_REGISTER_AWARDED_DOWN,
	READ_REGISTER_EXPIRES,
	READ_REGISTER_EXPIRES_DOWN,
	READ_AWARD_KNOWN,
	READ_BENCHMARKS,
	READ_SCORES,
	READ_AWARD_COUNTS,
	READ_COUNTS,
	READ_PARTNERSHIPS,
	READ_PAST,
	READ_NEWEST,
	READ_OF_KIND,
	READ_TAIL_START,
	READ_TAIL_START_KIND,
	READ_TAIL_START_SELDOM,
	READ_TAIL,
	READ_TAIL_KIND,
	READ_TAIL_SELDOM,
	READ_MARK,
	READ_DAYS,
	READ_DAYS_DOWN,
	READ_SUMMARY,
	READ_RULE_HISTORY,
	READ_RULE_SET,
	READ_RULE_SET_NEWEST,
	READ_BLOB,
	READ_LEAVES,
	READ_NODES,
	READ_CHECKPOINT,
	READ_BEGIN,
	READ_END,
	READER_STATEMENTS,
};

struct journal_reader {
	sqlite3 *db;
	sqlite3_stmt *statements[READER_STATEMENTS]; /* prepared when first used */
	bool shared;       /* with a WAL beside it, by a process that need not be the daemon */
	char *still;       /* path of a file that nobody writes, opened as such; or NULL */
	struct stat about; /* of it, when it was opened */
};

/* Opens without looking whether the file is a log. `uri`: the path is one. */
int reader_connect(const char *path, bool uri, struct journal_reader **out, struct err *e);

/* Gives a binder on a kept statement. */
int reader_bind(struct journal_reader *r, enum reader_statement which, struct binder *out,
		struct err *e);
/* Resets the statement, where a walk ended before its last row. */
void reader_done(struct binder *b);
/* Makes a document of the row in hand; NULL where memory runs out, or a column is damaged. */
typedef json_t *(*reader_row)(sqlite3_stmt *row, struct err *e);
#define DERIVED_DAMAGED "a derived table is damaged: \"awardctl log rebuild\" makes it again"
/* Appends it to a list. AW_ECORRUPT where a column holds no UTF-8, or no document; -ENOMEM. */
int reader_append(json_t *list, sqlite3_stmt *row, reader_row make, struct err *e);
/* Gives the rows of a bound statement as a list. */
int reader_collect(struct binder *b, reader_row make, json_t **out, struct err *e);

/* Gives {"sequence", "id", "at", "reason"} of the first erasure that was told to
 * erase this entry's values, or null where none was. */
int reader_erasure(struct journal_reader *r, const struct entry *entry, json_t **out,
		   struct err *e);

/* Gives the document of an entry and its leaf hash. AW_EABSENT. */
int reader_load(struct journal_reader *r, int64_t sequence, json_t **document, struct entry *entry,
		char leaf_hash[DIGEST_HEX], struct err *e);

#endif
