/* Elements of SVG, and the care that text of others needs. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "svg.h"

char *words_of(const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	int length = vasprintf(&text, format, args);
	va_end(args);
	return length >= 0 ? text : NULL;
}

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

/* ---- text of others -------------------------------------------------------- */

/* Embeddings, overrides and isolates, which reach beyond the text they stand in. */
static bool turns_direction(uint32_t c)
{
	return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static bool is_forbidden(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xfffe || c == 0xffff ||
	       (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff;
}

static bool is_space(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

static bool runs_leftward(uint32_t c)
{
	return (c >= 0x0590 && c <= 0x08ff) || (c >= 0xfb1d && c <= 0xfdff) ||
	       (c >= 0xfe70 && c <= 0xfefc) || (c >= 0x10800 && c <= 0x10fff) ||
	       (c >= 0x1e800 && c <= 0x1efff);
}

static bool has_leftward(const char *text, size_t size)
{
	size_t length;

	for (size_t at = 0; at < size; at += length)
		if (runs_leftward(face_character(text + at, &length)))
			return true;
	return false;
}

static void put_clean(struct svg *s, uint32_t c, const char *bytes, size_t length)
{
	if (is_space(c))
		svg_put(s, " ");
	else if (c == 0xfffd) /* also what was no UTF-8 */
		svg_put(s, "\xef\xbf\xbd");
	else if (!is_forbidden(c) && !turns_direction(c))
		svg_put(s, "%.*s", (int)length, bytes);
}

static void put_character(struct svg *s, uint32_t c, const char *bytes, size_t length)
{
	if (c == '&')
		svg_put(s, "&amp;");
	else if (c == '<')
		svg_put(s, "&lt;");
	else if (c == '>')
		svg_put(s, "&gt;");
	else if (c == '"')
		svg_put(s, "&quot;");
	else
		put_clean(s, c, bytes, length);
}

static void put_words(struct svg *s, const char *text, size_t size)
{
	bool isolated = has_leftward(text, size);
	size_t length;

	if (isolated)
		svg_put(s, "&#x2068;"); /* first strong isolate */
	for (size_t at = 0; at < size; at += length) {
		uint32_t c = face_character(text + at, &length);

		put_character(s, c, text + at, length);
	}
	if (isolated)
		svg_put(s, "&#x2069;"); /* pop directional isolate */
}

void svg_words(struct svg *s, const char *text)
{
	put_words(s, text, strlen(text));
}

char *words_clean(const char *text)
{
	struct svg s;
	char *out = NULL;
	size_t length;

	if (svg_init(&s) != 0)
		return NULL;
	for (; *text != '\0'; text += length) {
		uint32_t c = face_character(text, &length);

		put_clean(&s, c, text, length);
	}
	return svg_take(&s, &out, &length) == 0 ? out : NULL;
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
		put_words(s, text, fits);
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
