/* What targets share: a failed property, pieces of an input, files. */
#include "fuzz.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As main does: that the other side has gone is told by EPIPE. */
__attribute__((constructor)) static void ignore_pipes(void)
{
	(void)signal(SIGPIPE, SIG_IGN); /* fails only for another number */
}

void fuzz_must(bool so, const char *format, ...)
{
	va_list arguments;

	if (so)
		return;
	va_start(arguments, format);
	(void)fputs("not so: ", stderr);
	(void)vfprintf(stderr, format, arguments); /* it ends here in any case */
	(void)fputc('\n', stderr);
	va_end(arguments);
	abort();
}

bool fuzz_piece(struct text *rest, struct text *piece)
{
	if (rest->length == 0)
		return false;
	const char *end = memchr(rest->bytes, 0xFF, rest->length);
	size_t length = end != NULL ? (size_t)(end - rest->bytes) : rest->length;
	size_t passed = length + (end != NULL);
	*piece = (struct text){rest->bytes, length};
	*rest = (struct text){rest->bytes + passed, rest->length - passed};
	return true;
}

unsigned fuzz_byte(struct text *rest)
{
	if (rest->length == 0)
		return 0;
	unsigned byte = (unsigned char)*rest->bytes++;
	rest->length--;
	return byte;
}

static char dir[64];
static pid_t owner;

static void remove_dir(void)
{
	char command[96];

	if (getpid() != owner)
		return;
	(void)snprintf(command, sizeof command, "rm -rf '%s'", dir);
	if (system(command) != 0)
		(void)fprintf(stderr, "%s is left behind\n", dir);
}

const char *fuzz_dir(void)
{
	const char *root = getenv("TMPDIR");

	if (dir[0] != '\0')
		return dir;
	(void)snprintf(dir, sizeof dir, "%s/awardd-fuzz-XXXXXX", root != NULL ? root : "/tmp");
	fuzz_must(mkdtemp(dir) != NULL, "no folder for files: %s", dir);
	owner = getpid();
	fuzz_must(atexit(remove_dir) == 0, "no memory");
	return dir;
}

const char *fuzz_file(const char *name, struct text bytes)
{
	static char path[PATH_MAX];

	(void)snprintf(path, sizeof path, "%s/%s", fuzz_dir(), name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	fuzz_must(fd >= 0, "%s cannot be written", path);
	fuzz_must(file_write(fd, bytes) == 0, "%s cannot be written", path);
	fuzz_must(close(fd) == 0, "%s cannot be closed", path);
	return path;
}
