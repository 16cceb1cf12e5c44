/* awardctl as a program against the daemon: each verb, and each exit status. */
#include <glob.h>

#include "tool.h"

enum { DONE = 0, UNEXPECTED = 1, USAGE = 2, REFUSED = 8, AWAY = 69 };

static const char entries[] = "SELECT count(*) FROM entries";
static const char examples[] = AWARDD_SOURCE "/examples/submissions/*.json";
static const char roll[] = AWARDD_SOURCE "/examples/roll.csv";

static void the_roll_is_imported_once_however_often(void **state)
{
	struct scene *s = *state;
	int64_t before = scene_sql_number(s, entries);
	struct ran r = TOOL(s, NULL, "register", "import", roll);

	tool_ended(&r, DONE);
	assert_string_equal(r.out, "31 awards imported\n");
	assert_string_equal(r.err, "");
	assert_int_equal(scene_sql_number(s, entries), before + 31);
	ran_deinit(&r);
	r = TOOL(s, NULL, "register", "import", roll);
	tool_ended(&r, DONE);
	assert_string_equal(r.out, "0 awards imported, 31 known already\n");
	assert_int_equal(scene_sql_number(s, entries), before + 31);
	ran_deinit(&r);
	r = TOOL(s, NULL, "register", "list", "--on", "2023-12-31", "--status", "current");
	tool_ended(&r, DONE);
	tool_must_say(r.out, "North Somerset Quality Lead Dec 2023 Dec 2026 current");
	tool_must_say(r.out, "Croydon Quality Lead with Child First Commendation Mar 2023");
	assert_false(tool_says(r.out, "Sheffield"));
	ran_deinit(&r);
}

static void the_examples_are_decided_once_however_often(void **state)
{
	struct scene *s = *state;
	const char *arguments[TOOL_ARGUMENTS] = {"submit"};
	int64_t before = scene_sql_number(s, entries);
	struct ran first, again;
	glob_t found;

	assert_int_equal(glob(examples, 0, NULL, &found), 0);
	assert_int_equal(found.gl_pathc, 9);
	for (size_t i = 0; i < found.gl_pathc; i++)
		arguments[1 + i] = found.gl_pathv[i];
	first = tool_run(s, NULL, arguments);
	tool_ended(&first, DONE);
	tool_must_say(first.err, "9 decided, 0 failed");
	assert_int_equal(scene_sql_number(s, entries), before + 9);
	again = tool_run(s, NULL, arguments);
	tool_ended(&again, DONE);
	assert_string_equal(again.out, first.out);
	assert_int_equal(scene_sql_number(s, entries), before + 9);
	/* Each example is what its file name says. */
	tool_must_say(first.out, "Harrowdale: Quality Mark, October 2020");
	tool_must_say(first.out, "Port Ellery: Quality Lead, June 2021");
	tool_must_say(first.out, "Vale of Wintle: Quality Lead");
	tool_must_say(first.out, "Tarnmouth: no award");
	tool_must_say(first.out, "Great Ambersea: no award");
	tool_must_say(first.out, "Standards have been maintained");
	tool_must_say(first.out, "The redesignation window is held open");
	for (size_t i = 0; i < found.gl_pathc; i++)
		tool_must_say(first.out, found.gl_pathv[i]);
	ran_deinit(&first);
	ran_deinit(&again);
	globfree(&found);
}

