/* A log whose rules used words of a plugin: proved, and decided again with that very
 * plugin and no other; never found to differ because it is missing. So with a daemon
 * that takes them from its log. */
#include "rig.h"

#include <stdlib.h>

enum { DONE = 0, USAGE = 2, UNPROVEN = 7 };

static const char with_words[] =
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
	"			if words.bank_holidays.is_holiday(submission.assessed_on) then\n"
	"				return unmet(\"That is a holiday.\", { { pointer = \"/assessed_on\" } })\n"
	"			end\n"
	"			return met(\"That is no holiday.\")\n"
	"		end,\n"
	"	},\n"
	"}\n";
static const char without_words[] =
	"level \"quality-mark\" {\n"
	"	title = \"Quality Mark\",\n"
	"	in_force_from = \"2017-04-01\",\n"
	"	criterion \"QM-1\" {\n"
	"		says = \"Every statement that applies is scored 5 or more\",\n"
	"		every_score_at_least(5),\n"
	"	},\n"
	"}\n";

static void decide_some(struct scene *s)
{
	s->area++;
	json_decref(decided(s, "{'assessed_on': '2026-12-24'}"));
	json_decref(decided(s, "{'assessed_on': '2026-12-25'}"));
}

/* A log of two decisions by a rule set that used words, and of two by one that used none
 * and was put in force by a daemon without plugins; nobody has it any more. */
static int setup(void **state)
{
	assert_int_equal(scene_setup_stopped(state), 0);
	struct scene *s = *state;

	rig_add(s, "good/bank-holidays");
	scene_rule_write(s, "quality-mark.lua", with_words);
	rig_start(s, NULL);
	decide_some(s);
	peer_close(&s->peer);
	scene_stop(s);
	scene_rule_write(s, "quality-mark.lua", without_words);
	scene_start(s, NULL);
	decide_some(s);
	peer_close(&s->peer);
	scene_stop(s);
	return 0;
}

