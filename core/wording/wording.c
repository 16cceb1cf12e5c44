/* Days, sums and words of the contract as a letter writes them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "wording/wording.h"

static const char *const months[] = {
	"January", "February", "March",     "April",   "May",      "June",
	"July",    "August",   "September", "October", "November", "December",
};

/* `letters` of the month's name at most. */
static void write_day(const char *iso, bool month_only, int letters, char out[DAY_TEXT])
{
	struct date d;

	if (iso == NULL || !date_parse(text_of(iso), &d))
		(void)snprintf(out, DAY_TEXT, "%s", iso != NULL ? iso : ""); /* may be cut */
	else if (month_only)
		(void)snprintf(out, DAY_TEXT, "%.*s %04d", letters, months[d.month - 1], d.year);
	else
		(void)snprintf(out, DAY_TEXT, "%d %.*s %04d", d.day, letters, months[d.month - 1],
			       d.year);
}

void wording_day(const char *iso, bool month_only, char out[DAY_TEXT])
{
	write_day(iso, month_only, 9, out);
}

void wording_day_short(const char *iso, bool month_only, char out[DAY_TEXT])
{
	write_day(iso, month_only, 3, out);
}

void wording_number(json_int_t n, char out[DAY_TEXT])
{
	char digits[32];
	size_t put = 0;

	(void)snprintf(digits, sizeof digits, "%" JSON_INTEGER_FORMAT, n); /* always fits */
	size_t length = strlen(digits);

	for (size_t i = 0; i < length; i++) {
		bool after_digit = i > 0 && digits[i - 1] != '-';

		if (after_digit && (length - i) % 3 == 0)
			out[put++] = ',';
		out[put++] = digits[i];
	}
	out[put] = '\0';
}

void wording_plain(const char *word, char out[DAY_TEXT])
{
	(void)snprintf(out, DAY_TEXT, "%s", word != NULL ? word : ""); /* may be cut */
	for (char *c = out; *c != '\0'; c++)
		if (*c == '-' || *c == '_')
			*c = ' ';
}

const char *wording_change(const char *change)
{
	static const struct {
		const char *word, *says;
	} known[] = {
		{"first", " No award was held, so there is none to compare it with."},
		{"maintained", " Standards have been maintained: this is the level held before."},
		{"higher", " New standards have been attained: it is above the level held before."},
		{"lower", " It is below the level held before."},
	};

	for (size_t i = 0; change != NULL && i < sizeof known / sizeof known[0]; i++)
		if (strcmp(known[i].word, change) == 0)
			return known[i].says;
	return "";
}
