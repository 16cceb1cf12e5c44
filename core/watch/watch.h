/*
 * watch: a rules folder kept in sight. After a change it is read when it has
 * come to rest: a time without any change, then two readings in a row that
 * are the same. What editors do on the way (files written in halves, put in
 * place by rename, copied one after another, the whole folder exchanged) is
 * waited out. A folder that is not there is waited for.
 *
 * The kernel tells of changes (inotify); nothing is polled. Calls and callbacks
 * are on the loop's thread; folders are walked and read on another.
 */
#ifndef AW_WATCH_H
#define AW_WATCH_H

#include <uv.h>

#include "base/base.h"
#include "json/json.h"
#include "ruleset/ruleset.h"

struct watch;

struct watch_options {
	uv_loop_t *loop;
	const char *dir;    /* borrowed for the watch's life */
	unsigned settle_ms; /* without a change before a reading, and between two */
	/* What the folder holds: once after the beginning, and each time it has
	 * come to rest after a change, also where it is the same as before. Files,
	 * which may be taken; or none, and what keeps them from being read,
	 * [{"file", "line", "message"}] (borrowed). */
	void (*settled)(void *ctx, struct rule_files *files, json_t *faults);
	/* Something cannot be watched: a sentence, once for each kind of trouble. */
	void (*trouble)(void *ctx, const char *text);
	void *ctx;
};

int watch_open(const struct watch_options *options, struct watch **out, struct err *e);

/* No callback comes any more; the memory is given back by the loop. */
void watch_close(struct watch **w);

#endif
