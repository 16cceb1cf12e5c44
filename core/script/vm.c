/*
 * A Lua state with its budgets: memory by the allocator, instructions by the
 * count hook, and what went wrong read off the stack while it still stands.
 * All that a state is lies in its arena, and so can be put back.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "script/vm.h"

/* What Lua allocates for a chunk and is no object of its own are the instructions, constants and
 * lines of functions, which it only reads then. It says 0 of these, and of an object its type. */
static void *allocate_fixed(struct vm *vm, const void *block, size_t type, size_t want)
{
	return vm->loading && block == NULL && type == 0 ? arena_fixed(&vm->arena, want) : NULL;
}

static void *allocate(void *ud, void *block, size_t old, size_t want)
{
	struct vm *vm = ud;
	size_t had = block != NULL ? old : 0; /* for a new block Lua passes a type tag */
	void *fresh;

	if (want == 0) {
		(void)arena_resize(&vm->arena, block, had, 0);
		vm->in_use -= had;
		return NULL;
	}
	if (want > had && (want - had > vm->limit || vm->in_use > vm->limit - (want - had))) {
		vm->fuel -= REFUSAL_FUEL;
		vm->quick.doubt = vm->quick.on;
		return NULL; /* only growth may be refused */
	}
	fresh = allocate_fixed(vm, block, old, want);
	if (fresh == NULL)
		fresh = arena_resize(&vm->arena, block, had, want);
	if (fresh == NULL && want > had) {
		vm->starved = true;
		return NULL;
	}
	vm->in_use = vm->in_use - had + want;
	return fresh != NULL ? fresh : block; /* Lua counts on a shrink */
}

struct vm *vm_of(lua_State *L)
{
	return *(struct vm **)lua_getextraspace(L);
}

static void spent(lua_State *L)
{
	vm_of(L)->quick.doubt = vm_of(L)->quick.on;
	luaL_error(L, "the rule runs for too long: its budget of instructions is used up");
}

static void on_line(lua_State *L, struct lines *lines, lua_Debug *ar)
{
	lua_getinfo(L, "S", ar);
	if (ar->source[0] == '@')
		lines_mark(lines, ar->source + 1, ar->currentline);
}

static void on_count(lua_State *L, lua_Debug *ar)
{
	struct vm *vm = vm_of(L);

	if (ar->event == LUA_HOOKLINE) {
		on_line(L, vm->lines, ar);
		return;
	}
	vm->fuel -= HOOK_EVERY;
	if (vm->fuel < 0)
		spent(L);
}

void vm_charge(lua_State *L, size_t work)
{
	struct vm *vm = vm_of(L);

	vm->fuel -= (int64_t)(work / 64 + 1);
	if (vm->fuel < 0)
		spent(L);
}

int vm_open(struct vm **out)
{
	struct vm *vm = calloc(1, sizeof *vm);

	if (vm == NULL || arena_init(&vm->arena) != 0) {
		free(vm);
		return -ENOMEM;
	}
	vm->limit = MEMORY_HARD;
	vm->fuel = RUN_FUEL;
	vm->L = lua_newstate(allocate, vm);
	if (vm->L == NULL) {
		vm_close(&vm);
		return -ENOMEM;
	}
	*(struct vm **)lua_getextraspace(vm->L) = vm;
	/* A run is short: garbage waits until the budget of memory is reached. */
	lua_gc(vm->L, LUA_GCSTOP);
	lua_sethook(vm->L, on_count, LUA_MASKCOUNT, HOOK_EVERY);
	*out = vm;
	return 0;
}

void vm_watch_lines(struct vm *vm, struct lines *lines)
{
	vm->lines = lines;
	lua_sethook(vm->L, on_count, LUA_MASKCOUNT | LUA_MASKLINE, HOOK_EVERY);
}

static void drop_lent(struct vm *vm, size_t from)
{
	while (vm->lent_count > from) {
		struct lent *last = &vm->lent[--vm->lent_count];
		json_index_deinit(&last->index);
		buffer_deinit(&last->text);
	}
}

void vm_close(struct vm **vm)
{
	if (*vm == NULL)
		return;
	/* Nothing in the state has an end of its own to see to: its memory is all. */
	drop_lent(*vm, 0);
	free((*vm)->lent);
	sheet_free(&(*vm)->sheet);
	arena_deinit(&(*vm)->arena);
	free(*vm);
	*vm = NULL;
}

bool vm_keep(struct vm *vm)
{
	vm->kept.in_use = vm->in_use;
	vm->kept.limit = vm->limit;
	vm->kept.fuel = vm->fuel;
	vm->kept.lent = vm->lent_count;
	return arena_keep(&vm->arena) == 0;
}

bool vm_is_kept(const struct vm *vm)
{
	return vm->arena.kept.bytes != NULL;
}

void vm_restore(struct vm *vm)
{
	arena_restore(&vm->arena);
	vm->in_use = vm->kept.in_use;
	vm->limit = vm->kept.limit;
	vm->fuel = vm->kept.fuel;
	/* No view is left of what was answered since. */
	drop_lent(vm, vm->kept.lent);
	vm->starved = vm->fault_kept = vm->quick.on = vm->quick.doubt = false;
	vm->fault = (struct script_fault){.line = 0};
}

