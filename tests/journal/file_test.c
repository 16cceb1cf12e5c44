/* The file itself: which are refused, who may change what, how auditors read it. */
#include "../support/whole.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(fputs(text, f) >= 0, 1);
	assert_int_equal(fclose(f), 0);
}

static void a_file_that_is_not_sqlite_is_refused_and_left_alone(void **state)
{
	struct log *log = *state;
	char text[64] = "";

	write_file(log->path, "a letter, not a log");
	is_refused(log, AW_EFOREIGN, "not a decision log");
	FILE *f = fopen(log->path, "re");
	assert_non_null(fgets(text, sizeof text, f));
	assert_int_equal(fclose(f), 0);
	assert_string_equal(text, "a letter, not a log");
}

static void a_database_of_another_program_is_refused_and_left_alone(void **state)
{
	struct log *log = *state;

	changed(log, "CREATE TABLE t (x); INSERT INTO t VALUES (1)");
	is_refused(log, AW_EFOREIGN, "application id");
	changed(log, "PRAGMA application_id = 7");
	is_refused(log, AW_EFOREIGN, "0x00000007");
	shell_says(log, "SELECT * FROM t; PRAGMA journal_mode", "1\ndelete\n");
}

static void an_empty_file_becomes_a_log(void **state)
{
	struct log *log = *state;

	write_file(log->path, "");
	log_open(log);
	assert_int_equal(log_add(log, "stop", doc("{}")), 1);
}

static void a_log_of_a_newer_version_is_refused(void **state)
{
	struct log *log = *state;

	log_open(log);
	journal_close(&log->j);
	changed(log, "PRAGMA user_version = 6");
	is_refused(log, AW_ENEWER, "newer version");
}

static void a_log_of_a_form_that_never_was_is_refused(void **state)
{
	struct log *log = *state;

	log_open(log);
	journal_close(&log->j);
	changed(log, "PRAGMA user_version = -1");
	is_refused(log, AW_ECORRUPT, "its form is -1");
}

/* Making tables anew takes minutes for a large log. */
static void a_log_of_form_4_loses_an_index_and_keeps_its_tables(void **state)
{
	struct log *log = *state;

	log_open(log);
	assert_int_equal(log_add(log, "start", doc("{}")), 1);
	journal_close(&log->j);
	changed(log, "CREATE INDEX award_day ON award (awarded_on, award);"
		     "UPDATE listed SET user = 'kept as it was'; PRAGMA user_version = 4");
	log_open(log); /* which sees that all objects are as they should be */
	shell_says(log,
		   "PRAGMA user_version; SELECT user FROM listed;"
		   "SELECT count(*) FROM sqlite_schema WHERE name = 'award_day'",
		   "5\nkept as it was\n0\n");
	assert_int_equal(log_add(log, "stop", doc("{}")), 2);
}

static void a_path_that_cannot_be_opened_or_told_in_json_is_said(void **state)
{
	struct log *log = *state;
	char link[96];

	assert_true(snprintf(log->path, sizeof log->path, "%s/caf\xe9", log->dir) > 0);
	assert_true(snprintf(link, sizeof link, "%s/link", log->dir) > 0);
	assert_int_equal(mkdir(log->path, 0755), 0);
	assert_int_equal(symlink(log->path, link), 0);
	assert_true(snprintf(log->path, sizeof log->path, "%s/link/log", log->dir) > 0);
	is_refused(log, AW_EINVALID, "/caf?/log must have a path that is UTF-8");
	strcat(log->path, "/no/log.db");
	is_refused(log, -ENOTDIR, "Not a directory");
	assert_true(snprintf(log->path, sizeof log->path, "%s/no/log", log->dir) > 0);
	is_refused(log, -ENOENT, "No such file");
}

