/* The text in the middle of the page: as large as there is room for. */
#include <string.h>

#include "page.h"

enum { RULE = 240, GAP_MOST = 40, AIR = 100, AWARD_LEAST = 96 };

static const struct face lead_face = {50, .serif = true, .italic = true, .fill = SOFT};
static const struct face with_face = {58, .serif = true, .fill = INK};
static const struct face words_face = {52, .serif = true, .italic = true, .fill = INK};
static const struct face where_face = {40, .fill = SOFT};
static const struct face item_face = {42, .serif = true, .fill = INK};
static const struct face date_face = {44, .fill = INK};

/* ---- lines -------------------------------------------------------------------------------- */

static void add(struct flow *f, const struct face *face, struct piece text)
{
	if (f->count == LINES_MAX) {
		f->too_much = true;
		return;
	}
	f->lines[f->count++] = (struct flow_line){text, *face, f->height, f->stretch};
}

void flow_gap(struct flow *f, int height, int stretch)
{
	f->height += height;
	f->stretch += stretch;
}

void flow_paragraph(struct flow *f, const struct face *face, const char *text, int leading,
		    int most)
{
	static const struct piece more = {"\xe2\x80\xa6", 3};
	int width = text_balanced(face, text, COLUMN);

	for (int i = 0; i < most; i++) {
		struct piece line = text_line(face, &text, width);

		if (line.length == 0)
			return;
		bool cut = i + 1 == most && *text != '\0';
		f->height += leading;
		f->too_much = f->too_much || cut;
		add(f, face, cut ? more : line);
	}
}

static void add_rule(struct flow *f)
{
	add(f, &lead_face, (struct piece){NULL, 0});
}

void flow_write(FILE *to, const struct flow *f, int top, int height)
{
	int share = f->stretch > 0 ? (height - f->height - AIR) / f->stretch : 0;

	share = share < 0 ? 0 : share > GAP_MOST ? GAP_MOST : share;
	top += (height - f->height - share * f->stretch) / 2;
	for (size_t i = 0; i < f->count; i++) {
		const struct flow_line *l = &f->lines[i];
		int y = top + l->y + share * l->stretch;

		if (l->text.length > 0)
			page_text(to, &l->face, CENTRE, y, "middle", l->text);
		else
			(void)fprintf(to,
				      "<path d=\"M%d %dh%d\" stroke=\"" FINE
				      "\" stroke-width=\"3\"/>\n",
				      CENTRE - RULE / 2, y, RULE);
	}
}

/* ---- what it says ------------------------------------------------------------------------- */

/* How statements are named, from the one that needs most room. */
enum naming { BY_TITLE, BY_NUMBER, BY_COUNT, NAMINGS };

/* Sizes of names, and in how many lines each looks well. */
struct size {
	int size, lines;
};

static const struct size name_sizes[] = {{184, 1}, {150, 1}, {124, 2}, {100, 3}, {80, 4},
					 {62, 6},  {50, 8},  {42, 12}, {34, 20}};
static const struct size award_sizes[] = {{140, 1}, {116, 1}, {96, 2}, {70, 3}, {50, 8}};

static void add_name(struct flow *f, const struct certificate *c, const struct size *size)
{
	struct face face = {size->size, .serif = true, .fill = INK};

	flow_gap(f, 30, 3);
	flow_paragraph(f, &face, c->name, size->size * 116 / 100, size->lines);
	flow_gap(f, size->size / 5 + 20, 3);
}

/* An award is no larger than the name above it, down to a size that adorns a wall. */
static size_t award_size(const struct certificate *c, int name_size)
{
	struct face face = {.serif = true};
	size_t i = 0;

	for (; i + 1 < sizeof award_sizes / sizeof *award_sizes; i++) {
		face.size = award_sizes[i].size;
		if ((face.size <= name_size || face.size <= AWARD_LEAST) &&
		    text_lines(&face, c->award, COLUMN) <= award_sizes[i].lines)
			break;
	}
	return i;
}

static void add_award(struct flow *f, const struct certificate *c, int name_size)
{
	const struct size *size = &award_sizes[award_size(c, name_size)];
	struct face face = {size->size, .serif = true, .fill = BLUE};

	flow_gap(f, 20, 2);
	flow_paragraph(f, &face, c->award, face.size * 116 / 100, size->lines);
	if (c->with != NULL) {
		flow_gap(f, 34, 1);
		flow_paragraph(f, &with_face, c->with, 70, 4);
	}
}

static void add_improved(struct flow *f, const struct certificate *c, enum naming naming)
{
	flow_gap(f, 12, 1);
	if (naming == BY_COUNT) {
		flow_paragraph(f, &where_face, c->improved_total, 52, 1);
		return;
	}
	if (naming == BY_NUMBER)
		flow_paragraph(f, &item_face, c->improved_ids, 58, 8);
	for (size_t i = 0; naming == BY_TITLE && i < c->improved_count; i++)
		flow_paragraph(f, &item_face, c->improved[i], 58, 3);
}

static void add_words(struct flow *f, const struct certificate *c, enum naming naming)
{
	static const char *const says[] = {
		[WORDS_REDESIGNATED] = "on redesignation",
		[WORDS_MAINTAINED] = "on redesignation: standards were maintained",
		[WORDS_ATTAINED] = "on redesignation at a higher level:",
	};
	bool listed = c->improved_count > 0 && naming != BY_COUNT;

	if (c->words == WORDS_NONE)
		return;
	flow_gap(f, 30, 2);
	flow_paragraph(f, &words_face, says[c->words], 62, 1);
	if (c->words == WORDS_ATTAINED)
		flow_paragraph(f, &words_face,
			       listed ? "new standards were attained in"
				      : "new standards were attained",
			       62, 1);
	if (c->improved_count > 0)
		add_improved(f, c, naming);
}

static void lay_out(struct flow *f, const struct certificate *c, const struct size *size,
		    enum naming naming)
{
	*f = (struct flow){.count = 0};
	flow_paragraph(f, &lead_face, "This is to certify that", 50, 1);
	add_name(f, c, size);
	flow_paragraph(f, &lead_face, "has been awarded the", 50, 1);
	add_award(f, c, size->size);
	add_words(f, c, naming);
	flow_gap(f, 50, 3);
	add_rule(f);
	flow_gap(f, 20, 2);
	flow_paragraph(f, &date_face, c->dates, 50, 2);
}

/* Rather a smaller name than no titles of statements. */
bool flow_certificate(struct flow *f, const struct certificate *c, int height)
{
	for (enum naming naming = BY_TITLE; naming < NAMINGS; naming++) {
		for (size_t i = 0; i < sizeof name_sizes / sizeof *name_sizes; i++) {
			lay_out(f, c, &name_sizes[i], naming);
			if (!f->too_much && f->height + AIR <= height)
				return true;
		}
	}
	return false;
}
