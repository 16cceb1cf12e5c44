/* Words that plugins lend to rules: pure, sealed with the rules, part of the rule
 * set's digest; one that goes wrong costs the evaluation and nothing else. */
#include "rig.h"

#include <stdlib.h>

static const char rule[] =
	"local holidays = words.bank_holidays\n"
	"local early = holidays.same({ day = \"a\" }, { day = \"b\" })\n"
	"level \"quality-mark\" {\n"
	"	title = \"Quality Mark\",\n"
	"	in_force_from = \"2017-04-01\",\n"
	"	criterion \"QM-1\" {\n"
	"		says = \"Every statement that applies is scored 5 or more\",\n"
	"		every_score_at_least(5),\n"
	"	},\n"
	"	criterion \"QM-2\" {\n"
	"		says = \"Not assessed on a bank holiday\",\n"
	"		check = function(submission)\n"
	"			local name = submission.partnership.name\n"
	"			if name == \"crash\" then holidays.crash() end\n"
	"			if name == \"block\" then holidays.block() end\n"
	"			if name == \"dawdle\" then holidays.dawdle() end\n"
	"			if name == \"look\" then holidays.look() end\n"
	"			if name == \"fraction\" then holidays.fraction() end\n"
	"			if name == \"babble\" then holidays.babble() end\n"
	"			if name == \"nothing\" then holidays.is_holiday() end\n"
	"			if name == \"function\" then holidays.same(met) end\n"
	"			if name == \"misspelt\" then holidays.is_holyday(\"x\") end\n"
	"			if name == \"often\" then\n"
	"				while true do holidays.same(1) end\n"
	"			end\n"
	"			local back = holidays.same(submission.scores, { 1, { a = true } }, \"x\", nil, 5)\n"
	"			assert(early[1].day == \"a\" and early[2].day == \"b\")\n"
	"			assert(back[1][\"9\"] == submission.scores[\"9\"])\n"
	"			assert(back[2][1] == 1 and back[2][2].a == true and back[3] == \"x\")\n"
	"			assert(back[4] == nil and back[5] == 5)\n"
	"			if holidays.is_holiday(submission.assessed_on) then\n"
	"				return unmet(\"That is a holiday.\", { { pointer = \"/assessed_on\" } })\n"
	"			end\n"
	"			return met(\"That is no holiday.\")\n"
	"		end,\n"
	"	},\n"
	"}\n";

static int start(void **state, const char *deadline_ms)
{
	assert_int_equal(scene_setup_stopped(state), 0);
	struct scene *s = *state;

	rig_add(s, "good/bank-holidays");
	scene_rule_write(s, "quality-mark.lua", rule);
	rig_start(s, (const char *[]){"--deadline", deadline_ms, NULL});
	s->area++;
	return 0;
}

static int setup(void **state)
{
	return start(state, "1000");
}

/* Where none of them is to be too late on a busy machine. */
static int setup_patient(void **state)
{
	return start(state, "30000");
}

static void a_rule_uses_a_word_of_a_plugin(void **state)
{
	struct scene *s = *state;
	json_t *result = decided(s, "{'assessed_on': '2026-12-25'}");

	assert_string_equal(criterion_status(result, "QM-2"), "unmet");
	json_decref(result);
	result = decided(s, "{'assessed_on': '2026-12-24'}");
	assert_string_equal(criterion_status(result, "QM-2"), "met");
	json_decref(result);
}

static void what_a_word_refuses_is_an_error_of_the_criterion(void **state)
{
	static const struct {
		const char *name, *says;
	} cases[] = {
		{"nothing", "words.bank_holidays.is_holiday: a date is needed"},
		{"fraction",
		 "words.bank_holidays.fraction: it answers with a number that is not whole"},
		{"babble", "words.bank_holidays.babble: it answers with what is no JSON"},
		{"function",
		 "words.bank_holidays.same: it cannot be given something that is no text"},
		{"misspelt", "is_holyday"},
		{"often", "runs for too long"},
	};
	struct scene *s = *state;
	char changes[128];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		(void)snprintf(changes, sizeof changes, "{'partnership': {'name': '%s'}}",
			       cases[i].name);
		json_t *result = decided(s, changes);
		const char *reason = json_member_text(criterion_of(result, "QM-2"), "reason");
		assert_string_equal(criterion_status(result, "QM-2"), "error");
		if (strstr(reason, cases[i].says) == NULL ||
		    strstr(reason, "quality-mark.lua:") == NULL)
			fail_msg("%s: %s", cases[i].name, reason);
		json_decref(result);
	}
}

