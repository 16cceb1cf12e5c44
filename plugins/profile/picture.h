/*
 * The pictures: JSON of a call in, SVG text out. They know nothing of awardd, files,
 * fonts or the clock.
 */
#ifndef PROFILE_PICTURE_H
#define PROFILE_PICTURE_H

#include <stddef.h>

#include <jansson.h>

struct picture {
	char *svg; /* ended by NUL */
	size_t length;
	char *title;         /* as plain text, cleaned */
	const char *problem; /* static: why there is none */
};

/* Each gives a whole document. 0; -ENOMEM; -EINVAL where the call holds nothing that it
 * could draw, with a sentence in `problem`. deinit is legal after each. */
/* The profile of a benchmark: of the decision that a decision renderer is called with. */
int picture_profile(struct picture *out, json_t *call);
/* The partnership's way so far: its awards and benchmarks over time. */
int picture_course(struct picture *out, json_t *call);
/* How all partnerships score: a register renderer's call, with "statistics". */
int picture_national(struct picture *out, json_t *call);

void picture_deinit(struct picture *p);

#endif
