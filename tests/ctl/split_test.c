/* One file, many submissions: the forms are told apart, and lines are right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/split.h"

/* Writes each item as "line:document;" or "line!;" and compares the whole. */
static void expect(const char *text, const char *wanted)
{
	struct split s;
	struct split_item item;
	struct buffer seen;
	int count = 0;

	buffer_init(&seen);
	assert_int_equal(buffer_append_text(&seen, ""), 0);
	split_init(&s, (struct text){text, strlen(text)});
	while (split_next(&s, &item) == 1) {
		assert_int_equal(item.number, ++count);
		assert_int_equal(buffer_printf(&seen, "%d%c", item.line,
					       item.document != NULL ? ':' : '!'),
				 0);
		if (item.document != NULL)
			assert_int_equal(json_compact(item.document, &seen), 0);
		else
			assert_true(item.problem[0] != '\0');
		assert_int_equal(buffer_append_text(&seen, ";"), 0);
		json_decref(item.document);
	}
	assert_int_equal(split_next(&s, &item), 0);
	assert_string_equal(seen.bytes != NULL ? seen.bytes : "", wanted);
	buffer_deinit(&seen);
}

static void one_submission_may_take_any_number_of_lines(void **state)
{
	(void)state;
	expect("{\"a\":1}", "1:{\"a\":1};");
	expect("{\"a\":1}\n", "1:{\"a\":1};");
	expect("\n\n{\n\"a\":\n1}\n\n", "3:{\"a\":1};");
	expect("\xEF\xBB\xBF{\"a\":1}", "1:{\"a\":1};");
	expect("{\"a\":\n[\n{\"b\":1}\n]}\n", "1:{\"a\":[{\"b\":1}]};");
	expect("7", "1:7;");
}

static void an_array_gives_its_elements_with_their_lines(void **state)
{
	(void)state;
	expect("[{\"a\":1},{\"b\":2}]", "1:{\"a\":1};1:{\"b\":2};");
	expect("[\n{\"a\":1},\n\n {\"b\":\n2}\n,3]\n", "2:{\"a\":1};4:{\"b\":2};6:3;");
	expect("[]", "");
	expect("[[1],\"],\"]", "1:[1];1:\"],\";");
}

static void a_file_of_lines_gives_each_line(void **state)
{
	(void)state;
	expect("{\"a\":1}\n{\"b\":2}\n", "1:{\"a\":1};2:{\"b\":2};");
	expect("{\"a\":1}\r\n\r\n{\"b\":2}", "1:{\"a\":1};3:{\"b\":2};");
}

static void in_a_file_of_lines_only_the_wrong_line_is_lost(void **state)
{
	(void)state;
	expect("{\"a\":1}\n{\"b\":\n{\"c\":3}\n", "1:{\"a\":1};2!;3:{\"c\":3};");
	expect("{\"a\":\n{\"b\":2}\n", "1!;2:{\"b\":2};");
	expect("{\"a\":1}\n{\"b\":2} 3\nnonsense\n", "1:{\"a\":1};2!;3!;");
	expect("{\"a\":1}\n{\"b\":2,\"b\":3}\n", "1:{\"a\":1};2!;");
}

static void of_half_an_array_nothing_is_given(void **state)
{
	(void)state;
	expect("[{\"a\":1},\n{\"b\":2}", "2!;");
	expect("[{\"a\":1},\n{\"b\":2}] 4", "2!;");
	expect("[{\"a\":1}\n{\"b\":2}]", "2!;");
	expect("[{\"a\":1},]", "1!;");
	expect("[", "1!;");
}

static void a_wrong_file_is_one_problem_at_its_line(void **state)
{
	(void)state;
	expect("", "1!;");
	expect("  \n ", "2!;");
	expect("{\n\"a\": 1,\n", "3!;");
	expect("{\n\"a\": 1,\n\"a\": 2}", "3!;");
	expect("{\"a\": \"\\u0000\"}", "1!;");
	expect("{\"a\": \"\xff\"}", "1!;");
	expect("{\"a\": 01}", "1!;");
}

static void the_problem_is_one_that_its_writer_knows(void **state)
{
	static const char *const cases[][2] = {
		{" \n", "there is nothing in it"},
		{"{\"a\": \"\xe9\"}", "not JSON in UTF-8: unable to decode byte 0xe9 near '\"' "
				      "(column 7); save the file as UTF-8"},
		{"{\"a\" 1}", "not JSON: ':' expected near '1' (column 6)"},
	};
	struct split s;
	struct split_item item;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		split_init(&s, text_of(cases[i][0]));
		assert_int_equal(split_next(&s, &item), 1);
		assert_string_equal(item.problem, cases[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_submission_may_take_any_number_of_lines),
		cmocka_unit_test(an_array_gives_its_elements_with_their_lines),
		cmocka_unit_test(a_file_of_lines_gives_each_line),
		cmocka_unit_test(in_a_file_of_lines_only_the_wrong_line_is_lost),
		cmocka_unit_test(of_half_an_array_nothing_is_given),
		cmocka_unit_test(a_wrong_file_is_one_problem_at_its_line),
		cmocka_unit_test(the_problem_is_one_that_its_writer_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
