/* The marks of the block of entries at hand. */
#include "journal/marks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "journal/sql.h"

struct mark {
	uint64_t hash; /* of name and value */
	const char *name;
	char *value; /* owned; the bits stand before it in one piece of memory */
	size_t length;
	int64_t first, last; /* day of its entries, 0: none has one */
	int64_t added;       /* entries since it was written */
	bool changed;
	unsigned char *bits;
};

/* Only these stand in a file; the names of a damaged one are not ours to keep. */
static const char *const names[] = {"kind", "uid", "user", "change", "rules", "award", "failed"};

void marks_init(struct marks *m)
{
	*m = (struct marks){.block = -1};
}

void marks_forget(struct marks *m)
{
	for (size_t i = 0; i < m->many; i++)
		free(m->marks[i].bits);
	m->many = 0;
	m->block = -1;
}

void marks_deinit(struct marks *m)
{
	marks_forget(m);
	free(m->marks);
	marks_init(m);
}

/* FNV-1a. Only to tell most of them apart at once. */
static uint64_t hash_of(const char *name, struct text value)
{
	uint64_t hash = 14695981039346656037u;

	for (const char *c = name; *c != '\0'; c++)
		hash = (hash ^ (unsigned char)*c) * 1099511628211u;
	for (size_t i = 0; i < value.length; i++)
		hash = (hash ^ (unsigned char)value.bytes[i]) * 1099511628211u;
	return hash;
}

static bool is_of(const struct mark *k, uint64_t hash, const char *name, struct text value)
{
	return k->hash == hash && k->length == value.length && strcmp(k->name, name) == 0 &&
	       memcmp(k->value, value.bytes, value.length) == 0;
}

static struct mark *grow(struct marks *m)
{
	if (m->many == m->capacity) {
		size_t capacity = m->capacity > 0 ? 2 * m->capacity : 64;
		struct mark *marks = realloc(m->marks, capacity * sizeof *marks);
		if (marks == NULL)
			return NULL;
		m->marks = marks;
		m->capacity = capacity;
	}
	return &m->marks[m->many];
}

/* The mark, made where there is none; NULL: no memory. */
static struct mark *find(struct marks *m, const char *name, struct text value)
{
	uint64_t hash = hash_of(name, value);

	for (size_t i = 0; i < m->many; i++) {
		if (is_of(&m->marks[i], hash, name, value))
			return &m->marks[i];
	}
	struct mark *k = grow(m);
	unsigned char *bits = k != NULL ? calloc(1, MARK_BYTES + value.length + 1) : NULL;
	if (bits == NULL)
		return NULL;
	*k = (struct mark){.hash = hash, .name = name, .length = value.length, .bits = bits};
	k->value = (char *)bits + MARK_BYTES;
	if (value.length > 0)
		memcpy(k->value, value.bytes, value.length);
	m->many++;
	return k;
}

static const char *name_of(const char *name)
{
	for (size_t i = 0; name != NULL && i < sizeof names / sizeof *names; i++) {
		if (strcmp(names[i], name) == 0)
			return names[i];
	}
	return NULL;
}

static int load_row(struct marks *m, sqlite3_stmt *row)
{
	const char *name = name_of(column_text(row, 0));
	struct text bits = column_bytes(row, 4);
	struct mark *k;

	if (name == NULL)
		return 0;
	k = find(m, name, column_bytes(row, 1));
	if (k == NULL)
		return -ENOMEM;
	k->first = sqlite3_column_int64(row, 2);
	k->last = sqlite3_column_int64(row, 3);
	if (bits.length > 0)
		memcpy(k->bits, bits.bytes, bits.length < MARK_BYTES ? bits.length : MARK_BYTES);
	return 0;
}

/* What the file has of the block. */
static int load(struct marks *m, int64_t block, struct err *e)
{
	struct binder b = bind_to(m->read);
	int rv;

	marks_forget(m);
	bind_integer(&b, block);
	while ((rv = sql_next(&b, e)) == 1) {
		rv = load_row(m, m->read);
		if (rv != 0)
			break;
	}
	(void)sqlite3_reset(m->read); /* repeats what step said */
	if (rv == 0)
		m->block = block;
	else
		marks_forget(m);
	return rv == 0 ? 0 : sql_wrap(e, rv, "reading the marks of block %lld", (long long)block);
}

static void bind_day(struct binder *b, int64_t day)
{
	if (day > 0)
		bind_integer(b, day);
	else
		bind_text(b, NULL);
}

static int write_one(struct marks *m, const struct mark *k, struct err *e)
{
	struct binder b = bind_to(m->write);
	size_t length = MARK_BYTES;

	while (length > 0 && k->bits[length - 1] == 0)
		length--;
	bind_integer(&b, m->block);
	bind_text(&b, k->name);
	bind_text(&b, k->value);
	bind_day(&b, k->first);
	bind_day(&b, k->last);
	bind_blob(&b, k->bits, length);
	return sql_write(&b, e);
}

/* How many entries of a kind there are. */
static int count(struct marks *m, const struct mark *k, struct err *e)
{
	struct binder b = bind_to(m->count);

	bind_text(&b, k->value);
	bind_integer(&b, k->added);
	return sql_write(&b, e);
}

int marks_flush(struct marks *m, struct err *e)
{
	for (size_t i = 0; i < m->many; i++) {
		struct mark *k = &m->marks[i];
		if (!k->changed)
			continue;
		int rv = write_one(m, k, e);
		if (rv == 0 && k->added > 0 && strcmp(k->name, "kind") == 0)
			rv = count(m, k, e);
		if (rv != 0)
			return sql_wrap(e, rv, "marking entries");
		k->changed = false;
		k->added = 0;
	}
	return 0;
}

static int turn_to(struct marks *m, int64_t block, struct err *e)
{
	if (m->block == block)
		return 0;
	int rv = m->block >= 0 ? marks_flush(m, e) : 0;
	return rv == 0 ? load(m, block, e) : rv;
}

int marks_add(struct marks *m, const char *name, struct text value, int64_t sequence, int64_t day,
	      struct err *e)
{
	int64_t at = sequence % MARK_ENTRIES;
	int rv = turn_to(m, sequence / MARK_ENTRIES, e);
	struct mark *k = rv == 0 ? find(m, name, value) : NULL;

	if (k == NULL)
		return rv != 0 ? rv : err_set(e, -ENOMEM, "no memory to mark an entry");
	unsigned char bit = (unsigned char)(1 << (at & 7));
	k->bits[at >> 3] |= bit;
	if (day > 0) {
		k->first = k->first == 0 || day < k->first ? day : k->first;
		k->last = day > k->last ? day : k->last;
	}
	k->changed = true;
	k->added++;
	return 0;
}
