/*
 * tool: awardctl run as a program, with a file or a terminal to write to.
 */
#ifndef AW_TESTS_SCENARIO_TOOL_H
#define AW_TESTS_SCENARIO_TOOL_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

enum { TOOL_ARGUMENTS = 24 };

/* What one run left behind. On a terminal `out` holds both streams. */
struct ran {
	int status;
	char *out, *err;
};

static inline void ran_deinit(struct ran *r)
{
	free(r->out);
	free(r->err);
	*r = (struct ran){0};
}

static inline void tool_path(const struct scene *s, const char *name, char out[2 * PATH_TEXT])
{
	assert_in_range(snprintf(out, 2 * PATH_TEXT, "%s/%s", s->dir, name), 1, 2 * PATH_TEXT - 1);
}

/* Writes a file of the scene. */
static inline void tool_write(const struct scene *s, const char *name, const char *text)
{
	char path[2 * PATH_TEXT];
	FILE *file;

	tool_path(s, name, path);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* Reads all of a descriptor, and closes it. A terminal ends with EIO. */
static inline char *tool_slurp(int fd)
{
	struct buffer all;
	char piece[4096], *text;
	ssize_t got;

	assert_int_not_equal(fd, -1);
	buffer_init(&all);
	while ((got = read(fd, piece, sizeof piece)) > 0 || (got < 0 && errno == EINTR))
		if (got > 0)
			assert_int_equal(buffer_append(&all, piece, (size_t)got), 0);
	assert_int_equal(close(fd), 0);
	text = buffer_give(&all);
	assert_non_null(text);
	return text;
}

static inline char *tool_read(const struct scene *s, const char *name)
{
	char path[2 * PATH_TEXT];

	tool_path(s, name, path);
	return tool_slurp(open(path, O_RDONLY | O_CLOEXEC));
}

/* Writes a document into a file of the scene; takes it. */
static inline void tool_write_json(const struct scene *s, const char *name, json_t *document)
{
	char *text = json_dumps(document, JSON_INDENT(2) | JSON_ENCODE_ANY);

	assert_non_null(text);
	tool_write(s, name, text);
	free(text);
	json_decref(document);
}

/* In the child: becomes awardctl in the scene's folder. */
static inline void tool_become(const struct scene *s, const char *const *arguments, int out,
			       int err)
{
	const char *named = getenv("AWARDCTL_PROGRAM");
	const char *argv[TOOL_ARGUMENTS] = {named != NULL ? named : AWARDCTL_PROGRAM};
	size_t count = 1;
	int in;

	for (; *arguments != NULL && count < TOOL_ARGUMENTS - 1; arguments++)
		argv[count++] = *arguments;
	if (chdir(s->dir) != 0 || setenv("AWARDD_SOCKET", s->socket, 1) != 0)
		_exit(124);
	in = open("stdin", O_RDONLY | O_CLOEXEC);
	if (in < 0 || dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    dup2(err, STDERR_FILENO) < 0)
		_exit(125);
	execv(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

static inline int tool_wait(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	if (!WIFEXITED(status))
		fail_msg("awardctl ended with wait status %d", status);
	return WEXITSTATUS(status);
}

/* Runs it with files as its streams; relative names are the scene's. */
static inline struct ran tool_run(const struct scene *s, const char *in,
				  const char *const *arguments)
{
	struct ran r;
	char path[2 * PATH_TEXT];
	int out, err;
	pid_t child;

	tool_write(s, "stdin", in != NULL ? in : "");
	tool_path(s, "stdout", path);
	out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	tool_path(s, "stderr", path);
	err = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(out >= 0 && err >= 0);
	child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0)
		tool_become(s, arguments, out, err);
	assert_int_equal(close(out), 0);
	assert_int_equal(close(err), 0);
	r.status = tool_wait(child);
	r.out = tool_read(s, "stdout");
	r.err = tool_read(s, "stderr");
	return r;
}

/* Runs it on a terminal of its own, 80 columns wide. */
static inline struct ran tool_run_on_terminal(const struct scene *s, const char *const *arguments)
{
	struct winsize size = {.ws_row = 50, .ws_col = 80};
	struct ran r = {0};
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave;
	pid_t child;

	assert_int_not_equal(master, -1);
	assert_int_equal(grantpt(master), 0);
	assert_int_equal(unlockpt(master), 0);
	assert_int_equal(ioctl(master, TIOCSWINSZ, &size), 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_int_not_equal(slave, -1);
	tool_write(s, "stdin", "");
	child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0)
		tool_become(s, arguments, slave, slave);
	assert_int_equal(close(slave), 0);
	r.out = tool_slurp(master);
	r.status = tool_wait(child);
	r.err = strdup("");
	return r;
}

#define TOOL(s, in, ...) tool_run(s, in, (const char *const[]){__VA_ARGS__, NULL})
#define TOOL_ON_TERMINAL(s, ...) tool_run_on_terminal(s, (const char *const[]){__VA_ARGS__, NULL})

/* The words stand in the text, line breaks and indentation counting as one
 * space. */
static inline bool tool_says(const char *text, const char *words)
{
	char *flat = calloc(1, strlen(text) + 1), *put_at = flat;
	bool found;

	assert_non_null(flat);
	for (const char *c = text; *c != '\0'; c++) {
		bool blank = *c == ' ' || *c == '\n' || *c == '\r';

		if (!blank)
			*put_at++ = *c;
		else if (put_at > flat && put_at[-1] != ' ')
			*put_at++ = ' ';
	}
	found = strstr(flat, words) != NULL;
	free(flat);
	return found;
}

static inline void tool_must_say(const char *text, const char *words)
{
	if (!tool_says(text, words))
		fail_msg("\"%s\" does not stand in:\n%s", words, text);
}

/* It ended like this, or the test says what it said. */
static inline void tool_ended(const struct ran *r, int status)
{
	if (r->status != status)
		fail_msg("exit status %d, not %d; it said:\n%s%s", r->status, status, r->out,
			 r->err);
}

/* Its arguments must end with `status`; gives standard output, free() it. */
#define TOOL_OUT(s, wanted, ...)                                                                   \
	({                                                                                         \
		struct ran tool_ran = TOOL(s, NULL, __VA_ARGS__);                                  \
		tool_ended(&tool_ran, wanted);                                                     \
		free(tool_ran.err);                                                                \
		tool_ran.out;                                                                      \
	})

/* A scene whose awardctl speaks UTF-8 and could show colours. */
static inline int tool_scene_setup(void **state)
{
	if (setenv("LC_ALL", "C.UTF-8", 1) != 0 || setenv("TERM", "xterm-256color", 1) != 0 ||
	    unsetenv("NO_COLOR") != 0)
		return -1;
	return scene_setup(state);
}

#endif
