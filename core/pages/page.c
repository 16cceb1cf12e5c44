/* What stands around a page: its head, the way to the others, its foot. */
#include <string.h>

#include "pages/inner.h"

const char *page_up(const struct page *page)
{
	return page->file != NULL && strchr(page->file, '/') != NULL ? "../" : "";
}

static void put_meta(struct html *h, const char *name, const char *content)
{
	html_void(h, "meta");
	html_attribute(h, "name", name);
	html_attribute(h, "content", content);
}

static bool carries_style(const struct page *page)
{
	return page->file == NULL || page->carries_style;
}

/* Nothing is fetched from elsewhere, and no script runs but ours. */
static void put_policy(struct html *h, const struct page *page)
{
	struct buffer policy;

	buffer_init(&policy);
	(void)buffer_append_text(&policy, "default-src 'none'; base-uri 'none'; style-src ");
	if (carries_style(page))
		html_asset_source(&asset_style_css, &policy);
	else
		(void)buffer_append_text(&policy, "'self'"); /* the buffer remembers */
	if (page->script != NULL) {
		(void)buffer_append_text(&policy, "; script-src "); /* likewise */
		html_asset_source(page->script, &policy);
	}
	html_void(h, "meta");
	html_attribute(h, "http-equiv", "Content-Security-Policy");
	html_attribute(h, "content", policy.bytes);
	h->out.failed = h->out.failed || policy.failed;
	buffer_deinit(&policy);
}

static void put_style(struct html *h, const struct page *page)
{
	if (carries_style(page)) {
		html_open(h, "style");
		html_asset(h, &asset_style_css);
		html_close(h);
		return;
	}
	html_void(h, "link");
	html_attribute(h, "rel", "stylesheet");
	html_attribute_format(h, "href", "%sstyle.css", page_up(page));
	html_void(h, "link");
	html_attribute(h, "rel", "alternate");
	html_attribute(h, "type", "application/atom+xml");
	html_attribute(h, "title", "New awards");
	html_attribute_format(h, "href", "%sfeed.xml", page_up(page));
}

static void put_head(struct html *h, const struct page *page)
{
	html_open(h, "head");
	html_void(h, "meta");
	html_attribute(h, "charset", "utf-8");
	put_policy(h, page);
	put_meta(h, "viewport", "width=device-width, initial-scale=1");
	put_meta(h, "color-scheme", "light dark");
	put_meta(h, "referrer", "no-referrer");
	html_open(h, "title");
	html_text(h, page->title);
	if (page->site != NULL && strcmp(page->site, page->title) != 0) {
		html_text(h, " – ");
		html_text(h, page->site);
	}
	html_close(h);
	put_style(h, page);
	html_close(h);
}

static void put_ways(struct html *h, const struct page *page)
{
	static const struct {
		const char *file, *text;
	} ways[] = {
		{"index.html", "Register"},
		{"practice.html", "Effective practice"},
		{"national.html", "National picture"},
		{"scheme.html", "The scheme"},
		{"self-evaluation.html", "Self-evaluation"},
		{"proofs.html", "Proofs"},
	};

	html_open(h, "nav");
	html_attribute(h, "aria-label", "Pages");
	html_open(h, "ul");
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		html_open(h, "li");
		html_open(h, "a");
		html_attribute_format(h, "href", "%s%s", page_up(page), ways[i].file);
		if (strcmp(ways[i].file, page->file) == 0)
			html_attribute(h, "aria-current", "page");
		html_text(h, ways[i].text);
		html_close(h);
		html_close(h);
	}
	html_close(h);
	html_close(h);
}

static void put_header(struct html *h, const struct page *page)
{
	html_open_class(h, "header", "site");
	html_open_class(h, "div", "in");
	html_open_class(h, "p", "mark");
	if (page->file != NULL) {
		html_open(h, "a");
		html_attribute_format(h, "href", "%sindex.html", page_up(page));
		html_text(h, page->site);
		html_close(h);
	} else {
		html_text(h, page->site);
	}
	html_close(h);
	if (page->file != NULL)
		put_ways(h, page);
	html_close(h);
	html_close(h);
}

void page_begin(struct html *h, const struct page *page)
{
	html_doctype(h);
	html_open(h, "html");
	html_attribute(h, "lang", "en-GB");
	put_head(h, page);
	html_open(h, "body");
	html_open_class(h, "a", "skip");
	html_attribute(h, "href", "#main");
	html_text(h, "Skip to the content");
	html_close(h);
	put_header(h, page);
	html_open_class(h, "main", "in");
	html_attribute(h, "id", "main");
}

void page_end(struct html *h, const struct page *page)
{
	html_close(h); /* main */
	html_open_class(h, "footer", "foot");
	html_open_class(h, "div", "in");
	html_open(h, "p");
	if (page->file != NULL)
		html_text(
			h,
			"Made from the log of awards. Every award shown here stands in it, which can "
			"be proved. ");
	else
		html_text(
			h,
			"Made from the log of decisions, for the partnership that it is about and "
			"for the award body. It needs no network and no script.");
	if (page->file != NULL) {
		html_open(h, "a");
		html_attribute_format(h, "href", "%sfeed.xml", page_up(page));
		html_text(h, "New awards as a feed");
		html_close(h);
	}
	html_close(h);
	html_close(h);
	html_close(h);
	if (page->script != NULL) {
		html_open(h, "script");
		html_asset(h, page->script);
		html_close(h);
	}
	html_close(h); /* body */
	html_close(h); /* html */
}
