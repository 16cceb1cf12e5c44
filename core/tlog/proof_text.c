/* The text of a .tlog-proof file: heading, extra data, index, hashes, an empty
 * line, and the checkpoint as it is. */
#include <errno.h>
#include <inttypes.h>

#include "tlog/inner.h"

static const char heading[] = "c2sp.org/tlog-proof@v1";

int proof_text_format(const struct proof_text *p, struct buffer *out)
{
	(void)buffer_printf(out, "%s\n", heading);
	if (p->extra.bytes != NULL) {
		(void)buffer_append_text(out, "extra ");
		(void)base64_append(p->extra.bytes, p->extra.length, out);
		(void)buffer_append_text(out, "\n");
	}
	(void)buffer_printf(out, "index %" PRIu64 "\n", p->index);
	for (size_t i = 0; i < p->proof.count; i++) {
		char hash[DIGEST_BASE64];
		digest_format(&p->proof.hashes[i], hash);
		(void)buffer_printf(out, "%s\n", hash);
	}
	(void)buffer_append_text(out, "\n");
	(void)buffer_append(out, p->checkpoint.bytes, p->checkpoint.length);
	return buffer_status(out);
}

/* What follows `word` and a space in a line; false where it begins otherwise. */
static bool value_of(struct text line, const char *word, struct text *out)
{
	struct text first;

	*out = line;
	return word_take(out, ' ', &first) && text_equal(first, text_of(word));
}

/* Up to the empty line, which is taken too. */
static int read_hashes(struct text *rest, struct tree_proof *out, struct err *e)
{
	struct text line;

	out->count = 0;
	for (;;) {
		if (!line_take(rest, &line))
			return err_set(e, AW_ESYNTAX, "no empty line follows its hashes");
		if (line.length == 0)
			return 0;
		if (out->count == TREE_PROOF_MOST)
			return err_set(e, AW_ESYNTAX, "it has more than %d hashes",
				       TREE_PROOF_MOST);
		if (!base64_exact(line, out->hashes[out->count++].bytes, DIGEST_BYTES))
			return err_set(e, AW_ESYNTAX, "hash %zu is not 32 bytes in base64",
				       out->count);
	}
}

static int read_text(struct text rest, struct proof_text *out, struct buffer *extra, struct err *e)
{
	struct checkpoint checkpoint;
	struct text line, value;

	if (!line_take(&rest, &line) || !text_equal(line, text_of(heading)))
		return err_set(e, AW_ESYNTAX, "its first line is not %s", heading);
	bool more = line_take(&rest, &line);
	if (more && value_of(line, "extra", &value)) {
		if (!base64_read(value, extra))
			return buffer_status(extra) != 0
				       ? err_set(e, -ENOMEM, "no memory for its extra data")
				       : err_set(e, AW_ESYNTAX, "its extra data is not base64");
		out->extra = (struct text){extra->bytes, extra->length};
		more = line_take(&rest, &line);
	}
	if (!more || !value_of(line, "index", &value) || !size_read(value, &out->index))
		return err_set(e, AW_ESYNTAX,
			       "no line \"index\" with a number below 2^63 without leading zeros "
			       "is where it must be");
	int rv = read_hashes(&rest, &out->proof, e);
	if (rv != 0)
		return rv;
	out->checkpoint = rest;
	return checkpoint_read(rest, &checkpoint, e);
}

int proof_text_read(struct text text, struct proof_text *out, struct buffer *extra, struct err *e)
{
	struct err why;

	*out = (struct proof_text){0};
	buffer_clear(extra);
	int rv = read_text(text, out, extra, &why);
	return rv == 0 ? 0 : err_set(e, rv, "no tlog-proof: %s", why.text);
}
