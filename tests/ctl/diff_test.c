/* A diff tells how the second text is made of the first: applied, it gives it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/diff.h"

/* What a diff said, and the first text with it applied. */
struct applied {
	struct buffer said, made;
	struct text rest; /* of the first text */
	int line;         /* of the first text that comes next */
	bool wrong, last_kept_end;
};

static struct text take_line(struct text *rest)
{
	const char *end = memchr(rest->bytes, '\n', rest->length);
	size_t length = end != NULL ? (size_t)(end - rest->bytes) + 1 : rest->length;
	struct text line = {rest->bytes, length};

	rest->bytes += length;
	rest->length -= length;
	return line;
}

static void keep(struct applied *a)
{
	struct text line = take_line(&a->rest);

	assert_int_equal(buffer_append(&a->made, line.bytes, line.length), 0);
	a->line++;
}

static void on_line(void *ctx, char mark, struct text line)
{
	struct applied *a = ctx;
	int from, count;

	assert_int_equal(buffer_printf(&a->said, "%c%.*s\n", mark, (int)line.length, line.bytes),
			 0);
	if (mark == '@') {
		assert_int_equal(sscanf(line.bytes, "@@ -%d,%d", &from, &count), 2);
		while (a->line < from + (count == 0))
			keep(a);
	} else if (mark == '+') {
		assert_int_equal(buffer_printf(&a->made, "%.*s\n", (int)line.length, line.bytes),
				 0);
		a->last_kept_end = true;
	} else if (mark == '\\') {
		if (a->last_kept_end)
			a->made.length--;
	} else {
		struct text old = a->rest;
		struct text whole = take_line(&old);

		whole.length -= whole.length > 0 && whole.bytes[whole.length - 1] == '\n';
		a->wrong = a->wrong || !text_equal(whole, line);
		a->last_kept_end = false;
		if (mark == ' ') {
			keep(a);
		} else {
			(void)take_line(&a->rest); /* taken out */
			a->line++;
		}
	}
}

static void apply(const char *from, const char *to, struct applied *a)
{
	*a = (struct applied){.rest = text_of(from), .line = 1};
	buffer_init(&a->said);
	buffer_init(&a->made);
	assert_int_equal(diff_texts(text_of(from), text_of(to), on_line, a), 0);
	while (a->rest.length > 0)
		keep(a);
	assert_false(a->wrong);
	assert_int_equal(a->made.length, strlen(to));
	if (a->made.length > 0)
		assert_memory_equal(a->made.bytes, to, a->made.length);
}

static void applied_deinit(struct applied *a)
{
	buffer_deinit(&a->said);
	buffer_deinit(&a->made);
}

static void says(const char *from, const char *to, const char *expected)
{
	struct applied a;

	apply(from, to, &a);
	assert_string_equal(a.said.bytes != NULL ? a.said.bytes : "", expected);
	applied_deinit(&a);
}

static void the_same_says_nothing(void **state)
{
	(void)state;
	says("", "", "");
	says("a\nb\n", "a\nb\n", "");
	says("a", "a", "");
}

static void a_change_stands_with_three_lines_around_it(void **state)
{
	(void)state;
	says("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n",
	     "@@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

static void changes_far_apart_are_two_places(void **state)
{
	(void)state;
	says("a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n",
	     "@@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n");
	says("a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n",
	     "@@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n");
}

static void a_whole_file_comes_or_goes(void **state)
{
	(void)state;
	says("", "a\nb\n", "@@@ -0,0 +1,2 @@\n+a\n+b\n");
	says("a\nb\n", "", "@@@ -1,2 +0,0 @@\n-a\n-b\n");
}

static void a_missing_end_of_the_last_line_is_a_difference(void **state)
{
	(void)state;
	says("a\n", "a", "@@@ -1,1 +1,1 @@\n-a\n+a\n\\ No newline at end of file\n");
	says("a", "a\n", "@@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n");
}

static void fill(char *text, unsigned *seed, int lines)
{
	for (int i = 0; i < lines; i++) {
		*seed = *seed * 1103515245u + 12345u;
		*text++ = (char)('a' + (*seed >> 16) % 4);
		*text++ = '\n';
	}
	*text = '\0';
}

static void random_texts_become_each_other(void **state)
{
	char from[256], to[256];
	unsigned seed = 7;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		struct applied a;

		fill(from, &seed, i % 37);
		fill(to, &seed, (i / 37) % 41);
		apply(from, to, &a);
		applied_deinit(&a);
	}
}

static void very_different_texts_are_shown_whole(void **state)
{
	enum { LINES = 3000 };
	char *from = malloc(LINES * 8), *to = malloc(LINES * 8);
	size_t a_length = 0, b_length = 0;
	struct applied a;

	(void)state;
	assert_non_null(from);
	assert_non_null(to);
	for (int i = 0; i < LINES; i++) {
		a_length += (size_t)sprintf(from + a_length, "a%d\n", i);
		b_length += (size_t)sprintf(to + b_length, "b%d\n", i);
	}
	apply(from, to, &a);
	applied_deinit(&a);
	free(from);
	free(to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_says_nothing),
		cmocka_unit_test(a_change_stands_with_three_lines_around_it),
		cmocka_unit_test(changes_far_apart_are_two_places),
		cmocka_unit_test(a_whole_file_comes_or_goes),
		cmocka_unit_test(a_missing_end_of_the_last_line_is_a_difference),
		cmocka_unit_test(random_texts_become_each_other),
		cmocka_unit_test(very_different_texts_are_shown_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
