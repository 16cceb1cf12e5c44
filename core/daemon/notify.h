/* notify: what the daemon tells whoever started it; inside this room only. */
#ifndef AW_DAEMON_NOTIFY_H
#define AW_DAEMON_NOTIFY_H

#include "journal/journal.h"

/* Sends a state ("WATCHDOG=1") to the socket named by NOTIFY_SOCKET, if any, as
 * systemd and others understand it. False where it was not taken: whoever listens is
 * not waited for. */
bool notify_state(const char *state);

/* With which rules it decides ("": none), and whether the folder's were refused; with
 * `ready` also that it takes calls. That one must arrive, and is waited for a second. */
void notify_rules(const char *digest, bool refused, bool ready);
/* That it reads the rules again; where this is true, notify_rules must say that it is
 * ready again. */
bool notify_reloading(void);

/* A sentence to standard error, as one line: "awardd: …" on a terminal; with the level in front
 * ("<4>…") where that is the system's journal, which knows the time; else as time="…"
 * level="…" message="…". Level as in syslog. */
void notify_log(void *ctx, int level, const char *text);

/* A sentence for each thing about the log at `path` that began or is over: a full disk, a
 * reader that keeps the WAL long, the limit that stops writing for it. */
void notify_log_state(const char *path, const struct journal_stats *before,
		      const struct journal_stats *now);

#endif
