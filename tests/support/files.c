/* Files of a scene: the daemon's words, the log by sqlite3, the copied rules. */
#include "support.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

static char *slurp(FILE *file)
{
	struct buffer all;
	char piece[4096];
	size_t got;

	buffer_init(&all);
	while ((got = fread(piece, 1, sizeof piece, file)) > 0)
		assert_int_equal(buffer_append(&all, piece, got), 0);
	assert_int_equal(buffer_append_text(&all, ""), 0);
	return all.bytes != NULL ? buffer_give(&all) : strdup("");
}

static char *slurp_path(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text;

	if (file == NULL)
		fail_msg("cannot read %s", path);
	text = slurp(file);
	(void)fclose(file); /* only read */
	return text;
}

char *scene_errors(const struct scene *s)
{
	return slurp_path(s->errors);
}

bool scene_said(const struct scene *s, const char *words)
{
	char *said = scene_errors(s);
	bool there = strstr(said, words) != NULL;

	free(said);
	return there;
}

char *scene_sql(const struct scene *s, const char *query)
{
	char command[4096];
	FILE *pipe;
	char *out;
	size_t length;

	assert_null(strchr(query, '"'));
	assert_in_range(snprintf(command, sizeof command, "sqlite3 -readonly '%s' \"%s\"", s->log,
				 query),
			1, sizeof command - 1);
	pipe = popen(command, "re");
	assert_non_null(pipe);
	out = slurp(pipe);
	if (pclose(pipe) != 0)
		fail_msg("sqlite3 failed on: %s", query);
	length = strlen(out);
	if (length > 0 && out[length - 1] == '\n')
		out[length - 1] = '\0';
	return out;
}

int64_t scene_sql_number(const struct scene *s, const char *query)
{
	char *text = scene_sql(s, query), *end;
	int64_t number = strtoll(text, &end, 10);

	if (*text == '\0' || *end != '\0')
		fail_msg("no number but '%s' from: %s", text, query);
	free(text);
	return number;
}

/* Waits on the file itself: whatever is written to it is seen. */
void scene_await(struct scene *s, const char *words)
{
	struct pollfd fd = {.fd = inotify_init1(IN_CLOEXEC), .events = POLLIN};
	char events[4096];

	assert_int_not_equal(fd.fd, -1);
	assert_int_not_equal(inotify_add_watch(fd.fd, s->errors, IN_MODIFY), -1);
	for (;;) {
		char *said = scene_errors(s), *place = strstr(said + s->heard, words);

		if (place != NULL)
			s->heard = (size_t)(place - said) + strlen(words);
		if (place == NULL && poll(&fd, 1, ANSWER_TIMEOUT_MS) != 1)
			fail_msg("the daemon does not say \"%s\", but:\n%s", words, said);
		free(said);
		if (place != NULL)
			break;
		assert_true(read(fd.fd, events, sizeof events) > 0);
	}
	(void)close(fd.fd); /* only read from */
}

void scene_await_later(struct scene *s)
{
	char *said = scene_errors(s);

	s->heard = strlen(said);
	free(said);
}

static void write_rule(const struct scene *s, const char *name, const char *text, const char *mode)
{
	char path[2 * PATH_TEXT];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", s->rules, name);
	file = fopen(path, mode);
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

void scene_rule_write(const struct scene *s, const char *name, const char *text)
{
	write_rule(s, name, text, "we");
}

void scene_rule_append(const struct scene *s, const char *name, const char *text)
{
	write_rule(s, name, text, "ae");
}

void scene_rule_replace(const struct scene *s, const char *name, const char *from, const char *to)
{
	char path[2 * PATH_TEXT];
	struct buffer fresh;
	char *old, *place;

	snprintf(path, sizeof path, "%s/%s", s->rules, name);
	old = slurp_path(path);
	place = strstr(old, from);
	if (place == NULL)
		fail_msg("%s does not hold: %s", name, from);
	buffer_init(&fresh);
	assert_int_equal(buffer_append(&fresh, old, (size_t)(place - old)), 0);
	assert_int_equal(buffer_append_text(&fresh, to), 0);
	assert_int_equal(buffer_append_text(&fresh, place + strlen(from)), 0);
	scene_rule_write(s, name, fresh.bytes);
	buffer_deinit(&fresh);
	free(old);
}
