/* Kinds of characters, and escapes. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "letters.h"

enum { NO_CHARACTER = 0xfffd };

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

bool text_is_blank(uint32_t c)
{
	return (c >= '\t' && c <= '\r') || c == ' ' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

/* Marks over others, joiners, selectors: no line begins with one. */
bool text_takes_no_place(uint32_t c)
{
	return WITHIN(c, {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x0610, 0x061a},
		      {0x064b, 0x065f}, {0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x2069},
		      {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff});
}

bool text_is_broad(uint32_t c)
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
	if (text_is_blank(c))
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

char *text_printf(const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	int length = vasprintf(&text, format, args);
	va_end(args);
	return length >= 0 ? text : NULL;
}
