/*
 * derive: the tables that follow from the entries, filled by one function from
 * one entry at a time, at its append and when all are made again.
 */
#ifndef AW_JOURNAL_DERIVE_H
#define AW_JOURNAL_DERIVE_H

#include <sqlite3.h>

#include "journal/entry.h"
#include "journal/marks.h"
#include "tlog/tlog.h"

enum derive_statement {
	DERIVE_TALLY,
	DERIVE_NODE,
	DERIVE_LISTED,
	DERIVE_MARKS,
	DERIVE_MARK,
	DERIVE_PARTNERSHIP,
	DERIVE_DECISION,
	DERIVE_AWARD,
	DERIVE_IMPORT,
	DERIVE_REVOCATION,
	DERIVE_ERASURE,
	DERIVE_RULE_SET,
	DERIVE_STATEMENTS,
};

/* After init, deinit is always legal. */
struct derive {
	sqlite3 *db;
	sqlite3_stmt *statements[DERIVE_STATEMENTS];
	struct marks marks;
	struct tree_edge edge;      /* of the tree with what this transaction added */
	struct tree_edge committed; /* of the tree that the file is known to hold */
};

void derive_init(struct derive *d);
int derive_prepare(struct derive *d, sqlite3 *db, struct err *e);
void derive_deinit(struct derive *d);

/* Reads the edge of the tree of the first `size` entries. AW_ECORRUPT where the
 * tree's rows are not what `size` entries make. */
int derive_read_edge(struct derive *d, uint64_t size, struct err *e);

/* Adds what follows from this entry and its leaf hash, inside the caller's transaction.
 * AW_EINVALID where it contradicts an earlier one: a submission_id or a
 * revocation a second time, or a member that its kind must have missing. */
int derive_entry(struct derive *d, const struct entry *entry, const struct json_item *body,
		 const struct digest *leaf, struct err *e);
/* The same for an entry with these bytes. */
int derive_bytes(struct derive *d, const struct entry *entry, struct text bytes,
		 const struct digest *leaf, struct err *e);
/* Writes what is gathered of several entries. The transaction must not end before. */
int derive_flush(struct derive *d, struct err *e);
/* What was added is in the file now, or is not. */
void derive_committed(struct derive *d);
void derive_undone(struct derive *d);

/* Fills derived tables that are empty from the entries, inside the caller's
 * transaction. */
int derive_fill(struct derive *d, struct err *e);
/* Makes every derived table again from the entries, in one transaction. */
int derive_again(struct derive *d, struct err *e);

#endif
