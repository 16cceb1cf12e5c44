/* The tree against published vectors, and every proof of small logs against the
 * definitions of RFC 6962. */
#include "plain.h"

static void is(struct digest d, const char *hex)
{
	char written[DIGEST_HEX];

	hex_format(d.bytes, sizeof d.bytes, written);
	assert_string_equal(written, hex);
}

static void the_roots_are_those_of_the_published_tree(void **state)
{
	/* The test leaves that implementations of RFC 6962 share. */
	static const struct {
		const char *entry;
		size_t length;
		const char *root; /* of the leaves up to here */
	} published[] = {
		{"", 0, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
		{"\x00", 1, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
		{"\x10", 1, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
		{"\x20\x21", 2, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
		{"\x30\x31", 2, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
		{"\x40\x41\x42\x43", 4,
		 "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
		{"\x50\x51\x52\x53\x54\x55\x56\x57", 8,
		 "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
		{"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16,
		 "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
	};
	struct tree_edge edge = {0};

	(void)state;
	is(tree_root(&edge), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	for (size_t i = 0; i < sizeof published / sizeof published[0]; i++) {
		struct digest leaf = digest_leaf(published[i].entry, published[i].length);
		tree_append(&edge, &leaf);
		assert_int_equal(edge.size, i + 1);
		is(tree_root(&edge), published[i].root);
	}
}

/* The examples of RFC 6962, section 2.1.3: seven leaves, and each hash a range
 * of them. */
static void the_proofs_are_those_of_the_standards_example(void **state)
{
	struct range {
		size_t low, high;
	};
	static const struct {
		bool inclusion;
		size_t of; /* index, or the older size */
		struct range hashes[5];
	} examples[] = {
		{true, 0, {{1, 2}, {2, 4}, {4, 7}}},          {true, 3, {{2, 3}, {0, 2}, {4, 7}}},
		{true, 4, {{5, 6}, {6, 7}, {0, 4}}},          {true, 6, {{4, 6}, {0, 4}}},
		{false, 3, {{2, 3}, {3, 4}, {0, 2}, {4, 7}}}, {false, 4, {{4, 7}}},
		{false, 6, {{4, 6}, {6, 7}, {0, 4}}},
	};
	struct plain_log log = {.plain = *state, .size = 7};

	for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
		struct tree_proof proof, wanted = {0};
		for (const struct range *r = examples[i].hashes; r->high != 0; r++)
			plain_add(&wanted, plain_hash(log.plain, r->low, r->high));
		if (examples[i].inclusion)
			assert_int_equal(0, tree_prove_inclusion(examples[i].of, 7, plain_read,
								 &log, &proof));
		else
			assert_int_equal(0, tree_prove_consistency(examples[i].of, 7, plain_read,
								   &log, &proof));
		assert_same_proof(&proof, &wanted);
	}
}

static void an_edge_grows_and_is_read_alike(void **state)
{
	struct plain_log log = {.plain = *state};
	struct tree_edge grown = {0}, read;

	for (; log.size <= PLAIN_LEAVES; log.size++) {
		struct digest root = plain_hash(log.plain, 0, log.size);
		struct digest leaf = plain_leaf(log.size), got;
		got = tree_root(&grown);
		assert_memory_equal(got.bytes, root.bytes, sizeof root.bytes);
		assert_int_equal(0, tree_edge_read(log.size, plain_read, &log, &read));
		assert_int_equal(read.size, log.size);
		got = tree_root(&read);
		assert_memory_equal(got.bytes, root.bytes, sizeof root.bytes);
		tree_append(&read, &leaf);
		tree_append(&grown, &leaf);
		root = tree_root(&grown);
		got = tree_root(&read);
		assert_memory_equal(got.bytes, root.bytes, sizeof root.bytes);
	}
}

static void every_inclusion_is_proved_as_defined(void **state)
{
	struct plain_log log = {.plain = *state};

	for (log.size = 1; log.size <= PLAIN_LEAVES; log.size++) {
		struct digest root = plain_hash(log.plain, 0, log.size);
		for (uint64_t index = 0; index < log.size; index++) {
			struct tree_proof proof, wanted = {0};
			struct digest leaf = plain_leaf(index);
			plain_path(log.plain, index, 0, log.size, &wanted);
			assert_int_equal(0, tree_prove_inclusion(index, log.size, plain_read, &log,
								 &proof));
			assert_same_proof(&proof, &wanted);
			assert_true(tree_check_inclusion(&proof, index, log.size, &leaf, &root));
		}
	}
}

static void every_consistency_is_proved_as_defined(void **state)
{
	struct plain_log log = {.plain = *state};

	for (log.size = 0; log.size <= PLAIN_LEAVES; log.size++) {
		struct digest root = plain_hash(log.plain, 0, log.size);
		for (uint64_t from = 0; from <= log.size; from++) {
			struct tree_proof proof, wanted = {0};
			struct digest older = plain_hash(log.plain, 0, from);
			if (from > 0)
				plain_subproof(log.plain, from, 0, log.size, true, &wanted);
			assert_int_equal(0, tree_prove_consistency(from, log.size, plain_read, &log,
								   &proof));
			assert_same_proof(&proof, &wanted);
			assert_true(tree_check_consistency(&proof, from, &older, log.size, &root));
		}
	}
}

static void what_is_not_in_a_tree_cannot_be_proved(void **state)
{
	static const uint64_t beyond = (uint64_t)1 << TREE_LEVELS;
	struct plain_log log = {.plain = *state, .size = 7};
	struct tree_proof proof;
	struct tree_edge edge;

	assert_int_equal(AW_EINVALID, tree_prove_inclusion(0, 0, plain_read, &log, &proof));
	assert_int_equal(AW_EINVALID, tree_prove_inclusion(7, 7, plain_read, &log, &proof));
	assert_int_equal(AW_EINVALID, tree_prove_inclusion(0, beyond, plain_read, &log, &proof));
	assert_int_equal(AW_EINVALID, tree_prove_consistency(8, 7, plain_read, &log, &proof));
	assert_int_equal(AW_EINVALID, tree_prove_consistency(1, beyond, plain_read, &log, &proof));
	assert_int_equal(AW_EINVALID, tree_edge_read(beyond, plain_read, &log, &edge));
	assert_int_equal(log.reads, 0);
}

static void a_failed_read_fails_what_needs_it(void **state)
{
	struct plain_log log = {.plain = *state, .size = 7};
	struct tree_proof proof;
	struct tree_edge edge;

	/* Leaf 0 needs four subtrees: 1, 2 to 3, and of 4 to 6 two. */
	for (log.fails_at = 1; log.fails_at <= 4; log.fails_at++) {
		log.reads = 0;
		assert_int_equal(PLAIN_FAILURE,
				 tree_prove_inclusion(0, 7, plain_read, &log, &proof));
		log.reads = 0;
		assert_int_equal(PLAIN_FAILURE,
				 tree_prove_consistency(3, 7, plain_read, &log, &proof));
		log.reads = 0;
		assert_int_equal(log.fails_at <= 3 ? PLAIN_FAILURE : 0,
				 tree_edge_read(7, plain_read, &log, &edge));
	}
	log.reads = 0;
	assert_int_equal(0, tree_prove_inclusion(0, 7, plain_read, &log, &proof));
}

/* A log so long that no table holds it: each subtree is its level and index. */
static int invented(void *ctx, unsigned level, uint64_t index, struct digest *out)
{
	char name[64];

	(void)ctx;
	assert_true((index + 1) <= ((((uint64_t)1 << TREE_LEVELS) - 1) >> level));
	*out = digest_of(name, (size_t)snprintf(name, sizeof name, "%u/%llu", level,
						(unsigned long long)index));
	return 0;
}

static void the_longest_log_has_its_proofs(void **state)
{
	static const uint64_t most = ((uint64_t)1 << TREE_LEVELS) - 1;
	struct tree_edge edge;
	struct tree_proof proof;
	struct digest root, leaf;

	(void)state;
	assert_int_equal(0, tree_edge_read(most, invented, NULL, &edge));
	root = tree_root(&edge);
	assert_int_equal(0, invented(NULL, 0, most - 1, &leaf));
	assert_int_equal(0, tree_prove_inclusion(most - 1, most, invented, NULL, &proof));
	assert_int_equal(proof.count, TREE_LEVELS - 1);
	assert_true(tree_check_inclusion(&proof, most - 1, most, &leaf, &root));
	assert_int_equal(0, tree_prove_consistency(most - 2, most, invented, NULL, &proof));
	assert_true(proof.count <= TREE_PROOF_MOST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_roots_are_those_of_the_published_tree),
		cmocka_unit_test(the_proofs_are_those_of_the_standards_example),
		cmocka_unit_test(an_edge_grows_and_is_read_alike),
		cmocka_unit_test(every_inclusion_is_proved_as_defined),
		cmocka_unit_test(every_consistency_is_proved_as_defined),
		cmocka_unit_test(what_is_not_in_a_tree_cannot_be_proved),
		cmocka_unit_test(a_failed_read_fails_what_needs_it),
		cmocka_unit_test(the_longest_log_has_its_proofs),
	};

	return cmocka_run_group_tests(tests, plain_setup, plain_teardown);
}
