/* Findings in words. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/inner.h"

enum { NUMBER_TEXT = 32 };

static const char *const kind_names[] = {
	[KIND_ERROR] = "error",
	[KIND_FAILURE] = "failure",
	[KIND_RAISING] = "raising-loses",
	[KIND_ADDING] = "adding-loses",
	[KIND_LEVEL_BELOW] = "level-below-unmet",
	[KIND_NOT_IN_FORCE] = "not-in-force",
	[KIND_NOT_MET] = "not-met",
	[KIND_TWO_ANSWERS] = "two-answers",
	[KIND_NEVER_MET] = "never-met",
	[KIND_NEVER_UNMET] = "never-unmet",
};

struct place {
	const char *file;
	int line;
};

/* "8,412" */
static void put_number(struct buffer *b, size_t number)
{
	char digits[NUMBER_TEXT];
	int length = snprintf(digits, sizeof digits, "%zu", number);

	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			(void)buffer_append(b, ",", 1); /* asked for at the end */
		(void)buffer_append(b, &digits[i], 1);  /* likewise */
	}
}

/* Gives one side of an example, null without one. */
static json_t *side(const json_t *submission, const json_t *history)
{
	if (submission == NULL)
		return json_null();
	return json_pack("{so so}", "history", json_deep_copy_of(history), "submission",
			 json_deep_copy_of(submission));
}

/* Takes the message. */
static int add(struct probe *p, enum kind kind, struct place place, struct buffer *message,
	       const struct example *e)
{
	static const struct example none = {NULL, NULL, NULL};
	bool warns = kind == KIND_NEVER_MET || kind == KIND_NEVER_UNMET;
	const struct example *shown = e != NULL ? e : &none;
	json_t *difference = shown->higher != NULL
				     ? document_difference(shown->lower, shown->higher)
				     : json_array();
	json_t *finding = NULL;

	if (buffer_status(message) == 0)
		finding = json_pack("{ss ss ss si ss so so so}", "kind", kind_names[kind],
				    "severity", warns ? "warning" : "error", "file", place.file,
				    "line", place.line, "message", message->bytes, "example",
				    side(shown->lower, shown->history), "other",
				    side(shown->higher, shown->history), "difference", difference);
	else
		json_decref(difference);
	buffer_deinit(message);
	return json_array_append_new(warns ? p->warnings : p->findings, finding) == 0 ? 0 : -ENOMEM;
}

/* ---- failures ------------------------------------------------------------- */

static void put_count(const struct probe *p, struct buffer *b, size_t count)
{
	(void)buffer_append_text(b, " (in "); /* asked for at the end, as all of them */
	put_number(b, count);
	(void)buffer_append_text(b, " of ");
	put_number(b, p->sampled);
	(void)buffer_append_text(b, " generated submissions)");
}

int say_trouble(struct probe *p, const struct trouble *t, const struct example *example)
{
	bool inside = t->criterion != SIZE_MAX;
	struct buffer b;

	buffer_init(&b);
	if (inside)
		(void)buffer_printf(&b, "criterion %s fails: %s",
				    p->known.criteria[t->criterion].id, t->message);
	else
		(void)buffer_printf(&b, "nothing is decided: %s", t->message);
	put_count(p, &b, t->count);
	return add(p, inside ? KIND_ERROR : KIND_FAILURE, (struct place){t->file, t->line}, &b,
		   example);
}

int say_import(struct probe *p, const struct trouble *t, const json_t *award)
{
	struct buffer b;

	buffer_init(&b);
	(void)buffer_printf(&b, "an award of %s made before cannot be imported: %s",
			    json_member_text(award, "award"), t->message);
	return add(p, KIND_FAILURE, (struct place){t->file, t->line}, &b, NULL);
}

/* ---- promises ------------------------------------------------------------- */

/* Where a step of the outcome stands. */
static struct place step_place(const struct probe *p, const char *name)
{
	const json_t *steps = json_member(p->manifest, "steps"), *step;
	size_t i;

	json_array_foreach(steps, i, step) {
		const char *is = json_member_text(step, "name");
		const char *file = json_member_text(step, "file");
		if (is != NULL && file != NULL && strcmp(is, name) == 0)
			return (struct place){file, (int)json_member_integer(step, "line", 0)};
	}
	return (struct place){"", 0};
}

