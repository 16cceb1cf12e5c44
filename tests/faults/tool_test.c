/*
 * Memory that runs out in awardctl: it says that there is none, and not that a proof is false; it
 * sends a submission as it stands, or not at all. Each run is a process of its own, with the
 * module preloaded.
 */
#include "../scenario/tool.h"
#include "memory.h"

/* In the environment of what is run until it is taken out again. */
static void preload(const struct shortage *sh, bool into)
{
	for (size_t i = 0; sh->preloaded.environment[i] != NULL; i++) {
		char name[64];

		(void)snprintf(name, sizeof name, "%.*s",
			       (int)strcspn(sh->preloaded.environment[i], "="),
			       sh->preloaded.environment[i]);
		if (into)
			assert_int_equal(putenv((char *)(uintptr_t)sh->preloaded.environment[i]),
					 0);
		else
			assert_int_equal(unsetenv(name), 0);
	}
}

/* Runs it without its n-th allocation; false where it needs fewer. */
static bool runs_without(struct shortage *sh, long n, const char *const *arguments)
{
	arm(sh, WHO_DAEMON, n, false);
	preload(sh, true);
	struct ran r = tool_run(sh->scene, NULL, arguments);
	preload(sh, false);
	bool reached = disarm(sh);

	if (r.status != 0 && (!reached || r.status != 1 || strstr(r.err, "prove") != NULL))
		fail_msg("without the allocation %ld: %d\n%s", n, r.status, r.err);
	ran_deinit(&r);
	return reached;
}

/* How many it makes. */
static long allocations(struct shortage *sh, const char *const *arguments)
{
	enum { MOST = 1000000 };

	arm(sh, WHO_DAEMON, MOST, false);
	preload(sh, true);
	struct ran r = tool_run(sh->scene, NULL, arguments);
	preload(sh, false);
	tool_ended(&r, 0);
	ran_deinit(&r);
	return MOST - atomic_load(&sh->memory->countdown);
}

static void walk(struct shortage *sh, long first, long step, const char *const *arguments)
{
	long n = first;

	while (runs_without(sh, n, arguments))
		n += sh->step > 0 ? sh->step : step;
	assert_true(n > first);
}

static void without_memory_no_proof_is_called_false(void **state)
{
	struct scene *s = *state;
	struct shortage sh;

	json_decref(decided(s, NULL));
	free(TOOL_OUT(s, 0, "publish", "site"));
	char *vkey = tool_read(s, "site/log.vkey");
	vkey[strcspn(vkey, "\n")] = '\0';
	char *proof = TOOL_OUT(s, 0, "log", "proof", "2");
	tool_write(s, "proof", proof);
	free(proof);
	shortage_init(&sh, s); /* not for the daemon, which runs already */
	walk(&sh, 0, 1, (const char *[]){"log", "check", "proof", "--key", vkey, NULL});
	/* Proofs are asked for and checked last. */
	const char *const publish[] = {"publish", "site", NULL};
	long all = allocations(&sh, publish);
	walk(&sh, sh.step > 0 ? 0 : all - all / 8, 2, publish);
	shortage_deinit(&sh);
	free(vkey);
}

/* What could not be sent is not waited for. One of another text would be refused, by its id. */
static void without_memory_no_other_submission_is_sent(void **state)
{
	struct scene *s = *state;
	struct shortage sh;

	tool_write_json(s, "one.json", submission(s, "{'submission_id': 'one'}"));
	shortage_init(&sh, s); /* not for the daemon, which runs already */
	/* It is read and sent after the scheme was. */
	const char *const submit[] = {"--timeout", "5", "submit", "one.json", NULL};
	long all = allocations(&sh, submit);
	walk(&sh, sh.step > 0 ? 0 : all - all / 3, 1, submit);
	shortage_deinit(&sh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(without_memory_no_proof_is_called_false,
						scene_setup, scene_teardown),
		cmocka_unit_test_setup_teardown(without_memory_no_other_submission_is_sent,
						scene_setup, scene_teardown),
	};

	return is_testable() ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
