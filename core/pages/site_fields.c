/* What a submission may hold, as controls that the form's script makes a submission of. Every
 * control, group and list says by its data which member it is, so that the script knows none:
 *   data-member  its name within what it stands in; "" of a row of a list
 *   data-kind    "value", "ticks" (a list of choices), "object" or "list" (of rows)
 *   data-required  it is needed wherever what it stands in is given
 *   data-min     how many a list must hold at least
 * A list keeps an empty row in a template, from which the script makes as many as are asked for. */
#include <stdio.h>
#include <string.h>

#include "pages/site.h"

enum {
	PATH_BYTES = 160,
	NESTED_MOST = 3, /* groups and lists within one another; deeper ones are not asked */
};

struct field {
	const json_t *form;
	char path[PATH_BYTES]; /* its names from the submission down, a hyphen between them */
	int depth;
};

static void put_member(struct sheet *s, const struct field *in, const json_t *form);

/* ---- what it is called -------------------------------------------------------------------- */

/* What every submission has, in words; the rest is called as the rules call it. */
static const char *known_title(const char *path)
{
	static const struct {
		const char *path, *title;
	} known[] = {
		{"field-assessed_on", "Day of the assessment"},
		{"field-registered_on", "Day of registration"},
		{"field-seeking", "Level that is sought"},
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(known[i].path, path) == 0)
			return known[i].title;
	return NULL;
}

/* As the rules call it, in full or by its name alone; with a capital. */
static void put_title(struct html *h, const struct field *f)
{
	const char *known = known_title(f->path);
	char name[DAY_TEXT], first[2] = "";

	if (known == NULL)
		known = json_member_text(f->form, "title");
	if (known == NULL) {
		wording_plain(json_member_text(f->form, "name"), name);
		known = name;
	}
	if (*known >= 'a' && *known <= 'z')
		first[0] = (char)(*known++ - 'a' + 'A');
	html_open(h, "span");
	html_text(h, first);
	html_text(h, known);
	html_close(h);
}

static bool are_values(const json_t *entries, const json_t *values)
{
	size_t i;
	json_t *each;

	if (!json_is_array(entries) || json_array_size(entries) != json_array_size(values))
		return false;
	json_array_foreach(entries, i, each) {
		const char *id = json_member_text(each, "id");
		const char *value = json_string_value(json_array_get(values, i));

		if (id == NULL || value == NULL || strcmp(id, value) != 0)
			return false;
	}
	return true;
}

/* The list of the scheme that these are the values of, with their titles; NULL where they are
 * named in the form alone. */
static const json_t *entries_of(const struct sheet *s, const json_t *values)
{
	json_t *scheme = json_member(s->site, "scheme"), *each;
	const char *name;

	json_object_foreach(scheme, name, each) {
		if (are_values(each, values))
			return each;
	}
	return NULL;
}

static void put_choice_text(struct sheet *s, const json_t *entries, size_t i, const char *value)
{
	const char *title = json_member_text(json_array_get(entries, i), "title");

	if (entries == json_member(s->v.scheme, "statements")) {
		html_text(&s->h, value);
		html_text(&s->h, " ");
	}
	html_text(&s->h, title != NULL ? title : award_title(&s->v, value));
}

/* ---- one value ------------------------------------------------------------------------------- */

static void put_kind(struct html *h, const struct field *f, const char *kind)
{
	const json_t *min = json_member(f->form, "min");

	html_attribute(h, "data-member", json_member_text(f->form, "name"));
	html_attribute(h, "data-kind", kind);
	if (json_member_true(f->form, "required"))
		html_attribute(h, "data-required", "");
	if (json_is_integer(min) && strcmp(kind, "value") != 0)
		html_attribute_format(h, "data-min", "%" JSON_INTEGER_FORMAT,
				      json_integer_value(min));
}

static void put_optional(struct html *h, const struct field *f)
{
	const char *type = json_member_text(f->form, "type");

	if (!json_member_true(f->form, "required") && type != NULL && strcmp(type, "boolean") != 0)
		html_element_class(h, "span", "hint", "may be left out");
}

static void put_label(struct html *h, const struct field *f)
{
	html_open(h, "label");
	html_attribute(h, "for", f->path);
	put_title(h, f);
	put_optional(h, f);
	html_close(h);
}

