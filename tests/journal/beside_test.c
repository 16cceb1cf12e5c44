/* What stands beside the entries: personal values, and the texts of rules. */
#include "log.h"

struct commitment {
	char salt[DIGEST_HEX], hash[DIGEST_HEX];
};

/* As whoever logs a personal value makes it. */
static struct commitment commit_to(const char *canonical, unsigned char fill)
{
	struct commitment c;
	unsigned char salt[DIGEST_BYTES];

	memset(salt, fill, sizeof salt);
	struct digest d = digest_of_two(salt, sizeof salt, canonical, strlen(canonical));
	hex_format(salt, sizeof salt, c.salt);
	hex_format(d.bytes, sizeof d.bytes, c.hash);
	return c;
}

static struct journal_draft signed_draft(const struct commitment *a, const struct commitment *b)
{
	struct journal_draft d =
		draft("decision", doc("{'decision': {'partnership': {'id': 'p'},"
				      " 'assessed_on': '2024-01-01'}, 'submission':"
				      " {'submission_id': 's', 'who/le': {'name': {'commitment':"
				      " 'sha256:%s'}}, 'list': [1, {'commitment': 'sha256:%s'}]}}",
				      a->hash, b->hash));

	d.personal =
		doc("[{'pointer': '/submission/who~1le/name', 'salt': '%s', 'value': 'A. Fen'},"
		    " {'pointer': '/submission/list/1', 'salt': '%s', 'value': {'n': [2]}}]",
		    a->salt, b->salt);
	return d;
}

static void log_signed(struct log *log)
{
	struct commitment a = commit_to("\"A. Fen\"", 1), b = commit_to("{\"n\":[2]}", 2);
	struct journal_draft d = signed_draft(&a, &b);
	struct answer answer = {.there = false};

	assert_int_equal(journal_append(log->j, &d, 1, on_appended, &answer), 0);
	assert_null(d.personal);
	log_wait(log, &answer.there);
	if (answer.status != 0)
		fail_msg("%s", answer.text);
}

static json_t *submission_of(json_t *entry)
{
	json_t *s = json_incref(json_member(json_member(entry, "body"), "submission"));

	json_decref(entry);
	return s;
}

static void personal_values_stand_in_their_place_and_never_in_the_entry(void **state)
{
	struct log *log = *state;

	log_signed(log);
	same(submission_of(log_entry(log, 1)),
	     doc("{'submission_id': 's', 'who/le': {'name': 'A. Fen'}, 'list': [1, {'n': [2]}]}"));
	shell_says(log,
		   "SELECT count(*) FROM entries WHERE entry LIKE '%Fen%';"
		   "SELECT count(*) FROM decision WHERE scores LIKE '%Fen%'",
		   "0\n0\n");
}

static int ask_submission(struct journal_reader *r, struct ask *ask, struct err *e)
{
	return reader_submission(r, "s", &ask->out, e);
}

static void a_submission_looked_up_keeps_its_commitments(void **state)
{
	struct log *log = *state;
	struct commitment a = commit_to("\"A. Fen\"", 1), b = commit_to("{\"n\":[2]}", 2);
	struct ask ask = {.run = ask_submission};

	log_signed(log);
	log_ask(log, &ask);
	assert_int_equal(ask.status, 0);
	same(submission_of(ask.out),
	     doc("{'submission_id': 's', 'who/le': {'name': {'commitment': 'sha256:%s'}},"
		 " 'list': [1, {'commitment': 'sha256:%s'}]}",
		 a.hash, b.hash));
}

static void an_erased_value_is_marked_and_the_rest_stands(void **state)
{
	struct log *log = *state;
	struct commitment a = commit_to("\"A. Fen\"", 1);
	bool ok;

	log_signed(log);
	journal_close(&log->j);
	free(shell(log, "",
		   "UPDATE personal SET salt = zeroblob(32), value = '        '"
		   " WHERE pointer LIKE '%name'",
		   &ok));
	assert_true(ok);
	log_open(log);
	same(submission_of(log_entry(log, 1)),
	     doc("{'submission_id': 's', 'who/le': {'name': {'erased': 'sha256:%s'}},"
		 " 'list': [1, {'n': [2]}]}",
		 a.hash));
}

static void a_changed_personal_value_is_not_given_out(void **state)
{
	struct log *log = *state;
	struct ask ask = {.run = ask_entry, .sequence = 1};
	bool ok;

	log_signed(log);
	journal_close(&log->j);
	free(shell(log, "",
		   "DROP TRIGGER personal_is_never_changed;"
		   "UPDATE personal SET value = '7' WHERE pointer LIKE '%name'",
		   &ok));
	assert_true(ok);
	log_open(log);
	log_ask(log, &ask);
	assert_int_equal(ask.status, AW_ECORRUPT);
	assert_non_null(strstr(ask.text, "a personal value was changed"));
}

static void a_value_that_is_not_the_committed_one_is_refused(void **state)
{
	struct log *log = *state;
	struct commitment a = commit_to("\"B. Fen\"", 1), b = commit_to("{\"n\":[2]}", 2);
	struct journal_draft d = signed_draft(&a, &b);
	struct answer answer = {.there = false};

	assert_int_equal(journal_append(log->j, &d, 1, on_appended, &answer), 0);
	log_wait(log, &answer.there);
	assert_int_equal(answer.status, AW_EINVALID);
	shell_says(log, "SELECT count(*) FROM entry; SELECT count(*) FROM personal", "0\n0\n");
}

