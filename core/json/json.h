/*
 * json: documents. Jansson's json_t is the document everywhere above this
 * room; here are the strict reader, the canonical writer (RFC 8785) and the
 * small accessors that Jansson lacks.
 *
 * Ownership is Jansson's: a `json_t *` returned by a function that "gives" is
 * yours to json_decref(); "borrows" lives as long as what it was taken from.
 */
#ifndef AW_JSON_H
#define AW_JSON_H

#include <jansson.h>

#include "base/base.h"

/* Gives the document, or NULL and a sentence. Strict: UTF-8, no duplicate
 * members, no NUL in strings, nothing after the value. Any value may stand at
 * the top. */
json_t *json_read(struct text t, struct err *e);

/* Appends the canonical bytes of RFC 8785 (members sorted, no white space,
 * shortest escapes). AW_EINVALID where the document holds a number with a
 * fraction or beyond 2^53 - 1: nothing that is logged has one. -ENOMEM. */
int json_canonical(const json_t *value, struct buffer *out);

/* Appends compact text with members in their own order; numbers with a
 * fraction as Jansson writes them. */
int json_compact(const json_t *value, struct buffer *out);

/* Borrow a member, or NULL where `object` is no object, has no such member, or
 * the member is null. */
json_t *json_member(const json_t *object, const char *name);
/* The same for a string's text, an integer (or `otherwise`), a boolean. */
const char *json_member_text(const json_t *object, const char *name);
json_int_t json_member_integer(const json_t *object, const char *name, json_int_t otherwise);
bool json_member_true(const json_t *object, const char *name);

/* Sets a member and takes `value` in every case (NULL counts as -ENOMEM).
 * 0 or -ENOMEM. */
int json_put(json_t *object, const char *name, json_t *value);

/* Appends one reference token to an RFC 6901 pointer: "/" and the escaped
 * name. */
int json_pointer_append(struct buffer *pointer, const char *name);
/* Borrows what an RFC 6901 pointer points at, or NULL. */
json_t *json_pointer_get(const json_t *document, const char *pointer);

/* Members of an object in canonical order, for walks that must not depend on
 * the order of insertion: gives an array of borrowed names (free() it), NULL
 * where memory runs out; *count is set. */
const char **json_sorted_names(const json_t *object, size_t *count);

#endif
