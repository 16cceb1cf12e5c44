/* Submissions and expectations, written as JSON with single quotes. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char base_submission[] =
	"{'partnership': {'name': 'North Vale', 'aym_member': true},"
	" 'assessed_on': '2024-05-20',"
	" 'scores': {'1': 7, '2': 8, '3': 7, '4a': 7, '4b': 7, '5': 8, '6': 7, '7': 7, '8': 9,"
	"            '9': 7, '10': 7},"
	" 'evidence': [{'kind': 'reoffending-rate', 'summary': 'Down 12% over twelve months',"
	"               'statements': ['8']}],"
	" 'case_studies': [{'title': 'A resettlement panel', 'statements': ['8'],"
	"                   'shareable': true}],"
	" 'sign_off': {"
	"   'send_leadership': {'name': 'A. Fen', 'role': 'Head of SEND', 'method': 'email',"
	"                       'on': '2024-05-18'},"
	"   'yos_leadership': {'name': 'B. Marsh', 'role': 'Head of Service',"
	"                      'method': 'meeting', 'on': '2024-05-20'}},"
	" 'child_first': [{'tenet': 'participation', 'feature': 'On the interview panel'}]}";

json_t *quoted(const char *text)
{
	char *doubled = strdup(text);
	struct err e = {0};
	json_t *value;

	assert_non_null(doubled);
	for (char *at = doubled; (at = strchr(at, '\'')) != NULL;)
		*at = '"';
	value = json_read(text_of(doubled), &e);
	if (value == NULL)
		fail_msg("the test's own JSON is wrong: %s: %s", e.text, text);
	free(doubled);
	return value;
}

void merge(json_t *target, const json_t *patch)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)patch, name, value) {
		json_t *old = json_object_get(target, name);

		if (json_is_null(value))
			(void)json_object_del(target, name); /* may not be there */
		else if (json_is_object(value) && json_is_object(old))
			merge(old, value);
		else
			assert_int_equal(json_object_set_new(target, name, json_deep_copy(value)),
					 0);
	}
}

void put(json_t *document, const char *pointer, const char *value)
{
	char *path = strdup(pointer), *name;
	json_t *parent;

	assert_non_null(path);
	name = strrchr(path, '/');
	*name++ = '\0';
	parent = *path == '\0' ? document : json_pointer_get(document, path);
	if (json_is_array(parent))
		assert_int_equal(json_array_set_new(parent, (size_t)atoi(name), quoted(value)), 0);
	else
		assert_int_equal(json_object_set_new(parent, name, quoted(value)), 0);
	free(path);
}

static char *shown(const json_t *value)
{
	char *text = value == NULL
			     ? strdup("nothing")
			     : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);

	assert_non_null(text);
	return text;
}

static void expect_at(const char *at, const json_t *actual, const json_t *expected)
{
	char below[512];
	const char *name;
	json_t *value;
	size_t i;

	if (json_is_object(expected) && json_is_object(actual)) {
		json_object_foreach((json_t *)(uintptr_t)expected, name, value) {
			snprintf(below, sizeof below, "%s/%s", at, name);
			expect_at(below, json_object_get(actual, name), value);
		}
	} else if (json_is_array(expected) && json_is_array(actual) &&
		   json_array_size(expected) == json_array_size(actual)) {
		json_array_foreach(expected, i, value) {
			snprintf(below, sizeof below, "%s/%zu", at, i);
			expect_at(below, json_array_get(actual, i), value);
		}
	} else if (!json_equal(actual, expected)) {
		fail_msg("at %s: expected %s, got %s", at, shown(expected), shown(actual));
	}
}

void expect(const json_t *actual, const char *expected)
{
	json_t *wanted = quoted(expected);

	expect_at("", actual, wanted);
	json_decref(wanted);
}

bool holds(const json_t *list, const char *text)
{
	json_t *each;
	size_t i;

	json_array_foreach(list, i, each)
		if (json_is_string(each) && strcmp(json_string_value(each), text) == 0)
			return true;
	return false;
}

static void name_area(const struct scene *s, json_t *partnership, const char *member)
{
	char id[32];

	snprintf(id, sizeof id, "area-%d", s->area);
	if (json_object_get(partnership, member) == NULL)
		assert_int_equal(json_object_set_new(partnership, member, json_string(id)), 0);
}

/* Gives every statement the score of the patch's member "every". */
static void score_every(json_t *made, json_t *patch)
{
	json_t *every = json_object_get(patch, "every"), *scores, *old;
	const char *statement;

	if (every == NULL)
		return;
	scores = json_object_get(made, "scores");
	json_object_foreach(scores, statement, old)
		assert_int_equal(json_object_set(scores, statement, every), 0);
	assert_int_equal(json_object_del(patch, "every"), 0);
}

