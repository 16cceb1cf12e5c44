/* Personal values erased: gone from every byte beside the log as soon as nobody reads an older
 * state, and all that was logged still stands. */
#include "erasing.h"

static const char clear[] = "the log's file is free of erased values";

/* A decision whose two signatories are "<mark>-send" and "<mark>-yos". */
static json_t *signed_by(struct scene *s, const char *mark, const char *more)
{
	char changes[500];

	snprintf(changes, sizeof changes,
		 "{'sign_off': {'send_leadership': {'name': '%s-send'},"
		 " 'yos_leadership': {'name': '%s-yos'}}%s}",
		 mark, mark, more);
	return decided(s, changes);
}

static json_t *erases(struct scene *s, const char *what, const char *id)
{
	char params[300];

	snprintf(params, sizeof params, "{'%s': '%s', 'by': 'Asking-%s', 'reason': 'asked to'}",
		 what, id, id);
	return called(s, "decisions.erase", params);
}

static void area_of(const struct scene *s, char out[32])
{
	snprintf(out, 32, "area-%d", s->area);
}

static json_t *entry_of(struct scene *s, const char *id)
{
	char params[100];

	snprintf(params, sizeof params, "{'decision_id': '%s'}", id);
	return called(s, "decisions.get", params);
}

static const char *id_of(const json_t *result)
{
	const char *id = json_member_text(result, "decision_id");

	return id != NULL ? id : json_member_text(result, "id");
}

/* ---- what it does ------------------------------------------------------- */

static void a_decisions_values_are_gone_from_every_file(void **state)
{
	struct scene *s = *state;
	json_t *decision = signed_by(s, "GREENFINCH", "");
	json_t *before = entry_of(s, id_of(decision)), *erased, *after;

	assert_true(is_somewhere(s, "GREENFINCH"));
	erased = erases(s, "decision_id", id_of(decision));
	is_nowhere(s, "GREENFINCH");
	expect(erased, "{'kind': 'erasure', 'values': 2, 'file': 'clean', 'reason': 'asked to'}");
	assert_string_equal(json_member_text(json_member(erased, "erases"), "decision_id"),
			    id_of(decision));
	after = entry_of(s, id_of(decision));
	expect(after, "{'erased': {'reason': 'asked to'}}");
	assert_string_equal(json_member_text(json_member(after, "erased"), "id"), id_of(erased));
	assert_non_null(json_member_text(
		json_pointer_get(after, "/submission/sign_off/send_leadership/name"), "erased"));
	assert_non_null(json_member_text(
		json_pointer_get(after, "/submission/sign_off/yos_leadership/name"), "erased"));
	assert_true(json_equal(json_member(before, "decision"), json_member(after, "decision")));
	assert_null(json_member(before, "erased"));
	leaves_hold(s);
	json_decref(before);
	json_decref(after);
	json_decref(erased);
	json_decref(decision);
}

static void all_of_a_partnership_is_erased_and_no_other(void **state)
{
	struct scene *s = *state;
	json_t *first = signed_by(s, "BULLFINCH-1", ", 'partnership': {'id': 'one'}");
	json_t *second = signed_by(s, "BULLFINCH-2", ", 'partnership': {'id': 'one'}");
	json_t *other = signed_by(s, "CHAFFINCH", ", 'partnership': {'id': 'other'}"), *erased;
	char params[200];

	snprintf(params, sizeof params,
		 "{'decision_id': '%s', 'by': 'BULLFINCH-3', 'reason': 'entered twice'}",
		 id_of(second));
	json_decref(called(s, "decisions.revoke", params));
	json_decref(erases(s, "decision_id", id_of(first)));
	assert_true(is_somewhere(s, "BULLFINCH-3"));
	/* Two of the second decision, and who revoked it, and who asked for the first erasure. */
	erased = erases(s, "partnership", "one");
	expect(erased, "{'values': 4, 'file': 'clean', 'erases': {'partnership': 'one'}}");
	is_nowhere(s, "BULLFINCH");
	snprintf(params, sizeof params, "Asking-%s", id_of(first));
	is_nowhere(s, params);
	assert_true(is_somewhere(s, "CHAFFINCH-send"));
	assert_true(is_somewhere(s, "CHAFFINCH-yos"));
	assert_true(is_somewhere(s, "Asking-one"));
	json_decref(erased);
	erased = erases(s, "partnership", "one"); /* who asked for it, now */
	expect(erased, "{'values': 1}");
	json_decref(erased);
	leaves_hold(s);
	json_decref(first);
	json_decref(second);
	json_decref(other);
}

