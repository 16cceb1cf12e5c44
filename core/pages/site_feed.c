/* New awards as an Atom feed (RFC 4287), the newest first. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pages/site.h"

enum { ENTRIES_MOST = 50, URN_TEXT = 64 };

struct item {
	const json_t *partnership, *award;
};

/* What was decided here; awards made before were announced before. */
static bool is_new(const json_t *award)
{
	const char *kind = json_member_text(award, "kind");

	return kind != NULL && strcmp(kind, "decision") == 0 &&
	       json_member_text(award, "at") != NULL &&
	       json_member_text(award, "leaf_hash") != NULL;
}

static int compare_items(const void *left, const void *right)
{
	const struct item *a = left, *b = right;
	json_int_t a_at = json_member_integer(a->award, "sequence", 0);
	json_int_t b_at = json_member_integer(b->award, "sequence", 0);

	return (b_at > a_at) - (b_at < a_at);
}

/* Gives the items, the newest first; NULL: no memory. */
static struct item *items_of(const json_t *site, size_t *count)
{
	size_t i, k, most = 0;
	json_t *partnership, *award;

	json_array_foreach(json_member(site, "partnerships"), i, partnership)
		most += json_array_size(json_member(partnership, "awards"));
	struct item *items = calloc(most + 1, sizeof *items);

	*count = 0;
	if (items == NULL)
		return NULL;
	json_array_foreach(json_member(site, "partnerships"), i, partnership) {
		json_array_foreach(json_member(partnership, "awards"), k, award) {
			if (is_new(award))
				items[(*count)++] = (struct item){partnership, award};
		}
	}
	qsort(items, *count, sizeof *items, compare_items);
	return items;
}

/* A UUID (RFC 9562, version 8) of what is hashed already: the same for ever. */
static void format_urn(const char *hex, char out[URN_TEXT])
{
	if (hex == NULL || strlen(hex) < 32)
		hex = "00000000000000000000000000000000";
	(void)snprintf(out, URN_TEXT, "urn:uuid:%.8s-%.4s-8%.3s-8%.3s-%.12s", hex, hex + 8,
		       hex + 13, hex + 17, hex + 20);
}

static void put_item(struct html *h, const struct item *item)
{
	char urn[URN_TEXT];

	format_urn(json_member_text(item->award, "leaf_hash"), urn);
	html_open(h, "entry");
	html_element(h, "id", urn);
	html_element(h, "title", json_member_text(item->award, "citation"));
	html_element(h, "updated", json_member_text(item->award, "at"));
	html_void(h, "link");
	html_attribute_format(h, "href", "partnerships/%s.html",
			      json_member_text(item->partnership, "id"));
	html_element(h, "summary", json_member_text(item->award, "citation"));
	html_close(h);
}

static void put_feed(struct html *h, const json_t *site, const struct item *items, size_t count)
{
	const json_t *log = json_member(site, "log");
	const char *title = json_member_text(json_member(site, "scheme"), "title");
	const char *origin = json_member_text(log, "origin");
	const char *slash = origin != NULL ? strrchr(origin, '/') : NULL;
	char urn[URN_TEXT];

	format_urn(slash != NULL ? slash + 1 : NULL, urn);
	html_open(h, "feed");
	html_attribute(h, "xmlns", "http://www.w3.org/2005/Atom");
	html_attribute(h, "xml:lang", "en-GB");
	html_element(h, "id", urn);
	html_element(h, "title", title != NULL ? title : "New awards");
	html_element(h, "updated",
		     count > 0 ? json_member_text(items[0].award, "at") : "1970-01-01T00:00:00Z");
	html_open(h, "author");
	html_element(h, "name", title != NULL ? title : "The register of awards");
	html_close(h);
	html_void(h, "link");
	html_attribute(h, "rel", "self");
	html_attribute(h, "href", "feed.xml");
	html_void(h, "link");
	html_attribute(h, "href", "index.html");
	for (size_t i = 0; i < count && i < ENTRIES_MOST; i++)
		put_item(h, &items[i]);
	html_close(h);
}

int site_feed(const json_t *site, struct buffer *out)
{
	size_t count;
	struct item *items = items_of(site, &count);
	struct html h;

	if (items == NULL)
		return -ENOMEM;
	html_init(&h);
	h.xml = true;
	html_xml(&h);
	put_feed(&h, site, items, count);
	int rv = html_end(&h, out);
	html_deinit(&h);
	free(items);
	return rv;
}
