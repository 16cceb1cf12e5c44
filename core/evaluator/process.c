/* One evaluator process seen from the daemon: started, loaded, asked, killed
 * at its deadline, and closed. */
#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "evaluator/pool.h"
#include "plugin/plugin.h"

enum { LOAD_DEADLINE_MS = 10000 };

#define TO(state) (1u << (state))
static const unsigned process_may[PROCESS_STATES] = {
	[PROCESS_ABSENT] = TO(PROCESS_LOADING),
	[PROCESS_LOADING] = TO(PROCESS_IDLE) | TO(PROCESS_ENDING),
	[PROCESS_IDLE] = TO(PROCESS_BUSY) | TO(PROCESS_ENDING),
	[PROCESS_BUSY] = TO(PROCESS_IDLE) | TO(PROCESS_ENDING),
	[PROCESS_ENDING] = TO(PROCESS_ABSENT),
};

static void move(struct process *p, enum process_state to)
{
	assert((process_may[p->state] & TO(to)) != 0);
	p->state = to;
}

/* ---- the end ------------------------------------------------------------ */

static void on_handle_closed(uv_handle_t *handle)
{
	struct process *p = handle->data;

	if (--p->open_handles > 0)
		return;
	buffer_deinit(&p->in);
	buffer_deinit(&p->out);
	move(p, PROCESS_ABSENT);
	pool_on_ended(p->pool, p);
}

static void close_handle(uv_handle_t *handle)
{
	if (!uv_is_closing(handle))
		uv_close(handle, on_handle_closed);
}

/* These and what waits behind them go back into the line. */
static void give_back(struct process *p, size_t from)
{
	for (size_t i = from; i < p->asked; i++) {
		if (p->asks[i] != NULL)
			pool_put_back(p->pool, p->asks[i]);
	}
}

void process_forget(struct process *p, const struct ask *ask)
{
	for (size_t i = 0; i < p->asked; i++) {
		if (p->asks[i] == ask)
			p->asks[i] = NULL;
	}
}

size_t process_keeps(const struct process *p)
{
	size_t kept = 0;

	for (size_t i = 1; i < p->asked; i++)
		kept += p->asks[i] != NULL && !p->asks[i]->waits;
	return kept;
}

static const char *why_text(int why)
{
	switch (why) {
	case AW_EDEADLINE:
		return "no answer before the deadline";
	case -ENOMEM:
		return "no memory to run the rules";
	default:
		return "the evaluator died";
	}
}

void process_end(struct process *p, int why)
{
	if (p->state == PROCESS_ABSENT || p->state == PROCESS_ENDING)
		return;
	bool was_loading = p->state == PROCESS_LOADING;
	move(p, PROCESS_ENDING);
	/* A process that is gone already is what is wanted. libuv reaps it. */
	if (uv_is_active((uv_handle_t *)&p->child))
		(void)uv_process_kill(&p->child, SIGKILL);
	else
		close_handle((uv_handle_t *)&p->child);
	(void)uv_timer_stop(&p->deadline);
	buffer_clear(&p->out);
	close_handle((uv_handle_t *)&p->pipe);
	close_handle((uv_handle_t *)&p->deadline);

	struct evaluation lost = {.status = why, .file = "", .message = why_text(why)};
	if (why == AW_EDEADLINE)
		p->pool->deadlines++;
	else if (why == AW_ECRASH && !p->pool->closing)
		p->pool->crashes++;
	bool was_asked = p->asked > 0;
	bool is_known = why != AW_ECRASH || p->asked == 1;
	struct ask *ask = was_asked && is_known ? p->asks[0] : NULL;
	give_back(p, is_known ? 1 : 0);
	p->asked = 0;
	if (ask != NULL)
		ask_answer(ask, &lost);
	if (was_asked && why == AW_EDEADLINE)
		pool_on_overdue(p->pool);
	pool_on_room(p->pool);
	if (was_loading)
		pool_on_loaded(p->pool, why, NULL);
}

static void on_child_exit(uv_process_t *child, int64_t status, int signal)
{
	struct process *p = child->data;

	(void)status;
	(void)signal;
	/* What it said before is read first: then comes the end of its pipe. */
	if (p->state == PROCESS_ENDING)
		close_handle((uv_handle_t *)&p->child);
}

static void on_deadline(uv_timer_t *timer)
{
	process_end(timer->data, AW_EDEADLINE);
}

