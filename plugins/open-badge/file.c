/* A file that was made is there after a crash only once its folder was synced. */
#include "badge.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <unistd.h>

int folder_sync(const char *path)
{
	char copy[4096];

	(void)snprintf(copy, sizeof copy, "%s", path); /* a longer one was not opened */
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rv = fd >= 0 && fsync(fd) == 0 ? 0 : -1;
	if (fd >= 0)
		(void)close(fd); /* nothing was written to it */
	return rv;
}
