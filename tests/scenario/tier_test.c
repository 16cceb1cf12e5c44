/*
 * A level above all the others, put in force on a running daemon by copying one
 * file, announced, retired, and taken back: the file of examples/future-tier.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

#define TIER "quality-beacon.lua"
#define FROM_2026 "in_force_from = \"2026-01-01\","

/* Meets every criterion of the level but the one on the partnership's past. */
static const char excellent[] =
	"{'assessed_on': '2026-06-18', 'every': 8, 'scores': {'2': 9, '8': 9, '9': 9},"
	" 'evidence': [{'kind': 'reoffending-rate', 'summary': 'Down by a third'},"
	"              {'kind': 'training-plan', 'summary': 'All of it in action'}],"
	" 'case_studies': [{'title': 'One plan', 'statements': ['2', '8'], 'shareable': true},"
	"                  {'title': 'A voice', 'statements': ['9'], 'shareable': true}]}";

static void copy_tier(struct scene *s)
{
	char command[4 * PATH_TEXT];

	snprintf(command, sizeof command, "cp '%s/examples/future-tier/" TIER "' '%s/'",
		 AWARDD_SOURCE, s->rules);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): what a person types */
}

static void reload(struct scene *s)
{
	json_decref(called(s, "rules.reload", NULL));
}

/* Gives the excellent submission with `changes` (or NULL) as changes; free() it. */
static char *with(const char *changes)
{
	json_t *made = quoted(excellent);
	char *text;

	if (changes != NULL) {
		json_t *patch = quoted(changes);

		merge(made, patch);
		json_decref(patch);
	}
	text = json_dumps(made, 0);
	assert_non_null(text);
	json_decref(made);
	return text;
}

/* What is made of the excellent submission, with changes. */
static json_t *assessed(struct scene *s, const char *changes)
{
	char *text = with(changes), *params;
	json_t *made = submission(s, text), *result;

	params = json_dumps(made, 0);
	assert_non_null(params);
	result = called(s, "assess", params);
	free(params);
	free(text);
	json_decref(made);
	return result;
}

static void is_assessed(struct scene *s, const char *changes, const char *expected)
{
	json_t *result = assessed(s, changes);

	expect(result, expected);
	json_decref(result);
}

static void is_decided(struct scene *s, const char *changes, const char *expected)
{
	char *text = with(changes);

	decides(s, text, expected);
	free(text);
}

static int setup(void **state)
{
	if (scene_setup(state) != 0)
		return -1;
	copy_tier(*state);
	reload(*state);
	return 0;
}

/* Quality Lead since 15 June 2021, renewed in time. */
static void hold_quality_lead(struct scene *s)
{
	decides(s, "{'assessed_on': '2021-06-15'}", "{'outcome': {'award': 'quality-lead'}}");
	decides(s, "{'assessed_on': '2024-05-10', 'registered_on': '2024-02-15'}",
		"{'outcome': {'award': 'quality-lead', 'change': 'maintained'}}");
}

static void it_is_in_force_once_its_file_is_copied(void **state)
{
	struct scene *s = *state;

	hold_quality_lead(s);
	is_assessed(s, NULL, "{'outcome': {'award': 'quality-lead'}, 'next': null}");
	refuses(s, "{'seeking': 'quality-beacon'}", "['/seeking']");
	copy_tier(s);
	reload(s);
	is_decided(s, "{'seeking': 'quality-beacon', 'registered_on': '2026-03-02'}",
		   "{'outcome': {'award': 'quality-beacon', 'commendations': ['child-first'],"
		   " 'route': 'higher-redesignation', 'change': 'higher', 'sought_met': true,"
		   " 'expires_on': '2029-06-18', 'fee': {'net': 1100}, 'citation': 'North Vale:"
		   " Quality Beacon redesignation with Child First Commendation, June 2026'},"
		   " 'next': null, 'awards': [{'status': 'met'}, {'status': 'met'},"
		   " {'id': 'quality-beacon', 'status': 'met'},"
		   " {'id': 'child-first', 'status': 'met'}]}");
	/* Whoever holds it is renewed at the fee of the same level. */
	is_assessed(s, "{'assessed_on': '2029-05-02'}",
		    "{'outcome': {'award': 'quality-beacon', 'route': 'redesignation',"
		    " 'change': 'maintained', 'fee': {'net': 600}}}");
}

