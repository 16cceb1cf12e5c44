/* awardctl report: everything that a decision's page must say, and nothing that it must not. */
#include <pwd.h>

#include "../scenario/tool.h"

/* Gives the page of the latest decision; free() it. */
static char *report_of(const struct scene *s, const json_t *decision)
{
	char sequence[24];

	(void)snprintf(sequence, sizeof sequence, "%" JSON_INTEGER_FORMAT,
		       json_member_integer(decision, "sequence", 0));
	return TOOL_OUT(s, 0, "report", sequence);
}

static void must_not_say(const char *page, const char *words)
{
	if (strstr(page, words) != NULL)
		fail_msg("\"%s\" stands in the page", words);
}

/* What is told of every criterion stands in the page, with the escapes of HTML left out. */
static void must_tell_reasons(const char *page, const json_t *decision)
{
	size_t i, k;
	json_t *award, *criterion;

	json_array_foreach(json_member(decision, "awards"), i, award) {
		json_array_foreach(json_member(award, "criteria"), k, criterion) {
			tool_must_say(page, json_member_text(criterion, "id"));
			tool_must_say(page, json_member_text(criterion, "says"));
			tool_must_say(page, json_member_text(criterion, "reason"));
		}
	}
}

static void a_report_tells_the_whole_decision(void **state)
{
	struct scene *s = *state;
	json_t *before = decided(s, "{'assessed_on': '2022-05-20', 'every': 6}");
	json_t *decision = decided(s, "{'scores': {'4a': 4, '6': 0}, 'seeking': 'quality-lead'}");
	char *page = report_of(s, decision);

	must_tell_reasons(page, decision);
	tool_must_say(page, ": no award");
	tool_must_say(page, "What is missing for Quality Mark");
	tool_must_say(page, "Full and timely exchange of SEN information: scored 4, needs 5");
	tool_must_say(page, "does not apply");
	tool_must_say(page, "20 May 2022");             /* what it is compared with */
	tool_must_say(page, "−2</td>");                 /* 4a */
	tool_must_say(page, "every_score_at_least(7)"); /* the rules of that day */
	tool_must_say(page, "c2sp.org/tlog-proof@v1");
	tool_must_say(page, json_member_text(json_member(decision, "log"), "leaf_hash"));
	free(page);
	json_decref(decision);
	json_decref(before);
}

/* What stands between two headings of a page; free() it. */
static char *between(const char *page, const char *from, const char *to)
{
	const char *begin = strstr(page, from), *end = begin != NULL ? strstr(begin, to) : NULL;

	if (end == NULL)
		fail_msg("\"%s\" and then \"%s\" are not in the page", from, to);
	char *part = strndup(begin, (size_t)(end - begin));
	assert_non_null(part);
	return part;
}

/* What is lacking is said in the rules' own words, where it is no score. */
static void what_is_missing_says_what_is_lacking(void **state)
{
	struct scene *s = *state;
	json_t *decision = decided(s, "{'every': 7, 'evidence': [], 'scores': {'6': 0}}");
	char *page = report_of(s, decision);
	char *missing = between(page, "What is missing for Quality Lead", "The benchmark profile");

	tool_must_say(strstr(page, "The benchmark profile"), "<svg");
	tool_must_say(missing, "No statement is scored 8 or more; the highest score is 7");
	tool_must_say(missing, "Evidence: none given; at least one is needed.");
	must_not_say(missing, "still to come");
	must_not_say(missing, "Statement 1 ");
	free(missing);
	free(page);
	json_decref(decision);
	decision = decided(s, "{'scores': {'8': 8, '9': 6}, 'case_studies': []}");
	page = report_of(s, decision);
	missing = between(page, "What is missing for Quality Lead", "The benchmark profile");
	tool_must_say(missing, "scored 6, needs 7");
	tool_must_say(missing, "There is no case study that can be shared");
	must_not_say(missing, "is scored 6; 7 is needed"); /* not twice */
	free(missing);
	free(page);
	json_decref(decision);
}

/* Whatever the rules say today. */
static void an_old_report_reads_as_on_its_day(void **state)
{
	struct scene *s = *state;
	json_t *decision = decided(s, "{'scores': {'6': 0}}");
	static const char old[] = "Commissioners resource and review";
	static const char new[] = "A question of our own";

	scene_rule_replace(s, "framework.lua", old, new);
	scene_rule_replace(s, "quality-lead.lua", "title = \"Quality Lead\"",
			   "title = \"Quality Beacon\"");
	json_decref(called(s, "rules.reload", NULL));
	char *page = report_of(s, decision);
	tool_must_say(page, old);
	must_not_say(page, new);
	must_not_say(page, "Quality Beacon");
	free(page);
	json_decref(decision);
	decision = decided(s, "{'scores': {'6': 0}}");
	page = report_of(s, decision);
	tool_must_say(page, new);
	tool_must_say(page, "Quality Beacon");
	scene_rule_replace(s, "framework.lua", new, old);
	scene_rule_replace(s, "quality-lead.lua", "Quality Beacon", "Quality Lead");
	json_decref(called(s, "rules.reload", NULL));
	free(page);
	json_decref(decision);
}

