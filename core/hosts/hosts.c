/* All plugins of a folder: opened together, looked up, closed together. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hosts/inner.h"

void hosts_log(const struct host *h, int level, const char *text)
{
	char line[ERROR_TEXT + PLUGIN_NAME];

	(void)snprintf(line, sizeof line, "%s: %s", h->name, text);
	h->all->options.on_log(h->all->options.ctx, level >= 3 && level <= 6 ? level : 3, line);
}

/* ---- the end -------------------------------------------------------------- */

static void forget_description(struct host *h)
{
	for (size_t i = 0; i < h->offer_count; i++)
		form_free(&h->offers[i].form);
	h->offer_count = 0;
	free(h->offers);
	h->offers = NULL;
	json_decref(h->settings);
	h->settings = NULL;
	json_decref(h->description);
	h->description = NULL;
}

static void free_host(struct host *h)
{
	forget_description(h);
	sink_deinit(&h->sink);
	if (h->object >= 0)
		(void)close(h->object); /* memory only */
	free(h->file);
}

static void free_all(struct hosts *all)
{
	for (size_t i = 0; i < all->count; i++)
		free_host(&all->list[i]);
	free(all->list);
	free(all);
}

void hosts_may_close(struct hosts *all)
{
	if (!all->closing || all->jobs > 0 || all->open_pauses > 0)
		return;
	for (size_t i = 0; i < all->count; i++) {
		if (all->list[i].open_handles > 0)
			return;
	}
	void (*closed)(void *ctx) = all->closed;
	void *ctx = all->closed_ctx;
	free_all(all);
	if (closed != NULL)
		closed(ctx);
}

static void on_pause_closed(uv_handle_t *handle)
{
	struct host *h = handle->data;

	h->all->open_pauses--;
	hosts_may_close(h->all);
}

static void on_starter_closed(uv_handle_t *handle)
{
	struct hosts *all = handle->data;

	all->open_pauses--;
	hosts_may_close(all);
}

void hosts_close(struct hosts **hosts, void (*closed)(void *ctx), void *ctx)
{
	struct hosts *all = *hosts;

	*hosts = NULL;
	if (all == NULL) {
		if (closed != NULL)
			closed(ctx);
		return;
	}
	all->closing = true;
	all->closed = closed;
	all->closed_ctx = ctx;
	uv_close((uv_handle_t *)&all->starter, on_starter_closed);
	for (size_t i = 0; i < all->count; i++) {
		struct host *h = &all->list[i];
		uv_close((uv_handle_t *)&h->pause, on_pause_closed);
		if (h->sink.exists)
			uv_close((uv_handle_t *)&h->sink.pause, on_pause_closed);
		if (h->open_handles > 0)
			host_leave(h);
	}
}

/* ---- the beginning -------------------------------------------------------- */

void hosts_on_settled(struct host *h)
{
	struct hosts *all = h->all;

	if (h->settled)
		return;
	h->settled = true;
	if (--all->unsettled > 0 || all->closing)
		return;
	all->settled(all->options.ctx);
}

static void on_start(uv_timer_t *timer)
{
	struct hosts *all = timer->data;

	all->unsettled = all->count + 1;
	for (size_t i = 0; i < all->count; i++) {
		struct host *h = &all->list[i];
		if (h->state == HOST_ABSENT) {
			host_start(h);
			continue;
		}
		all->options.on_log(all->options.ctx, 3, h->last_error);
		hosts_on_settled(h);
	}
	if (--all->unsettled == 0)
		all->settled(all->options.ctx);
}

int hosts_open(const struct hosts_options *options, struct hosts **out, void (*settled)(void *ctx),
	       struct err *e)
{
	struct hosts *all = calloc(1, sizeof *all);

	if (all == NULL)
		return err_set(e, -ENOMEM, "no memory for plugins");
	all->options = *options;
	all->settled = settled;
	int rv = hosts_find_user(all, e);
	if (rv == 0)
		rv = hosts_read_folder(all, e);
	if (rv != 0) {
		free_all(all);
		return rv;
	}
	/* Timers only have their members set. */
	(void)uv_timer_init(options->loop, &all->starter);
	all->starter.data = all;
	all->open_pauses = 1;
	for (size_t i = 0; i < all->count; i++) {
		(void)uv_timer_init(options->loop, &all->list[i].pause);
		all->list[i].pause.data = &all->list[i];
		all->open_pauses++;
	}
	(void)uv_timer_start(&all->starter, on_start, 0, 0);
	*out = all;
	return 0;
}

/* ---- what a host tells ---------------------------------------------------- */