/* Rule files are loaded under "@path"; the prelude under "=prelude". */
static bool frame_of_rule(const lua_Debug *ar)
{
	return ar->source[0] == '@' && ar->currentline > 0;
}

bool vm_where(lua_State *L, char *file, size_t size, int *line)
{
	lua_Debug ar;

	for (int level = 0; lua_getstack(L, level, &ar); level++) {
		lua_getinfo(L, "Sl", &ar);
		if (!frame_of_rule(&ar))
			continue;
		(void)snprintf(file, size, "%s", ar.source + 1); /* cut paths are still places */
		*line = ar.currentline;
		return true;
	}
	return false;
}

/* Lua puts "file:line: " before its own messages; the place is kept apart. */
static const char *without_place(lua_State *L, const char *message)
{
	lua_Debug ar;
	char place[LUA_IDSIZE + 32];

	for (int level = 0; level < 16 && lua_getstack(L, level, &ar); level++) {
		lua_getinfo(L, "Sl", &ar);
		(void)snprintf(place, sizeof place, "%s:%d: ", ar.short_src, ar.currentline);
		if (strncmp(message, place, strlen(place)) == 0)
			return message + strlen(place);
	}
	return message;
}

/* Makes no Lua object: it also runs where memory has just run out. */
static int on_error(lua_State *L)
{
	struct vm *vm = vm_of(L);
	char file[sizeof vm->fault.file] = "";
	int line = 0;
	const char *message = "an error that is not text";

	if (vm->fault_kept)
		return 1;
	if (lua_type(L, 1) == LUA_TSTRING)
		message = without_place(L, lua_tostring(L, 1));
	(void)vm_where(L, file, sizeof file, &line); /* none: the caller knows a place */
	fault_say(&vm->fault, file, line, message);
	return 1;
}

static void settle(struct vm *vm, int status)
{
	const char *message;

	if (status == LUA_ERRMEM) {
		/* on_error is not called for this one. */
		fault_say(&vm->fault, "", 0,
			  "the rule needs too much memory: its budget is used up");
	} else if (status == LUA_ERRERR) {
		message = lua_type(vm->L, -1) == LUA_TSTRING ? lua_tostring(vm->L, -1) : "";
		fault_say(&vm->fault, "", 0, message[0] != '\0' ? message : "stack overflow");
	}
	lua_pop(vm->L, 1);
	vm->fault_kept = false;
}

int vm_call(struct vm *vm, int arguments, int results)
{
	int base = lua_gettop(vm->L) - arguments;
	int status;

	/* A light C function allocates nothing, and its caller has left room. */
	lua_pushcfunction(vm->L, on_error);
	lua_insert(vm->L, base);
	status = lua_pcall(vm->L, arguments, results, base);
	lua_remove(vm->L, base);
	if (status != LUA_OK)
		settle(vm, status);
	return status;
}

/* Not by lua_pushstring: its cache goes by addresses, so that memory in use
 * would differ from run to run, and with it where a budget ends. */
static int push_failure(lua_State *L, const struct script_fault *f)
{
	lua_pushboolean(L, 0);
	if (f->file[0] != '\0')
		lua_pushlstring(L, f->file, strlen(f->file));
	else
		lua_pushnil(L);
	lua_pushinteger(L, f->line);
	lua_pushlstring(L, f->message, strlen(f->message));
	return 4;
}

int vm_attempt(lua_State *L)
{
	struct vm *vm = vm_of(L);
	int64_t fuel = vm->fuel, seen = vm->quick.seen;
	size_t limit = vm->limit;
	lua_Integer memory = luaL_checkinteger(L, 2);
	size_t wanted;
	int status;

	luaL_checkstack(L, 8, "attempt");
	vm->fuel = quick_fuel(vm, luaL_checkinteger(L, 1));
	wanted = vm->in_use + quick_memory(vm, (size_t)memory);
	vm->limit = wanted < limit ? wanted : limit;
	/* As vm_call, in the place of what is read. */
	lua_pushcfunction(L, on_error);
	lua_replace(L, 2);
	status = lua_pcall(L, lua_gettop(L) - 3, LUA_MULTRET, 2);
	quick_attempted(vm, seen);
	vm->fuel = fuel;
	vm->limit = limit;
	if (status == LUA_OK && !vm->starved && !vm->quick.doubt) {
		lua_pushboolean(L, 1);
		lua_replace(L, 2);
		return lua_gettop(L) - 1;
	}
	if (status != LUA_OK)
		settle(vm, status);
	if (vm->starved)
		return luaL_error(L, "out of memory");
	if (vm->quick.doubt)
		return luaL_error(L, "to be run again");
	lua_settop(L, 0);
	if (status == LUA_ERRMEM)
		lua_gc(L, LUA_GCCOLLECT);
	return push_failure(L, &vm->fault);
}

int vm_raise(lua_State *L)
{
	struct vm *vm = vm_of(L);

	fault_say(&vm->fault, luaL_checkstring(L, 1), (int)luaL_checkinteger(L, 2),
		  luaL_checkstring(L, 3));
	vm->fault_kept = true;
	return lua_error(L);
}
