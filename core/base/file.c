/* Whole files read and written, folders, and descriptors. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"

static int read_all(int fd, size_t limit, struct buffer *out)
{
	char chunk[16384];

	for (;;) {
		ssize_t got = read(fd, chunk, sizeof chunk);
		if (got == 0)
			return 0;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if ((size_t)got > limit - out->length)
			return AW_ELIMIT;
		int rv = buffer_append(out, chunk, (size_t)got);
		if (rv != 0)
			return rv;
	}
}

static int open_to_read(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC);
}

int file_read(const char *path, size_t limit, struct buffer *out, struct err *e)
{
	buffer_clear(out);
	int fd = open_to_read(path);
	if (fd < 0)
		return err_set(e, -errno, "cannot open %s: %s", path, status_text(-errno));
	int rv = read_all(fd, limit, out);
	file_close(fd);
	if (rv == AW_ELIMIT)
		return err_set(e, rv, "%s is longer than %zu bytes", path, limit);
	if (rv != 0)
		return err_set(e, rv, "cannot read %s: %s", path, status_text(rv));
	return 0;
}

int folder_check(const char *path, const char *what, struct err *e)
{
	char *copy = strdup(path);
	int rv = 0;

	if (copy == NULL)
		return err_set(e, -ENOMEM, "no memory for a path");
	const char *folder = dirname(copy);
	if (access(folder, W_OK | X_OK) != 0) {
		rv = -errno;
		(void)err_set(e, rv, "the %s cannot be made in %s: %s%s", what, folder,
			      status_text(rv), rv == -ENOENT ? "; make that folder first" : "");
	}
	free(copy);
	return rv;
}

void file_close(int fd)
{
	(void)close(fd); /* nothing was written */
}

int descriptors_occupy(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		/* The lowest free number is given: this one. */
		if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
			return -errno;
	}
	return 0;
}

int file_write(int fd, struct text bytes)
{
	while (bytes.length > 0) {
		ssize_t n = write(fd, bytes.bytes, bytes.length);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			bytes = (struct text){bytes.bytes + n, bytes.length - (size_t)n};
	}
	return 0;
}

int file_write_synced(int fd, struct text bytes)
{
	int rv = file_write(fd, bytes);

	return rv != 0 || fsync(fd) == 0 ? rv : -errno;
}

int folder_sync(const char *of)
{
	char *copy = strdup(of);

	if (copy == NULL)
		return -ENOMEM;
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rv = fd >= 0 && fsync(fd) == 0 ? 0 : -errno;
	if (fd >= 0)
		file_close(fd);
	free(copy);
	return rv;
}
