/*
 * What rules answer, written as canonical JSON straight out of Lua. Nothing here raises
 * or allocates in Lua, so what was taken cannot be lost on the way.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "script/vm.h"

const char list_key = 0;

enum { DEPTH_LIMIT = 24, NODE_LIMIT = 500000 };

/* A member that was written: Lua's own bytes of its name, and where it stands. */
struct member {
	struct text name;
	size_t at, length;
};

struct writing {
	struct buffer *out;
	struct buffer unsorted; /* of the group that is being put in order */
	struct member *members; /* of all groups that are begun */
	size_t count, capacity;
	const char *why; /* "" where memory ran out; NULL: all is well */
	int nodes;
};

static bool write(lua_State *L, int index, struct writing *w, int depth);

static bool fail(struct writing *w, const char *why)
{
	if (w->why == NULL)
		w->why = why;
	return false;
}

/* Of a buffer or a document: anything but 0 is that memory ran out. */
static bool wrote(struct writing *w, int rv)
{
	return rv == 0 || fail(w, "");
}

static struct text text_at(lua_State *L, int index)
{
	struct text t;

	t.bytes = lua_tolstring(L, index, &t.length);
	return t;
}

static bool write_text(struct text t, struct writing *w)
{
	if (!text_is_clean(t.bytes, t.length))
		return fail(w, "text that is not UTF-8, or holds a NUL byte");
	return wrote(w, json_canonical_text(t, w->out));
}

static bool write_integer(lua_Integer value, struct writing *w)
{
	if (value > JSON_EXACT || value < -JSON_EXACT)
		return fail(w, "a number beyond 9007199254740991");
	return wrote(w, buffer_append_integer(w->out, value));
}

static bool marked_list(lua_State *L, int index)
{
	bool is;

	if (!lua_getmetatable(L, index))
		return false;
	lua_rawgetp(L, LUA_REGISTRYINDEX, &list_key);
	is = lua_rawequal(L, -1, -2) != 0;
	lua_pop(L, 2);
	return is;
}

static bool write_list(lua_State *L, int index, struct writing *w, int depth)
{
	lua_Integer count = (lua_Integer)lua_rawlen(L, index);
	bool written = wrote(w, buffer_append(w->out, "[", 1));

	for (lua_Integer i = 1; written && i <= count; i++) {
		if (i > 1)
			written = wrote(w, buffer_append(w->out, ",", 1));
		lua_rawgeti(L, index, i);
		written = written && write(L, lua_gettop(L), w, depth + 1);
		lua_pop(L, 1);
	}
	return written && wrote(w, buffer_append(w->out, "]", 1));
}

/* ---- groups ------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	return json_compare_names(((const struct member *)a)->name,
				  ((const struct member *)b)->name);
}

static bool add_member(struct writing *w, struct text name)
{
	if (w->count == w->capacity) {
		size_t capacity = w->capacity > 0 ? 2 * w->capacity : 64;
		struct member *members = realloc(w->members, capacity * sizeof *members);
		if (members == NULL)
			return fail(w, "");
		w->members = members;
		w->capacity = capacity;
	}
	w->members[w->count++] = (struct member){.name = name, .at = w->out->length};
	return true;
}

/* The name on the stack below its value. */
static bool write_member(lua_State *L, struct writing *w, int depth)
{
	size_t number = w->count;

	if (lua_type(L, -2) != LUA_TSTRING)
		return fail(w, "a group with a name that is not text");
	struct text name = text_at(L, -2);
	if (!text_is_clean(name.bytes, name.length))
		return fail(w, "a group with a name that is not text");
	bool written = add_member(w, name) && write_text(name, w) &&
		       wrote(w, buffer_append(w->out, ":", 1)) &&
		       write(L, lua_gettop(L), w, depth + 1);
	if (written)
		w->members[number].length = w->out->length - w->members[number].at;
	return written;
}

/* Puts the members that were written from `begun` on in their order, with commas. */
static bool put_in_order(struct writing *w, size_t first, size_t begun)
{
	buffer_clear(&w->unsorted);
	if (!wrote(w, buffer_append(&w->unsorted, w->out->bytes + begun, w->out->length - begun)))
		return false;
	qsort(w->members + first, w->count - first, sizeof *w->members, compare);
	w->out->length = begun;
	for (size_t i = first; i < w->count; i++) {
		const struct member *m = &w->members[i];
		if (i > first)
			(void)buffer_append(w->out, ",", 1); /* a failure stays marked */
		(void)buffer_append(w->out, w->unsorted.bytes + (m->at - begun), m->length);
	}
	w->count = first;
	return wrote(w, buffer_status(w->out));
}

static bool write_group(lua_State *L, int index, struct writing *w, int depth)
{
	bool written = wrote(w, buffer_append(w->out, "{", 1));
	size_t first = w->count, begun = w->out->length;

	lua_pushnil(L);
	while (written && lua_next(L, index)) {
		written = write_member(L, w, depth);
		lua_pop(L, 1);
	}
	return written && put_in_order(w, first, begun) && wrote(w, buffer_append(w->out, "}", 1));
}

/* ---- values --------------------------------------------------------------------- */

static bool write(lua_State *L, int index, struct writing *w, int depth)
{
	if (depth > DEPTH_LIMIT || ++w->nodes > NODE_LIMIT || !lua_checkstack(L, 6))
		return fail(w, "more than an answer may hold");
	switch (lua_type(L, index)) {
	case LUA_TSTRING:
		return write_text(text_at(L, index), w);
	case LUA_TBOOLEAN:
		return wrote(w, buffer_append_text(w->out,
						   lua_toboolean(L, index) ? "true" : "false"));
	case LUA_TNUMBER:
		if (lua_isinteger(L, index))
			return write_integer(lua_tointeger(L, index), w);
		return fail(w, "a number with a fraction");
	case LUA_TLIGHTUSERDATA:
		return wrote(w, buffer_append_text(w->out, "null"));
	case LUA_TTABLE:
		if (marked_list(L, index) || lua_rawlen(L, index) > 0)
			return write_list(L, index, w, depth);
		return write_group(L, index, w, depth);
	default:
		return fail(w, "something that is no text, number, list or group");
	}
}

int result_write(lua_State *L, int index, struct buffer *out, const char **why)
{
	struct writing w = {.out = out};

	buffer_init(&w.unsorted);
	bool written = write(L, index, &w, 0);
	buffer_deinit(&w.unsorted);
	free(w.members);
	*why = w.why != NULL ? w.why : "";
	return written ? 0 : **why == '\0' ? -ENOMEM : AW_ESCRIPT;
}

json_t *result_take(lua_State *L, int index, const char **why)
{
	struct buffer text;
	json_t *result = NULL;

	buffer_init(&text);
	if (result_write(L, index, &text, why) == 0)
		result = json_read((struct text){text.bytes, text.length}, NULL);
	buffer_deinit(&text);
	return result;
}
