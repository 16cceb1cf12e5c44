/* erase: what an entry of the log shows of values that were erased. */
#ifndef AW_CTL_ERASE_H
#define AW_CTL_ERASE_H

#include "ctl/paper.h"

/* Says of an entry, as decisions.get gives it, which of its personal values are erased, when, by
 * which entry and why; nothing where none is. */
void erased_write(struct paper *p, const json_t *entry);

#endif
