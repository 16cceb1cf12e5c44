/* The issuer's key, and the proof eddsa-rdfc-2022: Ed25519 over the SHA-256 of the
 * proof's options and the SHA-256 of the document, both as canonical N-Quads. */
#include "badge.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

enum { SEED = crypto_sign_SEEDBYTES, SEED_LINE = 2 * SEED + 1 };

/* ---- the file ------------------------------------------------------------------ */

static int make(const char *path, unsigned char seed[SEED], struct why *w)
{
	char line[SEED_LINE + 1];
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return why_set(w, "%s: cannot be made: %s", path, strerror(errno));
	randombytes_buf(seed, SEED);
	(void)sodium_bin2hex(line, sizeof line, seed, SEED);
	line[SEED_LINE - 1] = '\n';
	int rv = 0;
	if (write(fd, line, SEED_LINE) != SEED_LINE || fsync(fd) != 0 || folder_sync(path) != 0)
		rv = why_set(w, "%s: cannot be written: %s", path, strerror(errno));
	(void)close(fd); /* it was synced */
	if (rv != 0)
		(void)unlink(path); /* half a key is refused next time, with or without this */
	sodium_memzero(line, sizeof line);
	return rv;
}

static int read_seed(int fd, const char *path, unsigned char seed[SEED], struct why *w)
{
	char line[SEED_LINE + 1];
	struct stat status;
	size_t length = 0;
	int rv = 0;

	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || (status.st_mode & 077) != 0)
		return why_set(w, "%s: must be a file that nobody else may read: chmod 600", path);
	ssize_t got = read(fd, line, sizeof line);
	if (got != SEED_LINE || line[SEED_LINE - 1] != '\n' ||
	    sodium_hex2bin(seed, SEED, line, SEED_LINE - 1, NULL, &length, NULL) != 0 ||
	    length != SEED)
		rv = why_set(w, "%s: must be 64 hexadecimal digits and a line's end", path);
	sodium_memzero(line, sizeof line);
	return rv;
}

int signer_open(const char *path, struct signer *s, struct why *w)
{
	unsigned char seed[SEED], public[2 + crypto_sign_PUBLICKEYBYTES] = {0xed, 0x01};

	if (sodium_init() < 0)
		return why_set(w, "libsodium cannot be used");
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int rv = fd >= 0           ? read_seed(fd, path, seed, w)
		 : errno == ENOENT ? make(path, seed, w)
				   : why_set(w, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		(void)close(fd); /* nothing was written */
	if (rv == 0) {
		(void)crypto_sign_seed_keypair(public + 2, s->secret, seed); /* cannot fail */
		(void)sodium_mlock(s->secret, sizeof s->secret); /* where the system allows it */
		base58_write(public, sizeof public, s->multikey);
	}
	sodium_memzero(seed, sizeof seed);
	return rv;
}

void signer_deinit(struct signer *s)
{
	sodium_memzero(s->secret, sizeof s->secret);
}

/* ---- the proof ----------------------------------------------------------------- */

static int hash(const json_t *document, const char *blank, unsigned char out[32], struct why *w)
{
	char *quads = NULL;
	int rv = quads_write(document, blank, &quads, w);

	if (rv == 0)
		(void)crypto_hash_sha256(out, (const unsigned char *)quads, strlen(quads));
	free(quads);
	return rv;
}

int signer_sign(const struct signer *s, json_t *document, const char *created, struct why *w)
{
	unsigned char hashes[64], signature[crypto_sign_BYTES];
	char value[2 * sizeof signature];
	json_t *proof = json_pack("{ss ss ss ss ss}", "type", "DataIntegrityProof", "cryptosuite",
				  "eddsa-rdfc-2022", "created", created, "verificationMethod",
				  s->method, "proofPurpose", "assertionMethod");
	int rv = proof != NULL ? hash(proof, "_:c14n0", hashes, w) : why_set(w, "no memory");

	if (rv == 0)
		rv = hash(document, NULL, hashes + 32, w);
	if (rv == 0) {
		(void)crypto_sign_detached(signature, NULL, hashes, sizeof hashes, s->secret);
		base58_write(signature, sizeof signature, value);
		if (json_object_set_new(proof, "proofValue", json_string(value)) != 0 ||
		    json_object_set(document, "proof", proof) != 0)
			rv = why_set(w, "no memory");
	}
	json_decref(proof);
	return rv;
}
