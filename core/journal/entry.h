/*
 * entry: one entry between its two forms, the canonical bytes that are hashed
 * and the document that the rest of the room works on.
 */
#ifndef AW_JOURNAL_ENTRY_H
#define AW_JOURNAL_ENTRY_H

#include "journal/journal.h"
#include "journal/quote.h"

/* Borrows all it points at. */
struct entry {
	int64_t sequence;
	const char *kind, *id, *at;
	struct actor by;
	json_t *body;
};

/* A name that is not UTF-8, or is cut within a letter, is an unknown one: "".
 * 0 or -ENOMEM. */
int entry_check_actor(struct actor *by);

/* Appends the canonical bytes of an entry whose body is canonical already. */
int entry_bytes(const struct entry *entry, const struct buffer *body, struct buffer *out);

/* Sets `out` to borrow from the document of an entry; false where a member is
 * missing that every entry has. */
bool entry_fill(const json_t *document, struct entry *out);

/* Gives the bytes that are hashed, as stored_read does. AW_ECORRUPT where they do not have this
 * leaf hash. */
int entry_hashed(const struct stored *stored, struct text leaf_hash, struct buffer *scratch,
		 struct text *out, struct err *e);

/* Gives the document of an entry's bytes and sets `out` to borrow from it.
 * AW_ECORRUPT where the bytes are no entry or do not have this leaf hash. */
int entry_read(const struct stored *stored, struct text leaf_hash, json_t **document,
	       struct entry *out, struct err *e);

/* "42-5c0f7c3e52a1": makes one; reads the sequence out of one, 0 where the
 * text is none. */
void entry_id(int64_t sequence, struct chance chance, char out[ENTRY_ID_TEXT]);
int64_t entry_id_sequence(const char *id);

/* ---- personal values ---------------------------------------------------- */

/* personal_matches for a commitment as it stands in an entry. */
int personal_matches_text(struct text commitment, const unsigned char salt[DIGEST_BYTES],
			  const json_t *value, struct err *e);

/* Marks every commitment in the document as erased, and adds their number. */
int personal_mark_erased(json_t *document, size_t *marked);

/* Puts the value (taken) where the RFC 6901 pointer points. */
int personal_restore(json_t *document, const char *pointer, json_t *value, struct err *e);

#endif
