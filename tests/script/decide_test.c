/* What the shipped rules decide: each criterion at its edges, and the readings. */
#include "rig.h"

/* One earlier decision of the partnership; the places are sequence, day, registration. */
#define ROW(sequence, revoked, assessed, registered, outcome)                                      \
	"{'sequence': " #sequence ", 'id': '" #sequence                                            \
	"-0', 'kind': 'decision', 'revoked': " #revoked                                            \
	", 'name': null, 'assessed_on': '" assessed "', 'registered_on': " registered              \
	", 'scores': {'1': 5, '2': 0, '3': 7, '4a': 6, '4b': 7, '5': 8, '6': 7, '7': 7, '8': 10,"  \
	" '9': 7, '10': 7}, 'outcome': " outcome "}"
#define AWARD(level, from, until, net)                                                             \
	"{'award': '" level "', 'commendations': [], 'awarded_on': '" from                         \
	"', 'expires_on': '" until "', 'fee': {'currency': 'GBP', 'net': " #net                    \
	", 'vat': 0, 'gross': 0}}"
#define NOTHING(net)                                                                               \
	"{'award': null, 'commendations': [], 'awarded_on': null, 'expires_on': null,"             \
	" 'fee': {'currency': 'GBP', 'net': " #net ", 'vat': 0, 'gross': 0}}"
#define MARK_2022                                                                                  \
	ROW(3, false, "2022-05-20", "null", AWARD("quality-mark", "2022-05-20", "2025-05-20", 1300))
#define LEAD_2022                                                                                  \
	ROW(3, false, "2022-05-20", "null", AWARD("quality-lead", "2022-05-20", "2025-05-20", 1300))
#define NO_EVIDENCE "'evidence': []"

/* ---- criteria ----------------------------------------------------------------- */

static void QM_1_every_applicable_score_is_5_or_more(void **state)
{
	rig_judges(*state, "{'every': 5}", "QM-1", "{'status': 'met', 'shortfalls': []}");
	rig_judges(*state, "{'every': 5, 'scores': {'4a': 4, '9': 1, '6': 0}}", "QM-1",
		   "{'status': 'unmet', 'reason': 'Statement 4a is scored 4; 5 is needed (1 short)."
		   " Statement 9 is scored 1; 5 is needed (4 short).', 'shortfalls':"
		   " [{'statement': '4a', 'score': 4, 'needs': 5},"
		   " {'statement': '9', 'score': 1, 'needs': 5}]}");
}

static void QM_2_and_QL_4_need_both_halves(void **state)
{
	const char *both = "[{'pointer': '/sign_off/send_leadership'},"
			   " {'pointer': '/sign_off/yos_leadership'}]";
	char expected[256];

	snprintf(expected, sizeof expected, "{'status': 'unmet', 'shortfalls': %s}", both);
	rig_judges(*state, "{'sign_off': null}", "QM-2", expected);
	rig_judges(*state, "{'sign_off': null}", "QL-4", expected);
	rig_judges(*state, "{'sign_off': {'yos_leadership': null}}", "QM-2",
		   "{'status': 'unmet', 'shortfalls': [{'pointer': '/sign_off/yos_leadership'}],"
		   " 'reason': 'Not signed off by youth offending service leadership.'}");
	rig_judges(*state, NULL, "QL-4", "{'status': 'met', 'shortfalls': []}");
}

static void QL_1_every_applicable_score_is_7_or_more(void **state)
{
	rig_judges(*state, "{'every': 7, 'scores': {'2': 0}}", "QL-1", "{'status': 'met'}");
	rig_judges(
		*state, "{'scores': {'10': 6}}", "QL-1",
		"{'status': 'unmet', 'shortfalls': [{'statement': '10', 'score': 6, 'needs': 7}]}");
}

static void QL_2_needs_one_item_of_evidence_always(void **state)
{
	rig_judges(*state, "{" NO_EVIDENCE ", 'stage': 'initial'}", "QL-2",
		   "{'status': 'unmet', 'shortfalls': [{'pointer': '/evidence'}]}");
	rig_judges(*state, "{'evidence': null}", "QL-2", "{'status': 'unmet'}");
	rig_judges(*state, NULL, "QL-2", "{'status': 'met', 'reason': 'Evidence: 1 given.'}");
}

