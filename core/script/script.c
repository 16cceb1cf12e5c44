/*
 * A rule set: its files compiled once from text, then run from the start in a
 * fresh state.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "script/inner.h"

extern const unsigned char prelude_lua[];
extern const size_t prelude_lua_length;

struct text script_prelude(void)
{
	return (struct text){(const char *)prelude_lua, prelude_lua_length};
}

const char *script_lua_version(void)
{
	return LUA_RELEASE;
}

const json_t *script_manifest(const struct script *s)
{
	return s->manifest;
}

/* ---- compiling ------------------------------------------------------------------ */

static int on_dump(lua_State *L, const void *bytes, size_t size, void *ud)
{
	(void)L; /* the buffer is the caller's */
	return buffer_append(ud, bytes, size);
}

struct compiling {
	const char *name; /* the chunk's, as Lua wants it */
	struct text source;
	struct buffer *code;
	int parsed;
};

static int compile(lua_State *L)
{
	struct compiling *c = lua_touserdata(L, 1);

	c->parsed = luaL_loadbufferx(L, c->source.bytes, c->source.length, c->name, "t");
	if (c->parsed != LUA_OK)
		return 1;
	if (lua_dump(L, on_dump, c->code, c->name[0] == '=') != 0)
		return luaL_error(L, "out of memory");
	return 0;
}

/* `kind`: '@' for a rule file, '=' for the prelude, which is kept without its
 * lines: no message names them. Adds what the parser says. */
static int compile_text(struct compiled *to, char kind, struct text source,
			struct script_faults *faults)
{
	char name[256];
	struct compiling c = {name, source, &to->code, LUA_OK};
	struct script_fault fault;
	struct vm *vm = NULL;
	int rv = vm_open(&vm);

	if (rv != 0)
		return rv;
	(void)snprintf(name, sizeof name, "%c%s", kind, to->path); /* cut names are still names */
	lua_pushcfunction(vm->L, compile);
	lua_pushlightuserdata(vm->L, &c);
	if (vm_call(vm, 1, 1) != LUA_OK || vm->starved || to->code.failed)
		rv = vm->starved || to->code.failed ? -ENOMEM : AW_ESCRIPT;
	if (rv == AW_ESCRIPT) {
		fault_say(&fault, to->path, vm->fault.line, vm->fault.message);
	} else if (rv == 0 && c.parsed != LUA_OK) {
		fault_from_parser(&fault, to->path, source,
				  lua_type(vm->L, -1) == LUA_TSTRING ? lua_tostring(vm->L, -1)
								     : "");
		rv = AW_ESCRIPT;
	}
	if (rv == AW_ESCRIPT && faults_add(faults, &fault) != 0)
		rv = -ENOMEM;
	vm_close(&vm);
	return rv;
}

static int compile_file(struct compiled *to, const struct script_file *file, bool is_new,
			struct script_faults *faults)
{
	struct script_fault fault;
	int rv;

	buffer_init(&to->code);
	buffer_init(&to->source);
	to->path = strdup(file->path);
	to->is_test = script_is_test(file->path);
	(void)buffer_append(&to->source, file->source.bytes, file->source.length);
	if (to->path == NULL || to->source.failed)
		return -ENOMEM;
	rv = lint(file, &fault);
	if (rv == 0 && is_new)
		rv = lint_slips(file, &fault);
	if (rv == AW_ESCRIPT && faults_add(faults, &fault) != 0)
		return -ENOMEM;
	return rv != 0 ? rv : compile_text(to, '@', file->source, faults);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct compiled *)a)->path, ((const struct compiled *)b)->path);
}