static void a_letter_says_award_reasons_shortfalls_and_fee(void **state)
{
	struct scene *s = *state;
	char *out;

	tool_write_json(s, "one.json",
			submission(s, "{'seeking': 'quality-lead',"
				      " 'scores': {'4b': 5, '10': 6}}"));
	out = TOOL_OUT(s, DONE, "submit", "one.json");
	tool_must_say(out, "North Vale: Quality Mark, May 2024");
	tool_must_say(out, "is awarded Quality Mark.");
	tool_must_say(out, "Quality Lead was sought and is not yet met.");
	tool_must_say(out, "from 20 May 2024; it expires on 20 May 2027");
	tool_must_say(out, "£1,100 net + £220 VAT = £1,320");
	tool_must_say(out, "✓ met QM-1");
	tool_must_say(out, "✗ unmet QL-1");
	tool_must_say(out, "Statement 4b is scored 5; 7 is needed (2 short). "
			   "Statement 10 is scored 6; 7 is needed (1 short).");
	tool_must_say(out, "What is missing for Quality Lead");
	tool_must_say(out, "scored 5, needs 7 (2 more)");
	tool_must_say(out, "scored 6, needs 7 (1 more)");
	free(out);
	/* Who signed is nobody's business but the log's. */
	out = TOOL_OUT(s, DONE, "assess", "one.json");
	assert_false(tool_says(out, "A. Fen"));
	tool_must_say(out, "nothing was logged");
	free(out);
	out = TOOL_OUT(s, DONE, "submit", "--brief", "one.json");
	tool_must_say(out, "✓ North Vale: Quality Mark redesignation, May 2024 [entry ");
	assert_ptr_equal(strchr(out, '\n'), out + strlen(out) - 1);
	free(out);
}

static void what_was_revoked_since_is_said_where_it_is_sent_again(void **state)
{
	struct scene *s = *state;
	struct ran r;

	json_t *asked = submission(s, "{'submission_id': 'taken-back'}");
	json_t *answer = peer_call(scene_peer(s), "decide", json_incref(asked));
	const json_t *result = json_object_get(answer, "result");
	char *id = strdup(json_member_text(result, "decision_id"));

	assert_non_null(id);
	tool_write_json(s, "again.json", asked);
	r = TOOL(s, NULL, "submit", "--brief", "again.json");
	tool_ended(&r, DONE);
	assert_non_null(strstr(r.out, "✓ North Vale: Quality Lead"));
	assert_false(tool_says(r.out, "REVOKED"));
	ran_deinit(&r);
	r = TOOL(s, NULL, "submit", "again.json");
	tool_ended(&r, DONE);
	tool_must_say(r.out, "North Vale: Quality Lead");
	assert_false(tool_says(r.out, "REVOKED"));
	ran_deinit(&r);
	revokes(s, result);
	r = TOOL(s, NULL, "submit", "--brief", "again.json");
	tool_ended(&r, DONE);
	assert_non_null(strstr(r.out, "✗ REVOKED: North Vale: Quality Lead"));
	assert_string_equal(r.err, "");
	ran_deinit(&r);
	r = TOOL(s, NULL, "submit", "again.json");
	tool_ended(&r, DONE);
	assert_non_null(strstr(r.out, "✗ REVOKED at 2"));
	tool_must_say(r.out, "have it decided anew, send it with another submission_id");
	assert_true(strstr(r.out, "REVOKED") < strstr(r.out, "is awarded"));
	ran_deinit(&r);
	/* Programs get what the daemon answers. */
	r = TOOL(s, NULL, "submit", "--format", "json", "again.json");
	tool_ended(&r, DONE);
	json_t *document = json_loads(r.out, 0, NULL);
	assert_true(json_equal(document, result));
	json_decref(document);
	ran_deinit(&r);
	/* It stands above what other rules say of it, too. */
	r = TOOL(s, NULL, "decisions", "show", id, "--under", "active", "--log", "log");
	tool_ended(&r, DONE);
	assert_non_null(strstr(r.out, "✗ REVOKED at 2"));
	tool_must_say(r.out, "Nothing differs.");
	ran_deinit(&r);
	free(id);
	json_decref(answer);
}

