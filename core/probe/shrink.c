/* An example made smaller, step by step, as long as it shows the same. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/inner.h"

enum { PASSES = 4 };

struct shrinking {
	struct probe *p;
	const struct suspicion *s;
	struct example *e;
	unsigned char *answers;
	bool smaller; /* something was taken off in this pass */
	int rv;
};

/* Takes all three; keeps them in place of the example where they show it. */
static bool try(struct shrinking *s, json_t *lower, json_t *higher, json_t *history)
{
	struct look l = {.answer = {s->answers, s->answers + s->p->width}, .wanted = s->s->trouble};
	const json_t *both[2] = {lower, higher};
	bool shows = false;

	if (lower == NULL || history == NULL || (higher == NULL) != (s->e->higher == NULL))
		s->rv = -ENOMEM;
	if (s->rv == 0)
		s->rv = probe_look(s->p, both, history, &l);
	if (s->rv == 0)
		shows = judge_shows(s->p, s->s, &l);
	struct example old = *s->e;
	if (shows) {
		*s->e = (struct example){lower, higher, history};
		s->smaller = true;
	} else {
		old = (struct example){lower, higher, history};
	}
	json_decref(old.lower);
	json_decref(old.higher);
	json_decref(old.history);
	return shows;
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* One edit, made in both submissions alike. */
static void try_edit(struct shrinking *s, const struct edit *edit)
{
	const json_t *now = json_pointer_get(s->e->lower, edit->pointer);
	const json_t *there = s->e->higher != NULL ? json_pointer_get(s->e->higher, edit->pointer)
						   : now;

	if (now == NULL || there == NULL || (edit->value != NULL && json_equal(now, edit->value)))
		return;
	if (begins(edit->pointer, "/scores/") &&
	    (!json_equal(now, there) || json_integer_value(now) <= json_integer_value(edit->value)))
		return;
	json_t *lower = json_deep_copy_of(s->e->lower), *higher = NULL;
	if (s->e->higher != NULL)
		higher = json_deep_copy_of(s->e->higher);
	bool edited = lower != NULL && document_edit(lower, edit->pointer, edit->value) &&
		      (higher == NULL || document_edit(higher, edit->pointer, edit->value));
	if (!edited || (higher != NULL && json_equal(lower, higher))) {
		json_decref(lower);
		json_decref(higher);
		return;
	}
	(void)try(s, lower, higher, json_incref(s->e->history)); /* it is kept, or not */
}

/* All scores that are alike in both at one value, from the lowest up. */
static void try_scores(struct shrinking *s)
{
	for (size_t v = 0; v < s->p->known.value_count && s->rv == 0; v++) {
		json_t *lower = json_deep_copy_of(s->e->lower), *higher = NULL;
		json_t *scores = json_object_get(lower, "scores"), *value, *twin;
		const char *name;
		bool changed = false;
		if (s->e->higher != NULL)
			higher = json_deep_copy_of(s->e->higher);
		json_object_foreach(scores, name, value) {
			twin = json_object_get(json_object_get(higher, "scores"), name);
			if ((twin != NULL && !json_equal(value, twin)) ||
			    json_integer_value(value) <= s->p->known.values[v])
				continue;
			(void)json_integer_set(value, s->p->known.values[v]); /* it is one */
			if (twin != NULL)
				(void)json_integer_set(twin, s->p->known.values[v]); /* likewise */
			changed = true;
		}
		if (!changed) {
			json_decref(lower);
			json_decref(higher);
		} else if (try(s, lower, higher, json_incref(s->e->history))) {
			return;
		}
	}
}

static void try_history(struct shrinking *s)
{
	for (size_t i = json_array_size(s->e->history); i-- > 0 && s->rv == 0;) {
		json_t *history = json_deep_copy_of(s->e->history);
		if (history != NULL)
			(void)json_array_remove(history, i); /* it is there */
		(void)try(s, json_incref(s->e->lower), json_incref(s->e->higher),
			  history); /* it is kept, or not */
	}
}

/* Scores that need not be raised, stay. */
static void try_differences(struct shrinking *s)
{
	json_t *difference = document_difference(s->e->lower, s->e->higher);
	const json_t *row;
	size_t i;

	if (difference == NULL)
		s->rv = -ENOMEM;
	json_array_foreach(difference, i, row) {
		json_t *higher = json_deep_copy_of(s->e->higher);
		if (higher == NULL ||
		    !document_edit(higher, json_member_text(row, "pointer"),
				   json_object_get(row, "from")) ||
		    json_equal(s->e->lower, higher)) {
			json_decref(higher);
			continue;
		}
		(void)try(s, json_incref(s->e->lower), higher,
			  json_incref(s->e->history)); /* it is kept, or not */
		if (s->rv != 0)
			break;
	}
	json_decref(difference);
}

/* What is added, as simple as it can be. */
static void try_addition(struct shrinking *s)
{
	struct edits edits = {0};

	s->rv = vary_simpler(s->p, s->e->higher, &edits);
	for (size_t i = 0; i < edits.count && s->rv == 0; i++) {
		const struct edit *edit = &edits.list[i];
		json_t *higher;
		/* Scores are raised, and what both have is tried with both. */
		if (begins(edit->pointer, "/scores/") ||
		    json_pointer_get(s->e->lower, edit->pointer) != NULL ||
		    json_pointer_get(s->e->higher, edit->pointer) == NULL)
			continue;
		higher = json_deep_copy_of(s->e->higher);
		if (higher == NULL || !document_edit(higher, edit->pointer, edit->value) ||
		    json_equal(higher, s->e->lower)) {
			json_decref(higher);
			continue;
		}
		(void)try(s, json_incref(s->e->lower), higher,
			  json_incref(s->e->history)); /* it is kept, or not */
	}
	edits_deinit(&edits);
}

static void try_members(struct shrinking *s)
{
	struct edits edits = {0};

	s->rv = vary_simpler(s->p, s->e->lower, &edits);
	for (size_t i = 0; i < edits.count && s->rv == 0; i++)
		try_edit(s, &edits.list[i]);
	edits_deinit(&edits);
}

int shrink(struct probe *p, const struct suspicion *suspicion, struct example *example)
{
	struct shrinking s = {.p = p, .s = suspicion, .e = example, .smaller = true};

	s.answers = calloc(2, p->width);
	if (s.answers == NULL)
		return -ENOMEM;
	for (int pass = 0; pass < PASSES && s.smaller && s.rv == 0; pass++) {
		s.smaller = false;
		if (example->higher != NULL)
			try_differences(&s);
		if (s.rv == 0)
			try_history(&s);
		if (s.rv == 0)
			try_scores(&s);
		if (s.rv == 0)
			try_members(&s);
		if (s.rv == 0 && example->higher != NULL)
			try_addition(&s);
	}
	free(s.answers);
	return s.rv;
}
