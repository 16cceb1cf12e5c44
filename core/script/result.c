/*
 * What rules answer, written as canonical JSON straight out of Lua. Nothing here raises
 * or allocates in Lua, so what was taken cannot be lost on the way.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "script/result.h"

const char list_key = 0;

enum { DEPTH_LIMIT = 24, NODE_LIMIT = 500000 };

bool result_fail(struct writing *w, const char *why)
{
	if (w->why == NULL)
		w->why = why;
	return false;
}

/* Of a buffer or a document: anything but 0 is that memory ran out. */
static bool wrote(struct writing *w, int rv)
{
	return rv == 0 || result_fail(w, "");
}

bool result_put(struct writing *w, const char *sign)
{
	struct buffer *out = w->out;

	if (out->failed || out->length + 1 >= out->capacity)
		return wrote(w, buffer_append(out, sign, 1));
	out->bytes[out->length++] = *sign;
	out->bytes[out->length] = '\0';
	return true;
}

static struct text text_at(lua_State *L, int index)
{
	struct text t;

	t.bytes = lua_tolstring(L, index, &t.length);
	return t;
}

static bool write_text(struct text t, struct writing *w, const char *unclean)
{
	if (text_plain(t) == t.length)
		return wrote(w, json_plain_text(t, w->out));
	if (!text_is_clean(t.bytes, t.length))
		return result_fail(w, unclean);
	return wrote(w, json_canonical_text(t, w->out));
}

static bool write_integer(lua_Integer value, struct writing *w)
{
	if (value > JSON_EXACT || value < -JSON_EXACT)
		return result_fail(w, "a number beyond 9007199254740991");
	return wrote(w, buffer_append_integer(w->out, value));
}

bool result_is_list(lua_State *L, int index, const struct writing *w)
{
	bool is;

	if (lua_rawlen(L, index) > 0)
		return true;
	if (!lua_getmetatable(L, index))
		return false;
	is = lua_rawequal(L, -1, w->list_mark) != 0;
	lua_pop(L, 1);
	return is;
}

static bool write_entries(lua_State *L, int index, struct writing *w, int depth)
{
	lua_Integer count = (lua_Integer)lua_rawlen(L, index);
	bool written = result_put(w, "[");

	for (lua_Integer i = 1; written && i <= count; i++) {
		if (i > 1)
			written = result_put(w, ",");
		lua_rawgeti(L, index, i);
		written = written && result_value(L, lua_gettop(L), w, depth + 1);
		lua_pop(L, 1);
	}
	return written && result_put(w, "]");
}

static bool write_again(const struct written *list, struct writing *w)
{
	struct buffer *out = w->out;

	w->nodes += list->nodes;
	if (w->nodes > NODE_LIMIT)
		return result_fail(w, "more than an answer may hold");
	return wrote(w, buffer_reserve(out, list->length)) &&
	       wrote(w, buffer_append(out, out->bytes + list->begun, list->length));
}

/* What a criterion misses is written twice: with the criterion, and as what to do next. */
static bool write_list(lua_State *L, int index, struct writing *w, int depth)
{
	struct written one = {lua_topointer(L, index), w->out->length, 0, depth, w->nodes};

	for (size_t i = 0; i < w->listed; i++)
		if (w->lists[i].list == one.list && w->lists[i].depth >= depth)
			return write_again(&w->lists[i], w);
	if (!write_entries(L, index, w, depth))
		return false;
	one.length = w->out->length - one.begun;
	one.nodes = w->nodes - one.nodes;
	if (w->listed < WRITTEN_LISTS && one.nodes > 0)
		w->lists[w->listed++] = one;
	return true;
}

/* ---- groups ------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	return json_compare_names(((const struct member *)a)->name,
				  ((const struct member *)b)->name);
}

/* Most groups have few members, and these are sorted sooner so. */
static void sort(struct member *members, size_t count)
{
	enum { FEW = 16 };

	if (count > FEW) {
		qsort(members, count, sizeof *members, compare);
		return;
	}
	for (size_t i = 1; i < count; i++) {
		struct member one = members[i];
		size_t at = i;

		for (; at > 0 && compare(&one, &members[at - 1]) < 0; at--)
			members[at] = members[at - 1];
		members[at] = one;
	}
}

