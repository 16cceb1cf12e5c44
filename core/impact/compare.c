/* What two verdicts on one entry do not have in common. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "impact/inner.h"

/* One comparison under way. */
struct finding {
	struct comparison *c;
	json_t *differences;
	int status;
};

/* ---- totals ------------------------------------------------------------- */

int comparison_init(struct comparison *c, const struct trial *candidate,
		    const struct trial *against)
{
	const json_t *manifest = generation_manifest(trial_rules(candidate));

	c->levels[0] = json_member(manifest, "levels");
	c->levels[1] = against == NULL
			       ? NULL
			       : json_member(generation_manifest(trial_rules(against)), "levels");
	c->totals = json_pack("{s{sisisisisi} s{sisi} s{si} s{si} s{sisi} s{sisi} s{sisi} s{sisi}"
			      " s{si}}",
			      "award", "gained", 0, "lost", 0, "higher", 0, "lower", 0, "changed",
			      0, "commendation", "gained", 0, "lost", 0, "route", "changed", 0,
			      "change", "changed", 0, "fee", "higher", 0, "lower", 0, "criterion",
			      "gained", 0, "lost", 0, "submission", "gained", 0, "lost", 0,
			      "evaluation", "gained", 0, "lost", 0, "other", "changed", 0);
	return c->totals != NULL ? 0 : -ENOMEM;
}

void comparison_deinit(struct comparison *c)
{
	json_decref(c->totals);
	*c = (struct comparison){0};
}

/* Adds a difference; gives it, so that more can be said of it, or NULL. */
static json_t *find(struct finding *f, const char *what, const char *item, const char *direction)
{
	json_t *counts = json_object_get(f->c->totals, what);
	json_int_t count = json_member_integer(counts, direction, 0);
	json_t *one = json_pack("{ss ss? sn sn ss}", "what", what, "item", item, "from", "to",
				"direction", direction);

	/* The list takes it in every case. */
	if (json_put(counts, direction, json_integer(count + 1)) != 0 ||
	    json_array_append_new(f->differences, one) != 0) {
		f->status = -ENOMEM;
		return NULL;
	}
	return one;
}

/* Its two sides (borrowed; NULL is null). */
static void put_sides(struct finding *f, json_t *one, json_t *from, json_t *to)
{
	if (one != NULL &&
	    (json_put(one, "from", from != NULL ? json_incref(from) : json_null()) != 0 ||
	     json_put(one, "to", to != NULL ? json_incref(to) : json_null()) != 0))
		f->status = -ENOMEM;
}

static void differ(struct finding *f, const char *what, const char *direction, json_t *from,
		   json_t *to)
{
	put_sides(f, find(f, what, NULL, direction), from, to);
}

/* ---- outcomes ----------------------------------------------------------- */

static bool same(const json_t *a, const json_t *b)
{
	return a == b || (a != NULL && b != NULL && json_equal(a, b));
}

/* From 1; 0 where the level is not known. */
static size_t rank(const json_t *levels, const json_t *level)
{
	for (size_t i = 0; i < json_array_size(levels); i++) {
		if (json_equal(json_array_get(levels, i), level))
			return i + 1;
	}
	return 0;
}

static const char *award_direction(const struct comparison *c, const json_t *from, const json_t *to)
{
	if (from == NULL)
		return "gained";
	if (to == NULL)
		return "lost";
	for (size_t i = 0; i < 2; i++) {
		size_t was = rank(c->levels[i], from), is = rank(c->levels[i], to);
		if (was > 0 && is > 0)
			return is > was ? "higher" : "lower";
	}
	return "changed";
}

static void compare_awards(struct finding *f, const json_t *before, const json_t *after)
{
	json_t *from = json_member(before, "award"), *to = json_member(after, "award");

	if (!same(from, to))
		differ(f, "award", award_direction(f->c, from, to), from, to);
}

static bool holds(const json_t *list, const json_t *item)
{
	return rank(list, item) > 0;
}

/* What `list` has and `other` lacks. */
static void add_missing(struct finding *f, const json_t *list, const json_t *other, bool lost)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *each = json_array_get(list, i);
		if (!holds(other, each))
			put_sides(f,
				  find(f, "commendation", json_string_value(each),
				       lost ? "lost" : "gained"),
				  lost ? each : NULL, lost ? NULL : each);
	}
}

static void compare_commendations(struct finding *f, const json_t *before, const json_t *after)
{
	const json_t *was = json_member(before, "commendations");
	const json_t *is = json_member(after, "commendations");

	add_missing(f, was, is, true);
	add_missing(f, is, was, false);
}

static void compare_plain(struct finding *f, const char *name, const json_t *before,
			  const json_t *after)
{
	json_t *from = json_member(before, name), *to = json_member(after, name);

	if (!same(from, to))
		differ(f, name, "changed", from, to);
}

