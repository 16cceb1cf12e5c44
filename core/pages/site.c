/* The files of the site, and what its pages share. */
#include <string.h>

#include "pages/site.h"

static int write_style(const json_t *site, struct buffer *out)
{
	(void)site;
	return buffer_append(out, asset_style_css.bytes, asset_style_css.length);
}

static int write_key(const json_t *site, struct buffer *out)
{
	const char *key = json_member_text(json_member(site, "log"), "key");

	(void)buffer_append_text(out, key != NULL ? key : ""); /* the buffer remembers */
	return buffer_append_text(out, "\n");
}

const struct site_file site_files[] = {
	{"style.css", write_style},
	{"practice.html", site_practice},
	{"national.html", site_national},
	{"scheme.html", site_scheme},
	{"self-evaluation.html", site_form},
	{"proofs.html", site_proofs},
	{"log.vkey", write_key},
	{"index.html", site_register},
	{"feed.xml", site_feed},
};
const size_t site_file_count = sizeof site_files / sizeof site_files[0];

void sheet_begin(struct sheet *s, const json_t *site, const char *path, const char *title,
		 const struct asset *script)
{
	const json_t *scheme = json_member(site, "scheme");
	const char *name = json_member_text(scheme, "title");

	*s = (struct sheet){
		.site = site,
		.v = {scheme, NULL},
		.page = {.title = title,
			 .site = name != NULL ? name : "Register of awards",
			 .file = path,
			 .script = script,
			 .carries_style = script == &asset_form_js},
	};
	html_init(&s->h);
	page_begin(&s->h, &s->page);
}

int sheet_end(struct sheet *s, struct buffer *out)
{
	page_end(&s->h, &s->page);
	int rv = html_end(&s->h, out);

	html_deinit(&s->h);
	return rv;
}

void sheet_heads(struct html *h, const char *const *heads)
{
	html_open(h, "thead");
	html_open(h, "tr");
	for (; *heads != NULL; heads++) {
		const char *bar = strchr(*heads, '|');

		html_open(h, "th");
		html_attribute(h, "scope", "col");
		if (bar != NULL)
			html_attribute_format(h, "class", "%.*s", (int)(bar - *heads), *heads);
		html_text(h, bar != NULL ? bar + 1 : *heads);
		html_close(h);
	}
	html_close(h);
	html_close(h);
}

bool is_month(const json_t *award)
{
	const char *precision = json_member_text(award, "precision");

	return precision != NULL && strcmp(precision, "month") == 0;
}

const json_t *newest_award(const json_t *partnership)
{
	return json_array_get(json_member(partnership, "awards"), 0);
}

void sheet_award(struct sheet *s, const json_t *award)
{
	const char *title = json_member_text(award, "title");
	struct buffer words;

	if (title != NULL) {
		html_text(&s->h, title);
		return;
	}
	buffer_init(&words);
	award_words(&s->v, json_member_text(award, "award"), json_member(award, "commendations"),
		    &words);
	html_text(&s->h, words.bytes);
	s->h.out.failed = s->h.out.failed || words.failed;
	buffer_deinit(&words);
}

void sheet_standing(struct sheet *s, const json_t *partnership)
{
	static const struct {
		const char *status, *class, *word, *then;
	} known[] = {
		{"current", "standing current", "Current", " until "},
		{"due", "standing due", "Due", ", current until "},
		{"lapsed", "standing lapsed", "Lapsed", " on "},
	};
	const char *status = json_member_text(partnership, "status");
	const json_t *award = newest_award(partnership);

	for (size_t i = 0; status != NULL && i < sizeof known / sizeof known[0]; i++) {
		if (strcmp(known[i].status, status) != 0)
			continue;
		html_element_class(&s->h, "span", known[i].class, known[i].word);
		html_text(&s->h, i == 2 && is_month(award) ? " in " : known[i].then);
		say_day(&s->h, json_member_text(award, "expires_on"), is_month(award));
	}
}

void sheet_partnership(struct sheet *s, const char *id, const char *name)
{
	if (id == NULL || name == NULL)
		return;
	html_open(&s->h, "a");
	html_attribute_format(&s->h, "href", "%spartnerships/%s.html", page_up(&s->page), id);
	html_name(&s->h, name);
	html_close(&s->h);
}
