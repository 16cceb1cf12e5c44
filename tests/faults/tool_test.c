/*
 * Memory that runs out in awardctl, once or from there on: it says that there is none, and not that
 * a proof is false or a log altered; it sends a submission as it stands, or not at all; what it
 * imports or copies is whole. Each run is a process of its own, with the module preloaded.
 */
#include <glob.h>

#include "../scenario/tool.h"
#include "memory.h"

/* In the environment of what is run until it is taken out again. */
static void preload(const struct shortage *sh, bool into)
{
	for (size_t i = 0; sh->preloaded.environment[i] != NULL; i++) {
		char name[64];

		(void)snprintf(name, sizeof name, "%.*s",
			       (int)strcspn(sh->preloaded.environment[i], "="),
			       sh->preloaded.environment[i]);
		if (into)
			assert_int_equal(putenv((char *)(uintptr_t)sh->preloaded.environment[i]),
					 0);
		else
			assert_int_equal(unsetenv(name), 0);
	}
}

/* Runs it without its n-th allocation, or any from there on; false where it needs fewer. */
static bool runs_without(struct shortage *sh, long n, bool for_ever, const char *const *arguments)
{
	arm(sh, WHO_DAEMON, n, for_ever);
	preload(sh, true);
	struct ran r = tool_run(sh->scene, NULL, arguments);
	preload(sh, false);
	bool reached = disarm(sh);

	if (r.status != 0 &&
	    (!reached || r.status != 1 || *r.err == '\0' || strstr(r.err, "prove") != NULL))
		fail_msg("without the allocation %ld: %d\n%s", n, r.status, r.err);
	ran_deinit(&r);
	return reached;
}

/* How many it makes. */
static long allocations(struct shortage *sh, const char *const *arguments)
{
	enum { MOST = 1000000 };

	arm(sh, WHO_DAEMON, MOST, false);
	preload(sh, true);
	struct ran r = tool_run(sh->scene, NULL, arguments);
	preload(sh, false);
	tool_ended(&r, 0);
	ran_deinit(&r);
	return MOST - atomic_load(&sh->memory->countdown);
}

static void walk(struct shortage *sh, long from, long step, const char *const *arguments)
{
	const long first = number_of("AWARDD_FROM", from);

	for (int for_ever = 0; for_ever <= 1; for_ever++) {
		long n = first;

		while (runs_without(sh, n, for_ever == 1, arguments))
			n += sh->step > 0 ? sh->step : step * (for_ever == 1 ? 8 : 1);
		assert_true(n > first);
	}
}

static void without_memory_no_proof_is_called_false(void **state)
{
	struct scene *s = *state;
	struct shortage sh;

	json_decref(decided(s, NULL));
	free(TOOL_OUT(s, 0, "publish", "site"));
	char *vkey = tool_read(s, "site/log.vkey");
	vkey[strcspn(vkey, "\n")] = '\0';
	char *proof = TOOL_OUT(s, 0, "log", "proof", "2");
	tool_write(s, "proof", proof);
	free(proof);
	shortage_init(&sh, s); /* not for the daemon, which runs already */
	walk(&sh, 0, 1, (const char *[]){"log", "check", "proof", "--key", vkey, NULL});
	/* Proofs are asked for and checked last. */
	const char *const publish[] = {"publish", "site", NULL};
	long all = allocations(&sh, publish);
	walk(&sh, sh.step > 0 ? 0 : all - all / 8, 2, publish);
	shortage_deinit(&sh);
	free(vkey);
}

/* What could not be sent is not waited for. One of another text would be refused, by its id. */
static void without_memory_no_other_submission_is_sent(void **state)
{
	struct scene *s = *state;
	struct shortage sh;

	tool_write_json(s, "one.json", submission(s, "{'submission_id': 'one'}"));
	shortage_init(&sh, s); /* not for the daemon, which runs already */
	/* It is read and sent after the scheme was. */
	const char *const submit[] = {"--timeout", "5", "submit", "one.json", NULL};
	long all = allocations(&sh, submit);
	walk(&sh, sh.step > 0 ? 0 : all - all / 3, 1, submit);
	shortage_deinit(&sh);
}

/* A request that there is no memory for is not sent without what it says. */
static void without_memory_nothing_else_is_asked(void **state)
{
	struct scene *s = *state;
	struct shortage sh;

	shortage_init(&sh, s); /* not for the daemon, which runs already */
	walk(&sh, 0, 1, (const char *[]){"log", "rotate", "--reason", "once a year", NULL});
	shortage_deinit(&sh);
}

/* ---- nothing is half done ---------------------------------------------------- */

/* One of awardctl's verbs, run again and again. `before` makes what the n-th run needs, `after`
 * looks at what it left behind, whether it ended with 0 or not; either may be NULL. */
