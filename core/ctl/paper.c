/* Safe text, columns counted in cells, colour, wrapping. */
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "ctl/paper.h"

enum { WIDTH_DEFAULT = 80, WIDTH_LEAST = 40, WIDTH_MOST = 500 };

static int columns_of(int fd)
{
	struct winsize size;
	const char *said = getenv("COLUMNS");
	long width = said != NULL ? strtol(said, NULL, 10) : 0; /* 0 for what is no number */

	if (width <= 0 && ioctl(fd, TIOCGWINSZ, &size) == 0)
		width = size.ws_col;
	if (width <= 0)
		width = WIDTH_DEFAULT;
	return width < WIDTH_LEAST ? WIDTH_LEAST : width > WIDTH_MOST ? WIDTH_MOST : (int)width;
}

struct look look_of(int fd)
{
	const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");
	bool terminal = isatty(fd) == 1;

	return (struct look){
		.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
		.colour = terminal && (no_colour == NULL || *no_colour == '\0') &&
			  (term == NULL || strcmp(term, "dumb") != 0),
		.bounded = terminal,
		.width = columns_of(fd),
	};
}

void paper_init(struct paper *p, struct look look)
{
	p->look = look;
	p->column = 0;
	buffer_init(&p->out);
}

void paper_deinit(struct paper *p)
{
	buffer_deinit(&p->out);
}

/* One code point of UTF-8; what is no well-formed one is a single byte of
 * U+FFFD. */
static size_t decode(const unsigned char *s, uint32_t *code)
{
	size_t length = *s < 0x80 ? 1 : *s >= 0xF0 ? 4 : *s >= 0xE0 ? 3 : *s >= 0xC2 ? 2 : 0;
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};

	*code = length == 1 ? *s : *s & (0x7Fu >> length);
	for (size_t i = 1; i < length; i++) {
		if ((s[i] & 0xC0) != 0x80)
			length = 0;
		else
			*code = *code << 6 | (s[i] & 0x3Fu);
	}
	if (length == 0 || *s > 0xF4 || *code < least[length] || *code > 0x10FFFF ||
	    (*code >= 0xD800 && *code < 0xE000)) {
		*code = 0xFFFD;
		return 1;
	}
	return length;
}

/* Characters that change how others are shown, or cannot be seen at all. */
static bool is_treacherous(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C || c == 0x180E ||
	       c == 0x200B || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
	       (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF0 && c < 0xFFFC) ||
	       (c >= 0xE0000 && c < 0xE1000);
}

/* What ASCII has for the punctuation that people type. */
static const char *plain_spelling(uint32_t c)
{
	switch (c) {
	case 0xA0:
		return " ";
	case 0xA3:
		return "GBP ";
	case 0x2010:
	case 0x2011:
	case 0x2012:
	case 0x2013:
	case 0x2014:
	case 0x2212:
		return "-";
	case 0x2018:
	case 0x2019:
		return "'";
	case 0x201C:
	case 0x201D:
		return "\"";
	case 0x2022:
	case 0xB7:
		return "*";
	case 0x2026:
		return "...";
	default:
		return NULL;
	}
}

/* One character as it may be shown: its bytes in `out`, its cells returned. */
static int spell(const struct look *look, uint32_t c, const unsigned char *raw, size_t length,
		 char out[16])
{
	const char *plain = look->utf8 ? NULL : plain_spelling(c);
	int cells = c < 0x80 || !look->utf8 ? 1 : wcwidth((wchar_t)c);

	if (c == '\n' || c == '\t' || c == '\r')
		plain = " ";
	if (plain == NULL && !is_treacherous(c) &&
	    (look->utf8 ? cells >= 0 && c != 0xFFFD : c < 0x80)) {
		memcpy(out, raw, length);
		out[length] = '\0';
		return cells;
	}
	if (plain != NULL)
		return snprintf(out, 16, "%s", plain);
	if (c <= 0xFFFF)
		return snprintf(out, 16, "\\u%04X", (unsigned)c);
	/* As a pair of surrogates, so that JSON stays JSON. */
	return snprintf(out, 16, "\\u%04X\\u%04X", 0xD800 + (unsigned)((c - 0x10000) >> 10),
			0xDC00 + (unsigned)((c - 0x10000) & 0x3FF));
}

/* Walks `text`, appending to `out` (or only counting where it is NULL) while
 * no more than `most` cells are used. */
static int walk(const struct look *look, const char *text, int most, struct buffer *out)
{
	const unsigned char *s = (const unsigned char *)text;
	int used = 0;

	while (*s != '\0') {
		uint32_t code;
		char shown[16];
		size_t length = decode(s, &code);
		int cells = spell(look, code, s, length, shown);

		if (used + cells > most)
			break;
		if (out != NULL)
			(void)buffer_append_text(out, shown); /* the buffer remembers */
		used += cells;
		s += length;
	}
	return used;
}

