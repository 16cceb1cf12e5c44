/*
 * chosen: the entries that have every mark asked for, looked at a block at a time and no
 * sooner than somebody asks.
 */
#ifndef AW_JOURNAL_CHOSEN_H
#define AW_JOURNAL_CHOSEN_H

#include "journal/marks.h"
#include "journal/reader.h"

enum { CHOSEN_MOST = 6 };

/* From the first to the last; none where that is the earlier one. */
struct days {
	int64_t first, last;
};

/* What is asked for is set here before chosen_open, the rest zeros; then close is always legal. */
struct chosen {
	const char *kinds[2]; /* of one of these; the second may be NULL */
	struct chosen_mark {
		const char *name, *value;
	} marks[CHOSEN_MOST]; /* and with all of these */
	size_t count;
	struct days days; /* blocks without an entry of these are passed by */

	struct journal_reader *reader;
	struct days seen; /* of the blocks that were looked at */
	int64_t blocks;
	unsigned char **bits; /* by block, as in marks.h; NULL: not looked at; `none`: none is set */
};

int chosen_open(struct chosen *c, struct journal_reader *r, struct err *e);
void chosen_close(struct chosen *c);

/* Gives the bits of a block, borrowed: 1, or 0 where none is set. */
int chosen_block(struct chosen *c, int64_t block, const unsigned char **out, struct err *e);
/* 1 or 0. */
int chosen_has(struct chosen *c, int64_t sequence, struct err *e);
/* The first entry at or after this one, up or down, within its block; -1: none. */
int64_t chosen_next(const unsigned char *bits, int64_t sequence, bool down);

#endif
