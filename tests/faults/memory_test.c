/*
 * Memory that runs out under the real daemon, at the n-th allocation of whatever library, for
 * every n: an answer is right or a clear error, the daemon goes on, what was acknowledged is
 * in the log, nothing is leaked. AWARDD_STEP=1 walks every allocation; else steps grow.
 */
#include "memory.h"
#include "../plugin/rig.h"
#include "../scenario/tool.h"

struct walk {
	struct shortage shortage;
	struct scene *scene;
	json_t *acknowledged; /* decisions by submission_id */
	int serial;
	long usual, left; /* blocks not freed at its end: where nothing failed; in the end */
	long refused, closed, walked; /* answers that were errors; none; all */
};

/* ---- one call that may get no answer ----------------------------------------- */

static int connect_to(const struct scene *s)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_not_equal(fd, -1);
	strcpy(address.sun_path, s->socket);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	assert_int_equal(close(fd), 0);
	return -1;
}

/* Gives all that came until a line was whole or the connection was at its end. */
static char *line_of(int fd, const char *method)
{
	struct buffer all;
	char piece[16384];

	buffer_init(&all);
	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		ssize_t got;

		if (poll(&p, 1, ANSWER_TIMEOUT_MS) != 1)
			fail_msg("%s is not answered, nor is its connection closed", method);
		got = recv(fd, piece, sizeof piece, 0);
		if (got <= 0)
			break;
		assert_int_equal(buffer_append(&all, piece, (size_t)got), 0);
		if (piece[got - 1] == '\n')
			break;
	}
	return buffer_give(&all);
}

/* One call on a connection of its own; takes params. NULL where the connection was closed
 * without an answer. */
static json_t *ask(const struct scene *s, const char *method, json_t *params)
{
	json_t *request = json_pack("{s:s, s:i, s:s, s:o*}", "jsonrpc", "2.0", "id", 1, "method",
				    method, "params", params);
	char *text = json_dumps(request, JSON_COMPACT), *line;
	json_t *answer = NULL;
	struct err e = {0};
	int fd = connect_to(s);

	assert_non_null(text);
	if (fd >= 0) {
		/* It may be closed before anything is read: then nothing is answered. */
		(void)send(fd, text, strlen(text), MSG_NOSIGNAL);
		(void)send(fd, "\n", 1, MSG_NOSIGNAL);
		line = line_of(fd, method);
		if (line != NULL && *line != '\0') {
			answer = json_read(text_of(line), &e);
			if (answer == NULL)
				fail_msg("%s is answered with half a line: %s", method, line);
		}
		free(line);
		assert_int_equal(close(fd), 0);
	}
	free(text);
	json_decref(request);
	return answer;
}

/* ---- what is asked ------------------------------------------------------------- */

static json_t *none(struct walk *w)
{
	(void)w;
	return NULL;
}

static json_t *new_submission(struct walk *w)
{
	char changes[160];

	snprintf(changes, sizeof changes,
		 "{'submission_id': 'a-submission-of-some-length-%06d', 'partnership': {'id':"
		 " 'a-place-of-some-length-%06d'}}",
		 w->serial, w->serial);
	w->serial++;
	return submission(w->scene, changes);
}

static json_t *same_submission(struct walk *w)
{
	return submission(w->scene, "{'partnership': {'id': 'the-first-place-of-all'}}");
}

static json_t *first_entry(struct walk *w)
{
	(void)w;
	return quoted("{'sequence': 4}");
}

static json_t *a_list(struct walk *w)
{
	(void)w;
	return quoted("{'partnership': 'the-first-place-of-all', 'limit': 3}");
}

static json_t *of_the_first(struct walk *w)
{
	(void)w;
	return quoted("{'partnership': 'the-first-place-of-all', 'on': '2025-01-01'}");
}

static json_t *until_2023(struct walk *w)
{
	(void)w;
	return quoted("{'until': '2023-12-31'}");
}

static json_t *proof_range(struct walk *w)
{
	(void)w;
	return quoted("{'from': 2, 'to': 4}");
}

static json_t *a_picture(struct walk *w)
{
	(void)w;
	return quoted("{'sequence': 4, 'media_type': 'application/json'}");
}

