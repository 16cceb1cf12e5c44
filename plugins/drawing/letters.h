/*
 * Text of others in drawings, for every plugin that draws: what kind of characters it
 * has, and how it is written into SVG. Built into each of them.
 */
#ifndef DRAWING_LETTERS_H
#define DRAWING_LETTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A piece of text; borrowed. */
struct piece {
	const char *bytes;
	size_t length;
};

/* The character at `text` (UTF-8, not at its end), its bytes in *length. What is no
 * UTF-8 is one byte that reads as U+FFFD. */
uint32_t text_character(const char *text, size_t *length);

/* Where lines may be broken; written as a space. */
bool text_is_blank(uint32_t c);
/* Marks over others, joiners, selectors: no line begins with one. */
bool text_takes_no_place(uint32_t c);
/* As wide as it is high. */
bool text_is_broad(uint32_t c);

/* Writes text of others into an element or attribute: escaped, without what XML
 * forbids or what would turn the direction of the text around it; text with letters that
 * run from right to left is isolated. The stream remembers what fails. */
void text_write(FILE *to, struct piece text);

/* The same without escapes, for where there is no markup; to be freed. NULL where
 * memory runs out. */
char *text_clean(const char *text);

/* Text of ours and of others put together; to be freed. NULL where memory runs out. */
__attribute__((format(printf, 1, 2))) char *text_printf(const char *format, ...);

#endif
