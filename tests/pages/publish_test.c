/* awardctl publish: the site holds what is public, and nothing else. */
#include "site.h"

/* ---- what is public ------------------------------------------------------------------------ */

static void the_site_shows_the_register_and_awards_over_time(void **state)
{
	struct scene *s = *state;

	imports(s, "{'partnership': 'harrow', 'name': 'Harrow Vale', 'awarded_on': '2021-02-01',"
		   " 'precision': 'month'}");
	json_decref(decided(s, "{'partnership': {'id': 'harrow', 'name': 'Harrow Vale'}}"));
	site_publish(s);
	site_must_hold(s, "site/index.html",
		       "as of <time datetime=\"" SITE_DAY "\">31 December 2024");
	site_must_hold(s, "site/index.html", "href=\"partnerships/harrow.html\"><bdi>Harrow Vale");
	site_must_hold(s, "site/index.html", "Quality Lead with Child First Commendation");
	site_must_hold(s, "site/partnerships/harrow.html",
		       "Harrow Vale: Quality Lead with Child First Commendation, May 2024");
	site_must_hold(s, "site/partnerships/harrow.html",
		       "Harrow Vale: Quality Mark, February 2021");
	site_must_hold(s, "site/practice.html", "A resettlement panel");
	site_must_hold(s, "site/scheme.html", "Every statement that applies is scored 7 or more");
	site_must_hold(s, "site/scheme.html", "£1,300");
	site_must_hold(s, "site/feed.xml", "<author><name>");
	site_must_hold(s, "site/feed.xml", "<link href=\"partnerships/harrow.html\"");
	site_must_hold(s, "site/feed.xml", "<updated>20");
	site_must_hold(
		s, "site/feed.xml",
		"<title>Harrow Vale: Quality Lead with Child First Commendation, May 2024</title>");
}

/* Every text that is not for everybody says PLANTED. */
static void plant(struct scene *s)
{
	static const char personal[] =
		"'sign_off': {'send_leadership': {'name': 'PLANTED one', 'role': 'PLANTED two'},"
		"             'yos_leadership': {'name': 'PLANTED three', 'role': 'PLANTED four'}},"
		"'evidence': [{'kind': 'other', 'summary': 'PLANTED five'}],"
		"'child_first': [{'tenet': 'strengths', 'feature': 'PLANTED six'}]";
	char changes[2048];
	json_t *revoked;

	(void)snprintf(changes, sizeof changes,
		       "{%s, 'partnership': {'id': 'open', 'name': 'Open Vale'},"
		       " 'submission_id': 'PLANTED seven', 'case_studies':"
		       " [{'title': 'Shared widely', 'statements': ['8'], 'shareable': true},"
		       "  {'title': 'PLANTED eight', 'statements': ['8']}]}",
		       personal);
	json_decref(decided(s, changes));
	/* Nothing came of it, though its case study may be shared. */
	json_decref(decided(s, "{'every': 2, 'partnership': {'id': 'planted-none',"
			       " 'name': 'PLANTED nine'}, 'case_studies': [{'title':"
			       " 'PLANTED ten', 'statements': ['8'], 'shareable': true}]}"));
	revoked =
		decided(s, "{'partnership': {'id': 'planted-revoked', 'name': 'PLANTED eleven'}}");
	json_t *params = json_pack("{sO ss ss}", "decision_id",
				   json_object_get(revoked, "decision_id"), "by", "PLANTED twelve",
				   "reason", "PLANTED thirteen");
	json_decref(peer_call(scene_peer(s), "decisions.revoke", params));
	json_decref(revoked);
	/* Not given yet on the day of the site. */
	json_decref(decided(s, "{'assessed_on': '2025-02-01', 'partnership': {'id':"
			       " 'planted-later', 'name': 'PLANTED fourteen'}}"));
	imports(s, "{'partnership': 'imported', 'name': 'Imported Vale', 'source':"
		   " 'PLANTED fifteen'}");
	/* Its latest benchmark gave no award: what that one shares is not shown. */
	json_decref(decided(s, "{'partnership': {'id': 'fallen', 'name': 'Fallen Vale'},"
			       " 'assessed_on': '2021-05-20', 'every': 7}"));
	json_decref(decided(s, "{'partnership': {'id': 'fallen'}, 'every': 2, 'case_studies':"
			       " [{'title': 'PLANTED sixteen', 'statements': ['8'],"
			       " 'shareable': true}]}"));
}

static void nothing_personal_and_nothing_unpublished_is_in_any_file(void **state)
{
	struct scene *s = *state;

	plant(s);
	site_publish(s);
	assert_true(site_count(s, "Open Vale") > 0);
	assert_true(site_count(s, "Imported Vale") > 0);
	assert_true(site_count(s, "Fallen Vale") > 0);
	assert_true(site_count(s, "Shared widely") > 0);
	assert_int_equal(site_count(s, "PLANTED"), 0);
	assert_int_equal(site_count(s, "planted"), 0);
	assert_int_equal(site_count(s, "extra "), site_count(s, "\nextra eyJsZWFmX2hhc2giOi"));
	/* The search would find it, wherever it stands. */
	tool_write(s, "site/proofs/x.tlog-proof", "PLANTED");
	assert_int_equal(site_count(s, "PLANTED"), 1);
}

/* Of few partnerships the scores of each could be told. */
static void the_national_picture_waits_for_five(void **state)
{
	struct scene *s = *state;
	static const char *const ids[] = {"'one'", "'two'", "'three'", "'four'", "'five'"};

	for (size_t i = 0; i < 5; i++) {
		char changes[128];

		(void)snprintf(changes, sizeof changes, "{'partnership': {'id': %s}}", ids[i]);
		json_decref(decided(s, changes));
		if (i == 3) {
			site_publish(s);
			site_must_hold(s, "site/national.html",
				       "Scores are shown once 5 partnerships");
		}
	}
	site_publish(s);
	site_must_hold(s, "site/national.html", "How 5 partnerships score");
}

