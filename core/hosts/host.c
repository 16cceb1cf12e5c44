/* One host seen from the daemon: started, loaded, asked, killed at its
 * deadline, and closed. What it says is foreign: every frame is checked. */
#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "awardd/plugin.h"
#include "hosts/inner.h"

#define TO(state) (1u << (state))
static const unsigned host_may[HOST_STATES] = {
	[HOST_ABSENT] = TO(HOST_LOADING) | TO(HOST_REFUSED),
	[HOST_LOADING] = TO(HOST_STARTING) | TO(HOST_ENDING),
	[HOST_STARTING] = TO(HOST_IDLE) | TO(HOST_ENDING),
	[HOST_IDLE] = TO(HOST_BUSY) | TO(HOST_ENDING),
	[HOST_BUSY] = TO(HOST_IDLE) | TO(HOST_ENDING),
	[HOST_ENDING] = TO(HOST_ABSENT) | TO(HOST_REFUSED) | TO(HOST_FAILED),
	[HOST_FAILED] = TO(HOST_LOADING),
};

/* How long one that was asked to stop may take. */
enum { LEAVE_MS = 1000 };

static void move(struct host *h, enum host_state to)
{
	assert((host_may[h->state] & TO(to)) != 0);
	h->state = to;
}

bool host_runs(const struct host *h)
{
	return h->state == HOST_IDLE || h->state == HOST_BUSY;
}

/* ---- calls answered ------------------------------------------------------ */

static void ask_answer(struct host *h, struct ask *ask, struct host_answer *answer)
{
	answer->plugin = h->name;
	ask->done(ask->ctx, answer);
	buffer_deinit(&ask->frame);
	free(ask);
}

static struct ask *take_first(struct host *h)
{
	struct ask *ask = h->first;

	if (ask == NULL)
		return NULL;
	h->first = ask->next;
	if (h->first == NULL)
		h->last = &h->first;
	h->queued--;
	return ask;
}

static struct ask *take_current(struct host *h)
{
	struct ask *ask = h->current;

	(void)uv_timer_stop(&h->deadline); /* fails never */
	h->current = NULL;
	h->failures = 0;
	h->calls++;
	move(h, HOST_IDLE);
	return ask;
}

/* ---- the end ------------------------------------------------------------- */

static void on_handle_closed(uv_handle_t *handle)
{
	struct host *h = handle->data;

	if (--h->open_handles > 0)
		return;
	buffer_deinit(&h->in);
	move(h, h->after);
	hosts_on_ended(h);
}

static void close_handle(uv_handle_t *handle)
{
	if (!uv_is_closing(handle))
		uv_close(handle, on_handle_closed);
}

void host_fault(struct host *h, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(h->last_error, sizeof h->last_error, format, arguments);
	va_end(arguments);
	text_mend(h->last_error); /* it may be cut within a letter */
	instant_format(h->all->options.clock.now_ms(h->all->options.clock.ctx), h->last_error_at);
}

void host_end(struct host *h, enum host_state after, const char *format, ...)
{
	struct host_answer lost = {.status = h->overdue ? AW_EDEADLINE : AW_ECRASH,
				   .message = h->why};
	va_list arguments;
	struct ask *ask;

	if (h->open_handles == 0 || h->state == HOST_ENDING)
		return;
	va_start(arguments, format);
	(void)vsnprintf(h->why, sizeof h->why, format, arguments);
	va_end(arguments);
	text_mend(h->why); /* likewise */
	if (!h->leaving)
		host_fault(h, "%s", h->why);
	h->after = after;
	move(h, HOST_ENDING);
	/* A process that is gone already is what is wanted. libuv reaps it. */
	if (uv_is_active((uv_handle_t *)&h->child))
		(void)uv_process_kill(&h->child, SIGKILL);
	else
		close_handle((uv_handle_t *)&h->child);
	close_handle((uv_handle_t *)&h->pipe);
	close_handle((uv_handle_t *)&h->deadline);

	/* Others may wait where none is under way: the last answer and what ends it came at once. */
	ask = h->current != NULL ? h->current : take_first(h);
	h->current = NULL;
	for (; ask != NULL; ask = take_first(h))
		ask_answer(h, ask, &lost);
	if (h->leaving || after == HOST_REFUSED)
		return;
	if (++h->failures >= h->all->options.failures_most)
		h->after = HOST_FAILED;
}

static const char *doing(const struct host *h)
{
	switch (h->state) {
	case HOST_LOADING:
		return "while it was loaded";
	case HOST_STARTING:
		return "while it was started";
	case HOST_BUSY:
		return "during a call";
	default:
		return "between calls";
	}
}

