/* What changed since the last benchmark, and whom to learn from. */
#include <stdlib.h>
#include <string.h>

#include "pages/report.h"

/* ---- progress ------------------------------------------------------------------------ */

static bool applies(const struct told *t, const json_t *score)
{
	const json_t *none = json_member(json_member(t->v.scheme, "scale"), "not_applicable");

	return json_is_integer(score) &&
	       !(json_is_integer(none) && json_integer_value(none) == json_integer_value(score));
}

static void put_score(struct html *h, const struct told *t, const json_t *score)
{
	html_open_class(h, "td", "number");
	if (applies(t, score))
		html_format(h, "%" JSON_INTEGER_FORMAT, json_integer_value(score));
	else
		html_text(h, "–");
	html_close(h);
}

static void put_change(struct html *h, const struct told *t, const json_t *before,
		       const json_t *now)
{
	html_open_class(h, "td", "number");
	if (applies(t, before) && applies(t, now)) {
		json_int_t change = json_integer_value(now) - json_integer_value(before);
		if (change == 0)
			html_text(h, "the same");
		else
			html_format(h, "%s%" JSON_INTEGER_FORMAT, change > 0 ? "+" : "−",
				    change > 0 ? change : -change);
	}
	html_close(h);
}

static void put_heading(struct html *h, const char *class, const char *text)
{
	html_open_class(h, "th", class);
	html_attribute(h, "scope", "col");
	html_text(h, text);
	html_close(h);
}

static void put_changes(struct html *h, const struct told *t, const json_t *before)
{
	const json_t *now = json_member(json_member(t->decision, "profile"), "scores");
	size_t count = 0;
	const char **ids = statement_order(&t->v, now, &count);

	h->out.failed = h->out.failed || ids == NULL;
	html_open(h, "table");
	html_open(h, "thead");
	html_open(h, "tr");
	put_heading(h, NULL, "Statement");
	put_heading(h, "number", "Before");
	put_heading(h, "number", "Now");
	put_heading(h, "number", "Change");
	html_close(h);
	html_close(h);
	html_open(h, "tbody");
	for (size_t i = 0; ids != NULL && i < count; i++) {
		const json_t *was = json_object_get(before, ids[i]);
		const json_t *is = json_object_get(now, ids[i]);

		html_open(h, "tr");
		html_open(h, "th");
		html_attribute(h, "scope", "row");
		say_statement(h, &t->v, ids[i]);
		html_close(h);
		put_score(h, t, was);
		put_score(h, t, is);
		put_change(h, t, was, is);
		html_close(h);
	}
	html_close(h);
	html_close(h);
	free(ids);
}

static void put_improved(struct html *h, const struct told *t)
{
	const json_t *improved = json_member(t->outcome, "improved_statements");
	size_t i;
	json_t *each;

	if (json_array_size(improved) == 0)
		return;
	html_element(h, "p", "Higher than in the benchmark before, as the decision found:");
	html_open(h, "ul");
	json_array_foreach(improved, i, each) {
		html_open(h, "li");
		say_statement(h, &t->v, json_string_value(each));
		html_close(h);
	}
	html_close(h);
}

void report_progress(struct html *h, const struct told *t)
{
	const json_t *earlier = json_member(t->r->before, "decision");

	html_element(h, "h2", "Progress since the last benchmark");
	if (earlier == NULL) {
		if (t->r->may_look_back &&
		    json_array_size(json_member(t->outcome, "improved_statements")) == 0)
			html_element(h, "p", "No earlier benchmark stands in the log.");
		else if (!t->r->may_look_back)
			html_element(h, "p", "Earlier benchmarks are shown to auditors only.");
		put_improved(h, t);
		return;
	}
	html_open(h, "p");
	html_text(h, "Compared with the benchmark of ");
	say_day(h, json_member_text(earlier, "assessed_on"), false);
	html_text(h, ".");
	html_close(h);
	put_changes(h, t, json_member(json_member(earlier, "profile"), "scores"));
}

/* ---- whom to learn from ---------------------------------------------------------------- */

/* Whether the row is a case study of somebody else's on this statement, scored high enough. */
static bool teaches(const struct told *t, const json_t *row, const char *statement)
{
	const char *who = json_member_text(row, "partnership");
	const char *on = json_member_text(row, "statement");
	const char *self = json_member_text(json_member(t->decision, "partnership"), "id");
	const json_t *from = json_member(json_member(t->v.scheme, "profile"), "learn_from");

	return who != NULL && on != NULL && strcmp(on, statement) == 0 &&
	       (self == NULL || strcmp(who, self) != 0) && json_is_integer(from) &&
	       json_member_integer(row, "score", 0) >= json_integer_value(from);
}

static void put_teacher(struct html *h, const json_t *row)
{
	html_open(h, "li");
	html_name(h, json_member_text(row, "name"));
	html_format(h, ", scored %" JSON_INTEGER_FORMAT " on ",
		    json_member_integer(row, "score", 0));
	say_day(h, json_member_text(row, "date"), false);
	html_text(h, ": “");
	html_name(h, json_member_text(row, "title"));
	html_text(h, "”");
	html_close(h);
}

static void put_need(struct html *h, const struct told *t, const char *statement)
{
	size_t i, found = 0;
	json_t *row;

	html_open(h, "tr");
	html_open(h, "th");
	html_attribute(h, "scope", "row");
	say_statement(h, &t->v, statement);
	html_close(h);
	html_open(h, "td");
	json_array_foreach(t->r->practice, i, row) {
		if (!teaches(t, row, statement))
			continue;
		if (found++ == 0)
			html_open_class(h, "ul", "plain");
		put_teacher(h, row);
	}
	if (found > 0)
		html_close(h);
	else
		html_element_class(h, "span", "dim", "nobody yet");
	html_close(h);
	html_close(h);
}

void report_teachers(struct html *h, const struct told *t)
{
	const json_t *needs = json_member(json_member(t->decision, "profile"), "development_needs");
	size_t i;
	json_t *each;

	html_element(h, "h2", "What to develop, and whom to learn from");
	if (json_array_size(needs) == 0) {
		html_element(h, "p", "The profile shows no development need.");
		return;
	}
	html_open_class(h, "table", "halves");
	html_element(h, "caption",
		     "Partnerships that do well on a statement, and share a case study "
		     "of it.");
	html_open(h, "thead");
	html_open(h, "tr");
	put_heading(h, NULL, "Statement");
	put_heading(h, NULL, "To learn from");
	html_close(h);
	html_close(h);
	html_open(h, "tbody");
	json_array_foreach(needs, i, each) {
		if (json_is_string(each))
			put_need(h, t, json_string_value(each));
	}
	html_close(h);
	html_close(h);
}
