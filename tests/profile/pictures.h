/* The calls in calls/, and what is drawn of them. */
#ifndef TEST_PROFILE_PICTURES_H
#define TEST_PROFILE_PICTURES_H

#include "golden.h"
#include "picture.h"

#define FOLDER AWARDD_SOURCE "/tests/profile"

static inline void call_names(struct names *n)
{
	golden_names(FOLDER, n);
}

static inline json_t *call_read(const char *name)
{
	return golden_call(FOLDER, name);
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
