/* Answers of JSON-RPC over lines, and of Redis. */
#include <stdlib.h>
#include <string.h>

#include "json/json.h"
#include "load.h"

/* ---- JSON-RPC ------------------------------------------------------------ */

static bool skip(struct text *t, const char *word)
{
	size_t length = strlen(word);

	if (t->length < length || memcmp(t->bytes, word, length) != 0)
		return false;
	t->bytes += length;
	t->length -= length;
	return true;
}

static bool take_number(struct text *t, uint64_t *out)
{
	size_t digits = 0;

	*out = 0;
	while (digits < t->length && digits < 18 && t->bytes[digits] >= '0' &&
	       t->bytes[digits] <= '9')
		*out = *out * 10 + (uint64_t)(t->bytes[digits++] - '0');
	t->bytes += digits;
	t->length -= digits;
	return digits > 0;
}

/* As most servers write it; reading all of every answer would cost as much as making it. */
static bool read_usual(struct text line, struct answer *out)
{
	if (!skip(&line, "{\"jsonrpc\":\"2.0\",\"id\":") || !take_number(&line, &out->id))
		return false;
	out->refused = skip(&line, ",\"error\":");
	return out->refused || skip(&line, ",\"result\":");
}

static int read_any(struct text line, struct answer *out)
{
	json_t *document = json_read(line, NULL);
	const json_t *id = json_object_get(document, "id");
	bool fits = json_object_get(document, "result") != NULL ||
		    json_object_get(document, "error") != NULL;

	out->has_id = json_is_integer(id);
	out->id = out->has_id ? (uint64_t)json_integer_value(id) : UINT64_MAX;
	out->refused = json_object_get(document, "error") != NULL;
	json_decref(document);
	return fits ? 0 : AW_ESYNTAX;
}

static int take_line(struct text bytes, struct answer *out, size_t *used)
{
	const char *end = memchr(bytes.bytes, '\n', bytes.length);

	if (end == NULL)
		return 0;
	struct text line = {bytes.bytes, (size_t)(end - bytes.bytes)};
	*used = line.length + 1;
	*out = (struct answer){.has_id = true, .body = line};
	return read_usual(line, out) ? 0 : read_any(line, out);
}

/* ---- Redis: "$12\r\n…\r\n", or an error, "-ERR …\r\n" --------------------- */

static int take_bulk(struct text bytes, struct answer *out, size_t *used)
{
	const char *end = memchr(bytes.bytes, '\n', bytes.length);
	uint64_t length;

	if (end == NULL)
		return 0;
	size_t head = (size_t)(end - bytes.bytes) + 1;
	if (bytes.bytes[0] == '-') {
		*out = (struct answer){.refused = true, .body = {bytes.bytes, head - 1}};
		*used = head;
		return 0;
	}
	struct text rest = {bytes.bytes + 1, head - 1};
	if (bytes.bytes[0] != '$' || !take_number(&rest, &length))
		return AW_ESYNTAX;
	if (bytes.length < head + length + 2)
		return 0;
	*out = (struct answer){.body = {bytes.bytes + head, (size_t)length}};
	*used = head + (size_t)length + 2;
	return 0;
}

int answer_take(enum protocol protocol, struct text bytes, struct answer *out, size_t *used)
{
	*used = 0;
	if (bytes.length == 0)
		return 0;
	return protocol == PROTOCOL_RPC ? take_line(bytes, out, used) : take_bulk(bytes, out, used);
}
