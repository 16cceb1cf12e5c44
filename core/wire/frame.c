/* Frames, made and taken; and a child's way to wait for them. */
#include <errno.h>
#include <unistd.h>

#include "wire/wire.h"

size_t frame_begin(struct buffer *out, unsigned char type)
{
	const char header[FRAME_HEADER] = {0, 0, 0, 0, (char)type};
	size_t begun = out->length;

	(void)buffer_append(out, header, sizeof header); /* a failure stays marked */
	return begun;
}

int frame_end(struct buffer *out, size_t begun)
{
	if (buffer_status(out) != 0)
		return -ENOMEM;
	size_t length = out->length - begun - FRAME_HEADER;
	if (length > FRAME_LIMIT)
		return AW_ELIMIT;
	for (size_t i = 0; i < 4; i++)
		out->bytes[begun + i] = (char)(length >> (8 * i) & 0xFF);
	return 0;
}

int frame_take(const struct buffer *in, struct frame *out)
{
	size_t length = 0;

	if (in->length < FRAME_HEADER)
		return 0;
	for (size_t i = 0; i < 4; i++)
		length |= (size_t)(unsigned char)in->bytes[i] << (8 * i);
	if (length > FRAME_LIMIT)
		return AW_ELIMIT;
	if (in->length < FRAME_HEADER + length)
		return 0;
	out->type = (unsigned char)in->bytes[4];
	out->body = (struct text){in->bytes + FRAME_HEADER, length};
	return 1;
}

int frame_send(const struct buffer *out)
{
	return file_write(STDIN_FILENO, (struct text){out->bytes, out->length});
}

int frame_receive(struct buffer *in, struct frame *frame)
{
	for (;;) {
		int rv = frame_take(in, frame);
		if (rv != 0)
			return rv < 0 ? rv : 0;
		rv = buffer_reserve(in, FRAME_READ);
		if (rv != 0)
			return rv;
		ssize_t n = read(STDIN_FILENO, in->bytes + in->length, FRAME_READ);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? AW_ECLOSED : -errno;
		in->length += (size_t)n;
	}
}
