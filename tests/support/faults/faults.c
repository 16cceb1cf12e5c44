/* Writes and syncs of one file that fail, and a time of day that is wrong. */
#include "faults.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static struct faults *shared;

/* Before the daemon's main, so that evaluators, which may open nothing, have it too. */
__attribute__((constructor)) static void attach(void)
{
	const char *path = getenv("AWARDD_FAULTS");
	int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *memory;

	if (fd < 0)
		return;
	memory = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (memory != MAP_FAILED)
		shared = memory;
}

static bool is_the_log(int fd)
{
	char name[32], path[512];
	ssize_t length;

	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	length = readlink(name, path, sizeof path - 1);
	if (length < 0)
		return false;
	path[length] = '\0';
	return strncmp(path, shared->log, strlen(shared->log)) == 0;
}

static bool fails(int kind, int fd)
{
	if (shared == NULL || atomic_load(&shared->kind) != kind || !is_the_log(fd))
		return false;
	if (atomic_fetch_sub(&shared->after, 1) > 0)
		return false;
	atomic_store(&shared->after, 0);
	atomic_fetch_add(&shared->failed, 1);
	return true;
}

#define NEXT(type, name) ((type)dlsym(RTLD_NEXT, name))

static int sync_with(const char *name, int fd)
{
	if (fails(FAULT_SYNC, fd)) {
		errno = EIO;
		return -1;
	}
	if (fails(FAULT_HANG, fd))
		while (atomic_load(&shared->kind) == FAULT_HANG)
			usleep(1000);
	return NEXT(int (*)(int), name)(fd);
}

int fsync(int fd)
{
	return sync_with("fsync", fd);
}

int fdatasync(int fd)
{
	return sync_with("fdatasync", fd);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at)
{
	if (fails(FAULT_WRITE, fd)) {
		errno = EIO;
		return -1;
	}
	if (fails(FAULT_FULL, fd)) {
		errno = ENOSPC;
		return -1;
	}
	return NEXT(ssize_t(*)(int, const void *, size_t, off64_t), "pwrite64")(fd, bytes, length,
										at);
}

int clock_gettime(clockid_t which, struct timespec *now)
{
	int rv = NEXT(int (*)(clockid_t, struct timespec *), "clock_gettime")(which, now);

	if (rv == 0 && which == CLOCK_REALTIME && shared != NULL)
		now->tv_sec += (time_t)atomic_load(&shared->clock);
	return rv;
}
