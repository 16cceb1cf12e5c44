/* Audits of small logs, where the scenario's real daemon would be in the way. */
#include "rig.h"

#include <sys/stat.h>

static void expect_verified(const char *path)
{
	struct said said = rig_audit(path);

	if (said.status != 0)
		fail_msg("%s", said.e.text);
	if (!said_verified(&said)) {
		char *text = json_dumps(said.findings, JSON_INDENT(1));
		fail_msg("%s", text);
	}
	said_deinit(&said);
}

static void expect_found(const char *path, const char *words)
{
	struct said said = rig_audit(path);

	assert_int_equal(said.status, 0);
	assert_false(said_verified(&said));
	if (!said_of(&said, words)) {
		char *text = json_dumps(said.findings, JSON_INDENT(1));
		fail_msg("\"%s\" is not among\n%s", words, text);
	}
	said_deinit(&said);
}

/* The test's log with so many entries, which nobody has open any more. */
static struct log *closed(void **state, int entries)
{
	struct log *log = *state;

	rig_fill(log, entries);
	journal_close(&log->j);
	return log;
}

static void every_kind_of_entry_verifies(void **state)
{
	struct log *log = *state;

	rig_fill(log, 600);
	expect_verified(log->path); /* while it is open */
	journal_close(&log->j);
	expect_verified(log->path);
}

static void a_log_is_verified_while_it_is_written(void **state)
{
	struct log *log = *state;
	char rules[RULES_DIGEST];

	rig_fill(log, 10);
	rig_activate(log, "return 2", rules);
	for (int i = 0; i < 50; i++) {
		struct answer a;
		log_send(log, "stop", doc("{'reason': 'a test'}"), &a);
		expect_verified(log->path); /* the writing thread goes on */
		log_wait(log, &a.there);
	}
}

static void nothing_is_made_beside_a_copy(void **state)
{
	struct log *log = closed(state, 10);
	char command[400], path[128];
	struct stat about;

	assert_true(snprintf(command, sizeof command,
			     "mkdir '%s/still' && cp '%s' '%s/still/a%%20?#b.db'", log->dir,
			     log->path, log->dir) > 0);
	assert_int_equal(system(command), 0);
	assert_true(snprintf(path, sizeof path, "%s/still/a%%20?#b.db", log->dir) > 0);
	expect_verified(path);
	assert_true(snprintf(path, sizeof path, "%s/still/a%%20?#b.db-wal", log->dir) > 0);
	assert_int_not_equal(stat(path, &about), 0);
	assert_true(snprintf(path, sizeof path, "%s/still/a%%20?#b.db-shm", log->dir) > 0);
	assert_int_not_equal(stat(path, &about), 0);
}

/* ---- personal values ------------------------------------------------------------ */

/* As a log of the first form erased, and was brought up to date since. */
static const char erase[] = "DROP TRIGGER IF EXISTS personal_is_never_deleted;"
			    "DROP TRIGGER IF EXISTS personal_is_never_changed;"
			    "DELETE FROM personal WHERE sequence = 4;"
			    "UPDATE personal SET number = number - 1 WHERE sequence > 4;";

static void a_value_that_an_entry_erased_is_not_missed(void **state)
{
	struct log *log = *state;

	rig_fill(log, 10);
	log_add(log, "erasure",
		doc("{'by': 'An Administrator', 'erases': {'id': '4-000000000000', 'sequence': 4},"
		    " 'partnership': 'place-1', 'reason': 'asked for', 'values': 1}"));
	journal_close(&log->j);
	rig_sql(log, erase);
	struct said said = rig_audit(log->path);
	assert_false(said_of(&said, "personal value"));
	assert_int_equal(json_member_integer(json_member(said.summary, "personal"), "erased", 0),
			 1);
	said_deinit(&said);
}

static void a_value_overwritten_in_its_place_is_erased_too(void **state)
{
	struct log *log = *state;

	rig_fill(log, 10);
	log_add(log, "erasure",
		doc("{'by': 'An Administrator', 'erases': {'id': '4-000000000000', 'sequence': 4},"
		    " 'partnership': 'place-1', 'reason': 'asked for', 'values': 1}"));
	journal_close(&log->j);
	rig_sql(log,
		"DROP TRIGGER personal_is_never_changed;"
		"UPDATE personal SET salt = zeroblob(32), value = '    ' WHERE sequence IN (4, 5)");
	expect_found(log->path, "entry 5: its personal value at /submission/signed/name is gone");
	struct said said = rig_audit(log->path);
	assert_false(said_of(&said, "entry 4"));
	said_deinit(&said);
	/* Without a salt, something else may not stand there. */
	rig_sql(log, "UPDATE personal SET value = '\"x\"' WHERE sequence = 4");
	expect_found(log->path,
		     "entry 4: its personal value at /submission/signed/name was changed");
}

