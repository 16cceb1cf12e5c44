/*
 * ruleset: generations of rules. A generation is the bytes of a set of rule
 * files, read once, their digest, and the evaluators that run exactly those
 * bytes. It lives as long as somebody holds it, so a submission begun under it
 * is decided by it, whatever is put in force meanwhile.
 */
#ifndef AW_RULESET_H
#define AW_RULESET_H

#include "base/base.h"
#include "evaluator/evaluator.h"
#include "form/form.h"
#include "json/json.h"

/* ---- files -------------------------------------------------------------- */

enum { RULES_DIGEST = 72 }; /* "sha256:<hex>" and its NUL */

/* The bytes of a rule set. */
struct rule_files {
	json_t *files;      /* [{"path", "sha256", "text"}] in order of path */
	json_t *prelude;    /* a text: the words that a log keeps with them; NULL: this program's */
	json_t *words;      /* of plugins, that it is bound to, or NULL; see rule_files_bind */
	struct words *lent; /* by plugins: those that a log names and no other; NULL: the pool's */
	char digest[RULES_DIGEST];
};

/* The digest of a rule set is SHA-256 over what `sha256sum` would print of the
 * prelude, by the name "prelude", of each file by its path, and of the words of plugins
 * as "words/NAME": here from the prelude's SHA-256 in hex, [{"path", "sha256"}] and
 * [{"name", "sha256"}] (or NULL). 0 or -ENOMEM. */
int rule_files_digest(const char *prelude, const json_t *files, const json_t *words,
		      char out[RULES_DIGEST]);

void rule_files_deinit(struct rule_files *f);

/* Reads every *.lua in and below `dir`, but names that begin with a dot, in the
 * order of their paths. Links, files over 256 KiB, text that is not UTF-8 and
 * more than 1,000 files are refused; so is a folder without any. Every problem
 * is added to `faults`, [{"file", "line", "message"}]; AW_ESCRIPT where there is
 * one, -ENOMEM. */
int rule_files_read(const char *dir, struct rule_files *out, json_t *faults);

/* The same on a thread of its own, so that a slow disk holds up nobody. `files`
 * hold something where status is 0, and may be taken; `faults` are borrowed.
 * `dir` is borrowed until then. Returns nonzero without the callback. */
typedef void (*rule_files_cb)(void *ctx, int status, struct rule_files *files,
			      const json_t *faults);
int rule_files_fetch(uv_loop_t *loop, const char *dir, rule_files_cb done, void *ctx);

/* The words of plugins that the rules are run with belong to the digest, as
 * "words/NAME", where there are any. `words` may be NULL. A set that a log keeps
 * stays bound to its own. 0 or -ENOMEM. */
int rule_files_bind(struct rule_files *f, const struct words *words);

/* What tells one reading of a folder from another: the digest, or, where there
 * are faults, a digest of those. 0 or -ENOMEM. */
enum { RULES_KEY = 80 };
int rule_files_key(const struct rule_files *f, const json_t *faults, char out[RULES_KEY]);

/* The same from files kept in the log, [{"path", "text"}], with the text of the
 * prelude that was theirs, or this program's where it is NULL (both borrowed). */
int rule_files_from(const json_t *files, json_t *prelude, struct rule_files *out);

/* The same of a rule set as reader_rules gives it, bound to the words of plugins that the
 * log names, and to no other: with those its evaluators run. AW_EABSENT where one of them is
 * not among `words` (which may be NULL); AW_ECORRUPT where its texts do not give the digest
 * that it has. */
int rule_files_from_log(const json_t *kept, const struct words *words, struct rule_files *out,
			struct err *e);

/* Gives {"digest", "files": [{"path", "sha256"}]}, without the texts, and "words": [{"name",
 * "sha256"}] where it is bound to any. */
json_t *rule_files_describe(const struct rule_files *f);

/* ---- faults ------------------------------------------------------------- */

/* Appends a fault of a rule set, {"file", "line", "message"}, or a finding with these members,
 * as people read it: "FILE:LINE: MESSAGE", without what is not known. 0 or -ENOMEM. */
int rule_fault_append(const json_t *fault, struct buffer *out);
/* The same of an evaluation that failed. */
int rule_failure_append(const struct evaluation *e, struct buffer *out);

/* ---- generations -------------------------------------------------------- */

struct generation;

/* 0 and a generation held once, yours to drop; or AW_ESCRIPT and such, no
 * generation, and [{"file", "line", "message"}] (borrowed). */
typedef void (*generation_ready_cb)(void *ctx, int status, struct generation *g,
				    const json_t *faults);

/* Starts evaluators for these files (taken in every case), with the options' words of
 * plugins where they have none of their own. The callback comes
 * once, later. Returns nonzero without it. */
int generation_open(const struct pool_options *options, struct rule_files *take,
		    generation_ready_cb ready, void *ctx);

struct generation *generation_hold(struct generation *g);
/* The last drop ends the evaluators. Clears your pointer. */
void generation_drop(struct generation **g);

const char *generation_digest(const struct generation *g);
const json_t *generation_manifest(const struct generation *g);
const json_t *generation_files(const struct generation *g);
/* The form of a submission, and of {"awards": [...]} to import. */
const struct form *generation_form(const struct generation *g);
const struct form *generation_import_form(const struct generation *g);
struct pool *generation_pool(const struct generation *g);

#endif
