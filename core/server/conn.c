/* One connection: read in bounds, written in groups, closed when its last
 * answer is out. */
#include <assert.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "server/conn.h"

/* Above this much unread output, or this much pending, a client is not read from. */
enum { OUT_LIMIT = 4 << 20, PENDING_LIMIT = 4 << 20, DRAIN_LIMIT = 64 << 20 };

/* Lines of one client in one round of the loop: what gets no answer is bounded by nothing else. */
enum { ROUND_LINES = 256 };

static void take_lines(struct conn *c);
static void close_if_done(struct conn *c);

#define TO(state) (1u << (state))
static const unsigned conn_may[CONN_STATES] = {
	[CONN_OPEN] = TO(CONN_FINISHING) | TO(CONN_DRAINING) | TO(CONN_CLOSING),
	[CONN_FINISHING] = TO(CONN_DRAINING) | TO(CONN_CLOSING),
	[CONN_DRAINING] = TO(CONN_CLOSING),
	[CONN_CLOSING] = 0,
};

static void move(struct conn *c, enum conn_state to)
{
	assert((conn_may[c->state] & TO(to)) != 0);
	c->state = to;
}

/* ---- the end ------------------------------------------------------------ */

static void conn_free(struct conn *c)
{
	struct server *s = c->server;

	assert(c->pending == 0);
	buffer_deinit(&c->in);
	buffer_deinit(&c->out);
	buffer_deinit(&c->sending);
	free(c->peer.groups);
	*c->link = c->next;
	if (c->next != NULL)
		c->next->link = c->link;
	s->held -= c->held;
	free(c);
	s->conn_count--;
	server_conn_gone(s);
}

static void undirty(struct conn *c)
{
	struct conn **link = &c->server->dirty;

	if (!c->dirty)
		return;
	while (*link != c)
		link = &(*link)->next_dirty;
	*link = c->next_dirty;
	c->dirty = false;
}

static void on_closed(uv_handle_t *handle)
{
	struct conn *c = handle->data;

	c->closed = true;
	if (c->owed == 0)
		conn_free(c);
}

void conn_close(struct conn *c)
{
	if (c->state == CONN_CLOSING)
		return;
	move(c, CONN_CLOSING);
	c->peer.gone = true;
	undirty(c);
	uv_close((uv_handle_t *)&c->pipe, on_closed);
}

void conn_settle(struct conn *c)
{
	if (c->closed && c->owed == 0)
		conn_free(c);
	else if (c->state != CONN_CLOSING)
		conn_touch(c);
}

/* ---- writing ------------------------------------------------------------ */

void conn_touch(struct conn *c)
{
	if (c->dirty || c->state == CONN_CLOSING)
		return;
	c->dirty = true;
	c->next_dirty = c->server->dirty;
	c->server->dirty = c;
}

static void on_written(uv_write_t *request, int status)
{
	struct conn *c = request->data;

	buffer_clear(&c->sending);
	if (c->state == CONN_CLOSING)
		return;
	c->stale = false; /* the client reads */
	if (status != 0)
		conn_close(c);
	else
		conn_touch(c);
}

static void send_out(struct conn *c)
{
	struct buffer empty = c->sending;

	c->sending = c->out;
	c->out = empty;
	uv_buf_t all = uv_buf_init(c->sending.bytes, (unsigned)c->sending.length);
	int sent = uv_try_write((uv_stream_t *)&c->pipe, &all, 1);
	if (sent == (int)c->sending.length) {
		buffer_clear(&c->sending);
		return;
	}
	if (sent < 0 && sent != UV_EAGAIN) {
		conn_close(c);
		return;
	}
	size_t before = sent > 0 ? (size_t)sent : 0;
	uv_buf_t rest =
		uv_buf_init(c->sending.bytes + before, (unsigned)(c->sending.length - before));
	c->write.data = c;
	if (uv_write(&c->write, (uv_stream_t *)&c->pipe, &rest, 1, on_written) != 0)
		conn_close(c);
}

void conn_flush(struct conn *c)
{
	take_lines(c);
	if (c->state != CONN_CLOSING && c->out.length > 0 && c->sending.length == 0)
		send_out(c);
	if (c->state != CONN_CLOSING)
		close_if_done(c);
	if (c->out.length == 0 && c->sending.length == 0) {
		/* Idle connections must cost little. */
		buffer_deinit(&c->out);
		buffer_deinit(&c->sending);
	}
	conn_weigh(c);
}

/* ---- reading ------------------------------------------------------------ */

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	struct conn *c = handle->data;

	(void)suggested;
	*out = uv_buf_init(c->server->scratch, sizeof c->server->scratch);
}

