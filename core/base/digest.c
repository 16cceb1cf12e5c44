/* SHA-256 by nettle, which uses the processor's own instructions for it where there are any;
 * hexadecimal; and the real clock and chance, by libsodium. */
#include <nettle/sha2.h>
#include <sodium.h>
#include <string.h>
#include <time.h>

#include "base/base.h"

struct digest digest_of_two(const void *a, size_t a_length, const void *b, size_t b_length)
{
	struct sha256_ctx state;
	struct digest d;

	sha256_init(&state);
	sha256_update(&state, a_length, a);
	sha256_update(&state, b_length, b);
	sha256_digest(&state, sizeof d.bytes, d.bytes);
	return d;
}

struct digest digest_of(const void *bytes, size_t length)
{
	return digest_of_two("", 0, bytes, length);
}

struct digest digest_leaf(const void *entry, size_t length)
{
	return digest_of_two("\0", 1, entry, length);
}

void hex_format(const unsigned char *bytes, size_t length, char *out)
{
	for (size_t i = 0; i < length; i++) {
		out[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
		out[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	out[2 * length] = '\0';
}

bool hex_parse(struct text t, unsigned char *out, size_t length)
{
	static const char digits[] = "0123456789abcdef";

	if (t.length != 2 * length)
		return false;
	for (size_t i = 0; i < t.length; i++) {
		const char *found = t.bytes[i] != '\0' ? strchr(digits, t.bytes[i]) : NULL;
		if (found == NULL)
			return false;
		unsigned value = (unsigned)(found - digits);
		out[i / 2] = (unsigned char)(i % 2 == 0 ? value << 4 : out[i / 2] | value);
	}
	return true;
}

static int64_t system_now(void *ctx)
{
	struct timespec now;

	(void)ctx;
	(void)clock_gettime(CLOCK_REALTIME, &now); /* cannot fail for this clock */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void system_fill(void *ctx, void *bytes, size_t length)
{
	(void)ctx;
	randombytes_buf(bytes, length);
}

const struct clock clock_system = {system_now, NULL};
const struct chance chance_system = {system_fill, NULL};
