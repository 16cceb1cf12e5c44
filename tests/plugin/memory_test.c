/* Memory that runs out once while a plugin is started: it is started again, and then runs with all
 * that it has. */
#include "bench.h"

struct host;

/* Of this thread, since others allocate as well. */
struct shortage {
	bool counts; /* while what a plugin says of itself is looked at */
	long left;   /* below 0: nothing fails; the one that makes it so does */
};

static struct shortage *shortage(void)
{
	static _Thread_local struct shortage one = {.left = -1};

	return &one;
}

/* The linker puts these in the place of ours (tests/CMakeLists.txt). */
void *__real_malloc(size_t n); /* NOLINT: its names */
void *__wrap_malloc(size_t n); /* NOLINT */
/* NOLINTNEXTLINE */
int __real_hosts_on_loaded(struct host *h, json_t *description, struct err *e);
/* NOLINTNEXTLINE */
int __wrap_hosts_on_loaded(struct host *h, json_t *description, struct err *e);

void *__wrap_malloc(size_t n) /* NOLINT */
{
	struct shortage *s = shortage();

	if (s->counts && s->left >= 0 && s->left-- == 0)
		return NULL;
	return __real_malloc(n);
}

/* NOLINTNEXTLINE */
int __wrap_hosts_on_loaded(struct host *h, json_t *description, struct err *e)
{
	shortage()->counts = true;
	int rv = __real_hosts_on_loaded(h, description, e);
	shortage()->counts = false;
	return rv;
}

/* Or it never will. */
static bool has_started(const json_t *plugin, json_int_t number)
{
	const char *is = json_member_text(plugin, "state");

	(void)number;
	return strcmp(is, "running") == 0 || strcmp(is, "failed") == 0;
}

static bool has_taken(const json_t *plugin, json_int_t position)
{
	return json_member_integer(plugin, "position", -1) >= position;
}

static void on_appended(void *ctx, int status, const struct journal_receipt *receipts, size_t count,
			const struct err *e)
{
	(void)ctx;
	(void)receipts;
	(void)count;
	(void)e;
	assert_int_equal(status, 0);
}

/* So that the sink's position is in a file from here on. */
static void take_one(struct bench *b)
{
	struct journal_draft draft = {.kind = "stop",
				      .by = {.user = "test"},
				      .body = json_pack("{ss}", "reason", "test")};

	bench_open(b);
	assert_int_equal(journal_append(b->journal, &draft, 1, on_appended, NULL), 0);
	bench_start(b);
	bench_run(b, has_taken, 1);
	bench_close(b);
}

static void runs_with_all_that_it_has(struct bench *b)
{
	json_t *list = hosts_describe(b->hosts);

	expect(json_array_get(list, 0), "{'state': 'running', 'position': 1,"
					" 'kinds': ['method', 'sink', 'decision-renderer']}");
	json_decref(list);
	assert_non_null(hosts_method(b->hosts, "hello.greet"));
}

static void one_that_was_told_halfway_is_told_again(void **state)
{
	struct bench b = {.failures_most = 8, .pause_ms = 1, .pause_most_ms = 1};
	bool reached = true;
	long walked = 0;

	(void)state;
	bench_make(&b);
	rig_add(&b.scene, "good/hello");
	bench_configure(&b, "--hello.greeting=Good day", NULL);
	take_one(&b);
	for (long n = 0; reached; n++, walked++) {
		b.said[0] = '\0';
		bench_open(&b);
		bench_start(&b);
		shortage()->left = n;
		bench_run(&b, has_started, 0);
		reached = shortage()->left < 0;
		shortage()->left = -1;
		runs_with_all_that_it_has(&b);
		bench_close(&b);
	}
	print_message("%ld starts\n", walked);
	assert_true(walked > 20);
	bench_remove(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_was_told_halfway_is_told_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
