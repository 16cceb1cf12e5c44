/*
 * Evaluators that are killed, stopped, or sent round for ever by a rule, and
 * rules that fail: one answer is lost at most, and the next is right.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

enum { ROUNDS = 20 };

/* A criterion that the framework's partnership picks by its name. */
static const char beside[] = "\n"
			     "level \"future-tier\" {\n"
			     "\ttitle = \"Future Tier\",\n"
			     "\tabove = \"quality-lead\",\n"
			     "\tcriterion \"FT-1\" {\n"
			     "\t\tsays = \"Anything goes\",\n"
			     "\t\tcheck = function(submission)\n"
			     "\t\t\tif submission.partnership.name == \"Fault\" then\n"
			     "\t\t\t\tlocal nothing = nil\n"
			     "\t\t\t\treturn nothing.at_all\n"
			     "\t\t\tend\n"
			     "\t\t\tif submission.partnership.name == \"Loop\" then\n"
			     "\t\t\t\twhile true do end\n"
			     "\t\t\tend\n"
			     "\t\t\tif submission.partnership.name == \"Memory\" then\n"
			     "\t\t\t\tlocal heap = {}\n"
			     "\t\t\t\twhile true do heap[#heap + 1] = {} end\n"
			     "\t\t\tend\n"
			     "\t\t\treturn met(\"So it does\")\n"
			     "\t\tend,\n"
			     "\t},\n"
			     "}\n";

enum { FAULT_LINE = 10 };

/* Starts with the rules beside the shipped ones. */
static void start_with_future_tier(struct scene *s)
{
	scene_rule_write(s, "future-tier.lua", beside);
	scene_start(s, NULL);
}

static void next_is_right(struct scene *s)
{
	(void)scene_next_area((void **)&s); /* always 0 */
	decides(s, NULL, "{'outcome': {'award': 'quality-lead', 'change': 'first'}}");
}

static void killed_evaluators_cost_one_answer_at_most_each(void **state)
{
	struct scene *s = *state;
	pid_t pids[EVALUATORS_MAX];

	for (int round = 0; round < ROUNDS; round++) {
		size_t count = scene_evaluators(s, pids);

		assert_true(count >= 1);
		for (size_t i = 0; i < count; i++)
			assert_int_equal(kill(pids[i], SIGKILL), 0);
		/* The daemon may see the death before the call, or by it. */
		for (size_t lost = 0;; lost++) {
			json_t *answer = peer_call(scene_peer(s), "decide", submission(s, NULL));
			json_t *error = json_object_get(answer, "error");

			if (error != NULL)
				expect(error, "{'code': -32008, 'data': {'reason': 'crash'}}");
			json_decref(answer);
			if (error == NULL)
				break;
			if (lost >= count)
				fail_msg("more answers were lost than evaluators");
		}
		next_is_right(s);
	}
}

static void stopped_evaluators_cost_one_answer_at_most_each(void **state)
{
	struct scene *s = *state;
	pid_t pids[EVALUATORS_MAX];
	size_t count = scene_evaluators(s, pids);
	int64_t before;
	json_t *answer;

	assert_true(count >= 1);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(kill(pids[i], SIGSTOP), 0);
		scene_await_state(pids[i], 'T');
	}
	before = scene_sql_number(s, "SELECT count(*) FROM entries");
	answer = peer_call(scene_peer(s), "decide", submission(s, NULL));
	expect(answer, "{'error': {'code': -32008, 'data': {'reason': 'deadline'}}}");
	json_decref(answer);
	assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM entries"), before);
	/* The next may meet another stopped one; after the last there is none. */
	for (size_t lost = 1; lost <= count; lost++) {
		bool right;

		answer = peer_call(scene_peer(s), "decide", submission(s, NULL));
		right = json_object_get(answer, "result") != NULL;
		json_decref(answer);
		if (right)
			break;
		assert_int_not_equal(lost, count);
	}
	next_is_right(s);
}

