/* Every method of the contract, what it answers and what it refuses. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

static const char entries[] = "SELECT count(*) FROM entries";

static int area(void **state)
{
	const struct scene *s = *state;

	return s->area;
}

static void decide_answers_all_members_of_the_contract(void **state)
{
	json_t *result = decided(*state, "{'submission_id': 'whole', 'seeking': 'quality-lead'}");
	const char *digest = json_member_text(json_object_get(result, "rules"), "digest");
	static const char *const members[] = {
		"decision_id", "sequence",    "decided_at", "submission_id",
		"partnership", "assessed_on", "outcome",    "awards",
		"next",        "profile",     "rules",      "log",
	};

	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
		assert_non_null(json_object_get(result, members[i]));
	assert_int_equal(json_object_size(result), sizeof members / sizeof members[0]);
	assert_int_equal(json_object_size(json_object_get(result, "outcome")), 13);
	assert_int_equal(strlen(digest), strlen("sha256:") + 64);
	assert_int_equal(strlen(json_member_text(json_object_get(result, "log"), "leaf_hash")) % 64,
			 strncmp(json_member_text(json_object_get(result, "log"), "leaf_hash"),
				 "sha256:", 7) == 0
				 ? 7
				 : 0);
	expect(result,
	       "{'submission_id': 'whole', 'awards': ["
	       "{'id': 'quality-mark', 'title': 'Quality Mark', 'status': 'met',"
	       " 'criteria': [{'id': 'QM-1'}, {'id': 'QM-2'}]},"
	       "{'id': 'quality-lead', 'title': 'Quality Lead',"
	       " 'criteria': [{'id': 'QL-1'}, {'id': 'QL-2'}, {'id': 'QL-3'}, {'id': 'QL-4'}]},"
	       "{'id': 'child-first', 'title': 'Child First Commendation', 'criteria':"
	       " [{'id': 'CF-1'}, {'id': 'CF-2'}, {'id': 'CF-3'}]}]}");
	json_decref(result);
}

static void the_same_submission_again_gets_the_same_answer(void **state)
{
	int64_t before;
	json_t *first, *again;
	char changes[128];

	snprintf(changes, sizeof changes, "{'submission_id': 'again-%d'}", area(state));
	first = decided(*state, changes);
	before = scene_sql_number(*state, entries);
	again = decided(*state, changes);
	assert_true(json_equal(first, again));
	json_decref(again);
	/* A signatory's name is not compared. */
	snprintf(changes, sizeof changes,
		 "{'submission_id': 'again-%d',"
		 " 'sign_off': {'send_leadership': {'name': 'Another'}}}",
		 area(state));
	again = decided(*state, changes);
	assert_true(json_equal(first, again));
	json_decref(again);
	assert_int_equal(scene_sql_number(*state, entries), before);
	/* Also where it was revoked since. */
	revokes(*state, first);
	snprintf(changes, sizeof changes, "{'submission_id': 'again-%d'}", area(state));
	again = decided(*state, changes);
	assert_true(json_equal(first, again));
	json_decref(again);
	json_decref(first);
	assert_int_equal(scene_sql_number(*state, entries), before + 1);
}

static void the_same_submission_id_with_other_content_is_refused(void **state)
{
	static const char *const others[] = {
		"'stage': 'final'",
		"'scores': {'4a': 8}",
		"'evidence': null",
		"'partnership': {'id': 'elsewhere'}",
		"'seeking': 'quality-mark'",
		"'sign_off': {'send_leadership': {'role': 'Another'}}",
		/* A default said aloud is other content. */
		"'child_first': []",
	};
	enum { LAST = sizeof others / sizeof others[0] - 1 };
	char changes[256], expected[128];
	int64_t before;
	json_t *first;

	snprintf(changes, sizeof changes, "{'submission_id': 'key-%d', 'child_first': null}",
		 area(state));
	first = decided(*state, changes);
	before = scene_sql_number(*state, entries);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		json_t *answer;

		snprintf(changes, sizeof changes, "{'submission_id': 'key-%d', %s%s}", area(state),
			 i == LAST ? "" : "'child_first': null, ", others[i]);
		answer = peer_call(scene_peer(*state), "decide", submission(*state, changes));
		snprintf(expected, sizeof expected,
			 "{'error': {'code': -32003, 'data': {'decision_id': '%s'}}}",
			 json_member_text(first, "decision_id"));
		expect(answer, expected);
		json_decref(answer);
	}
	assert_int_equal(scene_sql_number(*state, entries), before);
	json_decref(first);
}

