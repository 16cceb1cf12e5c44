/* In the place of uv_spawn. */
#include "process.h"

#include <assert.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "wire/wire.h"

enum { PLAYED = 64 };

static struct played {
	int fd;
	uv_process_t *handle;
	uv_exit_cb on_exit;
} played[PLAYED];
static size_t count;

/* A handle of a kind that nothing comes of stands in the process's memory. */
static_assert(sizeof(uv_idle_t) <= sizeof(uv_process_t), "room for the other handle");

static void forget(struct played *p)
{
	if (p->fd >= 0)
		(void)close(p->fd);
	p->fd = -1;
}

int uv_spawn(uv_loop_t *loop, uv_process_t *handle, const uv_process_options_t *options)
{
	int ends[2];

	for (size_t i = 0; i < count; i++) {
		if (played[i].handle == handle)
			forget(&played[i]); /* it was this one's predecessor */
	}
	(void)uv_idle_init(loop, (uv_idle_t *)handle); /* cannot fail */
	if (count == PLAYED ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
		return UV_EAGAIN;
	played[count++] = (struct played){ends[1], handle, options->exit_cb};
	return uv_pipe_open((uv_pipe_t *)options->stdio[0].data.stream, ends[0]);
}

static struct played *find(unsigned back)
{
	return back < count && played[count - 1 - back].fd >= 0 ? &played[count - 1 - back] : NULL;
}

/* What the other side wrote is read by nobody, but must not stop it. */
static void drop_input(int fd)
{
	char piece[65536];

	while (recv(fd, piece, sizeof piece, 0) > 0)
		;
}

bool process_say(struct text *input, unsigned back)
{
	struct played *p = find(back);
	unsigned how = fuzz_byte(input), type = fuzz_byte(input);
	size_t length = fuzz_byte(input) | (how & 1 ? fuzz_byte(input) << 8 : 0);
	struct buffer out;

	length = length < input->length ? length : input->length;
	buffer_init(&out);
	size_t begun = how & 2 ? 0 : frame_begin(&out, (unsigned char)type);
	(void)buffer_append(&out, input->bytes, length);
	if ((how & 2) == 0)
		fuzz_must(frame_end(&out, begun) == 0, "no memory");
	*input = (struct text){input->bytes + length, input->length - length};
	if (p != NULL) {
		drop_input(p->fd);
		/* The other side may be gone: that is for it to see. */
		(void)send(p->fd, out.bytes, out.length, MSG_NOSIGNAL);
	}
	buffer_deinit(&out);
	return p != NULL;
}

void process_die(unsigned back, int number)
{
	struct played *p = find(back);

	if (p == NULL)
		return;
	forget(p);
	if (!uv_is_closing((uv_handle_t *)p->handle))
		p->on_exit(p->handle, 0, number);
}

void process_die_all(void)
{
	for (unsigned i = 0; i < PLAYED; i++)
		process_die(i, SIGKILL);
}

void process_reset(void)
{
	for (size_t i = 0; i < count; i++)
		forget(&played[i]);
	count = 0;
}
