/* A log tampered with beside its entries: texts, values, tables, checkpoints, nodes. */
#include "made.h"

/* ---- texts, values, tables, checkpoints, nodes ----------------------------------- */

static void a_byte_of_a_rule_text(void **state)
{
	struct scene *s = fresh(state);
	char *sha = forge_shell(s, "file",
				"SELECT lower(hex(sha256)) FROM blob WHERE CAST(bytes AS TEXT) LIKE"
				" '%a submission needs its scores%';");
	char wanted[160];

	forge_byte(s, "file", "a submission needs its scores", 3);
	assert_true(snprintf(wanted, sizeof wanted, "the rule text sha256:%.*s was changed", 64,
			     sha) > 0);
	found(s, wanted);
	found(s, "entry 2: the text of the rule file scene.test.lua is not in the log");
	free(sha);
}

static void a_rule_text_removed_or_added(void **state)
{
	struct scene *s = fresh(state);

	forge_sql(
		s, "file",
		"DELETE FROM blob WHERE CAST(bytes AS TEXT) LIKE '%a submission needs its scores%'");
	found(s, "entry 2: the text of the rule file scene.test.lua is not in the log");
	s = fresh(state);
	/* SHA-256 of nothing. */
	forge_sql(
		s, "file",
		"INSERT INTO blob VALUES (x'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b"
		"7852b855', x'')");
	found_alone(s, "altered", "belongs to no rule set that an entry names");
}

static void a_derived_row(void **state)
{
	struct scene *s = fresh(state);

	forge_sql(s, "file", "UPDATE decision SET award = 'quality-mark' WHERE sequence = 33");
	found_alone(s, "derived",
		    "the derived table decision, row 33: its column award is not what the entries "
		    "say");
	s = fresh(state);
	forge_sql(s, "file", "DELETE FROM award WHERE sequence = 33");
	found_alone(s, "derived", "the derived table award, row 33: it is missing");
	s = fresh(state);
	forge_sql(s, "file", "INSERT INTO revocation VALUES (34, 35)");
	found_alone(s, "derived", "the derived table revocation, row 34: no entry gives it");
	/* Made again, it is as it was. */
	free(TOOL_OUT(s, 0, "log", "rebuild", "file"));
	free(VERIFIED(s, 0, "file"));
}

static void a_personal_value(void **state)
{
	struct scene *s = fresh(state);

	forge_sql(
		s, "file",
		"UPDATE personal SET value = '\"Somebody Else\"' WHERE sequence = 40 AND pointer ="
		" '/submission/sign_off/yos_leadership/name'");
	found_alone(s, "altered",
		    "entry 40: its personal value at /submission/sign_off/yos_leadership/name was "
		    "changed");
	s = fresh(state);
	forge_sql(s, "file",
		  "DELETE FROM personal WHERE sequence = 40 AND pointer ="
		  " '/submission/sign_off/yos_leadership/name'");
	found(s, "entry 40: its personal value at /submission/sign_off/yos_leadership/name is "
		 "gone, and no entry says that it was erased");
	found(s, "rows were removed, added or moved");
}

static void a_personal_value_of_nobody(void **state)
{
	struct scene *s = fresh(state);

	forge_sql(
		s, "file",
		"UPDATE personal SET pointer = '/submission/nowhere' WHERE sequence = 41 AND pointer"
		" = '/submission/sign_off/yos_leadership/name'");
	found(s,
	      "entry 41: a personal value at /submission/nowhere that the entry does not commit to");
	s = fresh(state);
	forge_sql(s, "file",
		  "UPDATE personal SET sequence = 999999 WHERE sequence = 41 AND pointer"
		  " = '/submission/sign_off/yos_leadership/name'");
	found(s, "a personal value belongs to entry 999999, which is not there");
}

static void a_checkpoints_signature(void **state)
{
	struct scene *s = fresh(state);

	/* Base64 of the signature's middle. */
	forge_sql(s, "file",
		  "UPDATE checkpoint SET note = substr(note, 1, length(note) - 40) ||"
		  " CASE substr(note, -40, 1) WHEN 'A' THEN 'B' ELSE 'A' END ||"
		  " substr(note, -39) WHERE size = 256");
	found_alone(s, "altered",
		    "the checkpoint of 256 entries was changed: its signature is false");
	s = fresh(state);
	forge_sql(s, "file",
		  "UPDATE checkpoint SET note = replace(note, char(10) || '256' || char(10),"
		  " char(10) || '255' || char(10)) WHERE size = 256");
	found(s, "the checkpoint of 256 entries was changed: its signature is false");
	s = fresh(state);
	forge_sql(s, "file", "UPDATE checkpoint SET note = 'nothing' WHERE size = 256");
	found(s, "the checkpoint of 256 entries is none: it was changed");
	s = fresh(state);
	forge_sql(s, "file", "UPDATE checkpoint SET size = 200 WHERE size = 256");
	found(s, "the checkpoint of 200 entries names another number of entries");
}

static void checkpoints_removed(void **state)
{
	const struct made *m = *state;
	struct scene *s = fresh(state);
	char wanted[64];

	forge_sql(s, "file", "DELETE FROM checkpoint");
	assert_true(snprintf(wanted, sizeof wanted,
			     "entries 1 to %" PRId64 " stand under no checkpoint", m->entries) > 0);
	found(s, wanted);
	s = fresh(state);
	forge_sql(s, "file", "DELETE FROM checkpoint WHERE size > 256");
	found(s, "entries 257 to ");
}

static void a_node_of_the_tree(void **state)
{
	struct scene *s = fresh(state);

	forge_sql(s, "file", "UPDATE node SET hash = zeroblob(32)");
	found_alone(
		s, "derived",
		"the derived table node, row 8, 0, of the tree over entries 1 to 256: its column "
		"hash is not what the entries say");
}

static void guards_views_and_tables(void **state)
{
	struct scene *s = fresh(state);

	free(forge_shell(s, "file", "DROP TRIGGER entry_is_never_changed;"));
	found_alone(
		s, "altered",
		"the trigger entry_is_never_changed is missing: what it guarded can be changed");
	s = fresh(state);
	free(forge_shell(s, "file",
			 "DROP VIEW decisions; CREATE VIEW decisions AS SELECT 1;"
			 "CREATE TABLE mine (a); CREATE TABLE \"its \"\" name\" (a);"));
	found(s, "the view decisions is not as this program makes it");
	found(s, "the table mine is not of this program");
	free(TOOL_OUT(s, 0, "log", "rebuild", "file"));
	free(VERIFIED(s, 0, "file"));
	s = fresh(state);
	free(forge_shell(s, "file", "DROP TABLE decision;"));
	found(s, "the table decision is missing");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_byte_of_a_rule_text),
		cmocka_unit_test(a_rule_text_removed_or_added),
		cmocka_unit_test(a_derived_row),
		cmocka_unit_test(a_personal_value),
		cmocka_unit_test(a_personal_value_of_nobody),
		cmocka_unit_test(a_checkpoints_signature),
		cmocka_unit_test(checkpoints_removed),
		cmocka_unit_test(a_node_of_the_tree),
		cmocka_unit_test(guards_views_and_tables),
	};

	return cmocka_run_group_tests(tests, make_log, remove_log);
}