static int make_offer(struct host *h, size_t number, const json_t *described, struct err *e)
{
	struct host_offer *o = &h->offers[number];

	*o = (struct host_offer){
		.host = h,
		.number = number,
		.kind = json_member_text(described, "kind"),
		.name = json_member_text(described, "name"),
		.role = json_member_text(described, "role"),
	};
	if (strcmp(o->kind, "method") == 0)
		return form_new(json_object_get(described, "form"), &o->form, e);
	if (strcmp(o->kind, "unknown") == 0)
		hosts_log(h, 4,
			  "offers something of a kind that this awardd does not know: it is "
			  "passed over");
	return 0;
}

static int make_offers(struct host *h, struct err *e)
{
	const json_t *offers = json_object_get(h->description, "offers");
	size_t i;
	const json_t *one;
	int rv = 0;

	h->offers = calloc(json_array_size(offers) + 1, sizeof *h->offers);
	if (h->offers == NULL)
		return err_set(e, -ENOMEM, "no memory for plugins");
	json_array_foreach(offers, i, one) {
		if (rv == 0)
			rv = make_offer(h, i, one, e);
		h->offer_count = rv == 0 ? i + 1 : h->offer_count;
	}
	return rv;
}

static int take_description(struct host *h, json_t *description, struct err *e)
{
	int rv = plugin_description_check(description, h->file, e);
	if (rv != 0)
		return rv;
	h->description = json_incref(description);
	rv = settings_read(h->all->options.config, h, &h->settings, e);
	return rv == 0 ? make_offers(h, e) : rv;
}

static int open_sink(struct host *h)
{
	for (size_t i = 0; i < h->offer_count && h->all->options.journal != NULL; i++) {
		if (strcmp(h->offers[i].kind, "sink") != 0)
			continue;
		h->sink.offer = i;
		return sink_open(h); /* there is one at most */
	}
	return 0;
}

/* What it told the first time holds for as long as the daemon runs: it is the
 * same object each time. */
int hosts_on_loaded(struct host *h, json_t *description, struct err *e)
{
	if (h->description != NULL)
		return 0;
	int rv = take_description(h, description, e);
	if (rv == 0)
		rv = open_sink(h);
	if (rv != -ENOMEM)
		return rv;
	forget_description(h); /* it is started again, and tells it again */
	return err_set(e, rv, "%s: no memory for what it says", h->file);
}

void hosts_on_started(struct host *h)
{
	char line[128];

	(void)snprintf(line, sizeof line, "%s runs", json_member_text(h->description, "version"));
	hosts_log(h, 6, line);
	hosts_on_settled(h);
	sink_next(h);
}

static void on_pause(uv_timer_t *timer)
{
	struct host *h = timer->data;

	h->restarts++;
	host_start(h);
}

static void start_later(struct host *h)
{
	const struct hosts_options *options = &h->all->options;
	unsigned doublings = h->failures > 1 ? h->failures - 1 : 0;
	uint64_t ms = (uint64_t)options->pause_ms << (doublings < 16 ? doublings : 16);
	char line[ERROR_TEXT + 64];

	if (ms > options->pause_most_ms)
		ms = options->pause_most_ms;
	(void)snprintf(line, sizeof line, "%s. It is started again in %u ms", h->why, (unsigned)ms);
	options->on_log(options->ctx, 4, line);
	(void)uv_timer_start(&h->pause, on_pause, ms, 0); /* fails never */
}

void hosts_on_ended(struct host *h)
{
	const struct hosts_options *options = &h->all->options;
	char line[ERROR_TEXT + 64];

	if (h->all->closing) {
		hosts_may_close(h->all);
		return;
	}
	if (h->state == HOST_ABSENT) {
		start_later(h);
	} else {
		(void)snprintf(line, sizeof line, "%s%s", h->why,
			       h->state == HOST_FAILED
				       ? ". It failed too often: it is out of action until SIGHUP"
				       : "");
		options->on_log(options->ctx, 3, line);
	}
	hosts_on_settled(h);
}

void hosts_again(struct hosts *all)
{
	for (size_t i = 0; all != NULL && i < all->count; i++) {
		struct host *h = &all->list[i];
		bool waits = h->state == HOST_ABSENT && uv_is_active((uv_handle_t *)&h->pause);

		h->failures = 0;
		if (waits)
			(void)uv_timer_stop(&h->pause); /* fails never */
		if (waits || h->state == HOST_FAILED)
			on_pause(&h->pause);
	}
}

void hosts_on_commit(struct hosts *all)
{
	for (size_t i = 0; all != NULL && i < all->count; i++)
		sink_next(&all->list[i]);
}

/* ---- what plugins offer --------------------------------------------------- */

static const struct host_offer *find_method(const struct host *h, const char *verb)
{
	for (size_t i = 0; i < h->offer_count; i++) {
		const struct host_offer *o = &h->offers[i];
		if (strcmp(o->kind, "method") == 0 && strcmp(o->name, verb) == 0)
			return o;
	}
	return NULL;
}

