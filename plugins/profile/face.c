/* Widths of text in hundredths of its size, after the widest of the fonts named. */
#include <string.h>

#include "face.h"

enum { PARTS = 100, BOLD_PERCENT = 113, DOT = 34, COMMON = 90, BROAD = 105 };

static bool is_space(uint32_t c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* From the space to the tilde: the wider of DejaVu Sans and Inter, rounded up. */
static int plain_advance(uint32_t c, bool bold)
{
	static const unsigned char widths[2][95] = {
		{
			32, 41, 46, 84, 65, 96, 78, 28, 40, 40, 53, 84, 32, 47,  32, 37, 65, 64, 64,
			65, 66, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 54, 100, 70, 69, 74, 78, 64,
			59, 78, 76, 30, 56, 67, 57, 90, 75, 79, 64, 79, 70, 65,  66, 74, 70, 99, 69,
			69, 69, 40, 37, 40, 84, 50, 50, 62, 64, 57, 64, 62, 37,  64, 64, 28, 28, 58,
			28, 98, 64, 62, 64, 64, 42, 54, 40, 64, 60, 83, 60, 60,  56, 64, 35, 64, 84,
		},
		{
			35,  46, 53, 84, 70, 101, 88, 31,  46, 46, 57, 84, 38, 47,  38, 39,
			70,  70, 70, 70, 70, 70,  70, 70,  70, 70, 40, 40, 84, 84,  84, 59,
			104, 78, 77, 76, 84, 69,  69, 83,  84, 38, 57, 78, 64, 100, 84, 86,
			74,  86, 78, 73, 69, 82,  78, 111, 78, 73, 73, 46, 39, 46,  84, 50,
			50,  68, 72, 60, 72, 68,  44, 72,  72, 35, 35, 67, 35, 105, 72, 69,
			72,  72, 50, 60, 48, 72,  66, 93,  65, 66, 59, 72, 38, 72,  84,
		},
	};

	return widths[bold][c - ' '];
}

static int advance(uint32_t c, bool bold)
{
	if (c >= ' ' && c <= '~')
		return plain_advance(c, bold);
	if (text_takes_no_place(c))
		return 0;
	int parts = text_is_broad(c) ? BROAD : c == 0xb7 || c == 0xa0 ? DOT : COMMON;
	return bold ? parts * BOLD_PERCENT / PARTS : parts;
}

/* In hundredths of a pixel. */
static int parts_of(const struct face *f, uint32_t c)
{
	return advance(c, f->bold) * f->size;
}

int face_width(const struct face *f, const char *text)
{
	int parts = 0;
	size_t length;

	for (; *text != '\0'; text += length)
		parts += parts_of(f, text_character(text, &length));
	return (parts + PARTS - 1) / PARTS;
}

size_t face_fit(const struct face *f, const char *text, int width)
{
	size_t at = 0, length, space = 0, whole = 0;
	int parts = 0;

	while (text[at] != '\0') {
		uint32_t c = text_character(text + at, &length);

		if (is_space(c) && at > 0)
			space = at;
		parts += parts_of(f, c);
		if (!is_space(c) && parts > width * PARTS && whole > 0)
			return space > 0 ? space : whole;
		at += length;
		if (!text_takes_no_place(text_character(text + at, &length)))
			whole = at;
	}
	return at;
}

int face_lines(const struct face *f, const char *text, int width)
{
	int lines = 0;

	while (*text != '\0') {
		text += face_fit(f, text, width);
		text += strspn(text, " \t\n");
		lines++;
	}
	return lines > 0 ? lines : 1;
}
