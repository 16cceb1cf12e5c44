/* watchdog: signs of life, where whoever started the daemon expects them; inside this
 * room only. */
#ifndef AW_DAEMON_WATCHDOG_H
#define AW_DAEMON_WATCHDOG_H

#include <uv.h>

#include "service/service.h"

/* One is given (WATCHDOG=1) each time that everything deciding needs has answered: the
 * loop, the log's writing and reading threads, and an evaluator. All of this is borrowed,
 * and outlives the journal, which still owes answers when the watchdog is closed. */
struct watchdog {
	uv_timer_t timer;
	struct journal *journal;
	struct service *service;
	unsigned owed; /* answers, of what was asked last */
	bool opened;
};

/* Expected each `within_us`; 0: nothing is done. */
void watchdog_open(struct watchdog *w, uv_loop_t *loop, uint64_t within_us);
/* Legal at any time. */
void watchdog_close(struct watchdog *w);

#endif
