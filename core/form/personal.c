/* Personal values: commitments in their place, and comparing without them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "form/field.h"

/* A walk through a document that fits; each personal value is swapped for its commitment. */
struct visit {
	const struct form_committing *c;
	const struct place *at;
	struct json_swap *swaps;
	size_t count, room;
};

/* Of a value's canonical bytes. */
struct committed {
	char salt[DIGEST_HEX], hash[DIGEST_HEX];
};

static struct committed commit(const struct buffer *bytes, struct chance chance)
{
	unsigned char salt[DIGEST_BYTES];
	struct committed to = {.salt = ""};

	chance.fill(chance.ctx, salt, sizeof salt);
	struct digest d = digest_of_two(salt, sizeof salt, bytes->bytes, bytes->length);
	hex_format(salt, sizeof salt, to.salt);
	hex_format(d.bytes, sizeof d.bytes, to.hash);
	return to;
}

int form_commit_value(const json_t *value, const char *pointer, struct chance chance,
		      json_t **commitment, json_t **row)
{
	struct buffer bytes;

	buffer_init(&bytes);
	int rv = json_canonical(value, &bytes);
	if (rv != 0)
		goto out;
	struct committed to = commit(&bytes, chance);
	*commitment = json_pack("{ss+}", "commitment", "sha256:", to.hash);
	*row = json_pack("{ss ss sO}", "pointer", pointer, "salt", to.salt, "value", value);
	if (*commitment == NULL || *row == NULL)
		rv = -ENOMEM;
out:
	buffer_deinit(&bytes);
	return rv;
}

static int visit_value(struct visit *v, const struct field *f, const struct json_item *value);

static int add_swap(struct visit *v, const struct json_item *value, const char *hash)
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
	(void)buffer_append_text(&fresh->by, "{\"commitment\":\"sha256:");
	(void)buffer_append_text(&fresh->by, hash);
	return buffer_append_text(&fresh->by, "\"}");
}

static int add_row(struct visit *v, const struct json_item *value, const char *salt)
{
	struct buffer pointer;
	json_t *row = json_object();

	buffer_init(&pointer);
	(void)buffer_append_text(&pointer, v->c->base);
	int rv = place_append(v->at, &pointer);
	if (rv == 0)
		rv = json_put(row, "pointer", json_string(pointer.bytes));
	if (rv == 0)
		rv = json_put(row, "salt", json_string(salt));
	if (rv == 0)
		rv = json_put(row, "value", json_read(value->text, NULL));
	buffer_deinit(&pointer);
	if (rv == 0)
		return json_array_append_new(v->c->personal, row) == 0 ? 0 : -ENOMEM;
	json_decref(row);
	return rv;
}

static int commit_one(struct visit *v, const struct json_item *value)
{
	struct buffer bytes;

	if (v->count == v->c->most)
		return AW_ELIMIT;
	buffer_init(&bytes);
	int rv = json_item_canonical(value, NULL, 0, &bytes);
	if (rv == 0) {
		struct committed to = commit(&bytes, v->c->chance);
		rv = add_swap(v, value, to.hash);
		if (rv == 0)
			rv = add_row(v, value, to.salt);
	}
	buffer_deinit(&bytes);
	return rv;
}

static int visit(struct visit *v, struct place here, const struct field *f,
		 const struct json_item *value)
{
	here.up = v->at;
	v->at = &here;
	int rv = f->personal ? commit_one(v, value) : visit_value(v, f, value);
	v->at = here.up;
	return rv;
}

static int visit_object(struct visit *v, const struct field *f, const struct json_item *object)
{
	int rv = 0;

	for (size_t i = 0; i < f->field_count && rv == 0; i++) {
		const struct field *member = &f->fields[i];
		const struct json_item *value =
			member->holds_personal ? json_item_member(object, member->name) : NULL;
		if (value != NULL)
			rv = visit(v, (struct place){.name = member->name}, member, value);
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
	for (size_t i = 0; rv == 0 && (each = json_item_next(value, each)) != NULL; i++)
		rv = visit(v, (struct place){.index = i}, f->fields, each);
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

	int rv = visit_value(&v, &f->root, document);
	if (v.count > 0)
		qsort(v.swaps, v.count, sizeof *v.swaps, compare_places);
	if (rv == 0)
		rv = json_item_canonical(document, v.swaps, v.count, out);
	for (size_t i = 0; i < v.count; i++)
		buffer_deinit(&v.swaps[i].by);
	free(v.swaps);
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
