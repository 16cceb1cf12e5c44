/* Quality Lead and Child First: clauses QL and CF, and the readings on them. */
#include <stdio.h>
#include <string.h>

#include "support.h"

static void QL_1_every_applicable_statement_scores_7_or_more(void **state)
{
	json_t *result = decided(*state, "{'scores': {'3': 6, '10': 5}}");

	expect(criterion_of(result, "QL-1"), "{'status': 'unmet', 'shortfalls': ["
					     "{'statement': '3', 'score': 6, 'needs': 7},"
					     "{'statement': '10', 'score': 5, 'needs': 7}]}");
	expect(result, "{'outcome': {'award': 'quality-mark'}, 'next': {'award': 'quality-lead',"
		       " 'missing': [{'criterion': 'QL-1', 'shortfalls': ["
		       "{'statement': '3', 'score': 6, 'needs': 7},"
		       "{'statement': '10', 'score': 5, 'needs': 7}]}]}}");
	json_decref(result);
	decides(*state, "{'assessed_on': '2024-05-21'}",
		"{'outcome': {'award': 'quality-lead'}, 'next': null}");
}

static void QL_2_one_item_of_any_kind_is_evidence_enough(void **state)
{
	static const char *const kinds[] = {
		"first-time-offending-rate",
		"reoffending-rate",
		"joint-working-protocol",
		"transition-planning",
		"training-plan",
		"systems",
		"panels-and-forums",
		"other",
	};
	char changes[128];
	json_t *result = decided(*state, "{'evidence': []}");

	expect(criterion_of(result, "QL-2"),
	       "{'status': 'unmet', 'shortfalls': [{'pointer': '/evidence'}]}");
	expect(result, "{'outcome': {'award': 'quality-mark'}}");
	json_decref(result);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		snprintf(changes, sizeof changes,
			 "{'evidence': [{'kind': '%s', 'summary': 'Seen'}]}", kinds[i]);
		assesses(*state, changes, "{'outcome': {'award': 'quality-lead'}}");
	}
}

static void QL_3_a_score_of_8_with_a_case_study_to_share(void **state)
{
	json_t *result = decided(*state, "{'every': 7}");

	expect(criterion_of(result, "QL-3"),
	       "{'status': 'unmet', 'shortfalls': [{'pointer': '/scores'}]}");
	json_decref(result);
	result = decided(*state, "{'case_studies': []}");
	expect(criterion_of(result, "QL-3"),
	       "{'status': 'unmet', 'shortfalls': [{'pointer': '/case_studies'}]}");
	json_decref(result);
	result = decided(*state, "{'every': 7, 'scores': {'8': 8}}");
	expect(criterion_of(result, "QL-3"), "{'status': 'met', 'shortfalls': []}");
	json_decref(result);
}

static void QL_4_it_is_signed_off_by_both(void **state)
{
	json_t *result = decided(*state, "{'sign_off': {'send_leadership': null}}");

	expect(criterion_of(result, "QL-4"),
	       "{'status': 'unmet', 'shortfalls': [{'pointer': '/sign_off/send_leadership'}]}");
	expect(result, "{'outcome': {'award': null}}");
	json_decref(result);
}

static void QL_5_it_is_reached_at_the_first_benchmark_or_later(void **state)
{
	assesses(*state, "{'stage': 'initial'}", "{'outcome': {'award': 'quality-lead'}}");
	assesses(*state, "{'stage': 'final'}", "{'outcome': {'award': 'quality-lead'}}");
}

static void CF_1_the_same_assessment_meets_quality_lead(void **state)
{
	json_t *result = decided(*state, "{'scores': {'3': 6}}");

	expect(criterion_of(result, "CF-1"), "{'status': 'unmet', 'shortfalls': []}");
	expect(award_of(result, "child-first"), "{'status': 'unmet'}");
	expect(result, "{'outcome': {'award': 'quality-mark', 'commendations': []}}");
	json_decref(result);
}

static void CF_2_a_feature_aligns_with_one_of_the_four_tenets(void **state)
{
	static const char *const tenets[] = {"best-interests", "strengths", "participation",
					     "prevention"};
	char changes[128];
	json_t *result = decided(*state, "{'child_first': []}");

	expect(criterion_of(result, "CF-2"),
	       "{'status': 'unmet', 'shortfalls': [{'pointer': '/child_first'}]}");
	expect(result, "{'outcome': {'award': 'quality-lead', 'commendations': []}}");
	json_decref(result);
	for (size_t i = 0; i < sizeof tenets / sizeof tenets[0]; i++) {
		snprintf(changes, sizeof changes,
			 "{'child_first': [{'tenet': '%s', 'feature': 'Seen'}]}", tenets[i]);
		assesses(*state, changes, "{'outcome': {'commendations': ['child-first']}}");
	}
}

