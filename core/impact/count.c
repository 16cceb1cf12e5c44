/* A measurement beside a loop: on a thread, with a reader and evaluators of its own. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "errand/errand.h"
#include "impact/impact.h"

enum { PROCESSES = 1, DEADLINE_MS = 10000 };

struct impact_count {
	struct impact_limit limit;
	impact_counted_cb done;
	void *ctx;
	atomic_bool stop;
	unsigned long changed;
	int status;
	struct err err;
};

static int on_change(void *ctx, const json_t *change)
{
	struct impact_count *c = ctx;

	if (strcmp(json_member_text(change, "kind"), "decision") == 0 &&
	    !json_member_true(change, "revoked"))
		c->changed++;
	return c->changed > c->limit.most; /* more of them say nothing new */
}

static int open_active(const struct impact_count *c, struct journal_reader *log,
		       const struct trial_options *how, struct trial **out, struct err *e)
{
	json_t *rules = NULL, *faults = json_array();
	int rv = faults != NULL ? reader_rules(log, c->limit.against, &rules, e) : -ENOMEM;

	if (rv == 0)
		rv = trial_open_kept(how, rules, out, faults, e);
	json_decref(faults);
	json_decref(rules);
	return rv;
}

static int open_candidate(const struct impact_count *c, const struct trial_options *how,
			  struct trial **out, struct err *e)
{
	json_t *faults = json_array();
	int rv = faults != NULL ? trial_open_files(how, c->limit.candidate, out, faults, e)
				: -ENOMEM;

	json_decref(faults);
	return rv;
}

static int measure(struct impact_count *c)
{
	const struct trial_options how = {
		.program = c->limit.program,
		.processes = PROCESSES,
		.deadline_ms = DEADLINE_MS,
		.words = c->limit.words,
	};
	struct impact_options options = {.stop = &c->stop, .each = on_change, .ctx = c};
	struct trial *against = NULL;
	json_t *summary = NULL;
	int rv = atomic_load(&c->stop) ? -ECANCELED : 0;

	if (rv == 0)
		rv = reader_open(c->limit.log, &options.log, &c->err);
	if (rv == 0)
		rv = open_active(c, options.log, &how, &against, &c->err);
	if (rv == 0)
		rv = open_candidate(c, &how, &options.candidate, &c->err);
	options.against = against;
	if (rv == 0)
		rv = impact_measure(&options, &summary, &c->err);
	json_decref(summary);
	trial_close(&options.candidate);
	trial_close(&against);
	reader_close(&options.log);
	return rv < 0 ? rv : 0; /* enough were found */
}

static void on_thread(void *ctx)
{
	struct impact_count *c = ctx;

	c->status = measure(c);
	if (c->status != 0 && c->err.status == 0)
		(void)err_set(&c->err, c->status, "%s", status_text(c->status)); /* as it is */
}

static void drop(struct impact_count *c)
{
	json_decref(c->limit.candidate);
	free(c);
}

static void on_done(void *ctx)
{
	struct impact_count *c = ctx;

	c->done(c->ctx, c->status, c->changed, &c->err);
	drop(c);
}

int impact_count(const struct impact_limit *limit, impact_counted_cb done, void *ctx,
		 struct impact_count **out)
{
	struct impact_count *c = calloc(1, sizeof *c);
	int rv;

	if (c == NULL)
		return -ENOMEM;
	c->limit = *limit;
	c->limit.candidate = json_incref(limit->candidate);
	c->done = done;
	c->ctx = ctx;
	atomic_init(&c->stop, false);
	rv = errand_start(limit->loop, on_thread, on_done, c);
	if (rv != 0) {
		drop(c);
		return rv;
	}
	*out = c;
	return 0;
}

void impact_count_cancel(struct impact_count *c)
{
	atomic_store(&c->stop, true);
}
