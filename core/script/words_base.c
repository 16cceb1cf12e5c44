/*
 * The plain words of Lua that rules have, and the table rule files run in,
 * where a name that does not exist is an error that names the nearest one.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "script/vm.h"

static const char frozen_key = 0, token_key = 0;

/* ---- words ---------------------------------------------------------------- */

static int word_type(lua_State *L)
{
	luaL_checkany(L, 1);
	lua_pushstring(L, view_is(L, 1) ? "table" : luaL_typename(L, 1));
	return 1;
}

static int word_tostring(lua_State *L)
{
	luaL_checkany(L, 1);
	switch (lua_type(L, 1)) {
	case LUA_TNIL:
		lua_pushliteral(L, "nothing");
		break;
	case LUA_TBOOLEAN:
		lua_pushstring(L, lua_toboolean(L, 1) ? "true" : "false");
		break;
	case LUA_TNUMBER:
	case LUA_TSTRING:
		lua_pushvalue(L, 1);
		(void)lua_tostring(L, -1); /* turns the number into text in place */
		break;
	default:
		lua_pushfstring(L, "a %s", lua_isfunction(L, 1) ? "function" : "group");
	}
	return 1;
}

static int word_tonumber(lua_State *L)
{
	size_t length, i = 0;
	const char *s;

	if (lua_type(L, 1) == LUA_TNUMBER) {
		lua_settop(L, 1);
		return 1;
	}
	s = luaL_checklstring(L, 1, &length);
	if (length > 0 && s[0] == '-')
		i = 1;
	if (i == length || length - i > 18 || strspn(s + i, "0123456789") != length - i)
		lua_pushnil(L);
	else
		lua_pushinteger(L, strtoll(s, NULL, 10));
	return 1;
}

static int word_error(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TSTRING);
	lua_settop(L, 1);
	return lua_error(L);
}

static int word_assert(lua_State *L)
{
	luaL_checkany(L, 1);
	if (lua_toboolean(L, 1))
		return lua_gettop(L);
	if (lua_type(L, 2) != LUA_TSTRING)
		return luaL_error(L, "assert: this does not hold");
	lua_settop(L, 2);
	return lua_error(L);
}

static int word_select(lua_State *L)
{
	int count = lua_gettop(L) - 1;
	lua_Integer from;

	if (lua_type(L, 1) == LUA_TSTRING && strcmp(lua_tostring(L, 1), "#") == 0) {
		lua_pushinteger(L, count);
		return 1;
	}
	from = luaL_checkinteger(L, 1);
	luaL_argcheck(L, from >= 1, 1, "counts from 1");
	return from > count ? 0 : count - (int)from + 1;
}

/* ---- math ------------------------------------------------------------------- */

static int extreme(lua_State *L, int sign)
{
	int best = 1;

	luaL_checknumber(L, 1);
	for (int i = 2; i <= lua_gettop(L); i++) {
		luaL_checknumber(L, i);
		if (sign > 0 ? lua_compare(L, best, i, LUA_OPLT)
			     : lua_compare(L, i, best, LUA_OPLT))
			best = i;
	}
	lua_pushvalue(L, best);
	return 1;
}

static int math_max(lua_State *L)
{
	return extreme(L, 1);
}

static int math_min(lua_State *L)
{
	return extreme(L, -1);
}

static int math_abs(lua_State *L)
{
	if (lua_isinteger(L, 1)) {
		lua_Integer n = lua_tointeger(L, 1);

		luaL_argcheck(L, n != LUA_MININTEGER, 1, "too far from 0");
		lua_pushinteger(L, n < 0 ? -n : n);
	} else {
		lua_pushnumber(L, fabs(luaL_checknumber(L, 1)));
	}
	return 1;
}

static int rounded(lua_State *L, double (*how)(double))
{
	lua_Integer n;

	if (lua_isinteger(L, 1)) {
		lua_settop(L, 1);
		return 1;
	}
	if (!lua_numbertointeger(how(luaL_checknumber(L, 1)), &n))
		return luaL_error(L, "the number is too large to be whole");
	lua_pushinteger(L, n);
	return 1;
}

static int math_floor(lua_State *L)
{
	return rounded(L, floor);
}

static int math_ceil(lua_State *L)
{
	return rounded(L, ceil);
}

/* ---- tables that cannot be changed ------------------------------------------- */

static int refuse_change(lua_State *L)
{
	return luaL_error(L, "this cannot be changed by a rule");
}

static int behind_length(lua_State *L)
{
	if (!frozen_push(L, 1))
		return luaL_error(L, "# counts the entries of a list");
	lua_pushinteger(L, (lua_Integer)lua_rawlen(L, -1));
	return 1;
}

bool frozen_push(lua_State *L, int index)
{
	if (lua_type(L, index) != LUA_TTABLE || !lua_getmetatable(L, index))
		return false;
	if (lua_rawgetp(L, -1, &frozen_key) == LUA_TNIL) {
		lua_pop(L, 2);
		return false;
	}
	lua_remove(L, -2);
	return true;
}

