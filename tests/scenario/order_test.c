/*
 * The order of arrival is the order of decisions, whatever waits for what; and
 * a submission_id gets its decision again under any rules.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

/* Sends a request whose id is a number, without waiting. */
static void send_submission(struct scene *s, json_int_t id, const char *method, const char *changes)
{
	peer_request(scene_peer(s), id, method, submission(s, changes));
}

/* Takes `count` answers with ids from 1 on, in any order; gives their results
 * as a list, errors as they are. */
static json_t *answers(struct scene *s, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		assert_int_equal(json_array_append(list, json_null()), 0);
	for (size_t i = 0; i < count; i++) {
		json_t *answer = peer_receive(scene_peer(s));
		json_int_t id = json_member_integer(answer, "id", 0);
		json_t *result = json_object_get(answer, "result");

		assert_in_range(id, 1, count);
		assert_int_equal(
			json_array_set(list, (size_t)id - 1, result != NULL ? result : answer), 0);
		json_decref(answer);
	}
	return list;
}

static void an_assessment_of_the_same_id_does_not_let_others_pass(void **state)
{
	struct scene *s = *state;

	send_submission(s, 1, "assess", "{'submission_id': 'order-1', 'seeking': null}");
	send_submission(s, 2, "decide", "{'submission_id': 'order-1', 'seeking': null}");
	send_submission(s, 3, "decide", "{'submission_id': null, 'seeking': null}");
	json_t *list = answers(s, 3);
	expect(json_array_get(list, 0), "{'outcome': {'route': 'new-entry'}}");
	expect(json_array_get(list, 1), "{'outcome': {'route': 'new-entry', 'change': 'first'}}");
	expect(json_array_get(list, 2),
	       "{'outcome': {'route': 'redesignation', 'change': 'maintained'}}");
	assert_true(json_member_integer(json_array_get(list, 1), "sequence", 0) <
		    json_member_integer(json_array_get(list, 2), "sequence", 0));
	json_decref(list);
}

static void the_same_id_from_two_partnerships_is_decided_once(void **state)
{
	struct scene *s = *state;

	send_submission(s, 1, "decide",
			"{'submission_id': 'order-2', 'partnership': {'id': 'order-one'}}");
	send_submission(s, 2, "decide",
			"{'submission_id': 'order-2', 'partnership': {'id': 'order-two'}}");
	json_t *list = answers(s, 2);
	assert_non_null(json_object_get(json_array_get(list, 0), "decision_id"));
	expect(json_array_get(list, 1), "{'error': {'code': -32003}}");
	json_decref(list);
	assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM decisions"
					     " WHERE partnership = 'order-two'"),
			 0);
}

static void a_thousand_copies_get_one_decision(void **state)
{
	enum { COPIES = 1000 };
	struct scene *s = *state;
	const char *id = NULL;

	for (int i = 1; i <= COPIES; i++)
		send_submission(s, i, "decide", "{'submission_id': 'order-3'}");
	json_t *list = answers(s, COPIES);
	for (size_t i = 0; i < COPIES; i++) {
		const char *other = json_member_text(json_array_get(list, i), "decision_id");
		assert_non_null(other);
		id = id != NULL ? id : other;
		assert_string_equal(other, id);
	}
	json_decref(list);
	assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM decisions"
					     " WHERE submission_id = 'order-3'"),
			 1);
}

/* A client that did not get its answer sends again, whatever came between. */
static void sent_again_under_other_rules_it_gets_its_decision(void **state)
{
	struct scene *s = *state;
	json_t *first = decided(s, "{'submission_id': 'order-4'}");

	scene_rule_replace(s, "framework.lua", "statement \"10\"",
			   "statement \"9b\" \"One more\"\nstatement \"10\"");
	scene_stop(s);
	scene_start(s, NULL);
	json_t *again = decided(s, "{'submission_id': 'order-4'}");
	assert_true(json_equal(first, again));
	json_decref(again);
	/* A new one must fit the rules of today, and so must one with other content. */
	refuses(s, "{'submission_id': 'order-5'}", "['/scores/9b']");
	refuses(s, "{'submission_id': 'order-4', 'stage': 'final'}", "['/scores/9b']");
	json_decref(first);
}

static void every_wrong_parameter_is_named(void **state)
{
	struct scene *s = *state;
	json_t *answer = peer_call(scene_peer(s), "decisions.list",
				   quoted("{'limit': 0, 'since': 'x', 'other': 1}"));
	assert_int_equal(json_array_size(json_pointer_get(answer, "/error/data/errors")), 3);
	json_decref(answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_new_area(an_assessment_of_the_same_id_does_not_let_others_pass),
		in_new_area(the_same_id_from_two_partnerships_is_decided_once),
		in_new_area(a_thousand_copies_get_one_decision),
		in_new_area(every_wrong_parameter_is_named),
		in_new_area(sent_again_under_other_rules_it_gets_its_decision),
	};

	return cmocka_run_group_tests(tests, scene_group_setup, scene_group_teardown);
}