static void compare_fees(struct finding *f, const json_t *before, const json_t *after)
{
	json_t *from = json_member(json_member(before, "fee"), "net");
	json_t *to = json_member(json_member(after, "fee"), "net");

	bool higher = json_integer_value(to) > json_integer_value(from);

	if (!same(from, to))
		differ(f, "fee", higher ? "higher" : "lower", from, to);
}

/* Members of either, so that each is seen once. */
static json_t *members_of_both(const json_t *a, const json_t *b)
{
	union { /* what is only read needs no const, but Jansson takes none */
		const json_t *borrowed;
		json_t *value;
	} first = {a}, second = {b};
	json_t *all = a != NULL ? json_copy_of(first.value) : json_object();

	if (all != NULL && b != NULL && json_object_update_missing(all, second.value) != 0) {
		json_decref(all);
		all = NULL;
	}
	return all;
}

/* Calls `each` for the members of either object, in order of their names. */
static void walk(struct finding *f, const json_t *before, const json_t *after,
		 void (*each)(struct finding *f, const char *name, json_t *from, json_t *to))
{
	json_t *all = members_of_both(before, after);
	size_t count = 0;
	const char **names = all != NULL ? json_sorted_names(all, &count) : NULL;

	if (names == NULL)
		f->status = -ENOMEM;
	for (size_t i = 0; names != NULL && i < count; i++)
		each(f, names[i], json_member(before, names[i]), json_member(after, names[i]));
	free(names);
	json_decref(all);
}

/* Members with a comparison of their own, or that only repeat others: a fee is
 * its net. */
static bool is_compared(const char *name)
{
	static const char *const names[] = {"award", "commendations", "route", "change", "fee"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

static void compare_other(struct finding *f, const char *name, json_t *from, json_t *to)
{
	if (!is_compared(name) && !same(from, to))
		put_sides(f, find(f, "other", name, "changed"), from, to);
}

/* ---- criteria ----------------------------------------------------------- */

static int severity(const json_t *status)
{
	const char *text = json_string_value(status);

	if (text == NULL || strcmp(text, "met") == 0)
		return 0;
	return strcmp(text, "error") == 0 ? 2 : 1;
}

static void compare_criterion(struct finding *f, const char *id, json_t *from, json_t *to)
{
	int was = severity(from), is = severity(to);

	if (was != is)
		put_sides(f, find(f, "criterion", id, is > was ? "lost" : "gained"), from, to);
}

/* Criteria of an award that one side does not know have nothing to be compared
 * with: a new level would else differ for everybody. */
static void compare_award_criteria(struct finding *f, const char *award, json_t *from, json_t *to)
{
	(void)award;
	if (from != NULL && to != NULL)
		walk(f, from, to, compare_criterion);
}

/* ---- verdicts ----------------------------------------------------------- */

static void compare_outcomes(struct finding *f, const struct verdict *before,
			     const struct verdict *after)
{
	const json_t *was = before->outcome, *is = after->outcome;
	size_t already = json_array_size(f->differences);

	compare_awards(f, was, is);
	compare_commendations(f, was, is);
	compare_plain(f, "route", was, is);
	compare_plain(f, "change", was, is);
	if (json_array_size(f->differences) == already)
		walk(f, was, is, compare_other);
	compare_fees(f, was, is);
	walk(f, before->criteria, after->criteria, compare_award_criteria);
}

/* One side has no decision, and says why. */
static void report_missing(struct finding *f, const struct verdict *v, bool lost)
{
	bool refused = v->kind == VERDICT_REFUSED;
	const json_t *first = json_array_get(v->errors, 0);
	json_t *why = refused ? json_object_get(first, "message") : v->errors;
	json_t *one = find(f, refused ? "submission" : "evaluation",
			   refused ? json_member_text(first, "pointer") : NULL,
			   lost ? "lost" : "gained");

	if (one == NULL)
		return;
	if (json_put(one, lost ? "to" : "from", json_incref(why)) != 0 ||
	    (refused && json_put(one, "errors", json_incref(v->errors)) != 0))
		f->status = -ENOMEM;
}

int comparison_make(struct comparison *c, const struct verdict *before, const struct verdict *after,
		    json_t *differences)
{
	struct finding f = {.c = c, .differences = differences};

	if (before->kind == VERDICT_DECIDED && after->kind == VERDICT_DECIDED) {
		compare_outcomes(&f, before, after);
	} else if (before->kind != after->kind) {
		if (before->kind != VERDICT_DECIDED)
			report_missing(&f, before, false);
		if (after->kind != VERDICT_DECIDED)
			report_missing(&f, after, true);
		compare_awards(&f, before->outcome, after->outcome);
		compare_commendations(&f, before->outcome, after->outcome);
	}
	return f.status;
}
