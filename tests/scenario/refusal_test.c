/* Submissions that do not fit: each is refused by pointer, and nothing is logged. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

enum { MANY = 1000 };

static const char entries[] = "SELECT count(*) FROM entries";

struct refusal {
	const char *changes, *pointers;
};

static void refuse_all(void **state, const struct refusal *cases, size_t count)
{
	int64_t before = scene_sql_number(*state, entries);

	for (size_t i = 0; i < count; i++)
		refuses(*state, cases[i].changes, cases[i].pointers);
	decides(*state, NULL, "{'outcome': {'change': 'first'}}");
	assert_int_equal(scene_sql_number(*state, entries), before + 1);
}

#define REFUSE_ALL(state, cases) refuse_all(state, cases, sizeof(cases) / sizeof(cases)[0])

/* Decides the base submission with the text of the score of 4a replaced. */
static json_t *with_raw_score(void **state, const char *raw)
{
	json_t *request = json_pack("{s:s, s:i, s:s, s:o}", "jsonrpc", "2.0", "id", 1, "method",
				    "decide", "params",
				    submission(*state, "{'scores': {'4a': 'HERE'}}"));
	char *text = json_dumps(request, JSON_COMPACT), *place = strstr(text, "\"HERE\"");
	struct peer *p = scene_peer(*state);
	json_t *answer;

	assert_non_null(place);
	peer_send(p, text, (size_t)(place - text));
	peer_send(p, raw, strlen(raw));
	peer_send_line(p, place + strlen("\"HERE\""));
	answer = peer_receive(p);
	free(text);
	json_decref(request);
	return answer;
}

static void a_score_is_a_whole_number_written_as_one(void **state)
{
	static const char *const raws[] = {
		"11",   "-1",    "7.5",  "\"7\"", "true", "7.0",
		"7e0",  "70e-1", "null", "[7]",   "{}",   "100000000000000000",
		"-0.5", "\"\"",
	};
	int64_t before = scene_sql_number(*state, entries);

	for (size_t i = 0; i < sizeof raws / sizeof raws[0]; i++) {
		json_t *answer = with_raw_score(state, raws[i]);
		json_t *error = json_object_get(answer, "error");

		if (json_member_integer(error, "code", 0) != -32602)
			fail_msg("the score %s is not refused", raws[i]);
		expect(error, "{'data': {'errors': [{'pointer': '/scores/4a'}]}}");
		json_decref(answer);
	}
	/* Beyond any whole number the line itself may not be read. */
	json_t *answer = with_raw_score(state, "99999999999999999999999");
	assert_non_null(json_object_get(answer, "error"));
	json_decref(answer);
	assert_int_equal(scene_sql_number(*state, entries), before);
}

static void statements_are_those_of_the_framework(void **state)
{
	static const struct refusal cases[] = {
		{"{'scores': {'4a': null}}", "['/scores/4a']"},
		{"{'scores': {'11': 7}}", "['/scores/11']"},
		{"{'scores': {'4': 7, '4a': null}}", "['/scores/4', '/scores/4a']"},
		{"{'scores': {'a/b~c': 7}}", "['/scores/a~1b~0c']"},
		{"{'scores': {'': 7}}", "['/scores/']"},
		{"{'evidence': [{'kind': 'other', 'summary': 'S', 'statements': ['1', '4']}]}",
		 "['/evidence/0/statements/1']"},
		{"{'case_studies': [{'title': 'T', 'statements': ['11'], 'shareable': true}]}",
		 "['/case_studies/0/statements/0']"},
		{"{'case_studies': [{'title': 'T', 'statements': []}]}",
		 "['/case_studies/0/statements']"},
		{"{'case_studies': [{'title': 'T'}]}", "['/case_studies/0/statements']"},
	};

	REFUSE_ALL(state, cases);
}