static void who_revoked_an_import_is_erased_with_its_partnership(void **state)
{
	struct scene *s = *state;
	char *id;
	char params[200];

	imports(s, "{}");
	id = scene_sql(s, "SELECT id FROM entries WHERE kind = 'import'");
	snprintf(params, sizeof params, "{'decision_id': '%s', 'by': 'SISKIN', 'reason': 'no'}",
		 id);
	json_decref(called(s, "decisions.revoke", params));
	free(id);
	id = scene_sql(s, "SELECT partnership FROM awards");
	assert_true(is_somewhere(s, "SISKIN"));
	json_t *erased = erases(s, "partnership", id);
	expect(erased, "{'values': 1, 'file': 'clean'}");
	is_nowhere(s, "SISKIN");
	json_decref(erased);
	free(id);
}

static void what_is_gone_is_not_erased_again_and_no_entry_says_so(void **state)
{
	struct scene *s = *state;
	json_t *decision = signed_by(s, "HAWFINCH", "");
	int64_t entries;

	json_decref(erases(s, "decision_id", id_of(decision)));
	entries = scene_sql_number(s, "SELECT count(*) FROM entry");
	json_t *again = erases(s, "decision_id", id_of(decision));
	expect(again, "{'values': 0, 'file': 'clean'}");
	assert_null(json_object_get(again, "sequence"));
	assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM entry"), entries);
	json_decref(again);
	json_decref(decision);
}

static void what_does_not_fit_is_refused(void **state)
{
	struct scene *s = *state;
	static const struct {
		const char *params;
		int code;
	} wrong[] = {
		{"{'by': 'me', 'reason': 'so'}", -32602},
		{"{'decision_id': '1-0', 'partnership': 'p', 'by': 'me', 'reason': 'so'}", -32602},
		{"{'partnership': 'p', 'reason': 'so'}", -32602},
		{"{'partnership': 'p', 'by': 'me'}", -32602},
		{"{'partnership': 'nobody', 'by': 'me', 'reason': 'so'}", -32002},
		{"{'decision_id': '1-000000000000', 'by': 'me', 'reason': 'so'}", -32002},
		{"{'decision_id': '999-000000000000', 'by': 'me', 'reason': 'so'}", -32002},
		{"{'decision_id': 'x', 'by': 'me', 'reason': 'so'}", -32002},
	};
	char params[200], *start;

	json_decref(signed_by(s, "LINNET", ""));
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		json_decref(fails(s, "decisions.erase", wrong[i].params, wrong[i].code));
	start = scene_sql(s, "SELECT id FROM entries WHERE kind = 'start'"); /* is of nobody */
	snprintf(params, sizeof params, "{'decision_id': '%s', 'by': 'me', 'reason': 'so'}", start);
	json_decref(fails(s, "decisions.erase", params, -32002));
	free(start);
	assert_true(is_somewhere(s, "LINNET-send"));
	assert_int_equal(scene_sql_number(s, "SELECT count(*) FROM entry WHERE kind = 'erasure'"),
			 0);
}

static void erasing_waits_its_turn_among_the_partnerships_submissions(void **state)
{
	struct scene *s = *state;
	struct peer *p = peer_open(s);
	json_t *answer;

	peer_request(p, 0, "decide",
		     submission(s, "{'partnership': {'id': 'lane'}, 'sign_off':"
				   " {'send_leadership': {'name': 'TWITE-3'}}}"));
	peer_request(p, 1, "decisions.erase",
		     quoted("{'partnership': 'lane', 'by': 'me', 'reason': 'so'}"));
	peer_request(p, 2, "decide",
		     submission(s, "{'partnership': {'id': 'lane'}, 'sign_off':"
				   " {'send_leadership': {'name': 'REDPOLL'}}}"));
	for (int i = 0; i < 3; i++) {
		answer = peer_receive(p);
		assert_non_null(json_member(answer, "result"));
		if (json_member_integer(answer, "id", 0) == 1)
			expect(answer, "{'result': {'values': 2}}");
		json_decref(answer);
	}
	is_nowhere(s, "TWITE-3");
	assert_true(is_somewhere(s, "REDPOLL"));
	peer_close(&p);
}

