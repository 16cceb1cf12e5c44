/* Rolls in CSV: what RFC 4180 allows is read, and nothing else is guessed at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/csv.h"

static struct text bytes_of(const char *text)
{
	return (struct text){text, strlen(text)};
}

/* The first record has exactly these fields, divided by '|'. */
static void expect_row(const char *csv, const char *fields)
{
	struct csv c;
	struct csv_row row;
	struct buffer joined;
	struct err e;

	csv_init(&c, bytes_of(csv));
	csv_row_init(&row);
	buffer_init(&joined);
	assert_int_equal(csv_next(&c, &row, &e), 1);
	for (size_t i = 0; i < row.count; i++) {
		assert_int_equal(buffer_append_text(&joined, i > 0 ? "|" : ""), 0);
		assert_int_equal(buffer_append_text(&joined, row.fields[i]), 0);
	}
	assert_string_equal(joined.bytes, fields);
	buffer_deinit(&joined);
	csv_row_deinit(&row);
}

static void fields_are_unquoted_as_rfc_4180_says(void **state)
{
	(void)state;
	expect_row("a,b,c\n", "a|b|c");
	expect_row("a,b,c", "a|b|c");
	expect_row("a,b,c\r\nd", "a|b|c");
	expect_row("a,,\n", "a||");
	expect_row(",\n", "|");
	expect_row("\"a,b\",c\n", "a,b|c");
	expect_row("\"say \"\"so\"\"\"\n", "say \"so\"");
	expect_row("\"two\nlines\",x\n", "two\nlines|x");
	expect_row("\"\",\"\"\n", "|");
	expect_row("\xEF\xBB\xBF"
		   "a,b\n",
		   "a|b");
	expect_row("\n\r\n\na\n", "a");
	expect_row(" a , b \n", " a | b ");
	expect_row("Ynys Môn,岩\n", "Ynys Môn|岩");
}

static void expect_refusal(struct text csv, const char *wanted)
{
	struct csv c;
	struct csv_row row;
	struct err e = {.status = 0};
	int rv = 1;

	csv_init(&c, csv);
	csv_row_init(&row);
	while (rv == 1)
		rv = csv_next(&c, &row, &e);
	assert_int_equal(rv, AW_ESYNTAX);
	assert_string_equal(e.text, wanted);
	csv_row_deinit(&row);
}

static void what_is_not_csv_is_refused_with_its_line(void **state)
{
	(void)state;
	expect_refusal(bytes_of("a\n\"b\n\nc"), "2: the quote opened here is never closed");
	expect_refusal(bytes_of("a\nb\"c\"\n"), "2: a quote within a field that is not quoted");
	expect_refusal(bytes_of("a\n\n\"b\"c\n"), "3: text after a closing quote");
	expect_refusal((struct text){"a\nb\0c", 5}, "2: a NUL byte");
	expect_refusal((struct text){"\"b\0c\"", 5}, "1: a NUL byte");
	expect_refusal(bytes_of("\"a\"\rb"), "1: a line break that is neither LF nor CRLF");
}

static void a_roll_becomes_params_and_knows_its_lines(void **state)
{
	static const char roll[] =
		"partnership,name,award,commendation,route,awarded_on,precision,source\n"
		"x,\"X, the first\",high,one; two;,,2020-01-01,day,\n"
		"\n"
		"y,Y,low,,new-entry,2021-02-01,month,\"a\nb\"\n"
		"z,Z,low,,,2022-01-01,,\n";
	struct err e;
	int *lines;
	json_t *params = roll_read(bytes_of(roll), &lines, &e);
	json_t *wanted = json_loads(
		"{\"awards\": ["
		"{\"partnership\": \"x\", \"name\": \"X, the first\", \"award\": \"high\","
		" \"commendations\": [\"one\", \"two\"], \"awarded_on\": \"2020-01-01\","
		" \"precision\": \"day\"},"
		"{\"partnership\": \"y\", \"name\": \"Y\", \"award\": \"low\","
		" \"route\": \"new-entry\", \"awarded_on\": \"2021-02-01\","
		" \"precision\": \"month\", \"source\": \"a\\nb\"},"
		"{\"partnership\": \"z\", \"name\": \"Z\", \"award\": \"low\","
		" \"awarded_on\": \"2022-01-01\"}]}",
		0, NULL);

	(void)state;
	assert_non_null(params);
	assert_true(json_equal(params, wanted));
	assert_int_equal(lines[0], 2);
	assert_int_equal(lines[1], 4);
	assert_int_equal(lines[2], 6);
	json_decref(params);
	json_decref(wanted);
	free(lines);
}

