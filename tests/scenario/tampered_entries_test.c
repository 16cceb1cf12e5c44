/* A log whose entries were tampered with, in every way; each is found with its place. */
#include "made.h"

/* ---- as it is --------------------------------------------------------------- */

static void what_the_daemon_wrote_verifies(void **state)
{
	const struct made *m = *state;
	struct scene *s = fresh(state);
	char *out = VERIFIED(s, 0, "log"), wanted[64];

	assert_true(snprintf(wanted, sizeof wanted, "log: %" PRId64 " entries", m->entries) > 0);
	tool_must_say(out, wanted);
	tool_must_say(out, "Verified.");
	tool_must_say(out, m->vkey);
	free(out);
	out = VERIFIED(s, 0, "file", "--key", m->vkey, "--since", "kept");
	assert_false(tool_says(out, "cannot be seen"));
	assert_false(tool_says(out, "was believed"));
	free(out);
}

static void without_key_and_checkpoint_it_says_what_it_cannot_see(void **state)
{
	struct scene *s = fresh(state);
	char *out = VERIFIED(s, 0, "file");

	tool_must_say(out, "the one that the log itself names was believed");
	tool_must_say(out, "No checkpoint kept elsewhere was given");
	free(out);
}

/* ---- entries ------------------------------------------------------------------ */

static void a_byte_of_an_entry(void **state)
{
	struct scene *s = fresh(state);

	forge_sql(s, "file",
		  "UPDATE entry SET bytes = CAST(replace(CAST(bytes AS TEXT), 'Harrowdale',"
		  " 'Harrowdals') AS BLOB), kind = kind WHERE sequence = 50;"
		  "UPDATE entry SET bytes = CAST(replace(CAST(bytes AS TEXT), '2024-05-20',"
		  " '2024-05-21') AS BLOB) WHERE sequence = 50");
	found(s, "entry 50: its bytes do not have its leaf hash");
	/* What follows from it does not, either. */
	found(s, "the derived table decision, row 50: its column assessed_on is not what the "
		 "entries say");
}

static void an_entry_before_the_first(void **state)
{
	struct scene *s = fresh(state);

	forge_sql(s, "file",
		  "INSERT INTO entry SELECT -9223372036854775807 - 1, kind, at, bytes, leaf_hash"
		  " FROM entry WHERE sequence = 50");
	found(s, "entry -9223372036854775808 was added: they begin at 1");
}

static void a_byte_of_an_entry_by_a_hex_editor(void **state)
{
	struct scene *s = fresh(state);
	char *id = forge_shell(s, "file", "SELECT id FROM entries WHERE sequence = 51;");
	char text[96];

	assert_true(snprintf(text, sizeof text, "\"form\":1,\"id\":\"%.*s\",\"kind\"",
			     (int)strcspn(id, "\n"), id) > 0);
	forge_sql(s, "file", "");
	forge_byte(s, "file", text, 2);
	found(s, "entry 51: its bytes do not have its leaf hash");
	free(id);
}

static void a_byte_of_an_entry_and_its_leaf_hash(void **state)
{
	struct scene *s = fresh(state);

	forge_leaves(s, "file",
		     "UPDATE entry SET bytes = CAST(replace(CAST(bytes AS TEXT), '\"uid\":',"
		     " '\"uid\":9') AS BLOB) WHERE sequence = 50;"
		     "UPDATE entry SET leaf_hash = leaf(bytes) WHERE sequence = 50");
	found(s,
	      "among the entries 1 to 123 one is not what was signed, or is missing, added or moved");
	found(s, "the derived table decision, row 50: its column uid");
	found(s, "the derived table node, row 8, 0, of the tree over entries 1 to 256: its column "
		 "hash");
}

/* The script, on the file as it is: entries stay in their quotes. */
static void in_quotes(const struct scene *s, const char *sql)
{
	char *makes = forge_shell(s, "file",
				  "SELECT sql || ';' FROM sqlite_schema WHERE name ="
				  " 'entry_is_never_changed';");
	char *script = NULL;

	assert_true(asprintf(&script, "BEGIN; DROP TRIGGER entry_is_never_changed; %s; %s COMMIT;",
			     sql, makes) > 0);
	free(forge_shell(s, "file", script));
	free(script);
	free(makes);
}

