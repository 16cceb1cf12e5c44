/*
 * A disk that fails or is full, and a clock that leaps, under the real daemon: nothing that was
 * acknowledged is lost, nothing else is acknowledged, and it says what happened.
 */
#include <time.h>
#include <unistd.h>

#include "faults/faults.h"
#include "preloaded.h"
#include "sent.h"
#include "tool.h"

/* ---- the faults that the daemon shares with the test --------------------- */

struct broken {
	struct preloaded preloaded;
	struct faults *faults;
};

static struct broken *break_it(struct scene *s)
{
	struct broken *b = calloc(1, sizeof *b);

	assert_non_null(b);
	preloaded_open(&b->preloaded, s, "AWARDD_FAULTS", AWARDD_FAULTS, sizeof *b->faults);
	b->faults = b->preloaded.memory;
	snprintf(b->faults->log, sizeof b->faults->log, "%s", s->log);
	s->environment = b->preloaded.environment;
	return b;
}

static void mend_it(struct scene *s, struct broken **b)
{
	s->environment = NULL;
	preloaded_close(&(*b)->preloaded);
	free(*b);
	*b = NULL;
}

static void arm(struct broken *b, enum fault kind, int after)
{
	atomic_store(&b->faults->after, after);
	atomic_store(&b->faults->kind, kind);
}

/* ---- a file that fails --------------------------------------------------- */

static void fail_after(struct scene *s, enum fault kind, int after)
{
	struct broken *b = break_it(s);
	struct sent all;

	sent_init(&all);
	scene_start(s, NULL);
	send_many(s, &all, MANY);
	assert_int_equal(json_object_size(all.codes), 0);
	arm(b, kind, after);
	/* A slow disk gathers many decisions into few commits: not each time is it reached. */
	for (int times = 0; times <= after && atomic_load(&b->faults->failed) == 0; times++)
		send_many(s, &all, MANY);
	codes_are(&all, -32009);
	ended_with_failure(s);
	/* After the first failure nothing more is written or synced. */
	assert_int_equal(atomic_load(&b->faults->failed), 1);
	says(s, "the log cannot be written any more");
	mend_it(s, &b);
	scene_start(s, NULL);
	all_is_there(s, &all);
	sent_again_it_is_decided(s, &all);
	sent_deinit(&all);
}

/* It may have been logged under an id that stands in no file, or in one of many. */
static void says_what_to_send_again(void **state, const char *given)
{
	static const char words[] = "send it again with the same submission_id, ";
	struct scene *s = *state;
	struct broken *b = break_it(s);
	char changes[128];

	scene_start(s, NULL);
	tool_write_json(s, "one.json", submission(s, given));
	arm(b, FAULT_SYNC, 0);
	struct ran r = TOOL(s, NULL, "submit", "one.json");
	assert_int_not_equal(r.status, 0);
	tool_must_say(r.err, words);
	snprintf(changes, sizeof changes, "{'submission_id': '%.36s'}",
		 strstr(r.err, words) + sizeof words - 1);
	if (given != NULL) {
		tool_must_say(r.err, "submission_id, of-the-file");
		snprintf(changes, sizeof changes, "%s", given);
	}
	ran_deinit(&r);
	ended_with_failure(s);
	mend_it(s, &b);
	scene_start(s, NULL);
	json_decref(decided(s, changes));
	assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM decisions"), 1);
}

static void awardctl_says_what_to_send_again(void **state)
{
	says_what_to_send_again(state, NULL);
}

static void awardctl_says_so_of_an_id_that_it_was_given(void **state)
{
	says_what_to_send_again(state, "{'submission_id': 'of-the-file'}");
}

static void a_sync_that_fails_ends_it_and_loses_nothing(void **state)
{
	fail_after(*state, FAULT_SYNC, 0);
}

static void a_later_sync_that_fails_ends_it_and_loses_nothing(void **state)
{
	fail_after(*state, FAULT_SYNC, 2);
}

static void a_write_that_fails_ends_it_and_loses_nothing(void **state)
{
	fail_after(*state, FAULT_WRITE, 0);
}

static void a_later_write_that_fails_ends_it_and_loses_nothing(void **state)
{
	fail_after(*state, FAULT_WRITE, 25);
}

static void a_file_that_fails_while_nobody_asks_ends_it_too(void **state)
{
	struct scene *s = *state;
	struct broken *b = break_it(s);
	struct sent all;

	sent_init(&all);
	scene_start(s, NULL);
	send_many(s, &all, MANY);
	arm(b, FAULT_SYNC, 0); /* found when the WAL is written into the log, a second later */
	ended_with_failure(s);
	says(s, "writing the WAL into the log");
	mend_it(s, &b);
	scene_start(s, NULL);
	all_is_there(s, &all);
	assert_int_equal(json_object_size(all.results), MANY);
	sent_deinit(&all);
}

/* ---- a disk without room ------------------------------------------------- */

