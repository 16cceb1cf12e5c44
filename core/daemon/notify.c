/* Readiness and log lines. */
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "daemon/notify.h"

static bool send_state(const char *state, int wait_s)
{
	const struct timeval patience = {.tv_sec = wait_s};
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	const char *path = getenv("NOTIFY_SOCKET");

	if (path == NULL || (path[0] != '/' && path[0] != '@') ||
	    strlen(path) >= sizeof name.sun_path)
		return false;
	memcpy(name.sun_path, path, strlen(path));
	if (path[0] == '@')
		name.sun_path[0] = '\0'; /* a name that is no file */
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	/* Nobody listening is no reason not to run. */
	ssize_t sent = sendto(fd, state, strlen(state),
			      MSG_NOSIGNAL | (wait_s == 0 ? MSG_DONTWAIT : 0),
			      (struct sockaddr *)&name, size);
	(void)close(fd);
	return sent >= 0;
}

bool notify_state(const char *state)
{
	return send_state(state, 0);
}

void notify_rules(const char *digest, bool refused, bool ready)
{
	char state[256];

	(void)snprintf(state, sizeof state, "%sSTATUS=%s%s%s", ready ? "READY=1\n" : "",
		       *digest != '\0' ? "deciding by "
				       : "no rules are in force: nothing is decided",
		       digest, refused ? "; what the folder has was refused" : "");
	(void)send_state(state, ready ? 1 : 0); /* nothing else can be done */
}

bool notify_reloading(void)
{
	struct timespec now;
	char state[128];

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for this clock */
	(void)snprintf(state, sizeof state,
		       "RELOADING=1\nMONOTONIC_USEC=%lld\nSTATUS=reading the rules",
		       (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	return notify_state(state);
}

/* JOURNAL_STREAM names the journal's end by device and inode; it may have been inherited by
 * somebody whose standard error is another. */
static bool is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	struct stat about;
	char own[64];

	if (stream == NULL || fstat(STDERR_FILENO, &about) != 0)
		return false;
	(void)snprintf(own, sizeof own, "%llu:%llu", (unsigned long long)about.st_dev,
		       (unsigned long long)about.st_ino);
	return strcmp(stream, own) == 0;
}

/* What is said where there is no memory, too. What does not fit any more is left out. */
struct line {
	char bytes[16384];
	size_t length;
};

static void append(struct line *line, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void append(struct line *line, const char *format, ...)
{
	size_t room = sizeof line->bytes - line->length;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(line->bytes + line->length, room, format, arguments);
	va_end(arguments);
	if (length > 0 && (size_t)length < room)
		line->length += (size_t)length;
}

/* One line stays one line, whatever is in the text. Between quotes where `quoted`. */
static void append_text(struct line *line, const char *text, bool quoted)
{
	enum { SPARED = 8 }; /* for an escape, and for what ends the line */

	for (; *text != '\0' && line->length + SPARED <= sizeof line->bytes; text++) {
		unsigned char c = (unsigned char)*text;
		if (quoted && (c == '"' || c == '\\'))
			append(line, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			append(line, "\\x%02x", c);
		else
			append(line, "%c", c);
	}
}

void notify_log(void *ctx, int level, const char *text)
{
	static const char *const names[] = {"emergency", "alert",  "critical", "error",
					    "warning",   "notice", "info",     "debug"};
	struct clock clock = clock_system;
	bool person = isatty(STDERR_FILENO) == 1, quoted = !person && !is_journal();
	char now[INSTANT_TEXT];
	struct line line;

	(void)ctx;
	line.length = 0;
	if (person) {
		append(&line, "awardd: %s%s", level < 5 ? names[level & 7] : "",
		       level < 5 ? ": " : "");
	} else if (quoted) {
		instant_format(clock.now_ms(clock.ctx), now);
		append(&line, "time=\"%s\" level=\"%s\" message=\"", now, names[level & 7]);
	} else {
		append(&line, "<%d>", level & 7);
	}
	append_text(&line, text, quoted);
	append(&line, quoted ? "\"\n" : "\n");
	/* In one piece; who does not read it cannot be told. */
	(void)!write(STDERR_FILENO, line.bytes, line.length);
}

void daemon_complain(bool ran, const char *why)
{
	char line[sizeof((struct err *)NULL)->text];

	for (size_t length; *why != '\0'; why += length + (why[length] != '\0')) {
		length = strcspn(why, "\n");
		(void)snprintf(line, sizeof line, "%.*s", (int)length, why);
		if (ran || is_journal())
			notify_log(NULL, 3, line);
		else
			(void)fprintf(stderr, "awardd: %s\n", line);
	}
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
