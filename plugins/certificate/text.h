/*
 * Text on a page: how wide it may become, and where it is broken into lines. Lengths are tenths of a millimetre. Widths are upper bounds for
 * the fonts that the page names, so that nothing runs over whichever of them is
 * installed, and the same text gives the same lines everywhere.
 */
#ifndef CERTIFICATE_TEXT_H
#define CERTIFICATE_TEXT_H

#include <stdbool.h>

#include "letters.h"

/* How a piece of text looks. */
struct face {
	int size;
	bool serif, bold, italic;
	const char *fill;
	int spacing; /* between letters */
};

/* Rounded up. */
int text_width(const struct face *f, struct piece text);

/* Cuts the first line off `text`: up to a space, or, where a single word is too long,
 * as much of it as fits, and at least a character. Empty at the end. */
struct piece text_line(const struct face *f, const char **text, int width);

/* How many lines that makes. */
int text_lines(const struct face *f, const char *text, int width);

/* The smallest width that makes no more lines, so that they become equally long. */
int text_balanced(const struct face *f, const char *text, int width);

#endif
