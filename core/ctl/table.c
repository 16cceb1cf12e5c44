/* Measures columns, narrows them where the page is bounded, writes them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/table.h"

enum { GAP = 2, NARROW = 12 /* a date stays whole */, PIECE_BYTES = 1024 };

void table_init(struct table *t, const char *const *headings, size_t columns)
{
	*t = (struct table){.headings = headings,
			    .columns = columns < TABLE_COLUMNS ? columns : TABLE_COLUMNS};
}

void table_deinit(struct table *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->cells[i]);
	free(t->cells);
	t->cells = NULL;
	t->count = t->capacity = 0;
}

void table_add(struct table *t, const char *cell)
{
	if (t->count == t->capacity) {
		size_t want = t->capacity == 0 ? 64 : t->capacity * 2;
		char **fresh = realloc(t->cells, want * sizeof *fresh);

		if (fresh == NULL) {
			t->failed = true;
			return;
		}
		t->cells = fresh;
		t->capacity = want;
	}
	char *copy = strdup(cell != NULL ? cell : "");

	if (copy == NULL)
		t->failed = true;
	else
		t->cells[t->count++] = copy;
}

void table_add_integer(struct table *t, const json_t *number)
{
	char digits[32] = "";

	if (json_is_integer(number))
		(void)snprintf(digits, sizeof digits, "%" JSON_INTEGER_FORMAT,
			       json_integer_value(number)); /* always fits */
	table_add(t, digits);
}

static bool is_numeric(const struct table *t, size_t column)
{
	bool any = false;

	for (size_t i = column; i < t->count; i += t->columns) {
		const char *cell = t->cells[i];

		if (strspn(cell, "0123456789") != strlen(cell))
			return false;
		any = any || *cell != '\0';
	}
	return any;
}

static int total(const int *widths, size_t columns)
{
	int sum = 0;

	for (size_t c = 0; c < columns; c++)
		sum += widths[c] + (c > 0 ? GAP : 0);
	return sum;
}

/* Takes the next piece of a cell that fits into `width` cells, breaking at a
 * space; a word that is wider stands alone. Gives what is left of the cell. */
static const char *take_piece(const struct paper *p, const char *cell, int width,
			      char piece[PIECE_BYTES])
{
	size_t kept = 0, at = 0;

	while (at < PIECE_BYTES - 1 && cell[at] != '\0') {
		size_t word = at + strspn(cell + at, " ");

		word += strcspn(cell + word, " ");
		if (word >= PIECE_BYTES)
			word = PIECE_BYTES - 1;
		memcpy(piece, cell, word);
		piece[word] = '\0';
		if (kept > 0 && paper_cells(p, piece) > width)
			break;
		kept = at = word;
	}
	piece[kept] = '\0';
	return cell + kept + strspn(cell + kept, " ");
}

static int longest_word(const struct paper *p, const char *cell)
{
	char piece[PIECE_BYTES];
	int longest = 0;

	while (*cell != '\0') {
		cell = take_piece(p, cell, 0, piece);
		if (paper_cells(p, piece) > longest)
			longest = paper_cells(p, piece);
	}
	return longest;
}

static void widen(const struct paper *p, const char *cell, int *width, int *least)
{
	int cells = paper_cells(p, cell), word = longest_word(p, cell);

	if (cells > *width)
		*width = cells;
	if (word > *least)
		*least = word;
	if (*least < NARROW)
		*least = *width < NARROW ? *width : NARROW;
}

static void measure(const struct table *t, const struct paper *p, int *widths)
{
	int least[TABLE_COLUMNS] = {0};

	for (size_t c = 0; c < t->columns; c++)
		widen(p, t->headings[c], &widths[c], &least[c]);
	for (size_t i = 0; i < t->count; i++)
		widen(p, t->cells[i], &widths[i % t->columns], &least[i % t->columns]);
	while (p->look.bounded && total(widths, t->columns) > p->look.width) {
		size_t widest = t->columns;

		for (size_t c = 0; c < t->columns; c++)
			if (widths[c] > least[c] &&
			    (widest == t->columns || widths[c] > widths[widest]))
				widest = c;
		if (widest == t->columns)
			break;
		widths[widest]--;
	}
}

/* Writes one row in as many lines as its cells take. */
static void write_row(struct paper *p, const char *const *cells, size_t columns, const int *widths,
		      const bool *right)
{
	const char *rest[TABLE_COLUMNS];
	bool more = true;

	for (size_t c = 0; c < columns; c++)
		rest[c] = cells[c];
	while (more) {
		more = false;
		for (size_t c = 0; c < columns; c++) {
			char piece[PIECE_BYTES];
			int start = total(widths, c) + (c > 0 ? GAP : 0);

			rest[c] = take_piece(p, rest[c], widths[c], piece);
			more = more || *rest[c] != '\0';
			if (*piece != '\0')
				paper_pad(p, right[c] ? start + widths[c] - paper_cells(p, piece)
						      : start);
			paper_text(p, piece);
		}
		paper_newline(p);
	}
}

void table_write(const struct table *t, struct paper *p)
{
	int widths[TABLE_COLUMNS] = {0};
	bool right[TABLE_COLUMNS] = {false};

	p->out.failed = p->out.failed || t->failed;
	if (p->out.failed || t->columns == 0)
		return;
	measure(t, p, widths);
	for (size_t c = 0; c < t->columns; c++)
		right[c] = is_numeric(t, c);
	paper_tone(p, TONE_STRONG);
	write_row(p, t->headings, t->columns, widths, right);
	paper_tone(p, TONE_PLAIN);
	for (size_t i = 0; i + t->columns <= t->count; i += t->columns) {
		const char *cells[TABLE_COLUMNS];

		for (size_t c = 0; c < t->columns; c++)
			cells[c] = t->cells[i + c];
		write_row(p, cells, t->columns, widths, right);
	}
}