static void a_second_opener_is_refused_by_any_name_of_the_file(void **state)
{
	struct log *log = *state;
	struct log second = *log;
	char wanted[64];

	log_open(log);
	(void)snprintf(wanted, sizeof wanted, "process %d", (int)getpid());
	is_refused(&second, AW_EBUSY, wanted);
	assert_true(snprintf(second.path, sizeof second.path, "%s/link", log->dir) > 0);
	assert_int_equal(symlink(log->path, second.path), 0);
	is_refused(&second, AW_EBUSY, wanted);
	assert_int_equal(log_add(log, "stop", doc("{}")), 1);
	journal_close(&log->j);
	log_open(log);
}

static void the_identity_is_kept(void **state)
{
	struct log *log = *state;
	char before[40];

	log_open(log);
	strcpy(before, journal_identity(log->j));
	assert_int_equal(strlen(before), 32);
	log_reopen(log);
	assert_string_equal(journal_identity(log->j), before);
}

static void entries_hold_against_update_delete_and_replace(void **state)
{
	struct log *log = *state;
	static const struct {
		const char *sql, *says;
	} tries[] = {
		{"UPDATE entry SET kind = 'x'", "never changed"},
		{"UPDATE entry SET sequence = 9 WHERE sequence = 1", "never changed"},
		{"DELETE FROM entry", "never deleted"},
		{"DELETE FROM entry WHERE sequence = 2", "never deleted"},
		{"REPLACE INTO entry SELECT * FROM entry WHERE sequence = 1", "next one"},
		{"INSERT OR REPLACE INTO entry VALUES (2, 'a', 'b', x'', x'')", "next one"},
		{"INSERT INTO entry VALUES (9, 'a', 'b', x'', x'')", "next one"},
		{"INSERT INTO entry VALUES (NULL, 'a', 'b', x'', x'')", "next one"},
		{"INSERT INTO entry VALUES (1, 'a', 'b', x'', x'')"
		 " ON CONFLICT DO UPDATE SET kind = 'x'",
		 "next one"},
		{"UPDATE blob SET bytes = x''", "never changed"},
		{"DELETE FROM blob", "never deleted"},
		{"REPLACE INTO blob SELECT sha256, x'' FROM blob", "already"},
		{"UPDATE personal SET value = '1'", "never changed"},
		{"UPDATE personal SET salt = zeroblob(32), value = ' '", "never changed"},
		{"REPLACE INTO personal SELECT number, sequence, pointer, salt, '1' FROM personal",
		 "only ever the next"},
		{"INSERT INTO personal SELECT 2, sequence, pointer, salt, '1' FROM personal",
		 "only ever the next"},
		{"DELETE FROM personal", "erased in its place"},
	};

	log_open(log);
	assert_int_equal(log_add(log, "stop", doc("{}")), 1);
	struct journal_draft d = draft("activation", doc("{}"));
	struct answer a = {.there = false};
	d.blobs = doc("['a text']");
	assert_int_equal(journal_append(log->j, &d, 1, on_appended, &a), 0);
	log_wait(log, &a.there);
	changed(log, "INSERT INTO personal VALUES (1, 1, '/x', x'00', '22')");
	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
		char *says = change(log, tries[i].sql);
		if (says == NULL || strstr(says, tries[i].says) == NULL)
			fail_msg("%s: %s", tries[i].sql, says != NULL ? says : "was done");
		free(says);
	}
	shell_says(log, "SELECT sequence, kind FROM entry; SELECT CAST(bytes AS TEXT) FROM blob",
		   "1|stop\n2|activation\na text\n");
	changed(log,
		"UPDATE personal SET salt = zeroblob(32), value = '  '"); /* erasing is allowed */
	assert_int_equal(log_add(log, "stop", doc("{}")), 3);
}

/* ---- the check at the start --------------------------------------------- */

static void three_entries(struct log *log)
{
	struct made m = {.partnership = "north", .assessed_on = "2024-05-20"};

	log_open(log);
	for (int i = 0; i < 3; i++)
		(void)log_add(log, "decision", decision_body(m));
	journal_close(&log->j);
}

