/*
 * quote: how an entry's bytes stand in the file. Decisions under the same rules say mostly the
 * same, so that one may stand there in quotes of another that stands there whole. The bytes that
 * are hashed hold no control character; in the file
 *
 *   01 <sequence> 03                 at the beginning: what it quotes
 *   01 <offset> 02 <length> 03       in the place of so many bytes of that, counted from 1
 *
 * (01, 02 and 03 one byte each, numbers in digits) and everything else stands for itself. What begins
 * otherwise is whole. schema.h has the same in SQL, which needs nothing of ours to read it.
 */
#ifndef AW_JOURNAL_QUOTE_H
#define AW_JOURNAL_QUOTE_H

#include "base/base.h"

/* An entry's bytes in the file, and of what they quote (empty where they are whole). Borrowed. */
struct stored {
	struct text bytes, source;
};

/* Whether they quote. */
bool stored_quotes(const struct stored *s);
/* Gives the bytes that are hashed: borrowed from `s`, or appended to `scratch` and borrowed from
 * there. AW_ECORRUPT where quotes are of nothing; -ENOMEM. */
int stored_read(const struct stored *s, struct buffer *scratch, struct text *out, struct err *e);

/* ---- writing --------------------------------------------------------------- */

enum {
	QUOTE_SLOT_BITS = 13,
	/* Entries that may quote the same one. It keeps what is quoted near and of now, and bounds what
	 * is lost with a damaged page. */
	QUOTE_REACH = 4096,
};

/* An entry that is quoted. After init, deinit is always legal. */
struct source {
	int64_t sequence; /* 0: none */
	struct buffer bytes;
	uint16_t places[1 << QUOTE_SLOT_BITS]; /* of its pieces, from 1, by their hash */
};

void source_init(struct source *s);
void source_deinit(struct source *s);
/* From now on this entry is quoted, whose bytes have to be whole. -ENOMEM: none is. */
int source_take(struct source *s, int64_t sequence, struct text whole);
/* Appends the entry `sequence` in quotes of it, and gives true; false, and nothing appended, where
 * that saves less than half, there is none, or it is out of reach. Memory that runs out is as that. */
bool source_quote(const struct source *s, int64_t sequence, struct text whole, struct buffer *out);

#endif
