/*
 * Lists: pairs in a fixed order, ipairs, and the functions of `table`, all
 * bounded; sort is a stable merge sort, so equal entries keep their order.
 */
#include <stdlib.h>
#include <string.h>

#include "script/vm.h"

struct key {
	const char *name; /* NULL for a number */
	size_t length;
	lua_Integer number;
};

/* ---- pairs and ipairs ------------------------------------------------------- */

static int compare_keys(const void *left, const void *right)
{
	const struct key *a = left, *b = right;
	size_t shorter;
	int c;

	if ((a->name == NULL) != (b->name == NULL))
		return a->name == NULL ? -1 : 1;
	if (a->name == NULL)
		return a->number < b->number ? -1 : a->number > b->number;
	shorter = a->length < b->length ? a->length : b->length;
	c = memcmp(a->name, b->name, shorter);
	return c != 0 ? c : a->length < b->length ? -1 : a->length > b->length;
}

static size_t count_entries(lua_State *L, int index)
{
	size_t count = 0;

	lua_pushnil(L);
	while (lua_next(L, index)) {
		lua_pop(L, 1);
		if (++count > LIST_LIMIT)
			luaL_error(L, "pairs: more than %d entries", LIST_LIMIT);
	}
	return count;
}

/* Pushes the list of the keys of the plain table at `index`: numbers first,
 * then names by their bytes. */