/* ---- while somebody reads ----------------------------------------------- */

static void a_reader_of_an_older_state_keeps_the_value_until_it_ends(void **state)
{
	struct scene *s = *state;
	json_t *decision = signed_by(s, "GOLDCREST", ""), *erased;
	struct holder reader;

	holder_open(&reader, s);
	erased = erases(s, "decision_id", id_of(decision));
	expect(erased, "{'values': 2, 'file': 'pending'}");
	assert_true(is_somewhere(s, "GOLDCREST"));
	calls(s, "server.status", NULL, "{'log': {'erasure_pending': true}}");
	scene_await_later(s);
	holder_close(&reader);
	scene_await(s, clear); /* nothing else is asked for meanwhile */
	is_nowhere(s, "GOLDCREST");
	calls(s, "server.status", NULL, "{'log': {'erasure_pending': false}}");
	json_decref(erased);
	json_decref(decision);
}

/* It reads the file alone, which is then not written to, so that the WAL keeps the value. */
static void a_reader_that_found_the_wal_empty_keeps_it_too(void **state)
{
	struct scene *s = *state;
	struct holder reader;
	json_t *decision, *erased;
	char area[32];

	json_decref(signed_by(s, "NUTHATCH", ""));
	area_of(s, area);
	json_decref(erases(s, "partnership", area));
	holder_open(&reader, s); /* the erasure left an empty WAL */
	decision = signed_by(s, "FIRECREST", "");
	erased = erases(s, "decision_id", id_of(decision));
	expect(erased, "{'file': 'pending'}");
	assert_true(is_somewhere(s, "FIRECREST"));
	scene_await_later(s);
	holder_close(&reader);
	scene_await(s, clear);
	is_nowhere(s, "FIRECREST");
	json_decref(erased);
	json_decref(decision);
}

/* Also where the daemon is never idle for the second after which it would empty the WAL anyway. */
static void it_is_cleared_under_load_too(void **state)
{
	struct scene *s = *state;
	json_t *decision = signed_by(s, "WHEATEAR", ""), *erased;
	struct holder reader;
	struct stream stream;

	holder_open(&reader, s);
	erased = erases(s, "decision_id", id_of(decision));
	expect(erased, "{'file': 'pending'}");
	scene_await_later(s);
	stream_open(&stream, s, 4, NULL);
	stream_go(&stream, 50);
	assert_true(is_somewhere(s, "WHEATEAR"));
	holder_close(&reader);
	stream_until(&stream, clear);
	is_nowhere(s, "WHEATEAR");
	stream_finish(&stream);
	stream_deinit(&stream);
	json_decref(erased);
	json_decref(decision);
}

/* ---- ends --------------------------------------------------------------- */

static void killed_with_a_reader_it_is_cleared_by_the_next_daemon(void **state)
{
	struct scene *s = *state;
	json_t *decision = signed_by(s, "STONECHAT", "");
	struct holder reader;

	holder_open(&reader, s);
	json_decref(erases(s, "decision_id", id_of(decision)));
	scene_kill(s);
	assert_true(is_somewhere(s, "STONECHAT"));
	holder_close(&reader);
	assert_true(is_somewhere(s, "STONECHAT")); /* nobody is there to clear it */
	scene_start(s, NULL);
	is_nowhere(s, "STONECHAT");
	calls(s, "server.status", NULL, "{'log': {'erasure_pending': false}}");
	leaves_hold(s);
	json_decref(decision);
}

static void started_beside_a_reader_it_is_cleared_when_that_ends(void **state)
{
	struct scene *s = *state;
	json_t *decision = signed_by(s, "WHINCHAT", "");
	struct holder reader;

	holder_open(&reader, s);
	json_decref(erases(s, "decision_id", id_of(decision)));
	scene_kill(s);
	scene_start(s, NULL);
	calls(s, "server.status", NULL, "{'log': {'erasure_pending': true}}");
	assert_true(is_somewhere(s, "WHINCHAT"));
	scene_await_later(s);
	holder_close(&reader);
	scene_await(s, clear);
	is_nowhere(s, "WHINCHAT");
	json_decref(decision);
}