static void CF_3_a_case_study_is_submitted(void **state)
{
	json_t *result = decided(*state, "{'case_studies': []}");

	expect(criterion_of(result, "CF-3"),
	       "{'status': 'unmet', 'shortfalls': [{'pointer': '/case_studies'}]}");
	json_decref(result);
	/* Any will do: also one that is not to be shared. */
	result = decided(*state, "{'case_studies': [{'title': 'T', 'statements': ['1'],"
				 " 'shareable': false}]}");
	expect(criterion_of(result, "CF-3"), "{'status': 'met', 'shortfalls': []}");
	json_decref(result);
}

static void CF_4_it_is_in_force_from_2022_and_costs_nothing_more(void **state)
{
	json_t *result;

	decides(*state, "{'assessed_on': '2022-01-01'}",
		"{'outcome': {'commendations': ['child-first'], 'fee': {'net': 1100}}}");
	result = decided(*state, "{'assessed_on': '2021-12-31'}");
	expect(award_of(result, "child-first"), "{'status': 'not-in-force'}");
	expect(result, "{'outcome': {'commendations': [], 'fee': {'net': 1100}}}");
	json_decref(result);
}

static void R_2_evidence_is_asked_at_the_initial_benchmark_too(void **state)
{
	decides(*state, "{'stage': 'initial', 'evidence': null}",
		"{'outcome': {'award': 'quality-mark'}, 'next': {'award': 'quality-lead',"
		" 'missing': [{'criterion': 'QL-2', 'shortfalls': [{'pointer': '/evidence'}]}]}}");
}

static void R_3_the_case_study_is_shareable_and_names_a_statement_of_8(void **state)
{
	static const struct {
		const char *studies, *status;
	} cases[] = {
		{"[{'title': 'T', 'statements': ['8'], 'shareable': false}]", "unmet"},
		{"[{'title': 'T', 'statements': ['8']}]", "unmet"},
		{"[{'title': 'T', 'statements': ['1', '3'], 'shareable': true}]", "unmet"},
		/* One shareable and one that names it do not make one that does both. */
		{"[{'title': 'T', 'statements': ['1'], 'shareable': true},"
		 " {'title': 'U', 'statements': ['8'], 'shareable': false}]",
		 "unmet"},
		{"[{'title': 'T', 'statements': ['1', '5'], 'shareable': true}]", "met"},
		{"[{'title': 'T', 'statements': ['1']},"
		 " {'title': 'U', 'statements': ['2'], 'shareable': true}]",
		 "met"},
	};
	char changes[256];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		json_t *result;

		snprintf(changes, sizeof changes, "{'case_studies': %s}", cases[i].studies);
		result = decided(*state, changes);
		assert_string_equal(criterion_status(result, "QL-3"), cases[i].status);
		json_decref(result);
	}
}

static void R_4_one_feature_is_enough(void **state)
{
	decides(*state, "{'child_first': [{'tenet': 'prevention', 'feature': 'Diversion'}]}",
		"{'outcome': {'commendations': ['child-first']}}");
}

static void R_5_one_case_study_serves_both(void **state)
{
	json_t *result = decided(*state, NULL);

	assert_int_equal(json_array_size(json_object_get(result, "awards")), 3);
	assert_string_equal(criterion_status(result, "QL-3"), "met");
	assert_string_equal(criterion_status(result, "CF-3"), "met");
	json_decref(result);
}

static void R_8_the_highest_level_met_is_awarded_whatever_was_sought(void **state)
{
	assesses(*state, "{'seeking': 'quality-mark'}",
		 "{'outcome': {'award': 'quality-lead', 'commendations': ['child-first'],"
		 " 'sought': 'quality-mark', 'sought_met': true}}");
	assesses(*state, "{'every': 5, 'seeking': 'quality-lead'}",
		 "{'outcome': {'award': 'quality-mark', 'sought': 'quality-lead',"
		 " 'sought_met': false}}");
	assesses(*state, NULL, "{'outcome': {'sought': null, 'sought_met': null}}");
}

