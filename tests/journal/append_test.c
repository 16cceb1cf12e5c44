/* Entries go in whole, in order, in their canonical form, and stay. */
#include "log.h"

#include <sys/stat.h>

static void an_entry_is_there_after_the_log_is_opened_again(void **state)
{
	struct log *log = *state;
	struct answer a = log_append(log, "start", doc("{'engine': '1', 'b': 2, 'a': [1]}"));

	assert_int_equal(a.status, 0);
	assert_int_equal(a.first.sequence, 1);
	assert_string_equal(a.first.at, "2024-05-20T14:03:12.123Z");
	log_reopen(log);
	json_t *entry = log_entry(log, 1);
	assert_string_equal(json_member_text(entry, "id"), a.first.id);
	char hex[DIGEST_HEX];
	hex_format(a.first.leaf.bytes, sizeof a.first.leaf.bytes, hex);
	assert_string_equal(json_member_text(entry, "leaf_hash"), hex);
	same(json_incref(json_member(entry, "body")), doc("{'a': [1], 'b': 2, 'engine': '1'}"));
	same(json_incref(json_member(entry, "by")), doc("{'uid': 1000, 'user': 'clerk'}"));
	assert_true(json_is_null(json_object_get(entry, "revoked")));
	json_decref(entry);
	assert_int_equal(log_add(log, "stop", doc("{'reason': 'test'}")), 2);
}

static void the_bytes_are_canonical_json_and_the_leaf_is_theirs(void **state)
{
	struct log *log = *state;
	struct answer a = log_append(log, "stop", doc("{'z': null, 'reason': 'é', 'a': {}}"));
	char wanted[400], hex[DIGEST_HEX];
	int n = snprintf(wanted, sizeof wanted,
			 "{\"at\":\"2024-05-20T14:03:12.123Z\",\"body\":{\"a\":{},\"reason\":\"é\","
			 "\"z\":null},\"by\":{\"uid\":1000,\"user\":\"clerk\"},\"form\":1,"
			 "\"id\":\"%s\",\"kind\":\"stop\",\"sequence\":1}",
			 a.first.id);
	struct digest leaf = digest_leaf(wanted, (size_t)n);

	hex_format(leaf.bytes, sizeof leaf.bytes, hex);
	assert_memory_equal(leaf.bytes, a.first.leaf.bytes, sizeof leaf.bytes);
	strcat(wanted, "|");
	strcat(wanted, hex);
	strcat(wanted, "\n");
	shell_says(log, "SELECT entry, leaf_hash FROM entries", wanted);
}

static void drafts_of_one_append_stand_together(void **state)
{
	struct log *log = *state;
	struct journal_draft drafts[300];
	struct answer a = {.there = false};

	for (int i = 0; i < 300; i++)
		drafts[i] = draft("stop", doc("{'reason': '%d'}", i));
	assert_int_equal(journal_append(log->j, drafts, 300, on_appended, &a), 0);
	log_wait(log, &a.there);
	assert_int_equal(a.status, 0);
	assert_int_equal(a.count, 300);
	assert_int_equal(a.last.sequence, 300);
	struct journal_stats stats;
	journal_stats(log->j, &stats);
	assert_int_equal(stats.commits, 1);
	assert_int_equal(stats.entries, 300);
	assert_int_equal(stats.sequence, 300);
	assert_int_equal(stats.queued, 0);
}

static void many_appends_share_a_commit_and_are_answered_in_order(void **state)
{
	enum { MANY = 2000 };
	struct log *log = *state;
	struct answer *answers = calloc(MANY, sizeof *answers);
	struct journal_stats stats;

	for (int i = 0; i < MANY; i++)
		log_send(log, "stop", doc("{'reason': '%d'}", i), &answers[i]);
	log_wait(log, &answers[MANY - 1].there);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(answers[i].status, 0);
		assert_int_equal(answers[i].first.sequence, i + 1);
	}
	journal_stats(log->j, &stats);
	assert_in_range(stats.commits, MANY / 256, MANY / 2);
	assert_true(stats.file_bytes > 0 && stats.wal_bytes > 0);
	free(answers);
}