static void QL_3_needs_a_shareable_case_study_of_a_statement_scored_8(void **state)
{
	const char *of_8_as_7 = "{'every': 7, 'scores': {'1': 8}}";

	rig_judges(*state, "{'every': 7}", "QL-3",
		   "{'status': 'unmet', 'shortfalls': [{'pointer': '/scores'}]}");
	rig_judges(*state, of_8_as_7, "QL-3",
		   "{'status': 'unmet', 'shortfalls': [{'pointer': '/case_studies'}]}");
	rig_judges(*state, "{'case_studies': [{'title': 'x', 'statements': ['8']}]}", "QL-3",
		   "{'status': 'unmet', 'shortfalls': [{'pointer': '/case_studies'}]}");
	rig_judges(*state, "{'scores': {'8': 8}}", "QL-3", "{'status': 'met'}");
	rig_judges(*state, "{'every': 0}", "QL-3",
		   "{'status': 'unmet', 'shortfalls': [{'pointer': '/scores'}]}");
}

static void CF_1_to_3_need_quality_lead_a_feature_and_a_case_study(void **state)
{
	rig_judges(*state, "{" NO_EVIDENCE "}", "CF-1",
		   "{'status': 'unmet', 'shortfalls': [],"
		   " 'reason': 'Quality Lead is not met: see QL-2.'}");
	rig_judges(*state, "{'child_first': []}", "CF-2",
		   "{'status': 'unmet', 'shortfalls': [{'pointer': '/child_first'}]}");
	rig_judges(*state, "{'case_studies': []}", "CF-3",
		   "{'status': 'unmet', 'shortfalls': [{'pointer': '/case_studies'}]}");
	rig_decides(*state, NULL, NULL, "{'outcome': {'commendations': ['child-first']}}");
	rig_decides(*state, "{'child_first': null}", NULL,
		    "{'outcome': {'award': 'quality-lead', 'commendations': []}}");
}

/* ---- readings --------------------------------------------------------------------- */

static void R_1_a_profile_of_zeros_meets_nothing(void **state)
{
	rig_decides(*state, "{'every': 0}", NULL,
		    "{'outcome': {'award': null, 'awarded_on': null, 'expires_on': null,"
		    " 'citation': null, 'change': 'none', 'refer_to_assessor': true,"
		    " 'fee': {'net': 1300, 'vat': 260, 'gross': 1560}},"
		    " 'next': {'award': 'quality-mark', 'missing': [{'criterion': 'QM-1',"
		    " 'shortfalls': [{'pointer': '/scores'}]}]},"
		    " 'profile': {'strengths': [], 'development_needs': []}}");
}

static void R_7_an_award_of_29_february_expires_on_1_march(void **state)
{
	rig_decides(*state, "{'assessed_on': '2024-02-29'}", NULL,
		    "{'outcome': {'awarded_on': '2024-02-29', 'expires_on': '2027-03-01'}}");
}

static void R_8_the_highest_level_met_is_awarded_whatever_was_sought(void **state)
{
	rig_decides(*state, "{'seeking': 'quality-mark'}", NULL,
		    "{'outcome': {'award': 'quality-lead', 'sought': 'quality-mark',"
		    " 'sought_met': true, 'change': 'first', 'route': 'new-entry'}}");
	rig_decides(*state, NULL, NULL, "{'outcome': {'sought': null, 'sought_met': null}}");
}

static void R_9_an_award_is_held_until_the_day_before_it_expires(void **state)
{
	rig_decides(*state, "{'assessed_on': '2025-05-19'}", "[" LEAD_2022 "]",
		    "{'outcome': {'route': 'redesignation', 'change': 'maintained'}}");
	rig_decides(*state, "{'assessed_on': '2025-05-20'}", "[" LEAD_2022 "]",
		    "{'outcome': {'route': 'new-entry', 'change': 'first'}}");
	rig_decides(*state, "{'assessed_on': '2026-01-10', 'registered_on': '2025-05-19'}",
		    "[" LEAD_2022 "]", "{'outcome': {'route': 'redesignation'}}");
	rig_decides(*state, "{'assessed_on': '2022-05-19'}", "[" LEAD_2022 "]",
		    "{'outcome': {'route': 'new-entry'}}");
}

