/*
 * evaluator: processes that hold the rules. Each is this same program run
 * again, has no files and no network, and answers one evaluation after another
 * over a socket pair; while it runs one it is given the next. One that crashes,
 * hangs or is killed costs one answer and is replaced; what it had not begun is
 * asked elsewhere. The sandbox gives rules no clock; words of plugins could read
 * it, where the kernel lends its own to every process.
 *
 * A pool is the set of processes of one rule set. All calls and callbacks are
 * on the loop's thread.
 */
#ifndef AW_EVALUATOR_H
#define AW_EVALUATOR_H

#include <uv.h>

#include "base/base.h"
#include "json/json.h"

/* The first argument that makes the program an evaluator. */
#define EVALUATOR_ARGUMENT "--evaluator"

/* The whole life of an evaluator process: reads requests from descriptor 0
 * until it is closed. The arguments are those behind EVALUATOR_ARGUMENT. Returns the
 * exit status. */
int evaluator_main(int count, char **arguments);

/* ---- words that plugins lend to rules ------------------------------------- */

enum { WORDS_MOST = 32 };

struct word_object {
	char plugin[40];
	char sha256[DIGEST_HEX]; /* of the object */
	int object;              /* a descriptor of its own */
};

/* Loaded by every evaluator before it is sealed. */
struct words {
	char *load; /* what plugin_confine takes, as JSON text */
	struct word_object list[WORDS_MOST];
	size_t count;
};

/* 0 or -ENOMEM; `load` is borrowed. */
int words_new(const json_t *load, struct words **out);
void words_free(struct words **words);
/* Keeps a descriptor to the same object. AW_ELIMIT where there are too many; a
 * negated errno. */
int words_add(struct words *words, const char *plugin, const char *sha256, int object);
/* Gives [{"name", "sha256"}]; empty for NULL. */
json_t *words_describe(const struct words *words);
/* Gives those of such a list alone, with descriptors of their own. AW_EABSENT and a
 * sentence where one is not there, or has another SHA-256. */
int words_pick(const struct words *words, const json_t *list, struct words **out, struct err *e);

/* A name by which this very program can be run again for as long as it runs,
 * whatever is done to its file. Keeps one descriptor open. 0 or an errno. */
enum { PROGRAM_NAME = 32 };
int evaluator_program(char name[PROGRAM_NAME]);

struct pool;

struct pool_options {
	uv_loop_t *loop;
	const char *program;  /* what to run; borrowed for the pool's life */
	unsigned processes;   /* how many evaluate side by side */
	unsigned deadline_ms; /* wall time for one evaluation */
	/* Where evaluations run into their deadline, those that have waited for so long
	 * are given up with them, and not kept waiting for one deadline after another;
	 * none then takes longer than deadline_ms twice and this. 0: all wait. */
	unsigned patience_ms;
	const struct words *words; /* borrowed as the program is; NULL: none */
};

/* The rule set ran, or did not, in its first evaluator. 0 and its manifest;
 * AW_ESCRIPT and {"faults": [{"file", "line", "message"}]}; AW_ECRASH,
 * AW_EDEADLINE or -ENOMEM and NULL. `answer` is borrowed. */
typedef void (*pool_ready_cb)(void *ctx, int status, const json_t *answer);

/* Starts the processes with these rules (borrowed): {"files": [{"path", "text"}],
 * "prelude"}, the last as script_open takes it, or left out. The callback comes once, never before this has returned. -ENOMEM or what
 * starting a process gives: no callback. */
int pool_open(const struct pool_options *options, const json_t *rules, struct pool **out,
	      pool_ready_cb ready, void *ctx);

/* What came of one evaluation. Text is valid during the call. */
struct evaluation {
	int status;         /* 0, AW_ESCRIPT, AW_EDEADLINE, AW_ECRASH, -ENOMEM: none here */
	struct text result; /* canonical JSON, where status is 0 */
	const char *file;   /* of a rule that failed, "" otherwise */
	int line;
	const char *message;
};
typedef void (*evaluation_cb)(void *ctx, const struct evaluation *evaluation);

/* Queues one evaluation: {"operation", "input"} as script_run takes them. Each is
 * answered once, never before this has returned. No callback where it fails: -ENOMEM; AW_ELIMIT
 * for more than an evaluator is sent at once, 64 MiB. */
int pool_ask(struct pool *p, const char *operation, const json_t *input, evaluation_cb done,
	     void *ctx);
/* The same with the input's JSON. */
int pool_ask_text(struct pool *p, const char *operation, struct text input, evaluation_cb done,
		  void *ctx);
/* A sign of life of one evaluator, ahead of all that waits: it takes little more than
 * the few evaluations that one was given. Answered as the others are. */
int pool_pulse(struct pool *p, evaluation_cb done, void *ctx);

/* Ends the processes. Evaluations still owed are answered with AW_ECRASH. The
 * pool is gone inside `closed` (may be NULL). */
void pool_close(struct pool *p, void (*closed)(void *ctx), void *ctx);

struct pool_stats {
	unsigned alive, busy;
	size_t queued;
	uint64_t evaluations, deadlines, crashes, faults;
};
/* Adds this pool's counters to `out`. */
void pool_stats_add(const struct pool *p, struct pool_stats *out);

/* Process ids, for server.status: gives an array. */
json_t *pool_process_ids(const struct pool *p);

#endif
