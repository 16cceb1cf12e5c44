/* The canonical form: the published examples of RFC 8785 that have whole
 * numbers, and what must hold of any document. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json/json.h"

static json_t *parsed(const char *text)
{
	struct err e = {0};
	json_t *value = json_read(text_of(text), &e);

	if (value == NULL)
		fail_msg("the test's own JSON is wrong: %s: %s", e.text, text);
	return value;
}

static void writes(const char *text, const char *wanted)
{
	json_t *value = parsed(text);
	struct buffer b;

	buffer_init(&b);
	assert_int_equal(json_canonical(value, &b), 0);
	assert_string_equal(b.bytes, wanted);
	buffer_deinit(&b);
	json_decref(value);
}

static void the_examples_of_the_standard_come_out_as_published(void **state)
{
	(void)state;
	/* Section 3.2.2's sample, its numbers left out. */
	writes("{\"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\",\n"
	       "\"literals\": [null, true, false]}",
	       "{\"literals\":[null,true,false],"
	       "\"string\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
	/* Section 3.2.3: sorting. */
	writes("{\"\\u20ac\": \"Euro Sign\", \"\\r\": \"Carriage Return\","
	       " \"\\ufb33\": \"Hebrew Letter Dalet With Dagesh\", \"1\": \"One\","
	       " \"\\ud83d\\ude00\": \"Emoji: Grinning Face\", \"\\u0080\": \"Control\","
	       " \"\\u00f6\": \"Latin Small Letter O With Diaeresis\"}",
	       "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\","
	       "\"\xc3\xb6\":\"Latin Small Letter O With Diaeresis\","
	       "\"\xe2\x82\xac\":\"Euro Sign\",\"\xf0\x9f\x98\x80\":\"Emoji: Grinning Face\","
	       "\"\xef\xac\xb3\":\"Hebrew Letter Dalet With Dagesh\"}");
}

static void the_published_test_files_come_out_as_published(void **state)
{
	(void)state;
	writes("[56,\n {\"d\": true,\n \"10\": null,\n \"1\": [ ] } ]",
	       "[56,{\"1\":[],\"10\":null,\"d\":true}]");
	writes("{\"peach\": \"This sorting order\","
	       " \"p\xc3\xa9"
	       "ch\xc3\xa9\": \"is wrong according to French\","
	       " \"p\xc3\xaa"
	       "che\": \"but canonicalization MUST\","
	       " \"sin\": \"ignore locale\"}",
	       "{\"peach\":\"This sorting order\","
	       "\"p\xc3\xa9"
	       "ch\xc3\xa9\":\"is wrong according to French\","
	       "\"p\xc3\xaa"
	       "che\":\"but canonicalization MUST\",\"sin\":\"ignore locale\"}");
	writes("{\"1\": {\"f\": {\"f\": \"hi\", \"F\": 5}, \"\\n\": 56}, \"10\": {},"
	       " \"\": \"empty\", \"a\": {}, \"111\": [{\"e\": \"yes\", \"E\": \"no\"}],"
	       " \"A\": {}}",
	       "{\"\":\"empty\",\"1\":{\"\\n\":56,\"f\":{\"F\":5,\"f\":\"hi\"}},\"10\":{},"
	       "\"111\":[{\"E\":\"no\",\"e\":\"yes\"}],\"A\":{},\"a\":{}}");
	/* A letter and its combining ring are not made one. */
	writes("{\"Unnormalized Unicode\": \"A\\u030a\"}",
	       "{\"Unnormalized Unicode\":\"A\xcc\x8a\"}");
	writes("{\"\\u20ac\": \"Euro Sign\", \"\\r\": \"Carriage Return\", \"\\u000a\": \"Newline\","
	       " \"1\": \"One\", \"\\u0080\": \"Control\\u007f\", \"\\ud83d\\ude02\": \"Smiley\","
	       " \"\\u00f6\": \"Latin\", \"\\ufb33\": \"Hebrew\","
	       " \"</script>\": \"Browser Challenge\"}",
	       "{\"\\n\":\"Newline\",\"\\r\":\"Carriage Return\",\"1\":\"One\","
	       "\"</script>\":\"Browser Challenge\",\"\xc2\x80\":\"Control\x7f\","
	       "\"\xc3\xb6\":\"Latin\",\"\xe2\x82\xac\":\"Euro Sign\","
	       "\"\xf0\x9f\x98\x82\":\"Smiley\",\"\xef\xac\xb3\":\"Hebrew\"}");
}

