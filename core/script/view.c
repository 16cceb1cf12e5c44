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
	const struct json_item *value; /* borrowed; NULL for a list that is not there */
	const struct shape *shape;     /* borrowed; NULL where anything may be there */
	/* Of a list: the entry that was read last, counted from 1 (0: none), and how many items
	 * after `value` it is; rules walk through lists. */
	uint32_t entry, offset;
};

static bool is_list(const struct view *v)
{
	return v->value == NULL || v->value->kind == JSON_ITEM_ARRAY;
}

static struct view *view_at(lua_State *L, int index)
{
	struct view *v = lua_touserdata(L, index);
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

	return v == NULL || v->value == NULL ? json_array() : json_read(v->value->text, NULL);
}

bool view_is_list(lua_State *L, int index)
{
	const struct view *v = view_at(L, index);

	return v != NULL && is_list(v);
}

static size_t count_entries(const struct view *v)
{
	const struct json_item *each = NULL;
	size_t count = 0;

	while ((each = json_item_next(v->value, each)) != NULL)
		count++;
	return count;
}

/* Finding takes time where much is passed by. */
static void charge_way(lua_State *L, size_t items)
{
	enum { SHORT = 1024 };

	if (items > SHORT)
		vm_charge(L, items);
}

/* NULL where there is none. */
static const struct json_item *find_entry(lua_State *L, struct view *v, lua_Integer at)
{
	const struct json_item *each;
	uint32_t passed = 0;

	if (v->value == NULL || at < 1)
		return NULL;
	if (v->entry == 0 || at < (lua_Integer)v->entry) {
		if (json_item_next(v->value, NULL) == NULL)
			return NULL;
		v->entry = v->offset = 1; /* the first stands behind its list */
	}
	each = v->value + v->offset;
	while ((lua_Integer)v->entry < at) {
		each = json_item_next(v->value, each);
		if (each == NULL)
			break;
		v->entry++;
		v->offset = (uint32_t)(each - v->value);
		passed++;
	}
	charge_way(L, passed);
	return each;
}

static void push(lua_State *L, const struct json_item *value, const struct shape *shape)
{
	struct view *v = lua_newuserdatauv(L, sizeof *v, 0);

	*v = (struct view){.value = value, .shape = shape};
	lua_rawgetp(L, LUA_REGISTRYINDEX, &view_key);
	lua_setmetatable(L, -2);
}

/* What a string says. Not by lua_pushstring, see push_failure in vm.c. */
static void push_string(lua_State *L, const struct json_item *string)
{
	struct text t = {string->text.bytes + 1, string->text.length - 2};
	char *room;
	luaL_Buffer said;

	if (!string->escaped) {
		lua_pushlstring(L, t.bytes, t.length);
		return;
	}
	/* Memory of Lua's own, since what comes after may raise. */
	room = luaL_buffinitsize(L, &said, t.length);
	luaL_pushresultsize(&said, json_item_say(string, room));
}

void view_push(lua_State *L, const struct json_item *value, const struct shape *shape)
{
	luaL_checkstack(L, 4, "reading");
	if (shape != NULL && shape->kind == SHAPE_ANY)
		shape = NULL;
	switch (value != NULL ? value->kind : JSON_ITEM_NULL) {
	case JSON_ITEM_NULL:
		if (shape != NULL && shape->kind == SHAPE_LIST)
			push(L, NULL, shape);
		else
			lua_pushnil(L);
		break;
	case JSON_ITEM_STRING:
		push_string(L, value);
		break;
	case JSON_ITEM_INTEGER:
		lua_pushinteger(L, value->integer);
		break;
	case JSON_ITEM_TRUE:
	case JSON_ITEM_FALSE:
		lua_pushboolean(L, value->kind == JSON_ITEM_TRUE);
		break;
	case JSON_ITEM_REAL:
		luaL_error(L, "a number with a fraction is not available in rules");
		break;
	default:
		push(L, value, shape);
		break;
	}
}