static void R_9_the_latest_award_counts_by_date_and_then_by_sequence(void **state)
{
	rig_decides(*state, NULL,
		    "[" LEAD_2022 "," ROW(4, false, "2021-06-01", "null",
					  AWARD("quality-mark", "2021-06-01", "2024-06-01", 0)) "]",
		    "{'outcome': {'change': 'maintained'}}");
	rig_decides(*state, NULL,
		    "[" LEAD_2022 "," ROW(4, false, "2022-05-20", "null",
					  AWARD("quality-mark", "2022-05-20", "2025-05-20", 0)) "]",
		    "{'outcome': {'change': 'higher', 'route': 'higher-redesignation'}}");
}

static void R_10_the_level_sought_decides_the_route(void **state)
{
	rig_decides(*state, "{'seeking': 'quality-mark'}", "[" MARK_2022 "]",
		    "{'outcome': {'route': 'redesignation', 'change': 'higher',"
		    " 'fee': {'net': 700}}}");
	rig_decides(*state, "{'seeking': 'quality-lead', " NO_EVIDENCE "}", "[" MARK_2022 "]",
		    "{'outcome': {'route': 'higher-redesignation', 'change': 'maintained',"
		    " 'sought_met': false, 'window_held_open': true, 'refer_to_assessor': false,"
		    " 'fee': {'net': 1300, 'vat': 260, 'gross': 1560}}}");
	rig_decides(*state, "{'every': 1}", "[" MARK_2022 "]",
		    "{'outcome': {'route': 'redesignation', 'change': 'none',"
		    " 'window_held_open': false, 'refer_to_assessor': true}}");
	rig_decides(*state, NULL, "[" MARK_2022 "]",
		    "{'outcome': {'route': 'higher-redesignation', 'window_held_open': false}}");
	rig_decides(*state, "{'seeking': 'quality-mark'}", "[" LEAD_2022 "]",
		    "{'outcome': {'route': 'redesignation', 'change': 'maintained'}}");
}

static void R_11_a_lower_level_is_awarded_and_referred(void **state)
{
	rig_decides(*state, "{" NO_EVIDENCE "}", "[" LEAD_2022 "]",
		    "{'outcome': {'award': 'quality-mark', 'change': 'lower',"
		    " 'refer_to_assessor': true}, 'next': {'award': 'quality-lead', 'missing':"
		    " [{'criterion': 'QL-2', 'shortfalls': [{'pointer': '/evidence'}]}]}}");
}

static void R_13_R_23_awards_are_in_force_from_their_day(void **state)
{
	rig_decides(*state, "{'assessed_on': '2017-03-31', 'seeking': 'quality-mark'}", NULL,
		    "{'outcome': {'award': null, 'sought_met': false, 'refer_to_assessor': false},"
		    " 'next': null, 'awards': [{'status': 'not-in-force', 'criteria':"
		    " [{'status': 'met'}, {'status': 'met'}]}, {'status': 'not-in-force'},"
		    " {'status': 'not-in-force', 'criteria': [{'status': 'met'}, {'status': 'met'},"
		    " {'status': 'met'}]}]}");
	rig_decides(*state, "{'assessed_on': '2017-04-01'}", NULL,
		    "{'outcome': {'award': 'quality-lead', 'commendations': []}}");
	rig_decides(*state, "{'assessed_on': '2021-12-31'}", NULL,
		    "{'outcome': {'commendations': []}}");
	rig_decides(*state, "{'assessed_on': '2022-01-01'}", NULL,
		    "{'outcome': {'commendations': ['child-first']}}");
}

static void R_15_needs_are_below_the_next_mark(void **state)
{
	rig_decides(*state, "{'every': 7, 'scores': {'1': 4, '2': 5, '3': 0}}", NULL,
		    "{'profile': {'development_needs': ['1'], 'not_applicable': ['3'],"
		    " 'strengths': ['4a', '4b', '5', '6', '7', '8', '9', '10']}}");
	rig_decides(*state, "{'every': 7, 'scores': {'10': 6, '2': 5}}", NULL,
		    "{'profile': {'development_needs': ['2', '10']}}");
	rig_decides(*state, "{'every': 7}", NULL, "{'profile': {'development_needs': []}}");
}