static int compile_all(struct script *s, struct text prelude, const struct script_file *files,
		       size_t count, struct script_faults *faults)
{
	bool is_new = prelude.bytes == NULL;
	int rv;

	s->prelude.path = strdup("prelude");
	s->files = calloc(count + 1, sizeof *s->files);
	if (s->files == NULL || s->prelude.path == NULL)
		return -ENOMEM;
	rv = compile_text(&s->prelude, '=', is_new ? script_prelude() : prelude, faults);
	if (rv != 0)
		return rv;
	for (size_t i = 0; i < count; i++) {
		s->count++;
		rv = compile_file(&s->files[i], &files[i], is_new, faults);
		if (rv != 0 && rv != AW_ESCRIPT)
			return rv;
	}
	qsort(s->files, s->count, sizeof *s->files, by_path);
	return 0;
}

/* ---- a fresh state ----------------------------------------------------------------- */

static const char engine_key = 0;

void compiled_push(lua_State *L, const struct compiled *c, char kind)
{
	char name[256];

	(void)snprintf(name, sizeof name, "%c%s", kind, c->path); /* cut names are still names */
	vm_of(L)->loading = true;
	int status = luaL_loadbufferx(L, c->code.bytes, c->code.length, name, "b");
	vm_of(L)->loading = false;
	if (status != LUA_OK)
		lua_error(L);
}

void engine_push(lua_State *L, const char *name)
{
	lua_rawgetp(L, LUA_REGISTRYINDEX, &engine_key);
	lua_getfield(L, -1, name);
	lua_remove(L, -2);
}

/* Runs the prelude; leaves its functions on the stack, and in the registry. */
static void boot_prelude(lua_State *L, const struct script *s, int words)
{
	compiled_push(L, &s->prelude, '=');
	lua_pushvalue(L, words);
	(void)lua_setupvalue(L, -2, 1); /* a main chunk has one upvalue: its environment */
	lua_newtable(L);
	host_add(L);
	lua_call(L, 1, 1);
	lua_pushvalue(L, -1);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &engine_key);
}

static int boot(lua_State *L)
{
	const struct script *s = lua_touserdata(L, 1);
	struct vm *vm = vm_of(L);

	luaL_checkstack(L, 20, "boot");
	lua_newtable(L);
	words_base_add(L);
	words_table_add(L);
	words_text_add(L);
	if (s->words != NULL && s->words->count > 0)
		words_lent_add(L, s->words);
	view_open(L);
	boot_prelude(L, s, 2);
	lua_gc(L, LUA_GCCOLLECT); /* what is put back before each run is smaller so */
	words_environment_push(L, 2);
	for (size_t i = 0; i < s->count; i++) {
		if (s->files[i].code.length == 0 || s->files[i].is_test)
			continue; /* it has a fault already, or holds no rules */
		lua_getfield(L, 3, "run_file");
		lua_pushstring(L, s->files[i].path);
		compiled_push(L, &s->files[i], '@');
		lua_pushvalue(L, 4);
		if (lua_setupvalue(L, -2, 1) == NULL)
			lua_pop(L, 1); /* the file uses no word at all */
		lua_call(L, 2, 0);
		lua_gc(L, LUA_GCCOLLECT);
	}
	if (vm->faults == NULL || vm->faults->count == 0) {
		lua_getfield(L, 3, "finish");
		lua_call(L, 0, 0);
	}
	return 0;
}

int script_fresh(const struct script *s, struct script_faults *faults, struct lines *lines,
		 struct vm **out)
{
	struct vm *vm = NULL;
	int rv = vm_open(&vm);

	if (rv != 0)
		return rv;
	vm->faults = faults;
	if (lines != NULL)
		vm_watch_lines(vm, lines);
	lua_pushcfunction(vm->L, boot);
	lua_pushlightuserdata(vm->L, (void *)(uintptr_t)s);
	if (vm_call(vm, 1, 0) != LUA_OK) {
		rv = vm->starved ? -ENOMEM : AW_ESCRIPT;
		if (rv == AW_ESCRIPT && faults != NULL && faults_add(faults, &vm->fault) != 0)
			rv = -ENOMEM;
	}
	if (rv == 0 && vm->starved)
		rv = -ENOMEM;
	vm->faults = NULL;
	vm->fuel = RUN_FUEL;
	if (rv == 0)
		*out = vm;
	else
		vm_close(&vm);
	return rv;
}

