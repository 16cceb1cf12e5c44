/* Small things that many pages say. */
#include <string.h>

#include "pages/inner.h"

size_t statement_place(const struct vocabulary *v, const char *id)
{
	size_t i;
	json_t *each;

	json_array_foreach(json_member(v->scheme, "statements"), i, each) {
		const char *name = json_member_text(each, "id");
		if (name != NULL && strcmp(name, id) == 0)
			return i + 1;
	}
	return 0;
}

void say_statement(struct html *h, const struct vocabulary *v, const char *id)
{
	const char *title = statement_title(v, id);

	html_element_class(h, "span", "id", id);
	if (title != NULL) {
		html_text(h, " ");
		html_text(h, title);
	}
}

void say_day(struct html *h, const char *iso, bool month_only)
{
	char day[DAY_TEXT];
	struct date known;

	if (iso == NULL)
		return;
	wording_day(iso, month_only, day);
	if (!date_parse(text_of(iso), &known)) {
		html_text(h, iso);
		return;
	}
	html_open(h, "time");
	if (month_only)
		html_attribute_format(h, "datetime", "%.7s", iso);
	else
		html_attribute(h, "datetime", iso);
	html_text(h, day);
	html_close(h);
}

void say_sum(struct html *h, const char *currency, json_int_t sum)
{
	char number[DAY_TEXT];

	wording_number(sum, number);
	if (currency != NULL && strcmp(currency, "GBP") == 0) {
		html_format(h, "£%s", number);
		return;
	}
	html_text(h, currency);
	html_format(h, " %s", number);
}

void say_fact(struct html *h, const char *label, const char *text)
{
	if (text == NULL)
		return;
	html_element(h, "dt", label);
	html_element(h, "dd", text);
}

static void put_days(struct html *h, const json_t *award)
{
	const char *from = json_member_text(award, "in_force_from");
	const char *until = json_member_text(award, "in_force_until");

	if (from == NULL && until == NULL)
		return;
	html_open_class(h, "p", "note");
	html_text(h, "In force");
	if (from != NULL) {
		html_text(h, " from ");
		say_day(h, from, false);
	}
	if (until != NULL) {
		html_text(h, " until ");
		say_day(h, until, false);
	}
	html_text(h, ", by the day of the assessment.");
	html_close(h);
}

static void put_criteria(struct html *h, const json_t *criteria)
{
	size_t i;
	json_t *each;

	html_open_class(h, "dl", "facts ids");
	json_array_foreach(criteria, i, each) {
		html_element(h, "dt", json_member_text(each, "id"));
		html_element(h, "dd", json_member_text(each, "says"));
	}
	html_close(h);
}

void say_awards(struct html *h, const struct vocabulary *v)
{
	size_t i;
	json_t *award;

	json_array_foreach(json_member(v->scheme, "awards"), i, award) {
		const char *above = json_member_text(award, "above");
		const char *added = json_member_text(award, "added_to");

		html_element(h, "h3", json_member_text(award, "title"));
		if (above != NULL || added != NULL) {
			html_open(h, "p");
			html_text(h, above != NULL ? "The level above " : "Added to ");
			html_text(h, award_title(v, above != NULL ? above : added));
			html_text(h, above != NULL ? "." : ", and to every level above it.");
			html_close(h);
		}
		put_criteria(h, json_member(award, "criteria"));
		put_days(h, award);
	}
}

void say_scale(struct html *h, const struct vocabulary *v)
{
	size_t i;
	json_t *mark;

	html_open_class(h, "dl", "facts ids");
	json_array_foreach(json_member(json_member(v->scheme, "scale"), "marks"), i, mark) {
		html_open(h, "dt");
		html_format(h, "%" JSON_INTEGER_FORMAT, json_member_integer(mark, "score", 0));
		html_close(h);
		html_element(h, "dd", json_member_text(mark, "means"));
	}
	html_close(h);
}
