/* The tree in the file: subtrees read and completed. */
#include "journal/nodes.h"

#include <inttypes.h>
#include <string.h>

#include "journal/sql.h"

const char nodes_read_leaves[] =
	"SELECT leaf_hash FROM entry INDEXED BY entry_leaf WHERE sequence > ?1"
	" ORDER BY sequence LIMIT ?2";
const char nodes_read_nodes[] = "SELECT hash FROM node WHERE level = ?1 AND number >= ?2"
				" ORDER BY number LIMIT ?3";

/* The hash of `count` (a power of two) stored ones in a row. */
static int fold(struct binder *b, uint64_t count, struct digest *out, struct err *e)
{
	struct tree_edge edge = {.size = 0};
	int rv;

	while ((rv = sql_next(b, e)) == 1) {
		struct text hash = column_bytes(b->statement, 0);
		struct digest each;
		if (hash.length != sizeof each.bytes)
			break;
		memcpy(each.bytes, hash.bytes, sizeof each.bytes);
		tree_append(&edge, &each);
	}
	(void)sqlite3_reset(b->statement); /* the step told */
	if (rv < 0)
		return rv;
	if (rv == 1 || edge.size != count)
		return AW_ECORRUPT;
	*out = tree_root(&edge);
	return 0;
}

int nodes_read(void *ctx, unsigned level, uint64_t index, struct digest *out)
{
	struct nodes *n = ctx;
	unsigned stored = level - level % TILE_HEIGHT;
	uint64_t count = UINT64_C(1) << (level - stored);
	struct binder b = bind_to(stored == 0 ? n->leaves : n->nodes);

	if (stored > 0)
		bind_integer(&b, stored);
	bind_integer(&b, (int64_t)(index * count));
	bind_integer(&b, (int64_t)count);
	int rv = fold(&b, count, out, n->err);
	return rv != AW_ECORRUPT ? rv
				 : err_set(n->err, rv,
					   "the tree lacks the hash of %" PRIu64
					   " entries from entry %" PRIu64 " on",
					   UINT64_C(1) << level, (index << level) + 1);
}

static int insert_node(sqlite3_stmt *insert, unsigned level, uint64_t number,
		       const struct digest *hash, struct err *e)
{
	struct binder b = bind_to(insert);

	bind_integer(&b, level);
	bind_integer(&b, (int64_t)number);
	bind_blob(&b, hash->bytes, sizeof hash->bytes);
	return sql_write(&b, e);
}

/* What tree_append does, seen: each subtree that the leaf completes is at hand
 * once, before a larger one swallows it. */
int nodes_append(struct tree_edge *edge, const struct digest *leaf, sqlite3_stmt *insert,
		 struct err *e)
{
	struct digest hash = *leaf;
	size_t last = (size_t)__builtin_popcountll(edge->size);
	uint64_t size = edge->size + 1;
	int rv = 0;

	for (unsigned level = 0; (edge->size >> level & 1) != 0 && rv == 0;) {
		hash = tree_parent(&edge->nodes[--last], &hash);
		level++;
		if (level % TILE_HEIGHT == 0)
			rv = insert_node(insert, level, (size >> level) - 1, &hash, e);
	}
	edge->nodes[last] = hash;
	edge->size = size;
	return rv;
}
