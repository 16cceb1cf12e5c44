/* Awards over time: clauses AW, and the readings on dates, routes and changes. */
#include <stdio.h>
#include <string.h>

#include "support.h"

/* What was decided first, what is submitted then, what is expected of it. */
struct sequel {
	const char *before, *then, *expected;
};

/* Each in an area of its own. */
static void follow(void **state, const struct sequel *sequels, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		(void)scene_next_area(state); /* always 0 */
		json_decref(decided(*state, sequels[i].before));
		decides(*state, sequels[i].then, sequels[i].expected);
	}
}

#define FOLLOW(state, sequels) follow(state, sequels, sizeof(sequels) / sizeof(sequels)[0])

static void AW_1_an_award_is_current_for_three_years(void **state)
{
	decides(*state, NULL,
		"{'outcome': {'awarded_on': '2024-05-20', 'expires_on': '2027-05-20'}}");
}

static void AW_2_who_registers_before_the_lapse_is_redesignated(void **state)
{
	static const struct sequel sequels[] = {
		{NULL, "{'assessed_on': '2027-09-01', 'registered_on': '2027-02-01'}",
		 "{'outcome': {'route': 'redesignation', 'change': 'maintained'}}"},
		{NULL, "{'assessed_on': '2027-09-01'}",
		 "{'outcome': {'route': 'new-entry', 'change': 'first'}}"},
	};

	FOLLOW(state, sequels);
}

static void AW_3_at_the_same_level_standards_were_maintained(void **state)
{
	static const struct sequel sequels[] = {
		{NULL, "{'assessed_on': '2027-05-19'}",
		 "{'outcome': {'award': 'quality-lead', 'route': 'redesignation',"
		 " 'change': 'maintained'}}"},
		{"{'every': 5}", "{'every': 5, 'assessed_on': '2027-05-19'}",
		 "{'outcome': {'award': 'quality-mark', 'route': 'redesignation',"
		 " 'change': 'maintained'}}"},
	};

	FOLLOW(state, sequels);
}

static void AW_4_at_a_higher_level_new_standards_were_attained_and_where(void **state)
{
	static const struct sequel sequels[] = {
		{"{'scores': {'3': 5, '9': 6}}", "{'assessed_on': '2026-05-20'}",
		 "{'outcome': {'award': 'quality-lead', 'route': 'higher-redesignation',"
		 " 'change': 'higher', 'improved_statements': ['3', '9']}}"},
		{"{'every': 5}",
		 "{'every': 6, 'assessed_on': '2026-05-20',"
		 " 'seeking': 'quality-lead'}",
		 "{'outcome': {'award': 'quality-mark', 'route': 'higher-redesignation',"
		 " 'change': 'maintained', 'window_held_open': true, 'sought_met': false}}"},
		/* No redesignation is no window. */
		{"{'every': 4}",
		 "{'every': 6, 'assessed_on': '2026-05-20',"
		 " 'seeking': 'quality-lead'}",
		 "{'outcome': {'route': 'new-entry', 'window_held_open': false}}"},
	};

	FOLLOW(state, sequels);
}

static void AW_5_the_register_says_when_an_award_lapsed(void **state)
{
	char params[128];
	const struct scene *s = *state;
	json_t *result;

	json_decref(decided(*state, NULL));
	snprintf(params, sizeof params,
		 "{'partnership': 'area-%d', 'on': '2027-05-20', 'status': 'lapsed'}", s->area);
	result = called(*state, "register.list", params);
	expect(result, "{'awards': [{'award': 'quality-lead', 'status': 'lapsed'}]}");
	json_decref(result);
}

static void AW_6_the_citation_names_everything(void **state)
{
	static const struct sequel sequels[] = {
		{"{'every': 5}", NULL,
		 "{'outcome': {'citation':"
		 " 'North Vale: Quality Lead redesignation with Child First Commendation,"
		 " May 2024'}}"},
		{"{'every': 5, 'assessed_on': '2021-01-31'}",
		 "{'every': 5, 'assessed_on': '2023-12-01'}",
		 "{'outcome': {'citation': 'North Vale: Quality Mark redesignation,"
		 " December 2023'}}"},
		{"{'every': 1}", "{'child_first': null}",
		 "{'outcome': {'citation': 'North Vale: Quality Lead, May 2024'}}"},
	};

	FOLLOW(state, sequels);
}

