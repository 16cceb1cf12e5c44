/* Decisions and the register rendered by plugins: what these get for it, and how
 * the answer comes to the caller, and to a file. */
#include "rig.h"

#include <stdlib.h>

static int setup(void **state)
{
	assert_int_equal(scene_setup_stopped(state), 0);
	struct scene *s = *state;

	rig_add(s, "good/hello");
	rig_add(s, "good/draw");
	rig_add(s, "1.0/every");
	rig_start(s, NULL);
	s->area++;
	return 0;
}

/* Gives what was rendered, as JSON; takes params. */
static json_t *drawn(struct scene *s, const char *method, json_t *params)
{
	json_t *answer = peer_call(scene_peer(s), method, params);
	const char *text = json_member_text(json_object_get(answer, "result"), "text");
	json_t *drawing = text != NULL ? json_read(text_of(text), NULL) : NULL;

	if (drawing == NULL) {
		char *said = json_dumps(answer, 0);
		fail_msg("%s: %s", method, said);
	}
	json_decref(answer);
	return drawing;
}

static json_t *of(const json_t *result, const char *media_type)
{
	return json_pack("{sO ss}", "decision_id", json_object_get(result, "decision_id"),
			 "media_type", media_type);
}

static void a_decision_is_said_in_a_line(void **state)
{
	struct scene *s = *state;
	json_t *result = decided(s, NULL);
	json_t *answer = peer_call(scene_peer(s), "decisions.render", of(result, "text/plain"));
	json_t *outcome = json_object_get(result, "outcome");

	expect(json_object_get(answer, "result"), "{'media_type': 'text/plain'}");
	assert_string_equal(json_member_text(json_object_get(answer, "result"), "text"),
			    json_member_text(outcome, "citation"));
	json_decref(answer);
	json_decref(result);
}

static void a_renderer_gets_all_that_a_picture_may_need(void **state)
{
	struct scene *s = *state;
	json_t *first = decided(s, "{'assessed_on': '2023-05-20'}");
	json_t *wrong = decided(s, "{'assessed_on': '2023-11-20'}");
	revokes(s, wrong);
	json_t *second = decided(s, "{'assessed_on': '2024-05-20'}");
	json_t *call = drawn(s, "decisions.render", of(second, "application/json"));

	expect(call, "{'media_type': 'application/json', 'revoked': null}");
	assert_string_equal(json_member_text(json_object_get(call, "entry"), "id"),
			    json_member_text(second, "decision_id"));
	assert_string_equal(json_member_text(json_object_get(call, "previous"), "id"),
			    json_member_text(first, "decision_id"));
	assert_int_equal(json_array_size(json_object_get(call, "history")), 4);
	assert_non_null(json_member_text(json_object_get(call, "register"), "citation"));
	assert_true(json_is_array(json_pointer_get(call, "/scheme/statements")));
	assert_non_null(strstr(json_member_text(call, "proof"), "c2sp.org/tlog-proof"));
	assert_int_equal(strlen(json_member_text(json_object_get(call, "log"), "identity")), 32);
	assert_non_null(json_member_text(call, "today"));
	/* Names of those who signed are personal, and stay in the log. */
	json_t *name =
		json_pointer_get(call, "/entry/body/submission/sign_off/send_leadership/name");
	assert_non_null(json_object_get(name, "commitment"));
	json_decref(call);

	call = drawn(s, "decisions.render", of(wrong, "application/json"));
	assert_non_null(json_member_text(json_object_get(call, "revoked"), "id"));
	json_decref(call);
	json_decref(first);
	json_decref(wrong);
	json_decref(second);
}

static void the_register_is_rendered_as_of_a_day(void **state)
{
	struct scene *s = *state;

	json_decref(decided(s, NULL));
	json_t *call =
		drawn(s, "register.render",
		      json_pack("{ss ss}", "media_type", "application/json", "on", "2024-06-01"));
	expect(call, "{'on': '2024-06-01'}");
	assert_string_equal(json_string_value(json_pointer_get(call, "/awards/0/status")),
			    "current");
	assert_int_equal(json_array_size(json_pointer_get(call, "/statistics/statements")), 11);
	json_decref(call);
	call = drawn(s, "register.render",
		     json_pack("{ss ss}", "media_type", "application/json", "on", "2001-01-01"));
	expect(call, "{'awards': [], 'statistics': {'partnerships': 0, 'awards': []}}");
	json_decref(call);
}

static void what_is_no_text_comes_as_base64(void **state)
{
	struct scene *s = *state;
	json_t *result = decided(s, NULL);
	json_t *answer = peer_call(scene_peer(s), "decisions.render",
				   of(result, "application/octet-stream"));

	/* 0, 1, 254, 255 */
	expect(json_object_get(answer, "result"),
	       "{'media_type': 'application/octet-stream', 'base64': 'AAH+/w=='}");
	json_decref(answer);
	json_decref(result);
}

/* Runs awardctl on the scene; gives its exit status. */
static int ctl(const struct scene *s, const char *arguments)
{
	char command[1024];

	(void)snprintf(command, sizeof command, "%s --socket %s %s >%s/out 2>%s/err",
		       AWARDCTL_PROGRAM, s->socket, arguments, s->dir, s->dir);
	return WEXITSTATUS(system(command));
}

static size_t read_whole(const struct scene *s, const char *name, char *out, size_t room)
{
	char path[PATH_TEXT + 32];

	(void)snprintf(path, sizeof path, "%s/%s", s->dir, name);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	size_t length = fread(out, 1, room - 1, f);
	out[length] = '\0';
	(void)fclose(f);
	return length;
}

