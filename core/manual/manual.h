/*
 * manual: the manual's pages and the shells' completion, made when the program is built.
 * Pages are Markdown; a line "@what@" in one stands for what the program's own tables
 * say, so that a page cannot leave out an option, a verb, a method or a code.
 */
#ifndef AW_MANUAL_H
#define AW_MANUAL_H

#include <stdio.h>

#include "base/base.h"

/* Writes a page with its lines "@what@" replaced. AW_EINVALID where there is no such
 * thing to say. */
int manual_page(struct text page, FILE *out, struct err *e);

/* Writes the completion of "awardd" or "awardctl" for bash. AW_EINVALID for another. */
int manual_completion(const char *program, FILE *out, struct err *e);

#endif
