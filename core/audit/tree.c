/* From leaves to roots: the tree made again, against what was signed of it, here
 * and elsewhere. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/inner.h"

void tree_init(struct tree *t)
{
	memset(t, 0, sizeof *t);
	t->next.size = -1;
	buffer_init(&t->next.note);
	buffer_init(&t->newest_note);
}

void tree_deinit(struct tree *t)
{
	raw_walk_free(&t->checkpoints);
	buffer_deinit(&t->next.note);
	buffer_deinit(&t->newest_note);
	free(t->kept);
	tree_init(t);
}

static struct text text_in(const struct buffer *b)
{
	return (struct text){b->bytes != NULL ? b->bytes : "", b->length};
}

/* ---- checkpoints kept elsewhere -------------------------------------------- */

static bool is_signature(struct text line)
{
	static const char dash[] = "\xe2\x80\x94 ";

	return line.length >= sizeof dash - 1 && memcmp(line.bytes, dash, sizeof dash - 1) == 0;
}

static struct text take_line(struct text *rest)
{
	const char *end = memchr(rest->bytes, '\n', rest->length);
	size_t length = end != NULL ? (size_t)(end - rest->bytes) + 1 : rest->length;
	struct text line = {rest->bytes, length};

	rest->bytes += length;
	rest->length -= length;
	return line;
}

/* A note ends with its last signature; blank lines may divide it from the next. */
static struct text take_note(struct text *rest)
{
	struct text note, ahead;
	bool signatures = false;

	while (rest->length > 0 && (*rest->bytes == '\n' || *rest->bytes == '\r'))
		(void)take_line(rest); /* blank */
	note = (struct text){rest->bytes, 0};
	for (ahead = *rest; ahead.length > 0;) {
		struct text line = take_line(&ahead);
		if (signatures && !is_signature(line))
			break;
		signatures = signatures || is_signature(line);
		note.length += line.length;
		*rest = ahead;
	}
	return note;
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = ((const struct kept_checkpoint *)a)->c.size;
	uint64_t y = ((const struct kept_checkpoint *)b)->c.size;

	return (x > y) - (x < y);
}

int tree_keep(struct tree *t, struct text since, struct err *e)
{
	while (since.length > 0) {
		struct text note = take_note(&since);
		if (note.length == 0)
			break;
		struct kept_checkpoint *grown =
			realloc(t->kept, (t->kept_count + 1) * sizeof *grown);
		if (grown == NULL)
			return err_set(e, -ENOMEM, "no memory for checkpoints");
		t->kept = grown;
		struct kept_checkpoint *k = &t->kept[t->kept_count];
		*k = (struct kept_checkpoint){.note = note};
		if (checkpoint_read(note, &k->c, e) != 0)
			return err_wrap(e, "the checkpoint kept elsewhere");
		t->kept_count++;
	}
	if (t->kept_count == 0)
		return err_set(e, AW_EINVALID, "there is no checkpoint in what was kept");
	qsort(t->kept, t->kept_count, sizeof *t->kept, by_size);
	return 0;
}

/* ---- checkpoints of the file ----------------------------------------------- */

int tree_read_next(struct tree *t, struct report *report, struct err *e)
{
	struct raw_row row;
	int rv = raw_walk_next(t->checkpoints, &row, e);

	buffer_clear(&t->next.note);
	t->next.size = -1;
	if (rv != 1)
		return report_unreadable(report, rv, "the checkpoints", e);
	t->next.size = row.numbers[0] < 0 ? 0 : row.numbers[0];
	t->count++;
	return buffer_append(&t->next.note, row.texts[0].bytes, row.texts[0].length);
}

int tree_begin(struct tree *t, struct journal_reader *r, const char *identity,
	       struct report *report, struct err *e)
{
	(void)snprintf(t->origin, sizeof t->origin, "awardd/%s", identity); /* cut: then no match */
	int rv = raw_walk_new(r, RAW_CHECKPOINT, &t->checkpoints, e);
	return rv == 0 ? tree_read_next(t, report, e)
		       : report_unreadable(report, rv, "checkpoints", e);
}

static int find(struct report *report, int64_t size, const char *what, const char *message)
{
	return report_give(report, finding_make(LEVEL_ALTERED, what,
						json_pack("{sI}", "checkpoint", (json_int_t)size),
						"the checkpoint of %lld entries %s",
						(long long)size, message));
}

/* Its text is the signer's: does the tree have this root? */
static void compare_root(struct tree *t, const struct checkpoint *c, struct keys *keys)
{
	struct digest root = tree_root(&t->edge);
	int64_t size = (int64_t)t->edge.size;

	if (t->lost)
		return;
	if (memcmp(root.bytes, c->root.bytes, sizeof root.bytes) == 0) {
		keys_vouch(keys, size, text_in(&t->next.note));
		t->good = t->bad == 0 ? size : t->good;
	} else if (t->bad == 0) {
		t->bad = size;
	} else {
		t->bad_later++;
	}
}

static int keep_newest(struct tree *t, const struct checkpoint *c)
{
	t->newest = t->next.size;
	t->newest_root = c->root;
	buffer_clear(&t->newest_note);
	return buffer_append(&t->newest_note, t->next.note.bytes, t->next.note.length);
}

static int judge_checkpoint(struct tree *t, struct keys *keys, struct report *report)
{
	struct text note = text_in(&t->next.note);
	struct err why = {.status = 0};
	struct checkpoint c;
	bool signed_now = false;

	if (checkpoint_read(note, &c, &why) != 0)
		return find(report, t->next.size, "checkpoint.form", "is none: it was changed");
	int rv = keys_checkpoint(keys, t->next.size, note, &signed_now, report);
	if (rv != 0 || !signed_now)
		return rv;
	if (strcmp(c.origin, t->origin) != 0)
		return find(report, t->next.size, "checkpoint.origin", "is one of another log");
	if (c.size != (uint64_t)t->next.size)
		return find(report, t->next.size, "checkpoint.size",
			    "names another number of entries");
	compare_root(t, &c, keys);
	return keep_newest(t, &c);
}

static int judge_all_of_size(struct tree *t, struct keys *keys, struct report *report,
			     struct err *e)
{
	int rv = 0;

	while (rv == 0 && t->next.size >= 0 && t->next.size <= (int64_t)t->edge.size) {
		if (t->next.size == (int64_t)t->edge.size)
			rv = judge_checkpoint(t, keys, report);
		else
			rv = find(report, t->next.size, "checkpoint.size", "is of no tree");
		if (rv == 0)
			rv = tree_read_next(t, report, e);
	}
	return rv;
}

/* ---- leaves ----------------------------------------------------------------- */

static void compare_kept(struct tree *t)
{
	struct digest root = {{0}};
	bool made = false;

	for (; t->kept_next < t->kept_count; t->kept_next++) {
		struct kept_checkpoint *k = &t->kept[t->kept_next];
		if (k->c.size > t->edge.size)
			break;
		if (!made)
			root = tree_root(&t->edge);
		made = true;
		k->reached = true;
		k->agrees = !t->lost && memcmp(root.bytes, k->c.root.bytes, sizeof root.bytes) == 0;
	}
}

int tree_take(struct tree *t, const struct digest *leaf, struct keys *keys, struct report *report,
	      struct err *e)
{
	tree_append(&t->edge, leaf);
	compare_kept(t);
	return judge_all_of_size(t, keys, report, e);
}
