/*
 * inner: a rule set as this room keeps it. Internal to this room.
 */
#ifndef AW_SCRIPT_INNER_H
#define AW_SCRIPT_INNER_H

#include <locale.h>

#include "script/vm.h"

struct compiled {
	char *path;
	bool is_test;
	struct buffer code;   /* what lua_dump made of text compiled here, never from a file */
	struct buffer source; /* the text; the prelude's is not kept */
};

struct script {
	struct compiled prelude;
	const struct script_words *words; /* NULL: none */
	struct compiled *files;
	size_t count;
	locale_t c_locale; /* decisions must not depend on the process's locale */
	json_t *manifest, *tests;
	struct shape *submission, *awards;  /* as an evaluation is given them */
	struct vm *ready;                   /* a state in which every rule file ran, or NULL */
	bool used;                          /* and then an evaluation: it is to be put back first */
	void (*before_counting)(void *ctx); /* or NULL */
	void *counting_ctx;
};

/* Pushes the main function of a file; `kind` as for its name in Lua: '@' or '='. */
void compiled_push(lua_State *L, const struct compiled *c, char kind);
/* Pushes what the prelude returned under this name. */
void engine_push(lua_State *L, const char *name);

/* A state in which every rule file ran. Faults go to `faults` (may be NULL), the
 * lines that run to `lines` (may be NULL). */
int script_fresh(const struct script *s, struct script_faults *faults, struct lines *lines,
		 struct vm **out);

/* Sets `words` in the table on top of the stack. */
void words_lent_add(lua_State *L, const struct script_words *words);

/* Reads the files of tests in a state that has read the rules, and keeps what
 * they hold. 0; AW_ESCRIPT and faults; -ENOMEM. */
int tests_gather(struct script *s, struct vm *vm, struct script_faults *faults);

/* Room for the lines of each rule file, ended by a NULL path. NULL: no memory. */
struct lines *lines_new(const struct script *s);
void lines_free(struct lines *list);

/* Gives the answer to "lines", or NULL. */
json_t *lines_of_script(const struct script *s);

#endif
