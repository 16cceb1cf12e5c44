/* Elements of SVG, and the care that text of others needs. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "svg.h"

int svg_init(struct svg *s)
{
	*s = (struct svg){.to = NULL};
	s->to = open_memstream(&s->bytes, &s->length);
	return s->to != NULL ? 0 : -ENOMEM;
}

void svg_deinit(struct svg *s)
{
	if (s->to != NULL)
		(void)fclose(s->to); /* what it holds is thrown away */
	free(s->bytes);
	*s = (struct svg){.to = NULL};
}

int svg_take(struct svg *s, char **text, size_t *length)
{
	bool failed = s->failed || s->to == NULL || ferror(s->to) != 0;

	if (s->to != NULL && fclose(s->to) != 0)
		failed = true;
	s->to = NULL;
	if (failed || s->bytes == NULL) {
		svg_deinit(s);
		return -ENOMEM;
	}
	*text = s->bytes;
	*length = s->length;
	*s = (struct svg){.to = NULL};
	return 0;
}

void svg_fail(struct svg *s)
{
	s->failed = true;
}

void svg_put(struct svg *s, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vfprintf(s->to, format, args); /* the stream remembers */
	va_end(args);
}

void svg_words(struct svg *s, const char *text)
{
	text_write(s->to, (struct piece){text, strlen(text)});
}

/* ---- elements ---------------------------------------------------------------- */

static void open_text(struct svg *s, const struct face *f, int x, int y, const char *role)
{
	svg_put(s, "<text x=\"%d\" y=\"%d\" font-size=\"%d\" fill=\"%s\"", x, y, f->size, f->fill);
	if (f->bold)
		svg_put(s, " font-weight=\"bold\"");
	if (strcmp(f->anchor, "start") != 0)
		svg_put(s, " text-anchor=\"%s\"", f->anchor);
	if (role != NULL)
		svg_put(s, " role=\"%s\"", role);
	svg_put(s, ">");
}

void svg_text(struct svg *s, const struct face *f, int x, int y, const char *role, const char *text)
{
	if (text == NULL) {
		svg_fail(s);
		return;
	}
	open_text(s, f, x, y, role);
	svg_words(s, text);
	svg_put(s, "</text>\n");
}

void svg_format(struct svg *s, const struct face *f, int x, int y, const char *role,
		const char *format, ...)
{
	va_list args;

	open_text(s, f, x, y, role);
	va_start(args, format);
	(void)vfprintf(s->to, format, args); /* the stream remembers */
	va_end(args);
	svg_put(s, "</text>\n");
}

void svg_paragraph(struct svg *s, const struct face *f, struct box *b, const char *role,
		   const char *text)
{
	bool first = true;

	if (text == NULL) {
		svg_fail(s);
		return;
	}
	open_text(s, f, b->x, b->y, role);
	while (*text != '\0') {
		size_t fits = face_fit(f, text, b->width);

		if (!first)
			svg_put(s, " <tspan x=\"%d\" dy=\"%d\">", b->x, b->leading);
		text_write(s->to, (struct piece){text, fits});
		if (!first)
			svg_put(s, "</tspan>");
		text += fits;
		text += strspn(text, " \t\n");
		b->y += b->leading;
		first = false;
	}
	if (first)
		b->y += b->leading;
	svg_put(s, "</text>\n");
}

void svg_line(struct svg *s, int x1, int y1, int x2, int y2, const char *stroke)
{
	svg_put(s, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" %s/>\n", x1, y1, x2, y2, stroke);
}

void svg_rect(struct svg *s, int x, int y, int width, int height, const char *fill)
{
	svg_put(s, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>\n", x, y,
		width, height, fill);
}

void svg_dot(struct svg *s, int x, int y)
{
	svg_put(s, "<circle cx=\"%d\" cy=\"%d\" r=\"6\" fill=\"" BLUE "\" stroke=\"" PAPER "\"/>\n",
		x, y);
}

void svg_ring(struct svg *s, int x, int y, int radius)
{
	svg_put(s,
		"<circle cx=\"%d\" cy=\"%d\" r=\"%d\" fill=\"" PAPER "\" stroke=\"" RING
		"\" stroke-width=\"1.5\"/>\n",
		x, y, radius);
}

void svg_diamond(struct svg *s, int x, int y)
{
	svg_put(s, "<path d=\"M%d %dl8 8l-8 8l-8 -8z\" fill=\"" RED "\" stroke=\"" PAPER "\"/>\n",
		x, y - 8);
}

/* ---- documents ------------------------------------------------------------------ */

int sheet_init(struct sheet *p, const char *id, int width, char *title)
{
	*p = (struct sheet){.id = id, .width = width, .title = title};
	int rv = title != NULL ? svg_init(&p->desc) : -ENOMEM;
	return rv == 0 ? svg_init(&p->body) : rv;
}

void sheet_deinit(struct sheet *p)
{
	free(p->title);
	p->title = NULL;
	svg_deinit(&p->desc);
	svg_deinit(&p->body);
}

static void put_whole(struct svg *out, struct sheet *p, const char *desc, const char *body)
{
	svg_put(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		"viewBox=\"0 0 %d %d\" lang=\"en\" role=\"group\" aria-labelledby=\"%s-title\" "
		"font-family=\"Inter, 'DejaVu Sans', sans-serif\">\n<title id=\"%s-title\">",
		p->width, p->height, p->width, p->height, p->id, p->id);
	svg_words(out, p->title);
	svg_put(out, "</title>\n<desc id=\"%s-desc\">%s</desc>\n", p->id, desc);
	svg_rect(out, 0, 0, p->width, p->height, PAPER);
	svg_put(out, "%s</svg>\n", body);
}

int sheet_take(struct sheet *p, char **text, size_t *length)
{
	char *desc = NULL, *body = NULL;
	size_t size;
	struct svg out = {.to = NULL};
	int rv = svg_take(&p->desc, &desc, &size);

	if (rv == 0)
		rv = svg_take(&p->body, &body, &size);
	if (rv == 0)
		rv = svg_init(&out);
	if (rv == 0) {
		put_whole(&out, p, desc, body);
		rv = svg_take(&out, text, length);
	}
	free(desc);
	free(body);
	return rv;
}
