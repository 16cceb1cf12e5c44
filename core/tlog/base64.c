/* Base64 by libsodium, which takes canonical text alone: whole padding, and no
 * bit set that belongs to no byte. */
#include <assert.h>
#include <errno.h>
#include <sodium.h>

#include "tlog/inner.h"

int base64_append(const void *bytes, size_t length, struct buffer *out)
{
	size_t room = sodium_base64_ENCODED_LEN(length, sodium_base64_VARIANT_ORIGINAL);

	if (buffer_reserve(out, room) != 0)
		return -ENOMEM;
	(void)sodium_bin2base64(out->bytes + out->length, room, bytes, length,
				sodium_base64_VARIANT_ORIGINAL); /* gives the text back */
	out->length += room - 1;
	return 0;
}

bool base64_within(struct text t, unsigned char *out, size_t most, size_t *length)
{
	/* libsodium 1.0.18 takes some bytes above 127 for digits. */
	for (size_t i = 0; i < t.length; i++)
		if ((unsigned char)t.bytes[i] > 127)
			return false;
	return sodium_base642bin(out, most, t.bytes, t.length, NULL, length, NULL,
				 sodium_base64_VARIANT_ORIGINAL) == 0;
}

bool base64_exact(struct text t, unsigned char *out, size_t length)
{
	size_t got = 0;

	return base64_within(t, out, length, &got) && got == length;
}

bool base64_read(struct text t, struct buffer *out)
{
	size_t most = t.length / 4 * 3, got = 0;

	if (buffer_reserve(out, most) != 0)
		return false;
	bool good = base64_within(t, (unsigned char *)out->bytes + out->length, most, &got);
	out->length += good ? got : 0;
	out->bytes[out->length] = '\0';
	return good;
}

void digest_format(const struct digest *d, char out[DIGEST_BASE64])
{
	(void)sodium_bin2base64(out, DIGEST_BASE64, d->bytes, sizeof d->bytes,
				sodium_base64_VARIANT_ORIGINAL); /* gives the text back */
}
