/*
 * badge.h: what the files of this plugin promise each other. Functions that can
 * fail give 0, or -1 with a sentence in `why`.
 */
#ifndef AW_OPEN_BADGE_H
#define AW_OPEN_BADGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

/* ---- what went wrong ------------------------------------------------------ */

struct why {
	char text[512];
};

/* Gives -1. */
__attribute__((format(printf, 2, 3))) int why_set(struct why *w, const char *format, ...);

/* Syncs the folder that the file is in. -1 with errno where it cannot. */
int folder_sync(const char *path);

/* ---- texts ------------------------------------------------------------------ */

/* Multibase with base58btc, a "z" in front, NUL at the end. `length` is at most
 * 128 bytes, and `out` has twice as much room. */
void base58_write(const unsigned char *bytes, size_t length, char *out);
/* Gives the bytes gzipped, as multibase base64url with a "u" in front; free() it.
 * NULL where memory runs out. The same bytes give the same text. */
char *gzip_write(const unsigned char *bytes, size_t length);

/* ---- N-Quads ---------------------------------------------------------------- */

/* Whether the text can stand as an absolute IRI without any escape. */
bool quads_is_iri(const char *text);

/* Gives the canonical N-Quads (RDFC-1.0) of a document of this plugin's own making:
 * every node has an IRI as its "id", so that there is nothing to be named, and
 * every member is one of the terms in quads.c. `blank` is NULL; or, for the
 * options of a proof, which are one node and have no id, how that node is called.
 * Refuses a member that is no term, a node without an id, an id that is no IRI, and
 * a text with a control character. free() `out`. */
int quads_write(const json_t *document, const char *blank, char **out, struct why *w);

/* ---- the key ---------------------------------------------------------------- */

enum { MULTIKEY = 80 };

struct signer {
	unsigned char secret[64];
	char multikey[MULTIKEY]; /* the public key: z6Mk… */
	char method[512];        /* what proofs call the key */
};

/* Reads the seed in the file; makes one, mode 0600, where there is no file. Refuses
 * a file that others may read. `method` is still to be set. */
int signer_open(const char *path, struct signer *s, struct why *w);
/* Forgets the key. */
void signer_deinit(struct signer *s);
/* Signs the document (eddsa-rdfc-2022) and adds the proof to it. `created` is a
 * dateTime. */
int signer_sign(const struct signer *s, json_t *document, const char *created, struct why *w);

/* ---- what was revoked --------------------------------------------------------- */

/* A file that is only appended to: "log ID AT", then "revoked SEQUENCE AT" for each. */
struct revoked {
	int fd;          /* -1 while closed */
	int64_t length;  /* of what is known to be in the file */
	char log[80];    /* the id of the log's first entry, "" before it was told */
	char newest[32]; /* when the list last changed */
	int64_t *sequences;
	size_t count, room;
};

void revoked_init(struct revoked *r);
void revoked_deinit(struct revoked *r);
/* Reads the file, or makes an empty one. */
int revoked_open(struct revoked *r, const char *path, struct why *w);
/* Takes note of the first entry of the log. Refuses that of another log. */
int revoked_begin(struct revoked *r, const char *id, const char *at, struct why *w);
/* Takes note of a revocation, durably; nothing where it is known. */
int revoked_add(struct revoked *r, int64_t sequence, const char *at, struct why *w);

/* ---- documents ---------------------------------------------------------------- */

enum { LIST_BITS = 131072 }; /* of one status list: the least that is allowed */

struct issuer {
	const char *id, *name, *base; /* a DID, what it is called, where its ids are */
};

/* Gives the credential for what a decision renderer gets, not yet signed, and when
 * it is to be signed. */
int credential_write(const struct issuer *i, const json_t *call, json_t **out, char created[32],
		     struct why *w);
/* Gives status list `number`, about the entries from number * LIST_BITS on. */
int status_list_write(const struct issuer *i, const struct revoked *r, int64_t number, json_t **out,
		      struct why *w);

#endif
