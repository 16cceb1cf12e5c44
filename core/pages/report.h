/* report: the parts of a report, in the order in which they stand. Inside this room only. */
#ifndef AW_PAGES_REPORT_H
#define AW_PAGES_REPORT_H

#include "pages/inner.h"

/* What the parts share: the report, and words for what it is about. */
struct told {
	const struct report *r;
	struct vocabulary v;
	const json_t *decision, *outcome;
};

/* ---- report_why.c ---- */
void report_reasons(struct html *h, const struct told *t);
void report_missing(struct html *h, const struct told *t);
/* ---- report_next.c ---- */
void report_progress(struct html *h, const struct told *t);
void report_teachers(struct html *h, const struct told *t);
/* ---- report_proof.c ---- */
void report_proof(struct html *h, const struct told *t);
void report_rules(struct html *h, const struct told *t);

#endif
