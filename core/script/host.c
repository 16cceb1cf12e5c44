/*
 * What C lends the prelude alone: places, faults, attempts, dates, and faces
 * of tables that cannot be changed.
 */
#include <stdlib.h>
#include <string.h>

#include "script/vm.h"

/* HINT_LIMIT: the letters that may differ in a hint on a declaration. "quality-lead" is four
 * from "quality-mark", and another award. What runs may hint at what is farther: what it says
 * is in decisions, and is said again when they are reproduced. */
enum { NAME_LIMIT = 64, HINT_LIMIT = 3 };

/* ---- the nearest name ---------------------------------------------------------- */

static size_t smallest(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* Letters to change, add or drop (or swap with their neighbour counted as two). */
static size_t distance(const char *a, const char *b)
{
	size_t row[NAME_LIMIT + 1], a_length = strlen(a), b_length = strlen(b);

	if (a_length > NAME_LIMIT || b_length > NAME_LIMIT)
		return NAME_LIMIT;
	for (size_t j = 0; j <= b_length; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			size_t above = row[j];

			row[j] = smallest(above + 1, row[j - 1] + 1,
					  diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[b_length];
}

/* Ties go to the name that sorts first, so the order of `names` is no matter. */
const char *nearest(const char *name, const char *const *names, size_t count)
{
	const char *best = NULL;
	size_t limit = strlen(name) / 3 + 1, best_distance = 0;

	for (size_t i = 0; i < count; i++) {
		size_t d = distance(name, names[i]);

		if (d > limit || d >= strlen(name))
			continue;
		if (best == NULL || d < best_distance ||
		    (d == best_distance && strcmp(names[i], best) < 0)) {
			best = names[i];
			best_distance = d;
		}
	}
	return best;
}

static const char *nearest_in(lua_State *L, const char *name, int index, bool of_values)
{
	const char *best = NULL;

	lua_pushnil(L);
	while (lua_next(L, index)) {
		int at = of_values ? -1 : -2;

		if (lua_type(L, at) == LUA_TSTRING) {
			const char *pair[2] = {lua_tostring(L, at), best};

			best = nearest(name, pair, best != NULL ? 2 : 1);
		}
		lua_pop(L, 1);
	}
	return best;
}

void nearest_push(lua_State *L, const char *name, int index)
{
	const char *best = nearest_in(L, name, index, false);

	if (best != NULL)
		lua_pushstring(L, best);
	else
		lua_pushnil(L);
}

static int host_nearest(lua_State *L)
{
	const char *name = luaL_checkstring(L, 1), *best;

	luaL_checktype(L, 2, LUA_TTABLE);
	best = nearest_in(L, name, 2, true);
	if (best != NULL && distance(name, best) <= HINT_LIMIT)
		lua_pushstring(L, best);
	else
		lua_pushnil(L);
	return 1;
}

/* ---- places and faults ------------------------------------------------------------ */

static int host_where(lua_State *L)
{
	char file[128];
	int line;

	if (!vm_where(L, file, sizeof file, &line))
		return 0;
	lua_pushlstring(L, file, strlen(file)); /* see push_failure in vm.c */
	lua_pushinteger(L, line);
	return 2;
}

static int host_fault(lua_State *L)
{
	struct vm *vm = vm_of(L);
	struct script_fault f;

	fault_say(&f, luaL_checkstring(L, 1), (int)luaL_checkinteger(L, 2), luaL_checkstring(L, 3));
	if (vm->faults != NULL && faults_add(vm->faults, &f) != 0) {
		vm->starved = true;
		return luaL_error(L, "out of memory");
	}
	return 0;
}

/* ---- records ---------------------------------------------------------------------- */

static bool is_named(lua_State *L, int names, bool of_values)
{
	bool is = false;

	lua_pushvalue(L, 2);
	if (!of_values)
		return lua_rawget(L, names) != LUA_TNIL;
	lua_pushnil(L);
	while (!is && lua_next(L, names)) {
		is = lua_rawequal(L, -1, 2) != 0;
		lua_pop(L, 1);
	}
	return is;
}

/* Of what is not in the values, whose face is made here where it is asked for. upvalues: what to
 * say before the name, the names that may be read, whether these are a list */
static int on_record_index(lua_State *L)
{
	const char *name, *best;
	bool of_values = lua_toboolean(L, lua_upvalueindex(3)) != 0;

	if (lua_type(L, 2) != LUA_TSTRING)
		return luaL_error(L, "this is a group and not a list: its members have names");
	name = lua_tostring(L, 2);
	if (is_named(L, lua_upvalueindex(2), of_values)) {
		if (of_values || !lua_istable(L, -1)) {
			lua_pushnil(L);
			return 1;
		}
		read_only_push(L, lua_gettop(L));
		lua_pushvalue(L, 2);
		lua_pushvalue(L, -2);
		lua_rawset(L, 1);
		return 1;
	}
	best = nearest_in(L, name, lua_upvalueindex(2), of_values);
	if (best == NULL)
		return luaL_error(L, "%s%s\"", lua_tostring(L, lua_upvalueindex(1)), name);
	return luaL_error(L, "%s%s\"; did you mean \"%s\"?", lua_tostring(L, lua_upvalueindex(1)),
			  name, best);
}

static int on_record_change(lua_State *L)
{
	return luaL_error(L, "this cannot be changed: return the value instead");
}

/* host.record(values, prefix, names): a face of the values, which themselves complain of what is
 * neither in them nor among the names: a list of these, or a group that has them. Where that group
 * has a table, a face of it becomes the value. */
static int host_record(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TTABLE);
	luaL_checktype(L, 2, LUA_TSTRING);
	luaL_checktype(L, 3, LUA_TTABLE);
	lua_settop(L, 3);
	lua_pushboolean(L, lua_rawlen(L, 3) > 0);
	lua_pushcclosure(L, on_record_index, 3);
	lua_createtable(L, 0, 1);
	lua_insert(L, 2);
	lua_setfield(L, 2, "__index");
	lua_setmetatable(L, 1);
	lua_newtable(L);
	lua_createtable(L, 0, 3);
	lua_pushvalue(L, 1);
	lua_setfield(L, -2, "__index");
	lua_pushcfunction(L, on_record_change);
	lua_setfield(L, -2, "__newindex");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_setmetatable(L, -2);
	return 1;
}

/* ---- what a value is --------------------------------------------------------------- */

static int host_is_whole(lua_State *L)
{
	lua_pushboolean(L, lua_isinteger(L, 1));
	return 1;
}

/* Small letters, digits and `joint`, beginning with a letter. */
static int is_name(lua_State *L, char joint)
{
	size_t length = 0, i = 0;
	const char *s = lua_type(L, 1) == LUA_TSTRING ? lua_tolstring(L, 1, &length) : "";

	for (; i < length; i++) {
		bool letter = s[i] >= 'a' && s[i] <= 'z';

		if (!letter && (i == 0 || !((s[i] >= '0' && s[i] <= '9') || s[i] == joint)))
			break;
	}
	lua_pushboolean(L, length > 0 && length <= NAME_LIMIT && i == length);
	return 1;
}

static int host_is_member_name(lua_State *L)
{
	return is_name(L, '_');
}

static int host_is_award_name(lua_State *L)
{
	return is_name(L, '-');
}

/* UTF-8 without NUL, which is what an answer may hold. */
static int host_is_printable(lua_State *L)
{
	size_t length;
	const char *s = luaL_checklstring(L, 1, &length);

	lua_pushboolean(L, text_is_clean(s, length));
	return 1;
}

/* ---- dates ---------------------------------------------------------------------------- */

static bool read_date(lua_State *L, int index, struct date *d)
{
	struct text t = {NULL, 0};

	if (lua_type(L, index) != LUA_TSTRING)
		return false;
	t.bytes = lua_tolstring(L, index, &t.length);
	return date_parse(t, d);
}

static struct date need_date(lua_State *L, int index)
{
	struct date d = {0, 0, 0};

	if (!read_date(L, index, &d))
		luaL_error(L, "a date such as \"2017-04-01\" is needed here, and this is %s",
			   lua_type(L, index) == LUA_TSTRING ? lua_tostring(L, index)
			   : lua_isnoneornil(L, index)       ? "nothing"
							     : luaL_typename(L, index));
	return d;
}

static int host_is_date(lua_State *L)
{
	struct date d;

	lua_pushboolean(L, read_date(L, 1, &d));
	return 1;
}

static int host_date_parts(lua_State *L)
{
	struct date d = need_date(L, 1);

	lua_pushinteger(L, d.year);
	lua_pushinteger(L, d.month);
	lua_pushinteger(L, d.day);
	return 3;
}

static int host_months_after(lua_State *L)
{
	struct date d = need_date(L, 1);
	lua_Integer months = luaL_checkinteger(L, 2), total;
	char text[DATE_TEXT];

	luaL_argcheck(L, months > -120000 && months < 120000, 2, "too many months");
	total = (lua_Integer)d.year * 12 + (d.month - 1) + months;
	/* The day after may fall into the month after: keep a month of room. */
	luaL_argcheck(L, total >= 12 && total < 9999 * 12 + 11, 2, "beyond the years 1 to 9999");
	date_format(date_add_months(d, (int)months), text);
	lua_pushstring(L, text);
	return 1;
}

void host_add(lua_State *L)
{
	static const luaL_Reg host[] = {{"attempt", vm_attempt},
					{"date_parts", host_date_parts},
					{"fault", host_fault},
					{"freeze", host_freeze},
					{"is_award_name", host_is_award_name},
					{"is_date", host_is_date},
					{"is_member_name", host_is_member_name},
					{"is_printable", host_is_printable},
					{"is_whole", host_is_whole},
					{"months_after", host_months_after},
					{"nearest", host_nearest},
					{"raise", vm_raise},
					{"record", host_record},
					{"token", host_token},
					{"where", host_where},
					{NULL, NULL}};

	luaL_setfuncs(L, host, 0);
	lua_pushlightuserdata(L, NULL);
	lua_setfield(L, -2, "null");
	host_values_add(L);
	sheet_add(L);
}
