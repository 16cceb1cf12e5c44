/* Another history in place of the log's: another tree, an older copy, another key; and
 * files that are no log. */
#include "made.h"

/* ---- another tree ----------------------------------------------------------------- */

/* Every entry that names the key names this one. */
static void rewrite_key(struct scene *s, const char *from, const char *to)
{
	char *sql = NULL;

	assert_true(
		asprintf(&sql,
			 "UPDATE entry SET bytes = CAST(replace(CAST(bytes AS TEXT), '%s', '%s')"
			 " AS BLOB) WHERE kind = 'start';"
			 "UPDATE entry SET bytes = CAST(replace(CAST(bytes AS TEXT),"
			 " '\"score\":', '\"score\":') AS BLOB);"
			 "UPDATE entry SET leaf_hash = leaf(bytes)",
			 from, to) > 0);
	forge_leaves(s, "file", sql);
	free(sql);
}

static void the_tree_rewritten_with_another_key(void **state)
{
	const struct made *m = *state;
	struct scene *s = fresh(state);
	struct tlog_signer stolen, other;
	char vkey[TLOG_VKEY];
	struct err e;

	forge_steal(s, "log.key", &stolen);
	assert_int_equal(tlog_signer_make(stolen.verifier.name, (const unsigned char[TLOG_SEED]){7},
					  &other, &e),
			 0);
	tlog_verifier_format(&other.verifier, vkey);
	rewrite_key(s, m->vkey, vkey);
	forge_sign(s, "file", &other);
	free(TOOL_OUT(s, 0, "log", "rebuild", "file"));
	char *out = VERIFIED(s, 0, "file"); /* and says so: */
	tool_must_say(out, "could have written all of it with a key of their own");
	free(out);
	out = VERIFIED(s, 7, "file", "--key", m->vkey);
	tool_must_say(out, "nothing in this log is vouched for by the key given");
	free(out);
	out = VERIFIED(s, 7, "file", "--since", "kept");
	tool_must_say(out,
		      "the checkpoint of 122 entries kept elsewhere is not signed by any key that "
		      "this log names");
	tool_must_say(out, "this is another history");
	free(out);
}

static void the_tree_rewritten_with_the_stolen_key(void **state)
{
	const struct made *m = *state;
	struct scene *s = fresh(state);
	struct tlog_signer stolen;

	forge_steal(s, "log.key", &stolen);
	forge_leaves(s, "file",
		     "UPDATE entry SET bytes = CAST(replace(CAST(bytes AS TEXT), '2024-05-20',"
		     " '2024-05-21') AS BLOB) WHERE sequence = 150;"
		     "UPDATE entry SET leaf_hash = leaf(bytes) WHERE sequence = 150");
	forge_sign(s, "file", &stolen);
	free(TOOL_OUT(s, 0, "log", "rebuild", "file"));
	/* Nothing in the file is wrong. */
	free(VERIFIED(s, 0, "file", "--key", m->vkey));
	free(VERIFIED(s, 0, "file", "--key", m->vkey, "--since", "kept"));
	char *out = VERIFIED(s, 7, "file", "--key", m->vkey, "--since", "kept-later");
	tool_must_say(out, "this is another history than the one that was kept: from one of the "
			   "entries 1 to ");
	free(out);
	/* Two that were kept say it more closely. */
	char *kept = tool_read(s, "kept"), *later = tool_read(s, "kept-later"), *both = NULL;
	assert_true(asprintf(&both, "%s\n%s", kept, later) > 0);
	tool_write(s, "both", both);
	out = VERIFIED(s, 7, "file", "--key", m->vkey, "--since", "both");
	tool_must_say(out, "from one of the entries 123 to ");
	free(out);
	free(kept);
	free(later);
	free(both);
}

static void what_was_kept_is_judged_too(void **state)
{
	const struct made *m = *state;
	struct scene *s = fresh(state);
	char *kept = tool_read(s, "kept");

	kept[strlen(kept) - 20] = kept[strlen(kept) - 20] == 'A' ? 'B' : 'A';
	tool_write(s, "bent", kept);
	char *out = VERIFIED(s, 7, "file", "--key", m->vkey, "--since", "bent");
	tool_must_say(out, "the checkpoint of 122 entries kept elsewhere is not signed by any key");
	free(out);
	tool_write(s, "bent", "no checkpoint\n");
	free(VERIFIED(s, 1, "file", "--since", "bent"));
	free(VERIFIED(s, 1, "file", "--since", "nowhere"));
	free(VERIFIED(s, 2, "file", "--key", "nonsense"));
	free(kept);
}

/* ---- older copies and other keys: daemons of their own ------------------------------ */