static void R_13_each_award_has_its_first_day(void **state)
{
	static const struct {
		const char *changes, *expected;
	} cases[] = {
		{"{'assessed_on': '2017-03-31'}",
		 "{'outcome': {'award': null}, 'awards': [{'status': 'not-in-force'},"
		 " {'status': 'not-in-force'}, {'status': 'not-in-force'}]}"},
		{"{'assessed_on': '2017-04-01'}",
		 "{'outcome': {'award': 'quality-lead'}, 'awards': [{'status': 'met'},"
		 " {'status': 'met'}, {'status': 'not-in-force'}]}"},
		{"{'assessed_on': '2021-12-31'}",
		 "{'awards': [{'status': 'met'}, {'status': 'met'}, {'status': 'not-in-force'}]}"},
		{"{'assessed_on': '2022-01-01'}",
		 "{'awards': [{'status': 'met'}, {'status': 'met'}, {'status': 'met'}]}"},
		/* The day of the assessment counts, not that of the registration. */
		{"{'assessed_on': '2022-01-01', 'registered_on': '2021-06-01'}",
		 "{'awards': [{'status': 'met'}, {'status': 'met'}, {'status': 'met'}]}"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assesses(*state, cases[i].changes, cases[i].expected);
}

static void R_23_a_level_not_in_force_is_shown_and_never_awarded(void **state)
{
	json_t *result = decided(*state, "{'assessed_on': '2017-03-31',"
					 " 'seeking': 'quality-lead', 'scores': {'3': 6}}");

	expect(award_of(result, "quality-mark"),
	       "{'status': 'not-in-force',"
	       " 'criteria': [{'id': 'QM-1', 'status': 'met'}, {'id': 'QM-2', 'status': 'met'}]}");
	expect(criterion_of(result, "QL-1"),
	       "{'status': 'unmet',"
	       " 'shortfalls': [{'statement': '3', 'score': 6, 'needs': 7}]}");
	expect(result, "{'outcome': {'award': null, 'sought': 'quality-lead',"
		       " 'sought_met': false, 'change': 'none'}, 'next': null}");
	json_decref(result);
}

static void R_24_the_commendation_is_not_added_below_quality_lead(void **state)
{
	decides(*state, "{'every': 6, 'scores': {'8': 9}}",
		"{'outcome': {'award': 'quality-mark', 'commendations': []}}");
}

static void R_26_a_commendation_alters_neither_change_nor_route_nor_fee(void **state)
{
	decides(*state, "{'child_first': null, 'assessed_on': '2022-03-01'}",
		"{'outcome': {'award': 'quality-lead', 'commendations': []}}");
	assesses(*state, NULL,
		 "{'outcome': {'commendations': ['child-first'], 'change': 'maintained',"
		 " 'route': 'redesignation', 'fee': {'net': 600}}}");
	assesses(*state, "{'child_first': null}",
		 "{'outcome': {'commendations': [], 'change': 'maintained',"
		 " 'route': 'redesignation', 'fee': {'net': 600}}}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_new_area(QL_1_every_applicable_statement_scores_7_or_more),
		in_new_area(QL_2_one_item_of_any_kind_is_evidence_enough),
		in_new_area(QL_3_a_score_of_8_with_a_case_study_to_share),
		in_new_area(QL_4_it_is_signed_off_by_both),
		in_new_area(QL_5_it_is_reached_at_the_first_benchmark_or_later),
		in_new_area(CF_1_the_same_assessment_meets_quality_lead),
		in_new_area(CF_2_a_feature_aligns_with_one_of_the_four_tenets),
		in_new_area(CF_3_a_case_study_is_submitted),
		in_new_area(CF_4_it_is_in_force_from_2022_and_costs_nothing_more),
		in_new_area(R_2_evidence_is_asked_at_the_initial_benchmark_too),
		in_new_area(R_3_the_case_study_is_shareable_and_names_a_statement_of_8),
		in_new_area(R_4_one_feature_is_enough),
		in_new_area(R_5_one_case_study_serves_both),
		in_new_area(R_8_the_highest_level_met_is_awarded_whatever_was_sought),
		in_new_area(R_13_each_award_has_its_first_day),
		in_new_area(R_23_a_level_not_in_force_is_shown_and_never_awarded),
		in_new_area(R_24_the_commendation_is_not_added_below_quality_lead),
		in_new_area(R_26_a_commendation_alters_neither_change_nor_route_nor_fee),
	};

	return cmocka_run_group_tests(tests, scene_group_setup, scene_group_teardown);
}