int paper_cells(const struct paper *p, const char *text)
{
	return walk(&p->look, text, INT32_MAX / 2, NULL);
}

void paper_text(struct paper *p, const char *text)
{
	p->column += walk(&p->look, text, INT32_MAX / 2, &p->out);
}

void paper_cut(struct paper *p, const char *text, int cells)
{
	int mark = p->look.utf8 ? 1 : 3;

	if (paper_cells(p, text) <= cells) {
		paper_text(p, text);
	} else if (cells > mark) {
		p->column += walk(&p->look, text, cells - mark, &p->out);
		paper_sign(p, SIGN_ELLIPSIS);
	} else {
		p->column += walk(&p->look, text, cells, &p->out);
	}
}

static void format_into(struct buffer *b, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

static void format_into(struct buffer *b, const char *format, va_list args)
{
	char *text = NULL;

	if (vasprintf(&text, format, args) < 0) {
		b->failed = true;
		return;
	}
	(void)buffer_append_text(b, text); /* the buffer remembers */
	free(text);
}

void paper_format(struct paper *p, const char *format, ...)
{
	struct buffer b;
	va_list args;

	buffer_init(&b);
	va_start(args, format);
	format_into(&b, format, args);
	va_end(args);
	if (buffer_status(&b) == 0)
		paper_text(p, b.bytes != NULL ? b.bytes : "");
	else
		p->out.failed = true;
	buffer_deinit(&b);
}

void paper_sign(struct paper *p, enum sign sign)
{
	static const char *const shown[][2] = {
		[SIGN_MET] = {"+", "✓"},   [SIGN_UNMET] = {"x", "✗"},
		[SIGN_ERROR] = {"!", "!"}, [SIGN_BULLET] = {"-", "•"},
		[SIGN_DASH] = {"-", "–"},  [SIGN_ELLIPSIS] = {"...", "…"},
		[SIGN_RULE] = {"-", "─"},  [SIGN_RANGE] = {"->", "→"},
	};
	const char *text = shown[sign][p->look.utf8];

	(void)buffer_append_text(&p->out, text); /* the buffer remembers */
	p->column += p->look.utf8 ? 1 : (int)strlen(text);
}

void paper_newline(struct paper *p)
{
	(void)buffer_append(&p->out, "\n", 1); /* the buffer remembers */
	p->column = 0;
}

void paper_pad(struct paper *p, int column)
{
	while (p->column < column) {
		(void)buffer_append(&p->out, " ", 1); /* the buffer remembers */
		p->column++;
	}
}

void paper_tone(struct paper *p, enum tone tone)
{
	static const char *const codes[] = {
		[TONE_PLAIN] = "\033[0m", [TONE_STRONG] = "\033[1m", [TONE_FAINT] = "\033[2m",
		[TONE_GOOD] = "\033[32m", [TONE_BAD] = "\033[31m",   [TONE_WARN] = "\033[33m",
	};

	if (p->look.colour)
		(void)buffer_append_text(&p->out, codes[tone]); /* the buffer remembers */
}

/* A word wider than a whole line is not broken: an id must stay whole to be
 * copied. */
static void put_word(struct paper *p, int indent, const char *word)
{
	int cells = paper_cells(p, word);
	bool first = p->column <= indent;

	if (!first && p->column + 1 + cells > p->look.width) {
		paper_newline(p);
		first = true;
	}
	if (first)
		paper_pad(p, indent);
	else
		paper_text(p, " ");
	paper_text(p, word);
}

void paper_wrap(struct paper *p, int indent, const char *text)
{
	char *copy = strdup(text), *rest = NULL;

	if (copy == NULL) {
		p->out.failed = true;
		return;
	}
	if (p->column > indent) {
		paper_newline(p);
		paper_pad(p, indent);
	}
	for (char *word = strtok_r(copy, " \n\t\r", &rest); word != NULL;
	     word = strtok_r(NULL, " \n\t\r", &rest))
		put_word(p, indent, word);
	free(copy);
	paper_newline(p);
}

void paper_wrap_format(struct paper *p, int indent, const char *format, ...)
{
	struct buffer b;
	va_list args;

	buffer_init(&b);
	va_start(args, format);
	format_into(&b, format, args);
	va_end(args);
	if (buffer_status(&b) == 0)
		paper_wrap(p, indent, b.bytes != NULL ? b.bytes : "");
	else
		p->out.failed = true;
	buffer_deinit(&b);
}

void paper_heading(struct paper *p, const char *text)
{
	paper_newline(p);
	paper_tone(p, TONE_STRONG);
	paper_wrap(p, 0, text);
	paper_tone(p, TONE_PLAIN);
}
