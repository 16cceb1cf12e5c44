/* Borrowed text, growing buffers, whole files. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

#include <cmocka.h>

#include "base/base.h"

static void texts_are_equal_by_bytes_and_length(void **state)
{
	(void)state;
	assert_true(text_equal(text_of("mark"), text_of("mark")));
	assert_false(text_equal(text_of("mark"), text_of("marks")));
	assert_false(text_equal(text_of("mark"), text_of("Mark")));
	assert_true(text_equal((struct text){NULL, 0}, text_of("")));
	assert_true(text_equal((struct text){"a\0b", 3}, (struct text){"a\0b", 3}));
	assert_false(text_equal((struct text){"a\0b", 3}, (struct text){"a\0c", 3}));
	assert_int_equal(text_of("four").length, 4);
}

static void characters_are_code_points_not_bytes(void **state)
{
	static const struct {
		const char *text;
		size_t characters;
	} cases[] = {
		{"", 0},
		{"lead", 4},
		{"\xc3\xa9t\xc3\xa9", 3},                /* two bytes each */
		{"\xe2\x82\xac", 1},                     /* three */
		{"\xf0\x9f\x98\x80\xf0\x9f\x98\x80", 2}, /* four */
		{"A\xcc\x8a", 2},                        /* a combining ring is one of its own */
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(text_characters(text_of(cases[i].text)), cases[i].characters);
	assert_int_equal(text_characters((struct text){"a\0b", 3}), 3);
}

static void distance_counts_changes_and_goes_both_ways(void **state)
{
	static const struct {
		const char *a, *b;
		size_t distance;
	} cases[] = {
		{"", "", 0},
		{"", "abc", 3},
		{"scores", "scores", 0},
		{"score", "scores", 1},
		{"sscores", "scores", 1},
		{"scones", "scores", 1},
		{"socres", "scores", 2}, /* a transposition is two changes */
		{"kitten", "sitting", 3},
		{"saturday", "sunday", 3},
		{"abc", "xyz", 3},
		{"abcdef", "ace", 3},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct text a = text_of(cases[i].a), b = text_of(cases[i].b);

		assert_int_equal(text_distance(a, b), cases[i].distance);
		assert_int_equal(text_distance(b, a), cases[i].distance);
	}
}

static void texts_too_long_to_compare_are_as_far_as_they_are_long(void **state)
{
	char sixty_four[65], sixty_five[66];

	(void)state;
	memset(sixty_four, 'a', 64);
	memset(sixty_five, 'a', 65);
	sixty_four[64] = sixty_five[65] = '\0';
	assert_int_equal(text_distance(text_of(sixty_four), text_of(sixty_four)), 0);
	assert_int_equal(text_distance(text_of(sixty_four), text_of("")), 64);
	assert_int_equal(text_distance(text_of(sixty_five), text_of(sixty_four)), 65);
	assert_int_equal(text_distance(text_of(sixty_four), text_of(sixty_five)), 65);
	assert_int_equal(text_distance(text_of(sixty_five), text_of("a")), 65);
}

static void a_buffer_grows_and_always_ends_in_nul(void **state)
{
	struct buffer b;
	char *wanted = calloc(1, 10000);

	(void)state;
	assert_non_null(wanted);
	buffer_init(&b);
	assert_null(b.bytes);
	for (size_t i = 0; i < 9999; i++) {
		wanted[i] = (char)('a' + i % 26);
		assert_int_equal(buffer_append(&b, &wanted[i], 1), 0);
		assert_int_equal(b.length, i + 1);
		assert_int_equal(b.bytes[b.length], '\0');
		assert_true(b.capacity > b.length);
	}
	assert_string_equal(b.bytes, wanted);
	assert_int_equal(buffer_status(&b), 0);
	buffer_deinit(&b);
	assert_null(b.bytes);
	assert_int_equal(b.capacity, 0);
	buffer_deinit(&b); /* again is legal */
	free(wanted);
}

static void a_buffer_takes_texts_formats_and_nothing(void **state)
{
	struct buffer b;
	char *given;

	(void)state;
	buffer_init(&b);
	assert_int_equal(buffer_append(&b, NULL, 0), 0);
	assert_string_equal(b.bytes, "");
	assert_int_equal(buffer_append_text(&b, "score "), 0);
	assert_int_equal(buffer_printf(&b, "%d of %s", 7, "nine"), 0);
	assert_int_equal(buffer_printf(&b, "%s", ""), 0);
	assert_string_equal(b.bytes, "score 7 of nine");
	assert_int_equal(buffer_append(&b, "\0x", 2), 0);
	assert_int_equal(b.length, 17);
	given = buffer_give(&b);
	assert_memory_equal(given, "score 7 of nine\0x", 18);
	assert_null(b.bytes);
	assert_int_equal(b.length, 0);
	free(given);
	given = buffer_give(&b); /* of an empty one: an empty text */
	assert_string_equal(given, "");
	free(given);
	/* Longer than what it begins with. */
	assert_int_equal(buffer_printf(&b, "%0200d", 7), 0);
	assert_int_equal(b.length, 200);
	assert_int_equal(b.bytes[199], '7');
	buffer_deinit(&b);
}

