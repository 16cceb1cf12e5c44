/* Keys, checkpoints and proofs as text: what is taken is written and read again as it
 * was; and of all that is signed by the key of these tests, or proved under it, nothing
 * else is believed than what was. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "tlog/tlog.h"

enum { ENTRIES = 5 };

static struct tlog_signer signer;
static struct checkpoint signed_one;
static struct buffer note, entries[ENTRIES];

/* The log that the seeds are of. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const struct tlog_signer *const signers[] = {&signer};
	unsigned char seed[TLOG_SEED];
	struct tree_edge edge = {0};

	(void)argc;
	(void)argv;
	memset(seed, 7, sizeof seed);
	fuzz_must(tlog_signer_make("awardd/test", seed, &signer, NULL) == 0, "no key");
	for (int i = 0; i < ENTRIES; i++) {
		buffer_init(&entries[i]);
		(void)buffer_printf(&entries[i],
				    "{\"at\":\"2024-05-20T14:03:11.123Z\",\"id\":\"%d-00\","
				    "\"kind\":\"stop\",\"sequence\":%d}",
				    i + 1, i + 1);
		struct digest leaf = digest_leaf(entries[i].bytes, entries[i].length);
		tree_append(&edge, &leaf);
	}
	signed_one = (struct checkpoint){.origin = "awardd/test", .size = ENTRIES};
	signed_one.root = tree_root(&edge);
	buffer_init(&note);
	fuzz_must(checkpoint_sign(&signed_one, signers, 1, &note) == 0, "no memory");
	return 0;
}

static void verifier(struct text t)
{
	struct tlog_verifier v = {.id = {0}}, again;
	char text[TLOG_VKEY];

	if (tlog_verifier_read(t, &v, NULL) != 0)
		return;
	tlog_verifier_format(&v, text);
	fuzz_must(tlog_verifier_read(text_of(text), &again, NULL) == 0 &&
			  strcmp(v.name, again.name) == 0 && memcmp(v.id, again.id, 4) == 0 &&
			  memcmp(v.key, again.key, 32) == 0,
		  "another verifier key: %s", text);
}

static void secret(struct text t)
{
	struct tlog_signer s, again;
	struct buffer text;

	if (tlog_signer_read(t, &s, NULL) != 0)
		return;
	buffer_init(&text);
	fuzz_must(tlog_signer_format(&s, &text) == 0, "no memory");
	fuzz_must(tlog_signer_read((struct text){text.bytes, text.length}, &again, NULL) == 0 &&
			  memcmp(s.secret, again.secret, sizeof s.secret) == 0 &&
			  strcmp(s.verifier.name, again.verifier.name) == 0,
		  "another secret key");
	buffer_deinit(&text);
}

static bool same_checkpoint(const struct checkpoint *a, const struct checkpoint *b)
{
	return strcmp(a->origin, b->origin) == 0 && a->size == b->size &&
	       memcmp(&a->root, &b->root, sizeof a->root) == 0;
}

static void checkpoint(struct text t)
{
	const struct tlog_signer *const signers[] = {&signer};
	struct checkpoint c, again;
	struct buffer text;
	bool good = checkpoint_check(t, &signer.verifier) == NOTE_GOOD;

	if (checkpoint_read(t, &c, NULL) != 0)
		return;
	fuzz_must(!good || same_checkpoint(&c, &signed_one), "signed: %s of %llu", c.origin,
		  (unsigned long long)c.size);
	buffer_init(&text);
	fuzz_must(checkpoint_sign(&c, signers, 1, &text) == 0, "no memory");
	struct text written = {text.bytes, text.length};
	fuzz_must(checkpoint_read(written, &again, NULL) == 0 && same_checkpoint(&c, &again),
		  "another checkpoint");
	fuzz_must(checkpoint_check(written, &signer.verifier) == NOTE_GOOD, "not signed");
	buffer_deinit(&text);
}

static void proof(struct text t)
{
	struct proof_text p, again;
	struct buffer extra, extra_again, text;

	buffer_init(&extra);
	buffer_init(&extra_again);
	buffer_init(&text);
	if (proof_text_read(t, &p, &extra, NULL) == 0) {
		fuzz_must(proof_text_format(&p, &text) == 0, "no memory");
		struct text written = {text.bytes, text.length};
		fuzz_must(proof_text_read(written, &again, &extra_again, NULL) == 0,
			  "what is written is refused");
		fuzz_must(p.index == again.index && p.proof.count == again.proof.count &&
				  text_equal(p.checkpoint, again.checkpoint) &&
				  text_equal(p.extra, again.extra),
			  "another proof");
		fuzz_must(memcmp(p.proof.hashes, again.proof.hashes,
				 p.proof.count * sizeof *p.proof.hashes) == 0,
			  "other hashes");
	}
	buffer_deinit(&extra);
	buffer_deinit(&extra_again);
	buffer_deinit(&text);
}

static void proved(struct text t)
{
	json_t *out = NULL;
	struct err e = {0};

	int rv = audit_proof(t, &signer.verifier, &out, &e);
	fuzz_must(rv == 0 || e.text[0] != '\0', "refused without a sentence");
	if (rv == 0) {
		const json_t *entry = json_object_get(out, "entry");
		json_int_t sequence = json_member_integer(entry, "sequence", 0);
		fuzz_must(sequence >= 1 && sequence <= ENTRIES, "entry %lld", sequence);
		const struct buffer *was = &entries[sequence - 1];
		json_t *known = json_read((struct text){was->bytes, was->length}, NULL);
		fuzz_must(json_equal(entry, known), "proved: another entry");
		json_decref(known);
	}
	json_decref(out);
}

static void base64(struct text t)
{
	struct buffer bytes, text;

	buffer_init(&bytes);
	buffer_init(&text);
	if (base64_read(t, &bytes)) {
		fuzz_must(base64_append(bytes.bytes, bytes.length, &text) == 0, "no memory");
		fuzz_must(text_equal((struct text){text.bytes, text.length}, t),
			  "base64 has two forms");
	}
	buffer_deinit(&bytes);
	buffer_deinit(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text t = fuzz_text(data, size);

	verifier(t);
	secret(t);
	checkpoint(t);
	proof(t);
	proved(t);
	base64(t);
	return 0;
}
