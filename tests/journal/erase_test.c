/* Erasing: what it removes, that nothing of it is left in any byte of the file, and what it refuses. */
#include "log.h"

#include <sqlite3.h>

/* ---- values ------------------------------------------------------------- */

enum { PARTNERSHIPS = 7 };

/* xorshift64: lengths and the order of erasing hang on it. */
struct dice {
	uint64_t state;
};

static unsigned throw_dice(struct dice *d, unsigned sides)
{
	d->state ^= d->state << 13;
	d->state ^= d->state >> 7;
	d->state ^= d->state << 17;
	return (unsigned)(d->state % sides);
}

/* "<00042.1><00042.1>…": any piece of some length tells whose it is. */
static char *value_of(int64_t sequence, int which, unsigned pieces)
{
	struct buffer b;

	buffer_init(&b);
	for (unsigned i = 0; i <= pieces; i++)
		assert_int_equal(buffer_printf(&b, "<%05d.%d>", (int)sequence, which), 0);
	return buffer_give(&b);
}

/* A personal value: its row is added to `rows`, its commitment given. */
static json_t *commit_to(const char *pointer, char *value, json_t *rows)
{
	unsigned char salt[DIGEST_BYTES];
	char salt_hex[DIGEST_HEX], hex[DIGEST_HEX];
	json_t *json = json_string(value);
	struct buffer canonical;

	buffer_init(&canonical);
	assert_int_equal(json_canonical(json, &canonical), 0);
	memset(salt, 7, sizeof salt);
	struct digest d = digest_of_two(salt, sizeof salt, canonical.bytes, canonical.length);
	hex_format(salt, sizeof salt, salt_hex);
	hex_format(d.bytes, sizeof d.bytes, hex);
	buffer_deinit(&canonical);
	assert_int_equal(json_array_append_new(rows, json_pack("{ss ss so}", "pointer", pointer,
							       "salt", salt_hex, "value", json)),
			 0);
	free(value);
	return doc("{'commitment': 'sha256:%s'}", hex);
}

/* Decision `sequence` with up to three values, some of them over several pages. */
static struct journal_draft decision(struct dice *dice, int64_t sequence, int values)
{
	char partnership[16], pointer[32], filler[3000];
	struct made m = {.partnership = partnership, .assessed_on = "2024-05-20"};

	snprintf(partnership, sizeof partnership, "p-%d", (int)(sequence % PARTNERSHIPS));
	memset(filler, 'x', sizeof filler);
	filler[throw_dice(dice, sizeof filler)] = '\0';
	filler[sizeof filler - 1] = '\0';
	struct journal_draft d = draft("decision", decision_body(m));
	d.personal = json_array();
	json_t *submission = json_object_get(d.body, "submission");
	assert_int_equal(json_put(submission, "filler", json_string(filler)), 0);
	for (int i = 0; i < values; i++) {
		unsigned pieces = throw_dice(dice, 3) == 0 ? throw_dice(dice, 420)
							   : throw_dice(dice, 8);
		snprintf(pointer, sizeof pointer, "/submission/v%d", i);
		assert_int_equal(
			json_put(submission, pointer + 12,
				 commit_to(pointer, value_of(sequence, i, pieces), d.personal)),
			0);
	}
	return d;
}

static void add(struct log *log, struct journal_draft *drafts, size_t count)
{
	struct answer a = {.there = false};

	assert_int_equal(journal_append(log->j, drafts, count, on_appended, &a), 0);
	log_wait(log, &a.there);
	if (a.status != 0)
		fail_msg("%s", a.text);
}

/* ---- erasing, as the service does it ------------------------------------ */

static int ask_personal(struct journal_reader *r, struct ask *ask, struct err *e)
{
	return reader_personal(r, ask->sequence > 0 ? ask->with : NULL,
			       ask->sequence > 0 ? NULL : ask->with, &ask->out, e);
}

/* What there is of an entry or (sequence 0) of a partnership. */
static json_t *personal_of(struct log *log, const char *id, bool entry)
{
	struct ask ask = {.run = ask_personal, .with = id, .sequence = entry};

	log_ask(log, &ask);
	if (ask.status != 0)
		fail_msg("%s", ask.text);
	return ask.out;
}

static struct journal_draft erasure(const json_t *found, json_int_t values)
{
	json_t *rows = json_array();
	struct journal_draft d =
		draft("erasure", json_pack("{so sO sO ss sI}", "by",
					   commit_to("/by", strdup("Somebody"), rows), "erases",
					   json_object_get(found, "erases"), "partnership",
					   json_object_get(found, "partnership"), "reason", "asked",
					   "values", values));

