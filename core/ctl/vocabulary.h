/*
 * vocabulary: the scheme's own words - titles of awards and statements, the
 * order of statements, the scale - as the daemon tells them. awardctl knows
 * none of them itself.
 */
#ifndef AW_CTL_VOCABULARY_H
#define AW_CTL_VOCABULARY_H

#include "json/json.h"

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

#endif
