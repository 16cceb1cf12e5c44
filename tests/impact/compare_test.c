/* What counts as a difference between two verdicts, and in which direction. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "impact/inner.h"

struct rig {
	struct trial *rules;
	struct comparison comparison;
};

/* JSON with single quotes. */
static json_t *doc(const char *text)
{
	char *copy = strdup(text);
	struct err e = {0};

	assert_non_null(copy);
	for (char *c = copy; *c != '\0'; c++)
		*c = *c == '\'' ? '"' : *c;
	json_t *value = json_read(text_of(copy), &e);
	if (value == NULL)
		fail_msg("%s: %s", e.text, text);
	free(copy);
	return value;
}

static int setup(void **state)
{
	static struct rig rig;
	const struct trial_options options = {
		.program = AWARDD_PROGRAM, .processes = 1, .deadline_ms = 10000};
	json_t *faults = json_array();
	struct err e = {0};

	if (trial_open(&options, AWARDD_RULES, &rig.rules, faults, &e) != 0)
		fail_msg("%s", e.text);
	json_decref(faults);
	*state = &rig;
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;

	if (rig != NULL)
		trial_close(&rig->rules);
	return 0;
}

static struct verdict decided(const char *decision)
{
	struct verdict v = {0};
	json_t *whole = doc(decision);

	assert_int_equal(verdict_read(&v, whole), 0);
	json_decref(whole);
	return v;
}

/* Both sides (taken) differ like this. */
static void differ(struct rig *rig, struct verdict before, struct verdict after, const char *wanted)
{
	json_t *found = json_array(), *expected = doc(wanted);

	assert_int_equal(comparison_init(&rig->comparison, rig->rules, NULL), 0);
	assert_int_equal(comparison_make(&rig->comparison, &before, &after, found), 0);
	if (!json_equal(found, expected)) {
		char *is = json_dumps(found, JSON_SORT_KEYS);
		fail_msg("is     %s\nwanted %s", is, wanted);
	}
	comparison_deinit(&rig->comparison);
	json_decref(found);
	json_decref(expected);
	verdict_deinit(&before);
	verdict_deinit(&after);
}

static void what_is_equal_does_not_differ(void **state)
{
	static const char decision[] =
		"{'outcome': {'award': 'quality-mark', 'commendations': [], 'route': 'new-entry',"
		" 'fee': {'net': 1}}, 'awards': [{'id': 'quality-mark', 'criteria':"
		" [{'id': 'QM-1', 'status': 'met', 'reason': 'a'}]}]}";

	differ(*state, decided(decision), decided(decision), "[]");
	/* A reason is how it is said. */
	differ(*state, decided(decision),
	       decided("{'outcome': {'award': 'quality-mark', 'commendations': [], 'route':"
		       " 'new-entry', 'fee': {'net': 1}}, 'awards': [{'id': 'quality-mark',"
		       " 'criteria': [{'id': 'QM-1', 'status': 'met', 'reason': 'b'}]}]}"),
	       "[]");
}

static void an_award_has_a_direction(void **state)
{
	static const struct {
		const char *from, *to, *direction;
	} cases[] = {
		{"null", "'quality-mark'", "gained"},
		{"'quality-lead'", "null", "lost"},
		{"'quality-mark'", "'quality-lead'", "higher"},
		{"'quality-lead'", "'quality-mark'", "lower"},
		{"'bronze'", "'quality-mark'", "changed"},
	};
	char before[64], after[64], wanted[160];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		snprintf(before, sizeof before, "{'outcome': {'award': %s}}", cases[i].from);
		snprintf(after, sizeof after, "{'outcome': {'award': %s}}", cases[i].to);
		snprintf(wanted, sizeof wanted,
			 "[{'what': 'award', 'item': null, 'from': %s, 'to': %s,"
			 " 'direction': '%s'}]",
			 cases[i].from, cases[i].to, cases[i].direction);
		differ(*state, decided(before), decided(after), wanted);
	}
}

static void commendations_routes_changes_and_fees_differ(void **state)
{
	differ(*state, decided("{'outcome': {'commendations': ['a', 'b']}}"),
	       decided("{'outcome': {'commendations': ['b', 'c']}}"),
	       "[{'what': 'commendation', 'item': 'a', 'from': 'a', 'to': null, 'direction': 'lost'},"
	       " {'what': 'commendation', 'item': 'c', 'from': null, 'to': 'c',"
	       " 'direction': 'gained'}]");
	differ(*state, decided("{'outcome': {'route': 'x', 'change': 'first', 'fee': {'net': 3}}}"),
	       decided("{'outcome': {'route': 'y', 'change': 'none', 'fee': {'net': 2}}}"),
	       "[{'what': 'route', 'item': null, 'from': 'x', 'to': 'y', 'direction': 'changed'},"
	       " {'what': 'change', 'item': null, 'from': 'first', 'to': 'none',"
	       "  'direction': 'changed'},"
	       " {'what': 'fee', 'item': null, 'from': 3, 'to': 2, 'direction': 'lower'}]");
}

