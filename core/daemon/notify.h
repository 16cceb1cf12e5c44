/* notify: what the daemon tells whoever started it; inside this room only. */
#ifndef AW_DAEMON_NOTIFY_H
#define AW_DAEMON_NOTIFY_H

#include "journal/journal.h"

/* Sends a state ("READY=1") to the socket named by NOTIFY_SOCKET, if any, as
 * systemd and others understand it. */
void notify_state(const char *state);

/* A sentence to standard error; with the level in front where the journal of
 * the system reads it. Level as in syslog. */
void notify_log(void *ctx, int level, const char *text);

/* A sentence for each thing about the log at `path` that began or is over: a full disk, a
 * reader that keeps the WAL long, the limit that stops writing for it. */
void notify_log_state(const char *path, const struct journal_stats *before,
		      const struct journal_stats *now);

#endif
