/* What can be different about a submission, one edit each, from its form. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/inner.h"

enum { CHOICES_MOST = 64, INTEGERS_MOST = 24, TEXT_LONG = 200 };

struct walk {
	const struct probe *p;
	struct edits *out;
	struct buffer pointer;
	bool counts; /* adding here adds evidence */
	int rv;
};

static bool is_type(const json_t *field, const char *type)
{
	const char *is = json_member_text(field, "type");

	return is != NULL && strcmp(is, type) == 0;
}

/* ---- where the walk stands ---------------------------------------------- */

static size_t enter(struct walk *w, const char *name)
{
	size_t length = w->pointer.length;

	if (w->rv == 0)
		w->rv = json_pointer_append(&w->pointer, name);
	return length;
}

static void leave(struct walk *w, size_t length)
{
	w->pointer.length = length;
	if (w->pointer.bytes != NULL)
		w->pointer.bytes[length] = '\0';
}

static void put(struct walk *w, json_t *value, enum relation relation)
{
	if (w->rv != 0) {
		json_decref(value);
		return;
	}
	w->rv = edits_add(w->out, w->pointer.bytes, value, relation);
}

static void remove_it(struct walk *w, enum relation relation)
{
	if (w->rv == 0)
		w->rv = edits_add_removal(w->out, w->pointer.bytes, relation);
}

/* ---- a full submission --------------------------------------------------- */

static void vary_members(struct walk *w, const json_t *members);
static void vary_field(struct walk *w, const json_t *field);

static void vary_text(struct walk *w, const json_t *field)
{
	json_int_t max = json_member_integer(field, "max", TEXT_LONG);
	char text[TEXT_LONG];
	size_t length = max < TEXT_LONG ? (size_t)(max > 0 ? max : 1) : TEXT_LONG;

	memset(text, 'm', sizeof text);
	put(w, json_stringn(text, length), RELATION_FREE);
	put(w, json_string("m"), RELATION_FREE);
	put(w, json_string("  "), RELATION_FREE);
	put(w, json_string("100%s \"Zo\xc3\xab\" <b> \\1 ~0/"), RELATION_FREE);
}

static void vary_date(struct walk *w)
{
	static const int steps[][2] = {{0, -1},  {0, 0},   {0, 1}, {-6, 0},
				       {-12, 0}, {-36, 0}, {12, 0}};
	char day[DATE_TEXT];

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		day_move(w->p->known.day, steps[i][0], steps[i][1], day);
		put(w, json_string(day), RELATION_FREE);
	}
	put(w, json_string("2024-02-29"), RELATION_FREE);
}

static void vary_integer(struct walk *w, const json_t *field)
{
	json_int_t min = json_member_integer(field, "min", 0);
	json_int_t max = json_member_integer(field, "max", 0);
	json_int_t step = (max - min) / INTEGERS_MOST + 1;

	for (json_int_t value = min; value < max; value += step)
		put(w, json_integer(value), RELATION_FREE);
	put(w, json_integer(max), RELATION_FREE);
	if (step > 1) {
		put(w, json_integer(min + 1), RELATION_FREE);
		put(w, json_integer(max - 1), RELATION_FREE);
	}
}

static void vary_choice(struct walk *w, const json_t *field, bool in_list)
{
	const json_t *values = json_member(field, "values"), *value;
	size_t i, step = json_array_size(values) / CHOICES_MOST + 1;

	json_array_foreach(values, i, value) {
		if (i % step == 0)
			put(w, in_list ? json_pack("[O]", value) : json_deep_copy_of(value),
			    RELATION_FREE);
	}
}

static json_t *make_entries(const struct walk *w, const json_t *of, size_t count, bool alike)
{
	json_t *list = json_array();

	for (size_t i = 0; list != NULL && i < count; i++) {
		json_t *entry = make_value(of, true, alike ? 0 : i, w->p->known.day);
		if (json_array_append_new(list, entry) != 0) {
			json_decref(list);
			list = NULL;
		}
	}
	return list;
}

