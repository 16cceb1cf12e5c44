/* An entry under another rule set, and where two documents differ. */
#include "rig.h"

static json_t *difference(const char *then, const char *now, const char *base)
{
	json_t *a = doc("%s", then), *b = doc("%s", now), *list = json_array();

	assert_int_equal(differences_find(a, b, base, list), 0);
	json_decref(a);
	json_decref(b);
	return list;
}

static void differences_are_told_place_by_place(void **state)
{
	(void)state;
	same(difference("{'a': 1, 'b': [1, {'c': 2}]}", "{'b': [1, {'c': 2}], 'a': 1}", "/x"),
	     doc("[]"));
	same(difference("{'b': 1, 'a': {'~/': 'x'}}", "{'b': 2, 'a': {'~/': 'y'}}", "/x"),
	     doc("[{'pointer': '/x/a/~0~1', 'then': 'x', 'now': 'y'},"
		 " {'pointer': '/x/b', 'then': 1, 'now': 2}]"));
	same(difference("[1, 2, 3]", "[1, 4]", ""),
	     doc("[{'pointer': '/1', 'then': 2, 'now': 4}, {'pointer': '/2', 'then': 3}]"));
	same(difference("{'a': null}", "{'b': false}", ""),
	     doc("[{'pointer': '/a', 'then': null}, {'pointer': '/b', 'now': false}]"));
	same(difference("{}", "[]", ""), doc("[{'pointer': '', 'then': {}, 'now': []}]"));
	same(difference("1", "'1'", "/x"), doc("[{'pointer': '/x', 'then': 1, 'now': '1'}]"));
}

/* 1 rules   2 north decided   3 north imported   4 rules, one threshold higher
 * 5 north decided   6 3 revoked */
static int setup(void **state)
{
	assert_int_equal(rig_setup(state), 0);
	struct rig *rig = *state;
	json_t *files = bench_files(NULL);

	rig_in_force(rig, bench_files(NULL), NULL);
	assert_int_equal(rig_decide(rig, "north", "2021-02-01", 5), 2);
	assert_int_equal(rig_import(rig, "north", "2020-05-01"), 3);
	rig_change(files, "quality-mark.lua", "every_score_at_least(5)", "every_score_at_least(6)");
	rig_in_force(rig, files, NULL);
	assert_int_equal(rig_decide(rig, "north", "2022-02-01", 6), 5);
	assert_int_equal(rig_revoke(rig, 3, "north"), 6);
	return 0;
}

/* Gives what reproduce_under says, or fails with this status. */
static json_t *under(struct rig *rig, int64_t sequence, const char *digest, int status)
{
	struct journal_reader *r = rig_reader(rig);
	struct err e = {.status = 0};
	json_t *out = NULL;
	int rv = reproduce_under(r, &bench_options, sequence, digest, &out, &e);

	if (rv != status)
		fail_msg("%d: %s", rv, e.text);
	reader_close(&r);
	return out;
}

static json_t *at(const json_t *document, const char *pointer)
{
	return json_incref(json_pointer_get(document, pointer));
}

static void what_another_rule_set_says_stands_beside_what_was_decided(void **state)
{
	json_t *out = under(*state, 2, NULL, 0);

	same(at(out, "/then/decision/outcome/award"), doc("'quality-mark'"));
	same(at(out, "/now/decision/outcome/award"), doc("null"));
	same(at(out, "/assessed_on"), doc("'2021-02-01'"));
	same(at(out, "/partnership"), doc("'north'"));
	same(at(out, "/now/errors"), doc("[]"));
	same(at(out, "/differences/0/pointer"), doc("'/awards/0/criteria/0/reason'"));
	assert_string_not_equal(json_string_value(json_pointer_get(out, "/then/rules")),
				json_string_value(json_pointer_get(out, "/now/rules")));
	json_decref(out);
}

/* What was imported after entry 2 is no past of it; of entry 5 it is, and was not
 * revoked then. */
static void the_history_is_that_of_its_day(void **state)
{
	struct rig *rig = *state;
	json_t *out = under(rig, 5, NULL, 0);
	char *first = strdup(json_string_value(json_pointer_get(out, "/then/rules")));

	same(at(out, "/differences"), doc("[]"));
	same(at(out, "/now/decision/outcome/change"), doc("'maintained'"));
	json_decref(out);
	out = under(rig, 2, NULL, 0);
	strcpy(first, json_string_value(json_pointer_get(out, "/then/rules")));
	json_decref(out);
	out = under(rig, 2, first, 0);
	same(at(out, "/differences"), doc("[]"));
	same(at(out, "/now/decision/outcome/change"), doc("'first'"));
	json_decref(out);
	free(first);
}

static void an_imported_award_is_worked_out_again(void **state)
{
	struct rig *rig = *state;
	json_t *files = bench_files(NULL);

	rig_change(files, "outcome.lua", "years_current = 3", "years_current = 4");
	rig_in_force(rig, files, NULL);
	json_t *out = under(rig, 3, rig->digest, 0);
	same(at(out, "/differences"), doc("[{'pointer': '/outcome/expires_on', 'then':"
					  " '2023-05-01', 'now': '2024-05-01'}]"));
	same(at(out, "/then/decision/outcome/expires_on"), doc("'2023-05-01'"));
	same(at(out, "/kind"), doc("'import'"));
	json_decref(out);
}

static void a_submission_may_not_fit_the_other_form(void **state)
{
	struct rig *rig = *state;
	json_t *files = bench_files(NULL);

	rig_change(files, "framework.lua", "one_of \"stage\" { \"initial\", \"final\" }",
		   "one_of \"stage\" { \"initial\", \"final\", required = true }");
	rig_in_force(rig, files, NULL);
	json_t *out = under(rig, 2, NULL, 0);
	same(at(out, "/now/errors"), doc("[{'pointer': '/stage', 'message': 'is required'}]"));
	same(at(out, "/now/decision"), doc("null"));
	same(at(out, "/now/reason"), doc("null"));
	same(at(out, "/differences"), doc("[]"));
	json_decref(out);
}

static void the_other_rules_may_fail(void **state)
{
	struct rig *rig = *state;
	json_t *files = bench_files(NULL);

	rig_change(files, "framework.lua", "scheme {",
		   "work_out \"trap\" (function() error(\"caught\") end)\nscheme {");
	rig_in_force(rig, files, NULL);
	json_t *out = under(rig, 2, NULL, 0);
	same(at(out, "/now/decision"), doc("null"));
	assert_non_null(
		strstr(json_string_value(json_pointer_get(out, "/now/reason")), "framework.lua:"));
	json_decref(out);
}

static void what_cannot_be_asked_is_said(void **state)
{
	struct rig *rig = *state;

	(void)under(rig, 1, NULL, AW_EINVALID);
	(void)under(rig, 6, NULL, AW_EINVALID);
	(void)under(rig, 60, NULL, AW_EABSENT);
	(void)under(rig, 2, "sha256:00", AW_EABSENT);
	rig_tamper(rig, "DELETE FROM listed WHERE sequence = 2");
	(void)under(rig, 2, NULL, AW_ECORRUPT);
}

int main(void)
{
#define IN_LOG(test) cmocka_unit_test_setup_teardown(test, setup, rig_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(differences_are_told_place_by_place),
		IN_LOG(what_another_rule_set_says_stands_beside_what_was_decided),
		IN_LOG(the_history_is_that_of_its_day),
		IN_LOG(an_imported_award_is_worked_out_again),
		IN_LOG(a_submission_may_not_fit_the_other_form),
		IN_LOG(the_other_rules_may_fail),
		IN_LOG(what_cannot_be_asked_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
