/* Rules edited badly, in each way there is, while submissions go on. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

enum { WINDOW = 16 };

static const char *const watching[] = {"--watch=yes", NULL};

/* ---- refused ------------------------------------------------------------- */

static void rule_path(const struct scene *s, const char *name, char out[2 * PATH_TEXT])
{
	snprintf(out, 2 * PATH_TEXT, "%s/%s", s->rules, name);
}

static void shell(const struct scene *s, const char *format)
{
	char command[4 * PATH_TEXT];

	snprintf(command, sizeof command, "cd '%s' && %s", s->dir, format);
	if (system(command) != 0)
		fail_msg("failed: %s", command);
}

/* One edit that must be refused: text added to a file, or replaced in it. */
struct edit {
	const char *what, *file;
	const char *from, *to; /* `from` NULL: added; both NULL: the file is removed */
	const char *said;
};

static const struct edit edits[] = {
	{"a syntax error", "quality-mark.lua", "criterion \"QM-1\" {", "criterion \"QM-1\" ",
	 "rules refused: quality-mark.lua:"},
	{"an unknown word", "quality-lead.lua", "every_score_at_least(7)", "every_scor_at_least(7)",
	 "did you mean every_score_at_least"},
	{"a wrong type", "quality-lead.lua", "every_score_at_least(7)",
	 "every_score_at_least(\"seven\")", "rules refused: quality-lead.lua:"},
	{"a missing file", "quality-mark.lua", NULL, NULL,
	 "rules refused: quality-mark.lua: is in force and not in the folder any more: put it "},
	{"a missing framework", "framework.lua", NULL, NULL,
	 "rules refused: framework.lua: is in force and not in the folder any more"},
	{"a rule that is not text", "quality-mark.lua", NULL, "-- \xff\xfe",
	 "is not text in UTF-8"},
	{"a loop", "framework.lua", NULL, "while true do end", "rules refused: framework.lua:"},
	{"all memory", "framework.lua", NULL,
	 "local t = {} for i = 1, 1000000000 do t[i] = (\"x\"):rep(1000) .. i end",
	 "rules refused: "},
	{"failing outside a criterion", "framework.lua", NULL, "error(\"not today\")", "not today"},
	{"backtracking", "framework.lua", NULL,
	 "local found = string.find((\"a\"):rep(60), (\"a*\"):rep(60) .. \"b\")",
	 "rules refused: framework.lua:"},
	{"the clock", "outcome.lua", NULL, "local now = os.time()", "rules refused: outcome.lua:"},
	{"a file", "outcome.lua", NULL, "local f = io.open(\"/etc/passwd\")",
	 "rules refused: outcome.lua:"},
	{"a test that fails", "scene.test.lua", "\"/scores\"", "\"/evidence\"",
	 "rules refused: scene.test.lua:"},
	{"no test", "scene.test.lua", NULL, NULL,
	 "rules refused: scene.test.lua: is in force and not in the folder any more"},
};

static void make_edit(struct scene *s, const struct edit *edit)
{
	char path[2 * PATH_TEXT];

	rule_path(s, edit->file, path);
	if (edit->from != NULL)
		scene_rule_replace(s, edit->file, edit->from, edit->to);
	else if (edit->to != NULL)
		scene_rule_append(s, edit->file, edit->to);
	else
		assert_int_equal(unlink(path), 0);
}

/* The old rules are in force, and the log says why the new ones are not. */
static void was_refused(struct scene *s, const char *active, const char *what)
{
	json_t *rules = called(s, "rules.get", NULL), *history;
	json_t *latest, *rejection = json_object_get(rules, "last_rejection");

	if (strcmp(json_member_text(rules, "digest"), active) != 0)
		fail_msg("%s was put in force", what);
	expect(rejection, "{'cause': 'watch', 'over': false}");
	assert_true(json_array_size(json_member(rejection, "errors")) > 0);
	history = called(s, "rules.history", NULL);
	latest = json_array_get(json_member(history, "history"), 0);
	expect(latest, "{'kind': 'rejection', 'cause': 'watch'}");
	assert_string_equal(json_member_text(latest, "active"), active);
	assert_true(json_equal(json_member(latest, "errors"), json_member(rejection, "errors")));
	/* Which bytes were refused can be told where they could be read. */
	if (json_member_text(latest, "digest") != NULL)
		expect(json_array_get(json_member(latest, "files"), 0),
		       "{'path': 'child-first.lua'}");
	json_decref(history);
	json_decref(rules);
}

