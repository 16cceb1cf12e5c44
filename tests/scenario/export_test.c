/* What an auditor takes out of a log for others: an export, tiles, proofs. */
#include "auditor.h"

/* ---- export ---------------------------------------------------------------- */

static void an_export_has_every_entry_as_it_is_hashed(void **state)
{
	struct scene *s = *state;
	struct err e;

	decide_many(s, 3);
	char *out = TOOL_OUT(s, 0, "log", "export", "log"), *line = out;
	int64_t entries = scene_sql_number(s, "SELECT count(*) FROM entry"), count = 0;
	for (char *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		char hex[DIGEST_HEX];
		struct text whole = {line, (size_t)(end - line)};
		json_t *row = json_read(whole, &e);
		assert_non_null(row);
		/* The bytes between are the ones hashed. */
		static const char before[] = "{\"entry\":", after[] = ",\"leaf_hash\":\"";
		size_t tail = sizeof after - 1 + 64 + 2;
		struct digest d = digest_leaf(line + sizeof before - 1,
					      whole.length - (sizeof before - 1) - tail);
		hex_format(d.bytes, sizeof d.bytes, hex);
		assert_string_equal(json_member_text(row, "leaf_hash"), hex);
		assert_int_equal(json_member_integer(json_member(row, "entry"), "sequence", 0),
				 ++count);
		json_decref(row);
	}
	assert_int_equal(count, entries);
	/* Nobody who signed is in it. */
	assert_null(strstr(out, "B. Marsh"));
	free(out);
	scene_stop(s);
	forge_copy(s, "log", "file");
	forge_sql(s, "file", "UPDATE entry SET bytes = x'00' WHERE sequence = 3");
	struct ran r = TOOL(s, NULL, "log", "export", "file");
	tool_ended(&r, 7);
	tool_must_say(r.err, "entry 3: its bytes do not have its leaf hash");
	ran_deinit(&r);
	scene_start(s, NULL);
}

/* ---- tiles ----------------------------------------------------------------- */

static void tiles_are_taken_by_a_verifier_of_others(void **state)
{
	struct scene *s = *state;
	char command[600];
	mode_t mode;

	decide_many(s, 10);
	char *vkey = vkey_of(s), *kept = TOOL_OUT(s, 0, "log", "checkpoint");
	tool_write(s, "older", kept);
	free(TOOL_OUT(s, 0, "log", "tiles", "tiles"));
	assert_true(there(s, "tiles/checkpoint", &mode));
	assert_int_equal(mode, 0644);
	decide_many(s, 600);
	/* Run again, it adds what is missing and leaves what was there. */
	shell_must(s,
		   "find tiles -type f | xargs stat -c '%n %i %Y' | grep -v checkpoint | sort >a");
	free(TOOL_OUT(s, 0, "log", "tiles", "tiles", "--log", "log"));
	shell_must(
		s,
		"find tiles -type f | xargs stat -c '%n %i %Y' | sort >b; "
		"test \"$(comm -23 a b | wc -l)\" = 0; test -f tiles/tile/0/001; "
		"test -f tiles/tile/entries/001; test \"$(find tiles -name '*.new' | wc -l)\" = 0");
	char *again = TOOL_OUT(s, 0, "--format", "json", "log", "tiles", "tiles");
	tool_must_say(again, "\"written\":1}"); /* the checkpoint */
	free(again);
	shell_must(s, "'" AWARDD_SOURCE "/tests/verifiers/compile' \"$PWD\"");
	assert_true(
		snprintf(command, sizeof command,
			 "./log-verifier --vkey '%s' --checkpoint tiles/checkpoint --older older "
			 "--tiles tiles",
			 vkey) > 0);
	shell_must(s, command);
	char *said = tool_read(s, "said");
	tool_must_say(said, "entries are those of the tree");
	free(said);
	free(kept);
	free(vkey);
}

/* Nobody can tell whose they are, so they are written anew. */
static void tiles_that_were_cut_short_are_not_believed(void **state)
{
	struct scene *s = *state;

	decide_many(s, 300);
	free(TOOL_OUT(s, 0, "log", "tiles", "tiles"));
	shell_must(s, "cp -r tiles cut; rm cut/checkpoint; head -c 8192 /dev/zero >cut/tile/0/000;"
		      " echo >cut/tile/entries/000");
	free(TOOL_OUT(s, 0, "log", "tiles", "cut"));
	shell_must(s, "diff -r tiles cut");
}

