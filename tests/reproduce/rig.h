/*
 * rig: a log whose decisions are made by real evaluators, as a daemon would make
 * them, under rule sets and words that the test chooses. Failures in here fail
 * the running test.
 */
#ifndef AW_TESTS_REPRODUCE_RIG_H
#define AW_TESTS_REPRODUCE_RIG_H

#include "../support/whole.h"
#include "../journal/log.h"
#include "../verify/bench.h"
#include "reproduce/inner.h"
#include "script/script.h"

struct rig {
	struct log *log;
	struct trial *rules; /* in force */
	char digest[80];
	json_t *findings, *summary; /* of the last reproduction */
};

static inline int rig_setup(void **state)
{
	struct rig *rig = calloc(1, sizeof *rig);
	void *log = NULL;

	assert_non_null(rig);
	assert_int_equal(log_setup(&log), 0);
	rig->log = log;
	*state = rig;
	return 0;
}

static inline int rig_teardown(void **state)
{
	struct rig *rig = *state;
	void *log = rig->log;

	trial_close(&rig->rules);
	json_decref(rig->findings);
	json_decref(rig->summary);
	free(rig);
	return log_teardown(&log);
}

/* ---- rules --------------------------------------------------------------- */

/* In a text, the first `from` becomes `to`; gives a string. */
static inline json_t *rig_edited(struct text text, const char *from, const char *to)
{
	const char *place = memmem(text.bytes, text.length, from, strlen(from));
	struct buffer out;

	assert_non_null(place);
	buffer_init(&out);
	assert_int_equal(buffer_append(&out, text.bytes, (size_t)(place - text.bytes)), 0);
	assert_int_equal(buffer_append_text(&out, to), 0);
	place += strlen(from);
	assert_int_equal(buffer_append(&out, place, text.length - (size_t)(place - text.bytes)), 0);
	json_t *edited = json_stringn(out.bytes, out.length);
	buffer_deinit(&out);
	return edited;
}

/* In one of the files. */
static inline void rig_change(json_t *files, const char *path, const char *from, const char *to)
{
	size_t i;
	json_t *file;

	json_array_foreach(files, i, file) {
		const json_t *text = json_member(file, "text");
		if (strcmp(json_member_text(file, "path"), path) != 0)
			continue;
		const struct text all = {json_string_value(text), json_string_length(text)};
		assert_int_equal(json_put(file, "text", rig_edited(all, from, to)), 0);
		return;
	}
	fail_msg("there is no %s", path);
}

/* A text and its SHA-256 for an activation. */
static inline json_t *rig_listed(const char *path, const json_t *text, json_t *blobs)
{
	struct digest d = digest_of(json_string_value(text), json_string_length(text));
	char hash[DIGEST_HEX];

	hex_format(d.bytes, sizeof d.bytes, hash);
	assert_int_equal(json_array_append(blobs, (json_t *)(uintptr_t)text), 0);
	return path != NULL ? json_pack("{ss ss}", "path", path, "sha256", hash)
			    : json_string(hash);
}

static inline void rig_log_activation(struct rig *rig, const struct rule_files *files)
{
	json_t *list = json_array(), *blobs = json_array(), *file;
	size_t i;

	json_array_foreach(files->files, i, file)
		assert_int_equal(
			json_array_append_new(list, rig_listed(json_member_text(file, "path"),
							       json_member(file, "text"), blobs)),
			0);
	json_t *prelude = rig_listed(NULL, files->prelude, blobs);
	struct journal_draft d =
		draft("activation", json_pack("{ss ss ss so ss so}", "cause", "reload", "digest",
					      files->digest, "engine", "0.0.1", "files", list,
					      "lua", script_lua_version(), "prelude", prelude));
	struct answer a = {.there = false};
	d.blobs = blobs;
	assert_int_equal(journal_append(rig->log->j, &d, 1, on_appended, &a), 0);
	log_wait(rig->log, &a.there);
	assert_int_equal(a.status, 0);
}

