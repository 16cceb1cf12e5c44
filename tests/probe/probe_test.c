/* Each kind of fault, planted in the shipped rules: found, named with its line,
 * and shown with an example that has nothing in it that it does not need. */
#include "rig.h"

/* One planted fault, and how it is to be told. */
struct planted {
	const char *name;
	struct edit_of_rules edits[4];
	const char *kind, *file;
	const char *at;      /* words on its line */
	const char *message; /* a part of it */
	const char *example; /* its submission but for partnership and assessed_on; or NULL */
	const char *change;  /* the difference; or NULL */
};

#define NINE_IS_TOO_MUCH                                                                           \
	"check = function(submission)\n"                                                           \
	"for _, id in ipairs(applicable(submission.scores)) do\n"                                  \
	"local score = submission.scores[id]\n"                                                    \
	"if score < 7 or not (score < 9) then return unmet(\"No.\") end end\n"                     \
	"return met(\"Yes.\") end,"

/* What an example needs for Quality Lead, and no more. */
#define SIGNED                                                                                     \
	",\"sign_off\":{\"send_leadership\":{\"method\":\"email\",\"on\":\"2023-01-01\"},"         \
	"\"yos_leadership\":{\"method\":\"email\",\"on\":\"2023-01-01\"}}}"
#define LEADING(statement)                                                                         \
	",\"evidence\":[{\"kind\":\"first-time-offending-rate\",\"summary\":\"aaaa\"}],"           \
	"\"case_studies\":[{\"title\":\"aaaa\",\"statements\":[\"" statement                       \
	"\"],\"shareable\":true}]"

/* A criterion that fails for what this is true of. */
#define FAILS_WHERE(condition)                                                                     \
	"check = function(submission)\n"                                                           \
	"if " condition " then error(\"planted\") end\n"                                           \
	"if #submission.evidence == 0 then return unmet(\"No.\") end\n"                            \
	"return met(\"Yes.\") end,"
#define A_FAILURE                                                                                  \
	.kind = "error", .file = "quality-lead.lua", .at = "error(\"planted\")",                   \
	.message = "criterion QL-2 fails: planted"

