/* Run as a service: the socket it is given, what it tells the manager that started it, its
 * signs of life, and its lines for the system's journal. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "faults/faults.h"
#include "preloaded.h"
#include "support.h"

/* ---- the socket ---------------------------------------------------------- */

/* Listens at `path` as systemd does before it starts the service. */
static int listen_at(const char *path, int type)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	assert_int_not_equal(fd, -1);
	snprintf(name.sun_path, sizeof name.sun_path, "%.100s", path);
	(void)unlink(path); /* it may be there */
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof name), 0);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(fd, 16), 0);
	return fd;
}

static void a_socket_that_is_passed_is_served_and_left_there(void **state)
{
	struct scene *s = *state;
	struct peer *early;
	json_t *answer;

	s->passed = listen_at(s->socket, SOCK_STREAM);
	/* Who comes before the daemon waits, and is answered. */
	early = peer_open(s);
	peer_request(early, 1, "scheme.get", NULL);
	scene_start(s, NULL);
	answer = peer_receive(early);
	expect(answer, "{'id': 1}");
	assert_non_null(json_object_get(answer, "result"));
	json_decref(answer);
	peer_close(&early);
	decides(s, NULL, "{'outcome': {'award': 'quality-lead'}}");
	/* Nobody else takes it, nor is anything written beside it. */
	struct scene other = *s;
	other.pid = other.passed = 0;
	other.peer = NULL;
	assert_int_not_equal(scene_start_fails(&other, NULL), 0);
	assert_true(scene_said(s, "another program has the socket"));
	/* A second start of the service finds the same socket. */
	scene_stop(s);
	assert_int_equal(access(s->socket, F_OK), 0);
	scene_start(s, NULL);
	decides(s, NULL, "{'outcome': {'award': 'quality-lead'}}");
	scene_stop(s);
	assert_int_equal(close(s->passed), 0);
	s->passed = 0;
}

static void evaluators_do_not_have_the_socket(void **state)
{
	struct scene *s = *state;
	pid_t evaluators[EVALUATORS_MAX];
	struct stat listener, about;
	char path[64];

	s->passed = listen_at(s->socket, SOCK_STREAM);
	assert_int_equal(fstat(s->passed, &listener), 0);
	scene_start(s, NULL);
	size_t count = scene_evaluators(s, evaluators);
	assert_true(count > 0);
	for (size_t i = 0; i < count; i++) {
		for (int fd = 0; fd < 64; fd++) {
			snprintf(path, sizeof path, "/proc/%d/fd/%d", evaluators[i], fd);
			if (stat(path, &about) == 0)
				assert_int_not_equal(about.st_ino, listener.st_ino);
		}
	}
	scene_stop(s);
	assert_int_equal(close(s->passed), 0);
	s->passed = 0;
}

static void a_socket_that_does_not_fit_is_refused(void **state)
{
	struct scene *s = *state;
	char other[PATH_TEXT + 8];

	snprintf(other, sizeof other, "%s/other", s->dir);
	s->passed = listen_at(other, SOCK_STREAM);
	assert_int_not_equal(scene_start_fails(s, NULL), 0);
	assert_true(scene_said(s, "but the setting socket is"));
	assert_int_equal(close(s->passed), 0);
	s->passed = listen_at(s->socket, SOCK_DGRAM);
	assert_int_not_equal(scene_start_fails(s, NULL), 0);
	assert_true(scene_said(s, "is no Unix stream socket that listens"));
	assert_int_equal(close(s->passed), 0);
	s->passed = open("/dev/null", O_RDWR | O_CLOEXEC);
	assert_int_not_equal(scene_start_fails(s, NULL), 0);
	assert_true(scene_said(s, "is no socket"));
	assert_int_equal(close(s->passed), 0);
	s->passed = 0;
}

static void what_is_passed_to_another_process_is_not_taken(void **state)
{
	struct scene *s = *state;

	s->environment = (const char *const[]){"LISTEN_PID=1", "LISTEN_FDS=1", NULL};
	scene_start(s, NULL);
	decides(s, NULL, "{'outcome': {'award': 'quality-lead'}}");
	scene_stop(s);
	s->environment = NULL;
}

/* ---- what it tells ------------------------------------------------------- */

enum { MESSAGE = 512 };

/* The next message; false where none comes within the time. */
static bool hear(const struct scene *s, char out[MESSAGE], int ms)
{
	struct pollfd fd = {.fd = s->notify, .events = POLLIN};
	int ready = poll(&fd, 1, ms);

	assert_true(ready >= 0);
	if (ready == 0)
		return false;
	ssize_t got = recv(s->notify, out, MESSAGE - 1, 0);
	assert_true(got >= 0);
	out[got] = '\0';
	return true;
}

