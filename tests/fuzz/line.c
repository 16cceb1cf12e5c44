/* The socket: any bytes, from a real client of the real server over a stand-in for the
 * service. The first byte says in what pieces they come. However they are cut, the same
 * answers come back, as many as the lines call for, and the connection ends. */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "server/server.h"

enum { LINE_LIMIT = 1024, IN_FLIGHT = 4, ROUNDS_MOST = 1000000 };

static uv_loop_t loop;
static uv_idle_t later;
static struct server *server;
static struct address address = {.lock = -1, .socket = -1};
static struct request *waiting;
static char path[100];

/* ---- in the place of the service ------------------------------------------- */

static void answer(struct request *r)
{
	struct reply reply = {.result = json_string(r->method)};

	if (strcmp(r->method, "fail") == 0) {
		json_decref(reply.result);
		reply = (struct reply){.code = -1, .message = "\xC3\xA9\"\\", .data = json_null()};
	}
	r->answer(r, &reply);
}

static void on_later(uv_idle_t *handle)
{
	struct request *r = waiting;

	waiting = r->next;
	if (waiting == NULL)
		(void)uv_idle_stop(handle); /* fails never */
	answer(r);
}

void service_call(struct service *s, struct request *r)
{
	(void)s;
	if (strcmp(r->method, "later") != 0) {
		answer(r);
		return;
	}
	r->next = waiting;
	waiting = r;
	(void)uv_idle_start(&later, on_later); /* fails only without a callback */
}

void service_hand_in(struct service *s)
{
	(void)s;
}

static void on_log(void *ctx, int level, const char *text)
{
	(void)ctx;
	(void)level;
	(void)text;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const struct server_options options = {.loop = &loop,
					       .line_limit = LINE_LIMIT,
					       .connections = 2,
					       .in_flight = IN_FLIGHT,
					       .on_log = on_log};
	struct err e = {0};

	(void)argc;
	(void)argv;
	(void)snprintf(path, sizeof path, "%s/socket", fuzz_dir());
	fuzz_must(uv_loop_init(&loop) == 0 && uv_idle_init(&loop, &later) == 0, "no loop");
	fuzz_must(address_take(&address, path, 0600, &e) == 0, "%s", e.text);
	fuzz_must(server_open(&options, &address, &server, &e) == 0, "%s", e.text);
	return 0;
}

/* ---- the client -------------------------------------------------------------- */

static int connect_client(void)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(to.sun_path, path);
	fuzz_must(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0, "no connection");
	fuzz_must(fcntl(fd, F_SETFL, O_NONBLOCK) == 0, "no connection");
	return fd;
}

/* False at the end of what the server says. */
static bool take_in(int fd, struct buffer *in)
{
	char piece[4096];
	ssize_t n;

	while ((n = recv(fd, piece, sizeof piece, 0)) > 0)
		(void)buffer_append(in, piece, (size_t)n);
	return n < 0 && errno == EAGAIN;
}

/* Sends all in pieces, and gives what came back. */
static void talk(struct text bytes, size_t piece, struct buffer *in)
{
	int fd = connect_client();
	bool shut = false;

	for (size_t rounds = 0; take_in(fd, in); rounds++) {
		fuzz_must(rounds < ROUNDS_MOST, "the connection does not end");
		size_t length = bytes.length < piece ? bytes.length : piece;
		ssize_t n = length > 0 ? send(fd, bytes.bytes, length, MSG_NOSIGNAL) : 0;
		if (n > 0)
			bytes = (struct text){bytes.bytes + n, bytes.length - (size_t)n};
		if (bytes.length == 0 && !shut) {
			(void)shutdown(fd, SHUT_WR); /* the server may have gone */
			shut = true;
		}
		(void)uv_run(&loop, UV_RUN_NOWAIT);
	}
	(void)close(fd);
	(void)uv_run(&loop, UV_RUN_NOWAIT); /* the server sees it go */
}

