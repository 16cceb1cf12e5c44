/* The framework and Quality Mark: clauses F and QM, and the readings on them. */
#include <stdio.h>
#include <string.h>

#include "support.h"

static const char *const statements[] = {"1", "2", "3", "4a", "4b", "5", "6", "7", "8", "9", "10"};

enum { STATEMENTS = sizeof statements / sizeof statements[0] };

static void F_1_all_eleven_statements_and_no_other_are_scored(void **state)
{
	char changes[64], pointers[64];

	for (size_t i = 0; i < STATEMENTS; i++) {
		snprintf(changes, sizeof changes, "{'scores': {'%s': null}}", statements[i]);
		snprintf(pointers, sizeof pointers, "['/scores/%s']", statements[i]);
		refuses(*state, changes, pointers);
	}
	refuses(*state, "{'scores': {'4': 7}}", "['/scores/4']");
	refuses(*state, "{'scores': {'11': 7}}", "['/scores/11']");
	decides(*state, NULL,
		"{'profile': {'scores': {'1': 7, '2': 8, '3': 7, '4a': 7, '4b': 7,"
		" '5': 8, '6': 7, '7': 7, '8': 9, '9': 7, '10': 7}}}");
}

static void F_2_scores_are_whole_numbers_from_0_to_10(void **state)
{
	char changes[64];

	for (int score = 0; score <= 10; score++) {
		snprintf(changes, sizeof changes, "{'scores': {'4a': %d}}", score);
		json_decref(decided(*state, changes));
	}
	refuses(*state, "{'scores': {'4a': 11}}", "['/scores/4a']");
	refuses(*state, "{'scores': {'4a': -1}}", "['/scores/4a']");
}

static void F_3_a_statement_scored_0_is_left_out_of_every_test(void **state)
{
	decides(*state, "{'scores': {'6': 0, '4b': 0}}",
		"{'outcome': {'award': 'quality-lead'},"
		" 'profile': {'not_applicable': ['4b', '6'], 'development_needs': []}}");
}

static void F_4_the_scores_make_a_profile_of_strengths_and_needs(void **state)
{
	decides(*state, "{'every': 6, 'scores': {'10': 9, '4a': 3, '2': 7, '9': 0}}",
		"{'profile': {'scores': {'1': 6, '2': 7, '3': 6, '4a': 3, '4b': 6, '5': 6,"
		" '6': 6, '7': 6, '8': 6, '9': 0, '10': 9}, 'strengths': ['2', '10'],"
		" 'development_needs': ['4a'], 'not_applicable': ['9']}}");
}

static void QM_1_every_applicable_statement_scores_5_or_more(void **state)
{
	json_t *result = decided(*state, "{'every': 5, 'scores': {'4a': 4, '10': 1, '7': 0}}");

	expect(criterion_of(result, "QM-1"), "{'status': 'unmet', 'shortfalls': ["
					     "{'statement': '4a', 'score': 4, 'needs': 5},"
					     "{'statement': '10', 'score': 1, 'needs': 5}]}");
	expect(result, "{'outcome': {'award': null, 'awarded_on': null, 'expires_on': null,"
		       " 'citation': null}}");
	json_decref(result);
	decides(*state, "{'every': 5}", "{'outcome': {'award': 'quality-mark'}}");
}

