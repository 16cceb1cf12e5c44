/*
 * envelope: just enough JSON to wrap a request and to open an answer, so that
 * params and results cross as the text they are. Internal to the client.
 */
#ifndef AWARDD_CLIENT_ENVELOPE_H
#define AWARDD_CLIENT_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "awardd/client.h"

/* Bytes that grow. `failed` once memory ran out; appends then do nothing. */
struct bytes {
	char *data;
	size_t length, capacity;
	bool failed;
};

void bytes_append(struct bytes *b, const char *data, size_t length);
void bytes_append_text(struct bytes *b, const char *text);
/* Frees, and leaves it empty. */
void bytes_clear(struct bytes *b);

/* A stretch of borrowed JSON text. `start` is NULL where there is none. */
struct span {
	const char *start;
	size_t length;
};

/* The length of the one JSON value at the start of `s`, or 0 where there is no
 * well-formed one. White space before it is not skipped. Strings, numbers,
 * nesting and commas are checked; duplicate members are not. */
size_t json_value_length(const char *s, size_t length);

/* The member `name` of the object in `object`; start NULL where it has none.
 * `name` is compared with the bytes between the quotes. */
struct span json_span_member(struct span object, const char *name);

/* Appends the request as one line. False where `params` is not one JSON object
 * or array; memory running out is in out->failed. */
bool envelope_write(struct bytes *out, int64_t id, const char *method, const char *params);

/* Opens one line into an empty answer. AWARDD_OK, AWARDD_REFUSED,
 * AWARDD_GARBLED, AWARDD_MEMORY. */
int envelope_read(const char *line, size_t length, struct awardd_answer *answer);

#endif
