/* read: one question to the log: asked on the reading thread, finished and
 * answered on the loop's. Inside this room only. */
#ifndef AW_SERVICE_READ_H
#define AW_SERVICE_READ_H

#include "service/state.h"

struct read {
	struct service *service;
	struct request *request;
	/* On the reading thread: puts what it finds into `found`, or appends it to `json`.
	 * It may look at the request's params and at nothing else of the service. */
	int (*ask)(struct read *q, struct journal_reader *r, struct err *e);
	/* On the loop's thread: gives the result, or NULL where it has answered
	 * itself. NULL: `found` is the result, or where there is none `json`. */
	json_t *(*finish)(struct read *q);
	json_t *found;
	struct buffer json;            /* for what is long: a document takes many times its text */
	struct generation *generation; /* held while the question is open, or NULL */
	char day[DATE_TEXT];           /* the day it is asked about, if any */
	struct user *user;             /* this and the next: read.c's own */
	struct read *next;
};

/* Copies `like` and begins, or waits for others of its user; answers by itself whatever
 * happens. */
void read_begin(const struct read *like);

/* ---- one entry, by "decision_id" or "sequence" --------------------------- */

/* As `ask`: finds the entry. */
int read_entry(struct read *q, struct journal_reader *r, struct err *e);
/* Whether the caller may see the entry found: an auditor, or whoever submitted
 * it. Otherwise it is answered. */
bool read_is_allowed(struct read *q);

/* ---- the register, on the day that the params say, or today ---------------- */

/* As `ask`: finds the awards of q->day. */
int register_ask(struct read *q, struct journal_reader *r, struct err *e);
/* Begins; its `day` is set, and its `ask` where there is none. */
void register_begin(const struct read *like);
/* For `finish`: adds "status", what the award is on q->day. 0, -ENOMEM. */
int register_put_status(const struct read *q, json_t *award);
/* For `finish`: gives {"awards"}; NULL: no memory. */
json_t *register_document(struct read *q);

/* ---- the statistics, up to q->day where that is set -------------------------- */

/* As `ask`, counts. */
int statistics_ask(struct read *q, struct journal_reader *r, struct err *e);
/* For `finish`: gives them by statement, none where no rules say which there are; NULL: no
 * memory. */
json_t *statistics_document(struct read *q);

#endif