static void whole_numbers_are_written_as_printf_writes_them(void **state)
{
	static const int64_t numbers[] = {0,  7,   -1,        10,        -10,
					  99, 100, INT64_MAX, INT64_MIN, 9007199254740991};
	struct buffer b;
	char wanted[32];

	(void)state;
	buffer_init(&b);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		buffer_clear(&b);
		assert_int_equal(buffer_append_integer(&b, numbers[i]), 0);
		snprintf(wanted, sizeof wanted, "%" PRId64, numbers[i]);
		assert_string_equal(b.bytes, wanted);
	}
	buffer_deinit(&b);
}

/* Each byte at each place of a text that is otherwise plain, and of each length. */
static void plain_is_what_json_writes_as_it_stands(void **state)
{
	char bytes[24];

	(void)state;
	for (size_t length = 0; length <= sizeof bytes; length++) {
		for (size_t at = 0; at <= length; at++) {
			for (int c = 0; c < 256; c++) {
				bool plain = c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
				memset(bytes, 'a', sizeof bytes);
				if (at < length)
					bytes[at] = (char)c;
				assert_int_equal(text_plain((struct text){bytes, length}),
						 plain || at == length ? length : at);
			}
		}
	}
}

static void a_sequence_is_one_character_of_utf_8(void **state)
{
	static const struct {
		const char *bytes;
		size_t length, wanted;
	} cases[] = {
		{"", 0, 0},
		{"\0", 1, 1},
		{"a\x80", 2, 1},
		{"\x80", 1, 0},
		{"\xC1\xBF", 2, 0}, /* one byte would do */
		{"\xC2\x80", 2, 2},
		{"\xC2", 1, 0},
		{"\xC2z", 2, 0},
		{"\xE0\x9F\xBF", 3, 0},
		{"\xE0\xA0\x80", 3, 3},
		{"\xED\x9F\xBF", 3, 3},
		{"\xED\xA0\x80", 3, 0}, /* half of a pair */
		{"\xEF\xBF\xBF", 3, 3},
		{"\xF0\x8F\xBF\xBF", 4, 0},
		{"\xF0\x90\x80\x80", 4, 4},
		{"\xF4\x8F\xBF\xBF", 4, 4},
		{"\xF4\x90\x80\x80", 4, 0}, /* beyond the last */
		{"\xF5\x80\x80\x80", 4, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(text_sequence((struct text){cases[i].bytes, cases[i].length}),
				 cases[i].wanted);
}

static void what_is_no_utf_8_is_mended(void **state)
{
	static const struct {
		const char *text, *wanted;
	} cases[] = {
		{"", ""},
		{"\xC3\xB3 \xE2\x82\xAC", "\xC3\xB3 \xE2\x82\xAC"},
		{"a\xFF\xFE.lua", "a??.lua"},
		{"\xE2\x82z\xC3", "??z?"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[16];
		strcpy(text, cases[i].text);
		assert_int_equal(text_is_utf8(text_of(text)), strcmp(text, cases[i].wanted) == 0);
		text_mend(text);
		assert_string_equal(text, cases[i].wanted);
		assert_true(text_is_utf8(text_of(text)));
	}
}

static void consuming_drops_from_the_front(void **state)
{
	struct buffer b;

	(void)state;
	buffer_init(&b);
	buffer_consume(&b, 0); /* of an empty one */
	assert_int_equal(buffer_append_text(&b, "one\ntwo\nthree"), 0);
	buffer_consume(&b, 0);
	assert_string_equal(b.bytes, "one\ntwo\nthree");
	buffer_consume(&b, 4);
	assert_string_equal(b.bytes, "two\nthree");
	assert_int_equal(b.length, 9);
	assert_int_equal(buffer_append_text(&b, "!"), 0);
	assert_string_equal(b.bytes, "two\nthree!");
	buffer_consume(&b, 10);
	assert_string_equal(b.bytes, "");
	assert_int_equal(b.length, 0);
	buffer_deinit(&b);
}

static void a_failure_is_kept_until_the_buffer_is_cleared(void **state)
{
	struct buffer b;

	(void)state;
	buffer_init(&b);
	assert_int_equal(buffer_append_text(&b, "kept"), 0);
	assert_int_equal(buffer_reserve(&b, SIZE_MAX), -ENOMEM);
	assert_int_equal(buffer_reserve(&b, SIZE_MAX / 2), -ENOMEM);
	assert_int_equal(buffer_append(&b, "", SIZE_MAX), -ENOMEM);
	assert_string_equal(b.bytes, "kept");
	assert_int_equal(b.length, 4);
	/* What comes after does not hide it. */
	/* There would be room for this, and it would come after a hole. */
	assert_int_equal(buffer_append_text(&b, "more"), -ENOMEM);
	assert_int_equal(buffer_printf(&b, "%d", 1), -ENOMEM);
	assert_string_equal(b.bytes, "kept");
	assert_int_equal(buffer_status(&b), -ENOMEM);
	assert_null(buffer_give(&b));
	buffer_clear(&b);
	assert_int_equal(buffer_status(&b), 0);
	assert_int_equal(b.length, 0);
	assert_string_equal(b.bytes, "");
	assert_int_equal(buffer_append_text(&b, "fresh"), 0);
	assert_string_equal(b.bytes, "fresh");
	buffer_deinit(&b);
}

static void a_format_that_cannot_be_printed_is_a_failed_append(void **state)
{
	static const wchar_t no_character[] = {(wchar_t)0x7fffffff, 0};
	struct buffer b;

	(void)state;
	buffer_init(&b);
	assert_int_equal(buffer_append_text(&b, "kept"), 0);
	assert_int_not_equal(buffer_printf(&b, "%ls", no_character), 0);
	assert_string_equal(b.bytes, "kept");
	assert_true(b.failed);
	assert_int_not_equal(buffer_status(&b), 0);
	buffer_deinit(&b);
}

static void space_that_was_reserved_does_not_move(void **state)
{
	struct buffer b;
	const char *place;

	(void)state;
	buffer_init(&b);
	assert_int_equal(buffer_reserve(&b, 1000), 0);
	place = b.bytes;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(buffer_append(&b, "x", 1), 0);
	assert_ptr_equal(b.bytes, place);
	buffer_deinit(&b);
}

static void a_file_is_read_whole_or_refused(void **state)
{
	char folder[] = "/tmp/awardd-text-XXXXXX", path[64], link_path[64], *bytes;
	struct buffer b;
	struct err e = {0};
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/file", folder);
	snprintf(link_path, sizeof link_path, "%s/link", folder);
	bytes = calloc(1, 50000);
	assert_non_null(bytes);
	for (int i = 0; i < 50000; i++)
		bytes[i] = (char)(i * 31);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, 50000, file), 50000);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(symlink("file", link_path), 0);

	buffer_init(&b);
	assert_int_equal(buffer_append_text(&b, "what was there before"), 0);
	assert_int_equal(file_read(path, 50000, &b, &e), 0);
	assert_int_equal(b.length, 50000);
	assert_memory_equal(b.bytes, bytes, 50000);
	assert_int_equal(file_read(link_path, 50001, &b, &e), 0);
	assert_int_equal(b.length, 50000);
	assert_int_equal(file_read(path, 49999, &b, &e), AW_ELIMIT);
	assert_int_equal(e.status, AW_ELIMIT);
	assert_non_null(strstr(e.text, path));
	assert_non_null(strstr(e.text, "is longer than 49999 bytes"));

	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(file_read(path, 0, &b, &e), 0);
	assert_int_equal(b.length, 0);
	assert_int_equal(file_read(folder, 100, &b, &e), -EISDIR);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(file_read(path, 100, &b, &e), -ENOENT);
	assert_non_null(strstr(e.text, path));
	assert_non_null(strstr(e.text, strerror(ENOENT)));
	assert_int_equal(file_read(path, 100, &b, NULL), -ENOENT);
	buffer_deinit(&b);
	free(bytes);
	assert_int_equal(unlink(link_path), 0);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_equal_by_bytes_and_length),
		cmocka_unit_test(characters_are_code_points_not_bytes),
		cmocka_unit_test(distance_counts_changes_and_goes_both_ways),
		cmocka_unit_test(texts_too_long_to_compare_are_as_far_as_they_are_long),
		cmocka_unit_test(a_buffer_grows_and_always_ends_in_nul),
		cmocka_unit_test(a_buffer_takes_texts_formats_and_nothing),
		cmocka_unit_test(whole_numbers_are_written_as_printf_writes_them),
		cmocka_unit_test(plain_is_what_json_writes_as_it_stands),
		cmocka_unit_test(a_sequence_is_one_character_of_utf_8),
		cmocka_unit_test(what_is_no_utf_8_is_mended),
		cmocka_unit_test(consuming_drops_from_the_front),
		cmocka_unit_test(a_failure_is_kept_until_the_buffer_is_cleared),
		cmocka_unit_test(a_format_that_cannot_be_printed_is_a_failed_append),
		cmocka_unit_test(space_that_was_reserved_does_not_move),
		cmocka_unit_test(a_file_is_read_whole_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