/* Runs a shell command with the scene's folder as `here`; what it wrote is in `said`. */
static int run(const struct scene *s, const char *command, char said[8192])
{
	char whole[2048], path[512];

	(void)snprintf(path, sizeof path, "%s/out", s->dir);
	(void)snprintf(whole, sizeof whole,
		       "here=%s log=%s; awardctl() { %s \"$@\"; }; (%s) >%s 2>&1", s->dir, s->log,
		       AWARDCTL_PROGRAM, command, path);
	int status = system(whole);
	FILE *f = fopen(path, "re");
	assert_non_null(f);
	said[fread(said, 1, 8191, f)] = '\0';
	assert_int_equal(fclose(f), 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

struct expectation {
	const char *command;
	int status;
	const char *says[4];
};

static void meet(const struct scene *s, const struct expectation *list, size_t count)
{
	char said[8192];

	for (size_t i = 0; i < count; i++) {
		int status = run(s, list[i].command, said);
		if (status != list[i].status)
			fail_msg("%s ends with %d:\n%s", list[i].command, status, said);
		for (size_t j = 0; j < 4 && list[i].says[j] != NULL; j++) {
			if (strstr(said, list[i].says[j]) == NULL)
				fail_msg("%s does not say \"%s\":\n%s", list[i].command,
					 list[i].says[j], said);
		}
	}
}

static void the_log_is_proved_without_the_plugin(void **state)
{
	static const struct expectation list[] = {
		{"awardctl log verify \"$log\"", DONE, {NULL}},
	};

	meet(*state, list, 1);
}

static void the_digest_is_over_the_words_as_sha256sum_prints_them(void **state)
{
	const struct scene *s = *state;
	char *bytes = scene_sql(s, "SELECT json_extract(entry, '$.body.digest') || ' ' ||"
				   " json_extract(entry, '$.body.prelude') FROM entries WHERE"
				   " json_extract(entry, '$.body.words') IS NOT NULL");
	char *files = scene_sql(s, "SELECT group_concat(json_extract(value, '$.sha256') || '  ' ||"
				   " json_extract(value, '$.path') || char(10), '') FROM entries,"
				   " json_each(entry, '$.body.files') WHERE"
				   " json_extract(entry, '$.body.words') IS NOT NULL");
	char *words = scene_sql(s,
				"SELECT json_extract(entry, '$.body.words[0].sha256') FROM entries"
				" WHERE json_extract(entry, '$.body.words') IS NOT NULL");
	struct buffer list;
	char hex[DIGEST_HEX];

	buffer_init(&list);
	assert_int_equal(buffer_printf(&list, "%s  prelude\n%s%s  words/bank-holidays\n",
				       strchr(bytes, ' ') + 1, files, words),
			 0);
	struct digest d = digest_of(list.bytes, list.length);
	hex_format(d.bytes, sizeof d.bytes, hex);
	assert_memory_equal(bytes, "sha256:", 7);
	assert_memory_equal(bytes + 7, hex, DIGEST_HEX - 1);
	buffer_deinit(&list);
	free(bytes);
	free(files);
	free(words);
}

static void it_is_reproduced_with_the_plugin(void **state)
{
	static const struct expectation list[] = {
		{"awardctl log reproduce \"$log\" --plugins \"$here/plugins\"",
		 DONE,
		 {"4 decisions", "4 reproduced to the byte, 0"}},
		/* One more in the folder lends no word to the rules of then. */
		{"mkdir -p \"$here/more\" && cp \"$here/plugins/bank-holidays.so\" '" AWARDD_PLUGINS
		 "/good/tides.so' \"$here/more\" && awardctl log reproduce \"$log\" --plugins"
		 " \"$here/more\"",
		 DONE,
		 {"4 decisions", "4 reproduced to the byte, 0"}},
	};

	meet(*state, list, sizeof list / sizeof *list);
}

static void without_the_plugin_it_says_what_is_needed(void **state)
{
	static const struct expectation list[] = {
		{"awardctl log reproduce \"$log\" --format json",
		 UNPROVEN,
		 {"needs the words of the plugin bank-holidays, which is not there",
		  "\"not_possible\":2", "\"differing\":0", "\"reproduced\":2"}},
		{"mkdir -p \"$here/none\"; "
		 "awardctl log reproduce \"$log\" --plugins \"$here/none\" --format json",
		 UNPROVEN,
		 {"which is not there", "\"not_possible\":2", "\"differing\":0"}},
	};

	meet(*state, list, sizeof list / sizeof *list);
}

static void another_plugin_of_that_name_is_not_used(void **state)
{
	static const struct expectation list[] = {
		{"mkdir -p \"$here/other\" && cp \"$here/plugins/bank-holidays.so\" \"$here/other\" &&"
		 " echo >>\"$here/other/bank-holidays.so\" &&"
		 " awardctl log reproduce \"$log\" --plugins \"$here/other\" --format json",
		 UNPROVEN,
		 {"and the bank-holidays.so that is there has", "\"not_possible\":2",
		  "\"differing\":0", "\"reproduced\":2"}},
	};

	meet(*state, list, 1);
}

static void one_decision_is_shown_under_rules_that_need_it(void **state)
{
	struct scene *s = *state;
	char *digest = scene_sql(s, "SELECT json_extract(entry, '$.body.digest') FROM entries WHERE"
				    " json_extract(entry, '$.body.words') IS NOT NULL");
	char *sequence = scene_sql(s, "SELECT max(sequence) FROM entries WHERE"
				      " json_extract(entry, '$.kind') = 'decision'");
	char missing[512], there[512];

	(void)snprintf(missing, sizeof missing,
		       "awardctl decisions show %s --under %s --log \"$log\"", sequence, digest);
	(void)snprintf(there, sizeof there, "%s --plugins \"$here/plugins\"", missing);
	const struct expectation list[] = {
		{missing, USAGE, {"needs the words of the plugin bank-holidays"}},
		{there, DONE, {"holiday"}},
	};
	meet(s, list, 2);
	free(digest);
	free(sequence);
}

/* Starts it with a folder whose rules do not load. */
static void start_from_log(struct scene *s)
{
	scene_rule_write(s, "broken.lua", "level \"");
	rig_start(s, NULL);
	s->area++;
}

static void stop(struct scene *s)
{
	peer_close(&s->peer);
	scene_stop(s);
}

static void has_digest(struct scene *s, const char *digest)
{
	json_t *rules = called(s, "rules.get", "{}");

	assert_true(scene_said(s, "the set last active, from the log"));
	assert_string_equal(json_member_text(rules, "digest"), digest);
	json_decref(rules);
}

static char *last_active(const struct scene *s)
{
	return scene_sql(s, "SELECT digest FROM rule_sets WHERE kind = 'activation'"
			    " ORDER BY sequence DESC LIMIT 1");
}

static void a_daemon_lends_the_set_last_active_no_words_that_it_had_not(void **state)
{
	struct scene *s = *state;
	char *digest = last_active(s);

	start_from_log(s);
	has_digest(s, digest);
	free(digest);
	stop(s);
}

/* Puts those with words in force again, and keeps a folder that does not load. */
static void a_daemon_lends_the_set_last_active_the_words_that_it_had(void **state)
{
	struct scene *s = *state;
	char said[8192];

	assert_int_equal(run(s, "rm \"$here/rules/broken.lua\"", said), 0);
	scene_rule_write(s, "quality-mark.lua", with_words);
	rig_start(s, NULL);
	stop(s);
	char *digest = last_active(s);
	rig_add(s, "good/tides");
	start_from_log(s);
	has_digest(s, digest);
	json_t *result = decided(s, "{'assessed_on': '2026-12-25'}");
	assert_string_equal(criterion_status(result, "QM-2"), "unmet");
	json_decref(result);
	free(digest);
	stop(s);
}

static void a_daemon_lends_the_set_last_active_no_other_plugin_of_that_name(void **state)
{
	struct scene *s = *state;
	char said[8192];

	assert_int_equal(run(s, "echo >>\"$here/plugins/bank-holidays.so\"", said), 0);
	start_from_log(s);
	assert_true(scene_said(s, "the rules last active cannot be run: it needs the words of the"
				  " plugin bank-holidays of SHA-256"));
	json_t *answer = peer_call(scene_peer(s), "decide", submission(s, NULL));
	assert_int_equal(json_member_integer(json_object_get(answer, "error"), "code", 0), -32004);
	json_decref(answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_log_is_proved_without_the_plugin),
		cmocka_unit_test(the_digest_is_over_the_words_as_sha256sum_prints_them),
		cmocka_unit_test(it_is_reproduced_with_the_plugin),
		cmocka_unit_test(without_the_plugin_it_says_what_is_needed),
		cmocka_unit_test(another_plugin_of_that_name_is_not_used),
		cmocka_unit_test(one_decision_is_shown_under_rules_that_need_it),
		cmocka_unit_test(a_daemon_lends_the_set_last_active_no_words_that_it_had_not),
		cmocka_unit_test(a_daemon_lends_the_set_last_active_the_words_that_it_had),
		cmocka_unit_test(a_daemon_lends_the_set_last_active_no_other_plugin_of_that_name),
	};

	return cmocka_run_group_tests(tests, setup, scene_teardown);
}
