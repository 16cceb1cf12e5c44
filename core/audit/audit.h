/*
 * audit: a log's file proved, or shown to be altered, by somebody who trusts
 * neither it nor who holds it. Nothing here writes to a log.
 *
 * A finding is a document:
 *   {"level", "what", "message", and where: any of "entry", "through", "byte",
 *    "checkpoint", "table", "key", "column"}
 * level     "altered": the log is not what was written, or cannot be shown to be
 *           "derived": what follows from the entries does not, and can be made again
 *           "note":    worth knowing; nothing is wrong
 * what      a word for programs, stable: "entry.leaf", "checkpoint.signature", ...
 * message   a sentence for people, which names the place too
 * entry     a sequence; with `through`: one of the entries from it to that one
 */
#ifndef AW_AUDIT_H
#define AW_AUDIT_H

#include "base/base.h"
#include "journal/journal.h"
#include "json/json.h"
#include "tlog/tlog.h"

struct audit_options {
	const char *path;
	const struct tlog_verifier *key; /* trusted; NULL: the one that the log names */
	struct text since; /* signed checkpoints kept elsewhere, one after another; may be empty */
	size_t most;       /* of findings with the same `what` that are given; others are counted */

	/* One finding (borrowed). Anything but 0 ends the work, and is what
	 * audit_verify returns. */
	int (*each)(void *ctx, const json_t *finding);
	/* How much is behind (0 to 1000), and how many entries; may be NULL. */
	void (*progress)(void *ctx, int permille, uint64_t entries);
	void *ctx;
};

/* Looks at the whole of a log, in one snapshot, also while a daemon writes it.
 * Gives
 *   {"verified": bool, "findings": {"altered", "derived", "note"}: counts,
 *    "log": identity, "entries", "checkpoints", "rule_sets", "personal": {"kept",
 *    "erased"}, "newest": {"size", "root": base64, "note"} or null, "keys": [{"key",
 *    "entry"}]: each and where it came into force, "trusted": {"key", "given": bool,
 *    "through": how many entries it vouches for}, "since": [{"size", "agrees"}],
 *    "not_given": {what: how many were only counted}}
 * where verified means: neither altered nor derived. Returns 0 where it could be
 * judged, whatever came out; a file that is no log is judged too, but not one of another
 * form: AW_ENEWER, AW_EOLDER. AW_EINVALID where `since` holds no checkpoint; AW_EBUSY; an
 * errno; -ENOMEM. */
int audit_verify(const struct audit_options *options, json_t **summary, struct err *e);

/* ---- copies and tiles ---------------------------------------------------- */

struct audit_copy {
	const char *from, *to;
	int (*each)(void *ctx, const json_t *finding); /* as above, where it does not verify */
	void *ctx;
};

/* Copies a log, also while a daemon writes it, into one new file of mode 0640 that
 * has its name only once it is whole, synced and verified. Gives the summary of
 * audit_verify and "bytes". -EEXIST where the name is taken; AW_ECORRUPT where the
 * log does not verify. */
int audit_copy(const struct audit_copy *copy, json_t **made, struct err *e);

/* Writes the log as C2SP tlog-tiles into a folder, made where it is not there:
 * what is missing of tiles and bundles of entries, then the checkpoint. Gives
 * {"size", "written": files}. AW_EINVALID where the folder holds those of another
 * log, or more of this one; AW_ECORRUPT where entries or folder are not what
 * was signed. */
int audit_tiles(const char *log, const char *dir, json_t **made, struct err *e);

/* ---- proofs ---------------------------------------------------------------- */

/* Checks the text of a .tlog-proof by this key. It carries the entry that it is about, or
 * {"leaf_hash"} in its place. Gives {"entry": the whole of it, or null, "sequence",
 * "leaf_hash", "origin", "size", "root": base64}. AW_ECORRUPT where it does not prove what it
 * carries, AW_ESYNTAX where it is no proof. */
int audit_proof(struct text proof, const struct tlog_verifier *key, json_t **out, struct err *e);

/* Adds the same proof with {"leaf_hash"} in the place of its entry, which is there. */
int audit_proof_bare(struct text proof, struct buffer *out, struct err *e);

#endif
