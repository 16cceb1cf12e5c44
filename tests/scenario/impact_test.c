/* rules impact: which past decisions a change of the rules would change. */
#include <glob.h>

#include "tool.h"

enum { DONE = 0, UNEXPECTED = 1, USAGE = 2, UNLOADABLE = 3, BEYOND = 6 };

/* One daemon whose log holds the roll and the examples. */
static int setup(void **state)
{
	const char *arguments[TOOL_ARGUMENTS] = {"submit", "--brief"};
	glob_t found;

	char command[2 * PATH_TEXT];

	assert_int_equal(setenv("LC_ALL", "C.UTF-8", 1), 0);
	assert_int_equal(setenv("TERM", "xterm-256color", 1), 0);
	assert_int_equal(scene_setup_stopped(state), 0);
	struct scene *s = *state;
	/* The shipped tests would, rightly, refuse what is put in force here. */
	snprintf(command, sizeof command, "rm -f '%s'/*.test.lua", s->rules);
	assert_int_equal(system(command), 0);
	scene_rule_write(s, "only.test.lua",
			 "fixture \"low\" { partnership = { id = \"a\" },"
			 " assessed_on = \"2024-05-20\", scores = all(1) }\n"
			 "test \"no award for little\" { given = \"low\","
			 " expect = { award = nothing } }\n");
	scene_start(s, NULL);
	free(TOOL_OUT(s, DONE, "register", "import", AWARDD_SOURCE "/examples/roll.csv"));
	assert_int_equal(glob(AWARDD_SOURCE "/examples/submissions/*.json", 0, NULL, &found), 0);
	/* One after another: the later ones build on the earlier. */
	for (size_t i = 0; i < found.gl_pathc; i++) {
		arguments[2] = found.gl_pathv[i];
		struct ran r = tool_run(s, NULL, arguments);
		tool_ended(&r, DONE);
		ran_deinit(&r);
	}
	globfree(&found);
	return 0;
}

static int next(void **state)
{
	struct scene *s = *state;
	char command[3 * PATH_TEXT];

	snprintf(command, sizeof command, "cd '%s' && rm -rf candidate && cp -R rules candidate",
		 s->dir);
	assert_int_equal(system(command), 0);
	return scene_next_area(state);
}

/* In the candidate, the first `from` of a file becomes `to`. */
static void change(const struct scene *s, const char *name, const char *from, const char *to)
{
	struct scene candidate = *s;

	assert_in_range(snprintf(candidate.rules, PATH_TEXT, "%s/candidate", s->dir), 1,
			PATH_TEXT - 1);
	scene_rule_replace(&candidate, name, from, to);
}

static void add(const struct scene *s, const char *name, const char *text)
{
	struct scene candidate = *s;

	assert_in_range(snprintf(candidate.rules, PATH_TEXT, "%s/candidate", s->dir), 1,
			PATH_TEXT - 1);
	scene_rule_append(&candidate, name, text);
}

static const char *area(const struct scene *s)
{
	static char id[32];

	snprintf(id, sizeof id, "area-%d", s->area);
	return id;
}

/* Gives the JSON of an impact that ends with 0. */
#define IMPACT(s, ...)                                                                             \
	read_out(TOOL_OUT(s, DONE, "rules", "impact", "candidate", "--log", "log", "--format",     \
			  "json", __VA_ARGS__))

static json_t *read_out(char *out)
{
	struct err e = {0};
	json_t *document = json_read(text_of(out), &e);

	if (document == NULL)
		fail_msg("%s: %s", e.text, out);
	free(out);
	return document;
}

/* Takes the document. */
static void gives(json_t *document, const char *wanted)
{
	expect(document, wanted);
	json_decref(document);
}

/* ---- nothing, and what a threshold does ---------------------------------- */

