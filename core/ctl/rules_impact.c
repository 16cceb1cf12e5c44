/* rules impact: what a change of the rules would have meant, from a log alone. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/changes.h"
#include "ctl/offline.h"
#include "ctl/progress.h"
#include "ctl/verb.h"
#include "impact/impact.h"

/* The verb under way. */
struct run {
	struct session *session;
	char program[PROGRAM_NAME];
	struct words *words;
	struct changes changes;
	struct progress progress;
	unsigned long changed;
	long long allowed; /* -1: any */
	bool against_logged, logged_history;
	struct journal_reader *log;
	struct trial *candidate, *active;
	json_t *summary;
};

/* ---- the command line --------------------------------------------------- */

/* 0 or 1: which of the two the option names; 0 where it was left out. */
static int choose(const struct session *s, enum option option, const char *first,
		  const char *second, bool *is_second)
{
	const char *text = session_option(s, option);

	*is_second = text != NULL && strcmp(text, second) == 0;
	if (text == NULL || *is_second || strcmp(text, first) == 0)
		return EXIT_DONE;
	return session_say(s, EXIT_USAGE, "--%s is %s or %s, not \"%s\"", option_texts[option].name,
			   first, second, text);
}

static int read_allowed(struct run *r)
{
	const char *text = session_option(r->session, OPTION_MAX_CHANGED);
	char *end;

	r->allowed = -1;
	if (text == NULL)
		return EXIT_DONE;
	errno = 0;
	r->allowed = strtoll(text, &end, 10);
	if (errno != 0 || *text < '0' || *text > '9' || *end != '\0')
		return session_say(r->session, EXIT_USAGE,
				   "--max-changed: a whole number, not \"%s\"", text);
	return EXIT_DONE;
}

static int read_options(struct run *r)
{
	const char *since = session_option(r->session, OPTION_SINCE);
	struct date day;
	int status = read_allowed(r);

	if (status == EXIT_DONE)
		status = choose(r->session, OPTION_AGAINST, "active", "logged", &r->against_logged);
	if (status == EXIT_DONE)
		status = choose(r->session, OPTION_HISTORY, "then", "logged", &r->logged_history);
	if (status != EXIT_DONE)
		return status;
	if (since != NULL && !date_parse(text_of(since), &day))
		return session_say(r->session, EXIT_USAGE,
				   "--since: a day written YYYY-MM-DD, not \"%s\"", since);
	if (session_option(r->session, OPTION_LOG) == NULL)
		return session_say(r->session, EXIT_USAGE,
				   "--log FILE is needed: the log whose decisions are looked at");
	return EXIT_DONE;
}

/* ---- the rule sets ------------------------------------------------------ */

static int open_active(struct run *r, const struct trial_options *options)
{
	json_t *rules = NULL, *faults = json_array();
	struct err e = {.status = 0};
	int rv = reader_rules(r->log, NULL, &rules, &e);

	if (rv == AW_EABSENT)
		(void)err_set(&e, rv,
			      "no rules were ever in force in this log: compare with what "
			      "was decided (--against logged)");
	if (rv == 0)
		rv = trial_open_kept(options, rules, &r->active, faults, &e);
	if (rv != 0) {
		(void)offline_faults(r->session, faults); /* the status follows */
		(void)session_say(r->session, 0, "the rules in force: %s", e.text); /* as below */
	}
	json_decref(faults);
	json_decref(rules);
	return rv == 0 ? EXIT_DONE : EXIT_UNEXPECTED;
}

static int open_candidate(struct run *r, const struct trial_options *options)
{
	json_t *faults = json_array();
	struct err e = {.status = 0};
	int rv = trial_open(options, r->session->operands[0], &r->candidate, faults, &e);

	if (rv != 0) {
		(void)offline_faults(r->session, faults); /* likewise */
		(void)session_say(r->session, 0, "%s: %s", r->session->operands[0], e.text);
	}
	json_decref(faults);
	if (rv == 0)
		return EXIT_DONE;
	return rv == -ENOMEM ? EXIT_UNEXPECTED : EXIT_UNLOADABLE;
}

