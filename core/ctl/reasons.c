/* Why: each award, each criterion; and what the next level still asks for. */
#include <stdio.h>
#include <string.h>

#include "ctl/letter.h"

enum { CRITERION_INDENT = 4, SAYS_INDENT = 19, MISSING_INDENT = 11 };

struct verdict {
	const char *word; /* as in the contract */
	const char *shown;
	enum sign sign;
	enum tone tone;
};

static const struct verdict *verdict_of(const char *word)
{
	static const struct verdict known[] = {
		{"met", "met", SIGN_MET, TONE_GOOD},
		{"unmet", "unmet", SIGN_UNMET, TONE_BAD},
		{"error", "error", SIGN_ERROR, TONE_WARN},
		{"not-in-force", "not in force", SIGN_DASH, TONE_FAINT},
	};
	static const struct verdict other = {"", "unknown", SIGN_ERROR, TONE_WARN};

	for (size_t i = 0; word != NULL && i < sizeof known / sizeof known[0]; i++)
		if (strcmp(known[i].word, word) == 0)
			return &known[i];
	return &other;
}

static void put_verdict(struct paper *p, const char *status)
{
	const struct verdict *verdict = verdict_of(status);

	paper_tone(p, verdict->tone);
	paper_sign(p, verdict->sign);
	paper_format(p, " %s", verdict->shown);
	paper_tone(p, TONE_PLAIN);
}

/* "/sign_off/send_leadership" is "sign off, send leadership" to people. */
static void put_place(struct paper *p, int indent, const char *pointer)
{
	struct buffer words;

	buffer_init(&words);
	for (const char *c = pointer + (*pointer == '/'); *c != '\0'; c++)
		(void)buffer_append(&words,
				    *c == '/'   ? ", "
				    : *c == '_' ? " "
						: c,
				    *c == '/' ? 2 : 1); /* the buffer remembers */
	if (buffer_append_text(&words, "") == 0)
		paper_wrap_format(p, indent, "see %s (%s in the submission)", words.bytes, pointer);
	else
		p->out.failed = true;
	buffer_deinit(&words);
}

static void put_shortfall(struct paper *p, const struct vocabulary *v, int indent,
			  const json_t *shortfall)
{
	const char *statement = json_member_text(shortfall, "statement");
	const char *pointer = json_member_text(shortfall, "pointer");
	json_int_t score = json_member_integer(shortfall, "score", 0);
	json_int_t needs = json_member_integer(shortfall, "needs", 0);

	if (statement == NULL && pointer == NULL)
		return;
	paper_pad(p, indent);
	paper_sign(p, SIGN_BULLET);
	indent += 2;
	if (statement == NULL) {
		paper_pad(p, indent);
		put_place(p, indent, pointer);
		return;
	}
	const char *title = statement_title(v, statement);

	paper_wrap_format(p, indent,
			  "%s%s%s: scored %" JSON_INTEGER_FORMAT ", needs %" JSON_INTEGER_FORMAT
			  " (%" JSON_INTEGER_FORMAT " more)",
			  statement, title != NULL ? " " : "", title != NULL ? title : "", score,
			  needs, needs > score ? needs - score : 0);
}

static void put_shortfalls(struct paper *p, const struct vocabulary *v, int indent,
			   const json_t *shortfalls)
{
	size_t i;
	json_t *each;

	json_array_foreach(shortfalls, i, each)
		put_shortfall(p, v, indent, each);
}

static void put_criterion(struct paper *p, const struct vocabulary *v, const json_t *criterion,
			  bool with_shortfalls)
{
	const char *id = json_member_text(criterion, "id");
	const char *says = json_member_text(criterion, "says");
	const char *reason = json_member_text(criterion, "reason");

	paper_pad(p, CRITERION_INDENT);
	put_verdict(p, json_member_text(criterion, "status"));
	paper_pad(p, CRITERION_INDENT + 8);
	paper_text(p, id != NULL ? id : "");
	paper_text(p, " ");
	paper_pad(p, SAYS_INDENT);
	paper_wrap(p, SAYS_INDENT, says != NULL ? says : "");
	if (reason != NULL && *reason != '\0') {
		paper_tone(p, TONE_FAINT);
		paper_pad(p, SAYS_INDENT);
		paper_wrap(p, SAYS_INDENT, reason);
		paper_tone(p, TONE_PLAIN);
	}
	if (with_shortfalls)
		put_shortfalls(p, v, SAYS_INDENT, json_member(criterion, "shortfalls"));
}

/* What the next level lacks stands under a heading of its own. */
static bool is_next(const struct vocabulary *v, const json_t *award)
{
	const char *next = json_member_text(json_member(v->decision, "next"), "award");
	const char *id = json_member_text(award, "id");

	return next != NULL && id != NULL && strcmp(next, id) == 0;
}

