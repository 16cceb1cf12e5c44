/* A partnership: what it holds, its awards over time, and the practice that it shares. */
#include <stdio.h>
#include <string.h>

#include "pages/site.h"

enum { PATH_BYTES = 128 };

/* AW-2, AW-5 */
static void put_advice(struct sheet *s, const json_t *partnership)
{
	const char *status = json_member_text(partnership, "status");
	bool due = status != NULL && strcmp(status, "due") == 0;

	if (!due && (status == NULL || strcmp(status, "lapsed") != 0))
		return;
	html_open_class(&s->h, "div", due ? "box" : "box bad");
	html_element(
		&s->h, "p",
		due ? "This award is due for redesignation: to go on, register before it lapses."
		    : "This award has lapsed. Its logos are no longer for use on websites, "
		      "letterheads or documents.");
	html_close(&s->h);
}

static void put_award_row(struct sheet *s, const json_t *award)
{
	struct html *h = &s->h;
	json_int_t sequence = json_member_integer(award, "sequence", 0);

	html_open(h, "tr");
	html_open(h, "td");
	say_day(h, json_member_text(award, "awarded_on"), is_month(award));
	html_close(h);
	html_open(h, "td");
	html_name(h, json_member_text(award, "citation"));
	html_close(h);
	html_open_class(h, "td", "wide-only");
	say_day(h, json_member_text(award, "expires_on"), is_month(award));
	html_close(h);
	html_open(h, "td");
	html_open(h, "a");
	html_attribute_format(h, "href", "../proofs/%" JSON_INTEGER_FORMAT ".tlog-proof", sequence);
	html_format(h, "Proof of entry %" JSON_INTEGER_FORMAT, sequence);
	html_close(h);
	html_void(h, "br");
	html_open(h, "small");
	html_element(h, "code", json_member_text(award, "leaf_hash"));
	html_close(h);
	html_close(h);
	html_close(h);
}

static void put_awards(struct sheet *s, const json_t *partnership)
{
	static const char *const heads[] = {"Awarded", "Citation", "wide-only|Current until",
					    "In the log", NULL};
	size_t i;
	json_t *each;

	html_element(&s->h, "h2", "Awards over time");
	html_open_class(&s->h, "table", "awards");
	sheet_heads(&s->h, heads);
	html_open(&s->h, "tbody");
	json_array_foreach(json_member(partnership, "awards"), i, each)
		put_award_row(s, each);
	html_close(&s->h);
	html_close(&s->h);
	html_open_class(&s->h, "p", "note");
	html_text(&s->h,
		  "Each award is an entry of the log; the hash of its leaf and the proof show "
		  "that it stands there unchanged. ");
	html_link(&s->h, "../proofs.html", "How to check a proof");
	html_close(&s->h);
}

static bool is_of(const json_t *study, const char *id)
{
	const char *partnership = json_member_text(study, "partnership");

	return partnership != NULL && id != NULL && strcmp(partnership, id) == 0;
}

static void put_practice(struct sheet *s, const char *id)
{
	size_t i, found = 0;
	json_t *each;

	json_array_foreach(json_member(s->site, "practice"), i, each) {
		const char *statement = json_member_text(each, "statement");

		if (!is_of(each, id) || statement == NULL)
			continue;
		if (found++ == 0) {
			html_element(&s->h, "h2", "Practice that it shares");
			html_open(&s->h, "ul");
		}
		html_open(&s->h, "li");
		html_text(&s->h, "“");
		html_name(&s->h, json_member_text(each, "title"));
		html_text(&s->h, "”, on ");
		html_open(&s->h, "a");
		html_attribute_format(&s->h, "href", "../practice.html#statement-%zu",
				      statement_place(&s->v, statement));
		say_statement(&s->h, &s->v, statement);
		html_close(&s->h);
		html_close(&s->h);
	}
	if (found > 0)
		html_close(&s->h);
}

int site_partnership(const json_t *site, const json_t *partnership, struct buffer *out)
{
	const char *id = json_member_text(partnership, "id");
	const char *name = json_member_text(partnership, "name");
	struct sheet s;
	char path[PATH_BYTES];

	(void)snprintf(path, sizeof path, "partnerships/%s.html", id); /* only its folder counts */
	sheet_begin(&s, site, path, name != NULL ? name : "", NULL);
	html_open_class(&s.h, "p", "over");
	html_link(&s.h, "../index.html", "The register");
	html_close(&s.h);
	html_open(&s.h, "h1");
	html_name(&s.h, name);
	html_close(&s.h);
	html_open_class(&s.h, "p", "citation");
	html_name(&s.h, json_member_text(newest_award(partnership), "citation"));
	html_close(&s.h);
	put_advice(&s, partnership);
	html_open(&s.h, "p");
	sheet_standing(&s, partnership);
	html_text(&s.h, ".");
	html_close(&s.h);
	put_awards(&s, partnership);
	put_practice(&s, id);
	return sheet_end(&s, out);
}
