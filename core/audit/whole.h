/*
 * whole: an audit with all its parts.
 */
#ifndef AW_AUDIT_WHOLE_H
#define AW_AUDIT_WHOLE_H

#include "audit/batch.h"

struct audit {
	const struct audit_options *options;
	struct report report;
	struct journal_reader *log;
	struct pages pages;
	struct judge judge;
	struct texts texts;
	struct keys keys;
	struct tree tree;
	struct erased erased;
	struct follow *follow;
	struct source source;
	struct batch *batches; /* BATCHES of them */
	int64_t of;            /* entries, as the file says at once */
	int64_t last;          /* sequence of the last one taken in */
	uint64_t entries, kept;
	char before[32]; /* instant of the last one */
	size_t set_back; /* how often the clock was */
	int64_t set_back_at;
};

/* summary.c: what came of it, as audit_verify gives it; NULL where memory runs out. */
json_t *audit_summarise(const struct audit *a);

#endif
