/* inner: one partnership's past, replayed; inside this room only. */
#ifndef AW_IMPACT_INNER_H
#define AW_IMPACT_INNER_H

#include "impact/impact.h"

enum event_kind { EVENT_DECISION, EVENT_IMPORT, EVENT_REVOCATION };
enum verdict_kind { VERDICT_NONE, VERDICT_DECIDED, VERDICT_REFUSED, VERDICT_FAILED };

/* What some rule set says of one entry. Documents are held. */
struct verdict {
	enum verdict_kind kind;
	json_t *outcome;  /* decided */
	json_t *criteria; /* decided: {award: {criterion: status}} */
	json_t *errors;   /* refused: [{"pointer", "message"}]; failed: a sentence */
};

void verdict_deinit(struct verdict *v);
/* Reads a decision, logged or just made (borrowed). */
int verdict_read(struct verdict *v, const json_t *decision);
/* The same of an import's outcome. */
int verdict_read_import(struct verdict *v, json_t *outcome);

/* One logged entry. */
struct event {
	enum event_kind kind;
	int64_t sequence, revokes;
	bool revoked; /* by a later one of them */
	char id[ENTRY_ID_TEXT];
	json_t *given; /* the submission or the award; NULL in a revocation */
	json_t *name;  /* of the partnership then, or NULL */
	char *rules;   /* the digest it was decided by, or NULL */
	struct verdict logged;
};

/* A partnership's past, in order. */
struct past {
	char *partnership;
	struct event *events;
	size_t count, capacity;
};

/* Reads it. A past begins as {0}; deinit is legal from then on. */
int past_read(struct past *p, struct journal_reader *log, const char *partnership, int64_t through,
	      struct err *e);
void past_deinit(struct past *p);
/* The day an entry is about; NULL in a revocation. */
const char *event_day(const struct event *event);

/* A past under one rule set. */
struct replay {
	const struct past *past;
	struct trial *trial;
	const atomic_bool *stop; /* or NULL */
	bool logged_history;
	int64_t reusable_after;   /* entries behind this one that were decided by the
				     same rules after the same history say what they
				     would say again; INT64_MAX: none */
	struct verdict *verdicts; /* one for each event */
	json_t *history;
	bool as_logged; /* the history is the log's so far */
	size_t at;      /* the event in hand */
	int status;     /* the first failure of our own */
};

/* Begins; the rest happens in trial_wait. */
int replay_begin(struct replay *r);
void replay_deinit(struct replay *r);

/* What is needed to compare, and what was found. */
struct comparison {
	const json_t *levels[2]; /* lowest first; borrowed; NULL: not known */
	json_t *totals;          /* {what: {direction: n}}, held */
};

int comparison_init(struct comparison *c, const struct trial *candidate,
		    const struct trial *against);
void comparison_deinit(struct comparison *c);
/* Appends each difference to `differences` and counts it. */
int comparison_make(struct comparison *c, const struct verdict *before, const struct verdict *after,
		    json_t *differences);

#endif
