/*
 * Words that plugins lend to rules: words.NAME.word(...). What goes in and out is
 * documents; what came out stays with the state that asked.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "script/inner.h"

enum { CALL_COST = 64 * 1000, LENT_LIMIT = 64 << 10 };

/* Gives the arguments as a list, or NULL and why. */
static json_t *take_arguments(lua_State *L, const char **why)
{
	json_t *arguments = json_array();
	int count = lua_gettop(L);

	for (int i = 1; i <= count && arguments != NULL; i++) {
		json_t *one = lua_isnil(L, i) ? json_null()
			      : view_is(L, i) ? view_take(L, i)
					      : result_take(L, i, why);
		if (one == NULL || json_array_append_new(arguments, one) != 0) {
			json_decref(arguments);
			arguments = NULL;
		}
	}
	return arguments;
}

/* Keeps the answer with the state; borrowed then. NULL: it is none. */
static const struct json_item *keep_answer(struct vm *vm, const struct buffer *bytes, char *message,
					   size_t size)
{
	struct lent *list = realloc(vm->lent, (vm->lent_count + 1) * sizeof *list), *kept;
	struct err e = {0};
	json_t *answer = NULL;
	int rv = -ENOMEM;

	if (list == NULL)
		return NULL;
	vm->lent = list;
	kept = &list[vm->lent_count++];
	buffer_init(&kept->text);
	json_index_init(&kept->index);
	if (bytes->length > LENT_LIMIT)
		(void)snprintf(message, size, "it answers with more than 64 KiB");
	else
		answer = json_read((struct text){bytes->bytes, bytes->length}, &e);
	if (e.status != 0)
		(void)snprintf(message, size, "it answers with what is no JSON: %.200s", e.text);
	if (answer != NULL)
		rv = json_canonical(answer, &kept->text);
	if (rv == AW_EINVALID)
		(void)snprintf(message, size, "it answers with a number that is not whole");
	if (rv == 0)
		rv = json_index_read(&kept->index,
				     (struct text){kept->text.bytes, kept->text.length});
	json_decref(answer);
	return rv == 0 ? kept->index.items : NULL;
}

/* upvalues: the words, and the number of this one */
static int word_lent(lua_State *L)
{
	const struct script_words *words = lua_touserdata(L, lua_upvalueindex(1));
	size_t number = (size_t)lua_tointeger(L, lua_upvalueindex(2));
	char message[512] = "out of memory";
	const char *why = NULL;
	const struct json_item *answer = NULL;
	struct buffer bytes;

	/* Nothing raises between here and the end of what C holds. */
	vm_charge(L, CALL_COST);
	json_t *arguments = take_arguments(L, &why);
	buffer_init(&bytes);
	if (arguments == NULL && why != NULL && *why != '\0')
		(void)snprintf(message, sizeof message, "it cannot be given %s", why);
	else if (arguments != NULL &&
		 words->call(words->ctx, number, arguments, &bytes, message, sizeof message) == 0)
		answer = keep_answer(vm_of(L), &bytes, message, sizeof message);
	json_decref(arguments);
	buffer_deinit(&bytes);
	if (answer == NULL)
		return luaL_error(L, "words.%s.%s: %s", words->list[number].plugin,
				  words->list[number].word, message);
	view_push(L, answer, NULL);
	return 1;
}

void words_lent_add(lua_State *L, const struct script_words *words)
{
	char prefix[64];

	lua_newtable(L);
	for (size_t i = 0; i < words->count;) {
		const char *plugin = words->list[i].plugin;
		lua_newtable(L);
		for (; i < words->count && strcmp(words->list[i].plugin, plugin) == 0; i++) {
			lua_pushlightuserdata(L, (void *)(uintptr_t)words);
			lua_pushinteger(L, (lua_Integer)i);
			lua_pushcclosure(L, word_lent, 2);
			lua_setfield(L, -2, words->list[i].word);
		}
		(void)snprintf(prefix, sizeof prefix, "words.%s.", plugin);
		words_library_seal(L, prefix);
		lua_setfield(L, -2, plugin);
	}
	words_library_seal(L, "words.");
	lua_setfield(L, -2, "words");
}
