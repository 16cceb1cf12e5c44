/* Fees, sharing, imports and revocations: clauses FE and SH, and their readings. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

static void FE_1_a_new_entry_costs_1100_or_1300(void **state)
{
	assesses(*state, "{'partnership': {'aym_member': true}}",
		 "{'outcome': {'route': 'new-entry', 'fee': {'currency': 'GBP', 'net': 1100,"
		 " 'vat': 220, 'gross': 1320}}}");
	assesses(*state, "{'partnership': {'aym_member': false}}",
		 "{'outcome': {'fee': {'net': 1300, 'vat': 260, 'gross': 1560}}}");
	assesses(*state, "{'partnership': {'aym_member': null}}",
		 "{'partnership': {'aym_member': false}, 'outcome': {'fee': {'net': 1300}}}");
}

static void FE_2_redesignation_at_the_same_level_costs_600_or_700(void **state)
{
	imports(*state, NULL);
	assesses(*state, "{'every': 5}",
		 "{'outcome': {'route': 'redesignation', 'fee': {'net': 600, 'vat': 120,"
		 " 'gross': 720}}}");
	assesses(*state, "{'every': 5, 'partnership': {'aym_member': false}}",
		 "{'outcome': {'fee': {'net': 700, 'vat': 140, 'gross': 840}}}");
}

static void FE_3_redesignation_at_a_higher_level_costs_as_a_new_entry(void **state)
{
	imports(*state, NULL);
	assesses(*state, NULL,
		 "{'outcome': {'route': 'higher-redesignation',"
		 " 'fee': {'net': 1100}}}");
	assesses(*state, "{'partnership': {'aym_member': false}}",
		 "{'outcome': {'fee': {'net': 1300}}}");
}

static void FE_4_child_first_costs_nothing(void **state)
{
	assesses(*state, NULL,
		 "{'outcome': {'commendations': ['child-first'],"
		 " 'fee': {'net': 1100}}}");
	assesses(*state, "{'child_first': null}",
		 "{'outcome': {'commendations': [], 'fee': {'net': 1100}}}");
}

static void R_14_vat_is_20_per_cent_of_the_net(void **state)
{
	imports(*state, NULL);
	json_decref(decided(*state, "{'every': 5, 'registered_on': '2024-01-01'}"));
	/* 1,300 less the 600 that was shown before. */
	decides(*state, "{'partnership': {'aym_member': false}, 'registered_on': '2024-01-01'}",
		"{'outcome': {'fee': {'net': 700, 'vat': 140, 'gross': 840}}}");
}

static void R_20_an_entry_without_an_award_is_paid_for(void **state)
{
	decides(*state, "{'every': 1}",
		"{'outcome': {'award': null, 'route': 'new-entry',"
		" 'fee': {'net': 1100, 'vat': 220, 'gross': 1320}}}");
}

static void R_21_an_entry_is_charged_once(void **state)
{
	json_t *first = decided(*state, "{'every': 5, 'registered_on': '2024-02-01'}");

	assesses(*state, "{'every': 5, 'registered_on': '2024-02-01'}",
		 "{'outcome': {'fee': {'net': 0, 'vat': 0, 'gross': 0}}}");
	/* Never below 0, and the dearer route pays the difference. */
	assesses(*state, "{'registered_on': '2024-02-01', 'partnership': {'aym_member': false}}",
		 "{'outcome': {'fee': {'net': 200, 'vat': 40, 'gross': 240}}}");
	/* Revoked, it has shown nothing. */
	revokes(*state, first);
	assesses(*state, "{'every': 5, 'registered_on': '2024-02-01'}",
		 "{'outcome': {'fee': {'net': 1100}}}");
	json_decref(first);
}

static void R_16_an_imported_award_is_held_and_texts_show_the_month(void **state)
{
	char params[96];

	imports(*state, "{'awarded_on': '2023-03-01', 'precision': 'month',"
			" 'award': 'quality-lead', 'commendations': ['child-first'],"
			" 'route': 'redesignation'}");
	snprintf(params, sizeof params, "{'partnership': 'area-%d', 'on': '2024-01-01'}",
		 ((struct scene *)*state)->area);
	calls(*state, "register.list", params,
	      "{'awards': [{'name': 'North Vale', 'award': 'quality-lead',"
	      " 'commendations': ['child-first'], 'awarded_on': '2023-03-01',"
	      " 'expires_on': '2026-03-01', 'status': 'current', 'source': 'A list of old',"
	      " 'citation': 'North Vale: Quality Lead redesignation with Child First"
	      " Commendation, March 2023'}]}");
	assesses(*state, "{'assessed_on': '2026-02-28'}",
		 "{'outcome': {'route': 'redesignation'}}");
	assesses(*state, "{'assessed_on': '2026-03-01'}", "{'outcome': {'route': 'new-entry'}}");
	assesses(*state, "{'assessed_on': '2023-02-28'}", "{'outcome': {'route': 'new-entry'}}");
}

