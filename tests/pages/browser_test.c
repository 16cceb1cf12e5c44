/* Every kind of page as a browser has it: check.js drives Chromium, axe-core and html-validate,
 * where they are installed. */
#include "../scenario/tool.h"

static const char installed[] = AWARDD_SOURCE "/tests/pages/node_modules";
static const char examples[] = AWARDD_SOURCE "/examples/submissions";

#define THIRTY "MMMMMMMMMMMMMMMMMMMMMMMMMMMMMM"
#define UNBROKEN THIRTY THIRTY THIRTY THIRTY

static const char *chromium(void)
{
	const char *named = getenv("CHROMIUM");

	return named != NULL ? named : "/usr/bin/chromium";
}

static void submit_examples(struct scene *s)
{
	char command[1024];

	(void)snprintf(command, sizeof command,
		       "AWARDD_SOCKET='%s' '%s' submit %s/*.json >'%s/out' 2>&1", s->socket,
		       AWARDCTL_PROGRAM, examples, s->dir);
	assert_int_equal(system(command), 0);
}

/* More than three thousand partnerships in one register. */
static void import_many(struct scene *s)
{
	json_t *awards = json_array();

	for (int i = 0; i < 3000; i++) {
		char id[32], name[32];

		(void)snprintf(id, sizeof id, "area-%04d", i);
		(void)snprintf(name, sizeof name, "Area %04d", i);
		assert_int_equal(json_array_append_new(awards,
						       json_pack("{ss ss ss ss ss}", "partnership",
								 id, "name", name, "award",
								 "quality-mark", "awarded_on",
								 "2023-03-01", "source", "a list")),
				 0);
	}
	tool_write_json(s, "awards.json", awards);
	free(TOOL_OUT(s, 0, "register", "import", "awards.json"));
}

static void the_pages_stand_up_in_a_browser(void **state)
{
	struct scene *s = *state;
	char command[1024];

	if (access(installed, F_OK) != 0 || access(chromium(), X_OK) != 0) {
		print_message("skipped: not installed: chromium; npm ci --prefix tests/pages\n");
		skip();
	}
	free(TOOL_OUT(s, 0, "publish", "empty", "--on", "2026-07-01"));
	free(TOOL_OUT(s, 0, "register", "import", AWARDD_SOURCE "/examples/roll.csv"));
	submit_examples(s);
	json_t *odd = submission(s, NULL);
	(void)json_object_set_new(odd, "partnership",
				  json_pack("{ss ss}", "id", "markup", "name",
					    "<img src=x onerror=alert(1)> & \"Sons\""));
	json_decref(peer_call(scene_peer(s), "decide", odd));
	json_decref(decided(s, "{'partnership': {'id': 'hebrew', 'name': 'רשות הצפון – 北の町'}}"));
	/* A name of 120 letters, and a title, without a place to break them at. */
	json_decref(decided(s, "{'partnership': {'id': 'unbroken', 'name': '" UNBROKEN "'},"
			       " 'every': 8, 'case_studies': [{'title': '" UNBROKEN "',"
			       " 'statements': ['8'], 'shareable': true}]}"));
	json_t *report = decided(s, "{'partnership': {'id': 'harrowdale', 'name':"
				    " 'Harrowdale'}, 'assessed_on':"
				    " '2024-12-01', 'every': 4, 'scores': {'6': 0, '9': 9}}");
	char *sequence = scene_sql(s, "SELECT max(sequence) FROM entries WHERE kind = 'decision'");
	free(TOOL_OUT(s, 0, "report", sequence, "--output", "report.html"));
	free(TOOL_OUT(s, 0, "publish", "site", "--on", "2026-07-01"));
	import_many(s);
	free(TOOL_OUT(s, 0, "publish", "many", "--on", "2026-07-01"));
	(void)snprintf(command, sizeof command,
		       "AWARDD_SOCKET='%s' node '" AWARDD_SOURCE "/tests/pages/check.js' '%s'"
		       " '" AWARDCTL_PROGRAM "'",
		       s->socket, s->dir);
	if (system(command) != 0)
		fail_msg("check.js says no");
	free(sequence);
	json_decref(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_pages_stand_up_in_a_browser, scene_setup,
						scene_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
