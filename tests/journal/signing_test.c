/* The tree, its checkpoints and the key that signs them, as the file has them. */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

enum { MANY = 700 };

/* What the newest checkpoint says, and its text. */
struct seen {
	struct checkpoint c;
	struct buffer note;
};

static int run_checkpoint(struct journal_reader *r, struct ask *ask, struct err *e)
{
	struct seen *seen = (struct seen *)(uintptr_t)ask->with;
	int rv = reader_checkpoint(r, &seen->note, e);

	return rv == 0 ? checkpoint_read((struct text){seen->note.bytes, seen->note.length},
					 &seen->c, e)
		       : rv;
}

static void see(struct log *log, struct seen *seen)
{
	struct ask ask = {.run = run_checkpoint, .with = seen};

	buffer_init(&seen->note);
	log_ask(log, &ask);
	if (ask.status != 0)
		fail_msg("%s", ask.text);
}

static struct tlog_verifier verifier(struct log *log)
{
	struct tlog_verifier v;
	struct err e = {.status = 0};
	char key[TLOG_VKEY];

	journal_key(log->j, key);
	if (tlog_verifier_read(text_of(key), &v, &e) != 0)
		fail_msg("%s: %s", key, e.text);
	return v;
}

static enum note_verdict verdict(struct log *log, const struct seen *seen)
{
	struct tlog_verifier v = verifier(log);

	return checkpoint_check((struct text){seen->note.bytes, seen->note.length}, &v);
}

/* Adds a small entry to log and tree. */
static void grow(struct log *log, struct tree_edge *edge)
{
	struct answer a = log_append(log, "stop", doc("{'reason': 'a test'}"));

	assert_int_equal(a.status, 0);
	tree_append(edge, &a.first.leaf);
}

static void each_commit_has_a_checkpoint_of_its_tree(void **state)
{
	struct log *log = *state;
	struct tree_edge edge = {.size = 0};
	char origin[64];

	assert_true(snprintf(origin, sizeof origin, "awardd/%s", journal_identity(log->j)) > 0);
	for (int i = 1; i <= 20; i++) {
		struct digest root;
		struct seen seen;

		grow(log, &edge);
		root = tree_root(&edge);
		see(log, &seen);
		assert_string_equal(seen.c.origin, origin);
		assert_int_equal(seen.c.size, i);
		assert_memory_equal(seen.c.root.bytes, root.bytes, sizeof root.bytes);
		assert_int_equal(verdict(log, &seen), NOTE_GOOD);
		buffer_deinit(&seen.note);
	}
}

