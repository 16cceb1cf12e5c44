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
 *   erasure     {"by", "erases": {"id", "sequence"} or {"partnership", "through"},
 *                "partnership", "reason", "values"}: of one entry, or of all entries of a
 *                partnership up to a sequence; how many values that removed
 *   activation  {"cause", "digest", "engine", "files": [{"path", "sha256"}],
 *                "lua", "prelude", "previous", "register": what the rules say of it}, and
 *                where plugins lend words to them "words": [{"name", "sha256"}]
 *   rejection   {"active", "cause", "digest", "errors": [{"file", "line", "message"}],
 *                "files": [{"path", "sha256"}]}, files where they were read and fit
 *   start       {"engine", "key", "log", "lua"}
 *   key         {"key", "previous", "reason"}: verifier keys
 *   stop        {"reason"}
 * A personal value in a body stands as {"commitment": "sha256:<hex>"}, the
 * SHA-256 over a salt of 32 bytes and the value's canonical bytes. Salt and
 * value are in the side table `personal`, where an erasure writes over both.
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
	json_t *body;        /* taken; or NULL, and its canonical bytes: */
	struct buffer bytes; /* taken */
	json_t *personal;    /* taken; NULL, or an array of {"pointer", "salt", "value"}:
			     pointer into the body (RFC 6901), salt 64 hex digits */
	json_t *blobs;       /* taken; NULL, or an array of strings: texts to keep by
			     their SHA-256 (rule files) */
	json_t *erases;      /* taken; NULL, or an array of sequences: erase the personal values of
			     these entries, as many as the body's "values" says */
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

struct journal_stats;

struct journal_options {
	const char *path;
	struct clock clock; /* called, as chance is, on the writing thread */
	struct chance chance;
	/* Bytes that the WAL may reach while a reader keeps it from being emptied: beyond
	 * them appends get AW_EHELD. 0: as many as there is room for. */
	int64_t wal_limit;
	/* Pages of the WAL after which it is written into the file, for tests. 0: 8,000, or a
	 * sixteenth of wal_limit where that is less. */
	int wal_step;
	/* Called on the journal's threads whenever journal_poll has work. */
	void (*notify)(void *ctx);
	/* NULL, or called from journal_poll, before any other callback, where full, held, over
	 * or failed is not what it was; `why` has a sentence where it failed. */
	void (*changed)(void *ctx, const struct journal_stats *before,
			const struct journal_stats *now, const struct err *why);
	void *notify_ctx; /* of both */
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
 * with a fraction, another number of values to erase; nothing logged), AW_EBUSY (another process holds the file;
 * nothing logged), AW_EHELD (a reader holds the WAL, which is over its limit;
 * nothing logged, and nothing will be until that reader ends), -ENOMEM (nothing
 * logged). Receipts are valid during the call.
 * Returns -ENOMEM without a callback where it cannot even be queued. */
typedef void (*journal_appended_cb)(void *ctx, int status, const struct journal_receipt *receipts,
				    size_t count, const struct err *e);
int journal_append(struct journal *j, struct journal_draft *drafts, size_t count,
		   journal_appended_cb done, void *ctx);

/* Appends nothing: the callback comes, with 0, when the writing thread has done what was
 * appended before. Returns -ENOMEM without a callback. */
int journal_ping(struct journal *j, journal_appended_cb done, void *ctx);

/* Bytes the entry of this draft would have, at most (sequence and instant at
 * their longest). For refusing a submission before it is decided. -ENOMEM;
 * AW_EINVALID where a number in its `body` is not whole. */
int journal_entry_size(const struct journal_draft *draft, size_t *size);

/* Runs `run` on a reading thread with a snapshot of its own, then `done` from
 * journal_poll. Queries start in the order given. -ENOMEM: neither is called.
 * journal_look_up does the same on another thread, kept for what deciding waits
 * for: no question that somebody asks can hold it up. It begins with journal_hand_in, or where
 * several wait for that. */
typedef int (*journal_query_run)(struct journal_reader *r, void *ctx, struct err *e);
typedef void (*journal_query_done)(void *ctx, int status, const struct err *e);
int journal_query(struct journal *j, journal_query_run run, journal_query_done done, void *ctx);
int journal_look_up(struct journal *j, journal_query_run run, journal_query_done done, void *ctx);
/* To be called before the owner waits for anything: look-ups are handed in together, since
 * waking a thread takes longer than one of them. */
void journal_hand_in(struct journal *j);

/* Makes everything that follows from the entries again: derived tables, the
 * tree's nodes, views, indexes, guards. Entries, texts, personal values and checkpoints
 * stay as they are. AW_EBUSY where a daemon has the log, AW_ECORRUPT where an
 * entry does not have its leaf hash; nothing was changed then. */
