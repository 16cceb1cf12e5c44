/*
 * arena: all memory of one Lua state in one piece, so that the state can be put
 * back, byte for byte, to what it once was. Internal to this room.
 *
 * What does not fit is taken from the heap and given back when the arena is put
 * back; so nothing may be kept that was made since, by whoever has pointers in it.
 *
 * What nobody writes to once it is filled, such as the code of functions, is taken from the other
 * end, is never used for anything else, and needs not be put back.
 */
#ifndef AW_SCRIPT_ARENA_H
#define AW_SCRIPT_ARENA_H

#include <stddef.h>

enum {
	ARENA_SIZE = 4 << 20,   /* bytes; pages are touched as they are used */
	ARENA_GRAIN = 16,       /* bytes that every block is a multiple of */
	ARENA_SHELVES = 32 + 1, /* free blocks of up to 512 bytes are kept by size */
};

/* What a free block holds. */
struct shelved {
	struct shelved *next;
};

struct arena {
	char *base;
	size_t used, fixed; /* from the beginning; at the end, never written again */
	struct shelved *shelves[ARENA_SHELVES];
	struct beyond *beyond; /* blocks of the heap */
	struct {
		char *bytes; /* NULL: not kept */
		size_t used, fixed;
		struct shelved *shelves[ARENA_SHELVES];
	} kept;
};

/* -ENOMEM. */
int arena_init(struct arena *a);
void arena_deinit(struct arena *a);

/* A block that is filled once, and only read then; arena_resize frees it. NULL: there is no room for
 * it, and an ordinary one may do. */
void *arena_fixed(struct arena *a, size_t size);

/* As realloc, with the block's old size; `want` 0 frees. NULL: no memory, and the
 * block is as it was; never where it shrinks. */
void *arena_resize(struct arena *a, void *block, size_t old, size_t want);

/* Remembers every byte as it is now; nothing may be beyond the arena. -ENOMEM. */
int arena_keep(struct arena *a);
/* Puts every byte back to what was kept. */
void arena_restore(struct arena *a);

#endif
