/*
 * What was acknowledged survives SIGKILL at any moment, and SIGTERM answers
 * what was accepted. AWARDD_SEED and AWARDD_KILLS choose the moments and their
 * number.
 */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support.h"

enum { CONNECTIONS = 4, DEPTH = 64, AREAS = 13, KILLS = 20, LONGEST_MS = 120 };

struct load {
	struct scene *scene;
	struct peer *peers[CONNECTIONS];
	json_t *acknowledged; /* submission_id: the result */
	int serial;
	uint64_t chance;
};

static uint64_t next(struct load *load)
{
	/* xorshift64: only the moments of the kills hang on it. */
	load->chance ^= load->chance << 13;
	load->chance ^= load->chance >> 7;
	load->chance ^= load->chance << 17;
	return load->chance;
}

static int number_of(const char *variable, int otherwise)
{
	const char *text = getenv(variable);

	return text != NULL ? atoi(text) : otherwise;
}

static int64_t now_ms(void)
{
	struct timespec t;

	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &t), 0);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* One more on its way; false where the daemon is gone. */
static bool send_one(struct load *load, struct peer *p)
{
	char id[64], changes[160];
	json_t *request;
	char *line;
	bool sent;

	snprintf(id, sizeof id, "load-%d", load->serial++);
	snprintf(changes, sizeof changes,
		 "{'submission_id': '%s', 'partnership': {'id': 'loaded-%d'}}", id,
		 load->serial % AREAS);
	request = json_pack("{s:s, s:s, s:s, s:o}", "jsonrpc", "2.0", "id", id, "method", "decide",
			    "params", submission(load->scene, changes));
	line = json_dumps(request, JSON_COMPACT);
	sent = peer_try_send(p, line, strlen(line)) && peer_try_send(p, "\n", 1);
	free(line);
	json_decref(request);
	return sent;
}

/* Takes one answer in; false at the end of the stream. */
static bool take_one(struct load *load, struct peer *p)
{
	json_t *answer = peer_receive(p);
	json_t *result = json_object_get(answer, "result");
	const char *id = json_member_text(answer, "id");

	if (answer == NULL)
		return false;
	if (result == NULL || id == NULL)
		fail_msg("an answer without a result: %s", json_dumps(answer, 0));
	assert_int_equal(json_object_set(load->acknowledged, id, result), 0);
	json_decref(answer);
	return true;
}

static void open_peers(struct load *load)
{
	for (int i = 0; i < CONNECTIONS; i++) {
		load->peers[i] = peer_open(load->scene);
		for (int n = 0; n < DEPTH; n++)
			assert_true(send_one(load, load->peers[i]));
	}
}

/* Keeps every connection full for a time. */
static void press(struct load *load, int64_t ms)
{
	int64_t until = now_ms() + ms;

	while (now_ms() < until) {
		struct pollfd fds[CONNECTIONS];

		for (int i = 0; i < CONNECTIONS; i++)
			fds[i] = (struct pollfd){.fd = peer_descriptor(load->peers[i]),
						 .events = POLLIN};
		(void)poll(fds, CONNECTIONS, 1); /* the clock is looked at either way */
		for (int i = 0; i < CONNECTIONS; i++) {
			if (fds[i].revents == 0)
				continue;
			assert_true(take_one(load, load->peers[i]));
			assert_true(send_one(load, load->peers[i]));
		}
	}
}

/* What had left the daemon before its end counts as acknowledged. A line that
 * was cut is none. */
static void drain(struct load *load)
{
	for (int i = 0; i < CONNECTIONS; i++) {
		while (take_one(load, load->peers[i]))
			;
		peer_close(&load->peers[i]);
	}
}

static void check_acknowledged(struct load *load)
{
	struct scene *s = load->scene;
	const char *id;
	json_t *result;

	json_object_foreach(load->acknowledged, id, result) {
		json_t *entry = peer_call(scene_peer(s), "decisions.get",
					  json_pack("{s:O}", "sequence",
						    json_object_get(result, "sequence")));
		json_t *found = json_object_get(json_object_get(entry, "result"), "decision");

		if (!json_equal(found, result))
			fail_msg("%s was acknowledged, and is not in the log as it was", id);
		json_decref(entry);
	}
}

/* No gap, and no partnership's history contradicts itself: each decision but
 * the first of its partnership saw the one before. */
