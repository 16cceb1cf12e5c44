/* A partnership's past as it is read to decide it again. */
#include "../support/whole.h"
#include "log.h"

/* What reader_past gave. */
struct seen {
	json_t *entries;
	int stop_with;
};

static int keep(void *ctx, json_t *entry)
{
	struct seen *seen = ctx;

	assert_int_equal(json_array_append(seen->entries, entry), 0);
	return seen->stop_with;
}

static struct journal_reader *reader(const struct log *log)
{
	struct journal_reader *r = NULL;
	struct err e = {.status = 0};

	if (reader_open(log->path, &r, &e) != 0)
		fail_msg("%s", e.text);
	return r;
}

static json_t *past(const struct log *log, const char *partnership, int64_t through)
{
	struct seen seen = {.entries = json_array()};
	struct journal_reader *r = reader(log);
	struct err e = {.status = 0};

	assert_int_equal(reader_past(r, partnership, through, keep, &seen, &e), 0);
	reader_close(&r);
	return seen.entries;
}

/* 1 activation              2 south decided     3 north decided, with a personal name
 * 4 north imported          5 south revoked     6 north: 3 revoked
 * 7 north decided again     8 north: 4 revoked */
static int setup(void **state)
{
	static const unsigned char salt[DIGEST_BYTES] = {7};
	char hex[DIGEST_HEX], salt_hex[DIGEST_HEX];

	assert_int_equal(log_setup(state), 0);
	struct log *log = *state;
	assert_int_equal(log_add(log, "activation", doc("{'digest': 'sha256:aa', 'files': []}")),
			 1);
	assert_int_equal(log_add(log, "decision",
				 decision_body((struct made){.partnership = "south",
							     .assessed_on = "2020-01-01",
							     .score = 3})),
			 2);
	struct journal_draft d =
		draft("decision", decision_body((struct made){.partnership = "north",
							      .assessed_on = "2020-02-02",
							      .score = 5}));
	struct digest committed = digest_of_two(salt, sizeof salt, "\"Jo\"", 4);
	hex_format(committed.bytes, sizeof committed.bytes, hex);
	hex_format(salt, sizeof salt, salt_hex);
	assert_int_equal(json_put(json_member(d.body, "submission"), "signed_by",
				  json_pack("{ss+}", "commitment", "sha256:", hex)),
			 0);
	d.personal = json_pack("[{ss ss ss}]", "pointer", "/submission/signed_by", "salt", salt_hex,
			       "value", "Jo");
	struct answer a = {.there = false};
	assert_int_equal(journal_append(log->j, &d, 1, on_appended, &a), 0);
	log_wait(log, &a.there);
	assert_int_equal(a.status, 0);
	assert_int_equal(log_add(log, "import", import_body("north", "quality-mark", "2019-05-01")),
			 4);
	assert_int_equal(log_add(log, "revocation", revocation_body(2, "south")), 5);
	assert_int_equal(log_add(log, "revocation", revocation_body(3, "north")), 6);
	assert_int_equal(log_add(log, "decision",
				 decision_body((struct made){.partnership = "north",
							     .assessed_on = "2021-02-02",
							     .score = 7})),
			 7);
	assert_int_equal(log_add(log, "revocation", revocation_body(4, "north")), 8);
	return 0;
}

static void expect_sequences(json_t *entries, const char *wanted)
{
	json_t *list = json_array(), *each;
	size_t i;

	json_array_foreach(entries, i, each)
		assert_int_equal(json_array_append(list, json_member(each, "sequence")), 0);
	same(list, doc("%s", wanted));
	json_decref(entries);
}

static void a_past_has_all_of_one_partnership_in_order(void **state)
{
	json_t *entries = past(*state, "north", INT64_MAX), *first = json_array_get(entries, 0);

	assert_string_equal(json_member_text(first, "kind"), "decision");
	assert_string_equal(json_member_text(json_array_get(entries, 1), "kind"), "import");
	assert_string_equal(json_member_text(json_array_get(entries, 2), "kind"), "revocation");
	assert_non_null(json_member_text(first, "id"));
	assert_non_null(json_member_text(first, "at"));
	expect_sequences(entries, "[3, 4, 6, 7, 8]");
	expect_sequences(past(*state, "south", INT64_MAX), "[2, 5]");
	expect_sequences(past(*state, "nowhere", INT64_MAX), "[]");
}

/* Enough to hash it again. */
static void each_entry_comes_as_it_was_hashed(void **state)
{
	json_t *entries = past(*state, "north", INT64_MAX), *each;
	size_t i;

	json_array_foreach(entries, i, each) {
		struct buffer bytes;
		char hex[DIGEST_HEX];

		buffer_init(&bytes);
		assert_int_equal(json_canonical(json_member(each, "entry"), &bytes), 0);
		struct digest leaf = digest_leaf(bytes.bytes, bytes.length);
		hex_format(leaf.bytes, sizeof leaf.bytes, hex);
		assert_string_equal(json_member_text(each, "leaf_hash"), hex);
		buffer_deinit(&bytes);
	}
	assert_int_equal(i, 5);
	json_decref(entries);
}

