/*
 * shape: what a form says of a value, made ready for views to look into. Internal to this room.
 */
#ifndef AW_SCRIPT_SHAPE_H
#define AW_SCRIPT_SHAPE_H

#include "json/json.h"

enum shape_kind {
	SHAPE_PLAIN, /* text, a number, true or false */
	SHAPE_ANY,
	SHAPE_LIST,
	SHAPE_GROUP,
};

struct shape {
	enum shape_kind kind;
	bool personal;
	struct text name;            /* as a member of a group */
	const struct shape *of;      /* each entry of a list */
	const struct shape *members; /* the members of a group */
	size_t count;
};

/* A list of decisions and imports: no form describes it. */
extern const struct shape shape_history;

/* Gives the shape of a value of this type of a form, in one piece: free() it. The names in it
 * are borrowed from the type. NULL: no memory. */
struct shape *shape_new(const json_t *type);

/* NULL where the group has no such member. */
const struct shape *shape_member(const struct shape *group, struct text name);

#endif