/* ---- the work ----------------------------------------------------------- */

static int on_change(void *ctx, const json_t *change)
{
	struct run *r = ctx;

	r->changed++;
	progress_clear(&r->progress);
	changes_add(&r->changes, change);
	return r->changes.status; /* a pipe that nobody reads any more ends it */
}

static void on_progress(void *ctx, uint64_t done, uint64_t of)
{
	struct run *r = ctx;
	uint64_t permille = of > 0 ? done * 1000 / of : 1000;

	progress_draw(&r->progress, permille > 1000 ? 1000 : (int)permille, (unsigned long)done,
		      r->changed);
}

static int measure(struct run *r)
{
	const struct impact_options options = {
		.log = r->log,
		.candidate = r->candidate,
		.against = r->active,
		.logged_history = r->logged_history,
		.since = session_option(r->session, OPTION_SINCE),
		.partnership = session_option(r->session, OPTION_PARTNERSHIP),
		.each = on_change,
		.progress = on_progress,
		.ctx = r,
	};
	struct err e = {.status = 0};

	r->changes.titles.scheme = generation_manifest(trial_rules(r->candidate));
	if (r->active != NULL)
		r->changes.titles.decision = generation_manifest(trial_rules(r->active));
	int rv = impact_measure(&options, &r->summary, &e);

	progress_clear(&r->progress);
	if (r->changes.status != EXIT_DONE)
		return r->changes.status;
	if (rv != 0)
		return session_say(r->session, EXIT_UNEXPECTED, "%s", e.text);
	changes_end(&r->changes, r->summary);
	return r->changes.status;
}

/* Whether it is more than was allowed. */
static int judge(const struct run *r)
{
	json_int_t changed = json_member_integer(r->summary, "changed", 0) +
			     json_member_integer(r->summary, "changed_imports", 0);

	if (r->allowed < 0 || changed <= r->allowed)
		return EXIT_DONE;
	return session_say(r->session, EXIT_BEYOND,
			   "%" JSON_INTEGER_FORMAT " would change, and %lld may", changed,
			   r->allowed);
}

static int open_all(struct run *r)
{
	struct err e = {.status = 0};
	struct trial_options options;

	if (offline_trial(r->program, &options, &e) != 0)
		return session_say(r->session, EXIT_UNEXPECTED, "%s", e.text);
	if (session_words(r->session, r->program, &r->words, &e) != 0)
		return session_say(r->session, EXIT_UNEXPECTED, "%s", e.text);
	options.words = r->words;
	if (reader_open(session_option(r->session, OPTION_LOG), &r->log, &e) != 0)
		return session_say(r->session, EXIT_UNEXPECTED, "%s", e.text);
	int status = open_candidate(r, &options);
	if (status == EXIT_DONE && !r->against_logged)
		status = open_active(r, &options);
	return status == EXIT_DONE ? measure(r) : status;
}

int verb_rules_impact(struct session *s)
{
	const char *format = session_option(s, OPTION_FORMAT);
	struct run r = {.session = s};
	int status = read_options(&r);

	changes_init(&r.changes, s,
		     s->json                                        ? CHANGES_JSON
		     : format != NULL && strcmp(format, "csv") == 0 ? CHANGES_CSV
								    : CHANGES_TEXT);
	progress_init(&r.progress, s->err);
	r.progress.words = "would change";
	if (status == EXIT_DONE)
		status = open_all(&r);
	if (status == EXIT_DONE)
		status = judge(&r);
	trial_close(&r.candidate);
	trial_close(&r.active);
	words_free(&r.words);
	reader_close(&r.log);
	json_decref(r.summary);
	changes_deinit(&r.changes);
	return status;
}
