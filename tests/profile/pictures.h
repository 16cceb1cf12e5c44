/* The calls in calls/, and what is drawn of them. */
#ifndef TEST_PROFILE_PICTURES_H
#define TEST_PROFILE_PICTURES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>

#include "picture.h"

#define CALLS AWARDD_SOURCE "/tests/profile/calls"
#define GOLDEN AWARDD_SOURCE "/tests/profile/golden"

enum { NAMES_MAX = 64, PATH_TEXT = 512 };

struct names {
	char list[NAMES_MAX][128];
	size_t count;
};

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* The names of all calls, without ".json", in order. */
static inline void call_names(struct names *n)
{
	DIR *dir = opendir(CALLS);
	struct dirent *each;

	assert_non_null(dir);
	n->count = 0;
	while ((each = readdir(dir)) != NULL) {
		const char *end = strstr(each->d_name, ".json");

		if (end == NULL)
			continue;
		assert_true(n->count < NAMES_MAX);
		(void)snprintf(n->list[n->count++], sizeof n->list[0], "%.*s",
			       (int)(end - each->d_name), each->d_name);
	}
	(void)closedir(dir);
	qsort(n->list, n->count, sizeof n->list[0], compare_names);
	assert_true(n->count > 25);
}

static inline json_t *call_read(const char *name)
{
	char path[PATH_TEXT];
	json_error_t e;

	(void)snprintf(path, sizeof path, CALLS "/%s.json", name);
	json_t *call = json_load_file(path, 0, &e);
	if (call == NULL)
		fail_msg("%s: %s", path, e.text);
	return call;
}

/* Draws what the beginning of the name says. */
static inline int call_draw(const char *name, json_t *call, struct picture *out)
{
	if (strncmp(name, "course-", 7) == 0)
		return picture_course(out, call);
	if (strncmp(name, "national-", 9) == 0)
		return picture_national(out, call);
	return picture_profile(out, call);
}

/* The picture of a call in calls/. */
static inline void named_draw(const char *name, struct picture *out)
{
	json_t *call = call_read(name);

	assert_int_equal(call_draw(name, call, out), 0);
	json_decref(call);
}

static inline size_t count_of(const char *text, const char *what)
{
	size_t count = 0;

	for (const char *at = strstr(text, what); at != NULL; at = strstr(at + 1, what))
		count++;
	return count;
}

#endif
