/* What operators see of plugins: status, metrics, the settings, the methods with
 * their roles; and that a plugin that is not there changes nothing. */
#include "rig.h"

#include <sqlite3.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static void hello_greets_by_its_form_and_settings(void **state)
{
	struct scene *s = *state;

	rig_add(s, "good/hello");
	rig_start(s, (const char *[]){"--hello.greeting", "Good \xc3\xa9t\xc3\xa9", NULL});
	calls(s, "hello.greet", "{'who': 'the clerk'}",
	      "{'says': 'Good \xc3\xa9t\xc3\xa9, the clerk'}");
	json_t *answer = peer_call(scene_peer(s), "hello.greet", NULL);
	assert_non_null(json_object_get(answer, "result"));
	json_decref(answer);
	json_decref(fails(s, "hello.greet", "{'whom': 'x'}", -32602));
	json_decref(fails(s, "hello.greet", "{'who': 3}", -32602));
}

static void the_status_tells_of_each_plugin(void **state)
{
	struct scene *s = *state;

	rig_add(s, "good/hello");
	rig_start(s, NULL);
	json_decref(called(s, "hello.greet", "{}"));
	json_t *plugin = rig_status(s, "hello");
	expect(plugin, "{'name': 'hello', 'version': '1.0', 'state': 'running', 'restarts': 0,"
		       " 'calls': 1, 'kinds': ['method', 'sink', 'decision-renderer'],"
		       " 'last_error': null}");
	assert_true(json_member_integer(plugin, "position", -1) >= 0);
	assert_int_equal(strlen(json_member_text(plugin, "sha256")), 64);
	json_decref(plugin);
	json_t *metrics = called(s, "server.metrics", "{}");
	const char *text = json_string_value(metrics);
	assert_non_null(strstr(text, "awardd_plugin_running{plugin=\"hello\"} 1\n"));
	assert_non_null(strstr(text, "awardd_plugin_restarts_total{plugin=\"hello\"} 0\n"));
	assert_non_null(strstr(text, "awardd_plugin_calls_total{plugin=\"hello\"} 1\n"));
	assert_non_null(strstr(text, "awardd_plugin_behind{plugin=\"hello\"} "));
	json_decref(metrics);
}

static void without_plugins_there_is_no_word_of_them(void **state)
{
	struct scene *s = *state;

	scene_start(s, NULL);
	calls(s, "server.status", "{}", "{'plugins': []}");
	json_t *metrics = called(s, "server.metrics", "{}");
	assert_null(strstr(json_string_value(metrics), "plugin"));
	json_decref(metrics);
	json_decref(fails(s, "hello.greet", "{}", -32601));
}

static void a_folder_that_is_not_there_is_refused(void **state)
{
	struct scene *s = *state;

	assert_int_not_equal(
		scene_start_fails(s, (const char *[]){"--plugins", "/nowhere/at/all", NULL}), 0);
	assert_true(scene_said(s, "the folder of plugins /nowhere/at/all cannot be read"));
}

#define TENS "123456789012345678901234567890"

/* Gives what the program prints and its exit status; free() it. It runs as the scene's user. */
static char *printed(const struct scene *s, const char *arguments, int *status)
{
	static const char as_nobody[] = "setpriv --reuid=65534 --regid=65534 --clear-groups ";
	char command[1400], *text = calloc(1, 65536);

	assert_non_null(text);
	(void)snprintf(command, sizeof command,
		       "%s%s --socket %s --log %s --rules %s --plugins %s/plugins %s 2>&1",
		       s->user != 0 ? as_nobody : "", AWARDD_PROGRAM, s->socket, s->log, s->rules,
		       s->dir, arguments);
	FILE *f = popen(command, "r");
	assert_non_null(f);
	size_t length = fread(text, 1, 65535, f);
	text[length] = '\0';
	*status = WEXITSTATUS(pclose(f));
	return text;
}

