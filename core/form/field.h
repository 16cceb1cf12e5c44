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
	bool holds_personal;  /* it is, or something in it is */
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

/* Where a walk through a document is: made into a pointer where one is needed. */
struct place {
	const struct place *up; /* NULL: in the document itself */
	const char *name;       /* NULL: an element of a list */
	size_t index;
};

/* Appends it as an RFC 6901 pointer; a failure stays marked in the buffer, too. */
int place_append(const struct place *place, struct buffer *out);

/* Whether this stands in the place of a personal value. */
bool is_commitment(const json_t *value);
bool is_commitment_item(const struct json_item *value);

#endif