static void a_second_of_the_same_id_waits_for_the_first(void **state)
{
	struct peer *p = scene_peer(*state);
	char changes[64];
	json_t *first, *second;

	snprintf(changes, sizeof changes, "{'submission_id': 'twins-%d'}", area(state));
	peer_request(p, 1, "decide", submission(*state, changes));
	peer_request(p, 2, "decide", submission(*state, changes));
	first = peer_receive(p);
	second = peer_receive(p);
	assert_non_null(json_object_get(first, "result"));
	assert_true(
		json_equal(json_object_get(first, "result"), json_object_get(second, "result")));
	json_decref(first);
	json_decref(second);
}

static void assess_answers_the_same_and_logs_nothing(void **state)
{
	int64_t before = scene_sql_number(*state, entries);
	json_t *answer = peer_call(scene_peer(*state), "assess", submission(*state, NULL));
	json_t *assessed = json_incref(json_object_get(answer, "result")), *result;
	static const char *const logged[] = {"decision_id", "sequence", "decided_at"};

	json_decref(answer);
	assert_int_equal(scene_sql_number(*state, entries), before);
	result = decided(*state, NULL);
	for (size_t i = 0; i < 3; i++) {
		assert_null(json_object_get(assessed, logged[i]));
		assert_int_equal(json_object_del(result, logged[i]), 0);
	}
	(void)json_object_del(assessed, "log"); /* it may not be there */
	assert_int_equal(json_object_del(result, "log"), 0);
	assert_true(json_equal(assessed, result));
	json_decref(assessed);
	json_decref(result);
}

static json_int_t count_of(struct scene *s, const char *name)
{
	json_t *status = called(s, "server.status", NULL);
	json_int_t count = json_member_integer(json_object_get(status, "counts"), name, -1);

	json_decref(status);
	return count;
}

static void an_assessment_of_what_was_decided_is_counted_as_one(void **state)
{
	struct scene *s = *state;
	json_t *asked = submission(s, "{'submission_id': 'counted'}");

	json_decref(peer_call(scene_peer(s), "decide", json_incref(asked)));
	json_int_t assessments = count_of(s, "assessments");
	json_int_t again = count_of(s, "answered_again");
	json_decref(peer_call(scene_peer(s), "assess", asked));
	assert_int_equal(count_of(s, "assessments"), assessments + 1);
	assert_int_equal(count_of(s, "answered_again"), again);
}

static void decisions_get_gives_the_entry_by_id_and_by_sequence(void **state)
{
	json_t *result = decided(*state, NULL), *entry, *by_sequence, *given;
	char params[128];

	snprintf(params, sizeof params, "{'decision_id': '%s'}",
		 json_member_text(result, "decision_id"));
	entry = called(*state, "decisions.get", params);
	snprintf(params, sizeof params, "{'sequence': %d}",
		 (int)json_member_integer(result, "sequence", 0));
	by_sequence = called(*state, "decisions.get", params);
	assert_true(json_equal(entry, by_sequence));
	assert_true(json_equal(json_object_get(entry, "decision"), result));
	given = submission(*state, NULL);
	assert_true(json_equal(json_object_get(entry, "submission"), given));
	expect(entry, "{'by': {'uid': 0}, 'revoked': null}");
	json_decref(given);
	json_decref(entry);
	json_decref(by_sequence);
	json_decref(result);
	json_decref(fails(*state, "decisions.get", "{'decision_id': 'none'}", -32002));
	json_decref(fails(*state, "decisions.get", "{'sequence': 999999999}", -32002));
	json_decref(fails(*state, "decisions.get", "{'sequence': 0}", -32002));
	json_decref(fails(*state, "decisions.get", "{}", -32602));
	json_decref(fails(*state, "decisions.get", "{'sequence': '1'}", -32602));
}

