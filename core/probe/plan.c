/* Which submissions are tried: bases, and from each one thing at a time. How
 * many bases are taken depends on how many things there are, so that a large
 * framework takes no longer than it must. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/inner.h"

enum { SCORES_MOST = 6000, EDITS_MOST = 6000, BASES_LEAST = 3, REPEAT_EVERY = 4, BETTER_MOST = 6 };

/* The i-th of `count` bases, spread over all values, the last one always. */
static size_t spread(size_t i, size_t count, size_t values)
{
	return count < 2 ? values - 1 : i * (values - 1) / (count - 1);
}

static size_t bases_for(size_t each, size_t most, size_t values)
{
	size_t count = most / (each > 0 ? each : 1);

	if (count < BASES_LEAST)
		count = BASES_LEAST;
	return count < values ? count : values;
}

/* ---- bases -------------------------------------------------------------- */

static int make_base(struct probe *p, bool full, json_int_t score)
{
	json_t *base = make_object(p->form, full, 0, p->known.day);
	json_t *scores = json_object_get(base, "scores"), *value;
	const char *name;

	if (base == NULL)
		return -ENOMEM;
	json_object_foreach(scores, name, value) {
		/* One that is there is only given another value. */
		(void)json_integer_set(value, score);
	}
	return json_array_append_new(p->bases, base) == 0 ? 0 : -ENOMEM;
}

/* Adds the sample that is nothing but this base, the last one. */
static int plan_base(struct probe *p, size_t base)
{
	size_t *list = realloc(p->base_samples, (base + 1) * sizeof *list);

	if (list == NULL)
		return -ENOMEM;
	p->base_samples = list;
	p->base_count = base + 1;
	int sample = probe_add(p, base, 0, NULL);
	if (sample >= 0)
		list[base] = (size_t)sample;
	return sample;
}

/* The first samples are the bases, by the same numbers. */
static int plan_bases(struct probe *p)
{
	size_t values = p->known.value_count;
	int rv = 0;

	assert(values > 0); /* a scale has its ends */
	for (size_t i = 0; i < 2 * values && rv == 0; i++) {
		rv = make_base(p, i < values, p->known.values[i % values]);
		int added = rv == 0 ? plan_base(p, i) : rv;
		rv = added < 0 ? added : 0;
		if (rv == 0 && i % values > 0 &&
		    catalogue_applies(&p->known, p->known.values[i % values - 1]) &&
		    catalogue_applies(&p->known, p->known.values[i % values]))
			rv = probe_add_pair(p, added - 1, added, false);
	}
	return rv;
}

/* ---- scores ------------------------------------------------------------- */

/* One statement at every value, in one base; each value that applies is a raise
 * of the one before. */
static int plan_statement(struct probe *p, size_t base, size_t history, const char *pointer)
{
	const struct catalogue *c = &p->known;
	int before = -1;

	for (size_t v = 0; v < c->value_count; v++) {
		json_t *value = json_integer(c->values[v]);
		json_t *patch = value != NULL ? patch_of(pointer, value) : NULL;
		json_decref(value);
		int now = patch != NULL ? probe_add(p, base, history, patch) : -ENOMEM;
		if (now < 0)
			return now;
		if (!catalogue_applies(c, c->values[v]))
			continue;
		int rv = before >= 0 ? probe_add_pair(p, before, now, false) : 0;
		if (rv != 0)
			return rv;
		before = now;
	}
	return 0;
}

static int plan_scores_of(struct probe *p, size_t base)
{
	const json_t *statements = json_member(p->manifest, "statements"), *statement;
	struct buffer pointer;
	size_t i;
	int rv = 0;

	buffer_init(&pointer);
	json_array_foreach(statements, i, statement) {
		buffer_clear(&pointer);
		rv = buffer_append_text(&pointer, "/scores");
		if (rv == 0)
			rv = json_pointer_append(&pointer, json_member_text(statement, "id"));
		if (rv == 0)
			rv = plan_statement(p, base, 0, pointer.bytes);
		if (rv != 0)
			break;
	}
	buffer_deinit(&pointer);
	return rv;
}

static int plan_scores(struct probe *p)
{
	size_t values = p->known.value_count;
	size_t each = values * json_array_size(json_member(p->manifest, "statements"));
	size_t count = bases_for(each, SCORES_MOST, values);
	int rv = 0;

	for (size_t i = 0; i < count && rv == 0; i++)
		rv = plan_scores_of(p, spread(i, count, values));
	if (rv == 0)
		rv = plan_scores_of(p, values + values - 1); /* bare, at the top */
	return rv;
}

/* ---- members ------------------------------------------------------------ */

/* Whether one pointer is the other, or leads there. */
static bool is_along(const char *a, const char *b)
{
	size_t least = strlen(a) < strlen(b) ? strlen(a) : strlen(b);

	return strncmp(a, b, least) == 0;
}

/* Where a better base was edited already, how edits stand to it is not known. */
static bool is_taken(const json_t *patch, const char *pointer)
{
	const json_t *row;
	size_t i;

	json_array_foreach(patch, i, row) {
		if (is_along(json_string_value(json_array_get(row, 0)), pointer))
			return true;
	}
	return false;
}

static int plan_edits_of(struct probe *p, size_t base, const struct edits *edits,
			 const json_t *made_by)
{
	int before = -1, own = (int)p->base_samples[base], rv = 0;

	for (size_t i = 0; i < edits->count && rv == 0; i++) {
		const struct edit *edit = &edits->list[i];
		if (is_taken(made_by, edit->pointer))
			continue;
		json_t *patch = patch_of(edit->pointer, edit->value);
		int now = patch != NULL ? probe_add(p, base, 0, patch) : -ENOMEM;
		if (now < 0)
			return now;
		if (edit->relation == RELATION_BELOW_BASE)
			rv = probe_add_pair(p, now, own, true);
		else if (edit->relation == RELATION_ABOVE_BASE)
			rv = probe_add_pair(p, own, now, true);
		else if (edit->relation == RELATION_ABOVE_PREVIOUS)
			rv = probe_add_pair(p, before, now, true);
		before = now;
	}
	return rv;
}

