/* Rules that would change more past decisions than is allowed: max-impact. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

enum { PAST = 40, LONG_PAST = 2000, WINDOW = 16 };

static const char *const none[] = {"--max-impact=0", NULL};
static const char *const three[] = {"--max-impact=3", NULL};
static const char *const many[] = {"--max-impact=1000", NULL};

/* Decisions that a threshold raised from 5 to 6 changes. */
static void decide_some(struct scene *s, size_t count)
{
	struct stream st;

	stream_open(&st, s, WINDOW, "{'scores': {'1': 5}}");
	stream_go(&st, count);
	stream_finish(&st);
	assert_int_equal(st.failed, 0);
	stream_deinit(&st);
}

static void raise_threshold(const struct scene *s)
{
	scene_rule_replace(s, "quality-mark.lua", "every_score_at_least(5)",
			   "every_score_at_least(6)");
}

static json_t *digest(struct scene *s)
{
	json_t *rules = called(s, "rules.get", NULL);
	json_t *digest = json_incref(json_object_get(rules, "digest"));

	json_decref(rules);
	return digest;
}

static int64_t entries(const struct scene *s, const char *kind)
{
	char query[128];

	snprintf(query, sizeof query, "SELECT count(*) FROM entry WHERE kind = '%s'", kind);
	return scene_sql_number(s, query);
}

/* It also says how to see them, and how to have them. */
static void says_too_many(const struct scene *s, const json_t *fault, const char *how_many)
{
	char wanted[3 * PATH_TEXT];

	snprintf(wanted, sizeof wanted,
		 "%s (max-impact): `awardctl rules impact %s --log %s` shows which; to have them "
		 "all the same, restart awardd, or raise max-impact",
		 how_many, s->rules, s->log);
	assert_string_equal(json_member_text(fault, "message"), wanted);
}

static void what_changes_nothing_goes_through(void **state)
{
	struct scene *s = *state;

	scene_start(s, none);
	decide_some(s, PAST);
	json_t *before = digest(s);
	scene_rule_append(s, "outcome.lua", "\n-- a note\n");
	json_decref(called(s, "rules.reload", NULL));
	json_t *after = digest(s);
	assert_false(json_equal(before, after));
	json_decref(before);
	json_decref(after);
}

static void what_changes_too_many_is_refused(void **state)
{
	struct scene *s = *state;
	struct stream st;

	scene_start(s, none);
	decide_some(s, PAST);
	json_t *before = digest(s);
	raise_threshold(s);
	/* Decisions go on meanwhile. */
	stream_open(&st, s, WINDOW, NULL);
	json_t *answer = stream_call(&st, "rules.reload");
	stream_finish(&st);
	assert_int_equal(st.failed, 0);
	stream_deinit(&st);
	expect(answer,
	       "{'error': {'code': -32010, 'data': {'errors': [{'file': '', 'line': 0}]}}}");
	says_too_many(s, json_pointer_get(answer, "/error/data/errors/0"),
		      "would change at least 1 past decision, and at most 0 are allowed");
	json_decref(answer);
	json_t *after = digest(s);
	assert_true(json_equal(before, after));
	json_decref(before);
	json_decref(after);
	assert_int_equal(entries(s, "rejection"), 1);
	json_decref(decided(s, "{'every': 5}"));
}

static void as_many_as_are_allowed_go_through(void **state)
{
	struct scene *s = *state;

	scene_start(s, three);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(scene_next_area(state), 0);
		json_decref(decided(s, "{'every': 5}"));
	}
	raise_threshold(s);
	json_decref(called(s, "rules.reload", NULL));
	/* Back again changes the same three, and now one more. */
	assert_int_equal(scene_next_area(state), 0);
	json_decref(decided(s, "{'every': 5}"));
	scene_rule_replace(s, "quality-mark.lua", "every_score_at_least(6)",
			   "every_score_at_least(5)");
	json_t *data = fails(s, "rules.reload", NULL, -32010);
	says_too_many(s, json_pointer_get(data, "/errors/0"),
		      "would change at least 4 past decisions, and at most 3 are allowed");
	json_decref(data);
}

static void a_wider_bound_and_a_start_let_it_through(void **state)
{
	struct scene *s = *state;

	scene_start(s, many);
	decide_some(s, PAST);
	raise_threshold(s);
	json_decref(called(s, "rules.reload", NULL));
	assert_int_equal(entries(s, "activation"), 2);
	scene_stop(s);
	peer_close(&s->peer);
	scene_rule_replace(s, "quality-mark.lua", "every_score_at_least(6)",
			   "every_score_at_least(5)");
	scene_start(s, none);
	assert_int_equal(entries(s, "rejection"), 0);
	assert_int_equal(entries(s, "activation"), 3);
}

static void what_was_revoked_does_not_count(void **state)
{
	struct scene *s = *state;

	scene_start(s, none);
	assert_int_equal(scene_next_area(state), 0);
	json_t *wrong = decided(s, "{'every': 5}");
	raise_threshold(s);
	json_decref(fails(s, "rules.reload", NULL, -32010));
	revokes(s, wrong);
	json_decref(wrong);
	json_decref(called(s, "rules.reload", NULL));
	assert_int_equal(entries(s, "activation"), 2);
}

/* Waits until the second evaluators, of the candidate, and those that measure
 * are there. */
static void await_measuring(const struct scene *s)
{
	pid_t children[EVALUATORS_MAX];

	for (int i = 0; i < ANSWER_TIMEOUT_MS; i++) {
		if (scene_evaluators(s, children) >= 6)
			return;
		usleep(1000);
	}
	fail_msg("nothing is measured");
}

static void the_end_does_not_wait_for_it(void **state)
{
	struct scene *s = *state;

	scene_start(s, none);
	decide_some(s, LONG_PAST);
	scene_rule_append(s, "outcome.lua", "\n-- a note\n");
	assert_int_equal(kill(s->pid, SIGHUP), 0);
	await_measuring(s);
	scene_stop(s);
	assert_int_equal(entries(s, "activation"), 1);
	assert_int_equal(entries(s, "rejection"), 0);
	assert_int_equal(entries(s, "stop"), 1);
	assert_true(scene_said(s, "the rules were not changed"));
}

#define in_scene(test) cmocka_unit_test_setup_teardown(test, scene_setup_stopped, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_scene(what_changes_nothing_goes_through),
		in_scene(what_changes_too_many_is_refused),
		in_scene(as_many_as_are_allowed_go_through),
		in_scene(a_wider_bound_and_a_start_let_it_through),
		in_scene(what_was_revoked_does_not_count),
		in_scene(the_end_does_not_wait_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
