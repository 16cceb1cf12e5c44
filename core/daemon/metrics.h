/* metrics: the daemon's figures as a file that is always whole, for node_exporter's textfile
 * collector; inside this room only. */
#ifndef AW_DAEMON_METRICS_H
#define AW_DAEMON_METRICS_H

#include <uv.h>

#include "service/service.h"

struct metrics {
	const char *path; /* "": nothing is written */
	struct service *service;
	uv_timer_t timer;
	struct buffer text; /* its thread's, while it works */
	int failed;         /* why it could not be written, or 0; said once */
	int written;        /* what that came to */
	bool opened, working;
};

/* Writes from now on; the path and the service are borrowed until it is closed. Another
 * thread does the writing, so that no slow disk keeps the loop waiting. */
void metrics_open(struct metrics *m, uv_loop_t *loop, const char *path, struct service *service);
/* Removes the file, so that nobody takes it for what is now. Legal at any time. */
void metrics_close(struct metrics *m);

#endif