static void settings_of_plugins_are_shown_and_checked_before_the_start(void **state)
{
	static const struct {
		const char *arguments, *says;
		int status;
	} cases[] = {
		{"--print-config", "# what is said first; default\nhello.greeting = Hello\n", 0},
		{"--print-config --hello.greeting=Hi",
		 "# what is said first; command line\nhello.greeting = Hi\n", 0},
		{"--check-config", "rules: sha256:", 0},
		{"--check-config --hello.greetings=Hi",
		 "hello.so: hello.greetings: there is no such setting (command line)", 2},
		{"--check-config --hello.greeting=", "the setting hello.greeting must", 2},
		{"--check-config --other.greeting=x",
		 "command line: other.greeting: there is no plugin other.so in", 2},
	};
	struct scene *s = *state;
	int status;

	rig_add(s, "good/hello");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *text = printed(s, cases[i].arguments, &status);
		if (strstr(text, cases[i].says) == NULL || status != cases[i].status)
			fail_msg("%s: %d\n%s", cases[i].arguments, status, text);
		free(text);
	}
	rig_write(s, "text.so", "no object");
	char *text = printed(s, "--check-config", &status);
	assert_int_equal(status, 2);
	assert_non_null(strstr(text, "text.so: a shared object is wanted"));
	free(text);
}

/* A name that is no UTF-8 is shown as far as it is. */
static void a_name_that_is_no_text_hides_no_other(void **state)
{
	struct scene *s = *state;

	rig_add(s, "good/hello");
	rig_write(s, "sl\xc3\xa9igh\xff.so", "no object");
	rig_start(s, NULL);
	json_decref(rig_status(s, "hello"));
	json_t *plugin = rig_status(s, "sl\xc3\xa9igh?");
	expect(plugin, "{'state': 'refused'}");
	assert_non_null(strstr(json_member_text(plugin, "file"), "/sl\xc3\xa9igh?.so"));
	json_decref(plugin);
	json_t *metrics = called(s, "server.metrics", "{}");
	assert_non_null(strstr(json_string_value(metrics), "plugin=\"hello\""));
	json_decref(metrics);
}

/* Two plugins, a setting of none, and the rules: all of it in one go, and the first decides how
 * it ends. */
static void all_that_is_wrong_is_said_at_once(void **state)
{
	static const char *const says[] = {
		"/plugins/text.so: a shared object is wanted",
		"/plugins/too-new.so: needs version 1.7",
		"awardd: command line: other.greeting: there is no plugin other.so in",
		"rules: broken.lua:1: ",
		"awardd: the rules in ",
		"awardd: it would not start",
	};
	struct scene *s = *state;
	int status;

	rig_add(s, "good/hello");
	rig_add(s, "broken/too-new");
	rig_write(s, "text.so", "no object");
	scene_rule_write(s, "broken.lua", "level \"");
	char *text = printed(s, "--check-config --other.greeting=x", &status);
	for (size_t i = 0; i < sizeof says / sizeof *says; i++)
		if (strstr(text, says[i]) == NULL)
			fail_msg("\"%s\" does not stand in:\n%s", says[i], text);
	assert_null(strstr(text, "hello"));
	assert_int_equal(status, 2);
	free(text);
	/* Without plugins the same rules are the first. */
	text = printed(s, "--plugins= --check-config", &status);
	assert_int_equal(status, 3);
	free(text);
	text = printed(s, "--plugins= --other.greeting=x --check-config", &status);
	assert_non_null(strstr(text, "other.greeting: no plugin runs, since no folder of plugins"));
	assert_int_equal(status, 2);
	free(text);
	char place[PATH_TEXT + 64];
	(void)snprintf(place, sizeof place, "--plugins= --socket=%s --check-config", s->rules);
	text = printed(s, place, &status);
	assert_non_null(strstr(text, "is there already and is no socket"));
	free(text);
	text = printed(s, "--plugins= --check-config --socket=/tmp/" TENS TENS TENS TENS, &status);
	assert_non_null(strstr(text, "the socket's path is longer than 107 bytes"));
	free(text);
	text = printed(s, "--plugins= --rules=/nowhere --check-config", &status);
	assert_non_null(strstr(text, "rules: /nowhere: No such file or directory\n"));
	free(text);
	text = printed(s, "--plugins= --log=/nowhere/log --check-config", &status);
	assert_non_null(strstr(text, "awardd: the log cannot be made in /nowhere"));
	assert_null(strstr(text, "will be made"));
	assert_non_null(strstr(text, "awardd: the rules in "));
	assert_int_equal(status, 1);
	free(text);
}

