/* Why: every criterion with its reason; and what the next level still asks for. */
#include <string.h>

#include "pages/report.h"

static void put_verdict(struct html *h, const char *status)
{
	static const struct {
		const char *word, *class, *shown;
	} known[] = {
		{"met", "verdict met", "✓ met"},
		{"unmet", "verdict unmet", "✗ not met"},
		{"error", "verdict error", "! error"},
		{"not-in-force", "verdict dim", "– not in force"},
	};

	for (size_t i = 0; status != NULL && i < sizeof known / sizeof known[0]; i++)
		if (strcmp(known[i].word, status) == 0)
			html_element_class(h, "span", known[i].class, known[i].shown);
}

static void put_shortfall(struct html *h, const struct told *t, const json_t *shortfall,
			  const char *statement)
{
	html_open(h, "li");
	say_statement(h, &t->v, statement);
	html_format(h, ": scored %" JSON_INTEGER_FORMAT ", needs %" JSON_INTEGER_FORMAT,
		    json_member_integer(shortfall, "score", 0),
		    json_member_integer(shortfall, "needs", 0));
	html_close(h);
}

/* The scores that are too low. What else is lacking, the criterion's reason says in words. */
static void put_shortfalls(struct html *h, const struct told *t, const json_t *shortfalls,
			   const char *reason)
{
	size_t i, listed = 0;
	json_t *each;

	json_array_foreach(shortfalls, i, each) {
		const char *statement = json_member_text(each, "statement");

		if (statement == NULL)
			continue;
		if (listed++ == 0)
			html_open(h, "ul");
		put_shortfall(h, t, each, statement);
	}
	if (listed > 0)
		html_close(h);
	if (reason != NULL && (listed == 0 || listed < json_array_size(shortfalls))) {
		if (listed == 0)
			html_void(h, "br");
		html_element_class(h, "span", "note", reason);
	}
}

/* The reason says in words what falls short. */
static void put_criterion(struct html *h, const json_t *criterion)
{
	html_open(h, "tr");
	html_element_class(h, "td", "id", json_member_text(criterion, "id"));
	html_open(h, "td");
	html_element(h, "span", json_member_text(criterion, "says"));
	html_void(h, "br");
	html_element_class(h, "span", "note", json_member_text(criterion, "reason"));
	html_close(h);
	html_open(h, "td");
	put_verdict(h, json_member_text(criterion, "status"));
	html_close(h);
	html_close(h);
}

static void put_headings(struct html *h)
{
	static const char *const headings[] = {"Criterion", "What it asks, and what was found",
					       "Result"};

	html_open(h, "thead");
	html_open(h, "tr");
	for (size_t i = 0; i < sizeof headings / sizeof headings[0]; i++) {
		html_open(h, "th");
		html_attribute(h, "scope", "col");
		html_text(h, headings[i]);
		html_close(h);
	}
	html_close(h);
	html_close(h);
}

void report_reasons(struct html *h, const struct told *t)
{
	size_t i, k;
	json_t *award, *criterion;

	html_element(h, "h2", "Why: every criterion, with its reason");
	json_array_foreach(json_member(t->decision, "awards"), i, award) {
		html_open(h, "h3");
		html_text(h, award_title(&t->v, json_member_text(award, "id")));
		html_text(h, ": ");
		put_verdict(h, json_member_text(award, "status"));
		html_close(h);
		html_open(h, "table");
		put_headings(h);
		html_open(h, "tbody");
		json_array_foreach(json_member(award, "criteria"), k, criterion)
			put_criterion(h, criterion);
		html_close(h);
		html_close(h);
	}
}

/* What a criterion of the decision is; NULL where it is not there. */
static const json_t *criterion_of(const struct told *t, const char *id)
{
	size_t i, k;
	json_t *award, *criterion;

	json_array_foreach(json_member(t->decision, "awards"), i, award) {
		json_array_foreach(json_member(award, "criteria"), k, criterion) {
			const char *name = json_member_text(criterion, "id");
			if (name != NULL && strcmp(name, id) == 0)
				return criterion;
		}
	}
	return NULL;
}

void report_missing(struct html *h, const struct told *t)
{
	const json_t *next = json_member(t->decision, "next");
	size_t i;
	json_t *each;

	if (next == NULL)
		return;
	html_open(h, "h2");
	html_text(h, "What is missing for ");
	html_text(h, award_title(&t->v, json_member_text(next, "award")));
	html_close(h);
	html_open(h, "ul");
	json_array_foreach(json_member(next, "missing"), i, each) {
		const char *id = json_member_text(each, "criterion");
		const json_t *criterion = id != NULL ? criterion_of(t, id) : NULL;

		html_open(h, "li");
		html_element_class(h, "span", "id", id);
		html_text(h, " ");
		html_text(h, json_member_text(criterion, "says"));
		html_text(h, ".");
		put_shortfalls(h, t, json_member(each, "shortfalls"),
			       json_member_text(criterion, "reason"));
		html_close(h);
	}
	html_close(h);
}
