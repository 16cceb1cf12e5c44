/*
 * errand: one piece of work beside a loop, on a thread made for it, so that nothing slow
 * keeps the loop waiting.
 */
#ifndef AW_ERRAND_H
#define AW_ERRAND_H

#include <uv.h>

typedef void (*errand_cb)(void *ctx);

/*
 * Runs `work` on a thread of its own and then, when that thread has ended, `done` on the loop,
 * in which nothing of the errand is left by then. Both get `ctx`, which is `work`'s until
 * `done`. The loop goes on until `done` was called; nothing cuts the work short. All signals
 * are blocked on the thread.
 *
 * 0, or why there is no thread (-EAGAIN, -ENOMEM); then neither is called, and the loop has to
 * run once more before it can be closed.
 */
int errand_start(uv_loop_t *loop, errand_cb work, errand_cb done, void *ctx);

#endif
