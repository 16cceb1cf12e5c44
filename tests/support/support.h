/*
 * support: what scenario tests stand on. A scene is a temporary directory with
 * a copy of the rules and the real awardd in it; a peer is one connection. Any
 * failure in here fails the running test, with a sentence; nothing is returned.
 *
 * JSON in tests is written with single quotes, which quoted() turns into double
 * ones: "{'scores': {'4a': 6}}".
 */
#ifndef AW_TESTS_SUPPORT_H
#define AW_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cmocka.h>

#include "json/json.h"

/* How many times as long instrumented programs may take: a bound says nothing there. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SLOWER = 5 };
#elif defined(__has_feature)
enum { SLOWER = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ? 5 : 1 };
#else
enum { SLOWER = 1 };
#endif

enum { ANSWER_TIMEOUT_MS = 30000, PATH_TEXT = 160, EVALUATORS_MAX = 16 };

/* ---- the daemon in its scene -------------------------------------------- */
struct scene {
	char dir[PATH_TEXT], socket[PATH_TEXT], log[PATH_TEXT], rules[PATH_TEXT];
	char errors[PATH_TEXT]; /* where its standard error goes */
	pid_t pid;              /* 0 while it is not running */
	int notify;             /* where it says READY=1 */
	struct peer *peer;      /* a connection for plain calls, made on demand */
	int area;               /* the number of the partnership of this test */
	size_t heard;           /* bytes of `errors` that scene_await has passed */
	uid_t user;             /* whom the daemon runs as, 0: as the test does */
	int passed;             /* 0, or a socket that the daemon is given as systemd gives it */
	/* "NAME=VALUE" for the daemon, ended by NULL; or NULL */
	const char *const *environment;
};

/* cmocka fixtures. `scene_group_setup` and its teardown serve a whole program
 * with one daemon; `scene_next_area` before each test gives it a partnership
 * of its own. `scene_setup` and `scene_teardown` are the same for one test;
 * `scene_setup_stopped` starts nothing. Every teardown of a running daemon
 * checks that SIGTERM ends it with 0. */
int scene_group_setup(void **state);
int scene_group_teardown(void **state);
int scene_next_area(void **state);
#define in_new_area(test) cmocka_unit_test_setup(test, scene_next_area)
int scene_setup(void **state);
int scene_setup_stopped(void **state);
int scene_teardown(void **state);

/* The copied rules have one test beside them, that every rule set passes, in place
 * of the shipped ones; they are not watched unless `extra` says so. */

/* Starts awardd and waits until it says that it is ready. `extra` are more
 * arguments, ended by NULL; or NULL. */
void scene_start(struct scene *s, const char *const *extra);
/* The same, where it may end of itself before: false then, and scene_wait tells how. */
bool scene_starts(struct scene *s, const char *const *extra);
/* Starts awardd, which must end of itself before it is ready; gives its exit
 * status. What it said is in scene_errors. */
int scene_start_fails(struct scene *s, const char *const *extra);
/* Waits for its end, and gives the wait status; -1 where it does not end. */
int scene_wait(struct scene *s);
/* SIGTERM, and it must exit with 0; and the two halves of it. */
void scene_stop(struct scene *s);
void scene_terminate(const struct scene *s);
void scene_ended(struct scene *s);
/* SIGKILL, and reaped. */
void scene_kill(struct scene *s);

/* Gives what it wrote on standard error since the scene began; free() it. */
char *scene_errors(const struct scene *s);
/* True where that holds `words`. */
bool scene_said(const struct scene *s, const char *words);
/* Waits until it says these words, after those that were awaited before. */
void scene_await(struct scene *s, const char *words);
/* From here on only what it says later is awaited. */
void scene_await_later(struct scene *s);
/* The daemon is to run as a user who may not read everything: where the test is
 * root, the scene is given to nobody. Before it is started. */
void scene_drop_root(struct scene *s);
/* Gives what `sqlite3 -readonly` prints for a query on the log, without the
 * last line's end; free() it. */
char *scene_sql(const struct scene *s, const char *query);
int64_t scene_sql_number(const struct scene *s, const char *query);
/* Writes a file of the copied rules, or adds to it; removes it. */
void scene_rule_write(const struct scene *s, const char *name, const char *text);
void scene_rule_append(const struct scene *s, const char *name, const char *text);
/* In one of the copied rules, the first `from` becomes `to`; it must be there. */
void scene_rule_replace(const struct scene *s, const char *name, const char *from, const char *to);
/* The daemon's child processes. */
size_t scene_evaluators(const struct scene *s, pid_t out[EVALUATORS_MAX]);
/* Waits until /proc says that the process is in this state ('T' stopped). */
void scene_await_state(pid_t pid, char wanted);

/* ---- one connection ----------------------------------------------------- */
struct peer;

struct peer *peer_open(const struct scene *s);
void peer_close(struct peer **p);
/* The scene's own, for calls one after another. */
struct peer *scene_peer(struct scene *s);

