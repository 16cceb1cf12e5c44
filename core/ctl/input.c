/* Reading whole files: submissions are small, and even a million fit. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl/input.h"

enum { CHUNK = 64 << 10 };

static const size_t input_limit = (size_t)1 << 30;

const char *input_name(const char *path)
{
	return strcmp(path, "-") == 0 ? "standard input" : path;
}

static int read_all(int fd, struct buffer *out, struct err *e)
{
	for (;;) {
		ssize_t n;

		if (out->length > input_limit)
			return err_set(e, AW_ELIMIT, "longer than 1 GiB");
		if (buffer_reserve(out, CHUNK) != 0)
			return err_set(e, -ENOMEM, "no memory for it");
		n = read(fd, out->bytes + out->length, CHUNK);
		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return err_set(e, -errno, "%s", strerror(errno));
		if (n > 0)
			out->length += (size_t)n;
	}
}

int input_read(const char *path, struct buffer *out, struct err *e)
{
	bool standard = strcmp(path, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	int rv;

	if (fd < 0)
		return err_set(e, -errno, "%s", strerror(errno));
	rv = read_all(fd, out, e);
	if (!standard)
		(void)close(fd); /* it was only read */
	return rv;
}

void input_explain(const json_error_t *error, char *out, size_t size)
{
	bool encoding = json_error_code(error) == json_error_invalid_utf8;

	if (json_error_code(error) == json_error_out_of_memory) {
		(void)snprintf(out, size, "%s", error->text); /* may be cut */
		return;
	}
	(void)snprintf(out, size, "not JSON%s: %s (column %d)%s", encoding ? " in UTF-8" : "",
		       error->text, error->column, encoding ? "; save the file as UTF-8" : "");
}
