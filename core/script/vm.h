/*
 * vm: one Lua state with a budget of memory and of instructions, and the
 * pieces that fill it. Internal to this room.
 */
#ifndef AW_SCRIPT_VM_H
#define AW_SCRIPT_VM_H

#include <lauxlib.h>
#include <lua.h>

#include "json/json.h"
#include "script/arena.h"
#include "script/script.h"
#include "script/shape.h"

enum {
	HOOK_EVERY = 100,            /* instructions between two looks at the fuel */
	MEMORY_HARD = 64 << 20,      /* bytes a whole run may ever hold */
	RUN_FUEL = 50 * 1000 * 1000, /* instructions of the prelude's own in one run */
	REFUSAL_FUEL = 50 * 1000,    /* what a full collection costs */
	TEXT_LIMIT = 64 << 10,       /* bytes of the longest text a word makes */
	LIST_LIMIT = 65536,          /* entries of the longest list a word takes */
	DECISION_LIMIT = 60 << 10,   /* bytes of a decision */
	IMPORT_LIMIT = 8 << 20,      /* bytes of what an import answers */
	TESTS_LIMIT = 32 << 20,      /* bytes of all tests as documents */
	SOURCE_LIMIT = 256 << 10     /* bytes of one rule file */
};

/* An answer of a word, as it stands. */
struct lent {
	struct buffer text;
	struct json_index index;
};

struct vm {
	lua_State *L;
	struct arena arena;
	size_t in_use, limit;         /* bytes; growth beyond limit is refused */
	int64_t fuel;                 /* instructions left */
	bool loading;                 /* a chunk is being loaded, see allocate() */
	bool starved;                 /* the host itself ran out of memory */
	bool fault_kept;              /* `fault` was said by host.raise: do not look again */
	struct script_fault fault;    /* of the last error caught */
	struct script_faults *faults; /* where host.fault goes; borrowed, may be NULL */
	struct lent *lent;            /* what words of plugins answered; views look there */
	size_t lent_count;
	struct sheet *sheet; /* what answers are written on, or NULL */
	struct {
		bool on;    /* instructions are not counted, and `fuel` is only for C */
		bool doubt; /* a budget may be used up: it is to be run again, counted */
		bool brief; /* all of it may take no longer than an attempt may */
		int64_t begun,
			seen; /* by the clock: the run; unless brief, its last attempt's end */
	} quick;
	struct lines *lines; /* where lines that ran are kept, or NULL; borrowed */
	struct {             /* the rest of what vm_keep keeps */
		size_t in_use, limit, lent;
		int64_t fuel;
	} kept;
};

/* A state without any library. -ENOMEM. */
int vm_open(struct vm **out);
/* From here on the lines of rule files that run are added to `lines`. */
void vm_watch_lines(struct vm *vm, struct lines *lines);
void vm_close(struct vm **vm);

/* Remembers the state as it is, between two calls, for vm_restore to put back byte
 * for byte. False where there is no memory, or the state is too large for that. */
bool vm_keep(struct vm *vm);
bool vm_is_kept(const struct vm *vm);
void vm_restore(struct vm *vm);

struct vm *vm_of(lua_State *L);

/* Calls the function below `arguments` values under on_error; returns what
 * lua_pcall returns. After an error the value is popped and vm->fault says
 * what and where. */
int vm_call(struct vm *vm, int arguments, int results);

/* Uses up fuel for work done in C; raises where none is left. */
void vm_charge(lua_State *L, size_t work);

/* The nearest rule file on the stack. False where there is none. */
bool vm_where(lua_State *L, char *file, size_t size, int *line);

/* host.attempt(fuel, memory, f, ...): true and f's results, or false, file (or
 * nil), line, message. host.raise(file, line, message). */
int vm_attempt(lua_State *L);
int vm_raise(lua_State *L);

/* Lets the next run in a state that was put back go without counting; false where it cannot,
 * which is where nobody called script_hurry, or `input` has too many bytes. quick_end: whether it
 * is to be run again, in a state that was put back again. */
bool quick_begin(struct vm *vm, size_t input);
bool quick_end(struct vm *vm);
/* What an attempt with this budget may use up in C. After it, with quick.seen as it was before:
 * quick.doubt is set where it may have used up more than its budget. */
