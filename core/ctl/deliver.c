/* To the file that --output names, or to standard output. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "ctl/deliver.h"

static struct text text_in(const struct buffer *bytes)
{
	return (struct text){bytes->bytes, bytes->length};
}

/* A file that is there is replaced: the command line names it. */
static int save(const struct session *s, const char *path, const struct buffer *bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	int rv = fd >= 0 ? file_write(fd, text_in(bytes)) : -errno;

	if (fd >= 0 && close(fd) != 0 && rv == 0)
		rv = -errno;
	return rv == 0 ? EXIT_DONE
		       : session_say(s, EXIT_UNEXPECTED, "%s: %s", path, status_text(rv));
}

int deliver(const struct session *s, const struct buffer *bytes, bool text)
{
	const char *path = session_option(s, OPTION_OUTPUT);

	if (path != NULL)
		return save(s, path, bytes);
	if (!text && isatty(STDOUT_FILENO))
		return session_say(s, EXIT_USAGE,
				   "this is no text: say where to, with --output FILE");
	int rv = file_write(STDOUT_FILENO, text_in(bytes));
	if (rv == 0 && text && isatty(STDOUT_FILENO) && bytes->length > 0 &&
	    bytes->bytes[bytes->length - 1] != '\n')
		rv = file_write(STDOUT_FILENO, text_of("\n"));
	return rv == 0 ? EXIT_DONE
		       : session_say(s, EXIT_UNEXPECTED, "standard output: %s", status_text(rv));
}

enum { DENIED = -32001 };

int fetch(struct session *s, const char *method, json_t *params, bool may_be_denied, json_t **out)
{
	struct awardd_answer answer;
	int status = session_ask(s, method, params, &answer);

	*out = NULL;
	if (status == EXIT_REFUSED && may_be_denied && answer.code == DENIED) {
		status = EXIT_DONE;
	} else if (status == EXIT_REFUSED) {
		session_refusal(s, "", &answer);
	} else if (status == EXIT_DONE) {
		struct err e = {.status = 0};
		*out = json_read(text_of(answer.result), &e);
		if (*out == NULL)
			status = session_say(s, EXIT_UNEXPECTED,
					     "%s: the answer cannot be read: %s", method, e.text);
	}
	awardd_answer_deinit(&answer);
	return status;
}