static json_t *a_picture_of_all(struct walk *w)
{
	(void)w;
	return quoted("{'on': '2025-01-01', 'media_type': 'application/json'}");
}

static json_t *somebody(struct walk *w)
{
	(void)w;
	return quoted("{'who': 'the clerk of some place'}");
}

static json_t *a_reason(struct walk *w)
{
	(void)w;
	return quoted("{'reason': 'the yearly change of keys'}");
}

static json_t *new_awards(struct walk *w)
{
	int n = w->serial++;
	char text[512];

	snprintf(text, sizeof text,
		 "{'awards': [{'partnership': 'imported-place-%d', 'name': 'Imported Place',"
		 " 'award': 'quality-mark', 'awarded_on': '2024-02-01', 'precision': 'month',"
		 " 'source': 'roll of the year 2024'}, {'partnership': 'imported-other-%d', 'name':"
		 " 'Other Place', 'award': 'quality-lead', 'awarded_on': '2024-03-04', 'source':"
		 " 'roll of the year 2024'}]}",
		 n, n);
	return quoted(text);
}

/* A decision of its own, made while there is memory. */
static json_t *of_a_decision(struct walk *w, bool reason)
{
	json_t *made = ask(w->scene, "decide", new_submission(w));
	const char *id = json_member_text(json_object_get(made, "result"), "decision_id");
	json_t *params;

	assert_non_null(id);
	params = json_pack("{s:s, s:s, s:s}", "decision_id", id, "by", "An Administrator", "reason",
			   reason ? "the scores were those of another year" : "asked to");
	json_decref(made);
	return params;
}

static json_t *to_revoke(struct walk *w)
{
	return of_a_decision(w, true);
}

static json_t *to_erase(struct walk *w)
{
	return of_a_decision(w, false);
}

/* The folder is another one each time. */
static json_t *changed_rules(struct walk *w)
{
	char text[64];

	snprintf(text, sizeof text, "-- edit %d\n", w->serial++);
	scene_rule_write(w->scene, "edit.lua", text);
	return NULL;
}

struct operation {
	const char *method;
	json_t *(*params)(struct walk *w);
	const char *same; /* what of the result is as without a fault: a pointer, NULL: nothing */
	enum who who;
};

static const struct operation operations[] = {
	{"decide", new_submission, "/outcome", WHO_DAEMON},
	{"assess", same_submission, "", WHO_DAEMON},
	{"decisions.get", first_entry, "", WHO_DAEMON},
	{"decisions.list", a_list, "", WHO_DAEMON},
	{"decisions.revoke", to_revoke, NULL, WHO_DAEMON},
	{"decisions.erase", to_erase, NULL, WHO_DAEMON},
	{"decisions.render", a_picture, "", WHO_DAEMON},
	{"register.list", of_the_first, "", WHO_DAEMON},
	{"register.import", new_awards, "", WHO_DAEMON},
	{"register.render", a_picture_of_all, "", WHO_DAEMON},
	{"practice.list", none, NULL, WHO_DAEMON},
	{"statistics.get", until_2023, "", WHO_DAEMON},
	{"scheme.get", none, "", WHO_DAEMON},
	{"rules.get", none, NULL, WHO_DAEMON},
	{"rules.history", none, NULL, WHO_DAEMON},
	{"rules.show", none, NULL, WHO_DAEMON},
	{"log.checkpoint", none, NULL, WHO_DAEMON},
	{"log.proof", first_entry, "", WHO_DAEMON},
	{"log.consistency", proof_range, "", WHO_DAEMON},
	{"log.rotate", a_reason, NULL, WHO_DAEMON},
	{"server.status", none, NULL, WHO_DAEMON},
	{"server.metrics", none, NULL, WHO_DAEMON},
	{"rules.reload", changed_rules, NULL, WHO_DAEMON},
	{"hello.greet", somebody, "/says", WHO_DAEMON},
	{"hello.greet", somebody, "/says", WHO_HOST},
	{"decisions.render", a_picture, "", WHO_HOST},
	{"assess", same_submission, "", WHO_EVALUATOR},
	{"rules.reload", changed_rules, NULL, WHO_EVALUATOR},
};

