/* Plugins looked at and not started: for --print-config and --check-config. */
#include <stdio.h>
#include <uv.h>

#include "daemon/daemon.h"
#include "daemon/inner.h"
#include "evaluator/evaluator.h"
#include "hosts/hosts.h"

struct look {
	const struct config *config;
	struct hosts *hosts;
	FILE *out;     /* where settings are printed, or NULL: they are checked */
	json_t *wrong; /* what is found then */
	int status;
};

static void on_settled(void *ctx)
{
	struct look *l = ctx;

	if (l->out != NULL)
		hosts_print(l->hosts, l->out);
	else
		l->status = hosts_check(l->hosts, l->config, l->wrong);
	hosts_close(&l->hosts, NULL, NULL);
}

static void on_log(void *ctx, int level, const char *text)
{
	(void)ctx;
	(void)level;
	(void)text; /* what matters of it is printed in the end */
}

static int look(const struct config *c, FILE *out, json_t *wrong, struct err *e)
{
	struct look l = {.config = c, .out = out, .wrong = wrong};
	char program[PROGRAM_NAME];
	uv_loop_t loop;

	if (config_text(c, CONFIG_PLUGINS)[0] == '\0')
		return out == NULL ? hosts_check(NULL, c, wrong) : 0;
	int rv = evaluator_program(program);
	if (rv == 0)
		rv = uv_loop_init(&loop);
	if (rv != 0)
		return err_set(e, rv, "cannot look at the plugins: %s", status_text(rv));
	const struct hosts_options options = {
		.loop = &loop,
		.program = program,
		.config = c,
		.pause_ms = 1000,
		.pause_most_ms = 1000,
		.failures_most = 1,
		.clock = clock_system,
		.on_log = on_log,
		.ctx = &l,
	};
	rv = hosts_open(&options, &l.hosts, on_settled, e);
	(void)uv_run(&loop, UV_RUN_DEFAULT); /* ends when the hosts are gone */
	(void)uv_loop_close(&loop);
	if (rv == 0 && l.status != 0)
		rv = err_set(e, l.status, "no memory to look at the plugins");
	return rv;
}

int daemon_print(const struct config *c, struct err *e)
{
	config_print(c, stdout);
	return look(c, stdout, NULL, e);
}

int check_plugins(const struct config *c, json_t *wrong, struct err *e)
{
	return look(c, NULL, wrong, e);
}
