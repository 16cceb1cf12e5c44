/* notify: what the daemon tells whoever started it; inside this room only. */
#ifndef AW_DAEMON_NOTIFY_H
#define AW_DAEMON_NOTIFY_H

/* Sends a state ("READY=1") to the socket named by NOTIFY_SOCKET, if any, as
 * systemd and others understand it. */
void notify_state(const char *state);

/* A sentence to standard error; with the level in front where the journal of
 * the system reads it. Level as in syslog. */
void notify_log(void *ctx, int level, const char *text);

#endif