	d.personal = rows;
	d.erases = json_incref(json_object_get(found, "sequences"));
	return d;
}

/* Gives how many values were there. */
static json_int_t erase(struct log *log, const char *id, bool entry)
{
	json_t *found = personal_of(log, id, entry);
	json_int_t values = json_member_integer(found, "values", -1);

	if (values > 0) {
		struct journal_draft d = erasure(found, values);
		add(log, &d, 1);
	}
	json_decref(found);
	return values;
}

static void id_of(struct log *log, int64_t sequence, char out[ENTRY_ID_TEXT])
{
	json_t *entry = log_entry(log, sequence);

	snprintf(out, ENTRY_ID_TEXT, "%s", json_member_text(entry, "id"));
	json_decref(entry);
}

/* ---- the bytes ---------------------------------------------------------- */

static char *slurp(const struct log *log, const char *suffix, size_t *length)
{
	char path[128];
	struct buffer all;
	char piece[65536];
	size_t got;

	snprintf(path, sizeof path, "%s%s", log->path, suffix);
	buffer_init(&all);
	FILE *file = fopen(path, "re");
	assert_non_null(file);
	while ((got = fread(piece, 1, sizeof piece, file)) > 0)
		assert_int_equal(buffer_append(&all, piece, got), 0);
	assert_int_equal(fclose(file), 0);
	*length = all.length;
	return buffer_give(&all);
}

/* Marks in `seen` whose values are anywhere in the file, even in part. The log is closed:
 * reading it in the process that has it open would drop SQLite's locks. */
static void look(const struct log *log, bool *seen, size_t entries)
{
	size_t length, wal;
	char *bytes = slurp(log, "", &length);

	assert_null(log->j);
	free(slurp(log, "-wal", &wal));
	assert_int_equal(wal, 0);
	for (size_t i = 0; i + 9 <= length; i++) {
		char digits[6] = "";

		if (bytes[i] != '<' || bytes[i + 6] != '.' || bytes[i + 8] != '>')
			continue;
		memcpy(digits, bytes + i + 1, 5);
		size_t sequence = (size_t)atoi(digits);
		if (sequence > 0 && sequence < entries)
			seen[sequence] = true;
	}
	free(bytes);
}

/* ---- tests -------------------------------------------------------------- */

/* Values come and go in any order, so that pages fill, split and empty. In a table that SQLite
 * keeps in another order than that of arrival, or from which rows are deleted, this finds
 * some that were erased. */
static void no_byte_of_an_erased_value_is_left(void **state)
{
	enum {
		ROUNDS = 80,
		AT_ONCE = 20,
		PER_ROUND = 16,
		ENTRIES = ROUNDS * (AT_ONCE + PER_ROUND) + 1
	};
	struct log *log = *state;
	struct dice dice = {.state = 0x9E3779B97F4A7C15u};
	static bool has[ENTRIES], erased[ENTRIES], seen[ENTRIES];
	int64_t next = 1;
	size_t gone = 0, kept = 0;

	for (int round = 0; round < ROUNDS; round++) {
		struct journal_draft drafts[AT_ONCE];
		for (int i = 0; i < AT_ONCE; i++) {
			int values = (int)throw_dice(&dice, 4);
			has[next] = values > 0;
			drafts[i] = decision(&dice, next++, values);
		}
		add(log, drafts, AT_ONCE);
		for (int i = 0; i < PER_ROUND; i++) {
			char id[ENTRY_ID_TEXT];
			int64_t which = 1 + throw_dice(&dice, (unsigned)next - 1);
			if (!has[which] || erased[which])
				continue;
			id_of(log, which, id);
			assert_true(erase(log, id, true) > 0);
			erased[which] = true;
			next++;
		}
		if (round == 20)
			log_reopen(log);
	}
	journal_close(&log->j);
	look(log, seen, ENTRIES);
	for (int64_t i = 1; i < next; i++) {
		if (has[i] && seen[i] == erased[i])
			fail_msg("the value of entry %d is %s", (int)i,
				 erased[i] ? "erased and there" : "not erased and gone");
		gone += erased[i];
		kept += has[i] && !erased[i];
	}
	print_message("%zu erased, %zu kept\n", gone, kept);
	assert_true(gone > 100 && kept > 100);
	log_open(log);
}

