/* Checking a document: every error, each with its pointer. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "form/field.h"

/* One walk through a document. `pointer` grows and shrinks with the depth. */
struct walk {
	struct buffer pointer;
	json_t *errors;
	size_t reported;
	int status;
	bool stored; /* out of the log, where commitments stand for values */
};

enum { ERRORS_LISTED = 10000 };

static void check_value(struct walk *w, const struct field *f, const json_t *value);

json_t *form_error(const char *pointer, const char *message)
{
	return json_pack("{ss ss}", "pointer", pointer, "message", message);
}

/* Adds an error; beyond a number that nobody reads they are only counted, so
 * that a small document cannot make an answer of any size. */
static void report(struct walk *w, const char *message)
{
	if (w->reported++ >= ERRORS_LISTED)
		return;
	json_t *error = form_error(w->pointer.bytes != NULL ? w->pointer.bytes : "", message);

	/* json_array_append_new takes the error, NULL too, in every case. */
	if (json_array_append_new(w->errors, error) != 0)
		w->status = -ENOMEM;
}

/* Takes the sentence built in `message` and empties it. */
static void report_built(struct walk *w, struct buffer *message)
{
	if (buffer_status(message) == 0)
		report(w, message->bytes);
	else
		w->status = -ENOMEM;
	buffer_deinit(message);
}

static void descend(struct walk *w, const char *name, const struct field *f, const json_t *value)
{
	size_t before = w->pointer.length;

	if (json_pointer_append(&w->pointer, name) != 0) {
		w->status = -ENOMEM;
		return;
	}
	check_value(w, f, value);
	w->pointer.length = before;
	w->pointer.bytes[before] = '\0';
}

/* The value as JSON, cut at a length that fits a message; "an object" and
 * such for what has many lines. */
static void append_value(struct buffer *message, const json_t *value)
{
	enum { SHOWN = 60 };
	struct buffer text;

	if (json_is_object(value) || json_is_array(value)) {
		(void)buffer_append_text(message, json_is_object(value) ? "an object" : "a list");
		return;
	}
	buffer_init(&text);
	if (json_compact(value, &text) != 0)
		text.length = 0;
	size_t shown = text.length;
	if (shown > SHOWN) {
		shown = SHOWN;
		while (shown > 0 && ((unsigned char)text.bytes[shown] & 0xC0) == 0x80)
			shown--;
	}
	(void)buffer_append(message, text.bytes, shown);
	if (shown < text.length)
		(void)buffer_append_text(message, "…");
	buffer_deinit(&text);
}

static void report_wrong(struct walk *w, struct buffer *message, const json_t *value)
{
	(void)buffer_append_text(message, ", not ");
	append_value(message, value);
	report_built(w, message);
}

static void report_mismatch(struct walk *w, const char *wanted, const json_t *value)
{
	struct buffer message;

	buffer_init(&message);
	(void)buffer_printf(&message, "must be %s", wanted);
	report_wrong(w, &message, value);
}

static void check_text(struct walk *w, const struct field *f, const json_t *value)
{
	if (!json_is_string(value)) {
		report_mismatch(w, "text", value);
		return;
	}
	struct text t = {json_string_value(value), json_string_length(value)};
	json_int_t length = (json_int_t)text_characters(t);
	if (length >= f->min && length <= f->max)
		return;
	struct buffer message;
	buffer_init(&message);
	if (length == 0)
		(void)buffer_append_text(&message, "must not be empty");
	else
		(void)buffer_printf(&message, "must have %lld to %lld characters, and has %lld",
				    f->min, f->max, length);
	report_built(w, &message);
}

static bool is_id(const json_t *value)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	const char *id = json_string_value(value);

	return id != NULL && json_string_length(value) >= 1 && json_string_length(value) <= 64 &&
	       strspn(id, allowed) == json_string_length(value);
}

static bool read_date(const json_t *value, struct date *out)
{
	struct text t = {json_string_value(value), json_string_length(value)};

	return json_is_string(value) && date_parse(t, out);
}

static void check_date(struct walk *w, const json_t *value)
{
	struct date d;

	if (!read_date(value, &d))
		report_mismatch(w, "a real date written YYYY-MM-DD", value);
	else if (d.year < 2000 || d.year > 2999)
		report_mismatch(w, "a date from 2000 to 2999", value);
}

/* A number that every reader of JSON reads as the same one. */
static bool is_exact(const json_t *value)
{
	const json_int_t most = 9007199254740991;

	return json_integer_value(value) <= most && json_integer_value(value) >= -most;
}

static void check_integer(struct walk *w, const struct field *f, const json_t *value)
{
	struct buffer message;

	if (json_is_integer(value) && is_exact(value) &&
	    (!f->bounded ||
	     (json_integer_value(value) >= f->min && json_integer_value(value) <= f->max)))
		return;
	buffer_init(&message);
	(void)buffer_append_text(&message, "must be a whole number");
	if (f->bounded)
		(void)buffer_printf(&message, " from %lld to %lld", f->min, f->max);
	if (json_is_real(value))
		(void)buffer_append_text(&message, " written without fraction or exponent");
	report_wrong(w, &message, value);
}

static void check_choice(struct walk *w, const struct field *f, const json_t *value)
{
	size_t i;
	const json_t *allowed;
	struct buffer message;

	json_array_foreach(f->values, i, allowed) {
		if (json_equal(allowed, value))
			return;
	}
	buffer_init(&message);
	(void)buffer_append_text(&message, "must be ");
	json_array_foreach(f->values, i, allowed)
		(void)buffer_printf(&message, "%s\"%s\"",
				    i == 0                                ? ""
				    : i + 1 == json_array_size(f->values) ? " or "
									  : ", ",
				    json_string_value(allowed));
	report_wrong(w, &message, value);
}

