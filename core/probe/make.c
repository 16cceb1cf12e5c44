/* Values that fit a form: all that there can be, or only what must be. */
#include <stdlib.h>
#include <string.h>

#include "probe/inner.h"

enum { TEXT_USUAL = 4 };

static bool is_type(const json_t *field, const char *type)
{
	const char *is = json_member_text(field, "type");

	return is != NULL && strcmp(is, type) == 0;
}

static json_t *make_text(const json_t *field, size_t index)
{
	json_int_t min = json_member_integer(field, "min", 1);
	json_int_t max = json_member_integer(field, "max", TEXT_USUAL);
	json_int_t length = min > TEXT_USUAL ? min : max < TEXT_USUAL ? max : TEXT_USUAL;
	struct buffer b;

	buffer_init(&b);
	for (json_int_t i = 0; i < length; i++)
		(void)buffer_append(&b, &"abcdefgh"[index % 8], 1); /* asked for below */
	json_t *text = buffer_status(&b) == 0 ? json_stringn(b.length > 0 ? b.bytes : "", b.length)
					      : NULL;
	buffer_deinit(&b);
	return text;
}

/* Of a list of choices, full is every one; of groups, one. */
static json_t *make_list(const json_t *field, bool full, const char *day)
{
	const json_t *of = json_member(field, "of");
	json_int_t count = json_member_integer(field, "min", 0);
	json_t *list = json_array();

	if (full && count < 1)
		count = 1;
	if (full && is_type(of, "choice"))
		count = (json_int_t)json_array_size(json_member(of, "values"));
	for (json_int_t i = 0; list != NULL && i < count; i++) {
		if (json_array_append_new(list, make_value(of, full, (size_t)i, day)) != 0) {
			json_decref(list);
			list = NULL;
		}
	}
	return list;
}

json_t *make_value(const json_t *field, bool full, size_t index, const char *day)
{
	if (is_type(field, "text"))
		return make_text(field, index);
	if (is_type(field, "id"))
		return json_string("somewhere");
	if (is_type(field, "date"))
		return json_string(day);
	if (is_type(field, "boolean"))
		return json_boolean(full);
	if (is_type(field, "integer"))
		return json_integer(json_member_integer(field, full ? "max" : "min", 0));
	if (is_type(field, "list"))
		return make_list(field, full, day);
	if (is_type(field, "object"))
		return make_object(json_member(field, "members"), full, index, day);
	const json_t *values = json_member(field, "values");
	size_t count = json_array_size(values);
	return count > 0 ? json_deep_copy_of(json_array_get(values, index % count)) : json_null();
}

json_t *make_object(const json_t *members, bool full, size_t index, const char *day)
{
	json_t *object = json_object();
	const json_t *member;
	size_t i;

	json_array_foreach(members, i, member) {
		const char *name = json_member_text(member, "name");
		bool required = json_member_true(member, "required");
		/* What counts against a partnership stands in the way of all else. */
		if (!required && (!full || json_member_true(member, "counts_against")))
			continue;
		if (object != NULL &&
		    json_put(object, name, make_value(member, full, index, day)) != 0) {
			json_decref(object);
			object = NULL;
		}
	}
	return object;
}
