/* awardctl publish: the site holds what is public and nothing else, is written whole, and only
 * where it changed. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "../scenario/tool.h"
#include "tlog/tlog.h"

#define DAY "2024-12-31"
#define PUBLISH "publish", "site", "--on", DAY

static void publishes(const struct scene *s)
{
	free(TOOL_OUT(s, 0, PUBLISH));
}

/* ---- looking through every file ------------------------------------------------------ */

static size_t count_in_file(const char *path, const char *words)
{
	char *text = tool_slurp(open(path, O_RDONLY | O_CLOEXEC));
	size_t count = 0;

	for (const char *c = text; (c = strstr(c, words)) != NULL; c++)
		count++;
	free(text);
	return count;
}

/* How often the words stand in the files of a folder and of those within it, or in their
 * names. */
static size_t count_in(const char *folder, const char *words)
{
	DIR *list = opendir(folder);
	const struct dirent *each;
	size_t count = 0;

	assert_non_null(list);
	while ((each = readdir(list)) != NULL) {
		char path[4 * PATH_TEXT];

		if (each->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof path, "%s/%s", folder, each->d_name);
		count += strstr(each->d_name, words) != NULL;
		count += each->d_type == DT_DIR ? count_in(path, words)
						: count_in_file(path, words);
	}
	(void)closedir(list);
	return count;
}

static size_t count_in_site(const struct scene *s, const char *words)
{
	char path[2 * PATH_TEXT];

	tool_path(s, "site", path);
	return count_in(path, words);
}

static void must_hold(const struct scene *s, const char *file, const char *words)
{
	char *text = tool_read(s, file);

	tool_must_say(text, words);
	free(text);
}

static bool is_there(const struct scene *s, const char *file)
{
	char path[2 * PATH_TEXT];

	tool_path(s, file, path);
	return access(path, F_OK) == 0;
}

/* ---- what is public ------------------------------------------------------------------------ */

static void the_site_shows_the_register_and_awards_over_time(void **state)
{
	struct scene *s = *state;

	imports(s, "{'partnership': 'harrow', 'name': 'Harrow Vale', 'awarded_on': '2021-02-01',"
		   " 'precision': 'month'}");
	json_decref(decided(s, "{'partnership': {'id': 'harrow', 'name': 'Harrow Vale'}}"));
	publishes(s);
	must_hold(s, "site/index.html", "as of <time datetime=\"" DAY "\">31 December 2024");
	must_hold(s, "site/index.html", "href=\"partnerships/harrow.html\"><bdi>Harrow Vale");
	must_hold(s, "site/index.html", "Quality Lead with Child First Commendation");
	must_hold(s, "site/partnerships/harrow.html",
		  "Harrow Vale: Quality Lead with Child First Commendation, May 2024");
	must_hold(s, "site/partnerships/harrow.html", "Harrow Vale: Quality Mark, February 2021");
	must_hold(s, "site/practice.html", "A resettlement panel");
	must_hold(s, "site/scheme.html", "Every statement that applies is scored 7 or more");
	must_hold(s, "site/scheme.html", "£1,300");
	must_hold(
		s, "site/feed.xml",
		"<title>Harrow Vale: Quality Lead with Child First Commendation, May 2024</title>");
}

