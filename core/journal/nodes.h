/*
 * nodes: the tree as it stands in the file. The hash of every complete subtree
 * of 2^8, 2^16, 2^24 ... leaves is a row of the table `node`; the leaves' own stand
 * with their entries; all others are worked out of at most 128 of these.
 */
#ifndef AW_JOURNAL_NODES_H
#define AW_JOURNAL_NODES_H

#include <sqlite3.h>

#include "base/base.h"
#include "tlog/tlog.h"

extern const char nodes_read_leaves[], nodes_read_nodes[];

/* Two statements of one connection, made of the texts above; borrowed. */
struct nodes {
	sqlite3_stmt *leaves, *nodes;
	struct err *err; /* where the sentence of a failure goes */
};

/* For the calls of tlog: `nodes` is a struct nodes. AW_ECORRUPT where a row is missing. */
int nodes_read(void *nodes, unsigned level, uint64_t index, struct digest *out);

/* Adds a leaf to the edge, and the rows that it completes, by a statement with
 * level, number, hash. */
int nodes_append(struct tree_edge *edge, const struct digest *leaf, sqlite3_stmt *insert,
		 struct err *e);

#endif
