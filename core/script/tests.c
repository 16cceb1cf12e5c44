/* Files of tests: read when a rule set is opened, gathered as documents. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "script/inner.h"

bool script_is_test(const char *path)
{
	static const char ending[] = ".test.lua";
	size_t length = strlen(path), its = sizeof ending - 1;

	return length >= its && strcmp(path + length - its, ending) == 0;
}

/* The words are those of tests, so nothing here can declare a rule. */
static int read_tests(lua_State *L)
{
	const struct script *s = lua_touserdata(L, 1);
	struct vm *vm = vm_of(L);

	luaL_checkstack(L, 20, "tests");
	engine_push(L, "run_file");
	engine_push(L, "language_of_tests");
	lua_call(L, 0, 2);            /* 3: words, 4: what gathers */
	words_environment_push(L, 3); /* 5 */
	for (size_t i = 0; i < s->count; i++) {
		if (!s->files[i].is_test)
			continue;
		lua_pushvalue(L, 2);
		lua_pushstring(L, s->files[i].path);
		compiled_push(L, &s->files[i], '@');
		lua_pushvalue(L, 5);
		if (lua_setupvalue(L, -2, 1) == NULL)
			lua_pop(L, 1); /* the file uses no word at all */
		lua_call(L, 2, 0);
	}
	if (vm->faults->count > 0)
		return 0;
	lua_pushvalue(L, 4);
	lua_call(L, 0, 1);
	return 1;
}

static bool has_tests(const struct script *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->files[i].is_test)
			return true;
	return false;
}

static int take_tests(struct script *s, struct vm *vm, struct script_faults *faults)
{
	const char *why = NULL;
	struct script_fault fault;
	char message[256];

	s->tests = result_take(vm->L, lua_gettop(vm->L), &why);
	if (s->tests != NULL)
		return 0;
	if (why[0] == '\0')
		return -ENOMEM;
	(void)snprintf(message, sizeof message, "the tests hold %s", why); /* short */
	fault_say(&fault, "", 0, message);
	return faults_add(faults, &fault) != 0 ? -ENOMEM : AW_ESCRIPT;
}

int tests_gather(struct script *s, struct vm *vm, struct script_faults *faults)
{
	int rv = 0;

	if (!has_tests(s)) {
		s->tests = json_array();
		return s->tests != NULL ? 0 : -ENOMEM;
	}
	vm->faults = faults;
	vm->fuel = RUN_FUEL;
	lua_pushcfunction(vm->L, read_tests);
	lua_pushlightuserdata(vm->L, s);
	if (vm_call(vm, 1, 1) != LUA_OK) {
		rv = vm->starved ? -ENOMEM : AW_ESCRIPT;
		if (rv == AW_ESCRIPT && faults_add(faults, &vm->fault) != 0)
			rv = -ENOMEM;
	} else if (vm->starved) {
		rv = -ENOMEM;
	} else if (faults->count > 0) {
		rv = AW_ESCRIPT;
	} else {
		rv = take_tests(s, vm, faults);
	}
	vm->faults = NULL;
	return rv;
}
