/* Status numbers and their texts, and the sentence that grows on its way up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"

static const struct {
	int status;
	const char *name, *text;
} ours[] = {
#define ROW(name, number, text) {name, #name, text},
	AW_STATUS_MAP(ROW)
#undef ROW
};

enum { OURS = sizeof ours / sizeof ours[0] };

static void every_status_of_ours_has_its_own_number_and_text(void **state)
{
	(void)state;
	for (int i = 0; i < OURS; i++) {
		assert_string_equal(status_text(ours[i].status), ours[i].text);
		assert_true(ours[i].status <= -10001); /* apart from errno's and libuv's */
		for (int j = 0; j < i; j++) {
			assert_int_not_equal(ours[i].status, ours[j].status);
			assert_string_not_equal(ours[i].text, ours[j].text);
		}
	}
}

static void numbers_of_errno_have_the_systems_text(void **state)
{
	static const int numbers[] = {EPERM, ENOENT, ENOMEM, ENOSPC, EPIPE, ECONNRESET};

	(void)state;
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		assert_string_equal(status_text(-numbers[i]), strerror(numbers[i]));
}

static void success_and_numbers_of_nobody_have_a_text_too(void **state)
{
	static const int nobodys[] = {
		1, 2, -4000, -4095, -4096, -10000, -10001 - OURS, -99999, INT32_MAX, INT32_MIN};

	(void)state;
	assert_string_equal(status_text(0), "done");
	for (size_t i = 0; i < sizeof nobodys / sizeof nobodys[0]; i++)
		assert_string_equal(status_text(nobodys[i]), "unknown status");
}

static void a_sentence_is_set_with_its_status(void **state)
{
	struct err e = {-1, "what was there before"};

	(void)state;
	assert_int_equal(err_set(&e, AW_EINVALID, "score %d of %s", 11, "4a"), AW_EINVALID);
	assert_int_equal(e.status, AW_EINVALID);
	assert_string_equal(e.text, "score 11 of 4a");
	/* Nobody wants to read it. */
	assert_int_equal(err_set(NULL, -ENOENT, "%s", "not kept"), -ENOENT);
}

static void each_level_puts_in_front_what_it_was_doing(void **state)
{
	struct err e = {0};

	(void)state;
	assert_int_equal(err_set(&e, AW_ESCRIPT, "lead.lua:3: unexpected symbol"), AW_ESCRIPT);
	assert_int_equal(err_wrap(&e, "loading rules from %s", "/srv/rules"), AW_ESCRIPT);
	assert_int_equal(err_wrap(&e, "starting"), AW_ESCRIPT);
	assert_string_equal(e.text, "starting: loading rules from /srv/rules: "
				    "lead.lua:3: unexpected symbol");
	/* The text of the error itself may be among what is put in front. */
	err_set(&e, AW_EIO, "end");
	err_wrap(&e, "%s", e.text);
	assert_string_equal(e.text, "end: end");
}

static void a_long_sentence_is_cut_and_still_ends(void **state)
{
	struct err e;
	char longer[3000];

	(void)state;
	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	memset(&e, 0xAA, sizeof e);
	assert_int_equal(err_set(&e, -EIO, "%s", longer), -EIO);
	assert_int_equal(strnlen(e.text, sizeof e.text), sizeof e.text - 1);
	/* What comes in front stays whole, the end is cut. */
	assert_int_equal(err_wrap(&e, "reading"), -EIO);
	assert_int_equal(strnlen(e.text, sizeof e.text), sizeof e.text - 1);
	assert_memory_equal(e.text, "reading: xxx", 12);
	/* One in front that takes all the room, by every length around it. */
	for (size_t length = 1010; length < 1040; length++) {
		longer[length] = '\0';
		err_set(&e, -EIO, "tail");
		err_wrap(&e, "%s", longer);
		longer[length] = 'x';
		size_t used = strnlen(e.text, sizeof e.text);

		assert_true(used < sizeof e.text);
		assert_true(used == length + strlen(": tail") || used == sizeof e.text - 1);
		assert_int_equal(e.text[0], 'x');
	}
}

/* Whether it is UTF-8, at least in how its characters are put together. */
static bool is_whole(const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c != '\0';) {
		int more = *c >= 0xF0 ? 3 : *c >= 0xE0 ? 2 : *c >= 0xC0 ? 1 : *c < 0x80 ? 0 : -1;

		if (more < 0)
			return false;
		for (c++; more > 0; more--, c++)
			if ((*c & 0xC0) != 0x80)
				return false;
	}
	return true;
}

static void what_a_sentence_quotes_is_made_utf_8(void **state)
{
	struct err e;

	(void)state;
	(void)err_set(&e, AW_ESYNTAX, "near '%s'", "\"\\\xc3");
	assert_string_equal(e.text, "near '\"\\?'");
	(void)err_wrap(&e, "reading %s", "a\xff\xfe\xc3\xb3z.lua");
	assert_string_equal(e.text, "reading a??\xc3\xb3z.lua: near '\"\\?'");
}

static void a_sentence_is_cut_between_characters(void **state)
{
	char euros[3001];
	struct err e;

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		memcpy(euros + 3 * i, "\xe2\x82\xac", 3);
	euros[3000] = '\0';
	for (int before = 0; before < 6; before++) {
		err_set(&e, -EIO, "%.*s%s", before, "aaaaaa", euros);
		assert_true(is_whole(e.text));
		assert_in_range(strlen(e.text), sizeof e.text - 4, sizeof e.text - 1);
		err_wrap(&e, "%.*s", 6 - before, "aaaaaa");
		assert_true(is_whole(e.text));
		/* The part in front is cut likewise. */
		err_set(&e, -EIO, "tail");
		err_wrap(&e, "%.*s%s", before, "aaaaaa", euros);
		assert_true(is_whole(e.text));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_status_of_ours_has_its_own_number_and_text),
		cmocka_unit_test(numbers_of_errno_have_the_systems_text),
		cmocka_unit_test(success_and_numbers_of_nobody_have_a_text_too),
		cmocka_unit_test(a_sentence_is_set_with_its_status),
		cmocka_unit_test(each_level_puts_in_front_what_it_was_doing),
		cmocka_unit_test(a_long_sentence_is_cut_and_still_ends),
		cmocka_unit_test(what_a_sentence_quotes_is_made_utf_8),
		cmocka_unit_test(a_sentence_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