static void push_keys(lua_State *L, int index)
{
	size_t count = count_entries(L, index), i = 0;
	struct key *keys = lua_newuserdatauv(L, (count + 1) * sizeof *keys, 0);

	vm_charge(L, 64 * count);
	lua_pushnil(L);
	while (lua_next(L, index)) {
		lua_pop(L, 1);
		keys[i] = (struct key){NULL, 0, 0};
		if (lua_type(L, -1) == LUA_TSTRING)
			keys[i].name = lua_tolstring(L, -1, &keys[i].length);
		else if (lua_isinteger(L, -1))
			keys[i].number = lua_tointeger(L, -1);
		else
			luaL_error(L, "pairs: only text and whole numbers may name an entry");
		i++;
	}
	qsort(keys, count, sizeof *keys, compare_keys);
	lua_createtable(L, (int)count, 0);
	for (i = 0; i < count; i++) {
		if (keys[i].name != NULL)
			lua_pushlstring(L, keys[i].name, keys[i].length);
		else
			lua_pushinteger(L, keys[i].number);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	lua_remove(L, -2);
}

/* upvalues: the keys, how many were given */
static int next_pair(lua_State *L)
{
	lua_Integer at = lua_tointeger(L, lua_upvalueindex(2));

	vm_charge(L, 0);
	for (;;) {
		lua_settop(L, 1);
		at++;
		lua_pushinteger(L, at);
		lua_replace(L, lua_upvalueindex(2));
		if (lua_rawgeti(L, lua_upvalueindex(1), at) == LUA_TNIL)
			return 1;
		lua_pushvalue(L, -1);
		if (lua_gettable(L, 1) != LUA_TNIL) /* nil: taken out during the walk */
			return 2;
	}
}

static int word_pairs(lua_State *L)
{
	lua_settop(L, 1);
	if (view_is(L, 1)) {
		view_push_keys(L, 1);
	} else {
		if (!lua_istable(L, 1))
			return luaL_error(L, "pairs needs a group or a list, and got %s",
					  lua_isnil(L, 1) ? "nothing" : luaL_typename(L, 1));
		if (!frozen_push(L, 1))
			lua_pushvalue(L, 1);
		push_keys(L, 2);
	}
	lua_pushinteger(L, 0);
	lua_pushcclosure(L, next_pair, 2);
	lua_pushvalue(L, 1);
	lua_pushnil(L);
	return 3;
}

static int next_entry(lua_State *L)
{
	lua_Integer at = luaL_checkinteger(L, 2);

	at = at < LUA_MAXINTEGER ? at + 1 : at;
	lua_pushinteger(L, at);
	return lua_geti(L, 1, at) == LUA_TNIL ? 1 : 2;
}

static int word_ipairs(lua_State *L)
{
	if (!lua_istable(L, 1) && !view_is(L, 1))
		return luaL_error(L, "ipairs needs a list, and got %s",
				  lua_isnil(L, 1) ? "nothing" : luaL_typename(L, 1));
	lua_pushcfunction(L, next_entry);
	lua_pushvalue(L, 1);
	lua_pushinteger(L, 0);
	return 3;
}

/* ---- table.… ------------------------------------------------------------------ */

static lua_Integer length_to_read(lua_State *L, int index)
{
	lua_Integer length;

	if (!lua_istable(L, index) && !view_is(L, index))
		luaL_error(L, "a list is needed here, and this is %s",
			   lua_isnoneornil(L, index) ? "nothing" : luaL_typename(L, index));
	length = luaL_len(L, index);
	if (length > LIST_LIMIT)
		luaL_error(L, "the list has more than %d entries", LIST_LIMIT);
	return length;
}

static lua_Integer length_to_change(lua_State *L, int index)
{
	bool frozen = frozen_push(L, index);

	if (frozen || view_is(L, index))
		luaL_error(L, "this list cannot be changed by a rule");
	luaL_checktype(L, index, LUA_TTABLE);
	if (lua_rawlen(L, index) >= LIST_LIMIT)
		luaL_error(L, "the list has more than %d entries", LIST_LIMIT);
	return (lua_Integer)lua_rawlen(L, index);
}

static int table_insert(lua_State *L)
{
	lua_Integer length = length_to_change(L, 1), at = length + 1;

	if (lua_gettop(L) == 3) {
		at = luaL_checkinteger(L, 2);
		luaL_argcheck(L, at >= 1 && at <= length + 1, 2, "outside of the list");
	} else if (lua_gettop(L) != 2) {
		return luaL_error(L, "table.insert needs a list and what to put in it");
	}
	vm_charge(L, (size_t)(length + 1 - at) * 8);
	for (lua_Integer i = length; i >= at; i--) {
		lua_rawgeti(L, 1, i);
		lua_rawseti(L, 1, i + 1);
	}
	lua_rawseti(L, 1, at);
	return 0;
}

static int table_remove(lua_State *L)
{
	lua_Integer length = length_to_change(L, 1), at = luaL_optinteger(L, 2, length);

	if (length == 0)
		return 0;
	luaL_argcheck(L, at >= 1 && at <= length, 2, "outside of the list");
	vm_charge(L, (size_t)(length - at) * 8);
	lua_rawgeti(L, 1, at);
	for (lua_Integer i = at; i < length; i++) {
		lua_rawgeti(L, 1, i + 1);
		lua_rawseti(L, 1, i);
	}
	lua_pushnil(L);
	lua_rawseti(L, 1, length);
	return 1;
}

static int table_concat(lua_State *L)
{
	lua_Integer length = length_to_read(L, 1);
	size_t between_length, total = 0;
	const char *between = luaL_optlstring(L, 2, "", &between_length);
	luaL_Buffer b;

	luaL_buffinit(L, &b);
	for (lua_Integer i = 1; i <= length; i++) {
		size_t size;

		lua_geti(L, 1, i);
		if (!lua_isstring(L, -1))
			return luaL_error(L,
					  "table.concat joins text and numbers, and entry %d is %s",
					  (int)i, luaL_typename(L, -1));
		(void)lua_tolstring(L, -1, &size);
		total += size + between_length;
		if (total > TEXT_LIMIT)
			return luaL_error(L, "table.concat: the text grows beyond 64 KiB");
		luaL_addvalue(&b);
		if (i < length)
			luaL_addlstring(&b, between, between_length);
	}
	vm_charge(L, total + (size_t)length * 8);
	luaL_pushresult(&b);
	return 1;
}

static int table_unpack(lua_State *L)
{
	lua_Integer length = length_to_read(L, 1);

	luaL_argcheck(L, length <= 200, 1, "more than 200 entries");
	luaL_checkstack(L, (int)length + 1, "table.unpack");
	for (lua_Integer i = 1; i <= length; i++)
		lua_geti(L, 1, i);
	return (int)length;
}

/* ---- sort: 1 the list, 2 comes before, 3 room to merge in -------------------- */

static bool comes_before(lua_State *L, int right, int left)
{
	bool before;

	if (lua_isnil(L, 2))
		return lua_compare(L, right, left, LUA_OPLT) != 0;
	lua_pushvalue(L, 2);
	lua_pushvalue(L, right);
	lua_pushvalue(L, left);
	lua_call(L, 2, 1);
	before = lua_toboolean(L, -1) != 0;
	lua_pop(L, 1);
	return before;
}

/* Merges from[low, middle) and from[middle, high) into `to`. */
static void merge(lua_State *L, int from, int to, const lua_Integer part[3])
{
	lua_Integer left = part[0], right = part[1];

	for (lua_Integer at = part[0]; at < part[2]; at++) {
		bool take_right = left >= part[1];

		if (!take_right && right < part[2]) {
			lua_rawgeti(L, from, left);
			lua_rawgeti(L, from, right);
			take_right = comes_before(L, lua_gettop(L), lua_gettop(L) - 1);
			lua_pop(L, 2);
		}
		lua_rawgeti(L, from, take_right ? right++ : left++);
		lua_rawseti(L, to, at);
	}
}

static lua_Integer at_most(lua_Integer a, lua_Integer limit)
{
	return a < limit ? a : limit;
}

static int table_sort(lua_State *L)
{
	lua_Integer length = length_to_change(L, 1);
	int from = 1, to = 3;

	lua_settop(L, 2);
	if (!lua_isnil(L, 2))
		luaL_checktype(L, 2, LUA_TFUNCTION);
	lua_createtable(L, (int)length, 0);
	for (lua_Integer width = 1; width < length; width *= 2) {
		int other = from;

		vm_charge(L, (size_t)length * 64);
		for (lua_Integer low = 1; low <= length; low += 2 * width) {
			lua_Integer part[3] = {low, at_most(low + width, length + 1),
					       at_most(low + 2 * width, length + 1)};

			merge(L, from, to, part);
		}
		from = to;
		to = other;
	}
	for (lua_Integer i = 1; from == 3 && i <= length; i++) {
		lua_rawgeti(L, 3, i);
		lua_rawseti(L, 1, i);
	}
	return 0;
}

void words_table_add(lua_State *L)
{
	static const luaL_Reg table[] = {{"concat", table_concat}, {"insert", table_insert},
					 {"remove", table_remove}, {"sort", table_sort},
					 {"unpack", table_unpack}, {NULL, NULL}};

	lua_pushcfunction(L, word_pairs);
	lua_setfield(L, -2, "pairs");
	lua_pushcfunction(L, word_ipairs);
	lua_setfield(L, -2, "ipairs");
	luaL_newlib(L, table);
	words_library_seal(L, "table.");
	lua_setfield(L, -2, "table");
}