/* Replaces the table on top of the stack by the metatable of its faces. */
static void face_make(lua_State *L)
{
	lua_createtable(L, 0, 5);
	lua_pushvalue(L, -2);
	lua_rawsetp(L, -2, &frozen_key);
	lua_insert(L, -2);
	lua_setfield(L, -2, "__index");
	lua_pushcfunction(L, refuse_change);
	lua_setfield(L, -2, "__newindex");
	lua_pushcfunction(L, behind_length);
	lua_setfield(L, -2, "__len");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
}

void frozen_make(lua_State *L)
{
	face_make(L);
	lua_newtable(L);
	lua_insert(L, -2);
	lua_setmetatable(L, -2);
}

int host_freeze(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TTABLE);
	lua_settop(L, 1);
	frozen_make(L);
	return 1;
}

/* host.token(): something that is only itself, and all that a rule finds in it is nothing. */
int host_token(lua_State *L)
{
	lua_settop(L, 0);
	lua_newtable(L);
	if (lua_rawgetp(L, LUA_REGISTRYINDEX, &token_key) == LUA_TNIL) {
		lua_pop(L, 1);
		lua_newtable(L);
		face_make(L);
		lua_pushvalue(L, -1);
		lua_rawsetp(L, LUA_REGISTRYINDEX, &token_key);
	}
	lua_setmetatable(L, 1);
	return 1;
}

/* ---- names that do not exist --------------------------------------------------- */

static const char *const blocked[] = {"_G",           "collectgarbage", "coroutine", "debug",
				      "dofile",       "getmetatable",   "io",        "load",
				      "loadfile",     "loadstring",     "next",      "os",
				      "package",      "pcall",          "print",     "rawequal",
				      "rawget",       "rawlen",         "rawset",    "require",
				      "setmetatable", "utf8",           "warn",      "xpcall"};

static bool is_blocked(const char *name)
{
	for (size_t i = 0; i < sizeof blocked / sizeof blocked[0]; i++)
		if (strcmp(blocked[i], name) == 0)
			return true;
	return false;
}

/* upvalues: the table of words, the prefix of its names or "" */
static int on_missing(lua_State *L)
{
	const char *prefix = lua_tostring(L, lua_upvalueindex(2)), *name;

	if (lua_type(L, 2) != LUA_TSTRING)
		return luaL_error(L, "a word of the rules has a name");
	name = lua_tostring(L, 2);
	if (prefix[0] != '\0' || is_blocked(name))
		return luaL_error(L, "%s%s is not available in rules", prefix, name);
	if (strcmp(name, "words") == 0)
		return luaL_error(L, "the rules need words of plugins, and there are none: "
				     "--plugins DIR names their folder");
	nearest_push(L, name, lua_upvalueindex(1));
	if (lua_isnil(L, -1))
		return luaL_error(L, "%s is not a word of the rules", name);
	return luaL_error(L, "%s is not a word of the rules; did you mean %s?", name,
			  lua_tostring(L, -1));
}

/* Gives the table on top a metatable that complains about names it lacks. */
static void complain_of_missing(lua_State *L, const char *prefix)
{
	lua_createtable(L, 0, 2);
	lua_pushvalue(L, -2);
	lua_pushstring(L, prefix);
	lua_pushcclosure(L, on_missing, 2);
	lua_setfield(L, -2, "__index");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_setmetatable(L, -2);
}

void words_library_seal(lua_State *L, const char *prefix)
{
	complain_of_missing(L, prefix);
	frozen_make(L);
}

static int refuse_global(lua_State *L)
{
	luaL_checktype(L, 2, LUA_TSTRING);
	return luaL_error(L, "%s: a name of the file's own needs the word local before it",
			  lua_tostring(L, 2));
}

void words_environment_push(lua_State *L, int index)
{
	index = lua_absindex(L, index);
	lua_pushvalue(L, index);
	complain_of_missing(L, "");
	lua_pop(L, 1);
	lua_newtable(L);
	lua_createtable(L, 0, 3);
	lua_pushvalue(L, index);
	lua_setfield(L, -2, "__index");
	lua_pushcfunction(L, refuse_global);
	lua_setfield(L, -2, "__newindex");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_setmetatable(L, -2);
}

void words_base_add(lua_State *L)
{
	static const luaL_Reg base[] = {{"assert", word_assert},
					{"error", word_error},
					{"select", word_select},
					{"tonumber", word_tonumber},
					{"tostring", word_tostring},
					{"type", word_type},
					{NULL, NULL}};
	static const luaL_Reg math[] = {{"abs", math_abs},     {"ceil", math_ceil},
					{"floor", math_floor}, {"max", math_max},
					{"min", math_min},     {NULL, NULL}};

	luaL_setfuncs(L, base, 0);
	luaL_newlib(L, math);
	words_library_seal(L, "math.");
	lua_setfield(L, -2, "math");
}
