/* The strict reader, and the accessors that treat null as absent. */
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

static void any_value_may_stand_at_the_top(void **state)
{
	static const struct {
		const char *text;
		json_type type;
	} cases[] = {
		{"{}", JSON_OBJECT},
		{"[]", JSON_ARRAY},
		{"\"\"", JSON_STRING},
		{"7", JSON_INTEGER},
		{"7.5", JSON_REAL},
		{"true", JSON_TRUE},
		{"false", JSON_FALSE},
		{"null", JSON_NULL},
		{" \t\r\n7\n ", JSON_INTEGER},
		{"\"\\ud83d\\ude00\"", JSON_STRING},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		json_t *value = parsed(cases[i].text);

		assert_int_equal(json_typeof(value), cases[i].type);
		json_decref(value);
	}
}

static void refused(const char *bytes, size_t length)
{
	struct err e = {0};
	json_t *value = json_read((struct text){bytes, length}, &e);

	if (value != NULL)
		fail_msg("%s is read", bytes);
	assert_int_equal(e.status, AW_ESYNTAX);
	assert_memory_equal(e.text, "line ", 5);
	assert_non_null(strstr(e.text, ", column "));
	assert_null(strstr(e.text, "JSON_")); /* a flag of the library's */
}

static void what_is_not_json_is_refused_with_its_place(void **state)
{
	static const char *const wrong[] = {
		"",
		" ",
		"{",
		"}",
		"[1,]",
		"[1 2]",
		"{\"a\" 1}",
		"{\"a\":}",
		"{a:1}",
		"{'a':1}",
		"{\"a\":1,}",
		"tru",
		"TRUE",
		"nul",
		"NaN",
		"Infinity",
		"-",
		"+1",
		"01",
		"-01",
		"1.",
		".5",
		"1e",
		"0x10",
		"\"",
		"\"a",
		"\"\n\"",
		"\"\t\"",
		"\"\\x41\"",
		"\"\\u12\"",
		"\"\\ud800\"",
		"\"\\udc00\"",
		"\"\\ud800\\u0041\"",
		"// 1\n1",
		"/* */1",
		"99999999999999999999",
		"1e400",
		"\xef\xbb\xbf{}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		refused(wrong[i], strlen(wrong[i]));
}

static void members_that_stand_twice_are_refused(void **state)
{
	(void)state;
	refused("{\"a\":1,\"a\":1}", 13);
	refused("{\"a\":1,\"b\":{\"c\":1,\"c\":2}}", 26);
	/* The same name, written in two ways. */
	refused("{\"a\":1,\"\\u0061\":2}", 18);
	json_decref(parsed("{\"a\":1,\"A\":2,\"b\":{\"a\":3}}"));
}

static void nul_is_refused_raw_and_escaped_in_values_and_names(void **state)
{
	(void)state;
	refused("\"a\0b\"", 5);
	refused("\"a\\u0000b\"", 10);
	refused("{\"a\\u0000b\":1}", 14);
	refused("[1\0]", 4);
}

static void nul_after_the_value_is_no_end_of_the_text(void **state)
{
	(void)state;
	refused("1\0", 2);
	refused("[1]\0[2]", 7);
	refused("{\"a\":1} \0 not json", 18);
}

static void bytes_that_are_not_utf8_are_refused(void **state)
{
	static const char *const wrong[] = {
		"\"\xff\"",             /* no such byte */
		"\"\x80\"",             /* a continuation of nothing */
		"\"\xc3\"",             /* half a character */
		"\"\xc3(\"",            /* and something else after it */
		"\"\xc0\xaf\"",         /* '/' in two bytes */
		"\"\xe0\x80\xaf\"",     /* in three */
		"\"\xf0\x80\x80\xaf\"", /* in four */
		"\"\xed\xa0\x80\"",     /* a surrogate */
		"\"\xf4\x90\x80\x80\"", /* beyond U+10FFFF */
		"\"\xe2\x82\"",
		"{\"\xff\":1}",
		"\xff",
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		refused(wrong[i], strlen(wrong[i]));
	json_decref(parsed("\"\xf4\x8f\xbf\xbf\xef\xbf\xbf\xc2\x80\""));
}

static void nothing_may_follow_the_value(void **state)
{
	static const char *const wrong[] = {"1 2", "{} {}", "{}x", "[]]", "null,", "\"a\"\"b\""};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		refused(wrong[i], strlen(wrong[i]));
	/* Nor is anything read beyond the length. */
	json_decref(json_read((struct text){"[1]garbage", 3}, NULL));
	assert_null(json_read((struct text){"[1]", 2}, NULL));
}

static void very_deep_documents_are_refused_not_recursed_into(void **state)
{
	static const char *const opening[] = {"[", "{\"a\":"};
	enum { DEEP = 1000000 };
	struct buffer b;

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		buffer_init(&b);
		for (int i = 0; i < DEEP; i++)
			assert_int_equal(buffer_append_text(&b, opening[k]), 0);
		refused(b.bytes, b.length);
		buffer_deinit(&b);
	}
	buffer_init(&b);
	for (int i = 0; i < 500; i++)
		assert_int_equal(buffer_append_text(&b, "["), 0);
	for (int i = 0; i < 500; i++)
		assert_int_equal(buffer_append_text(&b, "]"), 0);
	json_decref(parsed(b.bytes));
	buffer_deinit(&b);
}

static void a_null_member_counts_as_absent(void **state)
{
	json_t *value = parsed("{\"text\":\"t\",\"number\":7,\"yes\":true,\"no\":false,"
			       "\"null\":null,\"real\":7.0,\"one\":1}");

	(void)state;
	assert_null(json_member(value, "null"));
	assert_null(json_member(value, "missing"));
	assert_null(json_member(NULL, "text"));
	assert_null(json_member(json_true(), "text"));
	assert_ptr_equal(json_member(value, "no"), json_false());
	assert_string_equal(json_member_text(value, "text"), "t");
	assert_null(json_member_text(value, "number"));
	assert_null(json_member_text(value, "null"));
	assert_int_equal(json_member_integer(value, "number", 3), 7);
	assert_int_equal(json_member_integer(value, "real", 3), 3);
	assert_int_equal(json_member_integer(value, "text", 3), 3);
	assert_int_equal(json_member_integer(value, "null", 3), 3);
	assert_int_equal(json_member_integer(NULL, "number", -1), -1);
	assert_true(json_member_true(value, "yes"));
	assert_false(json_member_true(value, "no"));
	assert_false(json_member_true(value, "one"));
	assert_false(json_member_true(value, "missing"));
	json_decref(value);
}

static void putting_takes_the_value_in_every_case(void **state)
{
	json_t *object = json_object(), *value = json_string("v");

	(void)state;
	assert_int_equal(json_put(object, "a", json_incref(value)), 0);
	assert_int_equal(value->refcount, 2);
	assert_int_equal(json_put(object, "a", json_null()), 0);
	assert_int_equal(value->refcount, 1);
	assert_int_equal(json_put(object, "b", NULL), -ENOMEM);
	assert_null(json_object_get(object, "b"));
	assert_int_equal(json_put(json_true(), "a", json_incref(value)), -ENOMEM);
	assert_int_equal(value->refcount, 1);
	json_decref(value);
	json_decref(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_value_may_stand_at_the_top),
		cmocka_unit_test(what_is_not_json_is_refused_with_its_place),
		cmocka_unit_test(members_that_stand_twice_are_refused),
		cmocka_unit_test(nul_is_refused_raw_and_escaped_in_values_and_names),
		cmocka_unit_test(nul_after_the_value_is_no_end_of_the_text),
		cmocka_unit_test(bytes_that_are_not_utf8_are_refused),
		cmocka_unit_test(nothing_may_follow_the_value),
		cmocka_unit_test(very_deep_documents_are_refused_not_recursed_into),
		cmocka_unit_test(a_null_member_counts_as_absent),
		cmocka_unit_test(putting_takes_the_value_in_every_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
