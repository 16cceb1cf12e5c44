/*
 * bench: the shipped rules and a file of tests, run by real evaluators.
 * Failures in here fail the running test.
 */
#ifndef AW_TESTS_VERIFY_BENCH_H
#define AW_TESTS_VERIFY_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "verify/verify.h"

static const struct trial_options bench_options = {
	.program = AWARDD_PROGRAM, .processes = 2, .deadline_ms = 10000};

/* What most tests begin with; two lines, so that a test after it is on line 3. */
#define BENCH_FIXTURE                                                                              \
	"fixture \"lead\" { partnership = { id = \"x\", name = \"X\" }, scores = all(8), "         \
	"assessed_on = \"2024-05-20\", evidence = { { kind = \"systems\", summary = \"s\" } },\n"  \
	"case_studies = { { title = \"t\", statements = { \"8\" }, shareable = true } }, "         \
	"sign_off = { send_leadership = { method = \"email\", on = \"2024-05-20\" }, "             \
	"yos_leadership = { method = \"email\", on = \"2024-05-20\" } } }\n"

/* Gives the shipped rules without their tests, and this as x.test.lua. */
static inline json_t *bench_files(const char *text)
{
	struct rule_files files;
	json_t *faults = json_array(), *list = json_array(), *file;
	size_t i;

	assert_int_equal(rule_files_read(AWARDD_RULES, &files, faults), 0);
	json_array_foreach(files.files, i, file)
		if (strstr(json_member_text(file, "path"), ".test.lua") == NULL)
			assert_int_equal(json_array_append(list, file), 0);
	if (text != NULL)
		assert_int_equal(json_array_append_new(list, json_pack("{ss ss}", "path",
								       "x.test.lua", "text", text)),
				 0);
	rule_files_deinit(&files);
	json_decref(faults);
	return list;
}

static inline struct trial *bench_open(const char *text)
{
	struct trial *t = NULL;
	struct err e = {.status = 0};
	json_t *faults = json_array(), *files = bench_files(text);
	int rv = trial_open_files(&bench_options, files, &t, faults, &e);

	if (rv != 0)
		fail_msg("%s: %s", e.text, json_member_text(json_array_get(faults, 0), "message"));
	json_decref(faults);
	json_decref(files);
	return t;
}

/* Gives the report. */
static inline json_t *bench_run(const char *text, const struct verify_options *options)
{
	struct trial *t = bench_open(text);
	json_t *report = NULL;
	struct err e = {.status = 0};

	if (verify_trial(t, options, &report, &e) != 0)
		fail_msg("%s", e.text);
	trial_close(&t);
	return report;
}

/* All messages, one on each line; free() it. */
static inline char *bench_messages(const json_t *report)
{
	struct buffer all;
	size_t i, j;
	json_t *result, *message;

	buffer_init(&all);
	buffer_append_text(&all, "");
	json_array_foreach(json_member(report, "results"), i, result)
		json_array_foreach(json_member(result, "messages"), j, message)
			buffer_printf(&all, "%s\n", json_string_value(message));
	return buffer_give(&all);
}

/* One test with this body must fail in just this way; "" where it passes. */
static inline void bench_says(const char *body, const char *wanted)
{
	char *text = NULL, *said, *all;
	json_t *report;

	assert_true(asprintf(&text, BENCH_FIXTURE "test \"a\" { %s }", body) > 0);
	report = bench_run(text, NULL);
	said = bench_messages(report);
	assert_true(asprintf(&all, "%s%s%s", *wanted != '\0' ? "x.test.lua:3: \"a\": " : "", wanted,
			     *wanted != '\0' ? "\n" : "") >= 0);
	assert_string_equal(said, all);
	assert_int_equal(verify_passed(report), *wanted == '\0');
	free(all);
	free(said);
	free(text);
	json_decref(report);
}

#endif
