/* The map of effective practice: what partnerships share, by statement (SH-1). */
#include <string.h>

#include "pages/site.h"

static bool is_on(const json_t *study, const char *statement)
{
	const char *its = json_member_text(study, "statement");

	return its != NULL && strcmp(its, statement) == 0;
}

static size_t count_on(const json_t *site, const char *statement)
{
	size_t i, count = 0;
	json_t *each;

	json_array_foreach(json_member(site, "practice"), i, each)
		count += is_on(each, statement);
	return count;
}

/* The way to each statement, and how much there is. */
static void put_ways(struct sheet *s)
{
	size_t i;
	json_t *each;

	html_open(&s->h, "nav");
	html_attribute(&s->h, "aria-label", "Statements");
	html_open_class(&s->h, "ul", "ways");
	json_array_foreach(json_member(s->v.scheme, "statements"), i, each) {
		const char *id = json_member_text(each, "id");

		if (id == NULL)
			continue;
		html_open(&s->h, "li");
		html_open(&s->h, "a");
		html_attribute_format(&s->h, "href", "#statement-%zu", i + 1);
		say_statement(&s->h, &s->v, id);
		html_close(&s->h);
		html_open_class(&s->h, "span", "dim");
		html_format(&s->h, " (%zu)", count_on(s->site, id));
		html_close(&s->h);
		html_close(&s->h);
	}
	html_close(&s->h);
	html_close(&s->h);
}

static void put_statement(struct sheet *s, size_t place, const char *statement)
{
	size_t i, found = 0;
	json_t *each;

	html_open(&s->h, "section");
	html_attribute_format(&s->h, "aria-labelledby", "statement-%zu", place);
	html_open(&s->h, "h2");
	html_attribute_format(&s->h, "id", "statement-%zu", place);
	say_statement(&s->h, &s->v, statement);
	html_close(&s->h);
	json_array_foreach(json_member(s->site, "practice"), i, each) {
		if (!is_on(each, statement))
			continue;
		if (found++ == 0)
			html_open(&s->h, "ul");
		html_open(&s->h, "li");
		html_text(&s->h, "“");
		html_name(&s->h, json_member_text(each, "title"));
		html_text(&s->h, "” – ");
		sheet_partnership(s, json_member_text(each, "partnership"),
				  json_member_text(each, "name"));
		html_close(&s->h);
	}
	if (found > 0)
		html_close(&s->h);
	else
		html_element_class(&s->h, "p", "dim", "Nothing is shared on this statement yet.");
	html_close(&s->h);
}

int site_practice(const json_t *site, struct buffer *out)
{
	struct sheet s;
	size_t i;
	json_t *each;

	sheet_begin(&s, site, "practice.html", "Effective practice", NULL);
	html_element(&s.h, "h1", "Effective practice");
	html_element_class(&s.h, "p", "lead",
			   "Case studies that award holders share, by the statement that they are "
			   "about. Ask the partnership for them.");
	put_ways(&s);
	json_array_foreach(json_member(s.v.scheme, "statements"), i, each) {
		const char *id = json_member_text(each, "id");
		if (id != NULL)
			put_statement(&s, i + 1, id);
	}
	return sheet_end(&s, out);
}
