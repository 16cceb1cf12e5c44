/*
 * The daemon's life:
 *
 *   address ─▶ log ─▶ service ─▶ rules ─▶ socket accepts ─▶ READY
 *   SIGTERM ─▶ last answers out ─▶ stop logged ─▶ evaluators ended ─▶ log closed
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "awardd/version.h"
#include "daemon/daemon.h"
#include "daemon/given.h"
#include "daemon/metrics.h"
#include "daemon/notify.h"
#include "daemon/watchdog.h"
#include "hosts/hosts.h"
#include "server/server.h"
#include "service/service.h"
#include "watch/watch.h"

enum { SIGNALS = 3, RULES_SETTLE_MS = 300 };
/* A plugin that fails is started again after so long, then twice as long each
 * time; after so many failures in a row it is left alone. */
enum { PLUGIN_PAUSE_MS = 1000, PLUGIN_PAUSE_MOST_MS = 300000, PLUGIN_FAILURES_MOST = 8 };

struct daemon {
	const struct config *config;
	uv_loop_t loop;
	uv_async_t journal_ready;
	uv_signal_t signals[SIGNALS];
	uv_poll_t highest; /* only opened and closed: see make_room */
	struct address address;
	struct journal *journal;
	struct hosts *hosts;
	struct service *service;
	struct server *server;
	struct watch *watch;
	struct watchdog watchdog;
	struct metrics metrics;
	char program[PROGRAM_NAME];
	char digest[RULES_KEY]; /* of the rules in force, or "" */
	bool refused;           /* what the folder had last */
	bool reloading;         /* and whoever started this waits for its end */
	const char *reason;     /* of the end */
	bool stopping, listening, has_loop, has_async;
	int signal_count;
	unsigned connections; /* that may be at the same time */
	int status;
	struct err *err;
};

static void on_plugins_settled(void *ctx);
static void on_started(void *ctx, int status);
static void stop(struct daemon *d, const char *reason);
static void on_server_closed(void *ctx);
static void on_stop_logged(void *ctx);
static void on_plugins_closed(void *ctx);

/* ---- the end ------------------------------------------------------------ */

static void close_handles(struct daemon *d)
{
	for (int i = 0; i < d->signal_count; i++)
		uv_close((uv_handle_t *)&d->signals[i], NULL);
	if (d->has_async)
		uv_close((uv_handle_t *)&d->journal_ready, NULL);
}

static void on_plugins_closed(void *ctx)
{
	close_handles(ctx);
}

static void on_stop_logged(void *ctx)
{
	struct daemon *d = ctx;

	service_close(&d->service);
	hosts_close(&d->hosts, on_plugins_closed, d);
}

static void on_server_closed(void *ctx)
{
	struct daemon *d = ctx;

	d->server = NULL;
	service_stop(d->service, d->reason, on_stop_logged, d);
}

static void stop(struct daemon *d, const char *reason)
{
	if (d->stopping)
		return;
	d->stopping = true;
	d->reason = reason;
	(void)notify_state("STOPPING=1\nSTATUS=answering what was accepted");
	watch_close(&d->watch);
	watchdog_close(&d->watchdog);
	metrics_close(&d->metrics);
	service_hurry(d->service);
	if (d->server != NULL)
		server_close(d->server, on_server_closed, d);
	/* else it is still starting, and on_started ends it */
}

static void on_fatal(void *ctx, const char *why)
{
	struct daemon *d = ctx;

	if (d->status == 0)
		d->status = err_set(d->err, AW_EIO, "%s", why);
	stop(d, "the log failed");
}

/* ---- the beginning ------------------------------------------------------ */

static int listen_now(struct daemon *d)
{
	const struct server_options options = {
		.loop = &d->loop,
		.service = d->service,
		.line_limit = config_number(d->config, CONFIG_LINE_LIMIT),
		.connections = d->connections,
		.in_flight = config_number(d->config, CONFIG_IN_FLIGHT),
		.on_log = notify_log,
	};

	return server_open(&options, &d->address, &d->server, d->err);
}

