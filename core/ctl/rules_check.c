/* rules check: what is wrong in a rule set, from its folder alone. */
#include <errno.h>
#include <string.h>

#include "ctl/offline.h"
#include "ctl/progress.h"
#include "ctl/verb.h"
#include "probe/probe.h"

enum { INDENT = 4 };

struct check {
	struct session *session;
	struct progress progress;
	struct words *words;
	struct trial *trial;
	json_t *faults, *report;
	size_t errors, warnings;
};

static void on_progress(void *ctx, int permille, size_t evaluations, size_t failed)
{
	struct check *c = ctx;

	progress_draw(&c->progress, permille, evaluations, failed);
}

static bool is_warning(const json_t *finding)
{
	const char *severity = json_member_text(finding, "severity");

	return severity != NULL && strcmp(severity, "warning") == 0;
}

/* ---- for people ---------------------------------------------------------- */

static void put_said(struct paper *p, const json_t *found, enum tone tone)
{
	struct buffer text;

	buffer_init(&text);
	paper_tone(p, tone);
	if (rule_fault_append(found, &text) == 0)
		paper_text(p, text.bytes);
	else
		p->out.failed = true;
	paper_tone(p, TONE_PLAIN);
	paper_newline(p);
	buffer_deinit(&text);
}

static void put_document(struct paper *p, const char *before, const json_t *value)
{
	struct buffer text;

	buffer_init(&text);
	if (value == NULL)
		(void)buffer_append_text(&text, "nothing"); /* asked for below */
	else if (json_canonical(value, &text) != 0)
		buffer_clear(&text);
	paper_pad(p, INDENT);
	paper_text(p, before);
	if (buffer_status(&text) == 0 && text.bytes != NULL)
		paper_text(p, text.bytes);
	paper_newline(p);
	buffer_deinit(&text);
}

static void put_difference(struct paper *p, const json_t *row)
{
	const char *pointer = json_member_text(row, "pointer");

	paper_pad(p, INDENT);
	paper_format(p, "%s", pointer != NULL ? pointer : "");
	paper_newline(p);
	put_document(p, "  from ", json_object_get(row, "from"));
	put_document(p, "  to   ", json_object_get(row, "to"));
}

static void put_finding(struct paper *p, const json_t *finding)
{
	const json_t *example = json_member(finding, "example"), *row;
	const json_t *history = json_member(example, "history");
	size_t i;

	put_said(p, finding, is_warning(finding) ? TONE_WARN : TONE_BAD);
	if (example != NULL)
		put_document(p, "", json_member(example, "submission"));
	if (json_array_size(history) > 0)
		put_document(p, "after ", history);
	json_array_foreach(json_member(finding, "difference"), i, row) {
		put_difference(p, row);
	}
}

static void put_counted(struct paper *p, size_t count, const char *what)
{
	char number[DAY_TEXT];

	wording_number((json_int_t)count, number);
	paper_format(p, "%s %s%s", number, what, count == 1 ? "" : "s");
}

static void put_sum(struct paper *p, const struct check *c)
{
	size_t faults = json_array_size(c->faults);

	paper_format(p, "%s: ", c->session->operands[0]);
	if (c->report == NULL) {
		paper_text(p, "does not load: ");
		put_counted(p, faults, "fault");
		paper_newline(p);
		return;
	}
	put_counted(p, (size_t)json_member_integer(c->report, "evaluations", 0), "evaluation");
	paper_text(p, ", ");
	if (c->errors + c->warnings == 0) {
		paper_text(p, "nothing found");
	} else {
		put_counted(p, c->errors, "error");
		paper_text(p, ", ");
		put_counted(p, c->warnings, "warning");
	}
	if (json_member_true(c->report, "stopped"))
		paper_text(p, "; so much failed that the rest was not tried");
	paper_newline(p);
}

static int print_text(const struct check *c)
{
	const json_t *item;
	struct paper p;
	size_t i;

	paper_init(&p, c->session->out);
	json_array_foreach(c->faults, i, item) {
		put_said(&p, item, TONE_BAD);
	}
	json_array_foreach(json_member(c->report, "findings"), i, item) {
		put_finding(&p, item);
	}
	put_sum(&p, c);
	int status = session_print(c->session, &p);
	paper_deinit(&p);
	return status;
}

/* ---- for programs -------------------------------------------------------- */

static int print_json(const struct check *c)
{
	const json_t *evaluations = json_member(c->report, "evaluations");
	json_t *findings = json_member(c->report, "findings");
	json_t *document = json_pack(
		"{ss? sO so sb sI}", "digest",
		c->trial != NULL ? generation_digest(trial_rules(c->trial)) : NULL, "faults",
		c->faults, "findings", findings != NULL ? json_incref(findings) : json_array(),
		"stopped", json_member_true(c->report, "stopped"), "evaluations",
		json_integer_value(evaluations));
	struct buffer text;
	int status;

	buffer_init(&text);
	if (json_compact(document, &text) == 0)
		status = session_print_json(c->session, text.bytes, true);
	else
		status = session_say(c->session, EXIT_UNEXPECTED, "no memory for the answer");
	buffer_deinit(&text);
	json_decref(document);
	return status;
}

/* ---- the verb ------------------------------------------------------------ */

/* Opens and probes; what does not load is in `faults`. */
static int look(struct check *c, struct err *e)
{
	char program[PROGRAM_NAME];
	struct trial_options options;
	int rv = offline_trial(program, &options, e);

	if (rv != 0)
		return rv;
	rv = session_words(c->session, program, &c->words, e);
	if (rv != 0)
		return rv;
	options.words = c->words;
	rv = trial_open(&options, c->session->operands[0], &c->trial, c->faults, e);
	if (rv != 0)
		return json_array_size(c->faults) > 0 && rv != -ENOMEM ? 0 : rv;
	return probe_run(c->trial, on_progress, c, &c->report, e);
}

static void count(struct check *c)
{
	const json_t *finding;
	size_t i;

	json_array_foreach(json_member(c->report, "findings"), i, finding) {
		if (is_warning(finding))
			c->warnings++;
		else
			c->errors++;
	}
}

int verb_rules_check(struct session *s)
{
	struct check c = {.session = s, .faults = json_array()};
	struct err e = {.status = 0};
	int status;

	progress_init(&c.progress, s->err);
	int rv = c.faults != NULL ? look(&c, &e) : err_set(&e, -ENOMEM, "no memory");
	progress_clear(&c.progress);
	if (rv != 0) {
		status = session_say(s, EXIT_UNEXPECTED, "%s", e.text);
	} else {
		count(&c);
		status = s->json ? print_json(&c) : print_text(&c);
		if (status == EXIT_DONE &&
		    (c.report == NULL || c.errors > 0 ||
		     (c.warnings > 0 && session_option(s, OPTION_STRICT) != NULL)))
			status = EXIT_UNLOADABLE;
	}
	trial_close(&c.trial);
	words_free(&c.words);
	json_decref(c.report);
	json_decref(c.faults);
	return status;
}