static void stop_reading(struct conn *c)
{
	if (c->reading)
		(void)uv_read_stop((uv_stream_t *)&c->pipe); /* always 0 */
	c->reading = false;
}

/* The client's end of input is no reason to drop what it is owed. */
static void drain(struct conn *c, ssize_t n)
{
	c->drained += n > 0 ? (size_t)n : 0;
	if (n == UV_EOF && !c->shut) {
		c->ended = true;
		stop_reading(c);
		conn_touch(c);
	} else if (n < 0 || c->drained > DRAIN_LIMIT) {
		conn_close(c);
	}
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *bytes)
{
	struct conn *c = stream->data;

	if (c->state == CONN_DRAINING) {
		drain(c, n);
	} else if (n == UV_EOF) {
		c->ended = true;
		conn_finish(c);
	} else if (n < 0 || buffer_append(&c->in, bytes->base, (size_t)n) != 0) {
		conn_close(c);
	} else {
		take_lines(c);
		conn_touch(c);
	}
}

static bool has_room(const struct conn *c)
{
	return c->owed < c->server->options.in_flight && c->pending < PENDING_LIMIT &&
	       c->out.length + c->sending.length < OUT_LIMIT;
}

static void start_reading(struct conn *c)
{
	if (c->reading)
		return;
	int rv = uv_read_start((uv_stream_t *)&c->pipe, on_alloc, on_read);
	if (rv != 0)
		conn_close(c);
	else
		c->reading = true;
}

/* A line too long cannot be skipped, since it may never end: it is answered,
 * and what still comes is read into nothing, so that the answer arrives. */
static void begin_draining(struct conn *c)
{
	char message[96]; /* the longest number fits */

	(void)snprintf(message, sizeof message,
		       "the line is too long: %zu bytes are taken (line-limit)",
		       c->server->options.line_limit);
	rpc_error(c, CODE_LINE_LIMIT, message);
	if (c->state == CONN_CLOSING)
		return;
	move(c, CONN_DRAINING);
	buffer_deinit(&c->in);
	start_reading(c);
	server_watch_draining(c->server);
}

/* Handles each whole line for which there is room, up to a round's. */
static void take_lines(struct conn *c)
{
	size_t limit = c->server->options.line_limit, done = 0;
	unsigned taken = 0;

	while ((c->state == CONN_OPEN || c->state == CONN_FINISHING) && has_room(c) && !c->paused &&
	       c->in.length > 0) {
		char *from = c->in.bytes + done;
		size_t rest = c->in.length - done;
		char *end = rest > c->scanned ? memchr(from + c->scanned, '\n', rest - c->scanned)
					      : NULL;
		size_t length = end != NULL ? (size_t)(end - from) : rest;
		/* A CR before the LF is none of its bytes. */
		if (length > limit + (length > 0 && from[length - 1] == '\r')) {
			begin_draining(c);
			return;
		}
		c->scanned = end != NULL ? 0 : rest;
		if (end == NULL)
			break;
		rpc_line(c, (struct text){from, length});
		done += length + 1;
		c->paused = ++taken == ROUND_LINES;
	}
	if (c->state == CONN_CLOSING)
		return;
	buffer_consume(&c->in, done);
	if (c->in.length == 0)
		buffer_deinit(&c->in);
	if (c->paused)
		server_go_on(c->server);
	if (c->state == CONN_OPEN && has_room(c) && !c->paused)
		start_reading(c);
	else if (c->state == CONN_OPEN)
		stop_reading(c);
}

static void on_walk(uv_idle_t *handle)
{
	struct server *s = handle->data;

	(void)uv_idle_stop(handle); /* always 0 */
	for (struct conn *c = s->conns; c != NULL; c = c->next) {
		if (c->paused)
			conn_touch(c);
		c->paused = false;
	}
	rpc_walk(s);
}

void server_go_on(struct server *s)
{
	(void)uv_idle_start(&s->walker, on_walk); /* fails only without a callback */
}

void conn_finish(struct conn *c)
{
	if (c->state != CONN_OPEN)
		return;
	stop_reading(c);
	move(c, CONN_FINISHING);
	conn_touch(c);
}

/* ---- done --------------------------------------------------------------- */

static void on_shutdown(uv_shutdown_t *request, int status)
{
	struct conn *c = request->data;

	/* Draining ends when the client has seen the answer and closes; whether
	 * the shutdown itself went well does not matter any more. */
	(void)status;
	if (c->state != CONN_DRAINING || c->ended || c->server->closing)
		conn_close(c);
}

