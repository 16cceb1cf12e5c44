/*
 * From a change to a reading that can be relied on:
 *
 *   quiet ──change──▶ settling ──time──▶ looking ──same as the look before──▶ told, quiet
 *                        ▲                  │
 *                        └── a change, or another content than before
 *
 * While a look is under way its thread has the places and the reading for
 * itself; what the kernel tells meanwhile waits in the descriptor, and is taken
 * before the look is believed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "errand/errand.h"
#include "watch/places.h"
#include "watch/watch.h"

enum watch_state { WATCH_QUIET, WATCH_SETTLING, WATCH_LOOKING, WATCH_CLOSING };

/* After a look for which there was no memory, or no thread. */
enum { LATER = 20 };

struct watch {
	struct watch_options options;
	enum watch_state state;
	int inotify;
	uv_poll_t events;
	uv_timer_t settle;
	bool looking; /* its thread has not ended */
	int handles;
	int trouble; /* told last */
	struct places places;
	struct rule_files files;
	json_t *faults;
	int status;
	char seen[RULES_KEY]; /* by the look before; "" where there was none */
};

static void on_change(uv_poll_t *handle, int status, int events);
static void on_rest(uv_timer_t *timer);
static void look(void *ctx);
static void on_looked(void *ctx);

/* ---- the end ------------------------------------------------------------ */

static void forget(struct watch *w)
{
	rule_files_deinit(&w->files);
	json_decref(w->faults);
	w->faults = NULL;
}

static void free_when_idle(struct watch *w)
{
	if (w->handles > 0 || w->looking)
		return;
	forget(w);
	places_deinit(&w->places);
	(void)close(w->inotify); /* only read from */
	free(w);
}

static void on_closed(uv_handle_t *handle)
{
	struct watch *w = handle->data;

	w->handles--;
	free_when_idle(w);
}

void watch_close(struct watch **w)
{
	struct watch *closing = *w;

	*w = NULL;
	if (closing == NULL)
		return;
	closing->state = WATCH_CLOSING;
	uv_close((uv_handle_t *)&closing->events, on_closed);
	uv_close((uv_handle_t *)&closing->settle, on_closed);
}

/* ---- changes ------------------------------------------------------------ */

static void say_trouble(struct watch *w, int status)
{
	char text[256];

	if (status == w->trouble)
		return;
	w->trouble = status;
	if (status == 0)
		return;
	(void)snprintf(text, sizeof text, "not every change in %.120s will be noticed: %s",
		       w->options.dir, status_text(status));
	w->options.trouble(w->options.ctx, text);
}

/* Takes everything the kernel has told; whether any of it matters. */
static bool take_events(struct watch *w)
{
	union {
		struct inotify_event aligned;
		char bytes[16384];
	} in;
	bool matters = false;
	ssize_t got;

	while ((got = read(w->inotify, in.bytes, sizeof in.bytes)) > 0) {
		size_t at = 0;
		while (at < (size_t)got) {
			const struct inotify_event *event = (const void *)(in.bytes + at);
			matters = places_matters(&w->places, event) || matters;
			at += sizeof *event + event->len;
		}
	}
	return matters;
}

static void settle(struct watch *w, unsigned times)
{
	w->state = WATCH_SETTLING;
	/* Fails only without a callback. */
	(void)uv_timer_start(&w->settle, on_rest, (uint64_t)w->options.settle_ms * times, 0);
}

static void on_change(uv_poll_t *handle, int status, int events)
{
	struct watch *w = handle->data;

	(void)events;
	if (status != 0) {
		(void)uv_poll_stop(handle); /* or it would say so for ever */
		say_trouble(w, status);
	} else if (take_events(w)) {
		settle(w, 1);
	}
}

static int await_changes(struct watch *w)
{
	return uv_poll_start(&w->events, UV_READABLE, on_change);
}

/* ---- looking ------------------------------------------------------------ */

static void on_rest(uv_timer_t *timer)
{
	struct watch *w = timer->data;

	forget(w);
	w->faults = json_array();
	if (w->faults == NULL || errand_start(w->options.loop, look, on_looked, w) != 0) {
		settle(w, LATER);
		return;
	}
	w->state = WATCH_LOOKING;
	w->looking = true;
	(void)uv_poll_stop(&w->events); /* fails never */
}

/* On a thread of its own. What changes after a folder is looked at is told. */
static void look(void *ctx)
{
	struct watch *w = ctx;

	places_look_at(&w->places, w->inotify, w->options.dir);
	w->status = rule_files_read(w->options.dir, &w->files, w->faults);
}

/* Whether the look before saw the same; what it saw is kept. */
static int same_as_before(struct watch *w, bool *same)
{
	char key[RULES_KEY];
	int rv = w->status == 0 || w->status == AW_ESCRIPT
			 ? rule_files_key(&w->files, w->faults, key)
			 : w->status;

	if (rv != 0)
		return rv;
	*same = strcmp(key, w->seen) == 0;
	memcpy(w->seen, key, sizeof key);
	return 0;
}

static void on_looked(void *ctx)
{
	struct watch *w = ctx;
	bool same = false;

	w->looking = false;
	if (w->state == WATCH_CLOSING) {
		free_when_idle(w);
		return;
	}
	say_trouble(w, w->places.status);
	int rv = await_changes(w);
	if (rv != 0)
		say_trouble(w, rv);
	bool changed = take_events(w);
	if (same_as_before(w, &same) != 0) {
		settle(w, LATER);
	} else if (changed || !same) {
		settle(w, 1);
	} else {
		w->state = WATCH_QUIET;
		w->options.settled(w->options.ctx, &w->files, w->faults);
		forget(w);
	}
}

/* ---- opening ------------------------------------------------------------ */

int watch_open(const struct watch_options *options, struct watch **out, struct err *e)
{
	struct watch *w = calloc(1, sizeof *w);
	if (w == NULL)
		return err_set(e, -ENOMEM, "no memory to watch %s", options->dir);

	w->options = *options;
	w->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	int rv = w->inotify < 0 ? -errno : 0;
	if (rv == 0)
		rv = uv_poll_init(options->loop, &w->events, w->inotify);
	if (rv != 0) {
		if (w->inotify >= 0)
			(void)close(w->inotify); /* nothing was read */
		free(w);
		return err_set(e, rv, "cannot watch %s: %s", options->dir, status_text(rv));
	}
	(void)uv_timer_init(options->loop, &w->settle); /* cannot fail */
	w->handles = 2;
	w->events.data = w->settle.data = w;
	settle(w, 0);
	*out = w;
	return 0;
}
