/*
 * One loop: sends what is due, takes what came. A request stands in a slot from when it is
 * due until it is answered; the slot and how often it was used make its id, so that an answer
 * that comes twice, or to nothing, is seen.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

enum { OPEN_SLOTS = 65536, READ_BYTES = 262144, EVENTS = 256 };
static const int64_t second = 1000000000;

struct slot {
	uint64_t uses;
	int64_t due;
	int conn; /* -1: free */
	int next; /* that is free, or that waits behind it on its connection */
	char id[PAYLOAD_ID];
};

struct conn {
	int fd;
	struct buffer in, out;
	int first, last; /* slots in the order of their requests */
	bool waits;      /* for room to write */
	bool ended;
};

struct run {
	const struct options *o;
	const struct payloads *payloads;
	struct result *out;
	struct err *e;
	int poll;
	struct conn *conns;
	struct slot *slots;
	int conn_count, slot_count, free_slot, busy, turn;
	struct buffer body;
	int64_t began, warm, end; /* the window is from warm to end */
	int64_t heard;            /* when anything last came */
	bool measuring, sending;
};

static int64_t now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* is always there */
	return (int64_t)t.tv_sec * second + t.tv_nsec;
}

static int64_t own_cpu(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* is always there */
	return (int64_t)t.tv_sec * second + t.tv_nsec;
}

/* ---- sending -------------------------------------------------------------- */

static void frame(const struct run *r, uint64_t id, struct buffer *out)
{
	const struct buffer *body = &r->body;

	if (r->o->protocol == PROTOCOL_RPC) {
		(void)buffer_printf(
			out, "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"method\":\"%s\",\"params\":",
			(unsigned long long)id, r->o->method);
		(void)buffer_append(out, body->bytes, body->length);
		(void)buffer_append(out, "}\n", 2);
	} else {
		(void)buffer_printf(out, "*4\r\n$5\r\nFCALL\r\n$%zu\r\n%s\r\n$1\r\n0\r\n$%zu\r\n",
				    strlen(r->o->method), r->o->method, body->length);
		(void)buffer_append(out, body->bytes, body->length);
		(void)buffer_append(out, "\r\n", 2);
	}
}

/* Puts the next submission into the connection's output; there is a free slot. */
static int ask(struct run *r, int to, int64_t due)
{
	struct conn *c = &r->conns[to];
	int at = r->free_slot;
	struct slot *s = &r->slots[at];
	size_t before = c->out.length;

	r->free_slot = s->next;
	*s = (struct slot){.uses = s->uses + 1, .due = due, .conn = to, .next = -1};
	buffer_clear(&r->body);
	int rv = payload_append(r->payloads, r->out->sent, &r->body, s->id);
	frame(r, s->uses * (uint64_t)r->slot_count + (uint64_t)at, &c->out);
	if (rv != 0 || buffer_status(&c->out) != 0)
		return err_set(r->e, -ENOMEM, "no memory for a request");
	if (c->first < 0)
		c->first = at;
	else
		r->slots[c->last].next = at;
	c->last = at;
	r->busy++;
	r->out->sent++;
	r->out->request_bytes += c->out.length - before;
	return 0;
}

static int watch_writing(const struct run *r, struct conn *c, bool wanted)
{
	struct epoll_event event = {.events = EPOLLIN | (wanted ? EPOLLOUT : 0u), .data.ptr = c};

	if (c->waits == wanted)
		return 0;
	c->waits = wanted;
	return epoll_ctl(r->poll, EPOLL_CTL_MOD, c->fd, &event) == 0 ? 0 : -errno;
}

static int flush(const struct run *r, struct conn *c)
{
	while (c->out.length > 0) {
		ssize_t n = send(c->fd, c->out.bytes, c->out.length, MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0)
			return err_set(r->e, -errno, "cannot send: %s", status_text(-errno));
		if ((size_t)n == c->out.length)
			buffer_clear(&c->out);
		else
			buffer_consume(&c->out, (size_t)n);
	}
	return watch_writing(r, c, c->out.length > 0);
}

