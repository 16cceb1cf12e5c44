/* The strict reader, and the accessors that treat null as absent. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/string.h"

/* ---- memory that runs out ------------------------------------------------- */

/*
 * Where there is no room for a byte Jansson's lexer leaves it out and goes on, and what it
 * then finds is another document, a mistake that nobody made, or an assertion of its own. So
 * its buffer, which is a power of two long, always gets what it asks for: in the end from
 * what was set aside, and then the whole of what was read is given up.
 */
struct reading {
	char *from, *to, *next; /* set aside; nothing: NULL */
	bool failed;
};

static _Thread_local struct reading *reading;

enum { BUFFER_LEAST = 32 };

/* All powers of two up to the longest token, and what else happens to be as long before
 * something is asked for that is not given. */
static size_t set_aside(struct text t)
{
	return 8 * t.length + 4096;
}

static void *noticed_malloc(size_t size)
{
	void *block = malloc(size);

	if (block != NULL || reading == NULL)
		return block;
	reading->failed = true;
	if (size < BUFFER_LEAST || (size & (size - 1)) != 0 || reading->from == NULL ||
	    size > (size_t)(reading->to - reading->next))
		return NULL;
	block = reading->next;
	reading->next += size;
	return block;
}

static void noticed_free(void *block)
{
	const char *at = block;

	if (reading == NULL || at < reading->from || at >= reading->to)
		free(block);
}

/* Before any document is made. */
__attribute__((constructor)) static void notice(void)
{
	json_set_alloc_funcs(noticed_malloc, noticed_free);
}

static json_t *no_memory(json_error_t *error)
{
	*error = (json_error_t){.line = 1, .text = "no memory to read it"};
	error->text[JSON_ERROR_TEXT_LENGTH - 1] = json_error_out_of_memory; /* as Jansson has it */
	return NULL;
}

json_t *json_load_whole(struct text t, size_t flags, json_error_t *error)
{
	size_t size = set_aside(t);
	struct reading now = {.from = malloc(size)};
	json_t *value = NULL;

	if (now.from == NULL)
		return no_memory(error);
	now.next = now.from;
	now.to = now.from + size;
	reading = &now;
	value = json_loadb(t.bytes, t.length, flags, error);
	if (now.failed) {
		json_decref(value);
		value = no_memory(error);
	} else if (value == NULL && json_error_code(error) == json_error_null_character) {
		/* Jansson speaks of its own flag; the last byte is the code. */
		(void)snprintf(error->text, sizeof error->text - 1, "\\u0000 in a string");
	}
	reading = NULL;
	free(now.from);
	return value;
}

/* Gives the copy that was begun with `now`, if it is whole. */
static json_t *whole(const struct reading *now, json_t *copy)
{
	reading = NULL;
	if (!now->failed)
		return copy;
	json_decref(copy);
	return NULL;
}

json_t *json_copy_of(const json_t *document)
{
	union { /* nothing is changed, but Jansson takes no const */
		const json_t *borrowed;
		json_t *value;
	} from = {document};
	struct reading now = {.from = NULL};

	reading = &now; /* nothing is set aside: only whether it failed */
	return whole(&now, json_copy(from.value));
}

json_t *json_deep_copy_of(const json_t *document)
{
	struct reading now = {.from = NULL};

	reading = &now;
	return whole(&now, json_deep_copy(document));
}

/* ---- the reader -------------------------------------------------------------- */

json_t *json_read(struct text t, struct err *e)
{
	json_error_t error;

	/* Jansson takes a NUL byte for the end of the text. */
	const char *nul = t.length > 0 ? memchr(t.bytes, '\0', t.length) : NULL;
	if (nul != NULL) {
		int line = 1, column = 1;
		for (const char *c = t.bytes; c < nul; c++) {
			line += *c == '\n';
			column = *c == '\n' ? 1 : column + 1;
		}
		err_set(e, AW_ESYNTAX, "line %d, column %d: a NUL byte", line, column);
		return NULL;
	}
	json_t *value = json_load_whole(t, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);

	if (value == NULL && json_error_code(&error) == json_error_out_of_memory)
		err_set(e, -ENOMEM, "%s", error.text);
	else if (value == NULL)
		err_set(e, AW_ESYNTAX, "line %d, column %d: %s", error.line, error.column,
			error.text);
	return value;
}

json_t *json_member(const json_t *object, const char *name)
{
	json_t *value = json_object_get(object, name);

	return json_is_null(value) ? NULL : value;
}

const char *json_member_text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

json_int_t json_member_integer(const json_t *object, const char *name, json_int_t otherwise)
{
	const json_t *value = json_object_get(object, name);

	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

bool json_member_true(const json_t *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}

int json_put(json_t *object, const char *name, json_t *value)
{
	/* json_object_set_new takes the value also where it fails. */
	return json_object_set_new(object, name, value) == 0 ? 0 : -ENOMEM;
}