static void every_control_character_has_its_one_escape(void **state)
{
	char source[16], wanted[16];
	static const struct {
		int code;
		const char *escape;
	} shorts[] = {{'\b', "\\b"}, {'\t', "\\t"}, {'\n', "\\n"}, {'\f', "\\f"}, {'\r', "\\r"}};

	(void)state;
	for (int code = 1; code < 0x20; code++) {
		snprintf(source, sizeof source, "\"\\u%04X\"", (unsigned)code);
		snprintf(wanted, sizeof wanted, "\"\\u%04x\"", (unsigned)code);
		for (size_t i = 0; i < sizeof shorts / sizeof shorts[0]; i++)
			if (shorts[i].code == code)
				snprintf(wanted, sizeof wanted, "\"%s\"", shorts[i].escape);
		writes(source, wanted);
	}
	writes("\"\\u001F\"", "\"\\u001f\"");
	writes("\"\\u0022\\u005C\\u002F\"", "\"\\\"\\\\/\"");
}

static void everything_else_stands_as_it_is(void **state)
{
	(void)state;
	writes("\"\\u007f\"", "\"\x7f\"");
	writes("\"\\u0080\"", "\"\xc2\x80\"");
	writes("\"\\u2028\\u2029\"", "\"\xe2\x80\xa8\xe2\x80\xa9\"");
	writes("\"\\ufeff\\uffff\"", "\"\xef\xbb\xbf\xef\xbf\xbf\"");
	writes("\"\\uD83D\\uDE00\"", "\"\xf0\x9f\x98\x80\"");
	writes("\"<a href='&'>\"", "\"<a href='&'>\"");
	writes(" \"\" ", "\"\"");
}

static void members_sort_by_code_units_of_utf16(void **state)
{
	/* In the right order: pairs of surrogates lie before U+E000. */
	static const char *const names[] = {
		"",
		"\x01",
		"\n",
		" ",
		"\"",
		"1",
		"10",
		"2",
		"A",
		"AA",
		"Ab",
		"_",
		"a",
		"aa",
		"ab",
		"\x7f",
		"\xc2\x80",
		"\xc3\xa9",
		"\xe0\xa4\x85",
		"\xe2\x82\xac",
		"\xed\x9f\xbf",
		"\xf0\x90\x80\x80",
		"\xf0\x9f\x98\x80",
		"\xf0\x9f\x98\x80\xee\x80\x80",
		"\xf0\x9f\x98\x81",
		"\xf4\x8f\xbf\xbf",
		"\xee\x80\x80",
		"\xee\x80\x80\xf0\x9f\x98\x80",
		"\xee\x80\x80\xef\xbf\xbd",
		"\xef\xac\xb3",
		"\xef\xbf\xbd",
		"\xef\xbf\xbf",
	};
	enum { COUNT = sizeof names / sizeof names[0] };
	const char **sorted;
	size_t count;

	(void)state;
	for (int turn = 0; turn < COUNT; turn++) {
		json_t *object = json_object();

		/* 7 and COUNT have no common divisor: each name comes once. */
		for (int i = 0; i < COUNT; i++)
			assert_int_equal(
				json_put(object, names[(i * 7 + turn) % COUNT], json_null()), 0);
		sorted = json_sorted_names(object, &count);
		assert_non_null(sorted);
		assert_int_equal(count, COUNT);
		for (int i = 0; i < COUNT; i++)
			assert_string_equal(sorted[i], names[i]);
		free(sorted);
		json_decref(object);
	}
	sorted = json_sorted_names(NULL, &count);
	assert_non_null(sorted);
	assert_int_equal(count, 0);
	free(sorted);
}

