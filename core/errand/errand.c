/* A thread for one piece of work. Not libuv's pool, which ends the process where it cannot make
 * its threads. */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "errand/errand.h"

struct errand {
	uv_async_t ended;
	uv_thread_t thread;
	errand_cb work, done;
	void *ctx;
};

static void run(void *arg)
{
	struct errand *r = arg;

	r->work(r->ctx);
	(void)uv_async_send(&r->ended); /* fails only for what is no such handle */
}

static void drop(uv_handle_t *handle)
{
	free(handle->data);
}

static void on_closed(uv_handle_t *handle)
{
	const struct errand r = *(struct errand *)handle->data;

	drop(handle);
	r.done(r.ctx);
}

static void on_ended(uv_async_t *ended)
{
	struct errand *r = ended->data;
	int rv = uv_thread_join(&r->thread); /* all that it still does is to return */

	assert(rv == 0);
	(void)rv; /* where assertions are left out */
	uv_close((uv_handle_t *)ended, on_closed);
}

/* Signals are the loop's. */
static int make_thread(struct errand *r)
{
	sigset_t all, before;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before); /* fails only for another `how` */
	int rv = uv_thread_create(&r->thread, run, r);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rv;
}

int errand_start(uv_loop_t *loop, errand_cb work, errand_cb done, void *ctx)
{
	struct errand *r = calloc(1, sizeof *r);
	if (r == NULL)
		return -ENOMEM;

	*r = (struct errand){.work = work, .done = done, .ctx = ctx};
	int rv = uv_async_init(loop, &r->ended, on_ended);
	if (rv != 0) {
		free(r);
		return rv;
	}
	r->ended.data = r;
	rv = make_thread(r);
	if (rv != 0)
		uv_close((uv_handle_t *)&r->ended, drop);
	return rv;
}
