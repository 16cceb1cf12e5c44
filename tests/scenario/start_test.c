/* Starting, refusing to start, reloading: what the program promises about itself. */
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

static void shell(const char *command)
{
	if (system(command) != 0)
		fail_msg("failed: %s", command);
}

static void sql(const struct scene *s, const char *statement)
{
	char command[2 * PATH_TEXT + 128];

	snprintf(command, sizeof command, "sqlite3 '%s' '%s'", s->log, statement);
	shell(command);
}

static void refuses_the_log(struct scene *s, const char *words)
{
	int status = scene_start_fails(s, NULL);

	assert_int_not_equal(status, 0);
	if (!scene_said(s, s->log) || !scene_said(s, words))
		fail_msg("neither %s nor \"%s\" is in: %s", s->log, words, scene_errors(s));
}

static void a_file_that_is_no_log_is_refused_and_left_alone(void **state)
{
	struct scene *s = *state;
	struct stat before, after;
	char command[2 * PATH_TEXT];

	snprintf(command, sizeof command, "echo 'Dear diary, this is no database.' >'%s'", s->log);
	shell(command);
	assert_int_equal(stat(s->log, &before), 0);
	refuses_the_log(s, "not a decision log");
	assert_int_equal(stat(s->log, &after), 0);
	assert_int_equal(before.st_size, after.st_size);
	assert_int_equal(before.st_mtime, after.st_mtime);
}

static void a_database_of_another_program_is_refused(void **state)
{
	struct scene *s = *state;

	sql(s, "CREATE TABLE bookmarks (url TEXT)");
	refuses_the_log(s, "not a decision log");
	/* A whole one with another application id, too. */
	assert_int_equal(unlink(s->log), 0);
	scene_start(s, NULL);
	scene_stop(s);
	sql(s, "PRAGMA application_id = 7");
	refuses_the_log(s, "not a decision log");
}

static void what_cannot_be_a_log_is_refused_in_words(void **state)
{
	struct scene *s = *state;

	assert_int_equal(mkdir(s->log, 0700), 0);
	refuses_the_log(s, "not a decision log: no regular file");
	assert_int_equal(rmdir(s->log), 0);
	scene_drop_root(s);
	scene_start(s, NULL);
	scene_stop(s);
	assert_int_equal(chmod(s->log, 0), 0);
	refuses_the_log(s, "may not be read by this user");
	assert_int_equal(chmod(s->log, 0640), 0);
	/* Half of it is gone. */
	assert_int_equal(truncate(s->log, 100 << 10), 0);
	refuses_the_log(s, "verify the log, and put back a copy that does: ");
	assert_true(scene_said(s, " is damaged: "));
}

static void a_log_of_a_newer_version_is_refused(void **state)
{
	struct scene *s = *state;

	scene_start(s, NULL);
	scene_stop(s);
	sql(s, "PRAGMA user_version = 999");
	refuses_the_log(s, "newer");
}

static void a_log_without_its_guards_is_opened_and_that_is_said(void **state)
{
	static const char lacks[] = "the log lacks its guard ";
	struct scene *s = *state;

	scene_start(s, NULL);
	scene_stop(s);
	assert_false(scene_said(s, lacks));
	sql(s, "DROP TRIGGER entry_is_never_changed");
	scene_start(s, NULL);
	scene_await(s, "the log lacks its guard entry_is_never_changed: somebody");
	scene_await(s, "run awardctl log verify");
	scene_stop(s);
	sql(s, "DROP TRIGGER blob_is_kept_once; DROP TRIGGER personal_is_never_deleted");
	scene_start(s, NULL);
	scene_await(s, lacks);
	scene_await(s, " and 2 more of its guards");
	json_decref(decided(s, NULL));
}

static void a_second_daemon_is_refused(void **state)
{
	struct scene *s = *state, other = *s;
	char path[PATH_TEXT + 8];

	scene_start(s, NULL);
	/* The same socket; then the same log on another socket. */
	other.pid = 0;
	other.peer = NULL;
	assert_int_not_equal(scene_start_fails(&other, NULL), 0);
	snprintf(path, sizeof path, "%s", s->dir);
	snprintf(other.socket, sizeof other.socket, "%.100s/other", path);
	assert_int_not_equal(scene_start_fails(&other, NULL), 0);
	assert_true(scene_said(s, "is in use by another awardd, process "));
	decides(s, NULL, "{'outcome': {'award': 'quality-lead'}}");
}