static void a_changed_entry_at_the_end_is_found(void **state)
{
	struct log *log = *state;

	three_entries(log);
	changed(log,
		"DROP TRIGGER entry_is_never_changed;" WHOLE_ENTRIES
		"UPDATE entry SET bytes = CAST(replace(CAST(bytes AS TEXT), 'north', 'south') AS BLOB)"
		" WHERE sequence = 2");
	is_refused(log, AW_ECORRUPT, "entry 2: its bytes do not have its leaf hash");
}

static void a_missing_entry_is_found(void **state)
{
	struct log *log = *state;

	three_entries(log);
	changed(log, "DROP TRIGGER entry_is_never_changed;" WHOLE_ENTRIES
		     "DROP TRIGGER entry_is_never_deleted; DELETE FROM entry WHERE sequence = 1");
	is_refused(log, AW_ECORRUPT, "entry 1 is missing");
}

static void a_changed_column_beside_the_bytes_is_found(void **state)
{
	struct log *log = *state;

	three_entries(log);
	changed(log, "DROP TRIGGER entry_is_never_changed;"
		     " UPDATE entry SET kind = 'stop' WHERE sequence = 3");
	is_refused(log, AW_ECORRUPT, "entry 3: its columns and its bytes differ");
}

static void derived_tables_are_made_again_where_they_do_not_follow(void **state)
{
	struct log *log = *state;

	three_entries(log);
	changed(log, "DELETE FROM decision WHERE sequence = 2; UPDATE tally SET count = 77;"
		     " DELETE FROM partnership");
	log_open(log);
	shell_says(log,
		   "SELECT count(*) FROM decision; SELECT * FROM tally;"
		   "SELECT id FROM partnership",
		   "3\ndecision|3\nnorth\n");
	assert_int_equal(log_add(log, "stop", doc("{}")), 4);
	journal_close(&log->j);
	changed(log, "DELETE FROM listed WHERE sequence = 4");
	log_open(log);
	shell_says(log, "SELECT count(*) FROM listed", "4\n");
	journal_close(&log->j);
	changed(log, "DELETE FROM mark");
	log_open(log);
	shell_says(log, "SELECT value, hex(entries) FROM mark WHERE name = 'kind'",
		   "decision|0E\nstop|10\n");
}

/* ---- a process that dies ------------------------------------------------ */

struct stream {
	struct log *log;
	int out;
};

static void tell(void *ctx, int status, const struct journal_receipt *receipts, size_t count,
		 const struct err *e)
{
	struct stream *s = ctx;

	(void)e;
	if (status != 0 || count != 1 ||
	    write(s->out, &receipts->sequence, sizeof receipts->sequence) < 0)
		_exit(1);
}

/* Appends for ever and writes each acknowledged sequence to a pipe. */
static void append_for_ever(struct log *log, int out)
{
	struct stream s = {.log = log, .out = out};
	struct err e;

	if (log_try(log, &e) != 0)
		_exit(1);
	for (;;) {
		struct journal_stats stats;
		struct journal_draft d = draft("stop", doc("{'reason': 'on and on'}"));
		if (journal_append(log->j, &d, 1, tell, &s) != 0)
			_exit(1);
		journal_poll(log->j);
		journal_stats(log->j, &stats);
		if (stats.queued > 500)
			(void)usleep(500);
	}
}

static void what_was_acknowledged_survives_sigkill_without_a_gap(void **state)
{
	struct log *log = *state;
	int64_t known = 0;

	for (int round = 0; round < 6; round++) {
		int ends[2], status;
		int64_t sequence;
		assert_int_equal(pipe(ends), 0);
		pid_t child = fork();
		if (child == 0) {
			(void)close(ends[0]);
			append_for_ever(log, ends[1]);
		}
		(void)close(ends[1]);
		for (int i = 0; i < 300 + 277 * round; i++)
			assert_int_equal(read(ends[0], &sequence, sizeof sequence),
					 sizeof sequence);
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
		while (read(ends[0], &sequence, sizeof sequence) == sizeof sequence)
			known = sequence;
		(void)close(ends[0]);
		log_open(log);
		struct journal_stats stats;
		journal_stats(log->j, &stats);
		assert_true(stats.sequence >= known);
		journal_close(&log->j);
		bool ok;
		char *says = shell(log, "-readonly",
				   "SELECT count(*) = max(sequence) FROM entry;"
				   "PRAGMA integrity_check",
				   &ok);
		assert_string_equal(says, "1\nok\n");
		free(says);
	}
}

