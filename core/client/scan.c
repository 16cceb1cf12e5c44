/*
 * Finds where JSON values begin and end, without making anything of them. A
 * stack of bits instead of recursion: a hostile answer cannot use up ours.
 */
#include <string.h>

#include "client/envelope.h"

enum { NESTING = 4096 };

struct scan {
	const char *at, *end;
	unsigned char is_object[NESTING / 8]; /* one bit for each open bracket */
	size_t depth;
};

static void skip_space(struct scan *s)
{
	while (s->at < s->end && strchr(" \t\r\n", *s->at) != NULL && *s->at != '\0')
		s->at++;
}

static bool take(struct scan *s, char c)
{
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

static bool take_word(struct scan *s, const char *word)
{
	size_t length = strlen(word);

	if ((size_t)(s->end - s->at) < length || memcmp(s->at, word, length) != 0)
		return false;
	s->at += length;
	return true;
}

static bool is_hex(char c)
{
	return c != '\0' && strchr("0123456789abcdefABCDEF", c) != NULL;
}

static bool take_escape(struct scan *s)
{
	if (s->at == s->end || *s->at == '\0' || strchr("\"\\/bfnrtu", *s->at) == NULL)
		return false;
	if (*s->at++ != 'u')
		return true;
	for (int i = 0; i < 4; i++)
		if (s->at == s->end || !is_hex(*s->at++))
			return false;
	return true;
}

static bool take_string(struct scan *s)
{
	if (!take(s, '"'))
		return false;
	while (s->at < s->end) {
		unsigned char c = (unsigned char)*s->at++;

		if (c == '"')
			return true;
		if (c < 0x20 || (c == '\\' && !take_escape(s)))
			return false;
	}
	return false;
}

static bool take_digits(struct scan *s)
{
	const char *first = s->at;

	while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
		s->at++;
	return s->at > first;
}

static bool take_number(struct scan *s)
{
	(void)take(s, '-'); /* a sign is allowed and not needed */
	if (!take(s, '0') && !take_digits(s))
		return false;
	if (take(s, '.') && !take_digits(s))
		return false;
	if (take(s, 'e') || take(s, 'E')) {
		if (!take(s, '-'))
			(void)take(s, '+'); /* likewise */
		return take_digits(s);
	}
	return true;
}

static bool inside_object(const struct scan *s)
{
	size_t top = s->depth - 1;

	return (s->is_object[top / 8] >> (top % 8) & 1) != 0;
}

static bool push(struct scan *s, bool object)
{
	unsigned char bit = (unsigned char)(1u << (s->depth % 8));

	if (s->depth == NESTING)
		return false;
	if (object)
		s->is_object[s->depth / 8] |= bit;
	else
		s->is_object[s->depth / 8] &= (unsigned char)~bit;
	s->depth++;
	return true;
}

static bool take_scalar(struct scan *s)
{
	if (s->at == s->end)
		return false;
	if (*s->at == '"')
		return take_string(s);
	return take_word(s, "true") || take_word(s, "false") || take_word(s, "null") ||
	       take_number(s);
}

static bool take_name(struct scan *s)
{
	skip_space(s);
	if (!take_string(s))
		return false;
	skip_space(s);
	return take(s, ':');
}

/* Closes brackets and passes commas until another value must follow (1), the
 * outermost value is complete (0), or the text is wrong (-1). */
static int after_value(struct scan *s)
{
	while (s->depth > 0) {
		bool object = inside_object(s);

		skip_space(s);
		if (take(s, ','))
			return !object || take_name(s) ? 1 : -1;
		if (!take(s, object ? '}' : ']'))
			return -1;
		s->depth--;
	}
	return 0;
}

/* Opens one bracket: 1 where a value must follow, 0 where it was empty and is
 * closed again, -1 where the text is wrong. */
static int open_bracket(struct scan *s)
{
	bool object = *s->at++ == '{';

	if (!push(s, object))
		return -1;
	skip_space(s);
	if (take(s, object ? '}' : ']')) {
		s->depth--;
		return 0;
	}
	return !object || take_name(s) ? 1 : -1;
}

size_t json_value_length(const char *text, size_t length)
{
	struct scan s = {.at = text, .end = text + length};
	int more = 1;

	while (more > 0) {
		skip_space(&s);
		if (s.at < s.end && (*s.at == '{' || *s.at == '[')) {
			more = open_bracket(&s);
			if (more != 0)
				continue;
		} else if (!take_scalar(&s)) {
			return 0;
		}
		more = after_value(&s);
	}
	return more == 0 ? (size_t)(s.at - text) : 0;
}

struct span json_span_member(struct span object, const char *name)
{
	struct scan s = {.at = object.start, .end = object.start + object.length};
	struct span none = {NULL, 0};

	skip_space(&s);
	if (!take(&s, '{'))
		return none;
	for (;;) {
		skip_space(&s);
		const char *quoted = s.at + 1;

		if (!take_string(&s))
			return none;
		size_t quoted_length = (size_t)(s.at - quoted) - 1;

		skip_space(&s);
		if (!take(&s, ':'))
			return none;
		skip_space(&s);
		struct span value = {s.at, json_value_length(s.at, (size_t)(s.end - s.at))};

		if (value.length == 0)
			return none;
		if (quoted_length == strlen(name) && memcmp(quoted, name, quoted_length) == 0)
			return value;
		s.at += value.length;
		skip_space(&s);
		if (!take(&s, ','))
			return none;
	}
}