static void R_7_three_years_from_29_february_end_on_1_march(void **state)
{
	static const char *const days[][2] = {
		{"2024-02-29", "2027-03-01"}, {"2024-02-28", "2027-02-28"},
		{"2021-02-28", "2024-02-28"}, {"2023-12-31", "2026-12-31"},
		{"2997-06-01", "3000-06-01"},
	};
	char changes[64], expected[128];

	for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
		snprintf(changes, sizeof changes, "{'assessed_on': '%s'}", days[i][0]);
		snprintf(expected, sizeof expected,
			 "{'outcome': {'awarded_on': '%s', 'expires_on': '%s'}}", days[i][0],
			 days[i][1]);
		assesses(*state, changes, expected);
	}
}

static void R_9_held_is_judged_on_the_day_of_registration_or_assessment(void **state)
{
	static const struct sequel sequels[] = {
		{NULL, "{'assessed_on': '2027-05-19'}", "{'outcome': {'route': 'redesignation'}}"},
		{NULL, "{'assessed_on': '2027-05-20'}", "{'outcome': {'route': 'new-entry'}}"},
		{NULL, "{'assessed_on': '2028-01-01', 'registered_on': '2027-05-19'}",
		 "{'outcome': {'route': 'redesignation'}}"},
		{NULL, "{'assessed_on': '2028-01-01', 'registered_on': '2027-05-20'}",
		 "{'outcome': {'route': 'new-entry'}}"},
		/* An award of the same day is held, one of the next day is not. */
		{NULL, NULL, "{'outcome': {'route': 'redesignation'}}"},
		{"{'assessed_on': '2024-05-21'}", NULL, "{'outcome': {'route': 'new-entry'}}"},
		{"{'assessed_on': '2024-02-29'}", "{'assessed_on': '2027-02-28'}",
		 "{'outcome': {'route': 'redesignation'}}"},
		{"{'assessed_on': '2024-02-29'}", "{'assessed_on': '2027-03-01'}",
		 "{'outcome': {'route': 'new-entry'}}"},
	};

	FOLLOW(state, sequels);
}

static void R_9_held_is_the_latest_award_by_date_then_sequence(void **state)
{
	/* Logged later, of an earlier day: not the latest. */
	json_decref(decided(*state, "{'assessed_on': '2024-03-01'}"));
	json_decref(decided(*state, "{'every': 5, 'assessed_on': '2023-03-01'}"));
	decides(*state, NULL, "{'outcome': {'change': 'maintained'}}");
	/* Of the same day: the one logged last. */
	(void)scene_next_area(state); /* always 0 */
	json_decref(decided(*state, "{'assessed_on': '2024-03-01'}"));
	json_decref(decided(*state, "{'every': 5, 'assessed_on': '2024-03-01'}"));
	decides(*state, NULL, "{'outcome': {'change': 'higher'}}");
	/* Where the latest has lapsed nothing is held. */
	(void)scene_next_area(state); /* always 0 */
	imports(*state, "{'awarded_on': '2020-01-01', 'award': 'quality-lead'}");
	decides(*state, "{'assessed_on': '2023-01-01'}", "{'outcome': {'route': 'new-entry'}}");
}