static void tiles_of_another_history_are_left_alone(void **state)
{
	struct scene *s = *state;

	decide_many(s, 3);
	scene_stop(s);
	forge_copy(s, "log", "older");
	scene_start(s, NULL);
	decide_many(s, 5);
	free(TOOL_OUT(s, 0, "log", "tiles", "tiles"));
	scene_stop(s);
	struct ran r = TOOL(s, NULL, "log", "tiles", "tiles", "--log", "older");
	tool_ended(&r, 1);
	tool_must_say(r.err, "the folder holds the tiles of a longer log");
	ran_deinit(&r);
	forge_copy(s, "older", "log");
	scene_start(s, NULL);
	decide_many(s, 10);
	/* What is somebody else's is left alone. */
	struct ran other = TOOL(s, NULL, "log", "tiles", "rules");
	tool_ended(&other, 1);
	tool_must_say(other.err, "the folder has files in it and holds no tiles");
	ran_deinit(&other);
	r = TOOL(s, NULL, "log", "tiles", "tiles");
	tool_ended(&r, 7);
	tool_must_say(r.err, "the folder holds the tiles of another history of this log");
	ran_deinit(&r);
}

/* ---- proofs ---------------------------------------------------------------- */

static void a_proof_says_what_it_proves(void **state)
{
	struct scene *s = *state;
	json_t *result = decided(s, "{'partnership': {'name': 'Port Ellery'}}");
	const char *id = json_member_text(result, "decision_id");
	char *proof = TOOL_OUT(s, 0, "log", "proof", id), *vkey = vkey_of(s), wanted[200];

	tool_write(s, "proof", proof);
	scene_stop(s); /* it needs no daemon and no log */
	char *out = TOOL_OUT(s, 0, "log", "check", "proof", "--key", vkey);
	assert_true(snprintf(wanted, sizeof wanted, "Proved: the decision %s", id) > 0);
	tool_must_say(out, wanted);
	tool_must_say(out, "Port Ellery");
	tool_must_say(out, "assessed on 20 May 2024: quality lead, with child first");
	tool_must_say(out, json_member_text(result, "decided_at"));
	free(out);
	out = TOOL_OUT(s, 0, "--format", "json", "log", "check", "proof", "--key", vkey);
	tool_must_say(out, id);
	free(out);
	free(TOOL_OUT(s, 2, "log", "check", "proof"));
	free(TOOL_OUT(s, 1, "log", "check", "nowhere", "--key", vkey));
	scene_start(s, NULL);
	json_decref(result);
	free(proof);
	free(vkey);
}

static void no_changed_proof_is_believed(void **state)
{
	struct scene *s = *state;
	json_t *result = decided(s, NULL);
	char *proof = TOOL_OUT(s, 0, "log", "proof", json_member_text(result, "decision_id"));
	char *vkey = vkey_of(s), other[TLOG_VKEY];
	struct tlog_signer stranger;
	struct err e;

	/* Any character, each of the lines among them. */
	size_t length = strlen(proof);
	for (size_t at = 0; at < length; at += 41) {
		char was = proof[at];
		proof[at] = was == 'A' ? 'B' : 'A';
		tool_write(s, "proof", proof);
		struct ran r = TOOL(s, NULL, "log", "check", "proof", "--key", vkey);
		if (r.status != 7)
			fail_msg("character %zu: exit status %d: %s", at, r.status, r.out);
		tool_must_say(r.err, "proves nothing");
		ran_deinit(&r);
		proof[at] = was;
	}
	tool_write(s, "proof", proof);
	free(TOOL_OUT(s, 0, "log", "check", "proof", "--key", vkey));
	*strchr(vkey, '+') = '\0';
	assert_int_equal(tlog_signer_make(vkey, (const unsigned char[TLOG_SEED]){1}, &stranger, &e),
			 0);
	tlog_verifier_format(&stranger.verifier, other);
	struct ran r = TOOL(s, NULL, "log", "check", "proof", "--key", other);
	tool_ended(&r, 7);
	tool_must_say(r.err, "its checkpoint is not signed by the key given");
	ran_deinit(&r);
	json_decref(result);
	free(proof);
	free(vkey);
}

static void an_old_proof_is_checked_with_the_key_of_its_day(void **state)
{
	struct scene *s = *state;
	json_t *result = decided(s, NULL);
	char *proof = TOOL_OUT(s, 0, "log", "proof", json_member_text(result, "decision_id"));
	char *before = vkey_of(s);

	json_decref(called(s, "log.rotate", "{'reason': 'a year is over'}"));
	char *after = vkey_of(s);
	tool_write(s, "proof", proof);
	struct ran r = TOOL(s, NULL, "log", "check", "proof", "--key", after);
	tool_ended(&r, 7);
	tool_must_say(r.err, "where the log changed its key, give the one that signed when it was"
			     " made");
	ran_deinit(&r);
	free(TOOL_OUT(s, 0, "log", "check", "proof", "--key", before));
	json_decref(result);
	free(proof);
	free(before);
	free(after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ALONE(an_export_has_every_entry_as_it_is_hashed),
		ALONE(tiles_are_taken_by_a_verifier_of_others),
		ALONE(tiles_that_were_cut_short_are_not_believed),
		ALONE(tiles_of_another_history_are_left_alone),
		ALONE(a_proof_says_what_it_proves),
		ALONE(an_old_proof_is_checked_with_the_key_of_its_day),
		ALONE(no_changed_proof_is_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
