/* One entry proved from a small text, without the log. */
#include <errno.h>
#include <string.h>

#include "audit/audit.h"

/* What was proved, and of what. */
struct leaf {
	struct digest hash;
	bool alone; /* its entry is not carried */
	struct checkpoint checkpoint;
};

/* Finds whether a text stands in the place of the entry that holds nothing but its leaf hash.
 * No entry is one: those have a sequence. */
static int read_alone(struct text extra, struct leaf *leaf, struct err *e)
{
	struct err why = {.status = 0};
	json_t *document = json_read(extra, &why);
	const char *hex = json_member_text(document, "leaf_hash");

	leaf->alone = hex != NULL && json_object_size(document) == 1 &&
		      hex_parse(text_of(hex), leaf->hash.bytes, sizeof leaf->hash.bytes);
	json_decref(document);
	return why.status == -ENOMEM ? err_set(e, -ENOMEM, "%s", why.text) : 0;
}

static int check(const struct proof_text *p, const struct tlog_verifier *key, struct leaf *leaf,
		 struct err *e)
{
	struct checkpoint *c = &leaf->checkpoint;
	int rv = checkpoint_read(p->checkpoint, c, e);

	if (rv != 0)
		return rv;
	switch (checkpoint_check(p->checkpoint, key)) {
	case NOTE_GOOD:
		break;
	case NOTE_NOT_HIS:
		return err_set(e, AW_ECORRUPT,
			       "its checkpoint is not signed by the key given; where the log "
			       "changed its key, give the one that signed when it was made");
	case NOTE_BAD:
		return err_set(e, AW_ECORRUPT,
			       "its checkpoint was changed: the signature is false");
	}
	if (p->extra.bytes == NULL)
		return err_set(e, AW_ECORRUPT,
			       "it carries neither the entry that it is about nor its leaf hash");
	rv = read_alone(p->extra, leaf, e);
	if (rv != 0)
		return rv;
	if (!leaf->alone)
		leaf->hash = digest_leaf(p->extra.bytes, p->extra.length);
	if (!tree_check_inclusion(&p->proof, p->index, c->size, &leaf->hash, &c->root))
		return err_set(e, AW_ECORRUPT,
			       "the %s that it carries is not in the log at this place: one of "
			       "them was changed",
			       leaf->alone ? "leaf hash" : "entry");
	return 0;
}

/* Gives the entry, or null where it is not carried. */
static int read_entry(const struct proof_text *p, const struct leaf *leaf, json_t **out,
		      struct err *e)
{
	json_t *entry = leaf->alone ? json_null() : json_read(p->extra, e);

	if (entry == NULL)
		return e->status == -ENOMEM ? -ENOMEM : AW_ECORRUPT;
	if (!leaf->alone &&
	    (json_member_integer(entry, "sequence", 0) != (json_int_t)p->index + 1 ||
	     json_member_text(entry, "kind") == NULL || json_member_text(entry, "id") == NULL ||
	     json_member_text(entry, "at") == NULL)) {
		json_decref(entry);
		return err_set(e, AW_ECORRUPT, "what it carries is no entry of a decision log");
	}
	*out = entry;
	return 0;
}

static int describe(const struct proof_text *p, const struct leaf *leaf, json_t **out,
		    struct err *e)
{
	const struct checkpoint *c = &leaf->checkpoint;
	struct buffer root;
	char hex[DIGEST_HEX];
	json_t *entry = NULL;
	int rv = read_entry(p, leaf, &entry, e);

	if (rv != 0)
		return rv;
	hex_format(leaf->hash.bytes, sizeof leaf->hash.bytes, hex);
	buffer_init(&root);
	rv = base64_append(c->root.bytes, sizeof c->root.bytes, &root);
	if (rv == 0)
		*out = json_pack("{sO sI ss ss sI ss}", "entry", entry, "sequence",
				 (json_int_t)p->index + 1, "leaf_hash", hex, "origin", c->origin,
				 "size", (json_int_t)c->size, "root", root.bytes);
	json_decref(entry);
	buffer_deinit(&root);
	return rv == 0 && *out != NULL ? 0 : err_set(e, -ENOMEM, "no memory for a proof");
}

int audit_proof(struct text proof, const struct tlog_verifier *key, json_t **out, struct err *e)
{
	struct proof_text p;
	struct leaf leaf;
	struct buffer extra;

	buffer_init(&extra);
	int rv = proof_text_read(proof, &p, &extra, e);
	if (rv == 0)
		rv = check(&p, key, &leaf, e);
	if (rv == 0)
		rv = describe(&p, &leaf, out, e);
	buffer_deinit(&extra);
	return rv;
}

int audit_proof_bare(struct text proof, struct buffer *out, struct err *e)
{
	struct proof_text p;
	struct buffer extra, leaf_hash;
	char hex[DIGEST_HEX];

	buffer_init(&extra);
	buffer_init(&leaf_hash);
	int rv = proof_text_read(proof, &p, &extra, e);
	if (rv == 0) {
		struct digest leaf = digest_leaf(p.extra.bytes, p.extra.length);

		hex_format(leaf.bytes, sizeof leaf.bytes, hex);
		rv = buffer_printf(&leaf_hash, "{\"leaf_hash\":\"%s\"}", hex);
		p.extra = (struct text){leaf_hash.bytes, leaf_hash.length};
		if (rv == 0)
			rv = proof_text_format(&p, out);
		if (rv != 0)
			(void)err_set(e, rv, "no memory for a proof");
	}
	buffer_deinit(&leaf_hash);
	buffer_deinit(&extra);
	return rv;
}