static void it_is_what_comes_next_after_quality_lead(void **state)
{
	hold_quality_lead(*state);
	is_assessed(*state, "{'scores': {'7': 7}}",
		    "{'outcome': {'award': 'quality-lead', 'change': 'maintained'}, 'next':"
		    " {'award': 'quality-beacon', 'missing': [{'criterion': 'FT-2', 'shortfalls':"
		    " [{'statement': '7', 'score': 7, 'needs': 8}]}]}}");
	is_decided(*state, "{'child_first': [], 'seeking': 'quality-beacon'}",
		   "{'outcome': {'award': 'quality-lead', 'commendations': [],"
		   " 'window_held_open': true}, 'next': {'award': 'quality-beacon', 'missing':"
		   " [{'criterion': 'FT-5', 'shortfalls': [{'pointer': '/child_first'}]}]}}");
}

static void each_criterion_can_be_missed(void **state)
{
	static const struct {
		const char *changes, *criterion, *shortfalls;
	} cases[] = {
		{"{'sign_off': {'send_leadership': null}}", "FT-1", "[]"},
		{"{'scores': {'4a': 7}}", "FT-2", "[{'statement': '4a', 'score': 7, 'needs': 8}]"},
		{"{'scores': {'8': 8}}", "FT-3", "[{'pointer': '/scores'}]"},
		{"{'case_studies': [{'title': 'T', 'statements': ['2', '9'], 'shareable': true},"
		 " {'title': 'U', 'statements': ['8']}]}",
		 "FT-3", "[{'pointer': '/case_studies'}]"},
		{"{'scores': {'9': 8}}", "FT-5", "[{'statement': '9', 'score': 8, 'needs': 9}]"},
		{"{'scores': {'9': 0}}", "FT-5", "[{'statement': '9', 'score': 0, 'needs': 9}]"},
		{"{'child_first': [{'tenet': 'strengths', 'feature': 'F'}]}", "FT-5",
		 "[{'pointer': '/child_first'}]"},
		{"{'evidence': [{'kind': 'reoffending-rate', 'summary': 'S'},"
		 " {'kind': 'reoffending-rate', 'summary': 'T'}]}",
		 "FT-6", "[{'pointer': '/evidence'}]"},
		{"{'evidence': [{'kind': 'systems', 'summary': 'S'},"
		 " {'kind': 'other', 'summary': 'T'}]}",
		 "FT-6", "[{'pointer': '/evidence'}]"},
	};
	char expected[256];

	hold_quality_lead(*state);
	is_assessed(*state, NULL, "{'outcome': {'award': 'quality-beacon'}}");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		json_t *result = assessed(*state, cases[i].changes);

		snprintf(expected, sizeof expected, "{'status': 'unmet', 'shortfalls': %s}",
			 cases[i].shortfalls);
		expect(criterion_of(result, cases[i].criterion), expected);
		expect(award_of(result, "quality-beacon"), "{'status': 'unmet'}");
		json_decref(result);
	}
}

struct past {
	const char *awards[3]; /* imported, in this order */
	const char *changes, *status;
};

static void look_back(struct scene *s, const struct past *past)
{
	json_t *result;

	s->area++;
	for (size_t i = 0; i < 3 && past->awards[i] != NULL; i++)
		imports(s, past->awards[i]);
	result = assessed(s, past->changes);
	if (strcmp(criterion_status(result, "FT-4"), past->status) != 0)
		fail_msg("FT-4 is %s after %s", criterion_status(result, "FT-4"),
			 past->awards[0] != NULL ? past->awards[0] : "nothing");
	json_decref(result);
}

#define LEAD(day) "{'award': 'quality-lead', 'awarded_on': '" day "'}"
#define MARK(day) "{'award': 'quality-mark', 'awarded_on': '" day "'}"
#define REGISTERED "{'registered_on': '2026-03-01'}"

static void quality_lead_is_held_for_three_years_without_a_break(void **state)
{
	static const struct past pasts[] = {
		{{NULL}, NULL, "unmet"},
		{{MARK("2021-06-01"), MARK("2024-05-01")}, NULL, "unmet"},
		{{LEAD("2021-06-01"), LEAD("2024-05-01")}, NULL, "met"},
		/* Known later, and earlier in time: the order of the log does not matter. */
		{{LEAD("2024-05-01"), LEAD("2021-06-01")}, NULL, "met"},
		{{LEAD("2023-06-18")}, REGISTERED, "met"},
		{{LEAD("2023-06-19")}, REGISTERED, "unmet"},
		/* Nobody registered before it lapsed. */
		{{LEAD("2023-06-18")}, NULL, "unmet"},
		{{LEAD("2019-05-01"), LEAD("2023-09-01")}, NULL, "unmet"},
		{{LEAD("2021-06-01"), MARK("2023-01-10"), LEAD("2024-01-10")}, NULL, "unmet"},
		{{LEAD("2021-06-01"), LEAD("2024-05-01"), MARK("2025-01-10")}, NULL, "unmet"},
		/* After the day of the assessment. */
		{{LEAD("2021-06-01"), LEAD("2026-06-19")}, NULL, "unmet"},
	};

	for (size_t i = 0; i < sizeof pasts / sizeof pasts[0]; i++)
		look_back(*state, &pasts[i]);
}

