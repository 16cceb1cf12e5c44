/* A benchmark made ready: its statements, what they need, the lines of levels. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"

/* ---- what levels ask -------------------------------------------------------------- */

static const json_t *criteria_of(const struct benchmark *b, const char *level)
{
	return json_object_get(with_id(json_object_get(b->decision, "awards"), level), "criteria");
}

/* What a level asks of a statement that falls short of it; UNKNOWN. */
static int shortfall_of(const struct benchmark *b, const char *level, const char *statement)
{
	const json_t *criteria = criteria_of(b, level);
	int most = UNKNOWN;

	for (size_t i = 0; i < json_array_size(criteria); i++) {
		const json_t *shorts = json_object_get(json_array_get(criteria, i), "shortfalls");

		for (size_t k = 0; k < json_array_size(shorts); k++) {
			const json_t *it = json_array_get(shorts, k);
			const char *of = text_in(it, "statement");
			int needs = number_in(it, "needs", UNKNOWN);

			if (of != NULL && strcmp(of, statement) == 0 && needs > most)
				most = needs;
		}
	}
	return most;
}

int scheme_needs(const json_t *scheme, const char *level)
{
	const json_t *award = with_id(json_object_get(scheme, "awards"), level);
	const json_t *criteria = json_object_get(award, "criteria");
	int most = UNKNOWN;

	for (size_t i = 0; i < json_array_size(criteria); i++) {
		int needs = number_in(json_array_get(criteria, i), "every_score", UNKNOWN);

		if (needs > most)
			most = needs;
	}
	return most;
}

/* The one score that a level asks of every statement, as far as the decision bears
 * it out: those below it fall short of just that, and no other does. UNKNOWN where
 * it differs from statement to statement, or nothing says it. */
static int line_of(const struct benchmark *b, const char *level)
{
	int at = scheme_needs(b->scheme, level);

	for (size_t i = 0; i < b->count; i++) {
		int needs = shortfall_of(b, level, b->rows[i].id);

		if (needs != UNKNOWN) {
			at = needs;
			break;
		}
	}
	for (size_t i = 0; at != UNKNOWN && i < b->count; i++) {
		int needs = shortfall_of(b, level, b->rows[i].id);
		int score = b->rows[i].score;

		if (score != UNKNOWN && (needs != UNKNOWN ? needs != at : score < at))
			return UNKNOWN;
	}
	return at;
}

/* The level that shortfalls are counted from: the one sought, where it was not
 * reached; else the next one up; else the one awarded. */
static void choose_aim(struct benchmark *b)
{
	const char *sought = text_in(b->outcome, "sought");
	const char *next = text_in(json_object_get(b->decision, "next"), "award");
	const char *award = text_in(b->outcome, "award");

	if (sought != NULL && json_is_false(json_object_get(b->outcome, "sought_met")))
		b->aim = sought;
	else
		b->aim = next != NULL ? next : award;
}

void levels_add(struct levels *l, const char *title, int at, bool aimed)
{
	size_t i = l->count;

	if (at == UNKNOWN || at < l->from || at > l->to || i == LINES_MAX)
		return;
	for (size_t k = 0; k < i; k++)
		if (strcmp(l->lines[k].title, title) == 0)
			return;
	for (; i > 0 && l->lines[i - 1].at > at; i--)
		l->lines[i] = l->lines[i - 1];
	l->lines[i] = (struct level_line){title, at};
	l->count++;
	if (aimed)
		l->aimed = (int)i;
	else if (l->aimed != UNKNOWN && (int)i <= l->aimed)
		l->aimed++;
}

static void add_line(struct benchmark *b, const char *level)
{
	if (level != NULL)
		levels_add(&b->levels, award_title(b->scheme, level), line_of(b, level),
			   strcmp(level, b->aim) == 0);
}

static void find_lines(struct benchmark *b)
{
	choose_aim(b);
	if (b->aim == NULL)
		return;
	add_line(b, b->aim);
	add_line(b, text_in(b->outcome, "award"));
	add_line(b, text_in(json_object_get(b->decision, "next"), "award"));
	for (size_t i = 0; i < b->count; i++) {
		struct statement *row = &b->rows[i];

		row->needs = shortfall_of(b, b->aim, row->id);
		row->short_of_it = row->needs != UNKNOWN && row->score != UNKNOWN &&
				   row->score < row->needs;
	}
}

