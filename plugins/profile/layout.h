/*
 * What the parts of a picture share: columns, faces, and how a benchmark's picture is
 * put together, in the order in which it is written.
 */
#ifndef PROFILE_LAYOUT_H
#define PROFILE_LAYOUT_H

#include "call.h"
#include "picture.h"
#include "svg.h"

enum {
	WIDTH = 880,
	MARGIN = 40,
	INNER = WIDTH - 2 * MARGIN,
	CHART = 336, /* where the scale begins, and how long it is */
	SPAN = 320,
	SCORE_END = 712, /* columns of numbers end here */
	BEFORE_END = 758,
	NOTE = 774,
	LEVEL_LABEL = 17,
};

static const struct face over_face = {12, false, SOFT, "start"};
static const struct face name_face = {30, true, INK, "start"};
static const struct face long_name_face = {20, true, INK, "start"};
static const struct face award_face = {17, true, INK, "start"};
static const struct face plain_face = {13, false, INK, "start"};
static const struct face strong_face = {13, true, INK, "start"};
static const struct face soft_face = {13, false, SOFT, "start"};
static const struct face small_face = {11, false, SOFT, "start"};
static const struct face small_end_face = {11, false, SOFT, "end"};
static const struct face axis_face = {12, false, SOFT, "middle"};
static const struct face alarm_face = {13, true, RED, "start"};

/* The place of a score on the scale from `from` to `to`. */
int scale_x(int from, int to, int score);
/* Grid and numbers of the scale, from `top` to `bottom`; numbers stand above. */
void scale_draw(struct svg *s, int from, int to, int top, int bottom);

/* Ends the sheet at `y`, and gives the picture. */
int sheet_give(struct sheet *p, int y, struct picture *out);

/* Rows of statements: a label at the left, then the chart, then columns. */
struct table_row {
	const char *id, *title;
	int middle;
};

struct table {
	struct table_row *rows;
	size_t count;
	int titles, top, bottom; /* where titles begin; of the chart */
};

/* 0 or -ENOMEM; deinit is legal after either. The rows are yours to fill. */
int table_init(struct table *t, size_t count);
void table_deinit(struct table *t);
/* Finds the place of each row below `top`. */
void table_lay_out(struct table *t, int top);
/* The row's header and title, as cells. */
void table_label(struct svg *s, const struct table *t, size_t i);

/* The lines of levels across a chart, the lowest with its label on top; how much
 * room labels and the scale's numbers need above it. */
void levels_draw(struct svg *s, const struct levels *l, const struct table *t);
int levels_height(const struct levels *l);

/* The head of every picture: a small line, a name as large as it can be, and lines
 * of text under it are the caller's. *y is moved to the base line after it. */
void head_draw(struct svg *s, const char *kind, const json_t *scheme, const char *name, int *y);

/* "Quality Lead with Child First Commendation"; "No award" where there is none. */
void award_words(struct svg *s, const json_t *outcome, const json_t *scheme);

/* The same as text, to be freed; NULL where memory runs out. */
char *award_text(const json_t *outcome, const json_t *scheme);

/* ---- the profile ----------------------------------------------------------------- */

void profile_describe(struct svg *s, const struct benchmark *b);
void profile_head(struct svg *s, const struct benchmark *b, int *y);
void profile_chart(struct svg *s, const struct benchmark *b, const char *id, int *y);
void profile_legend(struct svg *s, const struct benchmark *b, int *y);
void profile_lists(struct svg *s, const struct benchmark *b, int *y);
void profile_foot(struct svg *s, const struct benchmark *b, int *y);

#endif
