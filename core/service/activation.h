/* activation: one change of the rules on its way; inside this room only. */
#ifndef AW_SERVICE_ACTIVATION_H
#define AW_SERVICE_ACTIVATION_H

#include "impact/impact.h"
#include "service/state.h"
#include "verify/verify.h"

/* The tests ran: 0; AW_ESCRIPT, and [{"file", "line", "message"}] of every one that
 * failed (borrowed); -ECANCELED, -ENOMEM. */
typedef void (*gate_cb)(struct activation *a, int status, const json_t *faults);

/* Where the rules come from: the folder, read now; a reading of the folder made
 * already; the log. */
enum activation_source { SOURCE_FOLDER, SOURCE_READING, SOURCE_LOG };

struct activation {
	struct activation *next;
	struct service *service;
	struct request *request; /* NULL where nobody waits for an answer */
	const char *cause;       /* a literal: "start", "log", "reload", "signal", "watch" */
	struct actor by;
	enum activation_source source;
	bool starts;   /* the service is not started before it ends */
	bool may_pass; /* refused for no fault of the rules: to be tried again as they are */
	char since[INSTANT_TEXT]; /* not "": it is logged as in force since then, and not again */
	int status;               /* told to whoever waits for the start */
	struct rule_files files;  /* until they are loaded */
	json_t *about; /* {"digest", "files", "prelude": its SHA-256}, NULL where nothing was read */
	json_t *texts;       /* of the files and the prelude, for the log */
	json_t *faults;      /* [{"file", "line", "message"}] */
	char key[RULES_KEY]; /* of the files, or of what kept them from being read */
	struct generation *fresh;
	struct verify *tests; /* while they run */
	gate_cb tested;
	struct impact_count *measuring; /* while it runs */
	gate_cb measured;
};

/* One that reads the folder, unless another source is set before it is queued.
 * NULL: no memory. */
struct activation *activation_new(struct service *s, const char *cause, struct request *r);
void activation_drop(struct activation **a); /* of one that was not queued */

/* Puts it at the end of the line; it begins at once where none is before it. */
void activation_queue(struct activation *a);

/* No rule set is in force that its own tests do not pass, or that has none. Runs
 * those of the fresh generation; `tested` comes once, later. Nonzero: it does not. */
int gate_open(struct activation *a, gate_cb tested);
/* Of rules that were read and are refused: puts the files that are in force and not among them
 * before all faults, since what is said of the others mostly comes of these. */
void gate_add_missing(struct activation *a);
/* Begins no more of them, if any run. */
void gate_cancel(struct activation *a);

/* Whether past decisions limit this change: the setting max-impact, for what comes
 * in place of other rules. */
bool bound_is_asked(const struct activation *a);
/* Counts the past decisions that the fresh generation would change; `measured`
 * comes once, later, with AW_ESCRIPT and one fault where it is too many or cannot
 * be told. Nonzero: it does not. */
int bound_open(struct activation *a, gate_cb measured);
/* Counts no further, if it does. */
void bound_cancel(struct activation *a);

/* Gives what rules.get answers. */
json_t *rules_describe(struct service *s);

#endif
