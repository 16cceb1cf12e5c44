/* Entries that stand in the file in quotes of another: what is read, by C and by plain SQL, is what
 * was logged; what they quote is as guarded as they are. */
#include "log.h"

#include "../support/whole.h"
#include "journal/quote.h"

static struct text text_in(const struct buffer *b)
{
	return (struct text){b->bytes, b->length};
}

/* ---- texts alone ----------------------------------------------------------- */

static uint32_t draw(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % below;
}

#define EUROS "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"

/* Words, letters of up to four bytes among them, as entries repeat them. */
static void write_text(struct buffer *b, uint32_t *seed, uint32_t words)
{
	static const char *const word[] = {
		"{\"id\":\"QM-1\",\"reason\":",
		"Every statement that applies is scored 5 or more",
		"Cl\xc3\xb3nmel",
		"\xf0\x9f\x8f\x85",
		EUROS,
		"17",
		"sha256:0f",
		"\",",
	};

	buffer_clear(b);
	(void)buffer_append_text(b, "{");
	while (words-- > 0)
		(void)buffer_append_text(b, word[draw(seed, sizeof word / sizeof *word)]);
	assert_int_equal(buffer_status(b), 0);
}

static void what_is_quoted_is_read_as_it_was(void **state)
{
	struct source *source = calloc(1, sizeof *source);
	struct buffer like, whole, quotes, read;
	uint32_t seed = 7, quoted = 0;

	(void)state;
	source_init(source);
	buffer_init(&like);
	buffer_init(&whole);
	buffer_init(&quotes);
	buffer_init(&read);
	for (uint32_t i = 0; i < 3000; i++) {
		struct text out;
		write_text(&like, &seed, draw(&seed, 200));
		write_text(&whole, &seed, draw(&seed, 200));
		assert_int_equal(source_take(source, 1, text_in(&like)), 0);
		buffer_clear(&quotes);
		buffer_clear(&read);
		if (!source_quote(source, 2, text_in(&whole), &quotes)) {
			assert_int_equal(quotes.length, 0);
			continue;
		}
		quoted++;
		assert_true(quotes.length <= whole.length / 2);
		const struct stored stored = {text_in(&quotes), text_in(&like)};
		assert_true(stored_quotes(&stored));
		assert_int_equal(stored_read(&stored, &read, &out, NULL), 0);
		assert_true(text_equal(out, text_in(&whole)));
	}
	assert_true(quoted > 100);
	buffer_deinit(&like);
	buffer_deinit(&whole);
	buffer_deinit(&quotes);
	buffer_deinit(&read);
	source_deinit(source);
	free(source);
}

static void quotes_of_what_is_not_there_are_refused(void **state)
{
	static const char *const bad[] = {
		"\1",
		"\1"
		"7",
		"\1x\3",
		"\1\3",
		"\1"
		"1\3\1",
		"\1"
		"1\3\1\3",
		"\1"
		"1\3\1"
		"1\2\3",
		"\1"
		"1\3\1"
		"0\2"
		"1\3",
		"\1"
		"1\3\1"
		"1\2"
		"11\3",
		"\1"
		"1\3\1"
		"11\2"
		"1\3",
		"\1"
		"1\3\1"
		"-1\2"
		"1\3",
		"\1"
		"1\3\1"
		"1\2"
		"-1\3",
		"\1"
		"1\3\1"
		"999999999999999999\2"
		"1\3",
		"\1"
		"1\3\1"
		"1\2"
		"99999999999999999999\3",
		"\1"
		"1\3{\1"
		"1\2"
		"1",
		/* What SQL would read as another number. */
		"\1"
		"1\3\1"
		"0000001\2"
		"1\3",
		"\1"
		"1\3\1"
		"1\2"
		"01\3",
		"\1"
		"01\3\1"
		"1\2"
		"1\3",
	};
	struct buffer scratch, long_one;
	struct text out;
	struct err e = {.status = 0};

	(void)state;
	buffer_init(&scratch);
	buffer_init(&long_one);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		const struct stored s = {text_of(bad[i]), text_of("0123456789")};
		assert_int_equal(stored_read(&s, &scratch, &out, &e), AW_ECORRUPT);
		assert_string_equal(e.text, "it quotes what is not there");
	}
	const struct stored none = {text_of("\1"
					    "1\3{}"),
				    {NULL, 0}};
	assert_int_equal(stored_read(&none, &scratch, &out, &e), AW_ECORRUPT);
	const struct stored chain = {text_of("\1"
					     "2\3{}"),
				     text_of("\1"
					     "1\3{}")};
	assert_int_equal(stored_read(&chain, &scratch, &out, &e), AW_ECORRUPT);
	/* A few bytes that would become gigabytes. */
	assert_int_equal(buffer_append_text(&long_one, "\1"
						       "1\3"),
			 0);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(buffer_append_text(&long_one, "\1"
							       "1\2"
							       "10\3"),
				 0);
	const struct stored bomb = {text_in(&long_one), text_of("0123456789")};
	assert_int_equal(stored_read(&bomb, &scratch, &out, &e), AW_ECORRUPT);
	assert_true(scratch.length < 200000);
	buffer_deinit(&long_one);
	buffer_deinit(&scratch);
}

static void a_source_is_quoted_within_reach_alone(void **state)
{
	static const char text[] =
		"Every statement that applies is scored 5 or more, and 17 others";
	struct source *source = calloc(1, sizeof *source);
	struct buffer out;

	(void)state;
	source_init(source);
	buffer_init(&out);
	assert_false(source_quote(source, 1, text_of(text), &out));
	assert_int_equal(source_take(source, 3, text_of(text)), 0);
	assert_true(source_quote(source, 3 + QUOTE_REACH, text_of(text), &out));
	buffer_clear(&out);
	assert_false(source_quote(source, 4 + QUOTE_REACH, text_of(text), &out));
	buffer_deinit(&out);
	source_deinit(source);
	free(source);
}

