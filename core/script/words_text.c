/*
 * The functions of `string`, all bounded by the size of what they are given.
 * There are no patterns: matching them takes time no budget can see.
 */
#include <stdio.h>
#include <string.h>

#include "script/vm.h"

static const char *text_at(lua_State *L, int index, size_t *length)
{
	const char *s;

	if (lua_type(L, index) != LUA_TSTRING && lua_type(L, index) != LUA_TNUMBER)
		luaL_error(L, "text is needed here, and this is %s",
			   lua_isnoneornil(L, index) ? "nothing" : luaL_typename(L, index));
	s = lua_tolstring(L, index, length);
	vm_charge(L, *length);
	return s;
}

static void check_size(lua_State *L, size_t length)
{
	if (length > TEXT_LIMIT)
		luaL_error(L, "the text grows beyond 64 KiB");
}

static int text_len(lua_State *L)
{
	size_t length;

	(void)text_at(L, 1, &length);
	lua_pushinteger(L, (lua_Integer)length);
	return 1;
}

/* Only A to Z: a locale must not change a decision. */
static const char lower[] = "abcdefghijklmnopqrstuvwxyz";
static const char upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

static int change_case(lua_State *L, const char *from, const char *into)
{
	size_t length;
	const char *s = text_at(L, 1, &length);
	luaL_Buffer b;
	char *to;

	check_size(L, length);
	to = luaL_buffinitsize(L, &b, length);
	for (size_t i = 0; i < length; i++) {
		const char *found = s[i] != '\0' ? strchr(from, s[i]) : NULL;
		to[i] = s[i];
		if (found != NULL)
			to[i] = into[found - from];
	}
	luaL_pushresultsize(&b, length);
	return 1;
}

static int text_upper(lua_State *L)
{
	return change_case(L, lower, upper);
}

static int text_lower(lua_State *L)
{
	return change_case(L, upper, lower);
}

static int text_sub(lua_State *L)
{
	size_t length;
	const char *s = text_at(L, 1, &length);
	lua_Integer size = (lua_Integer)length;
	lua_Integer from = luaL_checkinteger(L, 2), to = luaL_optinteger(L, 3, -1);

	if (from < 0)
		from = from < -size ? 1 : size + from + 1;
	if (to < 0)
		to = to < -size ? 0 : size + to + 1;
	from = from < 1 ? 1 : from;
	to = to > size ? size : to;
	if (from > to)
		lua_pushliteral(L, "");
	else
		lua_pushlstring(L, s + from - 1, (size_t)(to - from + 1));
	return 1;
}

