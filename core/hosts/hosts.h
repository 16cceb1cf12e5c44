/*
 * hosts: the processes that hold plugins, seen from the daemon. Each plugin of
 * a folder gets a process of its own, which is this program run again; one that
 * dies or hangs is killed and started again after a growing pause, and at last
 * left alone. Entries of the log are brought to sinks from here.
 *
 * All calls and callbacks are on the loop's thread.
 */
#ifndef AW_HOSTS_H
#define AW_HOSTS_H

#include <stdio.h>
#include <uv.h>

#include "base/base.h"
#include "config/config.h"
#include "evaluator/evaluator.h"
#include "form/form.h"
#include "journal/journal.h"
#include "json/json.h"

struct hosts;

struct hosts_options {
	uv_loop_t *loop;
	const char *program;         /* what to run; borrowed, as all of this is */
	const struct config *config; /* folder, log, user, deadline, plugins' settings */
	struct journal *journal;     /* NULL: nothing is started, only looked at */
	unsigned pause_ms;           /* before the first new start; twice as long each time */
	unsigned pause_most_ms;
	unsigned failures_most; /* in a row, then a plugin is out of action */
	struct clock clock;
	void (*on_log)(void *ctx, int level, const char *text);
	void *ctx;
};

/* Reads the folder and starts what is in it. `settled` comes once, later: each
 * plugin runs, or has been refused, or its first start has failed. A folder that cannot
 * be read: a negated errno and a sentence; -ENOMEM; no callback then. */
int hosts_open(const struct hosts_options *options, struct hosts **out, void (*settled)(void *ctx),
	       struct err *e);

/* Starts those at once that are out of action or wait for their pause, as if they had never
 * failed. NULL is fine. */
void hosts_again(struct hosts *h);

/* Lets the plugins stop, kills those that do not within a second. Calls still owed
 * are answered before; `closed` comes once, when all is freed. Clears your pointer;
 * NULL is fine: then `closed` is called at once. */
void hosts_close(struct hosts **h, void (*closed)(void *ctx), void *ctx);

/* Entries may have been committed: brings them to the sinks. */
void hosts_on_commit(struct hosts *h);

/* ---- what plugins offer ------------------------------------------------- */

struct host_offer;

/* A method by its full name, or NULL. `h` may be NULL in all of these. */
const struct host_offer *hosts_method(const struct hosts *h, const char *name);
/* Borrows why there is no such method for now: its plugin is there, and does not run
 * because of this, so that nobody knows what it offers. NULL otherwise. */
const char *hosts_no_method(const struct hosts *h, const char *name);
/* "submit", "audit", "admin" or "any"; and the form of its params. */
const char *host_offer_role(const struct host_offer *o);
const struct form *host_offer_form(const struct host_offer *o);

/* The renderer ("decision-renderer", "register-renderer") of this media type, of
 * this plugin (NULL: of any). AW_EABSENT, or AW_EINVALID where there are several, and a
 * sentence that names what there is. */
int hosts_renderer(const struct hosts *h, const char *kind, const char *media_type,
		   const char *plugin, const struct host_offer **out, struct err *e);

/* What came of one call; valid during the callback. */
struct host_answer {
	int status;         /* 0; AW_EINVALID: refused; AW_ECRASH, AW_EDEADLINE */
	struct text bytes;  /* where it is 0 */
	int code;           /* where it was refused: an awardd_refusal */
	const char *plugin; /* its name */
	const char *message;
};
typedef void (*host_answer_cb)(void *ctx, const struct host_answer *answer);

/* Queues a call, a document as plugin.h says it (borrowed). The callback comes once,
 * later. AW_ECLOSED where the plugin does not run, AW_ELIMIT where too many calls
 * wait, -ENOMEM: a sentence, and no callback. */
int hosts_call(const struct host_offer *o, const json_t *call, host_answer_cb done, void *ctx,
	       struct err *e);

/* Gives the words that plugins lend to rules, NULL where there are none; after
 * `settled`. -ENOMEM or an errno. */
int hosts_words(const struct hosts *h, struct words **out);

/* The same of a folder, without a daemon: plugins are only looked at, and what does not
 * fit lends nothing. "" is a folder without any. */
int hosts_words_of(const char *program, const char *dir, struct words **out, struct err *e);

/* ---- asked about -------------------------------------------------------- */

/* Gives an array, a member for each plugin: {"name", "file", "sha256", "version", "says",
 * "kinds", "state", "process_id", "restarts", "calls", "position", "behind",
 * "stuck": whether its sink takes nothing, "last_error": null or {"at", "message"}}. "state" is "running", "waiting" (for its
 * start), "failed" (out of action) or "refused". */
json_t *hosts_describe(const struct hosts *h);

/* Writes the plugins' settings as a configuration file, with what each is for and
 * where it came from; what is refused, as comments. */
void hosts_print(const struct hosts *h, FILE *out);

/* Appends a sentence for each plugin that is refused, and for each setting of one that is not
 * there. 0 or -ENOMEM. */
int hosts_check(const struct hosts *h, const struct config *c, json_t *wrong);
/* AW_EINVALID and the first of the latter. */
int hosts_check_named(const struct hosts *h, const struct config *c, struct err *e);

#endif
