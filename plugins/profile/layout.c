/* What the pictures have in common: the head, the scale, the words for an award. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"

enum { NUMBER_ROOM = 26 };

int scale_x(int from, int to, int score)
{
	return CHART + (int)((long)(score - from) * SPAN / (to - from));
}

void scale_draw(struct svg *s, int from, int to, int top, int bottom)
{
	int step = 1;

	while ((long)(to - from) / step * NUMBER_ROOM > SPAN)
		step += step == 1 ? 1 : step;
	for (int score = from; score <= to; score += step) {
		int x = scale_x(from, to, score);

		svg_line(s, x, top, x, bottom, "stroke=\"" GRID "\"");
		svg_format(s, &axis_face, x, top - 6, NULL, "%d", score);
	}
}

void head_draw(struct svg *s, const char *kind, const json_t *scheme, const char *name, int *y)
{
	const char *title = text_in(scheme, "title");
	char *over = text_printf("%s%s%s", kind, title != NULL ? " \xc2\xb7 " : "",
				 title != NULL ? title : "");
	struct box b = {MARGIN, *y + 12, INNER, 16};
	bool large = face_lines(&name_face, name, INNER) <= 2;
	const struct face *face = large ? &name_face : &long_name_face;

	svg_paragraph(s, &over_face, &b, NULL, over);
	free(over);
	b = (struct box){MARGIN, b.y + face->size - 6, INNER, face->size + 6};
	svg_paragraph(s, face, &b, NULL, name);
	*y = b.y - b.leading + 28;
}

int sheet_give(struct sheet *p, int y, struct picture *out)
{
	p->height = y;
	int rv = sheet_take(p, &out->svg, &out->length);
	if (rv == 0)
		out->title = text_clean(p->title);
	return rv == 0 && out->title == NULL ? -ENOMEM : rv;
}

void picture_deinit(struct picture *p)
{
	free(p->svg);
	free(p->title);
	*p = (struct picture){.svg = NULL};
}

void award_words(struct svg *s, const json_t *outcome, const json_t *scheme)
{
	const char *award = text_in(outcome, "award");
	const json_t *added = json_object_get(outcome, "commendations");

	if (award == NULL) {
		svg_put(s, "No award");
		return;
	}
	svg_put(s, "%s", award_title(scheme, award));
	for (size_t i = 0; i < json_array_size(added); i++) {
		const char *id = json_string_value(json_array_get(added, i));

		if (id != NULL)
			svg_put(s, "%s%s", i == 0 ? " with " : " and ", award_title(scheme, id));
	}
}

char *award_text(const json_t *outcome, const json_t *scheme)
{
	struct svg s;
	char *text = NULL;
	size_t length;

	if (svg_init(&s) == 0) {
		award_words(&s, outcome, scheme);
		if (svg_take(&s, &text, &length) != 0)
			text = NULL;
	}
	return text;
}