/* Puts a rule set in force: takes files, and the words' text (NULL: this program's). */
static inline void rig_in_force(struct rig *rig, json_t *files, json_t *prelude)
{
	struct text own = script_prelude();
	struct rule_files read;
	json_t *faults = json_array();
	struct err e = {.status = 0};

	if (prelude == NULL)
		prelude = json_stringn(own.bytes, own.length);
	assert_int_equal(rule_files_from(files, prelude, &read), 0);
	rig_log_activation(rig, &read);
	json_t *kept = json_pack("{ss so s{so}}", "digest", read.digest, "files", files, "prelude",
				 "text", prelude);
	trial_close(&rig->rules);
	if (trial_open_kept(&bench_options, kept, &rig->rules, faults, &e) != 0)
		fail_msg("%s: %s", e.text, json_dumps(faults, 0));
	snprintf(rig->digest, sizeof rig->digest, "%s", read.digest);
	rule_files_deinit(&read);
	json_decref(kept);
	json_decref(faults);
}

/* ---- entries ------------------------------------------------------------- */

static inline struct journal_reader *rig_reader(const struct rig *rig)
{
	struct journal_reader *r = NULL;
	struct err e = {.status = 0};

	if (reader_open(rig->log->path, &r, &e) != 0)
		fail_msg("%s", e.text);
	return r;
}

static inline json_t *rig_submission(const char *partnership, const char *day, int score)
{
	return doc("{'partnership': {'id': '%s', 'name': 'The %s'}, 'assessed_on': '%s',"
		   " 'scores': {'1': %d, '2': %d, '3': %d, '4a': %d, '4b': %d, '5': %d, '6': %d,"
		   " '7': %d, '8': %d, '9': %d, '10': %d}, 'sign_off': {'send_leadership':"
		   " {'method': 'email', 'on': '%s'}, 'yos_leadership': {'method': 'email',"
		   " 'on': '%s'}}, 'evidence': [{'kind': 'systems', 'summary': 's'}]}",
		   partnership, partnership, day, score, score, score, score, score, score, score,
		   score, score, score, score, day, day);
}

/* Logs a decision that the rules in force make of this (taken); gives its sequence. */
static inline int64_t rig_decide_this(struct rig *rig, json_t *submission)
{
	const char *partnership = json_member_text(json_member(submission, "partnership"), "id");
	struct journal_reader *r = rig_reader(rig);
	json_t *history = NULL, *decision = NULL;
	struct err e = {.status = 0};

	assert_int_equal(history_read(r, partnership, &history, &e), 0);
	reader_close(&r);
	if (trial_decide(rig->rules, submission, history, &decision, &e) != 0)
		fail_msg("%s", e.text);
	json_decref(history);
	assert_int_equal(json_put(decision, "rules", json_pack("{ss}", "digest", rig->digest)), 0);
	return log_add(rig->log, "decision",
		       json_pack("{so so}", "decision", decision, "submission", submission));
}

static inline int64_t rig_decide(struct rig *rig, const char *partnership, const char *day,
				 int score)
{
	return rig_decide_this(rig, rig_submission(partnership, day, score));
}

static inline void rig_on_import(void *ctx, const struct evaluation *e)
{
	if (e->status != 0)
		fail_msg("%s:%d: %s", e->file, e->line, e->message);
	json_t **outcome = ctx, *answer = json_read(e->result, NULL);

	*outcome = json_incref(json_array_get(json_member(answer, "awards"), 0));
	json_decref(answer);
}

static inline int64_t rig_import(struct rig *rig, const char *partnership, const char *on)
{
	json_t *award = doc(
		"{'partnership': '%s', 'name': 'N', 'award': 'quality-mark', 'awarded_on': '%s',"
		" 'precision': 'day',"
		" 'route': 'new-entry', 'source': 'roll'}",
		partnership, on);
	json_t *input = json_pack("{s[O]}", "awards", award), *outcome = NULL;

	assert_int_equal(trial_ask(rig->rules, "import", input, rig_on_import, &outcome), 0);
	trial_wait(rig->rules);
	json_decref(input);
	return log_add(rig->log, "import",
		       json_pack("{so so s{ss}}", "award", award, "outcome", outcome, "rules",
				 "digest", rig->digest));
}

