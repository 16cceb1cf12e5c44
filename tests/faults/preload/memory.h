/*
 * memory: allocations that fail in a program that was started with the module memory.c
 * preloaded (LD_PRELOAD), whichever library asks for them: it stands in the place of the C
 * library's malloc. The test and the program share this memory: a file named by
 * AWARDD_MEMORY.
 *
 * Every block is filled with rubbish before it is given out and after it is freed; one that
 * is freed twice, or was never given, ends the program with SIGABRT.
 */
#ifndef AW_TESTS_FAULTS_MEMORY_H
#define AW_TESTS_FAULTS_MEMORY_H

#include <stdatomic.h>

enum who { WHO_DAEMON, WHO_EVALUATOR, WHO_HOST };

struct memory {
	atomic_int who;        /* enum who: the processes whose allocations are counted */
	atomic_long countdown; /* so many go well before one fails; below 0: none will */
	atomic_bool for_ever;  /* so do all that follow, until it is disarmed */
	atomic_long failed;    /* how many did */
	atomic_long kept; /* blocks that the daemon, but not the loader, had not freed at its end */
	atomic_long threads; /* so many the daemon makes before one fails; below 0: none will */
	atomic_bool forgets; /* the next block that is freed after a fault is not: a leak */
	atomic_bool trace;   /* tells of each of them, and of what fails, on standard error */
};

#endif
