/* pool: the parts of a pool; inside this room only. */
#ifndef AW_EVALUATOR_POOL_H
#define AW_EVALUATOR_POOL_H

#include "evaluator/evaluator.h"
#include "evaluator/frame.h"

/* Children are given descriptors of their own under the lowest numbers: what they, or
 * later children, must still find is from here on. */
enum { HIGH_DESCRIPTOR = 100 };

/* One evaluation that waits or is under way. */
struct ask {
	struct ask *next;
	struct buffer frame;
	uint64_t since; /* of the loop's time */
	evaluation_cb done;
	void *ctx;
};

/*
 *            spawn          manifest         ask            result
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
	bool overdue; /* it is being ended because of its deadline */
	struct buffer in;
	struct ask *current;
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

/* Starts the process; its end, also at once, is reported by process_ended. */
void process_start(struct process *p);
/* Gives an idle process something to do. */
void process_ask(struct process *p, struct ask *ask);
/* Kills and closes; legal in every state. */
void process_end(struct process *p);

/* What a process tells its pool. */
void pool_on_loaded(struct pool *pool, int status, const json_t *answer);
void pool_on_idle(struct pool *pool, struct process *p);
void pool_on_ended(struct pool *pool, struct process *p);
void pool_on_overdue(struct pool *pool);
void ask_answer(struct ask *ask, const struct evaluation *evaluation);

#endif
