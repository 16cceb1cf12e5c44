/* Text of others within a picture, its width, and the colours that it is read in. */
#include <math.h>

#include <cairo.h>

#include "caches.h"
#include "pictures.h"
#include "svg.h"

/* What svg_words makes of a text, to be freed. */
static char *written(const char *text)
{
	struct svg s;
	char *out = NULL;
	size_t length;

	assert_int_equal(svg_init(&s), 0);
	svg_words(&s, text);
	assert_int_equal(svg_take(&s, &out, &length), 0);
	return out;
}

static void text_of_others_is_escaped_and_cleaned(void **state)
{
	static const struct {
		const char *text, *written;
	} cases[] = {
		{"R&D <b>\"North\"</b>", "R&amp;D &lt;b&gt;&quot;North&quot;&lt;/b&gt;"},
		{"]]>", "]]&gt;"},
		{"a\tb\nc", "a b c"},
		{"a\x01\x1b[31m\x7f"
		 "b",
		 "a[31mb"},
		{"a\xc2\x85"
		 "b\xe2\x80\xa8"
		 "c",
		 "a b c"},
		{"a\xef\xbf\xbe"
		 "b",
		 "ab"}, /* U+FFFE */
		{"\xe2\x80\xae"
		 "abc\xe2\x81\xa6",
		 "abc"}, /* an override, an isolate that is never closed */
		{"\xd7\x90\xd7\x91", "&#x2068;\xd7\x90\xd7\x91&#x2069;"},
		{"\xd0\x96\xc3\xa9", "\xd0\x96\xc3\xa9"},
		{"a\xff"
		 "b",
		 "a\xef\xbf\xbd"
		 "b"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *out = written(cases[i].text);

		assert_string_equal(out, cases[i].written);
		free(out);
	}
}

static void no_picture_holds_a_control_character(void **state)
{
	struct picture p;

	(void)state;
	named_draw("profile-controls", &p);
	for (size_t i = 0; i < p.length; i++)
		assert_true((unsigned char)p.svg[i] >= 0x20 || p.svg[i] == '\n');
	assert_null(strstr(p.svg, "\xe2\x80\xae"));
	picture_deinit(&p);
}

static void lines_break_at_spaces_and_long_words_within(void **state)
{
	struct face f = {10, false, INK, "start"};

	(void)state;
	assert_int_equal(face_fit(&f, "", 100), 0);
	assert_int_equal(face_fit(&f, "one two", 1000), 7);
	assert_int_equal(face_fit(&f, "one two", face_width(&f, "one tw")), 3);
	size_t part = face_fit(&f, "mmmmmmmmmm", face_width(&f, "mmmm"));
	assert_int_equal(part, 4);
	/* An accent of its own stays with its letter. */
	part = face_fit(&f,
			"e\xcc\x81"
			"e\xcc\x81",
			face_width(&f, "e"));
	assert_int_equal(part, 3);
	/* However narrow: there is an end to it. */
	assert_int_equal(face_lines(&f, "abc", 0), 3);
}

static double drawn_width(cairo_t *on, const char *family, const struct face *f, const char *text)
{
	cairo_text_extents_t extents;

	cairo_select_font_face(on, family, CAIRO_FONT_SLANT_NORMAL,
			       f->bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
	cairo_set_font_size(on, f->size);
	cairo_text_extents(on, text, &extents);
	return extents.x_advance;
}

/* Where Inter is not installed, what stands for it is measured: that must fit as well. */
static void no_text_is_wider_than_was_reckoned(void **state)
{
	static const char *const texts[] = {"Full and timely exchange of SEN information",
					    "WWWW MMMM @@@@ %%%%",
					    "1234567890",
					    "Vale of Wintle: Harrowdale, Brindlewick & Tarnmouth",
					    "il|'.,;:!",
					    "\xd0\x90\xd1\x80\xd0\xb4\xd0\xbc\xd0\xbe\xd1\x80"};
	cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 8, 8);
	cairo_t *on = cairo_create(surface);
	cairo_font_options_t *options = cairo_font_options_create();

	(void)state;
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	cairo_set_font_options(on, options);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		for (int bold = 0; bold < 2; bold++) {
			struct face f = {30, bold, INK, "start"};

			assert_true(drawn_width(on, "DejaVu Sans", &f, texts[i]) <=
				    face_width(&f, texts[i]));
			assert_true(drawn_width(on, "Inter", &f, texts[i]) <=
				    face_width(&f, texts[i]));
		}
	}
	cairo_font_options_destroy(options);
	cairo_destroy(on);
	cairo_surface_destroy(surface);
}

/* ---- colours, as WCAG 2 reckons contrast ----------------------------------------- */

static double luminance(const char *colour)
{
	static const double weights[] = {0.2126, 0.7152, 0.0722};
	unsigned long rgb = strtoul(colour + 1, NULL, 16);
	double sum = 0;

	for (int i = 0; i < 3; i++) {
		double part = (double)(rgb >> (16 - 8 * i) & 0xff) / 255;

		sum += weights[i] *
		       (part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4));
	}
	return sum;
}

static double contrast(const char *a, const char *b)
{
	double light = fmax(luminance(a), luminance(b)), dark = fmin(luminance(a), luminance(b));

	return (light + 0.05) / (dark + 0.05);
}

static void text_and_marks_stand_out(void **state)
{
	(void)state;
	/* 4.5 is asked of text, 3 of marks that mean something. */
	assert_true(contrast(INK, PAPER) > 17);
	assert_true(contrast(SOFT, PAPER) > 7);
	assert_true(contrast(RED, PAPER) > 6);
	assert_true(contrast(BLUE, PAPER) > 8);
	assert_true(contrast(BLUE, TINT) > 7);
	assert_true(contrast(RED, TINT) > 5);
	assert_true(contrast(RING, TINT) > 4.5);
	assert_true(contrast(PAPER, PAPER) < 1.1);
	assert_true(contrast(GRID, PAPER) < 3); /* decoration: nothing is read from it */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_of_others_is_escaped_and_cleaned),
		cmocka_unit_test(no_picture_holds_a_control_character),
		cmocka_unit_test(lines_break_at_spaces_and_long_words_within),
		cmocka_unit_test(no_text_is_wider_than_was_reckoned),
		cmocka_unit_test(text_and_marks_stand_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
