/* The national picture: how all partnerships score on each statement. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"

enum {
	MIDDLE_END = 768,
	RANGE_END = 812,
	LEFT_OUT_END = WIDTH - MARGIN,
	YEARS_MOST = 11,
	YEAR = 46
};

struct spread {
	int least, lower, median, upper, most, left_out, scored;
};

struct national {
	const json_t *call, *scheme, *statistics;
	struct spread *spreads;
	struct table t;
	struct levels levels;
	int partnerships;
};

static int on_scale(const struct levels *l, int score)
{
	return score < l->from ? l->from : score > l->to ? l->to : score;
}

static void read_row(struct national *n, size_t i)
{
	const json_t *row = json_array_get(json_object_get(n->statistics, "statements"), i);
	const char *id = text_in(row, "statement");
	const json_t *known = with_id(json_object_get(n->scheme, "statements"), id);
	const char *title = text_in(known, "title");
	const struct levels *l = &n->levels;

	n->t.rows[i] = (struct table_row){id != NULL ? id : "", title != NULL ? title : "", 0};
	n->spreads[i] = (struct spread){
		.least = on_scale(l, number_in(row, "minimum", l->from)),
		.lower = on_scale(l, number_in(row, "lower_quartile", l->from)),
		.median = on_scale(l, number_in(row, "median", l->from)),
		.upper = on_scale(l, number_in(row, "upper_quartile", l->from)),
		.most = on_scale(l, number_in(row, "maximum", l->from)),
		.left_out = number_in(row, "not_applicable", 0),
		.scored = number_in(row, "scored", 0),
	};
}

static int read_all(struct national *n, json_t *call, const char **problem)
{
	const json_t *rows, *scale, *levels;

	*n = (struct national){.call = call, .levels = {.aimed = UNKNOWN}};
	n->scheme = json_object_get(call, "scheme");
	n->statistics = json_object_get(call, "statistics");
	rows = json_object_get(n->statistics, "statements");
	*problem = "there are no statistics in this call, so there is nothing to draw";
	if (json_array_size(rows) == 0)
		return -EINVAL;
	scale = json_object_get(n->scheme, "scale");
	n->levels.from = number_in(scale, "from", 0);
	n->levels.to = number_in(scale, "to", n->levels.from + 10);
	if (n->levels.to <= n->levels.from)
		n->levels.to = n->levels.from + 1;
	levels = json_object_get(n->scheme, "levels");
	for (size_t i = 0; i < json_array_size(levels); i++) {
		const char *id = json_string_value(json_array_get(levels, i));

		if (id != NULL)
			levels_add(&n->levels, award_title(n->scheme, id),
				   scheme_needs(n->scheme, id), false);
	}
	n->partnerships = number_in(n->statistics, "partnerships", 0);
	n->spreads = calloc(json_array_size(rows), sizeof *n->spreads);
	if (n->spreads == NULL || table_init(&n->t, json_array_size(rows)) != 0)
		return -ENOMEM;
	for (size_t i = 0; i < n->t.count; i++)
		read_row(n, i);
	return 0;
}

/* ---- words ------------------------------------------------------------------------- */

static void describe(struct svg *s, const struct national *n)
{
	svg_put(s,
		"A statement on each line, scored from %d to %d, over the latest benchmark of "
		"each partnership, %d in all:",
		n->levels.from, n->levels.to, n->partnerships);
	for (size_t i = 0; i < n->t.count; i++) {
		const struct spread *p = &n->spreads[i];

		svg_put(s, " ");
		svg_words(s, n->t.rows[i].id);
		svg_put(s, ", ");
		svg_words(s, n->t.rows[i].title);
		if (p->scored == 0)
			svg_put(s, ": scored by none");
		else
			svg_put(s, ": median %d, half of them from %d to %d, all from %d to %d",
				p->median, p->lower, p->upper, p->least, p->most);
		svg_put(s, p->left_out > 0 ? ", left out by %d." : ".", p->left_out);
	}
}