static void a_need_names_those_who_do_well_on_it_and_share(void **state)
{
	struct scene *s = *state;
	json_t *teacher = decided(s, "{'partnership': {'id': 'teach', 'name': 'Teachwell'}}");
	json_t *secret = decided(s, "{'partnership': {'id': 'secret', 'name': 'Keepclose'},"
				    " 'case_studies': [{'title': 'Ours', 'statements': ['8']}]}");
	json_t *lower = decided(s, "{'partnership': {'id': 'lower', 'name': 'Lowish'},"
				   " 'scores': {'8': 7}}");
	json_t *decision = decided(s, "{'scores': {'8': 3}}");
	char *page = report_of(s, decision);

	tool_must_say(page, "Teachwell");
	tool_must_say(page, "A resettlement panel");
	must_not_say(page, "Keepclose"); /* not shared */
	must_not_say(page, "Lowish");    /* not 8 */
	free(page);
	json_decref(decision);
	json_decref(lower);
	json_decref(secret);
	json_decref(teacher);
}

static void a_report_stands_alone_and_names_nobody(void **state)
{
	struct scene *s = *state;
	json_t *decision = decided(s, NULL);
	char *page = report_of(s, decision);

	must_not_say(page, "<script");
	must_not_say(page, "http://");
	must_not_say(page, "https://");
	must_not_say(page, "href=\"s");
	must_not_say(page, "A. Fen");
	must_not_say(page, "B. Marsh");
	tool_must_say(page, "default-src &#39;none&#39;");
	free(page);
	json_decref(decision);
}

/* Whether a name of markup got into the page as markup. */
static bool is_broken(const char *page)
{
	return strstr(page, "<img") != NULL;
}

static void names_with_markup_are_names(void **state)
{
	struct scene *s = *state;
	json_t *decision = decided(
		s,
		"{'partnership': {'id': 'odd', 'name': '<img src=x onerror=alert(1)>&amp; שלום'}}");
	char *page = report_of(s, decision);
	static const char planted[] = "<h1><img src=x></h1>";

	assert_false(is_broken(page));
	assert_true(is_broken(planted));
	tool_must_say(page, "&lt;img src=x onerror=alert(1)&gt;&amp;amp; שלום");
	free(page);
	json_decref(decision);
}

static void what_is_revoked_says_so(void **state)
{
	struct scene *s = *state;
	json_t *decision = decided(s, NULL);
	char *page = report_of(s, decision);

	must_not_say(page, "has been revoked");
	free(page);
	revokes(s, decision);
	page = report_of(s, decision);
	tool_must_say(page, "This decision has been revoked.");
	free(page);
	json_decref(decision);
}

static void what_is_no_decision_has_none(void **state)
{
	struct scene *s = *state;
	struct ran r;

	imports(s, "{}");
	char *sequence = scene_sql(s, "SELECT max(sequence) FROM entries WHERE kind = 'import'");
	r = TOOL(s, NULL, "report", sequence);
	tool_ended(&r, 2);
	tool_must_say(r.err, "only a decision has a report");
	ran_deinit(&r);
	free(sequence);
	r = TOOL(s, NULL, "report", "999999");
	tool_ended(&r, 8);
	ran_deinit(&r);
}

static void who_submitted_it_has_a_report_too(void **state)
{
	struct scene *s = *state;
	const struct passwd *self = getpwuid(geteuid());

	assert_non_null(self);
	scene_start(s, (const char *const[]){"--submit", self->pw_name, "--audit", "nobody", NULL});
	json_t *decision = decided(s, NULL);
	char *page = report_of(s, decision);

	must_tell_reasons(page, decision);
	tool_must_say(page, "Earlier benchmarks are shown to auditors only.");
	must_not_say(page, "every_score_at_least");
	must_not_say(page, "The rules were changed since");
	free(page);
	/* The rules of that day are for auditors: what is shown instead is said. */
	scene_rule_replace(s, "framework.lua", "Commissioners resource and review", "Another");
	scene_stop(s);
	scene_start(s, (const char *const[]){"--submit", self->pw_name, "--audit", "nobody", NULL});
	page = report_of(s, decision);
	tool_must_say(page, "Another");
	tool_must_say(page, "The rules were changed since this was decided.");
	free(page);
	json_decref(decision);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_new_area(a_report_tells_the_whole_decision),
		in_new_area(what_is_missing_says_what_is_lacking),
		in_new_area(an_old_report_reads_as_on_its_day),
		in_new_area(a_need_names_those_who_do_well_on_it_and_share),
		in_new_area(a_report_stands_alone_and_names_nobody),
		in_new_area(names_with_markup_are_names),
		in_new_area(what_is_revoked_says_so),
		in_new_area(what_is_no_decision_has_none),
	};
	const struct CMUnitTest with_roles[] = {
		cmocka_unit_test_setup_teardown(who_submitted_it_has_a_report_too,
						scene_setup_stopped, scene_teardown),
	};
	int failed = cmocka_run_group_tests(tests, scene_group_setup, scene_group_teardown);

	return failed + cmocka_run_group_tests(with_roles, NULL, NULL);
}