/* ---- auditors ----------------------------------------------------------- */

static void auditors_read_while_the_log_is_written_and_after(void **state)
{
	struct log *log = *state;
	struct answer a[400];

	log_open(log);
	for (int i = 0; i < 400; i++) {
		log_send(log, "stop", doc("{'reason': '%d'}", i), &a[i]);
		if (i % 100 == 50)
			shell_says(log, "SELECT count(*) = coalesce(max(sequence), 0) FROM entries",
				   "1\n");
	}
	log_wait(log, &a[399].there);
	journal_close(&log->j);
	assert_int_equal(access(log->path, F_OK), 0);
	shell_says(log, "SELECT count(*) FROM entries", "400\n");
}

/* As user and group 1:1, where the file belongs to 0:1. */
static void a_group_reader_needs_nothing_but_the_group(void **state)
{
	struct log *log = *state;
	char command[512];

	if (getuid() != 0) {
		print_message("skipped: not root\n");
		skip();
	}
	log_open(log);
	assert_int_equal(log_add(log, "stop", doc("{}")), 1);
	(void)snprintf(command, sizeof command,
		       "chgrp -R 1 '%s' && chmod 2750 '%s' && chmod o= '%s'", log->dir, log->dir,
		       log->path);
	assert_int_equal(system(command), 0);
	for (int i = 0; i < 2; i++) {
		(void)snprintf(command, sizeof command,
			       "out=$(setpriv --reuid 1 --regid 1 --clear-groups sqlite3 -readonly"
			       " '%s' 'SELECT count(*) FROM entries') && [ \"$out\" = 1 ]",
			       log->path);
		assert_int_equal(system(command), 0);
		(void)snprintf(command, sizeof command,
			       "setpriv --reuid 1 --regid 1 --clear-groups sqlite3 '%s'"
			       " 'DELETE FROM personal' 2>/dev/null",
			       log->path);
		assert_int_not_equal(system(command), 0);
		journal_close(&log->j); /* and once more, with nobody writing */
	}
}

static void the_program_reads_a_log_that_is_written_and_one_that_is_not(void **state)
{
	struct log *log = *state;
	struct err e = {.status = 0};

	log_open(log);
	assert_int_equal(log_add(log, "stop", doc("{}")), 1);
	for (int i = 0; i < 2; i++) {
		struct journal_reader *r = NULL;
		json_t *entry = NULL;
		assert_int_equal(reader_open(log->path, &r, &e), 0);
		assert_int_equal(reader_entry(r, 1, &entry, &e), 0);
		assert_string_equal(json_member_text(entry, "kind"), "stop");
		json_decref(entry);
		assert_int_equal(reader_entry(r, 2, &entry, &e), AW_EABSENT);
		reader_close(&r);
		assert_null(r);
		journal_close(&log->j);
	}
	shell_says(log, "SELECT count(*) FROM entries", "1\n");
}

static void a_reader_refuses_what_is_no_log(void **state)
{
	struct log *log = *state;
	struct journal_reader *r = NULL;
	struct err e = {.status = 0};

	assert_int_equal(reader_open(log->path, &r, &e), -ENOENT);
	write_file(log->path, "");
	assert_int_equal(reader_open(log->path, &r, &e), AW_EFOREIGN);
	write_file(log->path, "a letter, not a log");
	assert_int_equal(reader_open(log->path, &r, &e), AW_EFOREIGN);
	assert_null(r);
}

static int no_fault(void *ctx, const char *fault)
{
	(void)ctx;
	fail_msg("%s", fault);
	return 0;
}

