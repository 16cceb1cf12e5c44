/*
 * Lines: which of a rule file ran, and which can. What stands outside of
 * functions runs whenever the file is read, so it says nothing and is left out.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "script/inner.h"

static void mark(struct lines *one, int line)
{
	if (line > 0 && (size_t)line < one->count)
		one->seen[line] = 1;
}

void lines_mark(struct lines *list, const char *path, int line)
{
	for (; list->path != NULL; list++) {
		if (strcmp(list->path, path) == 0) {
			mark(list, line);
			return;
		}
	}
}

json_t *lines_describe(const struct lines *list)
{
	json_t *all = json_object();

	for (; all != NULL && list->path != NULL; list++) {
		json_t *lines = json_array();
		int rv = lines != NULL ? 0 : -ENOMEM;

		for (size_t i = 0; rv == 0 && i < list->count; i++)
			if (list->seen[i] &&
			    json_array_append_new(lines, json_integer((json_int_t)i)))
				rv = -ENOMEM;
		if (json_put(all, list->path, lines) != 0 || rv != 0) {
			json_decref(all);
			return NULL;
		}
	}
	return all;
}

/* ---- one function, compiled by itself ----------------------------------------- */

struct function {
	struct text source;
	size_t from, to; /* from behind its name up to behind its end */
	int line;
	struct lines *lines;
	struct buffer text;
};

/* Where the text of a function begins with lines of nothing, Lua counts its
 * lines as in the file. */
static int write_function(struct function *f)
{
	for (int i = 1; i < f->line; i++)
		(void)buffer_append(&f->text, "\n", 1); /* looked at below */
	(void)buffer_append_text(&f->text, "return function ");
	(void)buffer_append(&f->text, f->source.bytes + f->from, f->to - f->from);
	return buffer_status(&f->text);
}

static int compile(lua_State *L)
{
	struct function *f = lua_touserdata(L, 1);
	lua_Debug ar;

	if (luaL_loadbufferx(L, f->text.bytes, f->text.length, "=f", "t") != LUA_OK)
		return 0; /* it was compiled as a whole before */
	lua_call(L, 0, 1);
	lua_getinfo(L, ">L", &ar);
	if (!lua_istable(L, -1))
		return 0;
	lua_pushnil(L);
	while (lua_next(L, -2)) {
		mark(f->lines, (int)lua_tointeger(L, -2));
		lua_pop(L, 1);
	}
	return 0;
}

static int find_in_function(struct function *f)
{
	struct vm *vm = NULL;
	int rv;

	buffer_init(&f->text);
	rv = write_function(f);
	if (rv == 0)
		rv = vm_open(&vm);
	if (rv == 0) {
		lua_pushcfunction(vm->L, compile);
		lua_pushlightuserdata(vm->L, f);
		if (vm_call(vm, 1, 0) != LUA_OK && vm->starved)
			rv = -ENOMEM;
	}
	vm_close(&vm);
	buffer_deinit(&f->text);
	return rv;
}

/* ---- finding them ----------------------------------------------------------------- */

static bool opens(struct text s, const struct script_token *t)
{
	return t->kind == SCRIPT_NAME &&
	       (script_token_is(s, t, "function") || script_token_is(s, t, "if") ||
		script_token_is(s, t, "do"));
}

/* From `function` to the `end` that belongs to it; `for` and `while` have a `do`
 * of their own. True where the end stands first on its line: that one runs
 * only where nothing was returned. */
static bool walk(struct function *f, struct script_token t)
{
	int depth = 1, line = t.line;
	bool first = false;

	f->line = t.line;
	f->from = 0;
	while (depth > 0 && script_token_next(f->source, &t)) {
		first = t.line != line;
		line = t.line;
		if (f->from == 0 && script_token_is(f->source, &t, "(")) {
			f->from = t.offset;
			f->line = t.line;
		}
		if (opens(f->source, &t))
			depth++;
		else if (t.kind == SCRIPT_NAME && script_token_is(f->source, &t, "end"))
			depth--;
	}
	f->to = t.offset + t.length;
	return first;
}

int lines_find(struct lines *one, struct text source)
{
	struct script_token t = {.kind = SCRIPT_NAME};
	int rv = 0;

	while (rv == 0 && script_token_next(source, &t)) {
		struct function f = {.source = source, .lines = one};

		if (t.kind != SCRIPT_NAME || !script_token_is(source, &t, "function"))
			continue;
		bool end_alone = walk(&f, t);

		if (f.from == 0)
			continue;
		rv = find_in_function(&f);
		size_t last = 1;
		for (size_t i = 0; i < f.to; i++)
			last += source.bytes[i] == '\n';
		if (end_alone && last < one->count)
			one->seen[last] = 0;
	}
	return rv;
}

/* ---- of a whole rule set -------------------------------------------------------------- */

struct lines *lines_new(const struct script *s)
{
	struct lines *list = calloc(s->count + 1, sizeof *list), *one = list;

	for (size_t i = 0; list != NULL && i < s->count; i++) {
		const struct compiled *file = &s->files[i];

		if (file->is_test)
			continue;
		one->path = file->path;
		one->count = 2; /* they are counted from 1 */
		for (size_t j = 0; j < file->source.length; j++)
			one->count += file->source.bytes[j] == '\n';
		one->seen = calloc(one->count, 1);
		if (one->seen == NULL) {
			lines_free(list);
			return NULL;
		}
		one++;
	}
	return list;
}

void lines_free(struct lines *list)
{
	for (struct lines *one = list; one != NULL && one->path != NULL; one++)
		free(one->seen);
	free(list);
}

json_t *lines_of_script(const struct script *s)
{
	struct lines *list = lines_new(s), *one = list;
	json_t *found = NULL;
	int rv = list != NULL ? 0 : -ENOMEM;

	for (size_t i = 0; rv == 0 && i < s->count; i++) {
		const struct buffer *source = &s->files[i].source;

		if (s->files[i].is_test)
			continue;
		rv = lines_find(one++, (struct text){source->bytes, source->length});
	}
	if (rv == 0)
		found = lines_describe(list);
	lines_free(list);
	return found;
}
