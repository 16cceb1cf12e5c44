/* The tree of RFC 6962 as it grows: its right edge, and the root of that. */
#include <assert.h>

#include "tlog/inner.h"

struct digest tree_parent(const struct digest *left, const struct digest *right)
{
	unsigned char both[1 + DIGEST_BYTES] = {1};

	for (size_t i = 0; i < DIGEST_BYTES; i++)
		both[1 + i] = left->bytes[i];
	return digest_of_two(both, sizeof both, right->bytes, sizeof right->bytes);
}

/* As many complete subtrees as the size has bits that are set. */
static size_t node_count(uint64_t size)
{
	size_t count = 0;

	for (; size != 0; size &= size - 1)
		count++;
	return count;
}

void tree_append(struct tree_edge *edge, const struct digest *leaf)
{
	struct digest node = *leaf;
	size_t count = node_count(edge->size);

	assert(edge->size < ((uint64_t)1 << TREE_LEVELS) - 1);
	/* Each subtree as large as what was added makes one twice as large. */
	for (uint64_t rest = edge->size; (rest & 1) != 0; rest >>= 1)
		node = tree_parent(&edge->nodes[--count], &node);
	edge->nodes[count] = node;
	edge->size++;
}

struct digest tree_root(const struct tree_edge *edge)
{
	size_t count = node_count(edge->size);

	if (count == 0)
		return digest_of(NULL, 0);
	struct digest root = edge->nodes[--count];
	while (count > 0)
		root = tree_parent(&edge->nodes[--count], &root);
	return root;
}
