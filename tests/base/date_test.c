/* Civil dates and instants: what is a day, what comes months later, what the
 * C library says of the same day. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/base.h"

static const int64_t ms_a_day = 86400000;

static struct date day(const char *written)
{
	struct date d;

	if (!date_parse(text_of(written), &d))
		fail_msg("%s is no date, says date_parse", written);
	return d;
}

static void real_days_are_read_and_written_back(void **state)
{
	static const char *const real[] = {
		"0001-01-01", "1600-02-29", "1999-12-31", "2000-02-29", "2023-01-31",
		"2023-04-30", "2024-02-29", "2024-10-09", "9999-12-31",
	};
	char written[DATE_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof real / sizeof real[0]; i++) {
		date_format(day(real[i]), written);
		assert_string_equal(written, real[i]);
	}
	assert_int_equal(day("2024-10-09").year, 2024);
	assert_int_equal(day("2024-10-09").month, 10);
	assert_int_equal(day("2024-10-09").day, 9);
}

static void days_that_do_not_exist_are_refused(void **state)
{
	static const char *const unreal[] = {
		"2024-02-30", "2023-02-29", "1900-02-29", "2100-02-29", "2023-04-31",
		"2023-06-31", "2023-09-31", "2023-11-31", "2023-01-32", "2023-00-10",
		"2023-13-01", "2023-05-00", "0000-01-01",
	};
	struct date d = {1, 2, 3};

	(void)state;
	for (size_t i = 0; i < sizeof unreal / sizeof unreal[0]; i++)
		if (date_parse(text_of(unreal[i]), &d))
			fail_msg("%s is taken for a date", unreal[i]);
	assert_true(d.year == 1 && d.month == 2 && d.day == 3);
}

static void other_ways_to_write_a_day_are_refused(void **state)
{
	static const char *const others[] = {
		"",
		"2024",
		"2024-1-1",
		"2024-01-1",
		"24-01-01",
		"2024-01-01 ",
		" 2024-01-01",
		"2024-01-01T",
		"2024/01/01",
		"20240101",
		"2024-0101-",
		"+024-01-01",
		"-024-01-01",
		"2024-+1-01",
		"2024-01--1",
		"2024-01- 1",
		"2024-0a-01",
		"2024-01-0:",
		"2024-W01-1",
		"12024-01-01",
		"01-01-2024",
		"\xd9\xa2\xd9\xa0\xd9\xa2\xd9\xa4-01",
	};
	struct date d;

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (date_parse(text_of(others[i]), &d))
			fail_msg("\"%s\" is taken for a date", others[i]);
	assert_false(date_parse((struct text){"2024-01-0\0", 10}, &d));
	/* Only the length counts, not what follows in memory. */
	assert_true(date_parse((struct text){"2024-01-01T00:00", 10}, &d));
}

static void dates_compare_by_year_then_month_then_day(void **state)
{
	static const char *const rising[] = {
		"1999-12-31", "2000-01-01", "2000-01-02", "2000-02-01", "2001-01-01",
	};
	enum { COUNT = sizeof rising / sizeof rising[0] };

	(void)state;
	for (int i = 0; i < COUNT; i++)
		for (int j = 0; j < COUNT; j++)
			assert_int_equal(date_compare(day(rising[i]), day(rising[j])),
					 (i > j) - (i < j));
}

static void months_are_added_and_a_missing_day_is_the_first_of_the_next(void **state)
{
	static const struct {
		const char *from;
		int months;
		const char *to;
	} cases[] = {
		/* three years: the level's and the commendation's */
		{"2024-05-20", 36, "2027-05-20"},
		{"2024-02-29", 36, "2027-03-01"},
		{"2024-02-28", 36, "2027-02-28"},
		{"2023-02-28", 12, "2024-02-28"},
		{"2024-02-29", 48, "2028-02-29"},
		{"2096-02-29", 48, "2100-03-01"},
		/* six months before: due for redesignation */
		{"2027-08-31", -6, "2027-03-01"},
		{"2028-08-31", -6, "2028-03-01"},
		{"2028-08-29", -6, "2028-02-29"},
		{"2027-08-29", -6, "2027-03-01"},
		{"2027-08-28", -6, "2027-02-28"},
		{"2027-05-20", -6, "2026-11-20"},
		{"2027-05-31", -6, "2026-12-01"},
		{"2027-03-31", -6, "2026-10-01"},
		/* over the borders of years */
		{"2024-12-31", 1, "2025-01-31"},
		{"2024-12-31", 2, "2025-03-01"},
		{"2024-10-31", 1, "2024-12-01"},
		{"2024-11-30", 1, "2024-12-30"},
		{"2025-01-31", -1, "2024-12-31"},
		{"2025-01-01", -1, "2024-12-01"},
		{"2025-01-15", -12, "2024-01-15"},
		{"2025-01-15", -13, "2023-12-15"},
		{"2025-12-15", 12, "2026-12-15"},
		{"2024-01-31", 0, "2024-01-31"},
		{"2024-12-31", -1, "2024-12-01"},
		{"2000-01-01", 1200, "2100-01-01"},
		{"2100-01-01", -1200, "2000-01-01"},
		{"0001-02-01", -1, "0001-01-01"},
		{"9999-11-30", 1, "9999-12-30"},
	};
	char written[DATE_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		date_format(date_add_months(day(cases[i].from), cases[i].months), written);
		if (strcmp(written, cases[i].to) != 0)
			fail_msg("%s and %d months: expected %s, got %s", cases[i].from,
				 cases[i].months, cases[i].to, written);
	}
}

