/*
 * tlog: the log's transparency - the RFC 6962 tree over its entries, and the
 * texts that independent programs read: signed notes and checkpoints, tiles and
 * proofs as C2SP has them (signed-note, tlog-checkpoint, tlog-tiles,
 * tlog-proof@v1; Ed25519, signature type 1). Only arithmetic and text: no file,
 * no clock, no chance.
 *
 * Indexes of leaves start at 0: entry N of the log is leaf N - 1.
 */
#ifndef AW_TLOG_H
#define AW_TLOG_H

#include "base/base.h"

/* ---- the tree ----------------------------------------------------------- */

enum {
	TREE_LEVELS = 63, /* a tree has fewer than 2^63 leaves */
	TREE_PROOF_MOST = TREE_LEVELS + 1,
};

/* The complete subtrees along the right edge of a tree, the largest first: all
 * that is needed to go on. A tree without leaves is {0}. */
struct tree_edge {
	uint64_t size; /* leaves */
	struct digest nodes[TREE_LEVELS];
};

/* SHA-256 over 0x01 and the two. */
struct digest tree_parent(const struct digest *left, const struct digest *right);
void tree_append(struct tree_edge *edge, const struct digest *leaf);
/* SHA-256 of nothing where there are no leaves. */
struct digest tree_root(const struct tree_edge *edge);

struct tree_proof {
	size_t count;
	struct digest hashes[TREE_PROOF_MOST];
};

/* Gives the hash of a complete subtree: of 2^level leaves from
 * index << level on. 0, or what the proof then returns. */
typedef int (*tree_read)(void *ctx, unsigned level, uint64_t index, struct digest *out);

/* The proof that leaf `index` is in the tree of `size` leaves. AW_EINVALID
 * where it is not below `size`, or `size` not below 2^63. */
int tree_prove_inclusion(uint64_t index, uint64_t size, tree_read read, void *ctx,
			 struct tree_proof *out);
/* The proof that the tree of `from` leaves is the beginning of that of `to`;
 * empty where they are equal or `from` is 0. AW_EINVALID where from > to. */
int tree_prove_consistency(uint64_t from, uint64_t to, tree_read read, void *ctx,
			   struct tree_proof *out);
/* The right edge of the first `size` leaves. AW_EINVALID as above. */
int tree_edge_read(uint64_t size, tree_read read, void *ctx, struct tree_edge *out);

/* A root does not tell how many leaves are under it: size and root must come
 * from the same checkpoint. */
bool tree_check_inclusion(const struct tree_proof *proof, uint64_t index, uint64_t size,
			  const struct digest *leaf, const struct digest *root);
bool tree_check_consistency(const struct tree_proof *proof, uint64_t from,
			    const struct digest *from_root, uint64_t to,
			    const struct digest *to_root);

/* ---- keys --------------------------------------------------------------- */

enum {
	TLOG_NAME = 80, /* of a key and of a log, its NUL counted */
	TLOG_SEED = 32,
	TLOG_VKEY = 160, /* text of a verifier key, its NUL counted */
};

/* "<name>+<8 hex digits>+<base64>" */
struct tlog_verifier {
	char name[TLOG_NAME];
	unsigned char id[4];
	unsigned char key[32];
};

/* AW_EINVALID and a sentence where the text is no Ed25519 verifier key. */
int tlog_verifier_read(struct text vkey, struct tlog_verifier *out, struct err *e);
void tlog_verifier_format(const struct tlog_verifier *v, char out[TLOG_VKEY]);

/* Holds a secret: wipe it. */
struct tlog_signer {
	struct tlog_verifier verifier;
	unsigned char secret[64];
};

/* The key of this seed. AW_EINVALID where the name is empty, too long, or has a
 * plus, white space or a control character. */
int tlog_signer_make(const char *name, const unsigned char seed[TLOG_SEED], struct tlog_signer *out,
		     struct err *e);
/* "PRIVATE+KEY+<name>+<8 hex digits>+<base64>", a newline after it allowed. */
int tlog_signer_read(struct text skey, struct tlog_signer *out, struct err *e);
/* Appends that text and a newline; the buffer then holds a secret too, and is to
 * be wiped by whoever has it. -ENOMEM. */
int tlog_signer_format(const struct tlog_signer *s, struct buffer *out);
void tlog_signer_wipe(struct tlog_signer *s);

/* ---- checkpoints -------------------------------------------------------- */

struct checkpoint {
	char origin[TLOG_NAME]; /* of the log */
	uint64_t size;
	struct digest root;
};

/* Appends the checkpoint signed by each of the keys, of which there must be one.
 * The origin must be one line that is not empty. -ENOMEM. */
int checkpoint_sign(const struct checkpoint *c, const struct tlog_signer *const *signers,
		    size_t count, struct buffer *out);

/* Reads a signed checkpoint; there must be signatures, but whether they are true
 * is not looked at. AW_ESYNTAX and a sentence. Lines of extensions are skipped. */
int checkpoint_read(struct text note, struct checkpoint *out, struct err *e);

enum note_verdict {
	NOTE_GOOD,    /* signed by this key */
	NOTE_NOT_HIS, /* has no signature that claims to be of this key */
	NOTE_BAD,     /* has one, and it is false; or it is no signed note at all */
};
enum note_verdict checkpoint_check(struct text note, const struct tlog_verifier *v);

/* ---- proofs as text ----------------------------------------------------- */

/* One leaf of a log proved offline: the text of a .tlog-proof file. The entry
 * itself may travel in it, as its extra data. */
struct proof_text {
	struct text extra; /* decoded; none: NULL */
	uint64_t index;
	struct tree_proof proof;
	struct text checkpoint; /* the signed note, its last newline included */
};

/* Appends the file's text. -ENOMEM. */
int proof_text_format(const struct proof_text *p, struct buffer *out);
/* AW_ESYNTAX and a sentence; nothing is proved yet. `out` borrows from the text,
 * and its extra from `extra`, which is yours and is overwritten. */
int proof_text_read(struct text text, struct proof_text *out, struct buffer *extra, struct err *e);

/* Standard base64 with padding, both ways appended to `out`. What is not exactly
 * what base64_append would write is refused: false, as where memory runs out. */
int base64_append(const void *bytes, size_t length, struct buffer *out);
bool base64_read(struct text t, struct buffer *out);

/* ---- tiles -------------------------------------------------------------- */

enum {
	TILE_WIDTH = 256, /* hashes of a full tile, entries of a full bundle */
	TILE_HEIGHT = 8,  /* levels of the tree a level of tiles spans */
	TILE_PATH = 96,
	TILE_ENTRIES = -1, /* as a level: a bundle of entries */
};

/* "tile/0/x001/067" or "tile/entries/000.p/42"; `width` is 1 to TILE_WIDTH. */
void tile_path(int level, uint64_t number, unsigned width, char out[TILE_PATH]);

#endif