int journal_rebuild(const char *path, struct err *e);

/* Guards of the log's tables, its triggers, that somebody dropped. */
struct log_guards {
	size_t count;
	char name[40]; /* of the first */
};

/* Counters for server.status; callable from the owner's thread at any time. */
struct journal_stats {
	int64_t sequence; /* of the newest committed entry */
	int64_t file_bytes, wal_bytes;
	uint64_t commits, entries; /* since start */
	size_t queued;             /* appends waiting */
	bool key_replaced;         /* when it was opened, another key had signed so far */
	struct log_guards lacks;   /* and these guards were missing */
	bool erasing; /* the file may hold an erased value: in the WAL, or in pages that the WAL
			 has newer ones of, which a reader of an older state keeps there */
	bool full, failed;  /* the last COMMIT found no room; the file failed, and
				  the daemon must end (notify is called for this, too) */
	bool held, over;    /* a reader keeps a WAL of 64 MiB (or of half its limit) from
				  being emptied; and the limit is reached */
	int64_t held_bytes; /* of the WAL when that was last seen */
};
void journal_stats(struct journal *j, struct journal_stats *out);
/* Its member `erasing` alone, cheaply. Notify is called when it ends. */
bool journal_is_erasing(struct journal *j);

/* Makes a new signing key, and logs that it takes the old one's place: an entry of
 * the kind "key", under a checkpoint that both have signed. The callback is as
 * journal_append's, and tells too, by a negated errno, that the key's file could not be
 * written: nothing was changed; where it tells of success the new key signs. -ENOMEM: no
 * callback. */
int journal_rotate(struct journal *j, const struct actor *by, const char *reason,
		   journal_appended_cb done, void *ctx);

/* The verifier key of the key that signs now. */
void journal_key(struct journal *j, char out[TLOG_VKEY]);

/* The log's own identity, 32 hex digits made when it was created. Its checkpoints
 * have the origin, and its key the name, "awardd/<identity>". */
const char *journal_identity(const struct journal *j);

/* Where the log is: absolute, links followed. */
const char *journal_path(const struct journal *j);

/* Borrows the partnership that an entry of this kind (may be NULL) is about, or
 * gives NULL where it is about none. */
const char *journal_partnership(const char *kind, const json_t *body);

/* ---- reading: inside journal_query, or offline -------------------------- */

/* Opens a log read-only, outside of a daemon, also while one writes it. One that
 * lies there without a WAL is read as it stands, and nothing is made beside it. AW_EOLDER:
 * it is of an older form, which journal_open would bring up to date. */
int reader_open(const char *path, struct journal_reader **out, struct err *e);
void reader_close(struct journal_reader **r);
/* Whether a daemon could sign with the key beside the log at `path`, with links followed, or there
 * is none yet. Else AW_EINVALID or a negated errno, and what is wrong with the file. */
int reader_check_key(struct journal_reader *r, const char *path, struct err *e);

/* Writes the log and what of it stands in the WAL as one file, of the newest
 * snapshot, to a path that is empty or not there. It is not synced. Not inside
 * reader_begin. */
int reader_copy(struct journal_reader *r, const char *path, struct err *e);

/* A snapshot for several calls, and its end. */
int reader_begin(struct journal_reader *r, struct err *e);
void reader_end(struct journal_reader *r);

/* Ends what another thread waits for from this reader, with a failure; while a walk has given a
 * row and is there, what begins later, too. */
void reader_interrupt(struct journal_reader *r);

/* What came of reading a file: `status` where it was left alone meanwhile, also where others may
 * write it, since a snapshot then holds; AW_EBUSY where it was read as it stands and was written,
 * whatever was found in it. */
int reader_is_still(const struct journal_reader *r, int status, struct err *e);

/* Each gives a document, or AW_EABSENT, AW_ECORRUPT, AW_EIO, -ENOMEM.
 *
 * An entry: {"sequence", "kind", "id", "at", "by": {"uid", "user"}, "body",
 * "leaf_hash": "<hex>", "revoked": null or {"sequence", "id", "at", "by",
 * "reason"}, "erased": null or {"sequence", "id", "at", "reason"} of the erasure}. Personal values stand in place again; erased ones as
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

/* What an erasure of the entry `id`, or, where that is NULL, of all of a
 * partnership would remove: {"partnership", "erases" (as the body has it),
 * "sequences": [those with values], "values": n}. Erased values do not count.
 * AW_EABSENT where there is no such entry, or it is of no partnership; or nothing of the partnership. */
int reader_personal(struct journal_reader *r, const char *id, const char *partnership, json_t **out,
		    struct err *e);

/* Everything earlier of a partnership that rules may look at, oldest entry
 * first: [{"sequence", "id", "kind": "decision" or "import", "revoked": bool,
 * "name", "assessed_on", "registered_on", "scores", "outcome"}]; name is the
 * one given with that entry or null; the next three are null in an import. Appends its
 * canonical JSON. */