/* Waits until so many evaluators have loaded the rules, and so many submissions are with
 * them, or wait for one. */
static void await_evaluators(struct scene *s, json_int_t alive, json_int_t asked)
{
	for (bool is = false; !is;) {
		json_t *status = called(s, "server.status", "{}");
		const json_t *e = json_object_get(status, "evaluators");
		const json_t *queue = json_object_get(status, "queue");
		is = json_member_integer(e, "alive", 0) == alive &&
		     json_member_integer(e, "busy", 0) +
				     json_member_integer(queue, "evaluations", 0) ==
			     asked;
		json_decref(status);
	}
}

/* Stops both evaluators, asks for so many decisions, so that they have them and none is answered,
 * and kills the first. */
static struct peer *ask_and_kill(struct scene *s, int asked)
{
	struct peer *p = peer_open(s);
	pid_t pids[EVALUATORS_MAX];

	await_evaluators(s, 2, 0);
	assert_int_equal(scene_evaluators(s, pids), 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(kill(pids[i], SIGSTOP), 0);
		scene_await_state(pids[i], 'T');
	}
	for (int i = 0; i < asked; i++) {
		(void)scene_next_area((void **)&s); /* always 0 */
		peer_request(p, i, "decide", submission(s, NULL));
	}
	await_evaluators(s, 2, asked);
	assert_int_equal(kill(pids[0], SIGKILL), 0);
	return p;
}

/* Why there is no decision; "" where there is one. */
static void receive_reason(struct peer *p, char reason[32])
{
	json_t *answer = peer_receive(p);
	const char *said = json_member_text(
		json_object_get(json_object_get(answer, "error"), "data"), "reason");

	snprintf(reason, 32, "%s", said != NULL ? said : "");
	if (said == NULL)
		expect(answer, "{'result': {'outcome': {'award': 'quality-lead'}}}");
	json_decref(answer);
}

static void what_an_evaluator_died_of_is_known_where_it_was_alone(void **state)
{
	struct scene *s = *state;
	struct peer *p = ask_and_kill(s, 2);
	char reason[32];

	receive_reason(p, reason);
	assert_string_equal(reason, "crash");
	receive_reason(p, reason);
	assert_string_equal(reason, "deadline");
	peer_close(&p);
	assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM decisions"), 0);
}

/* Each is given others before it has answered the first, and may keep that answer back: none is
 * to blame where it dies, and all but the one that the other evaluator is stopped in are decided. */
static void what_dying_evaluators_have_not_answered_is_decided(void **state)
{
	enum { ASKED = 6 };
	struct scene *s = *state;
	struct peer *p = ask_and_kill(s, ASKED);
	char reason[32];
	int late = 0;

	for (int i = 0; i < ASKED; i++) {
		receive_reason(p, reason);
		if (SLOWER == 1)
			assert_string_equal(reason, i < ASKED - 1 ? "" : "deadline");
		else if (strcmp(reason, "") != 0)
			assert_string_equal(reason, "deadline"); /* at any place */
		late += strcmp(reason, "") != 0;
	}
	peer_close(&p);
	assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM decisions"), ASKED - late);
}

/* Comparing long texts is work that no budget sees: the second runs into its deadline. */
static void an_answer_is_not_kept_back_for_one_that_takes_long(void **state)
{
	static const char *const options[] = {"--evaluators=1", "--deadline=1000", NULL};
	struct scene *s = *state;
	pid_t pids[EVALUATORS_MAX];
	struct peer *p;
	char reason[32];

	scene_rule_replace(
		s, "outcome.lua", "local held = so_far.held\n",
		"local held = so_far.held\n"
		"\tif so_far.submission.partnership.name == \"Loop\" then\n"
		"\t\tlocal a = string.rep(\"a\", 60000)\n"
		"\t\tlocal b, c = a .. a .. a .. a .. a .. a, a .. a .. a .. a .. a .. a\n"
		"\t\twhile b == c do end\n\tend\n");
	scene_start(s, options);
	await_evaluators(s, 1, 0);
	assert_int_equal(scene_evaluators(s, pids), 1);
	assert_int_equal(kill(pids[0], SIGSTOP), 0);
	scene_await_state(pids[0], 'T');
	p = peer_open(s);
	(void)scene_next_area(state); /* always 0 */
	peer_request(p, 0, "decide", submission(s, NULL));
	(void)scene_next_area(state); /* always 0 */
	peer_request(p, 1, "decide", submission(s, "{'partnership': {'name': 'Loop'}}"));
	await_evaluators(s, 1, 2);
	assert_int_equal(kill(pids[0], SIGCONT), 0);
	receive_reason(p, reason);
	assert_string_equal(reason, "");
	receive_reason(p, reason);
	assert_string_equal(reason, "deadline");
	peer_close(&p);
}