static void decisions_list_is_filtered_and_paged(void **state)
{
	char params[256];
	json_t *page, *next;

	for (int i = 1; i <= 7; i++) {
		char changes[128];

		snprintf(changes, sizeof changes,
			 "{'every': %d, 'scores': {'8': 9}, 'assessed_on': '2024-05-%02d'}",
			 i < 4 ? 7 : i, i);
		json_decref(decided(*state, changes));
	}
	/* 1–3 and 7 are Quality Lead, 5 and 6 Quality Mark, 4 nothing. */
	snprintf(params, sizeof params, "{'partnership': 'area-%d', 'limit': 3}", area(state));
	page = called(*state, "decisions.list", params);
	expect(page, "{'decisions': [{'assessed_on': '2024-05-07'}, {'assessed_on': '2024-05-06'},"
		     " {'assessed_on': '2024-05-05'}]}");
	next = json_object_get(page, "next");
	assert_true(json_is_string(next));
	snprintf(params, sizeof params, "{'partnership': 'area-%d', 'limit': 4, 'after': '%s'}",
		 area(state), json_string_value(next));
	json_decref(page);
	calls(*state, "decisions.list", params,
	      "{'decisions': [{'assessed_on': '2024-05-04', 'award': null},"
	      " {'assessed_on': '2024-05-03'}, {'assessed_on': '2024-05-02'},"
	      " {'assessed_on': '2024-05-01', 'award': 'quality-lead', 'route': 'new-entry',"
	      " 'change': 'first', 'commendations': ['child-first'], 'name': 'North Vale',"
	      " 'revoked': false, 'submission_id': null}], 'next': null}");
	static const struct {
		const char *filter, *expected;
	} cases[] = {
		{"'award': 'quality-mark'", "{'decisions': [{'assessed_on': '2024-05-06'},"
					    " {'assessed_on': '2024-05-05'}]}"},
		{"'award': 'child-first', 'until': '2024-05-02'",
		 "{'decisions': [{'assessed_on': '2024-05-02'}, {'assessed_on': '2024-05-01'}]}"},
		{"'since': '2024-05-07'", "{'decisions': [{'assessed_on': '2024-05-07'}]}"},
		{"'failed_criterion': 'QM-1'", "{'decisions': [{'assessed_on': '2024-05-04'}]}"},
		{"'rules': 'sha256:0000'", "{'decisions': [], 'next': null}"},
		{"'award': 'quality-gold'", "{'decisions': []}"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		snprintf(params, sizeof params, "{'partnership': 'area-%d', %s}", area(state),
			 cases[i].filter);
		calls(*state, "decisions.list", params, cases[i].expected);
	}
	json_decref(fails(*state, "decisions.list", "{'limit': 501}", -32602));
	json_decref(fails(*state, "decisions.list", "{'limit': 0}", -32602));
	json_decref(fails(*state, "decisions.list", "{'since': 'May'}", -32602));
	json_decref(fails(*state, "decisions.list", "{'partner': 'x'}", -32602));
}

static void register_import_is_all_or_none_and_never_doubles(void **state)
{
	static const char head[] = "{'awards': [{'partnership': '%s', 'name': 'N',"
				   " 'award': 'quality-mark', 'awarded_on': '2019-06-05',"
				   " 'source': 'S'}%s]}";
	int64_t before = scene_sql_number(*state, entries);
	char params[640], id[32];
	json_t *data;

	snprintf(id, sizeof id, "area-%d", area(state));
	snprintf(params, sizeof params, head, id,
		 ", {'partnership': 'x', 'name': 'X', 'award': 'gold', 'awarded_on': '2019-02-30',"
		 " 'source': 'S'}");
	data = fails(*state, "register.import", params, -32602);
	assert_int_equal(json_array_size(json_object_get(data, "errors")), 2);
	json_decref(data);
	assert_int_equal(scene_sql_number(*state, entries), before);
	snprintf(params, sizeof params, head, id, "");
	calls(*state, "register.import", params, "{'imported': 1, 'already_known': 0}");
	calls(*state, "register.import", params, "{'imported': 0, 'already_known': 1}");
	assert_int_equal(scene_sql_number(*state, entries), before + 1);
	/* What was decided here is known too. */
	json_decref(decided(*state, NULL));
	snprintf(params, sizeof params,
		 "{'awards': [{'partnership': '%s', 'name': 'N', 'award': 'quality-lead',"
		 " 'awarded_on': '2024-05-20', 'source': 'S'}]}",
		 id);
	calls(*state, "register.import", params, "{'imported': 0, 'already_known': 1}");
	json_decref(fails(*state, "register.import", "{}", -32602));
	json_decref(fails(*state, "register.import", "{'awards': [{}]}", -32602));
}

static void import(void **state, const char *commendations, const char *expected)
{
	char params[320];

	snprintf(params, sizeof params,
		 "{'awards': [{'partnership': 'area-%d', 'name': 'N', 'award': 'quality-lead',"
		 " 'awarded_on': '2022-06-05', 'commendations': %s, 'source': 'S'}]}",
		 area(state), commendations);
	calls(*state, "register.import", params, expected);
}

/* Whoever imports a whole roll again brings nothing back. */
static void R22_a_revoked_import_gives_place_to_its_correction(void **state)
{
	char one[64];
	json_t *result, *row;

	snprintf(one, sizeof one, "{'partnership': 'area-%d'}", area(state));
	import(state, "[]", "{'imported': 1, 'already_known': 0}");
	import(state, "['child-first']", "{'imported': 0, 'already_known': 1}");
	result = called(*state, "register.list", one);
	row = json_array_get(json_object_get(result, "awards"), 0);
	revokes(*state, row);
	json_decref(result);
	import(state, "[]", "{'imported': 0, 'already_known': 1}");
	calls(*state, "register.list", one, "{'awards': []}");
	import(state, "['child-first']", "{'imported': 1, 'already_known': 0}");
	import(state, "['child-first']", "{'imported': 0, 'already_known': 1}");
	import(state, "[]", "{'imported': 0, 'already_known': 1}");
	calls(*state, "register.list", one, "{'awards': [{'commendations': ['child-first']}]}");
}

static void decisions_revoke_refuses_what_does_not_fit(void **state)
{
	json_t *result = decided(*state, NULL);
	char params[192];

	json_decref(fails(*state, "decisions.revoke", "{}", -32602));
	snprintf(params, sizeof params, "{'decision_id': '%s', 'by': '', 'reason': 'R'}",
		 json_member_text(result, "decision_id"));
	json_decref(fails(*state, "decisions.revoke", params, -32602));
	revokes(*state, result);
	snprintf(params, sizeof params, "{'partnership': 'area-%d'}", area(state));
	calls(*state, "decisions.list", params, "{'decisions': [{'revoked': true}]}");
	calls(*state, "register.list", params, "{'awards': []}");
	json_decref(result);
}

static void scheme_get_is_enough_to_draw_a_form(void **state)
{
	json_t *result = called(*state, "scheme.get", NULL);
	static const char *const members[] = {"statements", "scale", "awards", "tenets", "fees"};
	char *text = json_dumps(result, 0);

	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
		if (strstr(text, members[i]) == NULL)
			fail_msg("scheme.get says nothing of %s", members[i]);
	assert_int_equal(json_array_size(json_object_get(result, "statements")), 11);
	assert_non_null(strstr(text, "first-time-offending-rate"));
	assert_non_null(strstr(text, "best-interests"));
	assert_non_null(strstr(text, "QL-3"));
	free(text);
	json_decref(result);
}

static void scheme_get_says_which_score_a_criterion_asks_of_every_statement(void **state)
{
	static const int asked[] = {5, 7, -1}; /* of QM-1, QL-1 and CF-1 */
	json_t *result = called(*state, "scheme.get", NULL);

	for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
		json_t *award = json_array_get(json_object_get(result, "awards"), i);
		json_t *criteria = json_object_get(award, "criteria");

		assert_int_equal(json_member_integer(json_array_get(criteria, 0), "every_score",
						     -1),
				 asked[i]);
		assert_null(json_object_get(json_array_get(criteria, 1), "every_score"));
	}
	json_decref(result);
}

