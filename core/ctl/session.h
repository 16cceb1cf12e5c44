/*
 * session: what every verb shares - the command line, the connection, and
 * where answers and refusals are written.
 */
#ifndef AW_CTL_SESSION_H
#define AW_CTL_SESSION_H

#include "awardd/client.h"
#include "ctl/arguments.h"
#include "ctl/paper.h"
#include "evaluator/evaluator.h"

enum exit_status {
	EXIT_DONE = 0,
	EXIT_UNEXPECTED = 1,
	EXIT_USAGE = 2,
	EXIT_UNLOADABLE = 3, /* a rule set does not load */
	EXIT_FAILED = 4,     /* tests of the rules fail, or none ran */
	EXIT_UNCOVERED = 5,  /* they see less of the rules than was asked for */
	EXIT_BEYOND = 6,     /* more would change than was allowed */
	EXIT_UNPROVEN = 7,   /* a log or a proof does not prove what it says */
	EXIT_REFUSED = 8,    /* the daemon answered with an error */
	EXIT_UNWELL = 9,     /* something needs an operator */
	EXIT_AWAY = 69       /* the daemon cannot be reached */
};

struct verb;

struct session {
	struct arguments arguments;
	const struct verb *verb;
	const char **operands; /* those behind the verb; borrowed from arguments */
	size_t count;
	bool json, csv;
	const char *socket;
	int timeout_ms;
	struct look out, err; /* of standard output and standard error */
	struct awardd_client *client;
	json_t *scheme; /* NULL until asked for, or where it is not to be had */
};

/* What stands on the paper onto standard error; where memory ran out for it, that. */
void session_complain(const struct paper *p);

/* One line on standard error, "awardctl: …", made safe. Returns `status`. */
int session_say(const struct session *s, int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Writes what is on the page to standard output and empties the page. EXIT_DONE
 * or EXIT_UNEXPECTED (memory ran out, or the output cannot be written). */
int session_print(const struct session *s, struct paper *p);

/* Writes one JSON document: over several lines on a terminal where `indented`,
 * else one line as it came. EXIT_DONE or EXIT_UNEXPECTED. */
int session_print_json(const struct session *s, const char *text, bool indented);

/* Connects, unless it is connected. EXIT_DONE or EXIT_AWAY, which is said. */
int session_connect(struct session *s);

/* Exit status for what the client library returned, and the sentence for all
 * but AWARDD_OK and AWARDD_REFUSED. */
int session_trouble(struct session *s, int result);

/* Appends {"pointer", "message"} of a submission, or a fault of a rule set, as a line. 0 or
 * -ENOMEM. */
int session_fault(const json_t *error, struct buffer *out);

/* Writes a refusal for people on standard error, as from `where` ("" where that
 * says nothing), with everything its data tell. */
void session_refusal(const struct session *s, const char *where,
		     const struct awardd_answer *answer);

/* Asks one method. Takes `params`: json_null() for none; NULL, where they could not be made,
 * is EXIT_UNEXPECTED. EXIT_DONE, and the answer is yours to deinit; otherwise everything has
 * been said (as JSON too, where JSON was asked for), but the answer of EXIT_REFUSED is filled
 * in still. */
int session_ask(struct session *s, const char *method, json_t *params,
		struct awardd_answer *answer);

/* Asks one method and prints its result: as JSON, or through `write`. */
typedef void (*session_write)(struct session *s, struct paper *p, const json_t *result);
int session_show(struct session *s, const char *method, json_t *params, session_write write);

/* Borrows the scheme, asking for it once; NULL where it is not to be had. Only
 * while no request is under way. */
const json_t *session_scheme(struct session *s);

/* An option's value, or NULL. */
const char *session_option(const struct session *s, enum option option);

/* Says why params could not be made of these words, the last of which is NULL: EXIT_USAGE where
 * one is not UTF-8, else EXIT_UNEXPECTED, as there was no memory. */
int session_unmade(const struct session *s, const char *const *words);

/* Gives an object of those options that were given: members named like them, '-' as
 * '_'. `limit` becomes a number; where it is none, that is EXIT_USAGE. The list ends with
 * OPTION_COUNT. What is not EXIT_DONE is said, and gives NULL. */
int session_filters(const struct session *s, const enum option *options, json_t **out);

/* Gives the words of the plugins that --plugins names, NULL where it is not given;
 * words_free it. A status and a sentence. */
int session_words(const struct session *s, const char *program, struct words **out, struct err *e);

/* Gives the params that name the entry which the first operand says: {"sequence"} or
 * {"decision_id"}. What is not EXIT_DONE is said, and gives NULL. */
int session_entry(const struct session *s, json_t **out);

#endif
