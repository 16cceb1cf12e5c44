/* Readiness and log lines. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/notify.h"

void notify_state(const char *state)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	const char *path = getenv("NOTIFY_SOCKET");

	if (path == NULL || (path[0] != '/' && path[0] != '@') ||
	    strlen(path) >= sizeof name.sun_path)
		return;
	memcpy(name.sun_path, path, strlen(path));
	if (path[0] == '@')
		name.sun_path[0] = '\0'; /* a name that is no file */
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
	/* Nobody listening is no reason not to run. */
	(void)sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&name, size);
	(void)close(fd);
}

void notify_log(void *ctx, int level, const char *text)
{
	(void)ctx;
	if (getenv("JOURNAL_STREAM") != NULL)
		(void)fprintf(stderr, "<%d>%s\n", level, text);
	else
		(void)fprintf(stderr, "awardd: %s%s\n",
			      level <= 3   ? "error: "
			      : level == 4 ? "warning: "
					   : "",
			      text);
}
