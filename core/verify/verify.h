/*
 * verify: the tests that stand beside a rule set, run. Each is a few
 * evaluations: the history it asks for, one after another, then what is tested.
 * What came of it is compared with what it expects, and what criteria and lines
 * all of it touched is counted.
 */
#ifndef AW_VERIFY_H
#define AW_VERIFY_H

#include "base/base.h"
#include "json/json.h"
#include "ruleset/ruleset.h"
#include "trial/trial.h"

struct verify_options {
	const char *filter; /* only tests whose name or file holds this; NULL: all */
	bool lines;         /* count lines, too: takes twice as long */
	bool first_only;    /* nothing more is begun once one has failed */
	unsigned at_once;   /* tests under way side by side; 0: 4 */
	void (*progress)(void *ctx, size_t done, size_t failed, size_t all); /* or NULL */
	void *progress_ctx;
};

/*
 * The report:
 *  {"tests", "passed", "failed": numbers, "results": [{"name", "file", "line",
 *   "passed", "messages": ["file:line: \"name\": sentence"]}],
 *   "criteria": [{"id", "award", "met", "unmet", "error": how often}],
 *   "criteria_percent": of all criteria, seen met and seen unmet,
 *   "lines": [{"file", "lines", "seen", "unseen": [line]}], "lines_percent"}
 * The last two only where lines were counted: of those inside functions, for
 * the others run whenever a file is read.
 *
 * Status 0 says that the tests ran, whatever came of them; verify_passed says
 * whether that was good. -ECANCELED after verify_cancel; -ENOMEM, AW_ECRASH.
 */
typedef void (*verify_cb)(void *ctx, int status, const json_t *report, const struct err *e);

struct verify;

/* Runs the tests of a generation, which is held meanwhile, on its own loop and
 * evaluators, under their deadline. Text of the options is copied. The callback
 * comes once, never before this has returned, and the run is gone after it.
 * Nonzero: no callback. */
int verify_run(struct generation *g, const struct verify_options *options, verify_cb done,
	       void *ctx, struct verify **out);
/* Begins no more tests; the callback comes when those under way are answered. */
void verify_cancel(struct verify *v);

/* The same for a trial, waiting for it. Gives the report. */
int verify_trial(struct trial *t, const struct verify_options *options, json_t **report,
		 struct err *e);

/* At least one test ran, and none failed. */
bool verify_passed(const json_t *report);

/* ---- a decision of the log, as a test ----------------------------------- */

/* Appends the last of these entries of a partnership, a decision, in the
 * language of tests: what went before it, and what came of it. `entries`:
 * [{"sequence", "kind", "id", "body"}] as reader_past gives them, commitments in
 * place of personal values, which are left out. AW_EINVALID where the last is
 * no decision; -ENOMEM. */
int verify_record(const json_t *entries, struct buffer *out, struct err *e);

/* ---- changes that tests should notice ----------------------------------- */

/* Gives every change of one place in the rule files, [{"path", "text"}]:
 * [{"file", "line", "change": "7 becomes 8", "offset", "length", "with"}].
 * Numbers and dates by one, comparisons at their border and turned round,
 * criteria dropped. Files of tests are left alone. NULL: no memory. */
json_t *verify_changes(const json_t *files);
/* Gives the files with this change made. NULL: no memory. */
json_t *verify_changed(const json_t *files, const json_t *change);

struct verify_mutation {
	json_t *unnoticed;                /* some of verify_changes; yours to decref */
	size_t changes, noticed, refused; /* refused: the rules did not load; noticed, too */
};

/* Runs the tests once for each change. */
int verify_mutate(const struct trial_options *options, const json_t *files,
		  const struct verify_options *verify, struct verify_mutation *out, struct err *e);

#endif
