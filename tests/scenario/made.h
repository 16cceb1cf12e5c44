/*
 * made: a real daemon's log as three programs of tests tamper with it, each with
 * one of its own.
 */
#ifndef AW_TESTS_SCENARIO_MADE_H
#define AW_TESTS_SCENARIO_MADE_H

#include "auditor.h"

enum { DECISIONS = 270, NOTE_AT = 120 };

/* What the daemon left: "log", its key, checkpoints kept on the way, an older copy. */
struct made {
	struct scene *scene;
	char vkey[TLOG_VKEY];
	int64_t entries;
};

static inline char *read_text(struct scene *s, const char *method, const char *member)
{
	json_t *result = called(s, method, NULL);
	const char *text = json_member_text(result, member);

	assert_non_null(text);
	char *copy = strdup(text);
	json_decref(result);
	return copy;
}

static inline void keep_checkpoint(struct scene *s, const char *name)
{
	char *note = read_text(s, "log.checkpoint", "checkpoint");

	tool_write(s, name, note);
	free(note);
}

/* Start, activation, decisions, an import, a revocation, a stop, a start. */
static inline int make_log(void **state)
{
	struct made *m = calloc(1, sizeof *m);
	void *scene = NULL;

	assert_non_null(m);
	assert_int_equal(scene_setup(&scene), 0);
	struct scene *s = m->scene = scene;
	decide_many(s, NOTE_AT);
	keep_checkpoint(s, "kept");
	scene_stop(s);
	forge_copy(s, "log", "older");
	scene_start(s, NULL);
	imports(s, NULL);
	json_t *result = decided(s, NULL);
	revokes(s, result);
	json_decref(result);
	decide_many(s, DECISIONS - NOTE_AT);
	keep_checkpoint(s, "kept-later");
	char *key = read_text(s, "log.checkpoint", "key");
	strcpy(m->vkey, key);
	free(key);
	scene_stop(s);
	m->entries = scene_sql_number(s, "SELECT max(sequence) FROM entry");
	*state = m;
	return 0;
}

static inline int remove_log(void **state)
{
	struct made *m = *state;
	void *scene = m->scene;

	free(m);
	return scene_teardown(&scene);
}

/* A fresh copy to tamper with: "file". */
static inline struct scene *fresh(void **state)
{
	const struct made *m = *state;

	(void)system("true"); /* nothing is running */
	forge_copy(m->scene, "log", "file");
	return m->scene;
}

static inline char *verified(struct scene *s, int status, const char *const *arguments)
{
	struct ran r = tool_run(s, NULL, arguments);

	tool_ended(&r, status);
	free(r.err);
	return r.out;
}

#define VERIFIED(s, status, ...)                                                                   \
	verified(s, status, (const char *const[]){"log", "verify", __VA_ARGS__, NULL})

/* "file" does not verify, and this is said. */
static inline void found(struct scene *s, const char *words)
{
	char *out = VERIFIED(s, 7, "file");

	tool_must_say(out, words);
	tool_must_say(out, "Not verified");
	free(out);
}

/* And nothing else is said. */
static inline void found_alone(struct scene *s, const char *level, const char *words)
{
	struct ran r = TOOL(s, NULL, "--format", "json", "log", "verify", "file");
	struct err e = {.status = 0};

	tool_ended(&r, 7);
	json_t *summary = json_read(text_of(r.out), &e);
	const json_t *list = json_member(summary, "found");
	const json_t *first = json_array_get(list, 0);
	if (json_array_size(list) != 1)
		fail_msg("not one finding: %s", r.out);
	tool_must_say(json_member_text(first, "message"), words);
	assert_string_equal(json_member_text(first, "level"), level);
	json_decref(summary);
	ran_deinit(&r);
}

#endif
