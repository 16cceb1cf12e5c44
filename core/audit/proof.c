/* One entry proved from a small text, without the log. */
#include <errno.h>
#include <string.h>

#include "audit/audit.h"

static int check(const struct proof_text *p, const struct tlog_verifier *key, struct checkpoint *c,
		 struct err *e)
{
	int rv = checkpoint_read(p->checkpoint, c, e);

	if (rv != 0)
		return rv;
	switch (checkpoint_check(p->checkpoint, key)) {
	case NOTE_GOOD:
		break;
	case NOTE_NOT_HIS:
		return err_set(e, AW_ECORRUPT,
			       "its checkpoint is not signed by the key given; where "
			       "the log changed its key since, give the new one");
	case NOTE_BAD:
		return err_set(e, AW_ECORRUPT,
			       "its checkpoint was changed: the signature is false");
	}
	if (p->extra.bytes == NULL)
		return err_set(e, AW_ECORRUPT, "it does not carry the entry that it is about");
	struct digest leaf = digest_leaf(p->extra.bytes, p->extra.length);
	if (!tree_check_inclusion(&p->proof, p->index, c->size, &leaf, &c->root))
		return err_set(
			e, AW_ECORRUPT,
			"the entry that it carries is not in the log at this place: one of them "
			"was changed");
	return 0;
}

static int describe(const struct proof_text *p, const struct checkpoint *c, json_t **out,
		    struct err *e)
{
	struct buffer root;
	json_t *entry = json_read(p->extra, e);

	if (entry == NULL)
		return e->status == -ENOMEM ? -ENOMEM : AW_ECORRUPT;
	if (json_member_integer(entry, "sequence", 0) != (json_int_t)p->index + 1 ||
	    json_member_text(entry, "kind") == NULL || json_member_text(entry, "id") == NULL ||
	    json_member_text(entry, "at") == NULL) {
		json_decref(entry);
		return err_set(e, AW_ECORRUPT, "what it carries is no entry of a decision log");
	}
	buffer_init(&root);
	int rv = base64_append(c->root.bytes, sizeof c->root.bytes, &root);
	if (rv == 0)
		*out = json_pack("{sO ss sI ss}", "entry", entry, "origin", c->origin, "size",
				 (json_int_t)c->size, "root", root.bytes);
	json_decref(entry);
	buffer_deinit(&root);
	return rv == 0 && *out != NULL ? 0 : err_set(e, -ENOMEM, "no memory for a proof");
}

int audit_proof(struct text proof, const struct tlog_verifier *key, json_t **out, struct err *e)
{
	struct proof_text p;
	struct checkpoint c;
	struct buffer extra;

	buffer_init(&extra);
	int rv = proof_text_read(proof, &p, &extra, e);
	if (rv == 0)
		rv = check(&p, key, &c, e);
	if (rv == 0)
		rv = describe(&p, &c, out, e);
	buffer_deinit(&extra);
	return rv;
}