/* Killed somewhere between the request and its answer: an entry says that the values are gone, and
 * they are; or neither. */
static void killed_while_it_erases_it_erased_or_not(void **state)
{
	struct scene *s = *state;
	size_t done = 0, kills = 24;

	for (size_t i = 0; i < kills; i++) {
		char mark[32], sql[200];
		snprintf(mark, sizeof mark, "DUNNOCK-%02zu", i);
		json_t *decision = signed_by(s, mark, "");
		struct peer *p = peer_open(s);
		peer_request(p, 1, "decisions.erase",
			     json_pack("{s:O, s:s, s:s}", "decision_id",
				       json_object_get(decision, "decision_id"), "by", "me",
				       "reason", "so"));
		if (i % 3 != 0) /* a while that depends on nothing but the number */
			(void)peer_is_silent(p, (int)i / 3);
		scene_kill(s);
		peer_close(&p);
		scene_start(s, NULL);
		snprintf(sql, sizeof sql,
			 "SELECT count(*) FROM erasure WHERE erases = %" JSON_INTEGER_FORMAT,
			 json_member_integer(decision, "sequence", 0));
		bool erased = scene_sql_number(s, sql) == 1;
		done += erased;
		strcat(mark, "-send");
		assert_int_equal(is_somewhere(s, mark), !erased);
		json_decref(decision);
	}
	print_message("%zu of %zu erased\n", done, kills);
	leaves_hold(s);
}

static void afterwards_everything_works_as_before(void **state)
{
	struct scene *s = *state;
	json_t *decision = signed_by(s, "BLACKCAP", ", 'submission_id': 'once'"), *again;
	json_t *awards = called(s, "register.list", "{'on': '2024-06-01'}"), *later;

	json_decref(erases(s, "decision_id", id_of(decision)));
	for (int i = 0; i < 2; i++) {
		again = signed_by(s, "BLACKCAP", ", 'submission_id': 'once'");
		assert_true(json_equal(again, decision));
		json_decref(again);
		is_nowhere(s, "BLACKCAP"); /* sent again, it is not kept */
		json_decref(fails(s, "decide",
				  "{'submission_id': 'once', 'partnership': {'id': 'x'},"
				  " 'assessed_on': '2024-01-01', 'scores': {'1': 1, '2': 1, '3': 1,"
				  " '4a': 1, '4b': 1, '5': 1, '6': 1, '7': 1, '8': 1, '9': 1,"
				  " '10': 1}}",
				  -32003));
		later = called(s, "register.list", "{'on': '2024-06-01'}");
		assert_true(json_equal(later, awards));
		json_decref(later);
		calls(s, "decisions.list", NULL, "{'next': null}");
		free(TOOL_OUT(s, 0, "rules", "impact", "rules", "--log", s->log));
		free(TOOL_OUT(s, 0, "decisions", "test", id_of(decision), "--log", s->log));
		scene_stop(s);
		scene_start(s, NULL);
	}
	leaves_hold(s);
	json_decref(awards);
	json_decref(decision);
}

/* Gives the query that the auditors' page shows for what is gone without an erasure. */
static char *query_of_the_page(void)
{
	char *page =
		tool_slurp(open(AWARDD_SOURCE "/examples/audit/erasing.md", O_RDONLY | O_CLOEXEC));
	char *query = strstr(page, "SELECT e.sequence"), *end;

	assert_non_null(query);
	end = strchr(query, '"');
	assert_non_null(end);
	*end = '\0';
	query = strdup(query);
	assert_non_null(query);
	free(page);
	return query;
}

