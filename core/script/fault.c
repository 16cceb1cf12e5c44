/*
 * Faults: what is wrong in a rule file, as file, line and a sentence; and what
 * makes text fit for one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "script/vm.h"

void script_faults_deinit(struct script_faults *f)
{
	free(f->list);
	*f = (struct script_faults){0};
}

/* A test that names an unknown criterion in three places complains of it three times. */
static bool was_said(const struct script_faults *list, const struct script_fault *f)
{
	for (size_t i = list->count; i-- > 0 && list->list[i].line == f->line;)
		if (strcmp(list->list[i].message, f->message) == 0 &&
		    strcmp(list->list[i].file, f->file) == 0)
			return true;
	return false;
}

int faults_add(struct script_faults *list, const struct script_fault *f)
{
	if (was_said(list, f))
		return 0;
	if (list->count == list->capacity) {
		size_t capacity = list->capacity == 0 ? 8 : 2 * list->capacity;
		struct script_fault *grown = realloc(list->list, capacity * sizeof *grown);

		if (grown == NULL)
			return -ENOMEM;
		list->list = grown;
		list->capacity = capacity;
	}
	list->list[list->count++] = *f;
	return 0;
}

bool text_is_clean(const char *bytes, size_t length)
{
	struct text left = {bytes, length};

	while (left.length > 0) {
		size_t step = text_plain(left);
		if (step == 0)
			step = *left.bytes != '\0' ? text_sequence(left) : 0;
		if (step == 0)
			return false;
		left = (struct text){left.bytes + step, left.length - step};
	}
	return true;
}

static void copy_clean(char *to, size_t size, const char *from)
{
	size_t used = 0;

	while (*from != '\0') {
		/* No more is looked at than the longest letter has: a message may have
		 * millions of bytes. */
		size_t length = text_sequence((struct text){from, strnlen(from, 4)});
		bool bad = length == 0 || (length == 1 && (unsigned char)*from < ' ');

		if (used + (bad ? 1 : length) >= size)
			break;
		if (bad) {
			to[used++] = '?';
			from++;
		} else {
			memcpy(to + used, from, length);
			used += length;
			from += length;
		}
	}
	to[used] = '\0';
}

/* Lua's own messages are for programmers; what they mostly mean in a rule file. */
static const struct {
	const char *words, *hint;
} hints[] = {
	{"near <eof>; the ", "; the "}, /* that is said already */
	{"'}' expected (to close '{'", "; is a comma missing before it?"},
	{"')' expected", "; is a bracket or a comma missing before it?"},
	{"'end' expected", "; each function, if and for needs an end"},
	{"unfinished string", "; is the closing quote missing?"},
	{"unexpected symbol near", "; is something missing before it?"},
	{"attempt to index a nil value", "; nothing is there, so ask first whether it is nil"},
	{"attempt to compare nil", "; nothing is there, so ask first whether it is nil"},
	{"attempt to compare number with nil",
	 "; nothing is there, so ask first whether it is nil"},
	{"attempt to concatenate a nil", "; nothing is there, so ask first whether it is nil"},
};

static void add_hint(char *message, size_t size)
{
	size_t length = strlen(message);

	for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++) {
		if (strstr(message, hints[i].words) == NULL)
			continue;
		/* A message passes here again when it is passed on. */
		if (strstr(message, hints[i].hint) == NULL && length + strlen(hints[i].hint) < size)
			memcpy(message + length, hints[i].hint, strlen(hints[i].hint) + 1);
		return;
	}
}

void fault_say(struct script_fault *f, const char *file, int line, const char *message)
{
	copy_clean(f->file, sizeof f->file, file);
	copy_clean(f->message, sizeof f->message, message);
	add_hint(f->message, sizeof f->message);
	f->line = line;
}

/* Which bracket is open at the end, the innermost, and its line; '\0' where none is. */
static char open_bracket(struct text source, int *line)
{
	enum { DEPTH = 200 }; /* as deep as Lua reads */
	struct script_token t = {.line = 0};
	struct {
		char bracket;
		int line;
	} open[DEPTH];
	size_t depth = 0;

	while (script_token_next(source, &t)) {
		char c = source.bytes[t.offset];

		if (t.kind != SCRIPT_SIGN)
			continue;
		if ((c == '{' || c == '(' || c == '[') && depth < DEPTH) {
			open[depth].bracket = c;
			open[depth++].line = (int)t.line;
		} else if ((c == '}' || c == ')' || c == ']') && depth > 0) {
			depth--;
		}
	}
	if (depth == 0)
		return '\0';
	*line = open[depth - 1].line;
	return open[depth - 1].bracket;
}

void fault_from_parser(struct script_fault *f, const char *file, struct text source,
		       const char *message)
{
	static const char at_end[] = "near <eof>";
	char said[sizeof f->message];
	size_t length;
	int line = 0, opened = 0;
	char bracket = '\0';

	for (const char *at = strchr(message, ':'); at != NULL; at = strchr(at + 1, ':')) {
		char *end = NULL;
		long found = strtol(at + 1, &end, 10);

		if (end == at + 1 || end[0] != ':' || end[1] != ' ')
			continue;
		line = (int)found;
		message = end + 2;
		break;
	}
	length = strlen(message);
	if (length >= strlen(at_end) && strcmp(message + length - strlen(at_end), at_end) == 0 &&
	    strstr(message, "(to close") == NULL)
		bracket = open_bracket(source, &opened);
	if (bracket != '\0') {
		(void)snprintf(said, sizeof said,
			       "%s; the %c of line %d, or one behind it, is not closed", message,
			       bracket, opened); /* it may be cut */
		message = said;
	}
	fault_say(f, file, line, message);
}
