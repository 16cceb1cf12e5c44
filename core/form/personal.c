/* Personal values: commitments in their place, and comparing without them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "form/field.h"

/* What is done with each personal value found: `slot` may be replaced through
 * json_object_set_new(object, name, ...). */
struct visit {
	int (*each)(struct visit *v, json_t *object, const char *name, json_t *value);
	struct buffer pointer; /* of the value */
	struct chance chance;
	json_t *personal;
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

static int visit_value(struct visit *v, const struct field *f, json_t *value);

static int visit_object(struct visit *v, const struct field *f, json_t *object)
{
	int rv = 0;

	for (size_t i = 0; i < f->field_count && rv == 0; i++) {
		const struct field *member = &f->fields[i];
		json_t *value = json_member(object, member->name);
		size_t before = v->pointer.length;
		if (value == NULL)
			continue;
		rv = json_pointer_append(&v->pointer, member->name);
		if (rv == 0)
			rv = member->personal ? v->each(v, object, member->name, value)
					      : visit_value(v, member, value);
		v->pointer.length = before;
	}
	return rv;
}

static int visit_value(struct visit *v, const struct field *f, json_t *value)
{
	int rv = 0;

	if (f->type == FIELD_OBJECT)
		return visit_object(v, f, value);
	if (f->type != FIELD_LIST)
		return 0;
	for (size_t i = 0; i < json_array_size(value) && rv == 0; i++) {
		size_t before = v->pointer.length;
		rv = buffer_printf(&v->pointer, "/%zu", i);
		if (rv == 0)
			rv = visit_value(v, f->fields, json_array_get(value, i));
		v->pointer.length = before;
	}
	return rv;
}

static int commit_one(struct visit *v, json_t *object, const char *name, json_t *value)
{
	json_t *commitment = NULL, *row = NULL;
	int rv = form_commit_value(value, v->pointer.bytes, v->chance, &commitment, &row);

	if (rv != 0) {
		json_decref(commitment);
		json_decref(row);
		return rv;
	}
	/* Both calls take their value also where they fail. */
	rv = json_array_append_new(v->personal, row) == 0 ? 0 : -ENOMEM;
	return json_put(object, name, commitment) == 0 ? rv : -ENOMEM;
}

int form_commit(const struct form *f, json_t *document, const char *base, struct chance chance,
		json_t *personal)
{
	struct visit v = {.each = commit_one, .chance = chance, .personal = personal};

	buffer_init(&v.pointer);
	int rv = buffer_append_text(&v.pointer, base);
	if (rv == 0)
		rv = visit_value(&v, &f->root, document);
	buffer_deinit(&v.pointer);
	return rv;
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
