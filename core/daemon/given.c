/* The environment in which systemd, and others like it, start a service. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/given.h"

/* By systemd's convention the first that is passed. */
enum { FIRST_PASSED = 3 };

/* 0 where it is not there, or is no number. */
static unsigned long long number_of(const char *name)
{
	const char *text = getenv(name);
	char *end = NULL;

	if (text == NULL || *text < '0' || *text > '9')
		return 0;
	errno = 0;
	unsigned long long number = strtoull(text, &end, 10);
	return errno == 0 && *end == '\0' ? number : 0;
}

/* Both may be inherited by a process that they are not meant for. */
static bool is_meant(const char *name)
{
	return number_of(name) == (unsigned long long)getpid();
}

int given_socket(int *fd, struct err *e)
{
	unsigned long long count = is_meant("LISTEN_PID") ? number_of("LISTEN_FDS") : 0;

	*fd = -1;
	if (count > 1)
		return err_set(e, AW_EINVALID,
			       "%llu sockets were passed (LISTEN_FDS), but awardd listens on one",
			       count);
	if (count == 1)
		*fd = FIRST_PASSED;
	return 0;
}

uint64_t given_watchdog_us(void)
{
	if (getenv("WATCHDOG_PID") != NULL && !is_meant("WATCHDOG_PID"))
		return 0;
	return number_of("WATCHDOG_USEC");
}
