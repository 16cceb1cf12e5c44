/*
 * rig: the shipped rules, or an edit of them, opened by the script room alone.
 * Failures in here fail the running test. JSON is written with single quotes.
 */
#ifndef AW_TESTS_SCRIPT_RIG_H
#define AW_TESTS_SCRIPT_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "script/script.h"

enum { RIG_FILES = 8 };

struct rig {
	struct script *script;
	struct script_faults faults;
	struct script_fault fault; /* of the last run that failed */
	int opened;                /* what script_open returned */
};

/* What differs from the shipped rules: a file put beside or in place of them,
 * or one place of a file changed. Members may be NULL. */
struct rig_edit {
	const char *file, *text;
	const char *from, *to;
};

static inline json_t *rig_json(const char *text)
{
	struct err e = {0, ""};
	char *copy = strdup(text);
	json_t *value;

	assert_non_null(copy);
	for (char *at = copy; *at != '\0'; at++)
		*at = *at == '\'' ? '"' : *at;
	value = json_read(text_of(copy), &e);
	if (value == NULL)
		fail_msg("%s in %s", e.text, copy);
	free(copy);
	return value;
}

static inline char *rig_read(const char *name)
{
	const char *dir = getenv("AWARDD_RULES");
	struct buffer bytes;
	struct err e = {0, ""};
	char path[512];

	snprintf(path, sizeof path, "%s/%s", dir != NULL ? dir : AWARDD_RULES, name);
	buffer_init(&bytes);
	if (file_read(path, 1 << 20, &bytes, &e) != 0)
		fail_msg("%s", e.text);
	return buffer_give(&bytes);
}

static inline char *rig_replace(char *text, const char *from, const char *to)
{
	char *place = strstr(text, from);
	struct buffer out;

	assert_non_null(place);
	buffer_init(&out);
	buffer_append(&out, text, (size_t)(place - text));
	buffer_append_text(&out, to);
	buffer_append_text(&out, place + strlen(from));
	free(text);
	return buffer_give(&out);
}

/* Opens the rules with one edit (or NULL), and with words lent to them (or NULL); whether
 * they load is the test's to look at. */
static inline void rig_try_lent(struct rig *r, const struct rig_edit *edit,
				const struct script_words *words)
{
	static const char *const shipped[] = {"child-first.lua", "framework.lua", "outcome.lua",
					      "quality-lead.lua", "quality-mark.lua"};
	struct script_file files[RIG_FILES];
	char *texts[RIG_FILES] = {NULL};
	size_t count = 0, known = sizeof shipped / sizeof shipped[0];
	int replaced = 0;

	*r = (struct rig){0};
	for (; count < known; count++) {
		texts[count] = rig_read(shipped[count]);
		files[count].path = shipped[count];
		if (edit == NULL || edit->file == NULL || strcmp(edit->file, shipped[count]) != 0)
			continue;
		replaced = 1;
		if (edit->text != NULL) {
			free(texts[count]);
			texts[count] = strdup(edit->text);
		} else {
			texts[count] = rig_replace(texts[count], edit->from, edit->to);
		}
	}
	if (edit != NULL && !replaced) {
		texts[count] = strdup(edit->text);
		files[count++].path = edit->file;
	}
	for (size_t i = 0; i < count; i++)
		files[i].source = text_of(texts[i]);
	r->opened =
		script_open((struct text){NULL, 0}, files, count, words, &r->script, &r->faults);
	for (size_t i = 0; i < count; i++)
		free(texts[i]);
}

static inline void rig_try(struct rig *r, const struct rig_edit *edit)
{
	rig_try_lent(r, edit, NULL);
}

static inline void rig_close(struct rig *r)
{
	script_close(&r->script);
	script_faults_deinit(&r->faults);
}

/* The same, and they must load. */
static inline void rig_open(struct rig *r, const struct rig_edit *edit)
{
	rig_try(r, edit);
	if (r->opened != 0)
		fail_msg("%s:%d: %s", r->faults.list[0].file, r->faults.list[0].line,
			 r->faults.list[0].message);
}

/* The rules must be refused, with this as one of the faults. */
static inline void rig_refuses(const struct rig_edit *edit, const char *wanted)
{
	struct rig r;
	char said[1024] = "";
	int found = 0;

	rig_try(&r, edit);
	assert_int_equal(r.opened, AW_ESCRIPT);
	assert_null(r.script);
	for (size_t i = 0; i < r.faults.count; i++) {
		snprintf(said, sizeof said, "%s:%d: %s", r.faults.list[i].file,
			 r.faults.list[i].line, r.faults.list[i].message);
		found = found || strstr(said, wanted) != NULL;
	}
	if (!found)
		fail_msg("wanted \"%s\", and the last fault is \"%s\"", wanted, said);
	rig_close(&r);
}

/* RFC 7396. */
static inline void rig_merge(json_t *target, const json_t *patch)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)patch, name, value) {
		json_t *old = json_object_get(target, name);

		if (json_is_null(value))
			json_object_del(target, name);
		else if (json_is_object(value) && json_is_object(old))
			rig_merge(old, value);
		else
			json_object_set(target, name, value);
	}
}

