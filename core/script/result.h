/*
 * result: an answer while it is written. Internal to this room.
 */
#ifndef AW_SCRIPT_RESULT_H
#define AW_SCRIPT_RESULT_H

#include "script/vm.h"

/* A member to write: Lua's own bytes of its name, and where its value is on the stack. */
struct member {
	struct text name;
	int value;
};

/* A list that was written; what is in it cannot change while an answer is written. */
struct written {
	const void *list;
	size_t begun, length; /* in `out` */
	int depth, nodes;
};

enum { WRITTEN_LISTS = 8 };

struct writing {
	struct buffer *out;
	struct member *members; /* of all groups that are begun; the caller's to free() */
	size_t count, capacity;
	int list_mark;   /* where the metatable of lists is on the stack */
	const char *why; /* "" where memory ran out; NULL: all is well */
	int nodes;       /* how many values were written */
	struct written lists[WRITTEN_LISTS];
	size_t listed;
};

/* Around what is written; between them the stack may only grow. result_end gives what
 * result_write gives. */
void result_begin(lua_State *L, struct writing *w, struct buffer *out);
int result_end(lua_State *L, const struct writing *w, const char **why);

/* False where it failed, and w->why says why. */
bool result_value(lua_State *L, int index, struct writing *w, int depth);
/* Leaves names and values on the stack, and the members in w->members from w->count on, sorted. */
bool result_gather(lua_State *L, int index, struct writing *w);
/* A member's name, and the colon. */
bool result_name(const struct member *m, struct writing *w);
/* One sign. */
bool result_put(struct writing *w, const char *sign);
bool result_fail(struct writing *w, const char *why);
bool result_is_list(lua_State *L, int index, const struct writing *w);

#endif
