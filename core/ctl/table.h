/*
 * table: rows under headings, columns aligned by the cells their text takes.
 */
#ifndef AW_CTL_TABLE_H
#define AW_CTL_TABLE_H

#include "ctl/paper.h"

enum { TABLE_COLUMNS = 12 };

struct table {
	const char *const *headings; /* borrowed */
	size_t columns;
	char **cells; /* row after row */
	size_t count, capacity;
	bool failed;
};

/* After init, deinit is always legal. At most TABLE_COLUMNS columns. */
void table_init(struct table *t, const char *const *headings, size_t columns);
void table_deinit(struct table *t);

/* Adds the next cell, a copy; NULL is an empty one. Rows fill from the left. */
void table_add(struct table *t, const char *cell);
void table_add_integer(struct table *t, const json_t *number); /* NULL or no integer: empty */

/* Writes headings and rows. A column of whole numbers stands to the right. On a
 * bounded page the widest columns are narrowed until a row fits, down to their
 * longest word, and their cells take several lines. */
void table_write(const struct table *t, struct paper *p);

#endif
