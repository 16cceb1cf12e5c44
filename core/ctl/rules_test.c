/* rules test: the tests beside a rule set. decisions test: one more of them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/offline.h"
#include "ctl/progress.h"
#include "ctl/results.h"
#include "ctl/verb.h"
#include "verify/verify.h"

/* The verb under way. */
struct run {
	struct session *session;
	char program[PROGRAM_NAME];
	struct words *words;
	struct trial_options how;
	struct progress progress;
	long percent; /* asked for; -1: none */
	struct trial *trial;
	json_t *report;
};

static bool is_format(const struct run *r, const char *format)
{
	const char *text = session_option(r->session, OPTION_FORMAT);

	return text != NULL && strcmp(text, format) == 0;
}

static int read_options(struct run *r)
{
	const char *text = session_option(r->session, OPTION_COVERAGE);
	char *end;

	r->percent = -1;
	if (text == NULL)
		return EXIT_DONE;
	errno = 0;
	r->percent = strtol(text, &end, 10);
	if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || r->percent > 100)
		return session_say(r->session, EXIT_USAGE, "--coverage: 0 to 100, not \"%s\"",
				   text);
	return EXIT_DONE;
}

static void on_progress(void *ctx, size_t done, size_t failed, size_t all)
{
	struct run *r = ctx;

	progress_draw(&r->progress, all > 0 ? (int)(1000 * done / all) : 0, done, failed);
}

/* ---- the rules ---------------------------------------------------------------- */

static int open_rules(struct run *r)
{
	json_t *faults = json_array();
	struct err e = {.status = 0};
	int rv = offline_trial(r->program, &r->how, &e), status = EXIT_DONE;

	if (rv == 0)
		rv = session_words(r->session, r->program, &r->words, &e);
	r->how.words = r->words;
	if (rv == 0 && faults != NULL)
		rv = trial_open(&r->how, r->session->operands[0], &r->trial, faults, &e);
	else if (rv == 0)
		(void)err_set(&e, -ENOMEM, "no memory for faults"); /* said below */
	if (json_array_size(faults) > 0)
		status = offline_faults(r->session, faults);
	else if (rv != 0 || faults == NULL)
		status = session_say(r->session, EXIT_UNLOADABLE, "%s", e.text);
	json_decref(faults);
	return rv == -ENOMEM || faults == NULL ? EXIT_UNEXPECTED : status;
}

/* ---- running -------------------------------------------------------------------- */

static int run_tests(struct run *r)
{
	const struct verify_options options = {
		.filter = session_option(r->session, OPTION_FILTER),
		.lines = true,
		.progress = on_progress,
		.progress_ctx = r,
	};
	struct err e = {.status = 0};
	int rv = verify_trial(r->trial, &options, &r->report, &e);

	progress_clear(&r->progress);
	return rv == 0 ? EXIT_DONE : session_say(r->session, EXIT_UNEXPECTED, "%s", e.text);
}

static int run_changes(struct run *r)
{
	const struct verify_options verify = {
		.filter = session_option(r->session, OPTION_FILTER),
		.progress = on_progress,
		.progress_ctx = r,
	};
	struct verify_mutation found;
	struct err e = {.status = 0};
	int rv = verify_mutate(&r->how, generation_files(trial_rules(r->trial)), &verify, &found,
			       &e);

	progress_clear(&r->progress);
	if (rv != 0) {
		json_decref(found.unnoticed);
		return session_say(r->session, EXIT_UNEXPECTED, "%s", e.text);
	}
	json_t *document = json_pack("{sI sI sI so}", "changes", (json_int_t)found.changes,
				     "noticed", (json_int_t)found.noticed, "refused",
				     (json_int_t)found.refused, "unnoticed", found.unnoticed);

	if (json_put(r->report, "mutation", document) != 0)
		return session_say(r->session, EXIT_UNEXPECTED, "no memory for the report");
	return EXIT_DONE;
}

/* ---- the answer -------------------------------------------------------------------- */

static int print_text(struct run *r)
{
	const json_t *mutation = json_member(r->report, "mutation");
	struct paper p;

	paper_init(&p, r->session->out);
	results_write(&p, r->report);
	if (mutation != NULL)
		results_write_changes(&p, mutation);
	int status = session_print(r->session, &p);
	paper_deinit(&p);
	return status;
}

