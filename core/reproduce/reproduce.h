/*
 * reproduce: what was logged, decided again. Every decision and imported award
 * of a log is worked out once more by the rule set of its time, with the words
 * (the prelude) of its time, after the history of its time; what comes of it is
 * put in the place of what was logged, and the entry must have its leaf hash
 * again. Everything it needs is in the log's file.
 *
 * Nothing is believed but the bytes of entries and texts, each held against its
 * hash as it is read. The derived tables only say where to look; an entry that
 * they do not lead to is found at the end. Held in memory are the history of one
 * partnership and a few questions that are under way, never the log.
 */
#ifndef AW_REPRODUCE_H
#define AW_REPRODUCE_H

#include "base/base.h"
#include "journal/journal.h"
#include "json/json.h"
#include "trial/trial.h"

struct reproduce_options {
	struct journal_reader *log;
	struct trial_options how; /* for each rule set; its loop is not looked at */
	const int64_t *only;      /* these sequences, ascending; NULL: all there are */
	size_t count;

	/* One entry that was not reproduced (borrowed):
	 *   {"sequence", "id", "kind", "partnership", "rules", "result", "reason",
	 *    "differences": [{"pointer", "then", "now"}]}
	 * `result` is
	 *   differs       what comes out now is not what was logged; pointers are into
	 *                 the entry, in canonical order. A side that has nothing there
	 *                 is left out. There are none where the rules fail now, or
	 *                 only the bytes differ: `reason` says it.
	 *   not-possible  it could not be decided again; `reason` says why. A
	 *                 revocation is named where it was not found beside what it
	 *                 revokes.
	 * Members that are not known are null. Partnerships come in order of their id,
	 * each one's entries in order, what no table leads to last. Anything but 0
	 * ends the work, and is what reproduce_log returns. */
	int (*each)(void *ctx, const json_t *finding);
	/* How many entries are behind of about how many; may be NULL. */
	void (*progress)(void *ctx, uint64_t done, uint64_t of);
	void *ctx;
};

/* Does it, up to the newest entry of when it began. Gives
 *   {"through", "decisions", "imports", "reproduced", "differing", "not_possible",
 *    "rule_sets": [{"digest", "entries", "own_words", "reason"}], "unreadable":
 *    [sentence], "versions": [{"engine", "lua", "from", "same"}], "engine", "lua"}
 * `unreadable` says which entries could not be read on the way. `own_words` is false where the words are not those of this program, `reason` null
 * where the set could be run. `versions` are those that put rules in force, `from`
 * the first entry to say so; the last two are this program's.
 * AW_EABSENT or AW_EINVALID for one of `only` that is not there, or is no decision
 * or import; what the reader returns, reader_is_still too; -ENOMEM. */
int reproduce_log(const struct reproduce_options *options, json_t **summary, struct err *e);

/* Decides one entry again, after the history of its day, by another rule set
 * of the log, `digest` or the newest (NULL). Gives
 *   {"sequence", "id", "kind", "partnership", "assessed_on", "then": {"rules",
 *    "decision"}, "now": {"rules", "at", "decision", "errors", "reason"},
 *    "differences": [{"pointer", "then", "now"}]}
 * Pointers are into the decision; an import has {"outcome"} for it. now.decision is null
 * where the submission does not fit that rule set's form (`errors`:
 * [{"pointer", "message"}], else empty) or the rules fail on it (`reason`, else
 * null). That the digests differ is no difference. AW_EABSENT too where that rule
 * set was never in force; AW_ESCRIPT where it does not load; else as above. */
int reproduce_under(struct journal_reader *log, const struct trial_options *how, int64_t sequence,
		    const char *digest, json_t **out, struct err *e);

#endif