static void rules_get_reload_and_history_tell_the_active_set(void **state)
{
	json_t *result = decided(*state, NULL), *rules = called(*state, "rules.get", NULL);
	json_t *again = called(*state, "rules.reload", NULL), *history;

	assert_string_equal(json_member_text(rules, "digest"),
			    json_member_text(json_object_get(result, "rules"), "digest"));
	assert_string_equal(json_member_text(again, "digest"), json_member_text(rules, "digest"));
	history = called(*state, "rules.history", NULL);
	assert_true(json_is_object(history));
	json_decref(history);
	json_decref(result);
	json_decref(rules);
	json_decref(again);
}

static void server_status_and_metrics_count(void **state)
{
	json_t *status = called(*state, "server.status", NULL), *metrics;
	char *text;

	assert_true(json_object_size(status) >= 4);
	json_decref(status);
	metrics = called(*state, "server.metrics", NULL);
	text = json_dumps(metrics, JSON_ENCODE_ANY);
	assert_non_null(strstr(text, "# TYPE "));
	free(text);
	json_decref(metrics);
}

static void parameters_that_are_not_known_are_refused_by_every_method(void **state)
{
	static const char *const methods[] = {
		"decide",           "assess",        "decisions.get",   "decisions.list",
		"decisions.revoke", "register.list", "register.import", "practice.list",
		"statistics.get",   "scheme.get",    "rules.get",       "rules.reload",
		"rules.history",    "server.status", "server.metrics",  "decisions.erase",
	};

	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
		json_t *data = fails(*state, methods[i], "{'colour': 'red'}", -32602);
		char *text = json_dumps(data, 0);

		if (strstr(text, "\"/colour\"") == NULL)
			fail_msg("%s does not point at /colour: %s", methods[i], text);
		free(text);
		json_decref(data);
	}
}