static bool may_send(const struct run *r)
{
	return r->sending && (r->o->count == 0 || (double)r->out->sent < r->o->count);
}

/* All that is due by now; gives when the next one is, or 0. */
static int ask_by_rate(struct run *r, int64_t now, int64_t *next)
{
	int rv = 0;

	*next = 0;
	while (rv == 0 && may_send(r) && r->free_slot >= 0) {
		int64_t due = r->began + (int64_t)((double)r->out->sent * 1e9 / r->o->rate);
		if (due > now) {
			*next = due;
			break;
		}
		r->turn = (r->turn + 1) % r->conn_count;
		rv = ask(r, r->turn, due);
	}
	for (int i = 0; i < r->conn_count && rv == 0; i++) {
		if (r->conns[i].out.length > 0 && !r->conns[i].waits)
			rv = flush(r, &r->conns[i]);
	}
	return rv;
}

static int ask_by_depth(struct run *r)
{
	int rv = 0;

	for (int i = 0; i < r->conn_count && rv == 0; i++) {
		for (int n = 0; n < (int)r->o->depth && rv == 0 && may_send(r); n++)
			rv = ask(r, i, now_ns());
		if (rv == 0)
			rv = flush(r, &r->conns[i]);
	}
	return rv;
}

/* ---- answers -------------------------------------------------------------- */

/* The slot an answer belongs to, or -1. */
static int slot_of(const struct run *r, const struct conn *c, const struct answer *a)
{
	int at = c->first;

	if (r->o->protocol == PROTOCOL_RPC) {
		at = a->has_id ? (int)(a->id % (uint64_t)r->slot_count) : -1;
		if (at < 0 || r->slots[at].uses != a->id / (uint64_t)r->slot_count ||
		    r->slots[at].conn != (int)(c - r->conns))
			return -1;
	}
	return at;
}

static void free_slot(struct run *r, struct conn *c, int at)
{
	int *link = &c->first, before = -1;

	while (*link != at) { /* mostly the first */
		before = *link;
		link = &r->slots[*link].next;
	}
	*link = r->slots[at].next;
	if (c->last == at)
		c->last = before;
	r->slots[at].conn = -1;
	r->slots[at].next = r->free_slot;
	r->free_slot = at;
	r->busy--;
}

static void count(struct run *r, const struct slot *s, const struct answer *a, int64_t now)
{
	struct result *out = r->out;
	bool late = now >= r->end && r->o->count == 0;

	out->answers++;
	out->answer_bytes += a->body.length;
	if (a->refused && out->refused++ == 0)
		(void)snprintf(out->refusal, sizeof out->refusal, "%.*s",
			       (int)(a->body.length < 255 ? a->body.length : 255), a->body.bytes);
	if (!a->refused && memmem(a->body.bytes, a->body.length, s->id, PAYLOAD_ID - 1) == NULL)
		out->wrong++;
	if (r->measuring && !late)
		out->answered++;
	/* At a rate a stall shows in all that was due meanwhile, so those count by when they
	 * were due. */
	bool counts = r->o->rate > 0 ? s->due >= r->warm && (s->due < r->end || r->o->count > 0)
				     : r->measuring && !late;
	if (counts)
		spread_add(&out->spread, now - s->due);
}

static int take_answers(struct run *r, struct conn *c, int64_t now)
{
	size_t done = 0, used;
	struct answer a;
	int rv = 0;

	for (;;) {
		struct text rest = {c->in.bytes + done, c->in.length - done};
		if (answer_take(r->o->protocol, rest, &a, &used) != 0) {
			r->out->alien++;
			return err_set(r->e, AW_ESYNTAX, "this is no answer: %.*s",
				       (int)(rest.length < 120 ? rest.length : 120), rest.bytes);
		}
		if (used == 0)
			break;
		done += used;
		int at = slot_of(r, c, &a);
		if (at < 0) {
			r->out->alien++;
			continue;
		}
		count(r, &r->slots[at], &a, now);
		free_slot(r, c, at);
		if (r->o->rate == 0 && may_send(r))
			rv = ask(r, (int)(c - r->conns), now);
		if (rv != 0)
			return rv;
	}
	buffer_consume(&c->in, done);
	return 0;
}

