/* The small texts that keys, notes and proofs are made of: lines, words,
 * numbers, names. */
#include <string.h>

#include "tlog/inner.h"

bool word_take(struct text *rest, char mark, struct text *word)
{
	const char *end = rest->length > 0 ? memchr(rest->bytes, mark, rest->length) : NULL;

	if (end == NULL)
		return false;
	*word = (struct text){rest->bytes, (size_t)(end - rest->bytes)};
	rest->bytes = end + 1;
	rest->length -= word->length + 1;
	return true;
}

bool line_take(struct text *rest, struct text *line)
{
	return word_take(rest, '\n', line);
}

bool text_begins(struct text t, const char *with)
{
	size_t length = strlen(with);

	return t.length >= length && memcmp(t.bytes, with, length) == 0;
}

bool size_read(struct text t, uint64_t *out)
{
	uint64_t value = 0;

	if (t.length == 0 || t.length > SIZE_MOST_DIGITS || (t.bytes[0] == '0' && t.length > 1))
		return false;
	for (size_t i = 0; i < t.length; i++) {
		if (t.bytes[i] < '0' || t.bytes[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(t.bytes[i] - '0');
	}
	*out = value;
	return value >> TREE_LEVELS == 0;
}

/* Takes one code point off `rest`; false where that is no UTF-8. */
static bool code_point_take(struct text *rest, uint32_t *out)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first = (unsigned char)rest->bytes[0];
	size_t length = first < 0x80   ? 1
			: first < 0xC0 ? 0
			: first < 0xE0 ? 2
			: first < 0xF0 ? 3
			: first < 0xF8 ? 4
				       : 0;
	if (length == 0 || length > rest->length)
		return false;
	uint32_t point = length == 1 ? first : first & (0xFFU >> (length + 1));
	for (size_t i = 1; i < length; i++) {
		unsigned char byte = (unsigned char)rest->bytes[i];
		if ((byte & 0xC0) != 0x80)
			return false;
		point = point << 6 | (byte & 0x3FU);
	}
	rest->bytes += length;
	rest->length -= length;
	*out = point;
	return point >= least[length] && point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
}

bool line_is_clean(struct text t)
{
	uint32_t point;

	while (t.length > 0)
		if (!code_point_take(&t, &point) || (point < 0x20 && point != '\n'))
			return false;
	return true;
}

static bool is_space(uint32_t point)
{
	return point == ' ' || point == 0x85 || point == 0xA0 || point == 0x1680 ||
	       (point >= 0x2000 && point <= 0x200A) || point == 0x2028 || point == 0x2029 ||
	       point == 0x202F || point == 0x205F || point == 0x3000;
}

bool name_is_valid(struct text t)
{
	uint32_t point;

	if (t.length == 0)
		return false;
	while (t.length > 0)
		if (!code_point_take(&t, &point) || point < 0x20 || point == '+' || is_space(point))
			return false;
	return true;
}