static void no_room_is_said_and_is_over_when_there_is_some(void **state)
{
	struct scene *s = *state;
	struct broken *b = break_it(s);
	struct sent all;

	sent_init(&all);
	scene_start(s, NULL);
	send_many(s, &all, MANY);
	arm(b, FAULT_FULL, 3);
	send_many(s, &all, MANY);
	codes_are(&all, -32005);
	says(s, "no room is left for the log");
	calls(s, "server.status", NULL, "{'log': {'full': true, 'failed': false}}");
	assesses(s, NULL, "{'outcome': {'award': 'quality-lead'}}");
	json_decref(called(s, "register.list", NULL));
	arm(b, FAULT_NONE, 0);
	all_is_there(s, &all);
	sent_again_it_is_decided(s, &all);
	says(s, "there is room for the log again");
	calls(s, "server.status", NULL, "{'log': {'full': false}}");
	scene_stop(s);
	mend_it(s, &b);
	sent_deinit(&all);
}

static void on_a_full_disk_it_starts_and_reads(void **state)
{
	struct scene *s = *state;
	char disk[PATH_TEXT + 8], fill[PATH_TEXT + 64];
	struct sent all;

	if (!mount_disk(s, disk, "size=16m"))
		skip();
	sent_init(&all);
	scene_start(s, NULL);
	send_many(s, &all, MANY);
	assert_int_equal(json_object_size(all.codes), 0);
	scene_kill(s);
	snprintf(fill, sizeof fill, "cat /dev/zero >'%s/fill' 2>/dev/null", disk);
	assert_int_not_equal(system(fill), 0);
	scene_rule_append(s, "outcome.lua", "\n-- an edit that waits for room\n");

	scene_start(s, NULL);
	says(s, "no room is left for the log");
	says(s, "until the start can be logged the log is only read");
	all_is_there(s, &all);
	calls(s, "register.list", "{'partnership': 'sent-1', 'on': '2027-01-01'}",
	      "{'awards': [{'status': 'due'}]}");
	assesses(s, NULL, "{'outcome': {'award': 'quality-lead'}}");
	int64_t entries = scene_sql_number(s, "SELECT max(sequence) FROM entries");
	send_many(s, &all, MANY);
	codes_are(&all, -32005);
	assert_int_equal(json_object_size(all.codes), MANY);
	json_decref(fails(s, "rules.reload", NULL, -32005));
	assert_int_equal(scene_sql_number(s, "SELECT max(sequence) FROM entries"), entries);

	/* With room the start comes first, then the rules of the folder, then what was asked. */
	snprintf(fill, sizeof fill, "%s/fill", disk);
	assert_int_equal(unlink(fill), 0);
	sent_again_it_is_decided(s, &all);
	char query[160], *kinds;
	snprintf(query, sizeof query,
		 "SELECT group_concat(kind) FROM (SELECT kind FROM entries WHERE sequence"
		 " BETWEEN %lld AND %lld ORDER BY sequence)",
		 (long long)entries + 1, (long long)entries + 3);
	kinds = scene_sql(s, query);
	assert_string_equal(kinds, "start,activation,decision");
	free(kinds);
	all_is_there(s, &all);
	scene_stop(s);
	assert_int_equal(umount(disk), 0);
	sent_deinit(&all);
}

static void a_full_disk_at_the_end_is_said(void **state)
{
	struct scene *s = *state;
	struct broken *b = break_it(s);

	scene_start(s, NULL);
	arm(b, FAULT_FULL, 0);
	scene_stop(s); /* ends with 0 all the same */
	says(s, "the stop could not be logged: the disk is full");
	mend_it(s, &b);
	scene_start(s, NULL);
}

/* ---- a clock that leaps ------------------------------------------------------ */

enum { DAY = 86400, YEAR = 365 * DAY };

static void a_clock_that_goes_backwards_changes_no_order(void **state)
{
	struct scene *s = *state;
	struct broken *b = break_it(s);
	struct sent all;

	sent_init(&all);
	scene_start(s, NULL);
	send_many(s, &all, MANY);
	atomic_store(&b->faults->clock, -YEAR);
	json_t *earlier =
		decided(s, "{'submission_id': 'earlier', 'partnership': {'id': 'sent-1'}}");
	expect(earlier, "{'outcome': {'change': 'maintained'}}");
	/* The clock is written down as it is; the sequence says what came first. */
	assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM entries a JOIN entries b"
					     " ON b.sequence = a.sequence + 1 WHERE b.at < a.at"),
			 1);
	assert_int_equal(json_member_integer(earlier, "sequence", 0),
			 scene_sql_number(s, "SELECT max(sequence) FROM entries"));
	send_many(s, &all, MANY);
	assert_int_equal(json_object_size(all.codes), 0);
	scene_stop(s);
	atomic_store(&b->faults->clock, -2 * YEAR);
	scene_start(s, NULL); /* what it finds is later than now */
	all_is_there(s, &all);
	json_t *again = decided(s, "{'submission_id': 'earlier', 'partnership': {'id': 'sent-1'}}");
	assert_true(json_equal(earlier, again));
	atomic_store(&b->faults->clock, -3 * YEAR);
	json_t *status = called(s, "server.status", NULL);
	/* By the clock of the wall it would be a year less than nothing, or none. */
	assert_in_range(json_member_integer(status, "uptime_seconds", -1), 0, 600);
	atomic_store(&b->faults->clock, 0);
	decides(s, "{'submission_id': 'later', 'partnership': {'id': 'sent-1'}}",
		"{'outcome': {'change': 'maintained'}}");
	all_is_there(s, &all);
	scene_stop(s);
	mend_it(s, &b);
	json_decref(earlier);
	json_decref(again);
	json_decref(status);
	sent_deinit(&all);
}

