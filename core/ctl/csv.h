/*
 * csv: records of RFC 4180, read and written, and a roll of awards written that way.
 */
#ifndef AW_CTL_CSV_H
#define AW_CTL_CSV_H

#include "ctl/paper.h"

/* Where reading stands. Lines may end in LF or CRLF; a byte order mark at the
 * start and empty lines are passed over. */
struct csv {
	struct text text;
	size_t at;
	int line; /* of the next byte, from 1 */
};

/* One record: fields unquoted, each a text of its own. After init, deinit is
 * always legal. */
struct csv_row {
	char **fields;
	size_t count, capacity;
	int line; /* on which it begins */
};

void csv_init(struct csv *c, struct text t);
void csv_row_init(struct csv_row *row);
void csv_row_deinit(struct csv_row *row);

/* Reads the next record into `row`: 1, or 0 at the end. AW_ESYNTAX and a
 * sentence that begins with the line, or -ENOMEM. */
int csv_next(struct csv *c, struct csv_row *row, struct err *e);

/* Appends one field and `end`: ',', or '\n' for the end of a record (CRLF). Of a list the items
 * are divided by ';'; NULL and null are empty. A text that a spreadsheet would take for a formula,
 * one that begins with = + - @ or a tab, gets an apostrophe before it. On a terminal nothing is
 * written that it would take for an order. */
void csv_put(struct paper *p, const json_t *value, char end);
/* The record of the columns' names. */
void csv_put_names(struct paper *p, const char *const *names, size_t count);

/* Gives the awards of a roll whose first record names its columns, as
 * register.import takes them ({"awards": […]}); empty fields are left out, and
 * `commendation` is divided at ';'. *lines is an array of the line each award
 * stands on (free() it). NULL and a sentence "3: …" where the text does not fit. */
json_t *roll_read(struct text t, int **lines, struct err *e);

#endif
