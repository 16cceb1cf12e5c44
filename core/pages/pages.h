/*
 * pages: what the daemon says, as web pages that need no script and no network. Documents go
 * in as the socket's methods answer them; bytes come out, the same for the same documents.
 * Whatever a page shows of a scheme stands in its rules: nothing here knows an award by name.
 *
 * Every function appends to `out` and returns 0 or -ENOMEM. Members that are missing or of
 * another type are passed over.
 */
#ifndef AW_PAGES_H
#define AW_PAGES_H

#include "json/json.h"
#include "wording/wording.h"

/* ---- the report of one decision, for who was assessed ------------------------------ */
struct report {
	const json_t *scheme;   /* scheme.get; may be NULL */
	const json_t *entry;    /* decisions.get of a decision */
	const json_t *before;   /* the same of the earlier benchmark, or NULL */
	bool may_look_back;     /* false: this user is not shown earlier benchmarks */
	const json_t *practice; /* practice.list's rows, or NULL */
	const json_t *rules;    /* rules.show of the decision's digest, or NULL */
	const json_t *proof;    /* log.proof, or NULL */
	const char *key;        /* the log's, or NULL */
};

int pages_report(const struct report *r, struct buffer *out);

#endif
