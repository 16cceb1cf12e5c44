/*
 * How wide text may become, and where it is broken into lines. Widths are upper
 * bounds for the fonts that pictures name, so that nothing runs over its column
 * whichever of them is installed.
 */
#ifndef PROFILE_FACE_H
#define PROFILE_FACE_H

#include <stdbool.h>
#include <stddef.h>

#include "letters.h"

/* How a piece of text looks. `fill` is a colour, `anchor` "start", "middle" or "end". */
struct face {
	int size; /* pixels */
	bool bold;
	const char *fill;
	const char *anchor;
};

/* Pixels, rounded up. */
int face_width(const struct face *f, const char *text);

/* How many bytes of `text` stand on a line of `width` pixels: up to a space, or,
 * where a single word is too long, as much of it as fits and at least one
 * character. The spaces after them belong to no line. 0 at the end of the text. */
size_t face_fit(const struct face *f, const char *text, int width);

/* How many lines that makes; at least 1. */
int face_lines(const struct face *f, const char *text, int width);

#endif
