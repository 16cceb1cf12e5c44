/* The client library against a daemon of the test's own, on a real socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "awardd/client.h"
#include "client/envelope.h"

/* What the other side does with the one connection it accepts. */
typedef void (*act)(FILE *in, int fd);

struct stage {
	char folder[32], path[64];
	int listener;
	act act;
	pthread_t thread;
	struct awardd_client *client;
	struct awardd_answer answer;
};

static void *serve(void *arg)
{
	struct stage *s = arg;
	int fd = accept(s->listener, NULL, NULL);
	FILE *in = fd >= 0 ? fdopen(dup(fd), "r") : NULL;

	if (in != NULL) {
		s->act(in, fd);
		(void)fclose(in);
	}
	(void)close(fd);
	return NULL;
}

static void open_stage(struct stage *s, act what)
{
	struct sockaddr_un where = {.sun_family = AF_UNIX};

	(void)snprintf(s->folder, sizeof s->folder, "/tmp/awardd-client-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	(void)snprintf(s->path, sizeof s->path, "%s/s", s->folder);
	strcpy(where.sun_path, s->path);
	s->act = what;
	s->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(s->listener, (struct sockaddr *)&where, sizeof where), 0);
	assert_int_equal(listen(s->listener, 4), 0);
	assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
	assert_int_equal(awardd_client_new(&s->client), AWARDD_OK);
	awardd_client_set_timeout(s->client, 10000);
	assert_int_equal(awardd_client_connect(s->client, s->path), AWARDD_OK);
	awardd_answer_init(&s->answer);
}

static void close_stage(struct stage *s)
{
	awardd_answer_deinit(&s->answer);
	awardd_client_free(&s->client);
	assert_null(s->client);
	assert_int_equal(pthread_join(s->thread, NULL), 0);
	(void)close(s->listener);
	(void)unlink(s->path);
	(void)rmdir(s->folder);
}

static void say(int fd, const char *text)
{
	size_t length = strlen(text);

	while (length > 0) {
		ssize_t n = send(fd, text, length, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		text += n;
		length -= (size_t)n;
	}
}

static int64_t id_in(const char *line)
{
	const char *id = strstr(line, "\"id\":");

	return id != NULL ? strtoll(id + 5, NULL, 10) : -1;
}

/* Answers each request with the request itself. */
static void echo(FILE *in, int fd)
{
	char *line = NULL, *answer = NULL;
	size_t size = 0;
	ssize_t length;

	while ((length = getline(&line, &size, in)) > 0) {
		line[length - 1] = '\0';
		if (asprintf(&answer,
			     "{\"jsonrpc\":\"2.0\",\"id\":%" PRId64 ",\"result\":%s}\r\n\n",
			     id_in(line), line) > 0)
			say(fd, answer);
		free(answer);
	}
	free(line);
}

static void a_call_carries_params_and_result_as_they_are(void **state)
{
	struct stage s;

	(void)state;
	open_stage(&s, echo);
	assert_int_equal(awardd_client_call(s.client, "a\"b\n", " {\"x\":\n [1.50, \"\\u00e9\"]}\n",
					    &s.answer),
			 AWARDD_OK);
	assert_string_equal(s.answer.result,
			    "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"a\\u0022b\\u000a\","
			    "\"params\":{\"x\":  [1.50, \"\\u00e9\"]}}");
	assert_int_equal(awardd_client_call(s.client, "m", NULL, &s.answer), AWARDD_OK);
	assert_string_equal(s.answer.result, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\"}");
	assert_int_equal(s.answer.code, 0);
	assert_null(s.answer.message);
	assert_string_equal(awardd_client_error(s.client), "");
	close_stage(&s);
}

static void params_that_are_no_object_or_array_are_not_sent(void **state)
{
	static const char *const wrong[] = {
		"",      "7",         "\"x\"",    "{",    "{}}",  "{},\"id\":9", "{\"a\":\"\n\"}",
		"[1,]",  "{\"a\" 1}", "{a:1}",    "[01]", "[1.]", "[\"\\x\"]",   "[\"\\u12g4\"]",
		"[nul]", "[1 2]",     "{\"a\":}",
	};
	struct stage s;

	(void)state;
	open_stage(&s, echo);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		assert_int_equal(awardd_client_call(s.client, "m", wrong[i], &s.answer),
				 AWARDD_MISUSE);
		assert_int_equal(awardd_client_send(s.client, -1, "m", "{}"), AWARDD_MISUSE);
	}
	assert_int_equal(awardd_client_pending(s.client), 0);
	assert_int_equal(awardd_client_call(s.client, "m", "[]", &s.answer), AWARDD_OK);
	close_stage(&s);
}

