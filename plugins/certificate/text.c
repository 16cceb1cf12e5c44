/* Widths in hundredths of the size, and lines. */
#include <string.h>

#include "text.h"

enum { PARTS = 100, BOLD_PERCENT = 113, COMMON = 90, BROAD = 105 };

/* ---- widths ------------------------------------------------------------------------- */

/* From the space to the tilde: the widest of DejaVu Serif, DejaVu Sans, Inter and EB
 * Garamond, upright and italic, rounded up. */
static int plain_advance(uint32_t c, bool bold)
{
	static const unsigned char widths[2][95] = {
		{
			32,  41, 46, 84, 65, 96, 90, 28,  40, 40, 53, 84, 32, 47,  32, 37,
			65,  64, 64, 65, 66, 64, 64, 64,  64, 64, 35, 34, 84, 84,  84, 54,
			100, 73, 74, 77, 81, 73, 70, 80,  88, 40, 56, 75, 67, 103, 88, 82,
			68,  82, 76, 69, 67, 85, 73, 103, 72, 69, 70, 40, 37, 40,  84, 59,
			50,  62, 65, 57, 65, 62, 38, 65,  65, 32, 32, 61, 32, 98,  65, 62,
			65,  65, 48, 54, 41, 65, 60, 86,  60, 60, 56, 64, 35, 64,  84,
		},
		{
			35,  46, 53, 84, 70, 101, 91, 31,  48, 48, 57, 84, 38, 47,  38, 39,
			70,  70, 70, 70, 70, 70,  70, 70,  70, 70, 40, 40, 84, 84,  84, 59,
			104, 78, 85, 80, 87, 77,  71, 86,  95, 47, 57, 87, 71, 111, 92, 88,
			76,  88, 84, 73, 75, 88,  78, 113, 78, 73, 73, 48, 39, 48,  84, 59,
			50,  68, 72, 61, 72, 68,  44, 72,  73, 38, 37, 70, 38, 106, 73, 69,
			72,  72, 53, 60, 48, 73,  66, 93,  65, 66, 59, 72, 38, 72,  84,
		},
	};

	return widths[bold][c - ' '];
}

static int parts_of(const struct face *f, uint32_t c)
{
	int parts = text_is_broad(c) ? BROAD : COMMON;

	if (text_takes_no_place(c))
		return 0;
	if (c >= ' ' && c <= '~')
		parts = plain_advance(c, f->bold);
	else if (f->bold)
		parts = parts * BOLD_PERCENT / PARTS;
	return parts * f->size + f->spacing * PARTS;
}

int text_width(const struct face *f, struct piece text)
{
	int parts = 0;
	size_t length;

	for (size_t at = 0; at < text.length; at += length)
		parts += parts_of(f, text_character(text.bytes + at, &length));
	return (parts + PARTS - 1) / PARTS;
}

/* ---- lines ---------------------------------------------------------------------------- */

/* How many bytes of blanks `text` begins with. */
static size_t blanks(const char *text)
{
	size_t at = 0, length;

	while (text[at] != '\0' && text_is_blank(text_character(text + at, &length)))
		at += length;
	return at;
}

static size_t fit(const struct face *f, const char *text, int width)
{
	size_t at = 0, length, space = 0, whole = 0;
	int parts = 0;

	while (text[at] != '\0') {
		uint32_t c = text_character(text + at, &length);
		bool blank = text_is_blank(c);

		if (blank)
			space = at;
		parts += parts_of(f, c);
		if (!blank && parts > width * PARTS && whole > 0)
			return space > 0 ? space : whole;
		at += length;
		if (!text_takes_no_place(text_character(text + at, &length)))
			whole = at;
	}
	return at;
}

struct piece text_line(const struct face *f, const char **text, int width)
{
	const char *from = *text + blanks(*text);
	struct piece line = {from, fit(f, from, width)};

	*text = from + line.length;
	*text += blanks(*text);
	return line;
}

int text_lines(const struct face *f, const char *text, int width)
{
	int lines = 0;

	while (text_line(f, &text, width).length > 0)
		lines++;
	return lines;
}

int text_balanced(const struct face *f, const char *text, int width)
{
	int lines = text_lines(f, text, width), least = width / 2, most = width;

	if (lines < 2)
		return width;
	while (least < most) {
		int middle = (least + most) / 2;

		if (text_lines(f, text, middle) > lines)
			least = middle + 1;
		else
			most = middle;
	}
	return most;
}