static void dates_are_real(void **state)
{
	static const struct refusal cases[] = {
		{"{'assessed_on': '2024-02-30'}", "['/assessed_on']"},
		{"{'assessed_on': '2023-02-29'}", "['/assessed_on']"},
		{"{'assessed_on': '2024-13-01'}", "['/assessed_on']"},
		{"{'assessed_on': '1999-12-31'}", "['/assessed_on']"},
		{"{'assessed_on': '3000-01-01'}", "['/assessed_on']"},
		{"{'assessed_on': '2024-5-20'}", "['/assessed_on']"},
		{"{'assessed_on': '20 May 2024'}", "['/assessed_on']"},
		{"{'assessed_on': 20240520}", "['/assessed_on']"},
		{"{'assessed_on': null}", "['/assessed_on']"},
		{"{'registered_on': '2024-02-30'}", "['/registered_on']"},
		{"{'registered_on': '2024-05-21'}", "['/registered_on']"},
		{"{'sign_off': {'yos_leadership': {'on': '2024-04-31'}}}",
		 "['/sign_off/yos_leadership/on']"},
	};

	REFUSE_ALL(state, cases);
	decides(*state, "{'registered_on': '2024-05-20'}", "{}");
	decides(*state, "{'assessed_on': '2999-12-31'}",
		"{'outcome': {'expires_on': '3002-12-31'}}");
	decides(*state, "{'assessed_on': '2000-01-01'}", "{'outcome': {'award': null}}");
}

static void an_unknown_member_is_refused_at_every_depth(void **state)
{
	static const struct refusal cases[] = {
		{"{'asessed_on': '2024-05-20'}", "['/asessed_on']"},
		{"{'rules': {}}", "['/rules']"},
		{"{'partnership': {'aym': true}}", "['/partnership/aym']"},
		{"{'sign_off': {'head': {'method': 'email', 'on': '2024-05-20'}}}",
		 "['/sign_off/head']"},
		{"{'sign_off': {'send_leadership': {'email': 'x'}}}",
		 "['/sign_off/send_leadership/email']"},
		{"{'evidence': [{'kind': 'other', 'summary': 'S', 'statement': '8'}]}",
		 "['/evidence/0/statement']"},
		{"{'case_studies': [{'title': 'T', 'statements': ['8'], 'sharable': true}]}",
		 "['/case_studies/0/sharable']"},
		{"{'child_first': [{'tenet': 'strengths', 'feature': 'F', 'note': 'N'}]}",
		 "['/child_first/0/note']"},
	};

	REFUSE_ALL(state, cases);
}

static void an_unknown_member_is_refused_also_where_it_is_null(void **state)
{
	json_t *given = submission(*state, NULL), *answer;

	put(given, "/colour", "null");
	put(given, "/partnership/Name", "null");
	answer = peer_call(scene_peer(*state), "decide", given);
	expect(answer, "{'error': {'code': -32602}}");
	assert_int_equal(
		json_array_size(json_object_get(
			json_object_get(json_object_get(answer, "error"), "data"), "errors")),
		2);
	json_decref(answer);
}

static void choices_are_those_of_the_rules(void **state)
{
	static const struct refusal cases[] = {
		{"{'evidence': [{'kind': 'gossip', 'summary': 'S'}]}", "['/evidence/0/kind']"},
		{"{'evidence': [{'kind': 'Other', 'summary': 'S'}]}", "['/evidence/0/kind']"},
		{"{'child_first': [{'tenet': 'A', 'feature': 'F'}]}", "['/child_first/0/tenet']"},
		{"{'sign_off': {'send_leadership': {'method': 'letter'}}}",
		 "['/sign_off/send_leadership/method']"},
		{"{'seeking': 'child-first'}", "['/seeking']"},
		{"{'seeking': 'Quality Lead'}", "['/seeking']"},
		{"{'stage': 'middle'}", "['/stage']"},
		{"{'stage': 1}", "['/stage']"},
	};

	REFUSE_ALL(state, cases);
}