static void check_list(struct walk *w, const struct field *f, const json_t *value)
{
	char index[24];

	if (!json_is_array(value)) {
		report_mismatch(w, "a list", value);
		return;
	}
	if ((json_int_t)json_array_size(value) < f->min) {
		report(w, f->min == 1 ? "must name at least one" : "has too few elements");
		return;
	}
	for (size_t i = 0; i < json_array_size(value); i++) {
		(void)snprintf(index, sizeof index, "%zu", i); /* 20 digits at most */
		descend(w, index, f->fields, json_array_get(value, i));
	}
}

static void check_siblings(struct walk *w, const struct field *f, const json_t *object)
{
	struct date earlier, later;
	const json_t *other = json_member(object, f->not_after);

	if (other == NULL || !read_date(json_member(object, f->name), &earlier) ||
	    !read_date(other, &later) || date_compare(earlier, later) <= 0)
		return;
	struct buffer message;
	buffer_init(&message);
	(void)buffer_printf(&message, "must not be after %s, which is %s", f->not_after,
			    json_string_value(other));
	size_t before = w->pointer.length;
	if (json_pointer_append(&w->pointer, f->name) != 0)
		w->status = -ENOMEM;
	report_built(w, &message);
	w->pointer.length = before;
	if (w->pointer.bytes != NULL)
		w->pointer.bytes[before] = '\0';
}

/* Tells apart a misspelt name from a foreign one. */
static void report_unknown(struct walk *w, const struct field *f, const char *name)
{
	struct text given = text_of(name);
	const char *nearest = NULL;
	size_t least = given.length / 2 < 3 ? given.length / 2 : 3;
	size_t before = w->pointer.length;
	struct buffer message;

	for (size_t i = 0; i < f->field_count; i++) {
		size_t distance = text_distance(given, text_of(f->fields[i].name));
		if (distance <= least && distance > 0) {
			nearest = f->fields[i].name;
			least = distance - 1;
		}
	}
	buffer_init(&message);
	(void)buffer_append_text(&message, "is not known here");
	if (nearest != NULL)
		(void)buffer_printf(&message, "; is \"%s\" meant?", nearest);
	if (json_pointer_append(&w->pointer, name) != 0)
		w->status = -ENOMEM;
	report_built(w, &message);
	w->pointer.length = before;
	if (w->pointer.bytes != NULL)
		w->pointer.bytes[before] = '\0';
}

static void check_object(struct walk *w, const struct field *f, const json_t *value)
{
	if (!json_is_object(value)) {
		report_mismatch(w, "an object", value);
		return;
	}
	for (size_t i = 0; i < f->field_count; i++) {
		const struct field *member = &f->fields[i];
		const json_t *given = json_member(value, member->name);
		if (given != NULL || member->required)
			descend(w, member->name, member, given);
		if (given != NULL && member->not_after != NULL)
			check_siblings(w, member, value);
	}

	size_t count = 0;
	const char **names = json_sorted_names(value, &count);
	if (names == NULL)
		w->status = -ENOMEM;
	for (size_t i = 0; names != NULL && i < count; i++) {
		if (field_find(f, names[i]) == NULL)
			report_unknown(w, f, names[i]);
	}
	free(names);
}

static void check_value(struct walk *w, const struct field *f, const json_t *value)
{
	if (value == NULL) {
		report(w, "is required");
		return;
	}
	if (w->stored && is_commitment(value))
		return;
	switch (f->type) {
	case FIELD_TEXT:
		check_text(w, f, value);
		break;
	case FIELD_ID:
		if (!is_id(value))
			report_mismatch(w, "1 to 64 lower-case letters, digits and hyphens", value);
		break;
	case FIELD_DATE:
		check_date(w, value);
		break;
	case FIELD_BOOLEAN:
		if (!json_is_boolean(value))
			report_mismatch(w, "true or false", value);
		break;
	case FIELD_INTEGER:
		check_integer(w, f, value);
		break;
	case FIELD_CHOICE:
		check_choice(w, f, value);
		break;
	case FIELD_LIST:
		check_list(w, f, value);
		break;
	case FIELD_OBJECT:
		check_object(w, f, value);
		break;
	case FIELD_TYPES:
		break;
	}
}

static void report_uncounted(struct walk *w)
{
	char message[80];

	(void)snprintf(message, sizeof message, "and %zu errors more, which are not listed",
		       w->reported - ERRORS_LISTED);
	if (json_array_append_new(w->errors, form_error("", message)) != 0)
		w->status = -ENOMEM;
}

static int check(const struct form *f, const json_t *document, bool stored, json_t *errors)
{
	struct walk w = {.errors = errors, .stored = stored};

	buffer_init(&w.pointer);
	if (document == NULL || !json_is_object(document))
		report_mismatch(&w, "an object", document != NULL ? document : json_null());
	else
		check_value(&w, &f->root, document);
	buffer_deinit(&w.pointer);
	if (w.reported > ERRORS_LISTED)
		report_uncounted(&w);
	return w.status;
}

int form_check(const struct form *f, const json_t *document, json_t *errors)
{
	return check(f, document, false, errors);
}

int form_check_stored(const struct form *f, const json_t *document, json_t *errors)
{
	return check(f, document, true, errors);
}
