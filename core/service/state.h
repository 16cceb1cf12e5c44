/* state: what the files of this room share; inside this room only. */
#ifndef AW_SERVICE_STATE_H
#define AW_SERVICE_STATE_H

#include "ruleset/ruleset.h"
#include "service/lane.h"
#include "service/service.h"
#include "service/turn.h"

/* What a method needs of its caller. */
enum access {
	ACCESS_SUBMIT = 1,
	ACCESS_AUDIT = 2,
	ACCESS_ADMIN = 4,
	ACCESS_ANY_ROLE = 7,
	ACCESS_SELF = 8, /* the method looks itself */
};

enum { METHODS_MOST = 32 };

/* Adds to the errors what a form cannot tell of params, which may not fit it: 0, -ENOMEM. */
typedef int params_look(const struct service *s, const json_t *params, json_t *errors);
/* Adds one, unless one stands at this pointer: 0, -ENOMEM. */
int params_fault(json_t *errors, const char *pointer, const char *message);
params_look params_name_entry, params_name_erased, params_page, params_ask_consistency,
	params_name_rules, params_name_statement, params_ask_decision_drawn,
	params_ask_register_drawn;

struct method {
	const char *name;
	unsigned access;
	const char *members; /* the form of its params; NULL: it looks itself */
	params_look *look;   /* or NULL */
	void (*call)(struct service *s, struct request *r);
	const char *says;
};

/* ---- method.c: the table of methods ------------------------------------- */
const struct method *method_find(const char *name);
/* Whether it logs: decide does, and what only an admin may do. */
bool method_writes(const struct method *m);
/* Makes the forms of all params; closing is always legal. */
int methods_open(struct service *s, struct err *e);
void methods_close(struct service *s);
/* Borrows the form of its params, or NULL. */
const struct form *method_form(const struct service *s, const struct method *m);
/* Appends what does not fit, as form_check does. Params may be left out, and
 * an empty list counts as left out. */
int params_check(const struct form *form, const json_t *params, json_t *errors);

enum { LATENCY_BUCKETS = 40 };

/* How long answers took: bucket n counts those under 2^n microseconds. */
struct latencies {
	uint64_t buckets[LATENCY_BUCKETS];
	uint64_t count, total_us;
};

/* A change of rules on its way; they are made one after another. */
struct activation;

/* See start.c. */
enum start_state { START_NEW, START_BORROWING, START_OWED, START_AGAIN, START_DONE };

struct service {
	struct service_options options;
	struct actor self; /* who runs this, for what nobody asked for */
	struct lanes lanes;
	struct turns turns;
	struct form *forms[METHODS_MOST]; /* of the params, by method; see method.c */

	struct generation *current; /* NULL: no rule set is active */
	char active_since[INSTANT_TEXT];
	json_t *last_rejection;        /* NULL, or as rules.get says it; "over" as below */
	char refused_rules[RULES_KEY]; /* what was refused last, since the folder's were in force */
	struct activation *first, **last;

	struct json_index answer; /* over what rules answered, while it is looked at */
	struct words *words;      /* what plugins lend to rules, or NULL */
	size_t pending;           /* requests not yet answered */
	size_t submissions_pending;
	struct user *users; /* who has something under way */
	int64_t started_ms; /* clock */
	int64_t started_us; /* monotonic_us */
	uint64_t calls, errors, decisions, assessments, replays, imports, revocations, erasures,
		refused;
	bool erasing; /* the log's file may hold an erased value */
	struct latencies latencies;

	enum start_state start;
	bool start_logged;
	struct request *first_waiting, *last_waiting; /* for the start to be logged */
	void (*started)(void *ctx, int status);
	void *started_ctx;
	void (*stopped)(void *ctx);
	void *stopped_ctx;
	bool hurried;  /* no change of rules goes on */
	bool stopping; /* as soon as none is on its way */
	const char *stop_reason;
};

/* Makes a document of the params, for methods that look at one: r->params, which lives as
 * long as the request; NULL where there are none. -ENOMEM. */
int request_read(struct request *r);

/* ---- answering: each ends the request ----------------------------------- */
/* Takes the result; NULL is an answer of "no memory". */
void answer_result(struct service *s, struct request *r, json_t *result);
/* With the result's JSON, borrowed. */
void answer_json(struct service *s, struct request *r, struct text json);
/* Takes the data (may be NULL). */
void answer_error(struct service *s, struct request *r, int code, const char *message,
		  json_t *data);
void answer_no_memory(struct service *s, struct request *r);
/* Takes [{"pointer", "message"}]. */
void answer_params(struct service *s, struct request *r, json_t *errors);
/* One error at one pointer. */
void answer_param(struct service *s, struct request *r, const char *pointer, const char *message);
#define TOO_LONG "is too long: an entry of the log holds 65,535 bytes"
/* CODE_ABSENT: what it says, and the name that was asked for (NULL: none). */
void answer_absent(struct service *s, struct request *r, const char *says, const char *name);
/* What a status of the journal or of a read means to the caller. */
void answer_status(struct service *s, struct request *r, int status, const struct err *e);

