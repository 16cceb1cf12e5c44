/*
 * What rules answer, taken out of Lua as a document. Nothing here raises or
 * allocates in Lua, so the document cannot be lost on the way.
 */
#include <string.h>

#include "script/vm.h"

const char list_key = 0;

enum { DEPTH_LIMIT = 24, NODE_LIMIT = 500000 };

struct taking {
	const char *why;
	int nodes;
};

static json_t *take(lua_State *L, int index, struct taking *t, int depth);

static json_t *fail(struct taking *t, const char *why)
{
	if (t->why == NULL)
		t->why = why;
	return NULL;
}

static json_t *take_text(lua_State *L, int index, struct taking *t)
{
	size_t length;
	const char *bytes = lua_tolstring(L, index, &length);
	json_t *text;

	if (!text_is_clean(bytes, length))
		return fail(t, "text that is not UTF-8, or holds a NUL byte");
	text = json_stringn_nocheck(bytes, length);
	return text != NULL ? text : fail(t, "");
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

static json_t *take_list(lua_State *L, int index, struct taking *t, int depth)
{
	json_t *list = json_array();
	lua_Integer count = (lua_Integer)lua_rawlen(L, index);

	for (lua_Integer i = 1; list != NULL && i <= count; i++) {
		json_t *item;

		lua_rawgeti(L, index, i);
		item = take(L, lua_gettop(L), t, depth + 1);
		lua_pop(L, 1);
		if (item == NULL || json_array_append_new(list, item) != 0) {
			json_decref(list);
			return fail(t, "");
		}
	}
	return list != NULL ? list : fail(t, "");
}

static bool is_name(lua_State *L, int index)
{
	size_t length = 0;

	if (lua_type(L, index) != LUA_TSTRING)
		return false;
	const char *name = lua_tolstring(L, index, &length);
	return text_is_clean(name, length);
}

static json_t *take_group(lua_State *L, int index, struct taking *t, int depth)
{
	json_t *group = json_object();

	lua_pushnil(L);
	while (group != NULL && lua_next(L, index)) {
		json_t *item = NULL;

		if (is_name(L, -2))
			item = take(L, lua_gettop(L), t, depth + 1);
		else
			(void)fail(t, "a group with a name that is not text");
		lua_pop(L, 1);
		if (item == NULL || json_object_set_new(group, lua_tostring(L, -1), item) != 0) {
			lua_pop(L, 1);
			json_decref(group);
			return fail(t, "");
		}
	}
	return group != NULL ? group : fail(t, "");
}

static json_t *take(lua_State *L, int index, struct taking *t, int depth)
{
	if (depth > DEPTH_LIMIT || ++t->nodes > NODE_LIMIT || !lua_checkstack(L, 6))
		return fail(t, "more than an answer may hold");
	switch (lua_type(L, index)) {
	case LUA_TSTRING:
		return take_text(L, index, t);
	case LUA_TBOOLEAN:
		return json_boolean(lua_toboolean(L, index));
	case LUA_TNUMBER:
		if (lua_isinteger(L, index))
			return json_integer(lua_tointeger(L, index));
		return fail(t, "a number with a fraction");
	case LUA_TLIGHTUSERDATA:
		return json_null();
	case LUA_TTABLE:
		if (marked_list(L, index) || lua_rawlen(L, index) > 0)
			return take_list(L, index, t, depth);
		return take_group(L, index, t, depth);
	default:
		return fail(t, "something that is no text, number, list or group");
	}
}

json_t *result_take(lua_State *L, int index, const char **why)
{
	struct taking t = {NULL, 0};
	json_t *result = take(L, index, &t, 0);

	*why = t.why != NULL ? t.why : "";
	return result;
}
