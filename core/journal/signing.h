/*
 * signing: the checkpoints in the file. Each group of entries is committed with a
 * checkpoint of the tree that ends with it, signed by the log's key; it takes
 * the place of the one before it, but where that one is the last of its 256
 * entries, says that the key changed, or was there when the log was opened.
 */
#ifndef AW_JOURNAL_SIGNING_H
#define AW_JOURNAL_SIGNING_H

#include <sqlite3.h>

#include "journal/key.h"

/* A checkpoint's row. */
struct signing_row {
	uint64_t size;
	bool stays;
};

/* What is signed for. */
struct signing_log {
	sqlite3 *db;
	const char *path, *identity;
	const struct tree_edge *edge; /* of all entries */
	struct chance chance;         /* where a key must be made */
};

/* After init, close is always legal. */
struct signing {
	sqlite3 *db;
	sqlite3_stmt *insert, *remove;
	struct key key;
	struct signing_row newest;    /* that the file is known to hold; size 0: none */
	struct signing_row attempted; /* in this transaction */
};

void signing_init(struct signing *s);

/* Reads the newest checkpoint, holds it against the tree that the entries make,
 * and reads or makes the key. AW_ECORRUPT where entries were cut off, added or
 * changed since; what key_open returns. */
int signing_open(struct signing *s, const struct signing_log *log, struct err *e);
void signing_close(struct signing *s);

/* Writes the checkpoint of this tree, inside the caller's transaction; `next`,
 * or NULL, signs as well. */
int signing_write(struct signing *s, const struct tree_edge *edge, const struct tlog_signer *next,
		  struct err *e);
/* The transaction was committed. */
void signing_committed(struct signing *s);

#endif
