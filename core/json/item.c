/* Looking into a text that an index was made of. */
#include <stdlib.h>
#include <string.h>

#include "json/string.h"

const struct json_item *json_item_next(const struct json_item *of, const struct json_item *after)
{
	bool is_object = of != NULL && of->kind == JSON_ITEM_OBJECT;
	const struct json_item *next;

	if (!is_object && (of == NULL || of->kind != JSON_ITEM_ARRAY))
		return NULL;
	if (after == NULL)
		next = of + 1;
	else
		next = is_object ? after + 1 + after[1].span : after + after->span;
	return next < of + of->span ? next : NULL;
}

/* Most names are told apart by their length or their first byte. */
static bool is_named(const struct json_item *member, struct text name)
{
	const char *inside = member->text.bytes + 1;

	if (member->escaped)
		return json_item_is(member, name);
	return member->text.length == name.length + 2 &&
	       (name.length == 0 ||
		(inside[0] == name.bytes[0] && memcmp(inside, name.bytes, name.length) == 0));
}

const struct json_item *json_item_find(const struct json_item *object, struct text name)
{
	if (object == NULL || object->kind != JSON_ITEM_OBJECT)
		return NULL;
	const struct json_item *each = object + 1, *end = object + object->span;
	while (each < end && !is_named(each, name))
		each += 1 + each[1].span;
	return each < end ? each + 1 : NULL;
}

const struct json_item *json_item_get(const struct json_item *object, const char *name)
{
	return json_item_find(object, text_of(name));
}

const struct json_item *json_item_member(const struct json_item *object, const char *name)
{
	const struct json_item *found = json_item_get(object, name);

	return found != NULL && found->kind == JSON_ITEM_NULL ? NULL : found;
}

size_t json_item_say(const struct json_item *string, char *out)
{
	struct text t = string_inside(string);
	const char *end = t.bytes + t.length;
	char *to = out;

	while (t.bytes < end) {
		const char *next = string->escaped ? memchr(t.bytes, '\\', (size_t)(end - t.bytes))
						   : NULL;
		size_t plain = (size_t)((next != NULL ? next : end) - t.bytes);
		memcpy(to, t.bytes, plain);
		to += plain;
		t.bytes += plain;
		/* An escape is longer than what it stands for. */
		if (next != NULL)
			to += string_write(string_take_escape(&t.bytes, end), to);
	}
	return (size_t)(to - out);
}

int json_item_text(const struct json_item *string, struct buffer *out)
{
	int rv = buffer_reserve(out, string->text.length);

	if (rv != 0)
		return rv;
	out->length += json_item_say(string, out->bytes + out->length);
	out->bytes[out->length] = '\0';
	return 0;
}

bool json_item_is(const struct json_item *string, struct text wanted)
{
	char character[4] = "";

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

static void put_member(struct text name, struct text value, bool *any, struct buffer *out)
{
	/* A failure stays marked in the buffer. */
	(void)buffer_append(out, *any ? "," : "{", 1);
	(void)buffer_append(out, name.bytes, name.length);
	(void)buffer_append(out, ":", 1);
	(void)buffer_append(out, value.bytes, value.length);
	*any = true;
}

int json_item_put(const struct json_item *object, const char *name, struct text value,
		  struct buffer *out)
{
	const struct json_item *each = NULL;
	bool any = false, put = false;
	struct buffer quoted;

	buffer_init(&quoted);
	int rv = json_canonical_text(text_of(name), &quoted);
	struct json_item added = {.text = {quoted.bytes, quoted.length}, .escaped = true};
	while (rv == 0 && (each = json_item_next(object, each)) != NULL) {
		int order = put ? -1 : string_compare(each, &added);
		if (order >= 0) {
			put_member(added.text, value, &any, out);
			put = true;
		}
		if (order != 0)
			put_member(each->text, each[1].text, &any, out);
	}
	if (rv == 0 && !put)
		put_member(added.text, value, &any, out);
	buffer_deinit(&quoted);
	return rv == 0 ? buffer_append(out, "}", 1) : rv;
}
