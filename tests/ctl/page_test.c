/* Safe text, wrapping, tables, wording, and the command line taken apart. */
#include <locale.h>

#include "ctl/arguments.h"
#include "ctl/outline.h"
#include "ctl/table.h"
#include "page.h"

static void expect_text(struct look look, const char *text, const char *shown)
{
	struct paper p;

	paper_init(&p, look);
	paper_text(&p, text);
	assert_int_equal(buffer_append_text(&p.out, ""), 0);
	assert_string_equal(p.out.bytes != NULL ? p.out.bytes : "", shown);
	assert_int_equal(p.column, paper_cells(&p, text));
	paper_deinit(&p);
}

static void text_is_shown_as_it_is_or_as_an_escape(void **state)
{
	(void)state;
	expect_text(plain_look, "plain", "plain");
	expect_text(plain_look, "a\nb\tc", "a b c");
	expect_text(plain_look, "\033[1m", "\\u001B[1m");
	expect_text(plain_look, "\xC2\x85", "\\u0085");
	expect_text(plain_look, "\xE2\x80\xAE", "\\u202E");
	expect_text(plain_look, "\xF3\xA0\x80\x81", "\\uDB40\\uDC01");
	expect_text(plain_look, "caf\xC3\xA9 £5 …", "café £5 …");
	expect_text(plain_look, "\xFF\xC3", "\\uFFFD\\uFFFD");
	expect_text(plain_look, "\xED\xA0\x80", "\\uFFFD\\uFFFD\\uFFFD");
	expect_text(plain_look, "\xC0\x80", "\\uFFFD\\uFFFD");
	expect_text(ascii_look, "‘so’ – £5 …", "'so' - GBP 5 ...");
	expect_text(ascii_look, "é北", "\\u00E9\\u5317");
}

static void cells_are_counted_and_not_bytes(void **state)
{
	struct paper p;

	(void)state;
	paper_init(&p, plain_look);
	assert_int_equal(paper_cells(&p, "Môn"), 3);
	assert_int_equal(paper_cells(&p, "北京"), 4);
	assert_int_equal(paper_cells(&p, "e\xCC\x81"), 1);
	paper_cut(&p, "北京市", 4);
	assert_string_equal(p.out.bytes, "北…");
	paper_deinit(&p);
}

static void lines_break_at_spaces_and_words_stay_whole(void **state)
{
	struct look narrow = {.utf8 = true, .width = 12};
	struct paper p;

	(void)state;
	paper_init(&p, narrow);
	paper_text(&p, "a:");
	paper_wrap(&p, 4, "one two three averyverylongword x");
	assert_string_equal(p.out.bytes, "a:  one two\n    three\n    averyverylongword\n    x\n");
	paper_deinit(&p);
}

static void write_rows(struct paper *p, const char *const *cells, size_t count)
{
	static const char *const headings[] = {"Name", "Many", "What it is"};
	struct table t;

	table_init(&t, headings, 3);
	for (size_t i = 0; i < count; i++)
		table_add(&t, cells[i]);
	table_write(&t, p);
	table_deinit(&t);
}

static void columns_are_aligned_and_numbers_stand_right(void **state)
{
	static const char *const cells[] = {"Ynys Môn", "7", "x", "北京", "1000", NULL};
	struct paper p;

	(void)state;
	paper_init(&p, plain_look);
	write_rows(&p, cells, 6);
	assert_string_equal(p.out.bytes, "Name      Many  What it is\n"
					 "Ynys Môn     7  x\n"
					 "北京      1000\n");
	paper_deinit(&p);
}

static void a_bounded_table_takes_more_lines_and_loses_nothing(void **state)
{
	static const char *const cells[] = {"North and South Dale", "7",
					    "A story of some length, told twice over"};
	struct look narrow = {.utf8 = true, .bounded = true, .width = 40};
	struct paper p;
	struct page page;

	(void)state;
	paper_init(&p, narrow);
	write_rows(&p, cells, 3);
	page_read(&page, &p, 40);
	assert_true(page.lines > 2);
	assert_non_null(strstr(page.text, "North"));
	assert_non_null(strstr(page.text, "Dale"));
	assert_non_null(strstr(page.text, "over"));
	page_drop(&page);
	paper_deinit(&p);
}

