/* A form for self-evaluation, in one file that works without the site and without a network.
 * It asks what the rules say that a submission must hold, and decides nothing. */
#include "pages/site.h"

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
		     "and nothing is kept in it: save before it is closed.");
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
	sheet_fields(&s);
	put_saving(&s);
	html_close(&s.h);
	put_data(&s);
	return sheet_end(&s, out);
}