static int keep_sequence(void *ctx, int64_t sequence)
{
	assert_int_equal(json_array_append_new(ctx, json_integer(sequence)), 0);
	return sequence == 7 ? 7 : 0;
}

static void entries_of_a_kind_are_found_in_their_own_table(void **state)
{
	struct journal_reader *r = reader(*state);
	json_t *list = json_array();

	assert_int_equal(reader_of_kind(r, "revocation", 6, keep_sequence, list, NULL), 0);
	assert_int_equal(reader_of_kind(r, "import", INT64_MAX, keep_sequence, list, NULL), 0);
	assert_int_equal(reader_of_kind(r, "nothing", INT64_MAX, keep_sequence, list, NULL), 0);
	assert_int_equal(reader_of_kind(r, "decision", INT64_MAX, keep_sequence, list, NULL), 7);
	same(list, doc("[5, 6, 4, 2, 3, 7]"));
	reader_close(&r);
}

static void a_past_ends_where_it_is_told_to(void **state)
{
	expect_sequences(past(*state, "north", 6), "[3, 4, 6]");
	expect_sequences(past(*state, "north", 5), "[3, 4]");
	expect_sequences(past(*state, "north", 0), "[]");
}

static void personal_values_stay_commitments(void **state)
{
	json_t *entries = past(*state, "north", 3);
	json_t *name = json_pointer_get(json_array_get(entries, 0), "/body/submission/signed_by");

	assert_non_null(json_member_text(name, "commitment"));
	json_decref(entries);
}

static void a_walk_stops_with_what_its_callback_says(void **state)
{
	struct seen seen = {.entries = json_array(), .stop_with = 7};
	struct journal_reader *r = reader(*state);
	struct err e = {.status = 0};

	assert_int_equal(reader_past(r, "north", INT64_MAX, keep, &seen, &e), 7);
	assert_int_equal(json_array_size(seen.entries), 1);
	/* It can be walked again. */
	seen.stop_with = 0;
	assert_int_equal(reader_past(r, "south", INT64_MAX, keep, &seen, &e), 0);
	assert_int_equal(json_array_size(seen.entries), 3);
	json_decref(seen.entries);
	reader_close(&r);
}

static void partnerships_come_by_the_page(void **state)
{
	struct journal_reader *r = reader(*state);
	json_t *page = NULL;

	assert_int_equal(reader_partnerships(r, NULL, 1, &page, NULL), 0);
	same(page, doc("['north']"));
	assert_int_equal(reader_partnerships(r, "north", 5, &page, NULL), 0);
	same(page, doc("['south']"));
	assert_int_equal(reader_partnerships(r, "south", 5, &page, NULL), 0);
	same(page, doc("[]"));
	reader_close(&r);
}

static void the_newest_entry_is_told(void **state)
{
	struct log *log = *state;
	struct journal_reader *r = reader(log);
	int64_t newest = 0;

	assert_int_equal(reader_newest(r, &newest, NULL), 0);
	assert_int_equal(newest, 8);
	/* While it is open the daemon goes on. */
	(void)log_add(log, "stop", doc("{'reason': 'SIGTERM'}"));
	assert_int_equal(reader_newest(r, &newest, NULL), 0);
	assert_int_equal(newest, 9);
	reader_close(&r);
}

static void a_changed_entry_is_not_given_out(void **state)
{
	struct log *log = *state;
	struct seen seen = {.entries = json_array()};
	struct err e = {.status = 0};
	bool ok;

	journal_close(&log->j);
	char *said = shell(log, "",
			   "DROP TRIGGER entry_is_never_changed;" WHOLE_ENTRIES
			   "UPDATE entry SET bytes ="
			   " CAST(replace(CAST(bytes AS TEXT), '2021-02-02', '2021-02-03') AS BLOB)"
			   " WHERE sequence = 7",
			   &ok);
	assert_true(ok);
	free(said);
	struct journal_reader *r = reader(log);
	assert_int_equal(reader_past(r, "north", INT64_MAX, keep, &seen, &e), AW_ECORRUPT);
	assert_int_equal(json_array_size(seen.entries), 3);
	assert_non_null(strstr(e.text, "entry 7: its bytes do not have its leaf hash"));
	json_decref(seen.entries);
	reader_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_past_has_all_of_one_partnership_in_order, setup,
						log_teardown),
		cmocka_unit_test_setup_teardown(each_entry_comes_as_it_was_hashed, setup,
						log_teardown),
		cmocka_unit_test_setup_teardown(entries_of_a_kind_are_found_in_their_own_table,
						setup, log_teardown),
		cmocka_unit_test_setup_teardown(a_past_ends_where_it_is_told_to, setup,
						log_teardown),
		cmocka_unit_test_setup_teardown(personal_values_stay_commitments, setup,
						log_teardown),
		cmocka_unit_test_setup_teardown(a_walk_stops_with_what_its_callback_says, setup,
						log_teardown),
		cmocka_unit_test_setup_teardown(partnerships_come_by_the_page, setup, log_teardown),
		cmocka_unit_test_setup_teardown(the_newest_entry_is_told, setup, log_teardown),
		cmocka_unit_test_setup_teardown(a_changed_entry_is_not_given_out, setup,
						log_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
