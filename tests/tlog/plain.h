/* A made-up log, and the tree over it straight from RFC 6962, section 2.1: each
 * definition as it stands there, remembered so that it is quick. */
#ifndef AW_TESTS_TLOG_PLAIN_H
#define AW_TESTS_TLOG_PLAIN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tlog/tlog.h"

enum { PLAIN_LEAVES = 300 };

struct plain {
	struct digest hash[PLAIN_LEAVES + 1][PLAIN_LEAVES + 1]; /* of D[low:high] */
	bool known[PLAIN_LEAVES + 1][PLAIN_LEAVES + 1];
};

/* What stands in leaf `index`; no two are the same. */
static inline size_t plain_entry(uint64_t index, char out[64])
{
	return (size_t)snprintf(out, 64, "{\"entry\":%llu}", (unsigned long long)index + 1);
}

static inline struct digest plain_leaf(uint64_t index)
{
	char entry[64];
	size_t length = plain_entry(index, entry);

	return digest_leaf(entry, length);
}

/* k: the largest power of two smaller than n. */
static inline size_t plain_half(size_t n)
{
	size_t k = 1;

	while (2 * k < n)
		k *= 2;
	return k;
}

/* MTH(D[low:high]) */
static inline struct digest plain_hash(struct plain *p, size_t low, size_t high)
{
	struct digest *hash = &p->hash[low][high];
	unsigned char both[65] = {1};

	if (p->known[low][high])
		return *hash;
	if (high == low) {
		*hash = digest_of("", 0);
	} else if (high - low == 1) {
		*hash = plain_leaf(low);
	} else {
		size_t middle = low + plain_half(high - low);
		struct digest left = plain_hash(p, low, middle);
		struct digest right = plain_hash(p, middle, high);
		memcpy(both + 1, left.bytes, 32);
		memcpy(both + 33, right.bytes, 32);
		*hash = digest_of(both, sizeof both);
	}
	p->known[low][high] = true;
	return *hash;
}

static inline void plain_add(struct tree_proof *out, struct digest hash)
{
	assert_true(out->count < TREE_PROOF_MOST);
	out->hashes[out->count++] = hash;
}

/* PATH(m, D[low:high]), m counted from low */
static inline void plain_path(struct plain *p, size_t m, size_t low, size_t high,
			      struct tree_proof *out)
{
	size_t k = plain_half(high - low);

	if (high - low == 1)
		return;
	if (m < k) {
		plain_path(p, m, low, low + k, out);
		plain_add(out, plain_hash(p, low + k, high));
	} else {
		plain_path(p, m - k, low + k, high, out);
		plain_add(out, plain_hash(p, low, low + k));
	}
}

/* SUBPROOF(m, D[low:high], whole), m counted from low */
static inline void plain_subproof(struct plain *p, size_t m, size_t low, size_t high, bool whole,
				  struct tree_proof *out)
{
	size_t k = plain_half(high - low);

	if (m == high - low) {
		if (!whole)
			plain_add(out, plain_hash(p, low, high));
		return;
	}
	if (m <= k) {
		plain_subproof(p, m, low, low + k, whole, out);
		plain_add(out, plain_hash(p, low + k, high));
	} else {
		plain_subproof(p, m - k, low + k, high, false, out);
		plain_add(out, plain_hash(p, low, low + k));
	}
}

/* What a log of `size` leaves can be asked for: a tree_read. */
struct plain_log {
	struct plain *plain;
	uint64_t size;
	unsigned reads, fails_at; /* the read that fails, counted from 1; 0: none */
};

enum { PLAIN_FAILURE = AW_EIO };

static inline int plain_read(void *ctx, unsigned level, uint64_t index, struct digest *out)
{
	struct plain_log *log = ctx;

	if (++log->reads == log->fails_at)
		return PLAIN_FAILURE;
	assert_true(level < 10);
	assert_true((index + 1) << level <= log->size);
	*out = plain_hash(log->plain, index << level, (index + 1) << level);
	return 0;
}

static inline void assert_same_proof(const struct tree_proof *a, const struct tree_proof *b)
{
	assert_int_equal(a->count, b->count);
	assert_memory_equal(a->hashes, b->hashes, a->count * sizeof a->hashes[0]);
}

static inline int plain_setup(void **state)
{
	*state = calloc(1, sizeof(struct plain));
	return *state != NULL ? 0 : -1;
}

static inline int plain_teardown(void **state)
{
	free(*state);
	return 0;
}

#endif
