/* The canonical form of a text that an index was made of. */
#include <errno.h>
#include <stdlib.h>

#include "json/string.h"

struct rewriting {
	const struct json_swap *swaps;
	size_t count;
	struct buffer *out;
};

static int rewrite(struct rewriting *w, const struct json_item *value);

static int put(struct rewriting *w, struct text t)
{
	return buffer_append(w->out, t.bytes, t.length);
}

static int rewrite_string(struct rewriting *w, const struct json_item *value)
{
	struct buffer said;

	if (!value->escaped)
		return put(w, value->text);
	buffer_init(&said);
	int rv = json_item_text(value, &said);
	if (rv == 0)
		rv = json_canonical_text((struct text){said.bytes, said.length}, w->out);
	buffer_deinit(&said);
	return rv;
}

static int rewrite_integer(struct rewriting *w, const struct json_item *value)
{
	if (value->integer > JSON_EXACT || value->integer < -JSON_EXACT)
		return AW_EINVALID;
	/* Whole numbers are written in one way but for this one. */
	return value->integer == 0 ? buffer_append(w->out, "0", 1) : put(w, value->text);
}

static int rewrite_array(struct rewriting *w, const struct json_item *array)
{
	const struct json_item *each = NULL;
	int rv = buffer_append(w->out, "[", 1);

	for (bool first = true; rv == 0 && (each = json_item_next(array, each)) != NULL;
	     first = false) {
		if (!first)
			rv = buffer_append(w->out, ",", 1);
		if (rv == 0)
			rv = rewrite(w, each);
	}
	return rv == 0 ? buffer_append(w->out, "]", 1) : rv;
}

static int rewrite_object(struct rewriting *w, const struct json_item *object)
{
	size_t count = 0;
	const struct json_item **names = string_sorted_names(object, &count);
	int rv = names != NULL ? buffer_append(w->out, "{", 1) : -ENOMEM;

	for (size_t i = 0; i < count && rv == 0; i++) {
		if (i > 0)
			rv = buffer_append(w->out, ",", 1);
		if (rv == 0)
			rv = rewrite_string(w, names[i]);
		if (rv == 0)
			rv = buffer_append(w->out, ":", 1);
		if (rv == 0)
			rv = rewrite(w, names[i] + 1);
	}
	free(names);
	return rv == 0 ? buffer_append(w->out, "}", 1) : rv;
}

static const struct json_swap *find_swap(const struct rewriting *w, const struct json_item *value)
{
	size_t from = 0, to = w->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (w->swaps[middle].value == value)
			return &w->swaps[middle];
		if (w->swaps[middle].value < value)
			from = middle + 1;
		else
			to = middle;
	}
	return NULL;
}

static int rewrite(struct rewriting *w, const struct json_item *value)
{
	const struct json_swap *swap = find_swap(w, value);

	if (swap != NULL)
		return put(w, (struct text){swap->by.bytes, swap->by.length});
	switch (value->kind) {
	case JSON_ITEM_OBJECT:
		return rewrite_object(w, value);
	case JSON_ITEM_ARRAY:
		return rewrite_array(w, value);
	case JSON_ITEM_STRING:
		return rewrite_string(w, value);
	case JSON_ITEM_INTEGER:
		return rewrite_integer(w, value);
	case JSON_ITEM_REAL:
		return AW_EINVALID;
	default:
		return put(w, value->text);
	}
}

int json_item_canonical(const struct json_item *value, const struct json_swap *swaps, size_t count,
			struct buffer *out)
{
	struct rewriting w = {swaps, count, out};
	int rv = buffer_reserve(out, value->text.length); /* it gets no longer but by swaps */

	return rv == 0 ? rewrite(&w, value) : rv;
}
