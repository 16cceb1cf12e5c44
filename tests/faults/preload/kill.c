/* An end by SIGKILL at one step of a commit; and a planted defect, for the campaign to find. */
#include "kill.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "../../support/faults/module.h"

static struct kill_at *shared;
static sqlite3_stmt *held; /* a COMMIT that was not carried out */

__attribute__((constructor)) static void attach(void)
{
	shared = module_shared("AWARDD_KILL", sizeof *shared);
}

static void end(void)
{
	(void)kill(getpid(), SIGKILL);
	for (;;)
		(void)pause(); /* it comes at once */
}

/* Whether this step is the one; ends here where it is not to begin. */
static bool is_last(int fd)
{
	if (shared == NULL || atomic_load(&shared->after) < 0 || !module_is_of(fd, shared->log) ||
	    atomic_fetch_sub(&shared->after, 1) != 0)
		return false;
	if (atomic_load(&shared->moment) == MOMENT_BEFORE)
		end();
	return true;
}

/* Before a write; of the log's files only the daemon's writing thread makes any. */
static void count(int fd, off64_t at)
{
	static bool database_written; /* since the last write to the WAL */
	char wal[sizeof shared->log + 8];
	struct stat about;

	if (shared == NULL || !module_is_of(fd, shared->log))
		return;
	snprintf(wal, sizeof wal, "%s-wal", shared->log);
	bool written = database_written;
	database_written = !module_is_of(fd, wal);
	if (database_written || (!written && at > 0) || fstat(fd, &about) != 0 ||
	    about.st_size == 0)
		return; /* an empty one was cut, or is new */
	atomic_fetch_add(&shared->checkpoints, written);
	atomic_fetch_add(&shared->anew, at == 0);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at)
{
	ssize_t rv;

	count(fd, at);
	bool last = is_last(fd);
	if (last && atomic_load(&shared->moment) == MOMENT_HALF)
		length /= 2;
	rv = NEXT(ssize_t(*)(int, const void *, size_t, off64_t), "pwrite64")(fd, bytes, length,
									      at);
	if (last)
		end();
	return rv;
}

static int step(const char *name, int fd)
{
	bool last = is_last(fd);
	int rv = NEXT(int (*)(int), name)(fd);

	if (last)
		end();
	return rv;
}

int fsync(int fd)
{
	return step("fsync", fd);
}

int fdatasync(int fd)
{
	return step("fdatasync", fd);
}

int ftruncate64(int fd, off64_t size)
{
	bool last = is_last(fd);
	int rv = NEXT(int (*)(int, off64_t), "ftruncate64")(fd, size);

	if (last)
		end();
	return rv;
}

/* ---- the planted defect ---------------------------------------------------------- */

int sqlite3_step(sqlite3_stmt *statement)
{
	int (*real)(sqlite3_stmt *) = NEXT(int (*)(sqlite3_stmt *), "sqlite3_step");
	const char *text = shared != NULL ? sqlite3_sql(statement) : NULL;

	if (text != NULL && atomic_load(&shared->early) && strcmp(text, "COMMIT") == 0) {
		held = statement;
		return SQLITE_DONE;
	}
	if (text != NULL && held != NULL && strcmp(text, "BEGIN IMMEDIATE") == 0) {
		(void)real(held);
		(void)sqlite3_reset(held);
		held = NULL;
	}
	return real(statement);
}
