/*
 * wording: days, sums and words as people read them, and the scheme's own words - titles
 * of awards and statements, the order of statements, the scale - as the daemon tells them.
 * The tool knows none of them itself.
 */
#ifndef AW_WORDING_H
#define AW_WORDING_H

#include "json/json.h"

/* ---- the scheme's words ------------------------------------------------------ */

/* Each may be NULL: then ids stand for titles. Both are borrowed. */
struct vocabulary {
	const json_t *scheme;   /* the result of scheme.get */
	const json_t *decision; /* names the awards it looked at */
};

/* Borrow a title, or give the id back where none is known. NULL id: "". */
const char *award_title(const struct vocabulary *v, const char *id);
/* NULL where none is known. */
const char *statement_title(const struct vocabulary *v, const char *id);

/* A title and what it is added to, "Quality Lead with Child First Commendation",
 * appended; nothing where `award` is NULL. */
void award_words(const struct vocabulary *v, const char *award, const json_t *commendations,
		 struct buffer *out);

/* The ids of the statements in the scheme's order, then those of `scores` that
 * it does not name, counting as people do (2 before 10). Gives an array of
 * borrowed texts (free() it), NULL where memory runs out. */
const char **statement_order(const struct vocabulary *v, const json_t *scores, size_t *count);

/* The least and the greatest score. 0 to 10 where the scheme does not say. */
void scale_of(const struct vocabulary *v, int *from, int *to);

/* How many months before it expires a redesignation is due, 0 where unknown. */
int due_months(const struct vocabulary *v);

/* ---- days, sums and words of the contract ------------------------------------ */

enum { DAY_TEXT = 64 };

/* "20 May 2024", or "May 2024" where `month_only`; a text that is no date is
 * given back as it is, cut to fit. `iso` may be NULL: "". */
void wording_day(const char *iso, bool month_only, char out[DAY_TEXT]);
/* The same in fewer cells, for tables: "20 May 2024", "1 Sep 2024". */
void wording_day_short(const char *iso, bool month_only, char out[DAY_TEXT]);
/* "1,100" */
void wording_number(json_int_t n, char out[DAY_TEXT]);
/* "new-entry" becomes "new entry": for words of the contract only. */
void wording_plain(const char *word, char out[DAY_TEXT]);
/* What the contract's `change` means, as a sentence with a space before it; "" where it
 * means nothing that is known. */
const char *wording_change(const char *change);

#endif