static void other_members_count_where_nothing_explains_them(void **state)
{
	differ(*state,
	       decided("{'outcome': {'award': 'quality-mark', 'expires_on': '2026-01-01'}}"),
	       decided("{'outcome': {'award': 'quality-mark', 'expires_on': '2027-01-01'}}"),
	       "[{'what': 'other', 'item': 'expires_on', 'from': '2026-01-01', 'to': '2027-01-01',"
	       " 'direction': 'changed'}]");
	differ(*state,
	       decided("{'outcome': {'award': 'quality-mark', 'expires_on': '2026-01-01'}}"),
	       decided("{'outcome': {'award': null, 'expires_on': null}}"),
	       "[{'what': 'award', 'item': null, 'from': 'quality-mark', 'to': null,"
	       " 'direction': 'lost'}]");
}

static void criteria_count_where_one_is_failed(void **state)
{
	differ(*state,
	       decided("{'outcome': {'award': null}, 'awards': [{'id': 'a', 'criteria':"
		       " [{'id': '1', 'status': 'met'}, {'id': '2', 'status': 'unmet'},"
		       "  {'id': '3', 'status': 'unmet'}, {'id': '4', 'status': 'unmet'},"
		       "  {'id': '5', 'status': 'met'}]},"
		       " {'id': 'old', 'criteria': [{'id': '9', 'status': 'unmet'}]}]}"),
	       decided("{'outcome': {'award': null}, 'awards': [{'id': 'a', 'criteria':"
		       " [{'id': '1', 'status': 'unmet'}, {'id': '2', 'status': 'met'},"
		       "  {'id': '3', 'status': 'error'}, {'id': '6', 'status': 'met'},"
		       "  {'id': '7', 'status': 'unmet'}]},"
		       " {'id': 'new', 'criteria': [{'id': '8', 'status': 'unmet'}]}]}"),
	       "[{'what': 'criterion', 'item': '1', 'from': 'met', 'to': 'unmet',"
	       "  'direction': 'lost'},"
	       " {'what': 'criterion', 'item': '2', 'from': 'unmet', 'to': 'met',"
	       "  'direction': 'gained'},"
	       " {'what': 'criterion', 'item': '3', 'from': 'unmet', 'to': 'error',"
	       "  'direction': 'lost'},"
	       " {'what': 'criterion', 'item': '4', 'from': 'unmet', 'to': null,"
	       "  'direction': 'gained'},"
	       " {'what': 'criterion', 'item': '7', 'from': null, 'to': 'unmet',"
	       "  'direction': 'lost'}]");
}

static struct verdict without(enum verdict_kind kind, const char *errors)
{
	return (struct verdict){.kind = kind, .errors = doc(errors)};
}

static void a_decision_may_be_missing_on_either_side(void **state)
{
	static const char decision[] = "{'outcome': {'award': 'quality-mark', 'route': 'x'}}";
	static const char errors[] = "[{'pointer': '/a', 'message': 'is required'},"
				     " {'pointer': '/b', 'message': 'is required'}]";

	differ(*state, decided(decision), without(VERDICT_REFUSED, errors),
	       "[{'what': 'submission', 'item': '/a', 'from': null, 'to': 'is required',"
	       "  'direction': 'lost', 'errors': [{'pointer': '/a', 'message': 'is required'},"
	       "  {'pointer': '/b', 'message': 'is required'}]},"
	       " {'what': 'award', 'item': null, 'from': 'quality-mark', 'to': null,"
	       "  'direction': 'lost'}]");
	differ(*state, without(VERDICT_FAILED, "'a.lua:1: no'"), decided(decision),
	       "[{'what': 'evaluation', 'item': null, 'from': 'a.lua:1: no', 'to': null,"
	       "  'direction': 'gained'},"
	       " {'what': 'award', 'item': null, 'from': null, 'to': 'quality-mark',"
	       "  'direction': 'gained'}]");
	differ(*state, without(VERDICT_REFUSED, errors), without(VERDICT_REFUSED, errors), "[]");
	differ(*state, without(VERDICT_FAILED, "'a'"), without(VERDICT_FAILED, "'b'"), "[]");
}

static void differences_are_counted(void **state)
{
	struct rig *rig = *state;
	struct verdict before = decided("{'outcome': {'award': 'quality-mark'}}");
	struct verdict after = decided("{'outcome': {'award': null}}");
	json_t *found = json_array();

	assert_int_equal(comparison_init(&rig->comparison, rig->rules, rig->rules), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(comparison_make(&rig->comparison, &before, &after, found), 0);
	const json_t *awards = json_member(rig->comparison.totals, "award");
	assert_int_equal(json_member_integer(awards, "lost", -1), 3);
	assert_int_equal(json_member_integer(awards, "gained", -1), 0);
	comparison_deinit(&rig->comparison);
	json_decref(found);
	verdict_deinit(&before);
	verdict_deinit(&after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_equal_does_not_differ),
		cmocka_unit_test(an_award_has_a_direction),
		cmocka_unit_test(commendations_routes_changes_and_fees_differ),
		cmocka_unit_test(other_members_count_where_nothing_explains_them),
		cmocka_unit_test(criteria_count_where_one_is_failed),
		cmocka_unit_test(a_decision_may_be_missing_on_either_side),
		cmocka_unit_test(differences_are_counted),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
