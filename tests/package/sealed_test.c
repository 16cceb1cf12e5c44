/* What an evaluator can do once it is sealed, tried from inside, a process for each attempt. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../plugin/rig.h"
/* Of the room's inside: the seal itself is what is tried. */
#include "evaluator/frame.h"

static int nothing(void)
{
	return 0;
}

static int computes(void)
{
	char *memory = malloc(8 << 20);

	if (memory == NULL)
		return -1;
	memset(memory, 1, 8 << 20);
	free(memory);
	return 0;
}

static int writes(void)
{
	return write(STDIN_FILENO, "x", 1) == 1 ? 0 : -1;
}

static int takes_much_memory(void)
{
	return malloc((size_t)1 << 30) != NULL ? 0 : -1;
}

static int opens(void)
{
	return open("/etc/hostname", O_RDONLY | O_CLOEXEC);
}

static int creates(void)
{
	return open("/tmp/awardd-must-not", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

static int connects(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int calls_out(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int forks(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	return child;
}

static int executes(void)
{
	return execl("/bin/true", "true", (char *)NULL);
}

static int kills(void)
{
	return kill(getppid(), 0);
}

static int traces(void)
{
	return (int)ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}

static int maps_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0) == MAP_FAILED
		       ? -1
		       : 0;
}

static int makes_code(void)
{
	static char page[8192] __attribute__((aligned(4096)));

	return mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static int becomes_another(void)
{
	return setuid(12345);
}

static int raises_limits(void)
{
	const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};

	return setrlimit(RLIMIT_AS, &all);
}

static int waits(void)
{
	return (int)sleep(0) + pause();
}

/* Without a call into the kernel, where the kernel lends its clock to every process. */
static int reads_the_clock(void)
{
	struct timespec now;

	return clock_gettime(CLOCK_REALTIME, &now);
}

enum { DONE = 1, REFUSED = 2, KILLED = 4 };

/* What comes of it in a process that is sealed first; or that is not. */
static int outcome(int (*attempt)(void), bool sealed)
{
	int ends[2], status;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	pid_t child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0) {
		struct err e = {0};
		if (dup2(ends[0], STDIN_FILENO) < 0 || (sealed && evaluator_seal(&e) != 0))
			_exit(99);
		_exit(attempt() < 0 ? 1 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	(void)close(ends[0]); /* nothing is lost */
	(void)close(ends[1]);
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS ? KILLED : 0;
	assert_int_not_equal(WEXITSTATUS(status), 99);
	return WEXITSTATUS(status) == 0 ? DONE : REFUSED;
}

static void a_sealed_evaluator_can_compute_and_answer_and_no_more(void **state)
{
	static const struct {
		const char *what;
		int (*attempt)(void);
		int comes_to;
	} attempts[] = {
		{"nothing", nothing, DONE},
		{"to compute", computes, DONE},
		{"to answer", writes, DONE},
		{"to take a gigabyte", takes_much_memory, REFUSED},
		{"to open a file", opens, KILLED},
		{"to make a file", creates, KILLED},
		{"to make a socket", connects, KILLED},
		{"to call out", calls_out, KILLED},
		{"to fork", forks, KILLED},
		{"to run a program", executes, KILLED},
		{"to signal", kills, KILLED},
		{"to trace", traces, KILLED},
		{"to map code", maps_code, KILLED},
		{"to make code of data", makes_code, KILLED},
		{"to become another", becomes_another, KILLED},
		{"to raise its limits", raises_limits, KILLED},
		{"to wait", waits, KILLED},
		{"to read the clock", reads_the_clock, DONE | REFUSED},
	};

	(void)state;
	if (SANITIZED)
		skip(); /* sealed by limits alone there */
	for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++)
		if ((outcome(attempts[i].attempt, true) & attempts[i].comes_to) == 0)
			fail_msg("sealed, it tries %s: another outcome", attempts[i].what);
	/* What is tried is possible elsewhere. */
	assert_int_equal(outcome(opens, false), DONE);
	assert_int_equal(outcome(forks, false), DONE);
	assert_int_equal(outcome(connects, false), DONE);
	assert_int_equal(outcome(maps_code, false), DONE);
	assert_int_equal(outcome(makes_code, false), DONE);
	assert_int_equal(outcome(executes, false), DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sealed_evaluator_can_compute_and_answer_and_no_more),
	};

	return cmocka_run_group_tests_name("sealed", tests, NULL, NULL);
}
