/* What of the daemon's answers may be published. Members are taken by their name, so that what
 * a later version answers besides stays where it is. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pages/pages.h"

/* A new object with these members of another, those that it has. */
static json_t *taken(const json_t *from, const char *const *names)
{
	json_t *to = json_object();

	for (; to != NULL && *names != NULL; names++) {
		json_t *value = json_object_get(from, *names);
		if (value != NULL && json_object_set(to, *names, value) != 0) {
			json_decref(to);
			return NULL;
		}
	}
	return to;
}

static bool is_before(const char *a, const char *b)
{
	return strcmp(a, b) < 0;
}

/* An award that was given by the day, and stands. */
static bool is_published(const json_t *row, const char *on)
{
	const char *awarded = json_member_text(row, "awarded_on");

	return json_member_text(row, "award") != NULL && awarded != NULL &&
	       !is_before(on, awarded) && !json_member_true(row, "revoked");
}

/* ---- partnerships --------------------------------------------------------------------- */

static int add_partnership(json_t *by_id, const json_t *row)
{
	const char *id = json_member_text(row, "partnership");
	json_t *it = json_pack("{ss? sO? sO? s[]}", "id", id, "name", json_object_get(row, "name"),
			       "status", json_object_get(row, "status"), "awards");

	if (id == NULL || it == NULL) {
		json_decref(it);
		return id == NULL ? 0 : -ENOMEM;
	}
	return json_put(by_id, id, it);
}

static int add_award(const struct site_sources *from, json_t *by_id, const json_t *row)
{
	static const char *const names[] = {
		"sequence", "award", "commendations", "awarded_on", "precision", "kind", NULL};
	const char *id = json_member_text(row, "partnership");
	json_t *partnership = id != NULL ? json_object_get(by_id, id) : NULL;

	if (partnership == NULL || !is_published(row, from->on))
		return 0;
	return json_array_append_new(json_object_get(partnership, "awards"), taken(row, names)) == 0
		       ? 0
		       : -ENOMEM;
}

/* The latest benchmark of each partnership, by day and then by its place in the log. */
static int add_benchmark(json_t *latest, json_t *row)
{
	const char *id = json_member_text(row, "partnership");
	const char *on = json_member_text(row, "assessed_on");

	if (id == NULL || on == NULL || json_member_true(row, "revoked"))
		return 0;
	const json_t *other = json_object_get(latest, id);
	const char *other_on = json_member_text(other, "assessed_on");
	if (other_on != NULL &&
	    (is_before(on, other_on) ||
	     (strcmp(on, other_on) == 0 &&
	      json_member_integer(row, "sequence", 0) < json_member_integer(other, "sequence", 0))))
		return 0;
	return json_object_set(latest, id, row) == 0 ? 0 : -ENOMEM;
}

/* For sorting: what a list borrows. */
struct value {
	json_t *it;
};

/* Names by their bytes, capitals as small letters; ids where those are equal. */
static int compare_names(const void *left, const void *right)
{
	const json_t *a = ((const struct value *)left)->it;
	const json_t *b = ((const struct value *)right)->it;
	const char *a_name = json_member_text(a, "name"), *b_name = json_member_text(b, "name");
	int order = strcasecmp(a_name != NULL ? a_name : "", b_name != NULL ? b_name : "");

	return order != 0 ? order : strcmp(json_member_text(a, "id"), json_member_text(b, "id"));
}

static int compare_awards(const void *left, const void *right)
{
	const json_t *a = ((const struct value *)left)->it;
	const json_t *b = ((const struct value *)right)->it;
	int order = strcmp(json_member_text(b, "awarded_on"), json_member_text(a, "awarded_on"));
	json_int_t a_at = json_member_integer(a, "sequence", 0);
	json_int_t b_at = json_member_integer(b, "sequence", 0);

	return order != 0 ? order : (b_at > a_at) - (b_at < a_at);
}

/* Gives a new array of the same values in order. */
static json_t *sorted(struct value *values, size_t count,
		      int (*compare)(const void *, const void *))
{
	json_t *list = json_array();

	if (count > 0)
		qsort(values, count, sizeof *values, compare);
	for (size_t i = 0; list != NULL && i < count; i++)
		if (json_array_append(list, values[i].it) != 0) {
			json_decref(list);
			list = NULL;
		}
	return list;
}