/* ---- and what may come of it ------------------------------------------------------ */

static bool is_honest(const struct operation *o, json_int_t code)
{
	/* -32603 says that there was no memory; -32006, -32008 and -32010 that nothing was
	 * done; -32009 that nobody knows, and the daemon ends. No evaluator died, or failed, where
	 * the memory of the daemon did not suffice. */
	return code == -32603 || code == -32006 || code == -32009 || code == -32010 ||
	       code == -32004 || (code == -32008 && o->who != WHO_DAEMON);
}

static void judge(struct walk *w, const struct operation *o, long n, const json_t *answer,
		  const json_t *wanted)
{
	const json_t *result = json_object_get(answer, "result");
	const json_t *error = json_object_get(answer, "error");
	json_int_t code = json_member_integer(error, "code", 0);
	const char *id = json_member_text(result, "submission_id");
	char *text;

	w->walked++;
	w->closed += answer == NULL;
	w->refused += error != NULL;
	if (answer == NULL)
		return;
	text = json_dumps(answer, JSON_ENCODE_ANY);
	if (error != NULL && (!is_honest(o, code) || json_member_text(error, "message") == NULL))
		fail_msg("%s without the allocation %ld: %s", o->method, n, text);
	if (result != NULL && o->same != NULL &&
	    !json_equal(json_pointer_get(result, o->same), json_pointer_get(wanted, o->same)))
		fail_msg("%s without the allocation %ld is answered otherwise: %s\nand with it %s",
			 o->method, n, text, json_dumps(wanted, JSON_ENCODE_ANY));
	if (strcmp(o->method, "decide") == 0 && result != NULL &&
	    json_object_set(w->acknowledged, id, (json_t *)(uintptr_t)result) != 0)
		fail_msg("decide without the allocation %ld names no submission: %s", n, text);
	free(text);
}

static int64_t entries(const struct walk *w)
{
	return scene_sql_number(w->scene, "SELECT max(sequence) FROM entries");
}

/* Who is told so sends again what would then be done twice. */
static void nothing_was_logged(const struct walk *w, const struct operation *o, long n,
			       const json_t *answer, int64_t before)
{
	const char *said = json_member_text(json_object_get(answer, "error"), "message");

	if (said != NULL && strstr(said, "nothing was changed") != NULL && entries(w) != before)
		fail_msg("%s without the allocation %ld is answered \"%s\", and was logged",
			 o->method, n, said);
}

/* What the daemon that has just ended did not free. */
static long kept(const struct walk *w)
{
	return atomic_load(&w->shortage.memory->kept);
}

static void nothing_was_leaked(const struct walk *w, const struct operation *o)
{
	if (kept(w) > w->usual)
		fail_msg("after faults in %s %ld blocks are left at the end, not %ld", o->method,
			 kept(w), w->usual);
}

/* Where it ended it said that the log is not known to be whole, and starts again. */
static void goes_on(struct walk *w, const struct operation *o, long n)
{
	struct scene *s = w->scene;
	json_t *answer = ask(s, "assess", same_submission(w));
	int status;

	if (json_object_get(answer, "result") == NULL) {
		json_int_t code = json_member_integer(json_object_get(answer, "error"), "code", 0);
		if (answer != NULL && code != -32009)
			fail_msg("after %s without the allocation %ld: %s", o->method, n,
				 json_dumps(answer, JSON_ENCODE_ANY));
		status = scene_wait(s);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 1 ||
		    !scene_said(s, "the log cannot be written any more"))
			fail_msg("%s without the allocation %ld ended it: %d\n%s", o->method, n,
				 status, scene_errors(s));
		nothing_was_leaked(w, o);
		rig_start(s, NULL);
	}
	json_decref(answer);
}

