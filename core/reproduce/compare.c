/* What comes out now against what was logged: the bytes, and where they differ. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reproduce/inner.h"

/* ---- the bytes ----------------------------------------------------------- */

/* Gives the entry's document with `fresh` in the place of what was logged. */
static json_t *rebuild(const json_t *entry, json_t *fresh)
{
	json_t *whole = json_copy_of(json_member(entry, "entry"));
	json_t *body = json_copy_of(json_member(entry, "body"));
	const char *name = logged_is(entry, "decision") ? "decision" : "outcome";

	if (whole != NULL && body != NULL && json_object_set(body, name, fresh) == 0 &&
	    json_object_set(whole, "body", body) == 0) {
		json_decref(body);
		return whole;
	}
	json_decref(body);
	json_decref(whole);
	return NULL;
}

int logged_is_same(const json_t *entry, json_t *fresh)
{
	const char *leaf_hash = json_member_text(entry, "leaf_hash");
	json_t *whole = rebuild(entry, fresh);
	struct buffer bytes;
	char hex[DIGEST_HEX];

	buffer_init(&bytes);
	int rv = whole != NULL ? json_canonical(whole, &bytes) : -ENOMEM;
	if (rv == 0) {
		struct digest leaf = digest_leaf(bytes.bytes, bytes.length);
		hex_format(leaf.bytes, sizeof leaf.bytes, hex);
		rv = leaf_hash != NULL && strcmp(hex, leaf_hash) == 0;
	} else if (rv == AW_EINVALID) {
		rv = 0; /* a number that no entry may hold */
	}
	buffer_deinit(&bytes);
	json_decref(whole);
	return rv;
}

/* ---- the places ---------------------------------------------------------- */

static int compare(json_t *then, json_t *now, struct buffer *pointer, json_t *list);

static int add(json_t *then, json_t *now, const struct buffer *pointer, json_t *list)
{
	/* NULL leaves the member out. */
	json_t *one =
		json_pack("{ss sO* sO*}", "pointer", pointer->bytes, "then", then, "now", now);

	return json_array_append_new(list, one) == 0 ? 0 : -ENOMEM;
}

/* Compares what has this name or number in both. */
static int step(json_t *then, json_t *now, const char *name, struct buffer *pointer, json_t *list)
{
	size_t length = pointer->length;
	int rv = json_pointer_append(pointer, name);

	if (rv == 0)
		rv = compare(then, now, pointer, list);
	pointer->length = length;
	pointer->bytes[length] = '\0';
	return rv;
}

static int compare_objects(json_t *then, json_t *now, struct buffer *pointer, json_t *list)
{
	json_t *both = json_copy_of(then); /* for the names */
	size_t count = 0;
	const char **names = NULL;
	int rv = -ENOMEM;

	if (both != NULL && json_object_update(both, now) == 0)
		names = json_sorted_names(both, &count);
	if (names != NULL)
		rv = 0;

	for (size_t i = 0; i < count && rv == 0; i++)
		rv = step(json_object_get(then, names[i]), json_object_get(now, names[i]), names[i],
			  pointer, list);
	free(names);
	json_decref(both);
	return rv;
}

static int compare_lists(json_t *then, json_t *now, struct buffer *pointer, json_t *list)
{
	size_t count = json_array_size(then);
	char number[24];
	int rv = 0;

	if (json_array_size(now) > count)
		count = json_array_size(now);
	for (size_t i = 0; i < count && rv == 0; i++) {
		(void)snprintf(number, sizeof number, "%zu", i); /* fits */
		rv = step(json_array_get(then, i), json_array_get(now, i), number, pointer, list);
	}
	return rv;
}

static int compare(json_t *then, json_t *now, struct buffer *pointer, json_t *list)
{
	if (json_is_object(then) && json_is_object(now))
		return compare_objects(then, now, pointer, list);
	if (json_is_array(then) && json_is_array(now))
		return compare_lists(then, now, pointer, list);
	return json_equal(then, now) ? 0 : add(then, now, pointer, list);
}

int differences_find(json_t *then, json_t *now, const char *base, json_t *list)
{
	struct buffer pointer;

	buffer_init(&pointer);
	int rv = buffer_printf(&pointer, "%s", base);
	if (rv == 0)
		rv = compare(then, now, &pointer, list);
	buffer_deinit(&pointer);
	return rv;
}