/* The plugin of a method's name, or NULL. */
static const struct host *find_host(const struct hosts *all, const char *name)
{
	size_t length = strcspn(name, ".");

	for (size_t i = 0; all != NULL && name[length] == '.' && i < all->count; i++) {
		const struct host *h = &all->list[i];
		if (strlen(h->name) == length && strncmp(h->name, name, length) == 0)
			return h;
	}
	return NULL;
}

const struct host_offer *hosts_method(const struct hosts *all, const char *name)
{
	const struct host *h = find_host(all, name);

	return h != NULL ? find_method(h, name + strlen(h->name) + 1) : NULL;
}

const char *hosts_no_method(const struct hosts *all, const char *name)
{
	const struct host *h = find_host(all, name);

	return h != NULL && h->offer_count == 0 && h->last_error[0] != '\0' ? h->last_error : NULL;
}

const char *host_offer_role(const struct host_offer *o)
{
	return o->role;
}

const struct form *host_offer_form(const struct host_offer *o)
{
	return o->form;
}

int hosts_call(const struct host_offer *o, const json_t *call, host_answer_cb done, void *ctx,
	       struct err *e)
{
	struct host *h = o->host;

	if (!host_runs(h) || h->leaving)
		return err_set(e, AW_ECLOSED, "the plugin %s does not run: %s", h->name,
			       h->last_error[0] != '\0' ? h->last_error : "it is being started");
	if (h->queued >= CALLS_MOST)
		return err_set(e, AW_ELIMIT, "%d calls of the plugin %s wait already", CALLS_MOST,
			       h->name);
	struct ask *ask = calloc(1, sizeof *ask);
	if (ask == NULL)
		return err_set(e, -ENOMEM, "no memory for a call");
	buffer_init(&ask->frame);
	ask->done = done;
	ask->ctx = ctx;
	size_t begun = frame_begin(&ask->frame, PLUGIN_CALL);
	(void)buffer_append_text(&ask->frame, "{\"call\":");
	int rv = json_compact(call, &ask->frame);
	(void)buffer_printf(&ask->frame, ",\"offer\":%zu}", o->number);
	if (rv == 0)
		rv = frame_end(&ask->frame, begun);
	if (rv != 0) {
		buffer_deinit(&ask->frame);
		free(ask);
		return err_set(e, rv, "a call of the plugin %s: %s", h->name, status_text(rv));
	}
	*h->last = ask;
	h->last = &ask->next;
	h->queued++;
	host_next(h);
	return 0;
}

/* ---- asked about ---------------------------------------------------------- */

static const char *state_name(const struct host *h)
{
	switch (h->state) {
	case HOST_IDLE:
	case HOST_BUSY:
		return h->sink.blocked ? "failed" : "running";
	case HOST_REFUSED:
		return "refused";
	case HOST_FAILED:
		return "failed";
	default:
		return "waiting";
	}
}

static json_t *kinds_of(const struct host *h)
{
	json_t *kinds = json_array();

	for (size_t i = 0; i < h->offer_count; i++) {
		bool seen = false;
		for (size_t k = 0; k < i; k++)
			seen = seen || strcmp(h->offers[k].kind, h->offers[i].kind) == 0;
		if (!seen && json_array_append_new(kinds, json_string(h->offers[i].kind)) != 0) {
			json_decref(kinds);
			return NULL;
		}
	}
	return kinds;
}

static json_t *sink_position(const struct host *h, json_int_t position)
{
	return h->sink.exists ? json_integer(position) : json_null();
}

static json_t *describe(const struct host *h)
{
	struct journal_stats stats;
	bool runs = host_runs(h);

	journal_stats(h->all->options.journal, &stats);
	json_t *error = h->last_error[0] != '\0' ? json_pack("{ss ss}", "at", h->last_error_at,
							     "message", h->last_error)
						 : json_null();
	return json_pack(
		"{ss ss ss ss? ss? so ss so sI sI so so sb so}", "name", h->name, "file", h->file,
		"sha256", h->sha256, "version", json_member_text(h->description, "version"), "says",
		json_member_text(h->description, "says"), "kinds", kinds_of(h), "state",
		state_name(h), "process_id",
		runs ? json_integer(uv_process_get_pid(&h->child)) : json_null(), "restarts",
		(json_int_t)h->restarts, "calls", (json_int_t)(h->calls - h->entries), "position",
		sink_position(h, h->sink.done), "behind",
		sink_position(h, stats.sequence - h->sink.done), "stuck",
		h->sink.exists && (h->sink.blocked || h->sink.failures > 0), "last_error", error);
}

json_t *hosts_describe(const struct hosts *all)
{
	json_t *list = json_array();

	for (size_t i = 0; all != NULL && list != NULL && i < all->count; i++) {
		if (json_array_append_new(list, describe(&all->list[i])) != 0) {
			json_decref(list);
			list = NULL;
		}
	}
	return list;
}