static void R_10_the_route_is_by_what_is_sought_the_change_by_what_is_met(void **state)
{
	static const struct sequel sequels[] = {
		{"{'every': 5}", "{'seeking': 'quality-mark', 'assessed_on': '2024-05-21'}",
		 "{'outcome': {'route': 'redesignation', 'change': 'higher'}}"},
		{"{'every': 5}", "{'seeking': 'quality-lead', 'assessed_on': '2024-05-21'}",
		 "{'outcome': {'route': 'higher-redesignation', 'change': 'higher'}}"},
		{"{'every': 5}", "{'assessed_on': '2024-05-21'}",
		 "{'outcome': {'route': 'higher-redesignation', 'change': 'higher'}}"},
		{"{'every': 5}", "{'every': 5, 'assessed_on': '2024-05-21'}",
		 "{'outcome': {'route': 'redesignation', 'change': 'maintained'}}"},
		{"{'every': 5}", "{'every': 4, 'assessed_on': '2024-05-21'}",
		 "{'outcome': {'route': 'redesignation', 'change': 'none'}}"},
		{"{'every': 5}",
		 "{'every': 4, 'assessed_on': '2024-05-21', 'seeking': 'quality-lead'}",
		 "{'outcome': {'route': 'higher-redesignation', 'change': 'none',"
		 " 'window_held_open': true}}"},
		{NULL, "{'seeking': 'quality-mark', 'assessed_on': '2024-05-21'}",
		 "{'outcome': {'route': 'redesignation', 'change': 'maintained'}}"},
	};

	FOLLOW(state, sequels);
}

static void R_11_a_holder_who_now_meets_less_is_referred(void **state)
{
	static const struct sequel sequels[] = {
		{NULL, "{'every': 6, 'assessed_on': '2024-05-21'}",
		 "{'outcome': {'award': 'quality-mark', 'change': 'lower',"
		 " 'refer_to_assessor': true}}"},
		{NULL, "{'every': 4, 'assessed_on': '2024-05-21'}",
		 "{'outcome': {'award': null, 'change': 'none', 'refer_to_assessor': true}}"},
		{NULL, "{'assessed_on': '2024-05-21'}",
		 "{'outcome': {'change': 'maintained', 'refer_to_assessor': false}}"},
		/* Nothing held: nothing to refer. */
		{"{'every': 3}", "{'every': 4, 'assessed_on': '2024-05-21'}",
		 "{'outcome': {'change': 'none', 'refer_to_assessor': false}}"},
	};

	FOLLOW(state, sequels);
}

static void R_12_due_from_six_months_before_the_lapse(void **state)
{
	static const struct {
		const char *awarded, *on, *status;
	} cases[] = {
		{"2021-08-31", "2024-02-29", "current"}, {"2021-08-31", "2024-03-01", "due"},
		{"2021-08-31", "2024-08-30", "due"},     {"2021-08-31", "2024-08-31", "lapsed"},
		{"2022-05-20", "2024-11-19", "current"}, {"2022-05-20", "2024-11-20", "due"},
		{"2022-05-20", "2025-05-20", "lapsed"},  {"2022-05-20", "2022-05-20", "current"},
	};
	char changes[64], params[96], expected[64];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		(void)scene_next_area(state); /* always 0 */
		snprintf(changes, sizeof changes, "{'awarded_on': '%s'}", cases[i].awarded);
		imports(*state, changes);
		snprintf(params, sizeof params, "{'partnership': 'area-%d', 'on': '%s'}",
			 ((struct scene *)*state)->area, cases[i].on);
		snprintf(expected, sizeof expected, "{'awards': [{'status': '%s'}]}",
			 cases[i].status);
		calls(*state, "register.list", params, expected);
	}
}

static void R_19_improved_is_against_the_latest_benchmark(void **state)
{
	static const struct sequel sequels[] = {
		{"{'every': 4, 'scores': {'1': 0, '2': 9}}",
		 "{'every': 4, 'scores': {'1': 5, '2': 9, '3': 0, '4b': 5}}",
		 "{'outcome': {'improved_statements': ['4b']}}"},
		{"{'every': 4, 'assessed_on': '2024-05-21'}", NULL,
		 "{'outcome': {'improved_statements': []}}"},
	};
	json_t *latest;

	FOLLOW(state, sequels);
	/* By date, then by sequence; revoked ones do not count. */
	(void)scene_next_area(state); /* always 0 */
	json_decref(decided(*state, "{'every': 8, 'assessed_on': '2024-01-02'}"));
	json_decref(decided(*state, "{'every': 3, 'assessed_on': '2024-01-01'}"));
	decides(*state, "{'every': 7, 'assessed_on': '2024-01-02'}",
		"{'outcome': {'improved_statements': []}}");
	latest = decided(*state, "{'every': 6, 'assessed_on': '2024-01-02'}");
	assesses(*state, "{'every': 7}",
		 "{'outcome': {'improved_statements':"
		 " ['1', '2', '3', '4a', '4b', '5', '6', '7', '8', '9', '10']}}");
	revokes(*state, latest);
	assesses(*state, "{'every': 7}", "{'outcome': {'improved_statements': []}}");
	json_decref(latest);
}

