/* An arena: blocks one behind the other, small free ones used again. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "script/arena.h"

/* A block of the heap, with its neighbours in the list. */
struct beyond {
	struct beyond *next, **link;
	max_align_t block[];
};

static size_t grained(size_t size)
{
	return (size + ARENA_GRAIN - 1) / ARENA_GRAIN * ARENA_GRAIN;
}

static bool is_within(const struct arena *a, const void *block)
{
	uintptr_t at = (uintptr_t)block, base = (uintptr_t)a->base;

	return at >= base && at < base + ARENA_SIZE;
}

int arena_init(struct arena *a)
{
	*a = (struct arena){.base = malloc(ARENA_SIZE)};
	return a->base != NULL ? 0 : -ENOMEM;
}

/* ---- beyond it ---------------------------------------------------------------- */

static void link_beyond(struct arena *a, struct beyond *b)
{
	b->next = a->beyond;
	b->link = &a->beyond;
	if (b->next != NULL)
		b->next->link = &b->next;
	a->beyond = b;
}

static void unlink_beyond(struct beyond *b)
{
	*b->link = b->next;
	if (b->next != NULL)
		b->next->link = b->link;
}

static struct beyond *beyond_of(void *block)
{
	return (struct beyond *)((char *)block - offsetof(struct beyond, block));
}

static void *take_beyond(struct arena *a, size_t size)
{
	struct beyond *b = malloc(sizeof *b + size);

	if (b == NULL)
		return NULL;
	link_beyond(a, b);
	return b->block;
}

static void drop_beyond(void *block)
{
	struct beyond *b = beyond_of(block);

	unlink_beyond(b);
	free(b);
}

static void *resize_beyond(struct arena *a, void *block, size_t size)
{
	struct beyond *b = beyond_of(block), *fresh;

	unlink_beyond(b);
	fresh = realloc(b, sizeof *b + size);
	link_beyond(a, fresh != NULL ? fresh : b); /* no memory: the old block is whole */
	/* cppcheck-suppress memleak ; it is in the list */
	return fresh != NULL ? fresh->block : NULL;
}

static void drop_all_beyond(struct arena *a)
{
	struct beyond *next;

	for (struct beyond *b = a->beyond; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
	a->beyond = NULL;
}

void arena_deinit(struct arena *a)
{
	drop_all_beyond(a);
	free(a->base);
	free(a->kept.bytes);
	*a = (struct arena){.base = NULL};
}

/* ---- within it ------------------------------------------------------------------ */

static size_t room_in(const struct arena *a)
{
	return ARENA_SIZE - a->used - a->fixed;
}

static void *take(struct arena *a, size_t size)
{
	size_t shelf = size / ARENA_GRAIN;
	struct shelved *found = shelf < ARENA_SHELVES ? a->shelves[shelf] : NULL;

	if (found != NULL) {
		a->shelves[shelf] = found->next;
		return found;
	}
	if (size > room_in(a))
		return take_beyond(a, size);
	a->used += size;
	return a->base + a->used - size;
}

void *arena_fixed(struct arena *a, size_t size)
{
	if (grained(size) > room_in(a))
		return NULL;
	a->fixed += grained(size);
	return a->base + ARENA_SIZE - a->fixed;
}

static bool is_fixed(const struct arena *a, const void *block)
{
	return is_within(a, block) && (uintptr_t)block >= (uintptr_t)a->base + a->used;
}

static bool is_last(const struct arena *a, const void *block, size_t size)
{
	return (const char *)block + size == a->base + a->used;
}

/* A large block that is not the last is not used again: runs are short. Nor is a fixed one. */
static void drop(struct arena *a, void *block, size_t size)
{
	size_t shelf = size / ARENA_GRAIN;
	struct shelved *freed = block;

	if (!is_within(a, block)) {
		drop_beyond(block);
	} else if (is_fixed(a, block)) {
		return;
	} else if (is_last(a, block, size)) {
		a->used -= size;
	} else if (shelf < ARENA_SHELVES) {
		freed->next = a->shelves[shelf];
		a->shelves[shelf] = freed;
	}
}

void *arena_resize(struct arena *a, void *block, size_t old, size_t want)
{
	size_t had = grained(old), size = grained(want);
	void *fresh;

	if (block == NULL)
		return take(a, size);
	if (want == 0) {
		drop(a, block, had);
		return NULL;
	}
	if (size <= had && !is_last(a, block, had))
		return block;
	if (!is_within(a, block))
		return resize_beyond(a, block, size);
	if (is_last(a, block, had) && size <= room_in(a) + had) {
		a->used = a->used - had + size;
		return block;
	}
	fresh = take(a, size);
	if (fresh == NULL)
		return NULL;
	memcpy(fresh, block, old);
	drop(a, block, had);
	return fresh;
}

/* ---- as it was ------------------------------------------------------------------ */

int arena_keep(struct arena *a)
{
	if (a->beyond != NULL)
		return -ENOMEM;
	free(a->kept.bytes);
	a->kept.bytes = malloc(a->used);
	if (a->kept.bytes == NULL)
		return -ENOMEM;
	memcpy(a->kept.bytes, a->base, a->used);
	memcpy(a->kept.shelves, a->shelves, sizeof a->shelves);
	a->kept.used = a->used;
	a->kept.fixed = a->fixed;
	return 0;
}

void arena_restore(struct arena *a)
{
	drop_all_beyond(a);
	memcpy(a->base, a->kept.bytes, a->kept.used);
	memcpy(a->shelves, a->kept.shelves, sizeof a->shelves);
	a->used = a->kept.used;
	a->fixed = a->kept.fixed;
}
