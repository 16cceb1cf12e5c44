/*
 * What the prelude does most often with what rules gave: copies of it, which of them is a list, and
 * which scores count. What is wrong with a value is for the prelude to say.
 */
#include "script/vm.h"

/* Of a copy; lent to the prelude, which says what goes beyond. */
enum { TEXT_BYTES = 10000, NAME_BYTES = 200, DEEPEST = 8 };

/* Room that a copy of a list has at first: its length may be what a rule made up. */
enum { FEW = 64 };

/* ---- lists -------------------------------------------------------------------- */

static void mark_list(lua_State *L, int index)
{
	lua_rawgetp(L, LUA_REGISTRYINDEX, &list_key);
	lua_setmetatable(L, index);
}

static int host_list(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TTABLE);
	lua_settop(L, 1);
	mark_list(L, 1);
	return 1;
}

/* Of a table that is not a face of another: one with entries, or an empty one. */
static bool is_list(lua_State *L, int index)
{
	if (lua_rawlen(L, index) > 0)
		return true;
	lua_pushnil(L);
	if (lua_next(L, index) == 0)
		return true;
	lua_pop(L, 2);
	return false;
}

/* A view of a list, a list made by host.list, a table with entries, or an
 * empty one. */
static int host_is_list(lua_State *L)
{
	bool is = view_is_list(L, 1);

	if (!is && lua_istable(L, 1)) {
		lua_settop(L, 1);
		if (!frozen_push(L, 1))
			lua_pushvalue(L, 1);
		is = is_list(L, 2);
	}
	lua_pushboolean(L, is);
	return 1;
}

/* ---- copies ------------------------------------------------------------------- */

static bool is_text(lua_State *L, int index, size_t limit)
{
	size_t length;
	const char *bytes = lua_type(L, index) == LUA_TSTRING ? lua_tolstring(L, index, &length)
							      : NULL;

	return bytes != NULL && length <= limit && text_is_clean(bytes, length);
}

static bool copy(lua_State *L, int index, int depth);

/* As ipairs reads it: up to the first that is not there. */
static bool copy_list(lua_State *L, int from, int to, int depth)
{
	for (lua_Integer i = 1;; i++) {
		lua_rawgeti(L, from, i);
		if (lua_isnil(L, -1))
			break;
		if (!copy(L, lua_gettop(L), depth + 1))
			return false;
		lua_rawseti(L, to, i);
		lua_pop(L, 1);
	}
	lua_pop(L, 1);
	mark_list(L, to);
	return true;
}

static bool copy_group(lua_State *L, int from, int to, int depth)
{
	lua_pushnil(L);
	while (lua_next(L, from)) {
		int value = lua_gettop(L);

		if (!is_text(L, value - 1, NAME_BYTES) || !copy(L, value, depth + 1))
			return false;
		lua_pushvalue(L, value - 1);
		lua_insert(L, -2);
		lua_rawset(L, to);
		lua_pop(L, 1);
	}
	return true;
}

/* One that answers for what is not in the table. */
static bool has_other_metatable(lua_State *L, int index)
{
	bool has;

	if (!lua_getmetatable(L, index))
		return false;
	lua_rawgetp(L, LUA_REGISTRYINDEX, &list_key);
	has = !lua_rawequal(L, -1, -2);
	lua_pop(L, 2);
	return has;
}

static bool copy_table(lua_State *L, int index, int depth)
{
	int from, to;

	if (depth > DEEPEST)
		return false;
	luaL_checkstack(L, 12, "copying");
	if (!frozen_push(L, index)) {
		if (has_other_metatable(L, index))
			return false;
		lua_pushvalue(L, index);
	}
	from = lua_gettop(L);
	bool list = is_list(L, from);
	size_t length = list ? lua_rawlen(L, from) : 0;
	lua_createtable(L, (int)(length < FEW ? length : FEW), list ? 0 : 4);
	to = lua_gettop(L);
	if (!(list ? copy_list(L, from, to, depth) : copy_group(L, from, to, depth)))
		return false;
	lua_remove(L, from);
	return true;
}

/* Pushes a copy of whole numbers, text, true, false, and plain lists and groups of them. False,
 * and anything on the stack, where it is to be looked at closer. */
static bool copy(lua_State *L, int index, int depth)
{
	lua_Integer number;

	vm_charge(L, 0);
	switch (lua_type(L, index)) {
	case LUA_TSTRING:
		if (!is_text(L, index, TEXT_BYTES))
			return false;
		break;
	case LUA_TNUMBER:
		number = lua_tointeger(L, index);
		if (!lua_isinteger(L, index) || number > JSON_EXACT || number < -JSON_EXACT)
			return false;
		break;
	case LUA_TBOOLEAN:
		break;
	case LUA_TTABLE:
		return copy_table(L, index, depth);
	default:
		return false;
	}
	lua_pushvalue(L, index);
	return true;
}

