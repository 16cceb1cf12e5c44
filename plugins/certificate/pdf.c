/* The page as PDF, by librsvg and cairo, which embeds what it uses of each font. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cairo-pdf.h>
#include <librsvg/rsvg.h>

#include "certificate.h"

/* A4 in points. */
static const double WIDE = 210 * 72 / 25.4, HIGH = 297 * 72 / 25.4;

static cairo_status_t take(void *ctx, const unsigned char *bytes, unsigned length)
{
	return fwrite(bytes, 1, length, ctx) == length ? CAIRO_STATUS_SUCCESS
						       : CAIRO_STATUS_WRITE_ERROR;
}

static int draw(RsvgHandle *page, const char *title, const char *day, FILE *to)
{
	RsvgRectangle whole = {0, 0, WIDE, HIGH};
	cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(take, to, WIDE, HIGH);

	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title);
	/* Without one, the clock's: the same call would give other bytes. */
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, day);
	cairo_t *on = cairo_create(surface);
	bool drawn = rsvg_handle_render_document(page, on, &whole, NULL) &&
		     cairo_status(on) == CAIRO_STATUS_SUCCESS;
	cairo_show_page(on);
	cairo_destroy(on);
	cairo_surface_finish(surface);
	bool written = cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS;
	cairo_surface_destroy(surface);
	return drawn && written ? 0 : -EINVAL;
}

int certificate_pdf(const char *svg, const char *title, const char *day, char **pdf, size_t *length,
		    const char **problem)
{
	RsvgHandle *page = rsvg_handle_new_from_data((const guint8 *)svg, strlen(svg), NULL);
	FILE *to = open_memstream(pdf, length);
	int rv = to != NULL ? -EINVAL : -ENOMEM;

	*problem = "the page cannot be made into PDF";
	if (page != NULL && to != NULL)
		rv = draw(page, title, day, to);
	if (to != NULL) {
		if (ferror(to) != 0)
			rv = -ENOMEM;
		if (fclose(to) != 0)
			rv = -ENOMEM;
		if (rv != 0)
			free(*pdf);
	}
	g_clear_object(&page);
	return rv;
}