static void starts_with(struct scene *s, const char *arguments, const char *says, int wanted)
{
	int status;
	char *text = printed(s, arguments, &status);

	if (strstr(text, says) == NULL || strstr(text, "it would not start") != NULL ||
	    status != wanted)
		fail_msg("%s: %d\n%s", arguments, status, text);
	free(text);
	rig_start(s, NULL);
	scene_stop(s);
}

/* What is wrong and does not keep it from starting is said as what it would start with. */
static void what_it_would_start_with_all_the_same_is_said(void **state)
{
	struct scene *s = *state;
	char says[256], moved[PATH_TEXT + 8];

	rig_add(s, "good/hello");
	(void)snprintf(moved, sizeof moved, "%s.away", s->rules);
	assert_int_equal(rename(s->rules, moved), 0);
	starts_with(s, "--check-config",
		    "awardd: it would start and decide nothing until there are rules\n", 3);
	assert_int_equal(rename(moved, s->rules), 0);
	rig_start(s, NULL);
	json_t *rules = called(s, "rules.get", NULL);
	(void)snprintf(says, sizeof says, "awardd: it would start with the rules last in force, %s",
		       json_member_text(rules, "digest"));
	json_decref(rules);
	scene_stop(s);
	rig_write(s, "text.so", "no object");
	starts_with(s, "--check-config",
		    "awardd: it would start without what is wrong of the plugins\n", 2);
	scene_rule_write(s, "broken.lua", "level \"");
	starts_with(s, "--plugins= --check-config", says, 3);
	(void)snprintf(says + strlen(says), 100, ", and without what is wrong of the plugins\n");
	starts_with(s, "--check-config", says, 2);
}

static void checked(const struct scene *s, const char *arguments, const char *says, int wanted)
{
	int status;
	char *text = printed(s, arguments, &status);

	if (strstr(text, says) == NULL || status != wanted)
		fail_msg("%s: %d\n%s", arguments, status, text);
	free(text);
}

/* systemd makes the folder and the socket in it, which the service's user could not. */
static void a_socket_that_only_another_can_make_is_no_fault(void **state)
{
	struct scene *s = *state;
	char folder[PATH_TEXT + 8], option[2 * PATH_TEXT];
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	scene_drop_root(s);
	checked(s, "--plugins= --log= --rules= --check-config",
		"awardd: --log, --rules are required; see --help", 2);
	checked(s, "--plugins= --socket=/nowhere/at/all --check-config",
		"awardd: the socket cannot be made in /nowhere/at: No such file or directory", 1);
	(void)snprintf(folder, sizeof folder, "%s/run", s->dir);
	(void)snprintf(option, sizeof option, "--plugins= --socket=%s/sock --check-config", folder);
	checked(s, option, "socket: the folder of ", 0);
	assert_int_equal(mkdir(folder, 0755), 0);
	assert_in_range(snprintf(address.sun_path, sizeof address.sun_path, "%s/sock", folder), 1,
			sizeof address.sun_path - 1);
	assert_int_equal(chmod(folder, 0555), 0);
	checked(s, option, "awardd: the socket cannot be made in ", 1);
	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(chmod(folder, 0555), 0);
	checked(s, option, "/run/sock is there, and could not be made by this user", 0);
	assert_int_equal(chmod(folder, 0755), 0); /* to be removed */
	assert_int_equal(close(fd), 0);
}

