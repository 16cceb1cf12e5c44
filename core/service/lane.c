/* Lanes and their intake; the tree of names is the C library's. */
#include <assert.h>
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "service/lane.h"

struct lane {
	struct ticket *first, **last;
	enum lane_kind kind;
	char name[];
};

static int compare(const void *left, const void *right)
{
	const struct lane *a = left, *b = right;

	return a->kind != b->kind ? (a->kind > b->kind) - (a->kind < b->kind)
				  : strcmp(a->name, b->name);
}

void lanes_init(struct lanes *l)
{
	*l = (struct lanes){0};
	l->last = &l->first;
}

void lanes_deinit(struct lanes *l)
{
	assert(l->tree == NULL && l->first == NULL);
	lanes_init(l);
}

/* ---- the intake --------------------------------------------------------- */

static void run_intake(struct lanes *l)
{
	if (l->running)
		return;
	l->running = true;
	while (l->first != NULL && !l->resolving) {
		struct job *job = l->first;
		l->first = job->next;
		if (l->first == NULL)
			l->last = &l->first;
		job->next = NULL;
		l->resolving = !job->resolved;
		job->arrive(job); /* may be gone after this */
	}
	l->running = false;
}

void lanes_arrive(struct lanes *l, struct job *job)
{
	job->next = NULL;
	*l->last = job;
	l->last = &job->next;
	run_intake(l);
}

void lanes_resolved(struct lanes *l)
{
	l->resolving = false;
	run_intake(l);
}

/* ---- lanes -------------------------------------------------------------- */

static struct lane *lane_make(struct lanes *l, struct lane_name name)
{
	size_t size = strlen(name.text) + 1;
	struct lane *lane = calloc(1, sizeof *lane + size);
	if (lane == NULL)
		return NULL;

	lane->kind = name.kind;
	memcpy(lane->name, name.text, size);
	lane->last = &lane->first;
	struct lane **found = tsearch(lane, &l->tree, compare);
	if (found == NULL || *found != lane)
		free(lane);
	return found != NULL ? *found : NULL;
}

static void lane_drop_empty(struct lanes *l, struct lane *lane)
{
	if (lane->first != NULL)
		return;
	(void)tdelete(lane, &l->tree, compare);
	free(lane);
}

int lanes_enter(struct lanes *l, struct job *job, const struct lane_name *names, size_t count)
{
	job->tickets = calloc(count, sizeof *job->tickets);
	if (job->tickets == NULL)
		return -ENOMEM;
	job->ticket_count = 0;
	job->ahead = 0;
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && names[i].kind == names[i - 1].kind &&
		    strcmp(names[i].text, names[i - 1].text) == 0)
			continue;
		struct lane *lane = lane_make(l, names[i]);
		if (lane == NULL) {
			lanes_leave(l, job);
			return -ENOMEM;
		}
		struct ticket *ticket = &job->tickets[job->ticket_count++];
		*ticket = (struct ticket){.job = job, .lane = lane};
		job->ahead += lane->first != NULL;
		*lane->last = ticket;
		lane->last = &ticket->next;
	}
	if (job->ahead == 0)
		job->start(job);
	return 0;
}

/* Takes a ticket out of its lane; gives the job that is now first there for
 * the last of its lanes, if any. */
static struct job *withdraw(struct ticket *ticket)
{
	struct lane *lane = ticket->lane;
	bool was_first = lane->first == ticket;
	struct ticket **link = &lane->first;

	while (*link != ticket) /* NOLINT: a ticket stands in its lane */
		link = &(*link)->next;
	*link = ticket->next;
	if (lane->last == &ticket->next)
		lane->last = link;
	if (!was_first || lane->first == NULL)
		return NULL;
	struct job *next = lane->first->job;
	return --next->ahead == 0 ? next : NULL;
}

void lanes_leave(struct lanes *l, struct job *job)
{
	struct ticket *tickets = job->tickets;
	size_t count = job->ticket_count;

	job->tickets = NULL;
	job->ticket_count = 0;
	for (size_t i = 0; i < count; i++) {
		struct lane *lane = tickets[i].lane;
		struct job *next = withdraw(&tickets[i]);
		lane_drop_empty(l, lane);
		if (next != NULL)
			next->start(next);
	}
	free(tickets);
}
