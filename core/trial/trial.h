/*
 * trial: a rule set tried outside of a daemon. The same loader, evaluators,
 * seal and budgets as in force, on a loop of its own; nothing is logged.
 * For checking, testing and comparing rule sets.
 */
#ifndef AW_TRIAL_H
#define AW_TRIAL_H

#include "base/base.h"
#include "evaluator/evaluator.h"
#include "json/json.h"
#include "ruleset/ruleset.h"

struct trial;

/* How to run evaluators. */
struct trial_options {
	const char *program; /* as evaluator_program gives it; borrowed */
	unsigned processes;
	unsigned deadline_ms;
	const struct words *words; /* borrowed; NULL: none */
	/* NULL: a loop of its own. Else borrowed, and shared with other trials: its
	 * owner runs it to its end after the last of them was closed. */
	uv_loop_t *loop;
};

/* Reads and runs the rule set in a folder. AW_ESCRIPT and at least one fault,
 * [{"file", "line", "message"}], appended to `faults`; or another status and a
 * sentence. */
int trial_open(const struct trial_options *options, const char *dir, struct trial **out,
	       json_t *faults, struct err *e);
/* The same with files kept elsewhere, [{"path", "text"}] (borrowed). */
int trial_open_files(const struct trial_options *options, const json_t *files, struct trial **out,
		     json_t *faults, struct err *e);
/* The same with a rule set as reader_rules gives it: run with the prelude that
 * was its own, and with the words of plugins that it had alone; see rule_files_from_log. */
int trial_open_kept(const struct trial_options *options, const json_t *kept, struct trial **out,
		    json_t *faults, struct err *e);
/* Nothing may be owed. */
void trial_close(struct trial **t);

/* Borrowed: digest, manifest, files, forms. */
const struct generation *trial_rules(const struct trial *t);

/* Queues one evaluation, as pool_ask does; its callback comes in trial_wait,
 * and may queue more. */
int trial_ask(struct trial *t, const char *operation, const json_t *input, evaluation_cb done,
	      void *ctx);
/* Delivers the answers that are there, and waits for none. */
void trial_turn(struct trial *t);
/* Runs until nothing is queued or under way. */
void trial_wait(struct trial *t);

/* Decides one submission after this history and waits for it. Both are
 * borrowed. Gives the decision as a document; AW_ESCRIPT, AW_EDEADLINE, AW_ECRASH
 * and a sentence that begins with file and line. Personal values are dropped as
 * in force; the submission must fit the form. */
int trial_decide(struct trial *t, const json_t *submission, const json_t *history, json_t **out,
		 struct err *e);

/* Appends to `errors` what does not fit the form of a submission. */
int trial_check(const struct trial *t, const json_t *submission, json_t *errors);

/* Gives the row of a history, as reader_history does, for a decided submission
 * or an imported award ({"partnership", "name", ...} and its outcome). */
json_t *trial_decision_row(json_int_t sequence, const json_t *submission, const json_t *decision);
json_t *trial_import_row(json_int_t sequence, const json_t *award, const json_t *outcome);
/* Marks the row with this sequence as revoked, where there is one. 0 or -ENOMEM. */
int trial_revoke_row(json_t *history, json_int_t sequence);

#endif
