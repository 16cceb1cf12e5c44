/* A pool: evaluations wait in one line, each goes to the first process that is idle
 * or at least has room; processes that end are started again, more slowly the more often they fail
 * before they are of use. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "evaluator/pool.h"

enum { HOPELESS_STARTS = 3, SLOWEST_START_MS = 5000 };

void ask_answer(struct ask *ask, const struct evaluation *evaluation)
{
	ask->done(ask->ctx, evaluation);
	buffer_deinit(&ask->frame);
	free(ask);
}

static void insert(struct pool *pool, struct ask **link, struct ask *ask)
{
	ask->next = *link;
	*link = ask;
	if (ask->next == NULL)
		pool->last = &ask->next;
	ask->waits = true;
	pool->queued++;
}

static void withdraw(struct pool *pool, struct ask **link)
{
	struct ask *ask = *link;

	*link = ask->next;
	if (ask->next == NULL)
		pool->last = link;
	ask->waits = false;
	pool->queued--;
}

static struct ask *take_first(struct pool *pool)
{
	struct ask *ask = pool->first;

	if (ask == NULL)
		return NULL;
	withdraw(pool, &pool->first);
	for (unsigned i = 0; ask->returned && i < pool->options.processes; i++)
		process_forget(&pool->processes[i], ask);
	return ask;
}

/* No process can be brought to work: nobody must wait for one. */
static void answer_all_lost(struct pool *pool, int why)
{
	const struct evaluation lost = {
		.status = why == -ENOMEM ? -ENOMEM : AW_ECRASH,
		.file = "",
		.message = "no evaluator can be started",
	};
	struct ask *ask;

	while ((ask = take_first(pool)) != NULL)
		ask_answer(ask, &lost);
}

static void on_starter(uv_timer_t *timer)
{
	struct pool *pool = timer->data;

	for (unsigned i = 0; i < pool->options.processes && !pool->closing; i++) {
		if (pool->processes[i].state == PROCESS_ABSENT)
			process_start(&pool->processes[i]);
	}
}

static void start_later(struct pool *pool)
{
	uint64_t delay = 0;

	if (pool->failed_starts > 0)
		delay = 50u << (pool->failed_starts < 7 ? pool->failed_starts : 7);
	if (delay > SLOWEST_START_MS)
		delay = SLOWEST_START_MS;
	/* Fails only without a callback. */
	(void)uv_timer_start(&pool->starter, on_starter, delay, 0);
}

static bool any_at_work(const struct pool *pool)
{
	for (unsigned i = 0; i < pool->options.processes; i++) {
		enum process_state state = pool->processes[i].state;
		if (state == PROCESS_IDLE || state == PROCESS_BUSY)
			return true;
	}
	return false;
}

void pool_on_loaded(struct pool *pool, int status, const json_t *answer)
{
	pool_ready_cb ready = pool->ready;

	if (status == 0)
		pool->failed_starts = 0;
	else
		pool->failed_starts++;
	pool->ready = NULL;
	if (ready != NULL)
		ready(pool->ready_ctx, status, answer);
	else if (pool->failed_starts >= HOPELESS_STARTS && !any_at_work(pool))
		answer_all_lost(pool, status);
}

/* The first in the line have waited longest. */
void pool_on_overdue(struct pool *pool)
{
	const struct evaluation lost = {
		.status = AW_EDEADLINE,
		.file = "",
		.message = "no evaluator was free before the deadline",
	};
	uint64_t now = uv_now(pool->options.loop), patience = pool->options.patience_ms;

	if (patience == 0)
		return;
	while (pool->first != NULL && now - pool->first->since >= patience)
		ask_answer(take_first(pool), &lost);
}

/* An idle one, or one that has room, or NULL. What came back is not given to one that is busy
 * again, or it might never be begun, and is alone there. */
static struct process *find_room(const struct pool *pool, const struct ask *ask)
{
	struct process *found = NULL;