/* How many entries are later (or earlier, below 0) than the one before them by a leap. */
static int64_t leaps(const struct scene *s, int direction)
{
	char query[320];

	snprintf(query, sizeof query,
		 "SELECT count(*) FROM entries a JOIN entries b ON b.sequence = a.sequence + 1"
		 " WHERE %d * (unixepoch(b.at) - unixepoch(a.at)) > 300 * 86400",
		 direction);
	return scene_sql_number(s, query);
}

/* Each entry has the clock as it was: of now, or of a year before or after. */
static void each_at_is_a_clock_of(const struct scene *s, time_t from, time_t to)
{
	char query[320];

	snprintf(query, sizeof query,
		 "SELECT count(*) FROM entries WHERE NOT EXISTS (SELECT 1 FROM"
		 " (SELECT 0 AS by UNION SELECT %d UNION SELECT %d)"
		 " WHERE unixepoch(at) - by BETWEEN %lld AND %lld)",
		 YEAR, -YEAR, (long long)from, (long long)to);
	assert_int_equal(scene_sql_number(s, query), 0);
}

/* In the order in which those of a partnership were sent. */
static void decided_in_order(const struct stream *st)
{
	json_int_t before = 0;
	size_t i;
	json_t *result;

	json_array_foreach(st->results, i, result) {
		const json_t *asked = json_array_get(st->asked, i);
		const json_t *last = i > 0 ? json_array_get(st->asked, i - 1) : NULL;
		json_int_t sequence = json_member_integer(result, "sequence", 0);

		assert_true(sequence > 0);
		if (json_equal(json_object_get(asked, "partnership"),
			       json_object_get(last, "partnership")))
			assert_true(sequence > before);
		before = sequence;
	}
}

static void a_clock_that_leaps_under_load_changes_no_order(void **state)
{
	enum { WINDOW = 16, EACH = 40 };
	static const int64_t clocks[] = {YEAR, 0, -YEAR, YEAR, -YEAR, YEAR, 0};
	struct scene *s = *state;
	struct broken *b = break_it(s);
	struct stream st;
	time_t began = time(NULL);
	int64_t forward = 0, back = 0, before = 0;

	scene_start(s, NULL);
	stream_open(&st, s, WINDOW, NULL);
	stream_go(&st, EACH);
	for (size_t i = 0; i < sizeof clocks / sizeof *clocks; before = clocks[i++]) {
		atomic_store(&b->faults->clock, clocks[i]);
		forward += clocks[i] > before;
		back += clocks[i] < before;
		stream_go(&st, EACH); /* more than were under way: some are sent after it */
	}
	stream_finish(&st);
	assert_int_equal(st.failed, 0);
	decided_in_order(&st);
	stream_reproduce(&st);
	/* Where it was set back a later entry has an earlier `at`, and only there. */
	assert_int_equal(leaps(s, 1), forward);
	assert_int_equal(leaps(s, -1), back);
	each_at_is_a_clock_of(s, began, time(NULL));
	assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM entries a JOIN entries b"
					     " ON b.sequence = a.sequence + 1 WHERE b.at < a.at"),
			 back);
	assert_int_equal(scene_sql_number(s, "SELECT max(sequence) - count(*) FROM entries"), 0);
	free(TOOL_OUT(s, 0, "log", "verify", s->log));
	scene_stop(s);
	mend_it(s, &b);
	stream_deinit(&st);
}

int main(void)
{
#define STOPPED(test) cmocka_unit_test_setup_teardown(test, scene_setup_stopped, scene_teardown)
	const struct CMUnitTest tests[] = {
		STOPPED(a_sync_that_fails_ends_it_and_loses_nothing),
		STOPPED(awardctl_says_what_to_send_again),
		STOPPED(awardctl_says_so_of_an_id_that_it_was_given),
		STOPPED(a_later_sync_that_fails_ends_it_and_loses_nothing),
		STOPPED(a_write_that_fails_ends_it_and_loses_nothing),
		STOPPED(a_later_write_that_fails_ends_it_and_loses_nothing),
		STOPPED(a_file_that_fails_while_nobody_asks_ends_it_too),
		STOPPED(no_room_is_said_and_is_over_when_there_is_some),
		cmocka_unit_test_setup_teardown(on_a_full_disk_it_starts_and_reads,
						scene_setup_stopped, disk_teardown),
		STOPPED(a_full_disk_at_the_end_is_said),
		STOPPED(a_clock_that_goes_backwards_changes_no_order),
		STOPPED(a_clock_that_leaps_under_load_changes_no_order),
	};
#undef STOPPED

	return cmocka_run_group_tests(tests, NULL, NULL);
}
