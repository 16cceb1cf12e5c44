/* A partnership's way: what its entries say, by day, and the time they span. */
#ifndef PROFILE_COURSE_H
#define PROFILE_COURSE_H

#include "layout.h"

enum { LANES_MAX = 24, LANE_START = 250, LANE_SPAN = WIDTH - MARGIN - LANE_START };

struct event {
	const json_t *entry, *outcome;
	const char *day, *award, *expires; /* the last two are NULL where none was given */
	int at, until, sequence;           /* days; UNKNOWN where there is no award */
	int superseded;                    /* the day of the award after it; UNKNOWN */
	bool revoked, month_only;
};

struct course {
	const json_t *call, *scheme, *history;
	const char *name, *today;
	struct event *events; /* by day, then as the log has them */
	size_t count;
	int first, last;              /* years */
	const char *lanes[LANES_MAX]; /* awards by id: commendations, then levels from the top */
	size_t lane_count;
};

/* As benchmark_read. */
int course_read(struct course *c, json_t *call, const char **problem);
void course_deinit(struct course *c);

/* The award that counts: the latest that was not revoked; NULL. */
const struct event *course_award(const struct course *c);
/* Whether it gave this level or commendation. */
bool event_gave(const struct event *e, const char *award);
/* "Quality Lead, lapses on …", "No award: …": to be freed; NULL without memory. */
char *event_words(const struct course *c, const struct event *e);
/* The day as far as it is known. */
const char *event_day(const struct event *e, char out[DATE_WORDS]);

#endif
