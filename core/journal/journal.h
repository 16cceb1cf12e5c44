/*
 * journal: the decision log. One SQLite file; one table of entries that is the
 * truth, every other table derived from it. One thread holds the only
 * connection that writes or checkpoints, and commits in groups; two others read
 * over read-only connections, so that a long query delays no decision.
 *
 * The canonical bytes of an entry are the RFC 8785 form of
 *   {"at", "body", "by": {"uid", "user"}, "form": 1, "id", "kind", "sequence"}
 * and its leaf hash is the RFC 6962 one over those bytes. Sequences start at 1
 * and have no gap. `id` is "<sequence>-<12 hex digits of chance>".
 *
 * What `body` holds, by kind:
 *   decision    {"decision": {...}, "submission": {...}}
 *   import      {"award": {...}, "outcome": {...}, "rules": {"digest"}}
 *   revocation  {"by", "partnership", "reason", "revokes": {"id", "sequence"}}
 *   activation  {"cause", "digest", "engine", "files": [{"path", "sha256"}],
 *                "lua", "prelude", "previous"}, and where plugins lend words to
 *                the rules "words": [{"name", "sha256"}]
 *   rejection   {"active", "cause", "digest", "errors": [{"file", "line", "message"}]}
 *   start       {"engine", "key", "log", "lua"}
 *   key         {"key", "previous", "reason"}: verifier keys
 *   stop        {"reason"}
 * A personal value in a body stands as {"commitment": "sha256:<hex>"}, the
 * SHA-256 over a salt of 32 bytes and the value's canonical bytes. Salt and
 * value are in the side table `personal`, from which they can be erased.
 */
#ifndef AW_JOURNAL_H
#define AW_JOURNAL_H

#include <sys/types.h>

#include "base/base.h"
#include "json/json.h"
#include "tlog/tlog.h"

enum { ENTRY_LIMIT = 65535, ENTRY_ID_TEXT = 40, ACTOR_NAME = 64 };

/* Who caused an entry: the peer of the socket, or the daemon itself. */
struct actor {
	uid_t uid;
	char user[ACTOR_NAME]; /* the name of that time, "" where unknown */
};

/* One entry to come. */
struct journal_draft {
	const char *kind; /* a literal, one of those above */
	struct actor by;
	json_t *body;     /* taken */
	json_t *personal; /* taken; NULL, or an array of {"pointer", "salt", "value"}:
			     pointer into the body (RFC 6901), salt 64 hex digits */
	json_t *blobs;    /* taken; NULL, or an array of strings: texts to keep by
			     their SHA-256 (rule files) */
};

/* What became of one draft. */
struct journal_receipt {
	int64_t sequence;
	char id[ENTRY_ID_TEXT];
	char at[INSTANT_TEXT];
	struct digest leaf;
};

struct journal;
struct journal_reader;

struct journal_options {
	const char *path;
	struct clock clock; /* called, as chance is, on the writing thread */
	struct chance chance;
	/* Called on the journal's threads whenever journal_poll has work. */
	void (*notify)(void *ctx);
	void *notify_ctx;
};

/* Opens or creates the log, checks that it is ours and not newer, and starts
 * the threads. AW_EFOREIGN, AW_ENEWER, AW_EBUSY (another daemon has it),
 * AW_ECORRUPT or an errno otherwise, with a sentence. */
int journal_open(const struct journal_options *options, struct journal **out, struct err *e);

/* Commits what was appended, stops the threads, closes the file. Callbacks
 * still owed are delivered before it returns. */
void journal_close(struct journal **j);

/* Delivers finished appends and queries on the caller's thread. The only
 * place where callbacks run. */
void journal_poll(struct journal *j);

/* Appends `count` drafts together: all are in one COMMIT or none is. Takes the
 * drafts' documents in every case; until the callback another thread reads them:
 * what the caller still holds of them may be read too, but not changed. They
 * are released on the caller's thread, after the callback. The callback gets 0 and one receipt for each
 * draft after the COMMIT that holds them; or AW_EFULL (nothing was logged, and
 * nothing will be until there is room), AW_EIO (not known whether; the journal
 * writes nothing more, the daemon must end), AW_ELIMIT (an entry would exceed
 * ENTRY_LIMIT; nothing logged), AW_EINVALID (an entry contradicts the log: a
 * submission_id or a revocation a second time, a member missing or a number
 * with a fraction; nothing logged), AW_EBUSY (another process holds the file;
 * nothing logged), -ENOMEM (nothing logged). Receipts are valid during the call.
 * Returns -ENOMEM without a callback where it cannot even be queued. */