/* The rows of the statements; free() them. */
static char *national_rows(const struct scene *s)
{
	site_publish(s);
	char *page = tool_read(s, "site/national.html"), *begin = strstr(page, "<tbody>");
	assert_non_null(begin);
	char *rows = strndup(begin, (size_t)(strstr(begin, "</tbody>") - begin));
	assert_non_null(rows);
	free(page);
	return rows;
}

/* The lowest and the highest score are each one partnership's. */
static void the_national_picture_shows_no_extremes(void **state)
{
	struct scene *s = *state;
	static const char *const scores[] = {"1", "7", "7", "8", "8"};
	char changes[128];

	for (size_t i = 0; i < 5; i++) {
		(void)snprintf(changes, sizeof changes,
			       "{'partnership': {'id': 'p%zu'}, 'scores': {'3': %s}}", i,
			       scores[i]);
		json_decref(decided(s, changes));
	}
	char *rows = national_rows(s);
	json_decref(decided(s, "{'partnership': {'id': 'p0'}, 'scores': {'3': 4}}"));
	json_decref(decided(s, "{'partnership': {'id': 'p4'}, 'scores': {'3': 10}}"));
	char *others = national_rows(s);
	assert_string_equal(rows, others);
	free(others);
	/* The middle is seen. */
	json_decref(decided(s, "{'partnership': {'id': 'p1'}, 'scores': {'3': 8}}"));
	others = national_rows(s);
	assert_string_not_equal(rows, others);
	free(others);
	free(rows);
}

/* ---- other pages --------------------------------------------------------------------------- */

static void an_empty_log_has_a_site(void **state)
{
	struct scene *s = *state;

	site_publish(s);
	site_must_hold(s, "site/index.html", "No award has been given yet.");
	site_must_hold(s, "site/feed.xml", "</feed>");
	site_must_hold(s, "site/practice.html", "Nothing is shared on this statement yet.");
}

/* The form can be taken out of the site, and asks what the rules say. */
static void the_form_stands_alone_and_follows_the_rules(void **state)
{
	struct scene *s = *state;

	scene_rule_replace(s, "framework.lua",
			   "statement \"10\" \"Commissioners resource and review\"",
			   "statement \"10\" \"A question of <our> own\"");
	scene_rule_replace(
		s, "framework.lua", "	one_of \"stage\"",
		"	list \"projects\" { at_least = 2, whole_number \"children\" { from = 1, to = 9 },"
		" list \"partners\" { text \"who\" {} } },\n	one_of \"stage\"");
	scene_start(s, NULL);
	site_publish(s);
	char *page = tool_read(s, "site/self-evaluation.html");

	tool_must_say(page, "This page decides nothing: assessors do.");
	tool_must_say(page, "data-member=\"projects\" data-kind=\"list\" data-min=\"2\"");
	tool_must_say(page, "data-member=\"partners\" data-kind=\"list\"");
	tool_must_say(page, "type=\"number\" min=\"1\" max=\"9\"");
	tool_must_say(page, "A question of &lt;our&gt; own");
	tool_must_say(page, "data-statement=\"4a\"");
	tool_must_say(page, "AYM member");
	tool_must_say(page, "7 – Effective practice everywhere");
	tool_must_say(page, "Every statement that applies is scored 7 or more");
	assert_null(strstr(page, "rel=\"stylesheet\""));
	assert_null(strstr(page, "src="));
	free(page);
}

/* The register calls an award as the rules did that gave it. */
static void an_award_keeps_the_title_of_its_day(void **state)
{
	struct scene *s = *state;

	json_decref(decided(s, "{'partnership': {'id': 'before'}}"));
	scene_rule_replace(s, "quality-lead.lua", "title = \"Quality Lead\"",
			   "title = \"Quality Beacon\"");
	json_decref(called(s, "rules.reload", NULL));
	json_decref(decided(s, "{'partnership': {'id': 'now'}}"));
	site_publish(s);
	site_must_hold(s, "site/index.html", "<td>Quality Lead with Child First Commendation</td>");
	site_must_hold(s, "site/index.html", "<td>Quality Beacon");
	site_must_hold(s, "site/scheme.html", "Quality Beacon</h3>");
}

static void changes_to_come_are_announced(void **state)
{
	struct scene *s = *state;

	scene_rule_replace(s, "child-first.lua", "in_force_from = \"2022-01-01\"",
			   "in_force_from = \"2025-04-01\"");
	scene_start(s, NULL);
	site_publish(s);
	site_must_hold(s, "site/scheme.html", "Coming changes");
	site_must_hold(s, "site/scheme.html",
		       "Child First Commendation is in force from <time datetime=\"2025-04-01\">");
	free(TOOL_OUT(s, 0, "publish", "site", "--on", "2025-04-01"));
	char *page = tool_read(s, "site/scheme.html");
	assert_null(strstr(page, "Coming changes"));
	free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_its_own(the_site_shows_the_register_and_awards_over_time),
		in_its_own(nothing_personal_and_nothing_unpublished_is_in_any_file),
		in_its_own(the_national_picture_waits_for_five),
		in_its_own(the_national_picture_shows_no_extremes),
		in_its_own(an_empty_log_has_a_site),
		cmocka_unit_test_setup_teardown(the_form_stands_alone_and_follows_the_rules,
						scene_setup_stopped, scene_teardown),
		in_its_own(an_award_keeps_the_title_of_its_day),
		cmocka_unit_test_setup_teardown(changes_to_come_are_announced, scene_setup_stopped,
						scene_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
