/* inner: the parts of deciding again; inside this room only. */
#ifndef AW_REPRODUCE_INNER_H
#define AW_REPRODUCE_INNER_H

#include <uv.h>

#include "reproduce/reproduce.h"

/* Gives a decision or import that names its partnership, as reader_entry does; it
 * may be there, and yours, where this fails. */
int logged_find(struct journal_reader *log, int64_t sequence, json_t **out, struct err *e);

/* ---- what an entry says: each borrows from it, or gives NULL ------------- */

bool logged_is(const json_t *entry, const char *kind);
const char *logged_partnership(const json_t *entry);
/* The digest of the rule set that decided it. */
const char *logged_rules(const json_t *entry);

/* What comes after an entry knows it by a row like reader_history's, or knows
 * that an earlier one is revoked. 0 or -ENOMEM. */
int history_add(json_t *history, const json_t *entry);

/* The operation that decides an entry, and gives its input, or NULL. */
const char *logged_operation(const json_t *entry);
json_t *logged_input(const json_t *entry, json_t *history);
/* Gives, of what an evaluator answered to that (taken), what was logged of it:
 * the decision with its rules' digest, or an import's outcome. NULL: no memory. */
json_t *logged_answer(const json_t *entry, json_t *answer, const char *digest);
/* Borrows what was logged: the decision, or the import's outcome. */
json_t *logged_result(const json_t *entry);
/* Its place in the entry. */
const char *logged_place(const json_t *entry);

/* ---- comparing ----------------------------------------------------------- */

/* Whether the entry with `fresh` in the place of what was logged has the same
 * leaf hash: 1, 0, or -ENOMEM. */
int logged_is_same(const json_t *entry, json_t *fresh);

/* Appends {"pointer", "then", "now"} for each place in which the two differ, in
 * canonical order; pointers begin with `base`. 0 or -ENOMEM. */
int differences_find(json_t *then, json_t *now, const char *base, json_t *list);

/* ---- the rule sets of a log ---------------------------------------------- */

struct shelved {
	char *digest;
	struct trial *trial; /* NULL while it is closed, or cannot be run */
	char *reason;        /* why it cannot */
	bool own_words;      /* the prelude is this program's */
	uint64_t entries;    /* how many it was taken for */
	uint64_t used;       /* when last */
};

/* Rule sets by digest, on one loop. Those not used for long are closed. */
struct shelf {
	struct journal_reader *log;
	struct trial_options how;
	uv_loop_t loop;
	struct shelved **list;
	size_t count;
	uint64_t now;
};

int shelf_open(struct shelf *s, struct journal_reader *log, const struct trial_options *how);
/* Ends all evaluators. Nothing may be owed. */
void shelf_close(struct shelf *s);

/* Whether shelf_take would have to open it, and so perhaps to close another:
 * nothing may be owed then. */
bool shelf_has(const struct shelf *s, const char *digest);
/* Borrows it: with a trial, or the reason why there is none. -ENOMEM and what says
 * that the log cannot be read. */
int shelf_take(struct shelf *s, const char *digest, struct shelved **out, struct err *e);
/* Gives the summary's "rule_sets", or NULL. */
json_t *shelf_describe(const struct shelf *s);

/* ---- entries under way --------------------------------------------------- */

struct asked;

/* What is asked and found. */
struct questions {
	const struct reproduce_options *options;
	struct shelf *shelf;
	struct asked *first, **last;
	size_t held, under_way; /* in that list; of them, those without an answer */
	uint64_t done, of;
	json_int_t reproduced, differing, not_possible;
};

void questions_init(struct questions *q, const struct reproduce_options *options,
		    struct shelf *shelf);
/* Waits for what is owed, and forgets it. */
void questions_deinit(struct questions *q);

/* Takes up an entry (held) behind those under way, and judges what has an answer.
 * Of the rules one with a trial. 0; what options->each returned; -ENOMEM. */
int questions_ask(struct questions *q, const struct shelved *rules, json_t *entry, json_t *history);
/* Waits for all that is owed, and judges it. */
int questions_settle(struct questions *q);
/* Says that an entry could not be decided again; nothing may wait to be judged. */
int questions_refuse(struct questions *q, const json_t *entry, const char *reason);

#endif
