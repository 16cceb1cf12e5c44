/*
 * html: a writer of HTML and XML that escapes by construction. Every text and every
 * attribute goes through it; what reaches the page unescaped is only what was compiled in.
 * Inside this room only.
 */
#ifndef AW_PAGES_HTML_H
#define AW_PAGES_HTML_H

#include "json/json.h"

enum { HTML_DEPTH = 24 };

struct html {
	struct buffer out; /* failed where memory ran out: looked at once, at the end */
	const char *open[HTML_DEPTH];
	size_t depth;
	bool in_tag; /* the start tag still takes attributes */
	bool is_void;
	bool xml; /* elements without content end with "/>" */
};

/* A file of this room, compiled in. */
struct asset {
	const unsigned char *bytes;
	size_t length;
};

extern const struct asset asset_style_css, asset_register_js, asset_form_js;

void html_init(struct html *h);
void html_deinit(struct html *h);
/* Every element is closed; moves the bytes to the end of `out`. 0 or -ENOMEM. */
int html_end(struct html *h, struct buffer *out);

/* ---- elements: names are literals -------------------------------------------- */
void html_doctype(struct html *h);
void html_xml(struct html *h);
void html_open(struct html *h, const char *name);
void html_open_class(struct html *h, const char *name, const char *class);
void html_close(struct html *h);
/* One without content: meta, input, br. */
void html_void(struct html *h, const char *name);
/* Right after an opening. A NULL value adds nothing. */
void html_attribute(struct html *h, const char *name, const char *value);
void html_attribute_format(struct html *h, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* ---- what stands in them ------------------------------------------------------ */
/* NULL is no text. Control characters become U+FFFD. */
void html_text(struct html *h, const char *text);
void html_format(struct html *h, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* An element that holds one text. */
void html_element(struct html *h, const char *name, const char *text);
void html_element_class(struct html *h, const char *name, const char *class, const char *text);
/* A name of somebody, which may be written in either direction. */
void html_name(struct html *h, const char *name);
/* A link: where to, and its text. */
void html_link(struct html *h, const char *href, const char *text);
/* A document as data for a script; no character of it can end the script. */
void html_json(struct html *h, const json_t *document);
/* A style sheet or script of ours. */
void html_asset(struct html *h, const struct asset *asset);
/* "sha256-...", by which a content security policy lets it in. */
void html_asset_source(const struct asset *asset, struct buffer *out);

#endif