/* Asks for one that a word is the end of; then the next is decided. */
static void costs_the_evaluation(struct scene *s, const char *name, const char *reason)
{
	char changes[128];

	(void)snprintf(changes, sizeof changes, "{'partnership': {'name': '%s'}}", name);
	json_t *answer = peer_call(scene_peer(s), "decide", submission(s, changes));
	json_t *error = json_object_get(answer, "error");
	assert_int_equal(json_member_integer(error, "code", 0), -32008);
	assert_string_equal(json_member_text(json_object_get(error, "data"), "reason"), reason);
	json_decref(answer);
	json_decref(decided(s, NULL));
}

static void a_word_that_crashes_or_blocks_costs_the_evaluation(void **state)
{
	costs_the_evaluation(*state, "crash", "crash");
	costs_the_evaluation(*state, "block", "deadline");
}

/* Each evaluator is given others before it has answered the first. */
static void what_waits_behind_a_word_that_crashes_or_blocks_is_decided(void **state)
{
	static const char *const names[] = {"a", "crash", "b", "block", "c", "d",     "crash",
					    "e", "crash", "f", "g",     "h", "crash", "i"};
	enum { COUNT = sizeof names / sizeof *names };
	struct scene *s = *state;
	struct peer *p = peer_open(s);
	char changes[128];

	for (int i = 0; i < COUNT; i++, s->area++) {
		(void)snprintf(changes, sizeof changes, "{'partnership': {'name': '%s'}}",
			       names[i]);
		peer_request(p, i, "decide", submission(s, changes));
	}
	for (int i = 0; i < COUNT; i++) {
		json_t *answer = peer_receive(p);
		const char *name = names[json_member_integer(answer, "id", 0)];
		bool blocks = strcmp(name, "block") == 0, crashes = strcmp(name, "crash") == 0;
		if (blocks || crashes) {
			(void)snprintf(changes, sizeof changes,
				       "{'error': {'code': -32008, 'data': {'reason': '%s'}}}",
				       blocks ? "deadline" : "crash");
			expect(answer, changes);
		} else if (json_object_get(answer, "result") == NULL) {
			fail_msg("\"%s\" was not decided", name);
		}
		/* Nobody waits for it, where a second is time enough for all others. */
		if (SLOWER == 1 && blocks)
			assert_int_equal(i, COUNT - 1);
		json_decref(answer);
	}
	peer_close(&p);
}

/* Each has what it was given next taken from it, and is to begin it all the same. */
static void what_waits_behind_words_that_take_long_is_decided(void **state)
{
	enum { COUNT = 7 };
	struct scene *s = *state;
	struct peer *p = peer_open(s);

	for (int i = 0; i < COUNT; i++, s->area++)
		peer_request(p, i, "decide", submission(s, "{'partnership': {'name': 'dawdle'}}"));
	for (int i = 0; i < COUNT; i++) {
		json_t *answer = peer_receive(p);
		expect(answer, "{'result': {}}");
		json_decref(answer);
	}
	peer_close(&p);
}

static void a_word_has_no_files(void **state)
{
	if (SANITIZED)
		skip(); /* sealed by limits alone */
	costs_the_evaluation(*state, "look", "crash");
}

static void the_words_belong_to_the_digest_and_are_logged_with_it(void **state)
{
	struct scene *s = *state;
	json_t *plugin = rig_status(s, "bank-holidays");
	json_t *rules = called(s, "rules.get", "{}");
	char *body = scene_sql(s, "SELECT json_extract(entry, '$.body.words') FROM entries WHERE"
				  " json_extract(entry, '$.kind') = 'activation'");
	json_t *words = json_read(text_of(body), NULL);
	json_t *expected = json_pack("[{ss sO}]", "name", "bank-holidays", "sha256",
				     json_object_get(plugin, "sha256"));
	const char *digest = json_member_text(rules, "digest");
	json_t *result = decided(s, NULL);

	expect(plugin, "{'kinds': ['word'], 'state': 'running'}");
	assert_true(json_equal(words, expected));
	assert_string_equal(json_member_text(json_object_get(result, "rules"), "digest"), digest);

	/* What sha256sum would say of the same list without the words is another. */
	char command[1024], folder[600];
	(void)snprintf(folder, sizeof folder, "%s/plugins", s->dir);
	(void)snprintf(command, sizeof command,
		       "%s --socket %s/s --log %s/l --rules %s --check-config --plugins %s"
		       " >%s/checked 2>&1 && grep -q '%s' %s/checked",
		       AWARDD_PROGRAM, s->dir, s->dir, s->rules, folder, s->dir, digest, s->dir);
	assert_int_equal(system(command), 0);
	json_decref(plugin);
	json_decref(rules);
	json_decref(words);
	json_decref(expected);
	json_decref(result);
	free(body);
}

