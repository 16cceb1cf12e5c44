/* A form for self-evaluation, in one file that works without the site and without a network.
 * It asks what the rules say that a submission must hold, and decides nothing. */
#include <stdio.h>
#include <string.h>

#include "pages/site.h"

enum { PATH_BYTES = 160 };

struct field {
	const char *group; /* the object that it is a member of, or NULL */
	const json_t *form;
	char id[PATH_BYTES];   /* of the control */
	char path[PATH_BYTES]; /* in the submission */
};

/* What every submission has, in words; the rest is called as the rules call it. */
static const char *label_of(const struct field *f)
{
	static const struct {
		const char *path, *label;
	} known[] = {
		{"partnership/id", "Id of the partnership"},
		{"partnership/name", "Name of the partnership"},
		{"assessed_on", "Day of the assessment"},
		{"registered_on", "Day of registration"},
		{"seeking", "Level that is sought"},
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(known[i].path, f->path) == 0)
			return known[i].label;
	return NULL;
}

/* As the rules call it, in full or by its name alone. */
static void format_title(const json_t *form, char out[DAY_TEXT])
{
	const char *title = json_member_text(form, "title");

	if (title != NULL)
		(void)snprintf(out, DAY_TEXT, "%s", title); /* may be cut */
	else
		wording_plain(json_member_text(form, "name"), out);
}

static void put_label(struct html *h, const struct field *f)
{
	const char *known = label_of(f);
	char title[DAY_TEXT];

	format_title(f->form, title);
	if (*title >= 'a' && *title <= 'z')
		*title = (char)(*title - 'a' + 'A');
	html_open(h, "label");
	html_attribute(h, "for", f->id);
	html_text(h, known != NULL ? known : title);
	if (!json_member_true(f->form, "required"))
		html_element_class(h, "span", "hint", "may be left out");
	html_close(h);
}

static void put_common(struct html *h, const struct field *f)
{
	html_attribute(h, "id", f->id);
	html_attribute(h, "data-member", f->path);
	if (json_member_true(f->form, "required"))
		html_attribute(h, "required", "required");
}

static void put_option(struct html *h, const char *value, const char *text)
{
	html_open(h, "option");
	html_attribute(h, "value", value);
	html_text(h, text);
	html_close(h);
}

static void put_choice(struct sheet *s, const struct field *f)
{
	size_t i;
	json_t *each;

	html_open(&s->h, "select");
	put_common(&s->h, f);
	put_option(&s->h, "", "–");
	json_array_foreach(json_member(f->form, "values"), i, each) {
		if (json_is_string(each))
			put_option(&s->h, json_string_value(each),
				   award_title(&s->v, json_string_value(each)));
	}
	html_close(&s->h);
}

static void put_input(struct html *h, const struct field *f, const char *type)
{
	const char *not_after = json_member_text(f->form, "not_after");

	html_void(h, "input");
	put_common(h, f);
	if (strcmp(type, "id") == 0) {
		html_attribute(h, "type", "text");
		html_attribute(h, "pattern", "[a-z0-9\\-]{1,64}");
		html_attribute(h, "title", "small letters, digits and hyphens");
	} else if (strcmp(type, "boolean") == 0) {
		html_attribute(h, "type", "checkbox");
	} else {
		html_attribute(h, "type", strcmp(type, "date") == 0 ? "date" : "text");
	}
	if (strcmp(type, "text") == 0)
		html_attribute_format(h, "maxlength", "%" JSON_INTEGER_FORMAT,
				      json_member_integer(f->form, "max", 200));
	if (not_after != NULL)
		html_attribute_format(h, "data-not-after", "field-%s", not_after);
}

/* One question of the form; lists and groups are no questions. */
static void put_field(struct sheet *s, const char *group, const json_t *form)
{
	const char *name = json_member_text(form, "name"), *type = json_member_text(form, "type");
	struct field f = {.group = group, .form = form};

	if (name == NULL || type == NULL || strcmp(name, "submission_id") == 0 ||
	    strcmp(type, "object") == 0 || strcmp(type, "list") == 0)
		return;
	(void)snprintf(f.path, sizeof f.path, "%s%s%s", group != NULL ? group : "",
		       group != NULL ? "/" : "", name); /* names of rules are short */
	(void)snprintf(f.id, sizeof f.id, "field-%s%s%s", group != NULL ? group : "",
		       group != NULL ? "-" : "", name);
	html_open(&s->h, "div");
	put_label(&s->h, &f);
	if (strcmp(type, "choice") == 0)
		put_choice(s, &f);
	else
		put_input(&s->h, &f, type);
	html_close(&s->h);
}

