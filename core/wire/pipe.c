/* What the daemon writes to its child processes and reads from them, on its loop. */
#include <errno.h>
#include <stdlib.h>

#include "wire/wire.h"

struct sending {
	uv_write_t request;
	struct buffer bytes;
};

static void sending_free(struct sending *s)
{
	buffer_deinit(&s->bytes);
	free(s);
}

static void on_written(uv_write_t *request, int status)
{
	(void)status; /* a connection that failed is seen by its reader */
	sending_free(request->data);
}

int frame_write(uv_stream_t *to, struct buffer *frames)
{
	struct sending *s = calloc(1, sizeof *s);

	if (s == NULL) {
		buffer_deinit(frames);
		return -ENOMEM;
	}
	s->bytes = *frames;
	buffer_init(frames);
	s->request.data = s;
	uv_buf_t vector = uv_buf_init(s->bytes.bytes, (unsigned)s->bytes.length);
	int rv = uv_write(&s->request, to, &vector, 1, on_written);
	if (rv != 0)
		sending_free(s);
	return rv;
}

uv_buf_t frame_room(struct buffer *in)
{
	return buffer_reserve(in, FRAME_READ) == 0 ? uv_buf_init(in->bytes + in->length, FRAME_READ)
						   : uv_buf_init(NULL, 0);
}
