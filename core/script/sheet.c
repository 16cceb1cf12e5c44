/*
 * A sheet: a group that every answer is, made text when the rules have been read, but for what is
 * blank in it. To write it is to copy the parts of that text and to write what the blanks hold then.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "script/result.h"

/* What stands for a blank, and for one that may stay empty, until the sheet is made. */
static const char blank, maybe, kept_key;

/* Some text, and the value behind it. */
struct part {
	size_t length; /* of the text */
	int group;     /* that has the value, by its number among what is kept; 0: none has */
	int name;      /* in that group, in the same list */
	int depth;
	bool may_miss; /* the text is left out where there is no value */
	bool joined;   /* after a member, if there is one before it in its group */
};

struct sheet {
	struct writing w;
	struct buffer text; /* of all parts, one behind the other */
	struct part *parts;
	size_t count, capacity;
	int nodes;
	struct {
		size_t begun; /* where the text of this part begins */
		bool joined;
		int kept, last; /* the list on the stack, its length */
	} making;
};

void sheet_free(struct sheet **s)
{
	if (*s == NULL)
		return;
	buffer_deinit(&(*s)->text);
	free((*s)->w.members);
	free((*s)->parts);
	free(*s);
	*s = NULL;
}

/* ---- making one ----------------------------------------------------------------- */

static bool end_part(struct sheet *s, const struct part *value)
{
	struct part part = *value;

	part.length = s->text.length - s->making.begun;
	part.joined = s->making.joined;
	if (part.length == 0 && part.group == 0)
		return true;
	if (s->count == s->capacity) {
		size_t capacity = s->capacity > 0 ? 2 * s->capacity : 64;
		struct part *parts = realloc(s->parts, capacity * sizeof *parts);
		if (parts == NULL)
			return result_fail(&s->w, "");
		s->parts = parts;
		s->capacity = capacity;
	}
	s->parts[s->count++] = part;
	s->making.begun = s->text.length;
	s->making.joined = false;
	return true;
}

static int keep(lua_State *L, struct sheet *s, int index)
{
	lua_pushvalue(L, index);
	lua_rawseti(L, s->making.kept, ++s->making.last);
	return s->making.last;
}

static const void *blank_at(lua_State *L, int index)
{
	const void *mark = lua_touserdata(L, index);

	return mark == &blank || mark == &maybe ? mark : NULL;
}

static bool draw(lua_State *L, int index, struct sheet *s, int depth);

static bool draw_list(lua_State *L, int index, struct sheet *s, int depth)
{
	lua_Integer count = (lua_Integer)lua_rawlen(L, index);
	bool drawn = result_put(&s->w, "[");

	for (lua_Integer i = 1; drawn && i <= count; i++) {
		if (i > 1)
			drawn = result_put(&s->w, ",");
		lua_rawgeti(L, index, i);
		drawn = drawn && draw(L, lua_gettop(L), s, depth + 1);
		lua_pop(L, 1);
	}
	return drawn && result_put(&s->w, "]");
}

/* What may be missing is so from then on; another blank keeps its mark, which cannot be written. */
static bool draw_blank(lua_State *L, int group, const struct member *m, struct sheet *s,
		       struct part *part)
{
	part->may_miss = blank_at(L, m->value) == &maybe;
	if (part->group == 0)
		part->group = keep(L, s, group);
	part->name = keep(L, s, m->value - 1);
	if (part->may_miss) {
		lua_pushvalue(L, m->value - 1);
		lua_pushnil(L);
		lua_rawset(L, group);
	}
	return end_part(s, part);
}

static bool draw_group(lua_State *L, int index, struct sheet *s, int depth)
{
	static const struct part nothing = {.group = 0};
	struct part part = {.depth = depth + 1};
	struct writing *w = &s->w;
	size_t first = w->count;
	int top = lua_gettop(L);
	bool drawn = result_gather(L, index, w) && result_put(w, "{"), open = false;

	for (size_t i = first, end = w->count; drawn && i < end; i++) {
		struct member m = w->members[i];
		bool may_miss = blank_at(L, m.value) == &maybe;
		if (may_miss || open) {
			drawn = end_part(s, &nothing);
			s->making.joined = true;
		} else if (i > first) {
			drawn = result_put(w, ",");
		}
		open = may_miss;
		drawn = drawn && result_name(&m, w) &&
			(blank_at(L, m.value) != NULL ? draw_blank(L, index, &m, s, &part)
						      : draw(L, m.value, s, depth + 1));
	}
	w->count = first;
	lua_settop(L, top);
	return drawn && result_put(w, "}");
}

