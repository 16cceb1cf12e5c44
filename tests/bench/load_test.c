/*
 * The load generator itself: it accounts for every answer of the real daemon, notices a server
 * that loses, doubles or mixes up one, and does not hide a stall.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "load/load.h"
#include "support.h"

/* ---- what is run ----------------------------------------------------------- */

/* What one run of bench-load left behind; `result` is NULL where it printed none. */
struct loaded {
	json_t *result;
	int status;
	char said[1024]; /* on standard error */
};

static void loaded_deinit(struct loaded *l)
{
	json_decref(l->result);
}

static struct loaded load(const struct scene *s, const char *arguments)
{
	struct loaded l = {0};
	char command[1024];
	FILE *pipe, *said;

	assert_in_range(snprintf(command, sizeof command, "'%s' --socket '%s' %s 2>'%s/said'",
				 BENCH_LOAD, s->socket, arguments, s->dir),
			1, sizeof command - 1);
	pipe = popen(command, "re");
	assert_non_null(pipe);
	l.result = json_loadf(pipe, JSON_DISABLE_EOF_CHECK, NULL);
	l.status = pclose(pipe);
	assert_true(WIFEXITED(l.status));
	l.status = WEXITSTATUS(l.status);
	(void)snprintf(command, sizeof command, "%s/said", s->dir);
	said = fopen(command, "re");
	assert_non_null(said);
	l.said[fread(l.said, 1, sizeof l.said - 1, said)] = '\0';
	assert_int_equal(fclose(said), 0);
	return l;
}

static double number(const struct loaded *l, const char *pointer)
{
	return json_number_value(json_pointer_get(l->result, pointer));
}

/* A server in place of the daemon; it ends when the test does, or by echo_end. */
static pid_t echo_begin(const struct scene *s, const char *fault, const char *at)
{
	int out[2];
	char word[16];
	pid_t child;

	assert_int_equal(pipe(out), 0);
	child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0) {
		int in[2]; /* never ends */
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || pipe(in) != 0 ||
		    dup2(in[0], STDIN_FILENO) < 0 || dup2(out[1], STDOUT_FILENO) < 0)
			_exit(126);
		execl(BENCH_ECHO, BENCH_ECHO, s->socket, fault, at, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(close(out[1]), 0);
	assert_int_equal(read(out[0], word, sizeof word), 6);
	assert_memory_equal(word, "ready\n", 6);
	assert_int_equal(close(out[0]), 0);
	return child;
}

static void echo_end(const struct scene *s, pid_t child)
{
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(unlink(s->socket), 0);
}

static struct loaded load_faulty(void **state, const char *fault, const char *arguments)
{
	struct scene *s = *state;
	pid_t child = echo_begin(s, fault, "150");
	struct loaded l = load(s, arguments);

	echo_end(s, child);
	return l;
}

/* ---- percentiles ----------------------------------------------------------- */

static void percentiles_are_those_of_all_values_to_within_2_percent(void **state)
{
	static const double parts[] = {0, 0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1};
	enum { VALUES = 100000 };
	struct spread *s = calloc(1, sizeof *s);

	(void)state;
	assert_non_null(s);
	assert_int_equal(spread_at(s, 0.5), 0);
	/* From 1 ns to 5 s, none of them evenly apart from the next. */
	for (int64_t i = 1; i <= VALUES; i++)
		spread_add(s, i * i / 2);
	assert_int_equal(s->most, (int64_t)VALUES * VALUES / 2);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		double rank = parts[i] * VALUES > 1 ? parts[i] * VALUES : 1;
		double least = rank * rank / 2 - 1, found = (double)spread_at(s, parts[i]);
		assert_true(found >= least);
		assert_true(found <= least * 1.02 + 1);
	}
	free(s);
}

/* ---- the tests ------------------------------------------------------------- */

static void every_answer_of_the_daemon_is_accounted_for(void **state)
{
	struct scene *s = *state;
	char arguments[160];

	(void)snprintf(arguments, sizeof arguments,
		       "--connections 8 --depth 8 --count 200 --partnerships 50 --pid %d", s->pid);
	struct loaded l = load(s, arguments);
	assert_string_equal(l.said, "");
	assert_int_equal(l.status, 0);
	expect(l.result, "{'sent': 200, 'answered': 200, 'refused': 0, 'lost': 0, 'alien': 0,"
			 " 'wrong': 0}");
	assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM entry WHERE kind = 'decision'"),
			 200);
	assert_true(number(&l, "/latency_us/p50") > 0);
	assert_true(number(&l, "/latency_us/p99") >= number(&l, "/latency_us/p50"));
	assert_true(number(&l, "/latency_us/max") >= number(&l, "/latency_us/p99.9"));
	assert_true(number(&l, "/cpu_us_each") > 0);
	/* The daemon and its evaluators. */
	assert_int_equal((int)number(&l, "/processes"), 3);
	loaded_deinit(&l);
}

