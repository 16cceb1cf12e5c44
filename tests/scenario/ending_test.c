/* A change of rules that the end of the daemon, or of an evaluator, comes upon. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

enum { SOON_MS = 10000 };

/* So many tests, of a criterion that spends its whole budget each time, that they take
 * far longer than SOON_MS. */
static void write_long_tests(struct scene *s)
{
	scene_rule_write(
		s, "long.lua",
		"commendation \"long\" {\n\ttitle = \"Long\", added_to = \"quality-mark\",\n"
		"\tcriterion \"LO-1\" { says = \"Long\", check = function()\n"
		"\t\twhile true do end\n\tend },\n}\n");
	scene_rule_write(
		s, "long.test.lua",
		"for i = 1, 5000 do\n\ttest(\"long \" .. i) {\n"
		"\t\tgiven = { partnership = { id = \"somewhere\" }, assessed_on = \"2024-05-20\",\n"
		"\t\t\tscores = all(7) },\n"
		"\t\texpect = { criteria = { [\"LO-1\"] = \"error\" } },\n\t}\nend\n");
}

static int64_t now_ms(void)
{
	struct timespec now;

	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void ends_soon(struct scene *s)
{
	int64_t begun = now_ms();

	scene_ended(s);
	assert_in_range(now_ms() - begun, 0, SOON_MS);
}

static void the_end_does_not_wait_for_the_tests_of_a_reload(void **state)
{
	struct scene *s = *state;
	struct peer *p;
	json_t *answer;
	int64_t begun;

	scene_start(s, NULL);
	write_long_tests(s);
	p = peer_open(s);
	peer_request(p, 1, "rules.reload", NULL);
	peer_request(p, 2, "rules.reload", NULL);
	/* What came behind them was answered: they are on their way. */
	peer_request(p, 3, "rules.get", NULL);
	answer = peer_receive(p);
	expect(answer, "{'id': 3}");
	json_decref(answer);
	assert_true(peer_is_silent(p, 0));
	begun = now_ms();
	scene_terminate(s);
	for (int id = 1; id <= 2; id++) {
		answer = peer_receive(p);
		expect(answer,
		       id == 1 ? "{'id': 1, 'error': {'message': 'the rules were not changed: the "
				 "daemon is ending'}}"
			       : "{'id': 2, 'error': {'message': 'the rules were not changed: the "
				 "daemon is ending'}}");
		json_decref(answer);
	}
	assert_in_range(now_ms() - begun, 0, SOON_MS);
	peer_close(&p);
	ends_soon(s);
	assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM entries WHERE kind = 'stop'"),
			 1);
	assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM rule_sets"), 1);
}

/* It goes on with a reload that nobody asked for; the test is that it ends. */
static void the_end_does_not_wait_for_the_tests_of_a_signal(void **state)
{
	struct scene *s = *state;

	scene_start(s, NULL);
	write_long_tests(s);
	assert_int_equal(kill(s->pid, SIGHUP), 0);
	json_decref(called(s, "rules.get", NULL));
	peer_close(&s->peer);
	scene_terminate(s);
	ends_soon(s);
}

/* Rules that take long to read: a file's whole budget, many times. */
static void write_slow_rules(struct scene *s)
{
	char name[32];

	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof name, "slow-%02d.lua", i);
		scene_rule_write(s, name, "local n = 0\nfor i = 1, 900000 do n = n + i % 7 end\n");
	}
}

/* Kills the evaluators that are reading rules: those that are not in `known`. */
static size_t kill_new_ones(struct scene *s, const pid_t *known, size_t count)
{
	pid_t now[EVALUATORS_MAX];
	size_t found = scene_evaluators(s, now), killed = 0;

	for (size_t i = 0; i < found; i++) {
		bool is_known = false;

		for (size_t k = 0; k < count; k++)
			is_known = is_known || now[i] == known[k];
		if (!is_known)
			killed += kill(now[i], SIGKILL) == 0;
	}
	return killed;
}

static void rules_whose_evaluator_died_are_tried_again_as_they_are(void **state)
{
	/* No deadline is to end it: a machine may be slow. */
	static const char *const watching[] = {"--watch=yes", "--deadline=60000", NULL};
	struct scene *s = *state;
	pid_t known[EVALUATORS_MAX];
	size_t count, killed = 0;

	scene_start(s, watching);
	scene_await(s, "rules in force");
	count = scene_evaluators(s, known);
	write_slow_rules(s);
	/* /proc has no event to wait for; that it is refused ends the wait. */
	while (!scene_said(s, "rules refused"))
		killed += kill_new_ones(s, known, count);
	assert_true(killed > 0);
	scene_await(s, "rules refused: the rules could not be run");
	/* The same bytes once more, as an editor saves them. */
	scene_rule_write(s, "slow-00.lua", "local n = 0\nfor i = 1, 900000 do n = n + i % 7 end\n");
	scene_await(s, "rules in force");
	decides(s, NULL, "{'outcome': {'award': 'quality-lead'}}");
}

int main(void)
{
#define STOPPED(test) cmocka_unit_test_setup_teardown(test, scene_setup_stopped, scene_teardown)
	const struct CMUnitTest tests[] = {
		STOPPED(the_end_does_not_wait_for_the_tests_of_a_reload),
		STOPPED(the_end_does_not_wait_for_the_tests_of_a_signal),
		STOPPED(rules_whose_evaluator_died_are_tried_again_as_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
