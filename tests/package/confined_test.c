/* The real daemon, confined as its unit says: nothing that it needs is cut off, and what the
 * unit forbids is. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../plugin/rig.h"

#define UNIT AWARDD_BUILD "/package/awardd.service"

enum { NOBODY = 65534 };

static int shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

static int shell(const char *format, ...)
{
	char command[2048];
	va_list arguments;

	va_start(arguments, format);
	int length = vsnprintf(command, sizeof command, format, arguments);
	va_end(arguments);
	assert_in_range(length, 1, sizeof command - 1);
	return system(command);
}

/* Makes a program that runs awardd by this unit, and lets the scene run it. */
static void confine(const struct scene *s, const char *unit)
{
	char path[PATH_TEXT + 16];

	snprintf(path, sizeof path, "%s/confined", s->dir);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fprintf(f, "#!/bin/sh\nexec '%s' '%s' %d '%s' -- '%s' \"$@\"\n", CONFINED, unit,
			    NOBODY, s->dir, AWARDD_PROGRAM) > 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0755), 0);
	assert_int_equal(shell("chown -R 65534:65534 '%s'", s->dir), 0);
	assert_int_equal(setenv("AWARDD_PROGRAM", path, 1), 0);
}

/* Root, in a machine where root may mount. */
static bool may_confine(void)
{
	if (geteuid() == 0 && system("unshare --mount mount -t tmpfs tmpfs /mnt 2>/dev/null") == 0)
		return true;
	print_message("skipped: mounting is not permitted\n");
	return false;
}

static int let_free(void **state)
{
	(void)unsetenv("AWARDD_PROGRAM"); /* fails only for an empty name */
	return scene_teardown(state);
}

static void reads(struct scene *s, const char *path, const char *expected)
{
	json_t *params = json_pack("{ss}", "path", path);
	json_t *answer = peer_call(scene_peer(s), "spy.read", params);
	const char *said = json_string_value(json_object_get(answer, "result"));

	if (said == NULL || strcmp(said, expected) != 0)
		fail_msg("%s: %s", path, said != NULL ? said : "an error");
	json_decref(answer);
}

/* Waits until as many evaluators have died, and two are there again. */
static void await_evaluators(struct scene *s, json_int_t crashes)
{
	for (bool there = false; !there; (void)poll(NULL, 0, 5)) {
		json_t *status = called(s, "server.status", NULL);
		const json_t *evaluators = json_object_get(status, "evaluators");
		there = json_member_integer(evaluators, "crashes", 0) >= crashes &&
			json_member_integer(evaluators, "alive", 0) == 2;
		json_decref(status);
	}
}

static void it_does_all_it_is_for(void **state)
{
	struct scene *s = *state;
	char key[PATH_TEXT + 8];
	struct stat about;

	if (SANITIZED || !may_confine())
		skip(); /* their checkers need what no service does */
	rig_add(s, "good/spy");
	confine(s, UNIT);
	rig_start(s, NULL);
	decides(s, NULL, "{'outcome': {'award': 'quality-lead'}}");
	json_decref(called(s, "rules.reload", "{}"));
	json_decref(called(s, "log.rotate", "{'reason': 'for the test'}"));
	/* A plugin has a process that cannot see the log. */
	snprintf(key, sizeof key, "%s.key", s->log);
	reads(s, "/proc/self/status", "done");
	reads(s, key, "No such file or directory");
	/* An evaluator that dies is replaced. */
	pid_t children[EVALUATORS_MAX];
	size_t count = scene_evaluators(s, children);
	for (size_t i = 0; i < count; i++)
		(void)kill(children[i], SIGKILL); /* a plugin's too: it may be replaced already */
	await_evaluators(s, 2);
	decides(s, NULL, "{'outcome': {'award': 'quality-lead'}}");
	scene_stop(s);
	/* It is run as another user, and the log is for its group. */
	assert_int_equal(stat(s->log, &about), 0);
	assert_int_equal(about.st_uid, NOBODY);
	assert_int_equal(about.st_mode & 07777, 0640);
	assert_int_equal(stat(key, &about), 0);
	assert_int_equal(about.st_mode & 07777, 0600);
	/* And again, on what it left. */
	scene_start(s, NULL);
	decides(s, NULL, "{'outcome': {'award': 'quality-lead'}}");
	scene_stop(s);
}

static void what_it_does_not_need_is_cut_off(void **state)
{
	static const struct {
		const char *command;
		bool may;
	} cases[] = {
		{"true", true},
		{"touch \"$PLACE/here\"", true},
		{"touch /var/tmp/awardd-must-not", false},
		{"touch /etc/awardd-must-not", false},
		{"unshare -n true", false},
		{"unshare -U true", true},
		{"chroot / true", false},
		{"chown 1 \"$PLACE/here\"", false},
		{"python3 -c 'import socket; socket.socket(socket.AF_INET)'", false},
		{"python3 -c 'import socket; socket.socket(socket.AF_UNIX)'", true},
		{"python3 -c 'import mmap; mmap.mmap(-1, 4096, prot=7)'", false},
		{"python3 -c 'import mmap; mmap.mmap(-1, 4096, prot=3)'", true},
		{"su -c true nobody", false},
		{"test \"$(ulimit -c)\" = 0", true},
		{"test \"$(ulimit -c)\" = 1", false},
	};
	struct scene *s = *state;
	char command[1024];

	if (!may_confine())
		skip();
	assert_int_equal(shell("chown 65534 '%s'", s->dir), 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		snprintf(command, sizeof command,
			 "PLACE='%s' '%s' '%s' 65534 '%s' -- /bin/sh -c '%s' >/dev/null 2>&1",
			 s->dir, CONFINED, UNIT, s->dir, "eval \"$DO\"");
		assert_int_equal(setenv("DO", cases[i].command, 1), 0);
		if ((system(command) == 0) != cases[i].may)
			fail_msg("%s: %s", cases[i].command, cases[i].may ? "cut off" : "possible");
	}
}

/* The calls of a unit count: without two that it names, plugins cannot be run. */
static void a_unit_that_cuts_too_much_is_seen(void **state)
{
	struct scene *s = *state;
	char unit[PATH_TEXT + 16];

	if (SANITIZED || !may_confine())
		skip();
	snprintf(unit, sizeof unit, "%s/less.service", s->dir);
	assert_int_equal(shell("grep -v '^SystemCallFilter=mount capset' '%s' >'%s'", UNIT, unit),
			 0);
	rig_add(s, "good/spy");
	confine(s, unit);
	rig_start(s, NULL);
	assert_true(scene_said(s, "cannot be hidden from it"));
	json_decref(fails(s, "spy.read", "{'path': '/'}", -32601));
	scene_stop(s);
}

#define confined(test) cmocka_unit_test_setup_teardown(test, scene_setup_stopped, let_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		confined(it_does_all_it_is_for),
		confined(what_it_does_not_need_is_cut_off),
		confined(a_unit_that_cuts_too_much_is_seen),
	};

	return cmocka_run_group_tests_name("confined", tests, NULL, NULL);
}