static int receive(struct run *r, struct conn *c)
{
	if (buffer_reserve(&c->in, READ_BYTES) != 0)
		return err_set(r->e, -ENOMEM, "no memory for answers");
	ssize_t n = recv(c->fd, c->in.bytes + c->in.length, READ_BYTES - 1, 0);
	if (n < 0 && errno == EAGAIN)
		return 0;
	if (n <= 0) {
		c->ended = true;
		(void)epoll_ctl(r->poll, EPOLL_CTL_DEL, c->fd, NULL); /* it is closed soon */
		return r->sending || r->busy > 0
			       ? err_set(r->e, AW_ECLOSED, "the server closed a connection")
			       : 0;
	}
	c->in.length += (size_t)n;
	r->heard = now_ns();
	int rv = take_answers(r, c, r->heard);
	return rv == 0 ? flush(r, c) : rv;
}

/* ---- the run -------------------------------------------------------------- */

static int open_conn(struct run *r, struct conn *c)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};

	*c = (struct conn){.first = -1, .last = -1};
	buffer_init(&c->in);
	buffer_init(&c->out);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (strlen(r->o->socket) >= sizeof name.sun_path)
		return err_set(r->e, -ENAMETOOLONG, "the socket's path is too long");
	memcpy(name.sun_path, r->o->socket, strlen(r->o->socket));
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&name, sizeof name) != 0)
		return err_set(r->e, -errno, "%s: %s", r->o->socket, status_text(-errno));
	if (epoll_ctl(r->poll, EPOLL_CTL_ADD, c->fd, &event) != 0)
		return err_set(r->e, -errno, "cannot watch a socket: %s", status_text(-errno));
	return 0;
}

static int prepare(struct run *r)
{
	int slots = r->o->rate > 0 ? OPEN_SLOTS : (int)(r->o->connections * r->o->depth);

	r->poll = epoll_create1(EPOLL_CLOEXEC);
	r->slots = calloc((size_t)slots, sizeof *r->slots);
	r->conns = calloc((size_t)r->o->connections, sizeof *r->conns);
	if (r->poll < 0 || r->slots == NULL || r->conns == NULL)
		return err_set(r->e, -ENOMEM, "no memory for connections");
	r->slot_count = slots;
	for (int i = 0; i < slots; i++)
		r->slots[i] = (struct slot){.conn = -1, .next = i + 1 < slots ? i + 1 : -1};
	for (; r->conn_count < (int)r->o->connections; r->conn_count++) {
		int rv = open_conn(r, &r->conns[r->conn_count]);
		if (rv != 0)
			return rv;
	}
	/* Without this the kernel wakes it 50 µs late. */
	(void)prctl(PR_SET_TIMERSLACK, 1); /* only less exact without */
	return 0;
}

static int read_usage(const struct run *r, bool memory, struct usage *out)
{
	return r->o->pid > 0 ? usage_read((pid_t)r->o->pid, memory, out, r->e) : 0;
}

/* Begins and ends what is measured. */
static int keep_window(struct run *r, int64_t now)
{
	int rv = 0;

	if (!r->measuring && r->sending && now >= r->warm) {
		r->measuring = true;
		r->warm = r->o->count > 0 ? r->began : now;
		r->end = now + (int64_t)(r->o->seconds * 1e9);
		r->out->own_cpu_ns = own_cpu();
		rv = read_usage(r, false, &r->out->before);
	}
	bool over = r->o->count > 0 ? r->busy == 0 && (double)r->out->sent >= r->o->count
				    : now >= r->end;
	if (rv == 0 && r->sending && r->measuring && over) {
		r->sending = false;
		r->out->seconds = (double)(now - r->warm) / 1e9;
		r->out->own_cpu_ns = own_cpu() - r->out->own_cpu_ns;
		rv = read_usage(r, false, &r->out->after);
	}
	return rv;
}

