/* No proof holds for anything but what it proves. */
#include "plain.h"

/* Sizes around each shape that a tree can have. */
static const uint64_t sizes[] = {1,  2,  3,  4,  5,  6,  7,   8,   9,   12,  13,  15,  16,  17,
				 31, 32, 33, 47, 64, 65, 100, 127, 128, 129, 255, 256, 257, 300};

struct inclusion {
	struct tree_proof proof;
	uint64_t index, size;
	struct digest leaf, root;
};

struct consistency {
	struct tree_proof proof;
	uint64_t from, to;
	struct digest from_root, to_root;
};

static struct inclusion inclusion(struct plain *p, uint64_t index, uint64_t size)
{
	struct inclusion made = {.index = index, .size = size};

	plain_path(p, index, 0, size, &made.proof);
	made.leaf = plain_leaf(index);
	made.root = plain_hash(p, 0, size);
	return made;
}

static struct consistency consistency(struct plain *p, uint64_t from, uint64_t to)
{
	struct consistency made = {.from = from, .to = to};

	if (from > 0)
		plain_subproof(p, from, 0, to, true, &made.proof);
	made.from_root = plain_hash(p, 0, from);
	made.to_root = plain_hash(p, 0, to);
	return made;
}

static bool included(const struct inclusion *i)
{
	return tree_check_inclusion(&i->proof, i->index, i->size, &i->leaf, &i->root);
}

static bool consistent(const struct consistency *c)
{
	return tree_check_consistency(&c->proof, c->from, &c->from_root, c->to, &c->to_root);
}

/* ---- each way of changing the hashes of a proof -------------------------- */

static void flip(struct digest *d, size_t bit)
{
	d->bytes[bit / 8 % DIGEST_BYTES] ^= (unsigned char)(1U << bit % 8);
}

/* Makes `out` the change of number `n`; false where there are no more. */
static bool change(const struct tree_proof *proof, size_t n, struct tree_proof *out)
{
	size_t count = proof->count;

	*out = *proof;
	if (n < count) { /* one is changed */
		flip(&out->hashes[n], 37 * n);
		return true;
	}
	n -= count;
	if (n < count) { /* one is missing */
		memmove(&out->hashes[n], &out->hashes[n + 1],
			(count - n - 1) * sizeof out->hashes[0]);
		out->count--;
		return true;
	}
	n -= count;
	if (n <= count) { /* one is too many: the one before it again, or nothing's */
		memmove(&out->hashes[n + 1], &out->hashes[n], (count - n) * sizeof out->hashes[0]);
		out->hashes[n] = n > 0 ? out->hashes[n - 1] : digest_of("", 0);
		out->count++;
		return true;
	}
	n -= count + 1;
	if (n + 1 < count) { /* two have changed places */
		struct digest other = out->hashes[n];
		out->hashes[n] = out->hashes[n + 1];
		out->hashes[n + 1] = other;
		return true;
	}
	return false;
}

static void refuse_changed_inclusion(const struct inclusion *good)
{
	struct inclusion bad = *good;

	for (size_t n = 0; change(&good->proof, n, &bad.proof); n++)
		if (included(&bad))
			fail_msg("change %zu of the proof of %d in %d is taken", n,
				 (int)good->index, (int)good->size);
	bad = *good;
	flip(&bad.leaf, 255);
	assert_false(included(&bad));
	bad = *good;
	flip(&bad.root, 0);
	assert_false(included(&bad));
	bad = *good;
	for (bad.index = 0; bad.index < good->size + 3; bad.index++)
		if (bad.index != good->index && included(&bad))
			fail_msg("the proof of %d in %d is taken for %d", (int)good->index,
				 (int)good->size, (int)bad.index);
}

static void a_changed_inclusion_is_refused(void **state)
{
	for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
		for (uint64_t index = 0; index < sizes[s]; index++) {
			struct inclusion good = inclusion(*state, index, sizes[s]);
			assert_true(included(&good));
			refuse_changed_inclusion(&good);
		}
}

static void refuse_changed_consistency(struct plain *p, const struct consistency *good)
{
	struct consistency bad = *good;

	for (size_t n = 0; change(&good->proof, n, &bad.proof); n++)
		if (consistent(&bad))
			fail_msg("change %zu of the proof from %d to %d is taken", n,
				 (int)good->from, (int)good->to);
	bad = *good;
	flip(&bad.from_root, 100);
	assert_false(consistent(&bad));
	bad = *good;
	flip(&bad.to_root, 100);
	assert_false(consistent(&bad));
	bad = *good;
	for (bad.from = 0; bad.from < good->to + 3; bad.from++) {
		if (bad.from == good->from)
			continue;
		assert_false(consistent(&bad));
		if (bad.from > PLAIN_LEAVES)
			continue;
		bad.from_root = plain_hash(p, 0, bad.from);
		/* A proof without hashes is that of nothing and of itself. */
		if (good->proof.count > 0 || (bad.from != 0 && bad.from != bad.to))
			assert_false(consistent(&bad));
		bad.from_root = good->from_root;
	}
}