static void whole_numbers_are_written_plainly(void **state)
{
	(void)state;
	writes("0", "0");
	writes("-0", "0");
	writes("-1", "-1");
	writes("[10, 1000000000000]", "[10,1000000000000]");
	writes("9007199254740991", "9007199254740991");
	writes("-9007199254740991", "-9007199254740991");
}

static void numbers_with_a_fraction_are_refused_wherever_they_stand(void **state)
{
	static const char *const fractions[] = {
		"1.5",
		"1.0",
		"-0.0",
		"1e3",
		"1E30",
		"4.50",
		"2e-3",
		"333333333.33333329",
		"[1, 2, 0.5]",
		"{\"a\": {\"b\": [{\"c\": 1.0}]}}",
		"{\"a\": 1.5, \"b\": 2}",
	};
	struct buffer b;

	(void)state;
	for (size_t i = 0; i < sizeof fractions / sizeof fractions[0]; i++) {
		json_t *value = parsed(fractions[i]);

		buffer_init(&b);
		if (json_canonical(value, &b) != AW_EINVALID)
			fail_msg("%s is written", fractions[i]);
		buffer_deinit(&b);
		json_decref(value);
	}
}

static void numbers_that_a_double_cannot_hold_are_refused(void **state)
{
	static const char *const large[] = {
		"9007199254740992",    "-9007199254740992",    "9007199254740993",
		"9223372036854775807", "-9223372036854775808", "[{\"a\": 9007199254740992}]",
	};
	struct buffer b;

	(void)state;
	for (size_t i = 0; i < sizeof large / sizeof large[0]; i++) {
		json_t *value = parsed(large[i]);

		buffer_init(&b);
		assert_int_equal(json_canonical(value, &b), AW_EINVALID);
		buffer_deinit(&b);
		json_decref(value);
	}
}

static void it_is_appended_and_a_failure_before_is_not_lost(void **state)
{
	json_t *value = parsed("{\"b\": 2, \"a\": [1]}");
	struct buffer b;

	(void)state;
	buffer_init(&b);
	assert_int_equal(buffer_append_text(&b, "body: "), 0);
	assert_int_equal(json_canonical(value, &b), 0);
	assert_string_equal(b.bytes, "body: {\"a\":[1],\"b\":2}");
	b.failed = true;
	assert_int_equal(json_canonical(value, &b), -ENOMEM);
	buffer_deinit(&b);
	json_decref(value);
}

static void compact_text_keeps_the_order_of_members(void **state)
{
	json_t *value = parsed("{\"b\": 2, \"a\": [1, null, {}], \"f\": 0.5}");
	struct buffer b;

	(void)state;
	buffer_init(&b);
	assert_int_equal(json_compact(value, &b), 0);
	assert_string_equal(b.bytes, "{\"b\":2,\"a\":[1,null,{}],\"f\":0.5}");
	buffer_clear(&b);
	assert_int_equal(json_compact(json_null(), &b), 0);
	assert_string_equal(b.bytes, "null");
	buffer_deinit(&b);
	json_decref(value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_examples_of_the_standard_come_out_as_published),
		cmocka_unit_test(the_published_test_files_come_out_as_published),
		cmocka_unit_test(every_control_character_has_its_one_escape),
		cmocka_unit_test(everything_else_stands_as_it_is),
		cmocka_unit_test(members_sort_by_code_units_of_utf16),
		cmocka_unit_test(whole_numbers_are_written_plainly),
		cmocka_unit_test(numbers_with_a_fraction_are_refused_wherever_they_stand),
		cmocka_unit_test(numbers_that_a_double_cannot_hold_are_refused),
		cmocka_unit_test(it_is_appended_and_a_failure_before_is_not_lost),
		cmocka_unit_test(compact_text_keeps_the_order_of_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