static void register_list_refuses_what_does_not_fit(void **state)
{
	json_decref(fails(*state, "register.list", "{'on': '2024-02-30'}", -32602));
	json_decref(fails(*state, "register.list", "{'status': 'expired'}", -32602));
	json_decref(fails(*state, "register.list", "{'partnership': 7}", -32602));
	json_decref(fails(*state, "statistics.get", "{'since': 2024}", -32602));
	json_decref(fails(*state, "practice.list", "{'statement': 4}", -32602));
	calls(*state, "register.list", "{'partnership': 'nobody'}", "{'awards': []}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_new_area(decide_answers_all_members_of_the_contract),
		in_new_area(the_same_submission_again_gets_the_same_answer),
		in_new_area(the_same_submission_id_with_other_content_is_refused),
		in_new_area(a_second_of_the_same_id_waits_for_the_first),
		in_new_area(assess_answers_the_same_and_logs_nothing),
		in_new_area(an_assessment_of_what_was_decided_is_counted_as_one),
		in_new_area(decisions_get_gives_the_entry_by_id_and_by_sequence),
		in_new_area(decisions_list_is_filtered_and_paged),
		in_new_area(register_import_is_all_or_none_and_never_doubles),
		in_new_area(R22_a_revoked_import_gives_place_to_its_correction),
		in_new_area(decisions_revoke_refuses_what_does_not_fit),
		in_new_area(scheme_get_is_enough_to_draw_a_form),
		in_new_area(scheme_get_says_which_score_a_criterion_asks_of_every_statement),
		in_new_area(rules_get_reload_and_history_tell_the_active_set),
		in_new_area(server_status_and_metrics_count),
		in_new_area(parameters_that_are_not_known_are_refused_by_every_method),
		in_new_area(register_list_refuses_what_does_not_fit),
	};

	return cmocka_run_group_tests(tests, scene_group_setup, scene_group_teardown);
}
