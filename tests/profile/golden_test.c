/* Every call in calls/ gives the picture in golden/, byte for byte, and each of these
 * is XML. What was drawn otherwise is left in the build folder: look at it, then
 * copy it to golden/. */
#include <locale.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "pictures.h"

#define DRAWN AWARDD_BUILD "/tests/profile-drawn"

extern char **environ;

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (f == NULL)
		return NULL;
	if (getdelim(&text, &size, '\0', f) < 0) {
		free(text);
		text = NULL;
	}
	(void)fclose(f);
	return text;
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* Whether `drawn` is the golden picture of that name. */
static bool is_golden(const char *name, const char *drawn)
{
	char path[PATH_TEXT];

	(void)snprintf(path, sizeof path, GOLDEN "/%s.svg", name);
	char *golden = read_file(path);
	bool same = golden != NULL && strcmp(golden, drawn) == 0;
	free(golden);
	return same;
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
	struct names n;
	size_t other = 0;

	(void)state;
	call_names(&n);
	(void)mkdir(DRAWN, 0777); /* it may be there */
	for (size_t i = 0; i < n.count; i++) {
		struct picture p;
		char path[PATH_TEXT];

		named_draw(n.list[i], &p);
		if (!is_golden(n.list[i], p.svg)) {
			(void)snprintf(path, sizeof path, DRAWN "/%s.svg", n.list[i]);
			write_file(path, p.svg);
			print_error("%s is not as in golden/: see %s\n", n.list[i], path);
			other++;
		}
		picture_deinit(&p);
	}
	assert_int_equal(other, 0);
}

static void a_picture_with_one_other_byte_is_found(void **state)
{
	struct picture p;

	(void)state;
	named_draw("profile-sought", &p);
	assert_true(is_golden("profile-sought", p.svg));
	char *score = strstr(p.svg, "7 of 10");
	assert_non_null(score);
	*score = '8';
	assert_false(is_golden("profile-sought", p.svg));
	picture_deinit(&p);
}

static void every_picture_is_xml(void **state)
{
	struct names n;
	char path[PATH_TEXT];

	(void)state;
	call_names(&n);
	for (size_t i = 0; i < n.count; i++) {
		(void)snprintf(path, sizeof path, GOLDEN "/%s.svg", n.list[i]);
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
	write_file(path, p.svg);
	assert_int_not_equal(xmllint(path), 0);
	(void)remove(path);
	picture_deinit(&p);
}

/* Writers of numbers follow the locale where they are let. */
static void a_picture_is_the_same_in_every_locale(void **state)
{
	static const char *const locales[] = {"C.UTF-8", "de_DE.UTF-8", "hi_IN.UTF-8"};

	(void)state;
	for (size_t i = 0; i < sizeof locales / sizeof *locales; i++) {
		struct picture p;

		(void)setlocale(LC_ALL, locales[i]); /* those that are not there stay out */
		named_draw("profile-sought", &p);
		assert_true(is_golden("profile-sought", p.svg));
		picture_deinit(&p);
	}
	(void)setlocale(LC_ALL, "C");
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