static inline int64_t rig_revoke(struct rig *rig, int64_t sequence, const char *partnership)
{
	return log_add(rig->log, "revocation", revocation_body(sequence, partnership));
}

/* ---- deciding again ------------------------------------------------------ */

static inline int rig_on_finding(void *ctx, const json_t *finding)
{
	return json_array_append_new(ctx, json_deep_copy(finding)) == 0 ? 0 : -ENOMEM;
}

static inline int rig_try(struct rig *rig, const int64_t *only, size_t count, struct err *e)
{
	struct journal_reader *r = rig_reader(rig);

	json_decref(rig->findings);
	json_decref(rig->summary);
	rig->findings = json_array();
	rig->summary = NULL;
	const struct reproduce_options options = {
		.log = r,
		.how = bench_options,
		.only = only,
		.count = count,
		.each = rig_on_finding,
		.ctx = rig->findings,
	};
	int rv = reproduce_log(&options, &rig->summary, e);
	reader_close(&r);
	return rv;
}

static inline json_int_t rig_count(const struct rig *rig, const char *name)
{
	return json_member_integer(rig->summary, name, -1);
}

/* So many come out as they were, differ, and could not be decided again. */
static inline void rig_gives(struct rig *rig, int same_ones, int differing, int not_possible)
{
	struct err e = {.status = 0};

	if (rig_try(rig, NULL, 0, &e) != 0)
		fail_msg("%s", e.text);
	if (rig_count(rig, "reproduced") != same_ones || rig_count(rig, "differing") != differing ||
	    rig_count(rig, "not_possible") != not_possible)
		fail_msg("%s\n%s", json_dumps(rig->summary, 0), json_dumps(rig->findings, 0));
	assert_int_equal(json_array_size(rig->findings), differing + not_possible);
}

/* The n-th finding's member, "" where it is null. */
static inline const char *rig_found(const struct rig *rig, size_t n, const char *name)
{
	const char *text = json_member_text(json_array_get(rig->findings, n), name);

	return text != NULL ? text : "";
}

static inline json_int_t rig_found_at(const struct rig *rig, size_t n)
{
	return json_member_integer(json_array_get(rig->findings, n), "sequence", 0);
}

/* ---- tampering ----------------------------------------------------------- */

/* The journal is closed, and this is done to the file. */
static inline void rig_tamper(struct rig *rig, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static inline void rig_tamper(struct rig *rig, const char *format, ...)
{
	char sql[900];
	va_list arguments;
	bool ok;

	va_start(arguments, format);
	assert_in_range(vsnprintf(sql, sizeof sql, format, arguments), 1, sizeof sql - 1);
	va_end(arguments);
	journal_close(&rig->log->j);
	char *said = shell(rig->log, "", sql, &ok);
	if (!ok)
		fail_msg("%s", said);
	free(said);
}

/* In an entry every `from` becomes `to`, and it gets the leaf hash of that. */
static inline void rig_forge(struct rig *rig, int64_t sequence, const char *from, const char *to)
{
	char sql[300], hex[DIGEST_HEX];
	bool ok;

	rig_tamper(rig, "DROP TRIGGER IF EXISTS entry_is_never_changed;" WHOLE_ENTRIES);
	snprintf(sql, sizeof sql,
		 "SELECT replace(CAST(bytes AS TEXT), '%s', '%s') FROM entry"
		 " WHERE sequence = %lld",
		 from, to, (long long)sequence);
	char *bytes = shell(rig->log, "", sql, &ok);
	struct digest leaf = digest_leaf(bytes, strlen(bytes) - 1); /* and a line's end */
	hex_format(leaf.bytes, sizeof leaf.bytes, hex);
	assert_true(ok);
	free(bytes);
	rig_tamper(rig,
		   "UPDATE entry SET bytes ="
		   " CAST(replace(CAST(bytes AS TEXT), '%s', '%s') AS BLOB), leaf_hash = x'%s'"
		   " WHERE sequence = %lld",
		   from, to, hex, (long long)sequence);
}

#endif
