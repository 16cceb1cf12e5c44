/*
 * Read-only views: a submission, its history, the awards of an import, as rules
 * see them. Nothing is copied until it is read, and reading a member that the
 * form does not know is an error rather than nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "script/vm.h"

const char view_key = 0;

struct view {
	const json_t *value; /* borrowed; NULL for a list that is not there */
	const json_t *shape; /* borrowed; NULL where anything may be there */
	bool is_list;
};

static const struct view *view_at(lua_State *L, int index)
{
	const struct view *v = lua_touserdata(L, index);
	bool is;

	if (v == NULL || lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index))
		return NULL;
	lua_rawgetp(L, LUA_REGISTRYINDEX, &view_key);
	is = lua_rawequal(L, -1, -2) != 0;
	lua_pop(L, 2);
	return is ? v : NULL;
}

bool view_is(lua_State *L, int index)
{
	return view_at(L, index) != NULL;
}

json_t *view_take(lua_State *L, int index)
{
	const struct view *v = view_at(L, index);

	return v == NULL || v->value == NULL ? json_array() : json_deep_copy_of(v->value);
}

bool view_is_list(lua_State *L, int index)
{
	const struct view *v = view_at(L, index);

	return v != NULL && v->is_list;
}

static bool shape_is(const json_t *shape, const char *type)
{
	const char *of = shape != NULL ? json_string_value(json_object_get(shape, "type")) : NULL;

	return of != NULL && strcmp(of, type) == 0;
}

static void push(lua_State *L, const json_t *value, const json_t *shape, bool is_list)
{
	struct view *v = lua_newuserdatauv(L, sizeof *v, 0);

	*v = (struct view){value, shape, is_list};
	lua_rawgetp(L, LUA_REGISTRYINDEX, &view_key);
	lua_setmetatable(L, -2);
}

void view_push(lua_State *L, const json_t *value, const json_t *shape)
{
	luaL_checkstack(L, 4, "reading");
	if (shape_is(shape, "any"))
		shape = NULL;
	if (value == NULL || json_is_null(value)) {
		if (shape_is(shape, "list"))
			push(L, NULL, shape, true);
		else
			lua_pushnil(L);
	} else if (json_is_string(value)) {
		lua_pushlstring(L, json_string_value(value), json_string_length(value));
	} else if (json_is_integer(value)) {
		lua_pushinteger(L, json_integer_value(value));
	} else if (json_is_boolean(value)) {
		lua_pushboolean(L, json_is_true(value));
	} else if (json_is_array(value) || json_is_object(value)) {
		push(L, value, shape, json_is_array(value));
	} else {
		luaL_error(L, "a number with a fraction is not available in rules");
	}
}

static const json_t *find(const json_t *shape, const char *name)
{
	return json_object_get(json_object_get(shape, "by_name"), name);
}

static int unknown(lua_State *L, const json_t *members, const char *name)
{
	size_t count = json_array_size(members), i;
	const char **names = lua_newuserdatauv(L, (count + 1) * sizeof *names, 0);
	const char *near;
	json_t *member;

	json_array_foreach(members, i, member)
		names[i] = json_string_value(json_object_get(member, "name"));
	near = nearest(name, names, count);
	if (near != NULL)
		return luaL_error(L, "there is no \"%s\" here; did you mean \"%s\"?", name, near);
	return luaL_error(L, "there is no \"%s\" here", name);
}

static int index_list(lua_State *L, const struct view *v)
{
	lua_Integer at;

	if (lua_type(L, 2) == LUA_TSTRING)
		return luaL_error(
			L, "this is a list, which has no \"%s\": take its entries one by one",
			lua_tostring(L, 2));
	at = luaL_checkinteger(L, 2);
	if (v->value == NULL || at < 1 || (size_t)at > json_array_size(v->value))
		lua_pushnil(L);
	else
		view_push(L, json_array_get(v->value, (size_t)(at - 1)),
			  json_object_get(v->shape, "of"));
	return 1;
}

static int index_object(lua_State *L, const struct view *v)
{
	const json_t *shape = NULL;
	const char *name;

	if (lua_type(L, 2) != LUA_TSTRING)
		return luaL_error(
			L, "this is a group and not a list: its members have names in quotes");
	name = lua_tostring(L, 2);
	if (v->shape != NULL) {
		shape = find(v->shape, name);
		if (shape == NULL)
			return unknown(L, json_object_get(v->shape, "members"), name);
		if (json_is_true(json_object_get(shape, "personal")))
			return luaL_error(L, "\"%s\" is personal: rules do not see it", name);
	}
	view_push(L, json_object_get(v->value, name), shape);
	return 1;
}

static int on_index(lua_State *L)
{
	const struct view *v = view_at(L, 1);

	if (v == NULL)
		return luaL_error(L, "not a part of a submission");
	vm_charge(L, 0);
	return v->is_list ? index_list(L, v) : index_object(L, v);
}

static int on_newindex(lua_State *L)
{
	return luaL_error(L, "what was submitted cannot be changed");
}

static int on_length(lua_State *L)
{
	const struct view *v = view_at(L, 1);

	if (v == NULL || !v->is_list)
		return luaL_error(L, "# counts the entries of a list, and this is a group");
	lua_pushinteger(L, (lua_Integer)json_array_size(v->value));
	return 1;
}

static int on_equal(lua_State *L)
{
	const struct view *a = view_at(L, 1), *b = view_at(L, 2);

	lua_pushboolean(L, a != NULL && b != NULL && a->value == b->value && a->value != NULL);
	return 1;
}

/* The names present, in the order of the form. */
static void push_form_names(lua_State *L, const struct view *v)
{
	lua_Integer count = 0;
	size_t i;
	json_t *member;

	json_array_foreach(json_object_get(v->shape, "members"), i, member) {
		const char *name = json_string_value(json_object_get(member, "name"));
		const json_t *value = json_object_get(v->value, name);

		if (value == NULL || json_is_null(value) ||
		    json_is_true(json_object_get(member, "personal")))
			continue;
		lua_pushstring(L, name);
		lua_rawseti(L, -2, ++count);
	}
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void push_sorted_names(lua_State *L, const struct view *v)
{
	size_t count = 0, size = json_object_size(v->value);
	const char **names = lua_newuserdatauv(L, (size + 1) * sizeof *names, 0);
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)v->value, name, value)
		if (!json_is_null(value))
			names[count++] = name;
	qsort(names, count, sizeof *names, compare_names);
	for (size_t i = 0; i < count; i++) {
		lua_pushstring(L, names[i]);
		lua_rawseti(L, -3, (lua_Integer)i + 1);
	}
	lua_pop(L, 1);
}

void view_push_keys(lua_State *L, int index)
{
	const struct view *v = view_at(L, index);

	luaL_checkstack(L, 6, "pairs");
	lua_newtable(L);
	if (v->is_list) {
		for (size_t i = 1; i <= json_array_size(v->value); i++) {
			lua_pushinteger(L, (lua_Integer)i);
			lua_rawseti(L, -2, (lua_Integer)i);
		}
	} else if (v->shape != NULL) {
		push_form_names(L, v);
	} else {
		push_sorted_names(L, v);
	}
}

void view_open(lua_State *L)
{
	static const luaL_Reg on[] = {{"__index", on_index},
				      {"__newindex", on_newindex},
				      {"__len", on_length},
				      {"__eq", on_equal},
				      {NULL, NULL}};

	lua_newtable(L);
	luaL_setfuncs(L, on, 0);
	lua_pushstring(L, "group");
	lua_setfield(L, -2, "__name");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_rawsetp(L, LUA_REGISTRYINDEX, &view_key);
}
