/* Draws an SVG onto surfaces of cairo. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cairo-pdf.h>
#include <librsvg/rsvg.h>

#include "pdf.h"
#include "raster.h"

static const double PNG_SCALE = 2, PNG_MOST = 12000; /* pixels along a side */
static const double A4_SHORT = 595, A4_LONG = 842, EDGE = 24, OVERLAP = 36; /* points */
static const double SCALE_LEAST = 0.5; /* text of 11 pixels keeps 5.5 points */

static cairo_status_t take(void *ctx, const unsigned char *bytes, unsigned length)
{
	return fwrite(bytes, 1, length, ctx) == length ? CAIRO_STATUS_SUCCESS
						       : CAIRO_STATUS_WRITE_ERROR;
}

static int fail(struct raster *out, const char *what)
{
	(void)snprintf(out->problem, sizeof out->problem, "%s", what); /* it may be cut */
	return -EINVAL;
}

/* ---- the picture ---------------------------------------------------------------------- */

struct drawing {
	RsvgHandle *handle;
	double width, height;
};

static int open_drawing(struct drawing *d, const struct picture *p, struct raster *out)
{
	GError *error = NULL;

	d->handle = rsvg_handle_new_from_data((const guint8 *)p->svg, p->length, &error);
	if (d->handle == NULL) {
		int rv = fail(out, error != NULL ? error->message : "the picture cannot be read");
		g_clear_error(&error);
		return rv;
	}
	if (!rsvg_handle_get_intrinsic_size_in_pixels(d->handle, &d->width, &d->height) ||
	    d->width < 1 || d->height < 1)
		return fail(out, "the picture has no size");
	return 0;
}

static int draw(const struct drawing *d, cairo_t *to, const RsvgRectangle *where,
		struct raster *out)
{
	GError *error = NULL;
	int rv = 0;

	if (!rsvg_handle_render_document(d->handle, to, where, &error))
		rv = fail(out, error != NULL ? error->message : "the picture cannot be drawn");
	g_clear_error(&error);
	if (rv == 0 && cairo_status(to) != CAIRO_STATUS_SUCCESS)
		rv = fail(out, cairo_status_to_string(cairo_status(to)));
	return rv;
}

/* Ends the stream, which holds the bytes when all went well. */
static int finish(FILE *to, cairo_status_t status, int rv, struct raster *out)
{
	if (rv == 0 && status != CAIRO_STATUS_SUCCESS)
		rv = fail(out, cairo_status_to_string(status));
	if (ferror(to) != 0 || fclose(to) != 0)
		rv = rv == 0 ? -ENOMEM : rv;
	if (rv != 0) {
		free(out->bytes);
		out->bytes = NULL;
	}
	return rv;
}

static FILE *open_bytes(struct raster *out)
{
	*out = (struct raster){.bytes = NULL};
	return open_memstream(&out->bytes, &out->length);
}

/* ---- formats ------------------------------------------------------------------------------ */

int raster_png(const struct picture *p, struct raster *out)
{
	struct drawing d = {.handle = NULL};
	FILE *to = open_bytes(out);
	cairo_status_t status = CAIRO_STATUS_SUCCESS;

	if (to == NULL)
		return -ENOMEM;
	int rv = open_drawing(&d, p, out);
	if (rv == 0) {
		double longer = d.width > d.height ? d.width : d.height;
		double scale = longer * PNG_SCALE > PNG_MOST ? PNG_MOST / longer : PNG_SCALE;
		RsvgRectangle all = {0, 0, d.width * scale, d.height * scale};
		cairo_surface_t *surface = cairo_image_surface_create(
			CAIRO_FORMAT_RGB24, (int)(all.width + 0.5), (int)(all.height + 0.5));
		cairo_t *on = cairo_create(surface);

		rv = draw(&d, on, &all, out);
		if (rv == 0)
			status = cairo_surface_write_to_png_stream(surface, take, to);
		cairo_destroy(on);
		cairo_surface_destroy(surface);
	}
	g_clear_object(&d.handle);
	return finish(to, status, rv, out);
}

struct page {
	double width, height; /* points */
	RsvgRectangle whole;  /* where the picture lies, if it begins at the page's top */
	int count;
	double step; /* how much further down each page begins */
};

static double scale_to_fit(const struct drawing *d, double width, double height)
{
	double across = (width - 2 * EDGE) / d->width, down = (height - 2 * EDGE) / d->height;

	return across < down ? across : down;
}

/* One page, upright or across, whichever shows it larger; where it would be too small
 * to read, as many upright ones as it takes, each beginning with what the one before
 * ended with, so that no row is lost. */
static struct page lay_out(const struct drawing *d)
{
	double upright = scale_to_fit(d, A4_SHORT, A4_LONG);
	double across = scale_to_fit(d, A4_LONG, A4_SHORT);
	double scale = upright > across ? upright : across;
	struct page p = {.width = A4_SHORT, .height = A4_LONG, .count = 1};

	if (scale < SCALE_LEAST) {
		double high = A4_LONG - 2 * EDGE;

		scale = (A4_SHORT - 2 * EDGE) / d->width;
		p.step = high - OVERLAP;
		p.count += (int)((d->height * scale - high) / p.step) + 1;
	} else if (across > upright) {
		p.width = A4_LONG;
		p.height = A4_SHORT;
	}
	p.whole = (RsvgRectangle){(p.width - d->width * scale) / 2, EDGE, d->width * scale,
				  d->height * scale};
	return p;
}

static int draw_pages(const struct drawing *d, const struct page *p, cairo_t *on,
		      struct raster *out)
{
	int rv = 0;

	for (int i = 0; rv == 0 && i < p->count; i++) {
		RsvgRectangle at = p->whole;

		at.y -= p->step * i;
		cairo_save(on);
		cairo_rectangle(on, 0, EDGE, p->width, p->height - 2 * EDGE);
		cairo_clip(on);
		rv = draw(d, on, &at, out);
		cairo_restore(on);
		cairo_show_page(on);
	}
	return rv;
}

int raster_pdf(const struct picture *p, const char *day, struct raster *out)
{
	struct drawing d = {.handle = NULL};
	FILE *to = open_bytes(out);
	cairo_status_t status = CAIRO_STATUS_SUCCESS;

	if (to == NULL)
		return -ENOMEM;
	int rv = open_drawing(&d, p, out);
	if (rv == 0) {
		struct page page = lay_out(&d);
		cairo_surface_t *surface =
			cairo_pdf_surface_create_for_stream(take, to, page.width, page.height);

		cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, p->title);
		/* Without one, the clock's: the same call would give other bytes. */
		cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE,
					       day != NULL ? day : "2000-01-01");
		cairo_t *on = cairo_create(surface);
		rv = draw_pages(&d, &page, on, out);
		cairo_destroy(on);
		cairo_surface_finish(surface);
		status = cairo_surface_status(surface);
		cairo_surface_destroy(surface);
	}
	g_clear_object(&d.handle);
	rv = finish(to, status, rv, out);
	return rv == 0 ? pdf_describe(&out->bytes, &out->length) : rv;
}
