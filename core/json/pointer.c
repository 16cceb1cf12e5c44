/* RFC 6901 pointers: written, and followed in a document or in a text as it stands. To follow one
 * takes no memory, so that what is not found is not there. */
#include <string.h>

#include "json/string.h"

/* ---- tokens ----------------------------------------------------------------- */

/* How a character of a name stands in a token. */
static struct text in_token(struct text character)
{
	if (character.length == 1 && *character.bytes == '~')
		return (struct text){"~0", 2};
	if (character.length == 1 && *character.bytes == '/')
		return (struct text){"~1", 2};
	return character;
}

/* Whether a token is that of this name, which may have JSON's escapes in it. */
static bool names(struct text token, struct text name, bool escaped)
{
	const char *end = name.bytes + name.length;

	while (name.bytes < end) {
		char character[4];
		struct text next = {name.bytes, 1};
		if (escaped && *name.bytes == '\\')
			next = (struct text){character,
					     string_write(string_take_escape(&name.bytes, end),
							  character)};
		else
			name.bytes++;
		next = in_token(next);
		if (token.length < next.length || memcmp(token.bytes, next.bytes, next.length) != 0)
			return false;
		token = (struct text){token.bytes + next.length, token.length - next.length};
	}
	return token.length == 0;
}

static struct text take_token(const char **pointer)
{
	struct text token = {*pointer + 1, strcspn(*pointer + 1, "/")};

	*pointer = token.bytes + token.length;
	return token;
}

/* Whether it is the number of an array's value. */
static bool is_index(struct text token, size_t *out)
{
	if (token.length == 0 || token.length > 9 || (token.length > 1 && *token.bytes == '0'))
		return false;
	*out = 0;
	for (size_t i = 0; i < token.length; i++) {
		if (token.bytes[i] < '0' || token.bytes[i] > '9')
			return false;
		*out = 10 * *out + (size_t)(token.bytes[i] - '0');
	}
	return true;
}

static int append_token(struct buffer *pointer, const char *name)
{
	for (const char *c = name; *c != '\0'; c++) {
		struct text written = in_token((struct text){c, 1});
		int rv = buffer_append(pointer, written.bytes, written.length);
		if (rv != 0)
			return rv;
	}
	return 0;
}

int json_pointer_append(struct buffer *pointer, const char *name)
{
	int rv = buffer_append(pointer, "/", 1);

	return rv == 0 ? append_token(pointer, name) : rv;
}

/* ---- in a document ------------------------------------------------------------ */

static json_t *member(json_t *object, struct text token)
{
	const char *name;
	json_t *value;

	if (memchr(token.bytes, '~', token.length) == NULL)
		return json_object_getn(object, token.bytes, token.length);
	json_object_foreach(object, name, value) {
		if (names(token, text_of(name), false))
			return value;
	}
	return NULL;
}

json_t *json_pointer_get(const json_t *document, const char *pointer)
{
	/* Jansson's own getters drop const in the same way. */
	union {
		const json_t *borrowed;
		json_t *value;
	} at = {document};
	json_t *here = at.value;

	while (here != NULL && *pointer == '/') {
		struct text token = take_token(&pointer);
		size_t index;
		if (!json_is_array(here))
			here = member(here, token);
		else
			here = is_index(token, &index) ? json_array_get(here, index) : NULL;
	}
	return *pointer == '\0' ? here : NULL;
}

/* ---- in a text as it stands ----------------------------------------------------- */

static const struct json_item *named(const struct json_item *object, struct text token)
{
	const struct json_item *name = NULL;

	if (object->kind != JSON_ITEM_OBJECT)
		return NULL;
	while ((name = json_item_next(object, name)) != NULL) {
		if (names(token, string_inside(name), name->escaped))
			return name + 1;
	}
	return NULL;
}

static const struct json_item *nth(const struct json_item *array, size_t number)
{
	const struct json_item *each = json_item_next(array, NULL);

	while (each != NULL && number-- > 0)
		each = json_item_next(array, each);
	return each;
}

const struct json_item *json_item_at(const struct json_item *from, const char *pointer)
{
	const struct json_item *here = from;

	while (here != NULL && *pointer == '/') {
		struct text token = take_token(&pointer);
		size_t index;
		if (here->kind != JSON_ITEM_ARRAY)
			here = named(here, token);
		else
			here = is_index(token, &index) ? nth(here, index) : NULL;
	}
	return *pointer == '\0' ? here : NULL;
}