/* ---- what must come back ------------------------------------------------------ */

/* Whether a request gets an answer: all but a notification that is one. */
static bool is_answered(const json_t *request)
{
	const char *version = json_member_text(request, "jsonrpc");
	const json_t *params = json_object_get(request, "params");

	return !json_is_object(request) || json_object_get(request, "id") != NULL ||
	       version == NULL || strcmp(version, "2.0") != 0 ||
	       json_member_text(request, "method") == NULL ||
	       (params != NULL && !json_is_object(params) && !json_is_array(params));
}

static size_t answers_to_line(struct text line)
{
	size_t count = 0;

	if (line.length > 0 && line.bytes[line.length - 1] == '\r')
		line.length--;
	if (line.length == 0)
		return 0;
	json_t *document = json_read(line, NULL);
	if (!json_is_array(document))
		count = document == NULL || is_answered(document);
	for (size_t i = 0; i < json_array_size(document); i++)
		count |= is_answered(json_array_get(document, i));
	if (json_is_array(document) && json_array_size(document) == 0)
		count = 1;
	json_decref(document);
	return count;
}

static size_t answers_to(struct text rest)
{
	size_t count = 0;

	while (rest.length > 0) {
		const char *end = memchr(rest.bytes, '\n', rest.length);
		size_t length = end != NULL ? (size_t)(end - rest.bytes) : rest.length;
		if (length > LINE_LIMIT || end == NULL)
			return count + 1; /* too long, or without an end */
		count += answers_to_line((struct text){rest.bytes, length});
		rest = (struct text){end + 1, rest.length - length - 1};
	}
	return count;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Each is an answer; gives them sorted, since they may come in any order. */
static size_t read_answers(struct buffer *in, const char **lines, size_t most)
{
	size_t count = 0;
	char *rest = in->bytes;

	for (char *line; rest != NULL && (line = strsep(&rest, "\n")) != NULL;) {
		if (rest == NULL) {
			fuzz_must(*line == '\0', "the last answer has no end");
			break;
		}
		json_t *value = json_read(text_of(line), NULL);
		const json_t *one = json_is_array(value) ? json_array_get(value, 0) : value;
		const char *version = json_member_text(one, "jsonrpc");
		fuzz_must(version != NULL && strcmp(version, "2.0") == 0 &&
				  json_object_get(one, "id") != NULL &&
				  (json_object_get(one, "result") != NULL) !=
					  (json_object_get(one, "error") != NULL),
			  "no answer: %s", line);
		json_decref(value);
		fuzz_must(count < most, "too many answers");
		lines[count++] = line;
	}
	qsort(lines, count, sizeof *lines, by_text);
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text bytes = fuzz_text(data, size);
	size_t piece = 1 + fuzz_byte(&bytes) % 64, owed = answers_to(bytes);
	struct buffer whole, cut;
	const char **first = calloc(owed + 1, sizeof *first);
	const char **second = calloc(owed + 1, sizeof *second);

	fuzz_must(first != NULL && second != NULL, "no memory");
	buffer_init(&whole);
	buffer_init(&cut);
	talk(bytes, SIZE_MAX, &whole);
	talk(bytes, piece, &cut);
	size_t count = read_answers(&whole, first, owed + 1);
	fuzz_must(count == owed, "%zu answers, and %zu are owed", count, owed);
	count = read_answers(&cut, second, owed + 1);
	fuzz_must(count == owed, "%zu answers to pieces, and %zu are owed", count, owed);
	for (size_t i = 0; i < owed; i++) {
		/* A batch has its answers in any order, too. */
		if (*first[i] != '[')
			fuzz_must(strcmp(first[i], second[i]) == 0,
				  "other answers to pieces: %s, %s", first[i], second[i]);
	}
	buffer_deinit(&whole);
	buffer_deinit(&cut);
	free(first);
	free(second);
	return 0;
}