	for (unsigned i = 0; i < pool->options.processes; i++) {
		struct process *p = &pool->processes[i];
		if (p->state == PROCESS_IDLE)
			return p;
		if (!ask->returned && process_has_room(p) &&
		    (found == NULL || p->asked < found->asked))
			found = p;
	}
	return found;
}

void pool_on_room(struct pool *pool)
{
	struct process *p;

	while (pool->first != NULL && !pool->closing && (p = find_room(pool, pool->first)) != NULL)
		process_ask(p, take_first(pool));
	for (unsigned i = 0; i < pool->options.processes; i++)
		process_send(&pool->processes[i]);
}

/* The line stays in order of age. */
void pool_put_back(struct pool *pool, struct ask *ask)
{
	struct ask **link = &pool->first;

	ask->returned = true;
	if (ask->waits)
		return;
	while (*link != NULL && (*link)->since <= ask->since)
		link = &(*link)->next;
	insert(pool, link, ask);
}

void pool_take_back(struct pool *pool, struct ask *ask)
{
	struct ask **link = &pool->first;

	if (!ask->waits)
		return;
	while (*link != ask) /* NOLINT: it waits, and is in the line */
		link = &(*link)->next;
	withdraw(pool, link);
}

int evaluator_program(char name[PROGRAM_NAME])
{
	int first = open("/proc/self/exe", O_PATH | O_CLOEXEC);

	if (first < 0)
		return -errno;
	int fd = fcntl(first, F_DUPFD_CLOEXEC, HIGH_DESCRIPTOR);
	(void)close(first); /* it names a file, and has none open */
	if (fd < 0)
		return -errno;
	(void)snprintf(name, PROGRAM_NAME, "/proc/self/fd/%d", fd);
	/* cppcheck-suppress resourceLeak ; it stays open as long as the program runs */
	return 0;
}

/* ---- opening ------------------------------------------------------------ */

static int make_load(struct pool *pool, const json_t *rules)
{
	size_t begun = frame_begin(&pool->load, FRAME_LOAD);
	int rv = json_compact(rules, &pool->load);

	return rv == 0 ? frame_end(&pool->load, begun) : rv;
}

static void pool_free(struct pool *pool)
{
	buffer_deinit(&pool->load);
	free(pool->processes);
	free(pool);
}

int pool_open(const struct pool_options *options, const json_t *rules, struct pool **out,
	      pool_ready_cb ready, void *ctx)
{
	struct pool *pool = calloc(1, sizeof *pool);
	if (pool == NULL)
		return -ENOMEM;

	pool->options = *options;
	pool->ready = ready;
	pool->ready_ctx = ctx;
	pool->last = &pool->first;
	buffer_init(&pool->load);
	pool->processes = calloc(options->processes, sizeof *pool->processes);
	int rv = pool->processes != NULL ? make_load(pool, rules) : -ENOMEM;
	if (rv != 0) {
		pool_free(pool);
		return rv;
	}
	for (unsigned i = 0; i < options->processes; i++)
		pool->processes[i].pool = pool;
	(void)uv_timer_init(options->loop, &pool->starter); /* cannot fail */
	pool->starter.data = pool;
	start_later(pool);
	*out = pool;
	return 0;
}

/* ---- asking ------------------------------------------------------------- */

static int make_run(struct buffer *out, const char *operation, struct text input)
{
	size_t begun = frame_begin(out, FRAME_RUN);

	/* A failure stays marked, and frame_end sees it. */
	(void)buffer_append_text(out, "{\"input\":");
	(void)buffer_append(out, input.bytes, input.length);
	(void)buffer_printf(out, ",\"operation\":\"%s\"}", operation);
	return frame_end(out, begun);
}

int pool_ask(struct pool *pool, const char *operation, const json_t *input, evaluation_cb done,
	     void *ctx)
{
	struct buffer text;

	buffer_init(&text);
	int rv = json_compact(input, &text);
	if (rv == 0)
		rv = pool_ask_text(pool, operation, (struct text){text.bytes, text.length}, done,
				   ctx);
	buffer_deinit(&text);
	return rv;
}

