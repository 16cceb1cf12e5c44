/* The page: frame, head, what the flow holds, foot. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "page.h"

enum {
	FRAME = 105,
	SEAL_Y = 345,
	HEAD = 520,
	MIDDLE_END = 2330,
	CODE = 280,
	CODE_Y = 2440,
	PETALS = 12,
	NOTICE_LINES = 6,
	SIGN = 1270, /* where the line for signing begins */
};

static const struct face body_face = {46, .bold = true, .fill = BLUE, .spacing = 2};
static const struct face scheme_face = {40, .fill = SOFT, .spacing = 2};
static const struct face small_face = {28, .fill = SOFT};
static const struct face strong_face = {28, .bold = true, .fill = INK};
static const struct face office_face = {30, .fill = INK};
static const struct face stamp_face = {50, .bold = true, .fill = INK, .spacing = 2};
static const struct face notice_face = {38, .fill = INK};

static struct piece piece_of(const char *text)
{
	return (struct piece){text, strlen(text)};
}

void page_text(FILE *to, const struct face *f, int x, int y, const char *anchor, struct piece text)
{
	(void)fprintf(to, "<text x=\"%d\" y=\"%d\" font-size=\"%d\" fill=\"%s\"", x, y, f->size,
		      f->fill);
	if (f->serif)
		(void)fputs(" class=\"serif\" font-family=\"'EB Garamond', 'DejaVu Serif', serif\"",
			    to);
	if (f->bold)
		(void)fputs(" font-weight=\"bold\"", to);
	if (f->italic)
		(void)fputs(" font-style=\"italic\"", to);
	if (f->spacing != 0)
		(void)fprintf(to, " letter-spacing=\"%d\"", f->spacing);
	if (strcmp(anchor, "start") != 0)
		(void)fprintf(to, " text-anchor=\"%s\"", anchor);
	(void)fputc('>', to);
	text_write(to, text);
	(void)fputs("</text>\n", to);
}

/* ---- frame and head --------------------------------------------------------------------------- */

static void write_frame(FILE *to, int inset, int stroke)
{
	(void)fprintf(to,
		      "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" "
		      "stroke=\"" BLUE "\" stroke-width=\"%d\"/>\n",
		      inset, inset, WIDTH - 2 * inset, HEIGHT - 2 * inset, stroke);
}

/* A rosette of fine lines. */
static void write_seal(FILE *to)
{
	(void)fprintf(to, "<g fill=\"none\" stroke=\"" BLUE "\" stroke-width=\"2\">\n");
	for (int i = 0; i < PETALS; i++)
		(void)fprintf(to,
			      "<ellipse cx=\"%d\" cy=\"%d\" rx=\"104\" ry=\"46\" "
			      "transform=\"rotate(%d %d %d)\"/>\n",
			      CENTRE, SEAL_Y, i * 180 / PETALS, CENTRE, SEAL_Y);
	(void)fputs("</g>\n", to);
}

/* Gives where the head ends. */
static int write_head(FILE *to, const struct certificate *c)
{
	struct flow f = {.count = 0};

	write_frame(to, FRAME, 9);
	write_frame(to, FRAME + 20, 2);
	write_seal(to);
	if (c->body != NULL)
		flow_paragraph(&f, &body_face, c->body, 58, 3);
	if (c->scheme != NULL)
		flow_paragraph(&f, &scheme_face, c->scheme, 54, 2);
	flow_write(to, &f, HEAD - 40, f.height);
	return HEAD - 40 + f.height;
}

/* ---- what an award has become -------------------------------------------------------------------- */

/* Across the middle of the page, behind its text. */
static void write_stamp(FILE *to, const char *stamp, int middle)
{
	enum { LENGTH = 1980, MOST = 400, TRIAL = 100 };
	struct face face = {TRIAL, .bold = true};
	int size = LENGTH * TRIAL / text_width(&face, piece_of(stamp));

	size = size > MOST ? MOST : size;
	(void)fprintf(to,
		      "<text x=\"%d\" y=\"%d\" font-size=\"%d\" font-weight=\"bold\" fill=\"" PALE
		      "\" text-anchor=\"middle\" transform=\"rotate(-35 %d %d)\" "
		      "aria-hidden=\"true\">%s</text>\n",
		      CENTRE, middle + size / 3, size, CENTRE, middle, stamp);
}

