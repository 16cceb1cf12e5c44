/*
 * Every attack of the corpus against real evaluator processes, sealed as in
 * force: none hangs, none reaches what it should not, each comes to what the
 * corpus says, and to the same bytes in two processes that know nothing of each
 * other. Beside them an evaluator of the shipped rules goes on as if nothing were.
 */
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../script/rig.h"
#include "expected.h"
#include "trial/trial.h"

enum { DEADLINE_MS = 2000, LOAD_MS = 10000, GRACE_MS = 2000, ATTACKS_MIN = 90, WHY = 1024 };
/* Where budgets end an attack, or nothing does, no deadline is to: a machine may be slow. */
enum { PATIENCE_MS = 60000 };

#define PLANTED_TEXT "c0mm1ss10ner-planted-this"

struct site {
	struct corpus corpus;
	char dir[64], planted[96], rules[96];
	struct trial *beside; /* the shipped rules */
	char *usual;          /* what they decide */
};

/* One test: an attack at this site. */
struct attempt {
	struct site *site;
	const struct attack *attack;
};

/* ---- one evaluation ------------------------------------------------------- */

static int64_t now_ms(void)
{
	struct timespec now;

	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void on_answer(void *ctx, const struct evaluation *e)
{
	struct answer *a = ctx;

	a->status = e->status;
	a->line = e->line;
	a->file = strdup(e->file);
	a->message = strdup(e->message);
	a->result = e->status == 0 ? strndup(e->result.bytes, e->result.length) : strdup("");
}

static void ask(struct trial *t, const char *changes, struct answer *a)
{
	json_t *input = json_pack("{s:o, s:[]}", "submission", rig_submission(changes), "history");
	int64_t begun = now_ms();

	assert_int_equal(trial_ask(t, "decide", input, on_answer, a), 0);
	trial_wait(t);
	a->took_ms = now_ms() - begun;
	json_decref(input);
}

static void answer_deinit(struct answer *a)
{
	free(a->result);
	free(a->file);
	free(a->message);
}

/* ---- one attack ------------------------------------------------------------ */

static bool complain(char why[WHY], const char *what, const char *shown)
{
	snprintf(why, WHY, "%s: %.700s", what, shown);
	return false;
}

/* Something like 0x55d0c0ffee00. */
static bool shows_address(const char *said)
{
	for (const char *at = strstr(said, "0x"); at != NULL; at = strstr(at + 1, "0x"))
		if (strspn(at + 2, "0123456789abcdef") >= 8)
			return true;
	return false;
}

static bool keeps_secrets(const char *said, char why[WHY])
{
	if (strstr(said, PLANTED_TEXT) != NULL)
		return complain(why, "what was planted came out", said);
	if (shows_address(said))
		return complain(why, "an address came out", said);
	return true;
}

/* For whoever reads why: the criterion, or the outcome. */
static bool complain_of(char why[WHY], const struct answer *got)
{
	json_t *decision = got->status == 0 ? json_read(text_of(got->result), NULL) : NULL;
	const json_t *part = json_pointer_get(decision, "/awards/2/criteria/0");
	char *shown;

	if (decision == NULL) {
		snprintf(why, WHY, "it comes to something else: %s: %s:%d: %.300s",
			 status_text(got->status), got->file, got->line, got->message);
		return false;
	}
	if (json_object_get(json_object_get(decision, "outcome"), "attack") != NULL)
		part = json_pointer_get(decision, "/outcome/attack");
	shown = json_dumps(part, JSON_COMPACT | JSON_ENCODE_ANY);
	(void)complain(why, "it comes to something else", shown != NULL ? shown : "");
	free(shown);
	json_decref(decision);
	return false;
}

static void note(struct buffer *said, const struct answer *got)
{
	assert_int_equal(buffer_printf(said, "%d %s %s:%d: %s\n", got->status, got->result,
				       got->file, got->line, got->message),
			 0);
}

static unsigned deadline_for(const struct expected *x)
{
	return strcmp(x->kind, "deadline") == 0 ? DEADLINE_MS : PATIENCE_MS;
}

/* Three submissions to one process, the third like the first. */
static bool ask_thrice(struct trial *t, const struct attack *a, const struct expected *x,
		       struct buffer *said, char why[WHY])
{
	const char *changes[3] = {
		NULL, "{'partnership': {'id': 'south-vale', 'name': 'South Vale'}}", a->third};
	struct answer got[3] = {{0}};
	bool good = true;

	for (int i = 0; i < 3; i++) {
		ask(t, changes[i], &got[i]);
		note(said, &got[i]);
		if (good && got[i].took_ms > deadline_for(x) + GRACE_MS)
			good = complain(why, "it took too long", a->name);
		if (good && !expected_fits_answer(x, &got[i]))
			good = complain_of(why, &got[i]);
	}
	if (good && strcmp(got[0].result, got[2].result) != 0)
		good = complain(why, "the same process decides differently", said->bytes);
	for (int i = 0; i < 3; i++)
		answer_deinit(&got[i]);
	return good;
}

static void write_file(const struct site *site, const char *name, const struct buffer *text)
{
	char path[160];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", site->rules, name);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(text->bytes, 1, text->length, file), text->length);
	assert_int_equal(fclose(file), 0);
}

static int open_rules(const struct site *site, unsigned deadline_ms, struct trial **out,
		      json_t *faults)
{
	const char *named = getenv("AWARDD_PROGRAM");
	const struct trial_options options = {.program = named != NULL ? named : AWARDD_PROGRAM,
					      .processes = 1,
					      .deadline_ms = deadline_ms};
	struct err e = {0};

	return trial_open(&options, site->rules, out, faults, &e);
}

/* Loads the folder and asks; appends all that came of it to `said`. */
static bool run_once(const struct site *site, const struct attack *a, const struct expected *x,
		     struct buffer *said, char why[WHY])
{
	struct trial *t = NULL;
	json_t *faults = json_array();
	int64_t begun = now_ms();
	int rv = open_rules(site, deadline_for(x), &t, faults);
	bool good;

	if (rv == 0) {
		good = ask_thrice(t, a, x, said, why);
	} else {
		assert_int_equal(json_canonical(faults, said), 0);
		good = expected_fits_refusal(x, faults) ||
		       complain(why, "it is refused", buffer_status(said) == 0 ? said->bytes : "");
	}
	if (good && rv != 0 && now_ms() - begun > LOAD_MS + GRACE_MS)
		good = complain(why, "loading took too long", a->name);
	trial_close(&t);
	json_decref(faults);
	return good;
}

/* The others never notice. */
static bool neighbours_go_on(const struct site *site, char why[WHY])
{
	struct answer got = {0};
	bool good;

	ask(site->beside, NULL, &got);
	good = got.status == 0 && strcmp(got.result, site->usual) == 0;
	if (!good)
		complain(why, "the rules beside it decide differently", got.message);
	answer_deinit(&got);
	return good;
}

/* What is put into the text of an attack: where the secret is; or, where this test
 * plants a mistake itself, which run it is. */
static void fill_in(const struct site *site, const struct attack *a, int run, const char *change[2])
{
	bool planted = strstr(a->name, "{RUN}") != NULL;

	change[0] = planted ? "{RUN}" : "{PLANTED}";
	change[1] = !planted ? site->planted : run == 0 ? "first" : "second";
}

/* False, and why. */
static bool withstands(const struct site *site, const struct attack *a, char why[WHY])
{
	struct buffer said[2], text;
	struct expected x;
	char path[160];
	bool good = true;

	expected_read(a, &x);
	for (int i = 0; i < 2; i++) {
		const char *change[2];

		buffer_init(&said[i]);
		buffer_init(&text);
		fill_in(site, a, i, change);
		corpus_write(a, change, &text);
		write_file(site, corpus_file(a), &text);
		buffer_deinit(&text);
		good = good && run_once(site, a, &x, &said[i], why) && neighbours_go_on(site, why);
		buffer_append(&said[i], "", 1);
		good = good && keeps_secrets(said[i].bytes, why);
	}
	if (good && strcmp(said[0].bytes, said[1].bytes) != 0)
		good = complain(why, "two processes decide differently", said[1].bytes);
	snprintf(path, sizeof path, "%s/%s", site->rules, corpus_file(a));
	assert_int_equal(unlink(path), 0);
	buffer_deinit(&said[0]);
	buffer_deinit(&said[1]);
	return good;
}

static void attack_is_withstood(void **state)
{
	const struct attempt *attempt = *state;
	const struct attack *a = attempt->attack;
	char why[WHY] = "";

	if (!withstands(attempt->site, a, why))
		fail_msg("\"%s\": %s\nwanted: %s", a->name, why, a->gives);
}

/* ---- the test itself --------------------------------------------------------- */

static void the_corpus_is_large_and_each_attack_has_a_name(void **state)
{
	const struct site *site = *state;

	assert_true(site->corpus.count >= ATTACKS_MIN);
	for (size_t i = 0; i < site->corpus.count; i++) {
		const struct attack *a = &site->corpus.list[i];

		if (a->gives == NULL || a->text.length == 0)
			fail_msg("\"%s\" does not say what must come of it", a->name);
		for (size_t k = 0; k < i; k++)
			if (strcmp(site->corpus.list[k].name, a->name) == 0)
				fail_msg("\"%s\" stands twice", a->name);
	}
}

/* What this program would say of rules that were not held. */
static void what_is_not_withstood_is_noticed(void **state)
{
	static const struct {
		const char *name, *place, *gives, *text, *third, *noticed;
	} planted[] = {
		{"a leak", "criterion", "met ~", "return met(\"" PLANTED_TEXT "\")\n", NULL,
		 "what was planted came out"},
		{"a leak in an error", "criterion", "error 1 ~", "error(\"" PLANTED_TEXT "\")\n",
		 NULL, "what was planted came out"},
		{"a leak at load", "file", "refused 1 ~", "error(\"" PLANTED_TEXT "\")\n", NULL,
		 "what was planted came out"},
		{"an address", "criterion", "met ~", "return met(\"0x55d0c0ffee00\")\n", NULL,
		 "an address came out"},
		{"chance {RUN}", "criterion", "met ~", "return met(\"{RUN}\")\n", NULL,
		 "two processes decide differently"},
		{"chance {RUN} at load", "file", "refused 1 ~", "error(\"{RUN}\")\n", NULL,
		 "two processes decide differently"},
		{"state", "criterion", "met ~",
		 "return met(tostring(submission.partnership.name))\n",
		 "{'partnership': {'name': 'Other Vale'}}", "the same process decides differently"},
		{"not an error", "criterion", "error 1 ~", "return met(\"Well\")\n", NULL,
		 "it comes to something else"},
		{"another line", "criterion", "error 2 ~", "error(\"x\")\n", NULL,
		 "it comes to something else"},
		{"other words", "criterion", "error 1 y", "error(\"x\")\n", NULL,
		 "it comes to something else"},
		{"refused", "file", "met ~", "error(\"x\")\n", NULL, "it is refused"},
		{"not refused", "criterion", "refused 1 ~", "return met(\"x\")\n", NULL,
		 "it comes to something else"},
	};
	const struct site *site = *state;
	char why[WHY];

	for (size_t i = 0; i < sizeof planted / sizeof planted[0]; i++) {
		struct attack a = {.third = planted[i].third};

		a.name = strdup(planted[i].name);
		a.place = strdup(planted[i].place);
		a.gives = strdup(planted[i].gives);
		buffer_init(&a.text);
		buffer_append_text(&a.text, planted[i].text);
		why[0] = '\0';
		if (withstands(site, &a, why) ||
		    strncmp(why, planted[i].noticed, strlen(planted[i].noticed)) != 0)
			fail_msg("\"%s\" is noticed as: %s", a.name, why);
		free(a.name);
		free(a.place);
		free(a.gives);
		buffer_deinit(&a.text);
	}
}

static void run_shell(const char *command)
{
	if (system(command) != 0)
		fail_msg("failed: %s", command);
}

static void set_up(struct site *site)
{
	json_t *faults = json_array();
	struct answer usual = {0};
	char command[512];
	FILE *file;

	snprintf(site->dir, sizeof site->dir, "/tmp/awardd-attack-XXXXXX");
	assert_non_null(mkdtemp(site->dir));
	assert_int_equal(chmod(site->dir, 0755), 0);
	snprintf(site->rules, sizeof site->rules, "%s/rules", site->dir);
	snprintf(site->planted, sizeof site->planted, "%s/planted.lua", site->dir);
	file = fopen(site->planted, "we");
	assert_non_null(file);
	assert_true(fprintf(file, "return \"%s\"\n", PLANTED_TEXT) > 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(setenv("AWARDD_PLANTED", PLANTED_TEXT, 1), 0);
	snprintf(command, sizeof command, "cp -R '%s' '%s' && rm -f '%s'/*.test.lua", AWARDD_RULES,
		 site->rules, site->rules);
	run_shell(command);
	assert_int_equal(open_rules(site, PATIENCE_MS, &site->beside, faults), 0);
	ask(site->beside, NULL, &usual);
	assert_int_equal(usual.status, 0);
	site->usual = strdup(usual.result);
	answer_deinit(&usual);
	json_decref(faults);
	corpus_open(&site->corpus, AWARDD_SOURCE "/tests/attack");
}

static void tear_down(struct site *site)
{
	char command[128];

	trial_close(&site->beside);
	snprintf(command, sizeof command, "rm -rf '%s'", site->dir);
	run_shell(command);
	free(site->usual);
	corpus_close(&site->corpus);
}

int main(void)
{
	struct CMUnitTest tests[ATTACKS_MAX + 2] = {
		cmocka_unit_test(the_corpus_is_large_and_each_attack_has_a_name),
		cmocka_unit_test(what_is_not_withstood_is_noticed),
	};
	struct attempt attempts[ATTACKS_MAX];
	struct site site = {.usual = NULL};
	size_t count = 0;
	int failed;

	set_up(&site);
	tests[0].initial_state = tests[1].initial_state = &site;
	for (; count < site.corpus.count; count++) {
		attempts[count] = (struct attempt){&site, &site.corpus.list[count]};
		tests[count + 2] = (struct CMUnitTest){.name = site.corpus.list[count].name,
						       .test_func = attack_is_withstood,
						       .initial_state = &attempts[count]};
	}
	failed = _cmocka_run_group_tests("attacks", tests, count + 2, NULL, NULL);
	tear_down(&site);
	return failed;
}
