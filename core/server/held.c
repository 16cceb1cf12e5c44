/* What connections hold of the daemon's memory, and who gives way where it is too much. */
#include <assert.h>
#include <stdio.h>

#include "server/conn.h"

/* All connections together may hold this, or a quarter of what lines at the limit would take on
 * each; and as much again may be pending, besides PENDING_FREE on each. */
enum { HELD_LEAST = 64 << 20, PENDING_FREE = 64 << 10 };

static size_t held_most(const struct server *s)
{
	size_t most = s->options.line_limit / 4 * s->options.connections;

	return most > HELD_LEAST ? most : HELD_LEAST;
}

void conn_hold(struct conn *c, size_t bytes)
{
	c->pending += bytes;
	c->server->pending += bytes;
}

void conn_release(struct conn *c, size_t bytes)
{
	assert(bytes <= c->pending);
	c->pending -= bytes;
	c->server->pending -= bytes;
}

/* One user may not take the last of it from all others. */
bool conn_is_overloaded(const struct conn *c, size_t more)
{
	const struct server *s = c->server;
	size_t most = held_most(s), share = most - most / 4, its = 0;

	if (s->pending <= share || c->pending + more <= PENDING_FREE)
		return false;
	for (const struct conn *one = s->conns; one != NULL; one = one->next)
		its += one->peer.actor.uid == c->peer.actor.uid ? one->pending : 0;
	return its > share || s->pending > most;
}

/* Answers that nobody reads, and lines without an end, take memory from all: the
 * connection that has most of it gives way. */
static void relieve(struct server *s)
{
	struct conn *most = NULL;
	char text[128];

	for (struct conn *c = s->conns; c != NULL; c = c->next) {
		if (c->state != CONN_CLOSING && c->held > (most != NULL ? most->held : 0))
			most = c;
	}
	if (most == NULL)
		return;
	(void)snprintf(text, sizeof text,
		       "a connection of user %u was closed: it held %zu bytes that it did not take",
		       (unsigned)most->peer.actor.uid, most->held);
	s->options.on_log(s->options.ctx, 4, text);
	conn_close(most);
	buffer_deinit(&most->in);
	buffer_deinit(&most->out);
	s->held -= most->held; /* now, and not when its last answer is there */
	most->held = 0;
}

void conn_weigh(struct conn *c)
{
	struct server *s = c->server;
	size_t now = c->in.length + c->out.length + c->sending.length;

	s->held = s->held - c->held + now;
	c->held = now;
	if (s->held > held_most(s))
		relieve(s);
}
