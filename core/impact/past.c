/* Reading what was logged of a partnership. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "impact/inner.h"

void verdict_deinit(struct verdict *v)
{
	json_decref(v->outcome);
	json_decref(v->criteria);
	json_decref(v->errors);
	*v = (struct verdict){0};
}

/* Gives {criterion: status}. */
static json_t *criteria_of(const json_t *award)
{
	json_t *criteria = json_object();
	const json_t *criterion;
	size_t i;

	json_array_foreach(json_member(award, "criteria"), i, criterion) {
		const char *id = json_member_text(criterion, "id");
		const char *status = json_member_text(criterion, "status");
		if (id == NULL || status == NULL)
			continue;
		if (criteria == NULL || json_put(criteria, id, json_string(status)) != 0) {
			json_decref(criteria);
			return NULL;
		}
	}
	return criteria;
}

int verdict_read(struct verdict *v, const json_t *decision)
{
	const json_t *award;
	size_t i;

	v->kind = VERDICT_DECIDED;
	v->outcome = json_incref(json_member(decision, "outcome"));
	v->criteria = json_object();
	if (v->criteria == NULL)
		return -ENOMEM;
	json_array_foreach(json_member(decision, "awards"), i, award) {
		const char *id = json_member_text(award, "id");
		if (id != NULL && json_put(v->criteria, id, criteria_of(award)) != 0)
			return -ENOMEM;
	}
	return v->outcome != NULL ? 0 : AW_ECORRUPT;
}

int verdict_read_import(struct verdict *v, json_t *outcome)
{
	v->kind = VERDICT_DECIDED;
	v->outcome = json_incref(outcome);
	v->criteria = json_object();
	if (v->criteria == NULL)
		return -ENOMEM;
	return v->outcome != NULL ? 0 : AW_ECORRUPT;
}

const char *event_day(const struct event *event)
{
	const char *day = json_member_text(event->given, "assessed_on");

	return day != NULL ? day : json_member_text(event->given, "awarded_on");
}

static struct event *add_event(struct past *p)
{
	if (p->count == p->capacity) {
		size_t capacity = p->capacity > 0 ? 2 * p->capacity : 4;
		struct event *events = realloc(p->events, capacity * sizeof *events);
		if (events == NULL)
			return NULL;
		p->events = events;
		p->capacity = capacity;
	}
	p->events[p->count] = (struct event){0};
	return &p->events[p->count++];
}

static int read_rules(struct event *event, const json_t *holder)
{
	const char *digest = json_member_text(json_member(holder, "rules"), "digest");

	if (digest == NULL)
		return 0;
	event->rules = strdup(digest);
	return event->rules != NULL ? 0 : -ENOMEM;
}

static int read_decision(struct event *event, const json_t *body)
{
	const json_t *decision = json_member(body, "decision");
	int rv = verdict_read(&event->logged, decision);

	event->kind = EVENT_DECISION;
	event->given = json_incref(json_member(body, "submission"));
	event->name = json_incref(json_member(json_member(decision, "partnership"), "name"));
	if (rv == 0 && event->given == NULL)
		rv = AW_ECORRUPT;
	return rv == 0 ? read_rules(event, decision) : rv;
}

static int read_import(struct event *event, const json_t *body)
{
	int rv = verdict_read_import(&event->logged, json_member(body, "outcome"));

	event->kind = EVENT_IMPORT;
	event->given = json_incref(json_member(body, "award"));
	event->name = json_incref(json_member(event->given, "name"));
	if (rv == 0 && event->given == NULL)
		rv = AW_ECORRUPT;
	return rv == 0 ? read_rules(event, body) : rv;
}

static int on_entry(void *ctx, json_t *entry)
{
	struct past *p = ctx;
	struct event *event = add_event(p);
	const char *kind = json_member_text(entry, "kind");
	const json_t *body = json_member(entry, "body");

	if (event == NULL)
		return -ENOMEM;
	event->sequence = json_member_integer(entry, "sequence", 0);
	(void)snprintf(event->id, sizeof event->id, "%s", json_member_text(entry, "id")); /* fits */
	if (strcmp(kind, "decision") == 0)
		return read_decision(event, body);
	if (strcmp(kind, "import") == 0)
		return read_import(event, body);
	event->kind = EVENT_REVOCATION;
	event->revokes = json_member_integer(json_member(body, "revokes"), "sequence", 0);
	for (size_t i = p->count; i-- > 0;)
		if (p->events[i].sequence == event->revokes)
			p->events[i].revoked = true;
	return 0;
}

int past_read(struct past *p, struct journal_reader *log, const char *partnership, int64_t through,
	      struct err *e)
{
	p->partnership = strdup(partnership);
	if (p->partnership == NULL)
		return err_set(e, -ENOMEM, "no memory for a partnership");
	return reader_past(log, partnership, through, on_entry, p, e);
}

void past_deinit(struct past *p)
{
	for (size_t i = 0; i < p->count; i++) {
		json_decref(p->events[i].given);
		json_decref(p->events[i].name);
		free(p->events[i].rules);
		verdict_deinit(&p->events[i].logged);
	}
	free(p->events);
	free(p->partnership);
	*p = (struct past){0};
}