typedef void (*journal_appended_cb)(void *ctx, int status, const struct journal_receipt *receipts,
				    size_t count, const struct err *e);
int journal_append(struct journal *j, struct journal_draft *drafts, size_t count,
		   journal_appended_cb done, void *ctx);

/* Bytes the entry of this draft would have, at most (sequence and instant at
 * their longest). For refusing a submission before it is decided. */
size_t journal_entry_size(const struct journal_draft *draft);

/* Runs `run` on a reading thread with a snapshot of its own, then `done` from
 * journal_poll. Queries start in the order given. -ENOMEM: neither is called.
 * journal_look_up does the same on another thread, kept for what deciding waits
 * for: no question that somebody asks can hold it up. */
typedef int (*journal_query_run)(struct journal_reader *r, void *ctx, struct err *e);
typedef void (*journal_query_done)(void *ctx, int status, const struct err *e);
int journal_query(struct journal *j, journal_query_run run, journal_query_done done, void *ctx);
int journal_look_up(struct journal *j, journal_query_run run, journal_query_done done, void *ctx);

/* Counters for server.status; callable from the owner's thread at any time. */
struct journal_stats {
	int64_t sequence; /* of the newest committed entry */
	int64_t file_bytes, wal_bytes;
	uint64_t commits, entries; /* since start */
	size_t queued;             /* appends waiting */
	bool key_replaced;         /* when it was opened, another key had signed so far */
	bool full, failed;         /* the last COMMIT found no room; the file failed, and
				  the daemon must end (notify is called for this, too) */
};
void journal_stats(struct journal *j, struct journal_stats *out);

/* Makes a new signing key, and logs that it takes the old one's place: an entry of
 * the kind "key", under a checkpoint that both have signed. The callback is as
 * journal_append's; where it tells of success the new key signs. */
int journal_rotate(struct journal *j, const struct actor *by, const char *reason,
		   journal_appended_cb done, void *ctx);

/* The verifier key of the key that signs now. */
void journal_key(struct journal *j, char out[TLOG_VKEY]);

/* The log's own identity, 32 hex digits made when it was created. Its checkpoints
 * have the origin, and its key the name, "awardd/<identity>". */
const char *journal_identity(const struct journal *j);

/* ---- reading: inside journal_query, or offline -------------------------- */

/* Opens a log read-only, outside of a daemon, also while one writes it. */
int reader_open(const char *path, struct journal_reader **out, struct err *e);
void reader_close(struct journal_reader **r);

/* Each gives a document, or AW_EABSENT, AW_ECORRUPT, AW_EIO, -ENOMEM.
 *
 * An entry: {"sequence", "kind", "id", "at", "by": {"uid", "user"}, "body",
 * "leaf_hash": "<hex>", "revoked": null or {"sequence", "id", "at", "by",
 * "reason"}}. Personal values stand in place again; erased ones as
 * {"erased": "sha256:<hex>"}. */
int reader_entry(struct journal_reader *r, int64_t sequence, json_t **out, struct err *e);
/* The same by id ("42-5c0f7c3e52a1"). */
int reader_entry_by_id(struct journal_reader *r, const char *id, json_t **out, struct err *e);
/* The same by the client's submission_id; personal values left as commitments. */
int reader_submission(struct journal_reader *r, const char *submission_id, json_t **out,
		      struct err *e);

/* The document whose canonical bytes are hashed, checked against its leaf hash:
 * commitments in the place of personal values. */
int reader_hashed(struct journal_reader *r, int64_t sequence, json_t **out, struct err *e);

/* Everything earlier of a partnership that rules may look at, oldest entry
 * first: [{"sequence", "id", "kind": "decision" or "import", "revoked": bool,
 * "name", "assessed_on", "registered_on", "scores", "outcome"}]; name is the
 * one given with that entry or null; the next three are null in an import. */
int reader_history(struct journal_reader *r, const char *partnership, json_t **out, struct err *e);

/* ---- proofs: what independent programs check ----------------------------- */