static int unknown(lua_State *L, const struct shape *group, const char *name)
{
	const char **names = lua_newuserdatauv(L, (group->count + 1) * sizeof *names, 0);
	const char *near;

	for (size_t i = 0; i < group->count; i++)
		names[i] = group->members[i].name.bytes;
	near = nearest(name, names, group->count);
	if (near != NULL)
		return luaL_error(L, "there is no \"%s\" here; did you mean \"%s\"?", name, near);
	return luaL_error(L, "there is no \"%s\" here", name);
}

static int index_list(lua_State *L, struct view *v, int index)
{
	lua_Integer at;

	if (lua_type(L, index) == LUA_TSTRING)
		return luaL_error(
			L, "this is a list, which has no \"%s\": take its entries one by one",
			lua_tostring(L, index));
	at = luaL_checkinteger(L, index);
	view_push(L, find_entry(L, v, at), v->shape != NULL ? v->shape->of : NULL);
	return 1;
}

static int index_object(lua_State *L, const struct view *v, int index)
{
	const struct shape *shape = NULL;
	struct text name;

	if (lua_type(L, index) != LUA_TSTRING)
		return luaL_error(
			L, "this is a group and not a list: its members have names in quotes");
	name.bytes = lua_tolstring(L, index, &name.length);
	if (v->shape != NULL) {
		shape = shape_member(v->shape, name);
		if (shape == NULL)
			return unknown(L, v->shape, name.bytes);
		if (shape->personal)
			return luaL_error(L, "\"%s\" is personal: rules do not see it", name.bytes);
	}
	const struct json_item *found = json_item_find(v->value, name);

	charge_way(L, found != NULL ? (size_t)(found - v->value) : v->value->span);
	view_push(L, found, shape);
	return 1;
}

int view_push_member(lua_State *L, int view, int name)
{
	struct view *v = lua_touserdata(L, view);

	vm_charge(L, 0);
	return is_list(v) ? index_list(L, v, name) : index_object(L, v, name);
}

/* Of views alone: their metatable is the only place where it is. */
static int on_index(lua_State *L)
{
	return view_push_member(L, 1, 2);
}

static int on_newindex(lua_State *L)
{
	return luaL_error(L, "what was submitted cannot be changed");
}

static int on_length(lua_State *L)
{
	const struct view *v = view_at(L, 1);

	if (v == NULL || !is_list(v))
		return luaL_error(L, "# counts the entries of a list, and this is a group");
	const size_t count = count_entries(v);

	charge_way(L, count);
	lua_pushinteger(L, (lua_Integer)count);
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

	for (size_t i = 0; i < v->shape->count; i++) {
		const struct shape *member = &v->shape->members[i];
		const struct json_item *found = json_item_find(v->value, member->name);

		if (found == NULL || found->kind == JSON_ITEM_NULL || member->personal)
			continue;
		lua_pushlstring(L, member->name.bytes, member->name.length);
		lua_rawseti(L, -2, ++count);
	}
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The list of names on the stack is filled twice: as they stand, so that Lua keeps them, and
 * sorted. */
static void push_sorted_names(lua_State *L, const struct view *v)
{
	const struct json_item *name = NULL;
	size_t count = 0, size = count_entries(v);
	const char **names = lua_newuserdatauv(L, (size + 1) * sizeof *names, 0);

	while ((name = json_item_next(v->value, name)) != NULL) {
		if (name[1].kind == JSON_ITEM_NULL)
			continue;
		push_string(L, name);
		names[count++] = lua_tostring(L, -1);
		lua_rawseti(L, -3, (lua_Integer)count);
	}
	qsort(names, count, sizeof *names, compare_names);
	luaL_checkstack(L, (int)count, "pairs");
	for (size_t i = 0; i < count; i++)
		lua_pushlstring(L, names[i], strlen(names[i]));
	for (size_t i = count; i > 0; i--)
		lua_rawseti(L, -2 - (int)i, (lua_Integer)i);
	lua_pop(L, 1);
}

void view_push_keys(lua_State *L, int index)
{
	const struct view *v = view_at(L, index);

	luaL_checkstack(L, 6, "pairs");
	lua_newtable(L);
	if (is_list(v)) {
		size_t count = count_entries(v);

		for (size_t i = 1; i <= count; i++) {
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
