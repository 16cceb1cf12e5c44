/* The plugin open-badge: what it issues is checked by libraries of others (check.js,
 * check.py in tests/badge), and what it refuses is said. */
#include "rig.h"

#include <stdlib.h>
#include <time.h>

#include "../../plugins/open-badge/badge.h"

#define MEDIA_TYPE "application/vc+ld+json"
#define BADGE AWARDD_SOURCE "/tests/badge"

/* A folder that the plugin may write to, outside of the log's, which it cannot see. */
struct place {
	char folder[64], key[96], revocations[96];
};

static void make_place(struct place *p)
{
	(void)snprintf(p->folder, sizeof p->folder, "/tmp/awardd-badge-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	assert_int_equal(chmod(p->folder, 0777), 0); /* as root, plugins are nobody */
	(void)snprintf(p->key, sizeof p->key, "%s/key", p->folder);
	(void)snprintf(p->revocations, sizeof p->revocations, "%s/revocations", p->folder);
}

static void remove_place(const struct place *p)
{
	char command[128];

	(void)snprintf(command, sizeof command, "rm -r '%s'", p->folder);
	assert_int_equal(system(command), 0);
}

/* Starts the daemon with the plugin and these settings more, ended by NULL. */
static void begin(struct scene *s, const struct place *p, const char *const *more)
{
	char key[128], revocations[128];
	const char *arguments[12] = {key, revocations, "--open-badge.issuer-name",
				     "Awards \"of\" Example",
				     "--open-badge.base-url=https://awards.example/badges"};

	(void)snprintf(key, sizeof key, "--open-badge.key-file=%s", p->key);
	(void)snprintf(revocations, sizeof revocations, "--open-badge.revocations-file=%s",
		       p->revocations);
	for (size_t i = 0; more != NULL && more[i] != NULL; i++)
		arguments[5 + i] = more[i];
	rig_add(s, "../../plugins/open-badge");
	rig_start(s, arguments);
}

/* Gives the answer to decisions.render. */
static json_t *rendered(struct scene *s, const json_t *result)
{
	return peer_call(scene_peer(s), "decisions.render",
			 json_pack("{sO ss}", "decision_id", json_object_get(result, "decision_id"),
				   "media_type", MEDIA_TYPE));
}

/* Gives the text of the credential. */
static char *issued(struct scene *s, const json_t *result)
{
	json_t *answer = rendered(s, result);
	const char *text = json_member_text(json_object_get(answer, "result"), "text");

	if (text == NULL) {
		char *said = json_dumps(answer, 0);
		fail_msg("%s", said);
	}
	char *copy = strdup(text);
	assert_non_null(copy);
	json_decref(answer);
	return copy;
}

static void refuses_to_issue(struct scene *s, const json_t *result, int code, const char *says)
{
	json_t *answer = rendered(s, result);
	const json_t *error = json_object_get(answer, "error");
	char *said = json_dumps(answer, 0);

	assert_int_equal(json_member_integer(error, "code", 0), code);
	if (strstr(said, says) == NULL)
		fail_msg("%s", said);
	free(said);
	json_decref(answer);
}

/* Until the plugin was told of every entry; each round is answered by the daemon. */
static void await_told(struct scene *s)
{
	time_t patience = time(NULL) + ANSWER_TIMEOUT_MS / 1000;
	json_int_t behind = -1;

	while (behind != 0) {
		json_t *plugin = rig_status(s, "open-badge");
		behind = json_member_integer(plugin, "behind", -1);
		if (time(NULL) > patience)
			fail_msg("not told: %s", json_dumps(plugin, 0));
		json_decref(plugin);
	}
}

/* ---- files for those who check --------------------------------------------- */

static void keep(const struct scene *s, const char *name, const char *text)
{
	char path[PATH_TEXT + 32];

	(void)snprintf(path, sizeof path, "%s/%s", s->dir, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void keep_issued(struct scene *s, const char *name, const json_t *result)
{
	char *text = issued(s, result);

	keep(s, name, text);
	free(text);
}

static void keep_json(const struct scene *s, const char *name, json_t *take)
{
	char *text = json_dumps(take, JSON_COMPACT);

	assert_non_null(text);
	keep(s, name, text);
	free(text);
	json_decref(take);
}

static void keep_list(struct scene *s, const char *name)
{
	await_told(s);
	keep_json(s, name, called(s, "open-badge.status-list", "{}"));
}

/* The public key, as the plugin says it when it starts. */
static void keep_multikey(const struct scene *s)
{
	static const char mark[] = "with the key ";
	char *said = scene_errors(s), *at = strstr(said, mark);

	assert_non_null(at);
	at += strlen(mark);
	at[strcspn(at, "\"\n")] = '\0';
	keep(s, "multikey", at);
	free(said);
}

/* Runs it where the files are. */
static void run_check(const struct scene *s, const char *check)
{
	char command[1024];

	assert_in_range(snprintf(command, sizeof command, "cd '%s' && %s", s->dir, check), 1,
			sizeof command - 1);
	print_message("%s\n", command);
	if (system(command) != 0)
		fail_msg("it says no");
}

/* One scene for both: a credential, another, one with unusual names, one of did:web,
 * and the status lists before and after the first is revoked. */
static void fill(struct scene *s, const struct place *p)
{
	begin(s, p, NULL);
	s->area++;
	json_t *result = decided(s, NULL);
	s->area++;
	json_t *other = decided(s, "{'child_first': null}");
	s->area++;
	/* U+FF21 sorts before U+1F3C5 by code point, and after it in UTF-16. */
	json_t *unusual = decided(s, "{'partnership': {'name': '\\\\ \\u0022<b>&amp;</b> "
				     "\\u00c9\\uFF21\\ud83c\\udfc5 \\u0645\\u0631\\u062d '}}");
	keep_json(s, "decision.json", json_incref(result));
	keep_issued(s, "credential.json", result);
	keep_issued(s, "other.json", other);
	keep_issued(s, "unusual.json", unusual);
	keep_list(s, "before.json");
	revokes(s, result);
	keep_list(s, "after.json");
	keep_multikey(s);
	scene_stop(s);
	begin(s, p,
	      (const char *[]){"--open-badge.issuer-id=did:web:awards.example",
			       "--open-badge.key-id=did:web:awards.example#2026", NULL});
	keep_issued(s, "web.json", other);
	keep_list(s, "web-list.json");
	json_decref(result);
	json_decref(other);
	json_decref(unusual);
}

static void libraries_of_others_say_what_is_valid_altered_expired_and_revoked(void **state)
{
	struct scene *s = *state;
	struct place p;

	if (access(BADGE "/node_modules", F_OK) != 0) {
		print_message("skipped: not installed: npm ci --prefix tests/badge\n");
		skip();
	}
	make_place(&p);
	fill(s, &p);
	run_check(s, "node '" BADGE "/check.js' . '" AWARDD_BUILD "/tests/badge-quads'");
	run_check(s, "node '" BADGE "/contexts.js' >contexts.json");
	run_check(s, "/usr/bin/python3 '" BADGE "/check.py' . contexts.json");
	remove_place(&p);
}

/* ---- by itself ------------------------------------------------------------------ */

static const struct issuer issuer = {"did:web:awards.example", "Awards", "https://awards.example"};

/* Gives the credential for entry `sequence` of 20 May 2024, made on this day. */
static json_t *written(json_int_t sequence, const char *today, char created[32])
{
	json_t *call = quoted("{'entry': {'at': '2024-05-20T14:03:11.123Z', 'id': '7-ab', 'body':"
			      " {'decision': {'outcome': {'award': 'gold', 'commendations': []}}}},"
			      " 'proof': 'c2sp.org/tlog-proof@v1\\nextra e30=\\nindex 6\\n'}");
	json_t *credential = NULL;
	struct why why = {""};

	assert_int_equal(json_put(call, "today", json_string(today)), 0);
	assert_int_equal(
		json_put(json_object_get(call, "entry"), "sequence", json_integer(sequence)), 0);
	if (credential_write(&issuer, call, &credential, created, &why) != 0)
		fail_msg("%s", why.text);
	json_decref(call);
	return credential;
}

static void it_is_signed_when_it_is_made_and_never_before_the_decision(void **state)
{
	char created[32];

	(void)state;
	json_decref(written(7, "2024-05-20", created));
	assert_string_equal(created, "2024-05-20T14:03:11Z");
	json_decref(written(7, "2024-05-19", created)); /* a clock that was set back */
	assert_string_equal(created, "2024-05-20T14:03:11Z");
	json_decref(written(7, "2025-01-01", created));
	assert_string_equal(created, "2025-01-01T00:00:00Z");
}

static const char *encoded(const json_t *list)
{
	return json_string_value(json_pointer_get(list, "/credentialSubject/encodedList"));
}

static void a_long_log_has_several_lists(void **state)
{
	char created[32];
	int64_t sequences[] = {LIST_BITS + 5};
	struct revoked late = {
		.newest = "2024-05-20T14:03:11.123Z", .sequences = sequences, .count = 1};
	struct revoked early = late;
	int64_t fifth[] = {5};
	json_t *lists[4];
	struct why why;

	(void)state;
	early.sequences = fifth;
	json_t *credential = written(LIST_BITS + 5, "2024-05-20", created);
	expect(json_object_get(credential, "credentialStatus"),
	       "{'statusListIndex': '5', 'statusListCredential': 'https://awards.example/status/1'}");
	json_decref(credential);
	for (int i = 0; i < 4; i++)
		assert_int_equal(status_list_write(&issuer, i < 2 ? &late : &early, i % 2,
						   &lists[i], &why),
				 0);
	assert_string_equal(encoded(lists[1]), encoded(lists[2]));
	assert_string_equal(encoded(lists[0]), encoded(lists[3]));
	assert_string_not_equal(encoded(lists[0]), encoded(lists[1]));
	for (int i = 0; i < 4; i++)
		json_decref(lists[i]);
}

/* ---- what is not issued ----------------------------------------------------- */

static void what_gives_no_award_or_none_any_more_is_refused(void **state)
{
	struct scene *s = *state;
	struct place p;

	make_place(&p);
	begin(s, &p, NULL);
	s->area++;
	json_t *none = decided(s, "{'every': 2}");
	refuses_to_issue(s, none, -32002, "gave no award");
	json_decref(none);
	s->area++;
	json_t *result = decided(s, NULL);
	free(issued(s, result));
	revokes(s, result);
	refuses_to_issue(s, result, -32003, "was revoked by ");
	json_decref(result);
	s->area++;
	imports(s, NULL);
	int64_t sequence = scene_sql_number(s, "SELECT max(sequence) FROM entry");
	json_t *answer = peer_call(scene_peer(s), "decisions.render",
				   json_pack("{sI ss}", "sequence", (json_int_t)sequence,
					     "media_type", MEDIA_TYPE));
	const char *said = json_member_text(json_object_get(answer, "error"), "message");
	assert_non_null(strstr(said, "was decided elsewhere and only imported"));
	json_decref(answer);
	remove_place(&p);
}

static void a_name_with_a_control_character_is_not_signed(void **state)
{
	static const char *const names[] = {"North\\nVale", "North\\u007fVale", "North\\u0085Vale",
					    "North\\tVale"};
	struct scene *s = *state;
	struct place p;
	char changes[128];

	make_place(&p);
	begin(s, &p, NULL);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		s->area++;
		(void)snprintf(changes, sizeof changes, "{'partnership': {'name': '%s'}}",
			       names[i]);
		json_t *result = decided(s, changes);
		refuses_to_issue(s, result, -32603, "holds a control character");
		json_decref(result);
	}
	remove_place(&p);
}

/* ---- its files ---------------------------------------------------------------- */

static void the_same_entry_gives_the_same_credential_after_a_restart(void **state)
{
	struct scene *s = *state;
	struct place p;
	struct stat status;

	make_place(&p);
	begin(s, &p, NULL);
	s->area++;
	json_t *result = decided(s, NULL);
	json_t *wrong = decided(s, "{'assessed_on': '2024-06-20'}");
	revokes(s, wrong);
	await_told(s);
	char *first = issued(s, result), *again = issued(s, result);
	json_t *list = called(s, "open-badge.status-list", "{}");
	json_t *empty = called(s, "open-badge.status-list", "{'list': 1}");
	assert_string_equal(first, again);
	assert_string_not_equal(
		json_string_value(json_pointer_get(list, "/credentialSubject/encodedList")),
		json_string_value(json_pointer_get(empty, "/credentialSubject/encodedList")));
	assert_int_equal(stat(p.key, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	scene_kill(s);
	/* A line that was cut off is none. */
	FILE *f = fopen(p.revocations, "a");
	assert_non_null(f);
	assert_true(fputs("revoked 1 2026-0", f) >= 0);
	assert_int_equal(fclose(f), 0);
	begin(s, &p, NULL);
	await_told(s);
	json_t *later = called(s, "open-badge.status-list", "{}");
	assert_int_equal(json_equal(list, later), 1);
	json_decref(later);
	json_decref(list);
	json_decref(empty);
	json_decref(result);
	json_decref(wrong);
	free(first);
	free(again);
	remove_place(&p);
}

static void without_what_was_revoked_there_is_no_list(void **state)
{
	struct scene *s = *state;
	struct place p;
	char position[PATH_TEXT + 32];

	make_place(&p);
	begin(s, &p, NULL);
	json_decref(decided(s, NULL));
	await_told(s);
	scene_stop(s);
	assert_int_equal(unlink(p.revocations), 0);
	begin(s, &p, NULL);
	json_decref(fails(s, "open-badge.status-list", "{}", -32006));
	scene_await(s, "put back the file of revocations, or remove LOG.open-badge.position");
	json_decref(fails(s, "open-badge.status-list", "{}", -32006));
	scene_stop(s);
	(void)snprintf(position, sizeof position, "%s.open-badge.position", s->log);
	assert_int_equal(unlink(position), 0);
	begin(s, &p, NULL);
	await_told(s);
	json_decref(called(s, "open-badge.status-list", "{}"));
	remove_place(&p);
}

static void what_does_not_fit_is_refused_when_it_starts(void **state)
{
	static const struct {
		const char *argument, *says;
	} cases[] = {
		{"--open-badge.base-url=http://awards.example", "base-url must be an https"},
		{"--open-badge.base-url=https://awards.example/", "base-url must be an https"},
		{"--open-badge.base-url=https://awards.example/a b", "base-url must be an https"},
		{"--open-badge.issuer-id=https://awards.example", "issuer-id must be a DID"},
		{"--open-badge.key-id=did:web:other.example#1", "key-id must be issuer-id"},
		{"--open-badge.key-file=/nowhere/key", "/nowhere/key: cannot be made: No such"},
		{"--open-badge.revocations-file=/etc/hostname", "/etc/hostname: "},
	};
	struct scene *s = *state;
	struct place p;

	make_place(&p);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		begin(s, &p, (const char *[]){cases[i].argument, NULL});
		scene_await_later(s);
		if (!scene_said(s, cases[i].says))
			fail_msg("%s: %s", cases[i].argument, scene_errors(s));
		scene_stop(s);
	}
	assert_int_equal(chmod(p.key, 0640), 0);
	begin(s, &p, NULL);
	assert_true(scene_said(s, "must be a file that nobody else may read: chmod 600"));
	remove_place(&p);
}

static void a_file_of_somebody_else_is_left_as_it_is(void **state)
{
	static const char *const files[] = {"hello", "hello\n", "revoked 4 2026-01-01T00:00:00Z\n",
					    "log 1-ab 2026-01-01T00:00:00Z\nrevoked x 2026\n",
					    "log 1-ab 2026-01-01T00:00:00Z\nlog 1-ab 2026\n"};
	struct scene *s = *state;
	struct place p;
	char found[256];

	make_place(&p);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		FILE *f = fopen(p.revocations, "w");
		assert_non_null(f);
		assert_true(fputs(files[i], f) >= 0);
		assert_int_equal(fclose(f), 0);
		assert_int_equal(chmod(p.revocations, 0666), 0);
		begin(s, &p, NULL);
		scene_await(s, "/revocations: not what this plugin wrote: ");
		scene_stop(s);
		f = fopen(p.revocations, "r");
		assert_non_null(f);
		found[fread(found, 1, sizeof found - 1, f)] = '\0';
		assert_int_equal(fclose(f), 0);
		assert_string_equal(found, files[i]);
	}
	remove_place(&p);
}

#define in_a_scene(test) cmocka_unit_test_setup_teardown(test, scene_setup_stopped, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_a_scene(libraries_of_others_say_what_is_valid_altered_expired_and_revoked),
		cmocka_unit_test(it_is_signed_when_it_is_made_and_never_before_the_decision),
		cmocka_unit_test(a_long_log_has_several_lists),
		in_a_scene(what_gives_no_award_or_none_any_more_is_refused),
		in_a_scene(a_name_with_a_control_character_is_not_signed),
		in_a_scene(the_same_entry_gives_the_same_credential_after_a_restart),
		in_a_scene(without_what_was_revoked_there_is_no_list),
		in_a_scene(a_file_of_somebody_else_is_left_as_it_is),
		in_a_scene(what_does_not_fit_is_refused_when_it_starts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
