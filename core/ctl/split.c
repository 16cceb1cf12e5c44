/* Tells the three forms apart, and reads item after item with its line. */
#include <stdio.h>
#include <string.h>

#include "ctl/input.h"
#include "ctl/split.h"

enum { FLAGS = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY };

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_space(struct split *s)
{
	while (s->at < s->text.length && is_space(s->text.bytes[s->at]))
		s->line += s->text.bytes[s->at++] == '\n';
}

/* The line at `at`, without its end; `at` is moved behind it. */
static struct text take_line(struct text t, size_t *at)
{
	const char *start = t.bytes + *at;
	size_t rest = t.length - *at;
	const char *end = rest > 0 ? memchr(start, '\n', rest) : NULL;
	size_t length = end != NULL ? (size_t)(end - start) : rest;

	*at += length + (end != NULL);
	return (struct text){start, length};
}

static bool is_blank(struct text line)
{
	for (size_t i = 0; i < line.length; i++)
		if (!is_space(line.bytes[i]))
			return false;
	return true;
}

static bool is_complete_object(struct text line)
{
	json_error_t error;
	json_t *document = json_load_whole(line, 0, &error);
	bool object = json_is_object(document);

	json_decref(document);
	return object;
}

/* One a line: more than one line has text, and the first or the second is an
 * object of its own. Within one object written over several lines, no line but
 * a nested one is, and nested ones do not stand second without a bracket. */
static bool has_lines(struct text t, size_t at)
{
	struct text first = {NULL, 0}, second = {NULL, 0};

	while (second.bytes == NULL && at < t.length) {
		struct text line = take_line(t, &at);

		if (is_blank(line))
			continue;
		if (first.bytes == NULL)
			first = line;
		else
			second = line;
	}
	return second.bytes != NULL && (is_complete_object(first) || is_complete_object(second));
}

void split_init(struct split *s, struct text t)
{
	*s = (struct split){.text = t, .line = 1, .form = SPLIT_ONE};
	if (t.length >= 3 && memcmp(t.bytes, "\xEF\xBB\xBF", 3) == 0)
		s->at = 3;
	skip_space(s);
	if (s->at < t.length && t.bytes[s->at] == '[')
		s->form = SPLIT_ARRAY;
	else if (has_lines(t, s->at))
		s->form = SPLIT_LINES;
}

/* Reads a document of `length` bytes from where we are; on failure says where. */
static void read_document(struct split *s, size_t length, struct split_item *out)
{
	json_error_t error;

	out->line = s->line;
	out->document =
		json_load_whole((struct text){s->text.bytes + s->at, length}, FLAGS, &error);
	if (out->document != NULL)
		return;
	if (error.line > 0)
		out->line += error.line - 1;
	if (length == 0)
		(void)snprintf(out->problem, sizeof out->problem, "there is nothing in it");
	else
		input_explain(&error, out->problem, sizeof out->problem);
}

static int next_line(struct split *s, struct split_item *out)
{
	skip_space(s);
	if (s->at >= s->text.length)
		return 0;
	size_t after = s->at;
	struct text line = take_line(s->text, &after);

	read_document(s, line.length, out);
	s->line += after > s->at + line.length;
	s->at = after;
	out->number = ++s->number;
	return 1;
}

/* The whole array is read once before its first item is given: half a file is
 * never acted on. */
static bool array_is_whole(struct split *s, struct split_item *out)
{
	read_document(s, s->text.length - s->at, out);
	json_decref(out->document);
	bool whole = out->document != NULL;

	out->document = NULL;
	s->ended = !whole;
	return whole;
}

static int next_element(struct split *s, struct split_item *out)
{
	json_error_t error;

	if (s->number == 0 && !array_is_whole(s, out)) {
		out->number = ++s->number;
		return 1;
	}
	s->at++; /* the bracket or the comma */
	skip_space(s);
	if (s->at >= s->text.length || s->text.bytes[s->at] == ']') {
		s->ended = true;
		return 0;
	}
	const char *start = s->text.bytes + s->at;

	out->line = s->line;
	out->document = json_load_whole((struct text){start, s->text.length - s->at},
					FLAGS | JSON_DISABLE_EOF_CHECK, &error);
	if (out->document == NULL) {
		s->ended = true;
		/* The text may be cut. */
		(void)snprintf(out->problem, sizeof out->problem, "%s", error.text);
	} else {
		for (int i = 0; i < error.position; i++)
			s->line += start[i] == '\n';
		s->at += (size_t)error.position;
		skip_space(s);
		s->ended = s->at >= s->text.length || s->text.bytes[s->at] != ',';
	}
	out->number = ++s->number;
	return 1;
}

int split_next(struct split *s, struct split_item *out)
{
	*out = (struct split_item){.document = NULL};
	if (s->ended)
		return 0;
	if (s->form == SPLIT_ARRAY)
		return next_element(s, out);
	if (s->form == SPLIT_LINES)
		return next_line(s, out);
	s->ended = true;
	read_document(s, s->text.length - s->at, out);
	out->number = ++s->number;
	return 1;
}
