/*
 * script: a rule set in Lua, inside one process that is given up if it
 * misbehaves. Only the evaluator process and the tests make one; the daemon's
 * own process never does. No Lua type or code leaves this room.
 *
 * Every run starts from a fresh Lua state, or one put back to the same bytes, so
 * no run sees what another left.
 * The state has an allow-list of globals, text chunks only, bounded string and
 * table functions, a budget of instructions and of memory.
 */
#ifndef AW_SCRIPT_H
#define AW_SCRIPT_H

#include "base/base.h"
#include "json/json.h"

struct script_file {
	const char *path; /* relative, as messages name it: "quality-lead.lua" */
	struct text source;
};

/* What is wrong in a rule file. `line` is 0 where no line is known. */
struct script_fault {
	char file[128];
	int line;
	char message[512];
};

struct script_faults {
	struct script_fault *list;
	size_t count, capacity;
};

void script_faults_deinit(struct script_faults *f);

/* Words that somebody lends to rules, as words.PLUGIN.WORD; those of one plugin stand
 * together. `call` gives the answer's JSON, or not 0 and a message. */
struct script_word {
	const char *plugin, *word;
};

struct script_words {
	struct script_word *list;
	size_t count;
	int (*call)(void *ctx, size_t number, const json_t *arguments, struct buffer *out,
		    char *message, size_t size);
	void *ctx;
};

struct script;

/* The prelude compiled into the program: the words rules are written in. Its
 * SHA-256 belongs to a rule set's digest. */
struct text script_prelude(void);

/* "Lua 5.4.4" */
const char *script_lua_version(void);

/* Runs the prelude and then each file once, and keeps the sources (copied). The
 * prelude is this program's, where its bytes are NULL; or the one that a log keeps
 * with rules that were in force, and then those need not pass what this program
 * looks for in new ones (lint.c's slips).
 * `words` are borrowed for the script's life; NULL: none.
 * 0; AW_ESCRIPT with at least one fault, as many as can be known; -ENOMEM. */
int script_open(struct text prelude, const struct script_file *files, size_t count,
		const struct script_words *words, struct script **out,
		struct script_faults *faults);
void script_close(struct script **s);

/* Borrows the rule set's description of itself, see README.md of this room. */
const json_t *script_manifest(const struct script *s);

/* One evaluation in a fresh state, or a question about the rules. `input` is
 * borrowed.
 *  "decide": {"submission": {...}, "history": [...]} gives the decision without
 *            decision_id, sequence, decided_at, rules and log.
 *  "import": {"awards": [...]} gives {"awards": [{outcome}...]}, one for each.
 *  "trace":  {"operation": one of these two, and its members} gives {"answer",
 *            "lines": {file: [line...]}}, the lines that ran, loading included.
 *  "tests":  gives the tests of *.test.lua: [{"name", "file", "line", "before":
 *            [{"submission" or "imported", "revoked"}], "submission" or
 *            "imported", "expect"}].
 *  "lines":  gives {file: [line...]}, the lines inside functions that can run.
 *  "pulse":  gives {}: a sign of life.
 * Appends the result's canonical JSON to `out`. 0; AW_ESCRIPT and a fault where
 * a rule fails outside a criterion; -ENOMEM. */
int script_run(struct script *s, const char *operation, const json_t *input, struct buffer *out,
	       struct script_fault *fault);
/* The same of an input as it stands, with the operation beside it: {"input", "operation"}. */
int script_run_item(struct script *s, const struct json_item *request, struct buffer *out,
		    struct script_fault *fault);

/* True for a file of tests, by its name: not read in evaluations. */
bool script_is_test(const char *path);

/* The words, numbers, quoted texts and signs of Lua text, for edits that keep
 * to its grammar. Begin with a zeroed token. False at the end. Text that is no
 * Lua gives some tokens, too, never one beyond it. */
enum script_token_kind { SCRIPT_NAME, SCRIPT_NUMBER, SCRIPT_TEXT, SCRIPT_SIGN };

struct script_token {
	enum script_token_kind kind;
	size_t offset, length;
	int line;
};

bool script_token_next(struct text source, struct script_token *token);
bool script_token_is(struct text source, const struct script_token *token, const char *what);

/* Lets this process try each run without counting its instructions first, which takes less time; what
 * could have used up a budget is put back and run again, counted, so that answers are the same. Takes
 * SIGVTALRM and a timer: to be called before the process is sealed, if at all. `clock` gives
 * nanoseconds that never go back, or less than 0 where there is none; NULL: the system's.
 * 0 or -errno; -ENOTSUP where ThreadSanitizer keeps signals from coming. */
int script_hurry(int64_t (*clock)(void));

/* Calls `cb` before each run that is counted, which may take long. NULL: nobody is told. */
void script_before_counting(struct script *s, void (*cb)(void *ctx), void *ctx);

/* Makes the next run's fresh state now, so that the time is spent between
 * requests. Optional. */
void script_prepare(struct script *s);

#endif
