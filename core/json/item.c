/* Looking into a text that an index was made of. */
#include <string.h>

#include "json/string.h"

const struct json_item *json_item_next(const struct json_item *of, const struct json_item *after)
{
	bool is_object = of != NULL && of->kind == JSON_ITEM_OBJECT;
	const struct json_item *next = of;

	if (!is_object && (of == NULL || of->kind != JSON_ITEM_ARRAY))
		return NULL;
	if (after == NULL)
		next = of + 1;
	else
		next = is_object ? after + 1 + after[1].span : after + after->span;
	return next < of + of->span ? next : NULL;
}

const struct json_item *json_item_get(const struct json_item *object, const char *name)
{
	struct text wanted = text_of(name);
	const struct json_item *each = NULL;

	if (object == NULL || object->kind != JSON_ITEM_OBJECT)
		return NULL;
	while ((each = json_item_next(object, each)) != NULL) {
		if (json_item_is(each, wanted))
			return each + 1;
	}
	return NULL;
}

const struct json_item *json_item_member(const struct json_item *object, const char *name)
{
	const struct json_item *found = json_item_get(object, name);

	return found != NULL && found->kind == JSON_ITEM_NULL ? NULL : found;
}

int json_item_text(const struct json_item *string, struct buffer *out)
{
	struct text t = string_inside(string);
	const char *end = t.bytes + t.length;
	char character[4];

	if (!string->escaped)
		return buffer_append(out, t.bytes, t.length);
	while (t.bytes < end) {
		const char *next = memchr(t.bytes, '\\', (size_t)(end - t.bytes));
		size_t plain = (size_t)((next != NULL ? next : end) - t.bytes);
		(void)buffer_append(out, t.bytes, plain); /* a failure stays marked */
		t.bytes += plain;
		if (next != NULL)
			(void)buffer_append(out, character,
					    string_write(string_take_escape(&t.bytes, end),
							 character));
	}
	return buffer_status(out);
}

bool json_item_is(const struct json_item *string, struct text wanted)
{
	char character[4];

	if (string == NULL || string->kind != JSON_ITEM_STRING)
		return false;
	struct text t = string_inside(string);
	if (!string->escaped)
		return text_equal(t, wanted);
	const char *end = t.bytes + t.length;
	while (t.bytes < end) {
		const char *from = t.bytes;
		struct text next = {from, 1};
		if (*from == '\\')
			next = (struct text){character,
					     string_write(string_take_escape(&t.bytes, end),
							  character)};
		else
			t.bytes++;
		if (wanted.length < next.length ||
		    memcmp(wanted.bytes, next.bytes, next.length) != 0)
			return false;
		wanted = (struct text){wanted.bytes + next.length, wanted.length - next.length};
	}
	return wanted.length == 0;
}
