/* An index over a text: each value as an item that borrows its bytes. Takes and refuses
 * exactly what json_read does, without making a document. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json/string.h"

enum {
	DEEPEST = 2048, /* as Jansson's reader */
	FEW = 16,       /* names of an object that are compared each with each */
};

struct reading {
	const char *at, *end;
	struct json_index *index;
	unsigned depth;
	int status; /* the first failure */
};

static bool fail(struct reading *r, int status)
{
	if (r->status == 0)
		r->status = status;
	return false;
}

static bool refuse(struct reading *r)
{
	return fail(r, AW_ESYNTAX);
}

static void skip_spaces(struct reading *r)
{
	const char *from = r->at;

	while (r->at < r->end &&
	       (*r->at == ' ' || *r->at == '\n' || *r->at == '\t' || *r->at == '\r'))
		r->at++;
	if (r->at != from)
		r->index->canonical = false;
}

/* As good as always there is none. */
static inline void skip_space(struct reading *r)
{
	if (r->at == r->end || (unsigned char)*r->at <= ' ')
		skip_spaces(r);
}

/* Submissions have a value or name in each ten bytes. */
static size_t first_capacity(const struct reading *r)
{
	size_t likely = (size_t)(r->end - r->at) / 10;

	return likely < 16 ? 16 : likely > 256 ? 256 : likely;
}

static bool grow(struct reading *r)
{
	struct json_index *x = r->index;
	size_t capacity = x->capacity > 0 ? 2 * x->capacity : first_capacity(r);
	struct json_item *items = realloc(x->items, capacity * sizeof *items);

	if (items == NULL)
		return fail(r, -ENOMEM);
	x->items = items;
	x->capacity = capacity;
	return true;
}

/* The number of the new item, whose end is not known yet. */
static inline bool add(struct reading *r, unsigned char kind, size_t *number)
{
	struct json_index *x = r->index;

	if (x->count == x->capacity && !grow(r))
		return false;
	x->items[x->count] = (struct json_item){.text = {r->at, 0}, .span = 1, .kind = kind};
	*number = x->count++;
	return true;
}

static void end(struct reading *r, size_t number)
{
	struct json_item *item = &r->index->items[number];

	item->text.length = (size_t)(r->at - item->text.bytes);
	item->span = (uint32_t)(r->index->count - number);
}

static bool read_string(struct reading *r, size_t *number)
{
	bool escaped = false;

	if (r->at == r->end || *r->at != '"')
		return refuse(r);
	if (!add(r, JSON_ITEM_STRING, number))
		return false;
	r->at++;
	for (;;) {
		r->at += text_plain((struct text){r->at, (size_t)(r->end - r->at)});
		if (r->at == r->end || (unsigned char)*r->at < 0x20)
			return refuse(r);
		if (*r->at == '"')
			break;
		if (*r->at == '\\') {
			const char *from = r->at;
			int32_t c = string_take_escape(&r->at, r->end);
			if (c < 0)
				return refuse(r);
			struct text escape = {from, (size_t)(r->at - from)};
			escaped = true;
			r->index->canonical &= string_is_canonical(escape, c);
			continue;
		}
		size_t length = text_sequence((struct text){r->at, (size_t)(r->end - r->at)});
		if (length == 0)
			return refuse(r);
		r->at += length;
	}
	r->at++;
	end(r, *number);
	r->index->items[*number].escaped = escaped;
	return true;
}

/* ---- numbers and words -------------------------------------------------------- */

static const char *skip_digits(const char *at, const char *end)
{
	while (at < end && *at >= '0' && *at <= '9')
		at++;
	return at;
}

/* Whether a double can hold it. */
static bool is_finite(struct reading *r, struct text number)
{
	struct buffer copy;

	buffer_init(&copy);
	bool finite = false;
	if (buffer_append(&copy, number.bytes, number.length) != 0)
		(void)fail(r, -ENOMEM);
	else
		finite = isfinite(strtod(copy.bytes, NULL));
	buffer_deinit(&copy);
	return finite;
}

static bool read_real(struct reading *r, size_t number)
{
	struct json_item *item = &r->index->items[number];

	if (r->at < r->end && *r->at == '.') {
		const char *from = r->at + 1;
		r->at = skip_digits(from, r->end);
		if (r->at == from)
			return refuse(r);
	}
	if (r->at < r->end && (*r->at == 'e' || *r->at == 'E')) {
		const char *from = r->at + 1;
		if (from < r->end && (*from == '+' || *from == '-'))
			from++;
		r->at = skip_digits(from, r->end);
		if (r->at == from)
			return refuse(r);
	}
	item->kind = JSON_ITEM_REAL;
	end(r, number);
	r->index->canonical = false;
	return is_finite(r, item->text) || refuse(r);
}

static bool read_number(struct reading *r, size_t *number)
{
	bool negative = *r->at == '-';

	if (!add(r, JSON_ITEM_INTEGER, number))
		return false;
	r->at += negative;
	const char *from = r->at;
	r->at = skip_digits(from, r->end);
	if (r->at == from || (*from == '0' && r->at > from + 1))
		return refuse(r);
	if (r->at < r->end && (*r->at == '.' || *r->at == 'e' || *r->at == 'E'))
		return read_real(r, *number);
	end(r, *number);
	json_int_t value = 0; /* counted downwards, where there is one more */
	for (const char *c = from; c < r->at; c++) {
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_sub_overflow(value, *c - '0', &value))
			return refuse(r);
	}
	if (!negative && __builtin_sub_overflow((json_int_t)0, value, &value))
		return refuse(r);
	r->index->items[*number].integer = value;
	if (value > JSON_EXACT || value < -JSON_EXACT || (negative && value == 0))
		r->index->canonical = false;
	return true;
}

