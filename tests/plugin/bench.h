/* bench: a log and the hosts of plugins on a loop of their own, without the rest
 * of the daemon, so that pauses are as short as a test wants them. */
#ifndef AW_TESTS_PLUGIN_BENCH_H
#define AW_TESTS_PLUGIN_BENCH_H

#include <stdlib.h>
#include <uv.h>

#include "evaluator/evaluator.h"
#include "hosts/hosts.h"
#include "rig.h"

enum { PATIENCE_MS = 240000 };

struct bench {
	unsigned pause_ms, pause_most_ms, failures_most;
	struct scene scene; /* only its folder */
	uv_loop_t loop;
	uv_async_t ready;
	uv_prepare_t watch;
	uv_timer_t patience;
	struct config *config;
	struct journal *journal;
	struct hosts *hosts;
	bool (*until)(const json_t *plugin, json_int_t number); /* when the loop is left */
	json_int_t number;
	bool late;
	char log[PATH_TEXT + 32];
	char said[16384];
};

static inline void bench_on_ready(uv_async_t *handle)
{
	struct bench *b = handle->data;

	journal_poll(b->journal);
	hosts_on_commit(b->hosts);
}

static inline void bench_poke(void *ctx)
{
	struct bench *b = ctx;

	(void)uv_async_send(&b->ready); /* fails only for another handle */
}

static inline void bench_on_round(uv_prepare_t *handle)
{
	struct bench *b = handle->data;
	json_t *list = b->hosts != NULL ? hosts_describe(b->hosts) : NULL;

	if (list != NULL && b->until(json_array_get(list, 0), b->number))
		uv_stop(&b->loop);
	json_decref(list);
}

static inline void bench_on_late(uv_timer_t *timer)
{
	struct bench *b = timer->data;

	b->late = true;
	uv_stop(&b->loop);
}

static inline void bench_on_log(void *ctx, int level, const char *text)
{
	struct bench *b = ctx;
	size_t length = strlen(b->said);

	(void)snprintf(b->said + length, sizeof b->said - length, "%d %s\n", level, text);
}

static inline void bench_on_settled(void *ctx)
{
	(void)ctx;
}

/* A folder, which anybody may look into and write to. */
static inline void bench_make(struct bench *b)
{
	char folder[PATH_TEXT + 32];

	(void)snprintf(b->scene.dir, sizeof b->scene.dir, "/tmp/awardd-bench-XXXXXX");
	assert_non_null(mkdtemp(b->scene.dir));
	assert_int_equal(chmod(b->scene.dir, 0777), 0);
	/* Plugins may not see the folder of the log. */
	(void)snprintf(folder, sizeof folder, "%s/log", b->scene.dir);
	assert_int_equal(mkdir(folder, 0755), 0);
	(void)snprintf(b->log, sizeof b->log, "%s/log/log", b->scene.dir);
}

/* Two more arguments, or NULL. */
static inline void bench_configure(struct bench *b, const char *one, const char *other)
{
	char log[PATH_TEXT + 64], plugins[PATH_TEXT + 64];
	const char *list[] = {"awardd", log, plugins, one, other, NULL};
	char *arguments[6];
	enum config_action action;
	struct err e = {0};
	int count = 0;

	(void)snprintf(log, sizeof log, "--log=%s", b->log);
	(void)snprintf(plugins, sizeof plugins, "--plugins=%s/plugins", b->scene.dir);
	for (; list[count] != NULL; count++)
		arguments[count] = strdup(list[count]);
	if (config_read(count, arguments, &b->config, &action, &e) != 0)
		fail_msg("%s", e.text);
	while (count > 0)
		free(arguments[--count]);
}

static inline void bench_open(struct bench *b)
{
	struct err e = {0};
	const struct journal_options options = {.path = b->log,
						.clock = clock_system,
						.chance = chance_system,
						.notify = bench_poke,
						.notify_ctx = b};

	assert_int_equal(uv_loop_init(&b->loop), 0);
	assert_int_equal(uv_async_init(&b->loop, &b->ready, bench_on_ready), 0);
	assert_int_equal(uv_prepare_init(&b->loop, &b->watch), 0);
	assert_int_equal(uv_timer_init(&b->loop, &b->patience), 0);
	b->ready.data = b->watch.data = b->patience.data = b;
	assert_int_equal(uv_prepare_start(&b->watch, bench_on_round), 0);
	assert_int_equal(uv_timer_start(&b->patience, bench_on_late, PATIENCE_MS, 0), 0);
	if (journal_open(&options, &b->journal, &e) != 0)
		fail_msg("%s", e.text);
}

static inline void bench_start(struct bench *b)
{
	struct err e = {0};
	const struct hosts_options options = {.loop = &b->loop,
					      .program = AWARDD_PROGRAM,
					      .config = b->config,
					      .journal = b->journal,
					      .pause_ms = b->pause_ms,
					      .pause_most_ms = b->pause_most_ms,
					      .failures_most = b->failures_most,
					      .clock = clock_system,
					      .on_log = bench_on_log,
					      .ctx = b};

	if (hosts_open(&options, &b->hosts, bench_on_settled, &e) != 0)
		fail_msg("%s", e.text);
}

/* Runs until what hosts_describe says of the first plugin is such. */
static inline void bench_run(struct bench *b, bool (*until)(const json_t *, json_int_t),
			     json_int_t number)
{
	b->until = until;
	b->number = number;
	(void)uv_run(&b->loop, UV_RUN_DEFAULT); /* it is stopped, with handles open */
	if (b->late)
		fail_msg("it never came so far:\n%s", b->said);
}

static inline void bench_on_closed(void *ctx)
{
	struct bench *b = ctx;

	uv_close((uv_handle_t *)&b->ready, NULL);
	uv_close((uv_handle_t *)&b->watch, NULL);
	uv_close((uv_handle_t *)&b->patience, NULL);
}

static inline void bench_close(struct bench *b)
{
	hosts_close(&b->hosts, bench_on_closed, b);
	assert_int_equal(uv_run(&b->loop, UV_RUN_DEFAULT), 0);
	journal_close(&b->journal);
	assert_int_equal(uv_loop_close(&b->loop), 0);
}

static inline void bench_remove(struct bench *b)
{
	char command[PATH_TEXT + 16];

	config_free(&b->config);
	(void)snprintf(command, sizeof command, "rm -r %s", b->scene.dir);
	assert_int_equal(system(command), 0);
}

#endif