/* A daemon goes on from the file of this name in place of the log's. */
static void go_on_from(struct scene *s, const char *name)
{
	forge_copy(s, "log", "log.before");
	forge_copy(s, name, "log");
	scene_start(s, NULL);
	decide_many(s, 200);
	scene_stop(s);
	forge_copy(s, "log", "file");
	forge_copy(s, "log.before", "log");
}

static void an_older_copy_put_back_and_continued(void **state)
{
	const struct made *m = *state;
	struct scene *s = fresh(state);

	go_on_from(s, "older");
	free(VERIFIED(s, 0, "file", "--key", m->vkey, "--since", "kept"));
	char *out = VERIFIED(s, 7, "file", "--key", m->vkey, "--since", "kept-later");
	tool_must_say(out, "an older copy was put back and continued");
	free(out);
}

static void a_key_replaced(void **state)
{
	const struct made *m = *state;
	struct scene *s = fresh(state);
	char vkey[TLOG_VKEY], wanted[128];
	struct tlog_signer other;

	forge_copy(s, "log.key", "log.key.kept");
	char path[2 * PATH_TEXT];
	tool_path(s, "log.key", path);
	assert_int_equal(unlink(path), 0);
	forge_copy(s, "log", "untouched");
	go_on_from(s, "untouched");
	forge_steal(s, "log.key", &other);
	tlog_verifier_format(&other.verifier, vkey);
	forge_copy(s, "log.key.kept", "log.key");
	assert_true(snprintf(wanted, sizeof wanted,
			     "entry %" PRId64
			     ": from here on another key signs, and the one before "
			     "did not agree",
			     m->entries + 1) > 0);
	found(s, wanted);
	char *out = VERIFIED(s, 7, "file", "--key", m->vkey);
	tool_must_say(out, wanted);
	tool_must_say(out, "are not vouched for by the key given");
	free(out);
	/* Whoever trusts the new one has accepted that the old one was lost. */
	out = VERIFIED(s, 0, "file", "--key", vkey);
	tool_must_say(out, wanted);
	tool_must_say(out, "note");
	free(out);
}

/* ---- what is no log -------------------------------------------------------------------- */

static void not_judged(struct scene *s, const char *words)
{
	struct ran r = TOOL(s, NULL, "log", "verify", "file");

	assert_int_equal(r.status, 1);
	assert_string_equal(r.out, "");
	tool_must_say(r.err, words);
	ran_deinit(&r);
}

static void of_a_log_of_another_form_nothing_is_said(void **state)
{
	struct scene *s = fresh(state);

	free(forge_shell(s, "file", "PRAGMA user_version = 99;"));
	not_judged(s, "was written by a newer version");
	s = fresh(state);
	free(forge_shell(s, "file", "PRAGMA user_version = 1;"));
	not_judged(s, "was written by an older version, in form 1: awardd brings it to form");
}

static void a_form_that_never_was(void **state)
{
	struct scene *s = fresh(state);

	free(forge_shell(s, "file", "PRAGMA user_version = -1;"));
	char *out = VERIFIED(s, 7, "file");
	tool_must_say(out, "is damaged: its form is -1");
	free(out);
}

static void what_is_no_log(void **state)
{
	struct scene *s = fresh(state);

	tool_write(s, "text", "This is a text, and no log at all, however long it may go on.\n");
	char *out = VERIFIED(s, 7, "text");
	tool_must_say(out, "text is not a decision log");
	free(out);
	tool_write(s, "empty", "");
	out = VERIFIED(s, 7, "empty");
	tool_must_say(out, "empty is not a decision log: nothing is in it");
	free(out);
	free(VERIFIED(s, 1, "nowhere"));
	free(VERIFIED(s, 1, "."));
	free(forge_shell(s, "file", "PRAGMA application_id = 7;"));
	found(s, "is not a decision log: its application id");
	s = fresh(state);
	char path[2 * PATH_TEXT];
	tool_path(s, "file", path);
	assert_int_equal(truncate(path, 300000), 0);
	found(s, "malformed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tree_rewritten_with_another_key),
		cmocka_unit_test(the_tree_rewritten_with_the_stolen_key),
		cmocka_unit_test(what_was_kept_is_judged_too),
		cmocka_unit_test(an_older_copy_put_back_and_continued),
		cmocka_unit_test(a_key_replaced),
		cmocka_unit_test(what_is_no_log),
		cmocka_unit_test(of_a_log_of_another_form_nothing_is_said),
		cmocka_unit_test(a_form_that_never_was),
	};

	return cmocka_run_group_tests(tests, make_log, remove_log);
}