static void all_of_a_partnership_is_erased_at_once(void **state)
{
	struct log *log = *state;
	struct dice dice = {.state = 5};
	struct journal_draft drafts[40];
	bool seen[50] = {false};

	for (int i = 0; i < 40; i++)
		drafts[i] = decision(&dice, i + 1, 2);
	add(log, drafts, 40);
	assert_int_equal(erase(log, "p-3", false), 12);
	assert_int_equal(erase(log, "p-3", false), 1); /* who asked for that */
	assert_int_equal(erase(log, "p-4", false), 12);
	journal_close(&log->j);
	look(log, seen, 50);
	for (int i = 1; i <= 40; i++)
		assert_int_equal(seen[i], i % PARTNERSHIPS != 3 && i % PARTNERSHIPS != 4);
	log_open(log);
	json_t *entry = log_entry(log, 3);
	same(json_incref(json_object_get(entry, "erased")),
	     doc("{'sequence': 41, 'id': '%s', 'at': '%s', 'reason': 'asked'}",
		 json_member_text(json_object_get(entry, "erased"), "id"),
		 json_member_text(json_object_get(entry, "erased"), "at")));
	json_decref(entry);
	entry = log_entry(log, 2);
	assert_true(json_is_null(json_object_get(entry, "erased")));
	json_decref(entry);
}

static void an_erasure_of_another_number_is_refused(void **state)
{
	struct log *log = *state;
	struct dice dice = {.state = 5};
	struct journal_draft d = decision(&dice, 1, 2);
	char id[ENTRY_ID_TEXT];

	add(log, &d, 1);
	id_of(log, 1, id);
	json_t *found = personal_of(log, id, true);
	for (int wrong = 1; wrong <= 3; wrong += 2) {
		struct answer a = {.there = false};
		d = erasure(found, wrong);
		assert_int_equal(journal_append(log->j, &d, 1, on_appended, &a), 0);
		log_wait(log, &a.there);
		assert_int_equal(a.status, AW_EINVALID);
		assert_non_null(strstr(a.text, "values found 2"));
	}
	json_decref(found);
	shell_says(log, "SELECT count(*) FROM entry; SELECT count(*) FROM erasure", "1\n0\n");
	assert_int_equal(erase(log, id, true), 2); /* all of it is still there */
	assert_int_equal(erase(log, id, true), 0);
}

static void which_was_erased_is_made_again_from_the_entries(void **state)
{
	struct log *log = *state;
	struct dice dice = {.state = 5};
	struct journal_draft d = decision(&dice, 7, 1);
	char id[ENTRY_ID_TEXT];
	bool ok;

	add(log, &d, 1);
	id_of(log, 1, id);
	assert_int_equal(erase(log, id, true), 1);
	assert_int_equal(erase(log, "p-0", false), 1);
	journal_close(&log->j);
	free(shell(log, "", "DELETE FROM erasure", &ok));
	assert_true(ok);
	log_open(log);
	shell_says(log, "SELECT * FROM erasure", "2|p-0|1|\n3|p-0||2\n");
}

/* The table of the first form leaves copies behind, which no erasing reaches: they go with it. */
static void a_log_of_the_first_form_is_cleared_of_what_its_table_left(void **state)
{
	struct log *log = *state;
	struct dice dice = {.state = 5};
	struct journal_draft d = decision(&dice, 1, 2);
	bool seen[10] = {false};
	sqlite3 *db = NULL;
	char *why = NULL;

	add(log, &d, 1);
	json_t *before = log_entry(log, 1);
	journal_close(&log->j);
	assert_int_equal(sqlite3_open(log->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, "PRAGMA secure_delete = OFF", NULL, NULL, &why) != SQLITE_OK ||
	    sqlite3_exec(db, to_first_form, NULL, NULL, &why) != SQLITE_OK ||
	    sqlite3_exec(db,
			 "INSERT INTO personal VALUES (9, '/x', x'00', '<00009.0><00009.0>');"
			 "DELETE FROM personal WHERE sequence = 9;"
			 "PRAGMA wal_checkpoint(TRUNCATE)",
			 NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s", why);
	int keep = 1;
	assert_int_equal(sqlite3_file_control(db, "main", SQLITE_FCNTL_PERSIST_WAL, &keep),
			 SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	look(log, seen, 10);
	assert_true(seen[9]); /* deleted, and there */
	log_open(log);
	same(log_entry(log, 1), before);
	journal_close(&log->j);
	memset(seen, 0, sizeof seen);
	look(log, seen, 10);
	assert_true(seen[1] && !seen[9]);
	log_open(log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define IN_A_LOG(test) cmocka_unit_test_setup_teardown(test, log_setup, log_teardown)
		IN_A_LOG(no_byte_of_an_erased_value_is_left),
		IN_A_LOG(all_of_a_partnership_is_erased_at_once),
		IN_A_LOG(an_erasure_of_another_number_is_refused),
		IN_A_LOG(which_was_erased_is_made_again_from_the_entries),
		IN_A_LOG(a_log_of_the_first_form_is_cleared_of_what_its_table_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
