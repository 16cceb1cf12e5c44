/* What monitoring asks: metrics that Prometheus can read, and a verb that says whether an
 * operator is needed. */
#include <ctype.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "tool.h"

/* ---- the text format of Prometheus --------------------------------------- */

/* What was read of the families so far. */
struct families {
	char names[64][80]; /* of those that began */
	size_t count;
	char type[16];
	double last_le, last_bucket, infinite; /* of a histogram */
	size_t samples;                        /* of the newest family */
};

static bool is_name(const char *name)
{
	for (const char *c = name; *c != '\0'; c++)
		if (!islower((unsigned char)*c) && *c != '_' && (c == name || !isdigit(*c)))
			return false;
	return *name != '\0';
}

static const char *begin(struct families *f, const char *name)
{
	if (!is_name(name) || strncmp(name, "awardd_", 7) != 0)
		return "is no name for a metric";
	for (size_t i = 0; i < f->count; i++)
		if (strcmp(f->names[i], name) == 0)
			return "begins a family for the second time";
	if (f->count == 64)
		return "is one family too many for this test";
	(void)snprintf(f->names[f->count++], sizeof f->names[0], "%s", name);
	*f->type = '\0';
	f->samples = 0;
	return NULL;
}

static const char *take_type(struct families *f, const char *name, const char *type)
{
	size_t length = strlen(name);
	bool total = length > 6 && strcmp(name + length - 6, "_total") == 0;

	if (f->count == 0 || strcmp(f->names[f->count - 1], name) != 0 || *f->type != '\0')
		return "has a type that does not follow its help";
	if (strcmp(type, "counter") != 0 && strcmp(type, "gauge") != 0 &&
	    strcmp(type, "histogram") != 0)
		return "has a type that there is not";
	if ((strcmp(type, "counter") == 0) != total)
		return "is a counter without _total, or the other way round";
	(void)snprintf(f->type, sizeof f->type, "%s", type);
	f->last_le = f->last_bucket = -1;
	return NULL;
}

static const char *take_bucket(struct families *f, const char *suffix, double value)
{
	char *end = NULL;

	if (strcmp(suffix, "_sum") == 0)
		return NULL;
	if (strcmp(suffix, "_count") == 0)
		return value == f->infinite ? NULL : "counts other than its buckets";
	if (strncmp(suffix, "_bucket{le=\"", 12) != 0)
		return "is no part of a histogram";
	double le = strtod(suffix + 12, &end);
	if (strcmp(end, "\"}") != 0 || le <= f->last_le || value < f->last_bucket)
		return "has buckets out of order";
	f->last_le = le;
	f->last_bucket = f->infinite = value;
	return NULL;
}

static const char *take_sample(struct families *f, char *line)
{
	char *space = strrchr(line, ' '), *end = NULL;
	const char *name = f->count > 0 ? f->names[f->count - 1] : "";

	if (space == NULL)
		return "has no value";
	*space = '\0';
	double value = strtod(space + 1, &end);
	if (end == space + 1 || *end != '\0')
		return "has a value that is no number";
	if (*name == '\0' || strncmp(line, name, strlen(name)) != 0 || *f->type == '\0')
		return "belongs to no family that began";
	f->samples++;
	const char *suffix = line + strlen(name);
	if (strcmp(f->type, "histogram") == 0)
		return take_bucket(f, suffix, value);
	if (strcmp(f->type, "counter") == 0 && value < 0)
		return "counts below nothing";
	return *suffix == '\0' || *suffix == '{' ? NULL : "belongs to no family that began";
}

/* What is wrong with the text, or NULL. */
static const char *wrong(const char *metrics)
{
	struct families f = {.count = 0};
	char line[512], name[80], rest[400];
	const char *why = *metrics == '\0' ? "is empty" : NULL;

	for (const char *at = metrics; why == NULL && *at != '\0';) {
		size_t length = strcspn(at, "\n");
		if (at[length] == '\0')
			return "ends in the middle of a line";
		if (length >= sizeof line)
			return "has a line too long";
		memcpy(line, at, length);
		line[length] = '\0';
		at += length + 1;
		if (sscanf(line, "# HELP %79s %399[^\n]", name, rest) == 2)
			why = begin(&f, name);
		else if (sscanf(line, "# TYPE %79s %399s", name, rest) == 2)
			why = take_type(&f, name, rest);
		else
			why = take_sample(&f, line);
		if (why != NULL)
			print_error("%s: %s\n", line, why);
	}
	return why;
}