/* ---- statements --------------------------------------------------------------------- */

/* A score as the picture knows it: on the scale, and UNKNOWN where it says that the
 * statement is not applicable. */
static int score_in(const struct benchmark *b, const json_t *scores, const char *id)
{
	int score = number_in(scores, id, UNKNOWN);

	if (score == UNKNOWN || score == b->not_applicable)
		return UNKNOWN;
	return score < b->levels.from ? b->levels.from
	       : score > b->levels.to ? b->levels.to
				      : score;
}

static int fill_rows(struct benchmark *b, const json_t *before)
{
	const json_t *profile = json_object_get(b->decision, "profile");
	json_t *scores = json_object_get(profile, "scores");
	const json_t *old = json_object_get(json_object_get(before, "profile"), "scores");
	const json_t *statements = json_object_get(b->scheme, "statements");
	const char **ids = statement_ids(b->scheme, scores, &b->count);

	b->rows = calloc(b->count + 1, sizeof *b->rows);
	for (size_t i = 0; ids != NULL && b->rows != NULL && i < b->count; i++) {
		const char *title = text_in(with_id(statements, ids[i]), "title");
		bool applies = !is_in(json_object_get(profile, "not_applicable"), ids[i]);

		b->rows[i] = (struct statement){
			.id = ids[i],
			.title = title != NULL ? title : "",
			.score = applies ? score_in(b, scores, ids[i]) : UNKNOWN,
			.before = score_in(b, old, ids[i]),
			.strength = is_in(json_object_get(profile, "strengths"), ids[i]),
			.need = is_in(json_object_get(profile, "development_needs"), ids[i]),
		};
	}
	int rv = ids != NULL && b->rows != NULL ? 0 : -ENOMEM;
	free(ids);
	return rv;
}

/* The scheme's scale; without one, what the scores span, from 0 on. */
static void find_scale(struct benchmark *b)
{
	const json_t *scale = json_object_get(b->scheme, "scale");
	json_t *scores = json_object_get(json_object_get(b->decision, "profile"), "scores");
	const char *id;
	json_t *score;

	struct levels *l = &b->levels;

	l->aimed = UNKNOWN;
	l->from = number_in(scale, "from", 0);
	l->to = number_in(scale, "to", l->from);
	b->not_applicable = number_in(scale, "not_applicable", INT_MIN);
	if (scale == NULL) {
		json_object_foreach(scores, id, score)
			if (number_in(scores, id, l->to) > l->to)
				l->to = number_in(scores, id, l->to);
	}
	if (l->to <= l->from) /* nothing to draw on: a scale of one step */
		l->to = l->from + 1;
}

int benchmark_read(struct benchmark *b, json_t *call, const char **problem)
{
	const json_t *entry = json_object_get(call, "entry");
	const json_t *history = json_object_get(call, "history");
	const json_t *before = benchmark_before(entry, history);

	*b = (struct benchmark){.call = call, .decision = entry_decision(entry)};
	*problem = "this entry is no decision: only a benchmark has a profile to draw";
	if (!json_is_object(json_object_get(json_object_get(b->decision, "profile"), "scores")))
		return -EINVAL;
	if (before == NULL && json_array_size(history) == 0)
		before = json_object_get(call, "previous");
	b->scheme = json_object_get(call, "scheme");
	if (!json_is_object(b->scheme))
		b->scheme = NULL;
	b->outcome = entry_outcome(entry);
	b->id = text_in(b->decision, "decision_id");
	b->assessed_on = text_in(b->decision, "assessed_on");
	b->name = text_in(json_object_get(b->decision, "partnership"), "name");
	if (b->name == NULL)
		b->name = text_in(json_object_get(b->decision, "partnership"), "id");
	*problem = "this decision says neither whom it is about nor when it was assessed";
	if (b->name == NULL || b->assessed_on == NULL)
		return -EINVAL;
	find_scale(b);
	before = entry_decision(before);
	b->before_on = text_in(before, "assessed_on");
	if (fill_rows(b, before) != 0)
		return -ENOMEM;
	find_lines(b);
	return 0;
}

void benchmark_deinit(struct benchmark *b)
{
	free(b->rows);
	b->rows = NULL;
}