static bool draw(lua_State *L, int index, struct sheet *s, int depth)
{
	if (!lua_istable(L, index))
		return result_value(L, index, &s->w, depth);
	luaL_checkstack(L, 8, "a sheet");
	s->w.nodes++;
	return result_is_list(L, index, &s->w) ? draw_list(L, index, s, depth)
					       : draw_group(L, index, s, depth);
}

static int host_sheet(lua_State *L)
{
	struct vm *vm = vm_of(L);
	struct sheet *s = calloc(1, sizeof *s);
	const char *why;

	sheet_free(&vm->sheet);
	vm->sheet = s; /* what follows may raise */
	luaL_checktype(L, 1, LUA_TTABLE);
	lua_settop(L, 1);
	lua_newtable(L);
	lua_pushvalue(L, 2);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &kept_key);
	if (s != NULL) {
		buffer_init(&s->text);
		s->making.kept = 2;
		(void)keep(L, s, 1); /* the first is the sheet's own */
		result_begin(L, &s->w, &s->text);
		if (draw(L, 1, s, 0))
			(void)end_part(s, &(struct part){.group = 0}); /* result_end tells */
		s->nodes = s->w.nodes;
	}
	int rv = s != NULL ? result_end(L, &s->w, &why) : -ENOMEM;
	if (rv == AW_ESCRIPT)
		return luaL_error(L, "the answer holds %s", why);
	vm->starved = vm->starved || rv != 0;
	return rv == 0 ? 0 : luaL_error(L, "out of memory");
}

void sheet_add(lua_State *L)
{
	lua_pushcfunction(L, host_sheet);
	lua_setfield(L, -2, "sheet");
	lua_pushlightuserdata(L, (void *)(uintptr_t)&blank);
	lua_setfield(L, -2, "blank");
	lua_pushlightuserdata(L, (void *)(uintptr_t)&maybe);
	lua_setfield(L, -2, "maybe");
}

/* ---- writing it ----------------------------------------------------------------- */

bool sheet_is(const struct vm *vm, int index)
{
	lua_State *L = vm->L;

	if (vm->sheet == NULL)
		return false;
	lua_rawgetp(L, LUA_REGISTRYINDEX, &kept_key);
	lua_rawgeti(L, -1, 1);
	bool is = lua_rawequal(L, -1, index) != 0;
	lua_pop(L, 2);
	return is;
}

static bool write_text(struct writing *w, const struct part *part, const char *text)
{
	if (part->joined && w->out->length > 0 && w->out->bytes[w->out->length - 1] != '{' &&
	    !result_put(w, ","))
		return false;
	return buffer_append(w->out, text, part->length) == 0 || result_fail(w, "");
}

int sheet_write(struct vm *vm, struct buffer *out, const char **why)
{
	struct sheet *s = vm->sheet;
	const char *text = s->text.bytes;
	lua_State *L = vm->L;
	bool written = true;
	int group = 0;

	result_begin(L, &s->w, out);
	s->w.nodes = s->nodes;
	if (!lua_checkstack(L, 4))
		written = result_fail(&s->w, "more than an answer may hold");
	lua_rawgetp(L, LUA_REGISTRYINDEX, &kept_key);
	lua_pushnil(L);
	int now = lua_gettop(L), kept = now - 1;
	for (const struct part *part = s->parts, *end = part + s->count; written && part < end;
	     text += part->length, part++) {
		if (part->group == 0) {
			written = write_text(&s->w, part, text);
			continue;
		}
		if (part->group != group) {
			group = part->group;
			lua_rawgeti(L, kept, group);
			lua_replace(L, now);
		}
		lua_rawgeti(L, kept, part->name);
		if (lua_rawget(L, now) != LUA_TNIL || !part->may_miss)
			written = write_text(&s->w, part, text) &&
				  result_value(L, now + 1, &s->w, part->depth);
		lua_pop(L, 1);
	}
	return result_end(L, &s->w, why);
}