/* ---- rule sets ---------------------------------------------------------- */

static void activate(struct log *log, const char *kind, const char *digest, const char *text)
{
	struct digest of = digest_of(text, strlen(text));
	char hex[DIGEST_HEX];
	struct answer answer = {.there = false};

	hex_format(of.bytes, sizeof of.bytes, hex);
	struct journal_draft d =
		draft(kind, doc("{'cause': 'start', 'digest': '%s', 'engine': '1',"
				" 'files': [{'path': 'a.lua', 'sha256': 'sha256:%s'},"
				" {'path': 'b.lua', 'sha256': 'sha256:%s'}], 'lua': '5.4',"
				" 'prelude': 'sha256:%s', 'errors': [{'file': 'a.lua', 'line': 3,"
				" 'message': 'no'}]}",
				digest, hex, hex, hex));
	d.blobs = json_pack("[ss]", text, text);
	assert_int_equal(journal_append(log->j, &d, 1, on_appended, &answer), 0);
	log_wait(log, &answer.there);
	assert_int_equal(answer.status, 0);
}

static int ask_rules(struct journal_reader *r, struct ask *ask, struct err *e)
{
	return reader_rules(r, ask->with, &ask->out, e);
}

static int ask_rule_history(struct journal_reader *r, struct ask *ask, struct err *e)
{
	return reader_rule_history(r, (int)ask->sequence, &ask->out, e);
}

static void the_text_of_each_rule_set_that_was_active_is_kept(void **state)
{
	struct log *log = *state;
	static const struct {
		const char *digest, *text;
	} cases[] = {{NULL, "two"}, {"sha256:d1", "one"}, {"sha256:d2", "two"}};

	activate(log, "activation", "sha256:d1", "one");
	activate(log, "activation", "sha256:d2", "two");
	activate(log, "rejection", "sha256:d3", "bad");
	for (size_t i = 0; i < 3; i++) {
		struct ask ask = {.run = ask_rules, .with = cases[i].digest};
		log_ask(log, &ask);
		assert_int_equal(ask.status, 0);
		json_t *files = json_member(ask.out, "files");
		assert_int_equal(json_array_size(files), 2);
		assert_string_equal(json_member_text(json_array_get(files, 0), "text"),
				    cases[i].text);
		assert_string_equal(json_member_text(json_array_get(files, 1), "path"), "b.lua");
		assert_string_equal(json_member_text(json_member(ask.out, "prelude"), "text"),
				    cases[i].text);
		json_decref(ask.out);
	}
	struct ask never = {.run = ask_rules, .with = "sha256:d3"};
	log_ask(log, &never);
	assert_int_equal(never.status, AW_EABSENT);
	shell_says(log, "SELECT count(*) FROM blob", "3\n");
}

static void before_the_first_activation_there_are_no_rules(void **state)
{
	struct ask ask = {.run = ask_rules};

	log_ask(*state, &ask);
	assert_int_equal(ask.status, AW_EABSENT);
}

static void every_attempt_is_in_the_history_of_the_rules(void **state)
{
	struct log *log = *state;
	struct ask ask = {.run = ask_rule_history, .sequence = 2};

	activate(log, "activation", "sha256:d1", "one");
	activate(log, "rejection", "sha256:d3", "");
	activate(log, "activation", "sha256:d2", "two");
	log_ask(log, &ask);
	assert_int_equal(ask.status, 0);
	assert_int_equal(json_array_size(ask.out), 2);
	json_t *row = json_array_get(ask.out, 1);
	assert_int_equal(json_member_integer(row, "sequence", 0), 2);
	assert_string_equal(json_member_text(row, "kind"), "rejection");
	assert_string_equal(json_member_text(json_member(row, "body"), "cause"), "start");
	same(json_incref(json_member(row, "by")), doc("{'uid': 1000, 'user': 'clerk'}"));
	json_decref(ask.out);
	shell_says(log,
		   "SELECT sequence, kind, digest, cause, files, error_file, error_line"
		   " FROM rule_sets WHERE kind = 'rejection'",
		   "2|rejection|sha256:d3|start|2|a.lua|3\n");
}

int main(void)
{
#define IN_A_LOG(test) cmocka_unit_test_setup_teardown(test, log_setup, log_teardown)
	const struct CMUnitTest tests[] = {
		IN_A_LOG(personal_values_stand_in_their_place_and_never_in_the_entry),
		IN_A_LOG(a_submission_looked_up_keeps_its_commitments),
		IN_A_LOG(an_erased_value_is_marked_and_the_rest_stands),
		IN_A_LOG(a_changed_personal_value_is_not_given_out),
		IN_A_LOG(a_value_that_is_not_the_committed_one_is_refused),
		IN_A_LOG(the_text_of_each_rule_set_that_was_active_is_kept),
		IN_A_LOG(before_the_first_activation_there_are_no_rules),
		IN_A_LOG(every_attempt_is_in_the_history_of_the_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
