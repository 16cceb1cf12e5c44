/* What pages tell people to type is typed into a shell: every line with awardctl, as it stands
 * there, must be one that it takes. No daemon is there, and no file; that comes after. What
 * stands on the operators' page is run for good by tests/package/deb. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/base.h"

enum { LIMIT = 1 << 20, SAID = 4096, USAGE = 2 };

static const char command_mark[] = "    awardctl ";

/* Runs a line in an empty folder, as `sh -c` does; gives its status, and what it said. */
static int typed(const char *line, char said[SAID])
{
	assert_int_equal(setenv("LINE", line, 1), 0);
	FILE *f =
		popen("place=$(mktemp -d) && cd \"$place\" && mkdir rules &&"
		      " PATH=$(dirname '" AWARDCTL_PROGRAM "'):$PATH AWARDD_SOCKET=$place/none"
		      " sh -c \"$LINE\" 2>&1 </dev/null; ended=$?; rm -rf \"$place\"; exit $ended",
		      "r");

	assert_non_null(f);
	size_t length = fread(said, 1, SAID - 1, f);
	said[length] = '\0';
	int status = pclose(f);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Whether the shell and awardctl take the line, up to what the pages leave to the reader: the
 * key. What comes after two spaces is an explanation, so it is a comment. */
static bool is_taken(const char *line, char said[SAID])
{
	const char *gap = strstr(line, "  ");

	(void)snprintf(said, SAID, "an explanation stands there that is no comment");
	if (gap != NULL && gap[strspn(gap, " ")] != '#')
		return false;
	int status = typed(line, said);
	return (status != USAGE || strstr(said, "--key: the key is not") != NULL) && status != 127;
}

static size_t type_all(const char *path)
{
	struct buffer text;
	struct err e = {0};
	char said[SAID];
	size_t count = 0;

	buffer_init(&text);
	if (file_read(path, LIMIT, &text, &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(buffer_append(&text, "", 1), 0);
	for (char *rest, *line = strtok_r(text.bytes, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (strncmp(line, command_mark, sizeof command_mark - 1) != 0)
			continue;
		if (!is_taken(line + 4, said))
			fail_msg("%s: %s\n%s", path, line, said);
		count++;
	}
	buffer_deinit(&text);
	return count;
}

static void every_line_of_the_pages_can_be_typed(void **state)
{
	static const char *const pages[] = {
		"README.md",           "rules/README.md",
		"examples/audit/*.md", "examples/*/README.md",
		"plugins/*/README.md", "core/manual/*.md",
	};
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		char pattern[256];
		glob_t found;

		snprintf(pattern, sizeof pattern, AWARDD_SOURCE "/%s", pages[i]);
		assert_int_equal(glob(pattern, 0, NULL, &found), 0);
		for (size_t k = 0; k < found.gl_pathc; k++)
			if (strstr(found.gl_pathv[k], "/operate/") == NULL)
				count += type_all(found.gl_pathv[k]);
		globfree(&found);
	}
	assert_true(count > 80);
}

static void a_line_that_cannot_be_typed_is_seen(void **state)
{
	static const char *const wrong[] = {
		"awardctl health whether something needs an operator",
		"awardctl submit a.json   what is decided is logged",
		"awardctl log key the daemon's key",
		"awardctl decisions list --awrad quality-lead",
		"awardctl log gone",
		"awardctll health",
	};
	char said[SAID];

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (is_taken(wrong[i], said))
			fail_msg("taken: %s", wrong[i]);
	assert_true(is_taken("awardctl health  # whether all is well", said));
}

static void the_operand_that_is_too_many_is_named(void **state)
{
	static const struct {
		const char *line, *says;
	} cases[] = {
		{"awardctl health whether it", "health takes no operand: \"whether\""},
		{"awardctl log copy a of b", "log copy takes DEST and no more: \"of\""},
		{"awardctl rules diff a b 'c d'", "rules diff takes A B and no more: \"c d\""},
		{"awardctl rules diff a", "usage: awardctl rules diff A B"},
		{"awardctl log reproduce", "usage: awardctl log reproduce FILE [ID|SEQUENCE...]"},
		{"awardctl submit", "usage: awardctl submit FILE..."},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char said[SAID], expected[256];

		snprintf(expected, sizeof expected, "awardctl: %s\n", cases[i].says);
		assert_int_equal(typed(cases[i].line, said), USAGE);
		assert_string_equal(said, expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line_of_the_pages_can_be_typed),
		cmocka_unit_test(a_line_that_cannot_be_typed_is_seen),
		cmocka_unit_test(the_operand_that_is_too_many_is_named),
	};

	return cmocka_run_group_tests_name("pasted", tests, NULL, NULL);
}
