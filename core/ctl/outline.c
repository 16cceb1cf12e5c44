/* Walks a document and writes it down as it comes. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/outline.h"
#include "ctl/table.h"

enum { STEP = 2, DEEPEST = 24, LABEL_CELLS = 20 };

static void write_value(struct paper *p, const json_t *value, int indent);

/* "log_bytes" as "Log bytes". */
static void label_of(const char *name, char out[DAY_TEXT])
{
	wording_plain(name, out);
	out[0] = (char)toupper((unsigned char)out[0]);
}

static bool is_scalar(const json_t *value)
{
	return !json_is_object(value) && !json_is_array(value);
}

static void scalar_text(const json_t *value, char *out, size_t size)
{
	const char *text = json_string_value(value);

	if (text != NULL)
		(void)snprintf(out, size, "%s", text); /* may be cut */
	else if (json_is_integer(value))
		(void)snprintf(out, size, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_real(value))
		(void)snprintf(out, size, "%g", json_real_value(value));
	else
		(void)snprintf(out, size, "%s",
			       json_is_true(value)    ? "yes"
			       : json_is_false(value) ? "no"
						      : "none");
}

static void write_scalar(struct paper *p, const json_t *value, int indent)
{
	char text[64];

	if (json_is_string(value)) {
		paper_wrap(p, indent, json_string_value(value));
		return;
	}
	scalar_text(value, text, sizeof text);
	paper_wrap(p, indent, text);
}

/* A list whose objects all have the first one's members, none of them nested. */
static bool is_tabular(const json_t *list)
{
	size_t i;
	json_t *each;
	const char *name;
	json_t *member;
	json_t *first = json_array_get(list, 0);

	if (json_object_size(first) == 0 || json_object_size(first) > TABLE_COLUMNS)
		return false;
	json_array_foreach(list, i, each) {
		if (json_object_size(each) != json_object_size(first))
			return false;
		json_object_foreach(each, name, member)
			if (json_object_get(first, name) == NULL || !is_scalar(member))
				return false;
	}
	return true;
}

static void write_table(struct paper *p, const json_t *list)
{
	char labels[TABLE_COLUMNS][DAY_TEXT];
	const char *headings[TABLE_COLUMNS], *name;
	size_t columns = 0, i;
	struct table t;
	json_t *member, *row, *first = json_array_get(list, 0);

	json_object_foreach(first, name, member) {
		label_of(name, labels[columns]);
		headings[columns] = labels[columns];
		columns++;
	}
	table_init(&t, headings, columns);
	json_array_foreach(list, i, row) {
		json_object_foreach(first, name, member) {
			char text[512] = "";

			if (!json_is_null(json_object_get(row, name)))
				scalar_text(json_object_get(row, name), text, sizeof text);
			table_add(&t, text);
		}
	}
	table_write(&t, p);
	table_deinit(&t);
}

static void write_list(struct paper *p, const json_t *list, int indent)
{
	size_t i;
	json_t *each;

	if (is_tabular(list)) {
		write_table(p, list);
		return;
	}
	json_array_foreach(list, i, each) {
		paper_pad(p, indent);
		paper_sign(p, SIGN_BULLET);
		paper_pad(p, indent + STEP);
		write_value(p, each, indent + STEP);
	}
}

static void write_member(struct paper *p, const char *name, const json_t *value, int indent)
{
	char label[DAY_TEXT];

	label_of(name, label);
	paper_pad(p, indent);
	paper_tone(p, TONE_FAINT);
	paper_text(p, label);
	paper_tone(p, TONE_PLAIN);
	if (is_scalar(value) || (json_object_size(value) == 0 && json_array_size(value) == 0)) {
		paper_text(p, " ");
		paper_pad(p, indent + LABEL_CELLS);
		if (is_scalar(value))
			write_scalar(p, value,
				     p->column > indent + LABEL_CELLS ? p->column
								      : indent + LABEL_CELLS);
		else
			paper_wrap(p, p->column, "none");
		return;
	}
	paper_newline(p);
	write_value(p, value, indent + STEP);
}

static void write_value(struct paper *p, const json_t *value, int indent)
{
	union { /* iterating needs no change, but Jansson's iterator takes no const */
		const json_t *borrowed;
		json_t *value;
	} walked = {value};

	if (indent > DEEPEST * STEP) {
		paper_wrap(p, indent, "(deeper than is shown here)");
	} else if (json_is_object(value)) {
		for (void *at = json_object_iter(walked.value); at != NULL;
		     at = json_object_iter_next(walked.value, at))
			write_member(p, json_object_iter_key(at), json_object_iter_value(at),
				     indent);
	} else if (json_is_array(value)) {
		write_list(p, value, indent);
	} else {
		write_scalar(p, value, indent);
	}
}

void outline_write(struct paper *p, const json_t *document)
{
	write_value(p, document, 0);
}

void outline_write_json(struct paper *p, const json_t *document)
{
	size_t flags = JSON_INDENT(2) | JSON_ENCODE_ANY | (p->look.utf8 ? 0 : JSON_ENSURE_ASCII);
	char *text = json_dumps(document, flags), *rest = NULL;

	if (text == NULL) {
		p->out.failed = true;
		return;
	}
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		paper_text(p, line);
		paper_newline(p);
	}
	free(text);
}
