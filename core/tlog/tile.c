/* Where a tile is kept, as tlog-tiles has it. */
#include <assert.h>
#include <stdio.h>

#include "tlog/inner.h"

void tile_path(int level, uint64_t number, unsigned width, char out[TILE_PATH])
{
	char folder[16] = "entries";
	unsigned group[7];
	size_t groups = 0, used;

	assert(level >= TILE_ENTRIES && level <= TREE_LEVELS && width >= 1 && width <= TILE_WIDTH);
	if (level != TILE_ENTRIES)
		(void)snprintf(folder, sizeof folder, "%d", level);
	used = (size_t)snprintf(out, TILE_PATH, "tile/%s", folder);
	do {
		group[groups++] = (unsigned)(number % 1000);
		number /= 1000;
	} while (number != 0);
	while (groups-- > 0)
		used += (size_t)snprintf(out + used, TILE_PATH - used, "/%s%03u",
					 groups > 0 ? "x" : "", group[groups]);
	if (width < TILE_WIDTH)
		(void)snprintf(out + used, TILE_PATH - used, ".p/%u", width);
}
