/* inner: what the files of this room share; for them only. */
#ifndef AW_TLOG_INNER_H
#define AW_TLOG_INNER_H

#include "tlog/tlog.h"

enum {
	KEY_ID = 4,
	DIGEST_BASE64 = 45,    /* text of a digest, its NUL counted */
	TYPE_ED25519 = 1,      /* signature type, and first byte of a key's text */
	SIZE_MOST_DIGITS = 19, /* of a number below 2^63 */
};

/* Takes the next line off `rest`, without its newline; false where none ends. */
bool line_take(struct text *rest, struct text *line);
bool text_begins(struct text t, const char *with);
/* What stands before the first `mark`, taken off `rest` together with it; false
 * where there is no mark. */
bool word_take(struct text *rest, char mark, struct text *word);

/* Decimal digits without leading zeros, below 2^63. */
bool size_read(struct text t, uint64_t *out);

/* Exactly `length` bytes in base64. */
bool base64_exact(struct text t, unsigned char *out, size_t length);
/* At most `most` bytes in base64. */
bool base64_within(struct text t, unsigned char *out, size_t most, size_t *length);
void digest_format(const struct digest *d, char out[DIGEST_BASE64]);

/* UTF-8, and of what is below U+0020 only newlines. */
bool line_is_clean(struct text t);
/* Of a key: not empty; UTF-8 without plus, white space and control characters. */
bool name_is_valid(struct text t);

#endif