int reader_history(struct journal_reader *r, const char *partnership, struct buffer *out,
		   struct err *e);

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
 * "body", "entry", "leaf_hash": "<hex>"} (borrowed; `entry` is the whole document
 * that was hashed), commitments in place of personal values, and stops with
 * what it returns unless that is 0. Every entry is checked against its leaf
 * hash. None where the partnership is not in the log. */
typedef int (*reader_past_cb)(void *ctx, json_t *entry);
int reader_past(struct journal_reader *r, const char *partnership, int64_t through,
		reader_past_cb each, void *ctx, struct err *e);

/* Calls `each` with every entry of this kind up to the entry `through`, in the
 * order of the log, as the table of entries itself has them; it stops as above. */
typedef int (*reader_sequence_cb)(void *ctx, int64_t sequence);
int reader_of_kind(struct journal_reader *r, const char *kind, int64_t through,
		   reader_sequence_cb each, void *ctx, struct err *e);

/* For decisions.list. NULL or 0 members do not filter; but `kind` is then
 * "decision", `sort` "-sequence", `limit` 50. Gives {"decisions": [{"kind",
 * "decision_id", "sequence", "by": {"uid", "user"}, "submission_id",
 * "partnership", "name", "assessed_on", "award", "commendations", "awarded_on",
 * "precision", "route", "change", "revoked"}], "next": a key or null}; an import
 * has null for what a decision alone has. Lists go by its `awarded_on` where
 * they go by a decision's `assessed_on`. */
struct decision_filter {
	const char *partnership, *since, *until;
	const char *award; /* a level or a commendation */
	const char *failed_criterion, *changed, *rules;
	const char *by;   /* a user's name as logged, or digits: a uid */
	const char *kind; /* "decision", "import" or "any" */
	const char *sort; /* "sequence", "assessed_on" or "partnership"; "-" before it: descending */
	const char *after; /* the "next" of the page before */
	int limit;
};
/* Whether `after` is a key that lists of this `sort` give. */
bool decision_filter_fits(const struct decision_filter *f);
int reader_decisions(struct journal_reader *r, const struct decision_filter *f, json_t **out,
		     struct err *e);

/* The latest unrevoked award of each partnership made on or before `on`, in the order
 * of `sort` ("partnership", "awarded_on", "expires_on"; "-" before it: descending; equal ones
 * by partnership; NULL: "partnership"): [{"partnership", "name", "award", "commendations",
 * "awarded_on", "expires_on", "precision", "citation", "source",
 * "decision_id"}]. `partnership` may be NULL. `name` is the last one that any
 * entry of the partnership gave; `source` is the import's, or the
 * decision's id. */
int reader_register(struct journal_reader *r, const char *on, const char *partnership,
		    const char *sort, json_t **out, struct err *e);

/* Whether an award of the partnership, level and day of this one is in the log, decided or
 * imported, revoked or not: 0 or AW_EABSENT. But a revoked import is corrected by one that says
 * anything else: where all are revoked, and the newest is an import, it must be equal to
 * `award`, as that is logged. */
int reader_award_known(struct journal_reader *r, const json_t *award, struct err *e);

/* Each partnership's latest unrevoked decision by assessed_on, then sequence
 * with assessed_on between since and until (each may be NULL), by its last
 * name: calls `each` with it, partnerships in order of their id. All is borrowed for the
 * call; the last two stand in canonical texts, and are NULL where there is none. */
struct benchmark {
	const char *partnership, *name, *assessed_on;
	int64_t sequence;
	const struct json_item *scores, *case_studies;
};
typedef int (*reader_benchmark_cb)(void *ctx, const struct benchmark *benchmark);
int reader_benchmarks(struct journal_reader *r, const char *since, const char *until,
		      reader_benchmark_cb each, void *ctx, struct err *e);
/* Calls `each` with the scores alone of the same (borrowed), in the order of the log: many times
 * faster, as no entry is read. */
typedef int (*reader_scores_cb)(void *ctx, json_t *scores);
int reader_scores(struct journal_reader *r, const char *since, const char *until,
		  reader_scores_cb each, void *ctx, struct err *e);

/* Unrevoked awards counted: [{"award", "year", "count"}] in order of year and
 * award, awarded between since and until. */
int reader_award_counts(struct journal_reader *r, const char *since, const char *until,
			json_t **out, struct err *e);

/* Counts of entries by kind: {"decision": n, ...}. */
int reader_counts(struct journal_reader *r, json_t **out, struct err *e);

/* An entry as the view `activity` tells of it, all borrowed; user, partnership and what may
 * be NULL. `bytes` are those that are hashed, and were checked. */