static bool has_line(const struct conn *c)
{
	return c->in.length > 0 && memchr(c->in.bytes, '\n', c->in.length) != NULL;
}

static void close_if_done(struct conn *c)
{
	bool finishing = c->state == CONN_FINISHING && !has_line(c);

	if (finishing && c->ended && c->in.length > 0) {
		/* What was not ended was not said; but who sent it must know. */
		buffer_deinit(&c->in);
		rpc_error(c, CODE_PARSE, "the last line has no end: it was not read");
		return;
	}
	if ((!finishing && c->state != CONN_DRAINING) || c->owed > 0 || c->out.length > 0 ||
	    c->sending.length > 0 || c->shut)
		return;
	c->shut = true;
	c->shutdown.data = c;
	if (uv_shutdown(&c->shutdown, (uv_stream_t *)&c->pipe, on_shutdown) != 0)
		conn_close(c);
}

/* ---- the beginning ------------------------------------------------------ */

/* The supplementary groups of the peer, and its primary one. */
static int read_groups(int fd, gid_t primary, struct peer *peer)
{
	socklen_t size = 0;

	/* The first call says how much there is. */
	/* cppcheck-suppress nullPointer ; it writes nothing where the size is 0 */
	(void)getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &size);
	peer->groups = malloc(size + sizeof *peer->groups);
	if (peer->groups == NULL)
		return -ENOMEM;
	if (size > 0 && getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, peer->groups, &size) != 0)
		size = 0;
	peer->group_count = size / sizeof *peer->groups;
	peer->groups[peer->group_count++] = primary;
	return 0;
}

static int read_peer(struct conn *c)
{
	struct ucred credentials;
	socklen_t size = sizeof credentials;
	uv_os_fd_t fd;
	int rv = uv_fileno((uv_handle_t *)&c->pipe, &fd);

	if (rv != 0)
		return rv;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
		return -errno;
	c->peer.actor.uid = credentials.uid;
	const struct passwd *entry;
	rv = user_numbered(credentials.uid, &entry);
	if (rv != 0)
		return rv;
	if (entry != NULL)
		(void)snprintf(c->peer.actor.user, sizeof c->peer.actor.user, "%s", entry->pw_name);
	return read_groups(fd, credentials.gid, &c->peer);
}

static void on_refused(uv_handle_t *handle)
{
	struct server *s = handle->data;
	bool waiting = s->waiting && !s->closing;

	s->refusing = s->waiting = false;
	if (waiting)
		conn_accept(s);
	server_handle_closed(handle);
}

/* One that is left where it is keeps libuv from accepting any other: it is closed. */
static void turn_away(struct server *s)
{
	s->options.on_log(s->options.ctx, 4, "no memory for a connection");
	if (s->refusing) {
		s->waiting = true;
		return;
	}
	(void)uv_pipe_init(s->options.loop, &s->refusal, 0); /* opens nothing yet */
	s->refusal.data = s;
	s->refusing = true;
	s->open_handles++;
	/* It is closed in either case. */
	(void)uv_accept((uv_stream_t *)&s->listener, (uv_stream_t *)&s->refusal);
	uv_close((uv_handle_t *)&s->refusal, on_refused);
}

/* One user may not take the last connections from all others, not even with those that
 * are refused and have not gone yet. */
static bool is_too_many(const struct conn *c)
{
	const struct server *s = c->server;
	size_t share = s->options.connections - s->options.connections / 4, its = 0, all = 0;

	if (s->conn_count <= share)
		return false;
	for (const struct conn *one = s->conns; one != NULL; one = one->next) {
		all += !one->refused;
		its += !one->refused && one->peer.actor.uid == c->peer.actor.uid;
	}
	return its > share || all > s->options.connections;
}

void conn_accept(struct server *s)
{
	struct conn *c = calloc(1, sizeof *c);

	if (c == NULL) {
		turn_away(s);
		return;
	}
	c->server = s;
	(void)uv_pipe_init(s->options.loop, &c->pipe, 0); /* opens nothing yet */
	c->pipe.data = c;
	c->next = s->conns;
	c->link = &s->conns;
	if (c->next != NULL)
		c->next->link = &c->next;
	s->conns = c;
	s->conn_count++;
	int rv = uv_accept((uv_stream_t *)&s->listener, (uv_stream_t *)&c->pipe);
	if (rv == 0)
		rv = read_peer(c);
	if (rv != 0) {
		conn_close(c);
		return;
	}
	c->refused = is_too_many(c);
	if (c->refused) {
		rpc_error(c, CODE_OVERLOADED, "too many connections");
		conn_finish(c);
		return;
	}
	start_reading(c);
}
