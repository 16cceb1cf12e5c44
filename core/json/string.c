/* The insides of strings as they stand in a text: UTF-8, escapes, and their order. */
#include <stdlib.h>
#include <string.h>

#include "json/string.h"

static int hex_digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* The four digits behind \u, or -1. */
static int32_t read_unit(const char *digits, const char *end)
{
	int32_t unit = 0;

	if (end - digits < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(digits[i]);
		if (digit < 0)
			return -1;
		unit = unit << 4 | digit;
	}
	return unit;
}

static const char short_escapes[] = "\"\\/bfnrt", short_meanings[] = "\"\\/\b\f\n\r\t";

int32_t string_take_escape(const char **at, const char *end)
{
	const char *s = *at + 1;
	const char *found = s < end && *s != '\0' ? strchr(short_escapes, *s) : NULL;

	if (found != NULL) {
		*at = s + 1;
		return short_meanings[found - short_escapes];
	}
	int32_t unit = s < end && *s == 'u' ? read_unit(s + 1, end) : -1;
	s += 5;
	if (unit >= 0xD800 && unit < 0xDC00) {
		int32_t low = end - s >= 2 && s[0] == '\\' && s[1] == 'u' ? read_unit(s + 2, end)
									  : -1;
		if (low < 0xDC00 || low > 0xDFFF)
			return -1;
		unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
		s += 6;
	} else if (unit <= 0 || (unit >= 0xDC00 && unit < 0xE000)) {
		return -1; /* a NUL byte, too */
	}
	*at = s;
	return unit;
}

bool string_is_canonical(struct text escape, int32_t c)
{
	static const char hex[] = "0123456789abcdef";

	if (c == '"' || c == '\\' || (c < 0x20 && strchr(short_meanings, (char)c) != NULL))
		return escape.length == 2;
	return c < 0x20 && escape.bytes[4] == hex[c >> 4] && escape.bytes[5] == hex[c & 15];
}

size_t string_write(int32_t c, char *out)
{
	size_t length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char leads[] = {0, 0, 0xC0, 0xE0, 0xF0};

	for (size_t i = length; i-- > 1; c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3F));
	out[0] = (char)(leads[length] | c);
	return length;
}

struct text string_inside(const struct json_item *string)
{
	return (struct text){string->text.bytes + 1, string->text.length - 2};
}

/* Takes one character of a checked string; its place in the order of UTF-16 code units:
 * surrogate pairs come before what follows the surrogates. */
static int32_t take_place(const char **at, const char *end)
{
	const unsigned char *s = (const unsigned char *)*at;
	int32_t c;

	if (*s == '\\') {
		c = string_take_escape(at, end);
	} else {
		size_t length = *s < 0x80 ? 1 : *s < 0xE0 ? 2 : *s < 0xF0 ? 3 : 4;
		c = length == 1 ? *s : *s & (0x7F >> length);
		for (size_t i = 1; i < length; i++)
			c = c << 6 | (s[i] & 0x3F);
		*at += length;
	}
	return c >= 0xE000 && c <= 0xFFFF ? c + 0x200000 : c;
}

int string_compare(const struct json_item *left, const struct json_item *right)
{
	struct text a = string_inside(left), b = string_inside(right);
	const char *a_end = a.bytes + a.length, *b_end = b.bytes + b.length;

	if (!left->escaped && !right->escaped)
		return json_compare_names(a, b);

	while (a.bytes < a_end && b.bytes < b_end) {
		int32_t at_a = take_place(&a.bytes, a_end), at_b = take_place(&b.bytes, b_end);
		if (at_a != at_b)
			return at_a < at_b ? -1 : 1;
	}
	return (a.bytes < a_end) - (b.bytes < b_end);
}

static int compare_pointed(const void *left, const void *right)
{
	return string_compare(*(const struct json_item *const *)left,
			      *(const struct json_item *const *)right);
}

const struct json_item **string_sorted_names(const struct json_item *object, size_t *count)
{
	const struct json_item *name = NULL, **sorted;
	size_t most = 0;
	bool rising = true;

	while ((name = json_item_next(object, name)) != NULL)
		most++;
	sorted = malloc((most + 1) * sizeof *sorted); /* NOLINT: a list of pointers */
	if (sorted == NULL)
		return NULL;
	for (size_t i = 0; (name = json_item_next(object, name)) != NULL; i++) {
		sorted[i] = name;
		rising = rising && (i == 0 || string_compare(sorted[i - 1], name) < 0);
	}
	if (!rising)
		qsort(sorted, most, sizeof *sorted, compare_pointed); /* NOLINT: as above */
	*count = most;
	return sorted;
}
