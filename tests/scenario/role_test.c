/* Who may do what: other Unix users, known by the socket's credentials. */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../plugin/rig.h"

enum { NOBODY = 65534, SOMEBODY = 12345, ANSWER = 1 << 20 };

/* In the child: becomes the user, calls, and writes the answer to the pipe. No
 * cmocka in here: a failure would run on as a second copy of the tests. */
static void call_as(const struct scene *s, uid_t user, const char *line, int out)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char *answer = calloc(1, ANSWER);
	size_t length = 0;
	ssize_t got;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if ((size_t)snprintf(address.sun_path, sizeof address.sun_path, "%s", s->socket) >=
	    sizeof address.sun_path)
		_exit(4);
	if (answer == NULL || fd < 0 || setgroups(0, NULL) != 0 || setgid(user) != 0 ||
	    setuid(user) != 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
	    send(fd, line, strlen(line), MSG_NOSIGNAL) < 0 || send(fd, "\n", 1, MSG_NOSIGNAL) < 0)
		_exit(1);
	while (length < ANSWER && memchr(answer, '\n', length) == NULL) {
		got = recv(fd, answer + length, ANSWER - length, 0);
		if (got <= 0)
			_exit(2);
		length += (size_t)got;
	}
	for (size_t at = 0; at < length; at += (size_t)got) {
		got = write(out, answer + at, length - at);
		if (got <= 0)
			_exit(3);
	}
	_exit(0);
}

/* Gives the answer that another Unix user gets; takes params. */
static json_t *answer_to(const struct scene *s, uid_t user, const char *method, json_t *params)
{
	json_t *request = json_pack("{s:s, s:i, s:s, s:o*}", "jsonrpc", "2.0", "id", 1, "method",
				    method, "params", params);
	char *line = json_dumps(request, JSON_COMPACT), *text = calloc(1, ANSWER);
	int ends[2], status;
	size_t length = 0;
	ssize_t got;
	pid_t child;
	json_t *answer;

	assert_non_null(text);
	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0)
		call_as(s, user, line, ends[1]);
	assert_int_equal(close(ends[1]), 0);
	while ((got = read(ends[0], text + length, ANSWER - 1 - length)) > 0)
		length += (size_t)got;
	assert_int_equal(close(ends[0]), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (status != 0)
		fail_msg("user %u could not call %s: wait status %d", user, method, status);
	answer = json_read(text_of(text), NULL);
	assert_non_null(answer);
	free(text);
	free(line);
	json_decref(request);
	return answer;
}

/* Expects an answer's error code, 0 for a result, and the role it names. */
static void gets(const struct scene *s, uid_t user, const char *method, const char *role)
{
	bool submits = strcmp(method, "decide") == 0 || strcmp(method, "assess") == 0;
	json_t *answer = answer_to(s, user, method, submits ? submission(s, NULL) : json_object());
	json_t *error = json_object_get(answer, "error");
	json_int_t code = json_member_integer(error, "code", 0);

	if (role == NULL && code == -32001)
		fail_msg("user %u may not call %s", user, method);
	if (role != NULL && code != -32001)
		fail_msg("user %u may call %s", user, method);
	if (role != NULL && *role != '\0')
		assert_string_equal(json_member_text(json_object_get(error, "data"), "role"), role);
	json_decref(answer);
}

/* Whether another user may connect at all. */
static bool may_connect(const struct scene *s, uid_t user, gid_t group)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int status;
	pid_t child = fork();

	assert_int_not_equal(child, -1);
	if (child == 0) {
		int fd = socket(AF_UNIX, SOCK_STREAM, 0);
		(void)snprintf(address.sun_path, sizeof address.sun_path, "%.100s", s->socket);
		if (fd < 0 || setgroups(0, NULL) != 0 || setgid(group) != 0 || setuid(user) != 0)
			_exit(1);
		if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
			_exit(0);
		_exit(errno == EACCES ? 2 : 3);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 2));
	return WEXITSTATUS(status) == 0;
}

