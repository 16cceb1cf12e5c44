/* The daemon in its scene: started, awaited by NOTIFY_SOCKET, stopped, killed. */
#include "support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	START_TIMEOUT_MS = 60000,
	ARGUMENTS_MAX = 32,
	SAID_LAST = 700, /* bytes of what a daemon said: cmocka cuts a message at a thousand */
};

static const char *program(void)
{
	const char *named = getenv("AWARDD_PROGRAM");

	return named != NULL ? named : AWARDD_PROGRAM;
}

static const char *shipped_rules(void)
{
	const char *named = getenv("AWARDD_RULES");

	return named != NULL ? named : AWARDD_RULES;
}

/* A rule set needs a test, and tests here change the rules in every way. */
static const char scene_test[] =
	"test \"a submission needs its scores\" {\n"
	"\tgiven = { partnership = { id = \"somewhere\" }, assessed_on = \"2024-05-20\" },\n"
	"\texpect = { refused = { \"/scores\" } },\n}\n";

/* In a child that cannot go on: says what failed, and ends. */
static _Noreturn void fall(const char *what)
{
	dprintf(STDERR_FILENO, "the test's child: %s: %s\n", what, strerror(errno));
	_exit(127);
}

/* Runs a program to its end; it must exit with 0. */
static void run(const char *const argv[])
{
	pid_t child = fork();
	int status;

	assert_int_not_equal(child, -1);
	if (child == 0) {
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		fall(argv[0]);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (status != 0)
		fail_msg("%s ended with wait status %d", argv[0], status);
}

static void path_in(char out[PATH_TEXT], const char *dir, const char *name)
{
	int length = snprintf(out, PATH_TEXT, "%s/%s", dir, name);

	assert_in_range(length, 1, PATH_TEXT - 1);
}

static void listen_for_ready(struct scene *s)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	int length = snprintf(address.sun_path, sizeof address.sun_path, "%s/notify", s->dir);

	assert_in_range(length, 1, sizeof address.sun_path - 1);
	s->notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_not_equal(s->notify, -1);
	assert_int_equal(bind(s->notify, (struct sockaddr *)&address, sizeof address), 0);
}

