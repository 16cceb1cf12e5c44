/*
 * batch: entries read together, and judged on a thread of their own while others are, while the
 * ones before them are followed up and the next are read.
 */
#ifndef AW_AUDIT_BATCH_H
#define AW_AUDIT_BATCH_H

#include <pthread.h>

#include "audit/inner.h"

enum {
	BATCH = 64,
	JUDGES = 4, /* batches that are judged at once, where there are so many processors */
	BATCHES = JUDGES + 1,
};

struct batch {
	struct item items[BATCH];
	size_t count;
	const struct judge *judge;
	pthread_t thread;
	bool running;
};

/* Where entries and their personal values are read from, in step. */
struct source {
	struct raw_walk *entries, *values;
	struct raw_row value; /* the next, while has_value */
	int64_t number;       /* of the one before it */
	bool has_value;
	bool ended; /* no more entries */
	struct report *report;
};

int source_open(struct source *s, struct journal_reader *r, struct report *report, struct err *e);
void source_close(struct source *s);
/* Fills an empty batch; 0 items at the end. */
int source_fill(struct source *s, struct batch *b, struct err *e);

void batch_start(struct batch *b, const struct judge *judge);
void batch_wait(struct batch *b);
void batch_clear(struct batch *b);
void batch_deinit(struct batch *b);

#endif