static void an_entry_in_quotes(void **state)
{
	struct scene *s = fresh(state);
	char *quoting = forge_shell(s, "file",
				    "SELECT max(sequence) FROM entry WHERE kind = 'decision'"
				    " AND substr(bytes, 1, 1) = x'01';");
	char wanted[80];

	assert_true(snprintf(wanted, sizeof wanted, "entry %d: its bytes do not have its leaf hash",
			     atoi(quoting)) > 0);
	free(quoting);
	in_quotes(s, "UPDATE entry SET bytes = CAST(replace(CAST(bytes AS TEXT),"
		     " char(2), char(2) || '1') AS BLOB) WHERE sequence ="
		     " (SELECT max(sequence) FROM entry WHERE kind = 'decision'"
		     " AND substr(bytes, 1, 1) = x'01')");
	found(s, wanted);
	s = fresh(state);
	in_quotes(s, "UPDATE entry SET bytes = CAST(x'01' || '2' || x'03' || bytes AS BLOB)"
		     " WHERE sequence = 1");
	found(s, "entry 1: it stands in quotes, which only a decision does");
	s = fresh(state);
	in_quotes(s,
		  "UPDATE entry SET bytes = CAST(replace(CAST(bytes AS TEXT), 'scored', 'scorex')"
		  " AS BLOB) WHERE sequence = (SELECT CAST(substr(bytes, 2, 20) AS INTEGER)"
		  " FROM entry WHERE substr(bytes, 1, 1) = x'01' ORDER BY sequence DESC)");
	/* It, and all that quote that. */
	char *out = VERIFIED(s, 7, "file");
	tool_must_say(out, "more of the kind entry.leaf");
	/* The list's end. */
	assert_true(strstr(out, "more of the kind entry.leaf") < strstr(out, "\nfile: "));
	free(out);
}

static void columns_that_say_something_else(void **state)
{
	struct scene *s = fresh(state);

	forge_sql(s, "file", "UPDATE entry SET kind = 'import' WHERE sequence = 60");
	found_alone(s, "altered", "entry 60: its column kind is not what its bytes say");
	s = fresh(state);
	forge_sql(s, "file",
		  "UPDATE entry SET at = '2020-01-01T00:00:00.000Z' WHERE sequence = 60");
	found(s, "entry 60: its column at is not what its bytes say");
}

static void bytes_that_are_not_canonical(void **state)
{
	struct scene *s = fresh(state);

	forge_leaves(s, "file",
		     "UPDATE entry SET bytes = CAST(replace(CAST(bytes AS TEXT), '\"form\":1',"
		     " '\"form\": 1') AS BLOB) WHERE sequence = 50;"
		     "UPDATE entry SET leaf_hash = leaf(bytes) WHERE sequence = 50");
	found(s, "entry 50: its bytes are not in their canonical form (RFC 8785), from byte");
}

static void an_entry_removed(void **state)
{
	struct scene *s = fresh(state);

	forge_sql(s, "file", "DELETE FROM entry WHERE sequence = 70");
	found(s, "entry 70 is missing");
	s = fresh(state);
	forge_sql(s, "file", "DELETE FROM entry WHERE sequence BETWEEN 70 AND 79");
	found(s, "entries 70 to 79 are missing");
}

/* Those behind it move up, and say another number than their own. */
static void an_entry_removed_and_the_gap_closed(void **state)
{
	struct scene *s = fresh(state);

	forge_sql(s, "file",
		  "DELETE FROM entry WHERE sequence = 70;"
		  "UPDATE entry SET sequence = sequence - 100000 WHERE sequence > 70;"
		  "UPDATE entry SET sequence = sequence + 99999 WHERE sequence < 0");
	found(s, "entry 70: its bytes name another sequence");
	found(s, "among the entries 1 to 123 one is not what was signed");
}

static void an_entry_inserted(void **state)
{
	struct scene *s = fresh(state);

	forge_leaves(s, "file",
		     "UPDATE entry SET sequence = -sequence WHERE sequence > 80;"
		     "UPDATE entry SET sequence = 1 - sequence WHERE sequence < 0;"
		     "INSERT INTO entry SELECT 81, kind, at, CAST(replace(CAST(bytes AS TEXT),"
		     " '\"sequence\":80', '\"sequence\":81') AS BLOB), leaf_hash FROM entry"
		     " WHERE sequence = 80;"
		     "UPDATE entry SET leaf_hash = leaf(bytes)");
	found(s, "entry 81: its id is not one of its sequence");
	found(s, "entry 82: its bytes name another sequence");
	found(s, "among the entries 1 to 123 one is not what was signed");
}

