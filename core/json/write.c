/* The canonical form of RFC 8785, and plain compact text. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/json.h"

int json_compare_names(struct text a, struct text b)
{
	size_t shorter = a.length < b.length ? a.length : b.length, i = 0;

	while (i < shorter && a.bytes[i] == b.bytes[i])
		i++;
	if (i == shorter)
		return (a.length > b.length) - (a.length < b.length);
	unsigned char left = (unsigned char)a.bytes[i], right = (unsigned char)b.bytes[i];
	/* RFC 8785 sorts by UTF-16 code units. Bytes of UTF-8 sort the same but where a
	 * surrogate pair (a lead byte from 0xF0) meets U+E000 to U+FFFF (a lead byte of 0xEE or
	 * 0xEF): the pair comes first. */
	if (left >= 0xEE && right >= 0xEE && (left >= 0xF0) != (right >= 0xF0))
		return left >= 0xF0 ? -1 : 1;
	return left < right ? -1 : 1;
}

static int compare_names(const void *left, const void *right)
{
	return json_compare_names(text_of(*(const char *const *)left),
				  text_of(*(const char *const *)right));
}

const char **json_sorted_names(const json_t *object, size_t *count)
{
	size_t size = json_object_size(object);
	const char **names = malloc((size + 1) * sizeof *names);
	if (names == NULL)
		return NULL;

	union { /* iterating needs no change, but Jansson's iterator takes no const */
		const json_t *borrowed;
		json_t *value;
	} walked = {object};
	size_t n = 0;
	for (void *at = json_object_iter(walked.value); at != NULL;
	     at = json_object_iter_next(walked.value, at))
		names[n++] = json_object_iter_key(at);
	qsort(names, n, sizeof *names, compare_names);
	*count = n;
	return names;
}

static int write_value(const json_t *value, struct buffer *out);

static void write_escape(unsigned char c, struct buffer *out)
{
	static const char shorts[] = "\bb\ff\nn\rr\tt\"\"\\\\";
	const char *found = NULL;

	for (const char *s = shorts; *s != '\0' && found == NULL; s += 2)
		found = (unsigned char)*s == c ? s : NULL;
	/* A failure stays marked in the buffer. */
	if (found != NULL)
		(void)buffer_printf(out, "\\%c", found[1]);
	else
		(void)buffer_printf(out, "\\u%04x", c);
}

int json_plain_text(struct text t, struct buffer *out)
{
	if (buffer_reserve(out, t.length + 2) != 0)
		return -ENOMEM;
	char *to = out->bytes + out->length;
	*to = '"';
	if (t.length > 0)
		memcpy(to + 1, t.bytes, t.length);
	to[t.length + 1] = '"';
	to[t.length + 2] = '\0';
	out->length += t.length + 2;
	return 0;
}

int json_canonical_text(struct text t, struct buffer *out)
{
	(void)buffer_append(out, "\"", 1); /* a failure stays marked in the buffer */
	while (t.length > 0) {
		size_t taken = text_plain(t);
		while (taken < t.length && (unsigned char)t.bytes[taken] >= 0x80)
			taken++;
		(void)buffer_append(out, t.bytes, taken);
		if (taken == 0) {
			write_escape((unsigned char)*t.bytes, out);
			taken = 1;
		}
		t = (struct text){t.bytes + taken, t.length - taken};
	}
	return buffer_append(out, "\"", 1);
}

static int write_object(const json_t *object, struct buffer *out)
{
	size_t count = 0;
	const char **names = json_sorted_names(object, &count);
	if (names == NULL) {
		out->failed = true;
		return -ENOMEM;
	}

	int rv = buffer_append(out, "{", 1);
	for (size_t i = 0; i < count && rv == 0; i++) {
		if (i > 0)
			(void)buffer_append(out, ",", 1);
		(void)json_canonical_text(text_of(names[i]), out);
		(void)buffer_append(out, ":", 1);
		rv = write_value(json_object_get(object, names[i]), out);
	}
	free(names);
	return rv == 0 ? buffer_append(out, "}", 1) : rv;
}

static int write_array(const json_t *array, struct buffer *out)
{
	int rv = buffer_append(out, "[", 1);

	for (size_t i = 0; i < json_array_size(array) && rv == 0; i++) {
		if (i > 0)
			(void)buffer_append(out, ",", 1);
		rv = write_value(json_array_get(array, i), out);
	}
	return rv == 0 ? buffer_append(out, "]", 1) : rv;
}

static int write_value(const json_t *value, struct buffer *out)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return write_object(value, out);
	case JSON_ARRAY:
		return write_array(value, out);
	case JSON_STRING:
		return json_canonical_text(
			(struct text){json_string_value(value), json_string_length(value)}, out);
	case JSON_INTEGER:
		if (json_integer_value(value) > JSON_EXACT ||
		    json_integer_value(value) < -JSON_EXACT)
			return AW_EINVALID;
		return buffer_append_integer(out, json_integer_value(value));
	case JSON_TRUE:
		return buffer_append(out, "true", 4);
	case JSON_FALSE:
		return buffer_append(out, "false", 5);
	case JSON_NULL:
		return buffer_append(out, "null", 4);
	case JSON_REAL:
		break;
	}
	return AW_EINVALID;
}

int json_canonical(const json_t *value, struct buffer *out)
{
	int rv = write_value(value, out);

	/* A piece may have failed that a later, smaller one hid. */
	return rv == 0 ? buffer_status(out) : rv;
}

static int on_chunk(const char *bytes, size_t length, void *ctx)
{
	return buffer_append(ctx, bytes, length) == 0 ? 0 : -1;
}

int json_compact(const json_t *value, struct buffer *out)
{
	if (json_dump_callback(value, on_chunk, out, JSON_COMPACT | JSON_ENCODE_ANY) == 0)
		return 0;
	out->failed = true;
	return -ENOMEM;
}
