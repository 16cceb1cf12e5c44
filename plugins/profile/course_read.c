/* Entries of a partnership put in order, and what they come to. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "course.h"

static int compare_events(const void *a, const void *b)
{
	const struct event *left = a, *right = b;

	if (left->at != right->at)
		return left->at < right->at ? -1 : 1;
	return left->sequence < right->sequence ? -1 : left->sequence > right->sequence;
}

static void add_event(struct course *c, const json_t *entry)
{
	const json_t *outcome = entry_outcome(entry);
	const json_t *imported = json_object_get(json_object_get(entry, "body"), "award");
	struct event e = {.entry = entry, .outcome = outcome, .day = entry_day(entry)};
	const char *precision = text_in(imported, "precision");

	e.at = day_number(e.day);
	if (outcome == NULL || e.at == UNKNOWN)
		return;
	e.award = text_in(outcome, "award");
	e.expires = text_in(outcome, "expires_on");
	e.until = e.award != NULL ? day_number(e.expires) : UNKNOWN;
	e.superseded = UNKNOWN;
	e.sequence = number_in(entry, "sequence", 0);
	e.revoked = entry_revocation(entry, c->history) != NULL;
	e.month_only = precision != NULL && strcmp(precision, "month") == 0;
	c->events[c->count++] = e;
}

static void find_superseded(struct course *c)
{
	for (size_t i = 0; i < c->count; i++)
		for (size_t k = i + 1; k < c->count && c->events[i].superseded == UNKNOWN; k++)
			if (c->events[k].award != NULL && !c->events[k].revoked)
				c->events[i].superseded = c->events[k].at;
}

static void find_span(struct course *c)
{
	c->first = day_year(c->events[0].day);
	c->last = c->first;
	for (size_t i = 0; i < c->count; i++) {
		if (day_year(c->events[i].day) > c->last)
			c->last = day_year(c->events[i].day);
		if (day_year(c->events[i].expires) > c->last)
			c->last = day_year(c->events[i].expires);
	}
	if (day_year(c->today) > c->last)
		c->last = day_year(c->today);
}

static void add_lane(struct course *c, const char *award)
{
	for (size_t i = 0; i < c->lane_count; i++)
		if (award == NULL || strcmp(c->lanes[i], award) == 0)
			return;
	if (award != NULL && c->lane_count < LANES_MAX)
		c->lanes[c->lane_count++] = award;
}

/* What the scheme has now, and what was given under another one. */
static void find_lanes(struct course *c)
{
	const json_t *levels = json_object_get(c->scheme, "levels");
	const json_t *added = json_object_get(c->scheme, "commendations");

	for (size_t i = 0; i < json_array_size(added); i++)
		add_lane(c, json_string_value(json_array_get(added, i)));
	for (size_t i = json_array_size(levels); i > 0; i--)
		add_lane(c, json_string_value(json_array_get(levels, i - 1)));
	for (size_t i = 0; i < c->count; i++)
		add_lane(c, c->events[i].award);
}

/* The last name that an entry gave; else the id. */
static void find_name(struct course *c)
{
	const char *id = NULL;

	for (size_t i = 0; i < json_array_size(c->history); i++) {
		const json_t *entry = json_array_get(c->history, i);
		const json_t *decided = json_object_get(entry_decision(entry), "partnership");
		const json_t *imported = json_object_get(json_object_get(entry, "body"), "award");
		const char *name = text_in(decided, "name");

		if (name == NULL)
			name = text_in(imported, "name");
		if (name != NULL)
			c->name = name;
		if (text_in(decided, "id") != NULL)
			id = text_in(decided, "id");
		else if (text_in(imported, "partnership") != NULL)
			id = text_in(imported, "partnership");
	}
	if (c->name == NULL)
		c->name = id != NULL ? id : "";
}

int course_read(struct course *c, json_t *call, const char **problem)
{
	*c = (struct course){.call = call};
	c->scheme = json_object_get(call, "scheme");
	c->history = json_object_get(call, "history");
	c->today = text_in(call, "today");
	c->events = calloc(json_array_size(c->history) + 1, sizeof *c->events);
	if (c->events == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < json_array_size(c->history); i++)
		add_event(c, json_array_get(c->history, i));
	*problem = "nothing was ever decided or imported for this partnership";
	if (c->count == 0)
		return -EINVAL;
	qsort(c->events, c->count, sizeof *c->events, compare_events);
	find_superseded(c);
	find_span(c);
	find_lanes(c);
	find_name(c);
	return 0;
}

void course_deinit(struct course *c)
{
	free(c->events);
	c->events = NULL;
}

const struct event *course_award(const struct course *c)
{
	for (size_t i = c->count; i > 0; i--)
		if (c->events[i - 1].award != NULL && !c->events[i - 1].revoked)
			return &c->events[i - 1];
	return NULL;
}

bool event_gave(const struct event *e, const char *award)
{
	return (e->award != NULL && strcmp(e->award, award) == 0) ||
	       is_in(json_object_get(e->outcome, "commendations"), award);
}

const char *event_day(const struct event *e, char out[DATE_WORDS])
{
	return e->month_only ? month_words(e->day, out) : day_words(e->day, out);
}

static const char *change_words(const struct event *e)
{
	const char *change = text_in(e->outcome, "change");

	if (entry_decision(e->entry) == NULL)
		return ", imported";
	if (change != NULL && strcmp(change, "maintained") == 0)
		return ", standards maintained";
	if (change != NULL && strcmp(change, "higher") == 0)
		return ", new standards attained";
	return "";
}

char *event_words(const struct course *c, const struct event *e)
{
	const char *sought = text_in(e->outcome, "sought");
	bool unmet = sought != NULL && json_is_false(json_object_get(e->outcome, "sought_met"));
	char *award = award_text(e->outcome, c->scheme);
	char *words = award == NULL ? NULL
				    : text_printf("%s%s%s%s%s%s", e->revoked ? "Revoked: " : "",
						  award, e->award != NULL ? change_words(e) : "",
						  unmet ? "; " : "",
						  unmet ? award_title(c->scheme, sought) : "",
						  unmet ? " was sought and not reached" : "");

	free(award);
	return words;
}
