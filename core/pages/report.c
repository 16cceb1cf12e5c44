/* The report of a decision: what was decided, in plain words, and the parts that follow. */
#include <string.h>

#include "pages/report.h"

static const char *name_of(const struct told *t)
{
	const json_t *partnership = json_member(t->decision, "partnership");
	const char *name = json_member_text(partnership, "name");

	return name != NULL ? name : json_member_text(partnership, "id");
}

static void put_award(struct html *h, const struct told *t)
{
	struct buffer words;

	buffer_init(&words);
	award_words(&t->v, json_member_text(t->outcome, "award"),
		    json_member(t->outcome, "commendations"), &words);
	html_element(h, "strong", words.bytes);
	h->out.failed = h->out.failed || words.failed;
	buffer_deinit(&words);
}

static void put_sentence(struct html *h, const struct told *t)
{
	const char *sought = json_member_text(t->outcome, "sought");

	html_open_class(h, "p", "lead");
	html_name(h, name_of(t));
	html_text(h, " was assessed on ");
	say_day(h, json_member_text(t->decision, "assessed_on"), false);
	if (json_member_text(t->outcome, "award") != NULL) {
		html_text(h, " and is awarded ");
		put_award(h, t);
		html_text(h, ".");
		html_text(h, wording_change(json_member_text(t->outcome, "change")));
	} else {
		html_text(h, ". No award is given: no level in force has all its criteria met.");
	}
	if (sought != NULL) {
		html_text(h, " ");
		html_text(h, award_title(&t->v, sought));
		html_text(h, json_member_true(t->outcome, "sought_met")
				     ? " was sought and is met."
				     : " was sought and is not yet met.");
	}
	html_close(h);
}

static void put_current(struct html *h, const struct told *t)
{
	const char *expires = json_member_text(t->outcome, "expires_on");
	char due[DATE_TEXT];
	struct date day;

	if (expires == NULL)
		return;
	html_element(h, "dt", "Current");
	html_open(h, "dd");
	html_text(h, "from ");
	say_day(h, json_member_text(t->outcome, "awarded_on"), false);
	html_text(h, "; it expires on ");
	say_day(h, expires, false);
	html_close(h);
	if (due_months(&t->v) == 0 || !date_parse(text_of(expires), &day))
		return;
	date_format(date_add_months(day, -due_months(&t->v)), due);
	html_element(h, "dt", "Redesignation");
	html_open(h, "dd");
	html_text(h, "best registered from ");
	say_day(h, due, false);
	html_text(h, ", and before it expires");
	html_close(h);
}

static void put_fee(struct html *h, const struct told *t)
{
	const json_t *fee = json_member(t->outcome, "fee");
	const char *currency = json_member_text(fee, "currency");

	if (fee == NULL)
		return;
	html_element(h, "dt", "Fee");
	html_open(h, "dd");
	say_sum(h, currency, json_member_integer(fee, "net", 0));
	html_text(h, " net, ");
	say_sum(h, currency, json_member_integer(fee, "vat", 0));
	html_text(h, " VAT, ");
	say_sum(h, currency, json_member_integer(fee, "gross", 0));
	html_text(h, " in all");
	html_close(h);
}

static void put_facts(struct html *h, const struct told *t)
{
	char route[DAY_TEXT];

	html_open_class(h, "dl", "facts");
	put_current(h, t);
	wording_plain(json_member_text(t->outcome, "route"), route);
	say_fact(h, "Route", route);
	put_fee(h, t);
	say_fact(h, "Decision", json_member_text(t->decision, "decision_id"));
	html_close(h);
}

static bool any_error(const json_t *decision)
{
	size_t i, k;
	json_t *award, *criterion;

	json_array_foreach(json_member(decision, "awards"), i, award) {
		json_array_foreach(json_member(award, "criteria"), k, criterion) {
			const char *status = json_member_text(criterion, "status");
			if (status != NULL && strcmp(status, "error") == 0)
				return true;
		}
	}
	return false;
}

static void put_box(struct html *h, const char *class, const char *text)
{
	html_open_class(h, "div", class);
	html_element(h, "p", text);
	html_close(h);
}

static void put_notes(struct html *h, const struct told *t)
{
	if (json_member(t->r->entry, "revoked") != NULL)
		put_box(h, "box bad",
			"This decision has been revoked. It counts neither as an award nor as a "
			"benchmark.");
	if (json_member_true(t->outcome, "window_held_open"))
		put_box(h, "box",
			"The redesignation window is held open, at no further charge, so that "
			"practice can embed and evidence can still come.");
	if (json_member_true(t->outcome, "refer_to_assessor"))
		put_box(h, "box",
			any_error(t->decision) ? "An assessor should look at this decision: a "
						 "criterion could not be evaluated."
					       : "An assessor should look at this decision.");
}

static void put_profile(struct html *h, const struct told *t)
{
	const json_t *scores = json_member(json_member(t->decision, "profile"), "scores");
	const json_t *before = json_member(
		json_member(json_member(t->r->before, "decision"), "profile"), "scores");
	const struct picture p = {t->v, scores, before};

	html_element(h, "h2", "The benchmark profile");
	if (t->r->scheme != NULL && !t->r->of_its_day)
		html_element_class(
			h, "p", "note",
			"The rules were changed since this was decided. Statements and the scale "
			"are called as they are today; awards and criteria as they were then.");
	picture_profile(h, &p);
}

static void put_all(struct html *h, const struct told *t)
{
	const char *citation = json_member_text(t->outcome, "citation");

	html_element_class(h, "p", "over", "Report of a decision");
	html_open(h, "h1");
	if (citation != NULL) {
		html_name(h, citation);
	} else {
		html_name(h, name_of(t));
		html_text(h, ": no award");
	}
	html_close(h);
	put_notes(h, t);
	put_sentence(h, t);
	put_facts(h, t);
	report_missing(h, t);
	put_profile(h, t);
	report_progress(h, t);
	report_teachers(h, t);
	report_reasons(h, t);
	report_proof(h, t);
	report_rules(h, t);
}

int pages_report(const struct report *r, struct buffer *out)
{
	const json_t *decision = json_member(r->entry, "decision");
	const struct told t = {
		r, {r->scheme, decision}, decision, json_member(decision, "outcome")};
	const char *citation = json_member_text(t.outcome, "citation");
	const char *name = name_of(&t);
	const struct page page = {
		.title = citation != NULL ? citation
			 : name != NULL   ? name
					  : "Report",
		.site = json_member_text(r->scheme, "title"),
	};
	struct html h;

	html_init(&h);
	page_begin(&h, &page);
	put_all(&h, &t);
	page_end(&h, &page);
	int rv = html_end(&h, out);
	html_deinit(&h);
	return rv;
}
