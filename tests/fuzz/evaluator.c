/* A pool whose evaluators say anything, at any time, and die: every question is answered
 * once, not before it was asked, and everything is closed at the end. */
#include "process.h"

#include <signal.h>
#include <string.h>
#include <uv.h>

#include "evaluator/evaluator.h"

enum { ASKS = 64 };

struct state {
	uv_loop_t loop;
	struct pool *pool;
	bool asking; /* pool_ask has not returned */
	bool closed;
	unsigned ready, asked, answered;
	bool done[ASKS];
};

struct question {
	struct state *state;
	unsigned number;
};

static void on_ready(void *ctx, int status, const json_t *answer)
{
	struct state *s = ctx;

	s->ready++;
	fuzz_must((status == 0 || status == AW_ESCRIPT) == (answer != NULL) &&
			  (status == 0 || status == AW_ESCRIPT || status == AW_ECRASH ||
			   status == AW_EDEADLINE),
		  "ready with %d", status);
}

static void on_answer(void *ctx, const struct evaluation *e)
{
	struct question *q = ctx;
	struct buffer copy;

	fuzz_must(!q->state->asking, "answered before it was asked");
	fuzz_must(!q->state->done[q->number], "answered twice");
	q->state->done[q->number] = true;
	q->state->answered++;
	fuzz_must(e->status == 0 || (e->file != NULL && e->message != NULL), "no sentence");
	buffer_init(&copy);
	if (e->status == 0)
		(void)buffer_append(&copy, e->result.bytes, e->result.length);
	else
		(void)buffer_printf(&copy, "%s%s", e->file, e->message);
	buffer_deinit(&copy);
}

static void ask(struct state *s, struct question *questions)
{
	struct question *q = &questions[s->asked];
	json_t *input = json_object();

	if (s->asked == ASKS) {
		json_decref(input);
		return;
	}
	*q = (struct question){s, s->asked++};
	s->asking = true;
	fuzz_must(pool_ask(s->pool, "decide", input, on_answer, q) == 0, "no memory");
	s->asking = false;
	json_decref(input);
}

static void on_closed(void *ctx)
{
	((struct state *)ctx)->closed = true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text rest = fuzz_text(data, size);
	struct question questions[ASKS];
	struct state s = {.ready = 0};
	struct pool_options options = {.loop = &s.loop, .program = "none", .patience_ms = 1};
	json_t *rules = json_object();

	options.processes = 1 + fuzz_byte(&rest) % 3;
	/* A deadline of 0 comes with the next round, one of a minute never. */
	options.deadline_ms = fuzz_byte(&rest) % 2 * 60000;
	fuzz_must(uv_loop_init(&s.loop) == 0, "no loop");
	fuzz_must(pool_open(&options, rules, &s.pool, on_ready, &s) == 0, "no memory");
	fuzz_must(s.ready == 0, "ready before it was opened");
	while (rest.length > 0) {
		unsigned what = fuzz_byte(&rest);
		if (what % 4 == 0)
			ask(&s, questions);
		else if (what % 4 == 1)
			(void)process_say(&rest, what >> 2 & 3); /* it may be gone */
		else if (what % 16 == 2)
			process_die(what >> 4 & 3, SIGSEGV);
		else
			(void)uv_run(&s.loop, UV_RUN_NOWAIT);
	}
	pool_close(s.pool, on_closed, &s);
	(void)uv_run(&s.loop, UV_RUN_DEFAULT);
	fuzz_must(s.closed && s.ready <= 1, "closed: %d, ready: %u", s.closed, s.ready);
	fuzz_must(s.answered == s.asked, "%u asked, %u answered", s.asked, s.answered);
	process_reset();
	fuzz_must(uv_loop_close(&s.loop) == 0, "something is left open");
	json_decref(rules);
	return 0;
}