static void types_and_lengths_are_kept(void **state)
{
	static const struct refusal cases[] = {
		{"{'partnership': null}", "['/partnership']"},
		{"{'partnership': 'north'}", "['/partnership']"},
		{"{'partnership': {'id': 'North'}}", "['/partnership/id']"},
		{"{'partnership': {'id': ''}}", "['/partnership/id']"},
		{"{'partnership': {'id': 'a_b'}}", "['/partnership/id']"},
		{"{'partnership': {'id': 'a23456789-123456789-123456789-123456789-123456789-"
		 "123456789-12345'}}",
		 "['/partnership/id']"},
		{"{'partnership': {'name': ''}}", "['/partnership/name']"},
		{"{'partnership': {'name': 7}}", "['/partnership/name']"},
		{"{'partnership': {'aym_member': 'yes'}}", "['/partnership/aym_member']"},
		{"{'partnership': {'aym_member': 1}}", "['/partnership/aym_member']"},
		{"{'submission_id': ''}", "['/submission_id']"},
		{"{'submission_id': 7}", "['/submission_id']"},
		{"{'evidence': {}}", "['/evidence']"},
		{"{'evidence': [7]}", "['/evidence/0']"},
		{"{'evidence': [{'kind': 'other'}]}", "['/evidence/0/summary']"},
		{"{'case_studies': [{'title': 'T', 'statements': ['8'], 'shareable': 1}]}",
		 "['/case_studies/0/shareable']"},
		{"{'sign_off': []}", "['/sign_off']"},
		{"{'sign_off': {'send_leadership': true}}", "['/sign_off/send_leadership']"},
		{"{'sign_off': {'send_leadership': {'method': null}}}",
		 "['/sign_off/send_leadership/method']"},
		{"{'child_first': [{'tenet': 'strengths'}]}", "['/child_first/0/feature']"},
	};

	REFUSE_ALL(state, cases);
}

static void everything_wrong_is_told_at_once(void **state)
{
	refuses(*state,
		"{'assessed_on': '2024-02-30', 'registered_on': 'x', 'seeking': 'gold',"
		" 'scores': {'1': 11, '2': null, '4': 4}, 'partnership': {'id': 'N', 'nick': 'x'},"
		" 'evidence': [{'kind': 'x'}, {'kind': 'other', 'summary': 'S', 'x': 1}],"
		" 'sign_off': {'send_leadership': {'method': 'x', 'on': 'x'}}}",
		"['/assessed_on', '/registered_on', '/seeking', '/scores/1', '/scores/2',"
		" '/scores/4', '/partnership/id', '/partnership/nick', '/evidence/0/kind',"
		" '/evidence/0/summary', '/evidence/1/x', '/sign_off/send_leadership/method',"
		" '/sign_off/send_leadership/on']");
}

static void a_thousand_faults_in_one_submission_are_all_told(void **state)
{
	json_t *given = submission(*state, NULL), *evidence = json_array(), *answer, *errors;

	for (int i = 0; i < MANY; i++)
		assert_int_equal(json_array_append_new(evidence, json_integer(i)), 0);
	assert_int_equal(json_object_set_new(given, "evidence", evidence), 0);
	answer = peer_call(scene_peer(*state), "decide", given);
	errors = json_object_get(json_object_get(json_object_get(answer, "error"), "data"),
				 "errors");
	assert_int_equal(json_array_size(errors), MANY);
	expect(json_array_get(errors, 999), "{'pointer': '/evidence/999'}");
	json_decref(answer);
}

static void a_thousand_errors_at_once_are_each_answered(void **state)
{
	static const char *const bad[] = {
		"{'assessed_on': '2024-02-30'}",
		"{'scores': {'4a': 11}}",
		"{'colour': 1}",
		"{'partnership': {'id': 'N'}}",
	};
	int64_t before = scene_sql_number(*state, entries);
	struct peer *p = peer_open(*state);

	for (int i = 0; i < MANY; i++) {
		if (i % 5 == 4)
			peer_send_line(p, "{not json");
		else
			peer_request(p, i, "decide", submission(*state, bad[i % 4]));
	}
	for (int i = 0; i < MANY; i++) {
		json_t *answer = peer_receive(p);

		assert_non_null(json_object_get(answer, "error"));
		json_decref(answer);
	}
	assert_true(peer_is_silent(p, 20));
	peer_request(p, MANY, "decide", submission(*state, NULL));
	json_t *answer = peer_receive(p);
	expect(answer, "{'id': 1000, 'result': {}}");
	json_decref(answer);
	peer_close(&p);
	assert_int_equal(scene_sql_number(*state, entries), before + 1);
}