static void check_log(const struct scene *s)
{
	char *text;

	assert_int_equal(scene_sql_number(s, "SELECT max(sequence) - count(*) FROM entries"), 0);
	assert_int_equal(scene_sql_number(s, "SELECT min(sequence) FROM entries"), 1);
	assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM (SELECT change, row_number()"
					     " OVER (PARTITION BY partnership ORDER BY sequence)"
					     " AS nth FROM decisions) WHERE change <>"
					     " CASE nth WHEN 1 THEN 'first' ELSE 'maintained' END"),
			 0);
	assert_int_equal(scene_sql_number(s, "SELECT count(submission_id)"
					     " - count(DISTINCT submission_id)"
					     " FROM decisions"),
			 0);
	text = scene_sql(s, "PRAGMA integrity_check");
	assert_string_equal(text, "ok");
	free(text);
}

static void load_init(struct load *load, void **state)
{
	*load = (struct load){.scene = *state, .acknowledged = json_object()};
	load->chance = 0x9E3779B97F4A7C15u * (uint64_t)(number_of("AWARDD_SEED", 1) + 1);
	assert_non_null(load->acknowledged);
}

static void what_was_acknowledged_survives_being_killed(void **state)
{
	int kills = number_of("AWARDD_KILLS", KILLS);
	struct load load;
	size_t checked = 0;

	load_init(&load, state);
	for (int i = 0; i < kills; i++) {
		int64_t ms = (int64_t)(next(&load) % LONGEST_MS);

		open_peers(&load);
		press(&load, ms);
		scene_kill(load.scene);
		drain(&load);
		scene_start(load.scene, NULL);
		check_acknowledged(&load);
		check_log(load.scene);
		checked += json_object_size(load.acknowledged);
		json_object_clear(load.acknowledged);
	}
	print_message("%d kills, %zu acknowledged decisions\n", kills, checked);
	assert_true(checked > 0);
	json_decref(load.acknowledged);
}

/* Killed in its first moments, when the log is made or opened again. */
static void killed_while_it_starts_it_starts_again(void **state)
{
	struct scene *s = *state;
	struct load load;

	load_init(&load, state);
	for (int i = 0; i < 20; i++) {
		json_decref(decided(s, NULL));
		scene_kill(s);
		scene_start(s, NULL);
		scene_kill(s);
		scene_start(s, NULL);
	}
	assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM decisions"), 20);
	check_log(s);
	json_decref(load.acknowledged);
}

static void sigterm_answers_everything_accepted_and_exits_0(void **state)
{
	struct scene *s = *state;
	struct load load;

	load_init(&load, state);
	for (int round = 0; round < 5; round++) {
		int sent;

		open_peers(&load);
		press(&load, (int64_t)(next(&load) % 50));
		sent = load.serial;
		scene_terminate(s);
		drain(&load);
		scene_ended(s);
		scene_start(s, NULL);
		/* Each that is in the log was answered, and the other way round. */
		assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM decisions"),
				 json_object_size(load.acknowledged));
		assert_true(json_object_size(load.acknowledged) <= (size_t)sent);
	}
	check_acknowledged(&load);
	check_log(s);
	json_decref(load.acknowledged);
}

static void restarted_it_continues_and_knows_what_it_decided(void **state)
{
	struct scene *s = *state;
	json_t *first = decided(s, "{'submission_id': 'before'}"), *again, *next_one;
	char *identity = scene_sql(s, "SELECT value FROM meta WHERE name = 'identity'"), *later;

	scene_stop(s);
	scene_start(s, NULL);
	again = decided(s, "{'submission_id': 'before'}");
	assert_true(json_equal(first, again));
	next_one = decided(s, NULL);
	expect(next_one, "{'outcome': {'change': 'maintained'}}");
	assert_true(json_member_integer(next_one, "sequence", 0) >
		    json_member_integer(first, "sequence", 0));
	later = scene_sql(s, "SELECT value FROM meta WHERE name = 'identity'");
	assert_string_equal(identity, later);
	check_log(s);
	json_decref(first);
	json_decref(again);
	json_decref(next_one);
	free(identity);
	free(later);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_acknowledged_survives_being_killed,
						scene_setup, scene_teardown),
		cmocka_unit_test_setup_teardown(killed_while_it_starts_it_starts_again, scene_setup,
						scene_teardown),
		cmocka_unit_test_setup_teardown(sigterm_answers_everything_accepted_and_exits_0,
						scene_setup, scene_teardown),
		cmocka_unit_test_setup_teardown(restarted_it_continues_and_knows_what_it_decided,
						scene_setup, scene_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
