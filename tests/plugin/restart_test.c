/* A plugin that dies is started again after a pause that grows, and at last left
 * alone; one that is of use in between begins anew. */
#include "bench.h"

static bool is_failed(const json_t *plugin, json_int_t number)
{
	(void)number;
	return strcmp(json_member_text(plugin, "state"), "failed") == 0;
}

static bool has_failed(const json_t *plugin, json_int_t restarts)
{
	return strcmp(json_member_text(plugin, "state"), "waiting") == 0 &&
	       json_object_get(plugin, "process_id") != NULL &&
	       json_is_object(json_object_get(plugin, "last_error")) &&
	       json_member_integer(plugin, "restarts", 0) == restarts;
}

static bool runs_after(const json_t *plugin, json_int_t restarts)
{
	return strcmp(json_member_text(plugin, "state"), "running") == 0 &&
	       json_member_integer(plugin, "restarts", 0) >= restarts;
}

static void makes(struct bench *b, const char *plugin)
{
	bench_make(b);
	rig_add(&b->scene, plugin);
	bench_configure(b, NULL, NULL);
	bench_open(b);
	bench_start(b);
}

static void pauses_double_up_to_the_longest_and_then_it_is_out_of_action(void **state)
{
	static const char *const pauses[] = {"1 ms", "2 ms", "4 ms", "5 ms", "5 ms"};
	struct bench b = {.failures_most = 6, .pause_ms = 1, .pause_most_ms = 5};

	(void)state;
	makes(&b, "broken/load-crashes");
	bench_run(&b, is_failed, 0);
	const char *at = b.said;
	for (size_t i = 0; i < sizeof pauses / sizeof *pauses; i++) {
		char expected[64];
		(void)snprintf(expected, sizeof expected, "It is started again in %s\n", pauses[i]);
		const char *found = strstr(at, "It is started again in ");
		if (found == NULL || strncmp(found, expected, strlen(expected)) != 0)
			fail_msg("pause %zu is not %s:\n%s", i + 1, pauses[i], b.said);
		at = found + strlen(expected);
	}
	assert_null(strstr(at, "It is started again"));
	assert_non_null(strstr(at, "3 "));
	assert_non_null(strstr(at, "It failed too often: it is out of action"));
	json_t *list = hosts_describe(b.hosts);
	expect(json_array_get(list, 0), "{'state': 'failed', 'restarts': 5}");
	json_decref(list);
	bench_close(&b);
	bench_remove(&b);
}

/* One that is out of action, and one that waits for a pause as long as a test. */
static void told_to_it_is_started_again_at_once_as_if_it_had_never_failed(void **state)
{
	struct bench b = {.failures_most = 2, .pause_ms = 1, .pause_most_ms = 1};
	struct bench waits = {.failures_most = 9, .pause_ms = 600000, .pause_most_ms = 600000};

	(void)state;
	hosts_again(NULL);
	makes(&b, "broken/load-crashes");
	bench_run(&b, is_failed, 0);
	hosts_again(b.hosts);
	bench_run(&b, is_failed, 0);
	json_t *list = hosts_describe(b.hosts);
	expect(json_array_get(list, 0), "{'state': 'failed', 'restarts': 3}");
	json_decref(list);
	bench_close(&b);
	bench_remove(&b);

	makes(&waits, "broken/load-crashes");
	bench_run(&waits, has_failed, 0);
	hosts_again(waits.hosts);
	bench_run(&waits, has_failed, 1);
	bench_close(&waits);
	bench_remove(&waits);
}

/* ---- calls ---------------------------------------------------------------------- */

struct asked {
	size_t answered, lost;
};

static void on_answer(void *ctx, const struct host_answer *answer)
{
	struct asked *asked = ctx;

	asked->answered++;
	asked->lost += answer->status == AW_ECRASH;
	assert_string_equal(answer->plugin, "calls");
}

static int ask(struct bench *b, const char *method, struct asked *asked, struct err *e)
{
	const struct host_offer *offer = hosts_method(b->hosts, method);
	json_t *call = json_pack("{s{}}", "params");

	assert_non_null(offer);
	int rv = hosts_call(offer, call, on_answer, asked, e);
	json_decref(call);
	return rv;
}

static void one_that_answers_in_between_is_never_out_of_action(void **state)
{
	struct bench b = {.failures_most = 2, .pause_ms = 1, .pause_most_ms = 1};
	struct asked asked = {0};
	struct err e = {0};

	(void)state;
	makes(&b, "broken/calls");
	for (int i = 0; i < 5; i++) {
		bench_run(&b, runs_after, i);
		assert_int_equal(ask(&b, "calls.good", &asked, &e), 0);
		assert_int_equal(ask(&b, "calls.crash", &asked, &e), 0);
	}
	bench_run(&b, runs_after, 5);
	assert_int_equal(asked.answered, 10);
	assert_int_equal(asked.lost, 5);
	/* Twice with nothing answered in between is too often. */
	assert_int_equal(ask(&b, "calls.crash", &asked, &e), 0);
	bench_run(&b, is_failed, 0);
	assert_int_equal(ask(&b, "calls.good", &asked, &e), AW_ECLOSED);
	assert_non_null(strstr(e.text, "the plugin calls does not run: "));
	assert_int_equal(asked.answered, 11);
	bench_close(&b);
	bench_remove(&b);
}

static void calls_that_wait_are_bounded_and_answered_when_it_dies(void **state)
{
	struct bench b = {.failures_most = 9, .pause_ms = 1, .pause_most_ms = 1};
	struct asked asked = {0};
	struct err e = {0};
	size_t taken = 0;
	int rv = 0;

	(void)state;
	makes(&b, "broken/calls");
	bench_run(&b, runs_after, 0);
	assert_int_equal(ask(&b, "calls.crash", &asked, &e), 0);
	while (taken < 1000 && (rv = ask(&b, "calls.good", &asked, &e)) == 0)
		taken++;
	assert_int_equal(rv, AW_ELIMIT);
	assert_int_equal(taken, 64);
	bench_run(&b, runs_after, 1);
	assert_int_equal(asked.answered, 65);
	assert_int_equal(asked.lost, 65);
	bench_close(&b);
	bench_remove(&b);
}

static void what_is_owed_is_answered_at_the_end(void **state)
{
	struct bench b = {.failures_most = 9, .pause_ms = 1, .pause_most_ms = 1};
	struct asked asked = {0};
	struct err e = {0};

	(void)state;
	makes(&b, "broken/calls");
	bench_run(&b, runs_after, 0);
	assert_int_equal(ask(&b, "calls.block", &asked, &e), 0);
	assert_int_equal(ask(&b, "calls.good", &asked, &e), 0);
	bench_close(&b);
	assert_int_equal(asked.answered, 2);
	bench_remove(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pauses_double_up_to_the_longest_and_then_it_is_out_of_action),
		cmocka_unit_test(told_to_it_is_started_again_at_once_as_if_it_had_never_failed),
		cmocka_unit_test(one_that_answers_in_between_is_never_out_of_action),
		cmocka_unit_test(calls_that_wait_are_bounded_and_answered_when_it_dies),
		cmocka_unit_test(what_is_owed_is_answered_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
