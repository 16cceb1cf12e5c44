/*
 * memory: a scene whose daemon runs out of memory when it is told to, by the module in
 * preload/memory.h. Each test program includes it once.
 */
#ifndef AW_TESTS_FAULTS_SHORT_H
#define AW_TESTS_FAULTS_SHORT_H

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "preload/memory.h"
#include "preloaded.h"

struct shortage {
	struct scene *scene;
	struct preloaded preloaded;
	struct memory *memory;
	long step; /* of the walk: 1 walks every allocation */
};

static inline long number_of(const char *variable, long otherwise)
{
	const char *text = getenv(variable);

	return text != NULL ? atol(text) : otherwise;
}

/* Shares memory with the daemons that the scene starts from now on. */
static inline void shortage_init(struct shortage *sh, struct scene *s)
{
	*sh = (struct shortage){.scene = s, .step = number_of("AWARDD_STEP", 0)};
	preloaded_open(&sh->preloaded, s, "AWARDD_MEMORY", AWARDD_MEMORY_MODULE,
		       sizeof *sh->memory);
	sh->memory = sh->preloaded.memory;
	atomic_store(&sh->memory->countdown, -1);
	atomic_store(&sh->memory->threads, -1);
	atomic_store(&sh->memory->trace, getenv("AWARDD_TRACE") != NULL);
	s->environment = sh->preloaded.environment;
}

static inline void shortage_deinit(struct shortage *sh)
{
	sh->scene->environment = NULL;
	preloaded_close(&sh->preloaded);
}

static inline void arm(struct shortage *sh, enum who who, long n, bool for_ever)
{
	atomic_store(&sh->memory->failed, 0);
	atomic_store(&sh->memory->who, (int)who);
	atomic_store(&sh->memory->for_ever, for_ever);
	atomic_store(&sh->memory->countdown, n);
}

/* Under a sanitizer its own allocator stands where the module would. */
static inline bool is_testable(void)
{
	if (SLOWER > 1)
		printf("NOT TESTED: a sanitizer has the place of malloc\n");
	return SLOWER == 1;
}

/* From here on there is memory; true where the fault came. */
static inline bool disarm(struct shortage *sh)
{
	atomic_store(&sh->memory->countdown, -1);
	return atomic_load(&sh->memory->failed) > 0;
}

/* The next allocation to fail after the n-th: steps that grow by this part of n, unless
 * every one is wanted. */
static inline long after(const struct shortage *sh, long n, long part)
{
	return n + (sh->step > 0 ? sh->step : 1 + n / part);
}

#endif
