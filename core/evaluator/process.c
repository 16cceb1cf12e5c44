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
	move(p, PROCESS_ABSENT);
	pool_on_ended(p->pool, p);
}

static void close_handle(uv_handle_t *handle)
{
	if (!uv_is_closing(handle))
		uv_close(handle, on_handle_closed);
}

void process_end(struct process *p)
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
	close_handle((uv_handle_t *)&p->pipe);
	close_handle((uv_handle_t *)&p->deadline);

	struct evaluation lost = {
		.status = p->overdue ? AW_EDEADLINE : AW_ECRASH,
		.file = "",
		.message = p->overdue ? "no answer before the deadline" : "the evaluator died",
	};
	if (p->overdue)
		p->pool->deadlines++;
	else if (!p->pool->closing)
		p->pool->crashes++;
	struct ask *ask = p->current;
	p->current = NULL;
	if (ask != NULL)
		ask_answer(ask, &lost);
	if (ask != NULL && p->overdue)
		pool_on_overdue(p->pool);
	if (was_loading)
		pool_on_loaded(p->pool, lost.status, NULL);
}

static void on_child_exit(uv_process_t *child, int64_t status, int signal)
{
	struct process *p = child->data;

	(void)status;
	(void)signal;
	process_end(p);
	close_handle((uv_handle_t *)&p->child);
}

static void on_deadline(uv_timer_t *timer)
{
	struct process *p = timer->data;

	p->overdue = true;
	process_end(p);
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
		process_end(p);
}

static void on_result(struct process *p, struct text body)
{
	struct evaluation evaluation = {.result = body, .file = "", .message = ""};
	struct ask *ask = p->current;

	(void)uv_timer_stop(&p->deadline);
	p->current = NULL;
	p->pool->evaluations++;
	move(p, PROCESS_IDLE);
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
	struct ask *ask = p->current;

	(void)uv_timer_stop(&p->deadline);
	p->current = NULL;
	p->pool->evaluations++;
	p->pool->faults++;
	move(p, PROCESS_IDLE);
	ask_answer(ask, &evaluation);
}

/* One frame; false where the evaluator said what it may not. */
static bool take_frame(struct process *p, const struct frame *frame)
{
	if (p->state == PROCESS_BUSY && frame->type == FRAME_RESULT) {
		on_result(p, frame->body);
		return true;
	}
	json_t *document = json_read(frame->body, NULL);
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
	return fits;
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
	struct frame frame;

	(void)buffer;
	if (n < 0) {
		process_end(p);
		return;
	}
	p->in.length += (size_t)n;
	int rv = frame_take(&p->in, &frame);
	if (rv == 0)
		return;
	/* There is never more than one answer under way, so what follows the
	 * frame can only be a mistake of the evaluator. */
	if (rv < 0 || p->in.length != FRAME_HEADER + frame.body.length || !take_frame(p, &frame)) {
		process_end(p);
		return;
	}
	if (p->state == PROCESS_ENDING)
		return;
	buffer_clear(&p->in);
	if (p->state == PROCESS_IDLE)
		pool_on_idle(p->pool, p);
}

/* ---- requests ----------------------------------------------------------- */

static void on_not_sent(uv_timer_t *timer)
{
	process_end(timer->data);
}

void process_ask(struct process *p, struct ask *ask)
{
	move(p, PROCESS_BUSY);
	p->current = ask;
	/* A timer counts from when the loop last looked, which may be long ago. */
	uv_update_time(p->pool->options.loop);
	int rv = frame_write((uv_stream_t *)&p->pipe, &ask->frame);
	/* Starting a timer fails only without a callback or while it closes. The
	 * answer must not come before whoever asks has returned. */
	(void)uv_timer_start(&p->deadline, rv == 0 ? on_deadline : on_not_sent,
			     rv == 0 ? p->pool->options.deadline_ms : 0, 0);
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
	struct buffer load;

	/* Neither of the two can fail: one sets members, the other besides only a
	 * flag of no descriptor. */
	uv_update_time(loop);
	(void)uv_timer_init(loop, &p->deadline);
	(void)uv_pipe_init(loop, &p->pipe, 0);
	p->child.data = p->pipe.data = p->deadline.data = p;
	p->overdue = false;
	buffer_init(&p->in);
	buffer_init(&load);
	move(p, PROCESS_LOADING);

	int rv = spawn(p);
	/* libuv initialises the process handle even where spawning fails. */
	p->open_handles = 3;
	if (rv == 0)
		rv = buffer_append(&load, p->pool->load.bytes, p->pool->load.length);
	if (rv == 0)
		rv = frame_write((uv_stream_t *)&p->pipe, &load);
	if (rv == 0)
		rv = uv_read_start((uv_stream_t *)&p->pipe, on_alloc, on_read);
	if (rv == 0)
		rv = uv_timer_start(&p->deadline, on_deadline, LOAD_DEADLINE_MS, 0);
	buffer_deinit(&load);
	if (rv != 0)
		process_end(p);
}