static void a_bad_edit_is_refused_and_nobody_notices(void **state)
{
	struct scene *s = *state;
	struct stream st;
	json_t *before;
	const char *active;

	scene_start(s, watching);
	before = called(s, "rules.get", NULL);
	active = json_member_text(before, "digest");
	shell(s, "cp -R rules good");
	stream_open(&st, s, WINDOW, NULL);
	for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
		scene_await_later(s);
		make_edit(s, &edits[i]);
		stream_until(&st, edits[i].said);
		stream_until(&st, "rules still in force");
		was_refused(s, active, edits[i].what);
		shell(s, "cp good/*.lua rules/");
	}
	stream_finish(&st);
	assert_int_equal(st.failed, 0);
	assert_int_equal(json_object_size(st.digests), 1);
	assert_int_equal(json_member_integer(st.digests, active, 0), st.answered);
	stream_deinit(&st);
	json_decref(before);
	/* What a reload says is what the watch said. */
	scene_rule_append(s, "outcome.lua", "local now = os.time()");
	json_decref(fails(s, "rules.reload", NULL, -32010));
}

static void an_unreadable_file_is_refused_by_name(void **state)
{
	struct scene *s = *state;
	struct stream st;
	char path[2 * PATH_TEXT];

	scene_drop_root(s);
	scene_start(s, watching);
	stream_open(&st, s, WINDOW, NULL);
	scene_await_later(s);
	rule_path(s, "quality-lead.lua", path);
	assert_int_equal(chmod(path, 0), 0);
	stream_until(&st, "rules refused: quality-lead.lua: Permission denied: the user nobody has "
			  "to be able to read it");
	assert_int_equal(chmod(path, 0644), 0);
	scene_await_later(s);
	assert_int_equal(chmod(s->rules, 0), 0);
	stream_until(&st, "Permission denied");
	assert_int_equal(chmod(s->rules, 0755), 0);
	scene_await_later(s);
	scene_rule_append(s, "outcome.lua", "\n-- mended\n");
	stream_until(&st, "rules in force");
	stream_finish(&st);
	assert_int_equal(st.failed, 0);
	assert_int_equal(json_object_size(st.digests), 2);
	stream_deinit(&st);
}

static void a_folder_swapped_under_it_is_seen(void **state)
{
	struct scene *s = *state;
	struct stream st;

	scene_start(s, watching);
	shell(s, "cp -R rules next && sed -i 's/member = 1100/member = 1150/' next/outcome.lua");
	stream_open(&st, s, WINDOW, NULL);
	scene_await_later(s);
	shell(s, "mv rules gone");
	stream_until(&st, "/rules: No such file or directory");
	stream_until(&st, "rules still in force");
	shell(s, "mv next rules");
	stream_until(&st, "rules in force");
	/* The new folder is the one that is watched now. */
	shell(s, "sed -i 's/member = 1150/member = 1175/' gone/outcome.lua rules/outcome.lua");
	stream_until(&st, "rules in force");
	/* And a link to it is as good. */
	shell(s, "mv rules elsewhere && sed -i 's/member = 1175/member = 1190/' "
		 "elsewhere/outcome.lua && ln -s elsewhere rules");
	stream_until(&st, "rules in force");
	stream_finish(&st);
	assert_int_equal(st.failed, 0);
	assert_int_equal(json_object_size(st.digests), 4);
	stream_reproduce(&st);
	stream_deinit(&st);
}

