/* The plugin in its host: certificates of what a real daemon decided. */
#include "../plugin/rig.h"

#include <awardd/plugin.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

static const char *const configured[] = {"--certificate.base-url",
					 "https://awards.example/decisions",
					 "--certificate.body",
					 "The Awarding Body",
					 "--certificate.signatory",
					 "Chair of the awarding body",
					 NULL};

static int setup(void **state)
{
	assert_int_equal(scene_setup_stopped(state), 0);
	struct scene *s = *state;

	rig_add(s, "../../plugins/certificate");
	rig_start(s, configured);
	s->area++;
	return 0;
}

/* The answer to decisions.render. */
static json_t *rendered(struct scene *s, const char *id, const char *media_type)
{
	return peer_call(scene_peer(s), "decisions.render",
			 json_pack("{ss ss ss}", "decision_id", id, "media_type", media_type,
				   "plugin", "certificate"));
}

static json_t *certified(struct scene *s, const char *id)
{
	json_t *answer = rendered(s, id, "image/svg+xml");

	if (json_member_text(json_object_get(answer, "result"), "text") == NULL) {
		char *said = json_dumps(answer, 0);
		fail_msg("%.300s", said);
	}
	return answer;
}

/* The certificate holds each of these; the list ends with NULL. */
static void says(struct scene *s, const char *id, const char *const *wanted)
{
	json_t *answer = certified(s, id);
	const char *svg = json_member_text(json_object_get(answer, "result"), "text");

	for (; *wanted != NULL; wanted++)
		if (strstr(svg, *wanted) == NULL)
			fail_msg("not said: %s", *wanted);
	json_decref(answer);
}

static void says_not(struct scene *s, const char *id, const char *unwanted)
{
	json_t *answer = certified(s, id);

	assert_null(strstr(json_member_text(json_object_get(answer, "result"), "text"), unwanted));
	json_decref(answer);
}

/* Expects the refusal of a certificate with this sentence. */
static void refused(struct scene *s, const char *id, const char *sentence)
{
	json_t *answer = rendered(s, id, "application/pdf");
	char *said = json_dumps(answer, 0);

	if (json_object_get(answer, "error") == NULL || strstr(said, sentence) == NULL)
		fail_msg("%.300s", said);
	free(said);
	json_decref(answer);
}

static const char *id_of(const json_t *result)
{
	return json_member_text(result, "decision_id");
}

#define SAYS(s, id, ...) says(s, id, (const char *const[]){__VA_ARGS__, NULL})

static void an_award_of_today_is_certified_without_a_stamp(void **state)
{
	struct scene *s = *state;
	char changes[64], address[128];
	time_t now = time(NULL);
	struct tm day;

	assert_non_null(gmtime_r(&now, &day));
	(void)strftime(changes, sizeof changes, "{'assessed_on': '%Y-%m-%d'}", &day);
	json_t *result = decided(s, changes);
	(void)snprintf(address, sizeof address, "https://awards.example/decisions/%s<",
		       id_of(result));
	SAYS(s, id_of(result), "The Awarding Body", "Quality Lead", "with Child First Commendation",
	     address, "Chair of the awarding body",
	     json_member_text(json_object_get(result, "partnership"), "name"));
	says_not(s, id_of(result), "redesignation");
	says_not(s, id_of(result), "rotate(-35");
	json_decref(result);
}

static void a_redesignation_says_maintained_or_attained_and_where(void **state)
{
	struct scene *s = *state;
	json_t *first = decided(s, "{'assessed_on': '2019-05-20', 'every': 5}");
	json_t *second = decided(s, "{'assessed_on': '2021-05-20', 'every': 5,"
				    " 'seeking': 'quality-mark'}");
	json_t *third = decided(s, "{'assessed_on': '2023-05-20', 'every': 5,"
				   " 'scores': {'4a': 9}, 'seeking': 'quality-mark'}");
	json_t *fourth = decided(s, "{'assessed_on': '2024-05-20'}");

	says_not(s, id_of(first), "standards were");
	SAYS(s, id_of(second), "standards were maintained");
	says_not(s, id_of(third), "Full and timely exchange");
	SAYS(s, id_of(fourth), "new standards were attained in",
	     "SEND staff know youth justice practice");
	says_not(s, id_of(fourth), "maintained");
	SAYS(s, id_of(second), "SUPERSEDED", "Quality Lead, 20 May 2024");
	json_decref(fourth);
	json_decref(third);
	json_decref(second);
	json_decref(first);
}

