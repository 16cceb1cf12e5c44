/* frame: what daemon and evaluator say to each other; inside this room only. */
#ifndef AW_EVALUATOR_FRAME_H
#define AW_EVALUATOR_FRAME_H

#include "base/base.h"
#include "json/json.h"
#include "wire/wire.h"

/* Types of frames; their bodies are JSON. */
enum frame_type {
	FRAME_LOAD = 'L',     /* daemon: what pool_open was given */
	FRAME_RUN = 'E',      /* daemon: {"operation", "input"} */
	FRAME_MANIFEST = 'M', /* evaluator: the manifest */
	FRAME_FAULTS = 'F',   /* evaluator: {"faults": [{"file", "line", "message"}]} */
	FRAME_RESULT = 'R',   /* evaluator: the result's canonical bytes */
};

/* Confines this process for the rest of its life: no files, no network, no new
 * processes. 0, or an errno and a sentence. */
int evaluator_seal(struct err *e);

#endif
