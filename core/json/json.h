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
/* json_loadb, but where memory runs out: that gives NULL and json_error_out_of_memory, and not
 * a document that lacks some of its bytes, as Jansson would. */
json_t *json_load_whole(struct text t, size_t flags, json_error_t *error);

/* Appends the canonical bytes of RFC 8785 (members sorted, no white space,
 * shortest escapes). AW_EINVALID where the document holds a number with a
 * fraction or beyond 2^53 - 1: nothing that is logged has one. -ENOMEM, and the buffer is
 * marked failed, since it holds a part. */
int json_canonical(const json_t *value, struct buffer *out);

/* The same of a string, whose bytes are UTF-8. */
int json_canonical_text(struct text t, struct buffer *out);
/* The same of one that is plain from end to end (text_plain). */
int json_plain_text(struct text t, struct buffer *out);
/* The order of members there. */
int json_compare_names(struct text a, struct text b);

/* Beyond this a reader that keeps numbers as doubles reads another one. */
#define JSON_EXACT ((json_int_t)9007199254740991)

/* Appends compact text with members in their own order; numbers with a
 * fraction as Jansson writes them. -ENOMEM, and the buffer is marked failed. */
int json_compact(const json_t *value, struct buffer *out);

/* Borrow a member, or NULL where `object` is no object, has no such member, or
 * the member is null. */
json_t *json_member(const json_t *object, const char *name);
/* The same for a string's text, an integer (or `otherwise`), a boolean. */
const char *json_member_text(const json_t *object, const char *name);
json_int_t json_member_integer(const json_t *object, const char *name, json_int_t otherwise);
bool json_member_true(const json_t *object, const char *name);

/* Give a copy that shares its members with the document, or shares nothing; NULL where there
 * is no memory. (Jansson's json_copy and json_deep_copy leave out what they find none for.) */
json_t *json_copy_of(const json_t *document);
json_t *json_deep_copy_of(const json_t *document);

/* Sets a member and takes `value` in every case (NULL counts as -ENOMEM).
 * 0 or -ENOMEM. */
int json_put(json_t *object, const char *name, json_t *value);

/* Appends one reference token to an RFC 6901 pointer: "/" and the escaped
 * name. */
int json_pointer_append(struct buffer *pointer, const char *name);
/* Borrows what an RFC 6901 pointer points at, or NULL. */
json_t *json_pointer_get(const json_t *document, const char *pointer);

/* ---- a text as it stands --------------------------------------------------------
 * What is read at every decision is not made a document of: an index names each value
 * and where it stands. It takes and refuses exactly what json_read does, but does not say
 * what is wrong.
 */
enum json_item_kind {
	JSON_ITEM_NULL,
	JSON_ITEM_FALSE,
	JSON_ITEM_TRUE,
	JSON_ITEM_INTEGER,
	JSON_ITEM_REAL,
	JSON_ITEM_STRING,
	JSON_ITEM_ARRAY,
	JSON_ITEM_OBJECT
};

struct json_item {
	struct text text;   /* borrowed: the value as it stands, quotes and brackets included */
	json_int_t integer; /* of a whole number */
	uint32_t span;      /* items it is made of, itself included */
	unsigned char kind;
	bool escaped; /* a string with a backslash in it */
};

/* After init, deinit is always legal, and so is reading again. */
struct json_index {
	struct json_item *items; /* the first is the whole; where reading failed there is none */
	size_t count, capacity;
	bool canonical; /* the text is what json_canonical writes, to the byte */
};

void json_index_init(struct json_index *x);
void json_index_deinit(struct json_index *x);
/* Borrows the text, and so does every item. AW_ESYNTAX, AW_ELIMIT beyond 4 GiB, -ENOMEM. */
int json_index_read(struct json_index *x, struct text t);

/* What follows takes NULL for a value that is not there.
 * The first or next value of an array, or name of an object (its value is behind it);
 * NULL at the end, and of anything else. */
const struct json_item *json_item_next(const struct json_item *of, const struct json_item *after);
/* A member, or NULL, by a name that ends with a NUL byte or not; json_item_member: also NULL
 * where it is null. */
const struct json_item *json_item_get(const struct json_item *object, const char *name);
const struct json_item *json_item_find(const struct json_item *object, struct text name);
const struct json_item *json_item_member(const struct json_item *object, const char *name);
/* Whether it is a string, and this one. */
bool json_item_is(const struct json_item *string, struct text wanted);
/* Appends what a string says, without quotes and escapes. -ENOMEM. */
int json_item_text(const struct json_item *string, struct buffer *out);
/* The same into `out`, which has room for as many bytes as stand there; gives how many it are. */
size_t json_item_say(const struct json_item *string, char *out);
/* What an RFC 6901 pointer points at, or NULL. */
const struct json_item *json_item_at(const struct json_item *from, const char *pointer);
/* Appends a canonical object with one member more, in its place, or another value for it. */
int json_item_put(const struct json_item *object, const char *name, struct text value,
		  struct buffer *out);

/* A value that is written as other bytes than its own. */
struct json_swap {
	const struct json_item *value;
	struct buffer by;
};
/* Appends the canonical bytes, as json_canonical would; `swaps` as their values stand in the text. */
int json_item_canonical(const struct json_item *value, const struct json_swap *swaps, size_t count,
			struct buffer *out);

/* Members of an object in canonical order, for walks that must not depend on
 * the order of insertion: gives an array of borrowed names (free() it), NULL
 * where memory runs out; *count is set. */
const char **json_sorted_names(const json_t *object, size_t *count);

#endif
