/* Borrowed text, and the growing buffer. */
#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

struct text text_of(const char *zero_terminated)
{
	return (struct text){zero_terminated, strlen(zero_terminated)};
}

bool text_equal(struct text a, struct text b)
{
	return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

size_t text_characters(struct text t)
{
	size_t characters = 0;

	for (size_t i = 0; i < t.length; i++)
		characters += ((unsigned char)t.bytes[i] & 0xC0) != 0x80;
	return characters;
}

size_t text_sequence(struct text t)
{
	const unsigned char *s = (const unsigned char *)t.bytes;

	if (t.length == 0)
		return 0;
	size_t length = s[0] < 0x80   ? 1
			: s[0] < 0xC2 ? 0
			: s[0] < 0xE0 ? 2
			: s[0] < 0xF0 ? 3
			: s[0] < 0xF5 ? 4
				      : 0;
	if (length == 0 || length > t.length)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if ((s[i] & 0xC0) != 0x80)
			return 0;
	}
	bool overlong = (s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xF0 && s[1] < 0x90);
	bool beyond = (s[0] == 0xED && s[1] >= 0xA0) || (s[0] == 0xF4 && s[1] >= 0x90);
	return overlong || beyond ? 0 : length;
}

bool text_is_utf8(struct text t)
{
	for (size_t length; t.length > 0; t.bytes += length, t.length -= length) {
		length = text_sequence(t);
		if (length == 0)
			return false;
	}
	return true;
}

void text_mend(char *at)
{
	for (size_t left = strlen(at), length; left > 0; at += length, left -= length) {
		length = text_sequence((struct text){at, left});
		if (length == 0) {
			*at = '?';
			length = 1;
		}
	}
}

/* Of eight bytes, the first lowest: the highest bit of each that is not plain, and maybe of some
 * behind it. */
static uint64_t odd_ones(uint64_t word)
{
	static const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t control = word - ones * 0x20;
	uint64_t quote = (word ^ ones * '"') - ones, backslash = (word ^ ones * '\\') - ones;

	return (word | control | quote | backslash) & ones * 0x80;
}

static uint64_t eight_at(const char *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof word);
	return le64toh(word);
}

static uint32_t four_at(const char *bytes)
{
	uint32_t word;

	memcpy(&word, bytes, sizeof word);
	return le32toh(word);
}

static bool is_plain(char c)
{
	unsigned char byte = (unsigned char)c;

	return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

size_t text_plain(struct text t)
{
	enum { WORD = sizeof(uint64_t), HALF = WORD / 2 };
	size_t i = 0;
	uint64_t odd = 0;

	for (; odd == 0 && i + WORD <= t.length; i += WORD)
		odd = odd_ones(eight_at(t.bytes + i));
	if (odd == 0 && t.length >= WORD) {
		/* What is left, together with what stands before it. */
		i = t.length;
		odd = odd_ones(eight_at(t.bytes + i - WORD));
	}
	if (odd != 0)
		return i - WORD + (size_t)__builtin_ctzll(odd) / 8;
	/* The two ends of a short one. */
	if (t.length >= HALF && t.length < WORD &&
	    odd_ones(four_at(t.bytes) | (uint64_t)four_at(t.bytes + t.length - HALF) << 32) == 0)
		return t.length;
	while (i < t.length && is_plain(t.bytes[i]))
		i++;
	return i;
}

size_t text_distance(struct text a, struct text b)
{
	enum { LONGEST = 64 };
	size_t row[LONGEST + 1];

	if (a.length > LONGEST || b.length > LONGEST)
		return a.length > b.length ? a.length : b.length;
	for (size_t j = 0; j <= b.length; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.length; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= b.length; j++) {
			size_t least = diagonal + (a.bytes[i - 1] != b.bytes[j - 1]);
			diagonal = row[j];
			if (row[j] + 1 < least)
				least = row[j] + 1;
			if (row[j - 1] + 1 < least)
				least = row[j - 1] + 1;
			row[j] = least;
		}
	}
	return row[b.length];
}

void buffer_init(struct buffer *b)
{
	*b = (struct buffer){0};
}

void buffer_deinit(struct buffer *b)
{
	free(b->bytes);
	buffer_init(b);
}

void buffer_clear(struct buffer *b)
{
	b->length = 0;
	b->failed = false;
	if (b->bytes != NULL)
		b->bytes[0] = '\0';
}

int buffer_reserve(struct buffer *b, size_t more)
{
	if (b->failed || more >= SIZE_MAX / 2 - b->length) {
		b->failed = true;
		return -ENOMEM;
	}
	size_t want = b->length + more + 1;
	if (want <= b->capacity)
		return 0;
	size_t capacity = b->capacity < 64 ? 64 : b->capacity;
	while (capacity < want)
		capacity *= 2;
	char *bytes = realloc(b->bytes, capacity);
	if (bytes == NULL) {
		b->failed = true;
		return -ENOMEM;
	}
	b->bytes = bytes;
	b->capacity = capacity;
	return 0;
}

int buffer_append(struct buffer *b, const void *bytes, size_t length)
{
	if (buffer_reserve(b, length) != 0)
		return -ENOMEM;
	if (length > 0)
		memcpy(b->bytes + b->length, bytes, length);
	b->length += length;
	b->bytes[b->length] = '\0';
	return 0;
}

int buffer_append_text(struct buffer *b, const char *zero_terminated)
{
	return buffer_append(b, zero_terminated, strlen(zero_terminated));
}

int buffer_append_integer(struct buffer *b, int64_t value)
{
	char digits[20]; /* of the least there is, with its sign */
	size_t at = sizeof digits;
	uint64_t left = value < 0 ? -(uint64_t)value : (uint64_t)value;

	do {
		digits[--at] = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	if (value < 0)
		digits[--at] = '-';
	return buffer_append(b, digits + at, sizeof digits - at);
}

int buffer_printf(struct buffer *b, const char *format, ...)
{
	va_list arguments, again;
	size_t room = b->bytes != NULL ? b->capacity - b->length : 0;

	va_start(arguments, format);
	va_copy(again, arguments);
	int length = vsnprintf(room > 0 ? b->bytes + b->length : NULL, room, format, arguments);
	va_end(arguments);
	int rv = length >= 0 ? buffer_reserve(b, (size_t)length) : -EINVAL;
	if (rv == 0 && (size_t)length >= room)
		(void)vsnprintf(b->bytes + b->length, (size_t)length + 1, format, again);
	va_end(again);
	if (rv == 0)
		b->length += (size_t)length;
	else if (room > 0)
		b->bytes[b->length] = '\0';
	b->failed = b->failed || rv != 0;
	return rv;
}

void buffer_consume(struct buffer *b, size_t length)
{
	if (length == 0)
		return;
	memmove(b->bytes, b->bytes + length, b->length - length);
	b->length -= length;
	b->bytes[b->length] = '\0';
}

int buffer_status(const struct buffer *b)
{
	return b->failed ? -ENOMEM : 0;
}

char *buffer_give(struct buffer *b)
{
	if (b->failed || buffer_reserve(b, 0) != 0)
		return NULL;
	b->bytes[b->length] = '\0';
	char *bytes = b->bytes;
	buffer_init(b);
	return bytes;
}
