/* awardctl publish: the folder of the site is written whole, only where it changed, and only where
 * it is the site of this log. */
#include <sys/file.h>
#include <sys/stat.h>

#include "site.h"

static void only_what_changed_is_written(void **state)
{
	struct scene *s = *state;
	char path[2 * PATH_TEXT];
	struct stat before, after;

	json_decref(decided(s, "{'partnership': {'id': 'first'}}"));
	site_publish(s);
	tool_path(s, "site/partnerships/first.html", path);
	assert_int_equal(stat(path, &before), 0);
	char *out = TOOL_OUT(s, 0, SITE_PUBLISH);
	tool_must_say(out, " 0 written,");
	free(out);
	json_t *second = decided(s, "{'partnership': {'id': 'second'}}");
	/* checkpoint, its page, the register, the new page with its proof, feed, practice */
	out = TOOL_OUT(s, 0, "publish", "site", "--on", SITE_DAY, "--format", "json");
	json_t *counts = json_read(text_of(out), NULL);
	expect(counts, "{'removed': 0}");
	assert_in_range(json_member_integer(counts, "written", 0), 6, 8);
	json_decref(counts);
	free(out);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_true(site_has(s, "site/partnerships/second.html"));
	revokes(s, second);
	site_publish(s);
	assert_false(site_has(s, "site/partnerships/second.html"));
	assert_int_equal(site_count(s, "second"), 0);
	assert_true(site_has(s, "site/partnerships/first.html"));
	json_decref(second);
}

static void refuses_to_publish(const struct scene *s, const char *why)
{
	struct ran r = TOOL(s, NULL, SITE_PUBLISH);

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
	assert_false(site_has(s, "site/index.html"));
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
	site_publish(s);
	assert_true(site_has(s, "site/partnerships/first.html"));
	tool_write(s, "site/checkpoint", "");
	tool_write(s, "site/partnerships/precious", "mine");
	refuses_to_publish(s, "has files in it and is no published site");
	tool_path(s, "site/partnerships/precious", path);
	assert_int_equal(unlink(path), 0);
	site_publish(s);
	site_must_hold(s, "site/checkpoint", "— awardd/");
}

static void a_log_that_was_cut_off_is_not_published(void **state)
{
	struct scene *s = *state;
	char later[1024];

	site_publish(s);
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

	site_publish(s);
	tool_path(s, "site", path);
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(flock(dir, LOCK_EX | LOCK_NB), 0);
	refuses_to_publish(s, "somebody else is publishing");
	assert_int_equal(close(dir), 0);
	site_publish(s);
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
	site_publish(s);
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
	site_publish(s);
	char *page = tool_read(s, "site/index.html");
	for (const char *c = page; (c = strstr(c, "<tr data-status")) != NULL; c++)
		rows++;
	assert_int_equal(rows, 3000);
	free(page);
	assert_true(site_has(s, "site/partnerships/area-2999.html"));
	assert_true(site_has(s, "site/proofs/3001.tlog-proof"));
	char *out = TOOL_OUT(s, 0, SITE_PUBLISH);
	tool_must_say(out, " 0 written,");
	free(out);
}

static void who_may_not_read_the_log_publishes_nothing(void **state)
{
	struct scene *s = *state;

	scene_start(s, (const char *const[]){"--audit", "nobody", NULL});
	struct ran r = TOOL(s, NULL, SITE_PUBLISH);
	tool_ended(&r, 8);
	ran_deinit(&r);
	assert_false(site_has(s, "site"));
	r = TOOL(s, NULL, "publish", "site", "--on", "2024-02-30");
	tool_ended(&r, 2);
	ran_deinit(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_its_own(only_what_changed_is_written),
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
