/*
 * rig: a small log of every kind of entry, written by the journal itself, and an
 * audit of it whose findings are kept.
 */
#ifndef AW_TESTS_AUDIT_RIG_H
#define AW_TESTS_AUDIT_RIG_H

#include "../journal/log.h"

#include <sqlite3.h>

#include "audit/audit.h"
#include "ruleset/ruleset.h"

/* What an audit said. */
struct said {
	int status;
	json_t *summary, *findings;
	struct err e;
};

static inline int rig_finding(void *ctx, const json_t *finding)
{
	struct said *said = ctx;
	json_t *copy = json_deep_copy(finding);

	assert_int_equal(json_array_append_new(said->findings, copy), 0);
	return 0;
}

static inline struct said rig_audit(const char *path)
{
	struct said said = {.findings = json_array()};
	const struct audit_options options = {
		.path = path,
		.most = 50,
		.each = rig_finding,
		.ctx = &said,
	};

	said.status = audit_verify(&options, &said.summary, &said.e);
	return said;
}

static inline void said_deinit(struct said *said)
{
	json_decref(said->summary);
	json_decref(said->findings);
}

static inline bool said_verified(const struct said *said)
{
	return said->status == 0 && json_member_true(said->summary, "verified");
}

/* True where some finding holds these words. */
static inline bool said_of(const struct said *said, const char *words)
{
	const json_t *finding;
	size_t i;

	json_array_foreach(said->findings, i, finding) {
		if (strstr(json_member_text(finding, "message"), words) != NULL)
			return true;
	}
	return false;
}

/* ---- entries ------------------------------------------------------------------ */

static inline void rig_start(struct log *log)
{
	char key[TLOG_VKEY];

	journal_key(log->j, key);
	log_add(log, "start",
		doc("{'engine': 'test', 'key': '%s', 'log': '%s', 'lua': 'test'}", key,
		    journal_identity(log->j)));
}

/* Puts a rule set of one file in force; gives its digest. */
static inline void rig_activate(struct log *log, const char *text, char digest[RULES_DIGEST])
{
	char prelude[DIGEST_HEX], file[DIGEST_HEX];
	struct digest d = digest_of("words", 5);
	struct answer a;

	hex_format(d.bytes, sizeof d.bytes, prelude);
	d = digest_of(text, strlen(text));
	hex_format(d.bytes, sizeof d.bytes, file);
	json_t *files = doc("[{'path': 'a.lua', 'sha256': '%s'}]", file);
	assert_int_equal(rule_files_digest(prelude, files, NULL, digest), 0);
	struct journal_draft draft_ =
		draft("activation", json_pack("{ss ss ss so ss ss sn}", "cause", "start", "digest",
					      digest, "engine", "test", "files", files, "lua",
					      "test", "prelude", prelude, "previous"));
	draft_.blobs = json_pack("[ss]", "words", text);
	memset(&a, 0, sizeof a);
	assert_int_equal(journal_append(log->j, &draft_, 1, on_appended, &a), 0);
	log_wait(log, &a.there);
	if (a.status != 0)
		fail_msg("%s", a.text);
}

/* A decision with one personal value, "Somebody <n>". */
static inline int64_t rig_decide(struct log *log, const char *rules, int n)
{
	static const char salt[] =
		"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
	unsigned char raw[DIGEST_BYTES];
	char partnership[32], id[32], name[48], hex[DIGEST_HEX];
	struct answer a;

	assert_true(snprintf(partnership, sizeof partnership, "place-%d", n % 5) > 0);
	assert_true(snprintf(id, sizeof id, "sent-%d", n) > 0);
	assert_true(snprintf(name, sizeof name, "\"Somebody %d\"", n) > 0);
	assert_true(hex_parse(text_of(salt), raw, sizeof raw));
	struct digest d = digest_of_two(raw, sizeof raw, name, strlen(name));
	hex_format(d.bytes, sizeof d.bytes, hex);
	json_t *body = decision_body((struct made){.submission_id = id,
						   .partnership = partnership,
						   .name = "A Place",
						   .assessed_on = "2024-05-20",
						   .award = "quality-mark",
						   .failed = "QL-1",
						   .rules = rules,
						   .score = 7});
	assert_int_equal(json_put(json_object_get(body, "submission"), "signed",
				  doc("{'name': {'commitment': 'sha256:%s'}}", hex)),
			 0);
	struct journal_draft draft_ = draft("decision", body);
	draft_.personal = doc("[{'pointer': '/submission/signed/name', 'salt': '%s',"
			      " 'value': 'Somebody %d'}]",
			      salt, n);
	memset(&a, 0, sizeof a);
	assert_int_equal(journal_append(log->j, &draft_, 1, on_appended, &a), 0);
	log_wait(log, &a.there);
	if (a.status != 0)
		fail_msg("%s", a.text);
	return a.first.sequence;
}

/* Start, rules, decisions, an import, a revocation, a stop: closed. */
static inline void rig_fill(struct log *log, int decisions)
{
	char rules[RULES_DIGEST];

	rig_start(log);
	rig_activate(log, "return 1", rules);
	int64_t first = rig_decide(log, rules, 0);
	for (int i = 1; i < decisions; i++)
		(void)rig_decide(log, rules, i);
	json_t *import = import_body("place-9", "quality-mark", "2020-01-01");
	assert_int_equal(json_put(json_object_get(import, "rules"), "digest", json_string(rules)),
			 0);
	log_add(log, "import", import);
	log_add(log, "revocation", revocation_body(first, "place-0"));
	log_add(log, "stop", doc("{'reason': 'a test'}"));
}

/* Runs SQL on the file, the guards on the table taken off. */
static inline void rig_sql(const struct log *log, const char *sql)
{
	sqlite3 *db = NULL;
	char *why = NULL;

	assert_int_equal(sqlite3_open(log->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", why, sql);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

#endif