/* Appends the newest checkpoint, a signed note. AW_EABSENT where there is none. */
int reader_checkpoint(struct journal_reader *r, struct buffer *note, struct err *e);
/* Appends the text of a .tlog-proof: this entry, its bytes as the extra data, in
 * the newest checkpoint. AW_EABSENT where there is no such entry, or none under
 * a checkpoint. */
int reader_proof(struct journal_reader *r, int64_t sequence, struct buffer *text, struct err *e);
/* The proof that the log of `from` entries is the beginning of that of `to`.
 * AW_EINVALID where from > to, AW_EABSENT where there are not so many. */
int reader_consistency(struct journal_reader *r, uint64_t from, uint64_t to, struct tree_proof *out,
		       struct err *e);

/* The sequence of the newest entry, 0 where there is none. */
int reader_newest(struct journal_reader *r, int64_t *out, struct err *e);

/* The ids of partnerships that anything was ever decided or imported for, in
 * order, at most `limit` of them after `after` (NULL: from the first). */
int reader_partnerships(struct journal_reader *r, const char *after, int limit, json_t **out,
			struct err *e);

/* A partnership's decisions, imports and revocations up to the entry `through`,
 * in the order of the log: calls `each` with {"sequence", "kind", "id", "at",
 * "body"} (borrowed), commitments in place of personal values, and stops with
 * what it returns unless that is 0. Every entry is checked against its leaf
 * hash. None where the partnership is not in the log. */
typedef int (*reader_past_cb)(void *ctx, json_t *entry);
int reader_past(struct journal_reader *r, const char *partnership, int64_t through,
		reader_past_cb each, void *ctx, struct err *e);

/* Newest first, for decisions.list. NULL or 0 members do not filter. `after`:
 * only sequences below it. Gives {"decisions": [{"decision_id", "sequence",
 * "submission_id", "partnership", "name", "assessed_on", "award",
 * "commendations", "route", "change", "revoked"}], "next": "<sequence>" or null}. */
struct decision_filter {
	const char *partnership, *award, *since, *until, *failed_criterion, *rules;
	int64_t after;
	int limit;
};
int reader_decisions(struct journal_reader *r, const struct decision_filter *f, json_t **out,
		     struct err *e);

/* The latest unrevoked award of each partnership made on or before `on`, by
 * partnership id: [{"partnership", "name", "award", "commendations",
 * "awarded_on", "expires_on", "precision", "citation", "source",
 * "decision_id"}]. `partnership` may be NULL. `name` is the last one that any
 * entry of the partnership gave; `source` is the import's, or the
 * decision's id. */
int reader_register(struct journal_reader *r, const char *on, const char *partnership, json_t **out,
		    struct err *e);

/* Whether an award of this partnership, level and day is in the log, decided
 * or imported, revoked or not: 0 or AW_EABSENT. */
int reader_award_known(struct journal_reader *r, const char *partnership, const char *award,
		       const char *awarded_on, struct err *e);

/* Each partnership's latest unrevoked decision by assessed_on, then sequence
 * with assessed_on between since and until (each may be NULL), by its last
 * name: calls
 * `each` with the summary {"partnership", "name", "sequence", "assessed_on",
 * "scores", "case_studies"} (borrowed), partnerships in order of their id. */
typedef int (*reader_benchmark_cb)(void *ctx, json_t *benchmark);
int reader_benchmarks(struct journal_reader *r, const char *since, const char *until,
		      reader_benchmark_cb each, void *ctx, struct err *e);

/* Unrevoked awards counted: [{"award", "year", "count"}] in order of year and
 * award, awarded between since and until. */
int reader_award_counts(struct journal_reader *r, const char *since, const char *until,
			json_t **out, struct err *e);

/* Counts of entries by kind: {"decision": n, ...}. */
int reader_counts(struct journal_reader *r, json_t **out, struct err *e);

/* Activations and rejections, newest first: [{"sequence", "at", "by", "kind",
 * "body"}]. */
int reader_rule_history(struct journal_reader *r, int limit, json_t **out, struct err *e);

/* The rule files of the newest activation, or of the newest with this digest:
 * {"digest", "at", "files": [{"path", "sha256", "text"}], "prelude": {"sha256",
 * "text"}}; prelude is null where the activation names none by a SHA-256 (hex,
 * with or without "sha256:" in front). AW_EABSENT. */
int reader_rules(struct journal_reader *r, const char *digest, json_t **out, struct err *e);

#endif
