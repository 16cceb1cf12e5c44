/* inner: the parts of this room. */
#ifndef AW_VERIFY_INNER_H
#define AW_VERIFY_INNER_H

#include "verify/verify.h"

/* ---- comparing ---------------------------------------------------------- */

/* One test, and what it has to say. */
struct claim {
	const json_t *test; /* {"name", "file", "line", "expect", ...} */
	const json_t *manifest;
	json_t *messages;
	bool failed_memory;
};

/* Adds "file:line: "name": " and the sentence. */
void claim_say(struct claim *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Compares a decision, or {"outcome"} of an import, with what is expected. */
void claim_compare(struct claim *c, const json_t *decision);
/* Compares what form_check found; true where the test ends here. `what` names
 * the document. */
bool claim_refused(struct claim *c, const json_t *errors, const char *what);

/* ---- coverage ----------------------------------------------------------- */

struct coverage {
	json_t *criteria; /* id: {"id", "award", "met", "unmet", "error"} */
	json_t *lines;    /* file: {"line": seen}; NULL: not counted */
};

int coverage_init(struct coverage *c, const json_t *manifest);
void coverage_deinit(struct coverage *c);
/* {file: [line]}: what there is, and what ran. */
int coverage_lines(struct coverage *c, const json_t *lines);
int coverage_ran(struct coverage *c, const json_t *lines);
int coverage_decided(struct coverage *c, const json_t *decision);
/* Sets the members of the report. */
int coverage_report(const struct coverage *c, json_t *report);

/* ---- running ------------------------------------------------------------ */

typedef int (*ask_call)(void *by, const char *operation, const json_t *input, evaluation_cb done,
			void *ctx);

/* A run of tests. */
struct verify {
	ask_call ask;
	void *by;
	const struct generation *rules;
	struct generation *held; /* the same, where this run holds it */
	struct verify_options options;
	char *filter;
	verify_cb done;
	void *ctx;
	json_t *tests, *results;
	struct coverage coverage;
	size_t next, under_way, failed;
	bool stopping, pumping;
	struct err err;
};

/* Begins one test; its end comes by verify_one_ended, maybe at once. */
void one_begin(struct verify *v, size_t index);
/* Takes the result, NULL where memory ran out, and begins others. */
void verify_one_ended(struct verify *v, size_t index, json_t *result);
/* The run ends with this status once nothing is under way. */
void verify_give_up(struct verify *v, int status);

#endif
