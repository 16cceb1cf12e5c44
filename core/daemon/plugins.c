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
	bool named;    /* and whether each plugin that is named is there */
	int status;
};

static int judge(const struct hosts *hosts, struct look *l)
{
	l->named = hosts_check_named(hosts, l->config, NULL) == 0;
	return hosts_check(hosts, l->config, l->wrong);
}

static void on_settled(void *ctx)
{
	struct look *l = ctx;

	if (l->out != NULL)
		hosts_print(l->hosts, l->out);
	else
		l->status = judge(l->hosts, l);
	hosts_close(&l->hosts, NULL, NULL);
}

static void on_log(void *ctx, int level, const char *text)
{
	(void)ctx;
	(void)level;
	(void)text; /* what matters of it is printed in the end */
}

static int look(struct look *l, struct err *e)
{
	const struct config *c = l->config;
	char program[PROGRAM_NAME];
	uv_loop_t loop;

	if (config_text(c, CONFIG_PLUGINS)[0] == '\0')
		return l->out == NULL ? judge(NULL, l) : 0;
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
		.ctx = l,
	};
	rv = hosts_open(&options, &l->hosts, on_settled, e);
	(void)uv_run(&loop, UV_RUN_DEFAULT); /* ends when the hosts are gone */
	(void)uv_loop_close(&loop);
	if (rv == 0 && l->status != 0)
		rv = err_set(e, l->status, "no memory to look at the plugins");
	return rv;
}

int daemon_print(const struct config *c, struct err *e)
{
	struct look l = {.config = c, .out = stdout};

	config_print(c, stdout);
	return look(&l, e);
}

int check_plugins(const struct config *c, json_t *wrong, bool *named, struct err *e)
{
	struct look l = {.config = c, .wrong = wrong};
	int rv = look(&l, e);

	*named = l.named;
	return rv;
}
