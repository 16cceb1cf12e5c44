/* The socket: lines, JSON-RPC's own rules, batches, pipelines, half-closing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

enum { LINE_LIMIT = 1048576, MANY = 1000 };

static const char entries[] = "SELECT count(*) FROM entries";

/* Sends a line, and expects this of the answer. */
static void answers(struct peer *p, const char *line, const char *expected)
{
	json_t *answer;

	peer_send_line(p, line);
	answer = peer_receive(p);
	if (answer == NULL)
		fail_msg("the connection was closed on: %.200s", line);
	expect(answer, expected);
	json_decref(answer);
}

/* The connection still serves. */
static void lives_on(struct peer *p)
{
	answers(p, "{\"jsonrpc\":\"2.0\",\"id\":\"still\",\"method\":\"server.status\"}",
		"{'id': 'still', 'result': {}}");
}

static void lines_end_with_lf_or_crlf_and_may_be_empty(void **state)
{
	struct peer *p = scene_peer(*state);

	answers(p, "\n\r\n\n{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"scheme.get\"}\r",
		"{'jsonrpc': '2.0', 'id': 1, 'result': {}}");
	answers(p, "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"scheme.get\"}",
		"{'id': 1.5, 'result': {}}");
	answers(p, " \t{ \"jsonrpc\" : \"2.0\", \"id\" : 2, \"method\" : \"scheme.get\" } ",
		"{'id': 2, 'result': {}}");
}

static void a_request_may_come_in_pieces(void **state)
{
	const char line[] = "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"scheme.get\"}\n";
	struct peer *p = scene_peer(*state);
	json_t *answer;

	for (size_t i = 0; i < sizeof line - 1; i++)
		peer_send(p, line + i, 1);
	answer = peer_receive(p);
	expect(answer, "{'id': 7, 'result': {}}");
	json_decref(answer);
}

static void the_specification_says_what_is_no_request(void **state)
{
	static const struct {
		const char *line, *expected;
	} cases[] = {
		{"{\"jsonrpc\":\"2.0\",\"method\":\"foobar, \"params\": \"bar\", \"baz]",
		 "{'id': null, 'error': {'code': -32700}}"},
		{"nonsense", "{'id': null, 'error': {'code': -32700}}"},
		{"[\"\\\xc3\xb3\"]", /* told of by a sentence that ends within the letter */
		 "{'id': null, 'error': {'code': -32700}}"},
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"decide\",\"params\":{\"scores\":{",
		 "{'id': null, 'error': {'code': -32700}}"},
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"scheme.get\"} {}",
		 "{'id': null, 'error': {'code': -32700}}"},
		{"{}", "{'id': null, 'error': {'code': -32600}}"},
		{"7", "{'id': null, 'error': {'code': -32600}}"},
		{"null", "{'id': null, 'error': {'code': -32600}}"},
		{"\"text\"", "{'id': null, 'error': {'code': -32600}}"},
		{"{\"jsonrpc\":\"1.0\",\"id\":3,\"method\":\"scheme.get\"}",
		 "{'error': {'code': -32600}}"},
		{"{\"id\":3,\"method\":\"scheme.get\"}", "{'error': {'code': -32600}}"},
		{"{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":1,\"params\":\"bar\"}",
		 "{'error': {'code': -32600}}"},
		{"{\"jsonrpc\":\"2.0\",\"id\":3}", "{'error': {'code': -32600}}"},
		{"{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"scheme.get\",\"params\":\"bar\"}",
		 "{'error': {'code': -32600}}"},
		{"{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"scheme.get\"}",
		 "{'id': null, 'error': {'code': -32600}}"},
		{"{\"jsonrpc\":\"2.0\",\"id\":[1],\"method\":\"scheme.get\"}",
		 "{'id': null, 'error': {'code': -32600}}"},
		{"{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"foobar\"}",
		 "{'id': 3, 'error': {'code': -32601}}"},
		{"{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"\"}",
		 "{'id': 3, 'error': {'code': -32601}}"},
		{"{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"rpc.discover\"}",
		 "{'id': 3, 'error': {'code': -32601}}"},
		{"{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"decide\",\"params\":[1,2]}",
		 "{'id': 3, 'error': {'code': -32602}}"},
		{"{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"decide\"}",
		 "{'id': 3, 'error': {'code': -32602}}"},
		{"[]", "{'id': null, 'error': {'code': -32600}}"},
		{"[1]", "[{'id': null, 'error': {'code': -32600}}]"},
		{"[1,2,3]", "[{'id': null, 'error': {'code': -32600}},"
			    " {'id': null, 'error': {'code': -32600}},"
			    " {'id': null, 'error': {'code': -32600}}]"},
		{"[{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"id\":\"1\"},"
		 "{\"jsonrpc\":\"2.0\",\"method\"]",
		 "{'id': null, 'error': {'code': -32700}}"},
	};
	struct peer *p = scene_peer(*state);

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		answers(p, cases[i].line, cases[i].expected);
		lives_on(p);
	}
}