static const struct planted all[] = {
	{
		.name = "a member that is absent",
		.edits = {{"quality-lead.lua", "at_least_one \"evidence\",",
			   FAILS_WHERE("submission.sign_off == nil and submission.stage ~= nil")}},
		A_FAILURE,
		.example = "{\"scores\":{\"1\":0,\"4a\":0},\"stage\":\"initial\"}",
	},
	{
		.name = "a group that is empty",
		.edits = {{"quality-lead.lua", "at_least_one \"evidence\",",
			   FAILS_WHERE("submission.sign_off and not submission.sign_off"
				       ".yos_leadership and not submission.sign_off"
				       ".send_leadership")}},
		A_FAILURE,
		.example = "{\"scores\":{\"1\":0,\"4a\":0},\"sign_off\":{}}",
	},
	{
		.name = "a list that is empty in one that is not",
		.edits = {{"quality-lead.lua", "at_least_one \"evidence\",",
			   FAILS_WHERE("submission.evidence[1] and"
				       " #submission.evidence[1].statements == 0")}},
		A_FAILURE,
		.example = "{\"scores\":{\"1\":0,\"4a\":0},\"evidence\":[{\"kind\":"
			   "\"first-time-offending-rate\",\"summary\":\"aaaa\"}]}",
	},
	{
		.name = "one of the values that a member may have",
		.edits = {{"quality-lead.lua", "at_least_one \"evidence\",",
			   FAILS_WHERE("submission.stage == \"final\"")}},
		A_FAILURE,
		.example = "{\"scores\":{\"1\":0,\"4a\":0},\"stage\":\"final\"}",
	},
	{
		.name = "a criterion fails for one score",
		.edits = {{"quality-mark.lua", "every_score_at_least(5),",
			   "check = function(submission)\n"
			   "if submission.scores[\"4a\"] == 6 then\n"
			   "return nothing_at_all end return met(\"Yes.\") end,"},
			  {"quality-mark.lua", "return nothing_at_all",
			   "return submission.stage .. 1 .. {}"}},
		.kind = "error",
		.file = "quality-mark.lua",
		.at = "return submission.stage",
		.message = "criterion QM-1 fails: ",
		.example = "{\"scores\":{\"1\":0,\"4a\":6}}",
	},
	{
		.name = "a shortfall of a statement that there is not",
		.edits = {{"quality-lead.lua", "at_least_one \"evidence\",",
			   "check = function(submission)\n"
			   "if #submission.evidence == 0 then return unmet(\"No.\",\n"
			   "{ { statement = \"4\", score = 1, needs = 2 } }) end\n"
			   "return met(\"Yes.\") end,"}},
		.kind = "error",
		.file = "quality-lead.lua",
		.at = "criterion \"QL-2\"",
		.message =
			"criterion QL-2 fails: a shortfall names the statement \"4\", and there is "
			"none of that name",
		.example = "{\"scores\":{\"1\":0,\"4a\":0}}",
	},
	{
		.name = "a shortfall of a statement that is no text",
		.edits = {{"quality-lead.lua", "at_least_one \"evidence\",",
			   "check = function(submission)\n"
			   "if #submission.evidence == 0 then return unmet(\"No.\",\n"
			   "{ { statement = \"4a\" }, { statement = 4 } }) end\n"
			   "return met(\"Yes.\") end,"}},
		.kind = "error",
		.file = "quality-lead.lua",
		.at = "criterion \"QL-2\"",
		.message = "a shortfall names a statement that there is not",
		.example = "{\"scores\":{\"1\":0,\"4a\":0}}",
	},
	{
		.name = "nothing is decided for one score",
		.edits = {{"outcome.lua", "return with_vat(math.max(net, 0))",
			   "return with_vat(net // (so_far.submission.scores[\"1\"] - 3))"}},
		.kind = "failure",
		.file = "outcome.lua",
		.at = "return with_vat(",
		.message = "nothing is decided: attempt to divide by zero",
		.example = "{\"scores\":{\"1\":3,\"4a\":0}}",
	},
	{
		.name = "never met",
		.edits = {{"quality-lead.lua", "at_least_one \"evidence\",",
			   "check = function() return unmet(\"No.\") end,"}},
		.kind = "never-met",
		.file = "quality-lead.lua",
		.at = "criterion \"QL-2\"",
		.message = "criterion QL-2 is never met in ",
	},
	{
		.name = "never unmet",
		.edits = {{"quality-lead.lua", "at_least_one \"evidence\",",
			   "check = function() return met(\"Yes.\") end,"}},
		.kind = "never-unmet",
		.file = "quality-lead.lua",
		.at = "criterion \"QL-2\"",
		.message = "criterion QL-2 is never unmet in ",
	},
	{
		.name = "a higher score loses",
		.edits = {{"quality-lead.lua", "every_score_at_least(7),", NINE_IS_TOO_MUCH}},
		.kind = "raising-loses",
		.file = "quality-lead.lua",
		.at = "criterion \"QL-1\"",
		.message = "from 8 to 9 loses Quality Lead: criterion QL-1 is no longer met",
		.example = "{\"scores\":{\"1\":0,\"4a\":8}" LEADING("4a") SIGNED,
		.change = "\"from\":8,\"to\":9",
	},
	{
		.name = "a level does not include the one below",
		.edits = {{"quality-lead.lua", "every_score_at_least(7),",
			   "every_score_at_least(4),"}},
		.kind = "level-below-unmet",
		.file = "quality-lead.lua",
		.at = "level \"quality-lead\"",
		.message = "Quality Lead is met where Quality Mark, below it, is not: criterion "
			   "QM-1 is unmet",
		.example = "{\"scores\":{\"1\":8,\"4a\":4}" LEADING("1") SIGNED,
	},
	{
		.name = "exactly one piece of evidence",
		.edits = {{"quality-lead.lua", "at_least_one \"evidence\",",
			   "check = function(submission)\n"
			   "if #submission.evidence == 1 then return met(\"Yes.\") end\n"
			   "return unmet(\"No.\") end,"}},
		.kind = "adding-loses",
		.file = "quality-lead.lua",
		.at = "criterion \"QL-2\"",
		.message = "one more entry in evidence loses Quality Lead: criterion QL-2",
		.example = "{\"scores\":{\"1\":8,\"4a\":0}" LEADING("1") SIGNED,
		.change = "\"pointer\":\"/evidence/1\"",
	},
	{
		.name = "both halves of the sign-off are too many",
		.edits = {{"quality-mark.lua",
			   "signed_off_by { \"send_leadership\", \"yos_leadership\" },",
			   "check = function(submission) local halves = submission.sign_off\n"
			   "if halves == nil then return unmet(\"No.\") end\n"
			   "if halves.send_leadership ~= nil and halves.yos_leadership ~= nil\n"
			   "then return unmet(\"No.\") end return met(\"Yes.\") end,"}},
		.kind = "adding-loses",
		.file = "quality-mark.lua",
		.at = "criterion \"QM-2\"",
		.message = "loses Quality Mark: criterion QM-2 is no longer met",
		.example = "{\"scores\":{\"1\":0,\"4a\":5},\"sign_off\":{\"yos_leadership\":"
			   "{\"method\":\"email\",\"on\":\"2023-01-01\"}}}",
		.change = "\"pointer\":\"/sign_off/send_leadership\"",
	},
	{
		.name = "an award is given before it is in force",
		.edits = {{"outcome.lua", "return highest(so_far.levels_met)",
			   "return #applicable(so_far.submission.scores) > 0\n"
			   "and so_far.submission.assessed_on < \"2017-04-01\"\n"
			   "and \"quality-mark\" or highest(so_far.levels_met)"}},
		.kind = "not-in-force",
		.file = "outcome.lua",
		.at = "outcome \"award\"",
		.message = "Quality Mark is awarded on 2017-03-31, when it is not in force",
		.example = "{\"scores\":{\"1\":0,\"4a\":1}}",
	},
	{
		.name = "an award is given that is not met",
		.edits = {{"outcome.lua", "return highest(so_far.levels_met)",
			   "return highest(so_far.levels_met)\n"
			   "or (so_far.submission.seeking and \"quality-mark\")"}},
		.kind = "not-met",
		.file = "outcome.lua",
		.at = "outcome \"award\"",
		.message = "is awarded, and not all its criteria are met",
		.example = "{\"scores\":{\"1\":0,\"4a\":0},\"seeking\":\"quality-mark\"}",
	},
	{
		.name = "a commendation goes though its criteria are met",
		.edits = {{"outcome.lua", "return so_far.award ~= nil and rank(",
			   "return so_far.submission.scores[\"1\"] < 10\n"
			   "and so_far.award ~= nil and rank("}},
		.kind = "raising-loses",
		.file = "outcome.lua",
		.at = "outcome \"commendations\"",
		.message =
			"raising statement 1 from 9 to 10 loses Child First Commendation, though "
			"all its criteria are met still",
		.example = "{\"scores\":{\"1\":9,\"4a\":0}" LEADING(
			"1") ",\"child_first\":[{\"tenet\":\"best-interests\",\"feature\":\"aaaa\"}]" SIGNED,
		.change = "\"from\":9,\"to\":10",
	},
	{
		.name = "a higher score loses where no usual submission comes",
		.edits = {{"quality-mark.lua", "every_score_at_least(5),",
			   "check = function(submission)\n"
			   "if submission.stage ~= \"final\" then return unmet(\"No.\") end\n"
			   "for _, id in ipairs(applicable(submission.scores)) do\n"
			   "local score = submission.scores[id]\n"
			   "if score < 5 or score > 8 then return unmet(\"No.\") end end\n"
			   "return met(\"Yes.\") end,"},
			  {"quality-lead.lua", "every_score_at_least(7),",
			   "every_score_at_least(7), meets \"quality-mark\","}},
		.kind = "raising-loses",
		.file = "quality-mark.lua",
		.at = "criterion \"QM-1\"",
		.message = "from 8 to 9 loses Quality Mark: criterion QM-1 is no longer met",
		.example = "{\"scores\":{\"1\":8,\"4a\":0},\"stage\":\"final\"" SIGNED,
		.change = "\"from\":8,\"to\":9",
	},
	{
		.name = "a failure that only a past brings out",
		.edits = {{"quality-lead.lua", "at_least_one \"evidence\",",
			   "check = function(submission, history)\n"
			   "if #history >= 3 then error(\"too long a past\") end\n"
			   "if #submission.evidence == 0 then return unmet(\"No.\") end\n"
			   "return met(\"Yes.\") end,"}},
		.kind = "error",
		.file = "quality-lead.lua",
		.at = "if #history >= 3",
		.message = "too long a past",
		.example = "{\"scores\":{\"1\":0,\"4a\":0}}",
	},
};

