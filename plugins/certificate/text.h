/*
 * Text on a page: how wide it may become, where it is broken into lines, and how it is
 * written into SVG. Lengths are tenths of a millimetre. Widths are upper bounds for
 * the fonts that the page names, so that nothing runs over whichever of them is
 * installed, and the same text gives the same lines everywhere.
 */
#ifndef CERTIFICATE_TEXT_H
#define CERTIFICATE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* How a piece of text looks. */
struct face {
	int size;
	bool serif, bold, italic;
	const char *fill;
	int spacing; /* between letters */
};

/* A piece of text; borrowed. */
struct piece {
	const char *bytes;
	size_t length;
};

/* The character at `text` (UTF-8, not at its end), its bytes in *length. What is no
 * UTF-8 is one byte that reads as U+FFFD. */
uint32_t text_character(const char *text, size_t *length);

/* Rounded up. */
int text_width(const struct face *f, struct piece text);

/* Cuts the first line off `text`: up to a space, or, where a single word is too long,
 * as much of it as fits, and at least a character. Empty at the end. */
struct piece text_line(const struct face *f, const char **text, int width);

/* How many lines that makes. */
int text_lines(const struct face *f, const char *text, int width);

/* The smallest width that makes no more lines, so that they become equally long. */
int text_balanced(const struct face *f, const char *text, int width);

/* Writes text of others into an element or attribute: escaped, without what XML
 * forbids or what would turn the direction of the text around it; text with letters that
 * run from right to left is isolated. */
void text_write(FILE *to, struct piece text);

/* The same without escapes, for where there is no markup; to be freed. NULL where
 * memory runs out. */
char *text_clean(const char *text);

/* Text of ours and of others put together; to be freed. NULL where memory runs out. */
__attribute__((format(printf, 1, 2))) char *text_of(const char *format, ...);

#endif
