/* The journald plugin, with a socket of the test in the journal's place. */
#include "rig.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

struct listener {
	int fd;
	char folder[64], path[96], argument[128];
};

/* Outside of the log's folder, which plugins may not be able to see. */
static void listen_there(struct listener *l)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	(void)snprintf(l->folder, sizeof l->folder, "/tmp/awardd-journal-XXXXXX");
	assert_non_null(mkdtemp(l->folder));
	assert_int_equal(chmod(l->folder, 0755), 0);
	(void)snprintf(l->path, sizeof l->path, "%s/socket", l->folder);
	(void)snprintf(l->argument, sizeof l->argument, "--journald.socket=%s", l->path);
	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s", l->path);
	l->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_not_equal(l->fd, -1);
	assert_int_equal(bind(l->fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(chmod(l->path, 0777), 0);
}

static void end(struct listener *l)
{
	assert_int_equal(close(l->fd), 0);
	(void)unlink(l->path); /* a test may have done it */
	assert_int_equal(rmdir(l->folder), 0);
}

/* The next datagram, as text. */
static void receive(const struct listener *l, char text[8192])
{
	struct pollfd ready = {.fd = l->fd, .events = POLLIN};

	assert_int_equal(poll(&ready, 1, ANSWER_TIMEOUT_MS), 1);
	ssize_t got = recv(l->fd, text, 8191, 0);
	assert_true(got > 0);
	text[got] = '\0';
}

static void every_entry_becomes_a_line_of_the_journal(void **state)
{
	struct scene *s = *state;
	struct listener l;
	char text[8192], expected[64];

	listen_there(&l);
	rig_add(s, "../../plugins/journald");
	rig_start(s, (const char *[]){l.argument, NULL});
	json_decref(
		decided(s, "{'partnership': {'id': 'harrowdale', 'name': 'Harrow\\nPRIORITY=0'}}"));
	for (int i = 1; i <= 3; i++) {
		receive(&l, text);
		(void)snprintf(expected, sizeof expected, "\nAWARDD_SEQUENCE=%d\n", i);
		assert_non_null(strstr(text, expected));
	}
	assert_non_null(strstr(text, "SYSLOG_IDENTIFIER=awardd\nPRIORITY=6\n"));
	assert_non_null(strstr(text, "\nMESSAGE=Harrow PRIORITY=0: Quality Lead"));
	assert_non_null(strstr(text, "\nAWARDD_KIND=decision\n"));
	assert_non_null(strstr(text, "\nAWARDD_PARTNERSHIP=harrowdale\n"));
	assert_non_null(strstr(text, "\nAWARDD_AWARD=quality-lead\n"));
	assert_null(strstr(text, "\nPRIORITY=0"));
	end(&l);
}

static bool health_says(const struct scene *s, const char *words)
{
	char command[512], text[4096] = "";

	(void)snprintf(command, sizeof command, "%s --socket %s --format json health",
		       AWARDCTL_PROGRAM, s->socket);
	FILE *f = popen(command, "r");
	assert_non_null(f);
	size_t length = fread(text, 1, sizeof text - 1, f);
	text[length] = '\0';
	int status = WEXITSTATUS(pclose(f));
	return status == (strstr(text, "\"well\":true") != NULL ? 0 : 9) &&
	       strstr(text, words) != NULL;
}

static void await_health(const struct scene *s)
{
	for (int i = 0; i < 500; i++)
		if (health_says(s, "\"well\":true"))
			return;
	fail_msg("what is over is still said");
}

static void where_the_journal_is_away_entries_wait(void **state)
{
	struct scene *s = *state;
	struct listener l, again;
	char text[8192];

	listen_there(&l);
	again = l;
	assert_int_equal(unlink(l.path), 0);
	rig_add(s, "../../plugins/journald");
	rig_start(s, (const char *[]){l.argument, NULL});
	json_decref(decided(s, NULL));
	json_t *plugin = rig_status(s, "journald");
	expect(plugin, "{'state': 'running', 'position': 0, 'stuck': true}");
	json_decref(plugin);
	/* Somebody is told, with what is missing. */
	(void)snprintf(text, sizeof text,
		       "journald.so: entry 1 is not taken: %s: No such file or directory", l.path);
	assert_true(scene_said(s, text));
	assert_true(health_says(s, "the plugin journald takes no entries (running): "));
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s", l.path);
	again.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(again.fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(chmod(l.path, 0777), 0);
	for (int i = 0; i < 3; i++)
		receive(&again, text);
	assert_non_null(strstr(text, "\nAWARDD_KIND=decision\n"));
	await_health(s);
	assert_int_equal(close(l.fd), 0);
	end(&again);
}

#define in_a_scene(test) cmocka_unit_test_setup_teardown(test, scene_setup_stopped, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_a_scene(every_entry_becomes_a_line_of_the_journal),
		in_a_scene(where_the_journal_is_away_entries_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
