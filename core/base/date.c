/* Civil dates and instants, without the C library's locale or time zone. */

#include <assert.h>

#include "base/base.h"

static bool leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return month == 2 && leap(year) ? 29 : days[month - 1];
}

/* The number written in `count` digits from `from`, or -1. */
static int digits(struct text t, size_t from, size_t count)
{
	int number = 0;

	for (size_t i = from; i < from + count; i++) {
		if (t.bytes[i] < '0' || t.bytes[i] > '9')
			return -1;
		number = number * 10 + (t.bytes[i] - '0');
	}
	return number;
}

bool date_parse(struct text t, struct date *out)
{
	if (t.length != 10 || t.bytes[4] != '-' || t.bytes[7] != '-')
		return false;
	struct date d = {digits(t, 0, 4), digits(t, 5, 2), digits(t, 8, 2)};
	if (d.year < 1 || d.month < 1 || d.month > 12 || d.day < 1 ||
	    d.day > days_in(d.year, d.month))
		return false;
	*out = d;
	return true;
}

/* The last `count` decimal digits of `number`, without a terminating NUL. */
static void write_digits(char *out, int number, int count)
{
	for (int i = count - 1; i >= 0; i--) {
		out[i] = (char)('0' + number % 10);
		number /= 10;
	}
}

int date_number(struct text t)
{
	struct date d;

	return date_parse(t, &d) ? d.year * 10000 + d.month * 100 + d.day : 0;
}

void date_format(struct date d, char out[DATE_TEXT])
{
	write_digits(out, d.year, 4);
	out[4] = '-';
	write_digits(out + 5, d.month, 2);
	out[7] = '-';
	write_digits(out + 8, d.day, 2);
	out[10] = '\0';
}

int date_compare(struct date a, struct date b)
{
	int difference = a.year - b.year;

	if (difference == 0)
		difference = a.month - b.month;
	if (difference == 0)
		difference = a.day - b.day;
	return (difference > 0) - (difference < 0);
}

struct date date_add_months(struct date d, int months)
{
	int count = d.year * 12 + (d.month - 1) + months;
	assert(count >= 12); /* there is no year 0 */
	struct date moved = {count / 12, count % 12 + 1, d.day};

	if (moved.day <= days_in(moved.year, moved.month))
		return moved;
	/* That month has no such day: the first of the next. */
	count += 1;
	return (struct date){count / 12, count % 12 + 1, 1};
}

/* Days since 1970-01-01 to a civil date, by counting whole 400-year eras of
 * 146,097 days with the year beginning in March. */
static struct date date_of_days(int64_t days)
{
	days += 719468; /* from 0000-03-01 to 1970-01-01 */
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t of_era = days - era * 146097;
	int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month_from_march = (5 * of_year + 2) / 153;
	int month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);

	return (struct date){
		.year = (int)(year_of_era + era * 400) + (month <= 2),
		.month = month,
		.day = (int)(of_year - (153 * month_from_march + 2) / 5) + 1,
	};
}

static int64_t floor_divide(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

struct date instant_date(int64_t ms)
{
	return date_of_days(floor_divide(ms, 86400000));
}

void instant_format(int64_t ms, char out[INSTANT_TEXT])
{
	int of_day = (int)(ms - floor_divide(ms, 86400000) * 86400000);

	date_format(instant_date(ms), out);
	out[10] = 'T';
	write_digits(out + 11, of_day / 3600000, 2);
	out[13] = ':';
	write_digits(out + 14, of_day / 60000 % 60, 2);
	out[16] = ':';
	write_digits(out + 17, of_day / 1000 % 60, 2);
	out[19] = '.';
	write_digits(out + 20, of_day % 1000, 3);
	out[23] = 'Z';
	out[24] = '\0';
}