static void on_settled(void *ctx, struct rule_files *files, json_t *faults)
{
	struct daemon *d = ctx;

	service_offer(d->service, files, faults);
}

static void on_trouble(void *ctx, const char *text)
{
	(void)ctx;
	notify_log(NULL, 4, text);
}

/* Rules can be put in force without it, so that failing is no reason to end. */
static void watch_rules(struct daemon *d)
{
	const struct watch_options options = {
		.loop = &d->loop,
		.dir = config_text(d->config, CONFIG_RULES),
		.settle_ms = RULES_SETTLE_MS,
		.settled = on_settled,
		.trouble = on_trouble,
		.ctx = d,
	};
	struct err e = {0};

	if (config_number(d->config, CONFIG_WATCH) != 0 && watch_open(&options, &d->watch, &e) != 0)
		notify_log(NULL, 4, e.text);
}

static void on_started(void *ctx, int status)
{
	struct daemon *d = ctx;

	if (status != 0 && d->status == 0)
		d->status = err_set(d->err, status, "the log could not be written: %s",
				    status_text(status));
	if (d->status == 0 && !d->stopping)
		d->status = listen_now(d);
	if (d->status != 0 || d->stopping) {
		d->stopping = true;
		d->reason = d->reason != NULL ? d->reason : "the start failed";
		on_server_closed(d);
		return;
	}
	d->listening = true;
	watch_rules(d);
	notify_log(NULL, 6, "ready");
	notify_rules(d->digest, d->refused, true);
	watchdog_open(&d->watchdog, &d->loop, given_watchdog_us());
	metrics_open(&d->metrics, &d->loop, config_text(d->config, CONFIG_METRICS_FILE),
		     d->service);
}

static void on_rules(void *ctx, const char *digest, bool refused, bool more)
{
	struct daemon *d = ctx;

	(void)snprintf(d->digest, sizeof d->digest, "%s", digest != NULL ? digest : "");
	d->refused = refused;
	if (d->listening && !d->stopping)
		notify_rules(d->digest, d->refused, d->reloading && !more);
	d->reloading = d->reloading && more;
}

static void reload(struct daemon *d)
{
	hosts_again(d->hosts);
	d->reloading = notify_reloading();
	if (service_reload(d->service, "signal") || !d->reloading)
		return;
	notify_rules(d->digest, d->refused, true);
	d->reloading = false;
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct daemon *d = handle->data;

	if (number != SIGHUP)
		stop(d, number == SIGTERM ? "SIGTERM" : "SIGINT");
	else if (!d->stopping && d->listening)
		reload(d);
}

static void on_journal_ready(uv_async_t *handle)
{
	struct daemon *d = handle->data;

	journal_poll(d->journal);
	hosts_on_commit(d->hosts);
	if (d->service != NULL)
		service_log_told(d->service);
}

static void on_log_changed(void *ctx, const struct journal_stats *before,
			   const struct journal_stats *now, const struct err *why)
{
	struct daemon *d = ctx;

	if (now->failed)
		on_fatal(d, why->text);
	else
		notify_log_state(config_text(d->config, CONFIG_LOG), before, now);
}

/* On the journal's threads. */
static void poke(void *ctx)
{
	struct daemon *d = ctx;

	/* Fails only for a handle that is no async handle. */
	(void)uv_async_send(&d->journal_ready);
}

static void on_highest(uv_poll_t *handle, int status, int events)
{
	(void)handle; /* it is closed before the loop runs */
	(void)status;
	(void)events;
}

/* Descriptors besides those of connections: the log, evaluators, and some to spare. */
static rlim_t descriptors_beside(const struct config *c)
{
	return 64 + 4 * (rlim_t)config_number(c, CONFIG_EVALUATORS);
}

/* Where libuv has no memory to watch one more descriptor it ends the process. So the highest
 * one that may come is watched once, while nothing can be lost yet. */