static void put_head(struct svg *s, const struct national *n, int *y)
{
	const char *title = text_in(n->scheme, "title");
	const char *on = text_in(n->call, "on");
	char day[DATE_WORDS];
	struct box box = {MARGIN, 0, INNER, 18};
	char *words =
		text_printf("How %d %s, by the latest benchmark of each%s%s", n->partnerships,
			    n->partnerships == 1 ? "partnership scores" : "partnerships score",
			    on != NULL ? " \xc2\xb7 " : "", day_words(on, day));

	head_draw(s, "The national picture", NULL, title != NULL ? title : "All partnerships", y);
	box.y = *y;
	svg_paragraph(s, &soft_face, &box, NULL, words);
	free(words);
	*y = box.y;
}

/* ---- chart -------------------------------------------------------------------------- */

static void draw_spread(struct svg *s, const struct national *n, size_t i)
{
	const struct spread *p = &n->spreads[i];
	int from = n->levels.from, to = n->levels.to, y = n->t.rows[i].middle;
	int lower = scale_x(from, to, p->lower), upper = scale_x(from, to, p->upper);
	int least = scale_x(from, to, p->least), most = scale_x(from, to, p->most);

	if (p->scored == 0) {
		svg_line(s, CHART, y, CHART + SPAN, y,
			 "stroke=\"" RING "\" stroke-dasharray=\"1 6\" stroke-width=\"1.5\" "
			 "stroke-linecap=\"round\"");
		return;
	}
	svg_line(s, least, y, most, y, "stroke=\"" BLUE "\" stroke-width=\"1.5\"");
	svg_line(s, least, y - 5, least, y + 5, "stroke=\"" BLUE "\" stroke-width=\"1.5\"");
	svg_line(s, most, y - 5, most, y + 5, "stroke=\"" BLUE "\" stroke-width=\"1.5\"");
	svg_put(s,
		"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"16\" rx=\"3\" fill=\"#c9d8e6\" "
		"stroke=\"" BLUE "\" stroke-width=\"1.5\"/>\n",
		lower - 4, y - 8, upper - lower + 8);
	svg_dot(s, scale_x(from, to, p->median), y);
}

static void put_row(struct svg *s, const struct national *n, size_t i)
{
	static const struct face strong = {15, true, INK, "end"}, plain = {13, false, SOFT, "end"};
	const struct spread *p = &n->spreads[i];
	int y = n->t.rows[i].middle + 5;

	svg_put(s, "<g role=\"row\">\n");
	table_label(s, &n->t, i);
	if (p->scored == 0) {
		svg_text(s, &plain, SCORE_END, y, "cell", "N/A");
	} else {
		svg_format(s, &strong, SCORE_END, y, "cell", "%d", p->median);
		svg_format(s, &plain, MIDDLE_END, y, "cell", "%d\xe2\x80\x93%d", p->lower,
			   p->upper);
		svg_format(s, &plain, RANGE_END, y, "cell", "%d\xe2\x80\x93%d", p->least, p->most);
	}
	svg_format(s, &plain, LEFT_OUT_END, y, "cell", "%d", p->left_out);
	svg_put(s, "</g>\n");
}

static void put_table(struct svg *s, const struct national *n)
{
	static const struct {
		int x;
		const char *says;
	} heads[] = {{SCORE_END, "Median"},
		     {MIDDLE_END, "Middle"},
		     {RANGE_END, "All"},
		     {LEFT_OUT_END, "N/A"}};
	int y = n->t.top - 6;

	svg_put(s, "<g role=\"table\" aria-label=\"Scores\">\n<g role=\"row\">\n");
	svg_text(s, &small_face, MARGIN, y, "columnheader", "Statement");
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
		svg_text(s, &small_end_face, heads[i].x, y, "columnheader", heads[i].says);
	svg_put(s, "</g>\n");
	for (size_t i = 0; i < n->t.count; i++)
		put_row(s, n, i);
	svg_put(s, "</g>\n");
}

