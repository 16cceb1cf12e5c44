/* log verify: whether a log is what was written, from its file alone. */
#include <errno.h>
#include <string.h>

#include "audit/audit.h"
#include "ctl/input.h"
#include "ctl/progress.h"
#include "ctl/verb.h"

enum { FINDINGS_MOST = 20, LEVEL_COLUMN = 9 };

struct run {
	struct session *session;
	struct progress progress;
	struct paper page;
	json_t *findings; /* for programs */
	unsigned long found;
	struct tlog_verifier key;
	bool has_key;
	struct buffer since;
};

/* ---- the command line ------------------------------------------------------ */

static int read_options(struct run *r)
{
	const struct session *s = r->session;
	const char *key = session_option(s, OPTION_KEY), *since = session_option(s, OPTION_SINCE);
	struct err e = {.status = 0};

	if (key != NULL && tlog_verifier_read(text_of(key), &r->key, &e) != 0)
		return session_say(s, EXIT_USAGE, "--key: %s", e.text);
	r->has_key = key != NULL;
	if (since != NULL && input_read(since, &r->since, &e) != 0)
		return session_say(s, EXIT_UNEXPECTED, "--since %s: %s", input_name(since), e.text);
	if (since != NULL && r->since.length == 0)
		return session_say(s, EXIT_UNEXPECTED, "--since %s: is empty", input_name(since));
	return EXIT_DONE;
}

/* ---- findings --------------------------------------------------------------- */

static void put_finding(struct paper *p, const json_t *finding)
{
	const char *level = json_member_text(finding, "level");

	paper_tone(p, *level == 'a' ? TONE_BAD : *level == 'd' ? TONE_WARN : TONE_FAINT);
	paper_text(p, level);
	paper_tone(p, TONE_PLAIN);
	paper_pad(p, LEVEL_COLUMN);
	paper_wrap(p, LEVEL_COLUMN, json_member_text(finding, "message"));
}

static int on_finding(void *ctx, const json_t *finding)
{
	struct run *r = ctx;
	union { /* only its count of references changes */
		const json_t *borrowed;
		json_t *value;
	} held = {finding};

	r->found++;
	if (r->session->json)
		return json_array_append(r->findings, held.value) == 0 ? 0 : -ENOMEM;
	progress_clear(&r->progress);
	put_finding(&r->page, finding);
	return session_print(r->session, &r->page) == EXIT_DONE ? 0 : -EPIPE;
}

static void on_progress(void *ctx, int permille, uint64_t entries)
{
	struct run *r = ctx;

	progress_draw(&r->progress, permille, (unsigned long)entries, r->found);
}

/* ---- the verdict -------------------------------------------------------------- */

static void put_count(struct paper *p, const json_t *counts, const char *member, const char *one,
		      const char *many)
{
	json_int_t n = json_member_integer(counts, member, 0);
	char number[DAY_TEXT];

	wording_number(n, number);
	paper_format(p, "%s %s", number, n == 1 ? one : many);
}

static void put_what(struct paper *p, const char *file, const json_t *summary)
{
	const json_t *personal = json_member(summary, "personal");

	paper_format(p, "%s: ", file);
	put_count(p, summary, "entries", "entry", "entries");
	paper_text(p, ", ");
	put_count(p, summary, "checkpoints", "checkpoint", "checkpoints");
	paper_text(p, ", ");
	put_count(p, summary, "rule_sets", "rule set", "rule sets");
	paper_text(p, ", ");
	put_count(p, personal, "kept", "personal value", "personal values");
	paper_text(p, ", ");
	put_count(p, personal, "erased", "erased", "erased");
	paper_newline(p);
}

/* The end of the list of findings. */
static void put_left_out(struct paper *p, const json_t *summary)
{
	json_t *left_out = json_object_get(summary, "not_given"), *more;
	const char *what;

	json_object_foreach(left_out, what, more) {
		paper_format(p, "and %" JSON_INTEGER_FORMAT " more of the kind %s",
			     json_integer_value(more), what);
		paper_newline(p);
	}
}

