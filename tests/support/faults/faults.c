/* Writes and syncs of one file that fail, and a time of day that is wrong. */
#include "faults.h"

#include <errno.h>
#include <time.h>

#include "module.h"

static struct faults *shared;

/* Before the daemon's main, so that evaluators, which may open nothing, have it too. */
__attribute__((constructor)) static void attach(void)
{
	shared = module_shared("AWARDD_FAULTS", sizeof *shared);
}

static bool fails(int kind, int fd)
{
	if (shared == NULL || atomic_load(&shared->kind) != kind || !module_is_of(fd, shared->log))
		return false;
	if (atomic_fetch_sub(&shared->after, 1) > 0)
		return false;
	atomic_store(&shared->after, 0);
	atomic_fetch_add(&shared->failed, 1);
	return true;
}

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
