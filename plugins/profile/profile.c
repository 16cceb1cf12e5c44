/* The benchmark profile: its head, its foot, what it says to those who do not see
 * it, and the order of its parts. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"

enum { IDENTITY = 8 };

/* ---- for those who do not see it ------------------------------------------------- */

static void describe_row(struct svg *s, const struct benchmark *b, const struct statement *row)
{
	svg_put(s, " ");
	svg_words(s, row->id);
	svg_put(s, *row->title != '\0' ? ", " : "");
	svg_words(s, row->title);
	if (row->score == UNKNOWN)
		svg_put(s, ": not applicable");
	else
		svg_put(s, ": %d of %d", row->score, b->levels.to);
	if (row->before != UNKNOWN)
		svg_put(s, ", before %d", row->before);
	if (row->short_of_it)
		svg_put(s, ", %d short", row->needs - row->score);
	svg_put(s, "%s%s.", row->strength ? ", a strength" : "", row->need ? ", to develop" : "");
}

void profile_describe(struct svg *s, const struct benchmark *b)
{
	char day[DATE_WORDS];

	svg_put(s, "A statement on each line, scored from %d to %d; the dots are joined. ",
		b->levels.from, b->levels.to);
	if (b->levels.aimed != UNKNOWN) {
		svg_words(s, b->levels.lines[b->levels.aimed].title);
		svg_put(s, " asks %d or more. ", b->levels.lines[b->levels.aimed].at);
	}
	if (b->before_on != NULL)
		svg_put(s, "The benchmark before is of %s. ", day_words(b->before_on, day));
	svg_put(s, "The scores:");
	for (size_t i = 0; i < b->count; i++)
		describe_row(s, b, &b->rows[i]);
}

/* NULL where it holds. */
static const json_t *revocation(const struct benchmark *b)
{
	const json_t *said = json_object_get(b->call, "revoked");
	const json_t *found = entry_revocation(json_object_get(b->call, "entry"),
					       json_object_get(b->call, "history"));

	return found != NULL ? found : json_is_object(said) ? said : NULL;
}

static char *title_of(const struct benchmark *b)
{
	char day[DATE_WORDS];
	char *award = award_text(b->outcome, b->scheme);
	char *title = award == NULL ? NULL
				    : text_printf("Benchmark profile of %s, assessed on %s: %s%s",
						  b->name, day_words(b->assessed_on, day), award,
						  revocation(b) != NULL ? " (revoked)" : "");

	free(award);
	return title;
}

/* ---- head -------------------------------------------------------------------------- */

static void put_facts(struct svg *to, const struct benchmark *b)
{
	static const struct {
		const char *change, *says;
	} changes[] = {{"first", "first award"},
		       {"maintained", "standards maintained"},
		       {"higher", "new standards attained"},
		       {"lower", "a lower level than the one held"}};
	const char *change = text_in(b->outcome, "change");
	const char *expires = text_in(b->outcome, "expires_on");
	const char *today = text_in(b->call, "today");
	char day[DATE_WORDS];

	svg_put(to, "Assessed on %s", day_words(b->assessed_on, day));
	for (size_t i = 0; change != NULL && i < sizeof changes / sizeof *changes; i++)
		if (strcmp(changes[i].change, change) == 0)
			svg_put(to, " \xc2\xb7 %s", changes[i].says);
	if (expires != NULL && revocation(b) == NULL)
		svg_put(to, " \xc2\xb7 %s on %s",
			today != NULL && strcmp(today, expires) >= 0 ? "lapsed" : "lapses",
			day_words(expires, day));
	if (b->aim != NULL && json_is_false(json_object_get(b->outcome, "sought_met")))
		svg_put(to, " \xc2\xb7 %s was sought and not reached",
			award_title(b->scheme, b->aim));
	if (json_is_true(json_object_get(b->outcome, "refer_to_assessor")))
		svg_put(to, " \xc2\xb7 an assessor should look at this");
}

static void put_revoked(struct svg *to, const struct benchmark *b)
{
	const json_t *revoked = revocation(b);
	const char *by = text_in(revoked, "by"), *reason = text_in(revoked, "reason");

	svg_put(to, "REVOKED: this benchmark and what it led to no longer count.");
	if (by != NULL)
		svg_put(to, " Revoked by %s.", by); /* not where the name is kept apart */
	if (reason != NULL)
		svg_put(to, " The reason: %s", reason);
}

