/* frame: what daemon and evaluator say to each other; inside this room only.
 * A frame is four bytes of length (little-endian, of what follows the type),
 * one byte of type, and JSON. */
#ifndef AW_EVALUATOR_FRAME_H
#define AW_EVALUATOR_FRAME_H

#include "base/base.h"
#include "json/json.h"

enum frame_type {
	FRAME_LOAD = 'L',     /* daemon: what pool_open was given */
	FRAME_RUN = 'E',      /* daemon: {"operation", "input"} */
	FRAME_MANIFEST = 'M', /* evaluator: the manifest */
	FRAME_FAULTS = 'F',   /* evaluator: {"faults": [{"file", "line", "message"}]} */
	FRAME_RESULT = 'R',   /* evaluator: the result's canonical bytes */
};

enum { FRAME_HEADER = 5, FRAME_LIMIT = 64 << 20 };

struct frame {
	enum frame_type type;
	struct text body;
};

/* Begins a frame at the end of `out`; the body is appended by the caller, then
 * frame_end writes its length. frame_end gives 0, -ENOMEM or AW_ELIMIT. */
size_t frame_begin(struct buffer *out, enum frame_type type);
int frame_end(struct buffer *out, size_t begun);

/* Looks for a whole frame at the start of `in`: 1 and the frame (borrowed), 0
 * where more bytes are needed, AW_ELIMIT where it says to be too long. */
int frame_take(const struct buffer *in, struct frame *out);

/* Confines this process for the rest of its life: no files, no network, no new
 * processes. 0, or an errno and a sentence. */
int evaluator_seal(struct err *e);

#endif
