/*
 * The blocking client: one socket, what is to be read, and the last sentence.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "client/envelope.h"

enum { ANSWER_LIMIT = 64 << 20, CHUNK = 64 << 10 };

struct awardd_client {
	int fd; /* -1 where there is none */
	int timeout_ms;
	size_t limit;
	bool finished; /* our writing side is shut */
	bool ended;    /* the daemon's writing side is */
	bool broken;   /* a request went out in part, or an answer is lost: nothing follows */
	struct bytes in;
	size_t taken;   /* bytes of `in` that were answers already given */
	size_t scanned; /* bytes of `in` known to hold no line end */
	uint64_t pending;
	int64_t next_id; /* of awardd_client_call */
	char error[512];
};

static int fail(struct awardd_client *c, int result, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int fail(struct awardd_client *c, int result, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(c->error, sizeof c->error, format, args); /* may be cut short */
	va_end(args);
	return result;
}

void awardd_answer_init(struct awardd_answer *answer)
{
	memset(answer, 0, sizeof *answer);
	answer->id = -1;
}

void awardd_answer_deinit(struct awardd_answer *answer)
{
	free(answer->result);
	free(answer->message);
	free(answer->data);
	awardd_answer_init(answer);
}

int awardd_client_new(struct awardd_client **out)
{
	struct awardd_client *c = calloc(1, sizeof *c);

	*out = c;
	if (c == NULL)
		return AWARDD_MEMORY;
	c->fd = -1;
	c->limit = ANSWER_LIMIT;
	return AWARDD_OK;
}

static void hang_up(struct awardd_client *c)
{
	if (c->fd >= 0)
		(void)close(c->fd); /* nothing of ours is left unsent in it */
	c->fd = -1;
	bytes_clear(&c->in);
	c->taken = c->scanned = 0;
}

static void disconnect(struct awardd_client *c)
{
	hang_up(c);
	c->pending = 0;
	c->finished = c->ended = c->broken = false;
}

void awardd_client_free(struct awardd_client **client)
{
	if (*client == NULL)
		return;
	disconnect(*client);
	free(*client);
	*client = NULL;
}

void awardd_client_set_timeout(struct awardd_client *c, int milliseconds)
{
	c->timeout_ms = milliseconds > 0 ? milliseconds : 0;
}

void awardd_client_set_limit(struct awardd_client *c, uint32_t bytes)
{
	c->limit = bytes;
}

const char *awardd_client_error(const struct awardd_client *c)
{
	return c->error;
}

uint64_t awardd_client_pending(const struct awardd_client *c)
{
	return c->pending;
}

/* Waits for any of `events`; gives those that came in *got. A signal starts
 * the wait again: the time allowed is for silence, not a deadline. */
static int await(struct awardd_client *c, short events, short *got)
{
	struct pollfd p = {.fd = c->fd, .events = events};
	int n;

	do {
		n = poll(&p, 1, c->timeout_ms > 0 ? c->timeout_ms : -1);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return fail(c, AWARDD_CLOSED, "waiting for the daemon: %s", strerror(errno));
	if (n == 0)
		return fail(c, AWARDD_TIMEOUT, "the daemon gave no sign within %d.%03d seconds",
			    c->timeout_ms / 1000, c->timeout_ms % 1000);
	*got = p.revents;
	return AWARDD_OK;
}

static int finish_connect(struct awardd_client *c)
{
	int problem = 0;
	socklen_t size = sizeof problem;
	short got;
	int rv = await(c, POLLOUT, &got);

	if (rv != AWARDD_OK)
		return rv;
	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &problem, &size) != 0)
		problem = errno;
	errno = problem;
	return problem == 0 ? AWARDD_OK : AWARDD_UNREACHABLE;
}

/* A Unix socket whose queue is full answers EAGAIN at once instead of later,
 * so the waiting is ours. */
static int connect_patiently(struct awardd_client *c, const struct sockaddr_un *where)
{
	enum { PAUSE_MS = 20 };

	for (int waited = 0;; waited += PAUSE_MS) {
		if (connect(c->fd, (const struct sockaddr *)where, sizeof *where) == 0)
			return AWARDD_OK;
		if (errno == EINPROGRESS)
			return finish_connect(c);
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return AWARDD_UNREACHABLE;
		if (c->timeout_ms > 0 && waited >= c->timeout_ms)
			return AWARDD_TIMEOUT;
		(void)poll(NULL, 0, PAUSE_MS); /* only to wait */
	}
}