static void a_changed_consistency_is_refused(void **state)
{
	for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
		for (uint64_t from = 0; from <= sizes[s]; from++) {
			struct consistency good = consistency(*state, from, sizes[s]);
			assert_true(consistent(&good));
			if (from > 0)
				refuse_changed_consistency(*state, &good);
		}
}

static void a_proof_holds_for_no_tree_of_another_size(void **state)
{
	enum { MOST = 40 };

	for (uint64_t size = 1; size <= MOST; size++)
		for (uint64_t of = 0; of < size; of++)
			for (uint64_t other = 0; other <= MOST; other++) {
				struct inclusion i = inclusion(*state, of, size);
				struct consistency c = consistency(*state, of, size);
				struct digest root = plain_hash(*state, 0, other);
				if (other == size)
					continue;
				i.size = c.to = other;
				i.root = c.to_root = root;
				assert_false(included(&i));
				/* Nothing is the beginning of everything. */
				assert_int_equal(consistent(&c), of == 0);
			}
}

/* The root does not hold the size, but the way to it does: as long as another
 * size asks for another number of hashes, it is refused under the same root. */
static void a_wrong_size_with_another_way_to_the_root_is_refused(void **state)
{
	enum { MOST = 40 };

	for (uint64_t size = 1; size <= MOST; size++)
		for (uint64_t index = 0; index < size; index++)
			for (uint64_t other = 0; other <= MOST; other++) {
				struct inclusion i = inclusion(*state, index, size);
				struct tree_proof wanted = {0};
				i.size = other;
				if (index < other)
					plain_path(*state, index, 0, other, &wanted);
				if (index >= other || wanted.count != i.proof.count)
					assert_false(included(&i));
			}
}

static void the_empty_tree_is_only_itself(void **state)
{
	struct tree_proof none = {0}, one = {.count = 1};
	struct digest nothing = plain_hash(*state, 0, 0), seven = plain_hash(*state, 0, 7);

	assert_true(tree_check_consistency(&none, 0, &nothing, 0, &nothing));
	assert_true(tree_check_consistency(&none, 0, &nothing, 7, &seven));
	assert_false(tree_check_consistency(&one, 0, &nothing, 7, &seven));
	assert_false(tree_check_consistency(&none, 0, &seven, 7, &seven));
	assert_false(tree_check_consistency(&none, 0, &seven, 0, &seven));
	assert_false(tree_check_consistency(&none, 0, &nothing, 0, &seven));
	assert_true(tree_check_consistency(&none, 7, &seven, 7, &seven));
	assert_false(tree_check_consistency(&one, 7, &seven, 7, &seven));
	assert_false(tree_check_consistency(&none, 7, &nothing, 7, &seven));
	assert_false(tree_check_inclusion(&none, 0, 0, &nothing, &nothing));
}

static void what_no_tree_has_is_refused(void **state)
{
	static const uint64_t beyond = (uint64_t)1 << TREE_LEVELS;
	struct inclusion i = inclusion(*state, 0, 1);
	struct consistency c = consistency(*state, 3, 7);

	i.size = beyond;
	assert_false(included(&i));
	i = inclusion(*state, 5, 7);
	i.proof.count = TREE_PROOF_MOST + 1;
	assert_false(included(&i));
	c.to = beyond;
	assert_false(consistent(&c));
	c = consistency(*state, 3, 7);
	c.proof.count = TREE_PROOF_MOST + 1;
	assert_false(consistent(&c));
	c.from = c.to + 1;
	assert_false(consistent(&c));
}

/* Two parts of a proof that are each right do not make one that is. */
static void chance_finds_no_proof(void **state)
{
	uint64_t seed = 1;

	for (int round = 0; round < 20000; round++) {
		uint64_t drawn[4];
		for (int i = 0; i < 4; i++) {
			seed = seed * 6364136223846793005U + 1442695040888963407U;
			drawn[i] = seed >> 33;
		}
		uint64_t size = drawn[0] % PLAIN_LEAVES + 1;
		struct inclusion i = inclusion(*state, drawn[1] % size, size);
		struct inclusion other = inclusion(*state, drawn[2] % size, size);
		size_t at = other.proof.count > 0 ? drawn[3] % other.proof.count : 0;
		bool same = at < i.proof.count &&
			    memcmp(&i.proof.hashes[at], &other.proof.hashes[at], DIGEST_BYTES) == 0;
		if (at >= i.proof.count || same)
			continue;
		i.proof.hashes[at] = other.proof.hashes[at];
		assert_false(included(&i));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_changed_inclusion_is_refused),
		cmocka_unit_test(a_changed_consistency_is_refused),
		cmocka_unit_test(a_proof_holds_for_no_tree_of_another_size),
		cmocka_unit_test(a_wrong_size_with_another_way_to_the_root_is_refused),
		cmocka_unit_test(the_empty_tree_is_only_itself),
		cmocka_unit_test(what_no_tree_has_is_refused),
		cmocka_unit_test(chance_finds_no_proof),
	};

	return cmocka_run_group_tests(tests, plain_setup, plain_teardown);
}
