/*
 * derive: the tables that follow from the entries, filled by one function from
 * one entry at a time, at its append and when all are made again.
 */
#ifndef AW_JOURNAL_DERIVE_H
#define AW_JOURNAL_DERIVE_H

#include <sqlite3.h>

#include "journal/entry.h"

enum derive_statement {
	DERIVE_TALLY,
	DERIVE_DIGEST,
	DERIVE_LISTED,
	DERIVE_SPAN,
	DERIVE_PARTNERSHIP,
	DERIVE_DECISION,
	DERIVE_AWARDED,
	DERIVE_FAILED,
	DERIVE_AWARD,
	DERIVE_IMPORT,
	DERIVE_REVOCATION,
	DERIVE_RULE_SET,
	DERIVE_STATEMENTS,
};

/* After init, deinit is always legal. */
struct derive {
	sqlite3 *db;
	sqlite3_stmt *statements[DERIVE_STATEMENTS];
};

void derive_init(struct derive *d);
int derive_prepare(struct derive *d, sqlite3 *db, struct err *e);
void derive_deinit(struct derive *d);

/* Adds what follows from this entry, inside the caller's transaction.
 * AW_EINVALID where it contradicts an earlier one: a submission_id or a
 * revocation a second time, or a member that its kind must have missing. */
int derive_entry(struct derive *d, const struct entry *entry, struct err *e);

/* Makes every derived table again from the entries, in one transaction. */
int derive_again(struct derive *d, struct err *e);

#endif