int64_t quick_fuel(const struct vm *vm, int64_t budget);
/* And what it may hold: a refusal leaves it in doubt. */
size_t quick_memory(const struct vm *vm, size_t budget);
void quick_attempted(struct vm *vm, int64_t seen);

/* Lines of one file, or, as an array ended by a NULL path, of several. */
struct lines {
	const char *path;    /* borrowed */
	unsigned char *seen; /* by line */
	size_t count;
};

void lines_mark(struct lines *list, const char *path, int line);
/* Adds the lines inside functions of this text that Lua can stop at. -ENOMEM. */
int lines_find(struct lines *one, struct text source);
/* Gives {path: [line...]}, or NULL. */
json_t *lines_describe(const struct lines *list);

/* UTF-8 without a NUL, which is what a document may hold. Allocates nothing:
 * memory running out must not look like text that is wrong. */
bool text_is_clean(const char *bytes, size_t length);

/* Copies a message so that it is valid UTF-8 and fits. */
void fault_say(struct script_fault *f, const char *file, int line, const char *message);
/* Appends one; -ENOMEM. */
int faults_add(struct script_faults *list, const struct script_fault *f);
/* Takes "file:line: " off a message of Lua's parser into the fault. Where it misses something
 * at the end of the source, the bracket that is still open is named. */
void fault_from_parser(struct script_fault *f, const char *file, struct text source,
		       const char *message);

/* 0, or a fault where the text holds an operator or name that is refused. */
int lint(const struct script_file *file, struct script_fault *fault);
/* The same for what can be run, and was surely not meant. */
int lint_slips(const struct script_file *file, struct script_fault *fault);

/* Each sets the words of its file in the table on top of the stack. */
void words_base_add(lua_State *L);
void words_table_add(lua_State *L);
void words_text_add(lua_State *L);
/* Sets what only the prelude may call in the table on top of the stack; host_add: all of it. */
void host_add(lua_State *L);
void host_values_add(lua_State *L);
/* Pushes the table rule files run in, given the table of words at `index`. */
void words_environment_push(lua_State *L, int index);

/* Makes the library on top of the stack read-only, and any name it lacks an
 * error that begins with `prefix`. */
void words_library_seal(lua_State *L, const char *prefix);
int host_freeze(lua_State *L);
int host_token(lua_State *L);

/* A metatable kept by its address, so that no text names it. */
extern const char list_key, view_key;

/* Pushes a read-only view of a document, borrowed until the state closes.
 * `shape` is borrowed as long, and NULL for anything. */
void view_push(lua_State *L, const struct json_item *value, const struct shape *shape);
void view_open(lua_State *L);
bool view_is(lua_State *L, int index);
/* As rules read a member of it, which the value at `name` names; 1, which is what is pushed. */
int view_push_member(lua_State *L, int view, int name);
/* Gives the document behind a view. */
json_t *view_take(lua_State *L, int index);
bool view_is_list(lua_State *L, int index);

/* Appends the canonical JSON of a plain Lua value on the stack; never raises. 0; AW_ESCRIPT
 * and why; -ENOMEM and "". */
int result_write(lua_State *L, int index, struct buffer *out, const char **why);
/* The same as a document, or NULL. */
json_t *result_take(lua_State *L, int index, const char **why);

/* host.sheet(group): prepares a group that answers are for being written; host.blank and
 * host.maybe stand where something is to be filled in. */
void sheet_add(lua_State *L);
void sheet_free(struct sheet **s);
/* Whether it is that group; and as result_write, of the sheet as it is filled in. */
bool sheet_is(const struct vm *vm, int index);
int sheet_write(struct vm *vm, struct buffer *out, const char **why);

/* Replaces the table on top of the stack by a read-only face of it. */
void frozen_make(lua_State *L);
/* Pushes a face of what host.copy gave, all the way down, without what is null. */
void read_only_push(lua_State *L, int index);
/* True for a table that was made read-only; pushes what is behind it. */
bool frozen_push(lua_State *L, int index);
/* pairs of a view: pushes the list of names or numbers. */
void view_push_keys(lua_State *L, int index);

/* The name nearest to `name` among `count`, or NULL where none is near. */
const char *nearest(const char *name, const char *const *names, size_t count);
/* The same among the keys of the table at `index`; pushes it, or nil. */
void nearest_push(lua_State *L, const char *name, int index);

#endif
