/*
 * A log that may not be written, that is gone, cut or strange: it is refused with a word that
 * helps, or nothing that was acknowledged is lost.
 */
#include <sched.h>
#include <unistd.h>

#include "sent.h"

/* ---- a file that may not be written, or is not there ----------------------- */

static void a_file_that_may_not_be_written_is_refused_at_the_start(void **state)
{
	struct scene *s = *state;

	scene_drop_root(s);
	scene_start(s, NULL);
	decides(s, NULL, "{'outcome': {'award': 'quality-lead'}}");
	scene_stop(s);
	assert_int_equal(chmod(s->log, 0444), 0);
	assert_int_not_equal(scene_start_fails(s, NULL), 0);
	says(s, s->log);
	says(s, "may not be written");
	assert_int_equal(chmod(s->log, 0640), 0);
	scene_start(s, NULL);
	decides(s, NULL, "{'outcome': {'change': 'maintained'}}");
}

static void a_read_only_file_system_is_refused_at_the_start(void **state)
{
	struct scene *s = *state;
	char disk[PATH_TEXT + 8];

	if (!mount_disk(s, disk, "size=8m"))
		skip();
	scene_start(s, NULL);
	decides(s, NULL, "{'outcome': {'award': 'quality-lead'}}");
	scene_stop(s);
	assert_int_equal(mount("tmpfs", disk, "tmpfs", MS_REMOUNT | MS_RDONLY, NULL), 0);
	assert_int_not_equal(scene_start_fails(s, NULL), 0);
	says(s, s->log);
	says(s, "Read-only file system");
	assert_int_equal(mount("tmpfs", disk, "tmpfs", MS_REMOUNT, NULL), 0);
	scene_start(s, NULL);
	decides(s, NULL, "{'outcome': {'change': 'maintained'}}");
	scene_stop(s);
	assert_int_equal(umount(disk), 0);
}

/* In a child: the folders in which temporary files are made cannot be written any more. */
static bool protect_temporary(void)
{
	static const char *const folders[] = {"/tmp", "/var/tmp"};

	if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		return false;
	for (int i = 0; i < 2; i++) {
		if (mount(folders[i], folders[i], NULL, MS_BIND, NULL) != 0 ||
		    mount(NULL, folders[i], NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) != 0)
			return false;
	}
	return true;
}