/* Whoever ends a check of pages may be quicker than the thread that begins it. */
static void during_a_walk_an_interruption_holds_for_what_begins_later(void **state)
{
	struct log *log = *state;
	struct journal_reader *r = NULL;
	struct raw_walk *walk = NULL;
	struct raw_row row;
	struct err e = {.status = 0};

	log_open(log);
	assert_int_equal(reader_open(log->path, &r, &e), 0);
	assert_int_equal(raw_walk_new(r, RAW_META, &walk, &e), 0);
	assert_int_equal(raw_walk_next(walk, &row, &e), 1);
	reader_interrupt(r);
	assert_int_not_equal(raw_check_pages(r, no_fault, NULL, &e), 0);
	raw_walk_free(&walk);
	assert_int_equal(raw_check_pages(r, no_fault, NULL, &e), 0);
	reader_close(&r);
}

static void the_wal_is_emptied_when_there_is_nothing_to_do(void **state)
{
	struct log *log = *state;
	struct journal_stats stats;

	log_open(log);
	(void)log_add(log, "stop", doc("{}"));
	journal_stats(log->j, &stats);
	assert_true(stats.wal_bytes > 0);
	for (int i = 0; i < 100 && stats.wal_bytes > 0; i++) {
		(void)usleep(100000);
		journal_stats(log->j, &stats);
	}
	assert_int_equal(stats.wal_bytes, 0);
}

static void the_wal_stays_short_while_much_is_written(void **state)
{
	enum { MANY = 20000, ROUND = 50 };
	struct log *log = *state;
	struct answer a[ROUND];
	struct journal_stats stats;

	log_open(log);
	for (int i = 0; i < MANY; i += ROUND) {
		for (int k = 0; k < ROUND; k++)
			log_send(log, "stop", doc("{'x': '%04000d'}", i + k), &a[k]);
		log_wait(log, &a[ROUND - 1].there);
	}
	journal_stats(log->j, &stats);
	assert_in_range(stats.wal_bytes, 1, MANY * 4000 / 2);
}

int main(void)
{
#define WITHOUT_A_LOG(test) cmocka_unit_test_setup_teardown(test, log_setup_closed, log_teardown)
	const struct CMUnitTest tests[] = {
		WITHOUT_A_LOG(a_file_that_is_not_sqlite_is_refused_and_left_alone),
		WITHOUT_A_LOG(a_database_of_another_program_is_refused_and_left_alone),
		WITHOUT_A_LOG(an_empty_file_becomes_a_log),
		WITHOUT_A_LOG(a_log_of_a_newer_version_is_refused),
		WITHOUT_A_LOG(a_log_of_a_form_that_never_was_is_refused),
		WITHOUT_A_LOG(a_log_of_form_4_loses_an_index_and_keeps_its_tables),
		WITHOUT_A_LOG(a_path_that_cannot_be_opened_or_told_in_json_is_said),
		WITHOUT_A_LOG(a_second_opener_is_refused_by_any_name_of_the_file),
		WITHOUT_A_LOG(the_identity_is_kept),
		WITHOUT_A_LOG(entries_hold_against_update_delete_and_replace),
		WITHOUT_A_LOG(a_changed_entry_at_the_end_is_found),
		WITHOUT_A_LOG(a_missing_entry_is_found),
		WITHOUT_A_LOG(a_changed_column_beside_the_bytes_is_found),
		WITHOUT_A_LOG(derived_tables_are_made_again_where_they_do_not_follow),
		WITHOUT_A_LOG(what_was_acknowledged_survives_sigkill_without_a_gap),
		WITHOUT_A_LOG(auditors_read_while_the_log_is_written_and_after),
		WITHOUT_A_LOG(a_group_reader_needs_nothing_but_the_group),
		WITHOUT_A_LOG(the_program_reads_a_log_that_is_written_and_one_that_is_not),
		WITHOUT_A_LOG(a_reader_refuses_what_is_no_log),
		WITHOUT_A_LOG(during_a_walk_an_interruption_holds_for_what_begins_later),
		WITHOUT_A_LOG(the_wal_is_emptied_when_there_is_nothing_to_do),
		WITHOUT_A_LOG(the_wal_stays_short_while_much_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