static struct place place_of(const struct probe *p, const struct suspicion *s)
{
	const struct known_award *award = &p->known.awards[s->award];

	if (s->kind == KIND_TWO_ANSWERS)
		return (struct place){"", 0};
	if (s->kind == KIND_LEVEL_BELOW)
		return (struct place){award->file, award->line};
	if (s->criterion != SIZE_MAX) {
		const struct known_criterion *criterion = &p->known.criteria[s->criterion];
		return (struct place){criterion->file, criterion->line};
	}
	return step_place(p, award->is_level ? "award" : "commendations");
}

/* "raising statement 4a from 8 to 9" */
static void put_raise(struct buffer *b, const json_t *difference)
{
	const json_t *first = json_array_get(difference, 0);
	const char *pointer = json_member_text(first, "pointer");

	if (json_array_size(difference) == 1 && pointer != NULL)
		(void)buffer_printf(b, "raising statement %s", strrchr(pointer, '/') + 1);
	else
		(void)buffer_printf(b, "raising %zu scores", json_array_size(difference));
	(void)buffer_printf(b, " from %" JSON_INTEGER_FORMAT " to %" JSON_INTEGER_FORMAT,
			    json_member_integer(first, "from", 0),
			    json_member_integer(first, "to", 0));
}

/* "one more entry in evidence", "giving sign_off/send_leadership" */
static void put_addition(struct buffer *b, const json_t *difference)
{
	const char *pointer = json_member_text(json_array_get(difference, 0), "pointer");
	const char *last = pointer != NULL ? strrchr(pointer, '/') : NULL;

	if (last == NULL)
		(void)buffer_append_text(b, "adding evidence");
	else if (last > pointer && strspn(last + 1, "0123456789") == strlen(last + 1))
		(void)buffer_printf(b, "one more entry in %.*s", (int)(last - pointer - 1),
				    pointer + 1);
	else
		(void)buffer_printf(b, "giving %s", pointer + 1);
}

static void put_loss(const struct probe *p, struct buffer *b, const struct suspicion *s)
{
	(void)buffer_printf(b, " loses %s", p->known.awards[s->award].title);
	if (s->criterion != SIZE_MAX)
		(void)buffer_printf(b, ": criterion %s is no longer met",
				    p->known.criteria[s->criterion].id);
	else
		(void)buffer_append_text(b, ", though all its criteria are met still");
}

int say_suspicion(struct probe *p, const struct suspicion *s, const struct example *example)
{
	const struct known_award *award = &p->known.awards[s->award];
	json_t *difference = NULL;
	struct buffer b;

	buffer_init(&b);
	if (example->higher != NULL)
		difference = document_difference(example->lower, example->higher);
	if (s->kind == KIND_RAISING)
		put_raise(&b, difference);
	else if (s->kind == KIND_ADDING)
		put_addition(&b, difference);
	if (s->kind == KIND_RAISING || s->kind == KIND_ADDING)
		put_loss(p, &b, s);
	else if (s->kind == KIND_LEVEL_BELOW)
		(void)buffer_printf(&b,
				    "%s is met where %s, below it, is not: criterion %s is unmet",
				    award->title, p->known.awards[s->award - 1].title,
				    p->known.criteria[s->criterion].id);
	else if (s->kind == KIND_NOT_IN_FORCE)
		(void)buffer_printf(&b, "%s is awarded on %s, when it is not in force",
				    award->title, json_member_text(example->lower, "assessed_on"));
	else if (s->kind == KIND_NOT_MET)
		(void)buffer_printf(&b, "%s is awarded, and not all its criteria are met",
				    award->title);
	else
		(void)buffer_append_text(&b, "the same submission was answered in two ways");
	json_decref(difference);
	return add(p, s->kind, place_of(p, s), &b, example);
}

int say_never(struct probe *p, size_t number, bool never_met)
{
	const struct known_criterion *criterion = &p->known.criteria[number];
	struct buffer b;

	buffer_init(&b);
	(void)buffer_printf(&b, "criterion %s is never %s in ", criterion->id,
			    never_met ? "met" : "unmet");
	put_number(&b, p->distinct);
	(void)buffer_append_text(&b, " generated submissions");
	return add(p, never_met ? KIND_NEVER_MET : KIND_NEVER_UNMET,
		   (struct place){criterion->file, criterion->line}, &b, NULL);
}