static void a_name_that_nothing_has_is_said(void **state)
{
	struct scene *s = *state;
	char *out;

	json_decref(decided(s, NULL));
	out = TOOL_OUT(s, DONE, "decisions", "list", "--award", "quality-leed", "--partnership",
		       "Port Ellery", "--failed-criterion", "XX");
	tool_must_say(out, "No decision in the log is like that. "
			   "No partnership \"Port Ellery\" is known to the log. "
			   "No award \"quality-leed\" is known to the log or the rules. "
			   "No criterion \"XX\" is known to the log or the rules.");
	free(out);
	out = TOOL_OUT(s, DONE, "register", "list", "--award", "quality-leed", "--partnership",
		       "Port Ellery");
	tool_must_say(out, "Nobody on the register holds an award like that. "
			   "No partnership \"Port Ellery\" is known to the log. "
			   "No award \"quality-leed\" is known to the log or the rules.");
	free(out);
	out = TOOL_OUT(s, DONE, "decisions", "list", "--award", "quality-mark", "--since",
		       "2999-01-01");
	assert_string_equal(out, "No decision in the log is like that.\n");
	free(out);
}

static void no_award_is_done_too(void **state)
{
	struct scene *s = *state;
	char *out;

	tool_write_json(s, "low.json", submission(s, "{'every': 3}"));
	out = TOOL_OUT(s, DONE, "submit", "low.json");
	tool_must_say(out, "North Vale: no award");
	tool_must_say(out, "No award is given");
	tool_must_say(out, "scored 3, needs 5 (2 more)");
	free(out);
}

static void one_that_fails_of_many_is_named_and_the_others_are_decided(void **state)
{
	struct scene *s = *state;
	int64_t before = scene_sql_number(s, entries);
	struct ran r;

	tool_write_json(s, "a.json", submission(s, NULL));
	tool_write_json(s, "b.json", submission(s, "{'scores': {'4a': 11, '9': null}}"));
	tool_write_json(s, "c.json", submission(s, "{'assessed_on': '2024-05-21'}"));
	r = TOOL(s, NULL, "submit", "a.json", "b.json", "c.json");
	tool_ended(&r, REFUSED);
	assert_int_equal(scene_sql_number(s, entries), before + 2);
	tool_must_say(r.err, "awardctl: b.json: ");
	tool_must_say(r.err, "/scores/4a: must be a whole number from 0 to 10, not 11");
	tool_must_say(r.err, "/scores/9: is required");
	tool_must_say(r.err, "2 decided, 1 failed");
	/* Nothing was kept under the one that was made here. */
	assert_false(tool_says(r.err, "submission_id"));
	assert_false(tool_says(r.err, "a.json"));
	assert_false(tool_says(r.err, "c.json"));
	tool_must_say(r.out, "assessed on 20 May 2024");
	tool_must_say(r.out, "assessed on 21 May 2024");
	ran_deinit(&r);
	/* A file that cannot be read, and one that is no JSON, do not stop it. */
	tool_write(s, "d.json", "{\n\"scores\": {,}\n}\n");
	r = TOOL(s, NULL, "submit", "nowhere.json", "d.json", "a.json");
	tool_ended(&r, REFUSED);
	assert_int_equal(scene_sql_number(s, entries), before + 3);
	tool_must_say(r.err, "awardctl: nowhere.json: No such file or directory");
	tool_must_say(r.err, "awardctl: d.json:2");
	tool_must_say(r.err, "1 decided, 2 failed");
	ran_deinit(&r);
	/* Where nothing else was given, it was not the daemon that refused; nor of an import. */
	r = TOOL(s, NULL, "submit", "d.json");
	tool_ended(&r, UNEXPECTED);
	tool_must_say(r.err, "awardctl: d.json:2");
	ran_deinit(&r);
	r = TOOL(s, "[7]", "assess", "nowhere.json", "-");
	tool_ended(&r, UNEXPECTED);
	tool_must_say(r.err, "a submission is a JSON object");
	ran_deinit(&r);
	r = TOOL(s, NULL, "register", "import", "d.json");
	tool_ended(&r, UNEXPECTED);
	tool_must_say(r.err, "awardctl: d.json:2");
	ran_deinit(&r);
	tool_write_json(s, "e.json", submission(s, "{'submission_id': 'mine', 'stage': 'late'}"));
	r = TOOL(s, NULL, "submit", "e.json");
	tool_ended(&r, REFUSED);
	assert_false(tool_says(r.err, "submission_id"));
	ran_deinit(&r);
	r = TOOL(s, "[]", "submit", "-");
	tool_ended(&r, DONE);
	assert_string_equal(r.err, "awardctl: 0 decided, 0 failed\n");
	ran_deinit(&r);
}

