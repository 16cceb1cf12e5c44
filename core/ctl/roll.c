/* A roll of awards in CSV, made into what register.import takes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/csv.h"

enum { COLUMNS_MOST = 32 };

/* The columns of a roll, and the member of the award each becomes. */
static const struct column {
	const char *heading, *member;
} columns[] = {
	{"partnership", "partnership"},
	{"name", "name"},
	{"award", "award"},
	{"commendation", "commendations"},
	{"commendations", "commendations"},
	{"route", "route"},
	{"awarded_on", "awarded_on"},
	{"precision", "precision"},
	{"source", "source"},
};

struct roll {
	const char *members[COLUMNS_MOST]; /* of each column, in the file's order */
	size_t count;
	json_t *awards;
	int *lines;
	size_t capacity;
};

/* "partnership, name, …", for whoever mistyped one. */
static void list_columns(char *out, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < sizeof columns / sizeof columns[0] && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? ", " : "",
					 columns[i].heading);
}

static const char *member_of(const char *heading)
{
	for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
		if (strcmp(columns[i].heading, heading) == 0)
			return columns[i].member;
	return NULL;
}

static int read_headings(struct roll *r, const struct csv_row *row, struct err *e)
{
	if (row->count > COLUMNS_MOST)
		return err_set(e, AW_EINVALID, "%d: more than %d columns", row->line, COLUMNS_MOST);
	for (size_t i = 0; i < row->count; i++) {
		const char *member = member_of(row->fields[i]);

		if (member == NULL) {
			char known[256];

			list_columns(known, sizeof known);
			return err_set(e, AW_EINVALID, "%d: no such column: \"%s\"; there are %s",
				       row->line, row->fields[i], known);
		}
		for (size_t k = 0; k < i; k++)
			if (strcmp(r->members[k], member) == 0)
				return err_set(e, AW_EINVALID, "%d: the column \"%s\" stands twice",
					       row->line, row->fields[i]);
		r->members[i] = member;
	}
	r->count = row->count;
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* "child-first; another" as a list. NULL: no memory, or not UTF-8. */
static json_t *divide(const char *field)
{
	json_t *list = json_array();

	while (list != NULL && *field != '\0') {
		size_t length = strcspn(field, ";");
		size_t kept = length;
		const char *start = field;

		while (kept > 0 && is_blank(*start)) {
			start++;
			kept--;
		}
		while (kept > 0 && is_blank(start[kept - 1]))
			kept--;
		if (kept > 0 && json_array_append_new(list, json_stringn(start, kept)) != 0) {
			json_decref(list);
			return NULL;
		}
		field += length + (field[length] == ';');
	}
	return list;
}

static json_t *award_of(const struct roll *r, const struct csv_row *row)
{
	json_t *award = json_object();

	for (size_t i = 0; award != NULL && i < row->count; i++) {
		const char *field = row->fields[i];
		bool list = strcmp(r->members[i], "commendations") == 0;

		if (*field == '\0')
			continue;
		json_t *value = list ? divide(field) : json_string(field);

		if (json_put(award, r->members[i], value) != 0) {
			json_decref(award);
			award = NULL;
		}
	}
	return award;
}

static int add_award(struct roll *r, const struct csv_row *row, struct err *e)
{
	size_t n = json_array_size(r->awards);

	if (row->count != r->count)
		return err_set(e, AW_EINVALID,
			       "%d: %zu fields, where the first line names %zu columns", row->line,
			       row->count, r->count);
	if (n >= r->capacity || r->lines == NULL) {
		size_t want = n == 0 ? 64 : n * 2;
		int *fresh = realloc(r->lines, want * sizeof *fresh);

		if (fresh == NULL)
			return err_set(e, -ENOMEM, "no memory for the roll");
		r->lines = fresh;
		r->capacity = want;
	}
	r->lines[n] = row->line;
	json_t *award = award_of(r, row);

	if (award == NULL || json_array_append_new(r->awards, award) != 0)
		return err_set(e, AW_EINVALID, "%d: not UTF-8, or no memory left", row->line);
	return 0;
}

static int read_rows(struct roll *r, struct text t, struct err *e)
{
	struct csv c;
	struct csv_row row;
	int rv;

	csv_init(&c, t);
	csv_row_init(&row);
	rv = csv_next(&c, &row, e);
	if (rv == 0)
		rv = err_set(e, AW_EINVALID, "1: empty; the first line names the columns");
	else if (rv > 0)
		rv = read_headings(r, &row, e);
	while (rv == 0) {
		rv = csv_next(&c, &row, e);
		if (rv <= 0)
			break;
		rv = add_award(r, &row, e);
	}
	csv_row_deinit(&row);
	return rv;
}

json_t *roll_read(struct text t, int **lines, struct err *e)
{
	struct roll r = {.count = 0, .awards = json_array()};
	json_t *params = json_object();

	*lines = NULL;
	if (r.awards == NULL || params == NULL) {
		(void)err_set(e, -ENOMEM, "no memory for the roll"); /* NULL says it */
		goto refuse;
	}
	if (read_rows(&r, t, e) != 0)
		goto refuse;
	json_incref(r.awards);
	if (json_put(params, "awards", r.awards) != 0) {
		(void)err_set(e, -ENOMEM, "no memory for the roll"); /* likewise */
		goto refuse;
	}
	json_decref(r.awards);
	*lines = r.lines;
	return params;
refuse:
	json_decref(r.awards);
	json_decref(params);
	free(r.lines);
	return NULL;
}
