/* The operators' page: every warning and error that awardd can say is explained there, and it
 * explains none that is not said. Its commands are run by tests/package/deb. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"

enum { LIMIT = 1 << 21, BEGINS = 16 };

/* Appends a file, with line breaks and tabs as spaces. */
static void append(struct buffer *all, const char *path)
{
	struct err e = {0};
	struct buffer one;

	buffer_init(&one);
	if (file_read(path, LIMIT, &one, &e) != 0)
		fail_msg("%s", e.text);
	for (size_t i = 0; i < one.length; i++)
		if (one.bytes[i] == '\n' || one.bytes[i] == '\t')
			one.bytes[i] = ' ';
	assert_int_equal(buffer_append(all, one.bytes, one.length), 0);
	buffer_deinit(&one);
}

static char *said_by(const char *pattern)
{
	struct buffer all;
	glob_t found;

	buffer_init(&all);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		append(&all, found.gl_pathv[i]);
	globfree(&found);
	assert_int_equal(buffer_append(&all, "", 1), 0);
	return buffer_give(&all);
}

/* What a line begins with, up to what changes; "" where it begins with that. */
static void beginning(const char *literal, char out[BEGINS])
{
	size_t length = strcspn(literal, "%\"\\");

	snprintf(out, BEGINS, "%.*s", (int)length, literal);
}

/* Calls `each` with every literal that follows a call with a warning or an error. */
static size_t each_warning(const char *code, const char *page)
{
	static const char *const calls[] = {"log_line(", "say(", "on_log(", "hosts_log("};
	size_t count = 0;

	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		for (const char *at = code; (at = strstr(at, calls[i])) != NULL; at++) {
			const char *quote = strchr(at, '"'), *end = strchr(at, ';');
			char before[200], begins[BEGINS];
			if (quote == NULL || end == NULL || quote > end)
				continue;
			snprintf(before, sizeof before, "%.*s", (int)(quote - at), at);
			if (strstr(before, " 3,") == NULL && strstr(before, " 4,") == NULL &&
			    strstr(before, "(3,") == NULL && strstr(before, "(4,") == NULL &&
			    strstr(before, "kept ? 4") == NULL)
				continue;
			beginning(quote + 1, begins);
			count++;
			if (strstr(page, begins) == NULL)
				fail_msg("the operators' page says nothing of: %s…", begins);
		}
	}
	return count;
}

static void every_warning_is_explained(void **state)
{
	static const char *const rooms[] = {"service", "daemon", "server", "hosts"};
	char *page = said_by(AWARDD_SOURCE "/examples/operate/README.md"), pattern[256];
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
		snprintf(pattern, sizeof pattern, AWARDD_SOURCE "/core/%s/*.c", rooms[i]);
		char *code = said_by(pattern);
		count += each_warning(code, page);
		free(code);
	}
	assert_true(count > 15);
	free(page);
}

static void no_warning_is_explained_that_is_not_said(void **state)
{
	char *page = said_by(AWARDD_SOURCE "/examples/operate/README.md");
	char *code = said_by(AWARDD_SOURCE "/core/*/*.c"), said[200];
	const char *at = strstr(page, "| it says | so |");
	size_t count = 0;

	(void)state;
	assert_non_null(at);
	/* The first cell of a row holds them, each between backquotes. */
	for (const char *row = at; (row = strstr(row, "| `")) != NULL; row += 3) {
		const char *end = strstr(row + 2, " | ");
		assert_non_null(end);
		for (const char *open = row + 2; open < end && *open == '`'; count++) {
			const char *close = strchr(open + 1, '`');
			snprintf(said, sizeof said, "%.*s", (int)(close - open - 1), open + 1);
			if (strstr(code, said) == NULL)
				fail_msg("nothing says: %s", said);
			open = close + 1 + strspn(close + 1, ", ");
		}
	}
	assert_true(count > 15);
	assert_null(strstr(code, "nothing says this of all"));
	free(page);
	free(code);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_warning_is_explained),
		cmocka_unit_test(no_warning_is_explained_that_is_not_said),
	};

	return cmocka_run_group_tests_name("operate", tests, NULL, NULL);
}