static void closing_commits_and_answers_what_is_owed(void **state)
{
	struct log *log = *state;
	struct answer answers[50];

	for (int i = 0; i < 50; i++)
		log_send(log, "stop", doc("{}"), &answers[i]);
	journal_close(&log->j);
	assert_null(log->j);
	for (int i = 0; i < 50; i++)
		assert_true(answers[i].there && answers[i].status == 0);
	shell_says(log, "SELECT count(*), max(sequence) FROM entry", "50|50\n");
}

static void an_entry_too_large_is_refused_alone_and_uses_no_sequence(void **state)
{
	struct log *log = *state;
	struct answer first, large, last;
	char *long_text = malloc(ENTRY_LIMIT + 1);

	memset(long_text, 'x', ENTRY_LIMIT);
	long_text[ENTRY_LIMIT] = '\0';
	log_send(log, "stop", doc("{'reason': 'a'}"), &first);
	log_send(log, "stop", doc("{'reason': '%s'}", long_text), &large);
	log_send(log, "stop", doc("{'reason': 'b'}"), &last);
	log_wait(log, &last.there);
	assert_int_equal(first.status, 0);
	assert_int_equal(large.status, AW_ELIMIT);
	assert_int_equal(last.status, 0);
	assert_int_equal(last.first.sequence, 2);
	free(long_text);
}

static void the_size_foretold_is_never_below_the_real_one(void **state)
{
	struct log *log = *state;
	struct journal_draft d = draft("decision", doc("{'x': '%0500d'}", 7));
	size_t foretold = 0;
	struct answer a = {.there = false};
	char wanted[32];

	assert_int_equal(journal_entry_size(&d, &foretold), 0);
	d.kind = "stop";
	assert_int_equal(journal_append(log->j, &d, 1, on_appended, &a), 0);
	log_wait(log, &a.there);
	(void)snprintf(wanted, sizeof wanted, "1|1\n");
	char sql[128];
	(void)snprintf(sql, sizeof sql,
		       "SELECT length(bytes) <= %zu, length(bytes) > %zu - 50 FROM entry", foretold,
		       foretold);
	shell_says(log, sql, wanted);
}

static void an_entry_of_exactly_the_limit_is_logged(void **state)
{
	struct log *log = *state;
	struct journal_draft empty = draft("stop", doc("{'reason': ''}"));
	size_t frame = 0;
	char *text = malloc(ENTRY_LIMIT);

	assert_int_equal(journal_entry_size(&empty, &frame), 0);
	frame -= 36; /* for sequence 1 it has 18 digits less, twice */
	json_decref(empty.body);
	memset(text, 'x', ENTRY_LIMIT - frame);
	text[ENTRY_LIMIT - frame] = '\0';
	assert_int_equal(log_add(log, "stop", doc("{'reason': '%s'}", text)), 1);
	shell_says(log, "SELECT length(bytes) FROM entry", "65535\n");
	struct answer over = log_append(log, "stop", doc("{'reason': '%sx'}", text));
	assert_int_equal(over.status, AW_ELIMIT);
	free(text);
}

static void a_number_with_a_fraction_is_refused(void **state)
{
	struct log *log = *state;
	struct answer a = log_append(log, "stop", doc("{'x': 1.5}"));

	assert_int_equal(a.status, AW_EINVALID);
	assert_int_equal(log_add(log, "stop", doc("{}")), 1);
}

