/* The words, numbers, texts and signs of a rule file, one after another. */
#include <string.h>

#include "script/script.h"

static const char *const signs[] = {"...", "==", "~=", "<=", ">=", "//", "::", ".."};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char at(struct text s, size_t offset)
{
	if (offset >= s.length)
		return '\0';
	return s.bytes[offset];
}

/* The offset behind the long bracket that opens here, or 0 where none does. */
static size_t long_end(struct text s, size_t from)
{
	size_t level = 0, i = from + 1;

	if (at(s, from) != '[')
		return 0;
	while (at(s, i) == '=')
		level++, i++;
	if (at(s, i++) != '[')
		return 0;
	for (; i < s.length; i++) {
		size_t seen = 0;

		if (s.bytes[i] != ']')
			continue;
		while (at(s, i + 1 + seen) == '=')
			seen++;
		if (seen == level && at(s, i + 1 + seen) == ']')
			return i + 2 + seen;
	}
	return s.length;
}

static size_t comment_end(struct text s, size_t from)
{
	size_t end = long_end(s, from + 2);

	for (end = end != 0 ? end : from; end == from && from < s.length; from++, end++)
		if (s.bytes[from] == '\n')
			break;
	return end;
}

static size_t quoted_end(struct text s, size_t from)
{
	char quote = s.bytes[from++];

	for (; from < s.length && s.bytes[from] != quote && s.bytes[from] != '\n'; from++)
		if (s.bytes[from] == '\\' && at(s, ++from) == 'z')
			while (at(s, from + 1) != '\0' &&
			       strchr(" \t\r\n\v\f", at(s, from + 1)) != NULL)
				from++; /* it skips line ends, too */
	return from < s.length ? from + 1 : s.length;
}

static size_t number_end(struct text s, size_t from)
{
	while (is_letter(at(s, from)) || is_digit(at(s, from)) ||
	       (at(s, from) == '.' && at(s, from + 1) != '.'))
		from++;
	return from;
}

static size_t sign_end(struct text s, size_t from)
{
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		size_t length = strlen(signs[i]);

		if (s.length - from >= length && memcmp(s.bytes + from, signs[i], length) == 0)
			return from + length;
	}
	return from + 1;
}

static void skip(struct text s, struct script_token *t, size_t to)
{
	for (; t->offset < to && t->offset < s.length; t->offset++)
		t->line += s.bytes[t->offset] == '\n';
}

/* Moves over white space and notes. */
static void skip_blank(struct text s, struct script_token *t)
{
	for (;;) {
		char c = at(s, t->offset);

		if (c == '-' && at(s, t->offset + 1) == '-')
			skip(s, t, comment_end(s, t->offset));
		else if (t->offset < s.length && (c == ' ' || (c >= '\t' && c <= '\r')))
			skip(s, t, t->offset + 1);
		else
			return;
	}
}

bool script_token_next(struct text s, struct script_token *t)
{
	size_t end;

	if (t->line == 0)
		t->line = 1;
	skip(s, t, t->offset + t->length);
	skip_blank(s, t);
	t->length = 0;
	if (t->offset >= s.length)
		return false;
	char c = s.bytes[t->offset];

	if (is_letter(c)) {
		for (end = t->offset; is_letter(at(s, end)) || is_digit(at(s, end)); end++)
			;
		t->kind = SCRIPT_NAME;
	} else if (is_digit(c) || (c == '.' && is_digit(at(s, t->offset + 1)))) {
		end = number_end(s, t->offset);
		t->kind = SCRIPT_NUMBER;
	} else if (c == '"' || c == '\'') {
		end = quoted_end(s, t->offset);
		t->kind = SCRIPT_TEXT;
	} else if ((end = long_end(s, t->offset)) != 0) {
		t->kind = SCRIPT_TEXT;
	} else {
		end = sign_end(s, t->offset);
		t->kind = SCRIPT_SIGN;
	}
	t->length = end - t->offset;
	return true;
}

bool script_token_is(struct text s, const struct script_token *t, const char *what)
{
	return text_equal((struct text){s.bytes + t->offset, t->length}, text_of(what));
}
