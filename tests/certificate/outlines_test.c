/* The SVG that is given out, as another program draws it: with the fonts of this machine, and
 * where there is no font at all. */
#include <cairo.h>

#include "caches.h"
#include "pages.h"

#define SEEN AWARDD_BUILD "/tests/certificate-seen"

/* The SVG of a page, to be freed. */
static char *given_out(const struct page *p)
{
	char *svg;
	const char *problem;
	size_t length;

	assert_int_equal(certificate_svg(p->svg, &svg, &length, &problem), 0);
	assert_int_equal(strlen(svg), length);
	return svg;
}

/* Puts what is seen of an SVG at SEEN-NAME.png. */
static void look(const char *svg, const char *name, bool with_fonts)
{
	static const char none[] = "<fontconfig/>\n";

	golden_write(SEEN ".svg", svg, strlen(svg));
	golden_write(SEEN ".conf", none, sizeof none - 1);
	free(program_says("%srsvg-convert --width 700 --output " SEEN "-%s.png " SEEN ".svg",
			  with_fonts ? "" : "FONTCONFIG_FILE=" SEEN ".conf ", name));
}

static cairo_surface_t *seen(const char *name)
{
	char path[PATH_TEXT];

	(void)snprintf(path, sizeof path, SEEN "-%s.png", name);
	cairo_surface_t *s = cairo_image_surface_create_from_png(path);
	assert_int_equal(cairo_surface_status(s), CAIRO_STATUS_SUCCESS);
	return s;
}

/* How many pixels of one and two differ by more than a shade, in the upper part of both. */
static size_t other_pixels(unsigned shade, size_t percent)
{
	cairo_surface_t *one = seen("one"), *two = seen("two");
	size_t size = (size_t)cairo_image_surface_get_stride(one) *
		      (size_t)cairo_image_surface_get_height(one);
	const unsigned char *a = cairo_image_surface_get_data(one);
	const unsigned char *b = cairo_image_surface_get_data(two);
	size_t count = 0;

	assert_int_equal(size, (size_t)cairo_image_surface_get_stride(two) *
				       (size_t)cairo_image_surface_get_height(two));
	for (size_t i = 0; i < size * percent / 100; i += 4) /* one of the colours is enough */
		count += (unsigned)abs(a[i] - b[i]) > shade;
	cairo_surface_destroy(one);
	cairo_surface_destroy(two);
	return count;
}

/* How many pixels of an SVG are others where there is no font. */
static size_t lost_without_fonts(const char *svg)
{
	look(svg, "one", true);
	look(svg, "two", false);
	return other_pixels(0, 100);
}

static void a_certificate_looks_the_same_without_fonts(void **state)
{
	static const char *const names[] = {"attained-eleven", "name-arabic", "revoked", "markup"};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct page p;

		page_make(&p, names[i]);
		char *svg = given_out(&p);
		if (lost_without_fonts(svg) != 0)
			fail_msg("%s looks otherwise without fonts", names[i]);
		free(svg);
		page_free(&p);
	}
}

static void a_page_that_needs_its_fonts_is_found(void **state)
{
	struct page p;

	(void)state;
	page_make(&p, "attained-eleven");
	assert_true(lost_without_fonts(p.svg) > 1000);
	page_free(&p);
}

/* But for the squares of the code, whose edges are soft in one and hard in the other. */
static void the_outlines_are_those_of_the_page(void **state)
{
	enum { SHADE = 32, FEW = 20, ABOVE_CODE = 80 };
	struct page p, other;

	(void)state;
	page_make(&p, "revoked");
	page_make(&other, "import-month");
	char *svg = given_out(&p);
	look(p.svg, "one", true);
	look(svg, "two", true);
	assert_true(other_pixels(SHADE, ABOVE_CODE) < FEW);
	look(other.svg, "one", true);
	assert_true(other_pixels(SHADE, ABOVE_CODE) > 50 * FEW);
	free(svg);
	page_free(&other);
	page_free(&p);
}

/* Unseen, but there: for readers aloud, for searching and selecting. */
static void its_text_is_kept_beside_the_outlines(void **state)
{
	struct page p;

	(void)state;
	page_make(&p, "attained-eleven");
	char *svg = given_out(&p);
	assert_non_null(strstr(svg, "<title id=\"certificate-title\">West Mercia: Herefordshire"));
	const char *drawn = strstr(svg, "<g aria-hidden=\"true\">\n");
	const char *text = strstr(svg, "<g fill-opacity=\"0\">\n");
	assert_true(drawn != NULL && text > drawn);
	assert_null(strstr(drawn, "<?xml"));
	size_t kept = 0;
	for (const char *at = text; (at = strstr(at, "<text ")) != NULL; at++)
		kept++;
	for (const char *at = p.svg; (at = strstr(at, "<text ")) != NULL; at++) {
		char line[PATH_TEXT];

		(void)snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
		assert_non_null(strstr(text, line));
		kept--;
	}
	assert_int_equal(kept, 0);
	free(svg);
	page_free(&p);
}

static void its_code_leads_to_the_proof(void **state)
{
	struct page p;
	char wanted[PATH_TEXT];

	(void)state;
	page_make(&p, "maintained");
	char *svg = given_out(&p);
	look(svg, "one", false);
	char *said = program_says("zbarimg -q --nodbus --raw " SEEN "-one.png");
	(void)snprintf(wanted, sizeof wanted, "%s\n", p.certificate.address);
	assert_string_equal(said, wanted);
	free(said);
	free(svg);
	page_free(&p);
}

static void the_same_page_gives_the_same_bytes(void **state)
{
	struct page p;
	const char *problem;
	char *svg;
	size_t length;

	(void)state;
	page_make(&p, "name-arabic");
	char *one = given_out(&p), *two = given_out(&p);
	assert_string_equal(one, two);
	free(two);
	free(one);
	assert_true(certificate_svg("<svg><text></svg>", &svg, &length, &problem) != 0);
	assert_true(strlen(problem) > 10);
	page_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_certificate_looks_the_same_without_fonts),
		cmocka_unit_test(a_page_that_needs_its_fonts_is_found),
		cmocka_unit_test(the_outlines_are_those_of_the_page),
		cmocka_unit_test(its_text_is_kept_beside_the_outlines),
		cmocka_unit_test(its_code_leads_to_the_proof),
		cmocka_unit_test(the_same_page_gives_the_same_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