void reasons_write(struct paper *p, const struct vocabulary *v)
{
	const json_t *awards = json_member(v->decision, "awards");
	size_t i, k;
	json_t *award, *criterion;

	if (json_array_size(awards) > 0)
		paper_heading(p, "Why");
	json_array_foreach(awards, i, award) {
		const json_t *criteria = json_member(award, "criteria");

		if (i > 0)
			paper_newline(p);
		paper_format(p, "  %s: ", award_title(v, json_member_text(award, "id")));
		put_verdict(p, json_member_text(award, "status"));
		paper_newline(p);
		json_array_foreach(criteria, k, criterion)
			put_criterion(p, v, criterion, !is_next(v, award));
	}
}

/* The criterion `id` of the award, NULL where the decision has none. */
static const json_t *criterion_of(const json_t *decision, const char *award_id, const char *id)
{
	const json_t *awards = json_member(decision, "awards");
	size_t i, k;
	json_t *award, *criterion;

	json_array_foreach(awards, i, award) {
		const json_t *criteria = json_member(award, "criteria");
		const char *this_id = json_member_text(award, "id");

		if (this_id == NULL || strcmp(this_id, award_id) != 0)
			continue;
		json_array_foreach(criteria, k, criterion) {
			const char *name = json_member_text(criterion, "id");

			if (name != NULL && strcmp(name, id) == 0)
				return criterion;
		}
	}
	return NULL;
}

/* Why, where no shortfall tells it. */
static void put_reason(struct paper *p, const json_t *criterion)
{
	const char *status = json_member_text(criterion, "status");
	const char *reason = json_member_text(criterion, "reason");
	bool failed = status != NULL && strcmp(status, "error") == 0;

	if (!failed && (reason == NULL || *reason == '\0'))
		return;
	paper_tone(p, TONE_FAINT);
	paper_pad(p, MISSING_INDENT);
	paper_wrap_format(p, MISSING_INDENT, "%s%s%s", failed ? "could not be evaluated" : "",
			  failed && reason != NULL ? ": " : "", reason != NULL ? reason : "");
	paper_tone(p, TONE_PLAIN);
}

/* Adds how far the statement is from what is needed most of it, by any criterion; false where
 * something else than a score is missing. */
static bool add_gap(json_t *gaps, const json_t *shortfall, struct paper *p)
{
	const char *statement = json_member_text(shortfall, "statement");
	json_int_t needs = json_member_integer(shortfall, "needs", -1);
	json_int_t score = json_member_integer(shortfall, "score", 0);

	if (statement == NULL || score < 0 || needs <= score || needs > 1000)
		return false;
	if (needs - score > json_member_integer(gaps, statement, 0) &&
	    json_put(gaps, statement, json_integer(needs - score)) != 0)
		p->out.failed = true;
	return true;
}

/* How many statements are below the next level's marks, and by how much. */
static void put_distance(struct paper *p, const json_t *missing)
{
	json_t *gaps = json_object(), *criterion, *shortfall, *gap;
	json_int_t points = 0;
	bool all = true;
	const char *statement;
	size_t i, k;

	json_array_foreach(missing, i, criterion) {
		const json_t *shortfalls = json_member(criterion, "shortfalls");

		all = all && json_array_size(shortfalls) > 0;
		json_array_foreach(shortfalls, k, shortfall)
			all = add_gap(gaps, shortfall, p) && all;
	}
	json_object_foreach(gaps, statement, gap)
		points += json_integer_value(gap);
	size_t count = json_object_size(gaps);
	if (count > 0)
		paper_wrap_format(p, CRITERION_INDENT,
				  "%s: %zu %s to raise, by %" JSON_INTEGER_FORMAT " %s together.",
				  all ? "In all" : "Of scores", count,
				  count == 1 ? "statement" : "statements", points,
				  points == 1 ? "point" : "points");
	json_decref(gaps);
}

void missing_write(struct paper *p, const struct vocabulary *v)
{
	const json_t *next = json_member(v->decision, "next");
	const json_t *missing = json_member(next, "missing");
	const char *award = json_member_text(next, "award");
	char heading[256];
	size_t i;
	json_t *each;

	if (award == NULL)
		return;
	(void)snprintf(heading, sizeof heading, "What is missing for %s", award_title(v, award));
	paper_heading(p, heading);
	json_array_foreach(missing, i, each) {
		const char *id = json_member_text(each, "criterion");
		const json_t *shortfalls = json_member(each, "shortfalls");
		const json_t *criterion = id != NULL ? criterion_of(v->decision, award, id) : NULL;
		const char *says = json_member_text(criterion, "says");

		paper_pad(p, CRITERION_INDENT);
		paper_text(p, id != NULL ? id : "");
		paper_text(p, " ");
		paper_pad(p, MISSING_INDENT);
		paper_wrap(p, MISSING_INDENT, says != NULL ? says : "");
		if (json_array_size(shortfalls) == 0)
			put_reason(p, criterion);
		put_shortfalls(p, v, MISSING_INDENT, shortfalls);
	}
	put_distance(p, missing);
}