static void write_long(const struct scene *s, const char *name, size_t length)
{
	json_t *evidence = json_pack("[{s:s, s:o}]", "kind", "other", "summary",
				     json_sprintf("%0*d", (int)length, 0));
	json_t *document = submission(s, NULL);

	assert_non_null(evidence);
	assert_int_equal(json_object_set_new(document, "evidence", evidence), 0);
	tool_write_json(s, name, document);
}

static void one_that_is_too_long_is_named_and_the_others_are_decided(void **state)
{
	struct scene *s = *state;
	int64_t before = scene_sql_number(s, entries);
	struct ran r;

	tool_write_json(s, "a.json", submission(s, NULL));
	write_long(s, "entry.json", 70000);
	write_long(s, "line.json", 2 << 20); /* for which the daemon closes the connection */
	tool_write_json(s, "c.json", submission(s, "{'assessed_on': '2024-05-21'}"));
	r = TOOL(s, NULL, "submit", "a.json", "line.json", "entry.json", "line.json", "c.json");
	tool_ended(&r, REFUSED);
	assert_int_equal(scene_sql_number(s, entries), before + 2);
	tool_must_say(r.err,
		      "line.json: the line is too long: 1048576 bytes are taken (line-limit); "
		      "this submission alone has 209");
	tool_must_say(r.err, "is too long: an entry of the log holds 65,535 bytes");
	tool_must_say(r.err, "2 decided, 3 failed");
	assert_false(tool_says(r.err, "no answer came"));
	ran_deinit(&r);
	r = TOOL(s, NULL, "register", "import", "line.json");
	tool_ended(&r, REFUSED);
	tool_must_say(r.err, "too long: 1048576 bytes are taken (line-limit) (-32007)");
	ran_deinit(&r);
}

/* As deep as awardctl reads, and one deeper within a request: refused without an id, which may be
 * that of any under way, but not of one that is still to be sent. */
static void one_that_is_too_deep_is_refused_before_one_that_waits(void **state)
{
	enum { LISTS = 2047 };
	struct scene *s = *state;
	char text[2 * LISTS + 16];
	struct ran r;

	(void)snprintf(text, sizeof text, "{\"x\":%*s}", 2 * LISTS, "");
	memset(text + 5, '[', LISTS);
	memset(text + 5 + LISTS, ']', LISTS);
	tool_write(s, "deep.json", text);
	write_long(s, "entry.json", 70000);
	r = TOOL(s, NULL, "--timeout", "20", "submit", "deep.json", "entry.json");
	tool_ended(&r, REFUSED);
	tool_must_say(r.err, "the line is not well formed");
	tool_must_say(r.err, "is too long: an entry of the log holds 65,535 bytes");
	assert_false(tool_says(r.err, "no answer came"));
	ran_deinit(&r);
}