static int sort_awards(json_t *partnership)
{
	json_t *awards = json_object_get(partnership, "awards"), *each;
	size_t i, count = json_array_size(awards);
	struct value *values = calloc(count + 1, sizeof *values);

	if (values == NULL)
		return -ENOMEM;
	json_array_foreach(awards, i, each)
		values[i].it = each;
	int rv = json_put(partnership, "awards", sorted(values, count, compare_awards));
	free(values);
	return rv;
}

/* Gives the partnerships by name, each with its awards; NULL: no memory. */
static json_t *partnerships_of(json_t *by_id)
{
	size_t count = 0;
	const char *id;
	json_t *each, *list = NULL;
	struct value *values = calloc(json_object_size(by_id) + 1, sizeof *values);
	bool memory = values != NULL;

	if (memory)
		json_object_foreach(by_id, id, each) {
			values[count++].it = each;
			memory = memory && sort_awards(each) == 0;
		}
	if (memory)
		list = sorted(values, count, compare_names);
	free(values);
	return list;
}

/* ---- practice ---------------------------------------------------------------------------- */

static int add_study(const struct site_sources *from, const json_t *latest, const json_t *by_id,
		     const json_t *row, json_t *studies)
{
	static const char *const names[] = {"partnership", "title", "statement", NULL};
	const char *id = json_member_text(row, "partnership");
	const json_t *partnership = id != NULL ? json_object_get(by_id, id) : NULL;
	const json_t *benchmark = id != NULL ? json_object_get(latest, id) : NULL;

	if (partnership == NULL || benchmark == NULL || !is_published(benchmark, from->on))
		return 0;
	json_t *study = taken(row, names);
	if (study == NULL ||
	    json_object_set(study, "name", json_object_get(partnership, "name")) != 0 ||
	    json_array_append(studies, study) != 0) {
		json_decref(study);
		return -ENOMEM;
	}
	json_decref(study);
	return 0;
}

static int gather(const struct site_sources *from, json_t *by_id, json_t *latest, json_t *studies)
{
	size_t i;
	json_t *row;
	int rv = 0;

	json_array_foreach(from->awards, i, row) {
		rv = rv == 0 ? add_partnership(by_id, row) : rv;
	}
	json_array_foreach(from->decisions, i, row) {
		rv = rv == 0 ? add_award(from, by_id, row) : rv;
		rv = rv == 0 ? add_benchmark(latest, row) : rv;
	}
	json_array_foreach(from->practice, i, row) {
		rv = rv == 0 ? add_study(from, latest, by_id, row, studies) : rv;
	}
	return rv;
}

json_t *site_publishable(const struct site_sources *from)
{
	static const char *const of_log[] = {"origin", "size", "key", "checkpoint", NULL};
	json_t *by_id = json_object(), *latest = json_object(), *studies = json_array();
	json_t *site = NULL, *log = taken(from->log, of_log);

	if (by_id != NULL && latest != NULL && studies != NULL && log != NULL &&
	    gather(from, by_id, latest, studies) == 0) {
		json_t *partnerships = partnerships_of(by_id);
		site = json_pack("{ss sO? sO sO? sO so}", "on", from->on, "scheme", from->scheme,
				 "log", log, "statistics", from->statistics, "practice", studies,
				 "partnerships", partnerships);
	}
	json_decref(log);
	json_decref(studies);
	json_decref(latest);
	json_decref(by_id);
	return site;
}

/* "Quality Lead with Child First Commendation", as the rules that decided said it. */
static int put_title(json_t *award, const json_t *decision, const json_t *outcome)
{
	const struct vocabulary v = {NULL, decision};
	struct buffer words;
	int rv = 0;

	buffer_init(&words);
	award_words(&v, json_member_text(outcome, "award"), json_member(outcome, "commendations"),
		    &words);
	if (words.failed)
		rv = -ENOMEM;
	else if (words.length > 0)
		rv = json_put(award, "title", json_string(words.bytes));
	buffer_deinit(&words);
	return rv;
}

int site_complete(json_t *award, const json_t *proved)
{
	const json_t *entry = json_member(proved, "entry"), *body = json_member(entry, "body");
	const json_t *decision = json_member(body, "decision");
	const json_t *outcome = json_member(decision != NULL ? decision : body, "outcome");
	json_t *more = json_pack("{sO? sO? sO? sO?}", "expires_on",
				 json_member(outcome, "expires_on"), "citation",
				 json_member(outcome, "citation"), "at", json_member(entry, "at"),
				 "leaf_hash", json_member(proved, "leaf_hash"));
	int rv = more != NULL && json_object_update(award, more) == 0 ? 0 : -ENOMEM;

	json_decref(more);
	return rv == 0 && decision != NULL ? put_title(award, decision, outcome) : rv;
}
