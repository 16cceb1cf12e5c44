/* Personal values: commitments in their place, and comparing without them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "form/field.h"

/* A walk through a document that fits; each personal value is swapped for its commitment. */
struct visit {
	const struct form_committing *c;
	struct buffer pointer; /* of the value */
	struct json_swap *swaps;
	size_t count, room;
};

int form_commit_value(const json_t *value, const char *pointer, struct chance chance,
		      json_t **commitment, json_t **row)
{
	unsigned char salt[DIGEST_BYTES];
	char salt_hex[DIGEST_HEX], hash_hex[DIGEST_HEX];
	struct buffer bytes;

	buffer_init(&bytes);
	int rv = json_canonical(value, &bytes);
	if (rv != 0)
		goto out;
	chance.fill(chance.ctx, salt, sizeof salt);
	struct digest d = digest_of_two(salt, sizeof salt, bytes.bytes, bytes.length);
	hex_format(salt, sizeof salt, salt_hex);
	hex_format(d.bytes, sizeof d.bytes, hash_hex);
	*commitment = json_pack("{ss+}", "commitment", "sha256:", hash_hex);
	*row = json_pack("{ss ss sO}", "pointer", pointer, "salt", salt_hex, "value", value);
	if (*commitment == NULL || *row == NULL)
		rv = -ENOMEM;
out:
	buffer_deinit(&bytes);
	return rv;
}

static int visit_value(struct visit *v, const struct field *f, const struct json_item *value);

static int add_swap(struct visit *v, const struct json_item *value, const json_t *commitment)
{
	if (v->count == v->room) {
		size_t room = v->room > 0 ? 2 * v->room : 8;
		struct json_swap *swaps = realloc(v->swaps, room * sizeof *swaps);
		if (swaps == NULL)
			return -ENOMEM;
		v->swaps = swaps;
		v->room = room;
	}
	struct json_swap *fresh = &v->swaps[v->count++];
	fresh->value = value;
	buffer_init(&fresh->by);
	return json_canonical(commitment, &fresh->by);
}

static int commit_one(struct visit *v, const struct json_item *value)
{
	json_t *document, *commitment = NULL, *row = NULL;

	if (v->count == v->c->most)
		return AW_ELIMIT;
	document = json_read(value->text, NULL);
	int rv = document != NULL ? form_commit_value(document, v->pointer.bytes, v->c->chance,
						      &commitment, &row)
				  : -ENOMEM;

	if (rv == 0)
		rv = add_swap(v, value, commitment);
	if (rv == 0)
		rv = json_array_append(v->c->personal, row) == 0 ? 0 : -ENOMEM;
	json_decref(document);
	json_decref(commitment);
	json_decref(row);
	return rv;
}

static int visit_object(struct visit *v, const struct field *f, const struct json_item *object)
{
	int rv = 0;

	for (size_t i = 0; i < f->field_count && rv == 0; i++) {
		const struct field *member = &f->fields[i];
		const struct json_item *value = json_item_member(object, member->name);
		size_t before = v->pointer.length;
		if (value == NULL)
			continue;
		rv = json_pointer_append(&v->pointer, member->name);
		if (rv == 0)
			rv = member->personal ? commit_one(v, value)
					      : visit_value(v, member, value);
		v->pointer.length = before;
	}
	return rv;
}

static int visit_value(struct visit *v, const struct field *f, const struct json_item *value)
{
	const struct json_item *each = NULL;
	int rv = 0;

	if (f->type == FIELD_OBJECT)
		return visit_object(v, f, value);
	if (f->type != FIELD_LIST)
		return 0;
	for (size_t i = 0; rv == 0 && (each = json_item_next(value, each)) != NULL; i++) {
		size_t before = v->pointer.length;
		rv = buffer_printf(&v->pointer, "/%zu", i);
		if (rv == 0)
			rv = visit_value(v, f->fields, each);
		v->pointer.length = before;
	}
	return rv;
}

/* They were visited in the form's order. */
static int compare_places(const void *left, const void *right)
{
	const struct json_swap *a = left, *b = right;

	return (a->value > b->value) - (a->value < b->value);
}

int form_commit_item(const struct form *f, const struct json_item *document,
		     const struct form_committing *c, struct buffer *out)
{
	struct visit v = {.c = c};

	buffer_init(&v.pointer);
	int rv = buffer_append_text(&v.pointer, c->base);
	if (rv == 0)
		rv = visit_value(&v, &f->root, document);
	if (v.count > 0)
		qsort(v.swaps, v.count, sizeof *v.swaps, compare_places);
	if (rv == 0)
		rv = json_item_canonical(document, v.swaps, v.count, out);
	for (size_t i = 0; i < v.count; i++)
		buffer_deinit(&v.swaps[i].by);
	free(v.swaps);
	buffer_deinit(&v.pointer);
	return rv;
}

int form_commit(const struct form *f, json_t *document, const char *base, struct chance chance,
		json_t *personal)
{
	const struct form_committing c = {base, chance, personal, SIZE_MAX};
	struct json_index index;
	struct buffer text, committed;
	json_t *fresh = NULL;

	json_index_init(&index);
	buffer_init(&text);
	buffer_init(&committed);
	int rv = json_compact(document, &text);
	if (rv == 0)
		rv = json_index_read(&index, (struct text){text.bytes, text.length});
	if (rv == 0)
		rv = form_commit_item(f, index.items, &c, &committed);
	if (rv == 0)
		fresh = json_read((struct text){committed.bytes, committed.length}, NULL);
	if (rv == 0)
		rv = fresh != NULL && json_object_update(document, fresh) == 0 ? 0 : -ENOMEM;
	json_decref(fresh);
	buffer_deinit(&committed);
	buffer_deinit(&text);
	json_index_deinit(&index);
	return rv;
}

bool is_commitment_item(const struct json_item *value)
{
	const struct json_item *name = json_item_next(value, NULL);

	return value->kind == JSON_ITEM_OBJECT && name != NULL &&
	       json_item_is(name, text_of("commitment")) && name[1].kind == JSON_ITEM_STRING &&
	       json_item_next(value, name) == NULL;
}

bool is_commitment(const json_t *value)
{
	return json_object_size(value) == 1 && json_member_text(value, "commitment") != NULL;
}

static bool same_members(const json_t *stored, const json_t *sent)
{
	size_t count = 0;
	const char **names = json_sorted_names(stored, &count);
	bool same = names != NULL && count == json_object_size(sent);

	for (size_t i = 0; same && i < count; i++) {
		const json_t *other = json_object_get(sent, names[i]);
		same = other != NULL && form_same(json_object_get(stored, names[i]), other);
	}
	free(names);
	return same;
}

bool form_same(const json_t *stored, const json_t *sent)
{
	if (is_commitment(stored))
		return !json_is_null(sent);
	if (json_typeof(stored) != json_typeof(sent))
		return false;
	if (json_is_object(stored))
		return same_members(stored, sent);
	if (!json_is_array(stored))
		return json_equal(stored, sent) != 0;
	bool same = json_array_size(stored) == json_array_size(sent);
	for (size_t i = 0; same && i < json_array_size(stored); i++)
		same = form_same(json_array_get(stored, i), json_array_get(sent, i));
	return same;
}
