/* Keys of signed notes as text: a name, an id made of name and key, the key. */
#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "tlog/inner.h"

enum { MATERIAL = 1 + 32, MATERIAL_BASE64 = 45 };

static const char secret_mark[] = "PRIVATE+KEY+";

/* What both kinds of key have in their text; of a signing key, a secret. */
struct parts {
	char name[TLOG_NAME];
	unsigned char id[KEY_ID];
	unsigned char material[MATERIAL]; /* the type, then key or seed */
};

static void make_id(struct tlog_verifier *v)
{
	char before[TLOG_NAME + 2];
	int length = snprintf(before, sizeof before, "%s\n%c", v->name, TYPE_ED25519);
	struct digest d = digest_of_two(before, (size_t)length, v->key, sizeof v->key);

	memcpy(v->id, d.bytes, sizeof v->id);
}

static int check_name(struct text name, struct err *e)
{
	if (name.length >= TLOG_NAME)
		return err_set(e, AW_EINVALID, "the name of a key is longer than %d bytes",
			       TLOG_NAME - 1);
	if (!name_is_valid(name))
		return err_set(e, AW_EINVALID,
			       "the name of a key is empty, or has a plus, white space, a control "
			       "character or what is no UTF-8");
	return 0;
}

static int read_parts(struct text t, struct parts *out, struct err *e)
{
	struct text name, id;

	if (!word_take(&t, '+', &name) || !word_take(&t, '+', &id))
		return err_set(e, AW_EINVALID, "the key is not <name>+<id>+<base64>");
	int rv = check_name(name, e);
	if (rv != 0)
		return rv;
	memcpy(out->name, name.bytes, name.length);
	out->name[name.length] = '\0';
	if (!hex_parse(id, out->id, sizeof out->id))
		return err_set(e, AW_EINVALID,
			       "the id of key \"%s\" is not 8 digits of 0-9 and a-f", out->name);
	if (!base64_exact(t, out->material, sizeof out->material))
		return err_set(e, AW_EINVALID,
			       "key \"%s\" does not end in the base64 of the %d bytes of an "
			       "Ed25519 key",
			       out->name, MATERIAL);
	if (out->material[0] != TYPE_ED25519)
		return err_set(e, AW_EINVALID,
			       "key \"%s\" is of signature type %u, and only type %d, Ed25519, is "
			       "known here",
			       out->name, out->material[0], TYPE_ED25519);
	return 0;
}

/* The id in the text must be that of the key in it: else one of the three was changed. */
static int check_id(const struct tlog_verifier *v, const unsigned char *told, struct err *e)
{
	if (memcmp(v->id, told, sizeof v->id) != 0)
		return err_set(e, AW_EINVALID,
			       "the id of key \"%s\" is not that of its name and key: a part of it "
			       "was changed",
			       v->name);
	return 0;
}

int tlog_verifier_read(struct text vkey, struct tlog_verifier *out, struct err *e)
{
	struct parts parts;

	if (text_begins(vkey, secret_mark))
		return err_set(e, AW_EINVALID,
			       "this is a signing key, which is secret, and no verifier key");
	int rv = read_parts(vkey, &parts, e);
	if (rv != 0)
		return rv;
	*out = (struct tlog_verifier){0};
	memcpy(out->name, parts.name, sizeof out->name);
	memcpy(out->key, parts.material + 1, sizeof out->key);
	make_id(out);
	return check_id(out, parts.id, e);
}

/* "<name>+<id>+<base64>", with 32 bytes of key or seed. */
static void format(const struct tlog_verifier *v, const unsigned char *bytes, char out[TLOG_VKEY])
{
	unsigned char material[MATERIAL] = {TYPE_ED25519};
	char id[2 * KEY_ID + 1], base64[MATERIAL_BASE64];

	memcpy(material + 1, bytes, MATERIAL - 1);
	hex_format(v->id, sizeof v->id, id);
	(void)sodium_bin2base64(base64, sizeof base64, material, sizeof material,
				sodium_base64_VARIANT_ORIGINAL); /* gives the text back */
	(void)snprintf(out, TLOG_VKEY, "%s+%s+%s", v->name, id, base64);
	sodium_memzero(material, sizeof material);
	sodium_memzero(base64, sizeof base64);
}

void tlog_verifier_format(const struct tlog_verifier *v, char out[TLOG_VKEY])
{
	format(v, v->key, out);
}

int tlog_signer_make(const char *name, const unsigned char seed[TLOG_SEED], struct tlog_signer *out,
		     struct err *e)
{
	int rv = check_name(text_of(name), e);

	if (rv != 0)
		return rv;
	*out = (struct tlog_signer){0};
	memcpy(out->verifier.name, name, strlen(name));
	/* libsodium's making of a key from a seed has no failing path. */
	(void)crypto_sign_ed25519_seed_keypair(out->verifier.key, out->secret, seed);
	make_id(&out->verifier);
	return 0;
}

int tlog_signer_read(struct text skey, struct tlog_signer *out, struct err *e)
{
	size_t mark = sizeof secret_mark - 1;
	struct parts parts = {0};

	if (skey.length > 0 && skey.bytes[skey.length - 1] == '\n')
		skey.length--;
	if (!text_begins(skey, secret_mark))
		return err_set(e, AW_EINVALID, "a signing key begins with %s", secret_mark);
	int rv = read_parts((struct text){skey.bytes + mark, skey.length - mark}, &parts, e);
	if (rv == 0)
		rv = tlog_signer_make(parts.name, parts.material + 1, out, e);
	if (rv == 0) {
		rv = check_id(&out->verifier, parts.id, e);
		if (rv != 0)
			tlog_signer_wipe(out);
	}
	sodium_memzero(&parts, sizeof parts);
	return rv;
}

int tlog_signer_format(const struct tlog_signer *s, struct buffer *out)
{
	char text[TLOG_VKEY];

	/* All at once: a buffer that grows leaves its former bytes behind. */
	if (buffer_reserve(out, sizeof secret_mark + sizeof text) != 0)
		return -ENOMEM;
	format(&s->verifier, s->secret, text);
	(void)buffer_append_text(out, secret_mark);
	(void)buffer_append_text(out, text);
	(void)buffer_append_text(out, "\n");
	sodium_memzero(text, sizeof text);
	return buffer_status(out);
}

void tlog_signer_wipe(struct tlog_signer *s)
{
	sodium_memzero(s, sizeof *s);
}
