/* Members of documents, entries of the log, dates. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"

const char *text_in(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

int number_in(const json_t *object, const char *name, int otherwise)
{
	const json_t *it = json_object_get(object, name);
	json_int_t value = json_integer_value(it);

	return json_is_integer(it) && value >= INT_MIN && value <= INT_MAX ? (int)value : otherwise;
}

bool is_in(const json_t *list, const char *wanted)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *text = json_string_value(json_array_get(list, i));

		if (text != NULL && strcmp(text, wanted) == 0)
			return true;
	}
	return false;
}

const json_t *with_id(const json_t *list, const char *id)
{
	for (size_t i = 0; id != NULL && i < json_array_size(list); i++) {
		const json_t *it = json_array_get(list, i);
		const char *its = text_in(it, "id");

		if (its != NULL && strcmp(its, id) == 0)
			return it;
	}
	return NULL;
}

/* ---- entries ------------------------------------------------------------------- */

static const json_t *part_of(const json_t *entry, const char *name)
{
	const json_t *own = json_object_get(entry, name);

	return own != NULL ? own : json_object_get(json_object_get(entry, "body"), name);
}

const json_t *entry_decision(const json_t *entry)
{
	const json_t *decision = part_of(entry, "decision");

	return json_is_object(decision) ? decision : NULL;
}

const json_t *entry_outcome(const json_t *entry)
{
	const json_t *decision = entry_decision(entry);
	const json_t *outcome = decision != NULL ? json_object_get(decision, "outcome")
						 : part_of(entry, "outcome");

	return json_is_object(outcome) ? outcome : NULL;
}

const char *entry_day(const json_t *entry)
{
	const char *assessed = text_in(entry_decision(entry), "assessed_on");

	return assessed != NULL ? assessed : text_in(entry_outcome(entry), "awarded_on");
}

const json_t *entry_revocation(const json_t *entry, const json_t *history)
{
	const json_t *said = json_object_get(entry, "revoked");
	int sequence = number_in(entry, "sequence", UNKNOWN);

	for (size_t i = 0; sequence != UNKNOWN && i < json_array_size(history); i++) {
		const json_t *body = json_object_get(json_array_get(history, i), "body");
		const json_t *revokes = json_object_get(body, "revokes");

		if (revokes != NULL && number_in(revokes, "sequence", UNKNOWN) == sequence)
			return body;
	}
	return json_is_object(said) ? said : NULL;
}

const json_t *benchmark_before(const json_t *entry, const json_t *history)
{
	const char *day = entry_day(entry), *best_day = "";
	int sequence = number_in(entry, "sequence", INT_MAX);
	const json_t *best = NULL;

	for (size_t i = 0; day != NULL && i < json_array_size(history); i++) {
		const json_t *it = json_array_get(history, i);
		const char *its = entry_day(it);

		if (entry_decision(it) == NULL || its == NULL ||
		    entry_revocation(it, history) != NULL ||
		    number_in(it, "sequence", INT_MAX) >= sequence || strcmp(its, day) > 0)
			continue;
		if (strcmp(its, best_day) >= 0) { /* they come in the order of the log */
			best = it;
			best_day = its;
		}
	}
	return best;
}

const char *award_title(const json_t *scheme, const char *id)
{
	const char *title = text_in(with_id(json_object_get(scheme, "awards"), id), "title");

	return title != NULL ? title : id;
}

/* ---- statements ------------------------------------------------------------------ */

/* Numbers by their value, then what follows them: 2 before 10, 4a before 4b. */
static int compare_ids(const void *a, const void *b)
{
	const char *left = *(const char *const *)a, *right = *(const char *const *)b;
	size_t digits = strspn(left, "0123456789"), others = strspn(right, "0123456789");

	if (digits != others)
		return digits < others ? -1 : 1;
	return strcmp(left, right);
}

static void take_rest(const char **ids, size_t *count, json_t *scores)
{
	size_t known = *count;
	const char *id;
	json_t *score;

	json_object_foreach(scores, id, score) {
		bool listed = false;

		for (size_t i = 0; i < known && !listed; i++)
			listed = strcmp(ids[i], id) == 0;
		if (!listed)
			ids[(*count)++] = id;
	}
	qsort(ids + known, *count - known, sizeof *ids, compare_ids);
}

const char **statement_ids(const json_t *scheme, json_t *scores, size_t *count)
{
	const json_t *statements = json_object_get(scheme, "statements");
	const char **ids = calloc(json_object_size(scores) + 1, sizeof *ids);

	*count = 0;
	if (ids == NULL)
		return NULL;
	for (size_t i = 0; i < json_array_size(statements); i++) {
		const char *id = text_in(json_array_get(statements, i), "id");
		bool again = false;

		for (size_t k = 0; id != NULL && k < *count && !again; k++)
			again = strcmp(ids[k], id) == 0;
		if (id != NULL && !again && json_object_get(scores, id) != NULL)
			ids[(*count)++] = id;
	}
	take_rest(ids, count, scores);
	return ids;
}

/* ---- dates ------------------------------------------------------------------------ */

static bool read_day(const char *day, int *year, int *month, int *date)
{
	static const char form[] = "0000-00-00";

	if (day == NULL || strlen(day) != sizeof form - 1)
		return false;
	for (size_t i = 0; form[i] != '\0'; i++)
		if (form[i] == '0' ? day[i] < '0' || day[i] > '9' : day[i] != form[i])
			return false;
	*year = (day[0] - '0') * 1000 + (day[1] - '0') * 100 + (day[2] - '0') * 10 + day[3] - '0';
	*month = (day[5] - '0') * 10 + day[6] - '0';
	*date = (day[8] - '0') * 10 + day[9] - '0';
	return *month >= 1 && *month <= 12 && *date >= 1 && *date <= 31;
}

static const char *month_name(int month)
{
	static const char *const names[] = {"January",   "February", "March",    "April",
					    "May",       "June",     "July",     "August",
					    "September", "October",  "November", "December"};

	return names[month - 1];
}

const char *day_words(const char *day, char out[DATE_WORDS])
{
	int y, m, d;

	if (!read_day(day, &y, &m, &d))
		return day != NULL ? day : "";
	(void)snprintf(out, DATE_WORDS, "%d %s %d", d, month_name(m), y); /* it fits */
	return out;
}

const char *month_words(const char *day, char out[DATE_WORDS])
{
	int y, m, d;

	if (!read_day(day, &y, &m, &d))
		return day != NULL ? day : "";
	(void)snprintf(out, DATE_WORDS, "%s %d", month_name(m), y); /* it fits */
	return out;
}

int day_year(const char *day)
{
	int y, m, d;

	return read_day(day, &y, &m, &d) ? y : UNKNOWN;
}

int day_number(const char *day)
{
	int y, m, d;

	if (!read_day(day, &y, &m, &d))
		return UNKNOWN;
	if (m <= 2) { /* years begin in March, so that leap days end them */
		y--;
		m += 12;
	}
	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * (m - 3) + 2) / 5 + d;
}