static void lines_of_a_file_are_submissions_and_are_named_by_line(void **state)
{
	struct scene *s = *state;
	int64_t before = scene_sql_number(s, entries);
	json_t *good = submission(s, NULL), *bad = submission(s, "{'stage': 'midway'}");
	char *fine = json_dumps(good, JSON_COMPACT), *wrong = json_dumps(bad, JSON_COMPACT);
	struct buffer b;
	struct ran r;

	buffer_init(&b);
	assert_int_equal(buffer_printf(&b, "%s\n%s\nnot JSON\n%s\n", fine, wrong, fine), 0);
	tool_write(s, "many.jsonl", b.bytes);
	r = TOOL(s, NULL, "submit", "many.jsonl");
	tool_ended(&r, REFUSED);
	tool_must_say(r.err, "awardctl: many.jsonl:2: submission 2: ");
	tool_must_say(r.err, "/stage: must be ");
	tool_must_say(r.err, "awardctl: many.jsonl:3: submission 3: ");
	tool_must_say(r.err, "2 decided, 2 failed");
	assert_int_equal(scene_sql_number(s, entries), before + 2);
	ran_deinit(&r);
	/* The same as an array. */
	buffer_clear(&b);
	assert_int_equal(buffer_printf(&b, "[%s,\n%s,\n%s]\n", fine, fine, wrong), 0);
	r = TOOL(s, b.bytes, "assess", "-");
	tool_ended(&r, REFUSED);
	tool_must_say(r.err, "awardctl: standard input:3: submission 3: ");
	tool_must_say(r.err, "2 assessed, 1 failed");
	assert_int_equal(scene_sql_number(s, entries), before + 2);
	ran_deinit(&r);
	buffer_deinit(&b);
	free(fine);
	free(wrong);
	json_decref(good);
	json_decref(bad);
}

static void decisions_are_listed_shown_and_revoked(void **state)
{
	struct scene *s = *state;
	json_t *result = decided(s, "{'partnership': {'name': 'Long Fell'}}");
	const char *id = json_member_text(result, "decision_id");
	char partnership[32], sequence[32], *out;
	struct ran r;

	snprintf(partnership, sizeof partnership, "area-%d", s->area);
	snprintf(sequence, sizeof sequence, "%lld",
		 (long long)json_member_integer(result, "sequence", 0));
	out = TOOL_OUT(s, DONE, "decisions", "list", "--partnership", partnership);
	tool_must_say(out, "20 May 2024 Long Fell Quality Lead with Child First Commendation "
			   "first stands");
	tool_must_say(out, id);
	free(out);
	out = TOOL_OUT(s, DONE, "decisions", "show", id);
	tool_must_say(out, "Long Fell: Quality Lead");
	assert_false(tool_says(out, "REVOKED"));
	free(out);
	r = TOOL(s, NULL, "decisions", "revoke", "7", "--by", "C. Weir", "--reason",
		 "Wrong scores");
	tool_ended(&r, USAGE);
	tool_must_say(r.err, "7: give the entry's whole id, as decisions show 7 says it");
	ran_deinit(&r);
	r = TOOL(s, NULL, "decisions", "revoke", id);
	tool_ended(&r, USAGE);
	tool_must_say(r.err, "--reason");
	ran_deinit(&r);
	out = TOOL_OUT(s, DONE, "decisions", "revoke", id, "--by", "C. Weir", "--reason",
		       "Entered by mistake");
	tool_must_say(out, "is revoked.");
	free(out);
	out = TOOL_OUT(s, DONE, "decisions", "show", sequence);
	tool_must_say(out, "REVOKED at ");
	tool_must_say(out, "by C. Weir: Entered by mistake");
	tool_must_say(out, "Long Fell: Quality Lead");
	free(out);
	out = TOOL_OUT(s, DONE, "decisions", "list", "--partnership", partnership);
	tool_must_say(out, "first revoked");
	free(out);
	r = TOOL(s, NULL, "decisions", "revoke", id, "--by", "C. Weir", "--reason", "Again");
	tool_ended(&r, REFUSED);
	tool_must_say(r.err, "(-32003)");
	ran_deinit(&r);
	json_decref(result);
}