static void evaluators_killed_under_load_lose_no_other_answer(void **state)
{
	enum { LOAD = 600 };
	struct scene *s = *state;
	struct peer *p = peer_open(s);
	pid_t pids[EVALUATORS_MAX];
	int lost = 0, killed = 0;

	for (int i = 0; i < LOAD; i++) {
		(void)scene_next_area(state); /* always 0 */
		peer_request(p, i, "decide", submission(s, NULL));
	}
	for (int i = 0; i < LOAD; i++) {
		json_t *answer = peer_receive(p);

		if (json_object_get(answer, "result") == NULL) {
			expect(answer, "{'error': {'code': -32008, 'data': {'reason': 'crash'}}}");
			lost++;
		}
		json_decref(answer);
		if (i % 50 == 0 && scene_evaluators(s, pids) > 0)
			killed += kill(pids[0], SIGKILL) == 0;
	}
	peer_close(&p);
	assert_true(killed > 0);
	assert_in_range(lost, 0, killed);
	assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM decisions"), LOAD - lost);
	next_is_right(s);
}

static void R_18_a_criterion_that_fails_is_an_error_with_file_and_line(void **state)
{
	struct scene *s = *state;
	char line[64];
	json_t *result;
	const char *reason;

	start_with_future_tier(s);
	result = decided(s, "{'partnership': {'name': 'Fault'}}");
	expect(award_of(result, "future-tier"), "{'status': 'error', 'criteria': [{'id': 'FT-1',"
						" 'status': 'error', 'shortfalls': []}]}");
	reason = json_member_text(criterion_of(result, "FT-1"), "reason");
	snprintf(line, sizeof line, "future-tier.lua:%d", FAULT_LINE);
	if (strstr(reason, line) == NULL)
		fail_msg("the reason does not name %s: %s", line, reason);
	/* An error never awards; the level below is given, and somebody looks at it. */
	expect(result, "{'outcome': {'award': 'quality-lead', 'refer_to_assessor': true},"
		       " 'next': {'award': 'future-tier',"
		       " 'missing': [{'criterion': 'FT-1'}]}}");
	json_decref(result);
	calls(s, "decisions.list", "{'failed_criterion': 'FT-1'}", "{'decisions': [{}]}");
}

static void R_24_the_commendation_is_added_to_levels_above_quality_lead(void **state)
{
	struct scene *s = *state;

	start_with_future_tier(s);
	decides(s, NULL,
		"{'outcome': {'award': 'future-tier', 'commendations': ['child-first'],"
		" 'citation': 'North Vale: Future Tier with Child First Commendation,"
		" May 2024'}, 'next': null}");
}

static void R_18_a_criterion_without_end_spends_its_budget(void **state)
{
	static const char *const names[] = {"Loop", "Memory"};
	struct scene *s = *state;
	char changes[64];

	start_with_future_tier(s);
	for (size_t i = 0; i < 2; i++) {
		json_t *result;

		(void)scene_next_area(state); /* always 0 */
		snprintf(changes, sizeof changes, "{'partnership': {'name': '%s'}}", names[i]);
		result = decided(s, changes);
		assert_string_equal(criterion_status(result, "FT-1"), "error");
		expect(result, "{'outcome': {'award': 'quality-lead', 'refer_to_assessor': true}}");
		/* The same way every time. */
		assesses(s, changes, "{'outcome': {'award': 'quality-lead'}}");
		json_decref(result);
	}
	(void)scene_next_area(state); /* always 0 */
	decides(s, NULL, "{'outcome': {'award': 'future-tier'}}");
}

