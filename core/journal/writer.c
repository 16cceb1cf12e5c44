/* The one connection that writes: groups of appends, and checkpoints. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "journal/inner.h"

enum {
	/* Pages of the WAL between two checkpoints; and where it is long already, which a reader
	 * may be the cause of, who may have ended. */
	WAL_STEP = 8000,
	WAL_STEP_LONG = 2000,
	/* Of the first, while nobody waits: who comes meanwhile waits for a short one. */
	WAL_PARTS = 8,
	/* So many of them fit into a limit: the WAL shall begin anew without a wait for readers
	 * before it is long. */
	WAL_STEPS = 16,
	/* Bytes from where on readers are waited for a moment, so that the WAL can start again
	 * from its beginning, and from where on it is told that one of them stays. */
	WAL_LONG = 64 << 20,
	/* Of one page in the WAL: 4,096, which SQLite makes files with, and a head of its own. */
	WAL_FRAME = 4096 + 24,
};

static int on_commit(void *ctx, sqlite3 *db, const char *name, int pages)
{
	struct writer *w = ctx;

	(void)db;
	(void)name; /* there is one file */
	w->wal_pages = pages;
	return SQLITE_OK;
}

/* The WAL of a daemon that was killed may hold values that it erased. */
static int note_kept(struct writer *w, struct err *e)
{
	int64_t erasures = 0;
	int rv = sql_integer(w->store.db, "SELECT count(*) FROM erasure", &erasures, e);

	/* Where SQLite did not tell: to be emptied as soon as may be. */
	w->wal_pages = w->store.wal_pages > 0 ? w->store.wal_pages : 1;
	w->erasing = erasures > 0;
	return rv;
}

static void set_limits(struct writer *w, const struct journal_options *options)
{
	w->wal_limit = (int)(options->wal_limit / WAL_FRAME);
	w->wal_long = (WAL_LONG + WAL_FRAME - 1) / WAL_FRAME;
	if (w->wal_limit > 0 && w->wal_limit / 2 < w->wal_long)
		w->wal_long = w->wal_limit / 2;
	w->wal_step = WAL_STEP;
	if (w->wal_limit > 0 && w->wal_limit / WAL_STEPS < w->wal_step)
		w->wal_step = w->wal_limit / WAL_STEPS;
	if (options->wal_step > 0)
		w->wal_step = options->wal_step;
}

int writer_open(struct writer *w, const struct journal_options *options, struct err *e)
{
	int rv = store_open(&w->store, options->path, options->chance, e);

	source_init(&w->source);
	w->clock = options->clock;
	w->chance = options->chance;
	set_limits(w, options);
	if (rv == 0)
		rv = sql_prepare(w->store.db, "INSERT INTO entry VALUES (?1, ?2, ?3, ?4, ?5)",
				 &w->insert_entry, e);
	/* Not OR IGNORE: the guard against REPLACE refuses before that is looked at. */
	if (rv == 0)
		rv = sql_prepare(w->store.db,
				 "INSERT INTO blob SELECT ?1, ?2 WHERE NOT EXISTS"
				 " (SELECT 1 FROM blob WHERE sha256 = ?1)",
				 &w->insert_blob, e);
	if (rv == 0)
		rv = sql_prepare(w->store.db,
				 "INSERT INTO personal VALUES ("
				 "(SELECT coalesce(max(number), 0) + 1 FROM personal),"
				 " ?1, ?2, ?3, ?4)",
				 &w->insert_personal, e);
	if (rv == 0)
		rv = sql_prepare(w->store.db,
				 "UPDATE personal SET salt = zeroblob(32),"
				 " value = printf('%*s', length(CAST(value AS BLOB)), '')"
				 " WHERE sequence = ?1 AND salt <> zeroblob(32)",
				 &w->erase_personal, e);
	if (rv == 0)
		rv = sql_prepare(w->store.db, "BEGIN IMMEDIATE", &w->begin, e);
	if (rv == 0)
		rv = sql_prepare(w->store.db, "COMMIT", &w->commit, e);
	if (rv == 0)
		rv = sql_prepare(w->store.db, "ROLLBACK", &w->roll_back, e);
	if (rv == 0 && w->store.kept)
		rv = note_kept(w, e);
	if (rv == 0) {
		w->next = w->store.last + 1;
		(void)sqlite3_wal_hook(w->store.db, on_commit, w); /* gives the hook before */
	}
	return rv;
}

void writer_close(struct writer *w)
{
	(void)sqlite3_finalize(w->insert_entry); /* each repeats an old failure */
	(void)sqlite3_finalize(w->insert_blob);
	(void)sqlite3_finalize(w->insert_personal);
	(void)sqlite3_finalize(w->erase_personal);
	(void)sqlite3_finalize(w->begin);
	(void)sqlite3_finalize(w->commit);
	(void)sqlite3_finalize(w->roll_back);
	source_deinit(&w->source);
	store_close(&w->store, !w->broken);
}

/* From here on nothing is written: what a failed sync left behind is unknown,
 * and another one would only say that there is nothing to do. */