void peer_send(struct peer *p, const void *bytes, size_t length);
/* The same, where the other side may have gone: false then. */
bool peer_try_send(struct peer *p, const void *bytes, size_t length);
void peer_send_line(struct peer *p, const char *text);
void peer_shutdown(struct peer *p); /* no more will be written */
/* Gives the next line's bytes without its end, or NULL at the end of the
 * stream; free() it. */
char *peer_line(struct peer *p);
/* The same, read as JSON. */
json_t *peer_receive(struct peer *p);
/* True where no line comes within the time. */
bool peer_is_silent(struct peer *p, int ms);
/* The descriptor, for polls of your own. */
int peer_descriptor(const struct peer *p);

/* Sends a request; takes params (NULL: none). */
void peer_request(struct peer *p, json_int_t id, const char *method, json_t *params);
/* Sends one and gives the whole answer; nothing else may be owed. */
json_t *peer_call(struct peer *p, const char *method, json_t *params);

/* ---- many submissions at once ------------------------------------------- */

/* Submissions of ever new partnerships, three to each, so many of them always
 * under way on a connection of their own. */
struct stream {
	struct scene *scene;
	struct peer *peer;
	size_t window, sent, answered;
	size_t failed; /* answered with an error; the last is `error` */
	json_t *error;
	int64_t slowest_ms; /* from the sending of one to its answer */
	int64_t most_ms;    /* that this may be: two deadlines (SLOWER), if nothing else is set */
	int64_t *began_ms;
	json_t *asked;   /* by number: the submission */
	json_t *results; /* by number: the decision, or null */
	json_t *digests; /* digest: how many decisions */
	json_t *changes; /* merged into each, or NULL */
};

void stream_open(struct stream *st, struct scene *s, size_t window, const char *changes);
/* Keeps it going until the daemon says these words (see scene_await). */
void stream_until(struct stream *st, const char *words);
/* Keeps it going until a call on the scene's own connection is answered, and takes every
 * answer owed then; gives the answer. */
json_t *stream_call(struct stream *st, const char *method);
/* Keeps it going for so many answers more. */
void stream_go(struct stream *st, size_t answers);
/* Sends no more and takes every answer owed. Then fails the test where one was lost, or came
 * later after its asking than it may. */
void stream_finish(struct stream *st);
/* Decides everything again in the order of the log, each by the rules that the
 * log keeps under the decision's digest: the same bytes. */
void stream_reproduce(struct stream *st);
void stream_deinit(struct stream *st);

/* ---- JSON of tests ------------------------------------------------------ */
/* Gives the document of a text with single quotes. */
json_t *quoted(const char *text);
/* Sets what a pointer points at to a quoted value; a null stays a null. */
void put(json_t *document, const char *pointer, const char *value);
/* RFC 7396: members of `patch` replace those of `target`, null removes. */
void merge(json_t *target, const json_t *patch);
/* Every member of `expected` is in `actual` and equal; lists are equal item by
 * item, each item by the same rule. Fails the test with the place, otherwise. */
void expect(const json_t *actual, const char *expected);
/* Whether `list` holds this text. */
bool holds(const json_t *list, const char *text);

/* ---- submissions -------------------------------------------------------- */
/* Gives a submission that is awarded Quality Lead with the commendation, of the
 * scene's current area on 2024-05-20, with `changes` merged into it (or NULL).
 * The member 'every' of the changes is a score given to all statements first. */
json_t *submission(const struct scene *s, const char *changes);
/* Gives the result of deciding it. */
json_t *decided(struct scene *s, const char *changes);
/* Decides it, and expects that of the result. */
void decides(struct scene *s, const char *changes, const char *expected);
/* Assesses it, and expects that of the result. */
void assesses(struct scene *s, const char *changes, const char *expected);
/* Decides it, and expects -32602 with exactly these pointers. */
void refuses(struct scene *s, const char *changes, const char *pointers);
/* Calls a method with quoted params; gives the result, expects one. */
json_t *called(struct scene *s, const char *method, const char *params);
/* Calls it, and expects this of the result. */
void calls(struct scene *s, const char *method, const char *params, const char *expected);
/* Calls it, and expects this error code; gives error.data or a JSON null. */
json_t *fails(struct scene *s, const char *method, const char *params, int code);
/* Imports one award for the current area; `changes` are merged into
 * {'award': 'quality-mark', 'awarded_on': '2022-05-20'}. */
void imports(struct scene *s, const char *changes);
/* Revokes a decision by its result (or any document with a decision_id). */
void revokes(struct scene *s, const json_t *result);
/* The status of a criterion in a result, "" where it is not there. */
const char *criterion_status(const json_t *result, const char *id);
const json_t *criterion_of(const json_t *result, const char *id);
const json_t *award_of(const json_t *result, const char *id);

#endif
