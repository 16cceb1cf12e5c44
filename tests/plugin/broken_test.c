/* Plugins with every fault: each is refused or contained by name, and all along
 * submissions are decided. */
#include "rig.h"

#include <dirent.h>

/* One daemon with all of them. */
static int setup(void **state)
{
	assert_int_equal(scene_setup_stopped(state), 0);
	struct scene *s = *state;
	DIR *dir = opendir(AWARDD_PLUGINS "/broken");
	char name[300], folder[512];

	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		size_t length = strlen(entry->d_name);
		if (length < 4 || strcmp(entry->d_name + length - 3, ".so") != 0)
			continue;
		(void)snprintf(name, sizeof name, "broken/%.*s", (int)length - 3, entry->d_name);
		rig_add(s, name);
	}
	(void)closedir(dir);
	rig_write(s, "text.so", "This is no object.\n");
	rig_write(s, "garbage.so",
		  "\177ELF\2\1\1 and then nothing that fits, for so many bytes as a "
		  "header has, and some more");
	rig_write(s, "empty.so", "");
	rig_write(s, "Capital.so", "x");
	rig_write(s, "log.so", "x");
	rig_write(s, "no-plugin.txt", "Other files are nobody's business.");
	(void)snprintf(folder, sizeof folder, "%s/plugins/folder.so", s->dir);
	assert_int_equal(mkdir(folder, 0755), 0);
	(void)snprintf(folder, sizeof folder, "%s/plugins/nowhere.so", s->dir);
	assert_int_equal(symlink("/nowhere/at/all.so", folder), 0);
	rig_start(s, (const char *[]){"--plugin-deadline", "1000", "--settings-wrong.depth", "deep",
				      "--absent.depth", "3", NULL});
	s->area++;
	return 0;
}

static int next_area(void **state)
{
	return scene_next_area(state);
}

static void each_is_refused_with_a_sentence_that_names_file_wanted_and_got(void **state)
{
	static const struct {
		const char *name, *state, *says;
	} cases[] = {
		{"no-symbol", "refused", "is no plugin: it exports no function awardd_plugin_v1"},
		{"old-major", "refused",
		 "is a plugin of version 0 of the interface, and this awardd has version 1"},
		{"no-table", "refused", "awardd_plugin_v1 gave NULL, and a table is wanted"},
		{"wrong-magic", "refused", "its magic is 0x0000dead, and 0x64727761 is wanted"},
		{"too-new", "refused", "needs version 1.7, and this awardd has 1.0"},
		{"too-old", "refused", "needs version 0.9, and this awardd has 1.0"},
		{"size-small", "refused", "its table says to have 16 bytes, and at least 72 are"},
		{"size-lie", "refused",
		 "its table says to have 1048576 bytes, and no version of it has more than 4096"},
		{"not-zero", "refused", "the member zero of its table is 1, and 0 is wanted"},
		{"offer-small", "refused", "offer 1 says to have 8 bytes, and at least 40 are"},
		{"offer-lie", "refused", "offer 1 says to have 4294967295 bytes, and no version"},
		{"no-offers", "refused", "offers nothing, and at least one offer is wanted"},
		{"no-function", "refused", "offer 1 has no function to run"},
		{"no-role", "refused", "the method call has the role \"\"; submit, audit, admin"},
		{"wrong-role", "refused", "the method call has the role \"root\"; submit, audit"},
		{"wrong-verb", "refused", "a method is called \"a.b\"; lower-case letters"},
		{"no-media-type", "refused", "is called \"picture\"; a media type such as"},
		{"method-twice", "refused", "offers the method call twice"},
		{"two-sinks", "refused", "offers the sink of the log twice"},
		{"form-text", "refused", "JSON is wanted for the form of offer 1: "},
		{"form-type", "refused", "\"float\" is no type of a member"},
		{"settings-text", "refused", "JSON is wanted for its settings: "},
		{"settings-list", "refused", "the setting a cannot have the type \"object\""},
		{"settings-default", "refused", "the default of the setting a must be"},
		{"settings-wrong", "refused",
		 "the setting settings-wrong.depth must be a whole number, not \"deep\" (command line)"},
		{"settings-needed", "refused", "the setting settings-needed.place is"},
		{"other-name", "refused", "calls itself \"hello\"; the file's name"},
		{"no-version", "refused", "its version is \"\", and text of 1 to 200 bytes"},
		{"no-text", "refused", "holds a text that is no UTF-8"},
		{"text", "refused", "a shared object is wanted, and this cannot be loaded: "},
		{"garbage", "refused", "a shared object is wanted, and this cannot be loaded: "},
		{"empty", "refused", "a shared object is wanted, and this cannot be loaded: "},
		{"Capital", "refused", "is called \"Capital\"; lower-case letters, digits and"},
		{"log", "refused", "is called \"log\"; methods of awardd itself begin with"},
		{"folder", "refused", "/plugins/folder.so"},
		{"nowhere", "refused", "/plugins/nowhere.so"},
		{"load-crashes", "waiting", "ended by signal 6 (Aborted) while it was loaded"},
		{"start-fails", "waiting", "its start failed and gave -3"},
		{"start-blocks", "waiting", "gave no answer within 1000 ms while it was started"},
	};
	struct scene *s = *state;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		json_t *plugin = rig_status(s, cases[i].name);
		const char *was = json_member_text(plugin, "state");
		const char *said =
			json_member_text(json_object_get(plugin, "last_error"), "message");
		/* One whose pause is over is being started. */
		if (said == NULL || strcmp(was, cases[i].state) != 0 ||
		    strstr(said, cases[i].says) == NULL ||
		    strstr(said, json_member_text(plugin, "file")) == NULL)
			fail_msg("%s is %s: %s", cases[i].name, was,
				 said != NULL ? said : "nothing");
		json_decref(plugin);
	}
	assert_true(scene_said(s, "start-fails: the moon is in the wrong place"));
	assert_true(scene_said(s, "command line: absent.depth: there is no plugin absent.so"));
	json_decref(decided(s, NULL));
}

