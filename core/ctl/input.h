/*
 * input: a file named on the command line, or standard input; what is wrong with its text.
 */
#ifndef AW_CTL_INPUT_H
#define AW_CTL_INPUT_H

#include "json/json.h"

/* Reads the whole of `path` ("-": standard input). 0, or a status and a
 * sentence that does not name the file. */
int input_read(const char *path, struct buffer *out, struct err *e);

/* Why a text is no JSON, for whoever wrote the file, with the column; may be cut. */
void input_explain(const json_error_t *error, char *out, size_t size);

/* What messages call it. */
const char *input_name(const char *path);

#endif