/* Gives where the box ends. */
static int write_notice(FILE *to, const struct certificate *c, int top)
{
	struct flow f = {.count = 0};

	flow_gap(&f, 20, 0);
	flow_paragraph(&f, &stamp_face, c->stamp, 60, 1);
	flow_gap(&f, 10, 0);
	flow_paragraph(&f, &notice_face, c->notice, 52, NOTICE_LINES);
	if (c->also != NULL)
		flow_paragraph(&f, &notice_face, c->also, 52, 1);
	flow_gap(&f, 36, 0);
	(void)fprintf(to,
		      "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"" PAPER
		      "\" stroke=\"" INK "\" stroke-width=\"7\"/>\n",
		      LEFT - 40, top, COLUMN + 80, f.height);
	flow_write(to, &f, top, f.height);
	return top + f.height;
}

/* ---- foot ------------------------------------------------------------------------------------------- */

/* Writes lines from `y` on; gives where the next one would stand. */
static int write_lines(FILE *to, const struct face *f, int x, int y, int width, const char *text)
{
	while (*text != '\0') {
		struct piece line = text_line(f, &text, width);

		page_text(to, f, x, y, "start", line);
		y += f->size * 4 / 3;
	}
	return y;
}

/* Where to check it; gives where the next line would stand. */
static int write_source(FILE *to, const struct certificate *c, int x, int y)
{
	char line[128];

	y = write_lines(to, &strong_face, x, y, RIGHT - x, "Check it, and see its proof:");
	y = write_lines(to, &small_face, x, y, RIGHT - x, c->address);
	int below = y;
	y += 12;
	(void)snprintf(line, sizeof line, "Decision %s", c->id);
	y = write_lines(to, &small_face, x, y, SIGN - x, line);
	(void)snprintf(line, sizeof line, "Log %s", c->log != NULL ? c->log : "");
	y = write_lines(to, &small_face, x, y, SIGN - x, line);
	(void)snprintf(line, sizeof line, "As the register stood on %s", c->today);
	(void)write_lines(to, &small_face, x, y, SIGN - x, line);
	return below;
}

static int write_foot(FILE *to, const struct certificate *c)
{
	int rv = page_code(to, c->address, LEFT, CODE_Y, CODE);

	(void)fprintf(to, "<path d=\"M%d %dh%d\" stroke=\"" FINE "\" stroke-width=\"2\"/>\n", LEFT,
		      CODE_Y - 60, COLUMN);
	int y = write_source(to, c, LEFT + CODE + 50, CODE_Y + 26) + 30;
	if (c->signatory == NULL)
		return rv;
	y = y < CODE_Y + 210 ? CODE_Y + 210 : y;
	(void)fprintf(to, "<path d=\"M%d %dh%d\" stroke=\"" INK "\" stroke-width=\"3\"/>\n", SIGN,
		      y, RIGHT - SIGN);
	(void)write_lines(to, &office_face, SIGN, y + 42, RIGHT - SIGN, c->signatory);
	return rv;
}

/* ---- the whole ----------------------------------------------------------------------------------------- */

static void write_start(FILE *to, const char *title)
{
	(void)fprintf(to,
		      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"210mm\" height=\"297mm\" "
		      "viewBox=\"0 0 %d %d\" lang=\"en\" role=\"document\" "
		      "aria-labelledby=\"certificate-title\" "
		      "font-family=\"Inter, 'DejaVu Sans', sans-serif\">\n"
		      "<title id=\"certificate-title\">",
		      WIDTH, HEIGHT);
	text_write(to, piece_of(title));
	(void)fprintf(to, "</title>\n<rect width=\"%d\" height=\"%d\" fill=\"" PAPER "\"/>\n",
		      WIDTH, HEIGHT);
}

static int write_page(FILE *to, const struct certificate *c, const char *title,
		      const char **problem)
{
	struct flow f;

	write_start(to, title);
	int top = write_head(to, c) + 60;
	if (c->stamp != NULL) {
		top = write_notice(to, c, top) + 50;
		write_stamp(to, c->stamp, (top + MIDDLE_END) / 2);
	}
	*problem = "the award, its commendations or the name are too long for a page";
	if (!flow_certificate(&f, c, MIDDLE_END - top))
		return -EINVAL;
	flow_write(to, &f, top, MIDDLE_END - top);
	*problem = "the address is too long for a QR code";
	int rv = write_foot(to, c);
	(void)fputs("</svg>\n", to);
	return rv;
}

int certificate_draw(const struct certificate *c, char **page, size_t *length, const char **problem)
{
	char *title = certificate_title(c);
	FILE *to = title != NULL ? open_memstream(page, length) : NULL;
	int rv = -ENOMEM;

	if (to != NULL) {
		rv = write_page(to, c, title, problem);
		if (ferror(to) != 0 && rv == 0)
			rv = -ENOMEM;
		if (fclose(to) != 0 && rv == 0)
			rv = -ENOMEM;
		if (rv != 0) {
			free(*page);
			*page = NULL;
		}
	}
	free(title);
	return rv;
}