static int print_bytes(struct run *r)
{
	struct buffer out;
	int rv, status = EXIT_DONE;

	buffer_init(&out);
	rv = r->session->json ? json_compact(r->report, &out) : results_junit(r->report, &out);
	if (rv != 0)
		status = session_say(r->session, EXIT_UNEXPECTED, "no memory for the report");
	else if (r->session->json)
		status = session_print_json(r->session, out.bytes, true);
	else if (fwrite(out.bytes, 1, out.length, stdout) != out.length || fflush(stdout) != 0)
		status = session_say(r->session, EXIT_UNEXPECTED, "writing: %s", strerror(errno));
	buffer_deinit(&out);
	return status;
}

static int judge(const struct run *r)
{
	if (!verify_passed(r->report))
		return EXIT_FAILED;
	if (json_member_integer(r->report, "criteria_percent", 0) < r->percent ||
	    json_member_integer(r->report, "lines_percent", 0) < r->percent)
		return session_say(r->session, EXIT_UNCOVERED,
				   "less than %ld %% of the criteria or of the lines was seen",
				   r->percent);
	return EXIT_DONE;
}

int verb_rules_test(struct session *s)
{
	struct run r = {.session = s};
	int status = read_options(&r);

	progress_init(&r.progress, s->err);
	if (status == EXIT_DONE)
		status = open_rules(&r);
	if (status == EXIT_DONE)
		status = run_tests(&r);
	/* Where tests fail anyway, they would notice every change. */
	if (status == EXIT_DONE && session_option(s, OPTION_MUTATE) != NULL &&
	    verify_passed(r.report))
		status = run_changes(&r);
	if (status == EXIT_DONE)
		status = s->json || is_format(&r, "junit") ? print_bytes(&r) : print_text(&r);
	if (status == EXIT_DONE)
		status = judge(&r);
	trial_close(&r.trial);
	words_free(&r.words);
	json_decref(r.report);
	return status;
}

/* ---- decisions test -------------------------------------------------------------------- */

static int on_entry(void *ctx, json_t *entry)
{
	return json_array_append(ctx, entry) == 0 ? 0 : -ENOMEM;
}

/* Reads what was logged of the partnership up to this entry, and writes it. */
static int record(const char *word, struct journal_reader *log, struct buffer *out, struct err *e)
{
	json_t *entry = NULL, *entries = json_array();
	int rv = offline_entry(log, word, &entry, e);
	const json_t *submission = json_member(json_member(entry, "body"), "submission");
	const char *partnership = json_member_text(json_member(submission, "partnership"), "id");

	if (rv == AW_EABSENT)
		(void)err_set(e, rv, "%s is not in the log", word); /* kept in rv */
	else if (rv == 0 && entries == NULL)
		rv = err_set(e, -ENOMEM, "no memory for the entries");
	else if (rv == 0 && partnership == NULL)
		rv = err_set(e, AW_EINVALID, "%s is no decision", word);
	if (rv == 0)
		rv = reader_past(log, partnership, json_member_integer(entry, "sequence", 0),
				 on_entry, entries, e);
	if (rv == 0)
		rv = verify_record(entries, out, e);
	json_decref(entry);
	json_decref(entries);
	return rv;
}

int verb_decisions_test(struct session *s)
{
	const char *path = session_option(s, OPTION_LOG);
	struct journal_reader *log = NULL;
	struct buffer out;
	struct err e = {.status = 0};
	int status = EXIT_DONE;

	if (path == NULL)
		return session_say(s, EXIT_USAGE, "--log FILE is needed: the log it is read from");
	buffer_init(&out);
	int rv = reader_open(path, &log, &e);

	if (rv == 0)
		rv = reader_is_still(log, record(s->operands[0], log, &out, &e), &e);
	if (rv != 0)
		status = session_say(s, EXIT_UNEXPECTED, "%s", e.text);
	else if (fwrite(out.bytes, 1, out.length, stdout) != out.length || fflush(stdout) != 0)
		status = session_say(s, EXIT_UNEXPECTED, "writing: %s", strerror(errno));
	buffer_deinit(&out);
	reader_close(&log);
	return status;
}