static void refuse(FILE *in, int fd)
{
	(void)in;
	say(fd, "{\"jsonrpc\":\"2.0\",\"error\":{\"data\":{\"role\":\"x\"},\"code\":-32001,"
		"\"message\":\"caf\\u00e9 \\ud83d\\ude00 \\\"q\\\" \\ud800 \\u0000\"},\"id\":0}\n"
		"{\"id\":null,\"error\":{\"code\":-32700,\"message\":\"m\"}}\n");
	(void)fgetc(in);
}

static void an_error_brings_its_code_message_and_data(void **state)
{
	struct stage s;

	(void)state;
	open_stage(&s, refuse);
	assert_int_equal(awardd_client_call(s.client, "m", "{}", &s.answer), AWARDD_REFUSED);
	assert_int_equal(s.answer.code, -32001);
	assert_string_equal(s.answer.message, "café 😀 \"q\" \xEF\xBF\xBD \xEF\xBF\xBD");
	assert_string_equal(s.answer.data, "{\"role\":\"x\"}");
	assert_null(s.answer.result);
	assert_string_equal(awardd_client_error(s.client), s.answer.message);
	assert_int_equal(awardd_client_receive(s.client, &s.answer), AWARDD_REFUSED);
	assert_int_equal(s.answer.id, -1);
	assert_null(s.answer.data);
	close_stage(&s);
}

/* Takes three requests, answers the last first, a byte at a time. */
static void answer_backwards(FILE *in, int fd)
{
	char *line = NULL;
	size_t size = 0;

	for (int i = 0; i < 3; i++)
		if (getline(&line, &size, in) <= 0)
			break;
	free(line);
	for (const char *c = "{\"id\":30,\"result\":3}\n{\"id\":20,\"result\":2}\n{\"id\":10,"
			     "\"result\":1}\n";
	     *c != '\0'; c++)
		if (send(fd, c, 1, MSG_NOSIGNAL) != 1)
			return;
	while (fgetc(in) != EOF)
		;
	say(fd, "{\"id\":40,\"result\":4}\n");
}

static void answers_come_in_any_order_and_after_a_half_close(void **state)
{
	struct stage s;

	(void)state;
	open_stage(&s, answer_backwards);
	for (int64_t id = 10; id <= 30; id += 10)
		assert_int_equal(awardd_client_send(s.client, id, "m", "{}"), AWARDD_OK);
	assert_int_equal(awardd_client_pending(s.client), 3);
	assert_int_equal(awardd_client_call(s.client, "m", "{}", &s.answer), AWARDD_MISUSE);
	for (int64_t id = 30; id >= 10; id -= 10) {
		assert_int_equal(awardd_client_receive(s.client, &s.answer), AWARDD_OK);
		assert_int_equal(s.answer.id, id);
	}
	assert_int_equal(awardd_client_send(s.client, 40, "m", NULL), AWARDD_OK);
	assert_int_equal(awardd_client_finish(s.client), AWARDD_OK);
	assert_int_equal(awardd_client_finish(s.client), AWARDD_OK);
	assert_int_equal(awardd_client_send(s.client, 50, "m", NULL), AWARDD_CLOSED);
	assert_int_equal(awardd_client_receive(s.client, &s.answer), AWARDD_OK);
	assert_int_equal(s.answer.id, 40);
	assert_int_equal(awardd_client_pending(s.client), 0);
	assert_int_equal(awardd_client_receive(s.client, &s.answer), AWARDD_CLOSED);
	close_stage(&s);
}

/* echo() reads nothing while its answers are not read: without reading as it
 * sends, the client would wait for ever. */