static void R_17_a_revoked_decision_is_neither_award_nor_benchmark(void **state)
{
	json_t *wrong = decided(*state, "{'scores': {'3': 6}}");
	json_t *data;
	char params[160];

	revokes(*state, wrong);
	decides(*state, "{'assessed_on': '2024-05-21'}",
		"{'outcome': {'route': 'new-entry', 'change': 'first',"
		" 'improved_statements': []}}");
	/* It stays in the log, marked, and is not revoked twice. */
	snprintf(params, sizeof params, "{'decision_id': '%s', 'by': 'C', 'reason': 'Again'}",
		 json_member_text(wrong, "decision_id"));
	data = fails(*state, "decisions.revoke", params, -32003);
	json_decref(data);
	snprintf(params, sizeof params, "{'decision_id': '%s'}",
		 json_member_text(wrong, "decision_id"));
	data = called(*state, "decisions.get", params);
	assert_true(json_equal(json_object_get(data, "decision"), wrong));
	json_decref(data);
	data = fails(*state, "decisions.revoke",
		     "{'decision_id': '7-000000000000', 'by': 'C', 'reason': 'None'}", -32002);
	json_decref(data);
	json_decref(wrong);
}

static void R_17_an_imported_award_is_revoked_by_its_id(void **state)
{
	const struct scene *s = *state;
	char query[256], params[160], *id;

	imports(*state, NULL);
	snprintf(params, sizeof params, "{'partnership': 'area-%d', 'on': '2024-01-01'}", s->area);
	snprintf(query, sizeof query, "SELECT id FROM awards WHERE partnership = 'area-%d'",
		 s->area);
	id = scene_sql(s, query);
	calls(*state, "register.list", params, "{'awards': [{'award': 'quality-mark'}]}");
	snprintf(query, sizeof query, "{'decision_id': '%s', 'by': 'C', 'reason': 'Wrong'}", id);
	json_decref(called(*state, "decisions.revoke", query));
	calls(*state, "register.list", params, "{'awards': []}");
	decides(*state, NULL, "{'outcome': {'route': 'new-entry'}}");
	free(id);
}

static void R_22_a_second_submission_of_the_day_is_a_redesignation(void **state)
{
	json_t *first = decided(*state, NULL);

	assesses(*state, NULL, "{'outcome': {'route': 'redesignation', 'change': 'maintained'}}");
	revokes(*state, first);
	decides(*state, NULL, "{'outcome': {'route': 'new-entry', 'change': 'first'}}");
	json_decref(first);
}

static void R_25_without_a_name_the_last_one_given_else_the_id(void **state)
{
	char expected[64];
	json_t *named;

	snprintf(expected, sizeof expected, "{'partnership': {'name': 'area-%d'}}",
		 ((struct scene *)*state)->area);
	decides(*state, "{'partnership': {'name': null}}", expected);
	named = decided(*state, "{'partnership': {'name': 'South Vale'}}");
	/* Revoked or not. */
	revokes(*state, named);
	json_decref(named);
	assesses(*state, "{'partnership': {'name': null}}",
		 "{'partnership': {'name': 'South Vale'}, 'outcome': {'citation':"
		 " 'South Vale: Quality Lead redesignation with Child First Commendation,"
		 " May 2024'}}");
	/* An import gives one too, and the day plays no part. */
	imports(*state, "{'name': 'Old Vale', 'awarded_on': '2018-01-01'}");
	assesses(*state, "{'partnership': {'name': null}}",
		 "{'partnership': {'name': 'Old Vale'}}");
}

/* The rows of practice.list, whatever the list is called. */
static json_t *practice(void **state, const char *params)
{
	json_t *result = called(*state, "practice.list", params), *rows = NULL, *value;
	const char *name, *area;
	char mine[32];
	size_t i;
	json_t *found = json_array();

	snprintf(mine, sizeof mine, "area-%d", ((struct scene *)*state)->area);
	json_object_foreach(result, name, value)
		if (json_is_array(value))
			rows = value;
	assert_non_null(rows);
	json_array_foreach(rows, i, value) {
		area = json_member_text(value, "partnership");
		if (strcmp(area, mine) == 0)
			assert_int_equal(json_array_append(found, value), 0);
	}
	json_decref(result);
	return found;
}

