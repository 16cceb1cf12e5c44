/* Records: the reader is strict about quotes, so that nothing is guessed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/csv.h"

void csv_init(struct csv *c, struct text t)
{
	*c = (struct csv){.text = t, .line = 1};
	if (t.length >= 3 && memcmp(t.bytes, "\xEF\xBB\xBF", 3) == 0)
		c->at = 3;
}

void csv_row_init(struct csv_row *row)
{
	*row = (struct csv_row){.fields = NULL};
}

static void clear(struct csv_row *row)
{
	for (size_t i = 0; i < row->count; i++)
		free(row->fields[i]);
	row->count = 0;
}

void csv_row_deinit(struct csv_row *row)
{
	clear(row);
	free(row->fields);
	csv_row_init(row);
}

static int peek(const struct csv *c)
{
	return c->at < c->text.length ? (unsigned char)c->text.bytes[c->at] : -1;
}

static int take(struct csv *c)
{
	int byte = peek(c);

	c->at += byte >= 0;
	c->line += byte == '\n';
	return byte;
}

/* Passes a line end, LF or CRLF; false where none stands here. */
static bool take_line_end(struct csv *c)
{
	if (peek(c) == '\r' && c->at + 1 < c->text.length && c->text.bytes[c->at + 1] == '\n')
		c->at++;
	if (peek(c) != '\n')
		return false;
	(void)take(c); /* it is the LF just seen */
	return true;
}

static int add_field(struct csv_row *row, struct buffer *field)
{
	if (row->count == row->capacity) {
		size_t want = row->capacity == 0 ? 16 : row->capacity * 2;
		char **fresh = realloc(row->fields, want * sizeof *fresh);

		if (fresh == NULL)
			return -ENOMEM;
		row->fields = fresh;
		row->capacity = want;
	}
	(void)buffer_append(field, "", 0); /* so that an empty field has its bytes */
	char *text = field->bytes != NULL ? buffer_give(field) : strdup("");

	if (text == NULL)
		return -ENOMEM;
	row->fields[row->count++] = text;
	return 0;
}

static int read_quoted(struct csv *c, struct buffer *field, struct err *e)
{
	int opened = c->line;

	(void)take(c); /* the opening quote */
	for (;;) {
		int byte = take(c);
		char plain = (char)byte;

		if (byte < 0)
			return err_set(e, AW_ESYNTAX, "%d: the quote opened here is never closed",
				       opened);
		if (byte == '"' && peek(c) != '"')
			break;
		if (byte == '"')
			(void)take(c); /* the second of a pair */
		if (byte == 0)
			return err_set(e, AW_ESYNTAX, "%d: a NUL byte", c->line);
		if (buffer_append(field, &plain, 1) != 0)
			return err_set(e, -ENOMEM, "no memory for a field");
	}
	if (peek(c) >= 0 && peek(c) != ',' && peek(c) != '\n' && peek(c) != '\r')
		return err_set(e, AW_ESYNTAX, "%d: text after a closing quote", c->line);
	return 0;
}

static int read_plain(struct csv *c, struct buffer *field, struct err *e)
{
	for (int byte = peek(c); byte >= 0 && byte != ',' && byte != '\n'; byte = peek(c)) {
		char plain = (char)byte;

		if (byte == '\r' && c->at + 1 < c->text.length && c->text.bytes[c->at + 1] == '\n')
			break;
		if (byte == '"')
			return err_set(e, AW_ESYNTAX,
				       "%d: a quote within a field that is not quoted", c->line);
		if (byte == 0)
			return err_set(e, AW_ESYNTAX, "%d: a NUL byte", c->line);
		if (buffer_append(field, &plain, 1) != 0)
			return err_set(e, -ENOMEM, "no memory for a field");
		c->at++;
	}
	return 0;
}

int csv_next(struct csv *c, struct csv_row *row, struct err *e)
{
	clear(row);
	while (take_line_end(c))
		;
	row->line = c->line;
	if (peek(c) < 0)
		return 0;
	for (;;) {
		struct buffer field;
		int rv;

		buffer_init(&field);
		rv = peek(c) == '"' ? read_quoted(c, &field, e) : read_plain(c, &field, e);
		if (rv == 0 && add_field(row, &field) != 0)
			rv = err_set(e, -ENOMEM, "no memory for a record");
		buffer_deinit(&field);
		if (rv != 0)
			return rv;
		if (take_line_end(c) || peek(c) < 0)
			return 1;
		if (take(c) != ',')
			return err_set(e, AW_ESYNTAX,
				       "%d: a line break that is neither LF nor CRLF", c->line);
	}
}

/* ---- writing ------------------------------------------------------------- */

static void put_plain(struct buffer *b, const json_t *value)
{
	const char *text = json_string_value(value);
	size_t i;
	json_t *item;

	/* The buffer remembers what fails. */
	if (text != NULL) {
		if (*text != '\0' && strchr("=+-@\t", *text) != NULL)
			(void)buffer_append_text(b, "'");
		(void)buffer_append_text(b, text);
	} else if (json_is_array(value)) {
		json_array_foreach(value, i, item) {
			(void)buffer_append_text(b, i > 0 ? ";" : "");
			put_plain(b, item);
		}
	} else if (value != NULL && !json_is_null(value)) {
		(void)json_compact(value, b);
	}
}

void csv_put(struct paper *p, const json_t *value, char end)
{
	struct buffer plain, field;

	buffer_init(&plain);
	buffer_init(&field);
	/* The buffers remember what fails. */
	put_plain(&plain, value);
	const char *text = plain.bytes != NULL ? plain.bytes : "";
	if (strpbrk(text, ",\"\r\n") == NULL) {
		(void)buffer_append_text(&field, text);
	} else {
		(void)buffer_append_text(&field, "\"");
		for (; *text != '\0'; text++)
			(void)buffer_append(&field, *text == '"' ? "\"\"" : text,
					    *text == '"' ? 2 : 1);
		(void)buffer_append_text(&field, "\"");
	}
	p->out.failed = p->out.failed || plain.failed || field.failed;
	if (p->look.bounded)
		paper_text(p, field.bytes != NULL ? field.bytes : "");
	else
		(void)buffer_append(&p->out, field.bytes, field.length);
	if (end == '\n' && p->look.bounded)
		paper_newline(p);
	else
		(void)buffer_append_text(&p->out, end == '\n' ? "\r\n" : ",");
	buffer_deinit(&plain);
	buffer_deinit(&field);
}

void csv_put_names(struct paper *p, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		/* The buffer remembers what fails. */
		(void)buffer_append_text(&p->out, names[i]);
		if (i + 1 < count)
			(void)buffer_append_text(&p->out, ",");
	}
	if (p->look.bounded)
		paper_newline(p);
	else
		(void)buffer_append_text(&p->out, "\r\n");
}