static void R_17_a_revoked_decision_is_neither_award_nor_benchmark(void **state)
{
	rig_decides(*state, NULL,
		    "[" ROW(3, true, "2022-05-20", "null",
			    AWARD("quality-lead", "2022-05-20", "2025-05-20", 1300)) "]",
		    "{'outcome': {'route': 'new-entry', 'improved_statements': []}}");
}

static void R_19_statements_improve_where_they_applied_both_times(void **state)
{
	rig_decides(*state, NULL, "[" MARK_2022 "]",
		    "{'outcome': {'improved_statements': ['1', '4a']}}");
	rig_decides(*state, "{'assessed_on': '2022-05-19'}", "[" MARK_2022 "]",
		    "{'outcome': {'improved_statements': []}}");
}

static void R_21_one_entry_pays_once_and_does_not_hold_its_own_award(void **state)
{
	const char *mark = "[" ROW(3, false, "2024-02-01", "'2024-01-01'",
				   AWARD("quality-mark", "2024-02-01", "2027-02-01", 1300)) "]";
	const char *cheap = "[" LEAD_2022
			    "," ROW(4, false, "2024-02-01", "'2024-01-01'", NOTHING(700)) "]";

	rig_decides(*state, "{'registered_on': '2024-01-01'}", mark,
		    "{'outcome': {'route': 'new-entry', 'change': 'first',"
		    " 'fee': {'net': 0, 'vat': 0, 'gross': 0}}}");
	rig_decides(*state, "{'registered_on': '2024-01-02'}", mark,
		    "{'outcome': {'route': 'higher-redesignation', 'fee': {'net': 1300}}}");
	rig_decides(*state, "{'registered_on': '2024-01-01'}", cheap,
		    "{'outcome': {'route': 'redesignation', 'fee': {'net': 0}}}");
}

static void R_25_the_last_name_given_is_used_and_else_the_id(void **state)
{
	rig_decides(
		*state, "{'partnership': {'name': null}}", NULL,
		"{'partnership': {'id': 'north-vale', 'name': 'north-vale', 'aym_member': false}}");
	rig_decides(
		*state, "{'partnership': {'name': null, 'aym_member': true}}",
		"[{'sequence': 1, 'id': '1-0', 'kind': 'import', 'revoked': true,"
		" 'name': 'The Vale', 'assessed_on': null, 'registered_on': null,"
		" 'scores': null, 'outcome': " AWARD("quality-mark", "2020-01-01", "2023-01-01",
						     0) "}]",
		"{'partnership': {'name': 'The Vale', 'aym_member': true}, 'outcome':"
		" {'citation': 'The Vale: Quality Lead with Child First Commendation, May 2024',"
		" 'fee': {'net': 1100}}}");
}

static void R_27_fewer_than_six_statements_are_referred(void **state)
{
	const char *five = "{'scores': {'1': 0, '2': 0, '3': 0, '4a': 0, '4b': 0, '5': 0}}";
	const char *six = "{'scores': {'1': 0, '2': 0, '3': 0, '4a': 0, '4b': 0}}";

	rig_decides(*state, five, NULL,
		    "{'outcome': {'award': 'quality-lead', 'refer_to_assessor': true}}");
	rig_decides(*state, six, NULL, "{'outcome': {'refer_to_assessor': false}}");
}

static void AW_6_a_redesignation_is_named_in_the_citation(void **state)
{
	rig_decides(*state, NULL, "[" LEAD_2022 "]",
		    "{'outcome': {'citation': 'North Vale: Quality Lead redesignation with"
		    " Child First Commendation, May 2024'}}");
}

static void an_award_the_rules_no_longer_know_ranks_below_every_other(void **state)
{
	rig_decides(*state, NULL,
		    "[" ROW(3, false, "2022-05-20", "null",
			    AWARD("bronze", "2022-05-20", "2025-05-20", 0)) "]",
		    "{'outcome': {'route': 'higher-redesignation', 'change': 'higher'}}");
}

static void R_4_R_5_one_tenet_and_one_case_study_are_enough(void **state)
{
	static const char *const tenets[] = {"best-interests", "strengths", "participation",
					     "prevention"};
	char changes[128];

	for (size_t i = 0; i < 4; i++) {
		snprintf(changes, sizeof changes,
			 "{'child_first': [{'tenet': '%s', 'feature': 'x'}]}", tenets[i]);
		rig_decides(*state, changes, NULL,
			    "{'outcome': {'commendations': ['child-first']}}");
	}
}