static void a_log_or_key_that_may_not_be_used_is_said(void **state)
{
	struct scene *s = *state;
	int status;

	scene_drop_root(s);
	scene_start(s, NULL);
	scene_stop(s);
	char *text = printed(s, "--plugins= --check-config", &status);
	assert_int_equal(status, 0);
	free(text);
	/* Nor may its key be others' to read. */
	char key[PATH_TEXT + 8];
	(void)snprintf(key, sizeof key, "%s.key", s->log);
	assert_int_equal(chmod(key, 0644), 0);
	text = printed(s, "--plugins= --check-config", &status);
	assert_non_null(strstr(text, ".key can be read or written by others than its owner"));
	assert_int_equal(status, 2);
	free(text);
	/* It stands beside what a link leads to. */
	char link[PATH_TEXT + 8], option[2 * PATH_TEXT];
	(void)snprintf(link, sizeof link, "%s.link", s->log);
	(void)snprintf(option, sizeof option, "--plugins= --log=%s --check-config", link);
	assert_int_equal(symlink(s->log, link), 0);
	text = printed(s, option, &status);
	assert_non_null(strstr(text, ".key can be read or written by others than its owner"));
	assert_int_equal(status, 2);
	free(text);
	assert_int_equal(scene_start_fails(s, NULL), 2);
	assert_int_equal(chmod(key, 0600), 0);
	sqlite3 *db = NULL;
	assert_int_equal(sqlite3_open(s->log, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 2", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	text = printed(s, "--plugins= --check-config", &status);
	assert_non_null(strstr(text, "is of an older form, and will be brought up to date"));
	assert_int_equal(status, 0);
	free(text);
	scene_start(s, NULL);
	scene_stop(s);
	assert_int_equal(chmod(s->log, 0440), 0);
	text = printed(s, "--plugins= --check-config", &status);
	assert_non_null(strstr(text, " may not be written by this user"));
	assert_int_equal(status, 1);
	free(text);
}

static void settings_stand_in_the_file_too(void **state)
{
	struct scene *s = *state;
	char path[PATH_TEXT + 16];

	rig_add(s, "good/hello");
	(void)snprintf(path, sizeof path, "%s/conf", s->dir);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs("# for the plugin\nhello.greeting = Good morning\n", f) >= 0);
	assert_int_equal(fclose(f), 0);
	rig_start(s, (const char *[]){"--config", path, NULL});
	calls(s, "hello.greet", "{'who': 'all'}", "{'says': 'Good morning, all'}");
}

/* Pauses double, and are short again once it was told to forget. */
static void a_signal_starts_what_waits(void **state)
{
	struct scene *s = *state;

	rig_add(s, "broken/start-fails");
	rig_start(s, NULL);
	scene_await(s, "It is started again in 1000 ms");
	scene_await(s, "It is started again in 2000 ms");
	assert_int_equal(kill(s->pid, SIGHUP), 0);
	scene_await(s, "It is started again in ");
	assert_false(scene_said(s, "It is started again in 4000 ms"));
	char *said = scene_errors(s);
	const char *second = strstr(said, "in 2000 ms");
	assert_non_null(strstr(second, "It is started again in 1000 ms"));
	free(said);
}

static void the_end_of_the_daemon_lets_plugins_stop(void **state)
{
	struct scene *s = *state;

	rig_add(s, "good/hello");
	rig_start(s, NULL);
	peer_close(&s->peer);
	scene_stop(s);
	assert_false(scene_said(s, "was killed"));
}

#define in_a_scene(test) cmocka_unit_test_setup_teardown(test, scene_setup_stopped, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_a_scene(hello_greets_by_its_form_and_settings),
		in_a_scene(the_status_tells_of_each_plugin),
		in_a_scene(without_plugins_there_is_no_word_of_them),
		in_a_scene(a_folder_that_is_not_there_is_refused),
		in_a_scene(settings_of_plugins_are_shown_and_checked_before_the_start),
		in_a_scene(all_that_is_wrong_is_said_at_once),
		in_a_scene(what_it_would_start_with_all_the_same_is_said),
		in_a_scene(a_socket_that_only_another_can_make_is_no_fault),
		in_a_scene(a_log_or_key_that_may_not_be_used_is_said),
		in_a_scene(settings_stand_in_the_file_too),
		in_a_scene(a_name_that_is_no_text_hides_no_other),
		in_a_scene(a_signal_starts_what_waits),
		in_a_scene(the_end_of_the_daemon_lets_plugins_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