static void the_register_is_listed_as_it_stood_on_a_day(void **state)
{
	static const struct {
		const char *on, *says;
	} cases[] = {
		{"2021-03-28", "Nobody on the register holds an award like that."},
		{"2021-03-29", "Quality Mark 29 Mar 2021 29 Mar 2024 current"},
		{"2023-09-28", "Quality Mark 29 Mar 2021 29 Mar 2024 current"},
		{"2023-09-29", "Quality Mark 29 Mar 2021 29 Mar 2024 due"},
		{"2024-03-28", "Quality Mark 29 Mar 2021 29 Mar 2024 due"},
		{"2024-03-29", "Quality Mark 29 Mar 2021 29 Mar 2024 lapsed"},
	};
	struct scene *s = *state;
	char partnership[32];

	snprintf(partnership, sizeof partnership, "area-%d", s->area);
	imports(s, "{'awarded_on': '2021-03-29'}");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *out = TOOL_OUT(s, DONE, "register", "list", "--partnership", partnership,
				     "--on", cases[i].on);

		tool_must_say(out, cases[i].says);
		free(out);
	}
}

static void an_import_that_does_not_fit_is_named_by_its_line(void **state)
{
	struct scene *s = *state;
	int64_t before = scene_sql_number(s, entries);
	struct ran r = TOOL(s,
			    "partnership,name,award,awarded_on,source\n"
			    "north,North,quality-mark,2021-03-29,A list\n"
			    "south,South,gold,2021-02-30,A list\n",
			    "register", "import", "-");

	tool_ended(&r, REFUSED);
	tool_must_say(r.err, "standard input:3: award: must be ");
	tool_must_say(r.err, "standard input:3: awarded_on: must be a real date");
	assert_false(tool_says(r.err, "standard input:2:"));
	assert_int_equal(scene_sql_number(s, entries), before);
	ran_deinit(&r);
	r = TOOL(s, "partnership,nome\na,b\n", "register", "import", "-");
	tool_ended(&r, UNEXPECTED);
	tool_must_say(r.err, "standard input:1: no such column: \"nome\"");
	ran_deinit(&r);
	r = TOOL(s, NULL, "register", "import", "nowhere.csv");
	tool_ended(&r, UNEXPECTED);
	tool_must_say(r.err, "nowhere.csv: No such file or directory");
	ran_deinit(&r);
}

static void verbs_that_only_show_say_what_the_daemon_knows(void **state)
{
	struct scene *s = *state;
	char *out;

	json_decref(decided(s, "{'case_studies': [{'title': 'A door that is open',"
			       " 'statements': ['8'], 'shareable': true}]}"));
	out = TOOL_OUT(s, DONE, "practice", "--statement", "8");
	tool_must_say(out, "A door that is open");
	free(out);
	out = TOOL_OUT(s, DONE, "statistics", "--since", "2024-01-01", "--until", "2024-12-31");
	tool_must_say(out, "2024 Quality Lead");
	free(out);
	out = TOOL_OUT(s, DONE, "scheme");
	tool_must_say(out, "Youth Justice SEND Quality");
	tool_must_say(out, "QM-1 Every statement that applies is scored 5 or more");
	free(out);
	out = TOOL_OUT(s, DONE, "status");
	tool_must_say(out, "Evaluators Alive 2");
	free(out);
	out = TOOL_OUT(s, DONE, "rules", "status");
	tool_must_say(out, "quality-mark.lua");
	free(out);
	out = TOOL_OUT(s, DONE, "rules", "history");
	tool_must_say(out, "activation start");
	free(out);
}