static void the_values_of_a_partnership_are_erased_up_to_a_place(void **state)
{
	struct log *log = *state;

	rig_fill(log, 10); /* place-1 has entries 4 and 9 */
	log_add(log, "erasure",
		doc("{'by': 'An Administrator', 'erases': {'partnership': 'place-1', 'through': 4},"
		    " 'partnership': 'place-1', 'reason': 'asked for', 'values': 1}"));
	journal_close(&log->j);
	rig_sql(log, erase);
	struct said said = rig_audit(log->path);
	assert_false(said_of(&said, "is gone"));
	said_deinit(&said);
	rig_sql(log, "DELETE FROM personal WHERE sequence = 9");
	expect_found(log->path,
		     "entry 9: its personal value at /submission/signed/name is gone, and "
		     "no entry says that it was erased");
	rig_sql(log, "DELETE FROM personal WHERE sequence = 5");
	expect_found(log->path, "entry 5: its personal value at /submission/signed/name is gone");
}

/* ---- what only a broken daemon would write ---------------------------------------- */

static void a_rule_set_that_is_not_its_files(void **state)
{
	struct log *log = *state;

	rig_start(log);
	log_add(log, "activation",
		doc("{'cause': 'start', 'digest': 'sha256:00', 'engine': 'test', 'files': [],"
		    " 'lua': 'test', 'prelude': 'ff', 'previous': null}"));
	log_add(log, "decision",
		decision_body((struct made){.partnership = "a", .assessed_on = "2024-01-01"}));
	expect_found(log->path, "entry 2: the rule set sha256:00 is made of files whose digest is");
	expect_found(log->path, "entry 2: the text of the prelude is not in the log");
	expect_found(log->path,
		     "entry 3: decided by the rule set sha256:aa, which no entry before it "
		     "put in force");
}

/* An activation by the words of a plugin, with this digest. */
static void activate_with_words(struct log *log, const char *digest)
{
	log_add(log, "activation",
		doc("{'cause': 'start', 'digest': '%s', 'engine': 'test', 'files': [],"
		    " 'lua': 'test', 'prelude': 'ff', 'previous': null,"
		    " 'words': [{'name': 'a', 'sha256': 'aa'}]}",
		    digest));
}

static void a_rule_set_that_is_not_its_words(void **state)
{
	struct log *log = *state;
	json_t *words = doc("[{'name': 'a', 'sha256': 'aa'}]"),
	       *others = doc("[{'name': 'a', 'sha256': 'ab'}]");
	char with[RULES_DIGEST], with_others[RULES_DIGEST], without[RULES_DIGEST];
	char said[200];

	assert_int_equal(rule_files_digest("ff", NULL, words, with), 0);
	assert_int_equal(rule_files_digest("ff", NULL, others, with_others), 0);
	assert_int_equal(rule_files_digest("ff", NULL, NULL, without), 0);
	rig_start(log);
	activate_with_words(log, with);
	activate_with_words(log, with_others);
	activate_with_words(log, without);
	for (int sequence = 2; sequence <= 4; sequence++) {
		struct said found = rig_audit(log->path);
		assert_true(snprintf(said, sizeof said,
				     "entry %d: the rule set %s is made of files whose", sequence,
				     sequence == 2   ? with
				     : sequence == 3 ? with_others
						     : without) > 0);
		assert_int_equal(said_of(&found, said), sequence > 2);
		said_deinit(&found);
	}
	json_decref(words);
	json_decref(others);
}

static void entries_that_no_daemon_writes(void **state)
{
	struct log *log = *state;

	rig_start(log);
	log_add(log, "start", doc("{'engine': 'test', 'log': 'another', 'lua': 'test'}"));
	log_add(log, "secret", doc("{'a': 1}"));
	expect_found(log->path, "entry 2: it was written into another log than this file's");
	expect_found(log->path, "entry 3: it is of a kind that this program does not know");
}

static void a_clock_that_went_back_is_only_noted(void **state)
{
	struct log *log = *state;

	rig_fill(log, 3);
	log->now -= 86400000;
	log_add(log, "stop", doc("{'reason': 'a test'}"));
	struct said said = rig_audit(log->path);
	assert_true(said_verified(&said));
	assert_true(said_of(&said, "the clock went back 1 times; the last time, entry 9 is dated"));
	said_deinit(&said);
}