static int make_room(struct daemon *d)
{
	struct rlimit limit;
	rlim_t wanted =
		config_number(d->config, CONFIG_CONNECTIONS) + descriptors_beside(d->config);

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && wanted >= limit.rlim_cur)
		wanted = limit.rlim_cur - 1;
	int fd = fcntl(d->address.socket, F_DUPFD_CLOEXEC, (int)wanted);
	if (fd < 0)
		return -errno;
	int rv = uv_poll_init(&d->loop, &d->highest, fd);
	if (rv == 0) {
		rv = uv_poll_start(&d->highest, UV_READABLE, on_highest);
		uv_close((uv_handle_t *)&d->highest, NULL);
	}
	(void)close(fd); /* only watched */
	return rv;
}

static int open_loop(struct daemon *d)
{
	static const int numbers[SIGNALS] = {SIGTERM, SIGINT, SIGHUP};
	int rv = uv_loop_init(&d->loop);

	if (rv != 0)
		return err_set(d->err, rv, "cannot make an event loop: %s", status_text(rv));
	d->has_loop = true;
	rv = make_room(d);
	if (rv != 0)
		return err_set(d->err, rv, "cannot watch descriptors: %s", status_text(rv));
	rv = uv_async_init(&d->loop, &d->journal_ready, on_journal_ready);
	d->has_async = rv == 0;
	d->journal_ready.data = d;
	for (int i = 0; i < SIGNALS && rv == 0; i++) {
		rv = uv_signal_init(&d->loop, &d->signals[i]);
		if (rv != 0)
			break;
		d->signal_count++;
		d->signals[i].data = d;
		rv = uv_signal_start(&d->signals[i], on_signal, numbers[i]);
	}
	return rv == 0 ? 0 : err_set(d->err, rv, "cannot watch signals: %s", status_text(rv));
}

static void on_plugins_settled(void *ctx)
{
	struct daemon *d = ctx;
	struct err e = {0};

	if (hosts_check_named(d->hosts, d->config, &e) != 0)
		notify_log(NULL, 4, e.text);
	service_start(d->service, on_started, d);
}

static int open_plugins(struct daemon *d)
{
	const struct hosts_options options = {
		.loop = &d->loop,
		.program = d->program,
		.config = d->config,
		.journal = d->journal,
		.pause_ms = PLUGIN_PAUSE_MS,
		.pause_most_ms = PLUGIN_PAUSE_MOST_MS,
		.failures_most = PLUGIN_FAILURES_MOST,
		.clock = clock_system,
		.on_log = notify_log,
		.ctx = d,
	};

	if (config_text(d->config, CONFIG_PLUGINS)[0] == '\0')
		return 0;
	return hosts_open(&options, &d->hosts, on_plugins_settled, d->err);
}

static int open_parts(struct daemon *d)
{
	const struct journal_options journal = {
		.path = config_text(d->config, CONFIG_LOG),
		.clock = clock_system,
		.chance = chance_system,
		.wal_limit = config_number(d->config, CONFIG_WAL_LIMIT),
		.notify = poke,
		.changed = on_log_changed,
		.notify_ctx = d,
	};
	int rv = evaluator_program(d->program);
	if (rv != 0)
		return err_set(d->err, rv, "cannot find this program: %s", status_text(rv));
	rv = journal_open(&journal, &d->journal, d->err);
	if (rv == 0)
		rv = open_plugins(d);
	if (rv != 0)
		return rv;

	const struct service_options service = {
		.config = d->config,
		.journal = d->journal,
		.hosts = d->hosts,
		.pool =
			{
				.loop = &d->loop,
				.program = d->program,
				.processes = config_number(d->config, CONFIG_EVALUATORS),
				.deadline_ms = config_number(d->config, CONFIG_DEADLINE),
				.patience_ms = config_number(d->config, CONFIG_DEADLINE),
			},
		.clock = clock_system,
		.chance = chance_system,
		.on_fatal = on_fatal,
		.on_rules = on_rules,
		.on_log = notify_log,
		.ctx = d,
	};
	int opened = service_open(&service, &d->service, d->err);
	d->watchdog.journal = d->journal;
	d->watchdog.service = d->service;
	return opened;
}