static void an_offer_of_a_later_kind_is_passed_over_and_said(void **state)
{
	struct scene *s = *state;

	json_decref(called(s, "later-kind.call", "{}"));
	json_decref(fails(s, "later-kind.later", "{}", -32601));
	assert_true(
		scene_said(s, "later-kind: offers something of a kind that this awardd does not"));
}

/* Calls what there is no such method of, and is told so in these words. */
static void is_no_method(struct scene *s, const char *method, const char *says)
{
	json_t *answer = peer_call(scene_peer(s), method, json_object());
	const json_t *error = json_object_get(answer, "error");

	assert_int_equal(json_member_integer(error, "code", 0), -32601);
	if (strstr(json_member_text(error, "message"), says) == NULL)
		fail_msg("%s: %s", method, json_member_text(error, "message"));
	json_decref(answer);
}

static void what_is_refused_has_no_methods_and_says_why(void **state)
{
	struct scene *s = *state;

	is_no_method(s, "too-new.call",
		     "the plugin too-new does not run, so that it has no methods: ");
	is_no_method(s, "too-new.call", "needs version 1.7, and this awardd has 1.0");
	is_no_method(s, "load-crashes.call", "ended by signal 6");
	is_no_method(s, "calls.later", "there is no such method");
	is_no_method(s, "nobody.call", "there is no such method");
	json_decref(fails(s, "start-fails.call", "{}", -32603));
	json_decref(fails(s, "calls", "{}", -32601));
	json_decref(fails(s, "calls.", "{}", -32601));
}

/* Asks one, which costs the process; another is there after a pause. */
static void costs_its_process(struct scene *s, const char *method, const char *reason)
{
	json_t *before = rig_status(s, "calls");
	json_t *data = fails(s, method, "{}", -32603);

	assert_string_equal(json_member_text(data, "reason"), reason);
	assert_string_equal(json_member_text(data, "plugin"), "calls");
	json_decref(data);
	/* At once, and not after a pause or a deadline. */
	json_decref(fails(s, "calls.good", "{}", -32603));
	json_decref(decided(s, NULL));
	scene_await(s, "calls: 1 runs");
	json_decref(called(s, "calls.good", "{}"));
	json_t *after = rig_status(s, "calls");
	assert_int_equal(json_member_integer(after, "restarts", 0),
			 json_member_integer(before, "restarts", 0) + 1);
	json_decref(before);
	json_decref(after);
}

