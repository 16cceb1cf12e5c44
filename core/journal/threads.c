/* The threads: one commits what was appended, the others run queries. */
#include <errno.h>
#include <time.h>

#include "journal/inner.h"

enum {
	GROUP_LIMIT = 256,   /* drafts a COMMIT, but for an op that has more */
	LOOK_UPS_LIMIT = 16, /* under one snapshot, so that the first need not wait for long */
	IDLE_MS = 1000,      /* without an append, until the WAL is emptied */
};

void queue_push(struct queue *q, struct task *t)
{
	t->next = NULL;
	if (q->last != NULL)
		q->last->next = t;
	else
		q->first = t;
	q->last = t;
	q->length++;
}

struct task *queue_pop(struct queue *q)
{
	struct task *t = q->first;

	if (t == NULL)
		return NULL;
	q->first = t->next;
	if (q->first == NULL)
		q->last = NULL;
	q->length--;
	return t;
}

void queue_join(struct queue *q, struct queue *from)
{
	if (from->first == NULL)
		return;
	if (q->last != NULL)
		q->last->next = from->first;
	else
		q->first = from->first;
	q->last = from->last;
	q->length += from->length;
	*from = (struct queue){.first = NULL};
}

/* Hands finished tasks to the owner. */
static void finish(struct journal *j, struct task *const *tasks, size_t count)
{
	(void)pthread_mutex_lock(&j->mutex); /* a plain mutex in use cannot fail */
	for (size_t i = 0; i < count; i++)
		queue_push(&j->done, tasks[i]);
	(void)pthread_mutex_unlock(&j->mutex);
	(void)pthread_cond_signal(&j->finished); /* who wakes finds the mutex free */
	j->notify(j->notify_ctx);
}

/* ---- the writing thread ------------------------------------------------- */

/* Waits for an append; false where IDLE_MS went by without one. */
static bool wait_a_while(struct journal *j)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until); /* always there on Linux */
	until.tv_sec += IDLE_MS / 1000;
	until.tv_nsec += IDLE_MS % 1000 * 1000000L;
	return pthread_cond_timedwait(&j->appended, &j->mutex, &until) != ETIMEDOUT;
}

/* With the mutex. */
static void count_states(struct journal *j)
{
	const struct writer *w = &j->writer;

	j->stats.full = w->full;
	j->stats.failed = w->broken;
	j->stats.held = w->held;
	j->stats.over = w->over;
	j->stats.erasing = w->erasing;
	if (w->held)
		j->stats.held_bytes = writer_wal_bytes(w);
	if (w->broken)
		j->why = w->why;
}

/* Nobody waits for an answer to what happens here: the owner is woken for it. */
static void empty_wal(struct journal *j, enum leisure leisure)
{
	struct writer *w = &j->writer;
	bool held = w->held, over = w->over, erasing = w->erasing;

	if (w->broken)
		return;
	writer_checkpoint(w, leisure);
	if (!w->broken && w->held == held && w->over == over && w->erasing == erasing)
		return;
	(void)pthread_mutex_lock(&j->mutex);
	count_states(j);
	(void)pthread_mutex_unlock(&j->mutex);
	j->notify(j->notify_ctx);
}

/* Takes the ops of the next group; 0 where the thread shall end. Empties the
 * WAL while there is nothing to do. */
static size_t next_group(struct journal *j, struct task **group)
{
	const struct writer *w = &j->writer;
	size_t ops = 0, drafts = 0;

	(void)pthread_mutex_lock(&j->mutex);
	while (j->appends.first == NULL && !j->stopping) {
		if (w->wal_pages == 0 || w->broken) {
			(void)pthread_cond_wait(&j->appended, &j->mutex);
		} else if (!wait_a_while(j)) {
			(void)pthread_mutex_unlock(&j->mutex);
			empty_wal(j, LEISURE_LONG);
			(void)pthread_mutex_lock(&j->mutex);
		}
	}
	while (j->appends.first != NULL) {
		const struct append *a = (struct append *)j->appends.first;
		drafts += a->count > 0 ? a->count : 1;
		if (ops > 0 && (drafts > GROUP_LIMIT || a->rotates))
			break;
		group[ops++] = queue_pop(&j->appends);
		if (a->rotates)
			break;
	}
	(void)pthread_mutex_unlock(&j->mutex);
	return ops;
}

/* Gives what there is to do after it. */
static enum leisure count_group(struct journal *j, size_t ops)
{
	const struct writer *w = &j->writer;

	(void)pthread_mutex_lock(&j->mutex);
	j->stats.entries += (uint64_t)(w->store.last - j->stats.sequence);
	j->stats.sequence = w->store.last;
	j->stats.commits = w->commits;
	j->stats.queued -= ops;
	count_states(j);
	writer_key(w, j->key);
	bool wait = j->appends.first != NULL;
	(void)pthread_mutex_unlock(&j->mutex);
	return wait ? LEISURE_NONE : LEISURE_SOME;
}

void *threads_write(void *journal)
{
	struct journal *j = journal;
	struct task *group[GROUP_LIMIT];
	struct append *ops[GROUP_LIMIT];
	size_t count;

	while ((count = next_group(j, group)) > 0) {
		size_t writes = 0;
		for (size_t i = 0; i < count; i++) {
			struct append *a = (struct append *)group[i];
			if (a->count > 0)
				ops[writes++] = a;
		}
		if (writes > 0)
			writer_commit(&j->writer, ops, writes);
		enum leisure leisure = count_group(j, count);
		finish(j, group, count);
		empty_wal(j, leisure);
	}
	return NULL;
}

/* ---- a reading thread --------------------------------------------------- */

/* Takes what waits, up to `most`; 0 where the thread shall end. */
static size_t next_queries(struct reading *r, struct task **group, size_t most)
{
	struct journal *j = r->journal;
	size_t count = 0;

	(void)pthread_mutex_lock(&j->mutex);
	while (r->queries.first == NULL && !j->stopping)
		(void)pthread_cond_wait(&r->queried, &j->mutex);
	while (count < most && r->queries.first != NULL)
		group[count++] = queue_pop(&r->queries);
	(void)pthread_mutex_unlock(&j->mutex);
	return count;
}

/* One snapshot for all of them: it is of after the last was handed in. A failure may have
 * ended it, so that who comes after one gets another. */
static void run_queries(struct journal_reader *reader, struct task *const *group, size_t count)
{
	bool begun = false;

	for (size_t i = 0; i < count; i++) {
		struct task *t = group[i];
		const struct query *q = (const struct query *)t;
		t->status = begun ? 0 : reader_begin(reader, &t->err);
		if (t->status == 0)
			t->status = q->run(reader, q->ctx, &t->err);
		begun = t->status == 0;
		if (!begun)
			reader_end(reader);
	}
	if (begun)
		reader_end(reader);
}

void *threads_read(void *reading)
{
	struct reading *r = reading;
	/* Look-ups are short and wait for each other's answers; questions may be long. */
	bool look_ups = r == &r->journal->readings[READING_LOOK_UPS];
	struct task *group[LOOK_UPS_LIMIT];
	size_t count;

	while ((count = next_queries(r, group, look_ups ? LOOK_UPS_LIMIT : 1)) > 0) {
		run_queries(r->reader, group, count);
		finish(r->journal, group, count);
	}
	return NULL;
}
