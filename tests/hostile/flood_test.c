/* Too much: requests without end, a giant batch, more submissions than the queue holds.
 * AWARDD_TINY says how many tiny requests; a million, where no sanitizer slows them. */
#include <time.h>

#include "hostile.h"

static int64_t now_ms(void)
{
	struct timespec now;

	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int tiny(void)
{
	const char *named = getenv("AWARDD_TINY");

	return named != NULL ? atoi(named) : SLOWER == 1 ? 1000000 : 20000;
}

static void tiny_requests_without_end_are_each_answered(void **state)
{
	enum { EACH = 500, DECIDES_AT = SLOWER == 1 ? 5000 : 500 };
	static const char ask[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\"}\n";
	struct scene *s = *state;
	struct peer *p = peer_open(s);
	struct stream st;
	struct buffer many;

	buffer_init(&many);
	for (int i = 0; i < EACH; i++)
		assert_int_equal(buffer_append(&many, ask, sizeof ask - 1), 0);
	stream_open(&st, s, 4, NULL);
	stream_go(&st, 50);
	long before = peak_of(s);
	for (int sent = 0; sent < tiny(); sent += EACH) {
		peer_send(p, many.bytes, many.length);
		for (int i = 0; i < EACH; i++) {
			char *line = peer_line(p);
			assert_non_null(line);
			assert_non_null(strstr(line, "-32601"));
			free(line);
		}
		/* Seldom: what decisions take, SQLite's caches, is not what is measured. */
		if (sent % DECIDES_AT == 0)
			stream_go(&st, 1);
	}
	assert_grew_by_at_most(s, before, 2048);
	stream_finish(&st);
	assert_int_equal(st.failed, 0);
	stream_deinit(&st);
	peer_close(&p);
	buffer_deinit(&many);
}

/* As many of these as a line may hold. */
static struct buffer batch_of(const char *one)
{
	struct buffer b;

	buffer_init(&b);
	assert_int_equal(buffer_append_text(&b, "["), 0);
	while (b.length + strlen(one) + 4 < 1 << 20) {
		if (b.length > 1)
			assert_int_equal(buffer_append_text(&b, ","), 0);
		assert_int_equal(buffer_append_text(&b, one), 0);
	}
	assert_int_equal(buffer_append_text(&b, "]\n"), 0);
	return b;
}

/* How often the words come until the connection ends. */
static size_t count_until_end(int fd, const char *words)
{
	struct buffer all;
	struct pollfd waits = {.fd = fd, .events = POLLIN};
	size_t count = 0;
	ssize_t n = 1;

	buffer_init(&all);
	while (n != 0) {
		assert_int_equal(buffer_reserve(&all, 65536), 0);
		assert_int_equal(poll(&waits, 1, ANSWER_TIMEOUT_MS), 1);
		n = recv(fd, all.bytes + all.length, 65536, 0);
		assert_true(n >= 0);
		all.length += (size_t)n;
	}
	for (const char *at = all.bytes;
	     (at = memmem(at, all.length - (size_t)(at - all.bytes), words, strlen(words))) != NULL;
	     at++)
		count++;
	buffer_deinit(&all);
	return count;
}

static void giant_batches_are_answered_whole_in_bounded_memory(void **state)
{
	static const char *const ones[] = {
		"1", "[]", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\"}",
		"{\"jsonrpc\":\"2.0\",\"method\":\"x\"}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"scheme.get\"}"};
	struct scene *s = *state;

	decides(s, NULL, "{'outcome': {'change': 'first'}}");
	long before = peak_of(s);
	for (size_t i = 0; i < sizeof ones / sizeof *ones; i++) {
		struct buffer batch = batch_of(ones[i]);
		struct peer *p = peer_open(s);
		size_t sent = (batch.length - 2) / (strlen(ones[i]) + 1);
		bool notified = ones[i][0] == '{' && strstr(ones[i], "\"id\"") == NULL;
		peer_send(p, batch.bytes, batch.length);
		int64_t begun = now_ms();
		decides(s, NULL, "{'outcome': {'change': 'maintained'}}");
		int64_t took = now_ms() - begun;
		peer_shutdown(p);
		size_t answered = count_until_end(peer_descriptor(p), "\"jsonrpc\"");
		print_message("%zu sent, %zu answered; a decision beside it took %lld ms\n", sent,
			      answered, (long long)took);
		/* More than fit into a line as requests are refused together. */
		assert_int_equal(answered, notified ? 0 : sent > 40000 ? 1 : sent);
		assert_in_range(took, 0, 1000 * SLOWER);
		peer_close(&p);
		buffer_deinit(&batch);
	}
	assert_grew_by_at_most(s, before, 192 * 1024);
	assert_log_verifies(s);
}

/* How many calls were made when another client is answered, who asks after these bytes. */
static int64_t calls_before_another(struct scene *s, const struct buffer *many)
{
	struct peer *p = peer_open(s), *other = peer_open(s);

	json_decref(peer_call(p, "x", NULL)); /* both are accepted now */
	json_decref(peer_call(other, "x", NULL));
	assert_int_equal(kill(s->pid, SIGSTOP), 0);
	scene_await_state(s->pid, 'T');
	peer_send(p, many->bytes, many->length);
	peer_request(other, 1, "server.status", NULL);
	assert_int_equal(kill(s->pid, SIGCONT), 0);
	json_t *answer = peer_receive(other);
	const json_t *counts = json_member(json_member(answer, "result"), "counts");
	int64_t calls = json_member_integer(counts, "calls", -1);
	json_decref(answer);
	peer_shutdown(p);
	assert_null(peer_line(p)); /* all were carried out, and none is answered */
	peer_close(&p);
	peer_close(&other);
	return calls;
}

static void who_wants_no_answers_keeps_nobody_waiting(void **state)
{
	enum { ASKED = 3000, ROUNDS = 2 * 256 + 8 };
	static const char ask[] = "{\"jsonrpc\":\"2.0\",\"method\":\"x\"}";
	struct scene *s = *state;
	struct buffer lines, batch;

	buffer_init(&lines);
	buffer_init(&batch);
	for (int i = 0; i < ASKED; i++) {
		assert_int_equal(buffer_printf(&lines, "%s\n", ask), 0);
		assert_int_equal(buffer_printf(&batch, "%c%s", i == 0 ? '[' : ',', ask), 0);
	}
	assert_int_equal(buffer_append_text(&batch, "]\n"), 0);
	assert_in_range(calls_before_another(s, &lines), 1, ROUNDS);
	json_t *status = called(s, "server.status", "{}");
	int64_t before = json_member_integer(json_member(status, "counts"), "calls", -1);
	assert_in_range(before, ASKED, ASKED + 8);
	assert_in_range(calls_before_another(s, &batch), before, before + ROUNDS);
	json_decref(status);
	buffer_deinit(&lines);
	buffer_deinit(&batch);
}

/* Tells all evaluators to stop, or to go on. */
static void signal_evaluators(const struct scene *s, int signal)
{
	pid_t evaluators[EVALUATORS_MAX];
	size_t count = scene_evaluators(s, evaluators);

	for (size_t i = 0; i < count; i++)
		assert_int_equal(kill(evaluators[i], signal), 0);
}

/* A submission that does not fit, of as many values as a line can hold; it waits for those of
 * its partnership all the same, since it may have been decided by other rules. */
static struct buffer submission_of_many_values(void)
{
	struct buffer b;

	buffer_init(&b);
	assert_int_equal(buffer_append_text(&b,
					    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"assess\","
					    "\"params\":{\"submission_id\":\"many\","
					    "\"partnership\":{\"id\":\"many\"},\"z\":[0"),
			 0);
	while (b.length < 1000000)
		assert_int_equal(buffer_append_text(&b, ",0"), 0);
	assert_int_equal(buffer_append_text(&b, "]}}\n"), 0);
	return b;
}

static void lines_that_wait_take_bounded_memory(void **state)
{
	enum { CLIENTS = 24 };
	static const char *const options[] = {"--connections=64", "--deadline=60000", NULL};
	struct scene *s = *state;
	struct buffer line = submission_of_many_values();
	struct peer *first, *peers[CLIENTS];
	int refused = 0;

	scene_start(s, options);
	decides(s, NULL, "{'outcome': {'change': 'first'}}");
	long before = peak_of(s);
	first = peer_open(s);
	signal_evaluators(s, SIGSTOP);
	peer_request(first, 1, "assess", submission(s, "{'partnership': {'id': 'many'}}"));
	for (int i = 0; i < CLIENTS; i++) {
		peers[i] = peer_open(s);
		peer_send(peers[i], line.bytes, line.length);
		json_decref(called(s, "server.status", "{}")); /* the others are served */
	}
	signal_evaluators(s, SIGCONT);
	for (int i = 0; i < CLIENTS; i++) {
		json_t *answer = peer_receive(peers[i]);
		json_int_t code = json_member_integer(json_member(answer, "error"), "code", 0);
		assert_true(code == -32602 || code == -32006);
		refused += code == -32006;
		json_decref(answer);
		peer_close(&peers[i]);
	}
	assert_in_range(refused, 1, CLIENTS - 1);
	assert_grew_by_at_most(s, before, 192 * 1024);
	peer_close(&first);
	/* What is answered is no longer counted. */
	json_decref(called(s, "server.status", "{}"));
	decides(s, NULL, "{'outcome': {'change': 'maintained'}}");
	assert_log_verifies(s);
	buffer_deinit(&line);
}

/* Sends more than the queue holds, in one piece; how many were refused for that. */
static int flood(struct scene *s, struct peer *p, int count)
{
	int refused = 0;
	struct buffer all;

	buffer_init(&all);
	for (int i = 0; i < count; i++) {
		(void)scene_next_area((void **)&s); /* always 0 */
		json_t *request = json_pack("{ss si ss so}", "jsonrpc", "2.0", "id", i, "method",
					    "assess", "params", submission(s, NULL));
		assert_int_equal(json_compact(request, &all), 0);
		assert_int_equal(buffer_append_text(&all, "\n"), 0);
		json_decref(request);
	}
	peer_send(p, all.bytes, all.length);
	buffer_deinit(&all);
	for (int i = 0; i < count; i++) {
		json_t *answer = peer_receive(p);
		const json_t *error = json_object_get(answer, "error");
		assert_true(error == NULL || json_member_integer(error, "code", 0) == -32006);
		refused += error != NULL;
		json_decref(answer);
	}
	return refused;
}

static void beyond_the_queue_it_is_refused_and_may_be_sent_again(void **state)
{
	static const char *const options[] = {"--queue=8", NULL};
	struct scene *s = *state;

	scene_start(s, options);
	struct peer *p = peer_open(s);
	int64_t before = scene_sql_number(s, "SELECT count(*) FROM entry");
	int refused = flood(s, p, 100);
	print_message("%d of 100 refused\n", refused);
	assert_in_range(refused, 1, 94);
	json_t *status = called(s, "server.status", "{}");
	json_decref(status);
	/* It goes on as if nothing had been. */
	decides(s, NULL, "{'outcome': {'change': 'first'}}");
	assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM entry"), before + 1);
	peer_close(&p);
	assert_log_verifies(s);
}

/* A user who sends without end, and never reads: a process that ends when it is killed. */
static pid_t flood_as(const struct scene *s, uid_t user, const char *line)
{
	pid_t child = fork();
	size_t length = strlen(line);

	assert_int_not_equal(child, -1);
	if (child > 0)
		return child;
	become(user);
	struct pollfd waits[8];
	for (int i = 0; i < 8; i++)
		waits[i] = (struct pollfd){.fd = connect_to(s->socket), .events = POLLIN | POLLOUT};
	char dropped[65536];
	size_t at[8] = {0};
	for (;;) {
		if (poll(waits, 8, -1) < 0)
			_exit(2);
		for (int i = 0; i < 8; i++) {
			if (waits[i].revents & POLLIN)
				(void)recv(waits[i].fd, dropped, sizeof dropped, 0);
			if (waits[i].revents & POLLOUT)
				at[i] = (at[i] +
					 send_some(waits[i].fd, line + at[i], length - at[i])) %
					length;
		}
	}
}

static void one_user_who_fills_the_queue_leaves_some_to_others(void **state)
{
	static const char *const options[] = {"--queue=64", "--submit=0,12345,12346",
					      "--socket-mode=0666", NULL};
	enum { DECIDED = 3 };
	struct scene *s = *state;

	if (geteuid() != 0)
		skip();
	scene_start(s, options);
	json_t *request = json_pack("{ss si ss so}", "jsonrpc", "2.0", "id", 1, "method", "assess",
				    "params", submission(s, NULL));
	char *line = json_dumps(request, JSON_COMPACT), *ended = NULL;
	assert_true(asprintf(&ended, "%s\n", line) > 0);
	pid_t child = flood_as(s, HOG, ended);
	/* Some of the flood must have been refused before anything is said of others. */
	int64_t refused = 0;
	while (refused < 100) {
		json_t *status = called(s, "server.status", "{}");
		refused = json_member_integer(json_member(status, "counts"), "overloaded", -1);
		if (refused < 0)
			fail_msg("%s", json_dumps(status, 0));
		json_decref(status);
	}
	for (int i = 0; i < DECIDED; i++)
		assert_true(is_decided_for(s, OTHER, submission(s, NULL)));
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	free(line);
	free(ended);
	json_decref(request);
	assert_log_verifies(s);
}

/* A submission that shares so many case studies, each on every statement. */
static json_t *sharing(struct scene *s, int studies)
{
	static const char *const statements[] = {"1", "2", "3", "4a", "4b", "5",
						 "6", "7", "8", "9",  "10"};
	json_t *given = submission(s, "{'case_studies': []}"), *ids = json_array();

	for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
		assert_int_equal(json_array_append_new(ids, json_string(statements[i])), 0);
	for (int i = 0; i < studies; i++)
		assert_int_equal(json_array_append_new(json_object_get(given, "case_studies"),
						       json_pack("{ss sO sb}", "title", "A panel",
								 "statements", ids, "shareable",
								 1)),
				 0);
	json_decref(ids);
	return given;
}

/* Twice: the text, and what is sent of it. Documents of it were ten times as much. */
static void what_is_shared_is_listed_in_as_much_memory_as_it_takes_to_send(void **state)
{
	enum { PARTNERSHIPS = 200, STUDIES = 10, LEAST = PARTNERSHIPS * STUDIES * 11 * 90 };
	struct scene *s = *state;
	void *scene = s;

	for (int i = 0; i < PARTNERSHIPS; i++) {
		json_t *answer = peer_call(scene_peer(s), "decide", sharing(s, STUDIES));
		assert_non_null(json_object_get(answer, "result"));
		json_decref(answer);
		assert_int_equal(scene_next_area(&scene), 0);
	}
	json_decref(called(s, "practice.list", "{'statement': '1'}"));
	long before = peak_of(s);
	peer_send_line(scene_peer(s),
		       "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"practice.list\"}");
	char *line = peer_line(scene_peer(s));
	size_t length = strlen(line);
	assert_true(length > LEAST);
	assert_grew_by_at_most(s, before, (long)(5 * length / 2 / 1024));
	free(line);
}

#define with_scene(test) cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)
#define with_stopped(test)                                                                         \
	cmocka_unit_test_setup_teardown(test, scene_setup_stopped, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(tiny_requests_without_end_are_each_answered),
		with_scene(giant_batches_are_answered_whole_in_bounded_memory),
		with_scene(what_is_shared_is_listed_in_as_much_memory_as_it_takes_to_send),
		with_scene(who_wants_no_answers_keeps_nobody_waiting),
		with_stopped(lines_that_wait_take_bounded_memory),
		with_stopped(beyond_the_queue_it_is_refused_and_may_be_sent_again),
		with_stopped(one_user_who_fills_the_queue_leaves_some_to_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
