/* Checkpoints: three lines, an empty one, and a line of each signature. */
#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "tlog/inner.h"

enum {
	NOTE_MOST = 1000000, /* bytes */
	SIGNATURES_MOST = 100,
	SIGNATURE_MOST = 8192, /* bytes of one; those that outlast quanta have 5,000 */
	SIGNED = KEY_ID + crypto_sign_ed25519_BYTES,
	BODY = TLOG_NAME + SIZE_MOST_DIGITS + DIGEST_BASE64 + 3,
};

static const char dash[] = "\xe2\x80\x94 "; /* U+2014 and a space */

struct note {
	struct text body;       /* its last newline included */
	struct text signatures; /* lines */
};

struct signature {
	struct text name;
	unsigned char bytes[SIGNATURE_MOST]; /* the key's id first */
	size_t length;
};

static int append_signature(const struct tlog_signer *s, const char *body, size_t length,
			    struct buffer *out)
{
	unsigned char bytes[SIGNED];

	memcpy(bytes, s->verifier.id, KEY_ID);
	/* Signing has no failing path in libsodium. */
	(void)crypto_sign_ed25519_detached(bytes + KEY_ID, NULL, (const unsigned char *)body,
					   length, s->secret);
	(void)buffer_append_text(out, dash);
	(void)buffer_append_text(out, s->verifier.name);
	(void)buffer_append_text(out, " ");
	(void)base64_append(bytes, sizeof bytes, out);
	return buffer_append_text(out, "\n");
}

int checkpoint_sign(const struct checkpoint *c, const struct tlog_signer *const *signers,
		    size_t count, struct buffer *out)
{
	char root[DIGEST_BASE64], body[BODY];

	assert(count > 0 && c->origin[0] != '\0' && strchr(c->origin, '\n') == NULL);
	digest_format(&c->root, root);
	int length = snprintf(body, sizeof body, "%s\n%" PRIu64 "\n%s\n", c->origin, c->size, root);
	assert(length > 0 && (size_t)length < sizeof body);
	(void)buffer_append(out, body, (size_t)length);
	(void)buffer_append_text(out, "\n");
	for (size_t i = 0; i < count; i++)
		(void)append_signature(signers[i], body, (size_t)length, out);
	return buffer_status(out);
}

static bool take_signature(struct text *rest, struct signature *out)
{
	struct text line;

	if (!line_take(rest, &line) || !text_begins(line, dash))
		return false;
	line.bytes += sizeof dash - 1;
	line.length -= sizeof dash - 1;
	return word_take(&line, ' ', &out->name) && name_is_valid(out->name) &&
	       base64_within(line, out->bytes, sizeof out->bytes, &out->length) &&
	       out->length > KEY_ID;
}

/* The signatures follow the last empty line. */
static bool divide(struct text t, struct note *out)
{
	size_t at = t.length;

	while (at >= 2 && (t.bytes[at - 1] != '\n' || t.bytes[at - 2] != '\n'))
		at--;
	if (at < 2)
		return false;
	out->body = (struct text){t.bytes, at - 1};
	out->signatures = (struct text){t.bytes + at, t.length - at};
	return true;
}

static int read_note(struct text t, struct note *out, struct err *e)
{
	struct signature signature;
	size_t count = 0;

	if (t.length > NOTE_MOST)
		return err_set(e, AW_ESYNTAX, "it is longer than %d bytes", NOTE_MOST);
	if (!line_is_clean(t))
		return err_set(e, AW_ESYNTAX, "it has control characters, or is no UTF-8");
	if (!divide(t, out))
		return err_set(e, AW_ESYNTAX, "no empty line parts its text from its signatures");
	for (struct text rest = out->signatures; rest.length > 0; count++) {
		if (count == SIGNATURES_MOST)
			return err_set(e, AW_ESYNTAX, "it has more than %d signatures",
				       SIGNATURES_MOST);
		if (!take_signature(&rest, &signature))
			return err_set(e, AW_ESYNTAX,
				       "line %zu of its signatures is not \"\xe2\x80\x94 <name> "
				       "<base64>\" and a newline",
				       count + 1);
	}
	return count > 0 ? 0 : err_set(e, AW_ESYNTAX, "it has no signature");
}

static int read_body(struct text body, struct checkpoint *out, struct err *e)
{
	struct text origin, size, root, line;

	if (!line_take(&body, &origin) || !line_take(&body, &size) || !line_take(&body, &root))
		return err_set(e, AW_ESYNTAX, "it has fewer than three lines");
	if (origin.length == 0 || origin.length >= sizeof out->origin)
		return err_set(e, AW_ESYNTAX, "its origin, line 1, is not 1 to %zu bytes long",
			       sizeof out->origin - 1);
	if (!size_read(size, &out->size))
		return err_set(e, AW_ESYNTAX,
			       "its size, line 2, is no number below 2^63 without leading zeros");
	if (!base64_exact(root, out->root.bytes, sizeof out->root.bytes))
		return err_set(e, AW_ESYNTAX, "its root, line 3, is not 32 bytes in base64");
	while (line_take(&body, &line))
		if (line.length == 0)
			return err_set(e, AW_ESYNTAX, "it has an empty line within its text");
	memcpy(out->origin, origin.bytes, origin.length);
	out->origin[origin.length] = '\0';
	return 0;
}

int checkpoint_read(struct text note, struct checkpoint *out, struct err *e)
{
	struct err why;
	struct note parts = {0};
	int rv = read_note(note, &parts, &why);

	*out = (struct checkpoint){0};
	if (rv == 0)
		rv = read_body(parts.body, out, &why);
	return rv == 0 ? 0 : err_set(e, rv, "no signed checkpoint: %s", why.text);
}

enum note_verdict checkpoint_check(struct text note, const struct tlog_verifier *v)
{
	enum note_verdict verdict = NOTE_NOT_HIS;
	struct text name = text_of(v->name);
	struct signature s;
	struct note parts = {0};

	if (read_note(note, &parts, NULL) != 0)
		return NOTE_BAD;
	while (parts.signatures.length > 0 && take_signature(&parts.signatures, &s)) {
		if (!text_equal(s.name, name) || memcmp(s.bytes, v->id, KEY_ID) != 0)
			continue;
		if (s.length != SIGNED ||
		    crypto_sign_ed25519_verify_detached(s.bytes + KEY_ID,
							(const unsigned char *)parts.body.bytes,
							parts.body.length, v->key) != 0)
			return NOTE_BAD;
		verdict = NOTE_GOOD;
	}
	return verdict;
}
