/*
 * Sockets that take and give a byte at a time, or find nothing to do every second time: the
 * daemon's, its evaluators', its plugins', and the client library's. What is answered is what
 * is answered otherwise.
 */
#include "../plugin/rig.h"
#include "../scenario/tool.h"
#include "preload/slices.h"
#include "preloaded.h"

struct sliced {
	struct scene *scene;
	struct preloaded preloaded;
	struct slices *slices;
};

static void sliced_init(struct sliced *sl, struct scene *s)
{
	*sl = (struct sliced){.scene = s};
	preloaded_open(&sl->preloaded, s, "AWARDD_SLICES", AWARDD_SLICES_MODULE,
		       sizeof *sl->slices);
	sl->slices = sl->preloaded.memory;
}

static void sliced_deinit(struct sliced *sl)
{
	/* Nothing was tested where nothing was cut. */
	assert_true(atomic_load(&sl->slices->cut) > 100);
	assert_true(atomic_load(&sl->slices->none) > 100);
	sl->scene->environment = NULL;
	preloaded_close(&sl->preloaded);
}

/* ---- the daemon and its children ------------------------------------------------------ */

/* Everything that is asked, answered by documents that do not change. */
static json_t *answers(struct scene *s)
{
	static const struct {
		const char *method, *params;
	} calls[] = {
		{"scheme.get", NULL},
		{"decisions.list", "{'limit': 3}"},
		{"decisions.get", "{'sequence': 3}"},
		{"register.list", "{'on': '2025-01-01'}"},
		{"statistics.get", NULL},
		{"rules.show", NULL},
		{"hello.greet", "{'who': 'Fen'}"},
	};
	json_t *all = json_array();

	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		json_t *params = calls[i].params != NULL ? quoted(calls[i].params) : NULL;
		json_t *answer = peer_call(scene_peer(s), calls[i].method, params);
		(void)json_object_del(answer, "id");
		assert_int_equal(json_array_append_new(all, answer), 0);
	}
	assert_int_equal(
		json_array_append_new(all, peer_call(scene_peer(s), "assess", submission(s, NULL))),
		0);
	(void)json_object_del(json_array_get(all, json_array_size(all) - 1), "id");
	return all;
}

/* A line sent byte by byte, as the client's side may be slow, too. */
static void a_byte_at_a_time(struct scene *s)
{
	struct peer *p = peer_open(s);
	json_t *request = json_pack("{s:s, s:i, s:s, s:o}", "jsonrpc", "2.0", "id", 1, "method",
				    "assess", "params", submission(s, NULL));
	char *text = json_dumps(request, JSON_COMPACT);
	json_t *answer;

	for (const char *c = text; *c != '\0'; c++)
		peer_send(p, c, 1);
	peer_send(p, "\n", 1);
	answer = peer_receive(p);
	expect(answer, "{'result': {'outcome': {'award': 'quality-lead'}}}");
	json_decref(answer);
	json_decref(request);
	free(text);
	peer_close(&p);
}

static void the_daemon_answers_the_same_a_few_bytes_at_a_time(void **state)
{
	static const int most[] = {1, 3, 4095};
	struct scene *s = *state;
	struct sliced sl;
	json_t *wanted;

	sliced_init(&sl, s);
	s->environment = sl.preloaded.environment;
	rig_add(s, "good/hello");
	rig_start(s, NULL);
	for (int i = 0; i < 5; i++)
		json_decref(decided(s, NULL));
	wanted = answers(s);
	for (size_t i = 0; i < sizeof most / sizeof *most; i++) {
		atomic_store(&sl.slices->most, most[i]);
		json_t *is = answers(s);
		for (size_t k = 0; k < json_array_size(wanted); k++)
			if (!json_equal(json_array_get(is, k), json_array_get(wanted, k)))
				fail_msg("%d bytes at a time, answer %zu: %.300s", most[i], k,
					 json_dumps(json_array_get(is, k), 0));
		a_byte_at_a_time(s);
		json_decref(is);
	}
	atomic_store(&sl.slices->most, 2);
	json_decref(called(s, "rules.reload", NULL));
	scene_stop(s);
	/* And from the first byte of a start on. */
	rig_start(s, NULL);
	for (int i = 0; i < 3; i++)
		json_decref(decided(s, NULL));
	scene_stop(s);
	json_decref(wanted);
	sliced_deinit(&sl);
}

/* ---- the client library ------------------------------------------------------------------ */

static void awardctl_prints_the_same_a_few_bytes_at_a_time(void **state)
{
	struct scene *s = *state;
	struct sliced sl;
	char *plain[3], *sliced[3];

	sliced_init(&sl, s);
	for (int i = 0; i < 5; i++)
		json_decref(decided(s, NULL));
	for (int round = 0; round < 2; round++) {
		char **out = round == 0 ? plain : sliced;
		if (round == 1) {
			atomic_store(&sl.slices->most, 1);
			assert_int_equal(putenv(sl.preloaded.named), 0);
			assert_int_equal(putenv(sl.preloaded.preload), 0);
		}
		out[0] = TOOL_OUT(s, 0, "scheme");
		out[1] = TOOL_OUT(s, 0, "decisions", "list", "--format", "json");
		out[2] = TOOL_OUT(s, 0, "call", "log.checkpoint");
	}
	assert_int_equal(unsetenv("LD_PRELOAD"), 0);
	assert_int_equal(unsetenv("AWARDD_SLICES"), 0);
	for (int i = 0; i < 3; i++) {
		assert_string_equal(plain[i], sliced[i]);
		free(plain[i]);
		free(sliced[i]);
	}
	sliced_deinit(&sl);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_daemon_answers_the_same_a_few_bytes_at_a_time,
						scene_setup_stopped, scene_teardown),
		cmocka_unit_test_setup_teardown(awardctl_prints_the_same_a_few_bytes_at_a_time,
						scene_setup, scene_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