/* Nothing else is in it, so that the example is as small as it can be. */
static bool is_example(const json_t *submission, const char *text)
{
	json_t *wanted = json_read(text_of(text), NULL);
	bool same;

	assert_non_null(wanted);
	assert_int_equal(json_object_set_new(wanted, "partnership",
					     json_pack("{ss}", "id", "somewhere")),
			 0);
	assert_int_equal(json_object_set(wanted, "assessed_on",
					 json_object_get(submission, "assessed_on")),
			 0);
	same = json_equal(submission, wanted);
	json_decref(wanted);
	return same;
}

static void check_example(const struct planted *p, const json_t *finding)
{
	const json_t *submission = json_pointer_get(finding, "/example/submission");
	char *difference = json_dumps(json_member(finding, "difference"), JSON_COMPACT);

	if (p->example != NULL && !is_example(submission, p->example))
		fail_msg("%s: %s", p->name, json_dumps(submission, JSON_COMPACT));
	if (p->change != NULL && strstr(difference, p->change) == NULL)
		fail_msg("%s: %s", p->name, difference);
	free(difference);
}

/* All of them, unless AWARDD_HISTORIES is below 1000: a third. */
static void each_planted_fault_is_found_with_its_line(void **state)
{
	const char *histories = getenv("AWARDD_HISTORIES");
	size_t step = histories != NULL && atoi(histories) < 1000 ? 3 : 1;

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i += step) {
		const struct planted *p = &all[i];
		json_t *files = rig_rules(p->edits), *report = rig_probe(files);
		const json_t *finding = rig_finding(report, p->kind, p->file);

		if (strcmp(json_member_text(finding, "file"), p->file) != 0 ||
		    json_member_integer(finding, "line", 0) != rig_line(files, p->file, p->at) ||
		    strstr(json_member_text(finding, "message"), p->message) == NULL)
			fail_msg("%s: %s", p->name, json_dumps(finding, JSON_COMPACT));
		check_example(p, finding);
		json_decref(report);
		json_decref(files);
	}
}

