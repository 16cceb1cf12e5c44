/* Looks words up in what scheme.get and the decision say. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "wording/wording.h"

static const char *title_in(const json_t *list, const char *id)
{
	size_t i;
	json_t *each;

	json_array_foreach(list, i, each) {
		const char *name = json_member_text(each, "id");

		if (name != NULL && strcmp(name, id) == 0)
			return json_member_text(each, "title");
	}
	return NULL;
}

const char *award_title(const struct vocabulary *v, const char *id)
{
	const char *title = NULL;

	if (id == NULL)
		return "";
	title = title_in(json_member(v->decision, "awards"), id);
	if (title == NULL)
		title = title_in(json_member(v->scheme, "awards"), id);
	return title != NULL ? title : id;
}

const char *statement_title(const struct vocabulary *v, const char *id)
{
	return title_in(json_member(v->scheme, "statements"), id);
}

void award_words(const struct vocabulary *v, const char *award, const json_t *commendations,
		 struct buffer *out)
{
	size_t i;
	json_t *each;

	if (award == NULL)
		return;
	(void)buffer_append_text(out, award_title(v, award)); /* the buffer remembers */
	json_array_foreach(commendations, i, each) {
		(void)buffer_append_text(out, i == 0 ? " with " : " and "); /* likewise */
		(void)buffer_append_text(out, award_title(v, json_string_value(each)));
	}
}

/* Digits as numbers, the rest as bytes: 2, 4a, 4b, 10. */
static int compare_ids(const void *left, const void *right)
{
	const char *a = *(const char *const *)left, *b = *(const char *const *)right;
	char *a_rest, *b_rest;
	unsigned long a_number = strtoul(a, &a_rest, 10), b_number = strtoul(b, &b_rest, 10);

	if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b) && a_number != b_number)
		return a_number < b_number ? -1 : 1;
	return strcmp(a, b);
}

const char **statement_order(const struct vocabulary *v, const json_t *scores, size_t *count)
{
	const json_t *known = json_member(v->scheme, "statements");
	const char **ids = calloc(json_object_size(scores) + 1, sizeof *ids);
	size_t n = 0, sorted = 0, i;
	const char *id;
	json_t *each;

	if (ids == NULL)
		return NULL;
	json_array_foreach(known, i, each) {
		id = json_member_text(each, "id");
		if (id != NULL && json_object_get(scores, id) != NULL &&
		    n < json_object_size(scores))
			ids[n++] = id;
	}
	sorted = n;
	union { /* iterating needs no change, but Jansson's iterator takes no const */
		const json_t *borrowed;
		json_t *value;
	} walked = {scores};
	for (void *at = json_object_iter(walked.value); at != NULL;
	     at = json_object_iter_next(walked.value, at)) {
		id = json_object_iter_key(at);
		if (title_in(known, id) == NULL && n < json_object_size(scores))
			ids[n++] = id;
	}
	qsort(ids + sorted, n - sorted, sizeof *ids, compare_ids);
	*count = n;
	return ids;
}

static int bounded_integer(const json_t *object, const char *name, int otherwise)
{
	json_int_t n = json_member_integer(object, name, otherwise);

	return n < -1000 || n > 1000 ? otherwise : (int)n;
}

void scale_of(const struct vocabulary *v, int *from, int *to)
{
	const json_t *scale = json_member(v->scheme, "scale");

	*from = bounded_integer(scale, "from", 0);
	*to = bounded_integer(scale, "to", 10);
	if (*to <= *from)
		*to = *from + 10;
}

int due_months(const struct vocabulary *v)
{
	int months = bounded_integer(json_member(v->scheme, "register"), "due_months", 0);

	return months > 0 ? months : 0;
}
