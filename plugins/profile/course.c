/* A partnership's course: a lane for each award, benchmarks under them, and all
 * of it in words. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "course.h"

enum { LANE = 40, BAR = 20, TICK_ROOM = 44, UNTIL_COLUMN = 700, WHAT_COLUMN = 190 };

static int start_day(int year)
{
	char text[DATE_WORDS];

	(void)snprintf(text, sizeof text, "%04d-01-01", year); /* it fits */
	return day_number(text);
}

static int x_of(const struct course *c, int day)
{
	int first = start_day(c->first), last = start_day(c->last + 1);

	if (last == UNKNOWN || last <= first) /* after the year 9999 */
		last = first + 366;
	return LANE_START + (int)((long)(day - first) * LANE_SPAN / (last - first));
}

/* ---- words --------------------------------------------------------------------------- */

static bool has_lapsed(const struct course *c, const struct event *held)
{
	return c->today != NULL && held->expires != NULL && strcmp(c->today, held->expires) >= 0;
}

/* What it holds. */
static char *holding(const struct course *c)
{
	const struct event *held = course_award(c);
	char *award = held != NULL ? award_text(held->outcome, c->scheme) : NULL;
	char *words = held == NULL ? text_printf("Holds no award")
		      : award == NULL
			      ? NULL
			      : text_printf("%s%s", award, has_lapsed(c, held) ? " (lapsed)" : "");

	free(award);
	return words;
}

/* Until when: "Lapses on 25 January 2027"; "" where there is no award. */
static char *standing(const struct course *c)
{
	const struct event *held = course_award(c);
	const char *status = text_in(json_object_get(c->call, "register"), "status");
	char day[DATE_WORDS];

	if (held == NULL)
		return text_printf("%s", "");
	bool lapsed = has_lapsed(c, held);
	return text_printf(
		"%s %s %s%s", lapsed ? "Lapsed" : "Lapses", held->month_only ? "in" : "on",
		held->month_only ? month_words(held->expires, day) : day_words(held->expires, day),
		!lapsed && status != NULL && strcmp(status, "due") == 0
			? " \xc2\xb7 redesignation is due"
			: "");
}

static void describe(struct svg *s, const struct course *c)
{
	char *holds = holding(c), *now = standing(c);
	char day[DATE_WORDS];

	if (holds == NULL || now == NULL) {
		svg_fail(s);
	} else {
		svg_words(s, holds);
		svg_put(s, *now != '\0' ? ". " : "");
		svg_words(s, now);
	}
	svg_put(s, ". Its course:");
	for (size_t i = 0; i < c->count; i++) {
		char *words = event_words(c, &c->events[i]);

		svg_put(s, " ");
		svg_words(s, event_day(&c->events[i], day));
		svg_put(s, ": ");
		svg_words(s, words != NULL ? words : "");
		svg_put(s, ".");
		if (words == NULL)
			svg_fail(s);
		free(words);
	}
	free(holds);
	free(now);
}

static void put_head(struct svg *s, const struct course *c, int *y)
{
	struct box box = {MARGIN, 0, INNER, 22};
	char *award = holding(c);
	char *now = standing(c);

	head_draw(s, "Course over time", c->scheme, c->name, y);
	box.y = *y;
	svg_paragraph(s, &award_face, &box, NULL, award);
	box.leading = 18;
	svg_paragraph(s, &soft_face, &box, NULL, now);
	free(award);
	free(now);
	*y = box.y;
}

/* ---- the picture ------------------------------------------------------------------------ */

static void draw_years(struct svg *s, const struct course *c, int top, int bottom)
{
	int step = 1;

	while ((c->last + 1 - c->first) / step * TICK_ROOM > LANE_SPAN)
		step += step == 1 ? 1 : step;
	for (int year = c->first; year <= c->last + 1; year += step) {
		int x = x_of(c, start_day(year));

		svg_line(s, x, top, x, bottom, "stroke=\"" GRID "\"");
		svg_format(s, &axis_face, x, top - 6, NULL, "%d", year);
	}
}

static void draw_today(struct svg *s, const struct course *c, int top, int bottom)
{
	static const struct face face = {11, true, INK, "middle"};
	int day = day_number(c->today);

	if (day == UNKNOWN || day < start_day(c->first) || day > start_day(c->last + 1))
		return;
	svg_line(s, x_of(c, day), top, x_of(c, day), bottom,
		 "stroke=\"" INK "\" stroke-width=\"1.5\" stroke-dasharray=\"3 3\"");
	svg_text(s, &face, x_of(c, day), bottom + 14, NULL, "today");
}

/* In force up to the award after it, then only on paper. */
static void draw_bar(struct svg *s, const struct course *c, const struct event *e, int middle)
{
	int from = x_of(c, e->at), to = x_of(c, e->until);
	int force = e->superseded != UNKNOWN && e->superseded < e->until ? x_of(c, e->superseded)
									 : to;
	const char *look = "fill=\"" PAPER "\" stroke=\"" JOIN "\" stroke-width=\"1.5\"";

	if (e->revoked)
		look = "fill=\"" PAPER "\" stroke=\"" RED
		       "\" stroke-width=\"1.5\" stroke-dasharray=\"4 3\"";
	if (e->revoked || force < to)
		svg_put(s, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"3\" %s/>\n",
			from, middle - BAR / 2, to - from, BAR, look);
	if (!e->revoked && force > from)
		svg_put(s,
			"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"3\" fill=\"" BLUE
			"\" stroke=\"" PAPER "\"/>\n",
			from, middle - BAR / 2, force - from, BAR);
}

