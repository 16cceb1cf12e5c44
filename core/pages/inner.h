/* inner: what the pages of this room share. Inside this room only. */
#ifndef AW_PAGES_INNER_H
#define AW_PAGES_INNER_H

#include "pages/html.h"
#include "pages/pages.h"

/* ---- page.c: what stands around a page ---------------------------------------- */
struct page {
	const char *title;
	const char *site; /* the scheme's title */
	const char *file; /* of this page, as its place in the site; NULL: it stands alone */
	const struct asset *script; /* or NULL */
	bool carries_style;         /* it can be taken out of the site, too */
};

void page_begin(struct html *h, const struct page *page);
void page_end(struct html *h, const struct page *page);
/* How a page of the site refers to another: "../" before it where that is needed. */
const char *page_up(const struct page *page);

/* ---- picture.c ------------------------------------------------------------------ */
struct picture {
	struct vocabulary v;
	const json_t *scores;
	const json_t *before; /* scores of an earlier benchmark, or NULL */
};

/* The profile: a table, with each row's part of the drawing in it; and its legend. */
void picture_profile(struct html *h, const struct picture *p);
/* The same to be filled in: a control for each statement's score, and the drawing empty. */
void picture_form(struct html *h, const struct vocabulary *v);
/* The axis of a drawing: a heading cell with every number of the scale. */
void picture_axis(struct html *h, const struct vocabulary *v);
/* A cell with the middle half of all scores of a statement and their median; a row of
 * statistics.get. Not the extremes: those are each somebody's. */
void picture_middle(struct html *h, const struct vocabulary *v, const json_t *row);

/* ---- words ----------------------------------------------------------------------- */
/* "1. Title" of a statement: its id, and its title where it is known. */
void say_statement(struct html *h, const struct vocabulary *v, const char *id);
/* "20 May 2024", a time for programs too; `month_only` without its day. */
void say_day(struct html *h, const char *iso, bool month_only);
/* "£1,100" */
void say_sum(struct html *h, const char *currency, json_int_t sum);
/* A row of a list of facts. */
void say_fact(struct html *h, const char *label, const char *text);
/* The place of a statement in the scheme, from 1; 0 where it has none. */
size_t statement_place(const struct vocabulary *v, const char *id);
/* Every level and commendation with its criteria, as the rules have them. */
void say_awards(struct html *h, const struct vocabulary *v);
void say_scale(struct html *h, const struct vocabulary *v);

#endif