static void sending_without_receiving_locks_nobody(void **state)
{
	enum { REQUESTS = 400, BYTES = 20000 };
	char *params = malloc(BYTES + 8);
	struct stage s;

	(void)state;
	assert_non_null(params);
	memset(params, 'x', BYTES + 8);
	memcpy(params, "[\"", 2);
	memcpy(params + BYTES, "\"]", 3);
	open_stage(&s, echo);
	for (int64_t id = 0; id < REQUESTS; id++)
		assert_int_equal(awardd_client_send(s.client, id, "m", params), AWARDD_OK);
	for (int64_t id = 0; id < REQUESTS; id++) {
		assert_int_equal(awardd_client_receive(s.client, &s.answer), AWARDD_OK);
		assert_int_equal(s.answer.id, id);
		assert_int_equal(strlen(s.answer.result) > BYTES, 1);
	}
	close_stage(&s);
	free(params);
}

static void hang_up(FILE *in, int fd)
{
	(void)in;
	(void)fd;
}

static void a_daemon_that_goes_away_is_an_error_and_no_signal(void **state)
{
	struct stage s;
	int rv = AWARDD_OK;

	(void)state;
	open_stage(&s, hang_up);
	for (int i = 0; i < 10000 && rv == AWARDD_OK; i++)
		rv = awardd_client_send(s.client, i, "m", "{}");
	assert_int_equal(rv, AWARDD_CLOSED);
	assert_int_equal(awardd_client_receive(s.client, &s.answer), AWARDD_CLOSED);
	assert_true(awardd_client_error(s.client)[0] != '\0');
	assert_int_equal(awardd_client_call(s.client, "m", "{}", &s.answer) != AWARDD_OK, 1);
	close_stage(&s);
}

static void keep_silent(FILE *in, int fd)
{
	(void)fd;
	while (fgetc(in) != EOF)
		;
}

static void silence_ends_at_the_timeout(void **state)
{
	struct stage s;

	(void)state;
	open_stage(&s, keep_silent);
	awardd_client_set_timeout(s.client, 30);
	assert_int_equal(awardd_client_call(s.client, "m", "{}", &s.answer), AWARDD_TIMEOUT);
	assert_null(s.answer.result);
	close_stage(&s);
}

static void talk_nonsense(FILE *in, int fd)
{
	say(fd, "hello\n{\"id\":1}\n{\"id\":\"1\",\"result\":1}\n{\"id\":1,\"result\":1,}\n"
		"{\"id\":1,\"result\":1}x\n{\"id\":1,\"error\":{\"code\":\"x\",\"message\":\"\"}}\n"
		"[]\n{\"id\":1,\"result\":[1}\n{\"id\":7,\"result\":true}\n");
	(void)fgetc(in);
}

static void what_is_no_answer_is_garbled_and_the_next_is_read(void **state)
{
	struct stage s;
	int garbled = 0;

	(void)state;
	open_stage(&s, talk_nonsense);
	while (awardd_client_receive(s.client, &s.answer) == AWARDD_GARBLED)
		garbled++;
	assert_int_equal(garbled, 8);
	assert_int_equal(s.answer.id, 7);
	assert_string_equal(s.answer.result, "true");
	close_stage(&s);
}

static void talk_for_ever(FILE *in, int fd)
{
	char chunk[4096];

	(void)in;
	memset(chunk, 'x', sizeof chunk);
	while (send(fd, chunk, sizeof chunk, MSG_NOSIGNAL) > 0)
		;
}

static void an_answer_without_end_is_given_up(void **state)
{
	struct stage s;

	(void)state;
	open_stage(&s, talk_for_ever);
	awardd_client_set_limit(s.client, 100000);
	assert_int_equal(awardd_client_receive(s.client, &s.answer), AWARDD_GARBLED);
	close_stage(&s);
}

enum { LIMITED = 100 };

