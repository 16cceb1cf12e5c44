/* What a test expects, against what was decided. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/inner.h"

enum { SAID = 2048, PLACE = 256 };

void claim_say(struct claim *c, const char *format, ...)
{
	char text[SAID], *end;
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args); /* may be cut */
	va_end(args);
	/* A cut must not leave half a character. */
	end = text + strlen(text);
	while (strlen(text) + 1 == sizeof text && end > text && (end[-1] & 0x80) != 0)
		*--end = '\0';
	json_t *message = json_sprintf("%s:%lld: \"%s\": %s", json_member_text(c->test, "file"),
				       json_member_integer(c->test, "line", 0),
				       json_member_text(c->test, "name"), text);
	if (json_array_append_new(c->messages, message) != 0)
		c->failed_memory = true;
}

/* ---- values as people read them ------------------------------------------- */

/* Writes a value in short; `out` has SAID bytes. */
static const char *shown(const json_t *value, char out[SAID])
{
	char *text = NULL;

	if (json_is_string(value))
		(void)snprintf(out, SAID, "\"%s\"", json_string_value(value)); /* may be cut */
	else if (value == NULL || json_is_null(value))
		(void)snprintf(out, SAID, "nothing");
	else if ((text = json_dumps(value, JSON_ENCODE_ANY | JSON_SORT_KEYS)) != NULL)
		(void)snprintf(out, SAID, "%.*s", 300, text); /* may be cut */
	else
		(void)snprintf(out, SAID, "something else");
	free(text);
	return out;
}

static const char *word_of(const json_t *value)
{
	return json_is_string(value) ? json_string_value(value) : "nothing";
}

static bool is_absent(const json_t *value)
{
	return value == NULL || json_is_null(value);
}

/* Members that are expected must be there and equal, lists item by item. */
static void compare(struct claim *c, const char *place, const json_t *actual,
		    const json_t *expected);

static void compare_group(struct claim *c, const char *place, const json_t *actual,
			  const json_t *expected)
{
	size_t count = 0;
	const char **names = json_sorted_names(expected, &count);
	char inner[PLACE];

	c->failed_memory |= names == NULL;
	for (size_t i = 0; names != NULL && i < count; i++) {
		(void)snprintf(inner, sizeof inner, "%s.%s", place, names[i]); /* may be cut */
		compare(c, inner, json_object_get(actual, names[i]),
			json_object_get(expected, names[i]));
	}
	free(names);
}

static void compare_list(struct claim *c, const char *place, const json_t *actual,
			 const json_t *expected)
{
	char a[SAID], inner[PLACE];
	size_t i;
	const json_t *item;

	if (json_array_size(actual) != json_array_size(expected)) {
		claim_say(c, "%s has %zu entries, expected %zu: %s", place, json_array_size(actual),
			  json_array_size(expected), shown(actual, a));
		return;
	}
	json_array_foreach(expected, i, item) {
		(void)snprintf(inner, sizeof inner, "%s[%zu]", place, i + 1); /* may be cut */
		compare(c, inner, json_array_get(actual, i), item);
	}
}

static void compare(struct claim *c, const char *place, const json_t *actual,
		    const json_t *expected)
{
	char a[SAID], b[SAID];
	bool none = json_is_array(expected) && json_array_size(expected) == 0 &&
		    json_is_object(actual) && json_object_size(actual) == 0;

	if (json_is_object(expected) && json_is_object(actual))
		compare_group(c, place, actual, expected);
	else if (json_is_array(expected) && json_is_array(actual))
		compare_list(c, place, actual, expected);
	else if (!none && !(is_absent(actual) && is_absent(expected)) &&
		 (actual == NULL || !json_equal(actual, expected)))
		claim_say(c, "%s is %s, expected %s", place, shown(actual, a), shown(expected, b));
}

/* ---- awards and criteria ---------------------------------------------------- */

static const json_t *find(const json_t *list, const char *id)
{
	size_t i;
	const json_t *item;

	json_array_foreach(list, i, item) {
		const char *its = json_member_text(item, "id");
		if (its != NULL && strcmp(its, id) == 0)
			return item;
	}
	return NULL;
}

static const json_t *criterion(const json_t *decision, const char *id)
{
	size_t i;
	const json_t *award, *found = NULL;

	json_array_foreach(json_object_get(decision, "awards"), i, award) {
		if (found == NULL)
			found = find(json_object_get(award, "criteria"), id);
	}
	return found;
}

/* 1 for the lowest level; 0 for none. */
static size_t rank(const struct claim *c, const json_t *id)
{
	size_t i;
	const json_t *level;

	json_array_foreach(json_object_get(c->manifest, "levels"), i, level) {
		if (json_equal(level, id))
			return i + 1;
	}
	return 0;
}

static void compare_award(struct claim *c, const json_t *decision, const json_t *wanted)
{
	const json_t *award = json_object_get(json_object_get(decision, "outcome"), "award");

	if (!(is_absent(award) && is_absent(wanted)) && !json_equal(award, wanted))
		claim_say(c, "the award is %s, expected %s", word_of(award), word_of(wanted));
}

static void compare_least(struct claim *c, const json_t *decision, const json_t *wanted)
{
	const json_t *award = json_object_get(json_object_get(decision, "outcome"), "award");

	if (rank(c, award) < rank(c, wanted))
		claim_say(c, "the award is %s, expected at least %s", word_of(award),
			  word_of(wanted));
}

