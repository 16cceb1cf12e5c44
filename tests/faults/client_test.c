/*
 * Memory that runs out in a program that uses the client library, at the n-th allocation for
 * every n: AWARDD_MEMORY, or the right answer; nothing is leaked. The walk is a process of
 * its own, this program run again with the module preloaded.
 */
#include "../support/faults/module.h"
#include "awardd/client.h"
#include "memory.h"

/* ---- what is walked ------------------------------------------------------------------ */

static int call(struct awardd_client *c, struct awardd_answer *a)
{
	int rv = awardd_client_call(c, "scheme.get", "{}", a);

	if (rv == AWARDD_OK &&
	    (a->result == NULL || strstr(a->result, "\"quality-lead\"") == NULL ||
	     a->result[strlen(a->result) - 1] != '}'))
		rv = AWARDD_GARBLED;
	if (rv != AWARDD_OK && a->result != NULL)
		rv = AWARDD_MISUSE; /* what failed leaves the answer empty */
	return rv;
}

static int refusal(struct awardd_client *c, struct awardd_answer *a)
{
	int rv = awardd_client_call(c, "decide", "{\"no-such-member\": 1}", a);

	if (rv == AWARDD_REFUSED)
		rv = a->code == -32602 && a->message != NULL && a->data != NULL ? AWARDD_OK
										: AWARDD_GARBLED;
	return rv;
}

static int many(struct awardd_client *c, struct awardd_answer *a)
{
	enum { MANY = 12 };
	int rv = AWARDD_OK;

	for (int i = 0; i < MANY && rv == AWARDD_OK; i++)
		rv = awardd_client_send(c, i, "register.list", NULL);
	if (rv == AWARDD_OK)
		rv = awardd_client_finish(c);
	for (int i = 0; i < MANY && rv == AWARDD_OK; i++)
		rv = awardd_client_receive(c, a);
	if (rv == AWARDD_OK && awardd_client_pending(c) != 0)
		rv = AWARDD_GARBLED;
	return rv;
}

typedef int asking_fn(struct awardd_client *c, struct awardd_answer *a);

/* After memory ran out nothing is sent, nor waited for, until it is connected again. */
static bool ends_there(struct awardd_client *c, const char *path, struct awardd_answer *a)
{
	return awardd_client_send(c, 99, "scheme.get", NULL) == AWARDD_CLOSED &&
	       awardd_client_call(c, "scheme.get", NULL, a) == AWARDD_CLOSED &&
	       awardd_client_finish(c) == AWARDD_CLOSED &&
	       awardd_client_connect(c, path) == AWARDD_OK && call(c, a) == AWARDD_OK;
}

/* On a connection of its own; gives what went wrong first. */
static int asked(const char *path, asking_fn *asks)
{
	struct awardd_client *c = NULL;
	struct awardd_answer a;
	int rv = awardd_client_new(&c);

	awardd_answer_init(&a);
	if (rv == AWARDD_OK)
		rv = awardd_client_connect(c, path);
	if (rv == AWARDD_OK) {
		awardd_client_set_timeout(c, ANSWER_TIMEOUT_MS);
		rv = asks(c, &a);
		if (rv == AWARDD_MEMORY && !ends_there(c, path, &a))
			rv = AWARDD_MISUSE;
	}
	awardd_answer_deinit(&a);
	awardd_client_free(&c);
	return rv;
}

/* ---- the process that is walked ------------------------------------------------------ */

/* Of what the C library asks for, the list of name services alone does not fail; this is as
 * large, and is none. */
static bool fails_for_the_library_too(struct memory *memory)
{
	char text[216];

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	atomic_store(&memory->countdown, 0);
	char *copy = strdup(text);
	atomic_store(&memory->countdown, -1);
	bool failed = copy == NULL;
	free(copy);
	return failed;
}

static int walk(struct memory *memory, const char *path)
{
	static asking_fn *const each[] = {call, refusal, many};

	for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
		for (long n = 0;; n++) {
			atomic_store(&memory->failed, 0);
			atomic_store(&memory->countdown, n);
			int rv = asked(path, each[i]);
			atomic_store(&memory->countdown, -1);
			bool reached = atomic_load(&memory->failed) > 0;
			if (rv != (reached ? AWARDD_MEMORY : AWARDD_OK)) {
				fprintf(stderr, "%zu without the allocation %ld: %d\n", i, n, rv);
				return EXIT_FAILURE;
			}
			if (!reached)
				break;
			if (n > 5000)
				return EXIT_FAILURE;
		}
	}
	return EXIT_SUCCESS;
}

static int walked(const char *path)
{
	struct memory *memory = module_shared("AWARDD_MEMORY", sizeof *memory);

	if (*path == '\0')
		return EXIT_SUCCESS; /* nothing is done: what any program keeps */
	if (memory == NULL || !fails_for_the_library_too(memory))
		return EXIT_FAILURE;
	return walk(memory, path); /* which stays to the end, where what is kept is counted */
}

/* ---- the test -------------------------------------------------------------------------- */

/* Runs this program again; gives how many blocks it did not free. */
static long run_again(const struct shortage *sh, const char *path)
{
	int status;
	pid_t child = fork();

	assert_int_not_equal(child, -1);
	if (child == 0) {
		for (size_t i = 0; sh->preloaded.environment[i] != NULL; i++)
			(void)putenv((char *)(uintptr_t)sh->preloaded.environment[i]);
		(void)execl("/proc/self/exe", "client_test", path, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	return atomic_load(&sh->memory->kept);
}

static void whichever_allocation_fails_the_client_says_so(void **state)
{
	struct scene *s = *state;
	struct shortage sh;

	json_decref(decided(s, NULL));
	shortage_init(&sh, s); /* for the children alone: the daemon runs already */
	assert_int_equal(run_again(&sh, s->socket), run_again(&sh, ""));
	shortage_deinit(&sh);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(whichever_allocation_fails_the_client_says_so,
						scene_setup, scene_teardown),
	};

	if (argc == 2)
		return walked(argv[1]);
	return is_testable() ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
