/* The key that signs the log: its file, and how another one takes its place. */
#include "note.h"

#include <fcntl.h>
#include <sys/stat.h>

static void key_path(const struct log *log, const char *suffix, char out[128])
{
	assert_true(snprintf(out, 128, "%s.key%s", log->path, suffix) > 0);
}

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
}

static void the_key_is_its_owners_alone(void **state)
{
	struct log *log = *state;
	struct stat about;
	char path[128];

	make_three(log);
	key_path(log, "", path);
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 07777, 0600);
	assert_int_equal(chmod(path, 0640), 0);
	is_refused(log, AW_EINVALID, "can be read or written by others than its owner (mode 0640)");
	assert_int_equal(chmod(path, 0600), 0);
	if (geteuid() == 0) { /* only root gives files away */
		assert_int_equal(chown(path, 1, 1), 0);
		is_refused(log, AW_EINVALID, "belongs to another user, number 1");
		assert_int_equal(chown(path, 0, 0), 0);
	}
	log_open(log);
}

static void what_is_no_key_of_this_log_is_refused(void **state)
{
	struct log *log = *state;
	struct log other;
	char path[128], others[128], command[300];

	make_three(log);
	key_path(log, "", path);
	log_init(&other);
	other.chance = 77; /* another identity */
	log_open(&other);
	key_path(&other, "", others);
	assert_true(snprintf(command, sizeof command, "cp %s %s", others, path) > 0);
	assert_int_equal(system(command), 0);
	is_refused(log, AW_EINVALID, "is of another log, awardd/");
	is_refused(log, AW_EINVALID, ": put its own key there");
	log_deinit(&other);
	write_text(path, "a letter, not a key\n");
	is_refused(log, AW_EINVALID, path);
	write_text(path, "");
	is_refused(log, AW_EINVALID, path);
}

static void a_key_that_was_lost_is_made_anew_and_said(void **state)
{
	struct log *log = *state;
	struct journal_stats stats;
	char path[128], before[TLOG_VKEY], after[TLOG_VKEY];
	struct seen seen;

	log_open(log);
	(void)log_add(log, "stop", doc("{}"));
	journal_key(log->j, before);
	log_reopen(log);
	journal_key(log->j, after);
	assert_string_equal(before, after);
	journal_stats(log->j, &stats);
	assert_false(stats.key_replaced);
	journal_close(&log->j);
	key_path(log, "", path);
	assert_int_equal(unlink(path), 0);
	log_open(log);
	journal_stats(log->j, &stats);
	assert_true(stats.key_replaced);
	journal_key(log->j, after);
	assert_string_not_equal(before, after);
	see(log, &seen);
	assert_int_equal(verdict(log, &seen), NOTE_NOT_HIS);
	buffer_deinit(&seen.note);
	(void)log_add(log, "stop", doc("{}"));
	see(log, &seen);
	assert_int_equal(verdict(log, &seen), NOTE_GOOD);
	buffer_deinit(&seen.note);
}

static struct answer rotate(struct log *log)
{
	struct actor by = {.uid = 0, .user = "root"};
	struct answer a = {.there = false};

	assert_int_equal(journal_rotate(log->j, &by, "a year is over", on_appended, &a), 0);
	log_wait(log, &a.there);
	return a;
}

static void a_rotation_is_signed_by_both_keys(void **state)
{
	struct log *log = *state;
	char before[TLOG_VKEY], after[TLOG_VKEY], wanted[600];
	struct seen seen;
	struct stat about;
	char next[128];

	(void)log_add(log, "stop", doc("{}"));
	journal_key(log->j, before);
	struct tlog_verifier old = verifier(log);
	struct answer a = rotate(log);
	assert_int_equal(a.status, 0);
	assert_int_equal(a.first.sequence, 2);
	journal_key(log->j, after);
	assert_string_not_equal(before, after);
	see(log, &seen);
	assert_int_equal(seen.c.size, 2);
	assert_int_equal(verdict(log, &seen), NOTE_GOOD);
	assert_int_equal(checkpoint_check((struct text){seen.note.bytes, seen.note.length}, &old),
			 NOTE_GOOD);
	buffer_deinit(&seen.note);
	assert_true(snprintf(wanted, sizeof wanted,
			     "SELECT count(*) FROM entries WHERE kind = 'key'"
			     " AND json_extract(entry, '$.body.key') = '%s'"
			     " AND json_extract(entry, '$.body.previous') = '%s'"
			     " AND json_extract(entry, '$.body.reason') = 'a year is over'",
			     after, before) > 0);
	assert_int_equal(number(log, wanted), 1);
	/* From then on the new one signs alone; what both signed stays. */
	(void)log_add(log, "stop", doc("{}"));
	see(log, &seen);
	assert_int_equal(checkpoint_check((struct text){seen.note.bytes, seen.note.length}, &old),
			 NOTE_NOT_HIS);
	assert_int_equal(verdict(log, &seen), NOTE_GOOD);
	buffer_deinit(&seen.note);
	assert_int_equal(number(log, "SELECT count(*) FROM checkpoint WHERE size = 2"), 1);
	key_path(log, ".next", next);
	assert_int_equal(stat(next, &about), -1);
	log_reopen(log);
	journal_key(log->j, before);
	assert_string_equal(before, after);
}

