/* Asks all around; gives the sign of life when the last has answered, whatever it said: an
 * evaluator that was killed for its deadline is replaced, and no reason to start again. */
#include "daemon/watchdog.h"
#include "daemon/notify.h"

static void answered(struct watchdog *w)
{
	if (--w->owed == 0)
		(void)notify_state("WATCHDOG=1"); /* the next one will do */
}

static void on_written(void *ctx, int status, const struct journal_receipt *receipts, size_t count,
		       const struct err *e)
{
	(void)status;
	(void)receipts;
	(void)count;
	(void)e;
	answered(ctx);
}

/* On the reading thread. */
static int look(struct journal_reader *r, void *ctx, struct err *e)
{
	(void)r;
	(void)ctx;
	(void)e;
	return 0;
}

static void on_looked(void *ctx, int status, const struct err *e)
{
	(void)status;
	(void)e;
	answered(ctx);
}

static void on_evaluated(void *ctx, const struct evaluation *evaluation)
{
	(void)evaluation;
	answered(ctx);
}

static void on_time(uv_timer_t *timer)
{
	struct watchdog *w = timer->data;

	if (w->owed > 0)
		return; /* somebody hangs: no sign until it answers */
	/* None answers before this has returned. Who cannot even be asked, for want of
	 * memory, is asked again the next time; without rules there is no evaluator. */
	w->owed += journal_ping(w->journal, on_written, w) == 0;
	w->owed += journal_look_up(w->journal, look, on_looked, w) == 0;
	journal_hand_in(w->journal);
	w->owed += service_pulse(w->service, on_evaluated, w) == 0;
}

void watchdog_open(struct watchdog *w, uv_loop_t *loop, uint64_t within_us)
{
	if (within_us == 0)
		return;
	/* Twice as often as it is expected, so that one may come late. */
	uint64_t each_ms = within_us / 2000 > 0 ? within_us / 2000 : 1;
	(void)uv_timer_init(loop, &w->timer); /* cannot fail, nor can starting it */
	(void)uv_timer_start(&w->timer, on_time, each_ms, each_ms);
	w->timer.data = w;
	w->opened = true;
}

void watchdog_close(struct watchdog *w)
{
	if (w->opened)
		uv_close((uv_handle_t *)&w->timer, NULL);
	w->opened = false;
}
