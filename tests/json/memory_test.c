/* Where there is no memory: what needs none, and what tells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json/json.h"

static json_t *parsed(const char *text)
{
	struct err e = {0};
	json_t *value = json_read(text_of(text), &e);

	if (value == NULL)
		fail_msg("%s is refused: %s", text, e.text);
	return value;
}

static bool *spent(void)
{
	static bool none_left;

	return &none_left;
}

/* The linker puts these in the place of ours (tests/CMakeLists.txt). */
void *__real_malloc(size_t n);               /* NOLINT: its names */
void *__wrap_malloc(size_t n);               /* NOLINT */
void *__real_realloc(void *block, size_t n); /* NOLINT */
void *__wrap_realloc(void *block, size_t n); /* NOLINT */

void *__wrap_malloc(size_t n) /* NOLINT */
{
	return *spent() ? NULL : __real_malloc(n);
}

void *__wrap_realloc(void *block, size_t n) /* NOLINT */
{
	return *spent() ? NULL : __real_realloc(block, n);
}

/* Jansson asks for it elsewhere. */
static void *json_malloc_or_none(size_t n)
{
	return malloc(n); /* the one above */
}

/* What is not found for lack of memory would pass for what is not there. */
static void to_follow_a_pointer_takes_no_memory(void **state)
{
	static const char text[] = "{\"a/b\":[{\"m~n\":1,\"\\u0071/\":2}]}";
	json_t *document = parsed(text);
	const json_t *in_document[2];
	const struct json_item *in_text[2];
	struct json_index x;
	struct buffer b;

	(void)state;
	json_index_init(&x);
	assert_int_equal(json_index_read(&x, text_of(text)), 0);
	buffer_init(&b);
	*spent() = true;
	int appended = json_pointer_append(&b, "a");
	in_document[0] = json_pointer_get(document, "/a~1b/0/m~0n");
	in_document[1] = json_pointer_get(document, "/a~1b/0/q~1");
	in_text[0] = json_item_at(x.items, "/a~1b/0/m~0n");
	in_text[1] = json_item_at(x.items, "/a~1b/0/q~1");
	*spent() = false;
	assert_int_equal(appended, -ENOMEM); /* there is none indeed */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(json_integer_value(in_document[i]), i + 1);
		assert_non_null(in_text[i]);
		assert_int_equal(in_text[i]->integer, i + 1);
	}
	buffer_deinit(&b);
	json_index_deinit(&x);
	json_decref(document);
}

/* Callers look at the buffer alone, at its end. */
static void a_value_that_was_written_in_part_marks_its_buffer(void **state)
{
	static const char text[] = "{\"b\":[{\"c\":1}],\"a\":2}";
	json_malloc_t malloc_before;
	json_free_t free_before;
	json_t *value = parsed(text);
	struct buffer b;

	(void)state;
	buffer_init(&b);
	assert_int_equal(buffer_reserve(&b, 1000), 0); /* so that the text has room */
	*spent() = true;
	int canonical = json_canonical(value, &b);
	*spent() = false;
	assert_int_equal(canonical, -ENOMEM);
	assert_int_equal(buffer_append_text(&b, "on"), -ENOMEM);
	buffer_clear(&b);
	json_get_alloc_funcs(&malloc_before, &free_before);
	json_set_alloc_funcs(json_malloc_or_none, free_before);
	*spent() = true;
	int compact = json_compact(value, &b);
	*spent() = false;
	json_set_alloc_funcs(malloc_before, free_before);
	assert_int_equal(compact, -ENOMEM);
	assert_int_equal(buffer_append_text(&b, "on"), -ENOMEM);
	buffer_deinit(&b);
	json_decref(value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(to_follow_a_pointer_takes_no_memory),
		cmocka_unit_test(a_value_that_was_written_in_part_marks_its_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