struct tail_entry {
	int64_t sequence;
	const char *at, *user, *kind, *partnership, *what;
	uid_t uid;
	struct text bytes;
};

/* Calls `each` with every entry above `after`, of this kind unless it is NULL, in the order of
 * the log, and stops with what it returns unless that is 0. AW_ECORRUPT. */
typedef int (*reader_tail_cb)(void *ctx, const struct tail_entry *entry);
int reader_tail(struct journal_reader *r, const char *kind, int64_t after, reader_tail_cb each,
		void *ctx, struct err *e);
/* The sequence above which the last `count` of them stand. */
int reader_tail_start(struct journal_reader *r, const char *kind, int64_t count, int64_t *after,
		      struct err *e);

/* Activations and rejections, newest first: [{"sequence", "at", "by", "kind",
 * "body"}]. */
int reader_rule_history(struct journal_reader *r, int limit, json_t **out, struct err *e);

/* The rule files of the newest activation, or of the newest with this digest:
 * {"digest", "at", "files": [{"path", "sha256", "text"}], "prelude": {"sha256",
 * "text"}}; prelude is null where the activation names none by a SHA-256 (hex,
 * with or without "sha256:" in front). AW_EABSENT. */
int reader_rules(struct journal_reader *r, const char *digest, json_t **out, struct err *e);

/* ---- auditing: what stands in the file, unjudged ------------------------- */

/* Rows in the order of their key; texts are borrowed until the next step.
 *
 *   table            numbers          texts
 *   RAW_META         -                name, value
 *   RAW_ENTRY        sequence, quotes kind, at, bytes, leaf_hash
 *   RAW_BLOB         rowid            sha256, bytes
 *   RAW_PERSONAL     sequence, number pointer, salt, value
 *   RAW_CHECKPOINT   size             note
 *   RAW_NODE         level, number    hash
 *
 * Bytes of entries are those that are hashed; the second number is 1 where they stand in
 * the file in quotes of another entry, 0 where whole, and bytes are as they stand there where they
 * quote what is not there.
 *
 * The walks of a reader see one snapshot inside reader_begin. */
enum raw_table {
	RAW_META,
	RAW_ENTRY,
	RAW_BLOB,
	RAW_PERSONAL,
	RAW_CHECKPOINT,
	RAW_NODE,
	RAW_TABLES
};
struct raw_row {
	int64_t numbers[2];
	struct text texts[4];
};
struct raw_walk;
int raw_walk_new(struct journal_reader *r, enum raw_table table, struct raw_walk **out,
		 struct err *e);
/* 1 and a row, 0 at the end, AW_ECORRUPT where the file cannot be read on. */
int raw_walk_next(struct raw_walk *w, struct raw_row *row, struct err *e);
void raw_walk_free(struct raw_walk **w); /* before its reader is closed */

/* What SQLite finds wrong with the pages, indexes and types: a sentence each, at
 * most a hundred. Stops with what the callback returns unless that is 0, as the
 * others below do. */
typedef int (*raw_fault_cb)(void *ctx, const char *fault);
int raw_check_pages(struct journal_reader *r, raw_fault_cb each, void *ctx, struct err *e);

/* Tables, views, indexes and triggers that are not as this program makes them:
 * their type, their name, and "missing", "changed" or "added". */
typedef int (*raw_object_cb)(void *ctx, const char *type, const char *name, const char *what);
int raw_check_schema(struct journal_reader *r, raw_object_cb each, void *ctx, struct err *e);

/* Whether this salt and value are what the commitment {"commitment":
 * "sha256:<hex>"} was made of: 0, AW_EINVALID, -ENOMEM. */
int personal_matches(const json_t *commitment, const unsigned char salt[DIGEST_BYTES],
		     const json_t *value, struct err *e);

/* The derived tables made again, by the code that made them, in a temporary file
 * of SQLite's beside the reader's snapshot. */
struct follow;
int follow_new(struct journal_reader *r, struct follow **out, struct err *e);
void follow_free(struct follow **f); /* before its reader is closed */
/* Adds what follows from the next entry. AW_EINVALID where it contradicts an
 * earlier one. Of one that cannot be read (NULL) only the leaf counts. `bytes`: the entry's. */
int follow_add(struct follow *f, const json_t *document, struct text bytes,
	       const struct digest *leaf, struct err *e);
/* Compares one of them with the file's: calls `each` with the table, the row's
 * key, the column (NULL for a whole row) and "missing", "changed" or "added". */
size_t follow_count(const struct follow *f);
const char *follow_table(const struct follow *f, size_t i);
typedef int (*follow_cb)(void *ctx, const char *table, const char *key, const char *column,
			 const char *what);
int follow_compare(struct follow *f, size_t i, follow_cb each, void *ctx, struct err *e);

#endif