static void a_socket_left_behind_is_taken_over(void **state)
{
	struct scene *s = *state;

	scene_start(s, NULL);
	scene_kill(s);
	assert_int_equal(access(s->socket, F_OK), 0);
	scene_start(s, NULL);
	decides(s, NULL, "{'outcome': {'award': 'quality-lead'}}");
	scene_stop(s);
	assert_int_not_equal(access(s->socket, F_OK), 0);
}

/* One that takes messages and no connections. */
static void a_socket_of_another_program_is_left_alone(void **state)
{
	struct scene *s = *state;
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	struct stat before, after;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_int_not_equal(fd, -1);
	snprintf(name.sun_path, sizeof name.sun_path, "%.100s", s->socket);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof name), 0);
	assert_int_equal(stat(s->socket, &before), 0);
	assert_int_not_equal(scene_start_fails(s, NULL), 0);
	assert_true(scene_said(s, "another program has the socket"));
	assert_int_equal(stat(s->socket, &after), 0);
	assert_int_equal(after.st_ino, before.st_ino);
	/* That program has ended. */
	assert_int_equal(close(fd), 0);
	scene_start(s, NULL);
	scene_stop(s);
}

static void sigint_ends_it_like_sigterm(void **state)
{
	struct scene *s = *state;

	scene_start(s, NULL);
	assert_int_equal(kill(s->pid, SIGINT), 0);
	assert_int_equal(scene_wait(s), 0);
	assert_int_equal(s->pid, 0);
}

static void an_edit_counts_from_the_reload_on(void **state)
{
	struct scene *s = *state;
	json_t *before, *after;

	scene_start(s, NULL);
	before = called(s, "rules.get", NULL);
	scene_rule_replace(s, "outcome.lua", "member = 1100, other = 1300",
			   "member = 1150, other = 1300");
	assesses(s, NULL, "{'outcome': {'fee': {'net': 1100}}}");
	after = called(s, "rules.reload", NULL);
	assert_string_not_equal(json_member_text(before, "digest"),
				json_member_text(after, "digest"));
	assesses(s, NULL, "{'outcome': {'fee': {'net': 1150, 'vat': 230, 'gross': 1380}}}");
	json_decref(before);
	json_decref(after);
}

static void a_broken_edit_is_refused_and_the_old_rules_stay(void **state)
{
	struct scene *s = *state;
	json_t *before, *after, *data;

	scene_start(s, NULL);
	before = called(s, "rules.get", NULL);
	scene_rule_replace(s, "quality-lead.lua", "every_score_at_least(7)",
			   "every_scor_at_least(7)");
	data = fails(s, "rules.reload", NULL, -32010);
	expect(data, "{'errors': [{'file': 'quality-lead.lua'}]}");
	assert_true(json_member_integer(json_array_get(json_object_get(data, "errors"), 0), "line",
					0) > 0);
	json_decref(data);
	after = called(s, "rules.get", NULL);
	assert_string_equal(json_member_text(before, "digest"), json_member_text(after, "digest"));
	decides(s, NULL, "{'outcome': {'award': 'quality-lead'}}");
	json_decref(before);
	json_decref(after);
	/* Started again it runs the set last active, and says so. */
	scene_stop(s);
	scene_start(s, NULL);
	assert_true(scene_said(s, "quality-lead.lua"));
	decides(s, NULL, "{'outcome': {'award': 'quality-lead', 'change': 'maintained'}}");
}

static void without_any_rules_it_reads_and_does_not_decide(void **state)
{
	struct scene *s = *state;
	json_t *answer;

	scene_rule_replace(s, "quality-lead.lua", "every_score_at_least(7)", "nonsense(7)");
	scene_start(s, NULL);
	answer = peer_call(scene_peer(s), "decide", submission(s, NULL));
	expect(answer, "{'error': {'code': -32004}}");
	json_decref(answer);
	answer = peer_call(scene_peer(s), "assess", submission(s, NULL));
	expect(answer, "{'error': {'code': -32004}}");
	json_decref(answer);
	answer = peer_call(scene_peer(s), "rules.reload", json_object());
	expect(answer, "{'error': {'code': -32010, 'message':"
		       " 'the rules were refused, and none are active'}}");
	json_decref(answer);
	calls(s, "decisions.list", NULL, "{'decisions': [], 'next': null}");
	calls(s, "statistics.get", NULL, "{'partnerships': 0, 'statements': [], 'awards': []}");
	calls(s, "register.list", NULL, "{'awards': []}");
	/* Mended, it decides. */
	scene_rule_replace(s, "quality-lead.lua", "nonsense(7)", "every_score_at_least(7)");
	json_decref(called(s, "rules.reload", NULL));
	decides(s, NULL, "{'outcome': {'award': 'quality-lead'}}");
}