static void on_child_exit(uv_process_t *child, int64_t status, int number)
{
	struct host *h = child->data;

	if (number != 0)
		host_end(h, HOST_ABSENT, "%s: its process was ended by signal %d (%s) %s", h->file,
			 number, strsignal(number), doing(h));
	else
		host_end(h, HOST_ABSENT, "%s: its process ended with status %d %s", h->file,
			 (int)status, doing(h));
	close_handle((uv_handle_t *)&h->child);
}

static void on_deadline(uv_timer_t *timer)
{
	struct host *h = timer->data;

	h->overdue = true;
	host_end(h, HOST_ABSENT, "%s: gave no answer within %u ms %s", h->file,
		 config_number(h->all->options.config, CONFIG_PLUGIN_DEADLINE), doing(h));
}

static void await_answer(struct host *h)
{
	unsigned ms = config_number(h->all->options.config, CONFIG_PLUGIN_DEADLINE);

	(void)uv_timer_start(&h->deadline, on_deadline, ms, 0); /* fails never */
}

/* ---- sending ------------------------------------------------------------- */

static int send_document(struct host *h, unsigned char type, const json_t *document)
{
	struct buffer frame;

	buffer_init(&frame);
	size_t begun = frame_begin(&frame, type);
	int rv = document != NULL ? json_compact(document, &frame) : -ENOMEM;
	if (rv == 0)
		rv = frame_end(&frame, begun);
	if (rv == 0)
		rv = frame_write((uv_stream_t *)&h->pipe, &frame);
	buffer_deinit(&frame);
	return rv;
}

static void on_not_sent(uv_timer_t *timer)
{
	struct host *h = timer->data;

	host_end(h, HOST_ABSENT, "%s: could not be written to", h->file);
}

void host_next(struct host *h)
{
	struct ask *ask = h->state == HOST_IDLE && !h->leaving ? take_first(h) : NULL;

	if (ask == NULL)
		return;
	move(h, HOST_BUSY);
	h->current = ask;
	/* The answer must not come before whoever asks has returned. */
	if (frame_write((uv_stream_t *)&h->pipe, &ask->frame) == 0)
		await_answer(h);
	else
		(void)uv_timer_start(&h->deadline, on_not_sent, 0, 0); /* fails never */
}

/* ---- what it says -------------------------------------------------------- */

static void on_loaded(struct host *h, json_t *description)
{
	struct err e = {0};

	int rv = hosts_on_loaded(h, description, &e);
	if (rv != 0) {
		host_end(h, rv == AW_EINVALID ? HOST_REFUSED : HOST_ABSENT, "%s", e.text);
		return;
	}
	move(h, HOST_STARTING);
	if (h->all->options.journal == NULL) { /* only looked at */
		hosts_on_settled(h);
		return;
	}
	rv = send_document(h, PLUGIN_START, h->settings);
	if (rv == 0)
		await_answer(h);
	else
		host_end(h, HOST_ABSENT, "%s: could not be started: %s", h->file, status_text(rv));
}

static void on_started(struct host *h)
{
	(void)uv_timer_stop(&h->deadline); /* fails never */
	move(h, HOST_IDLE);
	hosts_on_started(h);
}

static void on_refused(struct host *h, const json_t *document)
{
	const char *message = json_member_text(document, "message");
	struct host_answer refusal = {
		.status = AW_EINVALID,
		.code = (int)json_member_integer(document, "code", AWARDD_FAILED),
		.message = message != NULL && message[0] != '\0' ? message : "it does not say why",
	};

	if (h->state == HOST_LOADING)
		host_end(h, HOST_REFUSED, "%s", refusal.message);
	else if (h->state == HOST_STARTING)
		host_end(h, HOST_ABSENT, "%s", refusal.message);
	else
		ask_answer(h, take_current(h), &refusal);
}

static void on_line(struct host *h, const json_t *document)
{
	const char *text = json_member_text(document, "text");

	hosts_log(h, (int)json_member_integer(document, "level", AWARDD_ERROR),
		  text != NULL ? text : "");
}

