/* Proofs of RFC 6962: made of the hashes of complete subtrees, and checked
 * without them by the algorithms of RFC 9162. */
#include <assert.h>
#include <string.h>

#include "tlog/inner.h"

struct source {
	tree_read read;
	void *ctx;
};

/* The level of the largest complete subtree that fits into `width` leaves. */
static unsigned level_within(uint64_t width)
{
	unsigned level = 0;

	while (width >> level > 1)
		level++;
	return level;
}

static bool size_fits(uint64_t size)
{
	return size >> TREE_LEVELS == 0;
}

/* The right edge of the leaves from `low` to before `high`, as of a tree of
 * their own. `low` is where a subtree of that width may begin. */
static int edge_of(uint64_t low, uint64_t high, struct source from, struct tree_edge *out)
{
	size_t count = 0;

	out->size = high - low;
	while (low < high) {
		unsigned level = level_within(high - low);
		int rv = from.read(from.ctx, level, low >> level, &out->nodes[count++]);
		if (rv != 0)
			return rv;
		low += (uint64_t)1 << level;
	}
	return 0;
}

static int add_range(struct tree_proof *out, uint64_t low, uint64_t high, struct source from)
{
	struct tree_edge edge;
	int rv = edge_of(low, high, from, &edge);

	if (rv != 0)
		return rv;
	assert(out->count < TREE_PROOF_MOST);
	out->hashes[out->count++] = tree_root(&edge);
	return 0;
}

/* Proofs are found from the root down, and told from the leaf up. */
static void turn_round(struct tree_proof *p)
{
	for (size_t i = 0; i < p->count / 2; i++) {
		struct digest other = p->hashes[i];
		p->hashes[i] = p->hashes[p->count - 1 - i];
		p->hashes[p->count - 1 - i] = other;
	}
}

int tree_prove_inclusion(uint64_t index, uint64_t size, tree_read read, void *ctx,
			 struct tree_proof *out)
{
	struct source from = {read, ctx};
	uint64_t low = 0, high = size;

	out->count = 0;
	if (index >= size || !size_fits(size))
		return AW_EINVALID;
	while (high - low > 1) {
		uint64_t middle = low + ((uint64_t)1 << level_within(high - low - 1));
		bool is_left = index < middle;
		int rv = is_left ? add_range(out, middle, high, from)
				 : add_range(out, low, middle, from);
		if (rv != 0)
			return rv;
		low = is_left ? low : middle;
		high = is_left ? middle : high;
	}
	turn_round(out);
	return 0;
}

int tree_prove_consistency(uint64_t from, uint64_t to, tree_read read, void *ctx,
			   struct tree_proof *out)
{
	struct source source = {read, ctx};
	uint64_t low = 0, high = to;
	int rv = 0;

	out->count = 0;
	if (from > to || !size_fits(to))
		return AW_EINVALID;
	if (from == 0 || from == to)
		return 0;
	while (rv == 0 && high != from) {
		uint64_t middle = low + ((uint64_t)1 << level_within(high - low - 1));
		bool is_left = from <= middle;
		rv = is_left ? add_range(out, middle, high, source)
			     : add_range(out, low, middle, source);
		low = is_left ? low : middle;
		high = is_left ? middle : high;
	}
	/* Who asks knows the root of the first `from`, unless that is no subtree. */
	if (rv == 0 && low != 0)
		rv = add_range(out, low, high, source);
	if (rv == 0)
		turn_round(out);
	return rv;
}

int tree_edge_read(uint64_t size, tree_read read, void *ctx, struct tree_edge *out)
{
	*out = (struct tree_edge){0};
	return size_fits(size) ? edge_of(0, size, (struct source){read, ctx}, out) : AW_EINVALID;
}

static bool same(const struct digest *a, const struct digest *b)
{
	return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* A node on the way to the root, and the last node of its level. */
struct way {
	uint64_t node, last;
};

/* Whether the next hash of a proof stands left of the node; goes up to where
 * both have their parent. */
static bool climb(struct way *w)
{
	bool is_left = (w->node & 1) != 0 || w->node == w->last;

	/* A last node without a sibling is its own parent. */
	while (is_left && (w->node & 1) == 0 && w->node != 0) {
		w->node >>= 1;
		w->last >>= 1;
	}
	w->node >>= 1;
	w->last >>= 1;
	return is_left;
}

bool tree_check_inclusion(const struct tree_proof *proof, uint64_t index, uint64_t size,
			  const struct digest *leaf, const struct digest *root)
{
	if (index >= size || !size_fits(size) || proof->count > TREE_PROOF_MOST)
		return false;
	struct way way = {index, size - 1};
	struct digest node = *leaf;
	for (size_t i = 0; i < proof->count; i++) {
		const struct digest *hash = &proof->hashes[i];
		if (way.last == 0)
			return false;
		node = climb(&way) ? tree_parent(hash, &node) : tree_parent(&node, hash);
	}
	return way.last == 0 && same(&node, root);
}

/* From the root of the older tree's largest subtree on; both roots follow. */
static bool check_growth(const struct tree_proof *proof, struct way way, struct digest older,
			 const struct digest *from_root, const struct digest *to_root)
{
	struct digest newer;
	size_t next = 0;

	while ((way.node & 1) != 0) {
		way.node >>= 1;
		way.last >>= 1;
	}
	if (way.node != 0)
		older = proof->hashes[next++];
	newer = older;
	for (; next < proof->count; next++) {
		const struct digest *hash = &proof->hashes[next];
		if (way.last == 0)
			return false;
		if (climb(&way)) {
			older = tree_parent(hash, &older);
			newer = tree_parent(hash, &newer);
		} else {
			newer = tree_parent(&newer, hash);
		}
	}
	return way.last == 0 && same(&older, from_root) && same(&newer, to_root);
}

bool tree_check_consistency(const struct tree_proof *proof, uint64_t from,
			    const struct digest *from_root, uint64_t to,
			    const struct digest *to_root)
{
	struct digest nothing = digest_of(NULL, 0);

	if (from > to || !size_fits(to) || proof->count > TREE_PROOF_MOST)
		return false;
	if (from == to || from == 0)
		return proof->count == 0 && (from != to || same(from_root, to_root)) &&
		       (from != 0 || same(from_root, &nothing));
	return proof->count > 0 &&
	       check_growth(proof, (struct way){from - 1, to - 1}, *from_root, from_root, to_root);
}
