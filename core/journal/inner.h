/*
 * inner: the journal's own struct, and what passes between the owner's thread
 * and those of the journal.
 */
#ifndef AW_JOURNAL_INNER_H
#define AW_JOURNAL_INNER_H

#include <pthread.h>
#include <time.h>

#include "journal/quote.h"
#include "journal/reader.h"
#include "journal/store.h"

/* What is handed in on one side and comes out of journal_poll on the other. */
struct task {
	struct task *next;
	void (*deliver)(struct task *t); /* calls back and frees */
	int status;
	struct err err; /* set where status is not 0 */
};

struct queue {
	struct task *first, *last;
	size_t length;
};

/* One journal_append; or, where it has no part, a journal_ping. */
struct append {
	struct task task; /* first: a task is cast back */
	journal_appended_cb done;
	void *ctx;
	bool settled; /* its status is known, whatever the others' becomes */
	bool rotates; /* the log's key with this entry; then it is a group of its own */
	size_t count;
	struct journal_receipt *receipts;
	struct part {
		struct journal_draft draft;
		struct buffer body;      /* canonical; kept while an op is tried again */
		struct json_index index; /* of it */
		struct buffer bytes;     /* of the whole entry */
		struct buffer quotes;    /* the same as the file has it, or empty: as they are */
	} parts[];
};

/* One journal_query. */
struct query {
	struct task task; /* first */
	journal_query_run run;
	journal_query_done done;
	void *ctx;
};

/* The writing thread's own; nobody else touches it while the thread runs. */
struct writer {
	struct store store;
	struct clock clock;
	struct chance chance;
	sqlite3_stmt *insert_entry, *insert_blob, *insert_personal, *erase_personal;
	struct source source; /* what decisions are in quotes of */
	struct unquoted {
		const struct part *part; /* NULL: none */
		int64_t sequence;
	} unquoted;                  /* the last decision of the group at hand that is whole */
	int64_t next;                /* sequence of the next entry in the group at hand */
	struct tlog_signer next_key; /* while a rotation is under way */
	int wal_pages;               /* in the WAL after the last commit */
	int wal_tried_at;            /* wal_pages at the last checkpoint that left some */
	int wal_step;                /* pages between two checkpoints of one that is not long */
	int wal_long;                /* pages from which a reader that holds the WAL is told of */
	int wal_limit;               /* pages from which it stops all writing; 0: never */
	bool stuck;                  /* the last checkpoint got no further than the one before */
	bool held, over;             /* as in struct journal_stats */
	uint64_t commits;            /* since start */
	sqlite3_stmt *begin, *commit, *roll_back; /* made while there is memory for them */
	bool full;                                /* the last group found no room */
	bool broken;                              /* the file failed: nothing is written any more */
	struct err why;                           /* where broken */

	bool erasing;      /* see struct journal_stats */
	time_t cleared_at; /* second of the monotonic clock in which that was last tried */
};

/* A reading thread, with a connection and a line of its own. */
struct reading {
	struct journal *journal;
	struct journal_reader *reader; /* the thread's alone */
	pthread_t thread;
	bool started;
	pthread_cond_t queried;
	struct queue queries; /* guarded by the journal's mutex */
};

/* What decisions wait for must not wait for what people ask. */
enum { READING_LOOK_UPS, READING_QUESTIONS, READINGS };

struct journal {
	void (*notify)(void *ctx);
	void (*changed)(void *ctx, const struct journal_stats *before,
			const struct journal_stats *now, const struct err *why);
	void *notify_ctx;
	struct journal_stats told; /* what `changed` was last called for; the owner's */
	struct writer writer;
	struct reading readings[READINGS];
	pthread_t writing;
	bool writing_started;
	size_t owed;       /* callbacks; the owner's thread alone counts them */
	struct queue held; /* look-ups that are not handed in yet; the owner's */

	pthread_mutex_t mutex; /* guards what follows */
	pthread_cond_t appended, finished;
	struct queue appends, done;
	bool stopping;
	char key[TLOG_VKEY]; /* in force */
	struct journal_stats stats;
	struct err why; /* where failed */
};

void queue_push(struct queue *q, struct task *t);
struct task *queue_pop(struct queue *q);
/* Moves all of `from` behind what is there. */
void queue_join(struct queue *q, struct queue *from);

/* ---- append.c: one op, from drafts to statements ------------------------- */

void append_free(struct append *a);
/* Gives each part its sequence from w->next on, its receipt and its bytes, and
 * checks them. Writes nothing; on failure w->next is as before. */
int append_build(struct writer *w, struct append *a, struct err *e);
/* Runs the statements, inside a transaction. */
int append_insert(struct writer *w, struct append *a, struct err *e);

/* ---- writer.c ------------------------------------------------------------ */

int writer_open(struct writer *w, const struct journal_options *options, struct err *e);
void writer_close(struct writer *w);
/* The key that signs from now on. */
void writer_key(const struct writer *w, char out[TLOG_VKEY]);
/* Commits the ops of a group together; each has its status afterwards. */
void writer_commit(struct writer *w, struct append *const *ops, size_t count);
/* Whether others wait for the writer; or nobody does; or nobody did for a while. */
enum leisure { LEISURE_NONE, LEISURE_SOME, LEISURE_LONG };
/* Checkpoints where enough pages stand in the WAL, sooner where nobody waits; all of it where nobody
 * did for a while. */
void writer_checkpoint(struct writer *w, enum leisure leisure);
/* Bytes in the WAL, without what is left of an earlier, longer one. */
int64_t writer_wal_bytes(const struct writer *w);

/* ---- threads.c ----------------------------------------------------------- */

void *threads_write(void *journal);
void *threads_read(void *reading);

#endif
