/* The journal as its owner sees it: opened, handed work, polled, closed. */
#include "journal/inner.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LOOK_UPS_HELD = 8 };

/* ---- open and close ----------------------------------------------------- */

/* Signals are for the owner's thread. */
static int start(pthread_t *thread, void *(*run)(void *), void *ctx, bool *started, struct err *e)
{
	sigset_t all, before;

	(void)sigfillset(&all); /* cannot fail */
	int rv = pthread_sigmask(SIG_SETMASK, &all, &before);
	if (rv == 0) {
		rv = pthread_create(thread, NULL, run, ctx);
		(void)pthread_sigmask(SIG_SETMASK, &before, NULL); /* a mask that was there */
	}
	*started = rv == 0;
	return rv == 0 ? 0 : err_set(e, -rv, "starting a thread of the log: %s", strerror(rv));
}

static int init_waiting(struct journal *j)
{
	pthread_condattr_t monotonic;
	int rv = pthread_condattr_init(&monotonic);

	if (rv == 0)
		rv = pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	/* With glibc none of these can fail, so that no ladder is needed. */
	if (rv == 0)
		rv = pthread_mutex_init(&j->mutex, NULL);
	if (rv == 0)
		rv = pthread_cond_init(&j->appended, &monotonic);
	for (int i = 0; i < READINGS && rv == 0; i++)
		rv = pthread_cond_init(&j->readings[i].queried, NULL);
	if (rv == 0)
		rv = pthread_cond_init(&j->finished, NULL);
	(void)pthread_condattr_destroy(&monotonic); /* does nothing in glibc */
	return -rv;
}

/* Ends the threads, then the connections, the readers' first: the writer's
 * last checkpoint then finds nobody in its way. */
static void dismantle(struct journal *j)
{
	(void)pthread_mutex_lock(&j->mutex);
	j->stopping = true;
	(void)pthread_cond_broadcast(&j->appended);
	for (int i = 0; i < READINGS; i++)
		(void)pthread_cond_broadcast(&j->readings[i].queried);
	(void)pthread_mutex_unlock(&j->mutex);
	if (j->writing_started)
		(void)pthread_join(j->writing, NULL); /* it is ours and runs */
	for (int i = 0; i < READINGS; i++) {
		if (j->readings[i].started)
			(void)pthread_join(j->readings[i].thread, NULL);
		reader_close(&j->readings[i].reader);
		(void)pthread_cond_destroy(&j->readings[i].queried); /* nobody waits */
	}
	writer_close(&j->writer);
	(void)pthread_cond_destroy(&j->appended);
	(void)pthread_cond_destroy(&j->finished);
	(void)pthread_mutex_destroy(&j->mutex);
	free(j);
}

static int start_reading(struct journal *j, struct reading *r, struct err *e)
{
	r->journal = j;
	int rv = reader_connect(j->writer.store.path, false, &r->reader, e);
	return rv == 0 ? start(&r->thread, threads_read, r, &r->started, e) : rv;
}

int journal_open(const struct journal_options *options, struct journal **out, struct err *e)
{
	struct journal *j = calloc(1, sizeof *j);

	if (j == NULL)
		return err_set(e, -ENOMEM, "no memory for the log");
	j->notify = options->notify;
	j->changed = options->changed;
	j->notify_ctx = options->notify_ctx;
	store_init(&j->writer.store);
	/* To count what SQLite allocates takes a lock each time, and nobody asks. A second log of
	 * this process finds it set. */
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	int rv = init_waiting(j);
	if (rv != 0) {
		free(j);
		return err_set(e, rv, "preparing the log: %s", status_text(rv));
	}
	rv = writer_open(&j->writer, options, e);
	j->stats.sequence = j->writer.store.last;
	j->stats.lacks = j->writer.store.lacks;
	j->stats.key_replaced = j->writer.store.signing.key.standing == KEY_REPLACED;
	if (rv == 0)
		writer_key(&j->writer, j->key);
	j->stats.erasing = j->writer.erasing;
	if (rv == 0)
		rv = start(&j->writing, threads_write, j, &j->writing_started, e);
	for (int i = 0; i < READINGS && rv == 0; i++)
		rv = start_reading(j, &j->readings[i], e);
	if (rv != 0) {
		dismantle(j);
		return rv;
	}
	*out = j;
	return 0;
}

