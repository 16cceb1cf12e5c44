/* A decision in words: what was decided, why, and what comes next. */
#include <stdio.h>
#include <string.h>

#include "ctl/letter.h"

enum { FACT_INDENT = 17 };

static const char *name_of(const struct vocabulary *v)
{
	const json_t *partnership = json_member(v->decision, "partnership");
	const char *name = json_member_text(partnership, "name");

	if (name == NULL)
		name = json_member_text(partnership, "id");
	return name != NULL ? name : "The partnership";
}

/* Words of the award given; borrowed from `b`, "" where there is none. */
static const char *words_of(const struct vocabulary *v, struct buffer *b)
{
	const json_t *outcome = json_member(v->decision, "outcome");

	award_words(v, json_member_text(outcome, "award"), json_member(outcome, "commendations"),
		    b);
	return b->bytes != NULL ? b->bytes : "";
}

static void put_title(struct paper *p, const struct vocabulary *v)
{
	const char *citation = json_member_text(json_member(v->decision, "outcome"), "citation");

	paper_tone(p, TONE_STRONG);
	if (citation != NULL)
		paper_wrap(p, 0, citation);
	else
		paper_wrap_format(p, 0, "%s: no award", name_of(v));
	paper_tone(p, TONE_PLAIN);
	for (int i = 0; i < p->look.width; i++)
		paper_sign(p, SIGN_RULE);
	paper_newline(p);
}

static void put_opening(struct paper *p, const struct vocabulary *v)
{
	const json_t *outcome = json_member(v->decision, "outcome");
	const char *sought = json_member_text(outcome, "sought");
	char day[DAY_TEXT];
	struct buffer award, sentence;

	buffer_init(&award);
	buffer_init(&sentence);
	wording_day(json_member_text(v->decision, "assessed_on"), false, day);
	const char *words = words_of(v, &award);

	if (*words != '\0')
		(void)buffer_printf(&sentence, "%s was assessed on %s and is awarded %s.%s",
				    name_of(v), day, words,
				    wording_change(json_member_text(outcome, "change")));
	else
		(void)buffer_printf(&sentence,
				    "%s was assessed on %s. No award is given: no level in "
				    "force has all its criteria met.",
				    name_of(v), day);
	if (sought != NULL)
		(void)buffer_printf(&sentence, " %s was sought and is %s.", award_title(v, sought),
				    json_member_true(outcome, "sought_met") ? "met"
									    : "not yet met");
	p->out.failed = p->out.failed || sentence.failed || award.failed;
	if (!p->out.failed)
		paper_wrap(p, 0, sentence.bytes);
	buffer_deinit(&sentence);
	buffer_deinit(&award);
}

static void put_fact(struct paper *p, const char *label)
{
	paper_text(p, "  ");
	paper_tone(p, TONE_FAINT);
	paper_text(p, label);
	paper_tone(p, TONE_PLAIN);
	paper_pad(p, FACT_INDENT);
}

static void put_expiry(struct paper *p, const struct vocabulary *v)
{
	const json_t *outcome = json_member(v->decision, "outcome");
	const char *expires = json_member_text(outcome, "expires_on");
	char from[DAY_TEXT], to[DAY_TEXT], due_iso[DATE_TEXT], due[DAY_TEXT];
	struct date day;

	if (expires == NULL)
		return;
	wording_day(json_member_text(outcome, "awarded_on"), false, from);
	wording_day(expires, false, to);
	put_fact(p, "Current");
	paper_wrap_format(p, FACT_INDENT, "from %s; it expires on %s", from, to);
	if (due_months(v) == 0 || !date_parse(text_of(expires), &day))
		return;
	date_format(date_add_months(day, -due_months(v)), due_iso);
	wording_day(due_iso, false, due);
	put_fact(p, "Redesignation");
	paper_wrap_format(p, FACT_INDENT, "best registered from %s, and before %s", due, to);
}

static void put_sum(struct paper *p, const json_t *fee, const char *member)
{
	const char *currency = json_member_text(fee, "currency");
	char sum[DAY_TEXT];

	wording_number(json_member_integer(fee, member, 0), sum);
	if (currency != NULL && strcmp(currency, "GBP") == 0 && p->look.utf8)
		paper_format(p, "£%s", sum);
	else
		paper_format(p, "%s %s", currency != NULL ? currency : "", sum);
}

static void put_fee(struct paper *p, const struct vocabulary *v)
{
	const json_t *outcome = json_member(v->decision, "outcome");
	const json_t *fee = json_member(outcome, "fee");
	char route[DAY_TEXT];

	wording_plain(json_member_text(outcome, "route"), route);
	put_fact(p, "Route");
	paper_wrap(p, FACT_INDENT, route);
	if (fee == NULL)
		return;
	put_fact(p, "Fee");
	put_sum(p, fee, "net");
	paper_text(p, " net + ");
	put_sum(p, fee, "vat");
	paper_text(p, " VAT = ");
	put_sum(p, fee, "gross");
	paper_newline(p);
}

