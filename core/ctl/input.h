/*
 * input: a file named on the command line, or standard input.
 */
#ifndef AW_CTL_INPUT_H
#define AW_CTL_INPUT_H

#include "base/base.h"

/* Reads the whole of `path` ("-": standard input). 0, or a status and a
 * sentence that does not name the file. */
int input_read(const char *path, struct buffer *out, struct err *e);

/* What messages call it. */
const char *input_name(const char *path);

#endif
