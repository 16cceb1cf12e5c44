/* A leak for a daemon that is loaded with this: at each sync of a file some memory is never
 * given back, a descriptor stays open, or it takes a little longer than the one before. */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BYTES = 4096, DELAY_NS = 40000, DESCRIPTOR_EACH = 16 };

static long syncs;

static void leak(void)
{
	const char *kind = getenv("SOAK_LEAK");

	syncs++;
	if (kind == NULL)
		return;
	if (strcmp(kind, "memory") == 0) {
		char *lost = malloc(BYTES);
		if (lost != NULL)
			memset(lost, 1, BYTES); /* a page that was never touched takes nothing */
	} else if (strcmp(kind, "descriptor") == 0 && syncs % DESCRIPTOR_EACH == 0) {
		(void)dup(STDERR_FILENO); /* where none is left, there is nothing to leak */
	} else if (strcmp(kind, "delay") == 0) {
		struct timespec pause = {syncs * DELAY_NS / 1000000000,
					 syncs * DELAY_NS % 1000000000};
		(void)nanosleep(&pause, NULL); /* cut short is a delay, too */
	}
}

__attribute__((visibility("default"))) int fdatasync(int fd)
{
	int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");

	leak();
	return next(fd);
}

__attribute__((visibility("default"))) int fsync(int fd)
{
	int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");

	leak();
	return next(fd);
}
