/* The chart of a profile and the table it stands in: a statement to a row, its
 * texts are cells, and the grid with its dots is one picture. */
#include <stdlib.h>
#include <string.h>

#include "layout.h"

struct chart {
	struct svg *s;
	const struct benchmark *b;
	struct table t;
	int note; /* where notes begin */
};

static int x_of(const struct chart *c, int score)
{
	return scale_x(c->b->levels.from, c->b->levels.to, score);
}

/* ---- the picture ------------------------------------------------------------------- */

/* Where what is needed differs from row to row, each has a stroke of its own. */
static void draw_own_needs(const struct chart *c)
{
	for (size_t i = 0; c->b->levels.aimed == UNKNOWN && i < c->b->count; i++) {
		int needs = c->b->rows[i].needs;

		if (needs != UNKNOWN && needs >= c->b->levels.from && needs <= c->b->levels.to)
			svg_line(c->s, x_of(c, needs), c->t.rows[i].middle - 13, x_of(c, needs),
				 c->t.rows[i].middle + 13, "stroke=\"" INK "\" stroke-width=\"2\"");
	}
}

static int value_of(const struct statement *row, bool before)
{
	return before ? row->before : row->score;
}

/* Joins dot to dot; where it passes by statements that do not apply, it only hints. */
static void draw_joins(const struct chart *c, bool before)
{
	size_t last = c->b->count;

	for (size_t i = 0; i < c->b->count; i++) {
		int score = value_of(&c->b->rows[i], before);
		const char *stroke = before ? "stroke=\"#b9b9b9\" stroke-width=\"1.5\""
					    : "stroke=\"" JOIN "\" stroke-width=\"2.5\"";

		if (score == UNKNOWN)
			continue;
		if (last < i && last + 1 < i)
			stroke = before ? "stroke=\"#b9b9b9\" stroke-dasharray=\"1 5\""
					: "stroke=\"" JOIN
					  "\" stroke-width=\"1.5\" stroke-dasharray=\"2 5\"";
		if (last < i)
			svg_line(c->s, x_of(c, value_of(&c->b->rows[last], before)),
				 c->t.rows[last].middle, x_of(c, score), c->t.rows[i].middle,
				 stroke);
		last = i;
	}
}

static void draw_marks(const struct chart *c)
{
	for (size_t i = 0; i < c->b->count; i++) {
		const struct statement *row = &c->b->rows[i];
		int y = c->t.rows[i].middle;

		if (row->before != UNKNOWN)
			svg_ring(c->s, x_of(c, row->before), y,
				 row->before == row->score ? 10 : 7); /* around the dot */
		if (row->score == UNKNOWN)
			continue;
		if (row->short_of_it)
			svg_diamond(c->s, x_of(c, row->score), y);
		else
			svg_dot(c->s, x_of(c, row->score), y);
	}
}

static void draw_rows(const struct chart *c)
{
	for (size_t i = 0; i < c->b->count; i++) {
		const struct statement *row = &c->b->rows[i];

		svg_line(c->s, CHART, c->t.rows[i].middle, CHART + SPAN, c->t.rows[i].middle,
			 row->score == UNKNOWN ? "stroke=\"" RING "\" stroke-dasharray=\"1 6\" "
						 "stroke-width=\"1.5\" stroke-linecap=\"round\""
					       : "stroke=\"" GRID "\"");
	}
}

static void draw_picture(const struct chart *c, const char *id)
{
	svg_put(c->s,
		"<svg role=\"img\" aria-labelledby=\"%s-title\" aria-describedby=\"%s-desc\" "
		"overflow=\"visible\">\n",
		id, id);
	if (c->b->levels.aimed != UNKNOWN)
		svg_rect(c->s, CHART, c->t.top,
			 x_of(c, c->b->levels.lines[c->b->levels.aimed].at) - CHART,
			 c->t.bottom - c->t.top, TINT);
	scale_draw(c->s, c->b->levels.from, c->b->levels.to, c->t.top, c->t.bottom);
	draw_rows(c);
	levels_draw(c->s, &c->b->levels, &c->t);
	draw_own_needs(c);
	draw_joins(c, true);
	draw_joins(c, false);
	draw_marks(c);
	svg_put(c->s, "</svg>\n");
}

/* ---- the table ------------------------------------------------------------------------ */

static void put_headings(const struct chart *c)
{
	int y = c->t.top - 6;

	svg_put(c->s, "<g role=\"row\">\n");
	svg_text(c->s, &small_face, MARGIN, y, "columnheader", "Statement");
	svg_text(c->s, &small_end_face, SCORE_END, y, "columnheader", "Score");
	if (c->b->before_on != NULL)
		svg_text(c->s, &small_end_face, BEFORE_END, y, "columnheader", "Before");
	svg_put(c->s, "</g>\n");
}

static void put_before(const struct chart *c, const struct statement *row, int y)
{
	static const struct face face = {13, false, SOFT, "end"};

	if (c->b->before_on == NULL)
		return;
	if (row->before == UNKNOWN)
		svg_text(c->s, &face, BEFORE_END, y, "cell", "\xe2\x80\x93");
	else
		svg_format(c->s, &face, BEFORE_END, y, "cell", "%d", row->before);
}

static void put_note(const struct chart *c, const struct statement *row, int y)
{
	static const struct face alarm = {11, true, RED, "start"};
	const char *says = row->need ? "to develop" : row->strength ? "strength" : "";

	if (row->short_of_it && *says != '\0')
		y -= 7;
	if (row->short_of_it) {
		svg_format(c->s, &alarm, c->note, y, "cell", "%d short", row->needs - row->score);
		y += 14;
	}
	if (*says != '\0')
		svg_text(c->s, &small_face, c->note, y, "cell", says);
}

static void put_row(const struct chart *c, size_t i)
{
	const struct statement *row = &c->b->rows[i];
	struct face value = {15, true, row->short_of_it ? RED : INK, "end"};
	static const struct face none = {13, false, SOFT, "end"};
	int y = c->t.rows[i].middle + 5;

	svg_put(c->s, "<g role=\"row\">\n");
	table_label(c->s, &c->t, i);
	if (row->score == UNKNOWN)
		svg_text(c->s, &none, SCORE_END, y, "cell", "N/A");
	else
		svg_format(c->s, &value, SCORE_END, y, "cell", "%d", row->score);
	put_before(c, row, y);
	put_note(c, row, y);
	svg_put(c->s, "</g>\n");
}

void profile_chart(struct svg *s, const struct benchmark *b, const char *id, int *y)
{
	struct chart c = {.s = s, .b = b, .note = b->before_on != NULL ? NOTE : NOTE - 44};

	if (table_init(&c.t, b->count) != 0) {
		svg_fail(s);
		return;
	}
	for (size_t i = 0; i < b->count; i++)
		c.t.rows[i] = (struct table_row){b->rows[i].id, b->rows[i].title, 0};
	table_lay_out(&c.t, *y + 8 + levels_height(&b->levels));
	draw_picture(&c, id);
	svg_put(s, "<g role=\"table\" aria-label=\"Scores\">\n");
	put_headings(&c);
	for (size_t i = 0; i < b->count; i++)
		put_row(&c, i);
	svg_put(s, "</g>\n");
	*y = c.t.bottom;
	table_deinit(&c.t);
}
