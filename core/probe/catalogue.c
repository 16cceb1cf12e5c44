/* What the manifest says, by number, and the days and scores worth trying. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/inner.h"

enum { YEAR = 12 };

/* ---- days --------------------------------------------------------------- */

static int last_day(int year, int month)
{
	struct date d;
	char text[DATE_TEXT];

	for (int day = 31; day > 28; day--) {
		date_format((struct date){year, month, day}, text);
		if (date_parse(text_of(text), &d))
			return day;
	}
	return 28;
}

void day_move(const char *from, int months, int days, char out[DATE_TEXT])
{
	struct date d = {2000, 1, 1};

	(void)date_parse(text_of(from), &d); /* a date of the form or of the rules: it is one */
	d = date_add_months(d, months);
	d.day += days;
	if (d.day < 1) {
		struct date before = date_add_months((struct date){d.year, d.month, 1}, -1);
		d = (struct date){before.year, before.month,
				  d.day + last_day(before.year, before.month)};
	} else if (d.day > last_day(d.year, d.month)) {
		int over = d.day - last_day(d.year, d.month);
		d = date_add_months((struct date){d.year, d.month, 1}, 1);
		d.day = over;
	}
	date_format(d, out);
}

/* ---- scores ------------------------------------------------------------- */

static int compare_values(const void *a, const void *b)
{
	json_int_t left = *(const json_int_t *)a, right = *(const json_int_t *)b;

	return (left > right) - (left < right);
}

static void add_value(struct catalogue *c, json_int_t value, json_int_t from, json_int_t to)
{
	if (value < from || value > to || c->value_count == VALUES_MAX)
		return;
	for (size_t i = 0; i < c->value_count; i++) {
		if (c->values[i] == value)
			return;
	}
	c->values[c->value_count++] = value;
}

/* Every whole number of the scale; of a very long one those around its marks,
 * and others evenly. */
static void find_values(struct catalogue *c, const json_t *scale)
{
	json_int_t from = json_member_integer(scale, "from", 0);
	json_int_t to = json_member_integer(scale, "to", 0);
	const json_t *none = json_member(scale, "not_applicable"), *mark;
	size_t i;

	c->has_not_applicable = none != NULL;
	c->not_applicable = json_integer_value(none);
	add_value(c, from, from, to);
	add_value(c, to, from, to);
	if (none != NULL)
		add_value(c, c->not_applicable, from, to);
	json_array_foreach(json_member(scale, "marks"), i, mark) {
		for (json_int_t by = -1; by <= 1 && i < VALUES_MAX / 4; by++)
			add_value(c, json_member_integer(mark, "score", from) + by, from, to);
	}
	json_int_t step = (to - from) / VALUES_MAX + 1;
	for (json_int_t value = from; value < to; value += step)
		add_value(c, value, from, to);
	qsort(c->values, c->value_count, sizeof *c->values, compare_values);
}

bool catalogue_applies(const struct catalogue *c, json_int_t score)
{
	return !c->has_not_applicable || score != c->not_applicable;
}

/* ---- awards ------------------------------------------------------------- */

static const char *or_empty(const char *text)
{
	return text != NULL ? text : "";
}

static void read_award(struct catalogue *c, const json_t *description)
{
	const char *kind = or_empty(json_member_text(description, "kind"));
	const json_t *criteria = json_member(description, "criteria"), *criterion;
	struct known_award *award = &c->awards[c->award_count];
	size_t i;

	*award = (struct known_award){
		.id = or_empty(json_member_text(description, "id")),
		.title = or_empty(json_member_text(description, "title")),
		.kind = kind,
		.file = or_empty(json_member_text(description, "file")),
		.line = (int)json_member_integer(description, "line", 0),
		.from = json_member_text(description, "in_force_from"),
		.until = json_member_text(description, "in_force_until"),
		.is_level = strcmp(kind, "level") == 0,
		.first = c->criterion_count,
	};
	json_array_foreach(criteria, i, criterion) {
		c->criteria[c->criterion_count++] = (struct known_criterion){
			.id = or_empty(json_member_text(criterion, "id")),
			.file = or_empty(json_member_text(criterion, "file")),
			.line = (int)json_member_integer(criterion, "line", 0),
			.award = c->award_count,
		};
	}
	award->end = c->criterion_count;
	c->level_count += award->is_level;
	c->award_count++;
}

/* A year after the last award came into force: then every one can be given, but
 * for those that have ended, and there was time for an earlier decision. */
static void find_day(struct catalogue *c)
{
	const char *last = "2020-02-28";

	for (size_t i = 0; i < c->award_count; i++) {
		const char *from = c->awards[i].from;
		if (from != NULL && strcmp(from, last) > 0 && strcmp(from, "9000") < 0)
			last = from;
	}
	day_move(last, YEAR, 0, c->day);
}

int catalogue_init(struct catalogue *c, const json_t *manifest, struct err *e)
{
	const json_t *awards = json_member(manifest, "awards"), *award;
	size_t i, criteria = 0;

	*c = (struct catalogue){0};
	json_array_foreach(awards, i, award) {
		criteria += json_array_size(json_member(award, "criteria"));
	}
	c->awards = calloc(json_array_size(awards) + 1, sizeof *c->awards);
	c->criteria = calloc(criteria + 1, sizeof *c->criteria);
	if (c->awards == NULL || c->criteria == NULL)
		return err_set(e, -ENOMEM, "no memory to check the rules");
	json_array_foreach(awards, i, award) {
		read_award(c, award);
	}
	find_values(c, json_member(manifest, "scale"));
	find_day(c);
	return 0;
}

void catalogue_deinit(struct catalogue *c)
{
	free(c->awards);
	free(c->criteria);
	*c = (struct catalogue){0};
}