static void entries_added_at_the_end(void **state)
{
	const struct made *m = *state;
	struct scene *s = fresh(state);
	char sql[600], wanted[96];

	assert_true(
		snprintf(sql, sizeof sql,
			 "INSERT INTO entry SELECT sequence + 1, kind, at, CAST(replace(replace("
			 "CAST(bytes AS TEXT), '\"sequence\":' || sequence, '\"sequence\":' ||"
			 " (sequence + 1)), '\"id\":\"' || sequence, '\"id\":\"' ||"
			 " (sequence + 1)) AS BLOB), leaf_hash FROM entry WHERE sequence ="
			 " %" PRId64 ";UPDATE entry SET leaf_hash = leaf(bytes)",
			 m->entries) > 0);
	forge_leaves(s, "file", sql);
	assert_true(snprintf(wanted, sizeof wanted,
			     "entries %" PRId64 " to %" PRId64 " stand under no checkpoint",
			     m->entries + 1, m->entries + 1) > 0);
	found(s, wanted);
}

static void entries_swapped(void **state)
{
	struct scene *s = fresh(state);

	forge_sql(s, "file",
		  "UPDATE entry SET sequence = -90 WHERE sequence = 90;"
		  "UPDATE entry SET sequence = 90 WHERE sequence = 91;"
		  "UPDATE entry SET sequence = 91 WHERE sequence = -90");
	found(s, "entry 90: its bytes name another sequence");
	found(s, "entry 91: its bytes name another sequence");
	found(s, "among the entries 1 to 123 one is not what was signed");
}

static void an_entry_put_twice(void **state)
{
	struct scene *s = fresh(state);

	forge_sql(
		s, "file",
		"UPDATE entry SET bytes = (SELECT bytes FROM entry WHERE sequence = 100), leaf_hash ="
		" (SELECT leaf_hash FROM entry WHERE sequence = 100) WHERE sequence = 101");
	found(s, "entry 101: its bytes name another sequence");
	found(s, "among the entries 1 to 123 one is not what was signed");
}

static void the_tail_cut_off(void **state)
{
	const struct made *m = *state;
	struct scene *s = fresh(state);
	char wanted[160];

	forge_sql(s, "file", "DELETE FROM entry WHERE sequence > 256");
	assert_true(snprintf(wanted, sizeof wanted,
			     "entries 257 to %" PRId64
			     " are missing from the end of the log: it has "
			     "256, and there is a checkpoint of %" PRId64,
			     m->entries, m->entries) > 0);
	found(s, wanted);
}

/* With all that would tell: then only a checkpoint kept elsewhere does. */
static void the_tail_cut_off_with_its_checkpoints(void **state)
{
	const struct made *m = *state;
	struct scene *s = fresh(state);

	forge_sql(s, "file",
		  "DELETE FROM entry WHERE sequence > 256; DELETE FROM checkpoint WHERE size > 256;"
		  "DELETE FROM personal WHERE sequence > 256");
	free(TOOL_OUT(s, 0, "log", "rebuild", "file"));
	char *out = VERIFIED(s, 0, "file", "--key", m->vkey);
	tool_must_say(out, "cut off together with its checkpoints");
	free(out);
	out = VERIFIED(s, 0, "file", "--key", m->vkey, "--since", "kept");
	free(out);
	out = VERIFIED(s, 7, "file", "--key", m->vkey, "--since", "kept-later");
	tool_must_say(out, "entries 257 to ");
	tool_must_say(out, "its end was cut off, or an older copy was put back");
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_daemon_wrote_verifies),
		cmocka_unit_test(without_key_and_checkpoint_it_says_what_it_cannot_see),
		cmocka_unit_test(a_byte_of_an_entry),
		cmocka_unit_test(a_byte_of_an_entry_by_a_hex_editor),
		cmocka_unit_test(an_entry_before_the_first),
		cmocka_unit_test(a_byte_of_an_entry_and_its_leaf_hash),
		cmocka_unit_test(an_entry_in_quotes),
		cmocka_unit_test(columns_that_say_something_else),
		cmocka_unit_test(bytes_that_are_not_canonical),
		cmocka_unit_test(an_entry_removed),
		cmocka_unit_test(an_entry_removed_and_the_gap_closed),
		cmocka_unit_test(an_entry_inserted),
		cmocka_unit_test(entries_added_at_the_end),
		cmocka_unit_test(entries_swapped),
		cmocka_unit_test(an_entry_put_twice),
		cmocka_unit_test(the_tail_cut_off),
		cmocka_unit_test(the_tail_cut_off_with_its_checkpoints),
	};

	return cmocka_run_group_tests(tests, make_log, remove_log);
}
