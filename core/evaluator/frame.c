/* Frames between daemon and evaluator. */
#include <errno.h>

#include "evaluator/frame.h"

size_t frame_begin(struct buffer *out, enum frame_type type)
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
	out->type = (enum frame_type)(unsigned char)in->bytes[4];
	out->body = (struct text){in->bytes + FRAME_HEADER, length};
	return 1;
}
