/* The checkpoints in the file: looked at when the log is opened, written with each group. */
#include "journal/signing.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "journal/sql.h"

void signing_init(struct signing *s)
{
	memset(s, 0, sizeof *s);
	key_init(&s->key);
}

void signing_close(struct signing *s)
{
	(void)sqlite3_finalize(s->insert); /* each repeats an old failure */
	(void)sqlite3_finalize(s->remove);
	key_close(&s->key);
	signing_init(s);
}

/* ---- opening ------------------------------------------------------------ */

/* A log of the first form has none; one that ever named its key always has. */
static int may_lack_checkpoints(sqlite3 *db, struct err *e)
{
	int64_t named = 0;
	int rv = sql_integer(db,
			     "SELECT EXISTS (SELECT 1 FROM entry WHERE kind = 'start' AND"
			     " json_extract(CAST(bytes AS TEXT), '$.body.key') IS NOT NULL)",
			     &named, e);

	if (rv == 0 && named != 0)
		rv = err_set(e, AW_ECORRUPT, "its checkpoints were removed");
	return rv;
}

static int compare(const struct checkpoint *c, const char *name, const struct tree_edge *edge,
		   struct err *e)
{
	struct digest root = tree_root(edge);

	if (strcmp(c->origin, name) != 0)
		return err_set(e, AW_ECORRUPT,
			       "its newest checkpoint is of another log, %s; this one is %s",
			       c->origin, name);
	if (c->size > edge->size)
		return err_set(e, AW_ECORRUPT,
			       "entries were cut off: its newest checkpoint is of %" PRIu64
			       " entries, and there are %" PRIu64,
			       c->size, edge->size);
	if (c->size < edge->size)
		return err_set(e, AW_ECORRUPT,
			       "entries were added by another program: its newest checkpoint is "
			       "of %" PRIu64 " entries, and there are %" PRIu64,
			       c->size, edge->size);
	if (memcmp(c->root.bytes, root.bytes, sizeof root.bytes) != 0)
		return err_set(e, AW_ECORRUPT,
			       "an entry was changed, removed or put elsewhere: the %" PRIu64
			       " entries do not make the tree of the newest checkpoint",
			       c->size);
	return 0;
}

static int open_with(struct signing *s, const struct signing_log *log, struct text note,
		     struct err *e)
{
	char name[TLOG_NAME];
	struct checkpoint newest;
	int rv = 0;

	(void)snprintf(name, sizeof name, "awardd/%s", log->identity); /* fits */
	if (note.length > 0) {
		rv = checkpoint_read(note, &newest, e);
		rv = rv == 0 ? compare(&newest, name, log->edge, e)
			     : sql_wrap(e, rv == AW_ESYNTAX ? AW_ECORRUPT : rv,
					"the newest checkpoint");
		s->newest = (struct signing_row){.size = log->edge->size, .stays = true};
	} else if (log->edge->size > 0) {
		rv = may_lack_checkpoints(log->db, e);
	}
	return rv == 0 ? key_open(&s->key, log->path, name, note, log->chance, e) : rv;
}

int signing_open(struct signing *s, const struct signing_log *log, struct err *e)
{
	sqlite3_stmt *newest = NULL;
	struct text note = {"", 0};

	s->db = log->db;
	int rv = sql_prepare(s->db, "INSERT INTO checkpoint VALUES (?1, ?2)", &s->insert, e);
	if (rv == 0)
		rv = sql_prepare(s->db, "DELETE FROM checkpoint WHERE size = ?1", &s->remove, e);
	if (rv == 0)
		rv = sql_prepare(s->db, "SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1",
				 &newest, e);
	if (rv != 0)
		return rv;
	struct binder b = bind_to(newest);
	rv = sql_next(&b, e);
	if (rv == 1)
		note = column_bytes(newest, 0);
	if (rv >= 0)
		rv = open_with(s, log, note, e);
	(void)sqlite3_finalize(newest); /* only read */
	return rv == 0 ? 0 : sql_wrap(e, rv, "the log %s", log->path);
}

/* ---- with each group ---------------------------------------------------- */

static int remove_row(struct signing *s, uint64_t size, struct err *e)
{
	struct binder b = bind_to(s->remove);

	bind_integer(&b, (int64_t)size);
	return sql_write(&b, e);
}

static int insert_row(struct signing *s, uint64_t size, const struct buffer *note, struct err *e)
{
	struct binder b = bind_to(s->insert);

	bind_integer(&b, (int64_t)size);
	bind_text(&b, note->bytes);
	return sql_write(&b, e);
}

int signing_write(struct signing *s, const struct tree_edge *edge, const struct tlog_signer *next,
		  struct err *e)
{
	const struct tlog_signer *const signers[] = {&s->key.signer, next};
	const struct signing_row *before = &s->newest;
	struct checkpoint c = {.size = edge->size, .root = tree_root(edge)};
	struct buffer note;
	int rv = 0;

	(void)snprintf(c.origin, sizeof c.origin, "%s", s->key.signer.verifier.name); /* fits */
	buffer_init(&note);
	if (checkpoint_sign(&c, signers, next != NULL ? 2 : 1, &note) != 0)
		rv = err_set(e, -ENOMEM, "no memory for a checkpoint");
	/* The same run of 256: the last entry of each counts, not the first of the next. */
	if (rv == 0 && before->size > 0 && !before->stays &&
	    (before->size - 1) / TILE_WIDTH == (c.size - 1) / TILE_WIDTH)
		rv = remove_row(s, before->size, e);
	if (rv == 0)
		rv = insert_row(s, c.size, &note, e);
	buffer_deinit(&note);
	s->attempted = (struct signing_row){.size = c.size, .stays = next != NULL};
	return rv == 0 ? 0 : sql_wrap(e, rv, "signing the log");
}

void signing_committed(struct signing *s)
{
	s->newest = s->attempted;
}
