/* Reading a form from its description. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "form/field.h"

static const char *const type_names[FIELD_TYPES] = {
	[FIELD_TEXT] = "text",       [FIELD_ID] = "id",           [FIELD_DATE] = "date",
	[FIELD_BOOLEAN] = "boolean", [FIELD_INTEGER] = "integer", [FIELD_CHOICE] = "choice",
	[FIELD_LIST] = "list",       [FIELD_OBJECT] = "object",
};

static void field_deinit(struct field *f)
{
	for (size_t i = 0; i < f->field_count; i++)
		field_deinit(&f->fields[i]);
	free(f->fields);
	free(f->name);
	free(f->not_after);
	json_decref(f->values);
	*f = (struct field){0};
}

const struct field *field_find(const struct field *object, const char *name)
{
	for (size_t i = 0; i < object->field_count; i++) {
		if (strcmp(object->fields[i].name, name) == 0)
			return &object->fields[i];
	}
	return NULL;
}

int place_append(const struct place *place, struct buffer *out)
{
	if (place == NULL)
		return buffer_append(out, "", 0); /* so that there is a text */
	(void)place_append(place->up, out);
	return place->name != NULL ? json_pointer_append(out, place->name)
				   : buffer_printf(out, "/%zu", place->index);
}

static int read_type(const json_t *description, enum field_type *out, struct err *e)
{
	const char *name = json_member_text(description, "type");

	for (int i = 0; name != NULL && i < FIELD_TYPES; i++) {
		if (strcmp(name, type_names[i]) == 0) {
			*out = (enum field_type)i;
			return 0;
		}
	}
	return err_set(e, AW_EINVALID, "\"%s\" is no type of a member", name != NULL ? name : "");
}

static int copy_text(const char *text, char **out)
{
	if (text == NULL)
		return 0;
	*out = strdup(text);
	return *out != NULL ? 0 : -ENOMEM;
}

static int read_field(const json_t *description, struct field *f, struct err *e);

static int read_members(const json_t *members, struct field *f, struct err *e)
{
	size_t count = json_array_size(members);

	if (!json_is_array(members))
		return err_set(e, AW_EINVALID, "the members of an object must be a list");
	f->fields = calloc(count + 1, sizeof *f->fields);
	if (f->fields == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		f->field_count = i + 1;
		int rv = read_field(json_array_get(members, i), &f->fields[i], e);
		if (rv != 0)
			return rv;
		if (f->fields[i].name == NULL)
			return err_set(e, AW_EINVALID, "a member without a name");
	}
	return 0;
}

/* The one element of a list is kept as its only field. */
static int read_element(const json_t *description, struct field *f, struct err *e)
{
	f->fields = calloc(1, sizeof *f->fields);
	if (f->fields == NULL)
		return -ENOMEM;
	f->field_count = 1;
	int rv = read_field(json_member(description, "of"), &f->fields[0], e);
	if (rv == 0 && f->fields[0].personal)
		return err_set(
			e, AW_EINVALID,
			"an element of a list cannot be personal by itself; make it a member");
	return rv;
}

static int read_values(const json_t *description, struct field *f, struct err *e)
{
	json_t *values = json_member(description, "values");
	size_t i;
	json_t *value;

	if (!json_is_array(values))
		return err_set(e, AW_EINVALID, "a choice without values");
	json_array_foreach(values, i, value) {
		if (!json_is_string(value))
			return err_set(e, AW_EINVALID, "a choice between things that are no text");
	}
	f->values = json_deep_copy_of(values);
	return f->values != NULL ? 0 : -ENOMEM;
}

static int read_field(const json_t *description, struct field *f, struct err *e)
{
	int rv = read_type(description, &f->type, e);

	if (rv == 0)
		rv = copy_text(json_member_text(description, "name"), &f->name);
	if (rv == 0)
		rv = copy_text(json_member_text(description, "not_after"), &f->not_after);
	if (rv != 0)
		return rv;
	f->required = json_member_true(description, "required");
	f->personal = json_member_true(description, "personal");
	f->min = json_member_integer(description, "min", f->type == FIELD_TEXT ? 1 : 0);
	f->max = json_member_integer(description, "max", INT32_MAX);
	f->bounded = json_member(description, "min") != NULL ||
		     json_member(description, "max") != NULL;
	if (f->type == FIELD_CHOICE)
		rv = read_values(description, f, e);
	else if (f->type == FIELD_LIST)
		rv = read_element(description, f, e);
	else if (f->type == FIELD_OBJECT)
		rv = read_members(json_member(description, "members"), f, e);
	f->holds_personal = f->personal;
	for (size_t i = 0; i < f->field_count; i++)
		f->holds_personal = f->holds_personal || f->fields[i].holds_personal;
	return rv;
}

int form_new(const json_t *members, struct form **out, struct err *e)
{
	struct form *f = calloc(1, sizeof *f);

	if (f == NULL)
		return err_set(e, -ENOMEM, "no memory for a form");
	f->root.type = FIELD_OBJECT;
	int rv = read_members(members, &f->root, e);
	if (rv != 0) {
		form_free(&f);
		return rv == -ENOMEM ? err_set(e, rv, "no memory for a form") : rv;
	}
	*out = f;
	return 0;
}

void form_free(struct form **f)
{
	if (*f == NULL)
		return;
	field_deinit(&(*f)->root);
	free(*f);
	*f = NULL;
}