static void an_empty_log_proves_nothing(void **state)
{
	struct log *log = *state;

	expect_found(log->path, "there is no entry in the log");
}

/* ---- what stands there that nothing asks for ------------------------------------- */

static void a_value_that_was_put_back_after_its_erasure(void **state)
{
	struct log *log = *state;

	rig_fill(log, 10);
	log_add(log, "erasure",
		doc("{'by': 'An Administrator', 'erases': {'partnership': 'place-1', 'through': 4},"
		    " 'partnership': 'place-1', 'reason': 'asked for', 'values': 1}"));
	journal_close(&log->j);
	expect_found(log->path, "entry 4: a personal value of it is there, though a later entry");
	struct said said = rig_audit(log->path);
	assert_false(said_of(&said, "entry 9"));
	said_deinit(&said);
}

static void what_follows_a_nul_is_not_passed_over(void **state)
{
	struct log *log = closed(state, 10);

	rig_sql(log, "DROP TRIGGER entry_is_never_changed;"
		     "DROP TRIGGER personal_is_never_changed;"
		     "UPDATE entry SET kind = kind || char(0) || 'x' WHERE sequence = 5;"
		     "UPDATE entry SET at = at || char(0) || 'x' WHERE sequence = 6;"
		     "UPDATE personal SET pointer = pointer || char(0) || 'x' WHERE sequence = 7;"
		     "UPDATE meta SET value = value || char(0) || 'x'");
	expect_found(log->path, "entry 5: its column kind is not what its bytes say");
	expect_found(log->path, "entry 6: its column at is not what its bytes say");
	expect_found(log->path, "that the entry does not commit to");
	expect_found(log->path, "entry 7: its personal value at /submission/signed/name is gone");
	expect_found(log->path, "the log has no identity of its own any more");
}

static void a_row_beside_the_identity(void **state)
{
	struct log *log = closed(state, 3);

	rig_sql(log, "INSERT INTO meta VALUES ('a', 'b')");
	expect_found(log->path, "the table meta has a row that is not of this program");
}

static void rows_of_values_removed_doubled_or_moved(void **state)
{
	struct log *log = closed(state, 10);

	rig_sql(log, "DROP TRIGGER personal_is_never_changed;"
		     "UPDATE personal SET number = 9223372036854775807 WHERE number = 10");
	expect_found(log->path, "the personal value with the number 9223372036854775807 does not "
				"follow on the one before it");
	rig_sql(log, "UPDATE personal SET number = 10 WHERE number > 10;"
		     "UPDATE personal SET value = value || ' ' WHERE sequence = 5");
	expect_found(log->path,
		     "entry 5: its personal value at /submission/signed/name was changed");
	rig_sql(log, "UPDATE personal SET value = trim(value); DROP TRIGGER personal_is_the_next;"
		     "INSERT INTO personal SELECT 11, sequence, pointer, salt, value FROM personal"
		     " WHERE number = 10");
	expect_found(log->path, "entry 12: a second personal value at /submission/signed/name");
}

static void a_signature_that_the_daemon_does_not_give(void **state)
{
	struct log *log = closed(state, 3);

	rig_sql(log, "UPDATE checkpoint SET note = note || '\u2014 somebody AAAAAAAA' || char(10)");
	expect_found(log->path, "it carries a signature that the daemon does not give");
}

/* With writable_schema anybody gives a name of SQLite's own. */
static void a_trigger_under_a_name_of_sqlite(void **state)
{
	struct log *log = closed(state, 3);

	rig_sql(log, "PRAGMA writable_schema = ON;"
		     "INSERT INTO sqlite_schema VALUES ('trigger', 'sqlite_other', 'decision', 0,"
		     " 'CREATE TRIGGER sqlite_other AFTER INSERT ON decision"
		     " BEGIN DELETE FROM award; END')");
	expect_found(log->path, "the trigger sqlite_other is not of this program");
}

/* ---- keys ------------------------------------------------------------------------- */

struct rotated {
	bool there;
	int status;
};

static void on_rotated(void *ctx, int status, const struct journal_receipt *receipts, size_t count,
		       const struct err *e)
{
	struct rotated *r = ctx;

	(void)receipts;
	(void)count;
	(void)e;
	r->there = true;
	r->status = status;
}