static void a_revoked_award_says_so_with_day_and_reason(void **state)
{
	struct scene *s = *state;
	json_t *result = decided(s, "{'assessed_on': '2022-05-20'}");

	says_not(s, id_of(result), "REVOKED");
	revokes(s, result);
	char *reason = scene_sql(s, "SELECT json_extract(entry, '$.body.reason') FROM entries "
				    "WHERE kind = 'revocation' ORDER BY sequence DESC LIMIT 1");
	assert_true(strlen(reason) > 2);
	reason[strcspn(reason, "\n")] = '\0';
	SAYS(s, id_of(result), ">REVOKED: ", "This award was revoked on ", reason);
	free(reason);
	json_decref(result);
}

static void an_import_shows_its_month_and_that_it_lapsed(void **state)
{
	struct scene *s = *state;

	imports(s, "{'awarded_on': '2019-03-01', 'precision': 'month'}");
	char *id = scene_sql(s, "SELECT id FROM awards WHERE logged_as = 'import' "
				"ORDER BY sequence DESC LIMIT 1");
	id[strcspn(id, "\n")] = '\0';
	SAYS(s, id, "Awarded March 2019 \u00b7 Expires March 2022",
	     "This award lapsed in March 2022.", ">LAPSED: ");
	says_not(s, id, "1 March");
	free(id);
}

/* Who signed, and who revoked, are in what was sent and on no certificate. */
static void nobody_is_named(void **state)
{
	struct scene *s = *state;
	json_t *sent = submission(s, NULL), *result = decided(s, NULL);
	const char *name =
		json_string_value(json_pointer_get(sent, "/sign_off/send_leadership/name"));

	revokes(s, result);
	assert_non_null(name);
	says_not(s, id_of(result), name);
	says_not(s, id_of(result), "commitment");
	json_decref(result);
	json_decref(sent);
}

/* From the daemon by awardctl onto paper, and back from paper by a reader of codes. */
static void a_printed_code_leads_back_to_the_decision(void **state)
{
	struct scene *s = *state;
	json_t *result = decided(s, NULL);
	char command[1024], wanted[128], said[256] = "";

	(void)snprintf(command, sizeof command,
		       "%s --socket %s decisions render %s --as application/pdf --output %s/c.pdf"
		       " && cd %s && pdftoppm -r 150 -gray -png -singlefile c.pdf c"
		       " && zbarimg -q --nodbus --raw c.png",
		       AWARDCTL_PROGRAM, s->socket, id_of(result), s->dir, s->dir);
	(void)snprintf(wanted, sizeof wanted, "https://awards.example/decisions/%s\n",
		       id_of(result));
	FILE *from = popen(command, "r");
	assert_non_null(from);
	assert_true(fread(said, 1, sizeof said - 1, from) > 0);
	assert_int_equal(pclose(from), 0);
	assert_string_equal(said, wanted);
	json_decref(result);
}

static void no_award_has_no_certificate(void **state)
{
	struct scene *s = *state;
	json_t *result = decided(s, "{'every': 1}");

	refused(s, id_of(result), "this decision gave no award, so that there is no certificate");
	json_decref(result);
}

static void without_an_address_there_is_no_certificate(void **state)
{
	assert_int_equal(scene_setup_stopped(state), 0);
	struct scene *s = *state;

	rig_add(s, "../../plugins/certificate");
	rig_start(s, NULL);
	s->area++;
	json_t *result = decided(s, NULL);
	refused(s, id_of(result), "\"code\": -32603");
	refused(s, id_of(result), "certificate.base-url is not set");
	json_decref(result);
	scene_teardown(state);
}