static void break_down(struct writer *w, const struct err *e)
{
	w->broken = true;
	w->why = *e;
	(void)sql_wrap(&w->why, w->why.status, "the log cannot be written any more");
	w->why.status = AW_EIO;
}

/* A reader in the way or a full disk is no matter: the next one will do. */
static int checkpoint(struct writer *w, int mode, struct err *e)
{
	int before = w->store.wal_written;
	int rv = store_checkpoint(&w->store, mode, e);
	bool left = rv == AW_EBUSY || (rv == 0 && w->store.wal_written < w->store.wal_pages);

	w->wal_tried_at = w->wal_pages;
	if (rv == 0 && mode == SQLITE_CHECKPOINT_TRUNCATE) {
		w->wal_pages = w->wal_tried_at = 0;
		w->erasing = false;
	}
	w->stuck = left && w->store.wal_written == before;
	w->held = left && w->wal_pages >= w->wal_long;
	w->over = w->over && w->held;
	if (rv != 0 && rv != AW_EBUSY && rv != AW_EFULL && rv != -ENOMEM)
		break_down(w, e);
	return rv;
}

/* Over its limit the WAL must be emptied before anything more is written to it. */
static int heed_limit(struct writer *w, struct err *e)
{
	if (w->wal_limit == 0 || w->wal_pages <= w->wal_limit)
		return 0;
	int rv = checkpoint(w, SQLITE_CHECKPOINT_TRUNCATE, e);
	if (rv != AW_EBUSY)
		return w->broken ? AW_EIO : rv;
	w->over = true;
	return err_set(e, AW_EHELD,
		       "a reader holds the log open, and its WAL has reached wal-limit");
}

int64_t writer_wal_bytes(const struct writer *w)
{
	return (int64_t)w->wal_pages * WAL_FRAME;
}

/* Whether another second has begun: a try costs a walk over the WAL, which is
 * long where a reader holds it, so that it cannot follow each commit. */
static bool is_time_to_clear(struct writer *w)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* always there on Linux */
	if (now.tv_sec == w->cleared_at)
		return false;
	w->cleared_at = now.tv_sec;
	return true;
}

/* After a group that erased. Our own readers are done in a moment, so that they
 * are waited for; whoever holds an older state for longer is not. */
static void clear_file(struct writer *w)
{
	struct err e = {.status = 0};

	w->erasing = true;
	(void)checkpoint(w, SQLITE_CHECKPOINT_RESTART, &e); /* `erasing` tells what came of it */
	if (!w->broken)
		(void)checkpoint(w, SQLITE_CHECKPOINT_TRUNCATE, &e);
}

/* ---- one group ---------------------------------------------------------- */

static void settle(struct append *a, int status, const struct err *e)
{
	if (a->settled)
		return;
	a->settled = true;
	a->task.status = status;
	if (status != 0)
		a->task.err = *e;
}

static bool erases(struct append *const *ops, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < ops[i]->count; k++) {
			if (ops[i]->parts[k].draft.erases != NULL)
				return true;
		}
	}
	return false;
}

/* Sets aside the ops that cannot be built, and runs the others. */
static int run_group(struct writer *w, struct append *const *ops, size_t count, struct err *e)
{
	for (size_t i = 0; i < count; i++) {
		struct err why = {.status = 0};
		if (ops[i]->settled)
			continue;
		int rv = append_build(w, ops[i], &why);
		if (rv == 0)
			rv = append_insert(w, ops[i], e);
		else
			settle(ops[i], rv, &why);
		if (rv != 0 && !ops[i]->settled)
			return rv;
	}
	return 0;
}

static int run(sqlite3_stmt *statement, struct err *e)
{
	struct binder b = bind_to(statement);
	int rv = sql_write(&b, e);

	return rv == 0 ? 0 : sql_wrap(e, rv, "%s", sqlite3_sql(statement));
}

static int roll_back(struct writer *w, int rv, struct err *e)
{
	struct err undo = {.status = 0};

	w->next = w->store.last + 1;
	derive_undone(&w->store.derive);
	if (sqlite3_get_autocommit(w->store.db) != 0) /* SQLite did it already */
		return rv;
	if (run(w->roll_back, &undo) == 0)
		return rv;
	*e = undo;
	return AW_EIO;
}

/* The next ones quote what is in the log now. Without memory for that they stand whole. */
static void take_source(struct writer *w)
{
	const struct unquoted *u = &w->unquoted;

	if (u->part != NULL)
		(void)source_take(&w->source, u->sequence,
				  (struct text){u->part->bytes.bytes, u->part->bytes.length});
}

/* One transaction. AW_EFULL, AW_EBUSY, AW_EHELD, AW_EINVALID, -ENOMEM: nothing
 * was logged. Anything else: the writer is broken. */