static void R_29_child_first_is_error_where_quality_lead_is(void **state)
{
	struct scene *s = *state;
	json_t *result;

	scene_rule_replace(s, "quality-lead.lua", "at_least_one \"evidence\",",
			   "check = function(submission) return submission.none.at_all end,");
	scene_start(s, NULL);
	result = decided(s, "{'sign_off': null}");
	/* "error" beats "unmet". */
	expect(award_of(result, "quality-lead"), "{'status': 'error'}");
	assert_string_equal(criterion_status(result, "QL-2"), "error");
	assert_string_equal(criterion_status(result, "QL-4"), "unmet");
	assert_string_equal(criterion_status(result, "CF-1"), "error");
	expect(award_of(result, "child-first"), "{'status': 'error'}");
	json_decref(result);
}

static void R_29_a_rule_that_fails_outside_a_criterion_decides_nothing(void **state)
{
	struct scene *s = *state;
	json_t *answer;

	scene_rule_replace(s, "outcome.lua", "local held = so_far.held\n",
			   "local held = so_far.held\n"
			   "\tif so_far.submission.partnership.name == \"Fault\" then"
			   " return held.at_all.all end\n");
	scene_start(s, NULL);
	int64_t before = scene_sql_number(s, "SELECT count(*) FROM entries");
	answer = peer_call(scene_peer(s), "decide",
			   submission(s, "{'partnership': {'name': 'Fault'}}"));
	expect(answer, "{'error': {'code': -32008, 'data': {'reason': 'rule-error',"
		       " 'file': 'outcome.lua'}}}");
	assert_true(json_member_integer(json_object_get(json_object_get(answer, "error"), "data"),
					"line", 0) > 0);
	json_decref(answer);
	assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM entries"), before);
	next_is_right(s);
}

static void R_29_an_award_without_its_dates_decides_nothing(void **state)
{
	struct scene *s = *state;

	scene_rule_replace(s, "outcome.lua", "outcome \"awarded_on\" (function(so_far)",
			   "outcome \"awarded_on\" (function(so_far)\n"
			   "\tif so_far.submission.partnership.name == \"Fault\" then"
			   " return nil end");
	scene_start(s, NULL);
	json_t *answer = peer_call(scene_peer(s), "decide",
				   submission(s, "{'partnership': {'name': 'Fault'}}"));
	expect(answer, "{'error': {'code': -32008, 'data': {'reason': 'rule-error',"
		       " 'file': 'outcome.lua'}}}");
	json_decref(answer);
	next_is_right(s);
}

/* It is no line's fault, and none is named. */
static void an_answer_longer_than_an_entry_decides_nothing(void **state)
{
	struct scene *s = *state;

	scene_rule_replace(
		s, "outcome.lua", "outcome \"awarded_on\" (function(so_far)",
		"outcome \"much\" (function(so_far)\n"
		"\tif so_far.submission.partnership.name ~= \"Long\" then return nil end\n"
		"\tlocal much = {}\n"
		"\tfor i = 1, 10 do much[i] = string.rep(\"x\", 9000) end\n"
		"\treturn much\nend)\n"
		"outcome \"awarded_on\" (function(so_far)");
	scene_start(s, NULL);
	json_t *answer = peer_call(scene_peer(s), "decide",
				   submission(s, "{'partnership': {'name': 'Long'}}"));
	expect(answer, "{'error': {'code': -32008, 'message': 'the answer is larger than an entry"
		       " of the log may be: nothing was decided',"
		       " 'data': {'reason': 'rule-error', 'file': '', 'line': 0}}}");
	json_decref(answer);
	next_is_right(s);
}

