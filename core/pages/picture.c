/*
 * The benchmark profile. It is a table, so that everybody can read it; each row draws its part
 * of the picture and stretches with its text, and the parts join. Heights and widths are
 * 0 to 100 in every row; scores stand in the middle of as many equal columns.
 */
#include <stdlib.h>
#include <string.h>

#include "pages/inner.h"

enum { FINE = 100, NOT_DRAWN = -1 }; /* positions are hundredths of a unit */

struct rows {
	const struct picture *p;
	const char **ids;
	int *at; /* where the score of each row is, or NOT_DRAWN */
	size_t count;
	int from, to;
};

static int place_of(int from, int to, json_int_t score)
{
	json_int_t steps = (json_int_t)to - from + 1;

	return (int)(((score - from) * 2 + 1) * 100 * FINE / (2 * steps));
}

static bool applies(const struct vocabulary *v, const json_t *score)
{
	const json_t *none = json_member(json_member(v->scheme, "scale"), "not_applicable");

	return json_is_integer(score) &&
	       !(json_is_integer(none) && json_integer_value(none) == json_integer_value(score));
}

/* ---- parts of a drawing -------------------------------------------------------------- */

static void begin_drawing(struct html *h)
{
	html_open(h, "svg");
	html_attribute(h, "viewBox", "0 0 100 100");
	html_attribute(h, "preserveAspectRatio", "none");
	html_attribute(h, "aria-hidden", "true");
}

static void put_segment(struct html *h, const char *class, int x1, int x2)
{
	html_open_class(h, "path", class);
	html_attribute_format(h, "d", "M%d.%02d %dH%d.%02d", x1 / FINE, x1 % FINE, 50, x2 / FINE,
			      x2 % FINE);
	html_close(h);
}

/* A line of next to no length with round ends is a dot, however the drawing is stretched. */
static void put_dot(struct html *h, const char *class, int at)
{
	put_segment(h, class, at, at + 1);
}

static void put_path(struct html *h, const char *class, int x1, int y1, const int end[2])
{
	html_open_class(h, "path", class);
	html_attribute_format(h, "d", "M%d.%02d %dL%d.%02d %d", x1 / FINE, x1 % FINE, y1,
			      end[0] / FINE, end[0] % FINE, end[1]);
	html_close(h);
}

static void put_upright(struct html *h, const char *class, int at)
{
	put_path(h, class, at, 0, (const int[2]){at, 100});
}

static void put_grid(struct html *h, int from, int to)
{
	struct buffer d;

	buffer_init(&d);
	for (int score = from; score <= to; score++) {
		int at = place_of(from, to, score);
		(void)buffer_printf(&d, "M%d.%02d 0V100", at / FINE, at % FINE); /* remembers */
	}
	html_open_class(h, "path", "grid");
	html_attribute(h, "d", d.bytes);
	html_close(h);
	h->out.failed = h->out.failed || d.failed;
	buffer_deinit(&d);
}

/* The least score that a level asks of every statement, or -1. */
static json_int_t asked_by(const json_t *award)
{
	json_int_t most = -1;
	size_t i;
	json_t *criterion;

	json_array_foreach(json_member(award, "criteria"), i, criterion) {
		json_int_t asks = json_member_integer(criterion, "every_score", -1);
		most = asks > most ? asks : most;
	}
	return most;
}

/* Just below the score that a level asks for. */
static void put_levels(struct html *h, const struct rows *r)
{
	size_t i;
	json_t *award;

	json_array_foreach(json_member(r->p->v.scheme, "awards"), i, award) {
		json_int_t asks = asked_by(award);
		if (asks > r->from && asks <= r->to)
			put_upright(h, "level",
				    (place_of(r->from, r->to, asks) +
				     place_of(r->from, r->to, asks - 1)) /
					    2);
	}
}

/* Where the line crosses the border between row `i` and the next, or NOT_DRAWN. */
static int crossing(const struct rows *r, size_t i)
{
	size_t above = i + 1, below = above;

	while (above > 0 && r->at[above - 1] == NOT_DRAWN)
		above--;
	while (below < r->count && r->at[below] == NOT_DRAWN)
		below++;
	if (above == 0 || below >= r->count)
		return NOT_DRAWN;
	above--;
	int rise = r->at[below] - r->at[above];
	return r->at[above] + rise * (int)(2 * (i - above) + 1) / (2 * (int)(below - above));
}

static void put_line(struct html *h, const struct rows *r, size_t i)
{
	int top = i > 0 ? crossing(r, i - 1) : NOT_DRAWN;
	int bottom = i + 1 < r->count ? crossing(r, i) : NOT_DRAWN;

	if (r->at[i] == NOT_DRAWN) {
		if (top != NOT_DRAWN && bottom != NOT_DRAWN)
			put_path(h, "gap", top, 0, (const int[2]){bottom, 100});
		return;
	}
	if (top != NOT_DRAWN)
		put_path(h, "line", top, 0, (const int[2]){r->at[i], 50});
	if (bottom != NOT_DRAWN)
		put_path(h, "line", r->at[i], 50, (const int[2]){bottom, 100});
}