static void R_14_VAT_is_rounded_half_up_to_whole_pounds(void **state)
{
	static const struct {
		const char *percent, *expected;
	} cases[] = {{"vat_percent = 20", "{'outcome': {'fee': {'net': 1300, 'vat': 260}}}"},
		     {"vat_percent = 0", "{'outcome': {'fee': {'vat': 0, 'gross': 1300}}}"}};
	struct rig r;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		rig_open(&r, &(struct rig_edit){"outcome.lua", NULL, "vat_percent = 20",
						cases[i].percent});
		rig_decides(&r, NULL, NULL, cases[i].expected);
		rig_close(&r);
	}
	rig_open(&r, &(struct rig_edit){"outcome.lua", NULL, "other = 1300", "other = 1302"});
	rig_decides(&r, NULL, NULL, "{'outcome': {'fee': {'net': 1302, 'vat': 260}}}");
	rig_close(&r);
	rig_open(&r, &(struct rig_edit){"outcome.lua", NULL, "other = 1300", "other = 1303"});
	rig_decides(&r, NULL, NULL, "{'outcome': {'fee': {'vat': 261, 'gross': 1564}}}");
	rig_close(&r);
}

static void R_26_FE_4_a_commendation_changes_neither_route_nor_fee(void **state)
{
	const char *same = "{'outcome': {'route': 'redesignation', 'change': 'maintained',"
			   " 'fee': {'net': 700, 'vat': 140, 'gross': 840}}}";

	rig_decides(*state, NULL, "[" LEAD_2022 "]", same);
	rig_decides(*state, "{'child_first': []}", "[" LEAD_2022 "]", same);
}

static void R_28_either_method_signs_off_a_half(void **state)
{
	rig_judges(*state,
		   "{'sign_off': {'send_leadership': {'method': 'meeting'},"
		   " 'yos_leadership': {'method': 'email'}}}",
		   "QM-2", "{'status': 'met'}");
}

/* ---- the rest ------------------------------------------------------------------------- */

static void R_24_a_new_level_is_one_file_and_takes_the_commendation(void **state)
{
	struct rig_edit edit = {"gold.lua",
				"level \"gold\" { title = \"Gold\", above = \"quality-lead\",\n"
				"in_force_from = \"2024-01-01\",\n"
				"criterion \"G-1\" { says = \"All 9\", every_score_at_least(9) } }",
				NULL, NULL};
	struct rig r;

	(void)state;
	rig_open(&r, &edit);
	rig_decides(
		&r, "{'every': 9}", NULL,
		"{'outcome': {'award': 'gold', 'commendations': ['child-first']}, 'next': null}");
	rig_decides(&r, NULL, NULL,
		    "{'outcome': {'award': 'quality-lead'}, 'next': {'award': 'gold'}}");
	rig_decides(&r, "{'assessed_on': '2023-12-31', 'seeking': 'gold'}", NULL,
		    "{'outcome': {'sought_met': false}, 'next': null}");
	rig_close(&r);
}

static void thousands_of_awards_are_imported_at_once(void **state)
{
	struct rig *r = *state;
	struct script_fault fault;
	struct buffer out;
	json_t *list = json_array(), *input = json_pack("{s:o}", "awards", list);

	for (int i = 0; i < 7000; i++)
		json_array_append_new(list, rig_json("{'partnership': 'a', 'name': 'A', 'award':"
						     " 'quality-mark', 'source': 's',"
						     " 'awarded_on': '2023-03-15'}"));
	buffer_init(&out);
	assert_int_equal(script_run(r->script, "import", input, &out, &fault), 0);
	assert_true(out.length > 7000 * 100);
	buffer_deinit(&out);
	json_decref(input);
}