static int mode_of(const char *path, const char *suffix)
{
	char whole[PATH_TEXT + 16];
	struct stat about;

	snprintf(whole, sizeof whole, "%s%s", path, suffix);
	assert_int_equal(stat(whole, &about), 0);
	return about.st_mode & 07777;
}

static void socket_log_and_key_are_for_whom_the_manual_says(void **state)
{
	struct scene *s = *state;

	scene_start(s, NULL);
	json_decref(decided(s, NULL));
	assert_int_equal(mode_of(s->socket, ""), 0660);
	assert_int_equal(mode_of(s->log, ""), 0640);
	assert_int_equal(mode_of(s->log, "-wal"), 0640);
	assert_int_equal(mode_of(s->log, "-shm"), 0640);
	assert_int_equal(mode_of(s->log, ".key"), 0600);
	assert_int_equal(chown(s->socket, (uid_t)-1, SOMEBODY), 0); /* as an operator would */
	assert_true(may_connect(s, NOBODY, SOMEBODY));
	assert_false(may_connect(s, NOBODY, NOBODY));
	scene_stop(s);
	scene_start(s, (const char *const[]){"--socket-mode=0600", NULL});
	assert_int_equal(mode_of(s->socket, ""), 0600);
	assert_int_equal(chown(s->socket, (uid_t)-1, SOMEBODY), 0);
	assert_false(may_connect(s, NOBODY, SOMEBODY));
}

static void open_to_all(const struct scene *s)
{
	assert_int_equal(chmod(s->socket, 0666), 0);
}

static void without_configuration_others_may_do_nothing(void **state)
{
	static const struct {
		const char *method, *role;
	} cases[] = {
		{"decide", "submit"},          {"assess", "submit"},
		{"decisions.list", "audit"},   {"register.list", "audit"},
		{"statistics.get", "audit"},   {"rules.get", "audit"},
		{"rules.history", "audit"},    {"server.status", "audit"},
		{"server.metrics", "audit"},   {"register.import", "admin"},
		{"decisions.revoke", "admin"}, {"decisions.erase", "admin"},
		{"rules.reload", "admin"},     {"scheme.get", ""},
		{"practice.list", ""},
	};
	struct scene *s = *state;

	scene_start(s, NULL);
	open_to_all(s);
	int64_t before = scene_sql_number(s, "SELECT count(*) FROM entries");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		gets(s, NOBODY, cases[i].method, cases[i].role);
		gets(s, 0, cases[i].method, NULL);
	}
	/* Only root's decision and nothing of the other's. */
	assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM entries WHERE uid <> 0"), 0);
	assert_true(scene_sql_number(s, "SELECT count(*) FROM entries") > before);
}

static void no_role_implies_another(void **state)
{
	static const struct {
		const char *method;
		bool submit, audit, admin;
	} cases[] = {
		{"decide", true, false, false},           {"assess", true, false, false},
		{"decisions.list", false, true, false},   {"register.list", false, true, false},
		{"server.status", false, true, false},    {"register.import", false, false, true},
		{"decisions.revoke", false, false, true}, {"rules.reload", false, false, true},
		{"decisions.erase", false, false, true},  {"scheme.get", true, true, true},
		{"practice.list", true, true, true},
	};
	static const char *const options[] = {"--submit", "--audit", "--admin"};
	struct scene *s = *state;

	for (int role = 0; role < 3; role++) {
		const char *const extra[] = {options[role], "12345", NULL};

		scene_start(s, extra);
		open_to_all(s);
		for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
			const bool may[] = {cases[i].submit, cases[i].audit, cases[i].admin};

			gets(s, SOMEBODY, cases[i].method, may[role] ? NULL : "");
			gets(s, NOBODY, cases[i].method, "");
		}
		/* A role that was given to somebody is not root's any more. */
		gets(s, 0,
		     role == 0   ? "decide"
		     : role == 1 ? "decisions.list"
				 : "rules.reload",
		     "");
		scene_stop(s);
	}
}