/* The full one has every choice, or one group. */
static void vary_list(struct walk *w, const json_t *field)
{
	const json_t *of = json_member(field, "of");
	bool counts = w->counts;

	put(w, json_array(), counts ? RELATION_BELOW_BASE : RELATION_FREE);
	if (is_type(of, "choice")) {
		vary_choice(w, of, true);
		put(w, make_entries(w, of, 2, false), RELATION_FREE);
		put(w, make_entries(w, of, 2, true), RELATION_FREE);
		return;
	}
	put(w, make_entries(w, of, 2, false), counts ? RELATION_ABOVE_BASE : RELATION_FREE);
	put(w, make_entries(w, of, 3, false), counts ? RELATION_ABOVE_PREVIOUS : RELATION_FREE);
	put(w, make_entries(w, of, 2, true), counts ? RELATION_ABOVE_BASE : RELATION_FREE);
	w->counts = false;
	size_t length = enter(w, "0");
	vary_field(w, of);
	leave(w, length);
	w->counts = counts;
}

/* The values themselves, whether or not it may be left out. */
static void vary_field(struct walk *w, const json_t *field)
{
	if (is_type(field, "text")) {
		vary_text(w, field);
	} else if (is_type(field, "date")) {
		vary_date(w);
	} else if (is_type(field, "integer")) {
		vary_integer(w, field);
	} else if (is_type(field, "choice")) {
		vary_choice(w, field, false);
	} else if (is_type(field, "list")) {
		vary_list(w, field);
	} else if (is_type(field, "boolean")) {
		put(w, json_true(), RELATION_FREE);
		put(w, json_false(), RELATION_FREE);
	} else if (is_type(field, "object")) {
		put(w, make_value(field, false, 0, w->p->known.day), RELATION_FREE);
		vary_members(w, json_member(field, "members"));
	}
}

/* Whether giving it is giving evidence: a list or a group of the rules' own, but
 * where they say that it counts against. */
static bool is_evidence(const struct walk *w, const json_t *member)
{
	return w->counts && !json_member_true(member, "counts_against") &&
	       (is_type(member, "list") || is_type(member, "object"));
}

static void vary_members(struct walk *w, const json_t *members)
{
	const json_t *member;
	size_t i;

	json_array_foreach(members, i, member) {
		size_t length = enter(w, json_member_text(member, "name"));
		if (!json_member_true(member, "required")) {
			enum relation relation = is_evidence(w, member) ? RELATION_BELOW_BASE
									: RELATION_FREE;
			remove_it(w, relation);
			put(w, json_null(), relation);
		}
		bool counts = w->counts, against = json_member_true(member, "counts_against");
		if (against) /* a full submission is without it */
			put(w, make_value(member, true, 0, w->p->known.day), RELATION_FREE);
		w->counts = counts && !against;
		vary_field(w, member);
		w->counts = counts;
		leave(w, length);
	}
}

/* Members that every submission has: scores are varied elsewhere, and what is
 * said of a partnership is no evidence. */
static bool is_envelope(const char *name, bool *is_scores)
{
	*is_scores = strcmp(name, "scores") == 0;
	return *is_scores || strcmp(name, "partnership") == 0;
}

static int walk_top(const struct probe *p, struct edits *out,
		    void (*each)(struct walk *w, const json_t *members))
{
	struct walk w = {.p = p, .out = out};
	const json_t *member;
	size_t i;

	buffer_init(&w.pointer);
	json_array_foreach(p->form, i, member) {
		bool is_scores;
		w.counts = !is_envelope(json_member_text(member, "name"), &is_scores);
		json_t *alone = json_pack("[O]", member);
		if (alone == NULL)
			w.rv = -ENOMEM;
		else if (!is_scores)
			each(&w, alone);
		json_decref(alone);
	}
	buffer_deinit(&w.pointer);
	return w.rv;
}

int vary_full(const struct probe *p, struct edits *out)
{
	return walk_top(p, out, vary_members);
}

/* ---- a bare submission ---------------------------------------------------- */