/* ---- opening ------------------------------------------------------------------------- */

static int describe(lua_State *L)
{
	engine_push(L, "manifest");
	lua_call(L, 0, 1);
	return 1;
}

/* What evaluations are given. */
static int keep_shapes(struct script *s)
{
	json_t *submission = json_pack("{s:s, s:O}", "type", "object", "members",
				       json_object_get(s->manifest, "form"));
	json_t *awards = json_pack("{s:s, s:{s:s, s:O}}", "type", "list", "of", "type", "object",
				   "members", json_object_get(s->manifest, "import_form"));

	if (submission != NULL)
		s->submission = shape_new(submission);
	if (awards != NULL)
		s->awards = shape_new(awards);
	json_decref(submission); /* the names stay in the manifest */
	json_decref(awards);
	return s->submission != NULL && s->awards != NULL ? 0 : -ENOMEM;
}

static int take_manifest(struct script *s, struct vm *vm, struct script_faults *faults)
{
	const char *why = NULL;
	struct script_fault fault;
	char message[256];
	int rv = AW_ESCRIPT;

	lua_pushcfunction(vm->L, describe);
	if (vm_call(vm, 0, 1) == LUA_OK) {
		s->manifest = result_take(vm->L, lua_gettop(vm->L), &why);
		if (s->manifest != NULL)
			return keep_shapes(s);
		(void)snprintf(message, sizeof message, "the description holds %s", why);
		fault_say(&fault, "", 0, message);
		rv = why[0] == '\0' ? -ENOMEM : AW_ESCRIPT;
	} else {
		fault = vm->fault;
		rv = vm->starved ? -ENOMEM : AW_ESCRIPT;
	}
	return faults_add(faults, &fault) != 0 ? -ENOMEM : rv;
}

static int open_all(struct script *s, struct text prelude, const struct script_file *files,
		    size_t count, struct script_faults *faults)
{
	struct vm *vm = NULL;
	int rv = compile_all(s, prelude, files, count, faults);

	if (rv == 0)
		rv = script_fresh(s, faults, NULL, &vm);
	if (rv == 0 && faults->count > 0)
		rv = AW_ESCRIPT;
	if (rv == 0)
		rv = take_manifest(s, vm, faults);
	if (rv == 0)
		rv = tests_gather(s, vm, faults);
	vm_close(&vm);
	return rv;
}

int script_open(struct text prelude, const struct script_file *files, size_t count,
		const struct script_words *words, struct script **out, struct script_faults *faults)
{
	struct script *s = calloc(1, sizeof *s);
	locale_t before = (locale_t)0;
	int rv = -ENOMEM;

	if (s == NULL)
		return -ENOMEM;
	s->words = words;
	buffer_init(&s->prelude.code);
	s->c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (s->c_locale != (locale_t)0) {
		before = uselocale(s->c_locale);
		rv = open_all(s, prelude, files, count, faults);
		(void)uselocale(before); /* cannot fail: it was in use */
	}
	if (rv != 0)
		script_close(&s);
	*out = s;
	return rv;
}

static void compiled_deinit(struct compiled *c)
{
	free(c->path);
	buffer_deinit(&c->code);
	buffer_deinit(&c->source);
}

void script_close(struct script **s)
{
	struct script *it = *s;

	if (it == NULL)
		return;
	vm_close(&it->ready);
	compiled_deinit(&it->prelude);
	for (size_t i = 0; i < it->count; i++)
		compiled_deinit(&it->files[i]);
	free(it->files);
	json_decref(it->manifest);
	free(it->submission);
	free(it->awards);
	json_decref(it->tests);
	if (it->c_locale != (locale_t)0)
		freelocale(it->c_locale);
	free(it);
	*s = NULL;
}
