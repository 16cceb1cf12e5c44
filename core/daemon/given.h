/* given: what whoever started the daemon gave it, as systemd does it; inside this room only. */
#ifndef AW_DAEMON_GIVEN_H
#define AW_DAEMON_GIVEN_H

#include <stdint.h>

#include "base/base.h"

/* The socket to listen on, where one was passed (LISTEN_PID, LISTEN_FDS): its
 * descriptor, else -1. AW_EINVALID where there are several. */
int given_socket(int *fd, struct err *e);

/* How often a sign of life is expected (WATCHDOG_PID, WATCHDOG_USEC), in
 * microseconds; 0: not at all. */
uint64_t given_watchdog_us(void);

#endif
