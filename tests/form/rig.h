/*
 * rig: forms and documents of tests, JSON written with single quotes.
 */
#ifndef AW_TESTS_FORM_RIG_H
#define AW_TESTS_FORM_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "form/form.h"

/* Gives the document of a text with single quotes. */
static inline json_t *quoted(const char *text)
{
	char *doubled = strdup(text);
	struct err e = {0};
	json_t *value;

	assert_non_null(doubled);
	for (char *at = doubled; (at = strchr(at, '\'')) != NULL;)
		*at = '"';
	value = json_read(text_of(doubled), &e);
	if (value == NULL)
		fail_msg("the test's own JSON is wrong: %s: %s", e.text, text);
	free(doubled);
	return value;
}

/* Gives the form of a list of members. */
static inline struct form *form_of(const char *members)
{
	json_t *description = quoted(members);
	struct form *f = NULL;
	struct err e = {0};

	if (form_new(description, &f, &e) != 0)
		fail_msg("%s is no form: %s", members, e.text);
	json_decref(description);
	return f;
}

/* The canonical text of a document; free() it. */
static inline char *written(const json_t *value)
{
	struct buffer b;
	char *text;

	buffer_init(&b);
	assert_int_equal(json_canonical(value, &b), 0);
	text = buffer_give(&b);
	assert_non_null(text);
	return text;
}

/* Every error as "pointer: message\n", in their order; free() it. */
static inline char *errors_of(const struct form *f, const json_t *document)
{
	json_t *errors = json_array(), *each;
	struct buffer b;
	size_t i;
	char *text;

	buffer_init(&b);
	assert_int_equal(form_check(f, document, errors), 0);
	json_array_foreach(errors, i, each) {
		assert_int_equal(json_object_size(each), 2);
		assert_int_equal(buffer_printf(&b, "%s: %s\n", json_member_text(each, "pointer"),
					       json_member_text(each, "message")),
				 0);
	}
	text = buffer_give(&b);
	assert_non_null(text);
	json_decref(errors);
	return text;
}

/* A document has exactly these errors, each line "pointer: message\n". */
static inline void finds(const struct form *f, const char *document, const char *wanted)
{
	json_t *value = quoted(document);
	char *found = errors_of(f, value);

	if (strcmp(found, wanted) != 0)
		fail_msg("%s\nexpected:\n%sfound:\n%s", document, wanted, found);
	free(found);
	json_decref(value);
}

#endif