static void a_revoked_award_is_no_past(void **state)
{
	struct scene *s = *state;
	json_t *first = decided(s, "{'assessed_on': '2021-06-15'}"), *again;

	decides(s, "{'assessed_on': '2024-05-10'}", "{'outcome': {'award': 'quality-lead'}}");
	is_assessed(s, NULL, "{'outcome': {'award': 'quality-beacon'}}");
	revokes(s, first);
	again = assessed(s, NULL);
	expect(again, "{'outcome': {'award': 'quality-lead'}}");
	expect(criterion_of(again, "FT-4"),
	       "{'status': 'unmet', 'shortfalls': [{'pointer': '/assessed_on'}]}");
	json_decref(first);
	json_decref(again);
}

static void announced_it_is_shown_and_has_no_effect(void **state)
{
	struct scene *s = *state;
	json_t *result;

	scene_rule_replace(s, TIER, FROM_2026, "in_force_from = \"2027-01-01\",");
	reload(s);
	hold_quality_lead(s);
	result = assessed(s, NULL);
	expect(result, "{'outcome': {'award': 'quality-lead', 'change': 'maintained'},"
		       " 'next': null}");
	expect(award_of(result, "quality-beacon"), "{'status': 'not-in-force'}");
	assert_string_equal(criterion_status(result, "FT-4"), "met");
	json_decref(result);
	is_decided(s, "{'scores': {'7': 7}, 'seeking': 'quality-beacon'}",
		   "{'outcome': {'award': 'quality-lead', 'sought_met': false}, 'next': null}");
	is_assessed(s, "{'assessed_on': '2026-12-31'}", "{'outcome': {'award': 'quality-lead'}}");
	is_assessed(s, "{'assessed_on': '2027-01-01'}", "{'outcome': {'award': 'quality-beacon'}}");
}

static void retired_it_is_given_no_more_and_still_held(void **state)
{
	struct scene *s = *state;
	json_t *result;

	hold_quality_lead(s);
	scene_rule_replace(s, TIER, FROM_2026, FROM_2026 " in_force_until = \"2026-06-17\",");
	reload(s);
	is_decided(s, "{'assessed_on': '2026-06-17'}", "{'outcome': {'award': 'quality-beacon'}}");
	result = assessed(s, NULL);
	expect(award_of(result, "quality-beacon"), "{'status': 'not-in-force'}");
	expect(result, "{'outcome': {'award': 'quality-lead', 'change': 'lower',"
		       " 'route': 'redesignation', 'refer_to_assessor': true}, 'next': null}");
	json_decref(result);
}

static void taken_away_everything_is_as_before(void **state)
{
	struct scene *s = *state;
	json_t *with_it, *without;
	char path[2 * PATH_TEXT];

	hold_quality_lead(s);
	with_it = called(s, "rules.get", NULL);
	snprintf(path, sizeof path, "%s/" TIER, s->rules);
	assert_int_equal(unlink(path), 0);
	without = called(s, "rules.reload", NULL);
	assert_string_not_equal(json_member_text(with_it, "digest"),
				json_member_text(without, "digest"));
	/* It was started with these rules: the digest is that of then. */
	assert_int_equal(scene_sql_number(s, "SELECT count(DISTINCT digest) FROM rule_sets"), 2);
	is_assessed(s, NULL, "{'outcome': {'award': 'quality-lead'}, 'next': null}");
	refuses(s, "{'seeking': 'quality-beacon'}", "['/seeking']");
	json_decref(with_it);
	json_decref(without);
}

#define with_the_tier(test) cmocka_unit_test_setup_teardown(test, setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_is_in_force_once_its_file_is_copied, scene_setup,
						scene_teardown),
		with_the_tier(it_is_what_comes_next_after_quality_lead),
		with_the_tier(each_criterion_can_be_missed),
		with_the_tier(quality_lead_is_held_for_three_years_without_a_break),
		with_the_tier(a_revoked_award_is_no_past),
		with_the_tier(announced_it_is_shown_and_has_no_effect),
		with_the_tier(retired_it_is_given_no_more_and_still_held),
		with_the_tier(taken_away_everything_is_as_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