static void add_members(struct walk *w, const json_t *members)
{
	const json_t *member;
	size_t i;

	json_array_foreach(members, i, member) {
		size_t length = enter(w, json_member_text(member, "name"));
		bool required = json_member_true(member, "required");
		if (required && is_type(member, "object"))
			add_members(w, json_member(member, "members"));
		else if (!required) {
			enum relation more = is_evidence(w, member) ? RELATION_ABOVE_BASE
								    : RELATION_FREE;
			put(w, make_value(member, true, 0, w->p->known.day), more);
			put(w, make_value(member, false, 0, w->p->known.day),
			    is_type(member, "object") ? more : RELATION_FREE);
		}
		leave(w, length);
	}
}

int vary_bare(const struct probe *p, struct edits *out)
{
	return walk_top(p, out, add_members);
}

/* ---- simpler --------------------------------------------------------------- */

static void simplify_field(struct walk *w, const json_t *field, const json_t *value);

static void simplify_members(struct walk *w, const json_t *members, const json_t *object)
{
	const json_t *member;
	size_t i;

	json_array_foreach(members, i, member) {
		const char *name = json_member_text(member, "name");
		const json_t *value = json_object_get(object, name);
		if (value == NULL)
			continue;
		size_t length = enter(w, name);
		if (!json_member_true(member, "required"))
			remove_it(w, RELATION_FREE);
		simplify_field(w, member, value);
		leave(w, length);
	}
}

/* From the end, so that what an edit points at is there still. */
static void simplify_list(struct walk *w, const json_t *field, const json_t *list)
{
	char token[24];

	for (size_t i = json_array_size(list); i-- > 0;) {
		(void)snprintf(token, sizeof token, "%zu", i); /* always fits */
		size_t length = enter(w, token);
		remove_it(w, RELATION_FREE);
		simplify_field(w, json_member(field, "of"), json_array_get(list, i));
		leave(w, length);
	}
}

static void simplify_field(struct walk *w, const json_t *field, const json_t *value)
{
	if (json_is_null(value))
		return;
	if (is_type(field, "list")) {
		simplify_list(w, field, value);
	} else if (is_type(field, "object")) {
		simplify_members(w, json_member(field, "members"), value);
	} else if (!is_type(field, "id")) {
		json_t *simple = make_value(field, false, 0, w->p->known.day);
		if (simple != NULL && json_equal(simple, value))
			json_decref(simple);
		else
			put(w, simple, RELATION_FREE);
	}
}

/* Lower scores for each statement, from the lowest up. */
static void simplify_scores(struct walk *w, const json_t *scores)
{
	const struct catalogue *c = &w->p->known;
	size_t count = 0, length = enter(w, "scores");
	const char **names = json_sorted_names(scores, &count);

	if (names == NULL)
		w->rv = -ENOMEM;
	for (size_t i = 0; i < count && w->rv == 0; i++) {
		json_int_t score = json_integer_value(json_object_get(scores, names[i]));
		size_t inner = enter(w, names[i]);
		for (size_t v = 0; v < c->value_count && c->values[v] < score; v++)
			put(w, json_integer(c->values[v]), RELATION_FREE);
		leave(w, inner);
	}
	free(names);
	leave(w, length);
}

int vary_simpler(const struct probe *p, const json_t *submission, struct edits *out)
{
	struct walk w = {.p = p, .out = out};
	const json_t *member;
	size_t i;

	buffer_init(&w.pointer);
	json_array_foreach(p->form, i, member) {
		const char *name = json_member_text(member, "name");
		const json_t *value = json_object_get(submission, name);
		json_t *alone = json_pack("[O]", member);
		if (alone == NULL)
			w.rv = -ENOMEM;
		else if (value != NULL && strcmp(name, "scores") != 0)
			simplify_members(&w, alone, submission);
		json_decref(alone);
	}
	simplify_scores(&w, json_object_get(submission, "scores"));
	buffer_deinit(&w.pointer);
	return w.rv;
}
