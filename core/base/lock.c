/* Lock files that are removed with their locks. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"

enum { ATTEMPTS = 100 };

/* One that was removed while we waited for it locks nothing: others make another. */
static bool is_in_place(int fd)
{
	struct stat about;

	return fstat(fd, &about) == 0 && about.st_nlink > 0;
}

int lock_take(const char *path, unsigned mode, int *out)
{
	for (int i = 0; i < ATTEMPTS; i++) {
		int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, mode);
		if (fd < 0)
			return -errno;
		if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
			int why = errno;
			(void)close(fd); /* nothing was written */
			return why == EWOULDBLOCK ? AW_EBUSY : -why;
		}
		if (is_in_place(fd)) {
			*out = fd;
			return 0;
		}
		(void)close(fd); /* likewise */
	}
	return AW_EBUSY;
}

void lock_drop(const char *path, int *fd)
{
	if (*fd < 0)
		return;
	/* While it is still held. What cannot be removed is found and locked by the next. */
	(void)unlink(path);
	(void)close(*fd);
	*fd = -1;
}
