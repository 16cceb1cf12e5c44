/*
 * split: one file, many submissions. A file holds one JSON object over any
 * number of lines, an array of them, or one on each line.
 */
#ifndef AW_CTL_SPLIT_H
#define AW_CTL_SPLIT_H

#include "json/json.h"

enum split_form { SPLIT_ONE, SPLIT_ARRAY, SPLIT_LINES };

struct split {
	struct text text;
	size_t at;
	int line;   /* of the next byte, from 1 */
	int number; /* of the last item given, from 1 */
	enum split_form form;
	bool ended;
};

struct split_item {
	json_t *document; /* yours; NULL where the text is wrong */
	int number;       /* its place in the file, from 1 */
	int line;         /* where it begins, or where its text is wrong */
	char problem[256];
};

/* Borrows the text, and finds out which form it has. */
void split_init(struct split *s, struct text t);

/* Gives the next item: 1, or 0 at the end. Wrong text is an item with a
 * problem: in a file of lines only that line is lost, in the other forms the
 * whole file. A file with nothing in it is wrong. Not every document is an object. */
int split_next(struct split *s, struct split_item *out);

#endif
