/*
 * inner: the parts of an audit. One thread reads the file and follows the tree, the keys, the
 * texts and the derived tables (audit.c, tree.c, keys.c, texts.c); beside it others judge each entry
 * by itself (entry.c, personal.c), some batches ahead, and one looks at the pages (pages.c).
 */
#ifndef AW_AUDIT_INNER_H
#define AW_AUDIT_INNER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "audit/audit.h"

/* ---- report.c: findings --------------------------------------------------- */

enum level { LEVEL_NOTE, LEVEL_DERIVED, LEVEL_ALTERED, LEVELS };

struct report {
	const struct audit_options *options;
	size_t counts[LEVELS];
	json_t *given, *not_given; /* {what: how many} */
	json_t *held;              /* findings to be given after others that are to come; or NULL */
	int status;                /* what ended the work: -ENOMEM, or what `each` returned */
};

/* After init, deinit is always legal. 0 or -ENOMEM. */
int report_init(struct report *r, const struct audit_options *options);
void report_deinit(struct report *r);

/* Gives a finding; `place` holds further members (taken; NULL: none). NULL where
 * memory runs out. */
json_t *finding_make(enum level level, const char *what, json_t *place, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* {"entry": sequence} */
json_t *place_entry(int64_t sequence);

/* Takes a finding; NULL counts as memory run out. Returns report->status. */
int report_give(struct report *r, json_t *finding);
/* From now on findings are held, until the release gives them in their order. 0 or -ENOMEM. */
int report_hold(struct report *r);
int report_release(struct report *r);
/* Where `rv` says that the file cannot be read as a log, that becomes a finding
 * at `where`, and 0 is returned; else rv. */
int report_unreadable(struct report *r, int rv, const char *where, const struct err *why);

/* ---- pages.c: what SQLite says of the file ----------------------------------- */

/* At work on a thread and a connection of its own. After init, wait and deinit are always legal. */
struct pages {
	const char *path;
	struct journal_reader *log;
	struct raw_walk *held; /* so that it can be ended before it has begun */
	pthread_t thread;
	bool started;
	atomic_bool done;
	json_t *faults; /* sentences */
	int status;
	struct err err;
};

void pages_init(struct pages *p, const char *path);
void pages_start(struct pages *p);
/* Waits for the end, and gives what was found. */
int pages_give(struct pages *p, struct report *report, struct err *e);
/* Ends it, where nobody wants to know any more. */
void pages_deinit(struct pages *p);

/* ---- texts.c: rule texts and rule sets ------------------------------------ */

struct texts {
	struct known {
		struct digest digest;
		bool used;
	} * known; /* sorted */
	size_t count;
	json_t *in_force; /* digests of rule sets: {"sha256:...": true} */
	size_t rule_sets;
};

void texts_init(struct texts *t);
void texts_deinit(struct texts *t);
/* Reads every text and compares it with its SHA-256. */
int texts_read(struct texts *t, struct journal_reader *r, struct report *report, struct err *e);
/* What an entry's body says of rules, against the texts and what came before, entry after
 * entry; appends to `findings`. */
void texts_check(struct texts *t, int64_t sequence, const char *kind, const json_t *body,
		 json_t *findings);
/* Texts that no rule set has. */
int texts_finish(struct texts *t, struct report *report);

/* ---- entry.c, personal.c: one entry by itself ------------------------------ */

/* A row of `personal`, copied. */
struct value {
	char *pointer;
	struct text salt, json; /* in `bytes` */
	struct buffer bytes;
};

/* A row of `entry`, copied, with its personal values; and what was found. */
struct item {
	int64_t sequence;
	struct buffer bytes;
	char kind[32], at[32]; /* the columns, cut */
	bool quotes;           /* it stands in the file in quotes of another */
	bool has_leaf;         /* the column holds 32 bytes */
	struct digest leaf;    /* those */
	struct value *values;
	size_t value_count;

	json_t *document; /* NULL where the bytes are none */
	json_t *findings;
	size_t mark;         /* where in these belongs what comes of the rules that it names */
	bool memory;         /* ran out */
	size_t kept, absent; /* personal values; and commitments without one */
	char *first_absent;  /* a pointer to one of these, or NULL */
};

/* What entries are judged by, apart from themselves. */
struct judge {
	char identity[80]; /* of the log, "" where it has none */
};

void item_clear(struct item *it);
void item_judge(struct item *it, const struct judge *j);
/* Adds a finding to the item's own. */
void item_find(struct item *it, json_t *finding);

/* Values against commitments, and commitments without a value. */
void personal_judge(struct item *it);

/* ---- erased.c: personal values that are gone, and that should be ----------- */

/* Whose values are there is nearly every entry: those stand in a file. In memory are entries with
 * values that are gone, and erasures. */
struct erased {
	struct gone {
		int64_t sequence;
		uint64_t partnership; /* the beginning of the digest of its id */
		char *pointer;        /* of one that is gone, or NULL */
		bool kept;            /* one is there */
	} * gone;                     /* ascending */
	size_t count, capacity;
	FILE *kept; /* of struct gone, ascending; without a name; NULL while there is none */
	struct cover {
		bool one;     /* entry, or a partnership's */
		uint64_t key; /* its sequence, or the partnership as above */
		int64_t through, by;
	} * covers;
	size_t cover_count;
	size_t values; /* that are gone, in all */
};

void erased_init(struct erased *x);
void erased_deinit(struct erased *x);
/* 0, -ENOMEM, or an errno of the temporary file. */
int erased_note(struct erased *x, struct item *it);
/* An entry of the kind "erasure" covers what it names. */
int erased_cover(struct erased *x, int64_t sequence, const json_t *body);
int erased_finish(struct erased *x, struct report *report, struct err *e);

/* ---- keys.c: which key was in force when, and whom to trust ---------------- */

enum { CHANGES_MOST = 64 };

struct keys {
	struct key_known {
		struct tlog_verifier verifier;
		int64_t entry; /* that brought it into force */
		bool trusted;
	} * known; /* the last is in force */
	size_t count, capacity;
	struct tlog_verifier given;
	bool has_given;
	/* Changes of the key whose first checkpoint is to come. */
	struct key_change {
		size_t from; /* in known */
		int64_t entry;
	} changes[CHANGES_MOST];
	size_t change_count;
	int64_t replaced[CHANGES_MOST]; /* entries with another key, and no change before them */
	size_t replaced_count;
	int64_t vouched; /* entries that a trusted key signed for */
};

void keys_init(struct keys *k, const struct tlog_verifier *given);
void keys_deinit(struct keys *k);
/* Takes in what a "start" or "key" entry says of keys. */
int keys_entry(struct keys *k, int64_t sequence, const char *kind, const json_t *body,
	       struct report *report);
/* Judges a checkpoint's signatures. *signed_now: by the key in force; only then
 * does its text count. */
int keys_checkpoint(struct keys *k, int64_t size, struct text note, bool *signed_now,
		    struct report *report);
/* The root of a checkpoint proved right: those who signed it vouch for it. */
void keys_vouch(struct keys *k, int64_t size, struct text note);
/* Whether any key that the log names, or the one given, signed it. */
bool keys_signed(const struct keys *k, struct text note);
int keys_finish(struct keys *k, int64_t entries, bool has_checkpoint, struct report *report);

/* ---- tree.c: leaves to roots, against what was signed of them --------------- */

struct kept_checkpoint {
	struct checkpoint c;
	struct text note;
	bool reached, agrees;
};

struct tree {
	struct tree_edge edge;
	struct raw_walk *checkpoints;
	struct {
		int64_t size; /* -1: no more */
		struct buffer note;
	} next;
	char origin[TLOG_NAME];
	size_t count;   /* checkpoints */
	int64_t newest; /* size of the last one */
	struct buffer newest_note;
	struct digest newest_root;
	int64_t good, bad; /* size up to which roots agreed; the first that did not, or 0 */
	size_t bad_later;
	bool lost;                    /* entries are missing: roots say nothing any more */
	struct kept_checkpoint *kept; /* elsewhere; ascending by size */
	size_t kept_count, kept_next;
};

void tree_init(struct tree *t);
void tree_deinit(struct tree *t);
/* Reads `since` apart. AW_EINVALID. */
int tree_keep(struct tree *t, struct text since, struct err *e);
int tree_begin(struct tree *t, struct journal_reader *r, const char *identity,
	       struct report *report, struct err *e);
/* Takes in the next leaf, once `keys` know what its entry says. */
int tree_take(struct tree *t, const struct digest *leaf, struct keys *keys, struct report *report,
	      struct err *e);
/* Reads the file's next checkpoint into `next`. */
int tree_read_next(struct tree *t, struct report *report, struct err *e);
/* What is left at the end of the log: checkpoints of more entries than there are,
 * roots that differed, what was kept elsewhere. `keys` are finished, too. */
int tree_finish(struct tree *t, struct keys *keys, struct report *report, struct err *e);

#endif
