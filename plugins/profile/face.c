/* Widths of text in hundredths of its size, after the widest of the fonts named. */
#include <string.h>

#include "face.h"

enum { PARTS = 100, BOLD_PERCENT = 113, DOT = 34, COMMON = 90, BROAD = 105 };

struct range {
	uint32_t first, last;
};

static bool within(const struct range *ranges, size_t count, uint32_t c)
{
	for (size_t i = 0; i < count; i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

/* Marks that stand over others, joiners, selectors: they take no place, and no
 * line begins with one. */
static bool takes_no_place(uint32_t c)
{
	static const struct range ranges[] = {
		{0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x0610, 0x061a},
		{0x064b, 0x065f}, {0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x2069},
		{0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff},
	};

	return within(ranges, sizeof ranges / sizeof *ranges, c);
}

static bool is_space(uint32_t c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static bool is_broad(uint32_t c)
{
	static const struct range ranges[] = {
		{0x1100, 0x115f}, {0x2e80, 0xa4cf}, {0xac00, 0xd7a3},   {0xf900, 0xfaff},
		{0xfe30, 0xfe6f}, {0xff00, 0xff60}, {0x1f300, 0x1faff}, {0x20000, 0x3fffd},
	};

	return within(ranges, sizeof ranges / sizeof *ranges, c);
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
	if (takes_no_place(c))
		return 0;
	int parts = is_broad(c) ? BROAD : c == 0xb7 || c == 0xa0 ? DOT : COMMON;
	return bold ? parts * BOLD_PERCENT / PARTS : parts;
}

uint32_t face_character(const char *text, size_t *length)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t more = at[0] < 0x80 ? 0 : at[0] < 0xc2 ? 4 : at[0] < 0xe0 ? 1 : at[0] < 0xf0 ? 2 : 3;
	uint32_t c = more == 0 ? at[0] : at[0] & (0x3fU >> more);

	*length = 1;
	if (more == 4 || at[0] > 0xf4)
		return 0xfffd;
	for (size_t i = 1; i <= more; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0xfffd;
		c = c << 6 | (at[i] & 0x3fU);
	}
	*length = more + 1;
	return c;
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
		parts += parts_of(f, face_character(text, &length));
	return (parts + PARTS - 1) / PARTS;
}

size_t face_fit(const struct face *f, const char *text, int width)
{
	size_t at = 0, length, space = 0, whole = 0;
	int parts = 0;

	while (text[at] != '\0') {
		uint32_t c = face_character(text + at, &length);

		if (is_space(c) && at > 0)
			space = at;
		parts += parts_of(f, c);
		if (!is_space(c) && parts > width * PARTS && whole > 0)
			return space > 0 ? space : whole;
		at += length;
		if (!takes_no_place(face_character(text + at, &length)))
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
