/* Edits of a document, by pointer. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/inner.h"

void edits_deinit(struct edits *e)
{
	for (size_t i = 0; i < e->count; i++)
		json_decref(e->list[i].value);
	free(e->list);
	*e = (struct edits){0};
}

static int add(struct edits *e, const char *pointer, json_t *value, enum relation relation)
{
	if (strlen(pointer) >= POINTER_TEXT) {
		json_decref(value);
		return 0;
	}
	if (e->count == e->capacity) {
		size_t capacity = e->capacity * 2 + 64;
		struct edit *list = realloc(e->list, capacity * sizeof *list);
		if (list == NULL) {
			json_decref(value);
			return -ENOMEM;
		}
		e->list = list;
		e->capacity = capacity;
	}
	struct edit *edit = &e->list[e->count++];
	*edit = (struct edit){.value = value, .relation = relation};
	memcpy(edit->pointer, pointer, strlen(pointer) + 1);
	return 0;
}

int edits_add(struct edits *e, const char *pointer, json_t *value, enum relation relation)
{
	return value != NULL ? add(e, pointer, value, relation) : -ENOMEM;
}

int edits_add_removal(struct edits *e, const char *pointer, enum relation relation)
{
	return add(e, pointer, NULL, relation);
}

/* ---- in a document ------------------------------------------------------ */

/* RFC 6901's escapes, undone in place. */
static void unescape(char *token)
{
	char *to = token;

	for (const char *from = token; *from != '\0'; from++) {
		if (from[0] == '~' && (from[1] == '0' || from[1] == '1')) {
			*to++ = from[1] == '0' ? '~' : '/';
			from++;
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
}

static bool edit_list(json_t *list, const char *token, const json_t *value)
{
	size_t index = strtoul(token, NULL, 10), size = json_array_size(list);

	if (value == NULL)
		return json_array_remove(list, index) == 0;
	if (index > size)
		return false;
	json_t *copy = json_deep_copy_of(value);
	return index == size ? json_array_append_new(list, copy) == 0
			     : json_array_set_new(list, index, copy) == 0;
}

bool document_edit(json_t *document, const char *pointer, const json_t *value)
{
	char parent[POINTER_TEXT];

	(void)snprintf(parent, sizeof parent, "%s", pointer); /* edits hold no longer ones */
	char *last = strrchr(parent, '/');
	if (last == NULL)
		return false;
	*last = '\0';
	char *token = last + 1;
	json_t *holder = *parent != '\0' ? json_pointer_get(document, parent) : document;
	unescape(token);
	if (json_is_array(holder))
		return edit_list(holder, token, value);
	if (!json_is_object(holder))
		return false;
	if (value == NULL)
		return json_object_del(holder, token) == 0;
	return json_put(holder, token, json_deep_copy_of(value)) == 0;
}

/* ---- what differs ------------------------------------------------------- */

static int compare(json_t *out, struct buffer *pointer, const json_t *from, const json_t *to);

static int compare_member(json_t *out, struct buffer *pointer, const char *name, const json_t *from,
			  const json_t *to)
{
	size_t length = pointer->length;
	int rv = json_pointer_append(pointer, name);

	if (rv == 0)
		rv = compare(out, pointer, from, to);
	if (pointer->bytes != NULL) {
		pointer->length = length;
		pointer->bytes[length] = '\0';
	}
	return rv;
}

static int compare_objects(json_t *out, struct buffer *pointer, const json_t *from,
			   const json_t *to)
{
	size_t count = 0;
	int rv = 0;

	for (int side = 0; side < 2 && rv == 0; side++) {
		const json_t *here = side == 0 ? from : to;
		const char **names = json_sorted_names(here, &count);
		rv = names != NULL ? 0 : -ENOMEM;
		for (size_t i = 0; i < count && rv == 0; i++) {
			/* Those of the second that the first has were compared. */
			if (side == 1 && json_object_get(from, names[i]) != NULL)
				continue;
			rv = compare_member(out, pointer, names[i], json_object_get(from, names[i]),
					    json_object_get(to, names[i]));
		}
		free(names);
	}
	return rv;
}

static int compare_lists(json_t *out, struct buffer *pointer, const json_t *from, const json_t *to)
{
	size_t most = json_array_size(from) > json_array_size(to) ? json_array_size(from)
								  : json_array_size(to);
	char token[24];
	int rv = 0;

	for (size_t i = 0; i < most && rv == 0; i++) {
		(void)snprintf(token, sizeof token, "%zu", i); /* always fits */
		rv = compare_member(out, pointer, token, json_array_get(from, i),
				    json_array_get(to, i));
	}
	return rv;
}

static int compare(json_t *out, struct buffer *pointer, const json_t *from, const json_t *to)
{
	if (from != NULL && to != NULL && json_equal(from, to))
		return 0;
	if (json_is_object(from) && json_is_object(to))
		return compare_objects(out, pointer, from, to);
	if (json_is_array(from) && json_is_array(to))
		return compare_lists(out, pointer, from, to);
	json_t *row = json_pack("{ss}", "pointer", pointer->bytes != NULL ? pointer->bytes : "");
	int rv = row != NULL ? 0 : -ENOMEM;
	if (rv == 0 && from != NULL)
		rv = json_put(row, "from", json_deep_copy_of(from));
	if (rv == 0 && to != NULL)
		rv = json_put(row, "to", json_deep_copy_of(to));
	if (rv != 0) {
		json_decref(row);
		return rv;
	}
	return json_array_append_new(out, row) == 0 ? 0 : -ENOMEM;
}

json_t *document_difference(const json_t *from, const json_t *to)
{
	json_t *out = json_array();
	struct buffer pointer;

	buffer_init(&pointer);
	if (out != NULL && compare(out, &pointer, from, to) != 0) {
		json_decref(out);
		out = NULL;
	}
	buffer_deinit(&pointer);
	return out;
}
