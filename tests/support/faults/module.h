/*
 * module: what every module stands on that is preloaded (LD_PRELOAD) into a program under test;
 * the test's side is preloaded.h.
 */
#ifndef AW_TESTS_FAULTS_MODULE_H
#define AW_TESTS_FAULTS_MODULE_H

#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What the module stands in the place of. */
#define NEXT(type, name) ((type)dlsym(RTLD_NEXT, name))

/* The memory of the file that the variable names; NULL where there is none. */
static inline void *module_shared(const char *variable, size_t size)
{
	const char *path = getenv(variable);
	int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *memory;

	if (fd < 0)
		return NULL;
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	(void)close(fd); /* the mapping stays */
	return memory != MAP_FAILED ? memory : NULL;
}

/* Whether the path of what is open there begins so. */
static inline bool module_is_of(int fd, const char *log)
{
	char name[32], path[512];
	ssize_t length;

	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	length = readlink(name, path, sizeof path - 1);
	if (length < 0)
		return false;
	path[length] = '\0';
	return strncmp(path, log, strlen(log)) == 0;
}

#endif