/* Every text that is not for everybody says PLANTED. */
static void plant(struct scene *s)
{
	static const char personal[] =
		"'sign_off': {'send_leadership': {'name': 'PLANTED one', 'role': 'PLANTED two'},"
		"             'yos_leadership': {'name': 'PLANTED three', 'role': 'PLANTED four'}},"
		"'evidence': [{'kind': 'other', 'summary': 'PLANTED five'}],"
		"'child_first': [{'tenet': 'strengths', 'feature': 'PLANTED six'}]";
	char changes[2048];
	json_t *revoked;

	(void)snprintf(changes, sizeof changes,
		       "{%s, 'partnership': {'id': 'open', 'name': 'Open Vale'},"
		       " 'submission_id': 'PLANTED seven', 'case_studies':"
		       " [{'title': 'Shared widely', 'statements': ['8'], 'shareable': true},"
		       "  {'title': 'PLANTED eight', 'statements': ['8']}]}",
		       personal);
	json_decref(decided(s, changes));
	/* Nothing came of it, though its case study may be shared. */
	json_decref(decided(s, "{'every': 2, 'partnership': {'id': 'planted-none',"
			       " 'name': 'PLANTED nine'}, 'case_studies': [{'title':"
			       " 'PLANTED ten', 'statements': ['8'], 'shareable': true}]}"));
	revoked =
		decided(s, "{'partnership': {'id': 'planted-revoked', 'name': 'PLANTED eleven'}}");
	json_t *params = json_pack("{sO ss ss}", "decision_id",
				   json_object_get(revoked, "decision_id"), "by", "PLANTED twelve",
				   "reason", "PLANTED thirteen");
	json_decref(peer_call(scene_peer(s), "decisions.revoke", params));
	json_decref(revoked);
	/* Not given yet on the day of the site. */
	json_decref(decided(s, "{'assessed_on': '2025-02-01', 'partnership': {'id':"
			       " 'planted-later', 'name': 'PLANTED fourteen'}}"));
	imports(s, "{'partnership': 'imported', 'name': 'Imported Vale', 'source':"
		   " 'PLANTED fifteen'}");
	/* Its latest benchmark gave no award: what that one shares is not shown. */
	json_decref(decided(s, "{'partnership': {'id': 'fallen', 'name': 'Fallen Vale'},"
			       " 'assessed_on': '2021-05-20', 'every': 7}"));
	json_decref(decided(s, "{'partnership': {'id': 'fallen'}, 'every': 2, 'case_studies':"
			       " [{'title': 'PLANTED sixteen', 'statements': ['8'],"
			       " 'shareable': true}]}"));
}

static void nothing_personal_and_nothing_unpublished_is_in_any_file(void **state)
{
	struct scene *s = *state;

	plant(s);
	publishes(s);
	assert_true(count_in_site(s, "Open Vale") > 0);
	assert_true(count_in_site(s, "Imported Vale") > 0);
	assert_true(count_in_site(s, "Fallen Vale") > 0);
	assert_true(count_in_site(s, "Shared widely") > 0);
	assert_int_equal(count_in_site(s, "PLANTED"), 0);
	assert_int_equal(count_in_site(s, "planted"), 0);
	assert_int_equal(count_in_site(s, "extra "), 0); /* of proofs: whole entries */
	/* The search would find it, wherever it stands. */
	tool_write(s, "site/proofs/x.tlog-proof", "PLANTED");
	assert_int_equal(count_in_site(s, "PLANTED"), 1);
}

/* Of few partnerships the scores of each could be told. */
static void the_national_picture_waits_for_five(void **state)
{
	struct scene *s = *state;
	static const char *const ids[] = {"'one'", "'two'", "'three'", "'four'", "'five'"};

	for (size_t i = 0; i < 5; i++) {
		char changes[128];

		(void)snprintf(changes, sizeof changes, "{'partnership': {'id': %s}}", ids[i]);
		json_decref(decided(s, changes));
		if (i == 3) {
			publishes(s);
			must_hold(s, "site/national.html", "Scores are shown once 5 partnerships");
		}
	}
	publishes(s);
	must_hold(s, "site/national.html", "How 5 partnerships score");
}

/* ---- proofs ---------------------------------------------------------------------------------- */