static void whoever_submitted_a_decision_may_get_it(void **state)
{
	static const char *const extra[] = {"--submit", "12345, 65534", NULL};
	struct scene *s = *state;
	json_t *answer, *entry;
	const char *id;

	scene_start(s, extra);
	open_to_all(s);
	answer = answer_to(s, SOMEBODY, "decide", submission(s, NULL));
	id = json_member_text(json_object_get(answer, "result"), "decision_id");
	assert_non_null(id);
	entry = answer_to(s, SOMEBODY, "decisions.get", json_pack("{s:s}", "decision_id", id));
	expect(entry, "{'result': {'by': {'uid': 12345}}}");
	json_decref(entry);
	entry = answer_to(s, NOBODY, "decisions.get", json_pack("{s:s}", "decision_id", id));
	expect(entry, "{'error': {'code': -32001, 'data': {'role': 'audit'}}}");
	json_decref(entry);
	entry = answer_to(s, 0, "decisions.get", json_pack("{s:s}", "decision_id", id));
	expect(entry, "{'result': {'by': {'uid': 12345}}}");
	json_decref(entry);
	json_decref(answer);
}

/* A plugin's method has the role that the plugin gave it, and learns who asks. */
static void a_method_of_a_plugin_is_for_its_role(void **state)
{
	static const struct {
		const char *method, *role;
		bool submit, audit, admin;
	} cases[] = {
		{"ranks.for-submit", "submit", true, false, false},
		{"ranks.for-audit", "audit", false, true, false},
		{"ranks.for-admin", "admin", false, false, true},
		{"ranks.for-any", "submit, audit or admin", true, true, true},
	};
	static const char *const options[] = {"--submit", "--audit", "--admin"};
	struct scene *s = *state;

	rig_add(s, "good/ranks");
	for (int role = 0; role < 3; role++) {
		rig_start(s, (const char *const[]){options[role], "12345", NULL});
		open_to_all(s);
		for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
			const bool may[] = {cases[i].submit, cases[i].audit, cases[i].admin};

			gets(s, SOMEBODY, cases[i].method, may[role] ? NULL : cases[i].role);
			gets(s, NOBODY, cases[i].method, cases[i].role);
		}
		json_t *answer = answer_to(s, SOMEBODY, "ranks.for-any", NULL);
		expect(answer, "{'result': {'uid': 12345}}");
		json_decref(answer);
		scene_stop(s);
	}
}

/* ---- an auditor who reads the file itself --------------------------------- */

enum { AUDITORS = 23456 };

/* Runs plain sqlite3 on the log as this user of this group; false where it fails. Gives what
 * it prints in `out`. */
static bool sqlite_as(const struct scene *s, uid_t user, gid_t group, const char *sql, char out[64])
{
	char command[3 * PATH_TEXT];
	FILE *pipe;

	assert_in_range(snprintf(command, sizeof command,
				 "setpriv --reuid %u --regid %u --clear-groups sqlite3 -readonly"
				 " '%s' \"%s\" 2>&1",
				 user, group, s->log, sql),
			1, sizeof command - 1);
	pipe = popen(command, "re");
	assert_non_null(pipe);
	if (fgets(out, 64, pipe) == NULL)
		out[0] = '\0';
	return pclose(pipe) == 0;
}

/* The number of entries, and that none is missing, as an auditor sees it. */
/* sqlite3 says that the log is read-only, once in some ten thousand times, where it meets a COMMIT
 * half published: the auditor's page tells to ask again then, and of nothing else. */
static long long audited(const struct scene *s)
{
	enum { ASKED_MOST = 3 };
	char out[64];
	int asked = 0;

	while (!sqlite_as(s, SOMEBODY, AUDITORS,
			  "SELECT CASE WHEN count(*) = max(sequence) THEN count(*) END"
			  " FROM entries",
			  out)) {
		if (++asked == ASKED_MOST || strstr(out, "attempt to write a readonly") == NULL)
			fail_msg("the auditor gets: %s", out);
	}
	assert_true(atoll(out) > 0);
	return atoll(out);
}

