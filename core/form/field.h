/* field: the compiled form of a form; inside this room only. */
#ifndef AW_FORM_FIELD_H
#define AW_FORM_FIELD_H

#include "form/form.h"

enum field_type {
	FIELD_TEXT,
	FIELD_ID,
	FIELD_DATE,
	FIELD_BOOLEAN,
	FIELD_INTEGER,
	FIELD_CHOICE,
	FIELD_LIST,
	FIELD_OBJECT,
	FIELD_TYPES
};

struct field {
	char *name; /* NULL in the root and in a list's element */
	enum field_type type;
	bool required, personal;
	bool bounded;         /* an integer with min and max */
	json_int_t min, max;  /* characters, elements or the number itself */
	char *not_after;      /* a date: the sibling it may not be after, or NULL */
	json_t *values;       /* a choice */
	struct field *fields; /* an object's members; a list's one element */
	size_t field_count;
};

struct form {
	struct field root;
};

/* Borrows the field of an object, or NULL. */
const struct field *field_find(const struct field *object, const char *name);

/* Whether this stands in the place of a personal value. */
bool is_commitment(const json_t *value);
bool is_commitment_item(const struct json_item *value);

#endif
