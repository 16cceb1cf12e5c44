/*
 * What a PDF says of itself and cairo has no word for. Built into each plugin that draws.
 */
#ifndef DRAWING_PDF_H
#define DRAWING_PDF_H

#include <stddef.h>

/* Has a PDF that cairo wrote name its language, by which it is read aloud, and be shown by its
 * title. Takes `bytes` and gives others (malloc); the same where it is written in a way that is not known
 * here. 0, or -ENOMEM and NULL. */
int pdf_describe(char **bytes, size_t *length);

#endif
