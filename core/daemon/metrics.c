/* Written beside its name and then renamed: who reads sees the old one, or the new one. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/metrics.h"
#include "daemon/notify.h"
#include "errand/errand.h"

enum { EACH_MS = 5000 };

/* On a thread of its own. Not synced: after a crash of the machine nobody wants it. */
static void write_file(void *ctx)
{
	struct metrics *m = ctx;
	struct buffer beside;

	buffer_init(&beside);
	m->written = buffer_printf(&beside, "%s.new", m->path);
	if (m->written == 0) {
		(void)unlink(beside.bytes); /* of a try that was cut short; usually there is none */
		int fd = open(beside.bytes, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			      0644);
		m->written = fd < 0 ? -errno
				    : file_write(fd, (struct text){m->text.bytes, m->text.length});
		/* Others are to read it, whatever the daemon's umask is. */
		if (fd >= 0 && m->written == 0 && fchmod(fd, 0644) != 0)
			m->written = -errno;
		if (fd >= 0 && close(fd) != 0 && m->written == 0)
			m->written = -errno;
		if (m->written == 0 && rename(beside.bytes, m->path) != 0)
			m->written = -errno;
		if (m->written != 0)
			(void)unlink(beside.bytes); /* the next try does, too */
	}
	buffer_deinit(&beside);
}

/* Said once for as long as it lasts. */
static void note_outcome(struct metrics *m, int status)
{
	char text[512];

	if (status != 0 && status != m->failed) {
		(void)snprintf(text, sizeof text, "the metrics cannot be written to %s: %s",
			       m->path, status_text(status));
		notify_log(NULL, 4, text);
	}
	m->failed = status;
}

static void on_written(void *ctx)
{
	struct metrics *m = ctx;

	m->working = false;
	note_outcome(m, m->written);
	if (!m->opened) { /* closed meanwhile */
		(void)unlink(m->path);
		buffer_deinit(&m->text);
	}
}

static void on_time(uv_timer_t *timer)
{
	struct metrics *m = timer->data;

	if (m->working)
		return;
	buffer_clear(&m->text);
	if (service_metrics(m->service, &m->text) != 0)
		return; /* no memory: the next one may have it */
	int rv = errand_start(timer->loop, write_file, on_written, m);
	m->working = rv == 0;
	if (rv != 0)
		note_outcome(m, rv);
}

void metrics_open(struct metrics *m, uv_loop_t *loop, const char *path, struct service *service)
{
	m->path = path;
	m->service = service;
	if (*path == '\0')
		return;
	buffer_init(&m->text);
	(void)uv_timer_init(loop, &m->timer); /* cannot fail, nor can starting it */
	(void)uv_timer_start(&m->timer, on_time, 0, EACH_MS);
	m->timer.data = m;
	m->opened = true;
}

void metrics_close(struct metrics *m)
{
	if (!m->opened)
		return;
	m->opened = false;
	uv_close((uv_handle_t *)&m->timer, NULL);
	if (!m->working) {
		(void)unlink(m->path); /* it may never have been there */
		buffer_deinit(&m->text);
	}
}