static void a_reload_is_done_or_refused_with_file_and_line(void **state)
{
	struct scene *s = *state;
	struct ran r;
	char *out = TOOL_OUT(s, DONE, "rules", "reload");

	tool_must_say(out, "Digest sha256:");
	free(out);
	scene_rule_write(s, "broken.lua", "\n\nlevel \"gold\" {\n");
	r = TOOL(s, NULL, "rules", "reload");
	tool_ended(&r, REFUSED);
	tool_must_say(r.err, "(-32010)");
	tool_must_say(r.err, "broken.lua:");
	assert_string_equal(r.out, "");
	ran_deinit(&r);
	out = TOOL_OUT(s, DONE, "rules", "history");
	tool_must_say(out, "broken.lua:");
	free(out);
	out = TOOL_OUT(s, DONE, "rules", "status");
	assert_false(tool_says(out, "broken.lua sha256"));
	tool_must_say(out, "Errors • broken.lua:");
	free(out);
	/* What is wrong with the whole is in no file and no line. */
	char tests[2 * PATH_TEXT], aside[2 * PATH_TEXT];
	snprintf(tests, sizeof tests, "%s/scene.test.lua", s->rules);
	tool_path(s, "aside", aside);
	scene_rule_write(s, "broken.lua", "");
	assert_int_equal(rename(tests, aside), 0);
	r = TOOL(s, NULL, "rules", "reload");
	assert_int_equal(rename(aside, tests), 0);
	tool_ended(&r, REFUSED);
	ran_deinit(&r);
	out = TOOL_OUT(s, DONE, "rules", "status");
	tool_must_say(out, "Errors • scene.test.lua: is in force and not in the folder any more");
	tool_must_say(out, "• no test stands beside these rules");
	tool_must_say(out, "Over no");
	free(out);
	out = TOOL_OUT(s, DONE, "rules", "history");
	assert_false(tool_says(out, ":0: "));
	free(out);
	/* The rules before are in force still. */
	tool_write_json(s, "one.json", submission(s, NULL));
	free(TOOL_OUT(s, DONE, "submit", "one.json"));
	free(TOOL_OUT(s, DONE, "rules", "reload"));
	out = TOOL_OUT(s, DONE, "rules", "status");
	tool_must_say(out, "Over yes");
	free(out);
}

static void any_method_can_be_called(void **state)
{
	struct scene *s = *state;
	struct err e;
	struct ran r;
	json_t *value;

	json_decref(decided(s, NULL));
	r = TOOL(s, NULL, "call", "decisions.list", "{\"limit\": 1}");
	tool_ended(&r, DONE);
	value = json_read(text_of(r.out), &e);
	assert_int_equal(json_array_size(json_object_get(value, "decisions")), 1);
	json_decref(value);
	ran_deinit(&r);
	r = TOOL(s, "{\"on\": \"2024-06-01\"}\n", "call", "register.list", "-");
	tool_ended(&r, DONE);
	tool_must_say(r.out, "\"awards\"");
	ran_deinit(&r);
	r = TOOL(s, NULL, "call", "decisions.lost");
	tool_ended(&r, REFUSED);
	tool_must_say(r.err, "(-32601)");
	ran_deinit(&r);
	r = TOOL(s, "", "call", "decisions.list", "-");
	tool_ended(&r, USAGE);
	tool_must_say(r.err, "PARAMS");
	ran_deinit(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_roll_is_imported_once_however_often,
						tool_scene_setup, scene_teardown),
		cmocka_unit_test_setup_teardown(the_examples_are_decided_once_however_often,
						tool_scene_setup, scene_teardown),
		cmocka_unit_test_setup_teardown(a_reload_is_done_or_refused_with_file_and_line,
						tool_scene_setup, scene_teardown),
	};
	const struct CMUnitTest shared[] = {
		in_new_area(a_letter_says_award_reasons_shortfalls_and_fee),
		in_new_area(what_was_revoked_since_is_said_where_it_is_sent_again),
		in_new_area(a_name_that_nothing_has_is_said),
		in_new_area(no_award_is_done_too),
		in_new_area(one_that_fails_of_many_is_named_and_the_others_are_decided),
		in_new_area(one_that_is_too_long_is_named_and_the_others_are_decided),
		in_new_area(one_that_is_too_deep_is_refused_before_one_that_waits),
		in_new_area(lines_of_a_file_are_submissions_and_are_named_by_line),
		in_new_area(decisions_are_listed_shown_and_revoked),
		in_new_area(the_register_is_listed_as_it_stood_on_a_day),
		in_new_area(an_import_that_does_not_fit_is_named_by_its_line),
		in_new_area(verbs_that_only_show_say_what_the_daemon_knows),
		in_new_area(any_method_can_be_called),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	return cmocka_run_group_tests(shared, tool_scene_setup, scene_group_teardown) + failed;
}
