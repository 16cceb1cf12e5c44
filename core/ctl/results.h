/*
 * results: what came of the tests of a rule set, as people and programs read it.
 */
#ifndef AW_CTL_RESULTS_H
#define AW_CTL_RESULTS_H

#include "ctl/paper.h"

/* A report of verify_trial, for people: what failed, what was never seen. */
void results_write(struct paper *p, const json_t *report);

/* Changes that no test noticed: {"changes", "noticed", "unnoticed": [{"file",
 * "line", "change"}]}. */
void results_write_changes(struct paper *p, const json_t *mutation);

/* Appends JUnit's XML, one suite for each file of tests. */
int results_junit(const json_t *report, struct buffer *out);

#endif