static void a_rotation_that_was_cut_short_is_settled_by_the_checkpoint(void **state)
{
	struct log *log = *state;
	char now[128], next[128], command[300], before[TLOG_VKEY], after[TLOG_VKEY];
	struct stat about;

	(void)log_add(log, "stop", doc("{}"));
	journal_key(log->j, before);
	key_path(log, "", now);
	key_path(log, ".next", next);
	/* Killed after the COMMIT: the new key still has the next one's name. */
	assert_true(snprintf(command, sizeof command, "cp -p %s %s.old", now, now) > 0);
	assert_int_equal(system(command), 0);
	assert_int_equal(rotate(log).status, 0);
	journal_key(log->j, after);
	journal_close(&log->j);
	assert_true(snprintf(command, sizeof command, "mv %s %s && cp -p %s.old %s", now, next, now,
			     now) > 0);
	assert_int_equal(system(command), 0);
	log_open(log);
	journal_key(log->j, before);
	assert_string_equal(before, after);
	assert_int_equal(stat(next, &about), -1);
	/* Killed before it: a key that the newest checkpoint knows nothing of. */
	(void)log_add(log, "stop", doc("{}"));
	journal_close(&log->j);
	assert_true(snprintf(command, sizeof command, "cp -p %s.old %s", now, next) > 0);
	assert_int_equal(system(command), 0);
	log_open(log);
	journal_key(log->j, before);
	assert_string_equal(before, after);
	assert_int_equal(stat(next, &about), -1);
}

/* The next key's file is then the only one that holds the key that signs. */
static void a_key_that_waits_for_its_place_is_not_written_over(void **state)
{
	struct log *log = *state;
	char path[128], first[TLOG_VKEY], second[TLOG_VKEY], now[TLOG_VKEY];
	struct journal_stats stats;

	(void)log_add(log, "stop", doc("{}"));
	journal_key(log->j, first);
	key_path(log, "", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(rotate(log).status, 0);
	journal_key(log->j, second);
	assert_string_not_equal(first, second);
	struct answer a = rotate(log);
	assert_int_not_equal(a.status, 0);
	assert_non_null(strstr(a.text, "putting the new signing key in its place"));
	journal_key(log->j, now);
	assert_string_equal(now, second);
	assert_int_equal(rmdir(path), 0);
	log_reopen(log);
	journal_key(log->j, now);
	assert_string_equal(now, second);
	journal_stats(log->j, &stats);
	assert_false(stats.key_replaced);
	assert_int_equal(rotate(log).status, 0);
}

static void a_false_signature_costs_no_key(void **state)
{
	struct log *log = *state;
	char now[128], next[128], command[400];
	struct stat about;

	(void)log_add(log, "stop", doc("{}"));
	key_path(log, "", now);
	key_path(log, ".next", next);
	assert_true(snprintf(command, sizeof command, "cp -p %s %s.old", now, now) > 0);
	assert_int_equal(system(command), 0);
	assert_int_equal(rotate(log).status, 0);
	journal_close(&log->j);
	/* Killed before the new key had its place; and its signature, the last, is changed. */
	assert_true(snprintf(command, sizeof command, "mv %s %s && cp -p %s.old %s", now, next, now,
			     now) > 0);
	assert_int_equal(system(command), 0);
	changed(log, "UPDATE checkpoint SET note = substr(note, 1, length(note) - 24) ||"
		     " iif(substr(note, length(note) - 23, 1) = 'A', 'B', 'A') ||"
		     " substr(note, length(note) - 22) WHERE size = 2");
	is_refused(log, AW_ECORRUPT, "has a false signature of its key");
	assert_int_equal(stat(next, &about), 0);
}

static void without_room_for_the_key_nothing_is_rotated(void **state)
{
	struct log *log = *state;
	char fresh[128], before[TLOG_VKEY], after[TLOG_VKEY];
	struct seen seen;

	(void)log_add(log, "stop", doc("{}"));
	journal_key(log->j, before);
	/* A folder of that name is in the way of writing the key. */
	key_path(log, ".next.fresh", fresh);
	assert_int_equal(mkdir(fresh, 0700), 0);
	struct answer a = rotate(log);
	assert_int_not_equal(a.status, 0);
	assert_non_null(strstr(a.text, "writing the signing key"));
	journal_key(log->j, after);
	assert_string_equal(before, after);
	assert_int_equal(log_add(log, "stop", doc("{}")), 2);
	see(log, &seen);
	assert_int_equal(verdict(log, &seen), NOTE_GOOD);
	buffer_deinit(&seen.note);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITHOUT_A_LOG(the_key_is_its_owners_alone),
		WITHOUT_A_LOG(what_is_no_key_of_this_log_is_refused),
		WITHOUT_A_LOG(a_key_that_was_lost_is_made_anew_and_said),
		IN_A_LOG(a_rotation_is_signed_by_both_keys),
		IN_A_LOG(a_rotation_that_was_cut_short_is_settled_by_the_checkpoint),
		IN_A_LOG(a_key_that_waits_for_its_place_is_not_written_over),
		IN_A_LOG(a_false_signature_costs_no_key),
		IN_A_LOG(without_room_for_the_key_nothing_is_rotated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
