/* log tail: the last entries, and each new one as soon as it is written. */
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "base/base.h"
#include "tool.h"

enum { DONE = 0, UNEXPECTED = 1, USAGE = 2, AWAY = 69 };

static void the_last_entries_are_told_a_line_each(void **state)
{
	struct scene *s = *state;
	char *out, *line, *rest, words[160];
	int lines = 0;

	json_decref(decided(s, NULL));
	imports(s, "{'awarded_on': '2020-05-01', 'name': '\\u001b[31m'}");
	json_t *lost = decided(s, "{'every': 1}");
	revokes(s, lost);
	out = TOOL_OUT(s, DONE, "log", "tail", "--limit", "4");
	rest = out;
	while ((line = strsep(&rest, "\n")) != NULL && *line != '\0')
		lines++;
	assert_int_equal(lines, 4);
	free(out);
	out = TOOL_OUT(s, DONE, "log", "tail", "--limit", "4");
	snprintf(words, sizeof words, "decision area-%d quality-lead", s->area);
	tool_must_say(out, words);
	snprintf(words, sizeof words, "import area-%d quality-mark", s->area);
	tool_must_say(out, words);
	snprintf(words, sizeof words, "decision area-%d no award", s->area);
	tool_must_say(out, words);
	snprintf(words, sizeof words, "revocation area-%d revokes %s: ", s->area,
		 json_member_text(lost, "decision_id"));
	tool_must_say(out, words);
	free(out);
	json_decref(lost);
}

/* Each line is what was hashed: with a zero byte before it, its SHA-256 is the leaf hash. */
static void as_json_a_line_is_the_bytes_that_are_hashed(void **state)
{
	struct scene *s = *state;
	char query[128], hex[DIGEST_HEX], *line, *rest;
	int64_t newest;

	json_decref(decided(s, NULL));
	json_decref(decided(s, "{'every': 1}"));
	newest = scene_sql_number(s, "SELECT max(sequence) FROM entries");
	char *out = TOOL_OUT(s, DONE, "log", "tail", "--limit", "1000", "--format", "json");
	rest = out;
	for (int64_t i = 1; i <= newest; i++) {
		line = strsep(&rest, "\n");
		assert_non_null(line);
		struct digest leaf = digest_leaf(line, strlen(line));
		hex_format(leaf.bytes, sizeof leaf.bytes, hex);
		snprintf(query, sizeof query, "SELECT leaf_hash FROM entries WHERE sequence = %d",
			 (int)i);
		char *logged = scene_sql(s, query);
		assert_string_equal(hex, logged);
		free(logged);
	}
	assert_string_equal(rest, "");
	free(out);
}

static void a_kind_is_looked_for_as_far_back_as_it_takes(void **state)
{
	struct scene *s = *state;
	struct ran r;

	json_decref(decided(s, NULL));
	r = TOOL(s, NULL, "log", "tail", "--kind", "start", "--limit", "1");
	tool_ended(&r, DONE);
	tool_must_say(r.out, " start ");
	assert_string_equal(r.err, "");
	ran_deinit(&r);
	r = TOOL(s, NULL, "log", "tail", "--kind", "decisions");
	tool_ended(&r, DONE);
	assert_string_equal(r.out, "");
	tool_must_say(r.err, "no decisions is in the log; there are: activation decision");
	ran_deinit(&r);
	r = TOOL(s, NULL, "log", "tail", "--limit", "0");
	tool_ended(&r, USAGE);
	tool_must_say(r.err, "1 or more");
	ran_deinit(&r);
	r = TOOL(s, NULL, "log", "tail", "--limit", "few");
	tool_ended(&r, USAGE);
	ran_deinit(&r);
}

static void the_file_alone_is_enough(void **state)
{
	struct scene *s = *state;
	struct ran r;
	char *out;

	json_decref(decided(s, NULL));
	scene_stop(s);
	out = TOOL_OUT(s, DONE, "log", "tail", "--log", "log", "--limit", "2");
	tool_must_say(out, " decision ");
	tool_must_say(out, " stop ");
	free(out);
	r = TOOL(s, NULL, "log", "tail");
	tool_ended(&r, AWAY);
	ran_deinit(&r);
	r = TOOL(s, NULL, "log", "tail", "--log", "nowhere");
	tool_ended(&r, UNEXPECTED);
	ran_deinit(&r);
	r = TOOL(s, NULL, "log", "tail", "--log", "stdin");
	tool_ended(&r, UNEXPECTED);
	tool_must_say(r.err, "is not a decision log");
	ran_deinit(&r);
	scene_start(s, NULL);
}