static void the_rules_in_force_change_nothing(void **state)
{
	struct scene *s = *state;
	char *out =
		TOOL_OUT(s, DONE, "rules", "impact", "rules", "--log", "log", "--max-changed", "0");

	tool_must_say(out, "Nothing would change: ");
	tool_must_say(out, "31 imported awards were looked at.");
	free(out);
	gives(IMPACT(s, "--against", "logged"), "{'changed': 0, 'changed_imports': 0,"
						" 'imports': 31, 'changes': []}");
	gives(IMPACT(s, "--history", "logged"), "{'changed': 0, 'changes': []}");
	out = TOOL_OUT(s, DONE, "rules", "impact", "rules", "--log", "log", "--format", "csv");
	assert_string_equal(out, "partnership,name,assessed_on,sequence,id,kind,what,item,from,to,"
				 "direction,revoked\r\n");
	free(out);
}

static void a_threshold_raised_takes_awards_of_the_examples(void **state)
{
	struct scene *s = *state;

	change(s, "quality-mark.lua", "every_score_at_least(5)", "every_score_at_least(6)");
	json_t *found = IMPACT(s, "--max-changed", "4", "--since", "2000-01-01", "--partnership",
			       "harrowdale");
	expect(found,
	       "{'decisions': 3, 'changed': 3, 'imports': 0, 'totals': {'award': {'lost': 1,"
	       " 'gained': 0}, 'route': {'changed': 2}, 'change': {'changed': 3}},"
	       " 'changes': [{'assessed_on': '2020-10-12', 'name': 'Harrowdale', 'kind':"
	       " 'decision', 'differences': [{'what': 'award', 'from': 'quality-mark', 'to': null,"
	       " 'direction': 'lost'}, {'what': 'change', 'from': 'first', 'to': 'none'},"
	       " {'what': 'criterion', 'item': 'QM-1', 'from': 'met', 'to': 'unmet',"
	       " 'direction': 'lost'}]},"
	       " {'assessed_on': '2023-07-20', 'name': 'Harrowdale', 'differences': [{'what':"
	       " 'route', 'from': 'higher-redesignation', 'to': 'new-entry'}, {'what': 'change',"
	       " 'from': 'maintained', 'to': 'first'}]},"
	       " {'assessed_on': '2024-01-25', 'differences': [{'what': 'route'}, {'what':"
	       " 'change', 'from': 'higher', 'to': 'first'}]}]}");
	assert_string_not_equal(json_member_text(found, "candidate"),
				json_member_text(found, "against"));
	json_decref(found);
	gives(IMPACT(s, "--partnership", "brindlewick"), "{'decisions': 1, 'changed': 1}");
	gives(IMPACT(s, "--partnership", "port-ellery"), "{'decisions': 2, 'changed': 0}");
	gives(IMPACT(s, "--partnership", "harrowdale", "--since", "2024-01-01"),
	      "{'decisions': 1, 'changed': 1}");
}

/* A Quality Mark, its redesignation a year later, and again. */
static void decide_three(struct scene *s)
{
	json_decref(decided(s, "{'every': 5}"));
	json_decref(decided(s, "{'every': 6, 'assessed_on': '2025-05-20'}"));
	json_decref(decided(s, "{'every': 6, 'assessed_on': '2026-05-20'}"));
}

static void what_was_lost_changes_what_came_after(void **state)
{
	struct scene *s = *state;

	decide_three(s);
	change(s, "quality-mark.lua", "every_score_at_least(5)", "every_score_at_least(6)");
	gives(IMPACT(s, "--partnership", area(s)),
	      "{'decisions': 3, 'changed': 2, 'totals': {'fee': {'higher': 1, 'lower': 0}},"
	      " 'changes': [{'differences': [{'what': 'award', 'direction': 'lost'},"
	      " {'what': 'change'}, {'what': 'criterion', 'item': 'QM-1'}]},"
	      " {'assessed_on': '2025-05-20', 'differences': [{'what': 'route', 'from':"
	      " 'redesignation', 'to': 'new-entry'}, {'what': 'change', 'from': 'maintained',"
	      " 'to': 'first'}, {'what': 'fee', 'from': 600, 'to': 1100, 'direction':"
	      " 'higher'}]}]}");
	/* After the history as it was, only the first differs. */
	gives(IMPACT(s, "--partnership", area(s), "--history", "logged"),
	      "{'changed': 1, 'changes': [{'assessed_on': '2024-05-20'}]}");
}

