/* Which submissions are tried after a history: days around the end of what was
 * awarded, when it was registered, each level sought, and scores that rise. */
#include <errno.h>
#include <string.h>

#include "probe/inner.h"

enum { LEVELS_MOST = 6 };

static struct facts facts_of(const struct probe *p, size_t base)
{
	return probe_facts(p, p->answers + p->base_samples[base] * p->width);
}

/* The one of those picked that is awarded the same; `count` where none is. */
static size_t find_like(const struct probe *p, size_t base, const size_t *picked, size_t count)
{
	struct facts now = facts_of(p, base);

	for (size_t i = 0; i < count; i++) {
		if (memcmp(now.given, facts_of(p, picked[i]).given, p->known.award_count) == 0)
			return i;
	}
	return count;
}

static size_t level_given(const struct probe *p, size_t base)
{
	struct facts f = facts_of(p, base);
	size_t level = 0;

	for (size_t a = 0; a < p->known.level_count; a++)
		level = f.given[a] ? a + 1 : level;
	return level;
}

/* Bases that are awarded different things, the lowest of each but for the
 * highest one, which stands first; at most a few. */
static size_t pick_bases(const struct probe *p, size_t out[LEVELS_MOST])
{
	size_t values = p->known.value_count, count = 0;

	for (size_t b = p->base_count; b-- > 0 && count < LEVELS_MOST;) {
		/* Bare ones give less than full ones with the same scores. */
		bool is_bare = b >= values && b < 2 * values;
		if (is_bare || p->samples[p->base_samples[b]].state != SAMPLE_DECIDED)
			continue;
		size_t like = find_like(p, b, out, count);
		if (like == count)
			out[count++] = b;
		else if (like > 0)
			out[like] = b;
	}
	for (size_t i = 1; i < count; i++) {
		if (level_given(p, out[i]) > level_given(p, out[0])) {
			size_t first = out[0];
			out[0] = out[i];
			out[i] = first;
		}
	}
	return count;
}

/* One submission at a time after this history: days around its end, when it was
 * registered, and each level sought. */
static int plan_moment(struct probe *p, size_t base, size_t history, const char *assessed,
		       const char *const other[2])
{
	json_t *value = json_string(assessed);
	json_t *patch = value != NULL ? patch_of("/assessed_on", value) : NULL;
	int rv = patch != NULL ? 0 : -ENOMEM;

	json_decref(value);
	if (rv == 0)
		rv = patch_add(patch, "/registered_on", NULL);
	if (rv == 0)
		rv = patch_add(patch, "/seeking", NULL);
	if (rv == 0 && other[0] != NULL) {
		value = json_string(other[1]);
		rv = value != NULL ? patch_add(patch, other[0], value) : -ENOMEM;
		json_decref(value);
	}
	if (rv != 0) {
		json_decref(patch);
		return rv;
	}
	return probe_add(p, base, history, patch);
}

/* When the last award of a history ends; where it gave none, years after. */
static void end_of(const struct probe *p, const json_t *history, char out[DATE_TEXT])
{
	const json_t *row = json_array_get(history, json_array_size(history) - 1);
	const json_t *outcome = json_member(row, "outcome");
	const char *ends = json_member_text(outcome, "expires_on");
	struct date d;
	int years =
		(int)json_member_integer(json_member(p->manifest, "register"), "years_current", 3);

	if (ends != NULL && date_parse(text_of(ends), &d))
		day_move(ends, 0, 0, out);
	else
		day_move(p->known.day, years * 12, 0, out);
}

static int plan_moments(struct probe *p, size_t base, size_t history)
{
	const json_t *rows = json_array_get(p->histories, history);
	const char *registered = json_member_text(json_array_get(rows, 0), "registered_on");
	int due = (int)json_member_integer(json_member(p->manifest, "register"), "due_months", 6);
	const int steps[][2] = {{-due, -1}, {-due, 0}, {-due, 1}, {0, -1},
				{0, 0},     {0, 1},    {12, 0},   {120, 0}};
	static const char *const none[2] = {NULL, NULL};
	char end[DATE_TEXT], day[DATE_TEXT], later[DATE_TEXT];
	int rv = 0;

	end_of(p, rows, end);
	for (size_t i = 0; i < sizeof steps / sizeof *steps && rv >= 0; i++) {
		day_move(end, steps[i][0], steps[i][1], day);
		rv = plan_moment(p, base, history, day, none);
	}
	day_move(end, 0, 2, later);
	for (int by = -1; by <= 1 && rv >= 0; by++) {
		day_move(end, 0, by, day);
		rv = plan_moment(p, base, history, later,
				 (const char *const[2]){"/registered_on", day});
	}
	if (rv >= 0 && registered != NULL)
		rv = plan_moment(p, base, history, later,
				 (const char *const[2]){"/registered_on", registered});
	day_move(end, 0, -1, day);
	for (size_t i = 0; i < p->known.level_count && rv >= 0; i++)
		rv = plan_moment(p, base, history, day,
				 (const char *const[2]){"/seeking", p->known.awards[i].id});
	return rv < 0 ? rv : 0;
}

/* Every level of scores after this history, each a raise of the one before. */
static int plan_rise(struct probe *p, size_t history)
{
	static const char *const none[2] = {NULL, NULL};
	const struct catalogue *c = &p->known;
	char end[DATE_TEXT], day[DATE_TEXT];
	int before = -1, rv = 0;

	end_of(p, json_array_get(p->histories, history), end);
	day_move(end, 0, -1, day);
	for (size_t v = 0; v < c->value_count && rv == 0; v++) {
		int now = plan_moment(p, v, history, day, none);
		if (now < 0)
			return now;
		if (!catalogue_applies(c, c->values[v]))
			continue;
		rv = before >= 0 ? probe_add_pair(p, before, now, false) : 0;
		before = now;
	}
	return rv;
}

/* Seeking each level, with nothing before it. */
static int plan_seeking(struct probe *p, size_t base)
{
	int rv = 0;

	for (size_t i = 0; i < p->known.level_count && rv >= 0; i++)
		rv = plan_moment(p, base, 0, p->known.day,
				 (const char *const[2]){"/seeking", p->known.awards[i].id});
	return rv < 0 ? rv : 0;
}

int plan_with_history(struct probe *p)
{
	size_t bases[LEVELS_MOST] = {0}, count = pick_bases(p, bases);
	int rv = history_make(p, bases, count);

	for (size_t i = 0; i < count && rv == 0; i++)
		rv = plan_seeking(p, bases[i]);
	for (size_t h = 1; h < json_array_size(p->histories) && rv == 0; h++) {
		rv = plan_rise(p, h);
		/* After a longer past, the highest and the last one picked tell enough. */
		bool is_long = json_array_size(json_array_get(p->histories, h)) > 1;
		for (size_t i = 0; i < count && rv == 0; i++) {
			if (!is_long || i == 0 || i + 1 == count)
				rv = plan_moments(p, bases[i], h);
		}
	}
	return rv;
}
