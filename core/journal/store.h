/*
 * store: the log's file as its one writer holds it - locked, recognised,
 * brought up to date, its end checked - and its checkpoints.
 */
#ifndef AW_JOURNAL_STORE_H
#define AW_JOURNAL_STORE_H

#include <sqlite3.h>
#include <sys/types.h>

#include "journal/derive.h"
#include "journal/gather.h"
#include "journal/schema.h"
#include "journal/signing.h"

/* After init, close is always legal; while it is open it stays where it is. */
struct store {
	char *path;           /* absolute, links followed */
	int lock;             /* descriptor of "<path>.lock", -1 where not held */
	bool recognised;      /* it is a log, and not somebody else's file */
	struct gather gather; /* what its connection writes with */
	sqlite3 *db;
	struct derive derive;
	struct signing signing;
	char identity[LOG_IDENTITY];
	int64_t last; /* sequence of the newest entry */
	/* By the last checkpoint: pages in the WAL, and how many of them the file has. */
	int wal_pages, wal_written;
	bool kept;    /* at its opening the WAL could not be emptied */
	dev_t device; /* of the file that was opened */
	ino_t inode;
	int64_t data_version;    /* SQLite's: another one when another connection wrote */
	struct log_guards lacks; /* what is missing, when that was looked at last */
};

void store_init(struct store *s);
/* 0 where `path` is a regular file that this user may read; else why it is no log. */
int store_expect_file(const char *path, struct err *e);
/* Locks, opens and recognises a file that is there, and looks no further;
 * store_open does, and makes one where there is none. */
int store_take(struct store *s, const char *path, int *version, struct err *e);
int store_open(struct store *s, const char *path, struct chance chance, struct err *e);
/* Where the file can still be trusted, the WAL goes into it first. */
void store_close(struct store *s, bool trusted);

/* Whether the file that was opened still has its name: what is written to one
 * that was removed or replaced would be lost. 0 or AW_EIO. */
int store_is_in_place(const struct store *s, struct err *e);

/* Whether nothing of another program runs in our writes; costs next to nothing unless
 * somebody else wrote into the file since the last time. AW_ECORRUPT. */
int store_check_objects(struct store *s, struct err *e);

/* Looks at the end of the log (check.c), sets `last`, and makes the derived
 * tables again where they do not follow from it. AW_ECORRUPT. */
int store_check(struct store *s, struct err *e);

/* Writes the WAL's pages into the file without waiting for anybody:
 * SQLITE_CHECKPOINT_PASSIVE, RESTART or TRUNCATE. AW_EBUSY where a reader is
 * in the way; AW_EIO where the file failed. */
int store_checkpoint(struct store *s, int mode, struct err *e);

/* What a connection of ours, writer or reader, has set before anything else. */
int store_prepare_connection(sqlite3 *db, struct err *e);

#endif