static int text_rep(lua_State *L)
{
	size_t length;
	const char *s = text_at(L, 1, &length);
	lua_Integer times = luaL_checkinteger(L, 2);
	luaL_Buffer b;

	if (times > TEXT_LIMIT || (times > 0 && length > TEXT_LIMIT / (size_t)times))
		return luaL_error(L, "the text grows beyond 64 KiB");
	vm_charge(L, times > 0 ? length * (size_t)times : 0);
	luaL_buffinit(L, &b);
	for (lua_Integer i = 0; length > 0 && i < times; i++)
		luaL_addlstring(&b, s, length);
	luaL_pushresult(&b);
	return 1;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static int text_trim(lua_State *L)
{
	size_t length, from = 0;
	const char *s = text_at(L, 1, &length);

	while (from < length && is_space(s[from]))
		from++;
	while (length > from && is_space(s[length - 1]))
		length--;
	lua_pushlstring(L, s + from, length - from);
	return 1;
}

/* Without `end` at its end, where it has it. */
static int text_trim_end(lua_State *L)
{
	size_t length, end_length;
	const char *s = text_at(L, 1, &length), *end = text_at(L, 2, &end_length);

	if (end_length <= length && memcmp(s + length - end_length, end, end_length) == 0)
		length -= end_length;
	lua_pushlstring(L, s, length);
	return 1;
}

static int text_starts_with(lua_State *L)
{
	size_t length, part_length;
	const char *s = text_at(L, 1, &length), *part = text_at(L, 2, &part_length);

	lua_pushboolean(L, part_length <= length && memcmp(s, part, part_length) == 0);
	return 1;
}

static int text_ends_with(lua_State *L)
{
	size_t length, part_length;
	const char *s = text_at(L, 1, &length), *part = text_at(L, 2, &part_length);

	lua_pushboolean(L, part_length <= length &&
				   memcmp(s + length - part_length, part, part_length) == 0);
	return 1;
}

/* memmem is linear in glibc, whatever it looks for. */
static const char *find(const char *s, size_t length, const char *part, size_t part_length)
{
	return part_length == 0 ? s : memmem(s, length, part, part_length);
}

static int text_contains(lua_State *L)
{
	size_t length, part_length;
	const char *s = text_at(L, 1, &length), *part = text_at(L, 2, &part_length);

	lua_pushboolean(L, find(s, length, part, part_length) != NULL);
	return 1;
}

static int text_split(lua_State *L)
{
	size_t length, part_length;
	const char *s = text_at(L, 1, &length), *part = text_at(L, 2, &part_length);
	const char *end = s + length, *found;
	lua_Integer count = 0;

	luaL_argcheck(L, part_length > 0, 2, "nothing to split at");
	lua_newtable(L);
	while ((found = memmem(s, (size_t)(end - s), part, part_length)) != NULL) {
		lua_pushlstring(L, s, (size_t)(found - s));
		lua_rawseti(L, -2, ++count);
		vm_charge(L, 64);
		s = found + part_length;
	}
	lua_pushlstring(L, s, (size_t)(end - s));
	lua_rawseti(L, -2, ++count);
	return 1;
}

static int text_replace(lua_State *L)
{
	size_t length, part_length, by_length;
	const char *s = text_at(L, 1, &length), *part = text_at(L, 2, &part_length);
	const char *by = text_at(L, 3, &by_length), *end = s + length, *found;
	size_t total = length;
	luaL_Buffer b;

	luaL_argcheck(L, part_length > 0, 2, "nothing to replace");
	luaL_buffinit(L, &b);
	while ((found = memmem(s, (size_t)(end - s), part, part_length)) != NULL) {
		total += by_length;
		check_size(L, total);
		vm_charge(L, 64 + by_length);
		luaL_addlstring(&b, s, (size_t)(found - s));
		luaL_addlstring(&b, by, by_length);
		s = found + part_length;
	}
	luaL_addlstring(&b, s, (size_t)(end - s));
	luaL_pushresult(&b);
	return 1;
}

/* %s, %d and %% alone: widths and %p are not for decisions. */
static int text_format(lua_State *L)
{
	size_t length, piece_length, total = 0;
	const char *format = text_at(L, 1, &length), *piece;
	int argument = 1, given = lua_gettop(L);
	luaL_Buffer b;

	/* Arguments become text first: a buffer must stay on top of the stack. */
	for (int i = 2; i <= given; i++) {
		if (lua_isboolean(L, i)) {
			lua_pushstring(L, lua_toboolean(L, i) ? "true" : "false");
			lua_replace(L, i);
		}
		(void)text_at(L, i, &piece_length);
	}
	luaL_buffinit(L, &b);
	for (size_t i = 0; i < length; i++) {
		if (format[i] != '%') {
			luaL_addchar(&b, format[i]);
			continue;
		}
		i++;
		if (i < length && format[i] == '%') {
			luaL_addchar(&b, '%');
			continue;
		}
		if (i >= length || (format[i] != 's' && format[i] != 'd'))
			return luaL_error(L, "string.format knows %%s, %%d and %%%%");
		if (++argument > given)
			return luaL_error(L, "string.format: a value is missing for %%%c",
					  format[i]);
		piece = lua_tolstring(L, argument, &piece_length);
		total += piece_length;
		check_size(L, total + length);
		luaL_addlstring(&b, piece, piece_length);
	}
	luaL_pushresult(&b);
	return 1;
}

static const luaL_Reg library[] = {{"contains", text_contains},
				   {"ends_with", text_ends_with},
				   {"format", text_format},
				   {"len", text_len},
				   {"lower", text_lower},
				   {"rep", text_rep},
				   {"replace", text_replace},
				   {"split", text_split},
				   {"starts_with", text_starts_with},
				   {"sub", text_sub},
				   {"trim", text_trim},
				   {"trim_end", text_trim_end},
				   {"upper", text_upper},
				   {NULL, NULL}};

void words_text_add(lua_State *L)
{
	luaL_newlib(L, library);
	words_library_seal(L, "string.");
	lua_setfield(L, -2, "string");

	/* Methods of text have a table of their own, behind a sealed metatable; and
	 * without the metamethods of lstrlib there is no arithmetic with text. */
	lua_pushliteral(L, "");
	lua_createtable(L, 0, 2);
	luaL_newlib(L, library);
	words_library_seal(L, "string.");
	lua_setfield(L, -2, "__index");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_setmetatable(L, -2);
	lua_pop(L, 1);
}