static void put_fields(struct sheet *s)
{
	size_t i, k;
	json_t *each, *member;

	html_open_class(&s->h, "div", "fields");
	json_array_foreach(json_member(s->v.scheme, "form"), i, each) {
		const char *name = json_member_text(each, "name");

		if (name != NULL && strcmp(name, "partnership") == 0)
			json_array_foreach(json_member(each, "members"), k, member)
				put_field(s, name, member);
		else
			put_field(s, NULL, each);
	}
	html_close(&s->h);
}

/* What a submission may hold besides, by its names. */
static void put_rest(struct sheet *s)
{
	size_t i, found = 0;
	json_t *each;

	json_array_foreach(json_member(s->v.scheme, "form"), i, each) {
		const char *name = json_member_text(each, "name");
		const char *type = json_member_text(each, "type");
		char words[DAY_TEXT];

		if (name == NULL || type == NULL || strcmp(name, "partnership") == 0 ||
		    strcmp(name, "scores") == 0 ||
		    (strcmp(type, "object") != 0 && strcmp(type, "list") != 0))
			continue;
		if (found++ == 0) {
			html_open(&s->h, "p");
			html_text(&s->h, "Not asked here, and added before it is submitted: ");
		} else {
			html_text(&s->h, ", ");
		}
		format_title(each, words);
		html_text(&s->h, words);
	}
	if (found > 0) {
		html_text(&s->h, ".");
		html_close(&s->h);
	}
}

static void put_faults(struct html *h)
{
	html_open_class(h, "div", "box bad");
	html_attribute(h, "id", "faults");
	html_attribute(h, "role", "alert");
	html_attribute(h, "tabindex", "-1");
	html_attribute(h, "hidden", "hidden");
	html_element(h, "p", "Not saved yet:");
	html_open(h, "ul");
	html_close(h);
	html_close(h);
}

static void put_saving(struct sheet *s)
{
	struct html *h = &s->h;

	html_element(h, "h2", "Save it");
	put_faults(h);
	html_element(h, "p",
		     "The file is a submission for the award body. Nothing is sent from this page, "
		     "and nothing is kept in it.");
	put_rest(s);
	html_open(h, "p");
	html_open_class(h, "button", "main");
	html_attribute(h, "id", "save");
	html_attribute(h, "type", "submit");
	html_attribute(h, "hidden", "hidden");
	html_text(h, "Save as a file");
	html_close(h);
	html_close(h);
	html_open(h, "p");
	html_attribute(h, "id", "saved");
	html_attribute(h, "role", "status");
	html_close(h);
}

static void put_data(struct sheet *s)
{
	json_t *data = json_pack("{sO? sO?}", "scale", json_member(s->v.scheme, "scale"), "profile",
				 json_member(s->v.scheme, "profile"));

	html_open(&s->h, "script");
	html_attribute(&s->h, "type", "application/json");
	html_attribute(&s->h, "id", "scheme");
	if (data != NULL)
		html_json(&s->h, data);
	else
		s->h.out.failed = true;
	html_close(&s->h);
	json_decref(data);
}

int site_form(const json_t *site, struct buffer *out)
{
	struct sheet s;

	sheet_begin(&s, site, "self-evaluation.html", "Self-evaluation", &asset_form_js);
	html_element(&s.h, "h1", "Self-evaluation");
	html_element_class(&s.h, "p", "lead",
			   "Score your own practice and see the profile that it makes. This page "
			   "decides nothing: assessors do.");
	html_open(&s.h, "noscript");
	html_element(&s.h, "p", "Drawing and saving need the script of this page.");
	html_close(&s.h);
	html_element(&s.h, "h2", "The scale");
	say_scale(&s.h, &s.v);
	html_open(&s.h, "form");
	html_attribute(&s.h, "id", "form");
	html_attribute(&s.h, "novalidate", "novalidate");
	html_element(&s.h, "h2", "The profile");
	picture_form(&s.h, &s.v);
	html_element(&s.h, "h2", "What each award asks for");
	say_awards(&s.h, &s.v);
	html_element(&s.h, "h2", "The benchmark");
	put_fields(&s);
	put_saving(&s);
	html_close(&s.h);
	put_data(&s);
	return sheet_end(&s, out);
}
