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

/* Whether everything is said that must be. AW_EINVALID and a sentence. */
int daemon_check_required(const struct config *c, struct err *e);

/* Prints every setting and where it came from, those of the plugins too. */
int daemon_print(const struct config *c, struct err *e);

/* Says on standard output whether daemon_run would start: settings, log, plugins
 * and rules. 0; AW_ESCRIPT where the rules do not load; else what is wrong. */
int daemon_check(const struct config *c, struct err *e);

#endif
