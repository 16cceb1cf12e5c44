/* Saving is enough: the folder is watched, and read when it has come to rest. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

/* Pauses of a slow writer: far below the time in which a folder comes to rest. */
enum { PAUSE_MS = 30, PIECES = 40 };

static const char *const watching[] = {"--watch=yes", NULL};

static void shell(const struct scene *s, const char *text)
{
	char command[4 * PATH_TEXT];

	snprintf(command, sizeof command, "cd '%s' && %s", s->rules, text);
	if (system(command) != 0)
		fail_msg("failed: %s", command);
}

static int64_t tried(const struct scene *s, const char *kind)
{
	char query[128];

	snprintf(query, sizeof query, "SELECT count(*) FROM rule_sets WHERE kind = '%s'", kind);
	return scene_sql_number(s, query);
}

static void start(struct scene *s)
{
	scene_start(s, watching);
	scene_await(s, "ready");
}

static void fee_is(struct scene *s, int net)
{
	char expected[64];

	snprintf(expected, sizeof expected, "{'outcome': {'fee': {'net': %d}}}", net);
	assesses(s, NULL, expected);
}

static void saving_is_enough(void **state)
{
	struct scene *s = *state;

	start(s);
	scene_rule_replace(s, "outcome.lua", "member = 1100, other", "member = 1150, other");
	scene_await(s, "rules in force");
	fee_is(s, 1150);
	calls(s, "rules.get", NULL, "{'last_rejection': null}");
	assert_int_equal(tried(s, "activation"), 2);
}

static void an_editor_that_saves_by_rename_is_understood(void **state)
{
	struct scene *s = *state;

	start(s);
	/* A swap file, a test of the folder, a copy kept, the new one renamed. */
	shell(s, ": >.outcome.lua.swp; : >4913; rm 4913; cp outcome.lua outcome.lua~; "
		 "sed 's/member = 1100, other/member = 1150, other/' outcome.lua~ >outcome.tmp; "
		 "mv outcome.tmp outcome.lua; rm outcome.lua~ .outcome.lua.swp");
	scene_await(s, "rules in force");
	fee_is(s, 1150);
	assert_int_equal(tried(s, "activation"), 2);
	assert_int_equal(tried(s, "rejection"), 0);
}

static void a_file_that_is_still_being_written_is_waited_for(void **state)
{
	struct scene *s = *state;
	char path[2 * PATH_TEXT], text[16384];
	size_t length, done = 0;
	FILE *file;

	start(s);
	snprintf(path, sizeof path, "%s/outcome.lua", s->rules);
	file = fopen(path, "re");
	assert_non_null(file);
	length = fread(text, 1, sizeof text, file);
	assert_in_range(length, 1000, sizeof text - 1);
	assert_int_equal(fclose(file), 0);
	file = fopen(path, "we");
	assert_non_null(file);
	for (int i = 1; i <= PIECES; i++) {
		size_t until = length * (size_t)i / PIECES;

		assert_int_equal(fwrite(text + done, 1, until - done, file), until - done);
		assert_int_equal(fflush(file), 0);
		done = until;
		(void)poll(NULL, 0, PAUSE_MS); /* a slow writer has no event either */
	}
	assert_true(fputs("\n-- written slowly\n", file) >= 0);
	assert_int_equal(fclose(file), 0);
	scene_await(s, "rules in force");
	assert_int_equal(tried(s, "rejection"), 0);
	assert_int_equal(tried(s, "activation"), 2);
}

static void files_copied_one_after_another_are_one_change(void **state)
{
	struct scene *s = *state;
	char name[64], above[32], text[256];

	start(s);
	shell(s, "mkdir -p more/deep");
	/* Each one makes no rule set without those below it: the highest first. */
	for (int n = 40; n > 30; n--) {
		if (n > 31)
			snprintf(above, sizeof above, "tier-%d", n - 1);
		else
			snprintf(above, sizeof above, "quality-lead");
		snprintf(name, sizeof name, "more/deep/tier-%d.lua", n);
		snprintf(text, sizeof text,
			 "level \"tier-%d\" { title = \"T\", above = \"%s\", "
			 "criterion \"T-%d\" { says = \"S\", every_score_at_least(10) } }\n",
			 n, above, n);
		scene_rule_write(s, name, text);
		(void)poll(NULL, 0, PAUSE_MS); /* a slow copy has no event either */
	}
	scene_await(s, "rules in force");
	assert_int_equal(tried(s, "rejection"), 0);
	assert_int_equal(tried(s, "activation"), 2);
	calls(s, "rules.get", NULL, "{'last_rejection': null}");
	/* The new folders are watched, too. */
	shell(s, "rm -r more");
	scene_await(s, "rules in force");
	assert_int_equal(tried(s, "activation"), 3);
}

