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
	const json_t *scheme;   /* scheme.get, or the same of the decision's rules; may be NULL */
	bool of_its_day;        /* it is of the decision's rules */
	const json_t *entry;    /* decisions.get of a decision */
	const json_t *before;   /* the same of the earlier benchmark, or NULL */
	bool may_look_back;     /* false: this user is not shown earlier benchmarks */
	const json_t *practice; /* practice.list's rows, or NULL */
	const json_t *rules;    /* rules.show of the decision's digest, or NULL */
	const json_t *proof;    /* log.proof, or NULL */
	const char *key;        /* the log's, or NULL */
};

int pages_report(const struct report *r, struct buffer *out);

/* ---- the public site ----------------------------------------------------------------- */

/* What the methods answered, of one state of the log. */
struct site_sources {
	const char *on;           /* the day that it is made for */
	const json_t *scheme;     /* scheme.get */
	const json_t *log;        /* log.checkpoint */
	const json_t *awards;     /* register.list's rows on that day */
	const json_t *decisions;  /* decisions.list's rows, of kind "any", all of them */
	const json_t *practice;   /* practice.list's rows */
	const json_t *statistics; /* statistics.get until that day */
};

/* Gives what may be published, and nothing else: members that are named here, of awards that
 * were given by that day and stand.
 *   {"on", "scheme", "log", "statistics", "practice": [{"partnership", "name", "title",
 *    "statement"}], "partnerships": [{"id", "name", "status", "awards": [{"sequence", "award",
 *    "commendations", "awarded_on", "precision", "kind"}], the latest first}], by name}
 * Of a case study only what its partnership shares, and only while the benchmark that it
 * comes from gave an award. NULL where memory runs out. */
json_t *site_publishable(const struct site_sources *from);

/* Adds to an award of the site what audit_proof said of it: "expires_on", "citation", "at",
 * "leaf_hash"; and of a decision "title", as the rules of that day have it. 0 or -ENOMEM. */
int site_complete(json_t *award, const json_t *proved);

/* The files of the site, but for those of each partnership. */
struct site_file {
	const char *path;
	int (*write)(const json_t *site, struct buffer *out);
};
extern const struct site_file site_files[];
extern const size_t site_file_count;

/* The page of a partnership of the site, whose place is partnerships/ID.html. Its awards
 * have their proofs at proofs/SEQUENCE.tlog-proof. */
int site_partnership(const json_t *site, const json_t *partnership, struct buffer *out);

#endif