static int try_group(struct writer *w, struct append *const *ops, size_t count, struct err *e)
{
	bool committing = false;
	int rv = store_is_in_place(&w->store, e);

	w->unquoted = (struct unquoted){.part = NULL};
	if (rv != 0) {
		break_down(w, e);
		return AW_EIO;
	}
	rv = heed_limit(w, e);
	if (rv != 0)
		return rv;
	rv = run(w->begin, e);
	if (rv == 0)
		rv = store_check_objects(&w->store, e);
	if (rv == 0)
		rv = run_group(w, ops, count, e);
	if (rv == 0)
		rv = derive_flush(&w->store.derive, e);
	if (rv == 0 && w->next > w->store.last + 1) {
		rv = signing_write(&w->store.signing, &w->store.derive.edge,
				   ops[0]->rotates ? &w->next_key : NULL, e);
		committing = rv == 0;
	}
	if (committing)
		rv = run(w->commit, e);
	if (rv == 0 && committing) {
		derive_committed(&w->store.derive);
		signing_committed(&w->store.signing);
		take_source(w);
		w->store.last = w->next - 1;
		w->commits++;
		w->full = false;
		return 0;
	}
	rv = roll_back(w, rv, e);
	bool before = rv == 0 || rv == AW_EBUSY || rv == AW_EINVALID || rv == -ENOMEM;
	if (rv == AW_EFULL || (before && !committing))
		return rv;
	break_down(w, e);
	return AW_EIO;
}

/* ---- a new key ---------------------------------------------------------- */

/* Makes the key, and names it in the entry: its body is nobody else's. */
static int begin_rotation(struct writer *w, struct append *a, struct err *e)
{
	struct key *key = &w->store.signing.key;
	char vkey[TLOG_VKEY];
	json_t *body = a->parts[0].draft.body;
	int rv = key_next(key, w->chance, &w->next_key, e);

	if (rv != 0)
		return rv;
	tlog_verifier_format(&w->next_key.verifier, vkey);
	rv = json_put(body, "key", json_string(vkey));
	writer_key(w, vkey);
	if (rv == 0)
		rv = json_put(body, "previous", json_string(vkey));
	if (rv != 0)
		key_forget_next(key);
	return rv == 0 ? 0 : err_set(e, rv, "no memory for a change of the key");
}

static int commit_rotation(struct writer *w, struct append *a, struct err *e)
{
	struct key *key = &w->store.signing.key;
	int rv = try_group(w, &a, 1, e);

	/* Where a file keeps the next key's name, or nobody knows whether it signed, the
	 * next start asks the newest checkpoint. */
	if (rv == 0 && !a->settled)
		(void)key_take_over(key, &w->next_key, NULL);
	else if (!w->broken)
		key_forget_next(key);
	return rv;
}

static int rotate(struct writer *w, struct append *a, struct err *e)
{
	int rv = begin_rotation(w, a, e);

	if (rv == 0)
		rv = commit_rotation(w, a, e);
	tlog_signer_wipe(&w->next_key);
	return rv;
}

void writer_key(const struct writer *w, char out[TLOG_VKEY])
{
	tlog_verifier_format(&w->store.signing.key.signer.verifier, out);
}

/* ---- a group -------------------------------------------------------------- */

void writer_commit(struct writer *w, struct append *const *ops, size_t count)
{
	struct err e = {.status = 0};
	int rv = AW_EIO;

	if (w->broken)
		e = w->why;
	else
		rv = ops[0]->rotates ? rotate(w, ops[0], &e) : try_group(w, ops, count, &e);
	if (rv == AW_EINVALID && count > 1) {
		/* One of them contradicts the log: each alone, so that no other suffers. */
		for (size_t i = 0; i < count; i++)
			writer_commit(w, &ops[i], 1);
		return;
	}
	for (size_t i = 0; i < count; i++)
		settle(ops[i], rv, w->broken ? &w->why : &e);
	if (rv == 0 && erases(ops, count))
		clear_file(w);
	if (rv == AW_EFULL) {
		w->full = true;
		/* What the WAL holds may fit into the file, and then the WAL starts again. */
		(void)checkpoint(w, SQLITE_CHECKPOINT_PASSIVE, &e); /* else the next may */
	}
}

void writer_checkpoint(struct writer *w, enum leisure leisure)
{
	struct err e = {.status = 0};

	if (w->wal_pages < w->wal_tried_at)
		w->wal_tried_at = 0; /* it started again */
	if (w->broken || w->wal_pages == 0)
		return;
	bool clears = leisure == LEISURE_LONG || (w->erasing && is_time_to_clear(w));
	bool is_long = w->wal_pages >= w->wal_long;
	int step = leisure == LEISURE_NONE ? w->wal_step : w->wal_step / WAL_PARTS;
	if (is_long)
		step = WAL_STEP_LONG;
	int mode = SQLITE_CHECKPOINT_PASSIVE;
	if (clears)
		mode = SQLITE_CHECKPOINT_TRUNCATE;
	else if (is_long && !w->stuck) /* who stays is not waited for again and again */
		mode = SQLITE_CHECKPOINT_RESTART;
	if (clears || w->wal_pages >= w->wal_tried_at + step ||
	    (is_long && w->wal_tried_at < w->wal_long))
		(void)checkpoint(w, mode, &e); /* the next one will do, unless it broke */
}
