/* An evaluator process and what it is told: frames, true or not, until they end. It does
 * not seal itself here, since it is this very process. */
#include "fuzz.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "evaluator/evaluator.h"
#include "wire/wire.h"

/* In the place of the room's own. */
int evaluator_seal(struct err *e);
int evaluator_seal(struct err *e)
{
	(void)e;
	return 0;
}

/* Pieces become frames of their first byte's type; one that begins with a zero byte is
 * written as it is. */
static void make_frames(struct text rest, struct buffer *out)
{
	struct text piece;

	while (fuzz_piece(&rest, &piece)) {
		unsigned type = fuzz_byte(&piece);
		size_t begun = type != 0 ? frame_begin(out, (unsigned char)type) : 0;
		(void)buffer_append(out, piece.bytes, piece.length);
		fuzz_must(type == 0 || frame_end(out, begun) == 0, "no memory");
	}
}

/* What it says must be frames of the kinds that an evaluator sends, each with JSON. */
static void check_said(struct text said)
{
	struct buffer in;
	struct frame frame;
	int rv;

	buffer_init(&in);
	(void)buffer_append(&in, said.bytes, said.length);
	while ((rv = frame_take(&in, &frame)) == 1) {
		json_t *body = json_read(frame.body, NULL);
		fuzz_must(body != NULL, "its answer is no JSON");
		fuzz_must(frame.type == 'M' || frame.type == 'F' || frame.type == 'R',
			  "it says '%c'", frame.type);
		json_decref(body);
		buffer_consume(&in, FRAME_HEADER + frame.body.length);
	}
	buffer_deinit(&in);
	fuzz_must(rv == 0, "it says a frame without an end");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char said[4 << 20];
	int ends[2], room = sizeof said;
	struct timeval patience = {.tv_sec = 1};
	struct buffer frames;
	ssize_t n;
	size_t length = 0;

	buffer_init(&frames);
	make_frames(fuzz_text(data, size), &frames);
	fuzz_must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "no connection");
	/* Nobody reads until it has ended. */
	(void)setsockopt(ends[0], SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
	(void)setsockopt(ends[1], SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
	(void)setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	fuzz_must(file_write(ends[1], (struct text){frames.bytes, frames.length}) == 0 &&
			  shutdown(ends[1], SHUT_WR) == 0,
		  "no connection");
	/* The one before was closed, so that this may be it. */
	if (ends[0] != STDIN_FILENO)
		fuzz_must(dup2(ends[0], STDIN_FILENO) == 0 && close(ends[0]) == 0, "no connection");
	(void)evaluator_main(0, NULL); /* how it ends is its own affair */
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGTERM, SIG_DFL);
	(void)close(STDIN_FILENO);
	while ((n = read(ends[1], said + length, sizeof said - length)) > 0)
		length += (size_t)n;
	(void)close(ends[1]);
	check_said((struct text){said, length});
	buffer_deinit(&frames);
	return 0;
}