/* Two of the limit, one beyond it, and another, all at once. */
static void talk_in_long_lines(FILE *in, int fd)
{
	static const char start[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":";
	static const int lengths[] = {LIMITED, LIMITED, LIMITED + 1, LIMITED};
	static const char *const ends[] = {"\n", "\r\n", "\n", "\n"};
	char all[5 * LIMITED] = "";

	(void)in;
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
		(void)sprintf(all + strlen(all), "%s%*s%s", start, lengths[i] - (int)strlen(start),
			      "true}", ends[i]);
	say(fd, all);
}

static void an_answer_too_long_closes_the_connection(void **state)
{
	struct stage s;

	(void)state;
	open_stage(&s, talk_in_long_lines);
	awardd_client_set_limit(s.client, LIMITED);
	assert_int_equal(awardd_client_receive(s.client, &s.answer), AWARDD_OK);
	assert_int_equal(awardd_client_receive(s.client, &s.answer), AWARDD_OK);
	assert_int_equal(awardd_client_receive(s.client, &s.answer), AWARDD_GARBLED);
	assert_string_equal(awardd_client_error(s.client), "an answer is longer than 100 bytes");
	assert_int_equal(awardd_client_receive(s.client, &s.answer), AWARDD_CLOSED);
	assert_int_equal(awardd_client_send(s.client, 2, "scheme.get", NULL), AWARDD_CLOSED);
	close_stage(&s);
}

static void a_socket_that_is_not_there_is_named(void **state)
{
	struct awardd_client *c;
	char longest[300];

	(void)state;
	memset(longest, 'x', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	assert_int_equal(awardd_client_new(&c), AWARDD_OK);
	assert_int_equal(awardd_client_connect(c, "/nowhere/at/all"), AWARDD_UNREACHABLE);
	assert_string_equal(awardd_client_error(c), "/nowhere/at/all: No such file or directory");
	assert_int_equal(awardd_client_connect(c, longest), AWARDD_MISUSE);
	assert_int_equal(awardd_client_connect(c, ""), AWARDD_MISUSE);
	assert_int_equal(awardd_client_finish(c), AWARDD_CLOSED);
	awardd_client_free(&c);
	awardd_client_free(&c);
}

static void the_scanner_knows_where_values_end(void **state)
{
	static const struct {
		const char *text;
		size_t length;
	} cases[] = {
		{"{}", 2},
		{"[] ", 2},
		{"1", 1},
		{"-0.5e+10,", 8},
		{"\"a\\\"b\"c", 6},
		{"true]", 4},
		{"{\"a\":[{}, [ ], null ] , \"b\" : {\"c\":1}} x", 38},
		{"00", 1},
		{"-", 0},
		{"[1,]", 0},
		{"{\"a\"}", 0},
		{"{\"a\":1,}", 0},
		{"[}", 0},
		{"{\"a\":1]", 0},
		{"\"\t\"", 0},
		{"\"\\", 0},
		{"tru", 0},
		{"", 0},
		{"1e", 0},
		{"[", 0},
		{"{", 0},
	};
	char *deep = malloc(20001);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(json_value_length(cases[i].text, strlen(cases[i].text)),
				 cases[i].length);
	assert_non_null(deep);
	memset(deep, '[', 10000);
	memset(deep + 10000, ']', 10000);
	assert_int_equal(json_value_length(deep, 20000), 0);
	assert_int_equal(json_value_length(deep + 8000, 4000), 4000);
	free(deep);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_carries_params_and_result_as_they_are),
		cmocka_unit_test(params_that_are_no_object_or_array_are_not_sent),
		cmocka_unit_test(an_error_brings_its_code_message_and_data),
		cmocka_unit_test(answers_come_in_any_order_and_after_a_half_close),
		cmocka_unit_test(sending_without_receiving_locks_nobody),
		cmocka_unit_test(a_daemon_that_goes_away_is_an_error_and_no_signal),
		cmocka_unit_test(silence_ends_at_the_timeout),
		cmocka_unit_test(what_is_no_answer_is_garbled_and_the_next_is_read),
		cmocka_unit_test(an_answer_without_end_is_given_up),
		cmocka_unit_test(an_answer_too_long_closes_the_connection),
		cmocka_unit_test(a_socket_that_is_not_there_is_named),
		cmocka_unit_test(the_scanner_knows_where_values_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
