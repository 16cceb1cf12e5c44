/* Too slow: clients who write a byte at a time, read a byte at a time, or never read. The
 * others are decided beside them, and what is kept for such a client is bounded. */
#include "hostile.h"

static void clients_who_write_a_byte_at_a_time_are_each_answered(void **state)
{
	enum { SLOW = 20 };
	struct scene *s = *state;
	struct peer *slow[SLOW];
	struct stream st;
	char *line;

	for (int i = 0; i < SLOW; i++)
		slow[i] = peer_open(s);
	stream_open(&st, s, 4, NULL);
	json_t *request = json_pack("{ss si ss so}", "jsonrpc", "2.0", "id", 7, "method", "assess",
				    "params", submission(s, NULL));
	line = json_dumps(request, JSON_COMPACT);
	/* A byte to each for a decision of the others, but for the middle of the line, which
	 * would take a thousand. */
	size_t length = strlen(line), most = 60;
	for (size_t at = 0; at < length; at++) {
		size_t piece = at == most / 2 && length > most ? length - most : 1;
		for (int i = 0; i < SLOW; i++)
			peer_send(slow[i], line + at, piece);
		at += piece - 1;
		stream_go(&st, 1);
	}
	for (int i = 0; i < SLOW; i++) {
		peer_send(slow[i], "\n", 1);
		json_t *answer = peer_receive(slow[i]);
		expect(answer, "{'id': 7, 'result': {'outcome': {'award': 'quality-lead'}}}");
		json_decref(answer);
		peer_close(&slow[i]);
	}
	stream_finish(&st);
	assert_int_equal(st.failed, 0);
	stream_deinit(&st);
	json_decref(request);
	free(line);
}

/* One user's clients ask for long lists and read none; beside them another is decided,
 * and asks, too. What they do not take is held up to a bound, then they are closed. */
static void clients_who_never_read_cost_bounded_memory(void **state)
{
	enum { CLIENTS = 4, ASKED = 256 };
	static const char *const options[] = {"--audit=0,12345", "--socket-mode=0666",
					      "--connections=40", NULL};
	static const char ask[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"decisions.list\","
				  "\"params\":{\"limit\":500}}\n";
	struct scene *s = *state;
	struct buffer asked;
	struct stream st;

	if (geteuid() != 0)
		skip();
	scene_start(s, options);
	buffer_init(&asked);
	for (int i = 0; i < ASKED; i++)
		assert_int_equal(buffer_append(&asked, ask, sizeof ask - 1), 0);
	stream_open(&st, s, 16, NULL);
	st.most_ms = ANSWER_TIMEOUT_MS; /* its answers are not taken while others are asked */
	stream_go(&st, 500);
	long before = peak_of(s);
	struct hog h = hog_start(s, HOG, CLIENTS, 0, (struct text){asked.bytes, asked.length});
	/* Asked while all of theirs wait: answered after a few of them. */
	for (int i = 0; i < 5; i++)
		json_decref(called(s, "server.status", "{}"));
	json_decref(called(s, "decisions.list", "{'limit': 1}"));
	stream_until(&st, "that it did not take");
	/* What is held, as much again on its way to it, and what a reader needs. */
	assert_grew_by_at_most(s, before, 192 * 1024);
	hog_end(&h);
	stream_go(&st, 50);
	stream_finish(&st);
	assert_int_equal(st.failed, 0);
	stream_deinit(&st);
	buffer_deinit(&asked);
	assert_log_verifies(s);
}

/* Takes what is there, at most so much: how many lines ended; -1 at the end. */
static int take_some(int fd, size_t most)
{
	char piece[8192];
	int lines = 0;
	ssize_t n = recv(fd, piece, most < sizeof piece ? most : sizeof piece, 0);

	if (n == 0)
		return -1;
	assert_true(n > 0 || errno == EAGAIN);
	for (ssize_t i = 0; i < n; i++)
		lines += piece[i] == '\n';
	return lines;
}

static void a_client_who_reads_a_byte_at_a_time_gets_all_answers(void **state)
{
	enum { ASKED = 600, SLOWLY = 100 };
	static const char ask[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"scheme.get\"}\n";
	struct scene *s = *state;
	struct stream st;
	struct buffer all;
	struct pollfd waits = {.fd = connect_to(s->socket), .events = POLLIN | POLLOUT};
	size_t sent = 0;
	int lines = 0, more = 0;

	assert_true(waits.fd >= 0);
	buffer_init(&all);
	for (int i = 0; i < ASKED; i++)
		assert_int_equal(buffer_append(&all, ask, sizeof ask - 1), 0);
	stream_open(&st, s, 4, NULL);
	for (int i = 0; more >= 0; i++) {
		lines += more;
		/* A byte for a decision of the others; later all that there is. */
		if (i < SLOWLY)
			stream_go(&st, 1);
		else
			assert_int_equal(poll(&waits, 1, ANSWER_TIMEOUT_MS), 1);
		if (sent < all.length)
			sent += send_some(waits.fd, all.bytes + sent, all.length - sent);
		if (sent == all.length && waits.events != POLLIN) {
			assert_int_equal(shutdown(waits.fd, SHUT_WR), 0);
			waits.events = POLLIN;
		}
		more = take_some(waits.fd, i < SLOWLY ? 1 : SIZE_MAX);
	}
	assert_int_equal(lines, ASKED);
	assert_int_equal(close(waits.fd), 0);
	stream_finish(&st);
	assert_int_equal(st.failed, 0);
	stream_deinit(&st);
	buffer_deinit(&all);
}

#define with_stopped(test)                                                                         \
	cmocka_unit_test_setup_teardown(test, scene_setup_stopped, scene_teardown)
#define with_scene(test) cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(clients_who_write_a_byte_at_a_time_are_each_answered),
		with_stopped(clients_who_never_read_cost_bounded_memory),
		with_scene(a_client_who_reads_a_byte_at_a_time_gets_all_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
