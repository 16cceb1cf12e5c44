/* awardctl publish while the log's key is changed: it is said what to do, and nothing is called
 * altered. */
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "../scenario/tool.h"

static int socket_at(const char *path, int (*use)(int, const struct sockaddr *, socklen_t))
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(name.sun_path, sizeof name.sun_path, "%s", path);
	if (fd < 0 || use(fd, (const struct sockaddr *)&name, sizeof name) != 0)
		_exit(1);
	return fd;
}

/* In the child: another key, and its answer. */
static void rotate(const char *daemon)
{
	static const char ask[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"log.rotate\","
				  "\"params\":{\"reason\":\"a test\"}}\n";
	int fd = socket_at(daemon, connect);
	char answer[4096];

	if (write(fd, ask, sizeof ask - 1) != sizeof ask - 1 ||
	    read(fd, answer, sizeof answer) <= 0)
		_exit(1);
	(void)close(fd);
}

/* What comes from one goes to the other; false at the end. */
static bool pass(int from, int to, const char *daemon, bool *rotated)
{
	char piece[65536];
	ssize_t got = read(from, piece, sizeof piece);

	if (got <= 0)
		return false;
	if (daemon != NULL && !*rotated && memmem(piece, (size_t)got, "log.proof", 9) != NULL) {
		rotate(daemon); /* the old key signs this, too */
		rotate(daemon);
		*rotated = true;
	}
	return write(to, piece, (size_t)got) == got;
}

/* Stands between awardctl and the daemon: changes the key before the first proof is asked for. */
static pid_t stand_between(const struct scene *s, const char *path)
{
	int listener = socket_at(path, bind);

	assert_int_equal(listen(listener, 1), 0);
	pid_t child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* not to outlive the test */
		bool rotated = false, open = true;
		struct pollfd ends[2] = {{.fd = accept(listener, NULL, NULL), .events = POLLIN},
					 {.fd = socket_at(s->socket, connect), .events = POLLIN}};
		while (open && poll(ends, 2, -1) > 0) {
			if (ends[0].revents != 0)
				open = pass(ends[0].fd, ends[1].fd, s->socket, &rotated);
			if (open && ends[1].revents != 0)
				open = pass(ends[1].fd, ends[0].fd, NULL, NULL);
		}
		_exit(rotated ? 0 : 2);
	}
	assert_int_equal(close(listener), 0);
	return child;
}

static void a_key_that_changes_meanwhile_is_no_alteration(void **state)
{
	struct scene *s = *state;
	char between[2 * PATH_TEXT];

	json_decref(decided(s, NULL));
	tool_path(s, "between", between);
	pid_t child = stand_between(s, between);
	struct ran r = TOOL(s, NULL, "--socket", between, "publish", "site");
	assert_int_equal(tool_wait(child), 0);
	assert_int_equal(r.status, 1);
	tool_must_say(r.err, "another key signs the log than when this began: publish again");
	ran_deinit(&r);
	free(TOOL_OUT(s, 0, "publish", "site"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_key_that_changes_meanwhile_is_no_alteration,
						scene_setup, scene_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
