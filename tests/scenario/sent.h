/*
 * sent: many submissions at once, what came of each, and that the log says the same; and a
 * disk of the scene's own.
 */
#ifndef AW_TESTS_SCENARIO_SENT_H
#define AW_TESTS_SCENARIO_SENT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "support.h"

enum { MANY = 40 };

/* ---- what was sent, and what came of it ---------------------------------- */

struct sent {
	json_t *results; /* by submission_id: the decision as acknowledged */
	json_t *codes;   /* by submission_id: the code of its refusal */
};

static inline void sent_init(struct sent *all)
{
	*all = (struct sent){json_object(), json_object()};
}

static inline void sent_deinit(struct sent *all)
{
	json_decref(all->results);
	json_decref(all->codes);
}

/* Sends so many at once, and takes every answer that comes before the end. */
static inline void send_many(struct scene *s, struct sent *all, int count)
{
	struct peer *p = peer_open(s);
	size_t before = json_object_size(all->results) + json_object_size(all->codes);
	json_t *answer;

	for (int i = 0; i < count; i++) {
		char id[32], changes[128];

		snprintf(id, sizeof id, "sent-%zu", before + (size_t)i);
		snprintf(changes, sizeof changes,
			 "{'submission_id': '%s', 'partnership': {'id': 'sent-%zu'}}", id,
			 (before + (size_t)i) % 7);
		json_t *request = json_pack("{s:s, s:s, s:s, s:o}", "jsonrpc", "2.0", "id", id,
					    "method", "decide", "params", submission(s, changes));
		char *line = json_dumps(request, JSON_COMPACT);
		/* A daemon that ends reads no more: then it counts as not answered. */
		(void)(peer_try_send(p, line, strlen(line)) && peer_try_send(p, "\n", 1));
		assert_int_equal(json_object_set_new(all->codes, id, json_integer(0)), 0);
		free(line);
		json_decref(request);
	}
	for (int i = 0; i < count && (answer = peer_receive(p)) != NULL; i++) {
		const char *id = json_member_text(answer, "id");
		json_t *result = json_object_get(answer, "result");
		json_t *error = json_object_get(answer, "error");

		assert_non_null(id);
		if (result != NULL) {
			assert_int_equal(json_object_del(all->codes, id), 0);
			assert_int_equal(json_object_set(all->results, id, result), 0);
		} else {
			assert_int_equal(
				json_object_set(all->codes, id, json_object_get(error, "code")), 0);
		}
		json_decref(answer);
	}
	peer_close(&p);
}

/* Whatever was not decided was answered so, or, where the daemon ended, not at all. */
static inline void codes_are(const struct sent *all, json_int_t wanted)
{
	bool ended = wanted == -32009;
	size_t answered = 0;
	const char *id;
	json_t *code;

	json_object_foreach(all->codes, id, code) {
		json_int_t number = json_integer_value(code);

		if (number != wanted && !(ended && number == 0))
			fail_msg("%s: %lld", id, (long long)number);
		answered += number == wanted;
	}
	assert_true(answered > 0);
}

/* The log has no gap, and each acknowledged decision is in it once, as it was answered. */
static inline void all_is_there(struct scene *s, const struct sent *all)
{
	const char *id;
	json_t *result;

	json_object_foreach(all->results, id, result) {
		char params[96];
		snprintf(params, sizeof params, "{'sequence': %lld}",
			 (long long)json_member_integer(result, "sequence", 0));
		json_t *entry = called(s, "decisions.get", params);
		if (!json_equal(json_object_get(entry, "decision"), result))
			fail_msg("%s was acknowledged, and is not in the log as it was", id);
		json_decref(entry);
	}
	assert_int_equal(scene_sql_number(s, "SELECT max(sequence) - count(*) FROM entries"), 0);
	assert_int_equal(scene_sql_number(s, "SELECT count(*) - count(DISTINCT submission_id)"
					     " FROM decisions"),
			 0);
	char *text = scene_sql(s, "PRAGMA integrity_check");
	assert_string_equal(text, "ok");
	free(text);
}

/* Each that was not acknowledged is sent again, and decided once. */
static inline void sent_again_it_is_decided(struct scene *s, const struct sent *all)
{
	const char *id;
	json_t *code;

	json_object_foreach(all->codes, id, code) {
		char changes[128];
		snprintf(changes, sizeof changes,
			 "{'submission_id': '%s', 'partnership': {'id': 'sent-%d'}}", id,
			 atoi(id + strlen("sent-")) % 7);
		json_decref(decided(s, changes));
	}
	assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM decisions"),
			 json_object_size(all->codes) + json_object_size(all->results));
}

static inline void says(const struct scene *s, const char *words)
{
	if (!scene_said(s, words))
		fail_msg("\"%s\" is not in:\n%s", words, scene_errors(s));
}

static inline void ended_with_failure(struct scene *s)
{
	int status = scene_wait(s);

	if (s->peer != NULL)
		peer_close(&s->peer);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 1)
		fail_msg("it ended with wait status %d:\n%s", status, scene_errors(s));
}

/* A file system of the scene's own, so large; the log is to be in it. False, with a loud
 * word, where nobody may mount: tests/run tells that apart. */
static inline bool mount_disk(struct scene *s, char disk[PATH_TEXT + 8], const char *options)
{
	snprintf(disk, PATH_TEXT + 8, "%s/disk", s->dir);
	assert_int_equal(mkdir(disk, 0755), 0);
	if (mount("tmpfs", disk, "tmpfs", 0, options) != 0) {
		print_message("skipped: mounting a tmpfs is not permitted\n");
		return false;
	}
	assert_in_range(snprintf(s->log, sizeof s->log, "%.130s/log", disk), 1, PATH_TEXT - 1);
	return true;
}

/* The teardown of those who mounted one, also where the test failed half way. */
static inline int disk_teardown(void **state)
{
	struct scene *s = *state;
	char disk[PATH_TEXT + 8];

	if (s->pid != 0)
		scene_kill(s);
	snprintf(disk, sizeof disk, "%s/disk", s->dir);
	(void)umount2(disk, MNT_DETACH); /* it is not there where all went well */
	return scene_teardown(state);
}

#endif