/* ---- in force, and still no harm ------------------------------------------ */

/* A commendation whose criterion does this. */
static void write_extra(struct scene *s, const char *check)
{
	char text[2048];

	snprintf(text, sizeof text,
		 "commendation \"extra\" {\n\ttitle = \"Extra\",\n\tadded_to = \"quality-mark\",\n"
		 "\tcriterion \"EX-1\" {\n\t\tsays = \"Something more\",\n"
		 "\t\tcheck = function(submission, history)\n%s\n\t\tend,\n\t},\n}\n",
		 check);
	scene_rule_write(s, "extra.lua", text);
}

/* Of the decisions by rules that have the commendation. */
static size_t count_status(const struct stream *st, const char *status)
{
	size_t i, k, count = 0;
	json_t *result, *award;

	json_array_foreach(st->results, i, result) {
		json_array_foreach(json_member(result, "awards"), k, award) {
			const char *id = json_member_text(award, "id");

			count += strcmp(id, "extra") == 0 &&
				 strcmp(criterion_status(result, "EX-1"), status) == 0;
		}
	}
	return count;
}

static void a_rule_that_fails_for_some_fails_for_them_alone(void **state)
{
	struct scene *s = *state;
	struct stream st;

	scene_start(s, watching);
	write_extra(s, "\t\t\tif submission.partnership.id:ends_with(\"77\") then\n"
		       "\t\t\t\terror(\"not this one\")\n\t\t\tend\n\t\t\treturn met(\"Yes.\")");
	scene_await(s, "rules in force");
	scene_await(s, "rules in force");
	stream_open(&st, s, WINDOW, NULL);
	stream_go(&st, 1000);
	stream_finish(&st);
	assert_int_equal(st.failed, 0);
	assert_in_range(count_status(&st, "error"), 9, 12); /* three for each such number */
	assert_int_equal(count_status(&st, "error") + count_status(&st, "met"), st.answered);
	stream_reproduce(&st);
	stream_deinit(&st);
}

/* What a criterion does, and what comes of it: every time the same. */
static const struct {
	const char *check, *status;
} bad_checks[] = {
	{"while true do end", "error"},
	{"local t = {} for i = 1, 1000000000 do t[i] = (\"x\"):rep(1000) .. i end", "error"},
	{"local t = {} for i = 1, 60 do t[i] = i * 7 % 11 end "
	 "table.sort(t, function(a, b) return true end) return met(table.concat(t, \" \"))",
	 NULL},
	{"local t = {} for k in pairs(submission.scores) do table.insert(t, k) end "
	 "for k in pairs { c = 1, a = 2, b = 3, 4, 5 } do table.insert(t, tostring(k)) end "
	 "return met(table.concat(t, \" \"))",
	 "met"},
	{"return met(tostring({}) .. tostring(met))", NULL},
	{"local function f(n) return 1 + f(n + 1) end return met(tostring(f(1)))", "error"},
	{"return submission.scores", "error"},
};

/* Budgets end each of these, so that no deadline is to: a machine may be slow. */
static void a_bad_criterion_slows_and_sways_nobody(void **state)
{
	static const char *const patient[] = {"--watch=yes", "--deadline=60000", NULL};
	struct scene *s = *state;

	scene_start(s, patient);
	scene_await(s, "rules in force");
	for (size_t i = 0; i < sizeof bad_checks / sizeof bad_checks[0]; i++) {
		struct stream st;

		stream_open(&st, s, 4, NULL);
		scene_await_later(s);
		write_extra(s, bad_checks[i].check);
		stream_until(&st, "rules in force");
		stream_go(&st, 20);
		stream_finish(&st);
		assert_int_equal(st.failed, 0);
		if (bad_checks[i].status != NULL && count_status(&st, bad_checks[i].status) < 20)
			fail_msg("not %s: %s", bad_checks[i].status, bad_checks[i].check);
		stream_reproduce(&st);
		stream_deinit(&st);
	}
}