static void on_slow(uv_timer_t *timer)
{
	struct process *p = timer->data;
	unsigned deadline_ms = p->pool->options.deadline_ms;

	p->slow = true;
	/* Starting a timer fails only without a callback or while it closes. */
	(void)uv_timer_start(&p->deadline, on_deadline, deadline_ms - SLOW_MS, 0);
	give_back(p, 1);
	pool_on_room(p->pool);
}

/* It begins with the first of what it was given. */
static void await_answer(struct process *p)
{
	unsigned deadline_ms = p->pool->options.deadline_ms;
	bool may_be_slow = deadline_ms > SLOW_MS;

	p->slow = false;
	if (p->unsent)
		return;
	/* A timer counts from when the loop last looked, which may be long ago. */
	uv_update_time(p->pool->options.loop);
	(void)uv_timer_start(&p->deadline, may_be_slow ? on_slow : on_deadline,
			     may_be_slow ? SLOW_MS : deadline_ms, 0);
}

/* ---- answers ------------------------------------------------------------ */

static void on_loaded(struct process *p, int status, const json_t *answer)
{
	(void)uv_timer_stop(&p->deadline);
	move(p, PROCESS_IDLE);
	pool_on_loaded(p->pool, status, answer);
	/* The pool may have been closed in its callback. A process that did not
	 * load what others did is of no use. */
	if (p->state == PROCESS_IDLE && status != 0)
		process_end(p, AW_ECRASH);
}

/* The first is done: the next begins. Gives the first, NULL where nobody waits for it. */
static struct ask *take_answered(struct process *p)
{
	struct ask *ask = p->asks[0];

	p->pool->evaluations++;
	p->asked--;
	for (size_t i = 0; i < p->asked; i++)
		p->asks[i] = p->asks[i + 1];
	if (p->asked > 0) {
		if (p->asks[0] != NULL)
			pool_take_back(p->pool, p->asks[0]);
		await_answer(p);
	} else {
		if (!p->unsent)
			(void)uv_timer_stop(&p->deadline);
		p->slow = false;
		move(p, PROCESS_IDLE);
	}
	return ask;
}

static void on_result(struct process *p, struct text body)
{
	struct evaluation evaluation = {.result = body, .file = "", .message = ""};
	struct ask *ask = take_answered(p);

	if (ask != NULL)
		ask_answer(ask, &evaluation);
}

static void on_fault(struct process *p, const json_t *document)
{
	const json_t *fault = json_array_get(json_object_get(document, "faults"), 0);
	const char *file = json_member_text(fault, "file");
	const char *message = json_member_text(fault, "message");
	struct evaluation evaluation = {
		.status = AW_ESCRIPT,
		.file = file != NULL ? file : "",
		.line = (int)json_member_integer(fault, "line", 0),
		.message = message != NULL ? message : "",
	};
	struct ask *ask = take_answered(p);

	if (ask == NULL)
		return;
	p->pool->faults++;
	ask_answer(ask, &evaluation);
}

/* One frame; AW_ECRASH where the evaluator said what it may not, or -ENOMEM. */
static int take_frame(struct process *p, const struct frame *frame)
{
	struct err e = {.status = 0};

	if (p->state == PROCESS_BUSY && frame->type == FRAME_RESULT) {
		on_result(p, frame->body);
		return 0;
	}
	json_t *document = json_read(frame->body, &e);
	bool fits = document != NULL;
	if (fits && p->state == PROCESS_LOADING && frame->type == FRAME_MANIFEST)
		on_loaded(p, 0, document);
	else if (fits && p->state == PROCESS_LOADING && frame->type == FRAME_FAULTS)
		on_loaded(p, AW_ESCRIPT, document);
	else if (fits && p->state == PROCESS_BUSY && frame->type == FRAME_FAULTS)
		on_fault(p, document);
	else
		fits = false;
	json_decref(document);
	if (fits)
		return 0;
	return e.status == -ENOMEM ? -ENOMEM : AW_ECRASH;
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	struct process *p = handle->data;

	(void)suggested;
	*out = frame_room(&p->in);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
	struct process *p = stream->data;
	/* What it is given meanwhile it cannot have answered yet. One that loads says one thing. */
	size_t owed = p->asked > 0 ? p->asked : 1;
	struct frame frame;
	int rv = 0, taken = 0;

	(void)buffer;
	if (n < 0) {
		process_end(p, n == UV_ENOBUFS ? -ENOMEM : AW_ECRASH);
		return;
	}
	p->in.length += (size_t)n;
	while (p->state != PROCESS_ENDING && (rv = frame_take(&p->in, &frame)) == 1) {
		size_t length = FRAME_HEADER + frame.body.length;
		/* More than it was asked for can only be a mistake of the evaluator. */
		taken = --owed == 0 && p->in.length > length ? AW_ECRASH : take_frame(p, &frame);
		if (taken != 0)
			process_end(p, taken);
		else
			buffer_consume(&p->in, length);
	}
	if (rv < 0 || (p->state == PROCESS_IDLE && p->in.length > 0))
		process_end(p, AW_ECRASH);
	if (p->state != PROCESS_ENDING)
		pool_on_room(p->pool);
}