/* Gives a submission that meets everything, with `changes` merged in; a member
 * "every" of them is the score of every statement, first. */
static inline json_t *rig_submission(const char *changes)
{
	json_t *base = rig_json(
		"{'partnership': {'id': 'north-vale', 'name': 'North Vale'},"
		" 'assessed_on': '2024-05-20', 'scores': {'1': 7, '2': 7, '3': 7, '4a': 7, '4b': 7,"
		" '5': 8, '6': 7, '7': 7, '8': 9, '9': 7, '10': 7},"
		" 'evidence': [{'kind': 'systems', 'summary': 'In use'}],"
		" 'case_studies': [{'title': 'A panel', 'statements': ['8'], 'shareable': true}],"
		" 'sign_off': {'send_leadership': {'name': {'commitment': 'sha256:00'},"
		" 'method': 'email', 'on': '2024-05-18'},"
		" 'yos_leadership': {'method': 'meeting', 'on': '2024-05-20'}},"
		" 'child_first': [{'tenet': 'strengths', 'feature': 'A forum'}]}");
	json_t *patch = rig_json(changes != NULL ? changes : "{}");
	json_t *every = json_object_get(patch, "every"), *scores = json_object_get(base, "scores");
	const char *name;
	json_t *score;
	void *next;

	if (every != NULL)
		json_object_foreach_safe(scores, next, name, score)
			json_object_set(scores, name, every);
	json_object_del(patch, "every");
	rig_merge(base, patch);
	json_decref(patch);
	return base;
}

/* Appends the answer's bytes; returns what script_run did. */
static inline int rig_run(struct rig *r, const char *changes, const char *history,
			  struct buffer *out)
{
	json_t *input = json_pack("{s:o, s:o}", "submission", rig_submission(changes), "history",
				  rig_json(history != NULL ? history : "[]"));
	int rv;

	assert_non_null(input);
	rv = script_run(r->script, "decide", input, out, &r->fault);
	json_decref(input);
	return rv;
}

/* Gives the decision. */
static inline json_t *rig_decide(struct rig *r, const char *changes, const char *history)
{
	struct buffer out;
	json_t *result;
	int rv;

	buffer_init(&out);
	rv = rig_run(r, changes, history, &out);
	if (rv != 0)
		fail_msg("%d: %s:%d: %s", rv, r->fault.file, r->fault.line, r->fault.message);
	result = json_read((struct text){out.bytes, out.length}, NULL);
	assert_non_null(result);
	buffer_deinit(&out);
	return result;
}

static inline void rig_compare(const json_t *actual, const json_t *expected, const char *where)
{
	const char *name;
	json_t *value;
	size_t i;
	char place[256];

	if (json_is_object(expected)) {
		json_object_foreach((json_t *)(uintptr_t)expected, name, value) {
			snprintf(place, sizeof place, "%s/%s", where, name);
			rig_compare(json_object_get(actual, name), value, place);
		}
	} else if (json_is_array(expected)) {
		if (json_array_size(actual) != json_array_size(expected))
			fail_msg("%s holds %zu and not %zu", where, json_array_size(actual),
				 json_array_size(expected));
		json_array_foreach(expected, i, value) {
			snprintf(place, sizeof place, "%s/%zu", where, i);
			rig_compare(json_array_get(actual, i), value, place);
		}
	} else if (actual == NULL || !json_equal(actual, expected)) {
		char *text = actual != NULL ? json_dumps(actual, JSON_ENCODE_ANY) : NULL;

		fail_msg("%s is %s", where, text != NULL ? text : "not there");
	}
}

/* Every member of `expected` is in `actual` and equal. */
static inline void rig_expect(const json_t *actual, const char *expected)
{
	json_t *wanted = rig_json(expected);

	rig_compare(actual, wanted, "");
	json_decref(wanted);
}

/* Decides, and expects that. */
static inline void rig_decides(struct rig *r, const char *changes, const char *history,
			       const char *expected)
{
	json_t *result = rig_decide(r, changes, history);

	rig_expect(result, expected);
	json_decref(result);
}

static inline const json_t *rig_criterion(const json_t *result, const char *id)
{
	size_t i, j;
	json_t *award, *criterion;

	json_array_foreach(json_object_get(result, "awards"), i, award)
		json_array_foreach(json_object_get(award, "criteria"), j, criterion)
			if (strcmp(json_member_text(criterion, "id"), id) == 0)
				return criterion;
	fail_msg("there is no criterion %s", id);
	return NULL;
}

/* Decides, and expects that of one criterion. */
static inline void rig_judges(struct rig *r, const char *changes, const char *id,
			      const char *expected)
{
	json_t *result = rig_decide(r, changes, NULL);

	rig_expect(rig_criterion(result, id), expected);
	json_decref(result);
}

static inline int rig_setup(void **state)
{
	struct rig *r = calloc(1, sizeof *r);

	assert_non_null(r);
	rig_open(r, NULL);
	*state = r;
	return 0;
}

static inline int rig_teardown(void **state)
{
	struct rig *r = *state;

	rig_close(r);
	free(r);
	return 0;
}

#endif