static void walk(struct walk *w, const struct operation *o, bool for_ever)
{
	json_t *whole = ask(w->scene, o->method, o->params(w));
	json_t *wanted = json_object_get(whole, "result");
	int missed = 0;
	long n = number_of("AWARDD_FROM", 0);

	if (wanted == NULL)
		fail_msg("%s: %s", o->method, json_dumps(whole, JSON_ENCODE_ANY));
	while (missed < 2) {
		json_t *params = o->params(w), *answer;
		int64_t before = entries(w);
		bool reached;

		arm(&w->shortage, o->who, n, for_ever);
		answer = ask(w->scene, o->method, params);
		reached = disarm(&w->shortage);
		missed = reached ? 0 : missed + 1;
		judge(w, o, n, answer, wanted);
		nothing_was_logged(w, o, n, answer, before);
		goes_on(w, o, n);
		json_decref(answer);
		n = after(&w->shortage, n, 5);
	}
	if (getenv("AWARDD_STEP") != NULL)
		print_message("%s%s: %ld allocations\n", o->method, for_ever ? ", for ever" : "",
			      n);
	scene_stop(w->scene);
	nothing_was_leaked(w, o);
	rig_start(w->scene, NULL);
	json_decref(whole);
}

/* ---- the tests -------------------------------------------------------------------- */

static void walk_begin(struct walk *w, void **state)
{
	*w = (struct walk){.scene = *state, .acknowledged = json_object()};
	shortage_init(&w->shortage, w->scene);
	rig_add(w->scene, "good/hello");
	rig_add(w->scene, "good/draw");
	rig_start(w->scene, NULL);
	json_decref(ask(w->scene, "decide", same_submission(w)));
	json_decref(ask(w->scene, "decide", same_submission(w)));
	scene_stop(w->scene);
	w->usual = kept(w);
	rig_start(w->scene, NULL);
}

static void all_acknowledged_is_there(struct walk *w)
{
	const char *id;
	json_t *result;

	json_object_foreach(w->acknowledged, id, result) {
		json_t *entry =
			ask(w->scene, "decisions.get",
			    json_pack("{s:O}", "sequence", json_object_get(result, "sequence")));
		const json_t *found = json_pointer_get(entry, "/result/decision");

		if (!json_equal(found, result))
			fail_msg("%s was acknowledged, and is not in the log as it was", id);
		json_decref(entry);
	}
	assert_int_equal(scene_sql_number(w->scene, "SELECT max(sequence) - count(*) FROM entries"),
			 0);
}

static void walk_end(struct walk *w)
{
	all_acknowledged_is_there(w);
	scene_stop(w->scene);
	free(TOOL_OUT(w->scene, 0, "log", "verify", w->scene->log));
	w->left = kept(w);
	json_decref(w->acknowledged);
	shortage_deinit(&w->shortage);
}

static void walk_all(void **state, bool for_ever)
{
	const char *only = getenv("AWARDD_ONLY");
	struct walk w;

	walk_begin(&w, state);
	for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
		if (only == NULL || strcmp(only, operations[i].method) == 0)
			walk(&w, &operations[i], for_ever);
	walk_end(&w);
	print_message("%ld calls: %ld refused, %ld closed without an answer\n", w.walked, w.refused,
		      w.closed);
}

static void whichever_allocation_fails_the_answer_is_right_or_an_error(void **state)
{
	walk_all(state, false);
}

static void memory_that_is_gone_for_a_while_is_survived(void **state)
{
	walk_all(state, true);
}

static void a_block_that_is_forgotten_after_a_fault_is_seen(void **state)
{
	struct walk w;

	walk_begin(&w, state);
	atomic_store(&w.shortage.memory->forgets, true);
	arm(&w.shortage, WHO_DAEMON, 20, false);
	json_decref(ask(w.scene, "assess", same_submission(&w)));
	assert_true(disarm(&w.shortage));
	walk_end(&w);
	assert_int_equal(w.left, w.usual + 1);
}

int main(void)
{
#define IN_A_SCENE(test) cmocka_unit_test_setup_teardown(test, scene_setup_stopped, scene_teardown)
	const struct CMUnitTest tests[] = {
		IN_A_SCENE(whichever_allocation_fails_the_answer_is_right_or_an_error),
		IN_A_SCENE(memory_that_is_gone_for_a_while_is_survived),
		IN_A_SCENE(a_block_that_is_forgotten_after_a_fault_is_seen),
	};

	return is_testable() ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
