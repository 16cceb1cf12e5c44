/* What the daemon writes to its child processes and reads from them, on its loop. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire/wire.h"

struct sending {
	uv_write_t request;
	char bytes[];
};

static void on_written(uv_write_t *request, int status)
{
	(void)status; /* a connection that failed is seen by its reader */
	free(request->data);
}

/* What did not fit at once. */
static int send_later(uv_stream_t *to, struct text rest)
{
	struct sending *s = malloc(sizeof *s + rest.length);

	if (s == NULL)
		return -ENOMEM;
	memcpy(s->bytes, rest.bytes, rest.length);
	s->request.data = s;
	uv_buf_t vector = uv_buf_init(s->bytes, (unsigned)rest.length);
	int rv = uv_write(&s->request, to, &vector, 1, on_written);
	if (rv != 0)
		free(s);
	return rv;
}

/* libuv asks epoll again after each uv_write, also where all of it went out. */
int frame_write(uv_stream_t *to, const struct buffer *frames)
{
	uv_buf_t all = uv_buf_init(frames->bytes, (unsigned)frames->length);
	int sent = uv_try_write(to, &all, 1);
	size_t before = sent > 0 ? (size_t)sent : 0;

	if (before == frames->length)
		return 0;
	return send_later(to, (struct text){frames->bytes + before, frames->length - before});
}

uv_buf_t frame_room(struct buffer *in)
{
	return buffer_reserve(in, FRAME_READ) == 0 ? uv_buf_init(in->bytes + in->length, FRAME_READ)
						   : uv_buf_init(NULL, 0);
}