static void the_id_comes_back_as_it_was(void **state)
{
	static const char *const ids[] = {"0", "-7", "\"\"", "\"ä\"", "9007199254740993", "null"};
	struct peer *p = scene_peer(*state);
	char line[128];

	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
		json_t *answer, *id;

		snprintf(line, sizeof line,
			 "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"no.such\"}", ids[i]);
		peer_send_line(p, line);
		answer = peer_receive(p);
		id = json_read(text_of(ids[i]), NULL);
		assert_true(json_equal(json_object_get(answer, "id"), id));
		json_decref(id);
		json_decref(answer);
	}
}

static void a_notification_gets_no_answer_and_is_carried_out(void **state)
{
	struct peer *p = scene_peer(*state);
	json_t *request = json_pack("{s:s, s:s, s:o}", "jsonrpc", "2.0", "method", "decide",
				    "params", submission(*state, NULL));
	char *line = json_dumps(request, JSON_COMPACT);

	peer_send_line(p, line);
	peer_send_line(p, "{\"jsonrpc\":\"2.0\",\"method\":\"no.such.method\"}");
	peer_send_line(p, "[{\"jsonrpc\":\"2.0\",\"method\":\"no.such.method\"}]");
	/* Of the same partnership, so decided after it; the only answer there is. */
	decides(*state, NULL, "{'outcome': {'change': 'maintained'}}");
	assert_true(peer_is_silent(p, 50));
	free(line);
	json_decref(request);
}

static void a_batch_is_answered_in_one_list_without_notifications(void **state)
{
	struct peer *p = scene_peer(*state);
	json_t *answer, *each;
	size_t i, results = 0;

	peer_send_line(p, "[{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"method\":\"scheme.get\"},"
			  "{\"jsonrpc\":\"2.0\",\"method\":\"scheme.get\"},"
			  "{\"foo\":\"boo\"},"
			  "{\"jsonrpc\":\"2.0\",\"id\":\"5\",\"method\":\"foo.get\"},"
			  "{\"jsonrpc\":\"2.0\",\"id\":\"9\",\"method\":\"server.status\"}]");
	answer = peer_receive(p);
	assert_int_equal(json_array_size(answer), 4);
	json_array_foreach(answer, i, each)
		results += json_object_get(each, "result") != NULL;
	assert_int_equal(results, 2);
	json_decref(answer);
}

static void a_thousand_on_their_way_are_each_answered_once(void **state)
{
	struct peer *p = peer_open(*state);
	static bool seen[MANY];

	memset(seen, 0, sizeof seen);
	for (int i = 0; i < MANY; i++) {
		(void)scene_next_area(state); /* always 0 */
		peer_request(p, i, "decide", submission(*state, NULL));
	}
	for (int i = 0; i < MANY; i++) {
		json_t *answer = peer_receive(p);
		json_int_t id = json_member_integer(answer, "id", -1);

		assert_in_range(id, 0, MANY - 1);
		assert_false(seen[id]);
		seen[id] = true;
		expect(answer, "{'result': {'outcome': {'change': 'first'}}}");
		json_decref(answer);
	}
	peer_close(&p);
}