void journal_close(struct journal **journal)
{
	struct journal *j = *journal;

	*journal = NULL;
	if (j == NULL)
		return;
	/* A callback may hand in more: that is owed, too. */
	while (j->owed > 0) {
		journal_hand_in(j);
		(void)pthread_mutex_lock(&j->mutex);
		while (j->done.first == NULL)
			(void)pthread_cond_wait(&j->finished, &j->mutex);
		(void)pthread_mutex_unlock(&j->mutex);
		journal_poll(j);
	}
	dismantle(j);
}

/* ---- work in and out ---------------------------------------------------- */

static void tell_change(struct journal *j, const struct journal_stats *now, const struct err *why)
{
	const struct journal_stats before = j->told;
	bool same = now->full == before.full && now->failed == before.failed &&
		    now->held == before.held && now->over == before.over;

	j->told = *now;
	if (!same && j->changed != NULL)
		j->changed(j->notify_ctx, &before, now, why);
}

void journal_poll(struct journal *j)
{
	struct journal_stats now;
	struct err why = {.status = 0};
	struct queue done;
	struct task *t;

	(void)pthread_mutex_lock(&j->mutex);
	done = j->done;
	j->done = (struct queue){.first = NULL};
	now = j->stats;
	if (now.failed && !j->told.failed)
		why = j->why;
	(void)pthread_mutex_unlock(&j->mutex);
	tell_change(j, &now, &why);
	while ((t = queue_pop(&done)) != NULL) {
		j->owed--;
		t->deliver(t);
	}
}

static void deliver_append(struct task *t)
{
	struct append *a = (struct append *)t;

	a->done(a->ctx, t->status, a->receipts, t->status == 0 ? a->count : 0, &t->err);
	append_free(a);
}

static void deliver_query(struct task *t)
{
	struct query *q = (struct query *)t;

	q->done(q->ctx, t->status, &t->err);
	free(q);
}

static struct append *append_new(size_t count)
{
	struct append *a = calloc(1, sizeof *a + count * sizeof a->parts[0]);

	if (a == NULL)
		return NULL;
	a->receipts = calloc(count > 0 ? count : 1, sizeof *a->receipts); /* none of a ping */
	if (a->receipts == NULL) {
		free(a);
		return NULL;
	}
	a->count = count;
	a->task.deliver = deliver_append;
	return a;
}

/* Moves a draft's documents, into `to` or, where that is NULL, away. */
static void take(struct journal_draft *draft, struct part *to)
{
	if (to != NULL) {
		to->draft = *draft;
		json_index_init(&to->index);
		buffer_init(&to->body);
		buffer_init(&to->bytes);
		buffer_init(&to->quotes);
	} else {
		buffer_deinit(&draft->bytes);
		json_decref(draft->body);
		json_decref(draft->personal);
		json_decref(draft->blobs);
		json_decref(draft->erases);
	}
	draft->body = draft->personal = draft->blobs = draft->erases = NULL;
	buffer_init(&draft->bytes);
}

static int append(struct journal *j, struct journal_draft *drafts, size_t count,
		  journal_appended_cb done, void *ctx, bool rotates)
{
	struct append *a = append_new(count);

	for (size_t i = 0; i < count; i++)
		take(&drafts[i], a != NULL ? &a->parts[i] : NULL);
	if (a == NULL)
		return -ENOMEM;
	a->done = done;
	a->ctx = ctx;
	a->rotates = rotates;
	j->owed++;
	(void)pthread_mutex_lock(&j->mutex);
	queue_push(&j->appends, &a->task);
	j->stats.queued++;
	(void)pthread_mutex_unlock(&j->mutex);
	(void)pthread_cond_signal(&j->appended); /* who wakes finds the mutex free */
	return 0;
}

