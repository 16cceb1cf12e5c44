/* The scheme, as the rules in force tell it. */
#include <stdio.h>
#include <string.h>

#include "ctl/table.h"
#include "ctl/verb.h"
#include "wording/wording.h"

/* A list of {id, title}, or of {score, means}: a word and what it means. */
static void write_pairs(struct paper *p, const json_t *list)
{
	size_t i;
	json_t *each;
	int widest = 0;

	json_array_foreach(list, i, each) {
		const char *id = json_member_text(each, "id");

		if (id != NULL && paper_cells(p, id) > widest)
			widest = paper_cells(p, id);
	}
	json_array_foreach(list, i, each) {
		const char *id = json_member_text(each, "id");
		const char *title = json_member_text(each, "title");

		if (title == NULL)
			title = json_member_text(each, "means");
		paper_pad(p, 2);
		if (id != NULL)
			paper_text(p, id);
		else
			paper_format(p, "%2" JSON_INTEGER_FORMAT,
				     json_member_integer(each, "score", 0));
		paper_pad(p, id != NULL ? widest + 4 : 6);
		paper_wrap(p, p->column, title != NULL ? title : "");
	}
}

static void write_days(struct paper *p, const json_t *award)
{
	char from[DAY_TEXT], until[DAY_TEXT];

	wording_day(json_member_text(award, "in_force_from"), false, from);
	wording_day(json_member_text(award, "in_force_until"), false, until);
	if (*from != '\0')
		paper_format(p, ", in force from %s", from);
	if (*until != '\0')
		paper_format(p, " until %s", until);
}

static void write_awards(struct paper *p, const struct vocabulary *v, const json_t *awards)
{
	size_t i, k;
	json_t *award, *criterion;

	json_array_foreach(awards, i, award) {
		const json_t *criteria = json_member(award, "criteria");
		const char *above = json_member_text(award, "above");
		const char *added = json_member_text(award, "added_to");

		paper_heading(p, award_title(v, json_member_text(award, "id")));
		paper_format(p, "  %s", json_member_text(award, "id"));
		if (above != NULL)
			paper_format(p, ", above %s", award_title(v, above));
		if (added != NULL)
			paper_format(p, ", added to %s and above", award_title(v, added));
		write_days(p, award);
		paper_newline(p);
		json_array_foreach(criteria, k, criterion) {
			const char *id = json_member_text(criterion, "id");
			const char *says = json_member_text(criterion, "says");

			paper_format(p, "  %s ", id != NULL ? id : "");
			paper_pad(p, 9);
			paper_wrap(p, 9, says != NULL ? says : "");
		}
	}
}

static void write_fees(struct paper *p, const json_t *fees)
{
	static const char *const headings[] = {"Route", "For members", "For others"};
	const json_t *routes = json_member(fees, "routes");
	const char *currency = json_member_text(fees, "currency");
	struct table t;
	size_t i;
	json_t *route;

	paper_heading(p, "Fees");
	paper_wrap_format(p, 2, "in %s, net of VAT at %" JSON_INTEGER_FORMAT " per cent",
			  currency != NULL ? currency : "?",
			  json_member_integer(fees, "vat_percent", 0));
	table_init(&t, headings, sizeof headings / sizeof headings[0]);
	json_array_foreach(routes, i, route) {
		char name[DAY_TEXT];

		wording_plain(json_member_text(route, "route"), name);
		table_add(&t, name);
		table_add_integer(&t, json_member(route, "member"));
		table_add_integer(&t, json_member(route, "other"));
	}
	table_write(&t, p);
	table_deinit(&t);
}

static void write_scale(struct paper *p, const struct vocabulary *v, const json_t *scale)
{
	const json_t *none = json_member(scale, "not_applicable");
	int from, to;

	scale_of(v, &from, &to);
	paper_heading(p, "The scale");
	paper_format(p, "  Whole numbers from %d to %d", from, to);
	if (json_is_integer(none))
		paper_format(p, "; %" JSON_INTEGER_FORMAT " where a statement does not apply",
			     json_integer_value(none));
	paper_newline(p);
	write_pairs(p, json_member(scale, "marks"));
}

/* Lists of choices that the rules name themselves, such as kinds of evidence. */
static void write_choices(struct paper *p, json_t *scheme)
{
	const char *name;
	json_t *list;
	char heading[DAY_TEXT];

	json_object_foreach(scheme, name, list) {
		const json_t *first = json_array_get(list, 0); /* NULL where it is no list */

		if (json_member_text(first, "id") == NULL || strcmp(name, "statements") == 0 ||
		    strcmp(name, "awards") == 0)
			continue;
		wording_plain(name, heading);
		if (heading[0] >= 'a' && heading[0] <= 'z')
			heading[0] = (char)(heading[0] - 'a' + 'A');
		paper_heading(p, heading);
		write_pairs(p, list);
	}
}

static void write_scheme(struct session *s, struct paper *p, const json_t *scheme)
{
	struct vocabulary v = {scheme, NULL};
	const json_t *given = json_member(scheme, "register");
	const char *title = json_member_text(scheme, "title");
	union { /* iterating needs no change, but Jansson's iterator takes no const */
		const json_t *borrowed;
		json_t *value;
	} walked = {scheme};

	(void)s;
	paper_tone(p, TONE_STRONG);
	paper_wrap(p, 0, title != NULL ? title : "The award scheme");
	paper_tone(p, TONE_PLAIN);
	paper_heading(p, "Statements");
	write_pairs(p, json_member(scheme, "statements"));
	write_scale(p, &v, json_member(scheme, "scale"));
	write_awards(p, &v, json_member(scheme, "awards"));
	if (given != NULL) {
		paper_heading(p, "The register");
		paper_wrap_format(p, 2,
				  "  An award is current for %" JSON_INTEGER_FORMAT
				  " years; redesignation is due from %" JSON_INTEGER_FORMAT
				  " months before it expires.",
				  json_member_integer(given, "years_current", 0),
				  json_member_integer(given, "due_months", 0));
	}
	write_choices(p, walked.value);
	if (json_member(scheme, "fees") != NULL)
		write_fees(p, json_member(scheme, "fees"));
}

int verb_scheme(struct session *s)
{
	return session_show(s, "scheme.get", json_null(), write_scheme);
}
