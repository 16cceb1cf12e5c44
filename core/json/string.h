/*
 * string: the insides of strings as they stand in a text. Internal to this room.
 */
#ifndef AW_JSON_STRING_H
#define AW_JSON_STRING_H

#include "json/json.h"

/* Takes the escape at *at, which begins with a backslash: the character it stands for, or -1. */
int32_t string_take_escape(const char **at, const char *end);

/* Whether RFC 8785 writes the character so: the short form where there is one, else \u00
 * and small letters, and neither where none is needed. */
bool string_is_canonical(struct text escape, int32_t c);

/* Writes a character as UTF-8, at most four bytes; gives its length. */
size_t string_write(int32_t c, char *out);

/* What stands between the quotes. */
struct text string_inside(const struct json_item *string);

/* The order of RFC 8785 of what two strings say. */
int string_compare(const struct json_item *left, const struct json_item *right);

/* Gives the names of an object in that order (free() it), NULL where memory runs out. */
const struct json_item **string_sorted_names(const struct json_item *object, size_t *count);

#endif
