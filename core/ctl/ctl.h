/*
 * ctl: awardctl, the daemon's client for people and for programs. A table of
 * verbs (verbs.c) drives dispatch and help alike.
 */
#ifndef AW_CTL_H
#define AW_CTL_H

#include "json/json.h"

/* Gives what the program can be told, for the manual: {"verbs": [{"name", "operands", "says",
 * "options": [names], "csv", "junit"}], "options": [{"name", "letter", "value", "says",
 * "of_all"}], "statuses": [{"status", "says"}]}. NULL: no memory. */
json_t *ctl_describe(void);

/* The whole program; returns its exit status. */
int ctl_main(int argc, char **argv);

#endif
