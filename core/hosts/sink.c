/* Bringing the log to a sink: entry after entry, read from the log in small
 * batches, one with the plugin at a time, and how far it is written to a file
 * after that. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "errand/errand.h"
#include "hosts/inner.h"

enum { BATCH = 32, POSITION_LIMIT = 4096 };

void sink_deinit(struct sink *s)
{
	json_decref(s->entries);
	s->entries = NULL;
}

/* ---- its position --------------------------------------------------------- */

/* One write of a position, on another thread. */
struct storing {
	struct host *host;
	char path[sizeof((struct sink *)0)->path];
	char text[128];
	int64_t sequence;
	int status;
};

/* Written beside and renamed: a reader finds the old position or the new one. An
 * old one is no harm: an entry comes twice. */
static int write_position(const char *path, const char *text)
{
	char fresh[sizeof((struct sink *)0)->path + 4];

	(void)snprintf(fresh, sizeof fresh, "%s.new", path);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	if (fd < 0)
		return -errno;
	int rv = file_write_synced(fd, text_of(text));
	if (close(fd) != 0 && rv == 0)
		rv = -errno;
	if (rv == 0 && rename(fresh, path) != 0)
		rv = -errno;
	return rv;
}

static void on_work(void *ctx)
{
	struct storing *w = ctx;

	w->status = write_position(w->path, w->text);
}

/* Said once for as long as it lasts. */
static void note_unstored(struct host *h, int status)
{
	host_fault(h, "%s: how far it is cannot be written to %s: %s", h->file, h->sink.path,
		   status_text(status));
	if (!h->sink.unstored)
		h->all->options.on_log(h->all->options.ctx, 4, h->last_error);
}

static void store(struct host *h);

static void on_stored(void *ctx)
{
	struct storing *w = ctx;
	struct host *h = w->host;
	struct sink *s = &h->sink;

	s->storing = false;
	h->all->jobs--;
	if (w->status == 0)
		s->stored = w->sequence;
	else
		note_unstored(h, w->status);
	s->unstored = w->status != 0;
	if (w->status == 0 && s->stored < s->done)
		store(h);
	free(w);
	hosts_may_close(h->all);
}

static void format_position(const struct host *h, char *text, size_t size)
{
	(void)snprintf(text, size, "{\"log\":\"%s\",\"sequence\":%" PRId64 "}\n",
		       journal_identity(h->all->options.journal), h->sink.done);
}

/* Where it cannot be written now, it will be with the next entry. */
static void store(struct host *h)
{
	struct sink *s = &h->sink;
	struct storing *w = s->storing ? NULL : malloc(sizeof *w);

	if (w == NULL)
		return;
	*w = (struct storing){.host = h, .sequence = s->done};
	memcpy(w->path, s->path, sizeof w->path);
	format_position(h, w->text, sizeof w->text);
	if (errand_start(h->all->options.loop, on_work, on_stored, w) != 0) {
		free(w);
		return;
	}
	s->storing = true;
	h->all->jobs++;
}

/* What the file says, or what is wrong with it. */
static int read_position(struct host *h, struct err *e)
{
	struct buffer text;
	struct journal_stats stats;
	struct stat about;

	if (stat(h->sink.path, &about) != 0 && errno == ENOENT)
		return 0; /* from the first entry on */
	buffer_init(&text);
	int rv = file_read(h->sink.path, POSITION_LIMIT, &text, e);
	struct err why = {.status = 0};
	json_t *document = rv == 0 ? json_read((struct text){text.bytes, text.length}, &why) : NULL;
	const char *log = json_member_text(document, "log");
	json_int_t sequence = json_member_integer(document, "sequence", -1);
	journal_stats(h->all->options.journal, &stats);
	if (why.status == -ENOMEM)
		rv = -ENOMEM;
	if (rv == 0 && (log == NULL || sequence < 0))
		rv = err_set(e, AW_EINVALID, "%s: is no position of a sink", h->sink.path);
	else if (rv == 0 && strcmp(log, journal_identity(h->all->options.journal)) != 0)
		rv = err_set(e, AW_EINVALID, "%s: is of the log %s, and this is %s", h->sink.path,
			     log, journal_identity(h->all->options.journal));
	else if (rv == 0 && sequence > stats.sequence)
		rv = err_set(e, AW_EINVALID,
			     "%s: says entry %" JSON_INTEGER_FORMAT
			     ", and the log ends at %" PRId64,
			     h->sink.path, sequence, stats.sequence);
	if (rv == 0)
		h->sink.done = h->sink.stored = sequence;
	json_decref(document);
	buffer_deinit(&text);
	return rv;
}

