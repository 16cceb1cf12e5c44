/*
 * A server that decides nothing and answers at once, with as many bytes as a decision has:
 *   bench-echo SOCKET [lose|double|wrong|stall N]
 * How fast bench-load is when nothing holds it up; and a server that treats the N-th request
 * wrongly, which it must notice, or does nothing for a quarter of a second then. Says "ready",
 * ends when its standard input does.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/base.h"

enum { PEERS_MOST = 512, READ_BYTES = 262144, ANSWER_BYTES = 3400, ID = 36, STALL_US = 250000 };

struct echo {
	const char *fault;
	unsigned long at, seen;
	struct buffer in[PEERS_MOST], out[PEERS_MOST];
	struct pollfd fds[PEERS_MOST]; /* the first two: standard input, the listener */
	nfds_t count;
	char filler[ANSWER_BYTES];
};

static void die(const char *what)
{
	fprintf(stderr, "bench-echo: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void answer(struct echo *e, struct buffer *out, struct text line)
{
	static const char id[] = "\"id\":", submission[] = "\"submission_id\":\"";
	const char *number = memmem(line.bytes, line.length, id, sizeof id - 1);
	const char *of = memmem(line.bytes, line.length, submission, sizeof submission - 1);
	bool is_it = e->fault != NULL && ++e->seen == e->at;
	int times = 1;

	if (number == NULL || of == NULL) {
		errno = EINVAL;
		die("this is no submission");
	}
	if (is_it && *e->fault == 's')
		(void)usleep(STALL_US); /* a signal may cut it short */
	if (is_it)
		times = *e->fault == 'l' ? 0 : *e->fault == 'd' ? 2 : 1;
	for (int i = 0; i < times; i++) {
		(void)buffer_printf(out, "{\"jsonrpc\":\"2.0\",\"id\":%lu,\"result\":{\"it\":\"",
				    strtoul(number + sizeof id - 1, NULL, 10));
		(void)buffer_append(out, e->filler, sizeof e->filler);
		(void)buffer_append_text(out, "\",\"submission_id\":\"");
		if (is_it && *e->fault == 'w')
			(void)buffer_append_text(out, "another");
		else
			(void)buffer_append(out, of + sizeof submission - 1, ID);
		(void)buffer_append_text(out, "\"}}\n");
	}
}

static void send_out(struct echo *e, nfds_t i)
{
	struct buffer *out = &e->out[i];

	if (buffer_status(out) != 0)
		die("answers");
	if (out->length > 0) {
		ssize_t n = send(e->fds[i].fd, out->bytes, out->length, MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN)
			die("send");
		buffer_consume(out, n > 0 ? (size_t)n : 0);
	}
	e->fds[i].events = (short)(POLLIN | (out->length > 0 ? POLLOUT : 0));
}

/* False where the peer has ended, and all is out. */
static bool serve(struct echo *e, nfds_t i)
{
	struct buffer *in = &e->in[i];
	size_t done = 0;
	char *end;

	if (buffer_reserve(in, READ_BYTES) != 0)
		die("requests");
	ssize_t n = recv(e->fds[i].fd, in->bytes + in->length, READ_BYTES - 1, MSG_DONTWAIT);
	if (n <= 0 && !(n < 0 && errno == EAGAIN))
		return false;
	in->length += n > 0 ? (size_t)n : 0;
	while ((end = memchr(in->bytes + done, '\n', in->length - done)) != NULL) {
		struct text line = {in->bytes + done, (size_t)(end - in->bytes) - done};
		answer(e, &e->out[i], line);
		done += line.length + 1;
	}
	buffer_consume(in, done);
	send_out(e, i);
	return true;
}

static void drop(struct echo *e, nfds_t i)
{
	(void)close(e->fds[i].fd);
	buffer_deinit(&e->in[i]);
	buffer_deinit(&e->out[i]);
	e->count--;
	e->fds[i] = e->fds[e->count];
	e->in[i] = e->in[e->count];
	e->out[i] = e->out[e->count];
}

static void take(struct echo *e)
{
	int fd = accept(e->fds[1].fd, NULL, NULL);

	if (fd < 0 || e->count == PEERS_MOST)
		die("accept");
	e->fds[e->count] = (struct pollfd){.fd = fd, .events = POLLIN};
	buffer_init(&e->in[e->count]);
	buffer_init(&e->out[e->count]);
	e->count++;
}

static int listen_on(const char *path)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(name.sun_path, sizeof name.sun_path, "%s", path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&name, sizeof name) != 0 || listen(fd, 128) != 0)
		die(path);
	return fd;
}

int main(int argc, char **argv)
{
	struct echo *e = calloc(1, sizeof *e);

	if (e == NULL || (argc != 2 && argc != 4))
		die("SOCKET [lose|double|wrong|stall N] is expected");
	e->fault = argc == 4 ? argv[2] : NULL;
	e->at = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
	memset(e->filler, 'x', sizeof e->filler);
	e->fds[0] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
	e->fds[1] = (struct pollfd){.fd = listen_on(argv[1]), .events = POLLIN};
	e->count = 2;
	(void)puts("ready");
	(void)fflush(stdout);
	for (;;) {
		if (poll(e->fds, e->count, -1) < 0)
			die("poll");
		if (e->fds[0].revents != 0)
			break;
		for (nfds_t i = e->count; i-- > 2;) {
			if ((e->fds[i].revents & POLLOUT) != 0)
				send_out(e, i);
			if ((e->fds[i].revents & (POLLIN | POLLHUP)) != 0 && !serve(e, i))
				drop(e, i);
		}
		if (e->fds[1].revents != 0)
			take(e);
	}
	while (e->count > 2)
		drop(e, 2);
	free(e);
	(void)unlink(argv[1]);
	return 0;
}