/* Whether awardctl finds a word that is not there. */
static bool misses_the_words(const struct scene *s, const char *verb, const char *options)
{
	char command[1024];

	(void)snprintf(
		command, sizeof command,
		"%s rules %s %s %s >%s/out 2>&1; grep -q 'the rules need words of plugins' %s/out",
		AWARDCTL_PROGRAM, verb, s->rules, options, s->dir, s->dir);
	return system(command) == 0;
}

static void awardctl_lends_the_words_where_it_tries_rules(void **state)
{
	static const char *const verbs[] = {"check", "test", "impact"};
	struct scene *s = *state;
	char log[PATH_TEXT + 16], both[2 * PATH_TEXT + 64];

	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		bool impact = strcmp(verbs[i], "impact") == 0;
		(void)snprintf(log, sizeof log, "--log %s", s->log);
		(void)snprintf(both, sizeof both, "%s --plugins %s/plugins", impact ? log : "",
			       s->dir);
		assert_true(misses_the_words(s, verbs[i], impact ? log : ""));
		assert_false(misses_the_words(s, verbs[i], both));
	}
}

/* Runs awardctl on the log; gives its exit status. */
static int on_log(const struct scene *s, const char *verb, const char *options)
{
	char command[1024];

	(void)snprintf(command, sizeof command, "%s log %s %s %s >%s/out 2>&1", AWARDCTL_PROGRAM,
		       verb, s->log, options, s->dir);
	return WEXITSTATUS(system(command));
}

static void the_log_verifies_and_reproduces_with_the_words_of_then(void **state)
{
	struct scene *s = *state;
	char plugins[PATH_TEXT + 32];

	(void)snprintf(plugins, sizeof plugins, "--plugins %s/plugins", s->dir);
	json_decref(decided(s, "{'assessed_on': '2026-12-25'}"));
	assert_int_equal(on_log(s, "verify", ""), 0);
	assert_int_equal(on_log(s, "reproduce", plugins), 0);
	assert_int_equal(on_log(s, "reproduce", ""), 7);
}

static void without_the_plugin_the_rules_are_refused(void **state)
{
	struct scene *s = *state;

	peer_close(&s->peer);
	scene_stop(s);
	scene_start(s, NULL);
	assert_true(scene_said(
		s, "quality-mark.lua:1: the rules need words of plugins, and there are none"));
	json_t *answer = peer_call(scene_peer(s), "decide", submission(s, NULL));
	assert_int_equal(json_member_integer(json_object_get(answer, "error"), "code", 0), -32004);
	json_decref(answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_rule_uses_a_word_of_a_plugin, scene_next_area),
		cmocka_unit_test_setup(what_a_word_refuses_is_an_error_of_the_criterion,
				       scene_next_area),
		cmocka_unit_test_setup(the_words_belong_to_the_digest_and_are_logged_with_it,
				       scene_next_area),
		cmocka_unit_test_setup(a_word_that_crashes_or_blocks_costs_the_evaluation,
				       scene_next_area),
		cmocka_unit_test_setup(what_waits_behind_a_word_that_crashes_or_blocks_is_decided,
				       scene_next_area),
		cmocka_unit_test_setup(a_word_has_no_files, scene_next_area),
		cmocka_unit_test_setup(awardctl_lends_the_words_where_it_tries_rules,
				       scene_next_area),
		cmocka_unit_test_setup(the_log_verifies_and_reproduces_with_the_words_of_then,
				       scene_next_area),
		cmocka_unit_test_setup(without_the_plugin_the_rules_are_refused, scene_next_area),
	};
	const struct CMUnitTest patient[] = {
		cmocka_unit_test(what_waits_behind_words_that_take_long_is_decided),
	};

	return cmocka_run_group_tests(tests, setup, scene_teardown) +
	       cmocka_run_group_tests(patient, setup_patient, scene_teardown);
}