static void imported_awards_get_their_outcome(void **state)
{
	struct rig *r = *state;
	struct script_fault fault;
	struct buffer out;
	json_t *input = rig_json(
		"{'awards': [{'partnership': 'a', 'name': 'A', 'award': 'quality-mark',"
		" 'awarded_on': '2023-03-15', 'precision': 'month', 'source': 's'},"
		" {'partnership': 'b', 'name': 'Croydon', 'award': 'quality-lead', 'route': "
		"'redesignation',"
		" 'commendations': ['child-first'], 'awarded_on': '2020-02-29', 'source': 's'}]}");
	json_t *result;

	buffer_init(&out);
	assert_int_equal(script_run(r->script, "import", input, &out, &fault), 0);
	result = json_read((struct text){out.bytes, out.length}, NULL);
	rig_expect(
		result,
		"{'awards': [{'award': 'quality-mark', 'commendations': [], 'route': 'new-entry',"
		" 'awarded_on': '2023-03-01', 'expires_on': '2026-03-01',"
		" 'citation': 'A: Quality Mark, March 2023'}, {'expires_on': '2023-03-01',"
		" 'commendations': ['child-first'], 'citation': 'Croydon: Quality Lead "
		"redesignation"
		" with Child First Commendation, February 2020'}]}");
	json_decref(result);
	json_decref(input);
	buffer_deinit(&out);
}

static void the_same_input_gives_the_same_bytes(void **state)
{
	struct rig *r = *state, other;
	struct buffer a, b;

	rig_open(&other, NULL);
	buffer_init(&a);
	assert_int_equal(rig_run(r, "{'every': 4}", "[" LEAD_2022 "]", &a), 0);
	for (int i = 0; i < 20; i++) {
		buffer_init(&b);
		if (i % 2 == 0)
			script_prepare(r->script);
		assert_int_equal(
			rig_run(i % 3 == 0 ? &other : r, "{'every': 4}", "[" LEAD_2022 "]", &b), 0);
		assert_int_equal(a.length, b.length);
		assert_memory_equal(a.bytes, b.bytes, a.length);
		buffer_deinit(&b);
	}
	buffer_deinit(&a);
	rig_close(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(QM_1_every_applicable_score_is_5_or_more),
		cmocka_unit_test(QM_2_and_QL_4_need_both_halves),
		cmocka_unit_test(QL_1_every_applicable_score_is_7_or_more),
		cmocka_unit_test(QL_2_needs_one_item_of_evidence_always),
		cmocka_unit_test(QL_3_needs_a_shareable_case_study_of_a_statement_scored_8),
		cmocka_unit_test(CF_1_to_3_need_quality_lead_a_feature_and_a_case_study),
		cmocka_unit_test(R_1_a_profile_of_zeros_meets_nothing),
		cmocka_unit_test(R_7_an_award_of_29_february_expires_on_1_march),
		cmocka_unit_test(R_8_the_highest_level_met_is_awarded_whatever_was_sought),
		cmocka_unit_test(R_9_an_award_is_held_until_the_day_before_it_expires),
		cmocka_unit_test(R_9_the_latest_award_counts_by_date_and_then_by_sequence),
		cmocka_unit_test(R_10_the_level_sought_decides_the_route),
		cmocka_unit_test(R_11_a_lower_level_is_awarded_and_referred),
		cmocka_unit_test(R_13_R_23_awards_are_in_force_from_their_day),
		cmocka_unit_test(R_15_needs_are_below_the_next_mark),
		cmocka_unit_test(R_17_a_revoked_decision_is_neither_award_nor_benchmark),
		cmocka_unit_test(R_19_statements_improve_where_they_applied_both_times),
		cmocka_unit_test(R_21_one_entry_pays_once_and_does_not_hold_its_own_award),
		cmocka_unit_test(R_24_a_new_level_is_one_file_and_takes_the_commendation),
		cmocka_unit_test(R_25_the_last_name_given_is_used_and_else_the_id),
		cmocka_unit_test(R_4_R_5_one_tenet_and_one_case_study_are_enough),
		cmocka_unit_test(R_14_VAT_is_rounded_half_up_to_whole_pounds),
		cmocka_unit_test(R_26_FE_4_a_commendation_changes_neither_route_nor_fee),
		cmocka_unit_test(R_28_either_method_signs_off_a_half),
		cmocka_unit_test(R_27_fewer_than_six_statements_are_referred),
		cmocka_unit_test(AW_6_a_redesignation_is_named_in_the_citation),
		cmocka_unit_test(an_award_the_rules_no_longer_know_ranks_below_every_other),
		cmocka_unit_test(thousands_of_awards_are_imported_at_once),
		cmocka_unit_test(imported_awards_get_their_outcome),
		cmocka_unit_test(the_same_input_gives_the_same_bytes),
	};

	return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
