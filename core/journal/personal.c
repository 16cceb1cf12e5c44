/* Personal values beside an entry: checking, marking as erased, putting back. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "journal/entry.h"

static const char prefix[] = "sha256:";

static const char *commitment_text(const json_t *value)
{
	const char *text = json_member_text(value, "commitment");

	if (text == NULL || json_object_size(value) != 1 ||
	    strncmp(text, prefix, sizeof prefix - 1) != 0)
		return NULL;
	return text;
}

/* What an entry says of a value in its canonical form. */
static int commit(const unsigned char salt[DIGEST_BYTES], const json_t *value, char hex[DIGEST_HEX],
		  struct err *e)
{
	struct buffer bytes;

	buffer_init(&bytes);
	int rv = json_canonical(value, &bytes);
	if (rv == 0) {
		struct digest d = digest_of_two(salt, DIGEST_BYTES, bytes.bytes, bytes.length);
		hex_format(d.bytes, sizeof d.bytes, hex);
	} else {
		(void)err_set(e, rv, "a personal value cannot be written");
	}
	buffer_deinit(&bytes);
	return rv;
}

static int no_commitment(struct err *e)
{
	return err_set(e, AW_EINVALID, "a personal value has no commitment in the entry");
}

static int another(struct err *e)
{
	return err_set(e, AW_EINVALID, "a personal value is not the one committed to");
}

int personal_matches(const json_t *commitment, const unsigned char salt[DIGEST_BYTES],
		     const json_t *value, struct err *e)
{
	const char *text = commitment_text(commitment);
	char hex[DIGEST_HEX];

	if (text == NULL)
		return no_commitment(e);
	int rv = commit(salt, value, hex, e);
	if (rv == 0 && strcmp(hex, text + sizeof prefix - 1) != 0)
		rv = another(e);
	return rv;
}

int personal_matches_text(struct text commitment, const unsigned char salt[DIGEST_BYTES],
			  const json_t *value, struct err *e)
{
	static const char before[] = "{\"commitment\":\"sha256:", behind[] = "\"}";
	const size_t begin = sizeof before - 1, end = begin + DIGEST_HEX - 1;
	char hex[DIGEST_HEX];

	if (commitment.length != end + sizeof behind - 1 ||
	    memcmp(commitment.bytes, before, begin) != 0 ||
	    memcmp(commitment.bytes + end, behind, sizeof behind - 1) != 0)
		return no_commitment(e);
	int rv = commit(salt, value, hex, e);
	if (rv == 0 && memcmp(hex, commitment.bytes + begin, DIGEST_HEX - 1) != 0)
		rv = another(e);
	return rv;
}

int personal_mark_erased(json_t *document, size_t *marked)
{
	const char *text = commitment_text(document);
	json_t *value;
	const char *name;
	size_t i;
	int rv = 0;

	if (text != NULL) {
		(*marked)++;
		rv = json_put(document, "erased", json_string(text));
		(void)json_object_del(document, "commitment"); /* it is there */
		return rv;
	}
	json_object_foreach(document, name, value) {
		if (rv == 0)
			rv = personal_mark_erased(value, marked);
	}
	json_array_foreach(document, i, value) {
		if (rv == 0)
			rv = personal_mark_erased(value, marked);
	}
	return rv;
}

/* The last token of a pointer, its ~1 and ~0 read. */
static void unescape(char *token)
{
	char *to = token;

	for (const char *from = token; *from != '\0'; from++) {
		if (from[0] == '~' && (from[1] == '0' || from[1] == '1')) {
			*to++ = *++from == '0' ? '~' : '/';
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
}

int personal_restore(json_t *document, const char *pointer, json_t *value, struct err *e)
{
	char *copy = strdup(pointer);
	char *token = copy != NULL ? strrchr(copy, '/') : NULL;
	int rv = -ENOMEM;

	if (copy == NULL)
		goto out;
	rv = AW_ECORRUPT;
	if (token == NULL || json_pointer_get(document, pointer) == NULL)
		goto out;
	*token++ = '\0';
	unescape(token);
	json_t *parent = json_pointer_get(document, copy);
	if (json_is_object(parent))
		rv = json_object_set(parent, token, value) == 0 ? 0 : -ENOMEM;
	else if (json_is_array(parent))
		rv = json_array_set(parent, strtoul(token, NULL, 10), value) == 0 ? 0 : AW_ECORRUPT;
out:
	json_decref(value);
	free(copy);
	return rv == 0 ? 0 : err_set(e, rv, "putting a personal value back at %s", pointer);
}