static void what_was_revoked_stays_revoked(void **state)
{
	struct scene *s = *state;
	json_t *wrong = decided(s, "{'every': 5}");

	revokes(s, wrong);
	json_decref(wrong);
	json_decref(decided(s, "{'every': 6, 'assessed_on': '2025-05-20'}"));
	change(s, "quality-mark.lua", "every_score_at_least(5)", "every_score_at_least(6)");
	/* It was no award any more, so nothing hangs on it. */
	gives(IMPACT(s, "--partnership", area(s)),
	      "{'decisions': 2, 'changed': 0, 'changed_revoked': 1, 'changes':"
	      " [{'assessed_on': '2024-05-20', 'revoked': true}]}");
	gives(IMPACT(s, "--partnership", area(s), "--against", "logged", "--max-changed", "0"),
	      "{'decisions': 2, 'changed': 0, 'against': 'logged'}");
	char *out = TOOL_OUT(s, DONE, "rules", "impact", "candidate", "--log", "log",
			     "--partnership", area(s));
	tool_must_say(out, "award: Quality Mark → none (revoked since)");
	tool_must_say(out, "Nothing would change: ");
	tool_must_say(out, "What was revoked since is listed, and not counted in that.");
	free(out);
}

static void an_imported_award_is_worked_out_again(void **state)
{
	struct scene *s = *state;

	imports(s, "{'awarded_on': '2022-05-20'}");
	json_decref(decided(s, "{'every': 5, 'assessed_on': '2025-06-20'}"));
	change(s, "outcome.lua", "years_current = 3", "years_current = 4");
	gives(IMPACT(s, "--partnership", area(s)),
	      "{'decisions': 1, 'imports': 1, 'changed': 1, 'changed_imports': 1, 'changes': ["
	      "{'kind': 'import', 'assessed_on': '2022-05-20', 'differences': [{'what': 'other',"
	      " 'item': 'expires_on', 'from': '2025-05-20', 'to': '2026-05-20'}]},"
	      "{'kind': 'decision', 'differences': [{'what': 'route', 'from': 'new-entry',"
	      " 'to': 'redesignation'}, {'what': 'change', 'from': 'first', 'to': 'maintained'},"
	      " {'what': 'fee', 'from': 1100, 'to': 600, 'direction': 'lower'}]}]}");
}

/* ---- candidates that answer otherwise ------------------------------------ */

static void a_submission_may_fit_no_longer(void **state)
{
	struct scene *s = *state;
	char *out;

	json_decref(decided(s, "{'every': 5, 'stage': 'initial'}"));
	json_decref(decided(s, "{'every': 5, 'assessed_on': '2025-05-20', 'stage': null}"));
	change(s, "framework.lua", "one_of \"stage\" { \"initial\", \"final\" }",
	       "one_of \"stage\" { \"initial\", \"final\", required = true }");
	gives(IMPACT(s, "--partnership", area(s)),
	      "{'changed': 1, 'totals': {'submission': {'lost': 1}, 'award': {'lost': 1}},"
	      " 'changes': [{'assessed_on': '2025-05-20', 'differences': [{'what': 'submission',"
	      " 'item': '/stage', 'to': 'is required', 'direction': 'lost', 'errors':"
	      " [{'pointer': '/stage'}]}, {'what': 'award', 'to': null}]}]}");
	out = TOOL_OUT(s, DONE, "rules", "impact", "candidate", "--log", "log", "--partnership",
		       area(s));
	tool_must_say(out, "could no longer be submitted: /stage is required");
	tool_must_say(out, "award: Quality Mark → none");
	free(out);
}