static void draw_lane(struct svg *s, const struct course *c, size_t lane, int middle)
{
	svg_line(s, LANE_START, middle, LANE_START + LANE_SPAN, middle, "stroke=\"" GRID "\"");
	for (size_t i = 0; i < c->count; i++) {
		const struct event *e = &c->events[i];

		if (e->until != UNKNOWN && event_gave(e, c->lanes[lane]))
			draw_bar(s, c, e, middle);
	}
}

static void draw_benchmarks(struct svg *s, const struct course *c, int middle)
{
	svg_line(s, LANE_START, middle, LANE_START + LANE_SPAN, middle, "stroke=\"" GRID "\"");
	for (size_t i = 0; i < c->count; i++) {
		const struct event *e = &c->events[i];

		if (entry_decision(e->entry) == NULL)
			continue;
		if (e->revoked)
			svg_ring(s, x_of(c, e->at), middle, 6);
		else if (e->award == NULL)
			svg_diamond(s, x_of(c, e->at), middle);
		else
			svg_dot(s, x_of(c, e->at), middle);
	}
}

static void put_lane_title(struct svg *s, const char *title, int middle)
{
	struct box box = {MARGIN, 0, LANE_START - MARGIN - 24, 16};

	box.y = middle + 5 - (face_lines(&plain_face, title, box.width) - 1) * 8;
	svg_paragraph(s, &plain_face, &box, NULL, title);
}

static void put_legend(struct svg *s, int y)
{
	svg_dot(s, MARGIN + 10, y - 4);
	svg_text(s, &small_face, MARGIN + 26, y, NULL, "benchmark with an award");
	svg_diamond(s, MARGIN + 190, y - 4);
	svg_text(s, &small_face, MARGIN + 206, y, NULL, "without one");
	svg_ring(s, MARGIN + 300, y - 4, 6);
	svg_text(s, &small_face, MARGIN + 316, y, NULL, "revoked");
	svg_rect(s, MARGIN + 390, y - 11, 26, 14, BLUE);
	svg_text(s, &small_face, MARGIN + 424, y, NULL, "in force");
	svg_put(s,
		"<rect x=\"%d\" y=\"%d\" width=\"26\" height=\"13\" fill=\"" PAPER
		"\" stroke=\"" JOIN "\" stroke-width=\"1.5\"/>\n",
		MARGIN + 500, y - 11);
	svg_text(s, &small_face, MARGIN + 534, y, NULL, "replaced by a later award");
}

static void put_picture(struct svg *s, const struct course *c, const char *id, int *y)
{
	int top = *y + 30, bottom = top + (int)(c->lane_count + 1) * LANE + 8;

	svg_put(s,
		"<svg role=\"img\" aria-labelledby=\"%s-title\" aria-describedby=\"%s-desc\" "
		"overflow=\"visible\">\n",
		id, id);
	draw_years(s, c, top, bottom);
	for (size_t i = 0; i < c->lane_count; i++) {
		int middle = top + 4 + (int)i * LANE + LANE / 2;

		draw_lane(s, c, i, middle);
		put_lane_title(s, award_title(c->scheme, c->lanes[i]), middle);
	}
	draw_benchmarks(s, c, bottom - 4 - LANE / 2);
	put_lane_title(s, "Benchmarks", bottom - 4 - LANE / 2);
	draw_today(s, c, top, bottom);
	put_legend(s, bottom + 40);
	svg_put(s, "</svg>\n");
	*y = bottom + 76;
}

/* ---- the table ------------------------------------------------------------------------------ */

static void put_event(struct svg *s, const struct course *c, const struct event *e, int *y)
{
	struct box what = {WHAT_COLUMN, *y, UNTIL_COLUMN - WHAT_COLUMN - 16, 18};
	char *words = event_words(c, e);
	char day[DATE_WORDS];

	svg_put(s, "<g role=\"row\">\n");
	svg_text(s, &plain_face, MARGIN, *y, "rowheader", event_day(e, day));
	svg_paragraph(s, &plain_face, &what, "cell", words);
	svg_text(s, &plain_face, UNTIL_COLUMN, *y, "cell",
		 e->award == NULL ? "\xe2\x80\x93"
		 : e->month_only  ? month_words(e->expires, day)
				  : day_words(e->expires, day));
	svg_put(s, "</g>\n");
	free(words);
	*y = what.y + 4;
}

static void put_table(struct svg *s, const struct course *c, int *y)
{
	svg_put(s, "<g role=\"table\" aria-label=\"Course\">\n<g role=\"row\">\n");
	svg_text(s, &small_face, MARGIN, *y, "columnheader", "Day");
	svg_text(s, &small_face, WHAT_COLUMN, *y, "columnheader", "What came of it");
	svg_text(s, &small_face, UNTIL_COLUMN, *y, "columnheader", "Expires");
	svg_put(s, "</g>\n");
	svg_line(s, MARGIN, *y + 8, WIDTH - MARGIN, *y + 8, "stroke=\"" GRID "\"");
	*y += 28;
	for (size_t i = c->count; i > 0; i--)
		put_event(s, c, &c->events[i - 1], y);
	svg_put(s, "</g>\n");
}

int picture_course(struct picture *out, json_t *call)
{
	struct course c;
	struct sheet p = {.id = NULL};
	int y = MARGIN;

	*out = (struct picture){.svg = NULL};
	int rv = course_read(&c, call, &out->problem);

	if (rv == 0)
		rv = sheet_init(&p, "course", WIDTH, text_printf("The course of %s", c.name));
	if (rv == 0) {
		describe(&p.desc, &c);
		put_head(&p.body, &c, &y);
		put_picture(&p.body, &c, p.id, &y);
		put_table(&p.body, &c, &y);
		rv = sheet_give(&p, y + MARGIN - 20, out);
	}
	sheet_deinit(&p);
	course_deinit(&c);
	return rv;
}
