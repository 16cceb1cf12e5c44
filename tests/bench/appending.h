/*
 * appending: a log that a program fills by the journal's own code, a group under way while the
 * next is made. What cannot be done ends the program.
 */
#ifndef AW_TESTS_BENCH_APPENDING_H
#define AW_TESTS_BENCH_APPENDING_H

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "journal/journal.h"

struct appending {
	struct journal *j;
	int event;
	size_t owed; /* appended, and not in the file yet */
};

static inline void die(const char *what)
{
	(void)fprintf(stderr, "%s: %s\n", program_invocation_short_name, what);
	exit(1);
}

static inline void appending_wake(void *ctx)
{
	uint64_t one = 1;

	if (write(((struct appending *)ctx)->event, &one, sizeof one) != sizeof one)
		die("the event cannot be told");
}

static inline void appending_open(struct appending *a, const char *path)
{
	struct journal_options options = {.path = path,
					  .clock = clock_system,
					  .chance = chance_system,
					  .notify = appending_wake,
					  .notify_ctx = a};
	struct err e = {.status = 0};

	*a = (struct appending){.event = eventfd(0, EFD_CLOEXEC)};
	if (a->event == -1)
		die("there is no event to be had");
	if (journal_open(&options, &a->j, &e) != 0)
		die(e.text);
}

static inline void appending_await(struct appending *a, size_t owed)
{
	while (a->owed > owed) {
		struct pollfd p = {.fd = a->event, .events = POLLIN};
		uint64_t drained;

		if (poll(&p, 1, -1) != 1 || read(a->event, &drained, sizeof drained) < 0)
			die("the event cannot be heard");
		journal_poll(a->j);
	}
}

static inline void appending_done(void *ctx, int status, const struct journal_receipt *receipts,
				  size_t count, const struct err *e)
{
	(void)receipts;
	(void)count;
	if (status != 0)
		die(e->text);
	((struct appending *)ctx)->owed--;
}

/* Takes the draft's documents. Waits where two groups are under way. */
static inline void appending_add(struct appending *a, struct journal_draft *draft)
{
	enum { GROUP = 250 };

	if (journal_append(a->j, draft, 1, appending_done, a) != 0)
		die("no memory");
	a->owed++;
	if (a->owed > 2 * (size_t)GROUP)
		appending_await(a, GROUP);
}

static inline void appending_close(struct appending *a)
{
	appending_await(a, 0);
	journal_close(&a->j);
	(void)close(a->event); /* nothing is lost with it */
}

#endif