int journal_append(struct journal *j, struct journal_draft *drafts, size_t count,
		   journal_appended_cb done, void *ctx)
{
	assert(count > 0);
	return append(j, drafts, count, done, ctx, false);
}

int journal_ping(struct journal *j, journal_appended_cb done, void *ctx)
{
	return append(j, NULL, 0, done, ctx, false);
}

int journal_rotate(struct journal *j, const struct actor *by, const char *reason,
		   journal_appended_cb done, void *ctx)
{
	struct journal_draft draft = {
		.kind = "key",
		.by = *by,
		.body = json_pack("{ss}", "reason", reason),
	};

	return draft.body != NULL ? append(j, &draft, 1, done, ctx, true) : -ENOMEM;
}

static struct task *query_new(struct journal *j, journal_query_run run, journal_query_done done,
			      void *ctx)
{
	struct query *q = calloc(1, sizeof *q);

	if (q == NULL)
		return NULL;
	q->task.deliver = deliver_query;
	q->run = run;
	q->done = done;
	q->ctx = ctx;
	j->owed++;
	return &q->task;
}

static void hand_in(struct journal *j, struct reading *r, struct queue *queries)
{
	(void)pthread_mutex_lock(&j->mutex);
	queue_join(&r->queries, queries);
	(void)pthread_mutex_unlock(&j->mutex);
	(void)pthread_cond_signal(&r->queried);
}

int journal_query(struct journal *j, journal_query_run run, journal_query_done done, void *ctx)
{
	struct queue one = {.first = NULL};
	struct task *t = query_new(j, run, done, ctx);

	if (t == NULL)
		return -ENOMEM;
	queue_push(&one, t);
	hand_in(j, &j->readings[READING_QUESTIONS], &one);
	return 0;
}

int journal_look_up(struct journal *j, journal_query_run run, journal_query_done done, void *ctx)
{
	struct task *t = query_new(j, run, done, ctx);

	if (t == NULL)
		return -ENOMEM;
	queue_push(&j->held, t);
	if (j->held.length >= LOOK_UPS_HELD)
		journal_hand_in(j);
	return 0;
}

void journal_hand_in(struct journal *j)
{
	if (j->held.length > 0)
		hand_in(j, &j->readings[READING_LOOK_UPS], &j->held);
}

/* ---- what it says of itself --------------------------------------------- */

static int64_t size_of(const char *path, const char *suffix)
{
	struct buffer name;
	struct stat found;
	int64_t size = 0;

	buffer_init(&name);
	if (buffer_printf(&name, "%s%s", path, suffix) == 0 && stat(name.bytes, &found) == 0)
		size = found.st_size;
	buffer_deinit(&name);
	return size;
}

void journal_stats(struct journal *j, struct journal_stats *out)
{
	(void)pthread_mutex_lock(&j->mutex);
	*out = j->stats;
	(void)pthread_mutex_unlock(&j->mutex);
	/* The path never changes. By name: opening the file here would cost SQLite its locks. */
	out->file_bytes = size_of(j->writer.store.path, "");
	out->wal_bytes = size_of(j->writer.store.path, "-wal");
}

void journal_key(struct journal *j, char out[TLOG_VKEY])
{
	(void)pthread_mutex_lock(&j->mutex);
	memcpy(out, j->key, TLOG_VKEY);
	(void)pthread_mutex_unlock(&j->mutex);
}

bool journal_is_erasing(struct journal *j)
{
	(void)pthread_mutex_lock(&j->mutex);
	bool erasing = j->stats.erasing;
	(void)pthread_mutex_unlock(&j->mutex);
	return erasing;
}

const char *journal_identity(const struct journal *j)
{
	return j->writer.store.identity;
}

const char *journal_path(const struct journal *j)
{
	return j->writer.store.path;
}
