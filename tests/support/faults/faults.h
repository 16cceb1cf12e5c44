/*
 * faults: what fails in a daemon that was started with the module of this folder preloaded
 * (LD_PRELOAD). The test and the daemon share this memory: a file named by AWARDD_FAULTS.
 */
#ifndef AW_TESTS_FAULTS_H
#define AW_TESTS_FAULTS_H

#include <stdatomic.h>
#include <stdint.h>

enum fault { FAULT_NONE, FAULT_SYNC, FAULT_WRITE, FAULT_FULL, FAULT_HANG };

struct faults {
	char log[256];         /* files whose path begins so fail */
	atomic_int kind;       /* enum fault; for as long as it stands here, once it began */
	atomic_int after;      /* so many of its kind go well before */
	atomic_int failed;     /* how often it did */
	_Atomic int64_t clock; /* seconds added to the time of day */
};

#endif
