/*
 * gather: what is written to the WAL, put together. SQLite writes the head of a frame and its
 * page by a call each, some hundred for a group; here they are held back until the sync that
 * the COMMIT asks for, or until anything else is asked of the file. With synchronous = FULL no
 * connection is told of a frame before that sync, so that nobody can miss what is held back.
 */
#ifndef AW_JOURNAL_GATHER_H
#define AW_JOURNAL_GATHER_H

#include <sqlite3.h>

#include "base/base.h"

/* A VFS before the one that is the default when it begins. Stays where it is meanwhile. */
struct gather {
	sqlite3_vfs vfs; /* first: SQLite hands it back */
	sqlite3_vfs *below;
	sqlite3_io_methods methods;
	char name[32]; /* to open a connection with; "" before it begins, and after its end */
};

/* SQLite knows it from here on. -ENOMEM. */
int gather_begin(struct gather *g, struct err *e);
/* After the last connection with it is closed. Legal without a beginning. */
void gather_end(struct gather *g);

#endif
