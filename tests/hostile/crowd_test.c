/* Too many: connections of one user, connections that say half a thing, and no descriptors
 * for more. Whoever is refused is told -32006, and the others are decided. */
#include <sys/stat.h>

#include "hostile.h"

static void needs_root(void)
{
	if (geteuid() != 0)
		skip();
}

static void one_user_who_takes_all_connections_leaves_some_to_others(void **state)
{
	static const char *const options[] = {"--connections=40", "--submit=0,12345,12346",
					      "--socket-mode=0666", NULL};
	struct scene *s = *state;

	needs_root();
	scene_start(s, options);
	/* Three quarters are one user's share. */
	struct hog h = hog_start(s, HOG, 60, 30, text_of(""));
	assert_true(is_decided_for(s, OTHER, submission(s, NULL)));
	struct hog second = hog_start(s, OTHER, 5, 0, text_of(""));
	decides(s, NULL, "{'outcome': {'change': 'maintained'}}");
	/* Its own share is full, and stays so. */
	assert_false(is_decided_for(s, HOG, submission(s, NULL)));
	hog_end(&second);
	hog_end(&h);
	await_decided_for(s, HOG);
	assert_log_verifies(s);
}

static void half_lines_on_every_connection_take_bounded_memory(void **state)
{
	enum { CONNECTIONS = 64, HALF = 1000000 };
	static const char *const options[] = {"--connections=100", NULL};
	struct scene *s = *state;
	struct peer *peers[CONNECTIONS];
	char *half = malloc(HALF);

	scene_start(s, options);
	decides(s, NULL, "{'outcome': {'change': 'first'}}");
	long before = peak_of(s);
	assert_non_null(half);
	memset(half, ' ', HALF);
	for (int i = 0; i < CONNECTIONS; i++) {
		peers[i] = peer_open(s);
		peer_send(peers[i], half, HALF);
		if (i % 8 == 0)
			decides(s, NULL, "{'outcome': {'change': 'maintained'}}");
	}
	decides(s, NULL, "{'outcome': {'change': 'maintained'}}");
	/* Each has its megabyte, which may be in a buffer twice as large. */
	assert_grew_by_at_most(s, before, CONNECTIONS * 2 * 1024 + 16384);
	for (int i = 0; i < CONNECTIONS; i++)
		peer_close(&peers[i]);
	free(half);
	assert_log_verifies(s);
}

/* A daemon that may have few descriptors: its program is a script that sees to it. */
static void start_with_descriptors(struct scene *s, int descriptors)
{
	char path[PATH_TEXT + 16];
	const char *program = getenv("AWARDD_PROGRAM");

	snprintf(path, sizeof path, "%s/few", s->dir);
	FILE *script = fopen(path, "we");
	assert_non_null(script);
	fprintf(script, "#!/bin/sh\nulimit -n %d\nexec '%s' \"$@\"\n", descriptors,
		program != NULL ? program : AWARDD_PROGRAM);
	assert_int_equal(fchmod(fileno(script), 0700), 0);
	assert_int_equal(fclose(script), 0);
	char *kept = program != NULL ? strdup(program) : NULL;
	assert_int_equal(setenv("AWARDD_PROGRAM", path, 1), 0);
	scene_start(s, NULL);
	if (kept != NULL)
		assert_int_equal(setenv("AWARDD_PROGRAM", kept, 1), 0);
	else
		assert_int_equal(unsetenv("AWARDD_PROGRAM"), 0);
	free(kept);
}

static void without_descriptors_it_decides_and_replaces_evaluators(void **state)
{
	enum { DESCRIPTORS = 110, CONNECTIONS = 120 };
	struct scene *s = *state;
	int fds[CONNECTIONS], refused = 0;
	pid_t evaluators[EVALUATORS_MAX];

	start_with_descriptors(s, DESCRIPTORS);
	decides(s, NULL, "{'outcome': {'change': 'first'}}");
	for (int i = 0; i < CONNECTIONS; i++) {
		fds[i] = connect_to(s->socket);
		assert_true(fds[i] >= 0);
	}
	decides(s, NULL, "{'outcome': {'change': 'maintained'}}");
	for (int i = 0; i < CONNECTIONS; i++)
		refused += is_refused(fds[i], 0);
	print_message("%d of %d refused\n", refused, CONNECTIONS);
	assert_in_range(refused, 1, CONNECTIONS - 1);
	/* What dies is started again, with descriptors that were kept for it. */
	for (int round = 0; round < 3; round++) {
		size_t count = scene_evaluators(s, evaluators);
		for (size_t i = 0; i < count; i++)
			assert_int_equal(kill(evaluators[i], SIGKILL), 0);
		json_t *answer = NULL;
		for (int tries = 0; tries < 3; tries++) {
			json_decref(answer);
			answer = peer_call(scene_peer(s), "decide", submission(s, NULL));
			if (json_object_get(answer, "result") != NULL)
				break;
		}
		expect(answer, "{'result': {'outcome': {'change': 'maintained'}}}");
		json_decref(answer);
	}
	calls(s, "rules.reload", "{}", "{}");
	for (int i = 0; i < CONNECTIONS; i++)
		assert_int_equal(close(fds[i]), 0);
	await_decided_for(s, geteuid());
	assert_log_verifies(s);
}

#define with_scene(test) cmocka_unit_test_setup_teardown(test, scene_setup_stopped, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(one_user_who_takes_all_connections_leaves_some_to_others),
		with_scene(half_lines_on_every_connection_take_bounded_memory),
		with_scene(without_descriptors_it_decides_and_replaces_evaluators),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
