/* The gate: a rule set's own tests, run before it may be in force; and, of one that may not,
 * which files it lacks. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "service/activation.h"

/* Without "file:line: " in front, which a fault has members for. */
static const char *sentence_of(const json_t *message)
{
	const char *text = json_string_value(message);
	const char *quote = text != NULL ? strchr(text, '"') : NULL;

	return quote != NULL ? quote : text != NULL ? text : "failed";
}

/* One fault for each test that failed: its first sentence. */
static int add_failed(const json_t *report, json_t *faults)
{
	size_t i;
	const json_t *result;

	json_array_foreach(json_member(report, "results"), i, result) {
		if (json_member_true(result, "passed"))
			continue;
		const json_t *messages = json_member(result, "messages");
		json_t *fault = json_pack("{sO sO}", "file", json_object_get(result, "file"),
					  "line", json_object_get(result, "line"));
		if (json_put(fault, "message",
			     json_sprintf("a test fails: %s",
					  sentence_of(json_array_get(messages, 0)))) != 0 ||
		    json_array_append(faults, fault) != 0) {
			json_decref(fault);
			return -ENOMEM;
		}
		json_decref(fault);
	}
	return 0;
}

static json_t *describe(const json_t *report)
{
	json_t *faults = json_array();

	if (faults != NULL && add_failed(report, faults) != 0) {
		json_decref(faults);
		return NULL;
	}
	if (json_array_size(faults) == 0)
		(void)json_array_append_new(
			faults,
			json_pack("{ss si ss}", "file", "", "line", 0, "message",
				  "no test stands beside these rules: write at least one, in "
				  "a file whose name ends in .test.lua"));
	return faults;
}

static void on_verified(void *ctx, int status, const json_t *report, const struct err *e)
{
	struct activation *a = ctx;
	json_t *faults = NULL;

	a->tests = NULL;
	if (status == 0 && verify_passed(report)) {
		a->tested(a, 0, NULL);
		return;
	}
	if (status == 0) {
		status = AW_ESCRIPT;
		faults = describe(report);
	} else if (status != -ECANCELED && status != -ENOMEM) {
		faults = json_pack("[{ss si ss}]", "file", "", "line", 0, "message", e->text);
		status = AW_ESCRIPT;
	}
	a->tested(a, status, faults);
	json_decref(faults);
}

/* ---- of rules that are refused ------------------------------------------ */

static bool has_file(const json_t *files, const char *path)
{
	size_t i;
	const json_t *file;

	json_array_foreach(files, i, file) {
		if (strcmp(json_member_text(file, "path"), path) == 0)
			return true;
	}
	return false;
}

void gate_add_missing(struct activation *a)
{
	const json_t *read = json_object_get(a->about, "files"), *file;
	size_t i, at = 0;

	if (read == NULL || a->may_pass || a->service->current == NULL)
		return;
	json_array_foreach(generation_files(a->service->current), i, file) {
		if (has_file(read, json_member_text(file, "path")))
			continue;
		json_t *fault = json_pack("{sO si ss}", "file", json_object_get(file, "path"),
					  "line", 0, "message",
					  "is in force and not in the folder any more: put it "
					  "back, unless it was meant to go");
		if (json_array_insert_new(a->faults, at++, fault) != 0)
			log_line(a->service, 4, "no memory to say which files are missing");
	}
}

/* ---- the tests ---------------------------------------------------------- */

int gate_open(struct activation *a, gate_cb tested)
{
	const struct verify_options options = {.at_once = 0};

	a->tested = tested;
	return verify_run(a->fresh, &options, on_verified, a, &a->tests);
}

void gate_cancel(struct activation *a)
{
	if (a->tests != NULL)
		verify_cancel(a->tests);
}
