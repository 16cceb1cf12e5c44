/* What stands under the chart: what its marks mean, strengths, needs, and what else
 * the level asks. */
#include <stdlib.h>
#include <string.h>

#include "layout.h"

enum { GAP = 40, COLUMN = (INNER - GAP) / 2, LEADING = 18 };

/* ---- legend ------------------------------------------------------------------------ */

enum mark { DOT, DIAMOND, RING_MARK, PASSED };

struct legend {
	struct svg *s;
	int x, y;
};

static void put_mark(struct legend *l, enum mark mark, const char *text)
{
	int width = 30 + face_width(&small_face, text) + 18;
	int y = l->y - 4;

	if (l->x > MARGIN && l->x + width > WIDTH - MARGIN) {
		l->x = MARGIN;
		l->y += 22;
		y = l->y - 4;
	}
	if (mark == DOT)
		svg_dot(l->s, l->x + 10, y);
	else if (mark == DIAMOND)
		svg_diamond(l->s, l->x + 10, y);
	else if (mark == RING_MARK)
		svg_ring(l->s, l->x + 10, y, 7);
	else
		svg_line(l->s, l->x, y, l->x + 22, y,
			 "stroke=\"" RING "\" stroke-dasharray=\"1 6\" stroke-width=\"1.5\" "
			 "stroke-linecap=\"round\"");
	svg_text(l->s, &small_face, l->x + 28, l->y, NULL, text);
	l->x += width;
}

static void put_titled(struct legend *l, enum mark mark, const char *before, const char *title)
{
	char *text = text_printf("%s%s", before, title);

	if (text != NULL)
		put_mark(l, mark, text);
	else
		svg_fail(l->s);
	free(text);
}

void profile_legend(struct svg *s, const struct benchmark *b, int *y)
{
	struct legend l = {s, MARGIN, *y + 28};
	bool dots = false, shorts = false, passed = false;
	char day[DATE_WORDS];

	for (size_t i = 0; i < b->count; i++) {
		passed = passed || b->rows[i].score == UNKNOWN;
		shorts = shorts || b->rows[i].short_of_it;
		dots = dots || (b->rows[i].score != UNKNOWN && !b->rows[i].short_of_it);
	}
	if (dots)
		put_mark(&l, DOT, "score");
	if (shorts)
		put_titled(&l, DIAMOND, "score that falls short of ",
			   award_title(b->scheme, b->aim));
	if (b->before_on != NULL)
		put_titled(&l, RING_MARK, "benchmark before, ", day_words(b->before_on, day));
	if (passed)
		put_mark(&l, PASSED, "not applicable: the line passes by");
	*y = l.y + 34;
}

/* ---- strengths and needs -------------------------------------------------------------- */

static void put_item(struct svg *s, struct box *at, int indent, const char *id, const char *title)
{
	struct box text = {at->x + indent, at->y, at->width - indent, at->leading};

	svg_text(s, &strong_face, at->x, at->y, NULL, id);
	svg_paragraph(s, &plain_face, &text, NULL, title);
	at->y = text.y;
}

static int indent_of(const struct benchmark *b)
{
	int widest = 0;

	for (size_t i = 0; i < b->count; i++) {
		int width = face_width(&strong_face, b->rows[i].id);

		if (width > widest)
			widest = width;
	}
	return widest + 12;
}

static void put_list(struct svg *s, const struct benchmark *b, struct box *at, bool needs)
{
	static const struct face heading = {15, true, INK, "start"};
	size_t listed = 0, apply = 0;

	for (size_t i = 0; i < b->count; i++) {
		listed += needs ? b->rows[i].need : b->rows[i].strength;
		apply += b->rows[i].score != UNKNOWN;
	}
	svg_text(s, &heading, at->x, at->y, NULL, needs ? "To develop" : "Strengths");
	at->y += 24;
	if (apply == 0) {
		svg_paragraph(s, &soft_face, at, NULL, "No statement applies.");
		return;
	}
	if (listed == 0 || (listed == apply && apply > 1)) {
		svg_paragraph(s, &soft_face, at, NULL,
			      listed == 0 ? (needs ? "Nothing." : "None yet.")
					  : "Every statement that applies.");
		return;
	}
	for (size_t i = 0; i < b->count; i++)
		if (needs ? b->rows[i].need : b->rows[i].strength)
			put_item(s, at, indent_of(b), b->rows[i].id, b->rows[i].title);
}

/* ---- what else is asked ---------------------------------------------------------------- */

static bool is_about_scores(const json_t *criterion)
{
	const json_t *shorts = json_object_get(criterion, "shortfalls");

	return text_in(json_array_get(shorts, 0), "statement") != NULL;
}

static void put_missing(struct svg *s, const struct benchmark *b, int *y)
{
	const json_t *award = with_id(json_object_get(b->decision, "awards"), b->aim);
	const json_t *criteria = json_object_get(award, "criteria");
	struct box at = {MARGIN, *y + 24, INNER, LEADING};
	bool any = false;

	for (size_t i = 0; i < json_array_size(criteria); i++) {
		const json_t *it = json_array_get(criteria, i);
		const char *status = text_in(it, "status"), *id = text_in(it, "id");
		const char *says = text_in(it, "says");

		if (status == NULL || strcmp(status, "met") == 0 || is_about_scores(it))
			continue;
		if (!any) {
			struct face heading = {15, true, INK, "start"};
			char *head =
				text_printf("Still missing for %s", award_title(b->scheme, b->aim));

			svg_text(s, &heading, MARGIN, *y, NULL, head);
			free(head);
			any = true;
		}
		put_item(s, &at, face_width(&strong_face, id != NULL ? id : "") + 12,
			 id != NULL ? id : "",
			 strcmp(status, "error") == 0 ? "The rule failed, so this was not decided"
			 : says != NULL               ? says
						      : "");
	}
	if (any)
		*y = at.y + 20;
}

void profile_lists(struct svg *s, const struct benchmark *b, int *y)
{
	struct box left = {MARGIN, *y, COLUMN, LEADING};
	struct box right = {MARGIN + COLUMN + GAP, *y, COLUMN, LEADING};

	put_list(s, b, &left, false);
	put_list(s, b, &right, true);
	*y = (left.y > right.y ? left.y : right.y) + 20;
	if (b->aim != NULL)
		put_missing(s, b, y);
}
