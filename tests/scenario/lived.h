/*
 * lived: a log that went through several rule sets, another version of the program, restarts, kills
 * under load, imports, revocations and erasures.
 */
#ifndef AW_TESTS_SCENARIO_LIVED_H
#define AW_TESTS_SCENARIO_LIVED_H

#include <glob.h>

#include "awardd/version.h"
#include "tool.h"

/* Sends many submissions at once, takes some of the answers, and kills it. */
static inline void lived_kill(struct scene *s, int round)
{
	enum { SENT = 120, TAKEN = 40, PARTNERSHIPS = 7 };
	struct peer *p = peer_open(s);
	char changes[96];

	for (int i = 0; i < SENT; i++) {
		snprintf(changes, sizeof changes,
			 "{'partnership': {'id': 'loaded-%d'}, 'scores': {'%d': %d}}",
			 i % PARTNERSHIPS, 1 + i % 3, 3 + (i + round) % 8);
		peer_request(p, i, "decide", submission(s, changes));
	}
	for (int i = 0; i < TAKEN; i++)
		json_decref(peer_receive(p));
	scene_kill(s);
	peer_close(&p);
	scene_start(s, NULL);
}

/* Takes the names of those who signed it off out of the log; takes the result. */
static inline void lived_erase(struct scene *s, json_t *result)
{
	char params[160];

	snprintf(params, sizeof params, "{'decision_id': '%s', 'by': 'Jo', 'reason': 'asked to'}",
		 json_member_text(result, "decision_id"));
	json_t *erased = called(s, "decisions.erase", params);
	expect(erased, "{'kind': 'erasure', 'values': 2}");
	json_decref(erased);
	json_decref(result);
}

/* Three decisions of the area, one of them revoked and one that names were erased
 * from, and an award imported. */
static inline void lived_decide(struct scene *s)
{
	s->area++;
	imports(s, "{'awarded_on': '2021-05-20'}");
	lived_erase(s, decided(s, "{'every': 5, 'assessed_on': '2023-05-20'}"));
	json_t *wrong = decided(s, "{'every': 7, 'assessed_on': '2024-05-20'}");
	revokes(s, wrong);
	json_decref(wrong);
	json_decref(decided(s, "{'every': 4, 'assessed_on': '2025-05-20'}"));
}

static inline void lived_reload(struct scene *s)
{
	json_decref(called(s, "rules.reload", NULL));
}

/* In a copy of the program, all such bytes become others, as many. */
static inline void lived_patch(struct buffer *program, const char *from, const char *to,
			       size_t length)
{
	size_t found = 0;

	for (size_t i = 0; i + length <= program->length; i++) {
		if (memcmp(program->bytes + i, from, length) != 0)
			continue;
		memcpy(program->bytes + i, to, length);
		found++;
	}
	assert_true(found > 0);
}

/* Restarts it as another version of the program: other words, another number. */
static inline void lived_start_other(struct scene *s)
{
	static const char from[] = " is needed (", to[] = " is wanted (";
	const char *named = getenv("AWARDD_PROGRAM");
	char path[2 * PATH_TEXT], own[] = AWARDD_VERSION, other[] = AWARDD_VERSION;
	struct buffer program;
	struct err e = {0};

	tool_path(s, "awardd-other", path);
	buffer_init(&program);
	if (file_read(AWARDD_PROGRAM, 256 << 20, &program, &e) != 0)
		fail_msg("%s", e.text);
	lived_patch(&program, from, to, sizeof from - 1);
	other[sizeof other - 2] = 'x';
	lived_patch(&program, own, other, sizeof own);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	assert_true(fd >= 0);
	for (size_t sent = 0; sent < program.length;) {
		ssize_t n = write(fd, program.bytes + sent, program.length - sent);
		assert_true(n > 0);
		sent += (size_t)n;
	}
	assert_int_equal(close(fd), 0);
	buffer_deinit(&program);
	char *before = named != NULL ? strdup(named) : NULL;
	assert_int_equal(setenv("AWARDD_PROGRAM", path, 1), 0);
	scene_start(s, NULL);
	assert_int_equal(before != NULL ? setenv("AWARDD_PROGRAM", before, 1)
					: unsetenv("AWARDD_PROGRAM"),
			 0);
	free(before);
}

static inline void lived_submit_examples(struct scene *s)
{
	const char *arguments[TOOL_ARGUMENTS] = {"submit", "--brief"};
	glob_t found;

	assert_int_equal(glob(AWARDD_SOURCE "/examples/submissions/*.json", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		arguments[2] = found.gl_pathv[i];
		struct ran r = tool_run(s, NULL, arguments);
		tool_ended(&r, 0);
		ran_deinit(&r);
	}
	globfree(&found);
}

static inline int lived_setup(void **state)
{
	char command[4 * PATH_TEXT];

	if (tool_scene_setup(state) != 0)
		return -1;
	struct scene *s = *state;
	free(TOOL_OUT(s, 0, "register", "import", AWARDD_SOURCE "/examples/roll.csv"));
	lived_submit_examples(s);
	lived_kill(s, 0);
	/* A threshold. */
	scene_rule_replace(s, "quality-mark.lua", "every_score_at_least(5)",
			   "every_score_at_least(6)");
	lived_reload(s);
	lived_decide(s);
	lived_kill(s, 1);
	/* A tier. */
	snprintf(command, sizeof command, "cp '%s/examples/future-tier/quality-beacon.lua' '%s/'",
		 AWARDD_SOURCE, s->rules);
	assert_int_equal(system(command), 0);
	lived_reload(s);
	lived_decide(s);
	/* Fees. */
	scene_rule_replace(s, "outcome.lua", "member = 1100, other", "member = 1150, other");
	lived_reload(s);
	lived_decide(s);
	/* Another version of the program, and back. */
	scene_stop(s);
	lived_start_other(s);
	lived_decide(s);
	scene_kill(s);
	scene_start(s, NULL);
	lived_decide(s);
	lived_kill(s, 2);
	return 0;
}

#endif