/* The socket that was passed by whoever started this, or one of its own. */
static int take_address(struct daemon *d)
{
	const char *path = config_text(d->config, CONFIG_SOCKET);
	int passed;
	int rv = given_socket(&passed, d->err);

	if (rv != 0)
		return rv;
	return passed >= 0 ? address_adopt(&d->address, path, passed, d->err)
			   : address_take(&d->address, path,
					  config_number(d->config, CONFIG_SOCKET_MODE), d->err);
}

int daemon_check_required(const struct config *c, struct err *e)
{
	static const struct {
		enum config_setting setting;
		const char *name;
	} required[] = {{CONFIG_SOCKET, "socket"}, {CONFIG_LOG, "log"}, {CONFIG_RULES, "rules"}};
	char missing[64] = "";
	size_t count = 0;

	for (size_t i = 0; i < sizeof required / sizeof *required; i++) {
		size_t length = strlen(missing);
		if (config_text(c, required[i].setting)[0] != '\0')
			continue;
		(void)snprintf(missing + length, sizeof missing - length, "%s--%s",
			       count++ > 0 ? ", " : "", required[i].name); /* all three fit */
	}
	if (count == 0)
		return 0;
	return err_set(e, AW_EINVALID, "%s %s required; see --help", missing,
		       count == 1 ? "is" : "are");
}

/* As many descriptors as may be had: each connection takes one. The log, evaluators and
 * what a change of rules needs keep theirs, so that connections never take the last. */
static void raise_descriptors(struct daemon *d)
{
	unsigned wanted = config_number(d->config, CONFIG_CONNECTIONS);
	rlim_t others = descriptors_beside(d->config);
	struct rlimit limit;
	char text[160];

	d->connections = wanted;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit); /* what is had is looked at below */
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted + others)
		return;
	d->connections = limit.rlim_cur > others ? (unsigned)(limit.rlim_cur - others) : 1;
	(void)snprintf(text, sizeof text,
		       "%u connections are configured, but only %llu descriptors may be open: "
		       "%u connections are accepted",
		       wanted, (unsigned long long)limit.rlim_cur, d->connections);
	notify_log(NULL, 4, text);
}

int daemon_run(const struct config *c, struct err *e)
{
	struct daemon d = {.config = c, .err = e, .address = {.lock = -1, .socket = -1}};
	const struct rlimit no_core = {0, 0};

	int rv = daemon_check_required(c, e);
	if (rv != 0)
		return rv;
	(void)umask(0027);
	/* A core would hold the signing key and what clients sent. The limit does not hold
	 * for one that is piped to a program; and whoever may not be dumped cannot be traced,
	 * either, by another process of this user. Neither is a reason not to start. */
	(void)setrlimit(RLIMIT_CORE, &no_core);
	(void)prctl(PR_SET_DUMPABLE, 0);
	raise_descriptors(&d);
	rv = take_address(&d);
	if (rv != 0)
		return rv;
	rv = open_loop(&d);
	if (rv == 0)
		rv = open_parts(&d);
	if (rv == 0) {
		if (d.hosts == NULL)
			on_plugins_settled(&d);
		rv = uv_run(&d.loop, UV_RUN_DEFAULT) == 0 ? d.status : AW_EBUSY;
	} else if (d.has_loop) {
		hosts_close(&d.hosts, NULL, NULL);
		close_handles(&d);
		(void)uv_run(&d.loop, UV_RUN_DEFAULT); /* only closes */
	}
	if (d.journal != NULL)
		journal_close(&d.journal);
	service_close(&d.service);
	if (d.has_loop)
		(void)uv_loop_close(&d.loop); /* nothing is open on it any more */
	address_drop(&d.address);
	return rv;
}