static void next_is(const struct scene *s, const char *begins, const char *holds)
{
	char said[MESSAGE];

	if (!hear(s, said, ANSWER_TIMEOUT_MS))
		fail_msg("no message came; wanted %s", begins);
	if (strncmp(said, begins, strlen(begins)) != 0 || strstr(said, holds) == NULL)
		fail_msg("wanted %s…%s, but it is: %s", begins, holds, said);
}

static void a_reload_is_told_and_its_end(void **state)
{
	struct scene *s = *state;

	scene_start(s, NULL);
	assert_int_equal(kill(s->pid, SIGHUP), 0);
	next_is(s, "RELOADING=1\nMONOTONIC_USEC=", "STATUS=");
	next_is(s, "READY=1\n", "STATUS=deciding by sha256:");
	/* A refusal: it still decides, by the old ones, and says so. */
	scene_rule_append(s, "outcome.lua", "\nthis is no Lua\n");
	assert_int_equal(kill(s->pid, SIGHUP), 0);
	next_is(s, "RELOADING=1\n", "STATUS=");
	next_is(s, "READY=1\n", "refused");
	scene_terminate(s);
	next_is(s, "STOPPING=1", "");
	scene_ended(s);
}

/* Its end is told once what was asked for is read, not when an earlier change ends. */
static void a_reload_during_another_change_ends_after_it(void **state)
{
	struct scene *s = *state;
	struct peer *p;

	scene_start(s, NULL);
	p = peer_open(s);
	json_decref(peer_call(p, "x", NULL));
	assert_int_equal(kill(s->pid, SIGSTOP), 0);
	scene_await_state(s->pid, 'T');
	peer_request(p, 1, "rules.reload", NULL);
	assert_int_equal(kill(s->pid, SIGHUP), 0);
	assert_int_equal(kill(s->pid, SIGCONT), 0);
	next_is(s, "RELOADING=1\n", "STATUS=");
	next_is(s, "STATUS=deciding by sha256:", "");
	next_is(s, "READY=1\n", "STATUS=deciding by sha256:");
	json_decref(peer_receive(p));
	peer_close(&p);
	scene_stop(s);
}

static void a_start_without_rules_says_so(void **state)
{
	struct scene *s = *state;
	char said[MESSAGE];

	scene_rule_append(s, "outcome.lua", "\nthis is no Lua\n");
	scene_start(s, NULL);
	/* READY=1 of the start was heard by scene_start. */
	assert_int_equal(kill(s->pid, SIGHUP), 0);
	next_is(s, "RELOADING=1\n", "");
	next_is(s, "READY=1\n", "no rules are in force");
	assert_false(hear(s, said, 0));
	scene_stop(s);
}

/* ---- signs of life ------------------------------------------------------- */

static void next_is_a_sign(const struct scene *s)
{
	next_is(s, "WATCHDOG=1", "");
}

static const char *const signs[] = {"WATCHDOG_USEC=100000", NULL};

static void signs_of_life_come_as_they_are_expected(void **state)
{
	struct scene *s = *state;
	char said[MESSAGE];

	s->environment = signs;
	scene_start(s, NULL);
	for (int i = 0; i < 3; i++)
		next_is_a_sign(s);
	scene_stop(s);
	/* Somebody else's: none. */
	s->environment = (const char *const[]){"WATCHDOG_USEC=1000", "WATCHDOG_PID=1", NULL};
	scene_start(s, NULL);
	while (hear(s, said, 0))
		; /* those of the one before */
	decides(s, NULL, "{'outcome': {'award': 'quality-lead'}}");
	assert_false(hear(s, said, 200));
	scene_stop(s);
	s->environment = NULL;
}

static void evaluators_that_hang_are_replaced_and_signs_go_on(void **state)
{
	struct scene *s = *state;
	pid_t evaluators[EVALUATORS_MAX];

	s->environment = signs;
	scene_start(s, (const char *const[]){"--deadline=1000", NULL});
	size_t count = scene_evaluators(s, evaluators);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(kill(evaluators[i], SIGSTOP), 0);
	/* At most one was under way, and one in the socket; the third was asked later. */
	for (int i = 0; i < 20; i++)
		next_is_a_sign(s);
	decides(s, NULL, "{'outcome': {'award': 'quality-lead'}}");
	scene_stop(s);
	s->environment = NULL;
}

