/* The scheme as it is in force: everything here is what the rules say of themselves. */
#include <string.h>

#include "pages/site.h"

/* Levels and commendations that begin or end later than the day. */
static void put_coming(struct sheet *s)
{
	static const char *const members[] = {"in_force_from", "in_force_until"};
	const char *on = json_member_text(s->site, "on");
	size_t i, found = 0;
	json_t *award;

	json_array_foreach(json_member(s->v.scheme, "awards"), i, award) {
		for (size_t k = 0; k < 2; k++) {
			const char *day = json_member_text(award, members[k]);

			if (day == NULL || on == NULL || strcmp(day, on) <= 0)
				continue;
			if (found++ == 0) {
				html_element(&s->h, "h2", "Coming changes");
				html_open(&s->h, "ul");
			}
			html_open(&s->h, "li");
			html_text(&s->h, json_member_text(award, "title"));
			html_text(&s->h, k == 0 ? " is in force from " : " is in force until ");
			say_day(&s->h, day, false);
			html_text(&s->h, ".");
			html_close(&s->h);
		}
	}
	if (found > 0)
		html_close(&s->h);
}

static void put_statements(struct sheet *s)
{
	size_t i;
	json_t *each;

	html_element(&s->h, "h2", "The statements");
	html_element(&s->h, "p", "What a partnership is scored on.");
	html_open_class(&s->h, "dl", "facts ids");
	json_array_foreach(json_member(s->v.scheme, "statements"), i, each)
		say_fact(&s->h, json_member_text(each, "id"), json_member_text(each, "title"));
	html_close(&s->h);
}

static void put_marks(struct sheet *s)
{
	const json_t *none = json_member(json_member(s->v.scheme, "scale"), "not_applicable");
	int from, to;

	scale_of(&s->v, &from, &to);
	html_element(&s->h, "h2", "The scale");
	html_open(&s->h, "p");
	html_format(&s->h,
		    "Whole numbers from %d to %d; those between two marks are judged between "
		    "them.",
		    from, to);
	if (json_is_integer(none))
		html_format(&s->h, " A statement scored %" JSON_INTEGER_FORMAT " is left out.",
			    json_integer_value(none));
	html_close(&s->h);
	say_scale(&s->h, &s->v);
}

static void put_time(struct sheet *s)
{
	const json_t *given = json_member(s->v.scheme, "register");
	json_int_t years = json_member_integer(given, "years_current", 0);

	if (years <= 0)
		return;
	html_element(&s->h, "h2", "How long an award lasts");
	html_open(&s->h, "p");
	html_format(&s->h, "An award is current for %" JSON_INTEGER_FORMAT " years.", years);
	if (due_months(&s->v) > 0)
		html_format(&s->h,
			    " To go on, a partnership registers for redesignation, ideally in the "
			    "last %d months.",
			    due_months(&s->v));
	html_text(&s->h, " When an award lapses, its logos come off websites, letterheads and "
			 "documents.");
	html_close(&s->h);
}

static void put_sum(struct html *h, const json_t *fees, const json_t *route, const char *member)
{
	html_open_class(h, "td", "number");
	say_sum(h, json_member_text(fees, "currency"), json_member_integer(route, member, 0));
	html_close(h);
}

static void put_fees(struct sheet *s)
{
	static const char *const heads[] = {"Route", "number|For members", "number|For others",
					    NULL};
	const json_t *fees = json_member(s->v.scheme, "fees");
	size_t i;
	json_t *route;

	if (json_array_size(json_member(fees, "routes")) == 0)
		return;
	html_element(&s->h, "h2", "Routes and fees");
	html_open(&s->h, "table");
	html_open(&s->h, "caption");
	html_format(&s->h, "Net of VAT at %" JSON_INTEGER_FORMAT " per cent",
		    json_member_integer(fees, "vat_percent", 0));
	html_close(&s->h);
	sheet_heads(&s->h, heads);
	html_open(&s->h, "tbody");
	json_array_foreach(json_member(fees, "routes"), i, route) {
		char name[DAY_TEXT];

		wording_plain(json_member_text(route, "route"), name);
		if (*name >= 'a' && *name <= 'z')
			*name = (char)(*name - 'a' + 'A');
		html_open(&s->h, "tr");
		html_open(&s->h, "th");
		html_attribute(&s->h, "scope", "row");
		html_text(&s->h, name);
		html_close(&s->h);
		put_sum(&s->h, fees, route, "member");
		put_sum(&s->h, fees, route, "other");
		html_close(&s->h);
	}
	html_close(&s->h);
	html_close(&s->h);
}

/* Lists of choices that the rules name themselves, such as kinds of evidence. */
static void put_choices(struct sheet *s)
{
	const char *name;
	size_t i;
	json_t *list, *each;
	union { /* iterating needs no change, but Jansson's iterator takes no const */
		const json_t *borrowed;
		json_t *value;
	} walked = {s->v.scheme};

	json_object_foreach(walked.value, name, list) {
		char heading[DAY_TEXT];

		if (json_member_text(json_array_get(list, 0), "id") == NULL ||
		    strcmp(name, "statements") == 0 || strcmp(name, "awards") == 0)
			continue;
		wording_plain(name, heading);
		if (*heading >= 'a' && *heading <= 'z')
			*heading = (char)(*heading - 'a' + 'A');
		html_element(&s->h, "h2", heading);
		html_open(&s->h, "ul");
		json_array_foreach(list, i, each)
			html_element(&s->h, "li", json_member_text(each, "title"));
		html_close(&s->h);
	}
}

int site_scheme(const json_t *site, struct buffer *out)
{
	struct sheet s;

	sheet_begin(&s, site, "scheme.html", "The scheme", NULL);
	html_element(&s.h, "h1", "The scheme");
	html_element_class(&s.h, "p", "lead",
			   "What is scored, what each award asks for, and what it costs: as the "
			   "rules in force say it.");
	put_coming(&s);
	html_element(&s.h, "h2", "The awards");
	say_awards(&s.h, &s.v);
	put_statements(&s);
	put_marks(&s);
	put_time(&s);
	put_fees(&s);
	put_choices(&s);
	return sheet_end(&s, out);
}