static void an_address_that_is_none_is_said_at_the_start(void **state)
{
	static const char *const wrong[] = {"--certificate.base-url", "javascript:alert(1)", NULL};

	assert_int_equal(scene_setup_stopped(state), 0);
	struct scene *s = *state;

	rig_add(s, "../../plugins/certificate");
	rig_start(s, wrong);
	scene_await(s, "base-url must begin with https:// or http://");
	scene_teardown(state);
}

/* ---- settings that there is no memory for ---- */

static long *countdown(void)
{
	static long left = -1;

	return &left;
}

static void *failing(size_t size)
{
	if (*countdown() >= 0 && (*countdown())-- == 0) {
		errno = ENOMEM;
		return NULL;
	}
	return malloc(size);
}

static void keep_line(struct awardd_host_context *ctx, int level, const char *text)
{
	assert_int_equal(level, AWARDD_ERROR);
	snprintf((char *)ctx, 128, "%s", text);
}

/* Starts it without the n-th allocation for its settings; false where there are fewer. */
static bool refuses_to_start(const struct awardd_plugin *plugin, const char *settings, long n)
{
	char said[128] = "";
	const struct awardd_host host = {
		.size = sizeof host,
		.abi = AWARDD_ABI(1, 0),
		.ctx = (struct awardd_host_context *)(void *)said,
		.log = keep_line,
	};
	void *state = NULL;

	*countdown() = n;
	int rv = plugin->start(&host, (struct awardd_text){settings, strlen(settings)}, &state);
	bool reached = *countdown() < 0;
	*countdown() = -1;
	if (rv == 0)
		fail_msg("without the allocation %ld it starts with %s", n, settings);
	if (strstr(said, reached ? "no memory" : "must begin with") == NULL)
		fail_msg("without the allocation %ld it says \"%s\"", n, said);
	return reached;
}

/* The space that must not be there stands at each place in turn, where a byte may get lost. */
static void settings_that_there_is_no_memory_for_are_not_left_out(void **state)
{
	enum { PLACES = 40 };
	static const char address[] = "https://awards.example/decisions/of/the/awarding/body";
	const struct awardd_plugin *(*describe)(void);
	void *loaded = dlopen(AWARDD_PLUGINS "/../../plugins/certificate.so", RTLD_NOW);

	(void)state;
	assert_non_null(loaded);
	*(void **)&describe = dlsym(loaded, "awardd_plugin_v1");
	json_set_alloc_funcs(failing, free);
	for (size_t place = 8; place < PLACES; place++) {
		char settings[128];
		long n = 0;
		snprintf(settings, sizeof settings, "{\"base-url\":\"%s\"}", address);
		settings[sizeof "{\"base-url\":\"" - 1 + place] = ' ';
		while (refuses_to_start(describe(), settings, n))
			n++;
		assert_true(n > 5);
	}
	json_set_alloc_funcs(malloc, free);
	assert_int_equal(dlclose(loaded), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_award_of_today_is_certified_without_a_stamp,
				       scene_next_area),
		cmocka_unit_test_setup(a_redesignation_says_maintained_or_attained_and_where,
				       scene_next_area),
		cmocka_unit_test_setup(a_revoked_award_says_so_with_day_and_reason,
				       scene_next_area),
		cmocka_unit_test_setup(an_import_shows_its_month_and_that_it_lapsed,
				       scene_next_area),
		cmocka_unit_test_setup(nobody_is_named, scene_next_area),
		cmocka_unit_test_setup(a_printed_code_leads_back_to_the_decision, scene_next_area),
		cmocka_unit_test_setup(no_award_has_no_certificate, scene_next_area),
	};
	const struct CMUnitTest unset[] = {
		cmocka_unit_test(without_an_address_there_is_no_certificate),
		cmocka_unit_test(settings_that_there_is_no_memory_for_are_not_left_out),
		cmocka_unit_test(an_address_that_is_none_is_said_at_the_start),
	};

	return cmocka_run_group_tests(tests, setup, scene_teardown) +
	       cmocka_run_group_tests(unset, NULL, NULL);
}