static void put_failure(struct paper *p, const json_t *summary)
{
	const json_t *counts = json_member(summary, "findings");
	json_int_t altered = json_member_integer(counts, "altered", 0);
	json_int_t derived = json_member_integer(counts, "derived", 0);

	paper_tone(p, TONE_BAD);
	paper_text(p, "Not verified: ");
	paper_tone(p, TONE_PLAIN);
	put_count(p, counts, "altered", "finding", "findings");
	paper_text(p, " of what was altered, ");
	put_count(p, counts, "derived", "finding", "findings");
	paper_text(p, " of what does not follow from the entries.");
	paper_newline(p);
	if (altered == 0 && derived > 0)
		paper_wrap(p, 0,
			   "The entries are what was signed. \"awardctl log rebuild\" makes the "
			   "derived tables from them again.");
}

static void put_success(struct paper *p, const json_t *summary)
{
	const json_t *newest = json_member(summary, "newest");
	const json_t *trusted = json_member(summary, "trusted");
	const char *key = json_member_text(trusted, "key");

	paper_tone(p, TONE_GOOD);
	paper_text(p, "Verified.");
	paper_tone(p, TONE_PLAIN);
	paper_newline(p);
	paper_wrap(p, 0,
		   "Every entry is as it was signed, and all else follows from the entries. "
		   "This key vouches for it:");
	paper_text(p, key);
	paper_newline(p);
	paper_wrap_format(p, 0, "The tree of %" JSON_INTEGER_FORMAT " entries has the root %s.",
			  json_member_integer(newest, "size", 0), json_member_text(newest, "root"));
}

/* What no file can say of itself. */
static void put_unseen(struct paper *p, const struct run *r)
{
	if (!r->has_key)
		paper_wrap(
			p, 0,
			"No key was given, so the one that the log itself names was believed: "
			"whoever holds the file could have written all of it with a key of their "
			"own. Have the key told to you by another way, and give it with --key.");
	if (r->since.length == 0)
		paper_wrap(
			p, 0,
			"No checkpoint kept elsewhere was given (--since): that the log's end was "
			"cut off together with its checkpoints, that an older copy was put back, "
			"or that whoever has the signing key rewrote it, cannot be seen. Keep this "
			"log's newest checkpoint in a place of your own for the next time.");
}

static int print_text(struct run *r, const json_t *summary)
{
	struct paper *p = &r->page;

	put_left_out(p, summary);
	put_what(p, r->session->operands[0], summary);
	if (json_member_true(summary, "verified"))
		put_success(p, summary);
	else
		put_failure(p, summary);
	if (json_member_true(summary, "verified"))
		put_unseen(p, r);
	return session_print(r->session, p);
}

static int print_json(const struct run *r, json_t *summary)
{
	struct buffer text;
	int status = EXIT_UNEXPECTED;

	buffer_init(&text);
	if (json_put(summary, "found", json_incref(r->findings)) == 0 &&
	    json_compact(summary, &text) == 0)
		status = session_print_json(r->session, text.bytes, true);
	buffer_deinit(&text);
	return status;
}

/* ---- the work -------------------------------------------------------------------- */

static int verify(struct run *r)
{
	const struct session *s = r->session;
	const struct audit_options options = {
		.path = s->operands[0],
		.key = r->has_key ? &r->key : NULL,
		.since = {r->since.bytes, r->since.length},
		.most = FINDINGS_MOST,
		.each = on_finding,
		.progress = on_progress,
		.ctx = r,
	};
	struct err e = {.status = 0};
	json_t *summary = NULL;
	int rv = audit_verify(&options, &summary, &e);

	progress_clear(&r->progress);
	if (rv == AW_EINVALID && options.since.length > 0) /* where that holds no checkpoint */
		return session_say(s, EXIT_UNEXPECTED, "--since %s: %s",
				   input_name(session_option(s, OPTION_SINCE)), e.text);
	if (rv != 0)
		return session_say(s, EXIT_UNEXPECTED, "%s",
				   e.status == rv ? e.text : status_text(rv));
	int status = s->json ? print_json(r, summary) : print_text(r, summary);
	if (status == EXIT_DONE && !json_member_true(summary, "verified"))
		status = EXIT_UNPROVEN;
	json_decref(summary);
	return status;
}

int verb_log_verify(struct session *s)
{
	struct run r = {.session = s, .findings = json_array()};
	int status;

	paper_init(&r.page, s->out);
	progress_init(&r.progress, s->err);
	r.progress.words = "found";
	buffer_init(&r.since);
	status = r.findings == NULL ? session_say(s, EXIT_UNEXPECTED, "no memory")
				    : read_options(&r);
	if (status == EXIT_DONE)
		status = verify(&r);
	buffer_deinit(&r.since);
	paper_deinit(&r.page);
	json_decref(r.findings);
	return status;
}