static void days_and_sums_are_worded(void **state)
{
	char text[DAY_TEXT];

	(void)state;
	wording_day("2024-05-01", false, text);
	assert_string_equal(text, "1 May 2024");
	wording_day("2024-09-01", true, text);
	assert_string_equal(text, "September 2024");
	wording_day_short("2024-09-30", false, text);
	assert_string_equal(text, "30 Sep 2024");
	wording_day("2024-02-30", false, text);
	assert_string_equal(text, "2024-02-30");
	wording_day(NULL, false, text);
	assert_string_equal(text, "");
	wording_number(1100, text);
	assert_string_equal(text, "1,100");
	wording_number(-999, text);
	assert_string_equal(text, "-999");
	wording_number(-1234567, text);
	assert_string_equal(text, "-1,234,567");
	wording_number(0, text);
	assert_string_equal(text, "0");
}

static void any_document_has_an_outline(void **state)
{
	json_t *d = document(
		"{'log_bytes': 7, 'ok': true, 'no': null,"
		" 'list': [{'a': 1, 'b': 'x'}], 'deep': {'er': [[1, 2], {'c': []}]}, 'none': {}}");
	struct paper p;
	struct page page;

	(void)state;
	paper_init(&p, plain_look);
	outline_write(&p, d);
	page_read(&page, &p, 80);
	assert_true(page_has(&page, "Log bytes 7"));
	assert_true(page_has(&page, "Ok yes"));
	assert_true(page_has(&page, "No none"));
	assert_true(page_has(&page, "A B 1 x"));
	page_drop(&page);
	paper_deinit(&p);
	json_decref(d);
}

/* Puts the words of `line` into argv, as a shell would. */
static int read_line(struct arguments *a, const char *line, struct err *e)
{
	static char copy[256];
	char *argv[32] = {strcpy(copy, line)}, *rest = NULL;
	int argc = 0;

	arguments_init(a);
	for (char *word = strtok_r(copy, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	return arguments_read(a, argc, argv, e);
}

static void options_may_stand_before_or_after_the_verb(void **state)
{
	static const char *const lines[] = {
		"awardctl --format json decisions list --limit 3",
		"awardctl decisions --limit=3 list --format=json",
		"awardctl decisions list --limit 3 --format json",
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct arguments a;
		struct err e;

		assert_int_equal(read_line(&a, lines[i], &e), 0);
		assert_string_equal(a.values[OPTION_FORMAT], "json");
		assert_string_equal(a.values[OPTION_LIMIT], "3");
		assert_int_equal(a.count, 2);
		assert_string_equal(a.operands[0], "decisions");
		assert_string_equal(a.operands[1], "list");
		arguments_deinit(&a);
	}
}

static void hyphens_may_be_operands(void **state)
{
	struct arguments a;
	struct err e;

	(void)state;
	assert_int_equal(read_line(&a, "awardctl submit - -- --format -h", &e), 0);
	assert_int_equal(a.count, 4);
	assert_string_equal(a.operands[1], "-");
	assert_string_equal(a.operands[2], "--format");
	assert_null(a.values[OPTION_HELP]);
	arguments_deinit(&a);
}

static void a_wrong_option_is_refused_with_what_was_meant(void **state)
{
	static const struct {
		const char *line, *says;
	} cases[] = {
		{"awardctl --fromat json", "no such option: --fromat; did you mean --format?"},
		{"awardctl --nothing-like-it", "no such option: --nothing-like-it"},
		{"awardctl --limit", "--limit needs a value: N"},
		{"awardctl --brief=1", "--brief takes no value"},
		{"awardctl --limit 1 --limit 2", "--limit is given twice"},
		{"awardctl -x", "no such option: -x"},
		{"awardctl -hV", "no such option: -hV"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct arguments a;
		struct err e;

		assert_int_equal(read_line(&a, cases[i].line, &e), AW_EINVALID);
		assert_string_equal(e.text, cases[i].says);
		arguments_deinit(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_shown_as_it_is_or_as_an_escape),
		cmocka_unit_test(cells_are_counted_and_not_bytes),
		cmocka_unit_test(lines_break_at_spaces_and_words_stay_whole),
		cmocka_unit_test(columns_are_aligned_and_numbers_stand_right),
		cmocka_unit_test(a_bounded_table_takes_more_lines_and_loses_nothing),
		cmocka_unit_test(days_and_sums_are_worded),
		cmocka_unit_test(any_document_has_an_outline),
		cmocka_unit_test(options_may_stand_before_or_after_the_verb),
		cmocka_unit_test(hyphens_may_be_operands),
		cmocka_unit_test(a_wrong_option_is_refused_with_what_was_meant),
	};

	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
