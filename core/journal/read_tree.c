/* The newest checkpoint, and proofs of what it covers. */
#include <errno.h>
#include <inttypes.h>

#include "journal/nodes.h"
#include "journal/reader.h"

int reader_checkpoint(struct journal_reader *r, struct buffer *note, struct err *e)
{
	struct binder b;
	int rv = reader_bind(r, READ_CHECKPOINT, &b, e);

	if (rv == 0)
		rv = sql_next(&b, e);
	if (rv == 1) {
		struct text text = column_bytes(b.statement, 0);
		rv = buffer_append(note, text.bytes, text.length);
		reader_done(&b);
	} else if (rv == 0) {
		rv = err_set(e, AW_EABSENT, "the log has no checkpoint yet");
	}
	return rv == 0 ? 0 : sql_wrap(e, rv, "reading the newest checkpoint");
}

/* The statements belong to the reader. */
static int open_nodes(struct journal_reader *r, struct nodes *out, struct err *e)
{
	struct binder leaves, nodes;
	int rv = reader_bind(r, READ_LEAVES, &leaves, e);

	if (rv == 0)
		rv = reader_bind(r, READ_NODES, &nodes, e);
	if (rv == 0)
		*out = (struct nodes){leaves.statement, nodes.statement, e};
	return rv;
}

static int append_entry(struct journal_reader *r, int64_t sequence, struct buffer *out,
			struct err *e)
{
	struct binder b;
	int rv = reader_bind(r, READ_ENTRY, &b, e);

	if (rv != 0)
		return rv;
	bind_integer(&b, sequence);
	rv = sql_next(&b, e);
	if (rv == 1) {
		const struct stored s = {column_bytes(b.statement, 0),
					 column_bytes(b.statement, 2)};
		struct text whole;
		rv = stored_read(&s, out, &whole, e);
		if (rv == 0 && !stored_quotes(&s)) /* else it is there already */
			rv = buffer_append(out, whole.bytes, whole.length);
		reader_done(&b);
	} else if (rv == 0) {
		rv = err_set(e, AW_EABSENT, "there is no entry %" PRId64, sequence);
	}
	return rv;
}

/* `note` and `entry` are the caller's, for the proof borrows from them. */
static int prove(struct journal_reader *r, int64_t sequence, struct buffer *note,
		 struct buffer *entry, struct proof_text *out, struct err *e)
{
	struct checkpoint c = {.size = 0};
	struct nodes nodes;
	int rv = reader_checkpoint(r, note, e);

	if (rv == 0)
		rv = checkpoint_read((struct text){note->bytes, note->length}, &c, e);
	if (rv == 0)
		rv = append_entry(r, sequence, entry, e);
	if (rv == 0 && (uint64_t)sequence > c.size)
		rv = err_set(e, AW_EABSENT, "the newest checkpoint ends before this entry");
	if (rv == 0)
		rv = open_nodes(r, &nodes, e);
	if (rv != 0)
		return rv;
	out->index = (uint64_t)sequence - 1;
	out->extra = (struct text){entry->bytes, entry->length};
	out->checkpoint = (struct text){note->bytes, note->length};
	return tree_prove_inclusion(out->index, c.size, nodes_read, &nodes, &out->proof);
}

int reader_proof(struct journal_reader *r, int64_t sequence, struct buffer *text, struct err *e)
{
	struct buffer note, entry;
	struct proof_text proof;

	buffer_init(&note);
	buffer_init(&entry);
	int rv = prove(r, sequence, &note, &entry, &proof, e);
	if (rv == 0)
		rv = proof_text_format(&proof, text);
	buffer_deinit(&note);
	buffer_deinit(&entry);
	return rv == 0 ? 0 : sql_wrap(e, rv, "proving entry %" PRId64, sequence);
}

int reader_consistency(struct journal_reader *r, uint64_t from, uint64_t to, struct tree_proof *out,
		       struct err *e)
{
	struct nodes nodes;
	int64_t newest = 0;
	int rv = reader_newest(r, &newest, e);

	if (rv == 0 && from > to)
		rv = err_set(e, AW_EINVALID,
			     "the log of %" PRIu64 " entries is no beginning of that of %" PRIu64,
			     from, to);
	else if (rv == 0 && to > (uint64_t)newest)
		rv = err_set(e, AW_EABSENT, "the log has %" PRId64 " entries, not %" PRIu64, newest,
			     to);
	if (rv == 0)
		rv = open_nodes(r, &nodes, e);
	if (rv == 0)
		rv = tree_prove_consistency(from, to, nodes_read, &nodes, out);
	return rv == 0 ? 0 : sql_wrap(e, rv, "proving that the log only grew");
}
