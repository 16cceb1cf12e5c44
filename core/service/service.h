/*
 * service: what the daemon does for those who call it. Requests come in, each
 * is answered once; in between, submissions of one partnership are decided one
 * after another, each seeing the one before, and an answer that tells of a
 * change leaves only after the COMMIT that holds it.
 *
 * Everything here runs on the loop's thread.
 */
#ifndef AW_SERVICE_H
#define AW_SERVICE_H

#include <sys/types.h>

#include "base/base.h"
#include "config/config.h"
#include "evaluator/evaluator.h"
#include "hosts/hosts.h"
#include "journal/journal.h"
#include "json/json.h"
#include "ruleset/ruleset.h"

/* Error codes of the socket: one list for name, number and meaning. */
#define SERVICE_CODES(X)                                                                           \
	X(CODE_PARSE, -32700, "the line is no JSON text")                                          \
	X(CODE_REQUEST, -32600, "it is no request of JSON-RPC 2.0")                                \
	X(CODE_METHOD, -32601, "there is no such method")                                          \
	X(CODE_PARAMS, -32602,                                                                     \
	  "parameters do not fit: data.errors lists every one with its JSON pointer")              \
	X(CODE_INTERNAL, -32603, "memory ran out, or a plugin failed (data.plugin)")               \
	X(CODE_DENIED, -32001, "this user may not; data.role says what is needed")                 \
	X(CODE_ABSENT, -32002, "no such entry")                                                    \
	X(CODE_CONFLICT, -32003,                                                                   \
	  "this submission_id was decided with other content, or it was revoked before")           \
	X(CODE_NO_RULES, -32004, "no rule set is active")                                          \
	X(CODE_LOG_CLOSED, -32005,                                                                 \
	  "the log cannot be written (its disk is full, or a reader holds a WAL over wal-limit): " \
	  "nothing was decided")                                                                   \
	X(CODE_OVERLOADED, -32006, "overloaded: nothing was decided, try again")                   \
	X(CODE_LINE_LIMIT, -32007, "the line is too long; the connection is closed")               \
	X(CODE_NO_ANSWER, -32008,                                                                  \
	  "the rules gave no answer: nothing was decided; data.reason says why")                   \
	X(CODE_LOG_UNKNOWN, -32009,                                                                \
	  "the log failed while it wrote: send it again with the same submission_id")              \
	X(CODE_RELOAD_REFUSED, -32010,                                                             \
	  "a reload was refused: the rules do not load, or a test fails; data.errors with file "   \
	  "and line")

enum service_code {
#define SERVICE_CODE(name, number, says) name = (number),
	SERVICE_CODES(SERVICE_CODE)
#undef SERVICE_CODE
};

/* Gives the methods, for the manual: [{"name", "needs", "says", "params": NULL or a form's
 * members}]. NULL: no memory. */
json_t *service_describe(void);

/* Who calls: the credentials of the socket's peer at the time of connect(). */
struct peer {
	struct actor actor;
	gid_t *groups; /* the primary one among them */
	size_t group_count;
	bool gone; /* nobody takes its answers any more */
};

/* An answer: a result, or a code with its message. Documents are taken. */
struct reply {
	json_t *result;
	struct text json; /* where there is no `result`: its JSON, borrowed for the call */
	int code;         /* 0 where there is a result */
	const char *message;
	json_t *data;
};

/* One call. Memory, method, params and peer belong to the caller and must stay
 * until `answer`, which is called once, possibly before service_call has
 * returned, and may free them. */
struct request {
	const char *method;
	const struct json_item *given; /* params as they stand; NULL where there are none */
	const struct peer *peer;
	void (*answer)(struct request *r, struct reply *reply);
	json_t *params; /* this and the next: the service's own; see request_read */
	int64_t began_us;
	bool logged;          /* what it asked for is in the log, whatever it is answered */
	struct request *next; /* that waits, too */
};

struct service;

struct service_options {
	const struct config *config;
	struct journal *journal;
	struct hosts *hosts; /* NULL: no plugins; outlives the last request */
	struct pool_options pool;
	struct clock clock;
	struct chance chance;
	/* The log failed for good: the daemon must end. */
	void (*on_fatal)(void *ctx, const char *why);
	/* A change of rules has ended: what is in force now (NULL: nothing), whether
	 * what the folder had last was refused, and whether another is on its way. */
	void (*on_rules)(void *ctx, const char *digest, bool refused, bool more);
	/* A sentence for the operator; level as in syslog, 3 error to 6 info. */
	void (*on_log)(void *ctx, int level, const char *text);
	void *ctx;
};

int service_open(const struct service_options *options, struct service **out, struct err *e);

/* Writes the start into the log and puts the rules in force: those of the
 * folder, else those last active. `started` comes once, whether or not there
 * are rules; nonzero where the log could not be written. Where it has no room
 * it is 0: the log is read, and calls that write are refused until it has. */
void service_start(struct service *s, void (*started)(void *ctx, int status), void *ctx);

void service_call(struct service *s, struct request *r);
/* To be called before the loop waits: hands in what the calls since then ask of the log. */
void service_hand_in(struct service *s);

/* To be called after each journal_poll: looks whether an erasure has ended. */
void service_log_told(struct service *s);

/* Reads the rules again; who asked is the daemon's own user. True: on_rules comes,
 * once for each change that is on its way. */
bool service_reload(struct service *s, const char *cause);

/* Appends what server.metrics answers. -ENOMEM. */
int service_metrics(const struct service *s, struct buffer *out);

/* Asks an evaluator of the rules in force for a sign of life; the callback is as
 * pool_ask's. AW_EABSENT where there are none, -ENOMEM. */
int service_pulse(struct service *s, evaluation_cb done, void *ctx);

/* The rules as the watched folder has them now: files (taken), or what kept them
 * from being read, [{"file", "line", "message"}] (borrowed). Nothing is done where these rules
 * are in force, or were refused last. */
void service_offer(struct service *s, struct rule_files *files, json_t *faults);

/* Begins no further step of a change of rules that is on its way, or waits for one:
 * whoever waits for its answer is told so, soon. For the time before service_stop;
 * no change is made after it. */
void service_hurry(struct service *s);

/* Waits for a change of rules on its way, then writes the stop into the log;
 * `stopped` comes once. No request may be pending. */
void service_stop(struct service *s, const char *reason, void (*stopped)(void *ctx), void *ctx);
void service_close(struct service **s);

#endif
