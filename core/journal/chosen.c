/* Marks put together: the bits of a block of entries. */
#include "journal/chosen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static unsigned char none; /* stands for a block without any, and is never written */

int chosen_open(struct chosen *c, struct journal_reader *r, struct err *e)
{
	struct binder b;
	int rv = reader_bind(r, READ_NEWEST, &b, e);

	c->reader = r;
	c->seen = (struct days){INT64_MAX, 0};
	if (rv == 0)
		rv = sql_next(&b, e);
	if (rv < 0)
		return rv;
	c->blocks = rv == 1 ? sqlite3_column_int64(b.statement, 0) / MARK_ENTRIES + 1 : 0;
	reader_done(&b);
	c->bits = calloc((size_t)c->blocks + 1, sizeof *c->bits);
	return c->bits != NULL ? 0 : err_set(e, -ENOMEM, "no memory for a list of decisions");
}

void chosen_close(struct chosen *c)
{
	for (int64_t i = 0; c->bits != NULL && i < c->blocks; i++) {
		if (c->bits[i] != &none)
			free(c->bits[i]);
	}
	free(c->bits);
	c->bits = NULL;
}

/* What a mark, or several together, have in one block. */
struct part {
	unsigned char bits[MARK_BYTES];
	struct days days;
	bool some;
};

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int read_mark(struct chosen *c, int64_t block, const struct chosen_mark *mark,
		     struct part *out, struct err *e)
{
	struct binder b;
	int rv = reader_bind(c->reader, READ_MARK, &b, e);

	*out = (struct part){.days = {INT64_MAX, 0}};
	if (rv != 0)
		return rv;
	bind_integer(&b, block);
	bind_text(&b, mark->name);
	bind_text(&b, mark->value);
	rv = sql_next(&b, e);
	if (rv <= 0)
		return rv;
	struct text bits = column_bytes(b.statement, 2);
	if (sqlite3_column_type(b.statement, 0) != SQLITE_NULL)
		out->days = (struct days){sqlite3_column_int64(b.statement, 0),
					  sqlite3_column_int64(b.statement, 1)};
	out->some = bits.length > 0;
	if (out->some)
		memcpy(out->bits, bits.bytes, (size_t)least((int64_t)bits.length, MARK_BYTES));
	reader_done(&b);
	return 0;
}

static void or_else(struct part *p, const struct part *other)
{
	for (int i = 0; i < MARK_BYTES; i++)
		p->bits[i] |= other->bits[i];
	p->days = (struct days){least(p->days.first, other->days.first),
				most(p->days.last, other->days.last)};
	p->some = p->some || other->some;
}

static void and_also(struct part *p, const struct part *other)
{
	p->some = false;
	for (int i = 0; i < MARK_BYTES; i++) {
		p->bits[i] &= other->bits[i];
		p->some = p->some || p->bits[i] != 0;
	}
	p->days = (struct days){most(p->days.first, other->days.first),
				least(p->days.last, other->days.last)};
}

static int read_kinds(struct chosen *c, int64_t block, struct part *out, struct err *e)
{
	struct part other;
	int rv = read_mark(c, block, &(struct chosen_mark){"kind", c->kinds[0]}, out, e);

	if (rv == 0 && c->kinds[1] != NULL) {
		rv = read_mark(c, block, &(struct chosen_mark){"kind", c->kinds[1]}, &other, e);
		or_else(out, &other);
	}
	return rv;
}

/* The kinds last: they rule out the least. */
static int read_block(struct chosen *c, int64_t block, struct part *out, struct err *e)
{
	struct part next;
	int rv = 0;

	*out = (struct part){.days = {0, INT64_MAX}, .some = true};
	memset(out->bits, 0xff, MARK_BYTES);
	for (size_t i = 0; i < c->count && rv == 0 && out->some; i++) {
		rv = read_mark(c, block, &c->marks[i], &next, e);
		and_also(out, &next);
	}
	if (rv == 0 && out->some) {
		rv = read_kinds(c, block, &next, e);
		and_also(out, &next);
	}
	out->some = out->some && out->days.first <= c->days.last && c->days.first <= out->days.last;
	return rv;
}

static int keep(struct chosen *c, const struct part *p, unsigned char **out, struct err *e)
{
	*out = p->some ? malloc(MARK_BYTES) : &none;
	if (*out == NULL)
		return err_set(e, -ENOMEM, "no memory for a list of decisions");
	if (!p->some)
		return 0;
	memcpy(*out, p->bits, MARK_BYTES);
	c->seen = (struct days){least(c->seen.first, p->days.first),
				most(c->seen.last, p->days.last)};
	return 0;
}

int chosen_block(struct chosen *c, int64_t block, const unsigned char **out, struct err *e)
{
	if (block < 0 || block >= c->blocks)
		return 0;
	if (c->bits[block] == NULL) {
		struct part read;
		int rv = read_block(c, block, &read, e);
		if (rv == 0)
			rv = keep(c, &read, &c->bits[block], e);
		if (rv != 0)
			return rv;
	}
	*out = c->bits[block];
	return c->bits[block] != &none;
}

int chosen_has(struct chosen *c, int64_t sequence, struct err *e)
{
	const unsigned char *bits = &none;
	int64_t at = sequence % MARK_ENTRIES;
	int rv = chosen_block(c, sequence / MARK_ENTRIES, &bits, e);

	return rv == 1 ? bits[at >> 3] >> (at & 7) & 1 : rv;
}

int64_t chosen_next(const unsigned char *bits, int64_t sequence, bool down)
{
	int64_t base = sequence - sequence % MARK_ENTRIES, step = down ? -1 : 1;

	for (int64_t at = sequence % MARK_ENTRIES; at >= 0 && at < MARK_ENTRIES;) {
		if (bits[at >> 3] == 0) /* on to the next byte */
			at = down ? (at & ~(int64_t)7) - 1 : (at | 7) + 1;
		else if (bits[at >> 3] >> (at & 7) & 1)
			return base + at;
		else
			at += step;
	}
	return -1;
}