static void put_common(struct html *h, const struct field *f)
{
	html_attribute(h, "id", f->path);
	put_kind(h, f, "value");
	if (json_member_true(f->form, "required"))
		html_attribute(h, "aria-required", "true");
}

static void put_choice(struct sheet *s, const struct field *f)
{
	const json_t *values = json_member(f->form, "values"), *entries = entries_of(s, values);
	size_t i;
	json_t *each;

	html_open(&s->h, "select");
	put_common(&s->h, f);
	html_open(&s->h, "option");
	html_attribute(&s->h, "value", "");
	html_text(&s->h, "–");
	html_close(&s->h);
	json_array_foreach(values, i, each) {
		const char *value = json_string_value(each);

		if (value == NULL)
			continue;
		html_open(&s->h, "option");
		html_attribute(&s->h, "value", value);
		put_choice_text(s, entries, i, value);
		html_close(&s->h);
	}
	html_close(&s->h);
}

static void put_bounds(struct html *h, const struct field *f, const char *least, const char *most)
{
	const json_t *min = json_member(f->form, "min"), *max = json_member(f->form, "max");

	if (json_is_integer(min))
		html_attribute_format(h, least, "%" JSON_INTEGER_FORMAT, json_integer_value(min));
	if (json_is_integer(max))
		html_attribute_format(h, most, "%" JSON_INTEGER_FORMAT, json_integer_value(max));
}

static void put_input(struct html *h, const struct field *f, const char *type)
{
	static const struct {
		const char *type, *input;
	} known[] = {{"date", "date"}, {"boolean", "checkbox"}, {"integer", "number"}};
	const char *input = "text";

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(known[i].type, type) == 0)
			input = known[i].input;
	html_void(h, "input");
	put_common(h, f);
	html_attribute(h, "type", input);
	if (strcmp(type, "id") == 0) {
		html_attribute(h, "pattern", "[a-z0-9\\-]{1,64}");
		html_attribute(h, "title", "small letters, digits and hyphens");
	} else if (strcmp(type, "text") == 0) {
		put_bounds(h, f, "minlength", "maxlength");
	} else if (strcmp(type, "integer") == 0) {
		put_bounds(h, f, "min", "max");
		html_attribute(h, "step", "1");
	}
	html_attribute(h, "data-not-after", json_member_text(f->form, "not_after"));
}

/* A text without a short limit may become several lines; a name does not. */
static void put_text(struct html *h, const struct field *f)
{
	enum { LINE = 200 };

	if (json_member_integer(f->form, "max", LINE) <= LINE ||
	    json_member_true(f->form, "personal")) {
		put_input(h, f, "text");
		return;
	}
	html_open(h, "textarea");
	put_common(h, f);
	html_attribute(h, "rows", "2");
	put_bounds(h, f, "minlength", "maxlength");
	html_close(h);
}

static void put_value(struct sheet *s, const struct field *f, const char *type)
{
	html_open(&s->h, "div");
	put_label(&s->h, f);
	if (strcmp(type, "id") == 0)
		html_element_class(&s->h, "span", "hint", "small letters, digits and hyphens");
	if (strcmp(type, "choice") == 0)
		put_choice(s, f);
	else if (strcmp(type, "text") == 0)
		put_text(&s->h, f);
	else
		put_input(&s->h, f, type);
	html_close(&s->h);
}

/* ---- several ----------------------------------------------------------------------------------- */

/* A list of choices: a box to tick for each. */
static void put_ticks(struct sheet *s, const struct field *f)
{
	const json_t *values = json_member(json_member(f->form, "of"), "values");
	const json_t *entries = entries_of(s, values);
	size_t i;
	json_t *each;

	html_open_class(&s->h, "div", "boxes");
	json_array_foreach(values, i, each) {
		const char *value = json_string_value(each);

		if (value == NULL)
			continue;
		html_open(&s->h, "label");
		html_void(&s->h, "input");
		html_attribute(&s->h, "type", "checkbox");
		html_attribute(&s->h, "value", value);
		put_choice_text(s, entries, i, value);
		html_close(&s->h);
	}
	html_close(&s->h);
}

static void put_members(struct sheet *s, const struct field *f, const json_t *members)
{
	size_t i;
	json_t *each;

	html_open_class(&s->h, "div", "fields");
	json_array_foreach(members, i, each)
		put_member(s, f, each);
	html_close(&s->h);
}

