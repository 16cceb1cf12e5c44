/* The register: every partnership that holds or held an award. A table that stands without
 * script; with it, it can be searched and sorted. */
#include <string.h>

#include "pages/site.h"

/* How many partnerships are of this status. */
static size_t count_of(const json_t *site, const char *status)
{
	size_t i, count = 0;
	json_t *each;

	json_array_foreach(json_member(site, "partnerships"), i, each) {
		const char *its = json_member_text(each, "status");
		count += its != NULL && strcmp(its, status) == 0;
	}
	return count;
}

static void put_count(struct html *h, size_t count, const char *what)
{
	html_open(h, "li");
	html_open(h, "strong");
	html_format(h, "%zu", count);
	html_close(h);
	html_element(h, "span", what);
	html_close(h);
}

static void put_counts(struct sheet *s)
{
	html_open_class(&s->h, "ul", "counts");
	put_count(&s->h, count_of(s->site, "current"), "current");
	put_count(&s->h, count_of(s->site, "due"), "current, and due for redesignation");
	put_count(&s->h, count_of(s->site, "lapsed"), "lapsed");
	html_close(&s->h);
}

static void put_choice(struct html *h, const char *value, const char *text)
{
	html_open(h, "option");
	html_attribute(h, "value", value);
	html_text(h, text);
	html_close(h);
}

/* Opens a piece with the label of the control that comes next in it. */
static void open_labelled(struct html *h, const char *control, const char *label)
{
	html_open(h, "div");
	html_open(h, "label");
	html_attribute(h, "for", control);
	html_text(h, label);
	html_close(h);
}

/* Shown by the script, which alone can serve it. */
static void put_search(struct html *h)
{
	html_open_class(h, "div", "find");
	html_attribute(h, "id", "find");
	html_attribute(h, "hidden", "hidden");
	open_labelled(h, "search", "Search");
	html_void(h, "input");
	html_attribute(h, "id", "search");
	html_attribute(h, "type", "search");
	html_attribute(h, "autocomplete", "off");
	html_close(h);
	open_labelled(h, "status", "Standing");
	html_open(h, "select");
	html_attribute(h, "id", "status");
	put_choice(h, "", "all");
	put_choice(h, "current", "current");
	put_choice(h, "due", "due");
	put_choice(h, "lapsed", "lapsed");
	html_close(h);
	html_close(h);
	html_open_class(h, "p", "dim");
	html_attribute(h, "id", "found");
	html_attribute(h, "role", "status");
	html_close(h);
	html_close(h);
}

static void put_row(struct sheet *s, const json_t *partnership)
{
	const json_t *award = newest_award(partnership);
	struct html *h = &s->h;

	html_open(h, "tr");
	html_attribute(h, "data-status", json_member_text(partnership, "status"));
	html_open(h, "th");
	html_attribute(h, "scope", "row");
	sheet_partnership(s, json_member_text(partnership, "id"),
			  json_member_text(partnership, "name"));
	html_close(h);
	html_open(h, "td");
	sheet_award(s, award);
	html_close(h);
	html_open_class(h, "td", "wide-only");
	html_attribute(h, "data-sort", json_member_text(award, "awarded_on"));
	say_day(h, json_member_text(award, "awarded_on"), is_month(award));
	html_close(h);
	html_open(h, "td");
	html_attribute(h, "data-sort", json_member_text(award, "expires_on"));
	sheet_standing(s, partnership);
	html_close(h);
	html_close(h);
}

static void put_table(struct sheet *s)
{
	static const char *const heads[] = {"Partnership", "Award", "wide-only|Awarded", "Standing",
					    NULL};
	size_t i;
	json_t *each;

	html_open(&s->h, "table");
	html_attribute(&s->h, "id", "register");
	html_element(&s->h, "caption", "The latest award of each partnership");
	sheet_heads(&s->h, heads);
	html_open(&s->h, "tbody");
	json_array_foreach(json_member(s->site, "partnerships"), i, each)
		put_row(s, each);
	html_close(&s->h);
	html_close(&s->h);
}

int site_register(const json_t *site, struct buffer *out)
{
	struct sheet s;

	sheet_begin(&s, site, "index.html", "The register of awards", &asset_register_js);
	html_element(&s.h, "h1", "The register of awards");
	html_open_class(&s.h, "p", "lead");
	html_text(&s.h, "Who holds which award, as of ");
	say_day(&s.h, json_member_text(site, "on"), false);
	html_text(&s.h, ".");
	html_close(&s.h);
	if (json_array_size(json_member(site, "partnerships")) > 0) {
		put_counts(&s);
		put_search(&s.h);
		put_table(&s);
	} else {
		html_element(&s.h, "p", "No award has been given yet.");
	}
	return sheet_end(&s, out);
}
