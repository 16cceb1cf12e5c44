/* Rules that go wrong while they decide: what is decided all the same, and what is said. */
#include "rig.h"

static void R_18_R_29_an_error_in_quality_lead_is_one_in_CF_1(void **state)
{
	struct rig_edit edit = {"quality-lead.lua", NULL, "at_least_one \"evidence\",",
				"check = function(submission) return nil + 1 end,"};
	struct rig r;

	(void)state;
	rig_open(&r, &edit);
	rig_decides(&r, "{'scores': {'1': 6}}", NULL,
		    "{'outcome': {'award': 'quality-mark', 'refer_to_assessor': true}, 'awards':"
		    " [{'status': 'met'}, {'status': 'error', 'criteria': [{'status': 'unmet'},"
		    " {'status': 'error', 'error': {'file': 'quality-lead.lua', 'line': 15},"
		    " 'shortfalls': [], 'reason': 'quality-lead.lua:15: attempt to perform"
		    " arithmetic on a nil value'}, {'status': 'met'}, {'status': 'met'}]},"
		    " {'status': 'error', 'criteria': [{'id': 'CF-1', 'status': 'error',"
		    " 'shortfalls': []}, {'status': 'met'}, {'status': 'met'}]}],"
		    " 'next': {'award': 'quality-lead', 'missing': [{'criterion': 'QL-1'},"
		    " {'criterion': 'QL-2', 'shortfalls': []}]}}");
	rig_close(&r);
}

static void R_29_an_error_outside_a_criterion_decides_nothing(void **state)
{
	struct rig_edit edit = {"outcome.lua", NULL, "return highest(so_far.levels_met)",
				"return highest(so_far.levels_mett)"};
	struct buffer out;
	struct rig r;

	(void)state;
	buffer_init(&out);
	rig_open(&r, &edit);
	assert_int_equal(rig_run(&r, NULL, NULL, &out), AW_ESCRIPT);
	assert_int_equal(out.length, 0);
	assert_string_equal(r.fault.file, "outcome.lua");
	assert_int_equal(r.fault.line, 60);
	assert_string_equal(r.fault.message,
			    "\"so_far\" has no \"levels_mett\"; did you mean \"levels_met\"?");
	buffer_deinit(&out);
	rig_close(&r);
}

static void an_outcome_of_the_wrong_kind_decides_nothing(void **state)
{
	static const struct {
		const char *from, *to, *message;
	} cases[] = {
		{"return highest(so_far.levels_met)", "return \"gold\"",
		 "\"award\" must be a level or nothing"},
		{"return with_vat(math.max(net, 0))", "return net",
		 "\"fee\" must be a group with a net that is a whole number"},
		{"return with_vat(math.max(net, 0))", "return { net = net / 2 }",
		 "a number of a decision must be whole, and 650.0 is not"},
		{"return so_far.award and years_after", "return so_far.award and month_and_year",
		 "\"expires_on\" must be a date or nothing"},
	};
	struct buffer out;
	struct rig r;

	(void)state;
	buffer_init(&out);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		rig_open(&r, &(struct rig_edit){"outcome.lua", NULL, cases[i].from, cases[i].to});
		assert_int_equal(rig_run(&r, NULL, NULL, &out), AW_ESCRIPT);
		assert_string_equal(r.fault.file, "outcome.lua");
		assert_true(r.fault.line > 0);
		assert_string_equal(r.fault.message, cases[i].message);
		rig_close(&r);
	}
	buffer_deinit(&out);
}

/* What an answer is written on when the rules have been read leaves room for what may be missing. */
static void answers_are_canonical_whatever_is_missing(void **state)
{
	static const char no_scores[] =
		"{'scores': {'1': null, '2': null, '3': null, '4a': null, '4b': null, '5': null,"
		" '6': null, '7': null, '8': null, '9': null, '10': null}}";
	static const char *const changes[] = {
		"{}",
		"{'submission_id': 'a \\\" and \\n', 'partnership': {'name': null}}",
		"{'scores': {'1': null, '10': null}, 'sign_off': null}",
		"{'scores': {'2': null, '9': null}, 'evidence': null}",
		no_scores,
	};
	struct rig_edit edit = {"quality-lead.lua", NULL, "at_least_one \"evidence\",",
				"check = function(submission) return #submission.evidence > 0"
				" and met(\"\\226\\130\\172\") or nil + 1 end,"};
	struct rig r;

	(void)state;
	rig_open(&r, &edit);
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		struct buffer out, again;
		json_t *read;

		buffer_init(&out);
		buffer_init(&again);
		assert_int_equal(rig_run(&r, changes[i], NULL, &out), 0);
		read = json_read((struct text){out.bytes, out.length}, NULL);
		assert_non_null(read);
		assert_int_equal(json_canonical(read, &again), 0);
		assert_string_equal(out.bytes, again.bytes);
		json_decref(read);
		buffer_deinit(&out);
		buffer_deinit(&again);
	}
	rig_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(R_18_R_29_an_error_in_quality_lead_is_one_in_CF_1),
		cmocka_unit_test(R_29_an_error_outside_a_criterion_decides_nothing),
		cmocka_unit_test(an_outcome_of_the_wrong_kind_decides_nothing),
		cmocka_unit_test(answers_are_canonical_whatever_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