static int ask_new(struct pool *pool, const char *operation, struct text input, evaluation_cb done,
		   void *ctx, struct ask **out)
{
	struct ask *ask = calloc(1, sizeof *ask);
	if (ask == NULL)
		return -ENOMEM;

	assert(!pool->closing);
	buffer_init(&ask->frame);
	ask->done = done;
	ask->ctx = ctx;
	ask->since = uv_now(pool->options.loop);
	int rv = make_run(&ask->frame, operation, input);
	if (rv != 0) {
		buffer_deinit(&ask->frame);
		free(ask);
		return rv;
	}
	*out = ask;
	return 0;
}

int pool_ask_text(struct pool *pool, const char *operation, struct text input, evaluation_cb done,
		  void *ctx)
{
	struct ask *ask;
	int rv = ask_new(pool, operation, input, done, ctx, &ask);

	if (rv != 0)
		return rv;
	insert(pool, pool->last, ask);
	pool_on_room(pool);
	return 0;
}

int pool_pulse(struct pool *pool, evaluation_cb done, void *ctx)
{
	struct ask *ask;
	int rv = ask_new(pool, "pulse", text_of("null"), done, ctx, &ask);

	if (rv != 0)
		return rv;
	if (pool->first != NULL)
		ask->since = pool->first->since; /* the line stays in order of age */
	insert(pool, &pool->first, ask);
	pool_on_room(pool);
	return 0;
}

/* ---- closing ------------------------------------------------------------ */

static void on_starter_closed(uv_handle_t *handle)
{
	struct pool *pool = handle->data;

	if (pool->closed != NULL)
		pool->closed(pool->closed_ctx);
	pool_free(pool);
}

static void close_when_empty(struct pool *pool)
{
	for (unsigned i = 0; i < pool->options.processes; i++) {
		if (pool->processes[i].state != PROCESS_ABSENT)
			return;
	}
	if (!uv_is_closing((uv_handle_t *)&pool->starter))
		uv_close((uv_handle_t *)&pool->starter, on_starter_closed);
}

void pool_on_ended(struct pool *pool, struct process *p)
{
	(void)p;
	if (pool->closing)
		close_when_empty(pool);
	else
		start_later(pool);
}

void pool_close(struct pool *pool, void (*closed)(void *ctx), void *ctx)
{
	pool->closing = true;
	pool->closed = closed;
	pool->closed_ctx = ctx;
	pool->ready = NULL;
	(void)uv_timer_stop(&pool->starter); /* fails never */
	for (unsigned i = 0; i < pool->options.processes; i++)
		process_end(&pool->processes[i], AW_ECRASH);
	answer_all_lost(pool, AW_ECRASH);
	close_when_empty(pool);
}

/* ---- asked about -------------------------------------------------------- */

void pool_stats_add(const struct pool *pool, struct pool_stats *out)
{
	for (unsigned i = 0; i < pool->options.processes; i++) {
		enum process_state state = pool->processes[i].state;
		out->alive += state == PROCESS_IDLE || state == PROCESS_BUSY;
		out->busy += state == PROCESS_BUSY;
		out->queued += process_keeps(&pool->processes[i]);
	}
	out->queued += pool->queued;
	out->evaluations += pool->evaluations;
	out->deadlines += pool->deadlines;
	out->crashes += pool->crashes;
	out->faults += pool->faults;
}

json_t *pool_process_ids(const struct pool *pool)
{
	json_t *ids = json_array();

	for (unsigned i = 0; ids != NULL && i < pool->options.processes; i++) {
		const struct process *p = &pool->processes[i];
		if (p->state != PROCESS_IDLE && p->state != PROCESS_BUSY)
			continue;
		if (json_array_append_new(ids, json_integer(uv_process_get_pid(&p->child))) != 0) {
			json_decref(ids);
			ids = NULL;
		}
	}
	return ids;
}
