/*
 * wire: what this program and its child processes say to each other, over a
 * socket pair. A frame is four bytes of length (little-endian, of what follows
 * the type), one byte of type, and a body.
 */
#ifndef AW_WIRE_H
#define AW_WIRE_H

#include <uv.h>

#include "base/base.h"

enum { FRAME_HEADER = 5, FRAME_LIMIT = 64 << 20, FRAME_READ = 65536 };

struct frame {
	unsigned char type; /* the rooms' own */
	struct text body;
};

/* Begins a frame at the end of `out`; the body is appended by the caller, then
 * frame_end writes its length. frame_end gives 0, -ENOMEM or AW_ELIMIT. */
size_t frame_begin(struct buffer *out, unsigned char type);
int frame_end(struct buffer *out, size_t begun);

/* Looks for a whole frame at the start of `in`: 1 and the frame (borrowed), 0
 * where more bytes are needed, AW_ELIMIT where it says to be too long. */
int frame_take(const struct buffer *in, struct frame *out);

/* ---- this side, which does not wait ---------------------------------------- */

/* Sends frames (borrowed), after those before. 0, -ENOMEM or what writing gives, where some
 * of them may have been sent; what fails later is seen by whoever reads from the child. */
int frame_write(uv_stream_t *to, const struct buffer *frames);

/* Room at the end of `in` for what is read next; none where there is no memory, which the
 * reader is told as UV_ENOBUFS. */
uv_buf_t frame_room(struct buffer *in);

/* ---- a child's side, which waits: descriptor 0 is the connection ---------- */

/* Sends all of it; 0 or a negated errno. */
int frame_send(const struct buffer *out);

/* Reads into `in` until a whole frame stands at its start (borrowed; the caller
 * consumes it); AW_ECLOSED at the end. */
int frame_receive(struct buffer *in, struct frame *frame);

#endif
