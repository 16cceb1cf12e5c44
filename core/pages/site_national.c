/* The national picture: how all partnerships score on each statement (SH-3). */
#include <string.h>

#include "pages/site.h"

/* Of fewer partnerships nothing is shown: their scores could be told from it. */
enum { FEWEST = 5 };

static void put_number(struct html *h, const json_t *row, const char *member)
{
	const json_t *value = json_member(row, member);

	html_open_class(h, "td", "number");
	if (json_is_integer(value))
		html_format(h, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	html_close(h);
}

static void put_few(struct sheet *s)
{
	html_open_class(&s->h, "td", "dim");
	html_attribute(&s->h, "colspan", "3");
	html_format(&s->h, "fewer than %d scored it", FEWEST);
	html_close(&s->h);
}

static void put_row(struct sheet *s, const json_t *row)
{
	const char *statement = json_member_text(row, "statement");

	if (statement == NULL)
		return;
	html_open(&s->h, "tr");
	html_open(&s->h, "th");
	html_attribute(&s->h, "scope", "row");
	say_statement(&s->h, &s->v, statement);
	html_close(&s->h);
	if (json_member_integer(row, "scored", 0) < FEWEST) {
		put_few(s);
	} else {
		picture_middle(&s->h, &s->v, row);
		put_number(&s->h, row, "median");
		html_open_class(&s->h, "td", "number wide-only");
		html_format(&s->h, "%" JSON_INTEGER_FORMAT "–%" JSON_INTEGER_FORMAT,
			    json_member_integer(row, "lower_quartile", 0),
			    json_member_integer(row, "upper_quartile", 0));
		html_close(&s->h);
	}
	html_close(&s->h);
}

static void put_scores(struct sheet *s)
{
	static const char *const after[] = {"Median", "Middle half"};
	const json_t *rows = json_member(json_member(s->site, "statistics"), "statements");
	size_t i;
	json_t *each;

	html_open_class(&s->h, "table", "profile national");
	html_element(&s->h, "caption",
		     "The dot is the median; the bar is the middle half of all scores. The lowest "
		     "and the highest are not shown: each is one partnership's.");
	html_open(&s->h, "thead");
	html_open(&s->h, "tr");
	html_open(&s->h, "th");
	html_attribute(&s->h, "scope", "col");
	html_text(&s->h, "Statement");
	html_close(&s->h);
	picture_axis(&s->h, &s->v);
	for (size_t k = 0; k < 2; k++) {
		html_open_class(&s->h, "th", k == 0 ? "number" : "number wide-only");
		html_attribute(&s->h, "scope", "col");
		html_text(&s->h, after[k]);
		html_close(&s->h);
	}
	html_close(&s->h);
	html_close(&s->h);
	html_open(&s->h, "tbody");
	json_array_foreach(rows, i, each)
		put_row(s, each);
	html_close(&s->h);
	html_close(&s->h);
}

/* Awards by level and year, the newest year first. */
static void put_years(struct sheet *s)
{
	static const char *const heads[] = {"Year", "Award", "number|Given", NULL};
	const json_t *awards = json_member(json_member(s->site, "statistics"), "awards");

	if (json_array_size(awards) == 0)
		return;
	html_element(&s->h, "h2", "Awards by year");
	html_open_class(&s->h, "table", "slim");
	sheet_heads(&s->h, heads);
	html_open(&s->h, "tbody");
	for (size_t i = json_array_size(awards); i > 0; i--) {
		const json_t *each = json_array_get(awards, i - 1);

		html_open(&s->h, "tr");
		html_open(&s->h, "td");
		html_format(&s->h, "%" JSON_INTEGER_FORMAT, json_member_integer(each, "year", 0));
		html_close(&s->h);
		html_open(&s->h, "td");
		html_text(&s->h, award_title(&s->v, json_member_text(each, "award")));
		html_close(&s->h);
		put_number(&s->h, each, "count");
		html_close(&s->h);
	}
	html_close(&s->h);
	html_close(&s->h);
}

int site_national(const json_t *site, struct buffer *out)
{
	json_int_t count = json_member_integer(json_member(site, "statistics"), "partnerships", 0);
	struct sheet s;

	sheet_begin(&s, site, "national.html", "The national picture", NULL);
	html_element(&s.h, "h1", "The national picture");
	if (count >= FEWEST) {
		html_open_class(&s.h, "p", "lead");
		html_format(&s.h,
			    "How %" JSON_INTEGER_FORMAT
			    " partnerships score on each statement, each by its latest benchmark.",
			    count);
		html_close(&s.h);
		put_scores(&s);
	} else {
		html_open(&s.h, "p");
		html_format(
			&s.h,
			"Scores are shown once %d partnerships have been benchmarked: of fewer, "
			"each one's could be told.",
			FEWEST);
		html_close(&s.h);
	}
	put_years(&s);
	return sheet_end(&s, out);
}