static void sighup_reloads(void **state)
{
	struct scene *s = *state;
	char *text = NULL;

	scene_start(s, NULL);
	scene_rule_replace(s, "outcome.lua", "member = 1100, other = 1300",
			   "member = 1150, other = 1300");
	assert_int_equal(kill(s->pid, SIGHUP), 0);
	for (int tries = 0; tries < ANSWER_TIMEOUT_MS / 10; tries++) {
		free(text);
		text = scene_sql(s, "SELECT count(*) FROM rule_sets WHERE kind = 'activation'");
		if (strcmp(text, "2") == 0)
			break;
		assert_int_equal(usleep(10000), 0);
	}
	assert_string_equal(text, "2");
	free(text);
	assesses(s, NULL, "{'outcome': {'fee': {'net': 1150}}}");
}

static void wrong_options_are_refused(void **state)
{
	static const char *const wrong[][2] = {
		{"--no-such-option", NULL},
		{"--evaluators=0", NULL},
		{"--config=/nowhere", NULL},
		{"--submit=no-such-user-here", NULL},
	};
	struct scene *s = *state;

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		const char *const extra[] = {wrong[i][0], NULL};

		assert_int_not_equal(scene_start_fails(s, extra), 0);
	}
	assert_int_not_equal(access(s->log, F_OK), 0);
}

static void a_folder_that_lacks_or_refuses_is_named(void **state)
{
	struct scene *s = *state;
	char closed[PATH_TEXT + 16], of_socket[2 * PATH_TEXT], of_log[2 * PATH_TEXT];
	const char *const cases[][2] = {
		{"--socket=/nowhere/at/sock",
		 "the socket cannot be made in /nowhere/at: No such file or directory; "
		 "make that folder first"},
		{"--log=/nowhere/log", "the log cannot be made in /nowhere: No such file or "
				       "directory; make that folder first"},
		{of_socket, "/closed: Permission denied"},
		{of_log, "/closed: Permission denied"},
	};

	scene_drop_root(s);
	snprintf(closed, sizeof closed, "%s/closed", s->dir);
	snprintf(of_socket, sizeof of_socket, "--socket=%s/sock", closed);
	snprintf(of_log, sizeof of_log, "--log=%s/log", closed);
	assert_int_equal(mkdir(closed, 0555), 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *const extra[] = {cases[i][0], NULL};

		assert_int_equal(scene_start_fails(s, extra), 1);
		assert_true(scene_said(s, cases[i][1]));
		assert_false(scene_said(s, ".lock"));
	}
}

enum { LOCK_TEXT = PATH_TEXT + 8 };

static void lock_of_socket(const struct scene *s, char lock[LOCK_TEXT])
{
	snprintf(lock, LOCK_TEXT, "%s.lock", s->socket);
}

/* What it opens does not get the number of a standard error that is closed. */
static void a_closed_standard_error_is_no_file_of_its_own(void **state)
{
	struct scene *s = *state;
	const char *named = getenv("AWARDD_PROGRAM");
	char *before = named != NULL ? strdup(named) : NULL;
	char wrapper[2 * PATH_TEXT], command[6 * PATH_TEXT], lock[LOCK_TEXT];
	struct stat about;

	snprintf(wrapper, sizeof wrapper, "%s/closing", s->dir);
	snprintf(command, sizeof command,
		 "printf '#!/bin/sh\\nexec %s \"$@\" 2>&-\\n' >'%s' && chmod +x '%s'",
		 named != NULL ? named : AWARDD_PROGRAM, wrapper, wrapper);
	shell(command);
	assert_int_equal(setenv("AWARDD_PROGRAM", wrapper, 1), 0);
	scene_start(s, NULL);
	/* It has something to say: the reload. */
	json_decref(called(s, "rules.reload", NULL));
	lock_of_socket(s, lock);
	assert_int_equal(stat(lock, &about), 0);
	assert_int_equal(about.st_size, 0);
	scene_stop(s);
	assert_int_equal(before != NULL ? setenv("AWARDD_PROGRAM", before, 1)
					: unsetenv("AWARDD_PROGRAM"),
			 0);
	free(before);
}