static void a_contradiction_takes_no_other_append_with_it(void **state)
{
	struct log *log = *state;
	struct answer a[5];
	struct made m = {.partnership = "north", .assessed_on = "2024-05-20", .submission_id = "s"};
	struct made other = m;

	other.submission_id = "t";
	log_send(log, "decision", decision_body(m), &a[0]);
	log_send(log, "decision", decision_body(m), &a[1]);
	log_send(log, "decision", decision_body(other), &a[2]);
	log_send(log, "revocation", revocation_body(1, "north"), &a[3]);
	log_send(log, "revocation", revocation_body(1, "north"), &a[4]);
	log_wait(log, &a[4].there);
	assert_int_equal(a[0].status, 0);
	assert_int_equal(a[1].status, AW_EINVALID);
	assert_int_equal(a[2].status, 0);
	assert_int_equal(a[2].first.sequence, 2);
	assert_int_equal(a[3].status, 0);
	assert_int_equal(a[4].status, AW_EINVALID);
	shell_says(log, "SELECT count(*), max(sequence) FROM entry", "3|3\n");
}

static void an_append_of_several_is_logged_whole_or_not_at_all(void **state)
{
	struct log *log = *state;
	struct made m = {.partnership = "north", .assessed_on = "2024-05-20", .submission_id = "s"};
	struct journal_draft drafts[3] = {draft("decision", decision_body(m)),
					  draft("stop", doc("{}")),
					  draft("decision", decision_body(m))};
	struct answer a = {.there = false};

	assert_int_equal(journal_append(log->j, drafts, 3, on_appended, &a), 0);
	log_wait(log, &a.there);
	assert_int_equal(a.status, AW_EINVALID);
	assert_int_equal(log_add(log, "stop", doc("{}")), 1);
	shell_says(log, "SELECT (SELECT count(*) FROM decision), (SELECT sum(count) FROM tally)",
		   "0|1\n");
}

static void the_file_is_not_readable_by_the_world(void **state)
{
	struct log *log = *state;
	static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};

	for (size_t i = 0; i < 4; i++) {
		char path[128];
		struct stat found;
		(void)snprintf(path, sizeof path, "%s%s", log->path, suffixes[i]);
		assert_int_equal(stat(path, &found), 0);
		assert_int_equal(found.st_mode & 07777, 0640);
	}
}

static void names_of_users_are_escaped_and_broken_ones_left_out(void **state)
{
	struct log *log = *state;
	struct journal_draft d[2] = {draft("stop", doc("{}")), draft("stop", doc("{}"))};
	struct answer a = {.there = false};

	strcpy(d[0].by.user, "a\"b\\");
	strcpy(d[1].by.user, "\xff\xfe");
	assert_int_equal(journal_append(log->j, d, 2, on_appended, &a), 0);
	log_wait(log, &a.there);
	shell_says(log, "SELECT user FROM entries", "a\"b\\\n\n");
	shell_says(log, "SELECT user FROM activity ORDER BY sequence", "a\"b\\\n\n");
}

int main(void)
{
#define IN_A_LOG(test) cmocka_unit_test_setup_teardown(test, log_setup, log_teardown)
	const struct CMUnitTest tests[] = {
		IN_A_LOG(an_entry_is_there_after_the_log_is_opened_again),
		IN_A_LOG(the_bytes_are_canonical_json_and_the_leaf_is_theirs),
		IN_A_LOG(drafts_of_one_append_stand_together),
		IN_A_LOG(many_appends_share_a_commit_and_are_answered_in_order),
		IN_A_LOG(closing_commits_and_answers_what_is_owed),
		IN_A_LOG(an_entry_too_large_is_refused_alone_and_uses_no_sequence),
		IN_A_LOG(the_size_foretold_is_never_below_the_real_one),
		IN_A_LOG(an_entry_of_exactly_the_limit_is_logged),
		IN_A_LOG(a_number_with_a_fraction_is_refused),
		IN_A_LOG(a_contradiction_takes_no_other_append_with_it),
		IN_A_LOG(an_append_of_several_is_logged_whole_or_not_at_all),
		IN_A_LOG(the_file_is_not_readable_by_the_world),
		IN_A_LOG(names_of_users_are_escaped_and_broken_ones_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