/* ---- the profile --------------------------------------------------------------------- */

/* What every statement must have for the first level that it is short of; 0: of none. */
static json_int_t short_of(const struct vocabulary *v, json_int_t score)
{
	size_t i;
	json_t *award;

	json_array_foreach(json_member(v->scheme, "awards"), i, award) {
		json_int_t asks = asked_by(award);
		if (asks > score)
			return asks;
	}
	return 0;
}

static bool is_in(const json_t *list, const char *id)
{
	size_t i;
	json_t *each;

	json_array_foreach(list, i, each) {
		if (json_is_string(each) && strcmp(json_string_value(each), id) == 0)
			return true;
	}
	return false;
}

static void put_value(struct html *h, const struct rows *r, size_t i)
{
	const json_t *score = json_object_get(r->p->scores, r->ids[i]);
	const json_t *profile = json_member(r->p->v.decision, "profile");

	html_open_class(h, "td", "value");
	if (r->at[i] == NOT_DRAWN) {
		html_text(h, "does not apply");
		html_close(h);
		return;
	}
	json_int_t value = json_integer_value(score);
	html_open(h, "b");
	html_format(h, "%" JSON_INTEGER_FORMAT, value);
	html_close(h);
	if (is_in(json_member(profile, "strengths"), r->ids[i])) {
		html_element(h, "small", "strength");
	} else if (is_in(json_member(profile, "development_needs"), r->ids[i])) {
		json_int_t asks = short_of(&r->p->v, value);
		html_open_class(h, "small", "unmet");
		html_text(h, "to develop");
		if (asks > 0)
			html_format(h, ", %" JSON_INTEGER_FORMAT " short", asks - value);
		html_close(h);
	}
	html_close(h);
}

static void put_row(struct html *h, const struct rows *r, size_t i)
{
	const struct picture *p = r->p;
	const json_t *before = json_object_get(p->before, r->ids[i]);
	const json_t *needs =
		json_member(json_member(p->v.decision, "profile"), "development_needs");

	html_open(h, "tr");
	html_open(h, "th");
	html_attribute(h, "scope", "row");
	say_statement(h, &p->v, r->ids[i]);
	html_close(h);
	html_open_class(h, "td", "plot");
	begin_drawing(h);
	put_grid(h, r->from, r->to);
	put_levels(h, r);
	put_line(h, r, i);
	if (applies(&p->v, before)) {
		int at = place_of(r->from, r->to, json_integer_value(before));
		put_dot(h, "ring", at);
		put_dot(h, "hole", at);
	}
	if (r->at[i] != NOT_DRAWN)
		put_dot(h, is_in(needs, r->ids[i]) ? "dot low" : "dot", r->at[i]);
	html_close(h);
	html_close(h);
	put_value(h, r, i);
	html_close(h);
}

void picture_axis(struct html *h, const struct vocabulary *v)
{
	int from, to;

	scale_of(v, &from, &to);
	html_open_class(h, "th", "axis");
	html_attribute(h, "scope", "col");
	html_open(h, "span");
	for (int score = from; score <= to; score++) {
		html_open(h, "i");
		html_format(h, "%d", score);
		html_close(h);
	}
	html_close(h);
	html_close(h);
}

static void put_key(struct html *h, const char *class, bool upright, const char *text)
{
	html_open(h, "li");
	begin_drawing(h);
	if (strcmp(class, "ring") == 0) {
		put_dot(h, "ring", 50 * FINE);
		put_dot(h, "hole", 50 * FINE);
	} else if (upright) {
		put_upright(h, class, 50 * FINE);
	} else {
		put_dot(h, class, 50 * FINE);
	}
	html_close(h);
	html_text(h, text);
	html_close(h);
}

static void put_legend(struct html *h, const struct picture *p)
{
	struct buffer levels;
	size_t i, named = 0;
	json_t *award;

	buffer_init(&levels);
	json_array_foreach(json_member(p->v.scheme, "awards"), i, award) {
		json_int_t asks = asked_by(award);
		const char *title = json_member_text(award, "title");
		if (asks > 0 && title != NULL) /* the buffer remembers */
			(void)buffer_printf(&levels,
					    "%s%s asks for %" JSON_INTEGER_FORMAT " or more",
					    named++ > 0 ? ", " : "", title, asks);
	}
	html_open_class(h, "ul", "legend");
	put_key(h, "dot", false, "the score");
	put_key(h, "dot low", false, "to develop");
	if (p->before != NULL)
		put_key(h, "ring", false, "the benchmark before");
	if (named > 0)
		put_key(h, "level", true, levels.bytes);
	html_close(h);
	h->out.failed = h->out.failed || levels.failed;
	buffer_deinit(&levels);
}