static void QM_2_both_halves_sign_off(void **state)
{
	static const struct {
		const char *changes, *shortfalls;
	} cases[] = {
		{"{'sign_off': {'send_leadership': null}}",
		 "{'status': 'unmet', 'shortfalls': [{'pointer': '/sign_off/send_leadership'}]}"},
		{"{'sign_off': {'yos_leadership': null}}",
		 "{'status': 'unmet', 'shortfalls': [{'pointer': '/sign_off/yos_leadership'}]}"},
		{"{'sign_off': null}",
		 "{'status': 'unmet', 'shortfalls': [{'pointer': '/sign_off/send_leadership'},"
		 " {'pointer': '/sign_off/yos_leadership'}]}"},
		{NULL, "{'status': 'met', 'shortfalls': []}"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		json_t *result = decided(*state, cases[i].changes);

		expect(criterion_of(result, "QM-2"), cases[i].shortfalls);
		expect(criterion_of(result, "QL-4"), cases[i].shortfalls);
		json_decref(result);
	}
}

static void QM_2_a_half_that_is_null_is_missing(void **state)
{
	json_t *given = submission(*state, NULL);
	json_t *answer;

	put(given, "/sign_off/yos_leadership", "null");
	answer = peer_call(scene_peer(*state), "decide", given);
	expect(criterion_of(json_object_get(answer, "result"), "QM-2"),
	       "{'status': 'unmet', 'shortfalls': [{'pointer': '/sign_off/yos_leadership'}]}");
	json_decref(answer);
}

static void QM_3_case_studies_and_statistics_are_not_required(void **state)
{
	decides(*state, "{'every': 5, 'evidence': null, 'case_studies': null, 'child_first': null}",
		"{'outcome': {'award': 'quality-mark'}}");
}

static void QM_4_it_is_reached_at_the_first_benchmark_or_later(void **state)
{
	decides(*state, "{'every': 5, 'stage': 'initial'}",
		"{'outcome': {'award': 'quality-mark'}}");
	decides(*state, "{'every': 5, 'stage': 'final', 'assessed_on': '2024-11-20'}",
		"{'outcome': {'award': 'quality-mark'}}");
}

static void R_1_a_profile_of_zeros_meets_nothing(void **state)
{
	json_t *result = decided(*state, "{'every': 0}");

	expect(criterion_of(result, "QM-1"),
	       "{'status': 'unmet', 'shortfalls': [{'pointer': '/scores'}]}");
	expect(criterion_of(result, "QL-1"),
	       "{'status': 'unmet', 'shortfalls': [{'pointer': '/scores'}]}");
	expect(result, "{'outcome': {'award': null, 'commendations': [], 'change': 'none'},"
		       " 'profile': {'strengths': [], 'development_needs': []}}");
	json_decref(result);
}

static void R_6_only_a_complete_profile_is_decided(void **state)
{
	refuses(*state, "{'scores': {'4a': null, '9': null}}", "['/scores/4a', '/scores/9']");
	refuses(*state, "{'scores': null}", "['/scores']");
}

static void R_15_strengths_and_needs_follow_from_the_scores_alone(void **state)
{
	static const struct {
		const char *changes, *expected;
	} cases[] = {
		/* Below 5 somewhere: what is below 5 is a need, and nothing else. */
		{"{'every': 6, 'scores': {'3': 4}}",
		 "{'profile': {'strengths': [], 'development_needs': ['3']}}"},
		/* All at least 5: what is below 7. */
		{"{'every': 7, 'scores': {'3': 5, '8': 6}}",
		 "{'profile': {'strengths': ['1', '2', '4a', '4b', '5', '6', '7', '9', '10'],"
		 " 'development_needs': ['3', '8']}}"},
		{"{'every': 7}", "{'profile': {'development_needs': []}}"},
		/* What does not apply is neither, and stops nothing. */
		{"{'every': 7, 'scores': {'1': 0, '2': 6}}",
		 "{'profile': {'development_needs': ['2'], 'not_applicable': ['1']}}"},
		/* No sign-off changes nothing. */
		{"{'every': 6, 'scores': {'3': 4}, 'sign_off': null, 'evidence': null}",
		 "{'profile': {'strengths': [], 'development_needs': ['3']}}"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assesses(*state, cases[i].changes, cases[i].expected);
}

static void R_27_with_fewer_than_six_applicable_an_assessor_looks_at_it(void **state)
{
	decides(*state, "{'every': 0, 'scores': {'1': 7, '2': 7, '3': 7, '4a': 7, '4b': 8}}",
		"{'outcome': {'award': 'quality-mark', 'refer_to_assessor': true}}");
	decides(*state,
		"{'every': 0, 'scores': {'1': 7, '2': 7, '3': 7, '4a': 7, '4b': 8, '8': 8},"
		" 'assessed_on': '2024-05-21'}",
		"{'outcome': {'award': 'quality-lead', 'refer_to_assessor': false}}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_new_area(F_1_all_eleven_statements_and_no_other_are_scored),
		in_new_area(F_2_scores_are_whole_numbers_from_0_to_10),
		in_new_area(F_3_a_statement_scored_0_is_left_out_of_every_test),
		in_new_area(F_4_the_scores_make_a_profile_of_strengths_and_needs),
		in_new_area(QM_1_every_applicable_statement_scores_5_or_more),
		in_new_area(QM_2_both_halves_sign_off),
		in_new_area(QM_2_a_half_that_is_null_is_missing),
		in_new_area(QM_3_case_studies_and_statistics_are_not_required),
		in_new_area(QM_4_it_is_reached_at_the_first_benchmark_or_later),
		in_new_area(R_1_a_profile_of_zeros_meets_nothing),
		in_new_area(R_6_only_a_complete_profile_is_decided),
		in_new_area(R_15_strengths_and_needs_follow_from_the_scores_alone),
		in_new_area(R_27_with_fewer_than_six_applicable_an_assessor_looks_at_it),
	};

	return cmocka_run_group_tests(tests, scene_group_setup, scene_group_teardown);
}