static void a_candidate_may_fail_on_one_of_many(void **state)
{
	struct scene *s = *state;
	char *out;

	json_decref(decided(s, "{'every': 5}"));
	json_decref(decided(s, "{'every': 6, 'assessed_on': '2025-05-20'}"));
	add(s, "framework.lua",
	    "work_out \"trap\" (function(so_far)\n"
	    "\tif so_far.submission.scores[\"1\"] == 5 then\n"
	    "\t\terror(\"caught\")\n\tend\n\treturn nil\nend)\n");
	gives(IMPACT(s, "--partnership", area(s)),
	      "{'changed': 2, 'totals': {'evaluation': {'lost': 1}}, 'changes': ["
	      "{'assessed_on': '2024-05-20', 'differences': [{'what': 'evaluation',"
	      " 'direction': 'lost', 'from': null}, {'what': 'award', 'to': null}]},"
	      "{'assessed_on': '2025-05-20', 'differences': [{'what': 'route', 'to': 'new-entry'},"
	      " {'what': 'change'}, {'what': 'fee'}]}]}");
	out = TOOL_OUT(s, DONE, "rules", "impact", "candidate", "--log", "log", "--partnership",
		       area(s));
	tool_must_say(out, "the rules would fail: framework.lua:");
	tool_must_say(out, "caught");
	free(out);
}

static void a_candidate_that_does_not_load_is_said_with_its_line(void **state)
{
	struct scene *s = *state;
	struct ran r;

	change(s, "quality-mark.lua", "every_score_at_least(5)", "every_scor_at_least(5)");
	r = TOOL(s, NULL, "rules", "impact", "candidate", "--log", "log");
	tool_ended(&r, UNLOADABLE);
	assert_string_equal(r.out, "");
	tool_must_say(r.err, "quality-mark.lua:");
	tool_must_say(r.err, "did you mean every_score_at_least?");
	ran_deinit(&r);
	r = TOOL(s, NULL, "rules", "impact", "nowhere", "--log", "log");
	tool_ended(&r, UNLOADABLE);
	ran_deinit(&r);
}

static void a_new_level_is_not_failed_by_everybody(void **state)
{
	struct scene *s = *state;

	json_decref(decided(s, "{'every': 9}"));
	json_decref(decided(s, "{'every': 5, 'assessed_on': '2025-05-20'}"));
	change(s, "quality-lead.lua", "level \"quality-lead\"",
	       "level \"quality-top\" {\n\ttitle = \"Quality Top\",\n\tabove = \"quality-lead\",\n"
	       "\tcriterion \"QT-1\" { says = \"All nine\", every_score_at_least(9) },\n}\n\n"
	       "level \"quality-lead\"");
	gives(IMPACT(s, "--partnership", area(s)),
	      "{'changed': 1, 'totals': {'award': {'higher': 1}}, 'changes': [{'differences':"
	      " [{'what': 'award', 'from': 'quality-lead', 'to': 'quality-top',"
	      " 'direction': 'higher'}]}]}");
}

/* ---- after the rules changed --------------------------------------------- */

static void it_can_be_compared_with_what_was_decided_then(void **state)
{
	struct scene *s = *state;

	decide_three(s);
	scene_rule_replace(s, "quality-mark.lua", "every_score_at_least(5)",
			   "every_score_at_least(6)");
	free(TOOL_OUT(s, DONE, "rules", "reload"));
	change(s, "quality-mark.lua", "every_score_at_least(5)", "every_score_at_least(6)");
	gives(IMPACT(s, "--partnership", area(s)), "{'changed': 0}");
	gives(IMPACT(s, "--partnership", area(s), "--against", "logged"),
	      "{'changed': 2, 'against': 'logged', 'changes': [{'differences': [{'what': 'award'},"
	      " {'what': 'change'}, {'what': 'criterion'}]}, {'differences': [{'what': 'route'},"
	      " {'what': 'change'}, {'what': 'fee'}]}]}");
	scene_rule_replace(s, "quality-mark.lua", "every_score_at_least(6)",
			   "every_score_at_least(5)");
	free(TOOL_OUT(s, DONE, "rules", "reload"));
}

/* ---- the tool ------------------------------------------------------------ */

static void more_than_allowed_ends_with_6(void **state)
{
	struct scene *s = *state;
	struct ran r;

	decide_three(s);
	change(s, "quality-mark.lua", "every_score_at_least(5)", "every_score_at_least(6)");
	r = TOOL(s, NULL, "rules", "impact", "candidate", "--log", "log", "--partnership", area(s),
		 "--max-changed", "1");
	tool_ended(&r, BEYOND);
	tool_must_say(r.err, "2 would change, and 1 may");
	tool_must_say(r.out, "2 decisions and 0 imported awards would change, of 3 decisions");
	ran_deinit(&r);
	free(TOOL_OUT(s, DONE, "rules", "impact", "candidate", "--log", "log", "--partnership",
		      area(s), "--max-changed", "2"));
}