int awardd_client_connect(struct awardd_client *c, const char *path)
{
	struct sockaddr_un where = {.sun_family = AF_UNIX};
	size_t length = strlen(path);

	disconnect(c);
	c->error[0] = '\0';
	if (length == 0 || length >= sizeof where.sun_path)
		return fail(c, AWARDD_MISUSE,
			    "a socket's path has 1 to %zu bytes, this one has %zu",
			    sizeof where.sun_path - 1, length);
	memcpy(where.sun_path, path, length + 1);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c->fd < 0)
		return fail(c, AWARDD_UNREACHABLE, "making a socket: %s", strerror(errno));

	int rv = connect_patiently(c, &where);

	if (rv == AWARDD_OK)
		return rv;
	if (rv == AWARDD_TIMEOUT)
		(void)fail(c, rv, "%s: the daemon accepts no connection in time", path);
	else
		(void)fail(c, rv, "%s: %s", path, strerror(errno));
	disconnect(c);
	return rv;
}

/* Reads what is there, without waiting. */
static int take_in(struct awardd_client *c)
{
	char chunk[CHUNK];
	ssize_t n = recv(c->fd, chunk, sizeof chunk, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return AWARDD_OK;
	if (n == 0 || (n < 0 && errno == ECONNRESET)) {
		c->ended = true;
		return AWARDD_OK;
	}
	if (n < 0)
		return fail(c, AWARDD_CLOSED, "reading from the daemon: %s", strerror(errno));
	if (c->taken > 0 && c->taken >= c->in.length / 2) {
		memmove(c->in.data, c->in.data + c->taken, c->in.length - c->taken);
		c->in.length -= c->taken;
		c->scanned = c->scanned > c->taken ? c->scanned - c->taken : 0;
		c->taken = 0;
	}
	bytes_append(&c->in, chunk, (size_t)n);
	if (c->in.failed) {
		c->broken = true;
		return fail(c, AWARDD_MEMORY, "no memory for what the daemon sends");
	}
	return AWARDD_OK;
}

/* While the kernel takes no more of ours, the daemon may be waiting for us to
 * read: so both ways are watched. */
static int push_out(struct awardd_client *c, const struct bytes *line)
{
	size_t sent = 0;

	while (sent < line->length) {
		ssize_t n = send(c->fd, line->data + sent, line->length - sent, MSG_NOSIGNAL);
		short got = 0;

		if (n >= 0) {
			sent += (size_t)n;
			continue;
		}
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN) {
			c->broken = true;
			return fail(c, AWARDD_CLOSED, "sending to the daemon: %s", strerror(errno));
		}
		int rv = await(c, (short)(c->ended ? POLLOUT : POLLOUT | POLLIN), &got);

		if (rv == AWARDD_OK && (got & (POLLIN | POLLHUP)) != 0 && !c->ended)
			rv = take_in(c);
		if (rv != AWARDD_OK) {
			c->broken = true;
			return rv;
		}
	}
	return AWARDD_OK;
}

int awardd_client_send(struct awardd_client *c, int64_t id, const char *method, const char *params)
{
	struct bytes line = {NULL, 0, 0, false};
	int rv = AWARDD_OK;

	c->error[0] = '\0';
	if (id < 0)
		return fail(c, AWARDD_MISUSE, "a request's id is 0 or more");
	if (c->fd < 0 || c->finished || c->broken)
		return fail(c, AWARDD_CLOSED, "there is no connection to send on");
	if (!envelope_write(&line, id, method, params)) {
		rv = fail(c, AWARDD_MISUSE, "params must be one JSON object or array");
	} else if (line.failed) {
		c->broken = true; /* as where memory runs out half way: callers cannot tell */
		rv = fail(c, AWARDD_MEMORY, "no memory for the request");
	} else {
		rv = push_out(c, &line);
	}
	if (rv == AWARDD_OK)
		c->pending++;
	bytes_clear(&line);
	return rv;
}