static void SH_1_shareable_case_studies_are_open_by_statement(void **state)
{
	json_t *rows;

	json_decref(decided(*state, "{'case_studies': [{'title': 'T', 'statements': ['4a', '8'],"
				    " 'shareable': true}, {'title': 'U', 'statements': ['5']}]}"));
	rows = practice(state, NULL);
	assert_int_equal(json_array_size(rows), 2);
	expect(json_array_get(rows, 0), "{'name': 'North Vale', 'title': 'T', 'statement': '4a',"
					" 'score': 7, 'date': '2024-05-20'}");
	expect(json_array_get(rows, 1), "{'statement': '8', 'score': 9}");
	json_decref(rows);
	/* Only each partnership's latest benchmark. */
	json_decref(decided(*state, "{'assessed_on': '2024-06-01', 'case_studies': null}"));
	rows = practice(state, NULL);
	assert_int_equal(json_array_size(rows), 0);
	json_decref(rows);
}

static void SH_2_a_need_leads_to_who_scored_8_and_shares(void **state)
{
	json_t *rows;

	json_decref(decided(*state, NULL));
	rows = practice(state, "{'statement': '8'}");
	assert_int_equal(json_array_size(rows), 1);
	expect(json_array_get(rows, 0), "{'title': 'A resettlement panel', 'statement': '8',"
					" 'score': 9}");
	json_decref(rows);
	rows = practice(state, "{'statement': '7'}");
	assert_int_equal(json_array_size(rows), 0);
	json_decref(rows);
	json_decref(fails(*state, "practice.list", "{'statement': '11'}", -32602));
}

static void SH_3_the_national_picture_has_every_statement(void **state)
{
	json_t *result, *statements;

	/* A day of its own, so that others' benchmarks are not in the picture. */
	json_decref(decided(*state, "{'assessed_on': '2040-01-01', 'scores': {'3': 0}}"));
	(void)scene_next_area(state); /* always 0 */
	json_decref(decided(*state, "{'assessed_on': '2040-01-01', 'scores': {'1': 4}}"));
	result = called(*state, "statistics.get", "{'since': '2040-01-01', 'until': '2040-01-01'}");
	statements = json_object_get(result, "statements");
	assert_int_equal(json_array_size(statements), 11);
	expect(json_array_get(statements, 0),
	       "{'statement': '1', 'scored': 2, 'not_applicable': 0, 'minimum': 4,"
	       " 'lower_quartile': 4,"
	       " 'median': 4, 'upper_quartile': 7, 'maximum': 7}");
	expect(json_array_get(statements, 2),
	       "{'statement': '3', 'scored': 1, 'not_applicable': 1}");
	expect(json_object_get(result, "awards"),
	       "[{'award': 'quality-lead', 'year': 2040, 'count': 1}]");
	json_decref(result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_new_area(FE_1_a_new_entry_costs_1100_or_1300),
		in_new_area(FE_2_redesignation_at_the_same_level_costs_600_or_700),
		in_new_area(FE_3_redesignation_at_a_higher_level_costs_as_a_new_entry),
		in_new_area(FE_4_child_first_costs_nothing),
		in_new_area(R_14_vat_is_20_per_cent_of_the_net),
		in_new_area(R_20_an_entry_without_an_award_is_paid_for),
		in_new_area(R_21_an_entry_is_charged_once),
		in_new_area(R_16_an_imported_award_is_held_and_texts_show_the_month),
		in_new_area(R_17_a_revoked_decision_is_neither_award_nor_benchmark),
		in_new_area(R_17_an_imported_award_is_revoked_by_its_id),
		in_new_area(R_22_a_second_submission_of_the_day_is_a_redesignation),
		in_new_area(R_25_without_a_name_the_last_one_given_else_the_id),
		in_new_area(SH_1_shareable_case_studies_are_open_by_statement),
		in_new_area(SH_2_a_need_leads_to_who_scored_8_and_shares),
		in_new_area(SH_3_the_national_picture_has_every_statement),
	};

	return cmocka_run_group_tests(tests, scene_group_setup, scene_group_teardown);
}
