/* Every call in calls/ gives the page in golden/, byte for byte. What came out otherwise
 * is left in the build folder: look at it, then copy it to golden/. */
#include <locale.h>
#include <sys/stat.h>

#include "pages.h"

#define DRAWN AWARDD_BUILD "/tests/certificate-drawn"

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

static bool is_golden(const char *name, const char *svg)
{
	char path[PATH_TEXT];

	(void)snprintf(path, sizeof path, FOLDER "/golden/%s.svg", name);
	char *golden = read_file(path);
	bool same = golden != NULL && strcmp(golden, svg) == 0;
	free(golden);
	return same;
}

static void every_page_is_as_it_was_looked_at(void **state)
{
	struct names n;
	size_t other = 0;

	(void)state;
	call_names(&n);
	(void)mkdir(DRAWN, 0777); /* it may be there */
	for (size_t i = 0; i < n.count; i++) {
		struct page p;
		char path[PATH_TEXT];

		page_make(&p, n.list[i]);
		if (!is_golden(n.list[i], p.svg)) {
			(void)snprintf(path, sizeof path, DRAWN "/%s.svg", n.list[i]);
			bytes_write(path, p.svg, strlen(p.svg));
			print_error("%s is not as in golden/: see %s\n", n.list[i], path);
			other++;
		}
		page_free(&p);
	}
	assert_int_equal(other, 0);
}

static void a_page_with_one_other_byte_is_found(void **state)
{
	struct page p;

	(void)state;
	page_make(&p, "maintained");
	assert_true(is_golden("maintained", p.svg));
	char *day = strstr(p.svg, "20 May 2024");
	assert_non_null(day);
	day[1] = '1';
	assert_false(is_golden("maintained", p.svg));
	page_free(&p);
}

static void a_page_is_the_same_in_every_locale(void **state)
{
	static const char *const locales[] = {"C.UTF-8", "de_DE.UTF-8", "hi_IN.UTF-8"};

	(void)state;
	for (size_t i = 0; i < sizeof locales / sizeof *locales; i++) {
		struct page p;

		(void)setlocale(LC_ALL, locales[i]); /* those that are not there stay out */
		page_make(&p, "attained");
		assert_true(is_golden("attained", p.svg));
		page_free(&p);
	}
	(void)setlocale(LC_ALL, "C");
}

/* Lines of text have room for what stands in them; a reason alone may be cut. */
static void nothing_is_cut_but_a_long_reason(void **state)
{
	struct names n;

	(void)state;
	call_names(&n);
	for (size_t i = 0; i < n.count; i++) {
		struct page p;
		bool at_length = strcmp(n.list[i], "revoked-at-length") == 0;

		page_make(&p, n.list[i]);
		if ((strstr(p.svg, "\xe2\x80\xa6") != NULL) != at_length)
			fail_msg("%s: something is cut that should not be, or not cut", n.list[i]);
		page_free(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_page_is_as_it_was_looked_at),
		cmocka_unit_test(a_page_with_one_other_byte_is_found),
		cmocka_unit_test(a_page_is_the_same_in_every_locale),
		cmocka_unit_test(nothing_is_cut_but_a_long_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