/* ---- following ------------------------------------------------------------- */

struct follower {
	pid_t pid;
	int out;
};

static struct follower follow(const struct scene *s, const char *const *arguments)
{
	struct follower f;
	char path[2 * PATH_TEXT];
	int pipe_fds[2];

	assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
	tool_write(s, "stdin", "");
	tool_path(s, "stderr", path);
	int err = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	f.pid = fork();
	assert_int_not_equal(f.pid, -1);
	if (f.pid == 0)
		tool_become(s, arguments, pipe_fds[1], err);
	assert_int_equal(close(pipe_fds[1]), 0);
	assert_int_equal(close(err), 0);
	f.out = pipe_fds[0];
	return f;
}

#define FOLLOW(s, ...)                                                                             \
	follow(s, (const char *const[]){"log", "tail", "--follow", __VA_ARGS__, NULL})

/* Waits for a line that has these words, passing others. */
static void comes(struct follower *f, const char *words)
{
	static char line[1 << 16];
	size_t length = 0;

	for (;;) {
		struct pollfd p = {.fd = f->out, .events = POLLIN};
		if (poll(&p, 1, ANSWER_TIMEOUT_MS) != 1 || length == sizeof line - 1 ||
		    read(f->out, line + length, 1) != 1)
			fail_msg("\"%s\" did not come", words);
		if (line[length++] != '\n')
			continue;
		line[length] = '\0';
		length = 0;
		if (tool_says(line, words))
			return;
	}
}

static int ended(struct follower *f)
{
	int status = tool_wait(f->pid);

	assert_int_equal(close(f->out), 0);
	return status;
}

/* The daemon empties the WAL when nothing is appended for a while. */
static void await_empty_wal(const struct scene *s)
{
	char path[2 * PATH_TEXT], events[4096];
	struct stat found;
	int changes = inotify_init1(IN_CLOEXEC);

	tool_path(s, "log-wal", path);
	assert_true(changes >= 0 && inotify_add_watch(changes, path, IN_MODIFY) >= 0);
	while (assert_int_equal(stat(path, &found), 0), found.st_size > 0) {
		struct pollfd p = {.fd = changes, .events = POLLIN};
		assert_int_equal(poll(&p, 1, ANSWER_TIMEOUT_MS), 1);
		assert_true(read(changes, events, sizeof events) > 0);
	}
	assert_int_equal(close(changes), 0);
}

static void each_entry_is_told_as_it_is_written(void **state)
{
	struct scene *s = *state;
	char words[64];
	struct follower f = FOLLOW(s, "--limit", "1");

	snprintf(words, sizeof words, "decision area-%d quality-lead", s->area);
	json_decref(decided(s, NULL));
	comes(&f, words);
	await_empty_wal(s);
	snprintf(words, sizeof words, "decision area-%d no award", s->area);
	json_decref(decided(s, "{'every': 1}"));
	comes(&f, words);
	imports(s, NULL);
	comes(&f, " import ");
	assert_int_equal(kill(f.pid, SIGINT), 0);
	assert_int_equal(ended(&f), DONE);
}

/* Until the pipe is full, and whoever writes into it stands. */
static void await_full(const struct follower *f)
{
	int waiting = 0;

	for (int tries = 0; waiting < 60000; tries++) {
		assert_in_range(tries, 0, ANSWER_TIMEOUT_MS);
		assert_int_equal(poll(NULL, 0, 1), 0);
		assert_int_equal(ioctl(f->out, FIONREAD, &waiting), 0);
	}
	scene_await_state(f->pid, 'S');
}

static void who_reads_it_slowly_does_not_hold_the_log(void **state)
{
	struct scene *s = *state;
	char *long_one = NULL;

	assert_true(asprintf(&long_one, "{'evidence': [{'kind': 'other', 'summary': '%040000d'}]}",
			     1) > 0);
	for (int i = 0; i < 6; i++)
		json_decref(decided(s, long_one));
	struct follower f = FOLLOW(s, "--log", "log", "--format", "json", "--limit", "6");
	await_full(&f);
	json_decref(decided(s, NULL));
	await_empty_wal(s);
	for (int i = 0; i < 7; i++)
		comes(&f, "\"kind\":\"decision\"");
	assert_int_equal(kill(f.pid, SIGINT), 0);
	assert_int_equal(ended(&f), DONE);
	free(long_one);
}