static void put_chart(struct svg *s, struct national *n, const char *id, int *y)
{
	table_lay_out(&n->t, *y + 8 + levels_height(&n->levels));
	svg_put(s,
		"<svg role=\"img\" aria-labelledby=\"%s-title\" aria-describedby=\"%s-desc\" "
		"overflow=\"visible\">\n",
		id, id);
	scale_draw(s, n->levels.from, n->levels.to, n->t.top, n->t.bottom);
	levels_draw(s, &n->levels, &n->t);
	for (size_t i = 0; i < n->t.count; i++)
		draw_spread(s, n, i);
	svg_put(s, "</svg>\n");
	put_table(s, n);
	*y = n->t.bottom + 28;
	svg_text(s, &small_face, MARGIN, *y, NULL,
		 "Dot: the median. Box: the middle half of the partnerships. Line: from the lowest "
		 "score to the highest.");
	*y += 17;
	svg_text(s, &small_face, MARGIN, *y, NULL,
		 "N/A: how many left the statement out, since it does not apply to them.");
	*y += 36;
}

/* ---- awards by year ---------------------------------------------------------------------- */

static int count_of(const json_t *awards, const char *award, int year)
{
	int count = 0;

	for (size_t i = 0; i < json_array_size(awards); i++) {
		const json_t *it = json_array_get(awards, i);
		const char *its = text_in(it, "award");

		if (its != NULL && strcmp(its, award) == 0 && number_in(it, "year", 0) == year)
			count += number_in(it, "count", 0);
	}
	return count;
}

/* Some years in a row, the last at the right edge. */
struct years {
	int first, count;
};

static int year_x(const struct years *years, int i)
{
	return WIDTH - MARGIN - (years->count - 1 - i) * YEAR;
}

static void put_year_row(struct svg *s, const struct national *n, const char *level,
			 const struct years *years, int y)
{
	static const struct face number = {13, false, INK, "end"};
	const json_t *awards = json_object_get(n->statistics, "awards");

	svg_put(s, "<g role=\"row\">\n");
	svg_text(s, &plain_face, MARGIN, y, "rowheader", award_title(n->scheme, level));
	for (int i = 0; i < years->count; i++)
		svg_format(s, &number, year_x(years, i), y, "cell", "%d",
			   count_of(awards, level, years->first + i));
	svg_put(s, "</g>\n");
}

static struct years find_years(const json_t *awards)
{
	int first = 0, last = 0;

	for (size_t i = 0; i < json_array_size(awards); i++) {
		int year = number_in(json_array_get(awards, i), "year", 0);

		if (year <= 0 || year > 9999)
			continue;
		if (first == 0 || year < first)
			first = year;
		if (year > last)
			last = year;
	}
	if (first <= last - YEARS_MOST)
		first = last - YEARS_MOST + 1;
	return (struct years){first, last > 0 ? last - first + 1 : 0};
}

static void put_years(struct svg *s, const struct national *n, int *y)
{
	const json_t *levels = json_object_get(n->scheme, "levels");
	struct years years = find_years(json_object_get(n->statistics, "awards"));

	if (years.count == 0 || json_array_size(levels) == 0)
		return;
	svg_put(s, "<g role=\"table\" aria-label=\"Awards by year\">\n<g role=\"row\">\n");
	svg_text(s, &strong_face, MARGIN, *y, "columnheader", "Awards by year");
	for (int i = 0; i < years.count; i++)
		svg_format(s, &small_end_face, year_x(&years, i), *y, "columnheader", "%d",
			   years.first + i);
	svg_put(s, "</g>\n");
	*y += 24;
	for (size_t i = json_array_size(levels); i > 0; i--, *y += 22) {
		const char *level = json_string_value(json_array_get(levels, i - 1));

		if (level != NULL)
			put_year_row(s, n, level, &years, *y);
	}
	svg_put(s, "</g>\n");
}

int picture_national(struct picture *out, json_t *call)
{
	struct national n;
	struct sheet p = {.id = NULL};
	int y = MARGIN;

	*out = (struct picture){.svg = NULL};
	int rv = read_all(&n, call, &out->problem);

	if (rv == 0)
		rv = sheet_init(&p, "national", WIDTH,
				text_printf("The national picture: %d benchmarks", n.partnerships));
	if (rv == 0) {
		describe(&p.desc, &n);
		put_head(&p.body, &n, &y);
		put_chart(&p.body, &n, p.id, &y);
		put_years(&p.body, &n, &y);
		rv = sheet_give(&p, y + MARGIN - 16, out);
	}
	sheet_deinit(&p);
	table_deinit(&n.t);
	free(n.spreads);
	return rv;
}