static void a_method_that_crashes_costs_its_own_process(void **state)
{
	struct scene *s = *state;

	scene_await_later(s);
	costs_its_process(s, "calls.crash", "crash");
	costs_its_process(s, "calls.leave", "crash");
	costs_its_process(s, "calls.forge", "crash");
}

static void a_method_that_blocks_is_killed_at_its_deadline(void **state)
{
	struct scene *s = *state;

	scene_await_later(s);
	costs_its_process(s, "calls.block", "deadline");
	assert_true(scene_said(s, "calls.so: gave no answer within 1000 ms during a call"));
}

static void what_a_method_refuses_is_told_to_the_caller(void **state)
{
	static const struct {
		const char *params;
		int code;
	} cases[] = {
		{"{'code': 1}", -32603}, {"{'code': 2}", -32602},  {"{'code': 3}", -32002},
		{"{'code': 4}", -32003}, {"{'code': 5}", -32006},  {"{'code': 99}", -32603},
		{"{'code': 0}", -32603}, {"{'code': -7}", -32603}, {"{'code': 'x'}", -32602},
	};
	struct scene *s = *state;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		json_decref(fails(s, "calls.refuse", cases[i].params, cases[i].code));
	json_decref(fails(s, "calls.fail", "{}", -32603));
	json_decref(fails(s, "calls.babble", "{}", -32603));
	json_decref(fails(s, "calls.flood", "{}", -32603));
	json_decref(called(s, "calls.good", "{}"));
}

/* Sanitizers need all the room there is: they are built without this limit. */
static void a_plugin_gets_no_more_than_a_gigabyte(void **state)
{
	struct scene *s = *state;

	if (SANITIZED)
		skip();
	json_t *request = peer_call(scene_peer(s), "calls.leak", NULL);
	json_t *pieces = json_object_get(request, "result");

	assert_true(json_is_integer(pieces));
	assert_in_range(json_integer_value(pieces), 1, 64);
	json_decref(request);
	json_decref(decided(s, NULL));
}

static void a_sink_that_crashes_or_blocks_holds_up_nothing(void **state)
{
	struct scene *s = *state;

	json_decref(decided(s, NULL));
	json_t *crashes = rig_status(s, "sink-crashes");
	json_t *blocks = rig_status(s, "sink-blocks");
	json_t *refuses = rig_status(s, "sink-refuses");

	assert_true(scene_said(s, "sink-crashes.so: its process was ended by signal 6"));
	assert_true(scene_said(s, "sink-blocks.so: gave no answer within 1000 ms during a call"));
	assert_int_equal(json_member_integer(crashes, "position", -1), 0);
	assert_int_equal(json_member_integer(blocks, "position", -1), 0);
	assert_true(json_member_integer(blocks, "behind", 0) > 0);
	expect(refuses, "{'state': 'running', 'position': 0}");
	assert_non_null(strstr(json_member_text(json_object_get(refuses, "last_error"), "message"),
			       "sink-refuses.so: entry 1 is not taken: the place is closed"));
	json_decref(crashes);
	json_decref(blocks);
	json_decref(refuses);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			each_is_refused_with_a_sentence_that_names_file_wanted_and_got, next_area),
		cmocka_unit_test_setup(an_offer_of_a_later_kind_is_passed_over_and_said, next_area),
		cmocka_unit_test_setup(what_is_refused_has_no_methods_and_says_why, next_area),
		cmocka_unit_test_setup(what_a_method_refuses_is_told_to_the_caller, next_area),
		cmocka_unit_test_setup(a_plugin_gets_no_more_than_a_gigabyte, next_area),
		cmocka_unit_test_setup(a_method_that_crashes_costs_its_own_process, next_area),
		cmocka_unit_test_setup(a_method_that_blocks_is_killed_at_its_deadline, next_area),
		cmocka_unit_test_setup(a_sink_that_crashes_or_blocks_holds_up_nothing, next_area),
	};

	return cmocka_run_group_tests(tests, setup, scene_teardown);
}
