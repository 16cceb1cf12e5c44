/*
 * An auditor who never ends: a transaction of plain sqlite3 that stays open, and a query
 * without an end. Deciding goes on, what it does to the WAL is said, and a limit holds.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tool.h"

enum { MIB = 1 << 20, WINDOW = 16 };

static const char *const limited[] = {"--wal-limit=8388608", NULL};

/* ---- plain sqlite3, with a transaction that it does not end -------------- */

struct auditor {
	pid_t pid;
	int in;
};

static struct auditor auditor_begin(const struct scene *s, const char *sql)
{
	struct auditor a;
	int in[2], out[2];
	char word[8];
	struct pollfd ready;

	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	a.pid = fork();
	assert_int_not_equal(a.pid, -1);
	if (a.pid == 0) {
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || dup2(in[0], STDIN_FILENO) < 0 ||
		    dup2(out[1], STDOUT_FILENO) < 0 || close(in[1]) != 0 || close(out[0]) != 0)
			_exit(126);
		execlp("sqlite3", "sqlite3", "-readonly", "-bail", s->log, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(close(in[0]), 0);
	assert_int_equal(close(out[1]), 0);
	a.in = in[1];
	/* What .system prints does not wait in the shell's buffer. */
	assert_true(
		dprintf(a.in,
			"BEGIN;\nSELECT * FROM entry WHERE sequence = 0;\n.system echo held\n%s\n",
			sql) > 0);
	ready = (struct pollfd){.fd = out[0], .events = POLLIN};
	assert_int_equal(poll(&ready, 1, ANSWER_TIMEOUT_MS), 1);
	assert_int_equal(read(out[0], word, sizeof word), 5);
	assert_memory_equal(word, "held\n", 5);
	assert_int_equal(close(out[0]), 0);
	return a;
}

static void auditor_end(struct auditor *a)
{
	assert_int_equal(close(a->in), 0);
	assert_int_equal(kill(a->pid, SIGTERM), 0);
	assert_int_equal(waitpid(a->pid, NULL, 0), a->pid);
	a->pid = 0;
}

/* ---- what the daemon says of it ------------------------------------------ */

static json_t *log_status(struct scene *s)
{
	json_t *status = called(s, "server.status", NULL);
	json_t *log = json_incref(json_object_get(status, "log"));

	json_decref(status);
	return log;
}

static void log_is(struct scene *s, const char *expected)
{
	json_t *log = log_status(s);

	expect(log, expected);
	json_decref(log);
}

static void metrics_say(struct scene *s, const char *line)
{
	json_t *metrics = called(s, "server.metrics", NULL);

	if (strstr(json_string_value(metrics), line) == NULL)
		fail_msg("\"%s\" does not stand in:\n%s", line, json_string_value(metrics));
	json_decref(metrics);
}

static size_t times_said(const struct scene *s, const char *words)
{
	char *said = scene_errors(s);
	size_t count = 0;

	for (const char *at = said; (at = strstr(at, words)) != NULL; at += strlen(words))
		count++;
	free(said);
	return count;
}

static off_t wal_size(const struct scene *s)
{
	char path[PATH_TEXT + 8];
	struct stat about;

	snprintf(path, sizeof path, "%s-wal", s->log);
	assert_int_equal(stat(path, &about), 0);
	return about.st_size;
}

static int64_t now_us(void)
{
	struct timespec now;

	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Decides so many; none may fail. Gives how long one took, in microseconds. */
static int64_t decide_many(struct scene *s, size_t count)
{
	struct stream st;
	int64_t began = now_us(), took;

	stream_open(&st, s, WINDOW, NULL);
	stream_go(&st, count);
	took = (now_us() - began) / (int64_t)st.answered;
	stream_finish(&st);
	assert_int_equal(st.failed, 0);
	stream_deinit(&st);
	return took;
}

static void decide_until_refused(struct scene *s)
{
	struct stream st;
	json_t *log;
	int64_t before = scene_sql_number(s, "SELECT count(*) FROM decisions");

	stream_open(&st, s, WINDOW, NULL);
	while (st.failed == 0 && st.answered < 20000)
		stream_go(&st, 1);
	stream_finish(&st);
	assert_true(st.failed > 0);
	assert_int_equal(json_member_integer(st.error, "code", 0), -32005);
	assert_non_null(strstr(json_member_text(st.error, "message"), "wal-limit"));
	/* What was acknowledged is there, and nothing else is. */
	log = log_status(s);
	assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM decisions") - before,
			 st.answered - st.failed);
	assert_in_range(json_member_integer(log, "wal_bytes", 0), 8 * MIB, 12 * MIB);
	json_decref(log);
	stream_deinit(&st);
}

/* ---- the tests ----------------------------------------------------------- */

static void a_reader_who_stays_does_not_slow_deciding(void **state)
{
	enum { ROUNDS = 4, EACH = 400 };
	struct scene *s = *state;
	int64_t without = 0, with = 0;

	(void)decide_many(s, EACH); /* warms up */
	for (int i = 0; i < ROUNDS; i++) {
		without += decide_many(s, EACH);
		struct auditor a = auditor_begin(s, "");
		with += decide_many(s, EACH);
		auditor_end(&a);
	}
	print_message("a decision takes %lld us, and %lld us beside a reader who stays\n",
		      (long long)(without / ROUNDS), (long long)(with / ROUNDS));
	/* Each answer's own deadline is looked at by the stream; this only says that no
	 * decision waits for the reader. */
	assert_true(with < 5 * without);
	log_is(s, "{'wal_held': false, 'wal_over_limit': false, 'wal_limit': null}");
}

static void a_query_without_an_end_does_not_stop_deciding(void **state)
{
	struct scene *s = *state;
	struct auditor a =
		auditor_begin(s, "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
				 " SELECT count(*) FROM n, entry;");

	(void)decide_many(s, 600);
	assert_int_equal(kill(a.pid, 0), 0);
	assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM decisions") >= 600, 1);
	auditor_end(&a);
}

/* With submissions of 50,000 bytes, until the daemon says so of a reader. */
static char *hold_wal(struct scene *s, struct stream *st)
{
	char *changes = malloc(64000);

	assert_non_null(changes);
	snprintf(changes, 64000,
		 "{'evidence': [{'kind': 'other', 'summary': '%030000d'},"
		 " {'kind': 'panels-and-forums', 'summary': '%020000d'}]}",
		 1, 2);
	stream_open(st, s, WINDOW, changes);
	while (!scene_said(s, "keeps the log's WAL from being emptied") && st->answered < 4000)
		stream_go(st, 20);
	return changes;
}

static void a_wal_of_64_mib_is_announced_once_and_when_it_is_over(void **state)
{
	struct scene *s = *state;
	struct auditor a = auditor_begin(s, "");
	struct stream st;
	char *changes = hold_wal(s, &st);

	assert_in_range(wal_size(s), 64 * MIB, 80 * MIB);
	stream_go(&st, 200); /* on it goes, beyond */
	stream_finish(&st);
	assert_int_equal(st.failed, 0);
	log_is(s, "{'wal_held': true, 'wal_over_limit': false}");
	metrics_say(s, "\nawardd_log_wal_held 1\n");
	auditor_end(&a);
	scene_await(s, "no reader holds it any more"); /* by itself, without a submission */
	assert_int_equal(wal_size(s), 0);
	log_is(s, "{'wal_held': false, 'wal_bytes': 0}");
	metrics_say(s, "\nawardd_log_wal_held 0\n");
	assert_int_equal(times_said(s, "keeps the log's WAL from being emptied"), 1);
	assert_int_equal(times_said(s, "no reader holds it any more"), 1);
	stream_deinit(&st);
	free(changes);
}

static void under_load_a_wal_is_emptied_soon_after_its_reader_ends(void **state)
{
	static const char *const larger[] = {"--wal-limit=134217728", NULL};
	struct scene *s = *state;
	struct stream st;

	scene_start(s, larger);
	struct auditor a = auditor_begin(s, "");
	char *changes = hold_wal(s, &st);
	size_t held_at = st.answered;
	auditor_end(&a);
	stream_until(&st, "no reader holds it any more");
	/* It is tried after each 2,000 pages, which are some 150 of these, and a try may meet one of the
	 * daemon's own readers. After 8,000 pages it would be 600 at least. */
	assert_in_range(st.answered - held_at, 1, 520);
	stream_finish(&st);
	assert_int_equal(st.failed, 0);
	assert_int_equal(times_said(s, "has reached wal-limit"), 0);
	stream_deinit(&st);
	free(changes);
}

static void beyond_the_limit_nothing_is_logged_until_the_reader_ends(void **state)
{
	struct scene *s = *state;
	static const char known_one[] =
		"{'submission_id': 'known', 'partnership': {'id': 'known'}}";
	char *text;

	scene_start(s, limited);
	(void)scene_next_area(state); /* always 0 */
	json_t *known = decided(s, known_one), *again;
	struct auditor a = auditor_begin(s, "");
	decide_until_refused(s);
	scene_await(s, "has reached wal-limit");
	assert_true(scene_said(s, "keeps the log's WAL from being emptied"));
	off_t size = wal_size(s);
	log_is(s, "{'wal_held': true, 'wal_over_limit': true, 'wal_limit': 8388608,"
		  " 'full': false, 'failed': false}");
	metrics_say(s, "\nawardd_log_wal_over_limit 1\n");
	text = TOOL_OUT(s, 0, "status");
	tool_must_say(text, "Wal over limit yes");
	free(text);

	/* Reading and assessing go on; whatever writes is refused. */
	assesses(s, NULL, "{'outcome': {'award': 'quality-lead'}}");
	json_decref(called(s, "register.list", NULL));
	again = decided(s, known_one);
	assert_true(json_equal(known, again));
	json_decref(fails(s, "register.import",
			  "{'awards': [{'partnership': 'north', 'name': 'North', 'award':"
			  " 'quality-mark', 'awarded_on': '2022-05-20', 'source': 'A list'}]}",
			  -32005));
	json_decref(fails(s, "rules.reload", NULL, -32005));
	assert_int_equal(wal_size(s), size);

	/* The next one after the reader's end is decided. */
	auditor_end(&a);
	decides(s, NULL, "{'outcome': {'award': 'quality-lead'}}");
	scene_await(s, "no reader holds it any more");
	log_is(s, "{'wal_held': false, 'wal_over_limit': false}");
	assert_true(wal_size(s) < size);
	assert_int_equal(times_said(s, "has reached wal-limit"), 1);
	(void)decide_many(s, 600);
	json_decref(known);
	json_decref(again);
}

static void started_beside_such_a_reader_it_reads_until_that_ends(void **state)
{
	struct scene *s = *state;
	struct auditor a;

	scene_start(s, limited);
	a = auditor_begin(s, "");
	decide_until_refused(s);
	scene_kill(s);
	scene_start(s, limited);
	scene_await(s, "until the start can be logged the log is only read");
	int64_t entries = scene_sql_number(s, "SELECT max(sequence) FROM entries");
	json_decref(called(s, "register.list", NULL));
	assesses(s, NULL, "{'outcome': {'award': 'quality-lead'}}");
	json_t *answer = peer_call(scene_peer(s), "decide", submission(s, NULL));
	expect(answer, "{'error': {'code': -32005}}");
	json_decref(answer);
	assert_int_equal(scene_sql_number(s, "SELECT max(sequence) FROM entries"), entries);
	auditor_end(&a);
	json_t *result = decided(s, NULL);
	/* The start and the rules came before it. */
	assert_int_equal(json_member_integer(result, "sequence", 0), entries + 3);
	json_decref(result);
}

static void an_owed_start_is_logged_before_the_stop(void **state)
{
	struct scene *s = *state;
	struct auditor a;
	char query[160];

	scene_start(s, limited);
	a = auditor_begin(s, "");
	decide_until_refused(s);
	scene_kill(s);
	scene_start(s, limited);
	scene_await(s, "until the start can be logged the log is only read");
	int64_t entries = scene_sql_number(s, "SELECT max(sequence) FROM entries");
	auditor_end(&a);
	/* Taken together: the start is on its way into the log when all is to end. */
	assert_int_equal(kill(s->pid, SIGSTOP), 0);
	scene_await_state(s->pid, 'T');
	assert_int_equal(kill(s->pid, SIGHUP), 0);
	assert_int_equal(kill(s->pid, SIGTERM), 0);
	assert_int_equal(kill(s->pid, SIGCONT), 0);
	scene_ended(s);
	snprintf(query, sizeof query,
		 "SELECT group_concat(kind) FROM (SELECT kind FROM entries WHERE sequence > %lld"
		 " ORDER BY sequence)",
		 (long long)entries);
	char *kinds = scene_sql(s, query);
	assert_string_equal(kinds, "start,stop");
	free(kinds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_reader_who_stays_does_not_slow_deciding,
						scene_setup, scene_teardown),
		cmocka_unit_test_setup_teardown(a_query_without_an_end_does_not_stop_deciding,
						scene_setup, scene_teardown),
		cmocka_unit_test_setup_teardown(
			a_wal_of_64_mib_is_announced_once_and_when_it_is_over, scene_setup,
			scene_teardown),
		cmocka_unit_test_setup_teardown(
			under_load_a_wal_is_emptied_soon_after_its_reader_ends, scene_setup_stopped,
			scene_teardown),
		cmocka_unit_test_setup_teardown(
			beyond_the_limit_nothing_is_logged_until_the_reader_ends,
			scene_setup_stopped, scene_teardown),
		cmocka_unit_test_setup_teardown(
			started_beside_such_a_reader_it_reads_until_that_ends, scene_setup_stopped,
			scene_teardown),
		cmocka_unit_test_setup_teardown(an_owed_start_is_logged_before_the_stop,
						scene_setup_stopped, scene_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
