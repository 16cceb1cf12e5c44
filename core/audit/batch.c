/* Entries with their personal values, copied out of the file, and judged aside. */
#include "audit/batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- reading -------------------------------------------------------------- */

/* Rows are only ever added, each with the next number, and stay when they are erased. */
static int follow_number(struct source *s)
{
	int64_t number = s->value.numbers[1];
	bool follows = number - 1 == s->number;

	s->number = number;
	if (follows)
		return 0;
	json_t *place = json_pack("{ss sI}", "table", "personal", "key", (json_int_t)number);
	return report_give(s->report, finding_make(LEVEL_ALTERED, "personal.number", place,
						   "the personal value with the number %lld does "
						   "not follow on the one before it: rows were "
						   "removed, added or moved",
						   (long long)number));
}

static int next_value(struct source *s, struct err *e)
{
	int rv = s->values != NULL ? raw_walk_next(s->values, &s->value, e) : 0;

	s->has_value = rv == 1;
	return rv == 1 ? follow_number(s)
		       : report_unreadable(s->report, rv, "the personal values", e);
}

int source_open(struct source *s, struct journal_reader *r, struct report *report, struct err *e)
{
	*s = (struct source){.report = report};
	int rv = raw_walk_new(r, RAW_PERSONAL, &s->values, e);
	rv = report_unreadable(report, rv, "the personal values", e);
	if (rv == 0)
		rv = next_value(s, e);
	if (rv != 0)
		return rv;
	rv = raw_walk_new(r, RAW_ENTRY, &s->entries, e);
	s->ended = rv != 0;
	return report_unreadable(report, rv, "the entries", e);
}

void source_close(struct source *s)
{
	raw_walk_free(&s->entries);
	raw_walk_free(&s->values);
}

/* A NUL in it becomes a byte that no pointer of ours holds. */
static char *copy_pointer(struct text from)
{
	char *copy = malloc(from.length + 1);

	if (copy == NULL)
		return NULL;
	for (size_t i = 0; i < from.length; i++)
		copy[i] = (char)(from.bytes[i] != '\0' ? from.bytes[i] : '\x1a');
	copy[from.length] = '\0';
	return copy;
}

static int copy_value(struct item *it, const struct raw_row *row)
{
	struct value *grown = realloc(it->values, (it->value_count + 1) * sizeof *grown);
	const struct text *t = row->texts;

	if (grown == NULL)
		return -ENOMEM;
	it->values = grown;
	struct value *v = &it->values[it->value_count];
	*v = (struct value){.pointer = copy_pointer(t[0])};
	it->value_count++;
	buffer_init(&v->bytes);
	(void)buffer_append(&v->bytes, t[1].bytes, t[1].length); /* buffer_status tells */
	(void)buffer_append(&v->bytes, t[2].bytes, t[2].length);
	(void)buffer_append(&v->bytes, "", 0);
	if (v->pointer == NULL || buffer_status(&v->bytes) != 0)
		return -ENOMEM;
	v->salt = (struct text){v->bytes.bytes, t[1].length};
	v->json = (struct text){v->bytes.bytes + t[1].length, t[2].length};
	return 0;
}

static int tell_stray(struct source *s, int64_t sequence)
{
	json_t *place = json_pack("{ss sI}", "table", "personal", "key", (json_int_t)sequence);

	return report_give(s->report,
			   finding_make(LEVEL_ALTERED, "personal.stray", place,
					"a personal value belongs to entry %lld, which is "
					"not there",
					(long long)sequence));
}

/* The values of this entry; those of none before it. */
static int take_values(struct source *s, struct item *it, struct err *e)
{
	int rv = 0;

	while (rv == 0 && s->has_value && s->value.numbers[0] <= it->sequence) {
		rv = s->value.numbers[0] == it->sequence ? copy_value(it, &s->value)
							 : tell_stray(s, s->value.numbers[0]);
		if (rv == 0)
			rv = next_value(s, e);
	}
	return rv;
}

static int take_rest(struct source *s, struct err *e)
{
	int rv = 0;

	while (rv == 0 && s->has_value) {
		rv = tell_stray(s, s->value.numbers[0]);
		if (rv == 0)
			rv = next_value(s, e);
	}
	return rv;
}

/* What holds a NUL is nothing that an entry says: it is not cut there, but dropped. */
static void copy_cut(char *to, size_t size, struct text from)
{
	size_t length = from.length < size ? from.length : size - 1;

	if (length > 0 && memchr(from.bytes, '\0', length) != NULL)
		length = 0;

	if (length > 0)
		memcpy(to, from.bytes, length);
	to[length] = '\0';
}

static int copy_entry(struct item *it, const struct raw_row *row)
{
	const struct text *t = row->texts;

	it->sequence = row->numbers[0];
	it->quotes = row->numbers[1] != 0;
	copy_cut(it->kind, sizeof it->kind, t[0]);
	copy_cut(it->at, sizeof it->at, t[1]);
	it->has_leaf = t[3].length == sizeof it->leaf.bytes;
	if (it->has_leaf)
		memcpy(it->leaf.bytes, t[3].bytes, sizeof it->leaf.bytes);
	return buffer_append(&it->bytes, t[2].bytes, t[2].length);
}

int source_fill(struct source *s, struct batch *b, struct err *e)
{
	struct raw_row row;
	int rv = 0;

	while (rv == 0 && b->count < BATCH && !s->ended) {
		rv = raw_walk_next(s->entries, &row, e);
		if (rv != 1) {
			s->ended = true;
			rv = report_unreadable(s->report, rv, "the entries from here on", e);
			return rv == 0 ? take_rest(s, e) : rv;
		}
		struct item *it = &b->items[b->count++];
		rv = copy_entry(it, &row);
		if (rv == 0)
			rv = take_values(s, it, e);
	}
	return rv;
}

/* ---- judging --------------------------------------------------------------- */

static void *judge(void *ctx)
{
	struct batch *b = ctx;

	for (size_t i = 0; i < b->count; i++)
		item_judge(&b->items[i], b->judge);
	return NULL;
}

void batch_start(struct batch *b, const struct judge *by)
{
	b->judge = by;
	b->running = pthread_create(&b->thread, NULL, judge, b) == 0;
	if (!b->running)
		(void)judge(b); /* then it takes longer */
}

void batch_wait(struct batch *b)
{
	if (b->running)
		(void)pthread_join(b->thread, NULL); /* it was started, and is waited for once */
	b->running = false;
}

void batch_clear(struct batch *b)
{
	for (size_t i = 0; i < b->count; i++)
		item_clear(&b->items[i]);
	b->count = 0;
}

void batch_deinit(struct batch *b)
{
	batch_wait(b);
	batch_clear(b);
	for (size_t i = 0; i < BATCH; i++)
		buffer_deinit(&b->items[i].bytes);
}