struct errand {
	const char *const *arguments;
	void (*before)(struct scene *s, long n);
	void (*after)(struct scene *s, long n, bool done);
	const char *whole; /* what it says without a fault; NULL: that differs from run to run */
	long closely;      /* of so many allocations each one fails, of the others some */
};

/* Without its n-th allocation it does all, and says what it says; or it says that something went
 * wrong, and that is no word against the log. */
static bool errand_runs(struct shortage *sh, const struct errand *er, long n, bool for_ever)
{
	if (er->before != NULL)
		er->before(sh->scene, n);
	arm(sh, WHO_DAEMON, n, for_ever);
	preload(sh, true);
	struct ran r = tool_run(sh->scene, NULL, er->arguments);
	preload(sh, false);
	bool reached = disarm(sh), done = r.status == 0;
	bool said = r.status == 1 && strncmp(r.err, "awardctl: ", 10) == 0;

	if (done ? er->whole != NULL && strcmp(r.out, er->whole) != 0 : !reached || !said)
		fail_msg("without the allocation %ld: %d\n%s%s", n, r.status, r.out, r.err);
	if (er->after != NULL)
		er->after(sh->scene, n, done);
	ran_deinit(&r);
	return reached;
}

static void errand_walk(struct shortage *sh, const struct errand *er)
{
	enum { PART = 2 };

	for (int for_ever = 0; for_ever <= 1; for_ever++) {
		long n = number_of("AWARDD_FROM", 0);

		while (errand_runs(sh, er, n, for_ever == 1))
			n = n < er->closely ? n + 1 : after(sh, n, PART);
		assert_true(n > 0);
	}
}

/* How many entries of a kind the log has, other than in whole groups of so many. */
static void logged_in(const struct scene *s, const char *kind, int group)
{
	char query[128];

	snprintf(query, sizeof query, "SELECT count(*) %% %d FROM entries WHERE kind = '%s'", group,
		 kind);
	assert_int_equal(scene_sql_number(s, query), 0);
}

static long rolls; /* each of other partnerships */

static void write_roll(struct scene *s, long n)
{
	char text[256];

	(void)n;
	rolls++;
	snprintf(text, sizeof text,
		 "partnership,name,award,awarded_on,source\n"
		 "roll-%ld-a,A,quality-mark,2022-05-20,roll\n"
		 "roll-%ld-b,B,quality-lead,2022-05-21,roll\n",
		 rolls, rolls);
	tool_write(s, "roll.csv", text);
}

static void all_or_none_was_imported(struct scene *s, long n, bool done)
{
	char query[128];

	(void)n;
	logged_in(s, "import", 2);
	snprintf(query, sizeof query,
		 "SELECT count(*) FROM awards WHERE partnership LIKE 'roll-%ld-_'", rolls);
	assert_true(!done || scene_sql_number(s, query) == 2);
}

static void without_memory_awards_are_imported_together_or_not_at_all(void **state)
{
	struct scene *s = *state;
	struct shortage sh;
	const struct errand import = {
		.arguments = (const char *[]){"register", "import", "roll.csv", NULL},
		.before = write_roll,
		.after = all_or_none_was_imported,
		.whole = "2 awards imported\n",
	};

	shortage_init(&sh, s); /* not for the daemon, which runs already; here and below */
	errand_walk(&sh, &import);
	shortage_deinit(&sh);
}

/* A log with a little of everything. */
static void log_something(struct scene *s)
{
	json_t *first = decided(s, "{'submission_id': 'first'}");

	revokes(s, first);
	json_decref(first);
	json_decref(decided(s, "{'submission_id': 'second', 'every': 4}"));
	imports(s, NULL);
}

static void without_memory_a_log_is_not_called_altered(void **state)
{
	struct scene *s = *state;
	struct shortage sh;
	struct errand verify = {
		.arguments = (const char *[]){"log", "verify", s->log, NULL},
	};

	log_something(s);
	char *verified = TOOL_OUT(s, 0, "log", "verify", s->log);
	verify.whole = verified;
	shortage_init(&sh, s);
	errand_walk(&sh, &verify);
	shortage_deinit(&sh);
	free(verified);
}

/* What an evaluator says and there is no memory to read, it did say. */
static void without_memory_no_evaluator_is_called_dead(void **state)
{
	struct scene *s = *state;
	struct shortage sh;
	struct errand again = {
		.arguments = (const char *[]){"log", "reproduce", s->log, NULL},
	};

	log_something(s);
	char *reproduced = TOOL_OUT(s, 0, "log", "reproduce", s->log);
	again.whole = reproduced;
	shortage_init(&sh, s);
	errand_walk(&sh, &again);
	shortage_deinit(&sh);
	free(reproduced);
}

static int copies(const struct scene *s, const char *pattern)
{
	char path[2 * PATH_TEXT];
	glob_t found;
	int count;

	tool_path(s, pattern, path);
	assert_true(glob(path, 0, NULL, &found) != GLOB_ABORTED);
	count = (int)found.gl_pathc;
	globfree(&found);
	return count;
}

