/*
 * kill: the daemon that has the module kill.c preloaded (LD_PRELOAD) ends by SIGKILL at the
 * n-th step that changes its log: a write, a sync, a cut. The test and the daemon share this
 * memory: a file named by AWARDD_KILL.
 */
#ifndef AW_TESTS_FAULTS_KILL_H
#define AW_TESTS_FAULTS_KILL_H

#include <stdatomic.h>

enum moment { MOMENT_BEFORE, MOMENT_HALF, MOMENT_AFTER, MOMENTS };

struct kill_at {
	char log[256];     /* files whose path begins so */
	atomic_long after; /* so many steps go well before it; below 0: it lives */
	atomic_int moment; /* enum moment: before that step, half way through a write, after */
	/* A planted defect: each COMMIT is said to be done, and is done when the next begins. */
	atomic_bool early;
	/* Checkpoints that left the WAL as it was, and writes from its beginning over old frames:
	 * told with the next write to it. */
	atomic_long checkpoints, anew;
};

#endif
