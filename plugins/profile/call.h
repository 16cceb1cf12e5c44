/*
 * What a call holds, made ready for drawing. Everything borrows from the call. The
 * scheme's words, levels and thresholds are read from the call alone.
 */
#ifndef PROFILE_CALL_H
#define PROFILE_CALL_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#define UNKNOWN INT_MIN

enum { LINES_MAX = 6, DATE_WORDS = 32 };

struct statement {
	const char *id;
	const char *title;   /* "" where the scheme does not say */
	int score;           /* UNKNOWN where it is not applicable */
	int before;          /* in the benchmark before; UNKNOWN where it was not scored */
	int needs;           /* what the level aimed at asks of it; UNKNOWN */
	bool short_of_it;    /* the score is below that */
	bool strength, need; /* as the decision says */
};

/* A level's line: one score for every statement. */
struct level_line {
	const char *title;
	int at;
};

/* Those of a picture, lowest first, on a scale. */
struct levels {
	struct level_line lines[LINES_MAX];
	size_t count;
	int aimed; /* an index into lines; UNKNOWN */
	int from, to;
};

struct benchmark {
	const json_t *decision, *outcome, *scheme;
	const char *id, *name, *assessed_on;
	const char *before_on; /* NULL where there is no benchmark before */
	const char *aim;       /* the id of the level that shortfalls are counted from; NULL */
	struct statement *rows;
	size_t count;
	int not_applicable;   /* the score that says so */
	struct levels levels; /* `aimed` where what it asks is the same for each, and known */
	json_t *call;
};

/* 0; -ENOMEM; -EINVAL with a sentence in *problem (static). deinit is legal after each. */
int benchmark_read(struct benchmark *b, json_t *call, const char **problem);
void benchmark_deinit(struct benchmark *b);

/* A member that is text, else NULL; of anything, NULL too. */
const char *text_in(const json_t *object, const char *name);
/* A member that is a whole number within what an int holds, else `otherwise`. */
int number_in(const json_t *object, const char *name, int otherwise);
bool is_in(const json_t *list, const char *wanted);

/* The element of a list of objects whose "id" is this, or NULL. */
const json_t *with_id(const json_t *list, const char *id);

/* The decision, or the outcome, that an entry of the log holds, in the form of
 * decisions.get or of the log; NULL where it holds none. */
const json_t *entry_decision(const json_t *entry);
const json_t *entry_outcome(const json_t *entry);
/* The day that it is about: of the assessment, or of the award. */
const char *entry_day(const json_t *entry);
/* What revoked an entry, {"by", "reason"} among its members: as the entry itself says,
 * or an entry of the history. NULL where nothing did. */
const json_t *entry_revocation(const json_t *entry, const json_t *history);

/* The benchmark that `entry` is compared with: the partnership's latest unrevoked
 * one on or before its day (by day, then by sequence) that the log had before it. */
const json_t *benchmark_before(const json_t *entry, const json_t *history);

/* What the scheme says that a level asks of every statement; UNKNOWN. */
int scheme_needs(const json_t *scheme, const char *level);

/* Takes a line in, in its place; what is not on the scale, or there already, or too much,
 * is passed over. */
void levels_add(struct levels *l, const char *title, int at, bool aimed);

/* What the scheme calls an award; its id where there is no scheme. */
const char *award_title(const json_t *scheme, const char *id);

/* The statements that any of `scores` names, in the scheme's order; those the scheme
 * does not know after them. Gives an array of borrowed ids, to be freed, and their
 * number; NULL where memory runs out. */
const char **statement_ids(const json_t *scheme, json_t *scores, size_t *count);

/* "25 January 2024"; the text as it is where it is no date. */
const char *day_words(const char *day, char out[DATE_WORDS]);
/* "January 2024". */
const char *month_words(const char *day, char out[DATE_WORDS]);
/* Days since the year 0, UNKNOWN where it is no date. */
int day_number(const char *day);
int day_year(const char *day);

#endif