static bool read_word(struct reading *r, size_t *number)
{
	static const struct {
		const char *text;
		size_t length;
		unsigned char kind;
	} words[] = {{"null", 4, JSON_ITEM_NULL},
		     {"true", 4, JSON_ITEM_TRUE},
		     {"false", 5, JSON_ITEM_FALSE}};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if ((size_t)(r->end - r->at) < words[i].length ||
		    memcmp(r->at, words[i].text, words[i].length) != 0)
			continue;
		if (!add(r, words[i].kind, number))
			return false;
		r->at += words[i].length;
		end(r, *number);
		return true;
	}
	return refuse(r);
}

/* ---- names -------------------------------------------------------------------- */

static bool is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

/* Most names that follow each other differ in their first letter. */
static bool rises(const struct json_item *from, const struct json_item *to)
{
	char a = from->text.bytes[1], b = to->text.bytes[1];

	if (a != b && is_letter(a) && is_letter(b))
		return a < b;
	return string_compare(from, to) < 0;
}

static bool same_name(const struct json_item *a, const struct json_item *b)
{
	if (a->escaped || b->escaped)
		return string_compare(a, b) == 0;
	return a->text.length == b->text.length && text_equal(a->text, b->text);
}

static bool has_twice(struct reading *r, const struct json_item *object, size_t count)
{
	const struct json_item *end = object + object->span, **sorted;
	bool twice = false;

	if (count <= FEW) {
		for (const struct json_item *a = object + 1; !twice && a < end;
		     a += 1 + a[1].span) {
			for (const struct json_item *b = a + 1 + a[1].span; !twice && b < end;
			     b += 1 + b[1].span)
				twice = same_name(a, b);
		}
		return twice;
	}
	sorted = string_sorted_names(object, &count);
	if (sorted == NULL)
		return !fail(r, -ENOMEM);
	for (size_t i = 1; i < count && !twice; i++)
		twice = string_compare(sorted[i - 1], sorted[i]) == 0;
	free(sorted);
	return twice;
}

/* ---- values ------------------------------------------------------------------- */

static bool read_value(struct reading *r, size_t *number);

static bool take(struct reading *r, char c)
{
	skip_space(r);
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

static bool read_array(struct reading *r, size_t *number)
{
	size_t each;

	if (!add(r, JSON_ITEM_ARRAY, number))
		return false;
	r->at++;
	if (!take(r, ']')) {
		do {
			if (!read_value(r, &each))
				return false;
		} while (take(r, ','));
		if (!take(r, ']'))
			return refuse(r);
	}
	end(r, *number);
	return true;
}

/* A member; `before` is the one before it, and then its own. */
static bool read_member(struct reading *r, size_t *before, bool *rising)
{
	size_t name = 0, value = 0;

	skip_space(r);
	if (!read_string(r, &name))
		return false;
	const struct json_item *items = r->index->items;
	*rising = *rising && (*before == 0 || rises(&items[*before], &items[name]));
	*before = name; /* 0 is the text's own value, never a name */
	if (!take(r, ':'))
		return refuse(r);
	return read_value(r, &value);
}

static bool read_object(struct reading *r, size_t *number)
{
	size_t before = 0, count = 0;
	bool rising = true;

	if (!add(r, JSON_ITEM_OBJECT, number))
		return false;
	r->at++;
	if (!take(r, '}')) {
		do {
			if (!read_member(r, &before, &rising))
				return false;
			count++;
		} while (take(r, ','));
		if (!take(r, '}'))
			return refuse(r);
	}
	end(r, *number);
	if (rising)
		return true;
	r->index->canonical = false;
	return !has_twice(r, &r->index->items[*number], count) || refuse(r);
}

static bool read_value(struct reading *r, size_t *number)
{
	bool read;

	skip_space(r);
	if (r->at == r->end || r->depth == DEEPEST)
		return refuse(r);
	r->depth++;
	if (*r->at == '{')
		read = read_object(r, number);
	else if (*r->at == '[')
		read = read_array(r, number);
	else if (*r->at == '"')
		read = read_string(r, number);
	else if (*r->at == '-' || (*r->at >= '0' && *r->at <= '9'))
		read = read_number(r, number);
	else
		read = read_word(r, number);
	r->depth--;
	return read;
}

void json_index_init(struct json_index *x)
{
	*x = (struct json_index){.items = NULL};
}

void json_index_deinit(struct json_index *x)
{
	free(x->items);
	json_index_init(x);
}

int json_index_read(struct json_index *x, struct text t)
{
	struct reading r = {.at = t.bytes, .end = t.bytes + t.length, .index = x};
	size_t root;

	x->count = 0;
	x->canonical = true;
	if (t.length > UINT32_MAX)
		return AW_ELIMIT;
	if (read_value(&r, &root)) {
		skip_space(&r);
		if (r.at != r.end)
			(void)refuse(&r);
	}
	if (r.status != 0)
		x->count = 0;
	return r.status;
}