static bool add_member(struct writing *w, struct text name, int value)
{
	if (w->count == w->capacity) {
		size_t capacity = w->capacity > 0 ? 2 * w->capacity : 64;
		struct member *members = realloc(w->members, capacity * sizeof *members);
		if (members == NULL)
			return result_fail(w, "");
		w->members = members;
		w->capacity = capacity;
	}
	w->members[w->count++] = (struct member){.name = name, .value = value};
	return true;
}

bool result_gather(lua_State *L, int index, struct writing *w)
{
	enum { ROOM = 16 };
	int value = lua_gettop(L) + 2;
	size_t first = w->count;

	lua_pushnil(L);
	for (int left = 0; lua_next(L, index); value += 2, left--) {
		if (left == 0 && !lua_checkstack(L, 2 * ROOM + 4))
			return result_fail(w, "more than an answer may hold");
		left = left == 0 ? ROOM : left;
		if (lua_type(L, value - 1) != LUA_TSTRING)
			return result_fail(w, "a group with a name that is not text");
		if (!add_member(w, text_at(L, value - 1), value))
			return false;
		lua_pushvalue(L, value - 1);
	}
	if (w->count > first)
		sort(w->members + first, w->count - first);
	return true;
}

bool result_name(const struct member *m, struct writing *w)
{
	return write_text(m->name, w, "a group with a name that is not text") && result_put(w, ":");
}

static bool write_group(lua_State *L, int index, struct writing *w, int depth)
{
	size_t first = w->count;
	int top = lua_gettop(L);
	bool written = result_gather(L, index, w) && result_put(w, "{");

	for (size_t i = first, end = w->count; written && i < end; i++) {
		if (i > first)
			written = result_put(w, ",");
		/* Members move as more are added. */
		int value = w->members[i].value;
		written = written && result_name(&w->members[i], w) &&
			  result_value(L, value, w, depth + 1);
	}
	w->count = first;
	lua_settop(L, top);
	return written && result_put(w, "}");
}

/* ---- values --------------------------------------------------------------------- */

bool result_value(lua_State *L, int index, struct writing *w, int depth)
{
	if (depth > DEPTH_LIMIT || ++w->nodes > NODE_LIMIT)
		return result_fail(w, "more than an answer may hold");
	switch (lua_type(L, index)) {
	case LUA_TSTRING:
		return write_text(text_at(L, index), w,
				  "text that is not UTF-8, or holds a NUL byte");
	case LUA_TBOOLEAN:
		return wrote(w, buffer_append_text(w->out,
						   lua_toboolean(L, index) ? "true" : "false"));
	case LUA_TNUMBER:
		if (lua_isinteger(L, index))
			return write_integer(lua_tointeger(L, index), w);
		return result_fail(w, "a number with a fraction");
	case LUA_TLIGHTUSERDATA:
		if (lua_touserdata(L, index) != NULL)
			return result_fail(w, "what is still blank");
		return wrote(w, buffer_append_text(w->out, "null"));
	case LUA_TTABLE:
		if (!lua_checkstack(L, 6))
			return result_fail(w, "more than an answer may hold");
		if (result_is_list(L, index, w))
			return write_list(L, index, w, depth);
		return write_group(L, index, w, depth);
	default:
		return result_fail(w, "something that is no text, number, list or group");
	}
}

void result_begin(lua_State *L, struct writing *w, struct buffer *out)
{
	w->out = out;
	w->count = 0;
	w->why = NULL;
	w->nodes = 0;
	w->listed = 0;
	lua_rawgetp(L, LUA_REGISTRYINDEX, &list_key);
	w->list_mark = lua_gettop(L);
}

int result_end(lua_State *L, const struct writing *w, const char **why)
{
	lua_settop(L, w->list_mark - 1);
	*why = w->why != NULL ? w->why : "";
	return w->why == NULL ? 0 : **why == '\0' ? -ENOMEM : AW_ESCRIPT;
}

int result_write(lua_State *L, int index, struct buffer *out, const char **why)
{
	struct writing w = {.members = NULL};

	result_begin(L, &w, out);
	(void)result_value(L, index, &w, 0); /* result_end tells */
	free(w.members);
	return result_end(L, &w, why);
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