/* Comparing long texts is work that no budget sees. Every evaluation is ended by its
 * deadline, and what waits behind is not kept for one deadline after another. */
static void a_rule_that_hangs_keeps_nobody_waiting_for_long(void **state)
{
	enum { DEADLINE_MS = 2000, GRACE_MS = 1000, EACH = 3 };
	struct scene *s = *state;
	struct stream st;

	scene_start(s, watching);
	scene_await(s, "rules in force");
	stream_open(&st, s, 4 * WINDOW, NULL);
	/* See struct pool_options; and each waits for those of its partnership before it. */
	st.most_ms = EACH * 3 * DEADLINE_MS + GRACE_MS;
	write_extra(s, "\t\t\tlocal a = string.rep(\"a\", 60000)\n"
		       "\t\t\tlocal b, c = a .. a .. a .. a .. a .. a, a .. a .. a .. a .. a .. a\n"
		       "\t\t\twhile b == c do end");
	stream_until(&st, "rules in force");
	stream_go(&st, 4 * WINDOW);
	assert_true(st.failed > 0);
	expect(st.error, "{'code': -32008, 'data': {'reason': 'deadline'}}");
	write_extra(s, "\t\t\treturn met(\"Mended.\")");
	stream_until(&st, "rules in force");
	stream_go(&st, 8 * WINDOW);
	stream_finish(&st);
	assert_true(count_status(&st, "met") > 0);
	stream_deinit(&st);
}

static void what_fails_outside_a_criterion_decides_nothing(void **state)
{
	struct scene *s = *state;
	struct stream st;

	scene_start(s, watching);
	scene_await(s, "rules in force");
	stream_open(&st, s, WINDOW, NULL);
	scene_rule_append(s, "outcome.lua",
			  "\noutcome \"spoilt\" (function(so_far)\n"
			  "\tif so_far.submission.partnership.id:ends_with(\"5\") then\n"
			  "\t\terror(\"spoilt\")\n\tend\n\treturn false\nend)\n");
	stream_until(&st, "rules in force");
	stream_go(&st, 300);
	stream_finish(&st);
	/* Three of each thirty, from the swap on. */
	assert_in_range(st.failed, 24, st.answered / 5);
	expect(st.error, "{'code': -32008, 'data': {'reason': 'rule-error', "
			 "'file': 'outcome.lua'}}");
	assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM decisions"),
			 st.answered - st.failed);
	stream_reproduce(&st);
	stream_deinit(&st);
}

static void reload(struct stream *st)
{
	json_t *answer = stream_call(st, "rules.reload");

	if (json_member(answer, "result") == NULL)
		fail_msg("refused: %s", json_dumps(answer, JSON_COMPACT));
	json_decref(answer);
}

/* ---- under load ----------------------------------------------------------- */

static void every_decision_is_of_one_rule_set_and_reproduced_by_it(void **state)
{
	struct scene *s = *state;
	struct stream st;
	json_t *history;

	scene_start(s, NULL);
	stream_open(&st, s, 2 * WINDOW, NULL);
	for (int i = 0; i < 12; i++) {
		scene_await_later(s);
		shell(s, i % 2 == 0 ? "sed -i 's/member = 1100/member = 1150/;"
				      "s/every_score_at_least(7)/every_score_at_least(8)/' "
				      "rules/*.lua"
				    : "sed -i 's/member = 1150/member = 1100/;"
				      "s/every_score_at_least(8)/every_score_at_least(7)/' "
				      "rules/*.lua");
		if (i % 3 == 2)
			assert_int_equal(kill(s->pid, SIGHUP), 0);
		else
			reload(&st);
		stream_until(&st, "rules in force");
	}
	stream_finish(&st);
	assert_int_equal(st.failed, 0);
	assert_int_equal(json_object_size(st.digests), 2);
	history = called(s, "rules.history", NULL);
	assert_int_equal(json_array_size(json_member(history, "history")), 13);
	stream_reproduce(&st);
	stream_deinit(&st);
	json_decref(history);
}