/* Decides with a summary of this many letters; gives the answer. */
static json_t *with_long_summary(void **state, size_t letters)
{
	json_t *given = submission(*state, NULL), *answer;
	json_t *item = json_array_get(json_object_get(given, "evidence"), 0);
	char *text = malloc(letters + 1);

	assert_non_null(text);
	memset(text, 'x', letters);
	text[letters] = '\0';
	assert_int_equal(json_object_set_new(item, "summary", json_string(text)), 0);
	answer = peer_call(scene_peer(*state), "decide", given);
	free(text);
	return answer;
}

static void only_an_entry_that_would_be_too_long_is_refused(void **state)
{
	int64_t before = scene_sql_number(*state, entries);
	json_t *answer = with_long_summary(state, 70000);

	expect(answer, "{'error': {'code': -32602, 'data': {'errors': [{'pointer': ''}]}}}");
	json_decref(answer);
	assert_int_equal(scene_sql_number(*state, entries), before);
	answer = with_long_summary(state, 50000);
	expect(answer, "{'result': {'outcome': {'award': 'quality-lead'}}}");
	json_decref(answer);
	assert_int_equal(scene_sql_number(*state, entries), before + 1);
}

static void lengths_are_counted_in_characters(void **state)
{
	char changes[1024], name[404];
	size_t length = 0;

	for (int i = 0; i < 200; i++) {
		name[length++] = (char)0xc3;
		name[length++] = (char)0xa9;
	}
	name[length] = '\0';
	snprintf(changes, sizeof changes, "{'partnership': {'name': '%s'}}", name);
	decides(*state, changes, "{'outcome': {'award': 'quality-lead'}}");
	snprintf(changes, sizeof changes, "{'partnership': {'name': '%sx'}}", name);
	refuses(*state, changes, "['/partnership/name']");
}

static void a_null_is_the_same_as_left_out(void **state)
{
	static const char *const pointers[] = {
		"/submission_id",
		"/registered_on",
		"/seeking",
		"/stage",
		"/evidence",
		"/case_studies",
		"/child_first",
		"/partnership/aym_member",
		"/partnership/name",
		"/sign_off/send_leadership/name",
		"/sign_off/send_leadership/role",
		"/sign_off",
	};
	json_t *given = submission(*state, NULL), *answer;

	for (size_t i = 0; i < sizeof pointers / sizeof pointers[0]; i++)
		put(given, pointers[i], "null");
	answer = peer_call(scene_peer(*state), "decide", given);
	expect(answer, "{'result': {'submission_id': null, 'outcome': {'award': null,"
		       " 'sought': null, 'fee': {'net': 1300}}}}");
	json_decref(answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_new_area(a_score_is_a_whole_number_written_as_one),
		in_new_area(statements_are_those_of_the_framework),
		in_new_area(dates_are_real),
		in_new_area(an_unknown_member_is_refused_at_every_depth),
		in_new_area(an_unknown_member_is_refused_also_where_it_is_null),
		in_new_area(choices_are_those_of_the_rules),
		in_new_area(types_and_lengths_are_kept),
		in_new_area(everything_wrong_is_told_at_once),
		in_new_area(a_thousand_faults_in_one_submission_are_all_told),
		in_new_area(a_thousand_errors_at_once_are_each_answered),
		in_new_area(only_an_entry_that_would_be_too_long_is_refused),
		in_new_area(lengths_are_counted_in_characters),
		in_new_area(a_null_is_the_same_as_left_out),
	};

	return cmocka_run_group_tests(tests, scene_group_setup, scene_group_teardown);
}