/* One that adds is shown by the script, which alone can serve it. */
static void put_button(struct html *h, const char *class, const char *text)
{
	html_open_class(h, "button", class);
	html_attribute(h, "type", "button");
	html_attribute(h, "hidden", strcmp(class, "add") == 0 ? "hidden" : NULL);
	html_text(h, text);
	html_close(h);
}

/* The row's heading and the button that removes it are written by the script, with its number. */
static void put_rows(struct sheet *s, const struct field *f)
{
	html_open_class(&s->h, "div", "rows");
	html_close(&s->h);
	html_open(&s->h, "template");
	html_open_class(&s->h, "fieldset", "row");
	html_attribute(&s->h, "data-member", "");
	html_attribute(&s->h, "data-kind", "object");
	html_attribute(&s->h, "data-required", "");
	html_open(&s->h, "legend");
	html_close(&s->h);
	put_members(s, f, json_member(json_member(f->form, "of"), "members"));
	put_button(&s->h, "remove", "Remove");
	html_close(&s->h);
	html_close(&s->h);
	html_open(&s->h, "p");
	put_button(&s->h, "add", "Add");
	html_text(&s->h, " ");
	html_open_class(&s->h, "span", "hint count");
	html_attribute(&s->h, "role", "status");
	html_close(&s->h);
	html_close(&s->h);
}

static void put_several(struct sheet *s, const struct field *f, const char *kind)
{
	html_open(&s->h, "fieldset");
	html_attribute(&s->h, "id", f->path);
	put_kind(&s->h, f, kind);
	html_open(&s->h, "legend");
	put_title(&s->h, f);
	put_optional(&s->h, f);
	html_close(&s->h);
	if (strcmp(kind, "ticks") == 0)
		put_ticks(s, f);
	else if (strcmp(kind, "list") == 0)
		put_rows(s, f);
	else
		put_members(s, f, json_member(f->form, "members"));
	html_close(&s->h);
}

/* ---- any of them --------------------------------------------------------------------------------- */

/* What stands together in the page; NULL: it is no form. */
static const char *kind_of(const json_t *form)
{
	const char *type = json_member_text(form, "type");

	if (type == NULL || json_member_text(form, "name") == NULL)
		return NULL;
	if (strcmp(type, "object") == 0)
		return "object";
	if (strcmp(type, "list") != 0)
		return "value";
	return json_member(json_member(form, "of"), "members") != NULL ? "list" : "ticks";
}

static void put_member(struct sheet *s, const struct field *in, const json_t *form)
{
	const char *kind = kind_of(form);
	struct field f = {.form = form, .depth = in->depth + 1};

	if (kind == NULL || f.depth > NESTED_MOST + 1)
		return;
	(void)snprintf(f.path, sizeof f.path, "%.100s-%.58s", in->path,
		       json_member_text(form, "name")); /* names of rules are short */
	if (strcmp(kind, "value") == 0)
		put_value(s, &f, json_member_text(form, "type"));
	else
		put_several(s, &f, kind);
}

/* What is not asked as another control: the id is the daemon's, the scores have the profile. */
static bool is_asked(const json_t *form)
{
	const char *name = json_member_text(form, "name");

	return kind_of(form) != NULL && strcmp(name, "submission_id") != 0 &&
	       strcmp(name, "scores") != 0;
}

void sheet_fields(struct sheet *s)
{
	const struct field top = {.path = "field"};
	size_t i;
	json_t *each;

	html_element(&s->h, "h2", "The benchmark");
	json_array_foreach(json_member(s->v.scheme, "form"), i, each) {
		const char *name = json_member_text(each, "name");

		if (name != NULL && strcmp(name, "partnership") == 0)
			put_member(s, &top, each);
	}
	html_open_class(&s->h, "div", "fields");
	json_array_foreach(json_member(s->v.scheme, "form"), i, each) {
		if (is_asked(each) && strcmp(kind_of(each), "value") == 0)
			put_member(s, &top, each);
	}
	html_close(&s->h);
	html_element(&s->h, "h2", "What goes with it");
	html_element(&s->h, "p",
		     "Each award says above what it asks for. What is not given is left out.");
	json_array_foreach(json_member(s->v.scheme, "form"), i, each) {
		if (is_asked(each) && strcmp(kind_of(each), "value") != 0 &&
		    strcmp(json_member_text(each, "name"), "partnership") != 0)
			put_member(s, &top, each);
	}
}
