/* PNG and PDF of every picture. */
#include <math.h>

#include <cairo.h>

#include "caches.h"
#include "pictures.h"
#include "raster.h"

struct bytes {
	const char *at;
	size_t left;
};

static cairo_status_t give(void *ctx, unsigned char *to, unsigned length)
{
	struct bytes *b = ctx;

	if (b->left < length)
		return CAIRO_STATUS_READ_ERROR;
	memcpy(to, b->at, length);
	b->at += length;
	b->left -= length;
	return CAIRO_STATUS_SUCCESS;
}

/* How many pixels are not white. */
static size_t marked(cairo_surface_t *surface)
{
	int width = cairo_image_surface_get_width(surface);
	int stride = cairo_image_surface_get_stride(surface);
	size_t count = 0;

	for (int y = 0; y < cairo_image_surface_get_height(surface); y++) {
		const uint32_t *row =
			(const uint32_t *)(const void *)(cairo_image_surface_get_data(surface) +
							 (ptrdiff_t)y * stride);
		for (int x = 0; x < width; x++)
			count += (row[x] & 0xffffff) != 0xffffff;
	}
	return count;
}

static void a_png_is_made_of_every_picture(void **state)
{
	struct names n;

	(void)state;
	call_names(&n);
	for (size_t i = 0; i < n.count; i++) {
		struct picture p;
		struct raster png;

		named_draw(n.list[i], &p);
		assert_int_equal(raster_png(&p, &png), 0);
		struct bytes b = {png.bytes, png.length};
		cairo_surface_t *surface = cairo_image_surface_create_from_png_stream(give, &b);
		assert_int_equal(cairo_surface_status(surface), CAIRO_STATUS_SUCCESS);
		assert_true(cairo_image_surface_get_width(surface) >= 880);
		assert_true(marked(surface) > 5000);
		cairo_surface_destroy(surface);
		free(png.bytes);
		picture_deinit(&p);
	}
}

static size_t pages_in(const struct raster *pdf)
{
	size_t count = 0;

	for (size_t i = 0; i + 13 < pdf->length; i++)
		count += memcmp(pdf->bytes + i, "/Type /Page", 11) == 0 &&
			 pdf->bytes[i + 11] != 's';
	return count;
}

/* Whether its last lines say where its table of objects is. */
static bool finds_its_table(const struct raster *pdf)
{
	static const char start[] = "startxref\n";
	const char *at = memmem(pdf->bytes, pdf->length, start, sizeof start - 1);

	assert_non_null(at);
	unsigned long table = strtoul(at + sizeof start - 1, NULL, 10);
	return table + 5 < pdf->length && memcmp(pdf->bytes + table, "xref\n", 5) == 0;
}

static void a_pdf_is_made_of_every_picture_the_same_each_time(void **state)
{
	struct names n;

	(void)state;
	call_names(&n);
	for (size_t i = 0; i < n.count; i++) {
		struct picture p;
		struct raster one, two;

		named_draw(n.list[i], &p);
		assert_int_equal(raster_pdf(&p, "2024-06-01", &one), 0);
		assert_int_equal(raster_pdf(&p, "2024-06-01", &two), 0);
		assert_memory_equal(one.bytes, "%PDF-", 5);
		char *lang = memmem(one.bytes, one.length, "/Lang (en)", 10);
		assert_non_null(lang);
		assert_true(finds_its_table(&one));
		assert_int_equal(one.length, two.length);
		assert_memory_equal(one.bytes, two.bytes, one.length);
		if (strcmp(n.list[i], "profile-forty-statements") == 0)
			assert_int_equal(pages_in(&one), 4);
		else
			assert_int_equal(pages_in(&one), 1);
		memmove(lang, lang + 1, one.length-- - 1 - (size_t)(lang - one.bytes));
		assert_false(finds_its_table(&one));
		free(one.bytes);
		free(two.bytes);
		picture_deinit(&p);
	}
}

static void what_is_no_picture_is_refused_with_a_sentence(void **state)
{
	char broken[] = "<svg xmlns=\"http://www.w3.org/2000/svg\"><text></svg>";
	struct picture p = {.svg = broken, .length = sizeof broken - 1, .title = broken};
	struct raster out;

	(void)state;
	assert_int_equal(raster_png(&p, &out), -22);
	assert_true(strlen(out.problem) > 10);
	assert_null(out.bytes);
	assert_int_equal(raster_pdf(&p, NULL, &out), -22);
	assert_true(strlen(out.problem) > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_png_is_made_of_every_picture),
		cmocka_unit_test(a_pdf_is_made_of_every_picture_the_same_each_time),
		cmocka_unit_test(what_is_no_picture_is_refused_with_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