int scene_setup_stopped(void **state)
{
	struct scene *s = calloc(1, sizeof *s);

	assert_non_null(s);
	snprintf(s->dir, sizeof s->dir, "%s/awardd-test-XXXXXX",
		 getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	assert_non_null(mkdtemp(s->dir));
	/* Other Unix users connect too. */
	assert_int_equal(chmod(s->dir, 0755), 0);
	path_in(s->socket, s->dir, "socket");
	path_in(s->log, s->dir, "log");
	path_in(s->rules, s->dir, "rules");
	path_in(s->errors, s->dir, "errors");
	run((const char *[]){"cp", "-R", shipped_rules(), s->rules, NULL});
	run((const char *[]){"find", s->rules, "-name", "*.test.lua", "-delete", NULL});
	scene_rule_write(s, "scene.test.lua", scene_test);
	listen_for_ready(s);
	*state = s;
	return 0;
}

void scene_drop_root(struct scene *s)
{
	enum { NOBODY = 65534 };

	assert_int_equal(s->pid, 0);
	if (geteuid() != 0)
		return;
	s->user = NOBODY;
	run((const char *[]){"chown", "-R", "65534:65534", s->dir, NULL});
}

int scene_setup(void **state)
{
	if (scene_setup_stopped(state) != 0)
		return -1;
	scene_start(*state, NULL);
	return scene_next_area(state);
}

int scene_teardown(void **state)
{
	struct scene *s = *state;

	if (s->peer != NULL)
		peer_close(&s->peer);
	if (s->pid != 0)
		scene_stop(s);
	(void)close(s->notify); /* nothing was written to it */
	if (getenv("AWARDD_KEEP") == NULL)
		run((const char *[]){"rm", "-rf", s->dir, NULL});
	free(s);
	*state = NULL;
	return 0;
}

int scene_group_setup(void **state)
{
	return scene_setup(state);
}

int scene_group_teardown(void **state)
{
	return scene_teardown(state);
}

int scene_next_area(void **state)
{
	struct scene *s = *state;

	s->area++;
	return 0;
}

/* In the child: a socket is passed as the lowest descriptor that has no name. */
static void pass_socket(int passed)
{
	char pid[16];

	snprintf(pid, sizeof pid, "%d", getpid());
	/* Onto itself it would stay closed on exec. */
	if ((passed == 3 ? fcntl(passed, F_SETFD, 0) : dup2(passed, 3)) < 0 ||
	    setenv("LISTEN_FDS", "1", 1) != 0 || setenv("LISTEN_PID", pid, 1) != 0)
		fall("passing a socket");
}

/* In the child: becomes awardd. */
static void become(const struct scene *s, const char *const *extra)
{
	const char *argv[ARGUMENTS_MAX] = {program(), "--socket", s->socket, "--log",
					   s->log,    "--rules",  s->rules,  "--watch=no"};
	size_t count = 8;
	char notify[PATH_TEXT];
	int errors = open(s->errors, O_WRONLY | O_CREAT | O_APPEND, 0644);

	if (errors < 0 || dup2(errors, STDERR_FILENO) < 0 || dup2(errors, STDOUT_FILENO) < 0)
		fall(s->errors);
	for (size_t i = 0; extra != NULL && extra[i] != NULL && count < ARGUMENTS_MAX - 1; i++)
		argv[count++] = extra[i];
	if (s->user != 0 &&
	    (setgroups(0, NULL) != 0 || setgid(s->user) != 0 || setuid(s->user) != 0))
		fall("becoming another user");
	/* A test program that dies leaves no daemon behind. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		fall("ending with the test");
	if (snprintf(notify, sizeof notify, "%s/notify", s->dir) >= PATH_TEXT ||
	    setenv("NOTIFY_SOCKET", notify, 1) != 0)
		fall("NOTIFY_SOCKET");
	for (size_t i = 0; s->environment != NULL && s->environment[i] != NULL; i++)
		if (putenv((char *)(uintptr_t)s->environment[i]) != 0)
			fall(s->environment[i]);
	if (s->passed != 0)
		pass_socket(s->passed);
	execv(argv[0], (char *const *)(uintptr_t)argv);
	fall(argv[0]); /* as root: another user may not reach what root built */
}

/* True once READY=1 came; false where the daemon ended before. */
static bool await_ready(const struct scene *s, int pidfd)
{
	struct pollfd fds[] = {{.fd = s->notify, .events = POLLIN},
			       {.fd = pidfd, .events = POLLIN}};
	char text[512];

	for (;;) {
		int ready = poll(fds, 2, START_TIMEOUT_MS);

		if (ready == 0)
			fail_msg("awardd neither became ready nor ended");
		assert_true(ready > 0 || errno == EINTR);
		if (fds[0].revents != 0) {
			ssize_t got = recv(s->notify, text, sizeof text - 1, 0);

			assert_true(got >= 0);
			text[got] = '\0';
			if (strstr(text, "READY=1") != NULL)
				return true;
		} else if (fds[1].revents != 0) {
			return false;
		}
	}
}

bool scene_starts(struct scene *s, const char *const *extra)
{
	char stale[512];
	int pidfd;
	bool ready;

	assert_int_equal(s->pid, 0);
	/* What an earlier daemon said to this socket is not about this one. */
	while (recv(s->notify, stale, sizeof stale, MSG_DONTWAIT) >= 0)
		;
	s->pid = fork();
	assert_int_not_equal(s->pid, -1);
	if (s->pid == 0)
		become(s, extra);
	pidfd = pidfd_open(s->pid, 0);
	assert_int_not_equal(pidfd, -1);
	ready = await_ready(s, pidfd);
	(void)close(pidfd); /* only watched */
	return ready;
}

void scene_start(struct scene *s, const char *const *extra)
{
	if (!scene_starts(s, extra)) {
		char *said = scene_errors(s);
		size_t length = strlen(said), last = length < SAID_LAST ? length : SAID_LAST;

		(void)scene_wait(s); /* its words say more than its status */
		fail_msg("awardd ended before it was ready:\n%s", said + length - last);
	}
}

int scene_start_fails(struct scene *s, const char *const *extra)
{
	int status;

	if (scene_starts(s, extra)) {
		scene_kill(s);
		fail_msg("awardd started, and should have refused");
	}
	status = scene_wait(s);
	if (!WIFEXITED(status))
		fail_msg("awardd ended with wait status %d", status);
	return WEXITSTATUS(status);
}

int scene_wait(struct scene *s)
{
	int status = -1;
	int pidfd = pidfd_open(s->pid, 0);
	struct pollfd fd = {.fd = pidfd, .events = POLLIN};

	assert_int_not_equal(pidfd, -1);
	if (poll(&fd, 1, ANSWER_TIMEOUT_MS) == 1) {
		assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
		s->pid = 0;
	}
	(void)close(pidfd); /* only watched */
	return status;
}

void scene_stop(struct scene *s)
{
	if (s->peer != NULL)
		peer_close(&s->peer);
	scene_terminate(s);
	scene_ended(s);
}

void scene_terminate(const struct scene *s)
{
	assert_int_equal(kill(s->pid, SIGTERM), 0);
}

void scene_ended(struct scene *s)
{
	int status = scene_wait(s);

	if (status == -1) {
		scene_kill(s);
		fail_msg("awardd did not end on SIGTERM");
	}
	if (status != 0) {
		char *said = scene_errors(s);

		fail_msg("awardd ended with wait status %d:\n%s", status, said);
	}
}

void scene_kill(struct scene *s)
{
	if (s->peer != NULL)
		peer_close(&s->peer);
	assert_int_equal(kill(s->pid, SIGKILL), 0);
	assert_int_equal(waitpid(s->pid, NULL, 0), s->pid);
	s->pid = 0;
}

static void add_children(const char *path, pid_t out[EVALUATORS_MAX], size_t *count)
{
	FILE *file = fopen(path, "re");
	int pid;

	if (file == NULL)
		return; /* the thread ended since */
	while (*count < EVALUATORS_MAX && fscanf(file, "%d", &pid) == 1)
		out[(*count)++] = pid;
	(void)fclose(file); /* only read */
}

size_t scene_evaluators(const struct scene *s, pid_t out[EVALUATORS_MAX])
{
	char path[PATH_TEXT + 300];
	struct dirent *each;
	size_t count = 0;
	DIR *tasks;

	snprintf(path, sizeof path, "/proc/%d/task", s->pid);
	tasks = opendir(path);
	assert_non_null(tasks);
	while ((each = readdir(tasks)) != NULL) {
		if (each->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "/proc/%d/task/%s/children", s->pid, each->d_name);
		add_children(path, out, &count);
	}
	(void)closedir(tasks); /* only read */
	return count;
}

void scene_await_state(pid_t pid, char wanted)
{
	char path[64], state = '?';

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	for (int tries = 0; tries < ANSWER_TIMEOUT_MS; tries++) {
		FILE *file = fopen(path, "re");

		assert_non_null(file);
		assert_int_equal(fscanf(file, "%*d (%*[^)]) %c", &state), 1);
		(void)fclose(file); /* only read */
		if (state == wanted)
			return;
		(void)poll(NULL, 0, 1); /* /proc has no event to wait for */
	}
	fail_msg("process %d is in state %c, not %c", pid, state, wanted);
}
