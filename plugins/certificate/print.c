/*
 * The page as it is given out, by librsvg and cairo: as PDF, which holds what it uses of each
 * font, and as SVG, where letters are outlines.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <librsvg/rsvg.h>

#include "page.h"

/* A4 in points. */
static const double WIDE = 210 * 72 / 25.4, HIGH = 297 * 72 / 25.4;

static cairo_status_t take(void *ctx, const unsigned char *bytes, unsigned length)
{
	return fwrite(bytes, 1, length, ctx) == length ? CAIRO_STATUS_SUCCESS
						       : CAIRO_STATUS_WRITE_ERROR;
}

/* Draws a page over the whole of a surface, which is freed. */
static int draw(const char *svg, cairo_surface_t *surface, double wide, double high)
{
	RsvgHandle *page = rsvg_handle_new_from_data((const guint8 *)svg, strlen(svg), NULL);
	RsvgRectangle whole = {0, 0, wide, high};
	cairo_t *on = cairo_create(surface);
	bool drawn = page != NULL && rsvg_handle_render_document(page, on, &whole, NULL) &&
		     cairo_status(on) == CAIRO_STATUS_SUCCESS;

	cairo_show_page(on);
	cairo_destroy(on);
	cairo_surface_finish(surface);
	bool written = cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS;
	cairo_surface_destroy(surface);
	g_clear_object(&page);
	return drawn && written ? 0 : -EINVAL;
}

/* Ends a stream into memory: what it holds is the caller's where rv is 0. */
static int finish(FILE *to, char **bytes, int rv)
{
	bool failed = ferror(to) != 0;

	if (fclose(to) != 0 || failed)
		rv = -ENOMEM;
	if (rv != 0) {
		free(*bytes);
		*bytes = NULL;
	}
	return rv;
}

int certificate_pdf(const char *page, const char *title, const char *day, char **pdf,
		    size_t *length, const char **problem)
{
	FILE *to = open_memstream(pdf, length);

	*problem = "the page cannot be made into PDF";
	if (to == NULL)
		return -ENOMEM;
	cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(take, to, WIDE, HIGH);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title);
	/* Without one, the clock's: the same call would give other bytes. */
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, day);
	return finish(to, pdf, draw(page, surface, WIDE, HIGH));
}

/* ---- SVG --------------------------------------------------------------------------------- */

/* The page as cairo writes it, in the units of the page. */
static int outline(const char *page, char **drawn)
{
	size_t length;
	FILE *to = open_memstream(drawn, &length);

	if (to == NULL)
		return -ENOMEM;
	cairo_surface_t *surface = cairo_svg_surface_create_for_stream(take, to, WIDTH, HEIGHT);
	cairo_svg_surface_set_document_unit(surface, CAIRO_SVG_UNIT_USER);
	return finish(to, drawn, draw(page, surface, WIDTH, HEIGHT));
}

static bool begins(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return *line != '\0' ? line + 1 : line;
}

static void write_lines(FILE *to, const char *from, const char *end)
{
	(void)fwrite(from, 1, (size_t)(end - from), to); /* the stream remembers */
}

/* Without the line that only a document may begin with, and without the number that cairo
 * gives each surface of a process: the same page would give other bytes. */
static void write_drawn(FILE *to, const char *drawn)
{
	(void)fputs("<g aria-hidden=\"true\">\n", to);
	for (const char *line = drawn, *next; *line != '\0'; line = next) {
		next = next_line(line);
		if (begins(line, "<g id=\"surface"))
			(void)fputs("<g>\n", to);
		else if (!begins(line, "<?xml"))
			write_lines(to, line, next);
	}
	(void)fputs("</g>\n", to);
}

/* What stands in the page, to be selected, searched for and read aloud. */
static void write_text(FILE *to, const char *page)
{
	(void)fputs("<g fill-opacity=\"0\">\n", to);
	for (const char *line = page, *next; *line != '\0'; line = next) {
		next = next_line(line);
		if (begins(line, "<text"))
			write_lines(to, line, next);
	}
	(void)fputs("</g>\n", to);
}

int certificate_svg(const char *page, char **svg, size_t *length, const char **problem)
{
	char *drawn = NULL;
	int rv = outline(page, &drawn);
	FILE *to = rv == 0 ? open_memstream(svg, length) : NULL;

	*problem = "the letters of the page cannot be made into outlines";
	if (to != NULL) {
		write_lines(to, page, next_line(next_line(page))); /* root and title */
		write_drawn(to, drawn);
		write_text(to, page);
		(void)fputs("</svg>\n", to);
		rv = finish(to, svg, 0);
	} else if (rv == 0) {
		rv = -ENOMEM;
	}
	free(drawn);
	return rv;
}
