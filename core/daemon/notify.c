/* Readiness and log lines. */
#include <stdarg.h>
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

static void say(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(int level, const char *format, ...)
{
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof text, format, arguments); /* cut short, if it must be */
	va_end(arguments);
	notify_log(NULL, level, text);
}

void notify_log_state(const char *path, const struct journal_stats *before,
		      const struct journal_stats *now)
{
	if (now->full && !before->full)
		say(3,
		    "no room is left for the log %s: nothing is decided or logged until there"
		    " is some; reading goes on",
		    path);
	if (!now->full && before->full)
		say(6, "there is room for the log again");
	if (now->held && !before->held)
		say(4,
		    "a reader keeps the log's WAL from being emptied: it has %lld MiB and grows"
		    " with each entry; end that reader, or give it a copy"
		    " (\"fuser -v %s\" shows who has it open)",
		    (long long)(now->held_bytes >> 20), path);
	if (now->over && !before->over)
		say(3, "the log's WAL has reached wal-limit: nothing is decided or logged until"
		       " the reader that holds it has ended; reading goes on");
	if (!now->held && before->held)
		say(6, "the log's WAL was written into the log: no reader holds it any more");
}
