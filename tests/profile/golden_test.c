/* Every call in calls/ gives the picture in golden/, byte for byte, and each of these
 * is XML. What was drawn otherwise is left in the build folder: look at it, then
 * copy it to golden/. */
#include <spawn.h>
#include <sys/wait.h>

#include "pictures.h"

#define DRAWN AWARDD_BUILD "/tests/profile-drawn"

extern char **environ;

static char *draw(const char *name)
{
	struct picture p;

	named_draw(name, &p);
	char *svg = p.svg;
	p.svg = NULL;
	picture_deinit(&p);
	return svg;
}

static int xmllint(const char *path)
{
	char *arguments[] = {"xmllint", "--noout", "--nonet", strdup(path), NULL};
	pid_t child;
	int status = -1;

	assert_int_equal(posix_spawnp(&child, arguments[0], NULL, NULL, arguments, environ), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	free(arguments[3]);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void every_picture_is_as_it_was_looked_at(void **state)
{
	(void)state;
	golden_compare(FOLDER, DRAWN, draw);
}

static void a_picture_with_one_other_byte_is_found(void **state)
{
	struct picture p;

	(void)state;
	named_draw("profile-sought", &p);
	assert_true(golden_is(FOLDER, "profile-sought", p.svg));
	char *score = strstr(p.svg, "7 of 10");
	assert_non_null(score);
	*score = '8';
	assert_false(golden_is(FOLDER, "profile-sought", p.svg));
	picture_deinit(&p);
}

static void every_picture_is_xml(void **state)
{
	struct names n;
	char path[PATH_TEXT];

	(void)state;
	call_names(&n);
	for (size_t i = 0; i < n.count; i++) {
		(void)snprintf(path, sizeof path, FOLDER "/golden/%s.svg", n.list[i]);
		assert_int_equal(xmllint(path), 0);
	}
}

static void a_picture_that_is_not_xml_is_found(void **state)
{
	static const char path[] = AWARDD_BUILD "/tests/profile-broken.svg";
	struct picture p;

	(void)state;
	named_draw("profile-markup", &p);
	char *escaped = strstr(p.svg, "&lt;");
	assert_non_null(escaped);
	memcpy(escaped, "<<<<", 4);
	golden_write(path, p.svg, strlen(p.svg));
	assert_int_not_equal(xmllint(path), 0);
	(void)remove(path);
	picture_deinit(&p);
}

static void a_picture_is_the_same_in_every_locale(void **state)
{
	(void)state;
	golden_in_locales(FOLDER, "profile-sought", draw);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_picture_is_as_it_was_looked_at),
		cmocka_unit_test(a_picture_with_one_other_byte_is_found),
		cmocka_unit_test(every_picture_is_xml),
		cmocka_unit_test(a_picture_that_is_not_xml_is_found),
		cmocka_unit_test(a_picture_is_the_same_in_every_locale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
