/* Reads and writes of sockets in small pieces. */
#include "slices.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "../../support/faults/module.h"

static struct slices *shared;
static const char *self_path = "", *shared_path = "";
static bool is_child; /* sealed: it may ask nothing of the system, and has one socket */
static _Thread_local unsigned turn;

/* Found before an evaluator is sealed. */
static ssize_t (*real_read)(int, void *, size_t);
static ssize_t (*real_write)(int, const void *, size_t);

static void find(void)
{
	if (real_read == NULL)
		real_read = NEXT(ssize_t(*)(int, void *, size_t), "read");
	if (real_write == NULL)
		real_write = NEXT(ssize_t(*)(int, const void *, size_t), "write");
}

__attribute__((constructor)) static void attach(void)
{
	find();
	is_child = getenv("AWARDD_IS_CHILD") != NULL;
	self_path = getenv("LD_PRELOAD");
	shared_path = getenv("AWARDD_SLICES");
	shared = module_shared("AWARDD_SLICES", sizeof *shared);
}

static bool is_socket(int fd)
{
	struct stat about;

	if (is_child)
		return fd == STDIN_FILENO;
	return fstat(fd, &about) == 0 && S_ISSOCK(about.st_mode);
}

/* How many bytes this call may have: 0 where it is to find nothing, and errno says so. */
static size_t slice(int fd, size_t length)
{
	size_t most = shared != NULL ? (size_t)atomic_load(&shared->most) : 0;

	if (most == 0 || length == 0 || !is_socket(fd))
		return length;
	if (turn++ % 2 == 0) {
		bool waits = is_child || (fcntl(fd, F_GETFL) & O_NONBLOCK) == 0;
		atomic_fetch_add(&shared->none, 1);
		errno = waits ? EINTR : EAGAIN;
		return 0;
	}
	if (length > most)
		atomic_fetch_add(&shared->cut, 1);
	return length < most ? length : most;
}

ssize_t read(int fd, void *bytes, size_t length)
{
	find(); /* a sanitizer calls it before the constructors are run */
	size_t some = slice(fd, length);

	return some == 0 && length > 0 ? -1 : real_read(fd, bytes, some);
}

ssize_t write(int fd, const void *bytes, size_t length)
{
	find();
	size_t some = slice(fd, length);

	return some == 0 && length > 0 ? -1 : real_write(fd, bytes, some);
}

ssize_t recv(int fd, void *bytes, size_t length, int flags)
{
	size_t some = slice(fd, length);

	return some == 0 && length > 0
		       ? -1
		       : NEXT(ssize_t(*)(int, void *, size_t, int), "recv")(fd, bytes, some, flags);
}

ssize_t send(int fd, const void *bytes, size_t length, int flags)
{
	size_t some = slice(fd, length);

	return some == 0 && length > 0 ? -1
				       : NEXT(ssize_t(*)(int, const void *, size_t, int),
					      "send")(fd, bytes, some, flags);
}

/* Of several pieces the first has its turn. */
ssize_t writev(int fd, const struct iovec *pieces, int count)
{
	if (shared != NULL && atomic_load(&shared->most) > 0 && count > 0 && is_socket(fd))
		return write(fd, pieces[0].iov_base, pieces[0].iov_len);
	return NEXT(ssize_t(*)(int, const struct iovec *, int), "writev")(fd, pieces, count);
}

ssize_t readv(int fd, const struct iovec *pieces, int count)
{
	if (shared != NULL && atomic_load(&shared->most) > 0 && count > 0 && is_socket(fd))
		return read(fd, pieces[0].iov_base, pieces[0].iov_len);
	return NEXT(ssize_t(*)(int, const struct iovec *, int), "readv")(fd, pieces, count);
}

/* Evaluators and hosts are given no environment; here they need some of it. */
int execvp(const char *file, char *const arguments[])
{
	static char preload[4096], slices[4096], child[] = "AWARDD_IS_CHILD=1";
	char *environment[] = {preload, slices, child, NULL};

	if (shared == NULL)
		environment[0] = NULL;
	(void)snprintf(preload, sizeof preload, "LD_PRELOAD=%s", self_path);
	(void)snprintf(slices, sizeof slices, "AWARDD_SLICES=%s", shared_path);
	return execve(file, arguments, environment);
}