/* ---- requests ----------------------------------------------------------- */

static void on_not_sent(uv_timer_t *timer)
{
	process_end(timer->data, -ENOMEM); /* what fails otherwise is seen by on_read */
}

bool process_has_room(const struct process *p)
{
	if (p->unsent)
		return false;
	return p->state == PROCESS_IDLE ||
	       (p->state == PROCESS_BUSY && !p->slow && p->asked < PROCESS_ASKS &&
		p->asks[0] != NULL && !p->asks[0]->returned);
}

void process_ask(struct process *p, struct ask *ask)
{
	p->asks[p->asked++] = ask;
	if (p->state == PROCESS_IDLE) {
		move(p, PROCESS_BUSY);
		await_answer(p);
	}
	(void)buffer_append(&p->out, ask->frame.bytes, ask->frame.length); /* process_send tells */
}

void process_send(struct process *p)
{
	if (p->out.length == 0 && !p->out.failed)
		return;
	int rv = buffer_status(&p->out);
	if (rv == 0)
		rv = frame_write((uv_stream_t *)&p->pipe, &p->out);
	buffer_clear(&p->out);
	/* The answer must not come before whoever asks has returned. */
	if (rv != 0) {
		p->unsent = true;
		(void)uv_timer_start(&p->deadline, on_not_sent, 0, 0);
	}
}

/* libuv's argument list is not const, and is not written to. */
static char *argument(const char *borrowed)
{
	union {
		const char *borrowed;
		char *argument;
	} name = {borrowed};

	return name.argument;
}

static int spawn(struct process *p)
{
	const struct words *words = p->pool->options.words;
	const char *program = p->pool->options.program;
	char *arguments[4 + WORDS_MOST] = {argument(program), argument(EVALUATOR_ARGUMENT)};
	char *environment[] = {NULL};
	uv_stdio_container_t stdio[PLUGIN_OBJECT + WORDS_MOST] = {
		{.flags = UV_CREATE_PIPE | UV_READABLE_PIPE | UV_WRITABLE_PIPE,
		 .data.stream = (uv_stream_t *)&p->pipe},
		{.flags = UV_IGNORE},
		{.flags = UV_INHERIT_FD, .data.fd = 2},
	};
	size_t count = words != NULL ? words->count : 0;

	if (count > 0)
		arguments[2] = words->load;
	for (size_t i = 0; i < count; i++) {
		arguments[3 + i] = argument(words->list[i].plugin);
		stdio[PLUGIN_OBJECT + i].flags = UV_INHERIT_FD;
		stdio[PLUGIN_OBJECT + i].data.fd = words->list[i].object;
	}
	uv_process_options_t options = {
		.file = program,
		.args = arguments,
		.env = environment,
		.cwd = "/",
		.exit_cb = on_child_exit,
		.stdio = stdio,
		.stdio_count = PLUGIN_OBJECT + (int)count,
	};
	return uv_spawn(p->pool->options.loop, &p->child, &options);
}

void process_start(struct process *p)
{
	uv_loop_t *loop = p->pool->options.loop;

	/* Neither of the two can fail: one sets members, the other besides only a
	 * flag of no descriptor. */
	uv_update_time(loop);
	(void)uv_timer_init(loop, &p->deadline);
	(void)uv_pipe_init(loop, &p->pipe, 0);
	p->child.data = p->pipe.data = p->deadline.data = p;
	p->slow = p->unsent = false;
	buffer_init(&p->in);
	buffer_init(&p->out);
	move(p, PROCESS_LOADING);

	int rv = spawn(p);
	/* libuv initialises the process handle even where spawning fails. */
	p->open_handles = 3;
	if (rv == 0)
		rv = frame_write((uv_stream_t *)&p->pipe, &p->pool->load);
	if (rv == 0)
		rv = uv_read_start((uv_stream_t *)&p->pipe, on_alloc, on_read);
	if (rv == 0)
		rv = uv_timer_start(&p->deadline, on_deadline, LOAD_DEADLINE_MS, 0);
	if (rv != 0)
		process_end(p, rv == -ENOMEM ? -ENOMEM : AW_ECRASH);
}