/* Waits until something is renamed to this name. */
static void await_file(int watch, const char *name)
{
	char events[4096] __attribute__((aligned(8)));

	for (;;) {
		struct pollfd fd = {.fd = watch, .events = POLLIN};
		assert_int_equal(poll(&fd, 1, ANSWER_TIMEOUT_MS), 1);
		ssize_t got = read(watch, events, sizeof events);
		assert_true(got > 0);
		for (ssize_t at = 0; at < got;) {
			const struct inotify_event *e = (const void *)(events + at);
			if (strcmp(e->name, name) == 0)
				return;
			at += (ssize_t)(sizeof *e + e->len);
		}
	}
}

/* What Prometheus' own tool says: 0 where it reads the text and has nothing to remark. */
static int judged(const struct scene *s, const char *metrics)
{
	char command[512];

	tool_write(s, "judged", metrics);
	(void)snprintf(command, sizeof command,
		       "promtool check metrics <'%.200s/judged' >'%.200s/said' 2>&1", s->dir,
		       s->dir);
	int ended = system(command);
	assert_true(ended != -1 && WIFEXITED(ended));
	return WEXITSTATUS(ended);
}

static void promtool_takes(const struct scene *s, const char *metrics)
{
	if (judged(s, metrics) != 0) {
		char *said = tool_read(s, "said");
		fail_msg("promtool: %s", said);
	}
}

static void promtool_reads_the_answer_and_the_file(void **state)
{
	static const char good[] = "# HELP awardd_a A.\n# TYPE awardd_a gauge\nawardd_a 1\n";
	struct scene *s = *state;
	char path[2 * PATH_TEXT];

	if (system("command -v promtool >/dev/null") != 0) {
		print_message("skipped: not installed: promtool\n");
		skip();
	}
	promtool_takes(s, good);
	assert_int_not_equal(judged(s, "# TYPE awardd_a gauge\nawardd_a one\n"), 0);
	assert_int_not_equal(judged(s, "# TYPE awardd_a gauge\nawardd_a 1\n"), 0);
	decides(s, NULL, "{'outcome': {'award': 'quality-lead'}}");
	json_t *metrics = called(s, "server.metrics", NULL);
	promtool_takes(s, json_string_value(metrics));
	json_decref(metrics);
	tool_path(s, "metrics.prom", path);
	scene_stop(s);
	int watch = inotify_init1(IN_CLOEXEC);
	assert_int_not_equal(inotify_add_watch(watch, s->dir, IN_MOVED_TO), -1);
	/* Plugins have figures, too. */
	scene_start(s, (const char *const[]){"--metrics-file", path, "--plugins",
					     AWARDD_PLUGINS "/good", NULL});
	metrics = called(s, "server.metrics", NULL);
	promtool_takes(s, json_string_value(metrics));
	json_decref(metrics);
	await_file(watch, "metrics.prom");
	assert_int_equal(close(watch), 0);
	char *file = tool_read(s, "metrics.prom");
	assert_non_null(strstr(file, "awardd_plugin_running{"));
	promtool_takes(s, file);
	free(file);
}

static void metrics_are_as_prometheus_reads_them(void **state)
{
	static const char *const names[] = {
		"awardd_decisions_total",    "awardd_rules_active",       "awardd_rules_refused",
		"awardd_evaluators_alive",   "awardd_log_full",           "awardd_log_wal_bytes",
		"awardd_answer_seconds_sum", "awardd_start_time_seconds",
	};
	static const char *const planted[] = {
		"",
		"awardd_calls_total 1\n",
		"# HELP awardd_calls_total Calls.\n# TYPE awardd_calls_total gauge\n",
		"# HELP awardd_calls Calls.\n# TYPE awardd_calls counter\nawardd_calls 1\n",
		"# HELP awardd_a A.\n# TYPE awardd_a gauge\nawardd_a one\n",
		"# HELP awardd_a A.\n# TYPE awardd_a gauge\nawardd_b 1\n",
		"# HELP awardd_a A.\n# TYPE awardd_a gauge\nawardd_a 1",
		"# HELP awardd_a A.\n# TYPE awardd_a histogram\nawardd_a_bucket{le=\"1\"} 2\n"
		"awardd_a_bucket{le=\"2\"} 1\n",
		"# HELP awardd_a A.\n# TYPE awardd_a histogram\nawardd_a_bucket{le=\"+Inf\"} 2\n"
		"awardd_a_sum 1\nawardd_a_count 3\n",
	};
	struct scene *s = *state;

	decides(s, NULL, "{'outcome': {'award': 'quality-lead'}}");
	json_t *metrics = called(s, "server.metrics", NULL);
	const char *text = json_string_value(metrics);
	assert_null(wrong(text));
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strstr(text, names[i]) == NULL)
			fail_msg("%s is not there", names[i]);
	json_decref(metrics);
	for (size_t i = 0; i < sizeof planted / sizeof *planted; i++)
		assert_non_null(wrong(planted[i]));
}