static void it_goes_on_over_a_restart_of_the_daemon(void **state)
{
	struct scene *s = *state;
	struct follower f = FOLLOW(s, "--log", "log", "--format", "json", "--limit", "1");

	comes(&f, ""); /* from here on it misses nothing */
	json_decref(decided(s, NULL));
	comes(&f, "\"kind\":\"decision\"");
	scene_stop(s);
	comes(&f, "\"kind\":\"stop\"");
	scene_start(s, NULL);
	comes(&f, "\"kind\":\"start\"");
	json_decref(decided(s, NULL));
	comes(&f, "\"kind\":\"decision\"");
	assert_int_equal(kill(f.pid, SIGINT), 0);
	assert_int_equal(ended(&f), DONE);
}

/* As a copy that was put back: nobody has written it yet. */
static void a_log_at_rest_is_followed_once_it_is_written(void **state)
{
	static const char *const beside[] = {"log-wal", "log-shm"};
	struct scene *s = *state;
	char path[2 * PATH_TEXT];

	scene_stop(s);
	for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
		tool_path(s, beside[i], path);
		assert_int_equal(unlink(path), 0);
	}
	struct follower f = FOLLOW(s, "--log", "log", "--limit", "1");
	comes(&f, " stop ");
	scene_start(s, NULL);
	comes(&f, " start ");
	json_decref(decided(s, NULL));
	comes(&f, " decision ");
	assert_int_equal(kill(f.pid, SIGINT), 0);
	assert_int_equal(ended(&f), DONE);
}

static void only_the_kind_asked_for_is_followed(void **state)
{
	struct scene *s = *state;
	struct follower f;
	char byte;

	imports(s, NULL);
	f = FOLLOW(s, "--kind", "import", "--limit", "1");
	comes(&f, " import ");
	json_decref(decided(s, "{'assessed_on': '2025-05-20'}"));
	imports(s, "{'awarded_on': '2023-01-01'}");
	/* The next line is the import. */
	char line[512] = "";
	for (size_t i = 0; i < sizeof line - 1 && read(f.out, &byte, 1) == 1 && byte != '\n'; i++)
		line[i] = byte;
	tool_must_say(line, " import ");
	assert_int_equal(kill(f.pid, SIGINT), 0);
	assert_int_equal(ended(&f), DONE);
}

static void it_ends_when_nobody_reads_it(void **state)
{
	struct scene *s = *state;
	struct follower f = FOLLOW(s, "--limit", "1");

	comes(&f, "");
	assert_int_equal(close(f.out), 0);
	assert_int_equal(tool_wait(f.pid), DONE);
}

static void it_says_when_the_log_is_gone(void **state)
{
	struct scene *s = *state;
	struct follower f;
	char from[2 * PATH_TEXT], to[2 * PATH_TEXT];

	free(TOOL_OUT(s, DONE, "log", "tail"));
	tool_path(s, "copy", to);
	snprintf(from, sizeof from, "VACUUM INTO '%.150s'", to);
	free(scene_sql(s, from));
	f = FOLLOW(s, "--log", "copy", "--limit", "1");
	comes(&f, "");
	assert_int_equal(unlink(to), 0);
	assert_int_equal(ended(&f), UNEXPECTED);
	char *said = tool_read(s, "stderr");
	tool_must_say(said, "copy was removed or replaced");
	free(said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_new_area(the_last_entries_are_told_a_line_each),
		in_new_area(as_json_a_line_is_the_bytes_that_are_hashed),
		in_new_area(a_kind_is_looked_for_as_far_back_as_it_takes),
		in_new_area(the_file_alone_is_enough),
		in_new_area(each_entry_is_told_as_it_is_written),
		in_new_area(who_reads_it_slowly_does_not_hold_the_log),
		in_new_area(it_goes_on_over_a_restart_of_the_daemon),
		in_new_area(a_log_at_rest_is_followed_once_it_is_written),
		in_new_area(only_the_kind_asked_for_is_followed),
		in_new_area(it_ends_when_nobody_reads_it),
		in_new_area(it_says_when_the_log_is_gone),
	};

	return cmocka_run_group_tests(tests, tool_scene_setup, scene_group_teardown);
}