static int bound_setup(void **state)
{
	assert_int_equal(setenv("AWARDD_PROGRAM", BENCH_BOUND, 1), 0);
	return scene_group_setup(state);
}

/* Where evaluators give a constant, each answer is of its submission all the same. */
static void the_bound_answers_what_it_was_asked(void **state)
{
	struct scene *s = *state;
	struct loaded l = load(s, "--connections 8 --depth 16 --count 400");

	assert_string_equal(l.said, "");
	assert_int_equal(l.status, 0);
	expect(l.result, "{'answered': 400, 'refused': 0}");
	assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM entry WHERE kind = 'decision'"),
			 400);
	loaded_deinit(&l);
}

static void what_the_daemon_refuses_is_no_answer(void **state)
{
	struct scene *s = *state;
	struct loaded l = load(s, "--count 3 --method reports.draw");

	assert_int_equal(l.status, 1);
	expect(l.result, "{'answered': 3, 'refused': 3}");
	assert_non_null(strstr(l.said, "3 were refused, the first with: "));
	assert_non_null(strstr(l.said, "-32601"));
	loaded_deinit(&l);
}

static void a_good_server_passes(void **state)
{
	struct loaded l = load_faulty(state, "lose", "--connections 4 --depth 8 --count 149");

	assert_int_equal(l.status, 0);
	assert_string_equal(l.said, "");
	loaded_deinit(&l);
}

static void is_noticed(void **state, const char *fault, const char *options, const char *says)
{
	struct loaded l = load_faulty(state, fault, options);

	assert_int_equal(l.status, 1);
	assert_non_null(strstr(l.said, says));
	loaded_deinit(&l);
}

static void a_lost_answer_is_noticed(void **state)
{
	is_noticed(state, "lose", "--connections 4 --depth 8 --count 300 --patience 2",
		   "1 were not answered");
}

static void an_answer_that_comes_twice_is_noticed(void **state)
{
	static const char says[] = "1 answers came twice, or to no request";

	/* Once amid the others, and once as the last of all. */
	is_noticed(state, "double", "--connections 4 --depth 8 --count 300", says);
	is_noticed(state, "double", "--depth 8 --count 150", says);
}

static void the_answer_of_another_submission_is_noticed(void **state)
{
	is_noticed(state, "wrong", "--connections 4 --depth 8 --count 300",
		   "1 answers are of another submission");
}

/* The server does nothing for 250 ms. A client that waits for its answer has one slow one; at
 * a rate of 1,000 a second, 250 of 600 were due meanwhile, and a fifth waited 100 ms. */
static void a_stall_shows_in_all_that_were_due(void **state)
{
	struct loaded waiting = load_faulty(state, "stall", "--count 600");
	struct loaded rated = load_faulty(state, "stall", "--count 600 --rate 1000");

	assert_int_equal(waiting.status, 0);
	assert_int_equal(rated.status, 0);
	assert_int_equal((int)number(&rated, "/latencies"), 600);
	assert_true(number(&waiting, "/latency_us/max") >= 250e3);
	assert_true(number(&waiting, "/latency_us/p90") < 100e3);
	assert_true(number(&rated, "/latency_us/p90") >= 100e3);
	loaded_deinit(&waiting);
	loaded_deinit(&rated);
}

int main(void)
{
	const struct CMUnitTest with_daemon[] = {
		cmocka_unit_test(every_answer_of_the_daemon_is_accounted_for),
		cmocka_unit_test(what_the_daemon_refuses_is_no_answer),
	};
	const struct CMUnitTest without[] = {
		cmocka_unit_test(percentiles_are_those_of_all_values_to_within_2_percent),
		cmocka_unit_test(a_good_server_passes),
		cmocka_unit_test(a_lost_answer_is_noticed),
		cmocka_unit_test(an_answer_that_comes_twice_is_noticed),
		cmocka_unit_test(the_answer_of_another_submission_is_noticed),
		cmocka_unit_test(a_stall_shows_in_all_that_were_due),
	};
	const struct CMUnitTest with_bound[] = {
		cmocka_unit_test(the_bound_answers_what_it_was_asked),
	};
	int failed = cmocka_run_group_tests(with_daemon, scene_group_setup, scene_group_teardown);

	failed += cmocka_run_group_tests(without, scene_setup_stopped, scene_teardown);
	return failed + cmocka_run_group_tests(with_bound, bound_setup, scene_group_teardown);
}