static void proofs_prove_without_showing_the_entry(void **state)
{
	struct scene *s = *state;
	json_t *decision = decided(s, "{'partnership': {'id': 'proved', 'name': 'Proved'}}");
	const char *hex = json_member_text(json_member(decision, "log"), "leaf_hash");
	char path[64];
	struct proof_text proof;
	struct tlog_verifier key;
	struct checkpoint c;
	struct digest leaf;
	struct buffer extra;

	publishes(s);
	must_hold(s, "site/partnerships/proved.html", hex);
	(void)snprintf(path, sizeof path, "site/proofs/%" JSON_INTEGER_FORMAT ".tlog-proof",
		       json_member_integer(decision, "sequence", 0));
	char *text = tool_read(s, path), *vkey = tool_read(s, "site/log.vkey");
	vkey[strcspn(vkey, "\n")] = '\0';
	buffer_init(&extra);
	assert_int_equal(tlog_verifier_read(text_of(vkey), &key, NULL), 0);
	assert_int_equal(proof_text_read(text_of(text), &proof, &extra, NULL), 0);
	assert_null(proof.extra.bytes);
	assert_int_equal(checkpoint_check(proof.checkpoint, &key), NOTE_GOOD);
	assert_int_equal(checkpoint_read(proof.checkpoint, &c, NULL), 0);
	assert_true(hex_parse(text_of(hex), leaf.bytes, sizeof leaf.bytes));
	assert_true(tree_check_inclusion(&proof.proof, proof.index, c.size, &leaf, &c.root));
	leaf.bytes[0] ^= 1;
	assert_false(tree_check_inclusion(&proof.proof, proof.index, c.size, &leaf, &c.root));
	buffer_deinit(&extra);
	/* It stays as it is while the log grows, and comes back where it was spoilt. */
	json_decref(decided(s, "{'partnership': {'id': 'later'}}"));
	publishes(s);
	char *kept = tool_read(s, path);
	assert_string_equal(kept, text);
	free(kept);
	tool_write(s, path, "spoilt");
	publishes(s);
	must_hold(s, path, "c2sp.org/tlog-proof@v1");
	free(vkey);
	free(text);
	json_decref(decision);
}

/* ---- writing ----------------------------------------------------------------------------------- */

static void only_what_changed_is_written(void **state)
{
	struct scene *s = *state;
	char path[2 * PATH_TEXT];
	struct stat before, after;

	json_decref(decided(s, "{'partnership': {'id': 'first'}}"));
	publishes(s);
	tool_path(s, "site/partnerships/first.html", path);
	assert_int_equal(stat(path, &before), 0);
	char *out = TOOL_OUT(s, 0, PUBLISH);
	tool_must_say(out, " 0 written,");
	free(out);
	json_t *second = decided(s, "{'partnership': {'id': 'second'}}");
	/* checkpoint, its page, the register, the new page with its proof, feed, practice */
	out = TOOL_OUT(s, 0, "publish", "site", "--on", DAY, "--format", "json");
	json_t *counts = json_read(text_of(out), NULL);
	expect(counts, "{'removed': 0}");
	assert_in_range(json_member_integer(counts, "written", 0), 6, 8);
	json_decref(counts);
	free(out);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_true(is_there(s, "site/partnerships/second.html"));
	revokes(s, second);
	publishes(s);
	assert_false(is_there(s, "site/partnerships/second.html"));
	assert_int_equal(count_in_site(s, "second"), 0);
	assert_true(is_there(s, "site/partnerships/first.html"));
	json_decref(second);
}

static void an_empty_log_has_a_site(void **state)
{
	struct scene *s = *state;

	publishes(s);
	must_hold(s, "site/index.html", "No award has been given yet.");
	must_hold(s, "site/feed.xml", "</feed>");
	must_hold(s, "site/practice.html", "Nothing is shared on this statement yet.");
}

/* The form can be taken out of the site, and asks what the rules say. */
static void the_form_stands_alone_and_follows_the_rules(void **state)
{
	struct scene *s = *state;

	scene_rule_replace(s, "framework.lua",
			   "statement \"10\" \"Commissioners resource and review\"",
			   "statement \"10\" \"A question of <our> own\"");
	scene_start(s, NULL);
	publishes(s);
	char *page = tool_read(s, "site/self-evaluation.html");
	tool_must_say(page, "A question of &lt;our&gt; own");
	tool_must_say(page, "data-statement=\"4a\"");
	tool_must_say(page, "AYM member");
	tool_must_say(page, "7 – Effective practice everywhere");
	tool_must_say(page, "Every statement that applies is scored 7 or more");
	assert_null(strstr(page, "rel=\"stylesheet\""));
	assert_null(strstr(page, "src="));
	free(page);
}