static void a_roll_that_does_not_fit_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *roll, *says;
	} cases[] = {
		{"", "1: empty; the first line names the columns"},
		{"partnership,awrd\n", "1: no such column: \"awrd\"; there are partnership, "
				       "name, award, commendation, commendations, route, "
				       "awarded_on, precision, source"},
		{"partnership,partnership\n", "1: the column \"partnership\" stands twice"},
		{"partnership,commendation,commendations\n",
		 "1: the column \"commendations\" stands twice"},
		{"partnership,award\nx,y\nz\n",
		 "3: 1 fields, where the first line names 2 columns"},
		{"partnership,award\nx,y,\n", "2: 3 fields, where the first line names 2 columns"},
		{"partnership\n\xff\xfe\n", "2: not UTF-8, or no memory left"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct err e;
		int *lines;

		assert_null(roll_read(bytes_of(cases[i].roll), &lines, &e));
		assert_string_equal(e.text, cases[i].says);
		assert_null(lines);
	}
}

static void a_roll_of_headings_alone_is_empty(void **state)
{
	struct err e;
	int *lines;
	json_t *params = roll_read(bytes_of("partnership,award\r\n"), &lines, &e);

	(void)state;
	assert_non_null(params);
	assert_int_equal(json_array_size(json_object_get(params, "awards")), 0);
	json_decref(params);
	free(lines);
}

/* One record of these values, as written on a terminal or not. */
static void expect_written(const char *values, bool terminal, const char *wanted)
{
	struct look look = {.utf8 = true, .bounded = terminal, .width = 80};
	struct err e = {0};
	json_t *list = json_read(text_of(values), &e), *value;
	struct paper p;
	size_t i;

	assert_non_null(list);
	paper_init(&p, look);
	json_array_foreach(list, i, value)
		csv_put(&p, value, i + 1 < json_array_size(list) ? ',' : '\n');
	assert_int_equal(buffer_status(&p.out), 0);
	assert_string_equal(p.out.bytes, wanted);
	paper_deinit(&p);
	json_decref(list);
}

static void records_are_written_as_they_are_read(void **state)
{
	(void)state;
	expect_written("[\"a\", null, 17, -3, true, \"\"]", false, "a,,17,-3,true,\r\n");
	expect_written("[\"a,b\", \"say \\\"so\\\"\", \"two\\nlines\"]", false,
		       "\"a,b\",\"say \"\"so\"\"\",\"two\nlines\"\r\n");
	expect_written("[[\"x\", \"y\"], [], [\"x\"]]", false, "x;y,,x\r\n");
}

static void what_a_spreadsheet_would_compute_is_text(void **state)
{
	(void)state;
	expect_written("[\"=1\", \"+1\", \"-1\", \"@x\", \"\\t=1\", \"1=1\", [\"=1\"]]", false,
		       "'=1,'+1,'-1,'@x,'\t=1,1=1,'=1\r\n");
	expect_written("[\"=\\\"a,b\\\"\"]", false, "\"'=\"\"a,b\"\"\"\r\n");
}

static void csv_on_a_terminal_gives_it_no_orders(void **state)
{
	(void)state;
	expect_written("[\"a\\u001b[31m\", \"b\\nc\"]", true, "a\\u001B[31m,\"b c\"\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_unquoted_as_rfc_4180_says),
		cmocka_unit_test(what_is_not_csv_is_refused_with_its_line),
		cmocka_unit_test(records_are_written_as_they_are_read),
		cmocka_unit_test(what_a_spreadsheet_would_compute_is_text),
		cmocka_unit_test(csv_on_a_terminal_gives_it_no_orders),
		cmocka_unit_test(a_roll_becomes_params_and_knows_its_lines),
		cmocka_unit_test(a_roll_that_does_not_fit_is_refused_with_its_line),
		cmocka_unit_test(a_roll_of_headings_alone_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