static void an_auditor_reads_the_file_with_the_group_alone(void **state)
{
	enum { EACH = 60, ROUNDS = 5 };
	struct scene *s = *state;
	struct stream st;
	char folder[PATH_TEXT + 16], out[64];
	long long seen = 0, now;

	/* As an operator would: a folder of the daemon's user and the auditors' group. */
	snprintf(folder, sizeof folder, "%s/kept", s->dir);
	assert_int_equal(mkdir(folder, 0750), 0);
	scene_drop_root(s);
	assert_int_equal(chown(folder, NOBODY, AUDITORS), 0);
	assert_int_equal(chmod(folder, 02750), 0);
	assert_in_range(snprintf(s->log, sizeof s->log, "%.130s/log", folder), 1, PATH_TEXT - 1);
	scene_start(s, NULL);
	stream_open(&st, s, 16, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		stream_go(&st, EACH); /* others are on their way meanwhile */
		now = audited(s);
		assert_true(now >= seen + EACH - 16);
		seen = now;
	}
	stream_finish(&st);
	assert_int_equal(st.failed, 0);
	stream_deinit(&st);
	seen = audited(s);

	assert_false(sqlite_as(s, SOMEBODY, AUDITORS, "DELETE FROM personal", out));
	assert_false(sqlite_as(s, SOMEBODY, SOMEBODY, "SELECT 1 FROM entries", out));
	scene_stop(s);
	assert_int_equal(audited(s), seen + 1); /* the stop */
	scene_start(s, NULL);
	json_decref(decided(s, NULL));
	scene_kill(s);
	now = audited(s); /* what the WAL of a killed daemon holds, too */
	assert_int_equal(now, seen + 4);
	scene_start(s, NULL);
	assert_true(audited(s) > now);
}

/* The kernel gives what belongs to such a process to root. */
static void no_process_of_its_user_sees_into_the_daemon(void **state)
{
	struct scene *s = *state;
	char path[64], line[128];
	struct stat about;
	bool none = false;

	scene_drop_root(s);
	scene_start(s, NULL);
	snprintf(path, sizeof path, "/proc/%d/environ", (int)s->pid);
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_uid, 0);
	snprintf(path, sizeof path, "/proc/%d/limits", (int)s->pid);
	FILE *limits = fopen(path, "re");
	assert_non_null(limits);
	while (fgets(line, sizeof line, limits) != NULL)
		none = none || (strncmp(line, "Max core file size", 18) == 0 &&
				strtoul(line + 18, NULL, 10) == 0);
	(void)fclose(limits); /* only read */
	assert_true(none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(without_configuration_others_may_do_nothing,
						scene_setup_stopped, scene_teardown),
		cmocka_unit_test_setup_teardown(socket_log_and_key_are_for_whom_the_manual_says,
						scene_setup_stopped, scene_teardown),
		cmocka_unit_test_setup_teardown(no_role_implies_another, scene_setup_stopped,
						scene_teardown),
		cmocka_unit_test_setup_teardown(whoever_submitted_a_decision_may_get_it,
						scene_setup_stopped, scene_teardown),
		cmocka_unit_test_setup_teardown(a_method_of_a_plugin_is_for_its_role,
						scene_setup_stopped, scene_teardown),
		cmocka_unit_test_setup_teardown(an_auditor_reads_the_file_with_the_group_alone,
						scene_setup_stopped, scene_teardown),
		cmocka_unit_test_setup_teardown(no_process_of_its_user_sees_into_the_daemon,
						scene_setup_stopped, scene_teardown),
	};

	if (geteuid() != 0) {
		/* Other users cannot be had otherwise. */
		puts("not root: no role was tested");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