static void one_partnership_is_decided_in_the_order_of_arrival(void **state)
{
	struct peer *p = peer_open(*state);
	json_int_t last = 0;

	for (int i = 0; i < 50; i++)
		peer_request(p, i, "decide", submission(*state, NULL));
	for (int i = 0; i < 50; i++) {
		json_t *answer = peer_receive(p);
		json_t *result = json_object_get(answer, "result");

		assert_int_equal(json_member_integer(answer, "id", -1), i);
		expect(result, i == 0 ? "{'outcome': {'change': 'first'}}"
				      : "{'outcome': {'change': 'maintained'}}");
		assert_true(json_member_integer(result, "sequence", 0) > last);
		last = json_member_integer(result, "sequence", 0);
		json_decref(answer);
	}
	peer_close(&p);
}

static void a_half_closed_client_reads_every_answer(void **state)
{
	struct peer *p = peer_open(*state);
	json_t *answer;
	int answered = 0;

	for (int i = 0; i < 100; i++) {
		(void)scene_next_area(state); /* always 0 */
		peer_request(p, i, "decide", submission(*state, NULL));
	}
	peer_shutdown(p);
	for (; (answer = peer_receive(p)) != NULL; answered++) {
		expect(answer, "{'result': {'outcome': {'award': 'quality-lead'}}}");
		json_decref(answer);
	}
	assert_int_equal(answered, 100);
	peer_close(&p);
}

