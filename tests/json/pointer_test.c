/* Pointers: written, and followed. */
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

static void names_in_pointers_are_escaped_and_found_again(void **state)
{
	static const struct {
		const char *name, *token;
	} cases[] = {
		{"scores", "/scores"},
		{"", "/"},
		{"a/b", "/a~1b"},
		{"m~n", "/m~0n"},
		{"~1", "/~01"},
		{"~/~", "/~0~1~0"},
		{" ", "/ "},
		{"\"\\", "/\"\\"},
		{"0", "/0"},
		{"-", "/-"},
		{"\xc3\xa9", "/\xc3\xa9"},
	};
	struct buffer b;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		json_t *object = json_pack("{s:s,s:{s:s}}", cases[i].name, "outer", "in",
					   cases[i].name, "inner");

		buffer_init(&b);
		assert_int_equal(json_pointer_append(&b, cases[i].name), 0);
		assert_string_equal(b.bytes, cases[i].token);
		assert_string_equal(json_string_value(json_pointer_get(object, b.bytes)), "outer");
		buffer_clear(&b);
		assert_int_equal(json_pointer_append(&b, "in"), 0);
		assert_int_equal(json_pointer_append(&b, cases[i].name), 0);
		assert_string_equal(json_string_value(json_pointer_get(object, b.bytes)), "inner");
		buffer_deinit(&b);
		json_decref(object);
	}
}

static void the_examples_of_rfc_6901_point_where_it_says(void **state)
{
	static const char *const to_numbers[] = {"/",     "/a~1b", "/c%d", "/e^f", "/g|h",
						 "/i\\j", "/k\"l", "/ ",   "/m~0n"};
	json_t *value = parsed("{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,"
			       "\"g|h\":4,\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,\"m~n\":8}");

	(void)state;
	assert_ptr_equal(json_pointer_get(value, ""), value);
	assert_ptr_equal(json_pointer_get(value, "/foo"), json_object_get(value, "foo"));
	assert_string_equal(json_string_value(json_pointer_get(value, "/foo/0")), "bar");
	assert_string_equal(json_string_value(json_pointer_get(value, "/foo/1")), "baz");
	for (int i = 0; i < 9; i++)
		assert_int_equal(json_integer_value(json_pointer_get(value, to_numbers[i])), i);
	json_decref(value);
}

static void pointers_to_nothing_give_nothing(void **state)
{
	static const char *const nowhere[] = {
		"/foo/2", "/foo/0/x", "/bar", "//", "/", "/foo/99999999999999999999",
	};
	json_t *value = parsed("{\"foo\":[\"bar\",\"baz\"]}");

	(void)state;
	for (size_t i = 0; i < sizeof nowhere / sizeof nowhere[0]; i++)
		if (json_pointer_get(value, nowhere[i]) != NULL)
			fail_msg("%s points at something", nowhere[i]);
	assert_null(json_pointer_get(NULL, "/foo"));
	json_decref(value);
}

/* RFC 6901, 3 and 4: an index is 0 or digits without a leading zero, '-' is
 * the element after the last, '~' stands before 0 or 1, and a pointer is empty
 * or begins with '/'. */
static void what_is_no_pointer_points_at_nothing(void **state)
{
	static const char *const no_pointers[] = {
		"/foo/",   "/foo/-",  "/foo/bar", "/foo/01", "/foo/1x", "/foo/ 1",
		"/foo/+1", "/foo/-0", "foo",      "foo/0",   "/a~2b",   "/a~",
	};
	json_t *value = parsed("{\"foo\":[\"bar\",\"baz\"],\"a~b\":1,\"a~\":2,\"a~2b\":3}");

	(void)state;
	for (size_t i = 0; i < sizeof no_pointers / sizeof no_pointers[0]; i++)
		if (json_pointer_get(value, no_pointers[i]) != NULL)
			fail_msg("%s points at something", no_pointers[i]);
	json_decref(value);
}

static void a_name_of_any_length_is_pointed_at(void **state)
{
	struct buffer b;
	char name[301];
	json_t *value;

	(void)state;
	memset(name, 'n', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	value = json_pack("{s:i}", name, 7);
	buffer_init(&b);
	assert_int_equal(json_pointer_append(&b, name), 0);
	assert_int_equal(json_integer_value(json_pointer_get(value, b.bytes)), 7);
	buffer_deinit(&b);
	json_decref(value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_in_pointers_are_escaped_and_found_again),
		cmocka_unit_test(the_examples_of_rfc_6901_point_where_it_says),
		cmocka_unit_test(pointers_to_nothing_give_nothing),
		cmocka_unit_test(what_is_no_pointer_points_at_nothing),
		cmocka_unit_test(a_name_of_any_length_is_pointed_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