json_t *submission(const struct scene *s, const char *changes)
{
	json_t *made = quoted(base_submission);
	json_t *partnership;

	if (changes != NULL) {
		json_t *patch = quoted(changes);

		score_every(made, patch);
		merge(made, patch);
		json_decref(patch);
	}
	partnership = json_object_get(made, "partnership");
	if (json_is_object(partnership))
		name_area(s, partnership, "id");
	return made;
}

/* Gives the result of a call that must have one. */
static json_t *result_of(struct scene *s, const char *method, json_t *params)
{
	json_t *answer = peer_call(scene_peer(s), method, params);
	json_t *result = json_object_get(answer, "result");

	if (result == NULL)
		fail_msg("%s answered %s", method, shown(answer));
	json_incref(result);
	json_decref(answer);
	return result;
}

json_t *decided(struct scene *s, const char *changes)
{
	return result_of(s, "decide", submission(s, changes));
}

void decides(struct scene *s, const char *changes, const char *expected)
{
	json_t *result = decided(s, changes);

	expect(result, expected);
	json_decref(result);
}

void assesses(struct scene *s, const char *changes, const char *expected)
{
	json_t *result = result_of(s, "assess", submission(s, changes));

	expect(result, expected);
	json_decref(result);
}

static json_t *error_data(struct scene *s, const char *method, json_t *params, int code)
{
	json_t *answer = peer_call(scene_peer(s), method, params);
	json_t *error = json_object_get(answer, "error");
	json_t *data;

	if (json_member_integer(error, "code", 0) != code)
		fail_msg("%s answered %s, not an error %d", method, shown(answer), code);
	assert_non_null(json_member_text(error, "message"));
	data = json_object_get(error, "data");
	data = data == NULL ? json_null() : json_incref(data);
	json_decref(answer);
	return data;
}

void refuses(struct scene *s, const char *changes, const char *pointers)
{
	json_t *data = error_data(s, "decide", submission(s, changes), -32602);
	json_t *errors = json_object_get(data, "errors");
	json_t *wanted = quoted(pointers), *each, *found = json_array();
	size_t i;

	json_array_foreach(errors, i, each) {
		const char *pointer = json_member_text(each, "pointer");

		assert_non_null(pointer);
		assert_non_null(json_member_text(each, "message"));
		if (!holds(found, pointer))
			assert_int_equal(json_array_append_new(found, json_string(pointer)), 0);
		if (!holds(wanted, pointer))
			fail_msg("%s is refused too: %s", pointer, shown(data));
	}
	json_array_foreach(wanted, i, each)
		if (!holds(found, json_string_value(each)))
			fail_msg("%s is not refused: %s", json_string_value(each), shown(data));
	json_decref(found);
	json_decref(wanted);
	json_decref(data);
}

json_t *called(struct scene *s, const char *method, const char *params)
{
	return result_of(s, method, params == NULL ? NULL : quoted(params));
}

void calls(struct scene *s, const char *method, const char *params, const char *expected)
{
	json_t *result = called(s, method, params);

	expect(result, expected);
	json_decref(result);
}

json_t *fails(struct scene *s, const char *method, const char *params, int code)
{
	return error_data(s, method, params == NULL ? NULL : quoted(params), code);
}

void imports(struct scene *s, const char *changes)
{
	json_t *award = quoted("{'name': 'North Vale', 'award': 'quality-mark',"
			       " 'awarded_on': '2022-05-20', 'source': 'A list of old'}");
	json_t *result;

	if (changes != NULL) {
		json_t *patch = quoted(changes);

		merge(award, patch);
		json_decref(patch);
	}
	name_area(s, award, "partnership");
	result = result_of(s, "register.import", json_pack("{s:[o]}", "awards", award));
	expect(result, "{'imported': 1, 'already_known': 0}");
	json_decref(result);
}

void revokes(struct scene *s, const json_t *result)
{
	const char *id = json_member_text(result, "decision_id");

	assert_non_null(id);
	json_decref(result_of(s, "decisions.revoke",
			      json_pack("{s:s, s:s, s:s}", "decision_id", id, "by", "C. Weir",
					"reason", "Entered by mistake")));
}

const json_t *award_of(const json_t *result, const char *id)
{
	const json_t *award;
	size_t i;

	json_array_foreach(json_object_get(result, "awards"), i, award)
		if (strcmp(json_member_text(award, "id"), id) == 0)
			return award;
	fail_msg("no award %s in %s", id, shown(result));
	return NULL;
}

const json_t *criterion_of(const json_t *result, const char *id)
{
	const json_t *award, *criterion;
	size_t i, j;

	json_array_foreach(json_object_get(result, "awards"), i, award) {
		json_array_foreach(json_object_get(award, "criteria"), j, criterion)
			if (strcmp(json_member_text(criterion, "id"), id) == 0)
				return criterion;
	}
	fail_msg("no criterion %s in %s", id, shown(result));
	return NULL;
}

const char *criterion_status(const json_t *result, const char *id)
{
	return json_member_text(criterion_of(result, id), "status");
}