static int plan_edits(struct probe *p)
{
	size_t values = p->known.value_count;
	size_t count = bases_for(p->full_edits.count + p->bare_edits.count, EDITS_MOST, values);
	int rv = 0;

	for (size_t i = 0; i < count && rv == 0; i++) {
		size_t base = spread(i, count, values);
		rv = plan_edits_of(p, base, &p->full_edits, NULL);
		if (rv == 0)
			rv = plan_edits_of(p, values + base, &p->bare_edits, NULL);
	}
	return rv;
}

/* ---- days and levels ------------------------------------------------------ */

static int plan_day(struct probe *p, size_t base, const char *day)
{
	json_t *value = json_string(day);
	json_t *patch = value != NULL ? patch_of("/assessed_on", value) : NULL;
	int added = patch != NULL ? patch_add(patch, "/registered_on", NULL) : -ENOMEM;

	json_decref(value);
	if (added != 0) {
		json_decref(patch);
		return added;
	}
	added = probe_add(p, base, 0, patch);
	return added < 0 ? added : 0;
}

/* The day before each first and last day of an award, that day, and the next. */
static int plan_days_of(struct probe *p, size_t base)
{
	char day[DATE_TEXT];
	int rv = 0;

	for (size_t i = 0; i < p->known.award_count; i++) {
		const char *ends[] = {p->known.awards[i].from, p->known.awards[i].until};
		for (size_t end = 0; end < 2; end++) {
			for (int by = -1; by <= 1 && ends[end] != NULL && rv == 0; by++) {
				day_move(ends[end], 0, by, day);
				rv = plan_day(p, base, day);
			}
		}
	}
	return rv;
}

static int plan_days(struct probe *p)
{
	size_t values = p->known.value_count;
	size_t count = bases_for(6 * p->known.award_count, SCORES_MOST / 4, values);
	int rv = 0;

	for (size_t i = 0; i < count && rv == 0; i++)
		rv = plan_days_of(p, spread(i, count, values));
	return rv;
}

int plan_without_history(struct probe *p)
{
	int rv = vary_full(p, &p->full_edits);

	if (rv == 0)
		rv = vary_bare(p, &p->bare_edits);
	if (rv == 0)
		rv = plan_bases(p);
	if (rv == 0)
		rv = plan_scores(p);
	if (rv == 0)
		rv = plan_edits(p);
	if (rv == 0)
		rv = plan_days(p);
	return rv;
}

/* ---- better bases ---------------------------------------------------------- */

static size_t count_met(const struct probe *p, size_t sample, const struct known_award *award)
{
	const unsigned char *criteria = p->answers + sample * p->width;
	size_t met = 0;

	for (size_t c = award->first; c < award->end; c++)
		met += criteria[c] == 'm';
	return met;
}

/* The sample that meets most of an award, where it is more than any base does;
 * SIZE_MAX: none. */
static size_t find_better(const struct probe *p, const struct known_award *award)
{
	size_t best = 0, found = SIZE_MAX;

	for (size_t b = 0; b < p->base_count; b++) {
		size_t i = p->base_samples[b];
		size_t met = p->samples[i].state == SAMPLE_DECIDED ? count_met(p, i, award) : 0;
		best = met > best ? met : best;
	}
	for (size_t i = 0; i < p->count; i++) {
		if (p->samples[i].state == SAMPLE_DECIDED && count_met(p, i, award) > best) {
			best = count_met(p, i, award);
			found = i;
		}
	}
	return found;
}

/* What a better base differs in from the one at the beginning of its line. */
static int plan_better_base(struct probe *p, size_t sample)
{
	size_t base = json_array_size(p->bases);
	json_t *document = probe_submission(p, &p->samples[sample]);
	json_t *patch = json_incref(p->samples[sample].patch);
	int rv = document != NULL && json_array_append_new(p->bases, document) == 0 ? 0 : -ENOMEM;

	if (rv == 0)
		rv = plan_base(p, base);
	if (rv >= 0)
		rv = plan_scores_of(p, base);
	if (rv == 0)
		rv = plan_edits_of(p, base, &p->full_edits, patch);
	json_decref(patch);
	return rv;
}

int plan_better(struct probe *p)
{
	size_t found[BETTER_MOST];
	int count = 0;

	for (size_t a = 0; a < p->known.award_count && count < BETTER_MOST; a++) {
		size_t sample = find_better(p, &p->known.awards[a]);
		bool is_known = sample == SIZE_MAX;
		for (int i = 0; i < count; i++)
			is_known = is_known || found[i] == sample;
		if (!is_known)
			found[count++] = sample;
	}
	for (int i = 0; i < count; i++) {
		int rv = plan_better_base(p, found[i]);
		if (rv != 0)
			return rv;
	}
	return count;
}

/* ---- again ------------------------------------------------------------- */

int plan_repeats(struct probe *p)
{
	size_t count = p->count;

	for (size_t i = 0; i < count; i += REPEAT_EVERY) {
		if (p->samples[i].state != SAMPLE_DECIDED)
			continue;
		json_t *patch = p->samples[i].patch;
		int twin =
			probe_add(p, p->samples[i].base, p->samples[i].history, json_incref(patch));
		if (twin < 0)
			return twin;
		p->samples[twin].twin = (int)i;
	}
	return 0;
}