static void R_19_an_imported_award_is_no_benchmark(void **state)
{
	imports(*state, NULL);
	decides(*state, NULL, "{'outcome': {'improved_statements': [], 'change': 'higher'}}");
}

static void R_21_an_award_of_the_same_entry_is_not_held(void **state)
{
	static const struct sequel sequels[] = {
		{"{'every': 5, 'registered_on': '2024-02-01'}",
		 "{'assessed_on': '2024-09-01', 'registered_on': '2024-02-01'}",
		 "{'outcome': {'route': 'new-entry', 'change': 'first', 'fee': {'net': 0,"
		 " 'vat': 0, 'gross': 0}}}"},
		{"{'every': 5, 'registered_on': '2024-02-01'}",
		 "{'assessed_on': '2024-09-01', 'registered_on': '2024-02-02'}",
		 "{'outcome': {'route': 'higher-redesignation', 'change': 'higher',"
		 " 'fee': {'net': 1100}}}"},
		/* Without registered_on each is an entry of its own. */
		{"{'every': 5}", "{'assessed_on': '2024-09-01'}",
		 "{'outcome': {'route': 'higher-redesignation', 'change': 'higher'}}"},
	};

	FOLLOW(state, sequels);
	/* The award held before the entry stays held through it. */
	(void)scene_next_area(state); /* always 0 */
	imports(*state, NULL);
	json_decref(decided(*state, "{'every': 6, 'registered_on': '2024-02-01',"
				    " 'seeking': 'quality-lead'}"));
	decides(*state, "{'assessed_on': '2024-09-01', 'registered_on': '2024-02-01'}",
		"{'outcome': {'route': 'higher-redesignation', 'change': 'higher',"
		" 'fee': {'net': 0}}}");
}

static void R_28_three_years_run_from_the_new_assessment(void **state)
{
	static const struct sequel sequels[] = {
		{NULL, "{'assessed_on': '2027-09-01', 'registered_on': '2027-01-01'}",
		 "{'outcome': {'route': 'redesignation', 'awarded_on': '2027-09-01',"
		 " 'expires_on': '2030-09-01'}}"},
	};

	FOLLOW(state, sequels);
	/* One way of signing off is enough for a half. */
	assesses(*state,
		 "{'sign_off': {'send_leadership': {'method': 'meeting'},"
		 " 'yos_leadership': {'method': 'email'}}}",
		 "{'outcome': {'award': 'quality-lead'}}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_new_area(AW_1_an_award_is_current_for_three_years),
		in_new_area(AW_2_who_registers_before_the_lapse_is_redesignated),
		in_new_area(AW_3_at_the_same_level_standards_were_maintained),
		in_new_area(AW_4_at_a_higher_level_new_standards_were_attained_and_where),
		in_new_area(AW_5_the_register_says_when_an_award_lapsed),
		in_new_area(AW_6_the_citation_names_everything),
		in_new_area(R_7_three_years_from_29_february_end_on_1_march),
		in_new_area(R_9_held_is_judged_on_the_day_of_registration_or_assessment),
		in_new_area(R_9_held_is_the_latest_award_by_date_then_sequence),
		in_new_area(R_10_the_route_is_by_what_is_sought_the_change_by_what_is_met),
		in_new_area(R_11_a_holder_who_now_meets_less_is_referred),
		in_new_area(R_12_due_from_six_months_before_the_lapse),
		in_new_area(R_19_improved_is_against_the_latest_benchmark),
		in_new_area(R_19_an_imported_award_is_no_benchmark),
		in_new_area(R_21_an_award_of_the_same_entry_is_not_held),
		in_new_area(R_28_three_years_run_from_the_new_assessment),
	};

	return cmocka_run_group_tests(tests, scene_group_setup, scene_group_teardown);
}
