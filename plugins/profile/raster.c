/* Draws an SVG onto surfaces of cairo. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cairo-pdf.h>
#include <librsvg/rsvg.h>

#include "raster.h"

static const double PNG_SCALE = 2, PNG_MOST = 12000;          /* pixels along a side */
static const double A4_SHORT = 595, A4_LONG = 842, EDGE = 24; /* points */

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

/* In the middle of the page's width, at its top. */
static RsvgRectangle place(const struct drawing *d, double width, double height)
{
	double wide = width - 2 * EDGE, high = height - 2 * EDGE;
	double scale = wide / d->width;

	if (d->height * scale > high)
		scale = high / d->height;
	return (RsvgRectangle){(width - d->width * scale) / 2, EDGE, d->width * scale,
			       d->height * scale};
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
		bool upright = d.height >= d.width;
		double width = upright ? A4_SHORT : A4_LONG, height = upright ? A4_LONG : A4_SHORT;
		RsvgRectangle where = place(&d, width, height);
		cairo_surface_t *surface =
			cairo_pdf_surface_create_for_stream(take, to, width, height);

		cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, p->title);
		/* Without one, the clock's: the same call would give other bytes. */
		cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE,
					       day != NULL ? day : "2000-01-01");
		cairo_t *on = cairo_create(surface);
		rv = draw(&d, on, &where, out);
		cairo_destroy(on);
		cairo_surface_finish(surface);
		status = cairo_surface_status(surface);
		cairo_surface_destroy(surface);
	}
	g_clear_object(&d.handle);
	return finish(to, status, rv, out);
}
