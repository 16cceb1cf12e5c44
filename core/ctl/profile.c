/*
 * Draws a benchmark profile. Each statement takes one line of the page, and
 * between two statements stands one line for the stroke that joins their dots.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/letter.h"

enum { NOTE_CELLS = 16, LABEL_LEAST = 12, STEP_MOST = 3, GRID_MOST = 200 };

struct statement {
	const char *id;
	char label[256];
	int x;      /* of its dot; -1 where it is not applicable */
	int needed; /* of the next level's mark; -1 where it has none */
	bool strength, need;
};

struct profile {
	struct statement *rows;
	size_t count;
	int from, to;    /* the scale */
	int grid, label; /* cells */
	bool any_needed;
};

enum glyph { BLANK, GRID, DOT, NEEDED, DOWN, BY, ALONG, CORNER_START, CORNER_END };

bool list_has(const json_t *list, const char *wanted)
{
	size_t i;
	json_t *each;

	json_array_foreach(list, i, each) {
		const char *text = json_string_value(each);

		if (text != NULL && strcmp(text, wanted) == 0)
			return true;
	}
	return false;
}

/* The mark that the next level asks of a statement, -1 where it is reached. */
static int needed_score(const json_t *decision, const char *id)
{
	const json_t *missing = json_member(json_member(decision, "next"), "missing");
	size_t i, k;
	json_t *criterion, *shortfall;
	json_int_t most = -1;

	json_array_foreach(missing, i, criterion) {
		const json_t *shortfalls = json_member(criterion, "shortfalls");

		json_array_foreach(shortfalls, k, shortfall) {
			const char *statement = json_member_text(shortfall, "statement");
			json_int_t needs = json_member_integer(shortfall, "needs", -1);

			if (statement != NULL && strcmp(statement, id) == 0 && needs > most)
				most = needs;
		}
	}
	return most > 1000 ? 1000 : (int)most;
}

static int place(const struct profile *f, json_int_t score)
{
	json_int_t inside = score < f->from ? f->from : score > f->to ? f->to : score;

	return (int)((inside - f->from) * (f->grid - 1) / (f->to - f->from));
}

static void fill_row(struct profile *f, struct statement *row, const struct vocabulary *v)
{
	const json_t *profile = json_member(v->decision, "profile");
	const json_t *score = json_object_get(json_member(profile, "scores"), row->id);
	const char *title = statement_title(v, row->id);
	int needs = needed_score(v->decision, row->id);
	bool applies = !list_has(json_member(profile, "not_applicable"), row->id);

	(void)snprintf(row->label, sizeof row->label, "%-3s %s", row->id,
		       title != NULL ? title : ""); /* a long title may be cut */
	row->x = applies && json_is_integer(score) ? place(f, json_integer_value(score)) : -1;
	row->needed = needs >= 0 ? place(f, needs) : -1;
	row->strength = list_has(json_member(profile, "strengths"), row->id);
	row->need = list_has(json_member(profile, "development_needs"), row->id);
	f->any_needed = f->any_needed || row->needed >= 0;
}

static void measure(struct profile *f, const struct paper *p)
{
	int spare = p->look.width - NOTE_CELLS - LABEL_LEAST - 2;
	int steps = f->to - f->from;
	int step = STEP_MOST;

	while (step > 1 && steps * step + 1 > spare)
		step--;
	f->grid = steps * step + 1;
	if (f->grid > spare)
		f->grid = spare;
	if (f->grid > GRID_MOST)
		f->grid = GRID_MOST;
	if (f->grid < 2)
		f->grid = 2;
	f->label = p->look.width - NOTE_CELLS - 2 - f->grid;
}

static int fill(struct profile *f, const struct paper *p, const struct vocabulary *v)
{
	const json_t *scores = json_member(json_member(v->decision, "profile"), "scores");
	const char **ids = statement_order(v, scores, &f->count);
	int widest = 0;

	f->rows = calloc(f->count + 1, sizeof *f->rows);
	if (ids == NULL || f->rows == NULL) {
		free(ids);
		return -1;
	}
	scale_of(v, &f->from, &f->to);
	measure(f, p);
	for (size_t i = 0; i < f->count; i++) {
		f->rows[i].id = ids[i];
		fill_row(f, &f->rows[i], v);
		if (paper_cells(p, f->rows[i].label) > widest)
			widest = paper_cells(p, f->rows[i].label);
	}
	if (widest < f->label)
		f->label = widest;
	free(ids);
	return 0;
}

static const char *glyph_text(const struct paper *p, enum glyph g, bool leftward)
{
	static const char *const shown[][2] = {
		[BLANK] = {" ", " "},  [GRID] = {".", "·"},         [DOT] = {"*", "●"},
		[NEEDED] = {"o", "○"}, [DOWN] = {"|", "│"},         [BY] = {":", "┊"},
		[ALONG] = {"-", "─"},  [CORNER_START] = {"`", "╰"}, [CORNER_END] = {".", "╮"},
	};

	if (leftward && g == CORNER_START)
		return p->look.utf8 ? "╯" : "'";
	if (leftward && g == CORNER_END)
		return p->look.utf8 ? "╭" : ".";
	return shown[g][p->look.utf8];
}

