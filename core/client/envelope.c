/*
 * The envelope of JSON-RPC 2.0: written around params, taken off an answer.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/envelope.h"

void bytes_append(struct bytes *b, const char *data, size_t length)
{
	if (b->failed)
		return;
	if (b->capacity - b->length < length) {
		size_t want = b->capacity < 256 ? 256 : b->capacity;

		while (want - b->length < length && want <= SIZE_MAX / 2)
			want *= 2;
		char *fresh = want - b->length < length ? NULL : realloc(b->data, want);

		if (fresh == NULL) {
			b->failed = true;
			return;
		}
		b->data = fresh;
		b->capacity = want;
	}
	if (length > 0)
		memcpy(b->data + b->length, data, length);
	b->length += length;
}

void bytes_append_text(struct bytes *b, const char *text)
{
	bytes_append(b, text, strlen(text));
}

void bytes_clear(struct bytes *b)
{
	free(b->data);
	*b = (struct bytes){NULL, 0, 0, false};
}

static void append_quoted(struct bytes *out, const char *text)
{
	bytes_append_text(out, "\"");
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		char escape[8];

		if (c >= 0x20 && c != '"' && c != '\\') {
			bytes_append(out, text, 1);
			continue;
		}
		(void)snprintf(escape, sizeof escape, "\\u%04x", c); /* always fits */
		bytes_append_text(out, escape);
	}
	bytes_append_text(out, "\"");
}

/* A message is one line: what breaks lines in valid JSON stands between its
 * tokens, where a space means the same. */
static bool append_params(struct bytes *out, const char *params)
{
	size_t before = out->length;

	while (*params != '\0' && strchr(" \t\r\n", *params) != NULL)
		params++;
	size_t length = strlen(params);
	size_t value = *params == '{' || *params == '[' ? json_value_length(params, length) : 0;

	if (value == 0 || strspn(params + value, " \t\r\n") != length - value)
		return false;
	bytes_append(out, params, value);
	for (size_t i = before; !out->failed && i < out->length; i++)
		if (out->data[i] == '\n' || out->data[i] == '\r')
			out->data[i] = ' ';
	return true;
}

bool envelope_write(struct bytes *out, int64_t id, const char *method, const char *params)
{
	char number[32];

	(void)snprintf(number, sizeof number, "%" PRId64, id); /* always fits */
	bytes_append_text(out, "{\"jsonrpc\":\"2.0\",\"id\":");
	bytes_append_text(out, number);
	bytes_append_text(out, ",\"method\":");
	append_quoted(out, method);
	if (params != NULL) {
		bytes_append_text(out, ",\"params\":");
		if (!append_params(out, params))
			return false;
	}
	bytes_append_text(out, "}\n");
	return true;
}

static unsigned hex4(const char *s)
{
	unsigned value = 0;

	for (int i = 0; i < 4; i++) {
		char c = s[i];
		unsigned digit = c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 32) - 'a' + 10);

		value = value << 4 | digit;
	}
	return value;
}

static size_t utf8_write(unsigned code, char out[4])
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	unsigned lead = length == 2 ? 0xC0 : length == 3 ? 0xE0 : 0xF0;

	for (size_t i = length - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (code & 0x3F));
		code >>= 6;
	}
	out[0] = (char)(lead | code);
	return length;
}

/* Reads the escape behind a backslash; halves of a pair that stand alone, and
 * NUL, which no C string can hold, become U+FFFD. */
static const char *unescape(const char *at, const char *end, unsigned *code)
{
	static const char from[] = "\"\\/bfnrt";
	static const char to[] = "\"\\/\b\f\n\r\t";
	const char *simple = strchr(from, *at);

	if (*at != 'u') {
		*code = simple != NULL ? (unsigned char)to[simple - from] : 0xFFFD;
		return at + 1;
	}
	*code = hex4(at + 1);
	at += 5;
	if (*code >= 0xD800 && *code < 0xDC00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
		unsigned low = hex4(at + 2);

		if (low >= 0xDC00 && low < 0xE000) {
			*code = 0x10000 + ((*code - 0xD800) << 10) + (low - 0xDC00);
			return at + 6;
		}
	}
	if (*code == 0 || (*code >= 0xD800 && *code < 0xE000))
		*code = 0xFFFD;
	return at;
}

static char *copy(struct span s)
{
	char *fresh = malloc(s.length + 1);

	if (fresh == NULL)
		return NULL;
	memcpy(fresh, s.start, s.length);
	fresh[s.length] = '\0';
	return fresh;
}

/* The text of a JSON string that the scanner has passed; never longer than its
 * escapes. A message that is no string is given as it stands. */
static char *copy_message(struct span s)
{
	char *fresh = copy(s), *put = fresh;

	if (fresh == NULL || s.start[0] != '"')
		return fresh;
	const char *at = s.start + 1, *end = s.start + s.length - 1;

	while (at < end) {
		unsigned code;

		if (*at != '\\') {
			*put++ = *at++;
			continue;
		}
		at = unescape(at + 1, end, &code);
		put += utf8_write(code, put);
	}
	*put = '\0';
	return fresh;
}

static bool read_integer(struct span s, int64_t *out)
{
	char digits[24], *end;

	if (s.start == NULL || s.length >= sizeof digits)
		return false;
	memcpy(digits, s.start, s.length);
	digits[s.length] = '\0';
	*out = strtoll(digits, &end, 10);
	return *end == '\0';
}

static int read_error(struct span error, struct awardd_answer *answer)
{
	struct span code = json_span_member(error, "code");
	struct span message = json_span_member(error, "message");
	struct span data = json_span_member(error, "data");

	if (!read_integer(code, &answer->code) || message.start == NULL)
		return AWARDD_GARBLED;
	answer->message = copy_message(message);
	if (data.start != NULL)
		answer->data = copy(data);
	if (answer->message == NULL || (data.start != NULL && answer->data == NULL))
		return AWARDD_MEMORY;
	return AWARDD_REFUSED;
}

int envelope_read(const char *line, size_t length, struct awardd_answer *answer)
{
	struct span whole = {line, length};
	struct span id = json_span_member(whole, "id");
	struct span result = json_span_member(whole, "result");
	struct span error = json_span_member(whole, "error");

	size_t end = json_value_length(line, length);

	while (end > 0 && end < length && (line[end] == ' ' || line[end] == '\t'))
		end++;
	if (end == 0 || end != length || memchr(line, '\0', length) != NULL)
		return AWARDD_GARBLED;
	if (!read_integer(id, &answer->id)) {
		if (id.start == NULL || id.length != 4 || memcmp(id.start, "null", 4) != 0)
			return AWARDD_GARBLED;
		answer->id = -1;
	}
	if (error.start != NULL && error.start[0] == '{')
		return read_error(error, answer);
	if (result.start == NULL)
		return AWARDD_GARBLED;
	answer->result = copy(result);
	return answer->result != NULL ? AWARDD_OK : AWARDD_MEMORY;
}
