/*
 * probe: every rule run over submissions made for it, at each of its boundaries,
 * before anybody is decided by it. What is made follows from the form and the
 * manifest alone, always the same; no award or statement is known here by name.
 *
 * Found are rules that fail, criteria that are the same whatever comes, and
 * breaks of what any award scheme promises: a higher score or more evidence loses
 * nothing, a level that is met implies those below it, nothing is awarded that is
 * not in force or not met, and the same input gives the same bytes.
 */
#ifndef AW_PROBE_H
#define AW_PROBE_H

#include "base/base.h"
#include "json/json.h"
#include "trial/trial.h"

/* How much is behind (0 to 1000), in how many evaluations, and failures so far. */
typedef void (*probe_progress)(void *ctx, int permille, size_t evaluations, size_t failed);

/*
 * Gives {"evaluations", "stopped": so much failed that the rest was left, "findings": [{"kind",
 * "severity", "file", "line", "message", "example", "other", "difference"}]}, those that are errors
 * first:
 *
 * - kind: "error" (a criterion fails, or names a statement that there is not), "failure" (nothing
 *   is decided), "raising-loses", "adding-loses", "level-below-unmet", "not-in-force", "not-met",
 *   "two-answers", "never-met" or "never-unmet"
 * - severity: "error", or "warning" for the two that begin with never
 * - example: {"history", "submission"}, as small as it gets; null in warnings
 * - other: the same, for the raised or added-to submission; null elsewhere
 * - difference: [{"pointer", "from", "to"}] from example to other; else empty
 *
 * 0, or -ENOMEM and such and a sentence: then nothing is known. `progress` may be NULL.
 */
int probe_run(struct trial *t, probe_progress progress, void *ctx, json_t **report, struct err *e);

#endif