static void compare_status(struct claim *c, const char *id, const json_t *found,
			   const json_t *wanted)
{
	const json_t *status = json_object_get(found, "status");
	const char *reason = json_member_text(found, "reason");
	bool error = json_is_string(status) && strcmp(json_string_value(status), "error") == 0;

	if (!json_equal(status, wanted))
		claim_say(c, "%s is %s, expected %s%s%s", id, word_of(status), word_of(wanted),
			  error && reason != NULL ? ": " : "",
			  error && reason != NULL ? reason : "");
}

static void compare_awards(struct claim *c, const json_t *decision, const json_t *wanted)
{
	const char *id;
	json_t *status;

	json_object_foreach((json_t *)(uintptr_t)wanted, id, status) {
		compare_status(c, id, find(json_object_get(decision, "awards"), id), status);
	}
}

static void compare_criteria(struct claim *c, const json_t *decision, const json_t *wanted)
{
	const char *id;
	json_t *status;

	json_object_foreach((json_t *)(uintptr_t)wanted, id, status) {
		compare_status(c, id, criterion(decision, id), status);
	}
}

static void compare_reasons(struct claim *c, const json_t *decision, const json_t *wanted)
{
	const char *id;
	json_t *part;

	json_object_foreach((json_t *)(uintptr_t)wanted, id, part) {
		const char *reason = json_member_text(criterion(decision, id), "reason");

		if (reason == NULL || strstr(reason, json_string_value(part)) == NULL)
			claim_say(c, "the reason of %s is \"%s\", expected to hold \"%s\"", id,
				  reason != NULL ? reason : "", json_string_value(part));
	}
}

static void compare_shortfalls(struct claim *c, const json_t *decision, const json_t *wanted)
{
	const char *id;
	json_t *list;
	char place[PLACE];

	json_object_foreach((json_t *)(uintptr_t)wanted, id, list) {
		(void)snprintf(place, sizeof place, "shortfalls of %s", id); /* may be cut */
		compare(c, place, json_object_get(criterion(decision, id), "shortfalls"), list);
	}
}

static void compare_commendations(struct claim *c, const json_t *decision, const json_t *wanted)
{
	const json_t *added =
		json_object_get(json_object_get(decision, "outcome"), "commendations");
	const char *id;
	json_t *given;

	json_object_foreach((json_t *)(uintptr_t)wanted, id, given) {
		size_t i;
		const json_t *one;
		bool found = false;

		json_array_foreach(added, i, one)
			found |= strcmp(word_of(one), id) == 0;
		if (found != json_is_true(given))
			claim_say(c, "%s is %s, expected %s", id, found ? "added" : "not added",
				  found ? "not to be" : "to be");
	}
}

void claim_compare(struct claim *c, const json_t *decision)
{
	static const struct {
		const char *member;
		void (*compare)(struct claim *, const json_t *, const json_t *);
	} kinds[] = {
		{"award", compare_award},
		{"at_least", compare_least},
		{"awards", compare_awards},
		{"criteria", compare_criteria},
		{"reason", compare_reasons},
		{"shortfalls", compare_shortfalls},
		{"commendations", compare_commendations},
	};
	static const char *const plain[] = {"outcome", "next", "profile", "partnership"};
	const json_t *expect = json_object_get(c->test, "expect"), *wanted;

	if (json_object_get(expect, "refused") != NULL)
		claim_say(c, "what was submitted fits, expected it to be refused");
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		wanted = json_object_get(expect, kinds[i].member);
		if (wanted != NULL)
			kinds[i].compare(c, decision, wanted);
	}
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
		wanted = json_object_get(expect, plain[i]);
		if (wanted != NULL)
			compare(c, plain[i], json_object_get(decision, plain[i]), wanted);
	}
}

/* ---- the form ----------------------------------------------------------------- */

static bool has_pointer(const json_t *errors, const json_t *pointer)
{
	size_t i;
	const json_t *error;

	json_array_foreach(errors, i, error) {
		if (json_equal(json_object_get(error, "pointer"), pointer))
			return true;
	}
	return false;
}

static bool lists_text(const json_t *list, const json_t *text)
{
	size_t i;
	const json_t *item;

	json_array_foreach(list, i, item) {
		if (json_equal(item, text))
			return true;
	}
	return false;
}

bool claim_refused(struct claim *c, const json_t *errors, const char *what)
{
	const json_t *wanted = json_object_get(json_object_get(c->test, "expect"), "refused");
	size_t i;
	const json_t *item;

	if (json_array_size(errors) == 0)
		return false;
	if (strcmp(what, "before") == 0)
		wanted = NULL; /* what went before is taken as it is */
	json_array_foreach(errors, i, item) {
		const json_t *pointer = json_object_get(item, "pointer");

		if (!lists_text(wanted, pointer))
			claim_say(c, "%s does not fit the form: %s%s%s", what, word_of(pointer),
				  *word_of(pointer) != '\0' ? ": " : "",
				  word_of(json_object_get(item, "message")));
	}
	json_array_foreach(wanted, i, item) {
		if (!has_pointer(errors, item))
			claim_say(c, "nothing is wrong at %s, expected it to be refused there",
				  word_of(item));
	}
	return true;
}