static void what_was_refused_is_refused_once(void **state)
{
	struct scene *s = *state;

	start(s);
	scene_rule_replace(s, "quality-lead.lua", "every_score_at_least(7)", "every_score(7)");
	scene_await(s, "rules refused: quality-lead.lua:");
	scene_await(s, "rules still in force");
	/* Touched, written again as it is: nothing new. */
	shell(s, "touch quality-lead.lua; cp quality-lead.lua x; cat x >quality-lead.lua; rm x; "
		 "touch more.txt");
	/* A reload says it again to who asks, and the watch does not repeat that. */
	json_decref(fails(s, "rules.reload", NULL, -32010));
	scene_rule_replace(s, "quality-lead.lua", "every_score(7)", "every_score_at_least(8)");
	scene_await(s, "rules in force");
	assert_int_equal(tried(s, "rejection"), 2);
	assert_int_equal(tried(s, "activation"), 2);
	calls(s, "rules.get", NULL, "{'last_rejection': {'cause': 'reload', 'over': true}}");
	/* Broken again the same way it is told again. */
	scene_rule_replace(s, "quality-lead.lua", "every_score_at_least(8)", "every_score(7)");
	scene_await(s, "rules refused: quality-lead.lua:");
	scene_await(s, "rules still in force"); /* said once it is in the log */
	assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM rule_sets WHERE kind = "
					     "'rejection' AND cause = 'watch'"),
			 2);
}

static void what_is_in_force_already_is_no_news(void **state)
{
	struct scene *s = *state;

	start(s);
	scene_rule_append(s, "outcome.lua", "\n-- one\n");
	json_decref(called(s, "rules.reload", NULL));
	scene_await(s, "rules in force");
	/* Broken and mended: the last reading of all is a new one, to wait for. */
	scene_rule_append(s, "outcome.lua", "x");
	scene_await(s, "rules refused");
	shell(s, "sed -i '$d' outcome.lua; chmod 600 outcome.lua; echo text >notes.txt");
	scene_rule_append(s, "outcome.lua", "\n-- two\n");
	scene_await(s, "rules in force");
	assert_int_equal(tried(s, "activation"), 3);
	assert_int_equal(tried(s, "rejection"), 1);
	/* Mended to what is in force: whoever was told of the fault is told of that. */
	scene_rule_append(s, "outcome.lua", "x");
	scene_await(s, "rules refused");
	calls(s, "server.status", NULL, "{'rules': {'refused': true}}");
	shell(s, "sed -i '$d' outcome.lua");
	scene_await(s, "the folder holds the rules in force again: sha256:");
	calls(s, "server.status", NULL, "{'rules': {'refused': false}}");
	calls(s, "rules.get", NULL, "{'last_rejection': {'over': true}}");
	assert_int_equal(tried(s, "activation"), 3);
}

static void what_is_no_rule_wakes_nobody(void **state)
{
	struct scene *s = *state;

	start(s);
	shell(s, "mkdir .git; echo x >.git/a.lua; echo 'broken(' >.hidden.lua; "
		 "echo 'no rule' >notes.txt");
	scene_rule_append(s, "outcome.lua", "\n-- one\n");
	scene_await(s, "rules in force");
	assert_int_equal(tried(s, "activation"), 2);
	assert_int_equal(tried(s, "rejection"), 0);
}

static void where_it_is_told_not_to_it_does_not_watch(void **state)
{
	static const char *const not_watching[] = {"--watch=no", NULL};
	struct scene *s = *state;

	scene_start(s, not_watching);
	scene_await(s, "ready");
	scene_rule_append(s, "outcome.lua", "\n-- one\n");
	assert_int_equal(tried(s, "activation"), 1);
	json_decref(called(s, "rules.reload", NULL));
	/* What a watch would have said of it would stand before this. */
	scene_await(s, "rules in force");
	assert_int_equal(tried(s, "activation"), 2);
	assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM rule_sets WHERE cause = "
					     "'watch'"),
			 0);
}

static void it_ends_while_a_change_is_on_its_way(void **state)
{
	struct scene *s = *state;

	start(s);
	scene_rule_append(s, "outcome.lua", "\n-- one\n");
	scene_stop(s);
	scene_start(s, watching);
	scene_await(s, "rules in force");
}

int main(void)
{
#define STOPPED(test) cmocka_unit_test_setup_teardown(test, scene_setup_stopped, scene_teardown)
	const struct CMUnitTest tests[] = {
		STOPPED(saving_is_enough),
		STOPPED(an_editor_that_saves_by_rename_is_understood),
		STOPPED(a_file_that_is_still_being_written_is_waited_for),
		STOPPED(files_copied_one_after_another_are_one_change),
		STOPPED(what_was_refused_is_refused_once),
		STOPPED(what_is_in_force_already_is_no_news),
		STOPPED(what_is_no_rule_wakes_nobody),
		STOPPED(where_it_is_told_not_to_it_does_not_watch),
		STOPPED(it_ends_while_a_change_is_on_its_way),
	};
#undef STOPPED

	return cmocka_run_group_tests(tests, NULL, NULL);
}