static void remove_copy(struct scene *s, long n)
{
	char path[2 * PATH_TEXT];

	(void)n;
	tool_path(s, "copy", path);
	assert_true(unlink(path) == 0 || errno == ENOENT);
}

/* No other file, and in its place none or the whole. */
static void no_half_copy_is_left(struct scene *s, long n, bool done)
{
	int whole = copies(s, "copy"), all = copies(s, "copy*");

	if (all != whole || (done && whole != 1))
		fail_msg(
			"without the allocation %ld: %d files of a copy, of which %d have its name",
			n, all, whole);
	if (whole == 1)
		free(TOOL_OUT(s, 0, "log", "verify", "copy"));
}

static void without_memory_no_half_copy_is_left(void **state)
{
	struct scene *s = *state;
	struct shortage sh;
	struct errand copy = {
		.arguments = (const char *[]){"log", "copy", "copy", NULL},
		.before = remove_copy,
		.after = no_half_copy_is_left,
		.closely = 300, /* which is until it is filled */
	};

	log_something(s);
	char *copied = TOOL_OUT(s, 0, "log", "copy", "copy");
	copy.whole = copied;
	shortage_init(&sh, s);
	errand_walk(&sh, &copy);
	shortage_deinit(&sh);
	free(copied);
}

/* ---- what is said ------------------------------------------------------------- */

static void says_or_lacks(struct shortage *sh, bool for_ever, const char *const *verb)
{
	enum { PART = 2 };
	struct ran whole = tool_run(sh->scene, NULL, verb);
	bool reached = true;

	for (long n = number_of("AWARDD_FROM", 0); reached; n = after(sh, n, PART)) {
		arm(sh, WHO_DAEMON, n, for_ever);
		preload(sh, true);
		struct ran r = tool_run(sh->scene, NULL, verb);
		preload(sh, false);
		reached = disarm(sh);
		/* Titles are left out without the scheme, and details of a refusal. */
		bool same = r.status == whole.status &&
			    strncmp(r.err, whole.err, strlen(r.err)) == 0;
		bool lacks = reached && (r.status == 1 || r.status == whole.status) &&
			     strstr(r.err, "memory") != NULL;
		if (!same && !lacks)
			fail_msg("%s %s without the allocation %ld: %d\n%s%s", verb[0], verb[1], n,
				 r.status, r.out, r.err);
		ran_deinit(&r);
	}
	ran_deinit(&whole);
}

/* Verbs that ask: all that they say, or that there is no memory; no other reason. */
static void without_memory_nothing_else_is_given_as_the_reason(void **state)
{
	struct scene *s = *state;
	struct shortage sh;
	json_t *first = decided(s, "{'submission_id': 'first'}");
	json_t *second = decided(s, "{'submission_id': 'second', 'assessed_on': '2024-06-01'}");
	const char *id = json_member_text(second, "decision_id");

	revokes(s, first);
	/* Other rules, so that a report runs those of its day. */
	scene_rule_append(s, "framework.lua", "-- changed\n");
	json_decref(called(s, "rules.reload", NULL));
	const char *const verbs[][10] = {
		{"decisions", "show", id},
		{"decisions", "list", "--limit", "5", "--award", "quality-mark"},
		/* Refused where there is memory. */
		{"decisions", "revoke", json_member_text(first, "decision_id"), "--by", "A",
		 "--reason", "once more"},
		{"decisions", "erase", "--partnership", "nobody", "--by", "A", "--reason", "asked"},
		{"decisions", "render", id, "--as", "image/svg+xml"},
		{"report", id},
	};
	shortage_init(&sh, s); /* not for the daemon, which runs already */
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		says_or_lacks(&sh, false, verbs[i]);
		says_or_lacks(&sh, true, verbs[i]);
	}
	shortage_deinit(&sh);
	json_decref(first);
	json_decref(second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(without_memory_no_proof_is_called_false,
						scene_setup, scene_teardown),
		cmocka_unit_test_setup_teardown(without_memory_no_other_submission_is_sent,
						scene_setup, scene_teardown),
		cmocka_unit_test_setup_teardown(without_memory_nothing_else_is_asked, scene_setup,
						scene_teardown),
#define IN_SCENE(test) cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)
		IN_SCENE(without_memory_awards_are_imported_together_or_not_at_all),
		IN_SCENE(without_memory_a_log_is_not_called_altered),
		IN_SCENE(without_memory_no_evaluator_is_called_dead),
		IN_SCENE(without_memory_no_half_copy_is_left),
		IN_SCENE(without_memory_nothing_else_is_given_as_the_reason),
	};

	if (getenv("AWARDD_ONLY") != NULL)
		cmocka_set_test_filter(getenv("AWARDD_ONLY"));
	return is_testable() ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
