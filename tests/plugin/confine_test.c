/* Where a plugin runs, the log's key is out of its reach, and it has nothing
 * that was not given to it. */
#include <signal.h>

#include "rig.h"

enum { NOBODY = 65534 };

static void says(struct scene *s, const char *method, const char *path, const char *expected)
{
	json_t *params = json_pack("{ss}", "path", path);
	json_t *answer = peer_call(scene_peer(s), method, params);
	const char *said = json_string_value(json_object_get(answer, "result"));

	if (said == NULL || strcmp(said, expected) != 0)
		fail_msg("%s %s: %s", method, path, said != NULL ? said : "an error");
	json_decref(answer);
}

static void path_of_key(const struct scene *s, char out[PATH_TEXT + 64])
{
	(void)snprintf(out, PATH_TEXT + 64, "%s.key", s->log);
}

static void has_only_its_connection(struct scene *s)
{
	json_t *open = called(s, "spy.descriptors", "{}");
	json_t *expected = json_pack("[iii]", 0, 1, 2);

	assert_true(json_equal(open, expected));
	json_decref(open);
	json_decref(expected);
}

static void a_plugin_of_a_daemon_of_root_is_another_user_who_cannot_read_the_key(void **state)
{
	struct scene *s = *state;
	char key[PATH_TEXT + 64];

	if (geteuid() != 0)
		skip();
	rig_add(s, "good/spy");
	rig_start(s, NULL);
	path_of_key(s, key);
	says(s, "spy.read", "/proc/self/status", "done");
	says(s, "spy.read", key, "Permission denied");
	(void)snprintf(key, sizeof key, "/proc/%d/mem", (int)s->pid);
	says(s, "spy.read", key, "Permission denied");
	has_only_its_connection(s);
}

static void a_plugin_of_the_daemons_own_user_cannot_see_the_folder_of_the_log(void **state)
{
	struct scene *s = *state;
	char path[PATH_TEXT + 64];

	rig_add(s, "good/spy");
	scene_drop_root(s);
	rig_start(s, NULL);
	path_of_key(s, path);
	says(s, "spy.read", "/proc/self/status", "done");
	says(s, "spy.read", path, "No such file or directory");
	/* A key that is put there later. */
	json_decref(called(s, "log.rotate", "{'reason': 'for the test'}"));
	says(s, "spy.read", path, "No such file or directory");
	says(s, "spy.read", s->log, "No such file or directory");
	/* What covers it cannot be taken away, and other processes are no way round. */
	says(s, "spy.uncover", s->dir, "Operation not permitted");
	(void)snprintf(path, sizeof path, "/proc/%d/root%s.key", (int)s->pid, s->log);
	says(s, "spy.read", path, "Permission denied");
	(void)snprintf(path, sizeof path, "/proc/%d/mem", (int)s->pid);
	says(s, "spy.read", path, "Permission denied");
	has_only_its_connection(s);
}

/* Whether a file of /proc on this process has a line that begins so. */
static bool has_line(json_int_t pid, const char *file, const char *begins)
{
	char path[64], line[256];
	bool has = false;

	(void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
	FILE *f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL)
		has = has || strncmp(line, begins, strlen(begins)) == 0;
	(void)fclose(f); /* only read */
	return has;
}

static void a_plugin_gains_no_right_and_has_its_limits(void **state)
{
	static const char *const rights[] = {"NoNewPrivs:\t1\n", "CapEff:\t0000000000000000\n",
					     "CapPrm:\t0000000000000000\n"};
	struct scene *s = *state;

	rig_add(s, "good/spy");
	rig_start(s, NULL);
	json_t *plugin = rig_status(s, "spy");
	json_int_t pid = json_member_integer(plugin, "process_id", 0);
	for (size_t i = 0; i < sizeof rights / sizeof *rights; i++)
		assert_true(has_line(pid, "status", rights[i]));
	assert_true(has_line(pid, "limits", "Max open files            256 "));
	if (!SANITIZED)
		assert_true(has_line(pid, "limits", "Max address space         1073741824 "));
	/* The daemon has more. */
	assert_false(has_line(s->pid, "limits", "Max open files            256 "));
	json_decref(plugin);
}

static void a_plugin_is_not_run_where_the_key_could_be_read(void **state)
{
	struct scene *s = *state;
	char key[PATH_TEXT + 64];

	if (geteuid() != 0)
		skip();
	rig_add(s, "good/spy");
	rig_start(s, NULL);
	/* The daemon itself refuses such a key; so it is given away while it runs. */
	path_of_key(s, key);
	assert_int_equal(chown(key, NOBODY, NOBODY), 0);
	json_t *running = rig_status(s, "spy");
	expect(running, "{'state': 'running'}");
	assert_int_equal(kill((pid_t)json_member_integer(running, "process_id", 0), SIGKILL), 0);
	json_decref(running);
	scene_await(s, "who can read the log's key: set plugin-user");
	json_t *plugin = rig_status(s, "spy");
	expect(plugin, "{'state': 'refused'}");
	assert_non_null(strstr(json_member_text(json_object_get(plugin, "last_error"), "message"),
			       "who can read the log's key: set plugin-user"));
	json_decref(plugin);
	json_decref(fails(s, "spy.descriptors", "{}", -32603));
	assert_int_equal(chown(key, 0, 0), 0);
}

static void a_user_that_is_none_or_is_root_is_refused(void **state)
{
	static const char *const users[] = {"root", "no-such-user-here"};
	struct scene *s = *state;
	char folder[512];

	if (geteuid() != 0)
		skip();
	rig_add(s, "good/spy");
	(void)snprintf(folder, sizeof folder, "%s/plugins", s->dir);
	for (size_t i = 0; i < sizeof users / sizeof *users; i++) {
		assert_int_not_equal(scene_start_fails(s, (const char *[]){"--plugins", folder,
									   "--plugin-user",
									   users[i], NULL}),
				     0);
		assert_true(scene_said(s, "a user other than root is wanted"));
	}
}

static void what_may_not_be_read_is_refused_by_name(void **state)
{
	struct scene *s = *state;
	char path[512];

	rig_add(s, "good/spy");
	scene_drop_root(s);
	(void)snprintf(path, sizeof path, "%s/plugins/spy.so", s->dir);
	assert_int_equal(chmod(path, 0), 0);
	rig_start(s, NULL);
	json_t *plugin = rig_status(s, "spy");
	const char *said = json_member_text(json_object_get(plugin, "last_error"), "message");
	expect(plugin, "{'state': 'refused'}");
	assert_non_null(strstr(said, "/plugins/spy.so"));
	assert_non_null(strstr(said, "ermission denied"));
	json_decref(plugin);
}

#define in_a_scene(test) cmocka_unit_test_setup_teardown(test, scene_setup_stopped, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_a_scene(a_plugin_of_a_daemon_of_root_is_another_user_who_cannot_read_the_key),
		in_a_scene(a_plugin_of_the_daemons_own_user_cannot_see_the_folder_of_the_log),
		in_a_scene(a_plugin_gains_no_right_and_has_its_limits),
		in_a_scene(a_plugin_is_not_run_where_the_key_could_be_read),
		in_a_scene(a_user_that_is_none_or_is_root_is_refused),
		in_a_scene(what_may_not_be_read_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
