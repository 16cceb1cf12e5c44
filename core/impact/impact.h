/*
 * impact: what a change of the rules would have meant. Every logged submission
 * is decided again, in order, under a candidate, and compared with what the
 * rules in force say of it, or with what was decided then.
 *
 * Partnerships do not touch each other, so several are replayed side by side,
 * each one step after another; held in memory is a window of them, never the
 * log. Imports are worked out again as imports, and what was revoked is revoked
 * again from its place on. A submission that does not fit the form any more, or
 * that the rules fail on, leaves no trace in what comes after it. An import is
 * always taken in, also where an award decided again would have forestalled it.
 */
#ifndef AW_IMPACT_H
#define AW_IMPACT_H

#include <stdatomic.h>

#include "base/base.h"
#include "journal/journal.h"
#include "json/json.h"
#include "trial/trial.h"

struct impact_options {
	struct journal_reader *log;
	struct trial *candidate;
	struct trial *against;   /* the rules in force; NULL: what was decided then */
	bool logged_history;     /* each decided after what the log has, not after what
				    would have been decided instead */
	const char *since;       /* NULL; or only entries assessed, or awarded, from this day on */
	const char *partnership; /* NULL, or only this one */

	/* One entry that differs (borrowed):
	 *   {"sequence", "id", "kind": "decision" or "import", "partnership", "name",
	 *    "assessed_on", "revoked": whether it was since, "differences": [{"what", "item", "from", "to",
	 *    "direction"}]}
	 * partnerships in order of their id, each one's entries in order. `item`
	 * says which commendation, criterion or member, else null. What is:
	 *   award          gained, lost, higher, lower, or changed where no rank says
	 *   commendation   gained, lost
	 *   route, change  changed
	 *   fee            higher, lower: net
	 *   criterion      gained, lost: "met", "unmet", "error" or null (there is none);
	 *                  between unmet, error and the rest, of an award both know
	 *   submission     gained, lost: it fits the form on one side only; `to` or
	 *                  `from` is the first error, "errors" has all
	 *   evaluation     gained, lost: the rules fail on it on one side only
	 *   other          changed: another member of the outcome, where award,
	 *                  commendations, route and change are the same
	 * Anything but 0 ends the work, and is what impact_measure returns. */
	int (*each)(void *ctx, const json_t *change);
	/* How many entries are behind of about how many; may be NULL. */
	void (*progress)(void *ctx, uint64_t done, uint64_t of);
	void *ctx;
	const atomic_bool *stop; /* NULL; or ends with -ECANCELED soon after it is set */
};

/* Does it. Gives {"candidate": digest, "against": digest or "logged", "decisions",
 * "imports", "changed", "changed_imports", "changed_revoked", "totals": {what: {direction: n}}}: how
 * many were looked at, how many of each differ and stand, how many of both differ and
 * were revoked, and differences by kind, of both (all that there are, also where 0). AW_EABSENT where the log has no such
 * partnership; what the reader returns; -ENOMEM. */
int impact_measure(const struct impact_options *options, json_t **summary, struct err *e);

/* How many past decisions that stand would differ, counted beside a loop: on one of its
 * threads, with a reader of the log and one evaluator for each rule set. */
struct impact_limit {
	uv_loop_t *loop;
	const struct words *words;           /* as trials take them */
	const char *log, *program, *against; /* borrowed until it is done; the digest of a
						rule set that the log keeps */
	json_t *candidate;                   /* [{"path", "text"}]; held, and only read */
	unsigned long most;                  /* where more differ, it ends */
};

struct impact_count;

/* Once, later, on the loop: 0 and the count, at most one more than `most`;
 * -ECANCELED; or another status and a sentence. */
typedef void (*impact_counted_cb)(void *ctx, int status, unsigned long changed,
				  const struct err *e);

/* Begins; `out` is good until `done`. Returns nonzero without it. */
int impact_count(const struct impact_limit *limit, impact_counted_cb done, void *ctx,
		 struct impact_count **out);
/* Ends it soon; `done` still comes. */
void impact_count_cancel(struct impact_count *c);

#endif
