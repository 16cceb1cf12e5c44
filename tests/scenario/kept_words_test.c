/* Rules taken from the log at the start, with the words that the log keeps with them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal/journal.h"
#include "ruleset/ruleset.h"
#include "script/script.h"
#include "support.h"

static void on_work(void *ctx)
{
	(void)ctx; /* closing delivers what is owed */
}

static void on_appended(void *ctx, int status, const struct journal_receipt *receipts, size_t count,
			const struct err *e)
{
	bool *there = ctx;

	(void)receipts;
	(void)count;
	if (status != 0)
		fail_msg("%s", e->text);
	*there = true;
}

/* This program's words, but that `to` stands for the first `from`. */
static json_t *other_words(const char *from, const char *to)
{
	struct text own = script_prelude();
	char *words = strndup(own.bytes, own.length);

	assert_non_null(words);
	char *at = strstr(words, from);
	assert_non_null(at);
	*at = '\0';
	json_t *text = json_sprintf("%s%s%s", words, to, at + strlen(from));
	assert_non_null(text);
	free(words);
	return text;
}

static json_t *hash_of(const json_t *text)
{
	struct digest d = digest_of(json_string_value(text), json_string_length(text));
	char hash[DIGEST_HEX];

	hex_format(d.bytes, sizeof d.bytes, hash);
	return json_string(hash);
}

/* Logs that these rules came into force, as the daemon of another version would have. */
static void log_activation(const struct scene *s, const struct rule_files *rules)
{
	const struct journal_options options = {
		.path = s->log, .clock = clock_system, .chance = chance_system, .notify = on_work};
	json_t *about = rule_files_describe(rules), *blobs = json_array(), *file;
	struct journal *j = NULL;
	struct err e = {.status = 0};
	bool there = false;
	size_t i;

	json_array_foreach(rules->files, i, file)
		assert_int_equal(json_array_append(blobs, json_object_get(file, "text")), 0);
	assert_int_equal(json_array_append(blobs, rules->prelude), 0);
	struct journal_draft draft = {
		.kind = "activation",
		.body = json_pack("{ss ss ss sO ss so}", "cause", "reload", "digest", rules->digest,
				  "engine", "0.0.1", "files", json_object_get(about, "files"),
				  "lua", script_lua_version(), "prelude", hash_of(rules->prelude)),
		.blobs = blobs,
	};
	if (journal_open(&options, &j, &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(journal_append(j, &draft, 1, on_appended, &there), 0);
	journal_close(&j);
	assert_true(there);
	json_decref(about);
}

/* Starts with the folder's rules and these words (taken), as the log keeps them: `digest`. */
static void start_with_words(struct scene *s, json_t *words, char digest[RULES_DIGEST])
{
	struct rule_files read, kept;
	json_t *faults = json_array();

	assert_int_equal(rule_files_read(s->rules, &read, faults), 0);
	assert_int_equal(rule_files_from(read.files, words, &kept), 0);
	assert_string_not_equal(kept.digest, read.digest);
	log_activation(s, &kept);
	memcpy(digest, kept.digest, RULES_DIGEST);
	scene_rule_write(s, "broken.lua", "level \"");
	scene_start(s, NULL);
	assert_true(scene_said(s, "the set last active"));
	json_decref(words);
	json_decref(faults);
	rule_files_deinit(&read);
	rule_files_deinit(&kept);
}

static void the_set_last_active_has_the_words_that_were_its_own(void **state)
{
	struct scene *s = *state;
	char digest[RULES_DIGEST];
	json_t *result;

	start_with_words(s, other_words(" is needed (", " is wanted ("), digest);
	result = decided(s, "{'every': 3}");
	expect(result, "{'outcome': {'award': null}}");
	assert_string_equal(json_member_text(json_object_get(result, "rules"), "digest"), digest);
	char *text = json_dumps(result, 0);
	assert_non_null(strstr(text, " is wanted ("));
	free(text);
	assert_int_equal(scene_sql_number(s, "SELECT count(DISTINCT json_extract(entry,"
					     " '$.body.prelude')) FROM entries"
					     " WHERE kind = 'activation'"),
			 1);
	json_decref(result);
}

/* No answer has a member twice, and no entry one that its own answer would contradict. */
static void words_that_say_what_only_the_log_can_decide_nothing(void **state)
{
	static const char from[] = "assessed_on = maybe, next";
	struct scene *s = *state;
	char digest[RULES_DIGEST];

	start_with_words(s, other_words(from, "sequence = 1, assessed_on = maybe, next"), digest);
	json_t *answer = peer_call(scene_peer(s), "decide", submission(s, NULL));
	expect(answer, "{'error': {'code': -32008, 'data': {'reason': 'crash'}}}");
	json_decref(answer);
	assert_int_equal(
		scene_sql_number(s, "SELECT count(*) FROM entries WHERE kind = 'decision'"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_set_last_active_has_the_words_that_were_its_own,
						scene_setup_stopped, scene_teardown),
		cmocka_unit_test_setup_teardown(words_that_say_what_only_the_log_can_decide_nothing,
						scene_setup_stopped, scene_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