/* host.copy(value, depth): the copy, or nil where the value holds anything else. */
static int host_copy(lua_State *L)
{
	lua_Integer depth = luaL_checkinteger(L, 2);

	lua_settop(L, 1);
	if (!copy(L, 1, (int)depth))
		lua_pushnil(L);
	return 1;
}

/* host.taken(f, argument): as host.copy, of what f gives: the copy, and whether it is the same; or
 * nil, and what was given. */
static int host_taken(lua_State *L)
{
	lua_settop(L, 2);
	lua_call(L, 1, 1);
	if (lua_isnil(L, 1)) {
		lua_pushlightuserdata(L, NULL);
		return 1;
	}
	if (!copy(L, 1, 0)) {
		lua_settop(L, 1);
		lua_pushnil(L);
		lua_insert(L, 1);
		return 2;
	}
	lua_pushboolean(L, lua_rawequal(L, 1, -1));
	return 2;
}

void read_only_push(lua_State *L, int index)
{
	vm_charge(L, 0);
	if (!lua_istable(L, index)) {
		lua_pushvalue(L, index);
		return;
	}
	luaL_checkstack(L, 12, "copying");
	size_t length = lua_rawlen(L, index);
	lua_createtable(L, (int)(length < FEW ? length : FEW), length > 0 ? 0 : 4);
	int to = lua_gettop(L);
	lua_pushnil(L);
	while (lua_next(L, index)) {
		if (!lua_islightuserdata(L, -1)) {
			lua_pushvalue(L, -2);
			read_only_push(L, lua_gettop(L) - 1);
			lua_rawset(L, to);
		}
		lua_pop(L, 1);
	}
	frozen_make(L);
}

/* host.read_only(value), of what host.copy gave: as rules may read it, and not change it. */
static int host_read_only(lua_State *L)
{
	luaL_checkany(L, 1);
	lua_settop(L, 1);
	read_only_push(L, 1);
	return 1;
}

/* host.room(count): an empty list with room for so many entries. */
static int host_room(lua_State *L)
{
	lua_Integer count = luaL_checkinteger(L, 1);

	luaL_argcheck(L, count >= 0 && count <= LIST_LIMIT, 1, "too many");
	lua_createtable(L, (int)count, 0);
	return 1;
}

/* ---- scores ------------------------------------------------------------------- */

/* Pushes the scores of those ids that have one, and the list of those ids that have another than
 * `none`. 1 scores, 2 ids, 3 none, 4 the group for the scores, or nothing. */
static void push_scores(lua_State *L)
{
	lua_Integer found = 0, count = 0;

	luaL_checktype(L, 2, LUA_TTABLE);
	lua_settop(L, 4);
	bool is_view = view_is(L, 1);
	if (!lua_istable(L, 1) && !is_view)
		luaL_error(L, "applicable needs scores, and got %s",
			   lua_isnil(L, 1) ? "nothing" : luaL_typename(L, 1));
	count = (lua_Integer)lua_rawlen(L, 2);
	if (!lua_istable(L, 4)) {
		lua_createtable(L, 0, (int)count);
		lua_replace(L, 4);
	}
	lua_createtable(L, (int)count, 0);
	for (lua_Integer i = 1; i <= count; i++) {
		vm_charge(L, 0);
		lua_rawgeti(L, 2, i);
		if (is_view) {
			(void)view_push_member(L, 1, lua_gettop(L)); /* one value */
		} else {
			lua_pushvalue(L, -1);
			(void)lua_gettable(L, 1); /* of any type */
		}
		if (lua_isnil(L, -1)) {
			lua_pop(L, 2);
			continue;
		}
		if (!lua_rawequal(L, -1, 3)) {
			lua_pushvalue(L, -2);
			lua_rawseti(L, 5, ++found);
		}
		lua_rawset(L, 4);
	}
	mark_list(L, 5);
}

/* host.scores(scores, ids, none, into): a group of the scores that there are, `into` if it is given,
 * and the list of the ids that apply. */
static int host_scores(lua_State *L)
{
	push_scores(L);
	return 2;
}

/* host.applicable(scores, ids, none): that list alone. */
static int host_applicable(lua_State *L)
{
	lua_settop(L, 3);
	push_scores(L);
	return 1;
}

void host_values_add(lua_State *L)
{
	static const luaL_Reg values[] = {{"applicable", host_applicable},
					  {"copy", host_copy},
					  {"is_list", host_is_list},
					  {"list", host_list},
					  {"read_only", host_read_only},
					  {"room", host_room},
					  {"scores", host_scores},
					  {"taken", host_taken},
					  {NULL, NULL}};

	luaL_setfuncs(L, values, 0);
	lua_pushinteger(L, TEXT_BYTES);
	lua_setfield(L, -2, "longest_text");
	lua_pushinteger(L, NAME_BYTES);
	lua_setfield(L, -2, "longest_name");
	lua_pushinteger(L, DEEPEST);
	lua_setfield(L, -2, "deepest");
	lua_createtable(L, 0, 1);
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_rawsetp(L, LUA_REGISTRYINDEX, &list_key);
}
