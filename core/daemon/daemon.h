/*
 * daemon: the parts put together: the loop, its signals, the log, the service
 * and the socket, started in that order and ended in the other.
 */
#ifndef AW_DAEMON_H
#define AW_DAEMON_H

#include "base/base.h"
#include "config/config.h"

/* Runs until SIGTERM or SIGINT. 0 after an orderly end; otherwise it could not
 * start, or the log failed: a sentence. */
int daemon_run(const struct config *c, struct err *e);

/* Says on standard error why the program ends: as a line of the log where it `ran`, or where
 * the system's journal reads it, else as tools do. */
void daemon_complain(bool ran, const char *why);

/* Whether everything is said that must be. AW_EINVALID and a sentence. */
int daemon_check_required(const struct config *c, struct err *e);

/* Prints every setting and where it came from, those of the plugins too. */
int daemon_print(const struct config *c, struct err *e);

/* Says whether daemon_run would start: settings, log, every plugin, and rules; all that is
 * wrong, a line each, on standard error. 0, or the status of what is said first: AW_ESCRIPT
 * where it is that the rules do not load. */
int daemon_check(const struct config *c, struct err *e);

#endif