static void changes_to_come_are_announced(void **state)
{
	struct scene *s = *state;

	scene_rule_replace(s, "child-first.lua", "in_force_from = \"2022-01-01\"",
			   "in_force_from = \"2025-04-01\"");
	scene_start(s, NULL);
	publishes(s);
	must_hold(s, "site/scheme.html", "Coming changes");
	must_hold(s, "site/scheme.html",
		  "Child First Commendation is in force from <time datetime=\"2025-04-01\">");
	free(TOOL_OUT(s, 0, "publish", "site", "--on", "2025-04-01"));
	char *page = tool_read(s, "site/scheme.html");
	assert_null(strstr(page, "Coming changes"));
	free(page);
}

static void refuses_to_publish(const struct scene *s, const char *why)
{
	struct ran r = TOOL(s, NULL, PUBLISH);

	tool_ended(&r, 1);
	tool_must_say(r.err, why);
	ran_deinit(&r);
}

static void a_folder_of_something_else_is_left_alone(void **state)
{
	struct scene *s = *state;
	char path[2 * PATH_TEXT];

	tool_path(s, "site", path);
	assert_int_equal(mkdir(path, 0755), 0);
	tool_write(s, "site/precious", "mine");
	refuses_to_publish(s, "has files in it and is no published site");
	tool_write(s, "site/checkpoint",
		   "other/log\n1\n"
		   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"
		   "— other/log AAAAAAAA\n");
	refuses_to_publish(s, "is the site of another log");
	tool_write(s, "site/checkpoint", "shopping\n");
	refuses_to_publish(s, "site/checkpoint: no signed checkpoint");
	tool_write(s, "site/checkpoint", "");
	refuses_to_publish(s, "has files in it and is no published site");
	assert_false(is_there(s, "site/index.html"));
}

/* Killed before its checkpoint stands, it leaves folders; a loss of power, empty files. */
static void what_was_cut_short_is_published_again(void **state)
{
	struct scene *s = *state;
	static const char *const folders[] = {"site", "site/partnerships", "site/proofs"};
	char path[2 * PATH_TEXT];

	for (size_t i = 0; i < 3; i++) {
		tool_path(s, folders[i], path);
		assert_int_equal(mkdir(path, 0755), 0);
	}
	tool_write(s, "site/.publishing", "other");
	tool_write(s, "site/proofs/precious", "mine");
	refuses_to_publish(s, "has files in it and is no published site");
	tool_path(s, "site/proofs/precious", path);
	assert_int_equal(unlink(path), 0);
	json_decref(decided(s, "{'partnership': {'id': 'first'}}"));
	publishes(s);
	assert_true(is_there(s, "site/partnerships/first.html"));
	tool_write(s, "site/checkpoint", "");
	tool_write(s, "site/partnerships/precious", "mine");
	refuses_to_publish(s, "has files in it and is no published site");
	tool_path(s, "site/partnerships/precious", path);
	assert_int_equal(unlink(path), 0);
	publishes(s);
	must_hold(s, "site/checkpoint", "— awardd/");
}

static void a_log_that_was_cut_off_is_not_published(void **state)
{
	struct scene *s = *state;
	char later[1024];

	publishes(s);
	char *note = tool_read(s, "site/checkpoint");
	char *size = strchr(note, '\n'), *root = strchr(size + 1, '\n');
	*size = '\0';
	(void)snprintf(later, sizeof later, "%s\n100000%s", note, root);
	tool_write(s, "site/checkpoint", later);
	refuses_to_publish(s, "it was cut off, or is an older copy");
	free(note);
}

static void one_publishes_at_a_time(void **state)
{
	struct scene *s = *state;
	char path[2 * PATH_TEXT];

	publishes(s);
	tool_path(s, "site", path);
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(flock(dir, LOCK_EX | LOCK_NB), 0);
	refuses_to_publish(s, "somebody else is publishing");
	assert_int_equal(close(dir), 0);
	publishes(s);
}

