/* The rows that a chart and its table share, and the lines of levels across them. */
#include <errno.h>
#include <stdlib.h>

#include "layout.h"

enum { ROW = 36, ROW_OF_TWO = 46, TITLE_LEADING = 17, ROW_PAD = 12, ID_MOST = 120 };

int table_init(struct table *t, size_t count)
{
	*t = (struct table){.count = count};
	t->rows = calloc(count + 1, sizeof *t->rows);
	return t->rows != NULL ? 0 : -ENOMEM;
}

void table_deinit(struct table *t)
{
	free(t->rows);
	t->rows = NULL;
}

static int title_lines(const struct table *t, size_t i)
{
	return face_lines(&plain_face, t->rows[i].title, CHART - 20 - t->titles);
}

/* Even rows, but for the rare title of more than two lines. */
static int least_height(const struct table *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (title_lines(t, i) > 1)
			return ROW_OF_TWO;
	return ROW;
}

void table_lay_out(struct table *t, int top)
{
	int y = top + 4, widest = 0;

	for (size_t i = 0; i < t->count; i++) {
		int width = face_width(&strong_face, t->rows[i].id);

		if (width > widest)
			widest = width;
	}
	t->titles = MARGIN + (widest < ID_MOST ? widest : ID_MOST) + 12;
	t->top = top;
	for (size_t i = 0; i < t->count; i++) {
		int height = title_lines(t, i) * TITLE_LEADING + ROW_PAD;
		int least = least_height(t);

		if (height < least)
			height = least;
		t->rows[i].middle = y + height / 2;
		y += height;
	}
	t->bottom = y + 4;
}

void table_label(struct svg *s, const struct table *t, size_t i)
{
	const struct table_row *row = &t->rows[i];
	struct box title = {t->titles, 0, CHART - 20 - t->titles, TITLE_LEADING};

	title.y = row->middle + 5 - (title_lines(t, i) - 1) * TITLE_LEADING / 2;
	svg_text(s, &strong_face, MARGIN, title.y, "rowheader", row->id);
	svg_paragraph(s, &plain_face, &title, "cell", row->title);
}

/* ---- levels ------------------------------------------------------------------------ */

static void draw_level_label(struct svg *s, const struct level_line *line, bool aimed, int x, int y)
{
	struct face face = {12, aimed, aimed ? INK : SOFT, "start"};
	char *words = text_printf("%s: %d or more", line->title, line->at);

	if (words != NULL && x + 8 + face_width(&face, words) > WIDTH - MARGIN) {
		face.anchor = "end"; /* no room to its right */
		x -= 16;
	}
	svg_text(s, &face, x + 8, y, NULL, words);
	free(words);
}

void levels_draw(struct svg *s, const struct levels *l, const struct table *t)
{
	for (size_t i = 0; i < l->count; i++) {
		int x = scale_x(l->from, l->to, l->lines[i].at);
		int y = t->top - levels_height(l) + (int)i * LEVEL_LABEL;
		bool aimed = (int)i == l->aimed;
		const char *stroke = aimed ? "stroke=\"" INK "\" stroke-width=\"2\""
					   : "stroke=\"" RING "\" stroke-dasharray=\"7 4\"";

		svg_line(s, x, y, x, t->top - 19, stroke); /* not through the number */
		svg_line(s, x, t->top - 3, x, t->bottom, stroke);
		draw_level_label(s, &l->lines[i], aimed, x, y + 11);
	}
}

int levels_height(const struct levels *l)
{
	return (int)l->count * LEVEL_LABEL + 22;
}