static void write_diary(const char *path)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_true(fputs("Dear diary, this is neither.\n", f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int locks_in(const struct scene *s)
{
	char pattern[2 * PATH_TEXT];
	glob_t found;

	snprintf(pattern, sizeof pattern, "%s/*.lock", s->dir);
	int rv = glob(pattern, 0, NULL, &found);
	assert_true(rv == 0 || rv == GLOB_NOMATCH);
	int count = rv == 0 ? (int)found.gl_pathc : 0;
	if (rv == 0)
		globfree(&found);
	return count;
}

static void what_is_refused_leaves_no_lock_behind(void **state)
{
	struct scene *s = *state;

	write_diary(s->log);
	assert_int_equal(scene_start_fails(s, NULL), 1);
	assert_true(scene_said(s, "is not a decision log"));
	assert_int_equal(locks_in(s), 0);
	assert_int_equal(unlink(s->log), 0);
	write_diary(s->socket);
	assert_int_equal(scene_start_fails(s, NULL), 1);
	assert_true(scene_said(s, "is there already and is no socket"));
	assert_int_equal(locks_in(s), 0);
	assert_int_equal(unlink(s->socket), 0);
	/* A log's own stays with it. */
	scene_start(s, NULL);
	assert_int_equal(locks_in(s), 2);
	scene_stop(s);
	assert_int_equal(locks_in(s), 1);
}

/* A child of a daemon that was killed between fork and exec holds its lock, here until that was
 * tried. */
static void what_a_killed_daemon_leaves_for_a_moment_is_waited_for(void **state)
{
	struct scene *s = *state;
	char lock[LOCK_TEXT];
	int fd = -1, status = -1;
	struct inotify_event closed;

	lock_of_socket(s, lock);
	assert_int_equal(lock_take(lock, 0600, &fd), 0);
	int events = inotify_init1(IN_CLOEXEC);
	assert_int_not_equal(events, -1);
	assert_int_not_equal(inotify_add_watch(events, lock, IN_CLOSE_WRITE), -1);
	pid_t child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0)
		_exit(read(events, &closed, sizeof closed) == (ssize_t)sizeof closed ? 0 : 1);
	assert_int_equal(close(fd), 0); /* the child has it still */
	assert_int_equal(close(events), 0);
	scene_start(s, NULL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void a_daemon_that_cannot_be_run_is_named_by_the_test(void **state)
{
	struct scene *s = *state;
	const char *named = getenv("AWARDD_PROGRAM");
	char *before = named != NULL ? strdup(named) : NULL;

	assert_int_equal(setenv("AWARDD_PROGRAM", "/nowhere/awardd", 1), 0);
	assert_int_equal(scene_start_fails(s, NULL), 127);
	assert_true(scene_said(s, "/nowhere/awardd: No such file or directory"));
	assert_int_equal(before != NULL ? setenv("AWARDD_PROGRAM", before, 1)
					: unsetenv("AWARDD_PROGRAM"),
			 0);
	free(before);
}

int main(void)
{
#define STOPPED(test) cmocka_unit_test_setup_teardown(test, scene_setup_stopped, scene_teardown)
	const struct CMUnitTest tests[] = {
		STOPPED(a_file_that_is_no_log_is_refused_and_left_alone),
		STOPPED(a_database_of_another_program_is_refused),
		STOPPED(what_cannot_be_a_log_is_refused_in_words),
		STOPPED(a_log_of_a_newer_version_is_refused),
		STOPPED(a_log_without_its_guards_is_opened_and_that_is_said),
		STOPPED(a_second_daemon_is_refused),
		STOPPED(a_socket_left_behind_is_taken_over),
		STOPPED(a_socket_of_another_program_is_left_alone),
		STOPPED(sigint_ends_it_like_sigterm),
		STOPPED(an_edit_counts_from_the_reload_on),
		STOPPED(a_broken_edit_is_refused_and_the_old_rules_stay),
		STOPPED(without_any_rules_it_reads_and_does_not_decide),
		STOPPED(sighup_reloads),
		STOPPED(wrong_options_are_refused),
		STOPPED(a_folder_that_lacks_or_refuses_is_named),
		STOPPED(a_daemon_that_cannot_be_run_is_named_by_the_test),
		STOPPED(a_closed_standard_error_is_no_file_of_its_own),
		STOPPED(what_is_refused_leaves_no_lock_behind),
		STOPPED(what_a_killed_daemon_leaves_for_a_moment_is_waited_for),
	};
#undef STOPPED

	return cmocka_run_group_tests(tests, NULL, NULL);
}
