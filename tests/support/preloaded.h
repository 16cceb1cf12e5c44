/*
 * preloaded: programs that are started with a module preloaded (LD_PRELOAD), which stands in the
 * place of something that the C library does. They and the test share memory: a file of the scene
 * that a variable of their environment names. The module's side is faults/module.h.
 */
#ifndef AW_TESTS_PRELOADED_H
#define AW_TESTS_PRELOADED_H

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support.h"

struct preloaded {
	void *memory; /* zero at first */
	size_t size;
	char named[PATH_TEXT + 64], preload[PATH_MAX];
	const char *environment[3]; /* of what is to have the module; NULL ends it */
};

static inline void preloaded_open(struct preloaded *p, const struct scene *s, const char *variable,
				  const char *module, size_t size)
{
	char file[PATH_TEXT + 32];
	int fd;

	assert_in_range(snprintf(file, sizeof file, "%s/%s", s->dir, variable), 1, sizeof file - 1);
	assert_in_range(snprintf(p->named, sizeof p->named, "%s=%s", variable, file), 1,
			sizeof p->named - 1);
	assert_in_range(snprintf(p->preload, sizeof p->preload, "LD_PRELOAD=%s", module), 1,
			sizeof p->preload - 1);
	p->environment[0] = p->named;
	p->environment[1] = p->preload;
	p->environment[2] = NULL;
	p->size = size;
	fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	assert_int_not_equal(fd, -1);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	p->memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(p->memory != MAP_FAILED);
	assert_int_equal(close(fd), 0);
}

static inline void preloaded_close(struct preloaded *p)
{
	assert_int_equal(munmap(p->memory, p->size), 0);
	p->memory = NULL;
}

#endif
