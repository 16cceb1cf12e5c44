/* log reproduce: a log's entries decided again, from its file alone. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/offline.h"
#include "ctl/progress.h"
#include "ctl/table.h"
#include "ctl/verb.h"
#include "reproduce/reproduce.h"

enum { VALUE_BYTES = 300, DIGITS_SHOWN = 12 };

/* The verb under way. */
struct run {
	struct session *session;
	struct progress progress;
	struct journal_reader *log;
	int64_t *only;
	unsigned long found;
	json_t *summary;
	int status; /* not EXIT_DONE once writing failed */
};

/* ---- what is to be looked at --------------------------------------------- */

static int by_sequence(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* What an entry's failure says of the command line, or of the log. */
static int status_of(int rv)
{
	return rv == AW_ECORRUPT                       ? EXIT_UNPROVEN
	       : rv == AW_EABSENT || rv == AW_EINVALID ? EXIT_USAGE
						       : EXIT_UNEXPECTED;
}

static int read_sequences(struct run *r)
{
	const struct session *s = r->session;
	struct err e = {.status = 0};

	r->only = calloc(s->count, sizeof *r->only);
	if (r->only == NULL)
		return session_say(s, EXIT_UNEXPECTED, "no memory for the sequences");
	for (size_t i = 1; i < s->count; i++) {
		json_t *entry = NULL;
		int rv = offline_entry(r->log, s->operands[i], &entry, &e);

		r->only[i - 1] = json_member_integer(entry, "sequence", 0);
		json_decref(entry);
		if (rv != 0)
			return session_say(s, status_of(rv), "%s", e.text);
	}
	qsort(r->only, s->count - 1, sizeof *r->only, by_sequence);
	return EXIT_DONE;
}

/* ---- for people ---------------------------------------------------------- */

static void put_value(struct paper *p, const char *name, const json_t *value)
{
	struct buffer text;

	buffer_init(&text);
	if (value != NULL && json_compact(value, &text) != 0)
		p->out.failed = true;
	paper_pad(p, 4);
	paper_wrap_format(p, 11, "%s  %.*s%s", name, (int)VALUE_BYTES,
			  value != NULL ? text.bytes : "nothing",
			  text.length > VALUE_BYTES ? "…" : "");
	buffer_deinit(&text);
}

static void put_differences(struct paper *p, const json_t *differences)
{
	const json_t *first = json_array_get(differences, 0);
	size_t count = json_array_size(differences);

	if (count == 0)
		return;
	paper_pad(p, 4);
	paper_wrap_format(p, 4, "at %s", json_member_text(first, "pointer"));
	put_value(p, "then", json_object_get(first, "then"));
	put_value(p, "now ", json_object_get(first, "now"));
	if (count > 1) {
		paper_pad(p, 4);
		paper_wrap_format(p, 4, "and in %zu more place%s; --format json has all", count - 1,
				  count == 2 ? "" : "s");
	}
}

static void put_finding(struct paper *p, const json_t *finding)
{
	const char *id = json_member_text(finding, "id");
	const char *partnership = json_member_text(finding, "partnership");
	const char *reason = json_member_text(finding, "reason");
	bool differs = strcmp(json_member_text(finding, "result"), "differs") == 0;

	paper_tone(p, differs ? TONE_BAD : TONE_WARN);
	paper_sign(p, differs ? SIGN_UNMET : SIGN_ERROR);
	paper_tone(p, TONE_PLAIN);
	paper_wrap_format(p, 2, "entry %" JSON_INTEGER_FORMAT "%s%s, a%s %s%s%s: %s",
			  json_member_integer(finding, "sequence", 0), id != NULL ? ", " : "",
			  id != NULL ? id : "",
			  strcmp(json_member_text(finding, "kind"), "import") == 0 ? "n" : "",
			  json_member_text(finding, "kind"), partnership != NULL ? " of " : "",
			  partnership != NULL ? partnership : "",
			  differs ? "differs" : "could not be decided again");
	if (reason != NULL) {
		paper_pad(p, 4);
		paper_wrap(p, 4, reason);
	}
	put_differences(p, json_member(finding, "differences"));
}

static void put_rule_sets(struct paper *p, const json_t *sets)
{
	static const char *const headings[] = {"Rule set", "Entries", "Words"};
	struct table t;
	const json_t *set;
	size_t i;

	if (json_array_size(sets) == 0)
		return;
	table_init(&t, headings, sizeof headings / sizeof headings[0]);
	json_array_foreach(sets, i, set) {
		const char *digest = json_member_text(set, "digest");
		struct text digits = text_of(digest);
		size_t shown = digits.length > 7 + DIGITS_SHOWN ? 7 + DIGITS_SHOWN : digits.length;
		char cell[32];

		(void)snprintf(cell, sizeof cell, "%.*s", (int)shown, digest); /* fits */
		table_add(&t, cell);
		table_add_integer(&t, json_member(set, "entries"));
		table_add(&t, json_member_text(set, "reason") != NULL       ? "could not be run"
			      : json_is_true(json_member(set, "own_words")) ? "as this program's"
									    : "the log's own");
	}
	table_write(&t, p);
	table_deinit(&t);
	paper_newline(p);
}

/* Where the program was another one, up to where the next began. */
static void put_version(struct paper *p, const json_t *summary, size_t i)
{
	const json_t *versions = json_member(summary, "versions");
	const json_t *version = json_array_get(versions, i);
	const char *engine = json_member_text(version, "engine");
	const char *lua = json_member_text(version, "lua");
	json_int_t next = json_member_integer(json_array_get(versions, i + 1), "from",
					      json_member_integer(summary, "through", 0) + 1);

	paper_wrap_format(p, 0,
			  "Entries %" JSON_INTEGER_FORMAT " to %" JSON_INTEGER_FORMAT
			  " were decided by awardd %s with %s; this is %s with %s.",
			  json_member_integer(version, "from", 0), next - 1,
			  engine != NULL ? engine : "?", lua != NULL ? lua : "?",
			  json_member_text(summary, "engine"), json_member_text(summary, "lua"));
}

static void put_versions(struct paper *p, const json_t *summary)
{
	const json_t *version;
	size_t i;

	json_array_foreach(json_member(summary, "versions"), i, version) {
		if (!json_is_true(json_member(version, "same")))
			put_version(p, summary, i);
	}
}

static void counted(const json_t *summary, const char *name, const char *noun, char out[96])
{
	json_int_t n = json_member_integer(summary, name, 0);
	char number[DAY_TEXT];

	wording_number(n, number);
	(void)snprintf(out, 96, "%s %s%s", number, noun, n == 1 ? "" : "s"); /* fits */
}

static void put_summary(struct paper *p, const json_t *summary)
{
	char decisions[96], imports[96], same[DAY_TEXT], differing[DAY_TEXT], lost[DAY_TEXT];
	const json_t *sentence;
	size_t i;

	json_array_foreach(json_member(summary, "unreadable"), i, sentence)
		paper_wrap(p, 0, json_string_value(sentence));
	put_rule_sets(p, json_member(summary, "rule_sets"));
	put_versions(p, summary);
	counted(summary, "decisions", "decision", decisions);
	counted(summary, "imports", "imported award", imports);
	wording_number(json_member_integer(summary, "reproduced", 0), same);
	wording_number(json_member_integer(summary, "differing", 0), differing);
	wording_number(json_member_integer(summary, "not_possible", 0), lost);
	paper_wrap_format(p, 0,
			  "%s and %s looked at: %s reproduced to the byte, %s differing, %s that "
			  "could not be decided again.",
			  decisions, imports, same, differing, lost);
}

/* ---- for programs -------------------------------------------------------- */

/* JSON as it is, but nothing that a terminal would take for an order. */
static void put_json(struct paper *p, const char *before, const json_t *document, size_t skip)
{
	struct buffer text;

	buffer_init(&text);
	if (json_compact(document, &text) != 0)
		p->out.failed = true;
	(void)buffer_append_text(&p->out, before); /* the page remembers */
	if (text.bytes != NULL && p->look.bounded)
		paper_text(p, text.bytes + skip);
	else if (text.bytes != NULL)
		(void)buffer_append_text(&p->out, text.bytes + skip); /* likewise */
	buffer_deinit(&text);
}

/* ---- the work ------------------------------------------------------------ */

static void print(struct run *r, struct paper *p)
{
	int status = session_print(r->session, p);

	if (r->status == EXIT_DONE)
		r->status = status;
	paper_deinit(p);
}

static int on_finding(void *ctx, const json_t *finding)
{
	struct run *r = ctx;
	struct paper p;

	progress_clear(&r->progress);
	paper_init(&p, r->session->out);
	if (r->session->json)
		put_json(&p, r->found == 0 ? "{\"findings\":[\n" : ",\n", finding, 0);
	else
		put_finding(&p, finding);
	r->found++;
	print(r, &p);
	return r->status; /* a pipe that nobody reads any more ends it */
}

static void on_progress(void *ctx, uint64_t done, uint64_t of)
{
	struct run *r = ctx;
	uint64_t permille = of > 0 ? done * 1000 / of : 1000;

	progress_draw(&r->progress, permille > 1000 ? 1000 : (int)permille, (unsigned long)done,
		      r->found);
}

static void end(struct run *r)
{
	struct paper p;

	paper_init(&p, r->session->out);
	if (r->session->json) {
		put_json(&p, r->found == 0 ? "{\"findings\":[]," : "\n],", r->summary, 1);
		paper_newline(&p);
	} else {
		if (r->found > 0)
			paper_newline(&p);
		put_summary(&p, r->summary);
	}
	print(r, &p);
}

static int reproduce(struct run *r)
{
	char program[PROGRAM_NAME];
	struct err e = {.status = 0};
	struct reproduce_options options = {
		.log = r->log,
		.only = r->only,
		.count = r->session->count - 1,
		.each = on_finding,
		.progress = on_progress,
		.ctx = r,
	};
	struct words *words = NULL;
	int rv = offline_trial(program, &options.how, &e);

	if (rv == 0)
		rv = session_words(r->session, program, &words, &e);
	options.how.words = words;
	if (rv == 0)
		rv = reproduce_log(&options, &r->summary, &e);
	words_free(&words);
	progress_clear(&r->progress);
	if (r->status != EXIT_DONE)
		return r->status;
	if (rv != 0)
		return session_say(r->session, status_of(rv), "%s", e.text);
	end(r);
	if (r->status != EXIT_DONE)
		return r->status;
	return r->found == 0 ? EXIT_DONE : EXIT_UNPROVEN;
}

int verb_log_reproduce(struct session *s)
{
	struct run r = {.session = s};
	struct err e = {.status = 0};
	int status = EXIT_DONE;

	progress_init(&r.progress, s->err);
	r.progress.words = "not reproduced";
	if (reader_open(s->operands[0], &r.log, &e) != 0)
		status = session_say(s, EXIT_UNEXPECTED, "%s", e.text);
	if (status == EXIT_DONE && s->count > 1)
		status = read_sequences(&r);
	if (status == EXIT_DONE)
		status = reproduce(&r);
	reader_close(&r.log);
	json_decref(r.summary);
	free(r.only);
	return status;
}