static int64_t number(const struct log *log, const char *sql)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *s = NULL;

	assert_int_equal(sqlite3_open_v2(log->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	int64_t n = sqlite3_column_int64(s, 0);
	assert_int_equal(sqlite3_finalize(s), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return n;
}

static void of_256_entries_one_checkpoint_stays(void **state)
{
	struct log *log = *state;
	struct tree_edge edge = {.size = 0};

	for (int i = 0; i < MANY; i++)
		grow(log, &edge);
	assert_int_equal(number(log, "SELECT count(*) FROM checkpoint"), 3);
	assert_int_equal(number(log, "SELECT count(*) FROM checkpoint WHERE size IN (256, 512)"),
			 2);
	assert_int_equal(number(log, "SELECT max(size) FROM checkpoint"), MANY);
	assert_int_equal(number(log, "SELECT count(*) FROM node WHERE level = 8"), 2);
	assert_int_equal(number(log, "SELECT count(*) FROM node"), 2);
	/* Opened again, the one that was newest stays, too. */
	log_reopen(log);
	grow(log, &edge);
	grow(log, &edge);
	assert_int_equal(number(log, "SELECT count(*) FROM checkpoint"), 4);
}

/* ---- proofs -------------------------------------------------------------- */

struct proved {
	struct buffer text, extra;
	struct proof_text proof;
	struct tree_proof growth;
	uint64_t from;
};

static int run_proof(struct journal_reader *r, struct ask *ask, struct err *e)
{
	struct proved *p = (struct proved *)(uintptr_t)ask->with;
	int rv = reader_proof(r, ask->sequence, &p->text, e);

	return rv == 0 ? proof_text_read((struct text){p->text.bytes, p->text.length}, &p->proof,
					 &p->extra, e)
		       : rv;
}

static int run_growth(struct journal_reader *r, struct ask *ask, struct err *e)
{
	struct proved *p = (struct proved *)(uintptr_t)ask->with;

	return reader_consistency(r, p->from, (uint64_t)ask->sequence, &p->growth, e);
}

static void every_entry_can_be_proved(void **state)
{
	struct log *log = *state;
	struct tree_edge edge = {.size = 0};
	struct seen seen;

	for (int i = 0; i < MANY; i++)
		grow(log, &edge);
	log_reopen(log); /* the tree goes on from what the file says */
	for (int i = 0; i < 3; i++)
		grow(log, &edge);
	see(log, &seen);
	for (int64_t n = 1; n <= MANY + 3; n += n < 250 ? 41 : 13) {
		struct proved p = {.from = 0};
		struct ask ask = {.run = run_proof, .with = &p, .sequence = n};
		struct digest leaf;

		buffer_init(&p.text);
		buffer_init(&p.extra);
		log_ask(log, &ask);
		if (ask.status != 0)
			fail_msg("%s", ask.text);
		leaf = digest_leaf(p.proof.extra.bytes, p.proof.extra.length);
		assert_int_equal(p.proof.index, n - 1);
		assert_true(tree_check_inclusion(&p.proof.proof, p.proof.index, seen.c.size, &leaf,
						 &seen.c.root));
		leaf.bytes[7] ^= 1;
		assert_false(tree_check_inclusion(&p.proof.proof, p.proof.index, seen.c.size, &leaf,
						  &seen.c.root));
		buffer_deinit(&p.text);
		buffer_deinit(&p.extra);
	}
	buffer_deinit(&seen.note);
}

static void that_the_log_only_grew_can_be_proved(void **state)
{
	struct log *log = *state;
	struct tree_edge edge = {.size = 0};
	struct digest roots[MANY + 1];

	for (int i = 0; i <= MANY; i++) {
		roots[i] = tree_root(&edge);
		if (i < MANY)
			grow(log, &edge);
	}
	for (int from = 1; from <= MANY; from += 37) {
		for (int to = from; to <= MANY; to += 111) {
			struct proved p = {.from = (uint64_t)from};
			struct ask ask = {.run = run_growth, .with = &p, .sequence = to};

			log_ask(log, &ask);
			assert_int_equal(ask.status, 0);
			assert_true(tree_check_consistency(&p.growth, (uint64_t)from, &roots[from],
							   (uint64_t)to, &roots[to]));
			if (from != to)
				assert_false(tree_check_consistency(&p.growth, (uint64_t)from,
								    &roots[from - 1], (uint64_t)to,
								    &roots[to]));
		}
	}
	struct proved p = {.from = 3};
	struct ask beyond = {.run = run_growth, .with = &p, .sequence = MANY + 1};
	struct ask back = {.run = run_growth, .with = &p, .sequence = 2};
	struct ask absent = {.run = run_proof, .with = &p, .sequence = MANY + 1};
	log_ask(log, &beyond);
	assert_int_equal(beyond.status, AW_EABSENT);
	log_ask(log, &back);
	assert_int_equal(back.status, AW_EINVALID);
	buffer_init(&p.text);
	log_ask(log, &absent);
	assert_int_equal(absent.status, AW_EABSENT);
	buffer_deinit(&p.text);
}

/* ---- what keeps a log from being opened ----------------------------------- */

static void make_three(struct log *log)
{
	struct tree_edge edge = {.size = 0};

	log_open(log);
	for (int i = 0; i < 3; i++)
		grow(log, &edge);
	journal_close(&log->j);
}

static void a_tail_that_was_cut_off_is_noticed(void **state)
{
	struct log *log = *state;

	make_three(log);
	changed(log, "DROP TRIGGER entry_is_never_deleted;"
		     "DELETE FROM entry WHERE sequence = 3; UPDATE tally SET count = 2");
	is_refused(log, AW_ECORRUPT,
		   "cut off: its newest checkpoint is of 3 entries, and there"
		   " are 2");
}

static void an_entry_that_another_program_added_is_noticed(void **state)
{
	struct log *log = *state;

	make_three(log);

	log_open(log);
	(void)log_add(log, "stop", doc("{}"));
	journal_close(&log->j);
	/* The entry itself is well made; nobody signed that it is there. */
	changed(log, "DELETE FROM checkpoint WHERE size > 3");
	is_refused(log, AW_ECORRUPT, "added by another program: its newest checkpoint is of 3");
}

static void an_entry_written_anew_with_its_hash_is_noticed(void **state)
{
	struct log *log = *state;

	make_three(log);
	changed(log, "DROP TRIGGER entry_is_never_changed;"
		     "UPDATE entry SET bytes = (SELECT bytes FROM entry WHERE sequence = 2),"
		     " leaf_hash = (SELECT leaf_hash FROM entry WHERE sequence = 2)"
		     " WHERE sequence = 1");
	struct err e = {.status = 0};
	assert_int_equal(log_try(log, &e), AW_ECORRUPT);
}

static void a_log_whose_key_was_named_must_have_checkpoints(void **state)
{
	struct log *log = *state;

	log_open(log);
	(void)log_add(log, "start", doc("{'key': 'some'}"));
	journal_close(&log->j);
	changed(log, "DELETE FROM checkpoint");
	is_refused(log, AW_ECORRUPT, "its checkpoints were removed");
}

static void a_log_of_the_first_form_is_brought_up(void **state)
{
	struct log *log = *state;
	struct seen seen;

	log_open(log);
	(void)log_add(log, "start", doc("{}"));
	(void)log_add(log, "decision",
		      decision_body((struct made){.partnership = "kent",
						  .award = "quality-mark",
						  .assessed_on = "2024-05-20"}));
	journal_close(&log->j);
	changed(log, to_first_form);
	log_open(log);
	assert_int_equal(number(log, "SELECT count(*) FROM decision WHERE change = 'first'"), 1);
	assert_int_equal(log_add(log, "stop", doc("{}")), 3);
	see(log, &seen);
	assert_int_equal(seen.c.size, 3);
	assert_int_equal(verdict(log, &seen), NOTE_GOOD);
	buffer_deinit(&seen.note);
}

/* ---- the key --------------------------------------------------------------- */

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

#define IN_A_LOG(test) cmocka_unit_test_setup_teardown(test, log_setup, log_teardown)
#define WITHOUT_A_LOG(test) cmocka_unit_test_setup_teardown(test, log_setup_closed, log_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_LOG(each_commit_has_a_checkpoint_of_its_tree),
		IN_A_LOG(of_256_entries_one_checkpoint_stays),
		IN_A_LOG(every_entry_can_be_proved),
		IN_A_LOG(that_the_log_only_grew_can_be_proved),
		WITHOUT_A_LOG(a_tail_that_was_cut_off_is_noticed),
		WITHOUT_A_LOG(an_entry_that_another_program_added_is_noticed),
		WITHOUT_A_LOG(an_entry_written_anew_with_its_hash_is_noticed),
		WITHOUT_A_LOG(a_log_whose_key_was_named_must_have_checkpoints),
		WITHOUT_A_LOG(a_log_of_the_first_form_is_brought_up),
		WITHOUT_A_LOG(the_key_is_its_owners_alone),
		WITHOUT_A_LOG(what_is_no_key_of_this_log_is_refused),
		WITHOUT_A_LOG(a_key_that_was_lost_is_made_anew_and_said),
		IN_A_LOG(a_rotation_is_signed_by_both_keys),
		IN_A_LOG(a_rotation_that_was_cut_short_is_settled_by_the_checkpoint),
		IN_A_LOG(without_room_for_the_key_nothing_is_rotated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