static void no_sign_comes_while_the_log_hangs(void **state)
{
	struct scene *s = *state;
	struct preloaded p;
	char said[MESSAGE];

	preloaded_open(&p, s, "AWARDD_FAULTS", AWARDD_FAULTS, sizeof(struct faults));
	struct faults *faults = p.memory;
	snprintf(faults->log, sizeof faults->log, "%s", s->log);
	s->environment = (const char *const[]){p.environment[0], p.environment[1], signs[0], NULL};
	scene_start(s, NULL);
	next_is_a_sign(s);

	atomic_store(&faults->kind, FAULT_HANG);
	peer_request(scene_peer(s), 1, "decide", submission(s, NULL));
	while (atomic_load(&faults->failed) == 0)
		(void)poll(NULL, 0, 1);
	/* The writer hangs. What was answered before may still be on its way. */
	while (hear(s, said, 300 * SLOWER))
		;
	assert_false(hear(s, said, 500));

	atomic_store(&faults->kind, FAULT_NONE);
	next_is_a_sign(s);
	json_t *answer = peer_receive(scene_peer(s));
	assert_non_null(json_object_get(answer, "result"));
	json_decref(answer);
	scene_stop(s);
	preloaded_close(&p);
	s->environment = NULL;
}

/* ---- lines --------------------------------------------------------------- */

static void lines_have_a_level_for_the_journal_alone(void **state)
{
	struct scene *s = *state;
	char stream[64];
	const char *environment[] = {stream, NULL};
	struct stat about;

	/* The file that its standard error will be. */
	int fd = open(s->errors, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	assert_int_not_equal(fd, -1);
	assert_int_equal(fstat(fd, &about), 0);
	assert_int_equal(close(fd), 0);
	snprintf(stream, sizeof stream, "JOURNAL_STREAM=%llu:%llu",
		 (unsigned long long)about.st_dev, (unsigned long long)about.st_ino);
	s->environment = environment;
	scene_start(s, NULL);
	assert_true(scene_said(s, "<6>ready\n"));
	/* Where it cannot start that has a level, too. */
	struct scene other = *s;
	other.pid = 0;
	other.peer = NULL;
	assert_int_not_equal(scene_start_fails(&other, NULL), 0);
	assert_true(scene_said(s, "<3>another daemon serves the socket"));
	scene_stop(s);
	/* Inherited from somebody whose standard error it was. */
	snprintf(stream, sizeof stream, "JOURNAL_STREAM=1:1");
	scene_start(s, NULL);
	assert_true(scene_said(s, "level=\"info\" message=\"ready\"\n"));
	scene_stop(s);
	s->environment = NULL;
}

static void lines_on_a_terminal_are_for_people(void **state)
{
	struct scene *s = *state, other = *s;
	int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	char said[4096] = "";
	size_t length = 0;

	assert_int_not_equal(terminal, -1);
	assert_int_equal(grantpt(terminal), 0);
	assert_int_equal(unlockpt(terminal), 0);
	assert_int_equal(ptsname_r(terminal, other.errors, sizeof other.errors), 0);
	scene_start(&other, NULL);
	while (strstr(said, "awardd: ready\r\n") == NULL) {
		ssize_t got = read(terminal, said + length, sizeof said - 1 - length);
		assert_in_range(got, 1, sizeof said);
		length += (size_t)got;
		said[length] = '\0';
	}
	assert_null(strstr(said, "level="));
	scene_stop(&other);
	assert_int_equal(close(terminal), 0);
}

static void a_line_stays_one_line(void **state)
{
	struct scene *s = *state;

	scene_rule_append(s, "outcome.lua",
			  "\nerror('a \"quoted\" \\\\ word,\\nlevel=\"info\"')\n");
	scene_start(s, NULL);
	assert_true(scene_said(s, "a \\\"quoted\\\" \\\\ word,"));
	assert_false(scene_said(s, "\nlevel="));
	scene_stop(s);
}

#define as_a_service(test)                                                                         \
	cmocka_unit_test_setup_teardown(test, scene_setup_stopped, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		as_a_service(a_socket_that_is_passed_is_served_and_left_there),
		as_a_service(evaluators_do_not_have_the_socket),
		as_a_service(a_socket_that_does_not_fit_is_refused),
		as_a_service(what_is_passed_to_another_process_is_not_taken),
		as_a_service(a_reload_is_told_and_its_end),
		as_a_service(a_reload_during_another_change_ends_after_it),
		as_a_service(a_start_without_rules_says_so),
		as_a_service(signs_of_life_come_as_they_are_expected),
		as_a_service(evaluators_that_hang_are_replaced_and_signs_go_on),
		as_a_service(no_sign_comes_while_the_log_hangs),
		as_a_service(lines_have_a_level_for_the_journal_alone),
		as_a_service(lines_on_a_terminal_are_for_people),
		as_a_service(a_line_stays_one_line),
	};

	return cmocka_run_group_tests_name("service", tests, NULL, NULL);
}
