/* Keys for tests, each of a seed of one byte. */
#ifndef AW_TESTS_TLOG_KEYS_H
#define AW_TESTS_TLOG_KEYS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tlog/tlog.h"

static inline struct tlog_signer key_of(const char *name, unsigned char byte)
{
	unsigned char seed[TLOG_SEED];
	struct tlog_signer made;

	memset(seed, byte, sizeof seed);
	assert_int_equal(0, tlog_signer_make(name, seed, &made, NULL));
	return made;
}

static inline struct text all_of(const struct buffer *b)
{
	return (struct text){b->bytes, b->length};
}

/* The next number of a fixed course below `below`. */
static inline size_t chance_below(uint64_t *course, size_t below)
{
	*course = *course * 6364136223846793005U + 1442695040888963407U;
	return (size_t)(*course >> 33) % below;
}

/* One to four changes of bytes: another, one less, one more, or a part again. */
static inline void mutate(uint64_t *course, struct text t, struct buffer *out)
{
	size_t changes = 1 + chance_below(course, 4);

	buffer_clear(out);
	assert_int_equal(0, buffer_append(out, t.bytes, t.length));
	while (changes-- > 0) {
		size_t at = chance_below(course, out->length);
		size_t kind = chance_below(course, 4), length = 1 + chance_below(course, 90);
		char *here = out->bytes + at;
		char piece[90];
		length = length > out->length - at ? out->length - at : length;
		memcpy(piece, here, length);
		if (kind == 0) {
			*here = (char)chance_below(course, 256);
		} else if (kind == 1) {
			memmove(here, here + 1, out->length - at);
			out->length--;
		} else if (kind == 2) {
			*here = "\n +=0A\xe2\x80"[chance_below(course, 8)];
		} else {
			assert_int_equal(0, buffer_append(out, piece, length));
			here = out->bytes + at;
			memmove(here + length, here, out->length - at - length);
			memcpy(here, piece, length);
		}
		if (out->length == 0)
			return;
	}
}

#endif