static void rotate(struct log *log)
{
	struct rotated r = {.there = false};
	const struct actor by = {.user = "clerk"};

	assert_int_equal(journal_rotate(log->j, &by, "a test", on_rotated, &r), 0);
	log_wait(log, &r.there);
	assert_int_equal(r.status, 0);
}

static struct said audit_with(const struct log *log, const char *vkey)
{
	struct said said = {.findings = json_array()};
	struct tlog_verifier key;

	assert_int_equal(tlog_verifier_read(text_of(vkey), &key, &said.e), 0);
	const struct audit_options options = {
		.path = log->path, .key = &key, .most = 50, .each = rig_finding, .ctx = &said};
	said.status = audit_verify(&options, &said.summary, &said.e);
	return said;
}

static void trust_goes_from_each_key_to_all_that_it_led_to(void **state)
{
	struct log *log = *state;
	char keys[4][TLOG_VKEY];

	rig_fill(log, 3);
	for (int i = 0; i < 3; i++) {
		journal_key(log->j, keys[i]);
		rotate(log);
		log_add(log, "stop", doc("{'reason': 'a test'}"));
	}
	journal_key(log->j, keys[3]);
	for (int i = 0; i < 4; i++) {
		struct said said = audit_with(log, keys[i]);
		if (!said_verified(&said))
			fail_msg("key %d: %s", i, json_dumps(said.findings, 0));
		assert_int_equal(json_array_size(json_member(said.summary, "keys")), 4);
		said_deinit(&said);
	}
	expect_verified(log->path);
}

static void a_change_that_the_old_key_did_not_sign(void **state)
{
	struct log *log = *state;
	char old[TLOG_VKEY], new[TLOG_VKEY];

	rig_fill(log, 3);
	journal_key(log->j, old);
	rotate(log);
	journal_key(log->j, new);
	log_add(log, "stop", doc("{'reason': 'a test'}"));
	journal_close(&log->j);
	/* The checkpoint that both signed is gone; the next is signed by the new one alone. */
	rig_sql(log, "DELETE FROM checkpoint WHERE size = 9");
	expect_found(log->path,
		     "entry 9 changes the key, but the checkpoint of 10 entries, the first "
		     "after it, is not signed by the key before");
	struct said said = audit_with(log, old);
	assert_true(said_of(&said, "nothing in this log is vouched for by the key given"));
	said_deinit(&said);
}

static void no_number_of_rotations_is_too_many(void **state)
{
	enum { ROTATIONS = 70 };
	struct log *log = *state;
	char first[TLOG_VKEY];

	rig_fill(log, 3);
	journal_key(log->j, first);
	for (int i = 0; i < ROTATIONS; i++)
		rotate(log);
	struct said said = audit_with(log, first);
	assert_true(said_verified(&said));
	assert_int_equal(json_array_size(json_member(said.summary, "keys")), ROTATIONS + 1);
	said_deinit(&said);
}

static void a_change_of_the_key_before_there_was_one(void **state)
{
	struct log *log = *state;
	char key[TLOG_VKEY];

	journal_key(log->j, key);
	log_add(log, "key", doc("{'key': '%s', 'previous': '', 'reason': 'a test'}", key));
	expect_found(log->path, "entry 1: it changes a key that was not the one in force");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define LOG(test) cmocka_unit_test_setup_teardown(test, log_setup, log_teardown)
		LOG(every_kind_of_entry_verifies),
		LOG(a_log_is_verified_while_it_is_written),
		LOG(nothing_is_made_beside_a_copy),
		LOG(a_value_that_an_entry_erased_is_not_missed),
		LOG(a_value_overwritten_in_its_place_is_erased_too),
		LOG(the_values_of_a_partnership_are_erased_up_to_a_place),
		LOG(a_rule_set_that_is_not_its_files),
		LOG(a_rule_set_that_is_not_its_words),
		LOG(entries_that_no_daemon_writes),
		LOG(a_clock_that_went_back_is_only_noted),
		LOG(an_empty_log_proves_nothing),
		LOG(trust_goes_from_each_key_to_all_that_it_led_to),
		LOG(a_change_that_the_old_key_did_not_sign),
		LOG(a_value_that_was_put_back_after_its_erasure),
		LOG(what_follows_a_nul_is_not_passed_over),
		LOG(a_row_beside_the_identity),
		LOG(rows_of_values_removed_doubled_or_moved),
		LOG(a_signature_that_the_daemon_does_not_give),
		LOG(a_trigger_under_a_name_of_sqlite),
		LOG(no_number_of_rotations_is_too_many),
		LOG(a_change_of_the_key_before_there_was_one),
#undef LOG
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