static void a_log_is_verified_where_nothing_may_be_written(void **state)
{
	enum { CANNOT = 99 };
	struct scene *s = *state;
	int status = -1;

	scene_start(s, NULL);
	decides(s, NULL, "{'outcome': {'award': 'quality-lead'}}"); /* with personal values */
	scene_stop(s);
	pid_t child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0) {
		if (!protect_temporary())
			_exit(CANNOT);
		execl(AWARDCTL_PROGRAM, AWARDCTL_PROGRAM, "log", "verify", s->log, NULL);
		_exit(1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == CANNOT) {
		print_message("skipped: mounting is not permitted\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* The WAL is kept open by the daemon, so that what was acknowledged can be put back
 * together with the file. */
static void lose_the_file(struct scene *s, bool replace)
{
	struct sent all;
	char kept[PATH_TEXT + 16];

	sent_init(&all);
	scene_start(s, NULL);
	send_many(s, &all, MANY);
	assert_int_equal(json_object_size(all.codes), 0);
	snprintf(kept, sizeof kept, "%s.kept", s->log);
	assert_int_equal(rename(s->log, kept), 0);
	if (replace) {
		FILE *other = fopen(s->log, "we");
		assert_non_null(other);
		assert_int_equal(fclose(other), 0);
	}
	send_many(s, &all, MANY);
	codes_are(&all, -32009);
	ended_with_failure(s);
	says(s, "was removed or replaced");
	/* It does not begin a new log where that would cost the old one its WAL. */
	assert_int_not_equal(scene_start_fails(s, NULL), 0);
	says(s, "is gone or empty, but its WAL is there");
	assert_int_equal(rename(kept, s->log), 0);
	scene_start(s, NULL);
	all_is_there(s, &all);
	sent_again_it_is_decided(s, &all);
	sent_deinit(&all);
}

static void a_file_removed_while_it_runs_ends_it_and_loses_nothing(void **state)
{
	lose_the_file(*state, false);
}

static void a_file_replaced_while_it_runs_ends_it_and_loses_nothing(void **state)
{
	lose_the_file(*state, true);
}

/* ---- a file that was damaged while nobody ran ------------------------------ */

static void stopped_with_some(struct scene *s, struct sent *all)
{
	sent_init(all);
	scene_start(s, NULL);
	send_many(s, all, MANY);
	assert_int_equal(json_object_size(all->codes), 0);
	scene_stop(s);
}

/* With the log's path in $LOG. */
static void shell(const struct scene *s, const char *command)
{
	assert_int_equal(setenv("LOG", s->log, 1), 0);
	if (system(command) != 0)
		fail_msg("failed: %s", command);
}

static void a_file_cut_short_is_refused_wherever_it_was_cut(void **state)
{
	enum { PAGE = 4096 };
	struct scene *s = *state;
	struct sent all;
	struct stat whole;

	stopped_with_some(s, &all);
	assert_int_equal(stat(s->log, &whole), 0);
	shell(s, "cp \"$LOG\" \"$LOG.kept\"");
	off_t pages = whole.st_size / PAGE;
	const off_t sizes[] = {0,
			       1,
			       PAGE / 2,
			       PAGE,
			       PAGE + PAGE / 2,
			       pages / 2 * PAGE,
			       pages / 2 * PAGE + PAGE / 2,
			       whole.st_size - PAGE,
			       whole.st_size - PAGE / 2};
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		scene_await_later(s);
		assert_int_equal(truncate(s->log, sizes[i]), 0);
		print_message("cut to %lld of %lld bytes\n", (long long)sizes[i],
			      (long long)whole.st_size);
		assert_int_not_equal(scene_start_fails(s, NULL), 0);
		scene_await(s, s->log);
		shell(s, "cp \"$LOG.kept\" \"$LOG\"");
	}
	scene_start(s, NULL);
	all_is_there(s, &all);
	sent_deinit(&all);
}

static void an_empty_file_beside_its_wal_is_refused(void **state)
{
	struct scene *s = *state;
	struct sent all;

	sent_init(&all);
	scene_start(s, NULL);
	send_many(s, &all, MANY);
	scene_kill(s);
	shell(s, "cp \"$LOG\" \"$LOG.kept\"");
	assert_int_equal(truncate(s->log, 0), 0);
	assert_int_not_equal(scene_start_fails(s, NULL), 0);
	says(s, "is gone or empty, but its WAL is there");
	shell(s, "cp \"$LOG.kept\" \"$LOG\"");
	scene_start(s, NULL);
	all_is_there(s, &all);
	sent_deinit(&all);
}

static void a_strange_or_missing_wal_of_a_stopped_daemon_costs_nothing(void **state)
{
	struct scene *s = *state;
	struct sent all;

	stopped_with_some(s, &all);
	shell(s, "head -c 100000 /dev/urandom >\"$LOG-wal\"");
	scene_start(s, NULL);
	all_is_there(s, &all);
	scene_stop(s);
	shell(s, "rm \"$LOG-wal\"");
	scene_start(s, NULL);
	all_is_there(s, &all);
	scene_stop(s);
	shell(s, "rm \"$LOG-wal\" \"$LOG-shm\"");
	scene_start(s, NULL);
	all_is_there(s, &all);
	sent_deinit(&all);
}

/* What stood in a WAL that is damaged is lost, and cannot be missed by the file alone:
 * what is left has no gap, is as it was answered, and goes on. */
static void of_a_damaged_wal_what_stands_before_the_damage_is_left(void **state)
{
	struct scene *s = *state;
	struct sent all;
	const char *id;
	json_t *result;

	sent_init(&all);
	scene_start(s, NULL);
	send_many(s, &all, MANY);
	int64_t sent = scene_sql_number(s, "SELECT max(sequence) FROM entries");
	scene_kill(s);
	shell(s, "dd if=/dev/urandom of=\"$LOG-wal\" bs=1000 count=1 conv=notrunc"
		 " seek=$(($(stat -c %s \"$LOG-wal\") / 2000)) 2>/dev/null");
	scene_start(s, NULL);
	/* The start and the activation were written after what is left. */
	int64_t left = scene_sql_number(s, "SELECT max(sequence) FROM entries") - 2;
	assert_in_range(left, 1, sent);
	json_object_foreach(all.results, id, result)
		if (json_member_integer(result, "sequence", 0) <= left) {
			char params[96];
			snprintf(params, sizeof params, "{'sequence': %lld}",
				 (long long)json_member_integer(result, "sequence", 0));
			json_t *entry = called(s, "decisions.get", params);
			assert_true(json_equal(json_object_get(entry, "decision"), result));
			json_decref(entry);
		}
	assert_int_equal(scene_sql_number(s, "SELECT max(sequence) - count(*) FROM entries"), 0);
	decides(s, NULL, "{'outcome': {'award': 'quality-lead'}}");
	sent_deinit(&all);
}

/* With it, a decision would be acknowledged that is not in the log. */
static void a_trigger_that_another_program_put_into_the_log_is_refused(void **state)
{
	struct scene *s = *state;

	scene_start(s, NULL);
	decides(s, NULL, "{'outcome': {'award': 'quality-lead'}}");
	scene_stop(s);
	shell(s, "sqlite3 \"$LOG\" \"CREATE TRIGGER other BEFORE INSERT ON entry"
		 " BEGIN SELECT RAISE(IGNORE); END\"");
	assert_int_not_equal(scene_start_fails(s, NULL), 0);
	says(s, "the trigger other is not of this program");
	shell(s, "sqlite3 \"$LOG\" 'DROP TRIGGER other'");
	scene_start(s, NULL);
	decides(s, NULL, "{'outcome': {'change': 'maintained'}}");
	/* While it runs, too. */
	struct sent all;
	sent_init(&all);
	shell(s, "sqlite3 \"$LOG\" \"CREATE TRIGGER other BEFORE INSERT ON entry"
		 " BEGIN SELECT RAISE(IGNORE); END\"");
	send_many(s, &all, MANY);
	codes_are(&all, -32009);
	ended_with_failure(s);
	says(s, "the trigger other is not of this program");
	sent_deinit(&all);
}

int main(void)
{
#define STOPPED(test) cmocka_unit_test_setup_teardown(test, scene_setup_stopped, scene_teardown)
	const struct CMUnitTest tests[] = {
		STOPPED(a_file_that_may_not_be_written_is_refused_at_the_start),
		cmocka_unit_test_setup_teardown(a_read_only_file_system_is_refused_at_the_start,
						scene_setup_stopped, disk_teardown),
		STOPPED(a_log_is_verified_where_nothing_may_be_written),
		STOPPED(a_file_removed_while_it_runs_ends_it_and_loses_nothing),
		STOPPED(a_file_replaced_while_it_runs_ends_it_and_loses_nothing),
		STOPPED(a_file_cut_short_is_refused_wherever_it_was_cut),
		STOPPED(an_empty_file_beside_its_wal_is_refused),
		STOPPED(a_strange_or_missing_wal_of_a_stopped_daemon_costs_nothing),
		STOPPED(of_a_damaged_wal_what_stands_before_the_damage_is_left),
		STOPPED(a_trigger_that_another_program_put_into_the_log_is_refused),
	};
#undef STOPPED

	return cmocka_run_group_tests(tests, NULL, NULL);
}