/* Which of these roles the caller has. */
unsigned roles_of(const struct service *s, const struct peer *peer);

/* For durations: no clock that is set goes into it. */
int64_t monotonic_us(void);

void log_line(struct service *s, int level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The journal failed for good: the daemon must end. */
void fail_for_good(struct service *s, int status);

/* ---- methods, by file --------------------------------------------------- */
void submission_decide(struct service *s, struct request *r);
void submission_assess(struct service *s, struct request *r);
void import_call(struct service *s, struct request *r);
void revocation_call(struct service *s, struct request *r);
void erasure_call(struct service *s, struct request *r);
void decisions_get(struct service *s, struct request *r);
void decisions_list(struct service *s, struct request *r);
void register_list(struct service *s, struct request *r);
void decisions_render(struct service *s, struct request *r);
void register_render(struct service *s, struct request *r);
void practice_list(struct service *s, struct request *r);
void statistics_get(struct service *s, struct request *r);
void scheme_get(struct service *s, struct request *r);
void rules_get(struct service *s, struct request *r);
void rules_history(struct service *s, struct request *r);
void rules_show(struct service *s, struct request *r);
void rules_reload(struct service *s, struct request *r);
void log_checkpoint(struct service *s, struct request *r);
void log_proof(struct service *s, struct request *r);
void log_consistency(struct service *s, struct request *r);
void log_rotate(struct service *s, struct request *r);
void status_get(struct service *s, struct request *r);
void status_metrics(struct service *s, struct request *r);

/* A method that a plugin offers: who may call it, and the call. */
unsigned plugin_access(const struct host_offer *o);
void plugin_call(struct service *s, struct request *r, const struct host_offer *o);
/* Answers with why a plugin gave nothing; or why it was not even asked. */
void answer_plugin_failure(struct service *s, struct request *r, const struct host_answer *answer);
void answer_no_plugin(struct service *s, struct request *r, int status, const struct err *e);
/* Answers that there is no such method; and to auditors why, where its plugin does not run. */
void answer_no_method(struct service *s, struct request *r);

/* Gives the decision as answered, from a logged one (borrowed). */
json_t *decision_answer(const json_t *decision, const char *id, json_int_t sequence, const char *at,
			const char *leaf_hex);
/* Gives where an entry stands in the log's tree: its leaf's index and hash. */
json_t *leaf_document(json_int_t sequence, const char *leaf_hex);
/* Borrows the partnership of a decision or an import, NULL of anything else. */
const char *award_partnership(const json_t *entry);
/* Gives what stands for a new entry that is no decision. */
json_t *receipt_document(const struct journal_receipt *receipt, const char *kind,
			 const struct actor *by);

/* Answers where the rules could not be asked: pool_ask gave `rv`. */
void answer_not_asked(struct service *s, struct request *r, int rv);
/* Answers with -32008 and why. */
void answer_evaluation(struct service *s, struct request *r, const struct evaluation *e);

/* Appends an entry that nobody asked for. */
int append_own(struct service *s, const char *kind, json_t *body, journal_appended_cb done);

/* ---- users.c ------------------------------------------------------------- */
/* What one Unix user has under way, so that none keeps all others waiting. */
struct user {
	struct user *next;
	uid_t uid;
	size_t submissions;
	unsigned reads;             /* handed to the journal */
	struct read *first, **last; /* reads that wait for those */
};

/* Finds the user, or makes one; NULL: no memory. */
struct user *user_find(struct service *s, uid_t uid);
/* Frees it where nothing of it is under way. */
void user_leave(struct service *s, struct user *u);

/* ---- start.c ------------------------------------------------------------ */
/* The rules that the start puts in force are, or there are none, or it failed. */
void start_ended(struct service *s, int status);
/* Logs it, and puts rules in force. */
void start_begin(struct service *s);
/* Whether nothing may be logged before the start is. */
bool start_is_owed(const struct service *s);
/* Tries it again, where it is owed. */
void start_again(struct service *s);
/* The same, and carries out the call of a method after it, or refuses it. */
void start_wait(struct service *s, struct request *r);

/* Writes the stop into the log, the last that the service does, where one was asked for and no
 * activation nor an owed start is under way; they ask again when they end. */
void service_log_stop(struct service *s);
/* Reads from the log what was refused last, and begins the start. */
void rules_remember(struct service *s);
void rules_start(struct service *s);
/* The rules of the folder were refused at the start, or cannot be logged: goes on with
 * the log's. */
void rules_fall_back(struct service *s);
void rules_deinit(struct service *s);

#endif