static bool is_whole(const char *page)
{
	static const char end[] = "</html>\n";
	size_t length = strlen(page);

	return length > sizeof end && strcmp(page + length - (sizeof end - 1), end) == 0;
}

/* A reader beside a writer who changes the page each time sees it whole. */
static void it_is_served_while_it_is_made(void **state)
{
	struct scene *s = *state;
	static const char *const days[] = {"2024-12-30", "2024-12-31"};

	json_decref(decided(s, "{'partnership': {'id': 'first'}}"));
	publishes(s);
	assert_false(is_whole("<html></ht"));
	pid_t writer = fork();
	assert_int_not_equal(writer, -1);
	if (writer == 0) {
		for (size_t i = 0; i < 6; i++) {
			const char *arguments[] = {"publish", "site", "--on", days[i % 2], NULL};
			struct ran r = tool_run(s, NULL, arguments);
			if (r.status != 0)
				_exit(1);
			ran_deinit(&r);
		}
		_exit(0);
	}
	int status = 0;
	while (waitpid(writer, &status, WNOHANG) == 0) {
		char *page = tool_read(s, "site/index.html");
		assert_true(is_whole(page));
		free(page);
	}
	assert_int_equal(status, 0);
}

static void three_thousand_partnerships_have_a_site(void **state)
{
	struct scene *s = *state;
	json_t *awards = json_array();
	size_t rows = 0;

	for (int i = 0; i < 3000; i++) {
		char id[32], name[32];

		(void)snprintf(id, sizeof id, "area-%04d", i);
		(void)snprintf(name, sizeof name, "Area %04d", i);
		json_array_append_new(awards,
				      json_pack("{ss ss ss ss ss}", "partnership", id, "name", name,
						"award", "quality-mark", "awarded_on", "2023-03-01",
						"source", "a list"));
	}
	tool_write_json(s, "awards.json", awards);
	free(TOOL_OUT(s, 0, "register", "import", "awards.json"));
	publishes(s);
	char *page = tool_read(s, "site/index.html");
	for (const char *c = page; (c = strstr(c, "<tr data-status")) != NULL; c++)
		rows++;
	assert_int_equal(rows, 3000);
	free(page);
	assert_true(is_there(s, "site/partnerships/area-2999.html"));
	assert_true(is_there(s, "site/proofs/3001.tlog-proof"));
	char *out = TOOL_OUT(s, 0, PUBLISH);
	tool_must_say(out, " 0 written,");
	free(out);
}

static void who_may_not_read_the_log_publishes_nothing(void **state)
{
	struct scene *s = *state;

	scene_start(s, (const char *const[]){"--audit", "nobody", NULL});
	struct ran r = TOOL(s, NULL, PUBLISH);
	tool_ended(&r, 8);
	ran_deinit(&r);
	assert_false(is_there(s, "site"));
	r = TOOL(s, NULL, "publish", "site", "--on", "2024-02-30");
	tool_ended(&r, 2);
	ran_deinit(&r);
}

#define in_its_own(test) cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_its_own(the_site_shows_the_register_and_awards_over_time),
		in_its_own(nothing_personal_and_nothing_unpublished_is_in_any_file),
		in_its_own(the_national_picture_waits_for_five),
		in_its_own(proofs_prove_without_showing_the_entry),
		in_its_own(only_what_changed_is_written),
		in_its_own(an_empty_log_has_a_site),
		cmocka_unit_test_setup_teardown(the_form_stands_alone_and_follows_the_rules,
						scene_setup_stopped, scene_teardown),
		cmocka_unit_test_setup_teardown(changes_to_come_are_announced, scene_setup_stopped,
						scene_teardown),
		in_its_own(a_folder_of_something_else_is_left_alone),
		in_its_own(what_was_cut_short_is_published_again),
		in_its_own(a_log_that_was_cut_off_is_not_published),
		in_its_own(one_publishes_at_a_time),
		in_its_own(it_is_served_while_it_is_made),
		in_its_own(three_thousand_partnerships_have_a_site),
		cmocka_unit_test_setup_teardown(who_may_not_read_the_log_publishes_nothing,
						scene_setup_stopped, scene_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
