/* pool: the parts of a pool; inside this room only. */
#ifndef AW_EVALUATOR_POOL_H
#define AW_EVALUATOR_POOL_H

#include "evaluator/evaluator.h"
#include "evaluator/frame.h"

/* Children are given descriptors of their own under the lowest numbers: what they, or
 * later children, must still find is from here on. */
enum { HIGH_DESCRIPTOR = 100 };

/* Evaluations that a process is given at once, so that it need not wait for the loop after
 * each: it runs the first, and the others wait in its socket. Where the first has taken SLOW_MS,
 * the others are in the line again, and go to the first processes that are idle; or
 * they are begun where they were given, if that comes first. Where it ends, it is not known which of
 * several it ran (child.c keeps an answer back), so that all are in the line again. What was in
 * there before is alone with its process, and answered for it if that ends. */
enum { PROCESS_ASKS = 4, SLOW_MS = 50 };

/* One evaluation that waits or is under way. */
struct ask {
	struct ask *next;
	struct buffer frame;  /* kept for asking again */
	bool waits, returned; /* it is in the line; it was with a process before */
	uint64_t since;       /* of the loop's time */
	evaluation_cb done;
	void *ctx;
};

/*
 *            spawn          manifest         ask          last result
 *   ABSENT ────────▶ LOADING ────────▶ IDLE ────────▶ BUSY ────────▶ IDLE
 *     ▲                 │                │              │
 *     │     died        ▼   died, killed ▼              ▼
 *     └───────────────────────────── ENDING (until its handles are closed)
 */
enum process_state {
	PROCESS_ABSENT,
	PROCESS_LOADING,
	PROCESS_IDLE,
	PROCESS_BUSY,
	PROCESS_ENDING,
	PROCESS_STATES
};

/* One evaluator process. Its memory belongs to the pool. */
struct process {
	struct pool *pool;
	enum process_state state;
	uv_process_t child;
	uv_pipe_t pipe;
	uv_timer_t deadline;
	unsigned open_handles;
	bool unsent;           /* there was no memory to give it its last: it is being ended */
	bool slow;             /* what it runs has taken SLOW_MS: nothing more is given to it */
	struct buffer in, out; /* read; to be written in one go */
	/* The first runs. NULL: it was begun elsewhere, and this answer is dropped. */
	struct ask *asks[PROCESS_ASKS];
	size_t asked;
};

struct pool {
	struct pool_options options;
	uv_timer_t starter; /* starts what is absent */
	struct buffer load; /* the frame every new process is given */
	struct process *processes;
	struct ask *first, **last;
	size_t queued;
	pool_ready_cb ready; /* NULL once called */
	void *ready_ctx;
	void (*closed)(void *ctx);
	void *closed_ctx;
	bool closing;
	unsigned failed_starts; /* in a row */
	uint64_t evaluations, deadlines, crashes, faults;
};

/* Starts the process; its end, also at once, is reported by pool_on_ended. */
void process_start(struct process *p);
/* Gives a process that has room something to do: it is sent by process_send. */
void process_ask(struct process *p, struct ask *ask);
void process_send(struct process *p);
/* How many wait with it, and not in the line. */
size_t process_keeps(const struct process *p);
bool process_has_room(const struct process *p);
/* It is begun elsewhere. */
void process_forget(struct process *p, const struct ask *ask);
/* Kills and closes; legal in every state. `why`, which is answered where one is owed: AW_ECRASH,
 * AW_EDEADLINE or -ENOMEM. */
void process_end(struct process *p, int why);

/* What a process tells its pool. */
void pool_on_loaded(struct pool *pool, int status, const json_t *answer);
/* One or more have room. */
void pool_on_room(struct pool *pool);
/* What a process was given and has not begun, to be given to another; unless it waits already. */
void pool_put_back(struct pool *pool, struct ask *ask);
/* The process begins with it after all. */
void pool_take_back(struct pool *pool, struct ask *ask);
void pool_on_ended(struct pool *pool, struct process *p);
void pool_on_overdue(struct pool *pool);
void ask_answer(struct ask *ask, const struct evaluation *evaluation);

#endif
