/*
 * diff: what differs between two texts, line by line.
 */
#ifndef AW_CTL_DIFF_H
#define AW_CTL_DIFF_H

#include "base/base.h"

/* One line of a unified diff: ' ' kept, '-' only in the first, '+' only in the
 * second, '@' the heading of a place, '\\' the note that a text ends without a
 * line's end. The text has no line's end. */
typedef void (*diff_line_cb)(void *ctx, char mark, struct text line);

/* Calls `line` for what a unified diff with three lines of context has, without
 * the two lines that name the files; never, where the texts are the same.
 * -ENOMEM. Texts that differ in very many lines are shown as all taken out and
 * all put in. */
int diff_texts(struct text a, struct text b, diff_line_cb line, void *ctx);

#endif
