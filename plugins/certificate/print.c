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
#include "pdf.h"

/* A4 in points. */
static const double WIDE = 210 * 72 / 25.4, HIGH = 297 * 72 / 25.4;

static cairo_status_t take(void *ctx, const unsigned char *bytes, unsigned length)
{
	return fwrite(bytes, 1, length, ctx) == length ? CAIRO_STATUS_SUCCESS
						       : CAIRO_STATUS_WRITE_ERROR;
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

/* Draws onto a surface, which is freed. */
typedef bool (*draw_page)(RsvgHandle *page, cairo_t *on, const RsvgRectangle *whole);

static int draw(const char *svg, draw_page put, cairo_surface_t *surface, double wide, double high)
{
	RsvgHandle *page = rsvg_handle_new_from_data((const guint8 *)svg, strlen(svg), NULL);
	RsvgRectangle whole = {0, 0, wide, high};
	cairo_t *on = cairo_create(surface);
	bool drawn = page != NULL && put(page, on, &whole) &&
		     cairo_status(on) == CAIRO_STATUS_SUCCESS;

	cairo_show_page(on);
	cairo_destroy(on);
	cairo_surface_finish(surface);
	bool written = cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS;
	cairo_surface_destroy(surface);
	g_clear_object(&page);
	return drawn && written ? 0 : -EINVAL;
}

static bool put_whole(RsvgHandle *page, cairo_t *on, const RsvgRectangle *whole)
{
	return rsvg_handle_render_document(page, on, whole, NULL);
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

/* ---- PDF --------------------------------------------------------------------------------- */

/* Begins an element that is drawn by itself: "t" and a number for text that is read aloud, "p"
 * for what only adorns. */
static void begin_part(FILE *to, char kind, int number)
{
	(void)fprintf(to, "<g id=\"%c%d\">\n", kind, number); /* the stream remembers */
}

/* The page with each line of text, and all that stands between two of them, as a part. NULL
 * where memory runs out. */
static char *in_parts(const char *page)
{
	const char *line = next_line(next_line(page)); /* root and title */
	const char *rest = line + strlen(line);
	char *parts = NULL;
	size_t length;
	FILE *to = open_memstream(&parts, &length);

	if (to == NULL)
		return NULL;
	write_lines(to, page, line);
	while (rest > line && !begins(rest, "</svg>"))
		rest--; /* the last: a code is an element of that name, too */
	for (int i = 0; line < rest; i++) {
		const char *from = line;
		bool text = begins(line, "<text") &&
			    memmem(line, strcspn(line, ">"), "aria-hidden", 11) == NULL;

		line = next_line(line);
		while (!text && line < rest && !begins(line, "<text"))
			line = next_line(line);
		begin_part(to, text ? 't' : 'p', i);
		write_lines(to, from, line);
		(void)fputs("</g>\n", to); /* likewise */
	}
	(void)fputs(rest, to); /* likewise */
	return finish(to, &parts, 0) == 0 ? parts : NULL;
}

/* Every line of text is a paragraph in the structure of the document. */
static bool put_parts(RsvgHandle *page, cairo_t *on, const RsvgRectangle *whole)
{
	bool drawn = true, there = true;

	cairo_tag_begin(on, "Document", NULL);
	for (int i = 0; drawn && there; i++) {
		char text[16], part[16];

		(void)snprintf(text, sizeof text, "#t%d", i); /* fits */
		(void)snprintf(part, sizeof part, "#p%d", i); /* likewise */
		if (rsvg_handle_has_sub(page, text)) {
			cairo_tag_begin(on, "P", NULL);
			drawn = rsvg_handle_render_layer(page, on, text, whole, NULL);
			cairo_tag_end(on, "P");
		} else if ((there = rsvg_handle_has_sub(page, part))) {
			drawn = rsvg_handle_render_layer(page, on, part, whole, NULL);
		}
	}
	cairo_tag_end(on, "Document");
	return drawn;
}

int certificate_pdf(const char *page, const char *title, const char *day, char **pdf,
		    size_t *length, const char **problem)
{
	char *parts = in_parts(page);
	FILE *to = parts != NULL ? open_memstream(pdf, length) : NULL;
	int rv = -ENOMEM;

	*problem = "the page cannot be made into PDF";
	if (to != NULL) {
		cairo_surface_t *surface =
			cairo_pdf_surface_create_for_stream(take, to, WIDE, HIGH);

		cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title);
		/* Without one, the clock's: the same call would give other bytes. */
		cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, day);
		rv = finish(to, pdf, draw(parts, put_parts, surface, WIDE, HIGH));
	}
	free(parts);
	return rv == 0 ? pdf_describe(pdf, length) : rv;
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
	return finish(to, drawn, draw(page, put_whole, surface, WIDTH, HEIGHT));
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
