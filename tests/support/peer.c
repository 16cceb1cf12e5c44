/* One connection of a test: lines out, lines in, each within a time. */
#include "support.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct peer {
	int fd;
	struct buffer in;
	json_int_t next_id;
};

struct peer *peer_open(const struct scene *s)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct peer *p = calloc(1, sizeof *p);

	assert_non_null(p);
	buffer_init(&p->in);
	p->next_id = 1;
	assert_true(strlen(s->socket) < sizeof address.sun_path);
	strcpy(address.sun_path, s->socket);
	p->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_not_equal(p->fd, -1);
	if (connect(p->fd, (struct sockaddr *)&address, sizeof address) != 0)
		fail_msg("cannot connect to %s: %s", s->socket, strerror(errno));
	return p;
}

void peer_close(struct peer **p)
{
	if (*p == NULL)
		return;
	(void)close((*p)->fd); /* what matters was read before */
	buffer_deinit(&(*p)->in);
	free(*p);
	*p = NULL;
}

struct peer *scene_peer(struct scene *s)
{
	if (s->peer == NULL)
		s->peer = peer_open(s);
	return s->peer;
}

int peer_descriptor(const struct peer *p)
{
	return p->fd;
}

/* Reads what has come; false at the end of the stream. */
static bool take_in(struct peer *p)
{
	char piece[16384];
	ssize_t got = recv(p->fd, piece, sizeof piece, 0);

	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (got <= 0)
		return false;
	assert_int_equal(buffer_append(&p->in, piece, (size_t)got), 0);
	return true;
}

/* Answers are taken in while writing, or both sides could wait for each other. */
bool peer_try_send(struct peer *p, const void *bytes, size_t length)
{
	const char *at = bytes;

	while (length > 0) {
		struct pollfd fd = {.fd = p->fd, .events = POLLIN | POLLOUT};
		ssize_t sent;

		if (poll(&fd, 1, ANSWER_TIMEOUT_MS) <= 0)
			fail_msg("the daemon does not read");
		if ((fd.revents & POLLIN) != 0 && !take_in(p))
			return false;
		if ((fd.revents & POLLOUT) == 0)
			continue;
		sent = send(p->fd, at, length, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (sent < 0)
			return false;
		at += sent;
		length -= (size_t)sent;
	}
	return true;
}

void peer_send(struct peer *p, const void *bytes, size_t length)
{
	if (!peer_try_send(p, bytes, length))
		fail_msg("the daemon closed the connection: %s", strerror(errno));
}

void peer_send_line(struct peer *p, const char *text)
{
	peer_send(p, text, strlen(text));
	peer_send(p, "\n", 1);
}

void peer_shutdown(struct peer *p)
{
	assert_int_equal(shutdown(p->fd, SHUT_WR), 0);
}

/* Gives a whole line that has come, or NULL. */
static char *line_in(struct peer *p)
{
	char *end = p->in.length == 0 ? NULL : memchr(p->in.bytes, '\n', p->in.length);
	char *line;

	if (end == NULL)
		return NULL;
	line = strndup(p->in.bytes, (size_t)(end - p->in.bytes));
	assert_non_null(line);
	buffer_consume(&p->in, (size_t)(end - p->in.bytes) + 1);
	return line;
}

char *peer_line(struct peer *p)
{
	for (;;) {
		struct pollfd fd = {.fd = p->fd, .events = POLLIN};
		char *line = line_in(p);

		if (line != NULL)
			return line;
		if (poll(&fd, 1, ANSWER_TIMEOUT_MS) <= 0)
			fail_msg("no answer came");
		if (!take_in(p))
			return NULL;
	}
}

json_t *peer_receive(struct peer *p)
{
	char *line = peer_line(p);
	struct err e = {0};
	json_t *value;

	if (line == NULL)
		return NULL;
	value = json_read(text_of(line), &e);
	if (value == NULL)
		fail_msg("not JSON (%s): %s", e.text, line);
	free(line);
	return value;
}

bool peer_is_silent(struct peer *p, int ms)
{
	struct pollfd fd = {.fd = p->fd, .events = POLLIN};

	return p->in.length == 0 && poll(&fd, 1, ms) == 0;
}

void peer_request(struct peer *p, json_int_t id, const char *method, json_t *params)
{
	json_t *request = json_pack("{s:s, s:I, s:s, s:o*}", "jsonrpc", "2.0", "id", id, "method",
				    method, "params", params);
	char *text;

	assert_non_null(request);
	text = json_dumps(request, JSON_COMPACT);
	assert_non_null(text);
	peer_send_line(p, text);
	free(text);
	json_decref(request);
}

json_t *peer_call(struct peer *p, const char *method, json_t *params)
{
	json_int_t id = p->next_id++;
	json_t *answer;

	peer_request(p, id, method, params);
	answer = peer_receive(p);
	if (answer == NULL)
		fail_msg("the daemon closed the connection on %s", method);
	assert_int_equal(json_member_integer(answer, "id", -1), id);
	return answer;
}