/* Puts one line of the grid on the page, without the blanks at its end. */
static void put_grid(struct paper *p, const enum glyph *cells, int count, bool leftward)
{
	while (count > 0 && cells[count - 1] == BLANK)
		count--;
	for (int i = 0; i < count; i++) {
		(void)buffer_append_text(&p->out, glyph_text(p, cells[i], leftward)); /* kept */
		p->column++;
	}
}

/* The part of the label that fits in its column; *rest is what is left. */
static void put_label(struct paper *p, const struct profile *f, const char *text, char *rest,
		      size_t size)
{
	char head[256];
	size_t cut = strlen(text);

	(void)snprintf(head, sizeof head, "%s", text); /* labels are no longer */
	while (paper_cells(p, head) > f->label && cut > 0) {
		while (cut > 0 && head[--cut] != ' ')
			;
		head[cut] = '\0';
	}
	if (cut <= 4) { /* nothing but the id before the first break */
		paper_cut(p, text, f->label);
		rest[0] = '\0';
		return;
	}
	paper_text(p, head);
	/* A label's rest is no longer than the label. */
	(void)snprintf(rest, size, "%s", text + cut + (text[cut] == ' '));
}

static void put_note(struct paper *p, const struct profile *f, const struct statement *row)
{
	const char *note = row->x < 0      ? "not applicable"
			   : row->need     ? "to develop"
			   : row->strength ? "strength"
					   : "";

	if (*note == '\0')
		return;
	paper_pad(p, f->label + 2 + f->grid + 1);
	paper_tone(p, row->need ? TONE_WARN : row->strength ? TONE_GOOD : TONE_FAINT);
	paper_text(p, note);
	paper_tone(p, TONE_PLAIN);
}

/* A statement's own line. `passing` is where the line goes by, or -1. */
static void put_statement(struct paper *p, const struct profile *f, const struct statement *row,
			  int passing)
{
	enum glyph cells[GRID_MOST] = {BLANK};

	for (int score = f->from; score <= f->to; score++)
		cells[place(f, score)] = GRID;
	if (row->needed >= 0)
		cells[row->needed] = NEEDED;
	if (row->x >= 0)
		cells[row->x] = DOT;
	else if (passing >= 0)
		cells[passing] = BY;
	paper_pad(p, f->label + 2);
	put_grid(p, cells, f->grid, false);
	put_note(p, f, row);
	paper_newline(p);
}

/* The line between two statements: from `x` to `to` (-1: nothing follows; the
 * same: straight down), or going by a statement. */
static void put_stroke(struct paper *p, const struct profile *f, int x, int to, bool by)
{
	enum glyph cells[GRID_MOST] = {BLANK};

	if (x < 0 || to < 0) {
		paper_newline(p);
		return;
	}
	for (int i = x < to ? x : to; i < (x < to ? to : x); i++)
		cells[i] = ALONG;
	cells[to] = CORNER_END;
	cells[x] = CORNER_START;
	if (by || x == to)
		memset(cells, 0, sizeof cells);
	if (by || x == to)
		cells[x] = by ? BY : DOWN;
	paper_pad(p, f->label + 2);
	put_grid(p, cells, f->grid, to < x);
	paper_newline(p);
}

static int next_dot(const struct profile *f, size_t after)
{
	for (size_t i = after + 1; i < f->count; i++)
		if (f->rows[i].x >= 0)
			return f->rows[i].x;
	return -1;
}

static void put_scale(struct paper *p, const struct profile *f)
{
	int start = f->label + 2;

	paper_tone(p, TONE_FAINT);
	for (int score = f->from; score <= f->to; score++) {
		int column = start + place(f, score);

		if (score > f->from && column <= p->column) /* it would touch the one before */
			continue;
		paper_pad(p, column);
		paper_format(p, "%d", score);
	}
	paper_tone(p, TONE_PLAIN);
	paper_newline(p);
}

static void put_legend(struct paper *p, const struct profile *f, const struct vocabulary *v)
{
	const char *next = json_member_text(json_member(v->decision, "next"), "award");

	paper_pad(p, 2);
	(void)buffer_append_text(&p->out, glyph_text(p, DOT, false)); /* the buffer remembers */
	p->column++;
	paper_text(p, " the score");
	if (f->any_needed) {
		paper_text(p, "   ");
		(void)buffer_append_text(&p->out, glyph_text(p, NEEDED, false)); /* likewise */
		p->column++;
		paper_format(p, " needed for %s", award_title(v, next));
	}
	paper_newline(p);
}

void profile_write(struct paper *p, const struct vocabulary *v)
{
	struct profile f = {.rows = NULL};
	int x = -1; /* of the last dot */

	if (fill(&f, p, v) != 0) {
		p->out.failed = true;
		free(f.rows);
		return;
	}
	if (f.count > 0)
		put_scale(p, &f);
	for (size_t i = 0; i < f.count; i++) {
		const struct statement *row = &f.rows[i];
		char rest[256] = "";
		int to = next_dot(&f, i);

		put_label(p, &f, row->label, rest, sizeof rest);
		put_statement(p, &f, row, to >= 0 ? x : -1);
		if (row->x >= 0)
			x = row->x;
		if (i + 1 == f.count && rest[0] == '\0')
			break;
		if (rest[0] != '\0') {
			paper_pad(p, 4);
			paper_cut(p, rest, f.label - 4);
		}
		put_stroke(p, &f, x, to, to >= 0 && i + 1 < f.count && f.rows[i + 1].x < 0);
	}
	if (f.count > 0)
		put_legend(p, &f, v);
	free(f.rows);
}