/* Waits until something comes or `until`, at most 100 ms. */
static int turn(struct run *r, int64_t until)
{
	struct epoll_event events[EVENTS];
	int64_t wait = until > 0 ? until - now_ns() : second / 10;
	int rv = 0;

	wait = wait < 0 ? 0 : wait > second / 10 ? second / 10 : wait;
	struct timespec limit = {.tv_nsec = (long)wait};
	int count = epoll_pwait2(r->poll, events, EVENTS, &limit, NULL);
	for (int i = 0; i < count && rv == 0; i++) {
		struct conn *c = events[i].data.ptr;
		if ((events[i].events & EPOLLOUT) != 0)
			rv = flush(r, c);
		if (rv == 0 && (events[i].events & ~(uint32_t)EPOLLOUT) != 0)
			rv = receive(r, c);
	}
	return count >= 0 || errno == EINTR ? rv : -errno;
}

static bool is_silent(const struct run *r)
{
	return (double)(now_ns() - r->heard) > r->o->patience * 1e9;
}

static int send_and_take(struct run *r)
{
	int64_t next = 0;
	int rv = r->o->rate > 0 ? 0 : ask_by_depth(r);

	while (rv == 0 && !(r->busy > 0 && is_silent(r))) {
		int64_t now = now_ns();
		rv = keep_window(r, now);
		if (rv == 0 && !r->sending && r->busy == 0)
			break;
		if (rv == 0 && r->o->rate > 0)
			rv = ask_by_rate(r, now, &next);
		int64_t until = r->measuring ? r->end : r->warm;
		if (r->o->count > 0 || !r->sending)
			until = 0;
		if (next > 0 && (until == 0 || next < until))
			until = next;
		if (rv == 0)
			rv = turn(r, until);
	}
	return rv;
}

/* The server closes each connection after its last answer: one that came twice is here
 * by then. */
static int await_end(struct run *r)
{
	int rv = 0;

	r->heard = now_ns();
	for (int i = 0; i < r->conn_count; i++)
		(void)shutdown(r->conns[i].fd, SHUT_WR); /* it may have gone */
	for (int i = 0; i < r->conn_count && rv == 0;) {
		if (r->conns[i].ended)
			i++;
		else
			rv = turn(r, 0);
		if (rv == 0 && is_silent(r))
			rv = err_set(r->e, AW_EDEADLINE,
				     "the server leaves a connection open that was ended");
	}
	return rv;
}

static void release(struct run *r)
{
	for (int i = 0; i < r->conn_count; i++) {
		buffer_deinit(&r->conns[i].in);
		buffer_deinit(&r->conns[i].out);
		(void)close(r->conns[i].fd); /* nothing is owed on it */
	}
	buffer_deinit(&r->body);
	free(r->conns);
	free(r->slots);
	if (r->poll >= 0)
		(void)close(r->poll); /* only watched */
}

int drive(const struct options *o, const struct payloads *p, struct result *out, struct err *e)
{
	struct run r = {.o = o, .payloads = p, .out = out, .e = e, .turn = -1, .sending = true};

	*out = (struct result){0};
	buffer_init(&r.body);
	int rv = prepare(&r);
	r.began = r.heard = now_ns();
	r.warm = r.began + (o->count > 0 ? 0 : (int64_t)(o->warmup * 1e9));
	r.end = INT64_MAX;
	if (rv == 0)
		rv = send_and_take(&r);
	out->lost = (uint64_t)r.busy;
	if (rv == 0 && r.busy == 0)
		rv = read_usage(&r, true, &out->memory);
	if (rv == 0 && r.busy == 0)
		rv = await_end(&r);
	release(&r);
	return rv;
}
