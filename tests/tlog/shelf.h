/* A made-up log in memory, as long as is wanted, and everything that is
 * published of one, written as files into a folder of its own. */
#ifndef AW_TESTS_TLOG_SHELF_H
#define AW_TESTS_TLOG_SHELF_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "keys.h"
#include "plain.h"

enum { SHELF_LEVELS = 20, SHELF_PATH = 256 };

struct shelf {
	char dir[64];
	uint64_t size;
	struct digest *level[SHELF_LEVELS]; /* the complete subtrees of each */
	struct tlog_signer signer;
};

static inline int shelf_read(void *ctx, unsigned level, uint64_t index, struct digest *out)
{
	const struct shelf *s = ctx;

	assert_true(level < SHELF_LEVELS && index < s->size >> level);
	*out = s->level[level][index];
	return 0;
}

static inline void shelf_open(struct shelf *s, uint64_t size)
{
	*s = (struct shelf){.dir = "/tmp/awardd-tlog-XXXXXX", .size = size};
	assert_non_null(mkdtemp(s->dir));
	s->signer = key_of("example.org/log", 7);
	for (unsigned level = 0; level < SHELF_LEVELS; level++) {
		s->level[level] = calloc((size >> level) + 1, sizeof(struct digest));
		assert_non_null(s->level[level]);
		for (uint64_t i = 0; i < size >> level; i++)
			s->level[level][i] = level == 0
						     ? plain_leaf(i)
						     : tree_parent(&s->level[level - 1][2 * i],
								   &s->level[level - 1][2 * i + 1]);
	}
}

static inline void shelf_close(struct shelf *s)
{
	char command[SHELF_PATH];

	for (unsigned level = 0; level < SHELF_LEVELS; level++)
		free(s->level[level]);
	(void)snprintf(command, sizeof command, "rm -rf '%s'", s->dir);
	assert_int_equal(0, system(command));
}

/* Writes a file of the folder, and the folders above it. */
static inline void shelf_put(const struct shelf *s, const char *name, struct text content)
{
	char path[SHELF_PATH];
	FILE *file;

	(void)snprintf(path, sizeof path, "%s/%s", s->dir, name);
	for (char *slash = path + strlen(s->dir) + 1; (slash = strchr(slash, '/')) != NULL;) {
		*slash = '\0';
		(void)mkdir(path, 0700); /* where it is not there yet */
		*slash++ = '/';
	}
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(content.length, fwrite(content.bytes, 1, content.length, file));
	assert_int_equal(0, fclose(file));
}

static inline struct digest shelf_root(struct shelf *s, uint64_t size)
{
	struct tree_edge edge;

	assert_int_equal(0, tree_edge_read(size, shelf_read, s, &edge));
	return tree_root(&edge);
}

/* Appends the checkpoint of the first `size`, signed by `also` too, unless NULL. */
static inline void shelf_sign(struct shelf *s, uint64_t size, const struct tlog_signer *also,
			      struct buffer *out)
{
	const struct tlog_signer *signers[] = {&s->signer, also};
	struct checkpoint c = {.origin = "example.org/log", .size = size};

	c.root = shelf_root(s, size);
	assert_int_equal(0, checkpoint_sign(&c, signers, also != NULL ? 2 : 1, out));
}

static inline void shelf_put_checkpoint(struct shelf *s, const char *name, uint64_t size)
{
	struct buffer out;

	buffer_init(&out);
	shelf_sign(s, size, NULL, &out);
	shelf_put(s, name, all_of(&out));
	buffer_deinit(&out);
}

/* "proof" with the entry in it, and "entry". */
static inline void shelf_put_proof(struct shelf *s, uint64_t index, const struct tlog_signer *also)
{
	struct proof_text p = {.index = index};
	struct buffer checkpoint, out;
	char entry[64];

	buffer_init(&out);
	buffer_init(&checkpoint);
	shelf_sign(s, s->size, also, &checkpoint);
	p.extra = (struct text){entry, plain_entry(index, entry)};
	p.checkpoint = all_of(&checkpoint);
	assert_int_equal(0, tree_prove_inclusion(index, s->size, shelf_read, s, &p.proof));
	assert_int_equal(0, proof_text_format(&p, &out));
	shelf_put(s, "proof", all_of(&out));
	shelf_put(s, "entry", p.extra);
	buffer_deinit(&checkpoint);
	buffer_deinit(&out);
}

/* "older" of the first `from`, and "consistency" from there. */
static inline void shelf_put_consistency(struct shelf *s, uint64_t from)
{
	struct tree_proof proof;
	struct buffer out;

	buffer_init(&out);
	shelf_put_checkpoint(s, "older", from);
	assert_int_equal(0, tree_prove_consistency(from, s->size, shelf_read, s, &proof));
	for (size_t i = 0; i < proof.count; i++) {
		assert_int_equal(0, base64_append(proof.hashes[i].bytes, DIGEST_BYTES, &out));
		assert_int_equal(0, buffer_append_text(&out, "\n"));
	}
	assert_int_equal(0, buffer_append_text(&out, ""));
	shelf_put(s, "consistency", all_of(&out));
	buffer_deinit(&out);
}

static inline void shelf_put_bundle(struct shelf *s, uint64_t number, unsigned width)
{
	char path[TILE_PATH], entry[64];
	struct buffer out;

	buffer_init(&out);
	for (unsigned i = 0; i < width; i++) {
		size_t length = plain_entry(number * TILE_WIDTH + i, entry);
		const char prefix[] = {0, (char)length};
		assert_int_equal(0, buffer_append(&out, prefix, sizeof prefix));
		assert_int_equal(0, buffer_append(&out, entry, length));
	}
	tile_path(TILE_ENTRIES, number, width, path);
	shelf_put(s, path, all_of(&out));
	buffer_deinit(&out);
}

static inline void shelf_put_tiles(struct shelf *s)
{
	char path[TILE_PATH];

	for (int level = 0; level * TILE_HEIGHT < SHELF_LEVELS; level++) {
		uint64_t count = s->size >> (level * TILE_HEIGHT);
		const struct digest *hashes = s->level[level * TILE_HEIGHT];
		for (uint64_t at = 0; at < count; at += TILE_WIDTH) {
			unsigned width = TILE_WIDTH;
			if (count - at < width)
				width = (unsigned)(count - at);
			tile_path(level, at / TILE_WIDTH, width, path);
			shelf_put(s, path,
				  (struct text){(const char *)&hashes[at],
						width * sizeof hashes[at]});
			if (level == 0)
				shelf_put_bundle(s, at / TILE_WIDTH, width);
		}
	}
}

#endif
