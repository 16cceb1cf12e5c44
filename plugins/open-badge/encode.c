/* Bytes as text: base58btc for keys and signatures, gzip in base64url for lists. */
#include "badge.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>
#define ZLIB_CONST /* what is read is const */
#include <zlib.h>

void base58_write(const unsigned char *bytes, size_t length, char *out)
{
	static const char digits[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
	unsigned char value[256] = {0}; /* base 58, the lowest digit first */
	size_t used = 0, zeros = 0;

	while (zeros < length && bytes[zeros] == 0)
		zeros++;
	for (size_t i = zeros; i < length; i++) {
		unsigned carry = bytes[i];
		for (size_t j = 0; j < used || carry > 0; j++) {
			carry += value[j] * 256u;
			value[j] = (unsigned char)(carry % 58);
			carry /= 58;
			if (j == used)
				used++;
		}
	}
	*out++ = 'z';
	memset(out, digits[0], zeros);
	out += zeros;
	while (used > 0)
		*out++ = digits[value[--used]];
	*out = '\0';
}

/* Gives how long the gzipped bytes are, 0 where memory runs out. */
static size_t gzip(const unsigned char *bytes, size_t length, unsigned char *out, size_t room)
{
	z_stream z = {.next_in = bytes,
		      .avail_in = (uInt)length,
		      .next_out = out,
		      .avail_out = (uInt)room};

	/* 15 + 16: the largest window, in a gzip wrapper; zlib leaves its time at 0. */
	if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) !=
	    Z_OK)
		return 0;
	size_t written = deflate(&z, Z_FINISH) == Z_STREAM_END ? z.total_out : 0;
	(void)deflateEnd(&z); /* says whether all was written, which is known */
	return written;
}

char *gzip_write(const unsigned char *bytes, size_t length)
{
	size_t room = compressBound((uLong)length) + 32; /* the wrapper */
	unsigned char *zipped = malloc(room);
	size_t zipped_length = zipped != NULL ? gzip(bytes, length, zipped, room) : 0;
	char *text = NULL;

	if (zipped_length > 0)
		text = malloc(1 + sodium_base64_ENCODED_LEN(
					  zipped_length, sodium_base64_VARIANT_URLSAFE_NO_PADDING));
	if (text != NULL) {
		text[0] = 'u';
		(void)sodium_bin2base64(
			text + 1,
			sodium_base64_ENCODED_LEN(zipped_length,
						  sodium_base64_VARIANT_URLSAFE_NO_PADDING),
			zipped, zipped_length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	}
	free(zipped);
	return text;
}
