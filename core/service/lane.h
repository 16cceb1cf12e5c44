/*
 * lane: order. What concerns one partnership, or has one submission_id, is done
 * one after another, in the order of arrival; what concerns others passes by.
 * Inside this room only.
 *
 *   arrival ─▶ intake (one line) ─▶ a lane for each partnership and submission_id
 *
 * A job starts when it is the first in every lane it is in. A job that does not
 * know its partnerships yet (a revocation) holds up the intake until it does.
 */
#ifndef AW_SERVICE_LANE_H
#define AW_SERVICE_LANE_H

#include "base/base.h"

struct job;

/* A job's place in one lane. */
struct ticket {
	struct job *job;
	struct lane *lane;
	struct ticket *next;
};

struct job {
	void (*start)(struct job *job); /* every lane is the job's own */
	struct job *next;               /* in the intake, or among waiters */
	struct ticket *tickets;
	size_t ticket_count, ahead;
	bool resolved; /* its partnerships are known */
	/* Called when the job is at the intake's end: enters its lanes, or, where
	 * it is not resolved, begins to find out. */
	void (*arrive)(struct job *job);
};

struct lanes {
	void *tree; /* of struct lane, by name */
	struct job *first, **last;
	bool running, resolving;
};

void lanes_init(struct lanes *l);
/* Legal only when every lane is empty. */
void lanes_deinit(struct lanes *l);

/* Puts a job in the intake's line. */
void lanes_arrive(struct lanes *l, struct job *job);
/* A job that held up the intake knows its partnerships, or is given up. */
void lanes_resolved(struct lanes *l);

/* What a lane is for: names of different kinds never meet. */
enum lane_kind { LANE_PARTNERSHIP, LANE_SUBMISSION };

struct lane_name {
	enum lane_kind kind;
	const char *text; /* borrowed */
};

/* Enters one lane for each name (equal ones must be next to each other). The
 * job starts at once or later. -ENOMEM: it is in none. */
int lanes_enter(struct lanes *l, struct job *job, const struct lane_name *names, size_t count);
/* The job is done: leaves its lanes, whose next ones may start. */
void lanes_leave(struct lanes *l, struct job *job);

#endif
