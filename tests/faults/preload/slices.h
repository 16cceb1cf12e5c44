/*
 * slices: sockets of a program that has the module slices.c preloaded (LD_PRELOAD), and of
 * its children, take and give few bytes at a time; every second call finds nothing to do
 * (EAGAIN), or where it would wait is interrupted (EINTR). The test and the program share
 * this memory: a file named by AWARDD_SLICES.
 */
#ifndef AW_TESTS_FAULTS_SLICES_H
#define AW_TESTS_FAULTS_SLICES_H

#include <stdatomic.h>

struct slices {
	atomic_int most;  /* bytes at a time; 0: as many as there are */
	atomic_long cut;  /* calls that got less than they asked for */
	atomic_long none; /* calls that found nothing to do */
};

#endif
