/* Random documents: what was written is read back equal, and again written
 * alike. AWARDD_SEED chooses other documents. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json/json.h"

enum { DOCUMENTS = 4000, DEEPEST = 5 };

struct dice {
	uint64_t state;
};

/* xorshift64*: the same everywhere. */
static uint64_t roll(struct dice *d)
{
	d->state ^= d->state >> 12;
	d->state ^= d->state << 25;
	d->state ^= d->state >> 27;
	return d->state * 0x2545F4914F6CDD1DULL;
}

static unsigned below(struct dice *d, unsigned limit)
{
	return (unsigned)((roll(d) >> 33) % limit);
}

static void append_code_point(struct buffer *b, uint32_t c)
{
	unsigned char bytes[4];
	size_t length;

	if (c < 0x80) {
		bytes[0] = (unsigned char)c;
		length = 1;
	} else if (c < 0x800) {
		bytes[0] = (unsigned char)(0xC0 | c >> 6);
		bytes[1] = (unsigned char)(0x80 | (c & 0x3F));
		length = 2;
	} else if (c < 0x10000) {
		bytes[0] = (unsigned char)(0xE0 | c >> 12);
		bytes[1] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
		bytes[2] = (unsigned char)(0x80 | (c & 0x3F));
		length = 3;
	} else {
		bytes[0] = (unsigned char)(0xF0 | c >> 18);
		bytes[1] = (unsigned char)(0x80 | (c >> 12 & 0x3F));
		bytes[2] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
		bytes[3] = (unsigned char)(0x80 | (c & 0x3F));
		length = 4;
	}
	assert_int_equal(buffer_append(b, bytes, length), 0);
}

/* Few characters, but those that are easily written wrong come often. */
static uint32_t code_point(struct dice *d)
{
	static const uint32_t often[] = {1,      '\b',    '\n',    0x1f,     '"',    '\\',   '/',
					 0x7f,   0x80,    0x2028,  0xd7ff,   0xe000, 0xfb33, 0xfffd,
					 0xffff, 0x10000, 0x1f600, 0x10ffff, ' ',    'a',    '9'};
	static const uint32_t ends[] = {0x80, 0x800, 0xd800, 0x10000};
	uint32_t c;

	if (below(d, 2) == 0)
		return often[below(d, sizeof often / sizeof often[0])];
	c = 1 + below(d, ends[below(d, 4)] - 1);
	if (c >= 0xD800 && c <= 0xDFFF)
		c -= 0x800; /* halves of pairs are no characters */
	return below(d, 8) == 0 ? 0x10000 + below(d, 0x100000) : c;
}

static char *word(struct dice *d, unsigned most)
{
	struct buffer b;
	char *text;

	buffer_init(&b);
	for (unsigned i = below(d, most + 1); i > 0; i--)
		append_code_point(&b, code_point(d));
	text = buffer_give(&b);
	assert_non_null(text);
	return text;
}

static json_t *scalar(struct dice *d)
{
	char *text;
	json_t *value;

	switch (below(d, 6)) {
	case 0:
		return json_null();
	case 1:
		return json_boolean(below(d, 2));
	case 2:
		return json_integer((json_int_t)(roll(d) >> (11 + below(d, 53))) *
				    (below(d, 2) == 0 ? 1 : -1));
	default:
		text = word(d, 12);
		value = json_string(text);
		assert_non_null(value);
		free(text);
		return value;
	}
}

static json_t *document(struct dice *d, int depth)
{
	unsigned kind = below(d, 3), count = below(d, 6);
	json_t *value;

	if (kind == 0 || depth == DEEPEST)
		return scalar(d);
	value = kind == 1 ? json_array() : json_object();
	for (unsigned i = 0; i < count; i++) {
		char *name = word(d, 4);

		if (kind == 1)
			assert_int_equal(json_array_append_new(value, document(d, depth + 1)), 0);
		else
			assert_int_equal(json_put(value, name, document(d, depth + 1)), 0);
		free(name);
	}
	return value;
}

/* The same document, every object filled in the opposite order. */
static json_t *reversed(const json_t *value)
{
	json_t *fresh, *each;
	const char **names;
	size_t i, count;

	if (json_is_array(value)) {
		fresh = json_array();
		json_array_foreach(value, i, each)
			assert_int_equal(json_array_append_new(fresh, reversed(each)), 0);
		return fresh;
	}
	if (!json_is_object(value))
		return json_deep_copy(value);
	fresh = json_object();
	names = json_sorted_names(value, &count);
	assert_non_null(names);
	while (count-- > 0)
		assert_int_equal(json_put(fresh, names[count],
					  reversed(json_object_get(value, names[count]))),
				 0);
	free(names);
	return fresh;
}

static uint64_t seed(void)
{
	const char *given = getenv("AWARDD_SEED");
	uint64_t number = given != NULL ? strtoull(given, NULL, 10) : 1;

	print_message("seed %llu\n", (unsigned long long)number);
	return number * 0x9E3779B97F4A7C15ULL + 1;
}

static void reads_back(const json_t *value, const struct buffer *written)
{
	struct err e = {0};
	json_t *again = json_read((struct text){written->bytes, written->length}, &e);

	if (again == NULL)
		fail_msg("%s: %s", e.text, written->bytes);
	if (!json_equal(value, again))
		fail_msg("not what was written: %s", written->bytes);
	json_decref(again);
}

static void what_was_written_is_read_back_equal(void **state)
{
	struct dice d = {seed()};
	struct buffer canonical, compact, other;

	(void)state;
	buffer_init(&canonical);
	buffer_init(&compact);
	buffer_init(&other);
	for (int i = 0; i < DOCUMENTS; i++) {
		json_t *value = document(&d, 0), *twin = reversed(value);

		buffer_clear(&canonical);
		buffer_clear(&compact);
		buffer_clear(&other);
		assert_int_equal(json_canonical(value, &canonical), 0);
		assert_int_equal(json_compact(value, &compact), 0);
		assert_int_equal(json_canonical(twin, &other), 0);
		reads_back(value, &canonical);
		reads_back(value, &compact);
		assert_string_equal(other.bytes, canonical.bytes);
		for (size_t k = 0; k < canonical.length; k++)
			assert_true((unsigned char)canonical.bytes[k] >= 0x20);
		json_decref(twin);
		json_decref(value);
	}
	buffer_deinit(&canonical);
	buffer_deinit(&compact);
	buffer_deinit(&other);
}

/* One byte changed: another document, or none, but never a crash. */
static void a_changed_byte_is_read_or_refused_with_a_sentence(void **state)
{
	struct dice d = {seed()};
	struct buffer written;
	size_t refused = 0;

	(void)state;
	buffer_init(&written);
	for (int i = 0; i < DOCUMENTS; i++) {
		struct err e = {0};
		json_t *value = document(&d, 0), *again;

		buffer_clear(&written);
		assert_int_equal(json_canonical(value, &written), 0);
		written.bytes[below(&d, (unsigned)written.length)] = (char)below(&d, 256);
		again = json_read((struct text){written.bytes, written.length}, &e);
		if (again == NULL) {
			assert_int_equal(e.status, AW_ESYNTAX);
			assert_memory_equal(e.text, "line ", 5);
			refused++;
		}
		json_decref(again);
		json_decref(value);
	}
	assert_in_range(refused, DOCUMENTS / 4, DOCUMENTS - 1);
	buffer_deinit(&written);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read_back_equal),
		cmocka_unit_test(a_changed_byte_is_read_or_refused_with_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