/* CF-1 fails with it, of the same line. */
static void a_submission_counts_once_however_many_criteria_fail(void **state)
{
	const struct edit_of_rules edits[] = {
		{"quality-lead.lua", "at_least_one \"evidence\",", FAILS_WHERE("true")},
		{NULL, NULL, NULL},
	};
	json_t *files = rig_rules(edits), *report = rig_probe(files);
	const char *message =
		json_member_text(rig_finding(report, "error", "quality-lead.lua"), "message");
	unsigned failed = 0, of = 0;

	(void)state;
	assert_non_null(strstr(message, "(in "));
	assert_int_equal(sscanf(strstr(message, "(in "), "(in %u of %u generated", &failed, &of),
			 2);
	assert_true(of > 0);
	assert_int_equal(failed, of);
	json_decref(report);
	json_decref(files);
}

static void the_shipped_rules_pass(void **state)
{
	static const struct edit_of_rules none[] = {{NULL, NULL, NULL}};
	json_t *files = rig_rules(none), *report = rig_probe(files);

	(void)state;
	assert_int_equal(json_array_size(json_member(report, "findings")), 0);
	assert_true(json_member_integer(report, "evaluations", 0) > 1000);
	json_decref(report);
	json_decref(files);
}

static void the_same_rules_give_the_same_report(void **state)
{
	json_t *files = rig_rules(all[8].edits);
	json_t *first = rig_probe(files), *second = rig_probe(files);

	(void)state;
	assert_true(json_equal(first, second));
	json_decref(first);
	json_decref(second);
	json_decref(files);
}

/* What the rules declare to count against a partnership is no evidence. */
static void a_list_that_counts_against_may_lose(void **state)
{
	const struct edit_of_rules edits[] = {
		{"framework.lua", "list \"evidence\" {",
		 "list \"concerns\" {\ncounts_against = true,\n"
		 "text \"summary\" { required = true },\n},\nlist \"evidence\" {"},
		{"quality-mark.lua", "every_score_at_least(5),",
		 "check = function(submission)\n"
		 "if #submission.concerns > 0 then return unmet(\"No.\") end\n"
		 "for _, id in ipairs(applicable(submission.scores)) do\n"
		 "if submission.scores[id] >= 5 then return met(\"Yes.\") end end\n"
		 "return unmet(\"No.\") end,"},
		{"quality-lead.lua", "every_score_at_least(7),",
		 "every_score_at_least(7), meets \"quality-mark\","},
		{NULL, NULL, NULL},
	};
	json_t *files = rig_rules(edits), *report = rig_probe(files);

	(void)state;
	if (json_array_size(json_member(report, "findings")) != 0)
		fail_msg("%s", json_dumps(report, JSON_COMPACT));
	json_decref(report);
	json_decref(files);
}

/* So many that fail, and each for as long as it may: it ends all the same. */
static void a_rule_that_never_ends_is_told_in_time(void **state)
{
	const struct edit_of_rules edits[] = {
		{"quality-lead.lua", "at_least_one \"evidence\",",
		 "check = function() while true do end end,"},
		{NULL, NULL, NULL},
	};
	json_t *files = rig_rules(edits), *report = rig_probe(files);
	const json_t *finding = rig_finding(report, "error", "quality-lead.lua");

	(void)state;
	assert_true(json_member_true(report, "stopped"));
	assert_int_equal(json_member_integer(finding, "line", 0),
			 rig_line(files, "quality-lead.lua", "while true do"));
	json_decref(report);
	json_decref(files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shipped_rules_pass),
		cmocka_unit_test(each_planted_fault_is_found_with_its_line),
		cmocka_unit_test(a_submission_counts_once_however_many_criteria_fail),
		cmocka_unit_test(the_same_rules_give_the_same_report),
		cmocka_unit_test(a_list_that_counts_against_may_lose),
		cmocka_unit_test(a_rule_that_never_ends_is_told_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