/* Finds the next line that is not empty: *line points into `in`. */
static bool next_line(struct awardd_client *c, const char **line, size_t *length)
{
	while (c->in.length > c->scanned) {
		const char *start = c->in.data + c->taken;
		const char *from = c->in.data + (c->scanned > c->taken ? c->scanned : c->taken);
		const char *end = memchr(from, '\n', (size_t)(c->in.data + c->in.length - from));

		if (end == NULL) {
			c->scanned = c->in.length;
			return false;
		}
		c->taken = c->scanned = (size_t)(end + 1 - c->in.data);
		*line = start;
		*length = (size_t)(end - start);
		if (*length > 0 && (*line)[*length - 1] == '\r')
			(*length)--;
		if (*length > 0)
			return true;
	}
	return false;
}

static int refuse_length(struct awardd_client *c)
{
	hang_up(c);
	return fail(c, AWARDD_GARBLED, "an answer is longer than %zu bytes", c->limit);
}

static int await_line(struct awardd_client *c, const char **line, size_t *length)
{
	while (!next_line(c, line, length)) {
		short got;
		int rv;

		/* One more may be the CR of its end. */
		if (c->in.length - c->taken > c->limit + 1)
			return refuse_length(c);
		if (c->fd < 0)
			return fail(c, AWARDD_CLOSED, "there is no connection");
		if (c->ended)
			return fail(c, AWARDD_CLOSED,
				    "the daemon closed the connection; unanswered: %" PRIu64,
				    c->pending);
		rv = await(c, POLLIN, &got);
		if (rv == AWARDD_OK)
			rv = take_in(c);
		if (rv != AWARDD_OK)
			return rv;
	}
	return *length <= c->limit ? AWARDD_OK : refuse_length(c);
}

int awardd_client_receive(struct awardd_client *c, struct awardd_answer *answer)
{
	const char *line = NULL;
	size_t length = 0;

	c->error[0] = '\0';
	awardd_answer_deinit(answer);
	int rv = await_line(c, &line, &length);

	if (rv != AWARDD_OK)
		return rv;
	rv = envelope_read(line, length, answer);
	if (rv == AWARDD_MEMORY)
		c->broken = true;
	if (rv == AWARDD_GARBLED || rv == AWARDD_MEMORY) {
		awardd_answer_deinit(answer);
		return fail(c, rv,
			    rv == AWARDD_MEMORY ? "no memory for an answer"
						: "what came is not a JSON-RPC answer");
	}
	if (c->pending > 0)
		c->pending--;
	if (rv == AWARDD_REFUSED)
		(void)fail(c, rv, "%s", answer->message);
	return rv;
}

int awardd_client_call(struct awardd_client *c, const char *method, const char *params,
		       struct awardd_answer *answer)
{
	int64_t id = c->next_id;
	bool was_broken = c->broken;

	awardd_answer_deinit(answer);
	if (c->pending > 0 && !was_broken)
		return fail(c, AWARDD_MISUSE, "%" PRIu64 " requests are still unanswered",
			    c->pending);
	int rv = awardd_client_send(c, id, method, params);

	/* A daemon that refused the line and closed may have said why. */
	if (rv != AWARDD_OK && (rv != AWARDD_CLOSED || was_broken || !c->broken))
		return rv;
	c->next_id = id < INT64_MAX ? id + 1 : 0;

	int got = awardd_client_receive(c, answer);

	if (rv == AWARDD_CLOSED && got == AWARDD_CLOSED)
		return rv;
	if ((got == AWARDD_OK || got == AWARDD_REFUSED) && answer->id != id && answer->id != -1) {
		awardd_answer_deinit(answer);
		return fail(c, AWARDD_GARBLED, "the answer is to another request");
	}
	return got;
}

int awardd_client_finish(struct awardd_client *c)
{
	c->error[0] = '\0';
	if (c->fd < 0 || c->broken)
		return fail(c, AWARDD_CLOSED, "there is no connection");
	if (!c->finished && shutdown(c->fd, SHUT_WR) != 0)
		return fail(c, AWARDD_CLOSED, "finishing: %s", strerror(errno));
	c->finished = true;
	return AWARDD_OK;
}