/* ---- as a file ------------------------------------------------------------ */

static void metrics_are_a_file_that_is_always_whole(void **state)
{
	struct scene *s = *state;
	char path[2 * PATH_TEXT], *first;
	struct stat about;

	tool_path(s, "metrics.prom", path);
	scene_stop(s);
	int watch = inotify_init1(IN_CLOEXEC);
	assert_int_not_equal(inotify_add_watch(watch, s->dir, IN_MOVED_TO), -1);
	scene_start(s, (const char *const[]){"--metrics-file", path, NULL});
	await_file(watch, "metrics.prom");
	first = tool_read(s, "metrics.prom");
	assert_null(wrong(first));
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 0777, 0644);
	/* And again, by itself. */
	await_file(watch, "metrics.prom");
	/* Of a daemon that has ended there are none. */
	scene_stop(s);
	assert_int_not_equal(access(path, F_OK), 0);
	assert_int_equal(close(watch), 0);
	free(first);
	scene_start(s, (const char *const[]){"--metrics-file", "/absent/metrics", NULL});
	scene_await(s, "the metrics cannot be written to /absent/metrics");
	decides(s, NULL, "{'outcome': {'award': 'quality-lead'}}");
}

/* ---- health ---------------------------------------------------------------- */

static void health(struct scene *s, int status, const char *says)
{
	struct ran r = tool_run(s, NULL, (const char *const[]){"health", NULL});

	if (r.status != status || strstr(r.out, says) == NULL)
		fail_msg("health ended with %d: %s%s", r.status, r.out, r.err);
	ran_deinit(&r);
}

static void health_says_whether_an_operator_is_needed(void **state)
{
	struct scene *s = *state;

	health(s, 0, "well\n");
	/* An edit that is refused. */
	scene_rule_append(s, "outcome.lua", "\nthis is no Lua\n");
	json_decref(fails(s, "rules.reload", NULL, -32010));
	health(s, 9, "rules-refused: ");
	struct ran r = tool_run(s, NULL, (const char *const[]){"health", "--format", "json", NULL});
	assert_int_equal(r.status, 9);
	json_t *document = json_loads(r.out, 0, NULL);
	expect(document, "{'well': false, 'problems': [{'what': 'rules-refused'}]}");
	json_decref(document);
	ran_deinit(&r);
	scene_rule_replace(s, "outcome.lua", "\nthis is no Lua\n", "");
	json_decref(called(s, "rules.reload", NULL));
	health(s, 0, "well\n");
	scene_stop(s);
	health(s, 69, "");
	/* Without any rules. */
	scene_rule_append(s, "outcome.lua", "\nthis is no Lua\n");
	snprintf(s->log, sizeof s->log, "%.100s/another", s->dir);
	scene_start(s, NULL);
	health(s, 9, "no-rules: ");
}

static void health_tells_of_plugins(void **state)
{
	struct scene *s = *state;

	scene_stop(s);
	scene_start(s, (const char *const[]){"--plugins", AWARDD_PLUGINS "/broken", NULL});
	health(s, 9, "plugin: ");
}

/* Nor is it well, who may not ask. */
static void health_says_who_may_ask(void **state)
{
	struct scene *s = *state;

	scene_stop(s);
	scene_start(s, (const char *const[]){"--audit", "daemon", NULL});
	struct ran r = tool_run(s, NULL, (const char *const[]){"health", NULL});
	assert_int_equal(r.status, 8);
	assert_string_equal(r.out, "");
	tool_must_say(r.err, "this user may not do this (-32001) the role audit would be needed");
	ran_deinit(&r);
}

#define in_a_scene(test) cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_a_scene(metrics_are_as_prometheus_reads_them),
		in_a_scene(promtool_reads_the_answer_and_the_file),
		in_a_scene(metrics_are_a_file_that_is_always_whole),
		in_a_scene(health_says_whether_an_operator_is_needed),
		in_a_scene(health_tells_of_plugins),
		in_a_scene(health_says_who_may_ask),
	};

	return cmocka_run_group_tests_name("health", tests, NULL, NULL);
}
