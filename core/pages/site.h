/* site: what the pages of the public site share. Inside this room only. */
#ifndef AW_PAGES_SITE_H
#define AW_PAGES_SITE_H

#include "pages/inner.h"

/* A page of the site as it is written. */
struct sheet {
	const json_t *site;
	struct vocabulary v;
	struct page page;
	struct html h;
};

void sheet_begin(struct sheet *s, const json_t *site, const char *path, const char *title,
		 const struct asset *script);
/* Everything is closed and freed; the bytes are at the end of `out`. 0 or -ENOMEM. */
int sheet_end(struct sheet *s, struct buffer *out);

/* A table's heads, a NULL at their end; a class may stand before a bar: "number|Scored". */
void sheet_heads(struct html *h, const char *const *heads);

/* "Quality Lead with Child First Commendation" of an award; of an imported one, for which no
 * rules of its day are known, in the words of today's. */
void sheet_award(struct sheet *s, const json_t *award);
/* "Current until ..." of a partnership. */
void sheet_standing(struct sheet *s, const json_t *partnership);
/* The newest award of a partnership, or NULL. */
const json_t *newest_award(const json_t *partnership);
/* A link to a partnership's page, by its name; where `name` is NULL nothing is written. */
void sheet_partnership(struct sheet *s, const char *id, const char *name);
/* Only the month of the award is known. */
bool is_month(const json_t *award);

/* Everything that a submission may hold but its scores, as controls of a form; see form.js. */
void sheet_fields(struct sheet *s);

int site_register(const json_t *site, struct buffer *out);
int site_practice(const json_t *site, struct buffer *out);
int site_national(const json_t *site, struct buffer *out);
int site_scheme(const json_t *site, struct buffer *out);
int site_form(const json_t *site, struct buffer *out);
int site_proofs(const json_t *site, struct buffer *out);
int site_feed(const json_t *site, struct buffer *out);

#endif
