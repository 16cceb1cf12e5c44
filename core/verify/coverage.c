/* Which criteria were seen met and unmet, and which lines of functions ran. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/inner.h"

int coverage_init(struct coverage *c, const json_t *manifest)
{
	size_t i, j;
	const json_t *award, *one;
	int rv = 0;

	*c = (struct coverage){.criteria = json_object()};
	if (c->criteria == NULL)
		return -ENOMEM;
	json_array_foreach(json_object_get(manifest, "awards"), i, award) {
		json_array_foreach(json_object_get(award, "criteria"), j, one) {
			json_t *counts = json_pack("{sO sO si si si}", "id",
						   json_object_get(one, "id"), "award",
						   json_object_get(award, "id"), "met", 0, "unmet",
						   0, "error", 0);
			if (json_put(c->criteria, json_member_text(one, "id"), counts) != 0)
				rv = -ENOMEM;
		}
	}
	return rv;
}

void coverage_deinit(struct coverage *c)
{
	json_decref(c->criteria);
	json_decref(c->lines);
	*c = (struct coverage){0};
}

/* Sets each line that `only_known` or not; 1 for those that ran. */
static int set_lines(struct coverage *c, const json_t *lines, bool ran)
{
	const char *file;
	json_t *list;
	size_t i;
	const json_t *line;
	char name[24];

	json_object_foreach((json_t *)(uintptr_t)lines, file, list) {
		json_t *its = json_object_get(c->lines, file);

		if (its == NULL && !ran && json_put(c->lines, file, its = json_object()) != 0)
			return -ENOMEM;
		json_array_foreach(list, i, line) {
			(void)snprintf(name, sizeof name, "%" JSON_INTEGER_FORMAT,
				       json_integer_value(line));
			/* Of what ran only that counts which is inside a function. */
			if (ran && json_object_get(its, name) == NULL)
				continue;
			if (json_put(its, name, json_boolean(ran)) != 0)
				return -ENOMEM;
		}
	}
	return 0;
}

int coverage_lines(struct coverage *c, const json_t *lines)
{
	c->lines = json_object();
	return c->lines != NULL ? set_lines(c, lines, false) : -ENOMEM;
}

int coverage_ran(struct coverage *c, const json_t *lines)
{
	return c->lines != NULL ? set_lines(c, lines, true) : 0;
}

int coverage_decided(struct coverage *c, const json_t *decision)
{
	size_t i, j;
	const json_t *award, *one;

	json_array_foreach(json_object_get(decision, "awards"), i, award) {
		json_array_foreach(json_object_get(award, "criteria"), j, one) {
			json_t *counts = json_object_get(c->criteria, json_member_text(one, "id"));
			const char *status = json_member_text(one, "status");

			if (counts == NULL || status == NULL)
				continue;
			if (json_put(counts, status,
				     json_integer(json_member_integer(counts, status, 0) + 1)) != 0)
				return -ENOMEM;
		}
	}
	return 0;
}

static json_int_t percent(size_t part, size_t whole)
{
	return whole == 0 ? 100 : (json_int_t)(100 * part / whole);
}

static int report_criteria(const struct coverage *c, json_t *report)
{
	json_t *list = json_array();
	size_t seen = 0;
	const char *id;
	json_t *counts;

	if (list == NULL || json_put(report, "criteria", list) != 0)
		return -ENOMEM;
	json_object_foreach(c->criteria, id, counts) {
		seen += (size_t)(json_member_integer(counts, "met", 0) > 0) +
			(size_t)(json_member_integer(counts, "unmet", 0) > 0);
		if (json_array_append(list, counts) != 0)
			return -ENOMEM;
	}
	return json_put(report, "criteria_percent",
			json_integer(percent(seen, 2 * json_object_size(c->criteria))));
}

static int by_line(const void *a, const void *b)
{
	const json_int_t *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

/* Gives the lines that never ran, in order; adds to the counts. */
static json_t *unseen_lines(const json_t *lines, size_t *seen)
{
	json_int_t *numbers = calloc(json_object_size(lines) + 1, sizeof *numbers);
	json_t *list = json_array();
	size_t count = 0;
	const char *line;
	json_t *ran;

	json_object_foreach((json_t *)(uintptr_t)lines, line, ran) {
		if (json_is_true(ran))
			(*seen)++;
		else if (numbers != NULL)
			numbers[count++] = strtoll(line, NULL, 10);
	}
	if (numbers != NULL)
		qsort(numbers, count, sizeof *numbers, by_line);
	for (size_t i = 0; list != NULL && i < count; i++) {
		if (json_array_append_new(list, json_integer(numbers[i])) != 0) {
			json_decref(list);
			list = NULL;
		}
	}
	if (numbers == NULL) {
		json_decref(list);
		list = NULL;
	}
	free(numbers);
	return list;
}

static int report_lines(const struct coverage *c, json_t *report)
{
	json_t *list = json_array();
	size_t all = 0, all_seen = 0, count = 0;
	const char **files = json_sorted_names(c->lines, &count);
	int rv = list != NULL && files != NULL && json_put(report, "lines", list) == 0 ? 0
										       : -ENOMEM;

	for (size_t i = 0; rv == 0 && i < count; i++) {
		const json_t *lines = json_object_get(c->lines, files[i]);
		size_t seen = 0;
		json_t *unseen = unseen_lines(lines, &seen);

		all += json_object_size(lines);
		all_seen += seen;
		if (json_object_size(lines) == 0 && unseen != NULL) {
			json_decref(unseen);
			continue;
		}
		rv = json_array_append_new(list,
					   json_pack("{ss sI sI so}", "file", files[i], "lines",
						     (json_int_t)json_object_size(lines), "seen",
						     (json_int_t)seen, "unseen", unseen));
	}
	free(files);
	return rv != 0 ? -ENOMEM
		       : json_put(report, "lines_percent", json_integer(percent(all_seen, all)));
}

int coverage_report(const struct coverage *c, json_t *report)
{
	int rv = report_criteria(c, report);

	return rv == 0 && c->lines != NULL ? report_lines(c, report) : rv;
}