/* The C library's sort asks the system how much memory there is, once it sorts
 * more than a little: the seal must not end an evaluator for that. */
static void a_rule_may_walk_a_large_table_in_a_new_evaluator(void **state)
{
	struct scene *s = *state;

	scene_rule_replace(s, "quality-lead.lua", "at_least_one \"evidence\",",
			   "check = function(submission)\n"
			   "\t\tlocal t, n = {}, 0\n"
			   "\t\tfor i = 1, 300 do t[\"k\" .. i] = i end\n"
			   "\t\tfor _ in pairs(t) do n = n + 1 end\n"
			   "\t\treturn n == 300 and met(\"all seen\") or unmet(\"some missed\")\n"
			   "\tend,");
	scene_start(s, NULL);
	json_t *result = decided(s, NULL);
	assert_string_equal(criterion_status(result, "QL-2"), "met");
	json_decref(result);
}

static void a_rule_without_end_outside_a_criterion_decides_nothing(void **state)
{
	struct scene *s = *state;
	json_t *answer;

	scene_rule_replace(s, "outcome.lua", "local held = so_far.held\n",
			   "local held = so_far.held\n"
			   "\tif so_far.submission.partnership.name == \"Loop\" then"
			   " while true do end end\n");
	scene_start(s, NULL);
	for (int i = 0; i < 3; i++) {
		answer = peer_call(scene_peer(s), "decide",
				   submission(s, "{'partnership': {'name': 'Loop'}}"));
		expect(answer, "{'error': {'code': -32008, 'data': {'reason': 'rule-error',"
			       " 'file': 'outcome.lua'}}}");
		json_decref(answer);
		next_is_right(s);
	}
	assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM decisions"), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(killed_evaluators_cost_one_answer_at_most_each,
						scene_setup, scene_teardown),
		cmocka_unit_test_setup_teardown(stopped_evaluators_cost_one_answer_at_most_each,
						scene_setup, scene_teardown),
		cmocka_unit_test_setup_teardown(
			what_an_evaluator_died_of_is_known_where_it_was_alone, scene_setup,
			scene_teardown),
		cmocka_unit_test_setup_teardown(what_dying_evaluators_have_not_answered_is_decided,
						scene_setup, scene_teardown),
		cmocka_unit_test_setup_teardown(an_answer_is_not_kept_back_for_one_that_takes_long,
						scene_setup_stopped, scene_teardown),
		cmocka_unit_test_setup_teardown(evaluators_killed_under_load_lose_no_other_answer,
						scene_setup, scene_teardown),
		cmocka_unit_test_setup_teardown(
			R_18_a_criterion_that_fails_is_an_error_with_file_and_line,
			scene_setup_stopped, scene_teardown),
		cmocka_unit_test_setup_teardown(
			R_24_the_commendation_is_added_to_levels_above_quality_lead,
			scene_setup_stopped, scene_teardown),
		cmocka_unit_test_setup_teardown(R_18_a_criterion_without_end_spends_its_budget,
						scene_setup_stopped, scene_teardown),
		cmocka_unit_test_setup_teardown(R_29_child_first_is_error_where_quality_lead_is,
						scene_setup_stopped, scene_teardown),
		cmocka_unit_test_setup_teardown(
			R_29_a_rule_that_fails_outside_a_criterion_decides_nothing,
			scene_setup_stopped, scene_teardown),
		cmocka_unit_test_setup_teardown(R_29_an_award_without_its_dates_decides_nothing,
						scene_setup_stopped, scene_teardown),
		cmocka_unit_test_setup_teardown(an_answer_longer_than_an_entry_decides_nothing,
						scene_setup_stopped, scene_teardown),
		cmocka_unit_test_setup_teardown(a_rule_may_walk_a_large_table_in_a_new_evaluator,
						scene_setup_stopped, scene_teardown),
		cmocka_unit_test_setup_teardown(
			a_rule_without_end_outside_a_criterion_decides_nothing, scene_setup_stopped,
			scene_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