static void put_heads(struct html *h, const struct rows *r, const char *caption)
{
	html_element(h, "caption", caption);
	html_open(h, "thead");
	html_open(h, "tr");
	html_open(h, "th");
	html_attribute(h, "scope", "col");
	html_text(h, "Statement");
	html_close(h);
	picture_axis(h, &r->p->v);
	html_open_class(h, "th", "value");
	html_attribute(h, "scope", "col");
	html_text(h, "Score");
	html_close(h);
	html_close(h);
	html_close(h);
}

static void put_table(struct html *h, const struct rows *r)
{
	html_open_class(h, "table", "profile");
	put_heads(h, r,
		  "Each statement with its score. The dots are joined; the line passes by a "
		  "statement that does not apply.");
	html_open(h, "tbody");
	for (size_t i = 0; i < r->count; i++)
		put_row(h, r, i);
	html_close(h);
	html_close(h);
}

void picture_profile(struct html *h, const struct picture *p)
{
	struct rows r = {.p = p};

	scale_of(&p->v, &r.from, &r.to);
	r.ids = statement_order(&p->v, p->scores, &r.count);
	if (r.ids == NULL) {
		h->out.failed = true;
		return;
	}
	r.at = calloc(r.count + 1, sizeof *r.at);
	if (r.at == NULL) {
		h->out.failed = true;
		free(r.ids);
		return;
	}
	for (size_t i = 0; i < r.count; i++) {
		const json_t *score = json_object_get(p->scores, r.ids[i]);
		r.at[i] = applies(&p->v, score) ? place_of(r.from, r.to, json_integer_value(score))
						: NOT_DRAWN;
	}
	put_table(h, &r);
	put_legend(h, p);
	free(r.at);
	free(r.ids);
}

/* ---- the profile to be filled in ---------------------------------------------------------- */

static const char *mark_of(const struct vocabulary *v, int score)
{
	size_t i;
	json_t *mark;

	json_array_foreach(json_member(json_member(v->scheme, "scale"), "marks"), i, mark) {
		if (json_member_integer(mark, "score", score - 1) == score)
			return json_member_text(mark, "means");
	}
	return NULL;
}

static void put_scores(struct html *h, const struct rows *r)
{
	html_open(h, "option");
	html_attribute(h, "value", "");
	html_text(h, "score");
	html_close(h);
	for (int score = r->from; score <= r->to; score++) {
		const char *means = mark_of(&r->p->v, score);

		html_open(h, "option");
		html_attribute_format(h, "value", "%d", score);
		html_format(h, "%d", score);
		if (means != NULL) {
			html_text(h, " – ");
			html_text(h, means);
		}
		html_close(h);
	}
}

static void put_question(struct html *h, const struct rows *r, size_t place, const char *id)
{
	html_open(h, "tr");
	html_open(h, "th");
	html_attribute(h, "scope", "row");
	html_attribute_format(h, "id", "statement-%zu", place);
	say_statement(h, &r->p->v, id);
	html_close(h);
	html_open_class(h, "td", "plot");
	begin_drawing(h);
	put_grid(h, r->from, r->to);
	put_levels(h, r);
	html_close(h);
	html_close(h);
	html_open_class(h, "td", "value score");
	html_open(h, "select");
	html_attribute_format(h, "id", "score-%zu", place);
	html_attribute_format(h, "aria-labelledby", "statement-%zu", place);
	html_attribute(h, "data-statement", id);
	html_attribute(h, "required", "required");
	put_scores(h, r);
	html_close(h);
	html_element(h, "small", NULL);
	html_close(h);
	html_close(h);
}

static void put_questions(struct html *h, const struct rows *r)
{
	size_t i;
	json_t *each;

	html_open(h, "tbody");
	json_array_foreach(json_member(r->p->v.scheme, "statements"), i, each) {
		const char *id = json_member_text(each, "id");
		if (id != NULL)
			put_question(h, r, i + 1, id);
	}
	html_close(h);
}

void picture_form(struct html *h, const struct vocabulary *v)
{
	const struct picture p = {*v, NULL, NULL};
	struct rows r = {.p = &p};

	scale_of(v, &r.from, &r.to);
	html_open_class(h, "table", "profile");
	put_heads(h, &r, "Choose a score for each statement; the profile is drawn from them.");
	put_questions(h, &r);
	html_close(h);
	put_legend(h, &p);
}

/* ---- the middle of all ----------------------------------------------------------------- */

void picture_middle(struct html *h, const struct vocabulary *v, const json_t *row)
{
	int from, to;

	scale_of(v, &from, &to);
	html_open_class(h, "td", "plot");
	begin_drawing(h);
	put_grid(h, from, to);
	if (json_member(row, "median") != NULL) {
		int at[3];
		static const char *const names[3] = {"lower_quartile", "median", "upper_quartile"};
		for (int i = 0; i < 3; i++)
			at[i] = place_of(from, to, json_member_integer(row, names[i], from));
		put_segment(h, "middle", at[0], at[2]);
		put_dot(h, "dot", at[1]);
	}
	html_close(h);
	html_close(h);
}
