/* Every call in calls/ gives the page in golden/, byte for byte. What came out otherwise
 * is left in the build folder: look at it, then copy it to golden/. */
#include "pages.h"

#define DRAWN AWARDD_BUILD "/tests/certificate-drawn"

static char *draw(const char *name)
{
	struct page p;

	page_make(&p, name);
	char *svg = p.svg;
	p.svg = NULL;
	page_free(&p);
	return svg;
}

static void every_page_is_as_it_was_looked_at(void **state)
{
	(void)state;
	golden_compare(FOLDER, DRAWN, draw);
}

static void a_page_with_one_other_byte_is_found(void **state)
{
	struct page p;

	(void)state;
	page_make(&p, "maintained");
	assert_true(golden_is(FOLDER, "maintained", p.svg));
	char *day = strstr(p.svg, "20 May 2024");
	assert_non_null(day);
	day[1] = '1';
	assert_false(golden_is(FOLDER, "maintained", p.svg));
	page_free(&p);
}

static void a_page_is_the_same_in_every_locale(void **state)
{
	(void)state;
	golden_in_locales(FOLDER, "attained", draw);
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
