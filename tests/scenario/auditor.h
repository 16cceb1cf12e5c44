/*
 * auditor: what those stand on who test what an auditor does with a log.
 */
#ifndef AW_TESTS_SCENARIO_AUDITOR_H
#define AW_TESTS_SCENARIO_AUDITOR_H

#include "forge.h"

/* Decides so many, each of an area of its own. */
static inline void decide_many(struct scene *s, int count)
{
	for (int i = 0; i < count; i++) {
		assert_int_equal(scene_next_area((void **)&s), 0);
		json_decref(decided(s, NULL));
	}
}

/* Whether a file of the scene is there; gives its mode. */
static inline bool there(const struct scene *s, const char *name, mode_t *mode)
{
	char path[2 * PATH_TEXT];
	struct stat about;

	tool_path(s, name, path);
	if (stat(path, &about) != 0)
		return false;
	*mode = about.st_mode & 07777;
	return true;
}

/* Runs it in the folder of the scene; what it said is in the file "said". */
static inline void shell_must(const struct scene *s, const char *command)
{
	char whole[1200];

	assert_in_range(snprintf(whole, sizeof whole, "cd '%s' && { %s; } >said 2>&1", s->dir,
				 command),
			1, sizeof whole - 1);
	if (system(whole) != 0) {
		char *said = tool_read(s, "said");
		fail_msg("%s\n%s", command, said);
	}
}

/* The key of the log, as awardctl prints it; free() it. */
static inline char *vkey_of(struct scene *s)
{
	char *vkey = TOOL_OUT(s, 0, "log", "key");

	vkey[strcspn(vkey, "\n")] = '\0';
	return vkey;
}

/* A test whose log has nothing of another's. */
#define ALONE(test) cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)

#endif