static void it_is_written_for_people_and_for_tables(void **state)
{
	struct scene *s = *state;
	struct ran r;
	char *out;

	decide_three(s);
	change(s, "quality-mark.lua", "every_score_at_least(5)", "every_score_at_least(6)");
	out = TOOL_OUT(s, DONE, "rules", "impact", "candidate", "--log", "log", "--partnership",
		       area(s), "--format", "csv");
	tool_must_say(out, ",decision,award,,quality-mark,,lost,false ");
	tool_must_say(out, ",decision,criterion,QM-1,met,unmet,lost,false ");
	tool_must_say(out, ",decision,fee,,600,1100,higher,false ");
	free(out);
	r = TOOL_ON_TERMINAL(s, "rules", "impact", "candidate", "--log", "log", "--partnership",
			     area(s));
	tool_ended(&r, DONE);
	tool_must_say(r.out, "fee: 600 → 1,100");
	tool_must_say(r.out, "Totals");
	ran_deinit(&r);
	r = TOOL_ON_TERMINAL(s, "rules", "impact", "candidate", "--log", "log");
	tool_ended(&r, DONE);
	tool_must_say(r.out, "] 100% ");
	ran_deinit(&r);
}

static void what_does_not_fit_is_said(void **state)
{
	static const char *const wrong[][4] = {
		{"--max-changed", "x", "--max-changed: a whole number"},
		{"--max-changed", "-1", "--max-changed: a whole number"},
		{"--against", "then", "--against is active or logged"},
		{"--history", "now", "--history is then or logged"},
		{"--since", "2024-02-30", "--since: a day written YYYY-MM-DD"},
		{"--format", "junit", "--format is"},
	};
	struct scene *s = *state;
	struct ran r;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		r = TOOL(s, NULL, "rules", "impact", "rules", "--log", "log", wrong[i][0],
			 wrong[i][1]);
		tool_ended(&r, USAGE);
		tool_must_say(r.err, wrong[i][2]);
		ran_deinit(&r);
	}
	r = TOOL(s, NULL, "rules", "impact", "rules");
	tool_ended(&r, USAGE);
	tool_must_say(r.err, "--log FILE is needed");
	ran_deinit(&r);
	r = TOOL(s, NULL, "rules", "impact", "rules", "--log", "nowhere");
	tool_ended(&r, UNEXPECTED);
	tool_must_say(r.err, "nowhere: No such file");
	ran_deinit(&r);
	r = TOOL(s, NULL, "rules", "impact", "rules", "--log", "log", "--partnership", "none");
	tool_ended(&r, UNEXPECTED);
	tool_must_say(r.err, "nothing was ever decided or imported for none");
	ran_deinit(&r);
}

static void nothing_is_written_to_the_log(void **state)
{
	struct scene *s = *state;
	int64_t before = scene_sql_number(s, "SELECT count(*) FROM entries");

	json_decref(IMPACT(s, "--against", "logged"));
	assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM entries"), before);
}

#define one(test) cmocka_unit_test_setup(test, next)

int main(void)
{
	const struct CMUnitTest tests[] = {
		one(the_rules_in_force_change_nothing),
		one(a_threshold_raised_takes_awards_of_the_examples),
		one(what_was_lost_changes_what_came_after),
		one(what_was_revoked_stays_revoked),
		one(an_imported_award_is_worked_out_again),
		one(a_submission_may_fit_no_longer),
		one(a_candidate_may_fail_on_one_of_many),
		one(a_candidate_that_does_not_load_is_said_with_its_line),
		one(a_new_level_is_not_failed_by_everybody),
		one(it_can_be_compared_with_what_was_decided_then),
		one(more_than_allowed_ends_with_6),
		one(it_is_written_for_people_and_for_tables),
		one(what_does_not_fit_is_said),
		one(nothing_is_written_to_the_log),
	};

	return cmocka_run_group_tests(tests, setup, scene_group_teardown);
}