/* ---- in a log -------------------------------------------------------------- */

static void decide(struct log *log, int count)
{
	for (int i = 0; i < count; i++) {
		struct made m = {.partnership = i % 2 == 0 ? "Cl\xc3\xb3nmel" : "north",
				 .name = "\xe2\x82\xac \xf0\x9f\x8f\x85",
				 .assessed_on = "2021-02-02",
				 .award = "quality-mark",
				 .rules = "sha256:aa",
				 .failed = "QM-1",
				 .score = i % 10};
		(void)log_add(log, "decision", decision_body(m));
	}
}

/* "quoting entries|entries whose view is not what is hashed" is all that the shell says. */
static void says(const struct log *log, const char *wanted)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *rows = NULL;
	int quoting = 0, wrong = 0;
	char is[64];

	assert_int_equal(sqlite3_open(log->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db,
					    "SELECT v.entry, e.leaf_hash, substr(e.bytes, 1, 1)"
					    " = x'01' FROM entry e JOIN entries v USING (sequence)",
					    -1, &rows, NULL),
			 SQLITE_OK);
	while (sqlite3_step(rows) == SQLITE_ROW) {
		struct digest leaf = digest_leaf(sqlite3_column_text(rows, 0),
						 (size_t)sqlite3_column_bytes(rows, 0));
		wrong += memcmp(leaf.bytes, sqlite3_column_blob(rows, 1), sizeof leaf.bytes) != 0;
		quoting += sqlite3_column_int(rows, 2);
	}
	assert_int_equal(sqlite3_finalize(rows), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	(void)snprintf(is, sizeof is, "%d|%d", quoting, wrong);
	assert_string_equal(is, wanted);
}

static void plain_sql_reads_what_was_logged(void **state)
{
	struct log *log = *state;

	decide(log, 20);
	(void)log_add(log, "import", import_body("north", "quality-mark", "2017-01-01"));
	says(log, "19|0");
	shell_says(
		log,
		"SELECT count(*), sum(json_extract(entry, '$.sequence') = sequence) FROM entries;"
		"SELECT count(*), count(DISTINCT reason) FROM criteria",
		"21|21\n40|2\n");
	log_reopen(log); /* and checks them */
	decide(log, 3);  /* the first of each start stands whole */
	says(log, "21|0");
}

static void a_proof_holds_the_whole_entry(void **state)
{
	struct log *log = *state;
	struct journal_reader *r = NULL;
	struct buffer text, extra;
	struct proof_text proof;
	struct err e = {.status = 0};
	json_t *entry = NULL;
	char hex[DIGEST_HEX];

	decide(log, 3);
	says(log, "2|0");
	buffer_init(&text);
	buffer_init(&extra);
	assert_int_equal(reader_open(log->path, &r, &e), 0);
	for (int64_t sequence = 1; sequence <= 3; sequence++) {
		buffer_clear(&text);
		buffer_clear(&extra);
		assert_int_equal(reader_proof(r, sequence, &text, &e), 0);
		assert_int_equal(proof_text_read(text_in(&text), &proof, &extra, &e), 0);
		struct digest leaf = digest_leaf(proof.extra.bytes, proof.extra.length);
		hex_format(leaf.bytes, sizeof leaf.bytes, hex);
		assert_int_equal(reader_entry(r, sequence, &entry, &e), 0);
		assert_string_equal(json_member_text(entry, "leaf_hash"), hex);
		json_decref(entry);
	}
	reader_close(&r);
	buffer_deinit(&text);
	buffer_deinit(&extra);
}

static void a_log_whose_entries_are_whole_goes_on_as_it_is(void **state)
{
	struct log *log = *state;

	decide(log, 5);
	journal_close(&log->j);
	changed(log, "DROP TRIGGER entry_is_never_changed;" WHOLE_ENTRIES
		     "CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry"
		     "  BEGIN SELECT RAISE(ABORT, 'an entry of the log is never changed'); END;"
		     "DROP VIEW entries; DROP VIEW shortfalls; PRAGMA user_version = 2");
	log_open(log);
	shell_says(log, "PRAGMA user_version", "5\n");
	decide(log, 2);
	says(log, "1|0");
}

static void an_entry_whose_source_was_changed_is_refused(void **state)
{
	struct log *log = *state;

	decide(log, 3);
	journal_close(&log->j);
	changed(log, "DROP TRIGGER entry_is_never_changed; UPDATE entry SET bytes = CAST("
		     "replace(CAST(bytes AS TEXT), 'too low', 'too lax') AS BLOB)"
		     " WHERE sequence = 1");
	is_refused(log, AW_ECORRUPT, "entry 3: its bytes do not have its leaf hash");
	changed(log, "DROP TRIGGER entry_is_never_deleted; DELETE FROM entry WHERE sequence = 1");
	is_refused(log, AW_ECORRUPT, "entry 3: it quotes what is not there");
}

int main(void)
{
#define IN_A_LOG(test) cmocka_unit_test_setup_teardown(test, log_setup, log_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_quoted_is_read_as_it_was),
		cmocka_unit_test(quotes_of_what_is_not_there_are_refused),
		cmocka_unit_test(a_source_is_quoted_within_reach_alone),
		IN_A_LOG(plain_sql_reads_what_was_logged),
		IN_A_LOG(a_proof_holds_the_whole_entry),
		IN_A_LOG(a_log_whose_entries_are_whole_goes_on_as_it_is),
		IN_A_LOG(an_entry_whose_source_was_changed_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
