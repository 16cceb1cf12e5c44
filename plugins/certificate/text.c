/* Widths in hundredths of the size, lines, and escapes. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

enum { PARTS = 100, BOLD_PERCENT = 113, COMMON = 90, BROAD = 105, NO_CHARACTER = 0xfffd };

struct range {
	uint32_t first, last;
};

#define WITHIN(c, ...)                                                                             \
	within((const struct range[]){__VA_ARGS__},                                                \
	       sizeof((const struct range[]){__VA_ARGS__}) / sizeof(struct range), c)

static bool within(const struct range *ranges, size_t count, uint32_t c)
{
	for (size_t i = 0; i < count; i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

/* ---- kinds of characters ----------------------------------------------------------- */

static bool is_blank(uint32_t c)
{
	return (c >= '\t' && c <= '\r') || c == ' ' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

/* Marks over others, joiners, selectors: no line begins with one. */
static bool takes_no_place(uint32_t c)
{
	return WITHIN(c, {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x0610, 0x061a},
		      {0x064b, 0x065f}, {0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x2069},
		      {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff});
}

static bool is_broad(uint32_t c)
{
	return WITHIN(c, {0x1100, 0x115f}, {0x2e80, 0xa4cf}, {0xac00, 0xd7a3}, {0xf900, 0xfaff},
		      {0xfe30, 0xfe6f}, {0xff00, 0xff60}, {0x1f300, 0x1faff}, {0x20000, 0x3fffd});
}

static bool runs_leftward(uint32_t c)
{
	return WITHIN(c, {0x0590, 0x08ff}, {0xfb1d, 0xfdff}, {0xfe70, 0xfefc}, {0x10800, 0x10fff},
		      {0x1e800, 0x1efff});
}

/* What XML forbids, and embeddings, overrides and isolates, which reach beyond the text
 * that they stand in. */
static bool is_left_out(uint32_t c)
{
	return c > 0x10ffff || WITHIN(c, {0x0000, 0x001f}, {0x007f, 0x009f}, {0x202a, 0x202e},
				      {0x2066, 0x2069}, {0xd800, 0xdfff}, {0xfffe, 0xffff});
}

uint32_t text_character(const char *text, size_t *length)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t more = at[0] < 0x80 ? 0 : at[0] < 0xc2 ? 4 : at[0] < 0xe0 ? 1 : at[0] < 0xf0 ? 2 : 3;
	uint32_t c = more == 0 ? at[0] : at[0] & (0x3fU >> more);

	*length = 1;
	if (more == 4 || at[0] > 0xf4)
		return NO_CHARACTER;
	for (size_t i = 1; i <= more; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return NO_CHARACTER;
		c = c << 6 | (at[i] & 0x3fU);
	}
	*length = more + 1;
	return c;
}

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
	int parts = is_broad(c) ? BROAD : COMMON;

	if (takes_no_place(c))
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

	while (text[at] != '\0' && is_blank(text_character(text + at, &length)))
		at += length;
	return at;
}

static size_t fit(const struct face *f, const char *text, int width)
{
	size_t at = 0, length, space = 0, whole = 0;
	int parts = 0;

	while (text[at] != '\0') {
		uint32_t c = text_character(text + at, &length);
		bool blank = is_blank(c);

		if (blank)
			space = at;
		parts += parts_of(f, c);
		if (!blank && parts > width * PARTS && whole > 0)
			return space > 0 ? space : whole;
		at += length;
		if (!takes_no_place(text_character(text + at, &length)))
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

/* ---- writing ---------------------------------------------------------------------------- */

static bool has_leftward(struct piece text)
{
	size_t length;

	for (size_t at = 0; at < text.length; at += length)
		if (runs_leftward(text_character(text.bytes + at, &length)))
			return true;
	return false;
}

/* The stream remembers what fails. */
static void write_clean(FILE *to, uint32_t c, const char *bytes, size_t length)
{
	if (is_blank(c))
		(void)fputc(' ', to);
	else if (c == NO_CHARACTER) /* also what was no UTF-8 */
		(void)fputs("\xef\xbf\xbd", to);
	else if (!is_left_out(c))
		(void)fwrite(bytes, 1, length, to);
}

static const char *escape_of(uint32_t c)
{
	return c == '&'   ? "&amp;"
	       : c == '<' ? "&lt;"
	       : c == '>' ? "&gt;"
	       : c == '"' ? "&quot;"
			  : NULL;
}

void text_write(FILE *to, struct piece text)
{
	bool isolated = has_leftward(text);
	size_t length;

	if (isolated)
		(void)fputs("&#x2068;", to); /* first strong isolate */
	for (size_t at = 0; at < text.length; at += length) {
		uint32_t c = text_character(text.bytes + at, &length);

		if (escape_of(c) != NULL)
			(void)fputs(escape_of(c), to);
		else
			write_clean(to, c, text.bytes + at, length);
	}
	if (isolated)
		(void)fputs("&#x2069;", to); /* pop directional isolate */
}

char *text_clean(const char *text)
{
	char *out = NULL;
	size_t size;
	FILE *to = open_memstream(&out, &size);

	if (to == NULL)
		return NULL;
	for (size_t length; *text != '\0'; text += length) {
		uint32_t c = text_character(text, &length);

		write_clean(to, c, text, length);
	}
	bool failed = ferror(to) != 0;
	if (fclose(to) != 0 || failed) {
		free(out);
		return NULL;
	}
	return out;
}

char *text_of(const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	int length = vasprintf(&text, format, args);
	va_end(args);
	return length >= 0 ? text : NULL;
}
