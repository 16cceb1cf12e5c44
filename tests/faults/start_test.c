/*
 * Memory that runs out while the daemon, its evaluators or its plugins start, and while it
 * ends, at the n-th allocation for every n: it starts or says why not, and then starts again.
 */
#include "memory.h"
#include "../plugin/rig.h"
#include "../scenario/tool.h"

struct begun {
	struct shortage shortage;
	struct scene *scene;
	char plugins[PATH_TEXT + 16];
	const char *arguments[3];
	long walked, refused; /* starts; of them that did not come to READY */
};

static void begun_init(struct begun *b, void **state)
{
	*b = (struct begun){.scene = *state};
	shortage_init(&b->shortage, b->scene);
	rig_add(b->scene, "good/hello");
	snprintf(b->plugins, sizeof b->plugins, "%s/plugins", b->scene->dir);
	b->arguments[0] = "--plugins";
	b->arguments[1] = b->plugins;
}

static void begun_deinit(struct begun *b)
{
	print_message("%ld times, %ld of them refused\n", b->walked, b->refused);
	free(TOOL_OUT(b->scene, 0, "log", "verify", b->scene->log));
	shortage_deinit(&b->shortage);
}

/* What was said before a fault is not said of it. */
static void forget_said(const struct begun *b)
{
	assert_true(truncate(b->scene->errors, 0) == 0 || errno == ENOENT);
}

/* It ended of itself: not by a signal, and, but in good order, with a sentence that says why.
 * glibc says of a thread that it has no memory for that it cannot be made now. */
static void ended_in_order(struct begun *b, const char *what, long n)
{
	enum { TAIL = 800 };
	int status = scene_wait(b->scene);
	char *said = scene_errors(b->scene);
	size_t length = strlen(said);
	bool why = status == 0 || strstr(said, "memory") != NULL ||
		   strstr(said, "Resource temporarily unavailable") != NULL;

	if (!WIFEXITED(status) || WEXITSTATUS(status) > 3 || !why)
		fail_msg("%s without the allocation %ld: wait status %d\n%s", what, n, status,
			 said + (length > TAIL ? length - TAIL : 0));
	free(said);
}

static void decides_again(struct begun *b)
{
	scene_start(b->scene, b->arguments);
	json_decref(decided(b->scene, NULL));
	scene_stop(b->scene);
}

/* The log is kept, or put back as it was: a start looks at its last entries, and would
 * otherwise allocate more each time than one walk gets further. */
static void log_copy(const struct begun *b, const char *from, const char *to)
{
	char command[6 * PATH_TEXT];

	(void)snprintf(command, sizeof command,
		       "cd '%s' && mkdir -p kept && rm -f %s/log* && cp -p %s/log* %s/",
		       b->scene->dir, to, from, to);
	assert_int_equal(system(command), 0);
}

/* What was allocated and not freed is no more than where nothing failed. */
static void kept_no_more(struct begun *b, long usual, const char *what, long n)
{
	long kept = atomic_load(&b->shortage.memory->kept);

	if (kept > usual)
		fail_msg("%s without the allocation %ld leaves %ld blocks, not %ld", what, n, kept,
			 usual);
}

/* The first are those without which a library cannot begin. */
static long next_of(const struct begun *b, long n)
{
	enum { FIRST = 64 };

	return n < FIRST ? n + 1 : after(&b->shortage, n, 2);
}

static void starts(struct begun *b, enum who who, bool for_ever)
{
	bool reached = true;
	long usual;

	decides_again(b);
	scene_start(b->scene, b->arguments);
	scene_stop(b->scene);
	usual = atomic_load(&b->shortage.memory->kept);
	log_copy(b, ".", "kept");
	for (long n = number_of("AWARDD_FROM", 0); reached; n = next_of(b, n)) {
		bool started;

		forget_said(b);
		arm(&b->shortage, who, n, for_ever);
		started = scene_starts(b->scene, b->arguments);
		reached = disarm(&b->shortage);
		b->walked++;
		b->refused += !started;
		if (started)
			scene_stop(b->scene);
		else
			ended_in_order(b, "a start", n);
		kept_no_more(b, usual, "a start", n);
		if (b->walked % 16 == 0 || !reached) {
			decides_again(b);
			log_copy(b, "kept", ".");
		}
	}
}

static void a_daemon_starts_or_says_why_not(void **state)
{
	struct begun b;

	begun_init(&b, state);
	starts(&b, WHO_DAEMON, false);
	begun_deinit(&b);
}

static void without_any_memory_it_says_so(void **state)
{
	struct begun b;

	begun_init(&b, state);
	starts(&b, WHO_DAEMON, true);
	begun_deinit(&b);
}

static void without_a_thread_it_says_so(void **state)
{
	struct begun b;

	begun_init(&b, state);
	for (long n = 0, failed = 1; failed > 0; n++) {
		forget_said(&b);
		atomic_store(&b.shortage.memory->failed, 0);
		atomic_store(&b.shortage.memory->threads, n);
		bool started = scene_starts(b.scene, b.arguments);
		atomic_store(&b.shortage.memory->threads, -1);
		failed = atomic_load(&b.shortage.memory->failed);
		b.walked++;
		b.refused += !started;
		if (started)
			scene_stop(b.scene);
		else
			ended_in_order(&b, "a start with a thread too few, and", n);
	}
	assert_true(b.refused >= 4); /* the log's three, and what reads the rules */
	decides_again(&b);
	begun_deinit(&b);
}

static void its_evaluators_start_or_it_says_why_not(void **state)
{
	struct begun b;

	begun_init(&b, state);
	starts(&b, WHO_EVALUATOR, false);
	begun_deinit(&b);
}

static void its_plugins_start_or_it_says_why_not(void **state)
{
	struct begun b;

	begun_init(&b, state);
	starts(&b, WHO_HOST, false);
	begun_deinit(&b);
}

static void it_ends_in_order(void **state)
{
	struct begun b;
	bool reached = true;
	long usual;

	begun_init(&b, state);
	decides_again(&b);
	usual = atomic_load(&b.shortage.memory->kept);
	for (long n = 0; reached; n = after(&b.shortage, n, 2)) {
		scene_start(b.scene, b.arguments);
		json_decref(decided(b.scene, NULL));
		forget_said(&b);
		arm(&b.shortage, WHO_DAEMON, n, false);
		if (b.scene->peer != NULL)
			peer_close(&b.scene->peer);
		scene_terminate(b.scene);
		ended_in_order(&b, "an end", n);
		reached = disarm(&b.shortage);
		kept_no_more(&b, usual, "an end", n);
		b.walked++;
	}
	decides_again(&b);
	begun_deinit(&b);
}

int main(void)
{
#define IN_A_SCENE(test) cmocka_unit_test_setup_teardown(test, scene_setup_stopped, scene_teardown)
	const struct CMUnitTest tests[] = {
		IN_A_SCENE(a_daemon_starts_or_says_why_not),
		IN_A_SCENE(without_any_memory_it_says_so),
		IN_A_SCENE(without_a_thread_it_says_so),
		IN_A_SCENE(its_evaluators_start_or_it_says_why_not),
		IN_A_SCENE(its_plugins_start_or_it_says_why_not),
		IN_A_SCENE(it_ends_in_order),
	};

	if (getenv("AWARDD_ONLY") != NULL)
		cmocka_set_test_filter(getenv("AWARDD_ONLY"));
	return is_testable() ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