/* The order of the log: a decision after an activation is by that rule set, but
 * for those that were under way; none is by a rule set not yet in force. */
static void no_decision_is_by_rules_that_come_later(void **state)
{
	struct scene *s = *state;
	struct stream st;

	scene_start(s, NULL);
	stream_open(&st, s, 2 * WINDOW, NULL);
	for (int i = 0; i < 5; i++) {
		char line[64];

		snprintf(line, sizeof line, "\n-- edit %d\n", i);
		scene_rule_append(s, "outcome.lua", line);
		reload(&st);
		stream_go(&st, 50);
	}
	stream_finish(&st);
	assert_true(json_object_size(st.digests) >= 5);
	assert_int_equal(
		scene_sql_number(
			s,
			"SELECT count(*) FROM decisions d WHERE NOT EXISTS (SELECT 1 FROM rule_sets r "
			"WHERE r.kind = 'activation' AND r.digest = d.rules AND r.sequence < "
			"d.sequence)"),
		0);
	stream_deinit(&st);
}

/* ---- the gate -------------------------------------------------------------- */

static void rules_without_tests_are_refused_at_the_start_too(void **state)
{
	struct scene *s = *state;

	shell(s, "mv rules/scene.test.lua .");
	scene_start(s, NULL);
	assert_true(scene_said(s, "no test stands beside these rules"));
	json_decref(fails(s, "decide", "{}", -32004));
	json_decref(fails(s, "rules.reload", NULL, -32010));
	shell(s, "mv scene.test.lua rules/");
	json_decref(called(s, "rules.reload", NULL));
	decides(s, NULL, "{'outcome': {'award': 'quality-lead'}}");
	scene_stop(s);
	/* What was in force is in force again, tests or not. */
	shell(s, "rm rules/scene.test.lua");
	scene_start(s, NULL);
	assert_true(scene_said(s, "the set last active"));
	decides(s, NULL, "{'outcome': {'award': 'quality-lead'}}");
}

static void the_shipped_rules_pass_their_own_tests(void **state)
{
	struct scene *s = *state;
	json_t *data, *error;
	size_t i, named = 0;

	shell(s, "cp '" AWARDD_RULES "'/*.test.lua rules/");
	scene_start(s, NULL);
	calls(s, "rules.get", NULL, "{'last_rejection': null}");
	scene_rule_replace(s, "quality-mark.lua", "every_score_at_least(5)",
			   "every_score_at_least(6)");
	data = fails(s, "rules.reload", NULL, -32010);
	json_array_foreach(json_member(data, "errors"), i, error) {
		const char *file = json_member_text(error, "file");

		named += strcmp(file, "quality-mark.test.lua") == 0;
		assert_non_null(strstr(file, ".test.lua"));
		assert_true(json_member_integer(error, "line", 0) > 0);
	}
	assert_true(named > 0);
	json_decref(data);
}

int main(void)
{
#define STOPPED(test) cmocka_unit_test_setup_teardown(test, scene_setup_stopped, scene_teardown)
	const struct CMUnitTest tests[] = {
		STOPPED(a_bad_edit_is_refused_and_nobody_notices),
		STOPPED(an_unreadable_file_is_refused_by_name),
		STOPPED(a_folder_swapped_under_it_is_seen),
		STOPPED(a_rule_that_fails_for_some_fails_for_them_alone),
		STOPPED(a_bad_criterion_slows_and_sways_nobody),
		STOPPED(a_rule_that_hangs_keeps_nobody_waiting_for_long),
		STOPPED(what_fails_outside_a_criterion_decides_nothing),
		STOPPED(every_decision_is_of_one_rule_set_and_reproduced_by_it),
		STOPPED(no_decision_is_by_rules_that_come_later),
		STOPPED(rules_without_tests_are_refused_at_the_start_too),
		STOPPED(the_shipped_rules_pass_their_own_tests),
	};
#undef STOPPED

	return cmocka_run_group_tests(tests, NULL, NULL);
}