static void what_is_gone_without_an_erasure_is_found(void **state)
{
	struct scene *s = *state;
	char *query = query_of_the_page(), *found, command[600];
	json_t *first = signed_by(s, "ORIOLE-1", ""), *second = signed_by(s, "ORIOLE-2", "");
	json_t *third = signed_by(s, "ORIOLE-3", ", 'partnership': {'id': 'three'}");

	json_decref(erases(s, "decision_id", id_of(first)));
	json_decref(erases(s, "partnership", "three"));
	found = scene_sql(s, query);
	assert_string_equal(found, "");
	free(found);
	snprintf(command, sizeof command,
		 "sqlite3 '%s' \"UPDATE personal SET salt = zeroblob(32), value ="
		 " printf('%%*s', length(value), '') WHERE value LIKE '%%ORIOLE-2-yos%%'\"",
		 s->log);
	assert_int_equal(system(command), 0);
	found = scene_sql(s, query);
	snprintf(command, sizeof command, "%" JSON_INTEGER_FORMAT "|decision|",
		 json_member_integer(second, "sequence", 0));
	assert_memory_equal(found, command, strlen(command));
	assert_null(strchr(found, '\n'));
	free(found);
	free(query);
	json_decref(first);
	json_decref(second);
	json_decref(third);
}

/* ---- the tool ----------------------------------------------------------- */

static void the_tool_says_what_was_removed_and_what_is_beyond_reach(void **state)
{
	struct scene *s = *state;
	json_t *decision = signed_by(s, "BRAMBLING", "");
	const char *id = id_of(decision);
	struct holder reader;
	char *said, area[32];

	area_of(s, area);
	free(TOOL_OUT(s, 2, "decisions", "erase", "--reason", "so"));
	free(TOOL_OUT(s, 2, "decisions", "erase", id));
	free(TOOL_OUT(s, 2, "decisions", "erase", id, "--partnership", "x", "--reason", "so"));
	free(TOOL_OUT(s, 8, "decisions", "erase", "--partnership", "nobody", "--reason", "so"));
	holder_open(&reader, s);
	said = TOOL_OUT(s, 0, "decisions", "erase", id, "--by", "A. Keeper", "--reason", "asked");
	tool_must_say(said, "2 personal values of");
	tool_must_say(said, "still holds erased values");
	tool_must_say(said, "copies and backups of the log made before");
	free(said);
	scene_await_later(s);
	holder_close(&reader);
	scene_await(s, clear);
	said = TOOL_OUT(s, 0, "decisions", "erase", id, "--reason", "again");
	tool_must_say(said, "is left to erase; no entry was made");
	tool_must_say(said, "is free of erased values");
	free(said);
	said = TOOL_OUT(s, 0, "decisions", "show", id);
	tool_must_say(said, "ERASED at");
	tool_must_say(said,
		      "(asked): /sign_off/send_leadership/name, /sign_off/yos_leadership/name");
	free(said);
	said = TOOL_OUT(s, 0, "--format", "json", "decisions", "erase", "--partnership", area,
			"--reason", "all");
	tool_must_say(said, "\"values\"");
	free(said);
	said = scene_sql(s, "SELECT group_concat(what, '; ') FROM activity WHERE kind = 'erasure'");
	tool_must_say(said, "erases ");
	tool_must_say(said, ": asked; erases all up to entry ");
	free(said);
	json_decref(decision);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define IN_A_SCENE(test) cmocka_unit_test_setup_teardown(test, tool_scene_setup, scene_teardown)
		IN_A_SCENE(a_decisions_values_are_gone_from_every_file),
		IN_A_SCENE(all_of_a_partnership_is_erased_and_no_other),
		IN_A_SCENE(who_revoked_an_import_is_erased_with_its_partnership),
		IN_A_SCENE(what_is_gone_is_not_erased_again_and_no_entry_says_so),
		IN_A_SCENE(what_does_not_fit_is_refused),
		IN_A_SCENE(erasing_waits_its_turn_among_the_partnerships_submissions),
		IN_A_SCENE(a_reader_of_an_older_state_keeps_the_value_until_it_ends),
		IN_A_SCENE(a_reader_that_found_the_wal_empty_keeps_it_too),
		IN_A_SCENE(it_is_cleared_under_load_too),
		IN_A_SCENE(killed_with_a_reader_it_is_cleared_by_the_next_daemon),
		IN_A_SCENE(started_beside_a_reader_it_is_cleared_when_that_ends),
		IN_A_SCENE(killed_while_it_erases_it_erased_or_not),
		IN_A_SCENE(afterwards_everything_works_as_before),
		IN_A_SCENE(what_is_gone_without_an_erasure_is_found),
		IN_A_SCENE(the_tool_says_what_was_removed_and_what_is_beyond_reach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