/* One frame. AW_EINVALID where the host said what it may not; -ENOMEM. */
static int take_frame(struct host *h, const struct frame *frame)
{
	struct err e = {.status = 0};

	if (frame->body.length > PLUGIN_ANSWER_LIMIT)
		return AW_EINVALID;
	if (frame->type == PLUGIN_ANSWER && h->state == HOST_BUSY) {
		struct host_answer answer = {.bytes = frame->body, .message = ""};
		ask_answer(h, take_current(h), &answer);
		return 0;
	}
	json_t *document = json_read(frame->body, &e);
	bool fits = json_is_object(document);
	if (fits && frame->type == PLUGIN_LOG)
		on_line(h, document);
	else if (fits && frame->type == PLUGIN_LOADED && h->state == HOST_LOADING)
		on_loaded(h, document);
	else if (fits && frame->type == PLUGIN_STARTED && h->state == HOST_STARTING)
		on_started(h);
	else if (fits && frame->type == PLUGIN_REFUSED && h->state != HOST_IDLE)
		on_refused(h, document);
	else
		fits = false;
	json_decref(document);
	if (e.status == -ENOMEM)
		return -ENOMEM;
	return fits ? 0 : AW_EINVALID;
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	struct host *h = handle->data;

	(void)suggested;
	*out = frame_room(&h->in);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
	struct host *h = stream->data;
	struct frame frame;
	int rv = 0;

	(void)buffer;
	if (n == UV_EOF || n == UV_ECONNRESET)
		return; /* its exit says more */
	if (n < 0) {
		host_end(h, HOST_ABSENT, "%s: could not be read from: %s", h->file,
			 status_text((int)n));
		return;
	}
	h->in.length += (size_t)n;
	while (h->state != HOST_ENDING && (rv = frame_take(&h->in, &frame)) == 1) {
		rv = take_frame(h, &frame);
		if (rv == -ENOMEM)
			host_end(h, HOST_ABSENT, "%s: no memory for what it says", h->file);
		if (rv != 0)
			break;
		buffer_consume(&h->in, FRAME_HEADER + frame.body.length);
	}
	if (rv < 0 || h->in.length > FRAME_HEADER + PLUGIN_ANSWER_LIMIT + FRAME_READ)
		host_end(h, HOST_ABSENT, "%s: its process said what no host says", h->file);
	if (h->state == HOST_IDLE) {
		host_next(h);
		sink_next(h);
	}
}

/* ---- starting and stopping ------------------------------------------------ */

static int spawn(struct host *h)
{
	char *arguments[3];
	char mark[] = PLUGIN_ARGUMENT, *environment[] = {NULL};
	union { /* libuv's argument list is not const, and is not written to */
		const char *borrowed;
		char *argument;
	} name = {h->all->options.program};

	arguments[0] = name.argument;
	arguments[1] = mark;
	arguments[2] = NULL;
	uv_stdio_container_t stdio[PLUGIN_OBJECT + 1] = {
		{.flags = UV_CREATE_PIPE | UV_READABLE_PIPE | UV_WRITABLE_PIPE,
		 .data.stream = (uv_stream_t *)&h->pipe},
		{.flags = UV_IGNORE},
		{.flags = UV_INHERIT_FD, .data.fd = 2},
		{.flags = UV_INHERIT_FD, .data.fd = h->object},
	};
	uv_process_options_t options = {
		.file = h->all->options.program,
		.args = arguments,
		.env = environment,
		.cwd = "/",
		.exit_cb = on_child_exit,
		.stdio = stdio,
		.stdio_count = PLUGIN_OBJECT + 1,
	};
	return uv_spawn(h->all->options.loop, &h->child, &options);
}

static int send_load(struct host *h)
{
	json_t *load = json_pack("{ss ss ss sI sI}", "file", h->file, "folder", h->all->folder,
				 "key", h->all->key, "uid", h->all->uid, "gid", h->all->gid);
	int rv = send_document(h, PLUGIN_LOAD, load);

	json_decref(load);
	return rv;
}

void host_start(struct host *h)
{
	uv_loop_t *loop = h->all->options.loop;

	/* Neither of the two can fail: one sets members, the other besides only a
	 * flag of no descriptor. */
	(void)uv_timer_init(loop, &h->deadline);
	(void)uv_pipe_init(loop, &h->pipe, 0);
	h->child.data = h->pipe.data = h->deadline.data = h;
	h->overdue = false;
	buffer_init(&h->in);
	move(h, HOST_LOADING);
	int rv = spawn(h);
	/* libuv initialises the process handle even where spawning fails. */
	h->open_handles = 3;
	if (rv == 0)
		rv = send_load(h);
	if (rv == 0)
		rv = uv_read_start((uv_stream_t *)&h->pipe, on_alloc, on_read);
	if (rv == 0)
		await_answer(h);
	else
		host_end(h, HOST_ABSENT, "%s: no process can be started for it: %s", h->file,
			 status_text(rv));
}

static void on_overdue(uv_timer_t *timer)
{
	struct host *h = timer->data;

	hosts_log(h, 4, "it did not stop within a second, and was killed");
	host_end(h, HOST_ABSENT, "it did not stop");
}

static void on_shut(uv_shutdown_t *request, int status)
{
	(void)status; /* the timer sees to it */
	free(request);
}

void host_leave(struct host *h)
{
	h->leaving = true;
	uv_shutdown_t *shut = h->state == HOST_IDLE ? malloc(sizeof *shut) : NULL;
	if (shut == NULL || uv_shutdown(shut, (uv_stream_t *)&h->pipe, on_shut) != 0) {
		free(shut);
		host_end(h, HOST_ABSENT, "awardd ends");
		return;
	}
	(void)uv_timer_start(&h->deadline, on_overdue, LEAVE_MS, 0); /* fails never */
}