/* A paragraph of what `put` writes. */
static void put_paragraph(struct svg *s, const struct face *f, struct box *box,
			  const struct benchmark *b,
			  void (*put)(struct svg *to, const struct benchmark *b))
{
	struct svg words;
	char *text = NULL;
	size_t length;

	if (svg_init(&words) != 0) {
		svg_fail(s);
		return;
	}
	put(&words, b);
	if (svg_take(&words, &text, &length) != 0)
		svg_fail(s);
	else
		svg_paragraph(s, f, box, NULL, text);
	free(text);
}

static void put_award(struct svg *to, const struct benchmark *b)
{
	award_words(to, b->outcome, b->scheme);
	svg_put(to, revocation(b) != NULL ? " (revoked)" : "");
}

void profile_head(struct svg *s, const struct benchmark *b, int *y)
{
	struct box box = {MARGIN, 0, INNER, 22};

	head_draw(s, "Benchmark profile", b->scheme, b->name, y);
	box.y = *y;
	put_paragraph(s, &award_face, &box, b, put_award);
	box.leading = 18;
	put_paragraph(s, &soft_face, &box, b, put_facts);
	if (revocation(b) != NULL) {
		int top = box.y - 6;

		box = (struct box){MARGIN + 12, box.y + 14, INNER - 24, 18};
		put_paragraph(s, &alarm_face, &box, b, put_revoked);
		svg_put(s,
			"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" "
			"stroke=\"" RED "\" stroke-width=\"2\"/>\n",
			MARGIN, top, INNER, box.y - top - 6);
		box.y += 12;
	}
	*y = box.y;
}

/* ---- foot ---------------------------------------------------------------------------- */

static void put_scale_words(struct svg *to, const struct benchmark *b)
{
	const json_t *marks = json_object_get(json_object_get(b->scheme, "scale"), "marks");

	svg_put(to, "The scale:");
	for (size_t i = 0; i < json_array_size(marks); i++) {
		const json_t *mark = json_array_get(marks, i);
		const char *means = text_in(mark, "means");

		if (means != NULL)
			svg_put(to, "%s %d\xc2\xa0%s", i == 0 ? "" : " \xc2\xb7",
				number_in(mark, "score", 0), means);
	}
}

static void put_origin(struct svg *to, const struct benchmark *b)
{
	const json_t *entry = json_object_get(b->call, "entry");
	const char *id = text_in(entry, "decision_id");
	const char *log = text_in(json_object_get(b->call, "log"), "identity");
	const char *digest = text_in(json_object_get(b->decision, "rules"), "digest");

	if (id == NULL)
		id = text_in(entry, "id");
	if (id != NULL)
		svg_put(to, "Decision %s", id);
	if (log != NULL)
		svg_put(to, " in the log %s", log);
	if (digest != NULL)
		svg_put(to, "%srules %.19s", id != NULL || log != NULL ? " \xc2\xb7 " : "", digest);
}

void profile_foot(struct svg *s, const struct benchmark *b, int *y)
{
	struct box box = {MARGIN, *y + 18, INNER, 15};

	svg_line(s, MARGIN, *y, WIDTH - MARGIN, *y, "stroke=\"" GRID "\"");
	if (json_array_size(json_object_get(json_object_get(b->scheme, "scale"), "marks")) > 0)
		put_paragraph(s, &small_face, &box, b, put_scale_words);
	put_paragraph(s, &small_face, &box, b, put_origin);
	*y = box.y;
}

int picture_profile(struct picture *out, json_t *call)
{
	struct benchmark b;
	struct sheet p = {.id = NULL};
	int y = MARGIN;

	*out = (struct picture){.svg = NULL};
	int rv = benchmark_read(&b, call, &out->problem);

	if (rv == 0)
		rv = sheet_init(&p, "profile", WIDTH, title_of(&b));
	if (rv == 0) {
		profile_describe(&p.desc, &b);
		profile_head(&p.body, &b, &y);
		profile_chart(&p.body, &b, p.id, &y);
		profile_legend(&p.body, &b, &y);
		profile_lists(&p.body, &b, &y);
		profile_foot(&p.body, &b, &y);
		rv = sheet_give(&p, y + MARGIN - 16, out);
	}
	sheet_deinit(&p);
	benchmark_deinit(&b);
	return rv;
}
