/*
 * deliver: where a verb's picture, paper or page goes.
 */
#ifndef AW_CTL_DELIVER_H
#define AW_CTL_DELIVER_H

#include "ctl/session.h"

/* Writes the bytes to the file that --output names, else to standard output; what is no
 * text is kept from a terminal. An exit status, what went wrong is said. */
int deliver(const struct session *s, const struct buffer *bytes, bool text);

/* Asks one method. Takes `params`. Gives the result; where the user may not ask it,
 * EXIT_DONE and NULL if `may_be_denied`. What went wrong is said. */
int fetch(struct session *s, const char *method, json_t *params, bool may_be_denied, json_t **out);

#endif