static void awardctl_writes_what_a_plugin_draws(void **state)
{
	struct scene *s = *state;
	json_t *result = decided(s, NULL);
	const char *id = json_member_text(result, "decision_id");
	char arguments[512], text[4096];

	(void)snprintf(arguments, sizeof arguments, "decisions render %s --as text/plain", id);
	assert_int_equal(ctl(s, arguments), 0);
	assert_true(read_whole(s, "out", text, sizeof text) > 0);
	assert_string_equal(text, json_member_text(json_object_get(result, "outcome"), "citation"));

	(void)snprintf(arguments, sizeof arguments,
		       "decisions render %s --as application/octet-stream --output %s/bytes", id,
		       s->dir);
	assert_int_equal(ctl(s, arguments), 0);
	assert_int_equal(read_whole(s, "bytes", text, sizeof text), 4);
	assert_memory_equal(text, "\0\1\376\377", 4);

	assert_int_equal(ctl(s, "register render --as text/x-awards --on 2024-06-01"), 0);
	assert_true(read_whole(s, "out", text, sizeof text) > 0);
	assert_non_null(strstr(text, "\"citation\""));
	assert_int_equal(ctl(s, "decisions render 1"), 2);
	assert_int_equal(ctl(s, "decisions render 9999999 --as text/plain"), 8);
	assert_true(read_whole(s, "err", text, sizeof text) > 0);
	assert_non_null(strstr(text, "there is no such entry"));
	(void)snprintf(arguments, sizeof arguments, "decisions render %s --as image/png", id);
	assert_int_equal(ctl(s, arguments), 8);
	assert_true(read_whole(s, "err", text, sizeof text) > 0);
	assert_non_null(strstr(text, "no plugin renders this; there is "));
	json_decref(result);
}

static void what_cannot_be_rendered_is_refused_with_what_can(void **state)
{
	static const struct {
		const char *method, *params;
		int code;
		const char *says;
	} cases[] = {
		{"decisions.render", "{'sequence': 1, 'media_type': 'image/png'}", -32602,
		 "no plugin renders this; there is "},
		{"decisions.render",
		 "{'sequence': 1, 'media_type': 'text/plain', 'plugin': 'draw'}", -32602,
		 "text/plain of hello"},
		{"register.render", "{'media_type': 'text/plain'}", -32602,
		 "there is application/json of draw, text/x-awards of every"},
		{"decisions.render", "{'sequence': 1, 'media_type': 'text/x-id'}", -32602,
		 "several plugins render this, say which (plugin, in awardctl --plugin): "},
		{"decisions.render", "{'sequence': 1, 'media_type': 'text/x-id', 'plugin': 'frob'}",
		 -32602, "no plugin frob renders this; there is "},
		{"decisions.render", "{'sequence': 1, 'media_type': 'text/plain'}", -32602,
		 "must be a decision or an import"},
		{"decisions.render", "{'media_type': 'text/plain'}", -32602,
		 "needs a decision_id or a sequence"},
	};
	struct scene *s = *state;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		json_t *data = fails(s, cases[i].method, cases[i].params, cases[i].code);
		const char *said = json_member_text(
			json_array_get(json_object_get(data, "errors"), 0), "message");
		if (said == NULL || strstr(said, cases[i].says) == NULL)
			fail_msg("%s: %s", cases[i].params, said != NULL ? said : "nothing");
		json_decref(data);
	}
	json_decref(fails(s, "decisions.render", "{'sequence': 99999, 'media_type': 'text/plain'}",
			  -32002));
	json_t *result = decided(s, NULL);
	json_t *params = of(result, "text/x-id");
	assert_int_equal(json_put(params, "plugin", json_string("every")), 0);
	json_t *answer = peer_call(scene_peer(s), "decisions.render", params);
	assert_string_equal(json_member_text(json_object_get(answer, "result"), "text"),
			    json_member_text(result, "decision_id"));
	json_decref(answer);
	json_decref(result);
}

static void without_a_folder_of_plugins_that_is_said(void **state)
{
	assert_int_equal(scene_setup(state), 0);
	struct scene *s = *state;
	json_t *data = fails(s, "register.render", "{'media_type': 'text/plain'}", -32602);

	expect(data, "{'errors': [{'message':"
		     " 'no plugin renders this: no folder of plugins is set (plugins)'}]}");
	json_decref(data);
	scene_teardown(state);
}

static void health_says_why_a_plugin_does_not_run(void **state)
{
	char text[4096];

	assert_int_equal(scene_setup_stopped(state), 0);
	struct scene *s = *state;
	rig_add(s, "broken/too-new");
	rig_start(s, NULL);
	assert_int_equal(ctl(s, "health --format json"), 9);
	assert_true(read_whole(s, "out", text, sizeof text) > 0);
	assert_non_null(strstr(text, "the plugin too-new does not run (refused): "));
	assert_non_null(strstr(text, "needs version 1.7"));
	scene_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_decision_is_said_in_a_line, scene_next_area),
		cmocka_unit_test_setup(a_renderer_gets_all_that_a_picture_may_need,
				       scene_next_area),
		cmocka_unit_test_setup(the_register_is_rendered_as_of_a_day, scene_next_area),
		cmocka_unit_test_setup(what_is_no_text_comes_as_base64, scene_next_area),
		cmocka_unit_test_setup(awardctl_writes_what_a_plugin_draws, scene_next_area),
		cmocka_unit_test_setup(what_cannot_be_rendered_is_refused_with_what_can,
				       scene_next_area),
		cmocka_unit_test(without_a_folder_of_plugins_that_is_said),
		cmocka_unit_test(health_says_why_a_plugin_does_not_run),
	};

	return cmocka_run_group_tests(tests, setup, scene_teardown);
}
