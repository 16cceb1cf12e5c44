/* Sinks get every entry, in order, at least once: killed between an entry and
 * its acknowledgement, and with the daemon itself killed. */
#include "bench.h"

#include <fcntl.h>

enum { KILLS = 120 };

/* ---- a log and its sink, without the rest of the daemon ------------------- */

static bool is_at(const json_t *plugin, json_int_t position)
{
	return json_member_integer(plugin, "position", -1) >= position;
}

static void on_appended(void *ctx, int status, const struct journal_receipt *receipts, size_t count,
			const struct err *e)
{
	(void)ctx;
	(void)receipts;
	(void)e;
	assert_int_equal(status, 0);
	assert_int_equal(count, 1);
}

static void append(struct bench *b, int count)
{
	for (int i = 0; i < count; i++) {
		struct journal_draft draft = {.kind = "stop",
					      .by = {.user = "test"},
					      .body = json_pack("{ss}", "reason", "test")};
		assert_int_equal(journal_append(b->journal, &draft, 1, on_appended, NULL), 0);
	}
}

/* Every entry once and then again, and none before the one before it. */
static void expect_each_twice(const char *path, int entries)
{
	FILE *f = fopen(path, "r");
	int line = 0, sequence;

	assert_non_null(f);
	while (fscanf(f, "%d", &sequence) == 1) {
		if (sequence != line / 2 + 1)
			fail_msg("line %d is entry %d", line + 1, sequence);
		line++;
	}
	(void)fclose(f);
	assert_int_equal(line, 2 * entries);
}

static void killed_between_an_entry_and_its_acknowledgement_it_gets_that_entry_again(void **state)
{
	struct bench b = {.failures_most = 3, .pause_ms = 1, .pause_most_ms = 1};
	char file[PATH_TEXT + 32], setting[PATH_TEXT + 64];

	(void)state;
	bench_make(&b);
	rig_add(&b.scene, "good/mark");
	(void)snprintf(file, sizeof file, "%s/marks", b.scene.dir);
	(void)snprintf(setting, sizeof setting, "--mark.file=%s", file);
	bench_configure(&b, setting, "--mark.dies=yes");
	bench_open(&b);
	append(&b, KILLS / 2);
	bench_start(&b);
	bench_run(&b, is_at, KILLS / 2);
	bench_close(&b);
	/* The daemon, too, is started again: it goes on where the sink was. */
	bench_open(&b);
	append(&b, KILLS / 2);
	bench_start(&b);
	bench_run(&b, is_at, KILLS);
	json_t *list = hosts_describe(b.hosts);
	expect(json_array_get(list, 0), "{'restarts': 60, 'state': 'running', 'behind': 0}");
	json_decref(list);
	bench_close(&b);
	expect_each_twice(file, KILLS);
	bench_remove(&b);
}

/* ---- with the whole daemon ------------------------------------------------ */

struct setting {
	char file[PATH_TEXT + 64], argument[PATH_TEXT + 64];
};

static void prepare(struct scene *s, struct setting *out)
{
	rig_add(s, "good/mark");
	(void)snprintf(out->file, sizeof out->file, "%s/plugins/marks", s->dir);
	(void)snprintf(out->argument, sizeof out->argument, "--mark.file=%s", out->file);
	int fd = open(out->file, O_WRONLY | O_CREAT, 0666);
	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, 0666), 0);
	assert_int_equal(close(fd), 0);
}

/* Waits until the sink has everything, which the daemon's own counters say. */
static void await_all(struct scene *s)
{
	for (;;) {
		json_t *plugin = rig_status(s, "mark");
		json_int_t behind = json_member_integer(plugin, "behind", -1);
		json_decref(plugin);
		if (behind == 0)
			return;
	}
}

/* In order, with no gap; entries may come again, from one that was not stored. */
static int64_t last_without_gap(const char *path)
{
	FILE *f = fopen(path, "r");
	int64_t most = 0;
	long long sequence;

	assert_non_null(f);
	while (fscanf(f, "%lld", &sequence) == 1) {
		if (sequence > most + 1)
			fail_msg("entry %lld came after %lld", sequence, (long long)most);
		most = sequence > most ? sequence : most;
	}
	(void)fclose(f);
	return most;
}

static void a_daemon_that_is_killed_leaves_no_gap_in_a_sink(void **state)
{
	struct scene *s = *state;
	struct setting setting;

	if (geteuid() != 0)
		skip(); /* the scene's folder is the log's, and hidden */
	prepare(s, &setting);
	const char *const arguments[] = {setting.argument, NULL};
	for (int i = 0; i < 6; i++) {
		rig_start(s, arguments);
		for (int k = 0; k < 5; k++) {
			assert_int_equal(scene_next_area(state), 0);
			json_decref(decided(s, NULL));
		}
		if (s->peer != NULL)
			peer_close(&s->peer);
		scene_kill(s);
	}
	rig_start(s, arguments);
	await_all(s);
	assert_int_equal(last_without_gap(setting.file),
			 scene_sql_number(s, "SELECT max(sequence) FROM entries"));
}

