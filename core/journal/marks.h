/*
 * marks: which entries have what lists are asked by, a bit for each entry. A row of the
 * table `mark` says it for a block of entries and one value of one name: "award", "QM-1".
 * Those of the block at hand are kept here and written once a group, not once an entry.
 */
#ifndef AW_JOURNAL_MARKS_H
#define AW_JOURNAL_MARKS_H

#include <sqlite3.h>

#include "base/base.h"

enum {
	MARK_ENTRIES =
		4096, /* of a block: entry N is bit N % MARK_ENTRIES of block N / MARK_ENTRIES */
	MARK_BYTES = MARK_ENTRIES / 8,
};

/* The bit of entry N is bit N % 8, the least first, of byte N / 8; bytes of zeros at the end
 * are left out. */
struct mark;

/* After init, deinit is always legal. */
struct marks {
	sqlite3_stmt *read, *write, *count; /* borrowed, see derive.c */
	int64_t block;                      /* at hand, or -1 */
	struct mark *marks;
	size_t many, capacity;
};

void marks_init(struct marks *m);
void marks_deinit(struct marks *m);

/* Marks an entry of this day (20240520, or 0: it has none). `name` is static. Writes what is at
 * hand where the entry is of another block. -ENOMEM, or what SQLite says. */
int marks_add(struct marks *m, const char *name, struct text value, int64_t sequence, int64_t day,
	      struct err *e);
/* Writes what was added. The transaction must not end before. */
int marks_flush(struct marks *m, struct err *e);
/* Forgets what is at hand, written or not: the transaction was undone. */
void marks_forget(struct marks *m);

#endif