static void put_improved(struct paper *p, const struct vocabulary *v)
{
	const json_t *improved =
		json_member(json_member(v->decision, "outcome"), "improved_statements");
	size_t i;
	json_t *each;

	json_array_foreach(improved, i, each) {
		const char *id = json_string_value(each);
		const char *title = id != NULL ? statement_title(v, id) : NULL;

		if (i == 0)
			put_fact(p, "Improved");
		paper_pad(p, FACT_INDENT);
		paper_text(p, id != NULL ? id : "");
		paper_pad(p, FACT_INDENT + 4);
		paper_wrap(p, FACT_INDENT + 4, title != NULL ? title : "");
	}
}

static bool any_error(const json_t *decision)
{
	size_t i, k;
	json_t *award, *criterion;
	const json_t *awards = json_member(decision, "awards");

	json_array_foreach(awards, i, award) {
		const json_t *criteria = json_member(award, "criteria");

		json_array_foreach(criteria, k, criterion) {
			const char *status = json_member_text(criterion, "status");

			if (status != NULL && strcmp(status, "error") == 0)
				return true;
		}
	}
	return false;
}

static void put_note(struct paper *p, const char *text)
{
	paper_newline(p);
	paper_tone(p, TONE_WARN);
	paper_text(p, "  ");
	paper_sign(p, SIGN_ERROR);
	paper_pad(p, 4);
	paper_wrap(p, 4, text);
	paper_tone(p, TONE_PLAIN);
}

static void put_notes(struct paper *p, const struct vocabulary *v)
{
	const json_t *outcome = json_member(v->decision, "outcome");

	if (json_member_true(outcome, "window_held_open"))
		put_note(p, "The redesignation window is held open, at no further charge, so that "
			    "practice can embed and evidence can still come.");
	if (json_member_true(outcome, "refer_to_assessor"))
		put_note(p, any_error(v->decision)
				    ? "An assessor should look at this: a criterion could not be "
				      "evaluated (see below)."
				    : "An assessor should look at this decision.");
}

static void put_reference(struct paper *p, const char *label, const char *value)
{
	if (value == NULL)
		return;
	put_fact(p, label);
	paper_wrap(p, FACT_INDENT, value);
}

/* What ties the letter to the log. */
static void put_references(struct paper *p, const json_t *decision)
{
	const char *decided_at = json_member_text(decision, "decided_at");
	const json_t *log = json_member(decision, "log");
	json_int_t sequence = json_member_integer(decision, "sequence", 0);

	paper_heading(p, "For reference");
	if (json_member_text(decision, "decision_id") == NULL)
		put_reference(p, "Assessment",
			      "only: nothing was logged, and nothing is awarded by it");
	put_reference(p, "Decision", json_member_text(decision, "decision_id"));
	if (sequence > 0 && decided_at != NULL) {
		put_fact(p, "In the log");
		paper_wrap_format(p, FACT_INDENT, "entry %" JSON_INTEGER_FORMAT ", decided at %s",
				  sequence, decided_at);
	}
	put_reference(p, "Submission", json_member_text(decision, "submission_id"));
	put_reference(p, "Rules", json_member_text(json_member(decision, "rules"), "digest"));
	put_reference(p, "Leaf hash", json_member_text(log, "leaf_hash"));
}

void letter_write(struct paper *p, const struct vocabulary *v)
{
	put_title(p, v);
	paper_newline(p);
	put_opening(p, v);
	paper_newline(p);
	put_expiry(p, v);
	put_fee(p, v);
	put_improved(p, v);
	put_notes(p, v);
	reasons_write(p, v);
	missing_write(p, v);
	paper_heading(p, "The benchmark profile");
	profile_write(p, v);
	put_references(p, v->decision);
}

void letter_write_brief(struct paper *p, const struct vocabulary *v, bool revoked)
{
	const json_t *outcome = json_member(v->decision, "outcome");
	const char *citation = json_member_text(outcome, "citation");
	const char *submission = json_member_text(v->decision, "submission_id");
	json_int_t sequence = json_member_integer(v->decision, "sequence", 0);
	char day[DAY_TEXT];

	wording_day(json_member_text(v->decision, "assessed_on"), false, day);
	paper_sign(p, citation != NULL && !revoked ? SIGN_MET : SIGN_UNMET);
	if (revoked)
		paper_text(p, " REVOKED:");
	if (citation != NULL)
		paper_format(p, " %s", citation);
	else
		paper_format(p, " %s: no award, assessed on %s", name_of(v), day);
	if (sequence > 0)
		paper_format(p, "  [entry %" JSON_INTEGER_FORMAT "]", sequence);
	if (submission != NULL)
		paper_format(p, "  [submission %s]", submission);
	paper_newline(p);
}