static void a_last_line_without_an_end_is_not_carried_out(void **state)
{
	static const char half[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"dec";
	int64_t before = scene_sql_number(*state, entries);
	struct peer *p = peer_open(*state);
	json_t *answer;

	peer_send(p, half, sizeof half - 1);
	peer_shutdown(p);
	/* Nothing, or an error; then the end. */
	while ((answer = peer_receive(p)) != NULL) {
		assert_null(json_object_get(answer, "result"));
		json_decref(answer);
	}
	peer_close(&p);
	assert_int_equal(scene_sql_number(*state, entries), before);
}

static void refused(struct peer *p, const char *line, size_t length)
{
	json_t *answer;

	peer_send(p, line, length);
	peer_send(p, "\n", 1);
	answer = peer_receive(p);
	if (answer == NULL || json_object_get(answer, "error") == NULL)
		fail_msg("not refused: %.200s", line);
	assert_in_range(-json_member_integer(json_object_get(answer, "error"), "code", 0), 32600,
			32700);
	json_decref(answer);
	lives_on(p);
}

static void broken_text_is_refused_and_nothing_logged(void **state)
{
	int64_t before = scene_sql_number(*state, entries);
	struct peer *p = scene_peer(*state);
	static const struct {
		const char *bytes;
		size_t length;
	} cases[] = {
#define BYTES(text) {text, sizeof(text) - 1}
		BYTES("{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"scheme.get\"}"),
		BYTES("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"assess\",\"params\":"
		      "{\"scores\":{\"1\":7,\"1\":7}}}"),
		BYTES("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"scheme.get\"\0}"),
		BYTES("\0"),
		BYTES("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"no\\u0000such\"}"),
		BYTES("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\xfe\"}"),
		BYTES("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xc0\xaf\"}"),
		BYTES("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xed\xa0\x80\"}"),
		BYTES("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xf5\x80\x80\x80\"}"),
		BYTES("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\\ud800\"}"),
		BYTES("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\xc3\"}"),
		BYTES("{'jsonrpc':'2.0','id':1,'method':'scheme.get'}"),
		BYTES("{\"jsonrpc\":\"2.0\",\"id\":NaN,\"method\":\"scheme.get\"}"),
		BYTES("{\"jsonrpc\":\"2.0\",\"id\":1e999,\"method\":\"scheme.get\"}"),
		BYTES("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"scheme.get\",}"),
		BYTES("\xef\xbb\xbf{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"scheme.get\"}"),
#undef BYTES
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		refused(p, cases[i].bytes, cases[i].length);
	assert_int_equal(scene_sql_number(*state, entries), before);
}

static void deep_nesting_is_refused(void **state)
{
	static const char head[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"assess\","
				   "\"params\":";
	static const char *const opens[] = {"[", "{\"a\":"};
	struct peer *p = scene_peer(*state);
	struct buffer line;

	for (size_t kind = 0; kind < 2; kind++) {
		for (int depth = 1000; depth <= 100000; depth *= 10) {
			buffer_init(&line);
			assert_int_equal(buffer_append_text(&line, head), 0);
			for (int i = 0; i < depth; i++)
				assert_int_equal(buffer_append_text(&line, opens[kind]), 0);
			refused(p, line.bytes, line.length);
			buffer_deinit(&line);
		}
	}
}

/* Opens a connection, sends a line padded to a length, gives the answer. */
static json_t *padded(void **state, size_t length, const char *end, struct peer **out)
{
	static const char call[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"scheme.get\"}";
	size_t all = length + strlen(end);
	char *line = malloc(all + 1);
	struct peer *p = peer_open(*state);

	assert_non_null(line);
	memset(line, ' ', length);
	memcpy(line, call, sizeof call - 1);
	strcpy(line + length, end);
	/* It may be refused before all of it is written. */
	(void)peer_try_send(p, line, all);
	free(line);
	*out = p;
	return peer_receive(p);
}

static void a_line_of_the_limit_is_read(void **state)
{
	static const char *const ends[] = {"\n", "\r\n"};

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		struct peer *p;
		json_t *answer = padded(state, LINE_LIMIT, ends[i], &p);

		expect(answer, "{'id': 1, 'result': {}}");
		lives_on(p);
		json_decref(answer);
		peer_close(&p);
	}
}

static void a_line_too_long_is_answered_and_the_connection_closed(void **state)
{
	static const size_t lengths[] = {LINE_LIMIT + 1, 3 * LINE_LIMIT, 40 * LINE_LIMIT};

	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		struct peer *p;
		json_t *answer = padded(state, lengths[i], "\n", &p);

		expect(answer, "{'id': null, 'error': {'code': -32007, 'message':"
			       " 'the line is too long: 1048576 bytes are taken (line-limit)'}}");
		assert_null(peer_receive(p));
		json_decref(answer);
		peer_close(&p);
	}
	lives_on(scene_peer(*state));
}

static void what_was_asked_before_a_line_too_long_is_answered(void **state)
{
	struct peer *p = peer_open(*state);
	char *line = malloc(2 * LINE_LIMIT);
	json_t *answer;
	bool decided_it = false, told = false;

	assert_non_null(line);
	memset(line, 'x', 2 * LINE_LIMIT);
	peer_request(p, 1, "decide", submission(*state, NULL));
	(void)peer_try_send(p, line, 2 * LINE_LIMIT); /* refused before its end */
	while ((answer = peer_receive(p)) != NULL) {
		decided_it |= json_object_get(answer, "result") != NULL;
		told |= json_member_integer(json_object_get(answer, "error"), "code", 0) == -32007;
		json_decref(answer);
	}
	assert_true(decided_it);
	assert_true(told);
	free(line);
	peer_close(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_new_area(lines_end_with_lf_or_crlf_and_may_be_empty),
		in_new_area(a_request_may_come_in_pieces),
		in_new_area(the_specification_says_what_is_no_request),
		in_new_area(the_id_comes_back_as_it_was),
		in_new_area(a_notification_gets_no_answer_and_is_carried_out),
		in_new_area(a_batch_is_answered_in_one_list_without_notifications),
		in_new_area(a_thousand_on_their_way_are_each_answered_once),
		in_new_area(one_partnership_is_decided_in_the_order_of_arrival),
		in_new_area(a_half_closed_client_reads_every_answer),
		in_new_area(a_last_line_without_an_end_is_not_carried_out),
		in_new_area(broken_text_is_refused_and_nothing_logged),
		in_new_area(deep_nesting_is_refused),
		in_new_area(a_line_of_the_limit_is_read),
		in_new_area(a_line_too_long_is_answered_and_the_connection_closed),
		in_new_area(what_was_asked_before_a_line_too_long_is_answered),
	};

	return cmocka_run_group_tests(tests, scene_group_setup, scene_group_teardown);
}