static void a_sink_that_was_away_catches_up(void **state)
{
	struct scene *s = *state;
	struct setting setting;

	if (geteuid() != 0)
		skip();
	prepare(s, &setting);
	scene_start(s, NULL);
	for (int k = 0; k < 100; k++) {
		assert_int_equal(scene_next_area(state), 0);
		json_decref(decided(s, NULL));
	}
	peer_close(&s->peer);
	scene_stop(s);
	rig_start(s, (const char *[]){setting.argument, NULL});
	await_all(s);
	assert_int_equal(last_without_gap(setting.file),
			 scene_sql_number(s, "SELECT max(sequence) FROM entries"));
}

/* Its first entry is with it all the while: the deadline is far away. */
static void nobody_waits_for_a_sink_that_never_ends(void **state)
{
	struct scene *s = *state;

	rig_add(s, "broken/sink-blocks");
	rig_start(s, (const char *[]){"--plugin-deadline", "600000", NULL});
	for (int k = 0; k < 20; k++) {
		assert_int_equal(scene_next_area(state), 0);
		json_decref(decided(s, NULL));
	}
	json_t *plugin = rig_status(s, "sink-blocks");
	expect(plugin, "{'state': 'running', 'restarts': 0, 'position': 0, 'last_error': null}");
	assert_int_equal(json_member_integer(plugin, "behind", 0),
			 scene_sql_number(s, "SELECT max(sequence) FROM entries"));
	json_decref(plugin);
}

static bool is_refused(const json_t *plugin, json_int_t number)
{
	(void)number;
	return json_is_true(json_object_get(plugin, "stuck"));
}

/* Of its last letter one byte of three would be left. */
static void what_a_sink_says_at_length_is_cut_and_stays_text(void **state)
{
	struct bench b = {.failures_most = 3, .pause_ms = 1, .pause_most_ms = 1};

	(void)state;
	bench_make(&b);
	rig_add(&b.scene, "broken/sink-long");
	bench_configure(&b, NULL, NULL);
	bench_open(&b);
	append(&b, 1);
	bench_start(&b);
	bench_run(&b, is_refused, 0);
	json_t *list = hosts_describe(b.hosts);
	const json_t *error = json_object_get(json_array_get(list, 0), "last_error");
	const char *said = json_member_text(error, "message");
	const char *end = said + strlen(said) - 5;
	if (strncmp(end, "\xe2\x82\xac", 3) != 0 || strcmp(end + 3, "??") != 0)
		fail_msg("it is not cut within a letter: %s", said);
	json_decref(list);
	bench_close(&b);
	bench_remove(&b);
}

/* A position that cannot be believed gives nothing to the sink, and is said. */
static void a_position_of_another_log_is_not_believed(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{"", "is no position of a sink"},
		{"42", "is no position of a sink"},
		{"{'log':'00000000000000000000000000000000','sequence':1}", "is of the log 0000"},
	};
	struct scene *s = *state;
	struct setting setting;
	char path[PATH_TEXT + 32];

	prepare(s, &setting);
	(void)snprintf(path, sizeof path, "%s.mark.position", s->log);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		FILE *f = fopen(path, "w");
		assert_non_null(f);
		for (const char *c = cases[i].text; *c != '\0'; c++)
			assert_true(fputc(*c == '\'' ? '"' : *c, f) != EOF);
		assert_int_equal(fclose(f), 0);
		rig_start(s, (const char *[]){setting.argument, NULL});
		json_t *plugin = rig_status(s, "mark");
		assert_true(scene_said(s, cases[i].says));
		if (geteuid() == 0)
			expect(plugin, "{'state': 'failed', 'position': 0}");
		json_decref(plugin);
		peer_close(&s->peer);
		scene_stop(s);
	}
}

/* It is given all the same, and once written the position is of the newest. */
static void a_position_that_cannot_be_written_is_said_once(void **state)
{
	struct scene *s = *state;
	struct setting setting;
	char path[PATH_TEXT + 32];

	prepare(s, &setting);
	(void)snprintf(path, sizeof path, "%s.mark.position.new", s->log);
	assert_int_equal(mkdir(path, 0755), 0);
	rig_start(s, (const char *[]){setting.argument, NULL});
	for (int i = 0; i < 3; i++) {
		json_decref(decided(s, NULL));
		await_all(s);
	}
	scene_await(s, "how far it is cannot be written to ");
	json_t *plugin = rig_status(s, "mark");
	if (geteuid() == 0)
		expect(plugin, "{'state': 'running', 'behind': 0}");
	json_decref(plugin);
	char *said = scene_errors(s);
	const char *first = strstr(said, "how far it is cannot be written to ");
	assert_non_null(first);
	assert_null(strstr(first + 1, "how far it is cannot be written to "));
	free(said);
	assert_int_equal(rmdir(path), 0);
}

#define in_a_scene(test) cmocka_unit_test_setup_teardown(test, scene_setup_stopped, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			killed_between_an_entry_and_its_acknowledgement_it_gets_that_entry_again),
		cmocka_unit_test(what_a_sink_says_at_length_is_cut_and_stays_text),
		in_a_scene(a_daemon_that_is_killed_leaves_no_gap_in_a_sink),
		in_a_scene(a_sink_that_was_away_catches_up),
		in_a_scene(nobody_waits_for_a_sink_that_never_ends),
		in_a_scene(a_position_of_another_log_is_not_believed),
		in_a_scene(a_position_that_cannot_be_written_is_said_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
