/* Checking a document: every error, each with its pointer. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "form/field.h"

/* One walk through a document. */
struct walk {
	const struct place *at;
	json_t *errors;
	size_t reported;
	int status;
	bool stored; /* out of the log, where commitments stand for values */
};

enum { ERRORS_LISTED = 10000 };

static void check_value(struct walk *w, const struct field *f, const struct json_item *value);

json_t *form_error(const char *pointer, const char *message)
{
	return json_pack("{ss ss}", "pointer", pointer, "message", message);
}

/* Adds an error; beyond a number that nobody reads they are only counted, so
 * that a small document cannot make an answer of any size. */
static void report(struct walk *w, const char *message)
{
	struct buffer pointer;
	json_t *error = NULL;

	if (w->reported++ >= ERRORS_LISTED)
		return;
	buffer_init(&pointer);
	if (place_append(w->at, &pointer) == 0)
		error = form_error(pointer.bytes, message);
	buffer_deinit(&pointer);
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

static void descend(struct walk *w, struct place here, const struct field *f,
		    const struct json_item *value)
{
	here.up = w->at;
	w->at = &here;
	check_value(w, f, value);
	w->at = here.up;
}

/* Reports what is wrong with a member, by its name. */
static void report_member(struct walk *w, const char *name, struct buffer *message)
{
	struct place here = {.up = w->at, .name = name};

	w->at = &here;
	report_built(w, message);
	w->at = here.up;
}

/* The value as JSON, cut at a length that fits a message; "an object" and
 * such for what has many lines. */
static void append_value(struct buffer *message, const struct json_item *value)
{
	enum { SHOWN = 60 };
	struct text text = value->text;

	if (value->kind == JSON_ITEM_OBJECT || value->kind == JSON_ITEM_ARRAY) {
		(void)buffer_append_text(message,
					 value->kind == JSON_ITEM_OBJECT ? "an object" : "a list");
		return;
	}
	size_t shown = text.length;
	if (shown > SHOWN) {
		shown = SHOWN;
		while (shown > 0 && ((unsigned char)text.bytes[shown] & 0xC0) == 0x80)
			shown--;
	}
	(void)buffer_append(message, text.bytes, shown);
	if (shown < text.length)
		(void)buffer_append_text(message, "…");
}

static void report_wrong(struct walk *w, struct buffer *message, const struct json_item *value)
{
	(void)buffer_append_text(message, ", not ");
	append_value(message, value);
	report_built(w, message);
}

static void report_mismatch(struct walk *w, const char *wanted, const struct json_item *value)
{
	struct buffer message;

	buffer_init(&message);
	(void)buffer_printf(&message, "must be %s", wanted);
	report_wrong(w, &message, value);
}

/* What a string says: in the text itself or, where it has escapes, in `said`. False where it
 * is no string; where memory runs out, too, and the walk says so. */
static bool text_of_item(struct walk *w, const struct json_item *value, struct buffer *said,
			 struct text *out)
{
	if (value->kind != JSON_ITEM_STRING)
		return false;
	*out = (struct text){value->text.bytes + 1, value->text.length - 2};
	if (!value->escaped)
		return true;
	if (json_item_text(value, said) != 0) {
		w->status = -ENOMEM;
		return false;
	}
	*out = (struct text){said->bytes, said->length};
	return true;
}

static void check_text(struct walk *w, const struct field *f, const struct json_item *value)
{
	struct buffer said;
	struct text t;

	buffer_init(&said);
	bool is = text_of_item(w, value, &said, &t);
	json_int_t length = is ? (json_int_t)text_characters(t) : 0;
	buffer_deinit(&said);
	if (!is) {
		report_mismatch(w, "text", value);
		return;
	}
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

static bool is_id(struct walk *w, const struct json_item *value)
{
	struct buffer said;
	struct text t;

	buffer_init(&said);
	bool is = text_of_item(w, value, &said, &t) && t.length >= 1 && t.length <= 64;
	for (size_t i = 0; is && i < t.length; i++)
		is = (t.bytes[i] >= 'a' && t.bytes[i] <= 'z') ||
		     (t.bytes[i] >= '0' && t.bytes[i] <= '9') || t.bytes[i] == '-';
	buffer_deinit(&said);
	return is;
}

static bool read_date(struct walk *w, const struct json_item *value, struct date *out)
{
	struct buffer said;
	struct text t;

	buffer_init(&said);
	bool is = value != NULL && text_of_item(w, value, &said, &t) && date_parse(t, out);
	buffer_deinit(&said);
	return is;
}

static void check_date(struct walk *w, const struct json_item *value)
{
	struct date d;

	if (!read_date(w, value, &d))
		report_mismatch(w, "a real date written YYYY-MM-DD", value);
	else if (d.year < 2000 || d.year > 2999)
		report_mismatch(w, "a date from 2000 to 2999", value);
}

/* A number that every reader of JSON reads as the same one. */
static bool is_exact(const struct json_item *value)
{
	return value->kind == JSON_ITEM_INTEGER && value->integer <= JSON_EXACT &&
	       value->integer >= -JSON_EXACT;
}

static void check_integer(struct walk *w, const struct field *f, const struct json_item *value)
{
	struct buffer message;

	if (is_exact(value) &&
	    (!f->bounded || (value->integer >= f->min && value->integer <= f->max)))
		return;
	buffer_init(&message);
	(void)buffer_append_text(&message, "must be a whole number");
	if (f->bounded)
		(void)buffer_printf(&message, " from %lld to %lld", f->min, f->max);
	if (value->kind == JSON_ITEM_REAL)
		(void)buffer_append_text(&message, " written without fraction or exponent");
	report_wrong(w, &message, value);
}

static void check_choice(struct walk *w, const struct field *f, const struct json_item *value)
{
	size_t i;
	const json_t *allowed;
	struct buffer message;

	json_array_foreach(f->values, i, allowed) {
		if (json_item_is(value, (struct text){json_string_value(allowed),
						      json_string_length(allowed)}))
			return;
	}
	if (json_array_size(f->values) == 0) {
		report(w, "nothing can stand here: these rules give nothing to choose from");
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

static void check_list(struct walk *w, const struct field *f, const struct json_item *value)
{
	const struct json_item *each = NULL;
	json_int_t count = 0;

	if (value->kind != JSON_ITEM_ARRAY) {
		report_mismatch(w, "a list", value);
		return;
	}
	while ((each = json_item_next(value, each)) != NULL)
		count++;
	if (count < f->min) {
		report(w, f->min == 1 ? "must name at least one" : "has too few elements");
		return;
	}
	for (size_t i = 0; (each = json_item_next(value, each)) != NULL; i++)
		descend(w, (struct place){.index = i}, f->fields, each);
}

static void check_siblings(struct walk *w, const struct field *f, const struct json_item *object)
{
	struct date earlier, later;
	const struct json_item *other = json_item_member(object, f->not_after);

	if (!read_date(w, json_item_member(object, f->name), &earlier) ||
	    !read_date(w, other, &later) || date_compare(earlier, later) <= 0)
		return;
	struct buffer message;
	buffer_init(&message);
	(void)buffer_printf(&message, "must not be after %s, which is ", f->not_after);
	(void)json_item_text(other, &message); /* a failure stays marked */
	report_member(w, f->name, &message);
}

static bool is_known(const struct field *f, const struct json_item *name)
{
	for (size_t i = 0; i < f->field_count; i++) {
		if (json_item_is(name, text_of(f->fields[i].name)))
			return true;
	}
	return false;
}

static bool all_known(const struct field *f, const struct json_item *object)
{
	const struct json_item *name = NULL;

	while ((name = json_item_next(object, name)) != NULL) {
		if (!is_known(f, name))
			return false;
	}
	return true;
}

/* Tells apart a misspelt name from a foreign one. */
static void report_unknown(struct walk *w, const struct field *f, const char *name)
{
	struct text given = text_of(name);
	const char *nearest = NULL;
	size_t least = given.length / 2 < 3 ? given.length / 2 : 3;
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
	report_member(w, name, &message);
}

/* In the order of their names, whatever that of the text is. */
static void report_all_unknown(struct walk *w, const struct field *f, const struct json_item *value)
{
	json_t *document = json_read(value->text, NULL);
	size_t count = 0;
	const char **names = document != NULL ? json_sorted_names(document, &count) : NULL;

	if (names == NULL)
		w->status = -ENOMEM;
	for (size_t i = 0; names != NULL && i < count; i++) {
		if (field_find(f, names[i]) == NULL)
			report_unknown(w, f, names[i]);
	}
	free(names);
	json_decref(document);
}

static void check_object(struct walk *w, const struct field *f, const struct json_item *value)
{
	const struct json_item *name = NULL;
	size_t found = 0, count = 0;

	if (value->kind != JSON_ITEM_OBJECT) {
		report_mismatch(w, "an object", value);
		return;
	}
	for (size_t i = 0; i < f->field_count; i++) {
		const struct field *member = &f->fields[i];
		const struct json_item *given = json_item_member(value, member->name);
		found += given != NULL;
		if (given != NULL || member->required)
			descend(w, (struct place){.name = member->name}, member, given);
		if (given != NULL && member->not_after != NULL)
			check_siblings(w, member, value);
	}
	while ((name = json_item_next(value, name)) != NULL)
		count++;
	/* None is there twice; but one that is null counts as left out. */
	if (count != found && !all_known(f, value))
		report_all_unknown(w, f, value);
}

static void check_value(struct walk *w, const struct field *f, const struct json_item *value)
{
	if (value == NULL) {
		report(w, "is required");
		return;
	}
	if (w->stored && is_commitment_item(value))
		return;
	switch (f->type) {
	case FIELD_TEXT:
		check_text(w, f, value);
		break;
	case FIELD_ID:
		if (!is_id(w, value))
			report_mismatch(w, "1 to 64 lower-case letters, digits and hyphens", value);
		break;
	case FIELD_DATE:
		check_date(w, value);
		break;
	case FIELD_BOOLEAN:
		if (value->kind != JSON_ITEM_TRUE && value->kind != JSON_ITEM_FALSE)
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

static int check(const struct form *f, const struct json_item *document, bool stored,
		 json_t *errors)
{
	static const struct json_item nothing = {.text = {"null", 4}, .kind = JSON_ITEM_NULL};
	struct walk w = {.errors = errors, .stored = stored};

	if (document == NULL || document->kind != JSON_ITEM_OBJECT)
		report_mismatch(&w, "an object", document != NULL ? document : &nothing);
	else
		check_value(&w, &f->root, document);
	if (w.reported > ERRORS_LISTED)
		report_uncounted(&w);
	return w.status;
}

int form_check_item(const struct form *f, const struct json_item *document, json_t *errors)
{
	return check(f, document, false, errors);
}

/* By the document's text. */
static int check_document(const struct form *f, const json_t *document, bool stored, json_t *errors)
{
	struct json_index index;
	struct buffer text;

	if (document == NULL)
		return check(f, NULL, stored, errors);
	json_index_init(&index);
	buffer_init(&text);
	int rv = json_compact(document, &text);
	if (rv == 0)
		rv = json_index_read(&index, (struct text){text.bytes, text.length});
	if (rv == 0)
		rv = check(f, index.items, stored, errors);
	buffer_deinit(&text);
	json_index_deinit(&index);
	return rv == 0 ? 0 : -ENOMEM;
}

int form_check(const struct form *f, const json_t *document, json_t *errors)
{
	return check_document(f, document, false, errors);
}

int form_check_stored(const struct form *f, const json_t *document, json_t *errors)
{
	return check_document(f, document, true, errors);
}