static void what_comes_of_adding_months_is_always_a_real_day_in_order(void **state)
{
	struct date d, again;
	char written[DATE_TEXT];

	(void)state;
	for (int64_t days = 10957; days < 10957 + 1500; days++) {
		d = instant_date(days * ms_a_day);
		for (int months = -40; months <= 40; months++) {
			struct date moved = date_add_months(d, months);
			struct date next =
				date_add_months(instant_date((days + 1) * ms_a_day), months);

			date_format(moved, written);
			if (!date_parse(text_of(written), &again))
				fail_msg("%s comes out, and is no date", written);
			assert_true(date_compare(moved, next) <= 0);
		}
	}
}

/* Compares one day with the C library's, and its text with both. */
static void compare_day(int64_t ms)
{
	time_t seconds = (time_t)(ms >= 0 ? ms / 1000 : -((-ms + 999) / 1000));
	struct tm tm;
	struct date d = instant_date(ms);
	char wanted[64], written[INSTANT_TEXT];

	assert_non_null(gmtime_r(&seconds, &tm));
	if (d.year != tm.tm_year + 1900 || d.month != tm.tm_mon + 1 || d.day != tm.tm_mday)
		fail_msg("%lld ms is %04d-%02d-%02d, not %04d-%02d-%02d", (long long)ms,
			 tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, d.year, d.month, d.day);
	snprintf(wanted, sizeof wanted, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900,
		 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		 (int)(((ms % 1000) + 1000) % 1000));
	instant_format(ms, written);
	assert_string_equal(written, wanted);
	assert_true(date_parse((struct text){written, 10}, &d));
}

static void every_day_is_the_one_that_the_c_library_says(void **state)
{
	enum { FIRST = -719162, LAST = 2932896 }; /* 0001-01-01 and 9999-12-31 */

	(void)state;
	for (int64_t n = FIRST; n <= LAST; n += 53)
		compare_day(n * ms_a_day + (n * 7919 % ms_a_day + ms_a_day) % ms_a_day);
	for (int64_t n = 7305; n <= 7305 + 44 * 366; n++) { /* 1990 to 2034 */
		compare_day(n * ms_a_day);
		compare_day(n * ms_a_day + ms_a_day - 1);
	}
	compare_day((int64_t)FIRST * ms_a_day);
	compare_day((int64_t)LAST * ms_a_day + ms_a_day - 1);
}

static void instants_are_written_with_their_milliseconds(void **state)
{
	static const struct {
		int64_t ms;
		const char *written;
	} cases[] = {
		{0, "1970-01-01T00:00:00.000Z"},
		{1, "1970-01-01T00:00:00.001Z"},
		{-1, "1969-12-31T23:59:59.999Z"},
		{-86400000, "1969-12-31T00:00:00.000Z"},
		{-86400001, "1969-12-30T23:59:59.999Z"},
		{951782399999, "2000-02-28T23:59:59.999Z"},
		{951782400000, "2000-02-29T00:00:00.000Z"},
		{1000000000000, "2001-09-09T01:46:40.000Z"},
		{1709210096789, "2024-02-29T12:34:56.789Z"},
		{253402300799999, "9999-12-31T23:59:59.999Z"},
	};
	char written[INSTANT_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		instant_format(cases[i].ms, written);
		assert_string_equal(written, cases[i].written);
	}
}

static void the_systems_clock_gives_the_present(void **state)
{
	int64_t before = (int64_t)time(NULL) * 1000, now, after;

	(void)state;
	now = clock_system.now_ms(clock_system.ctx);
	after = ((int64_t)time(NULL) + 1) * 1000;
	/* time() may lag behind the real clock by a tick. */
	assert_true(now >= before && now <= after + 1000);
}

static void a_day_is_a_number(void **state)
{
	(void)state;
	assert_int_equal(date_number(text_of("2024-05-20")), 20240520);
	assert_int_equal(date_number(text_of("0001-01-01")), 10101);
	assert_int_equal(date_number(text_of("2023-02-29")), 0);
	assert_int_equal(date_number(text_of("")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_is_a_number),
		cmocka_unit_test(real_days_are_read_and_written_back),
		cmocka_unit_test(days_that_do_not_exist_are_refused),
		cmocka_unit_test(other_ways_to_write_a_day_are_refused),
		cmocka_unit_test(dates_compare_by_year_then_month_then_day),
		cmocka_unit_test(months_are_added_and_a_missing_day_is_the_first_of_the_next),
		cmocka_unit_test(what_comes_of_adding_months_is_always_a_real_day_in_order),
		cmocka_unit_test(every_day_is_the_one_that_the_c_library_says),
		cmocka_unit_test(instants_are_written_with_their_milliseconds),
		cmocka_unit_test(the_systems_clock_gives_the_present),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
