/*
 * hostile: what tests of bad company stand on - connections by their descriptors, other
 * Unix users, and what the daemon takes. Failures in here fail the running test.
 */
#ifndef AW_TESTS_HOSTILE_H
#define AW_TESTS_HOSTILE_H

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

enum { HOG = 12345, OTHER = 12346, HELD_MOST = 512 };

/* The most memory that the daemon has had so far, in KiB. */
static inline long peak_of(const struct scene *s)
{
	char path[64], line[256];
	long kib = -1;

	snprintf(path, sizeof path, "/proc/%d/status", s->pid);
	FILE *file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof line, file) != NULL)
		(void)sscanf(line, "VmHWM: %ld", &kib); /* most lines are others */
	(void)fclose(file);                             /* only read */
	assert_true(kib > 0);
	return kib;
}

/* Under sanitizers memory says nothing. */
static inline void assert_grew_by_at_most(const struct scene *s, long before, long kib)
{
	long now = peak_of(s);

	print_message("from %ld to %ld KiB\n", before, now);
	if (SLOWER == 1 && now - before > kib)
		fail_msg("it took %ld KiB more, where %ld are enough", now - before, kib);
}

/* A connection that does not wait; -1 where there is none. No cmocka in here: it runs in
 * other processes, too. */
static inline int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	if (fd >= 0 && (connect(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
			fcntl(fd, F_SETFL, O_NONBLOCK) != 0)) {
		(void)close(fd); /* it is of no use */
		return -1;
	}
	return fd;
}

/* Sends as much as is taken without waiting; how much that was. */
static inline size_t send_some(int fd, const char *bytes, size_t length)
{
	size_t sent = 0;

	while (sent < length) {
		ssize_t n = send(fd, bytes + sent, length - sent, MSG_NOSIGNAL);
		if (n <= 0)
			break;
		sent += (size_t)n;
	}
	return sent;
}

/* Another user who holds connections: a process that is told to end by its pipe. */
struct hog {
	pid_t pid;
	int tell; /* written to, or closed */
};

/* True where it was refused; what else it said is passed over. */
static inline bool is_refused(int fd, int ms)
{
	char text[256];
	struct pollfd waits = {.fd = fd, .events = POLLIN};

	if (poll(&waits, 1, ms) != 1)
		return false;
	ssize_t n = recv(fd, text, sizeof text - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	return strstr(text, "-32006") != NULL;
}

/* In a child: another user, who ends with the test. */
static inline void become(uid_t user)
{
	if (setgroups(0, NULL) != 0 || setgid(user) != 0 || setuid(user) != 0 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		_exit(1);
}

/* In the child: so many connections, each with these bytes, of which the last `refused`
 * are refused; says so, and waits. */
static inline void hold(const char *path, int count, int refused, struct text bytes,
			const int ends[2])
{
	static int fds[HELD_MOST];
	char byte = 0;

	for (int i = 0; i < count; i++) {
		fds[i] = connect_to(path);
		if (fds[i] < 0)
			_exit(2);
		(void)send_some(fds[i], bytes.bytes, bytes.length); /* or it was refused */
	}
	for (int i = 0; i < refused; i++) {
		if (!is_refused(fds[count - 1 - i], ANSWER_TIMEOUT_MS))
			_exit(3);
	}
	for (int i = 0; i < count - refused && bytes.length == 0; i++) {
		if (is_refused(fds[i], 0))
			_exit(4);
	}
	if (write(ends[1], &byte, 1) != 1)
		_exit(5);
	(void)read(ends[0], &byte, 1); /* its end is what is waited for */
	_exit(0);
}

/* Needs root. `bytes` are what each connection sends. */
static inline struct hog hog_start(const struct scene *s, uid_t user, int count, int refused,
				   struct text bytes)
{
	int up[2], down[2];
	struct hog h;
	char byte;

	assert_true(count <= HELD_MOST);
	assert_int_equal(pipe2(up, O_CLOEXEC), 0);
	assert_int_equal(pipe2(down, O_CLOEXEC), 0);
	h.pid = fork();
	assert_int_not_equal(h.pid, -1);
	if (h.pid == 0) {
		const int ends[2] = {down[0], up[1]};
		(void)close(down[1]); /* or its end would never come */
		become(user);
		hold(s->socket, count, refused, bytes, ends);
	}
	assert_int_equal(close(up[1]), 0);
	assert_int_equal(close(down[0]), 0);
	if (read(up[0], &byte, 1) != 1)
		fail_msg("of %d connections of user %u not just the last %d are refused", count,
			 user, refused);
	assert_int_equal(close(up[0]), 0);
	h.tell = down[1];
	return h;
}

static inline void hog_end(struct hog *h)
{
	int status;

	assert_int_equal(close(h->tell), 0);
	assert_int_equal(waitpid(h->pid, &status, 0), h->pid);
	assert_int_equal(status, 0);
}

/* Whether another user is decided something now. */
static inline bool is_decided_for(const struct scene *s, uid_t user, json_t *params)
{
	json_t *request = json_pack("{ss si ss so}", "jsonrpc", "2.0", "id", 1, "method", "decide",
				    "params", params);
	char *line = json_dumps(request, JSON_COMPACT);
	int status;
	pid_t child = fork();

	assert_int_not_equal(child, -1);
	if (child == 0) {
		char answer[65536];
		become(user);
		int fd = connect_to(s->socket);
		struct pollfd waits = {.fd = fd, .events = POLLIN};
		(void)send_some(fd, line, strlen(line)); /* or there is no answer */
		(void)send_some(fd, "\n", 1);
		ssize_t n = poll(&waits, 1, ANSWER_TIMEOUT_MS) == 1
				    ? recv(fd, answer, sizeof answer - 1, 0)
				    : 0;
		answer[n > 0 ? n : 0] = '\0';
		_exit(strstr(answer, "\"result\"") != NULL ? 0 : 9);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	free(line);
	json_decref(request);
	return status == 0;
}

/* The same, where connections must first be seen to have gone. */
static inline void await_decided_for(struct scene *s, uid_t user)
{
	for (int tries = 0; !is_decided_for(s, user, submission(s, NULL)); tries++) {
		if (tries == 1000)
			fail_msg("user %u is still refused", user);
	}
}

/* The log is whole: awardctl says so. */
static inline void assert_log_verifies(const struct scene *s)
{
	char command[512];

	snprintf(command, sizeof command, "'%s' log verify '%s' >/dev/null", AWARDCTL_PROGRAM,
		 s->log);
	assert_int_equal(system(command), 0);
}

#endif