int sink_open(struct host *h)
{
	struct sink *s = &h->sink;
	struct err e = {0};

	int length = snprintf(s->path, sizeof s->path, "%s.%s.position",
			      config_text(h->all->options.config, CONFIG_LOG), h->name);
	int rv = length >= (int)sizeof s->path
			 ? err_set(&e, AW_ELIMIT, "the log's path is too long")
			 : read_position(h, &e);
	if (rv == -ENOMEM)
		return rv;
	s->exists = true;
	(void)uv_timer_init(h->all->options.loop, &s->pause); /* only sets members */
	s->pause.data = h;
	h->all->open_pauses++;
	if (rv == 0)
		return 0;
	s->blocked = true;
	host_fault(h, "%s. It gets no entries", e.text);
	h->all->options.on_log(h->all->options.ctx, 3, h->last_error);
	return 0;
}

/* ---- reading the log ------------------------------------------------------ */

struct reading {
	struct host *host;
	int64_t after;
	json_t *entries;
};

/* On the reading thread. */
static int run_reading(struct journal_reader *r, void *ctx, struct err *e)
{
	struct reading *q = ctx;

	for (int64_t sequence = q->after + 1; sequence <= q->after + BATCH; sequence++) {
		json_t *entry = NULL;
		int rv = reader_hashed(r, sequence, &entry, e);
		if (rv == AW_EABSENT)
			return 0;
		if (rv == 0 && json_array_append_new(q->entries, entry) != 0)
			rv = -ENOMEM;
		if (rv != 0)
			return rv;
	}
	return 0;
}

static void try_again(struct host *h);

static void on_reading(void *ctx, int status, const struct err *e)
{
	struct reading *q = ctx;
	struct host *h = q->host;
	struct sink *s = &h->sink;

	s->reading = false;
	h->all->jobs--;
	if (status == 0) {
		json_decref(s->entries);
		s->entries = json_incref(q->entries);
		s->next = 0;
	} else {
		host_fault(h, "%s: the log could not be read for it: %s", h->file, e->text);
	}
	json_decref(q->entries);
	free(q);
	if (h->all->closing)
		hosts_may_close(h->all);
	else if (status != 0)
		try_again(h);
	else
		sink_next(h);
}

static void read_more(struct host *h)
{
	struct reading *q = malloc(sizeof *q);

	if (q != NULL) {
		*q = (struct reading){h, h->sink.done, json_array()};
		if (q->entries != NULL &&
		    journal_query(h->all->options.journal, run_reading, on_reading, q) == 0) {
			h->sink.reading = true;
			h->all->jobs++;
			return;
		}
		json_decref(q->entries);
	}
	free(q);
	try_again(h);
}

/* ---- giving entries ------------------------------------------------------- */

static void on_pause(uv_timer_t *timer)
{
	sink_next(timer->data);
}

static void try_again(struct host *h)
{
	const struct hosts_options *options = &h->all->options;
	unsigned doublings = h->sink.failures < 16 ? h->sink.failures : 16;
	uint64_t ms = (uint64_t)options->pause_ms << doublings;

	h->sink.failures++;
	if (ms > options->pause_most_ms)
		ms = options->pause_most_ms;
	(void)uv_timer_start(&h->sink.pause, on_pause, ms, 0); /* fails never */
}

/* Said once for as long as it lasts. */
static void note_refusal(struct host *h, const char *message)
{
	host_fault(h, "%s: entry %" PRId64 " is not taken: %s", h->file, h->sink.done + 1, message);
	if (h->sink.failures == 0)
		h->all->options.on_log(h->all->options.ctx, 4, h->last_error);
}

static void on_answer(void *ctx, const struct host_answer *answer)
{
	struct host *h = ctx;
	struct sink *s = &h->sink;

	s->under_way = false;
	if (answer->status == 0) {
		s->done++;
		s->next++;
		s->failures = 0;
		h->entries++;
		store(h);
	} else if (answer->status == AW_EINVALID) {
		note_refusal(h, answer->message);
		try_again(h);
	} /* else it is started again, and goes on then */
}

static void give(struct host *h, json_t *entry)
{
	json_t *call =
		json_pack("{sO sI}", "entry", entry, "sequence", (json_int_t)h->sink.done + 1);
	struct err e = {0};
	int rv = call != NULL ? hosts_call(&h->offers[h->sink.offer], call, on_answer, h, &e)
			      : -ENOMEM;

	json_decref(call);
	h->sink.under_way = rv == 0;
	if (rv != 0)
		try_again(h);
}

void sink_next(struct host *h)
{
	struct sink *s = &h->sink;
	struct journal_stats stats;

	if (!s->exists || s->blocked || s->under_way || s->reading || !host_runs(h) || h->leaving ||
	    h->all->closing || uv_is_active((uv_handle_t *)&s->pause))
		return;
	if (s->next < json_array_size(s->entries)) {
		give(h, json_array_get(s->entries, s->next));
		return;
	}
	journal_stats(h->all->options.journal, &stats);
	if (stats.sequence > s->done)
		read_more(h);
}
