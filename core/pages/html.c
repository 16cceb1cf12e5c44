/* Elements, attributes and text, each escaped where it is written. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "pages/html.h"
#include "tlog/tlog.h"

void html_init(struct html *h)
{
	*h = (struct html){.depth = 0};
	buffer_init(&h->out);
}

void html_deinit(struct html *h)
{
	buffer_deinit(&h->out);
}

static void put(struct html *h, const char *literal)
{
	(void)buffer_append_text(&h->out, literal); /* the buffer remembers */
}

/* What a start tag leaves open is closed by whatever comes behind it. */
static void end_tag(struct html *h)
{
	if (!h->in_tag)
		return;
	put(h, h->is_void && h->xml ? "/>" : ">");
	h->in_tag = false;
}

int html_end(struct html *h, struct buffer *out)
{
	end_tag(h);
	assert(h->depth == 0);
	put(h, "\n");
	if (buffer_status(&h->out) != 0)
		return -ENOMEM;
	return buffer_append(out, h->out.bytes, h->out.length);
}

/* ---- text ---------------------------------------------------------------------- */

/* What may not stand as it is; NULL: it may. */
static const char *escape_of(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	case '\n':
	case '\t':
		return NULL;
	default:
		return c < 0x20 || c == 0x7f ? "\xef\xbf\xbd" : NULL;
	}
}

/* How many bytes a character takes that neither HTML nor XML may hold (U+0080 to U+009F, U+FFFE
 * and U+FFFF), or that turns what stands behind its text: embeddings and overrides (U+202A to
 * U+202E) and isolates (U+2066 to U+2069). 0: it may stand. */
static size_t forbidden(const char *c)
{
	const unsigned char *u = (const unsigned char *)c;

	if (u[0] == 0xc2 && u[1] >= 0x80 && u[1] < 0xa0)
		return 2;
	if (u[0] == 0xe2 && ((u[1] == 0x80 && u[2] >= 0xaa && u[2] <= 0xae) ||
			     (u[1] == 0x81 && u[2] >= 0xa6 && u[2] <= 0xa9)))
		return 3;
	return u[0] == 0xef && u[1] == 0xbf && u[2] >= 0xbe ? 3 : 0;
}

static void escape(struct html *h, const char *text)
{
	const char *from = text, *c = text;

	while (*c != '\0') {
		size_t length = forbidden(c);
		const char *instead = length > 0 ? "\xef\xbf\xbd" : escape_of((unsigned char)*c);

		if (instead != NULL) {
			(void)buffer_append(&h->out, from, (size_t)(c - from)); /* it remembers */
			put(h, instead);
			from = c + (length > 0 ? length : 1);
		}
		c += length > 0 ? length : 1;
	}
	put(h, from);
}

void html_text(struct html *h, const char *text)
{
	end_tag(h);
	if (text != NULL)
		escape(h, text);
}

void html_format(struct html *h, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args); /* ours are short; may be cut */
	va_end(args);
	html_text(h, text);
}

/* ---- elements -------------------------------------------------------------------- */

void html_doctype(struct html *h)
{
	put(h, "<!DOCTYPE html>\n");
}

void html_xml(struct html *h)
{
	put(h, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
}

static void begin(struct html *h, const char *name, bool is_void)
{
	end_tag(h);
	put(h, "<");
	put(h, name);
	h->in_tag = true;
	h->is_void = is_void;
}

void html_open(struct html *h, const char *name)
{
	begin(h, name, false);
	assert(h->depth < HTML_DEPTH);
	h->open[h->depth++] = name;
}

void html_open_class(struct html *h, const char *name, const char *class)
{
	html_open(h, name);
	html_attribute(h, "class", class);
}

void html_void(struct html *h, const char *name)
{
	begin(h, name, true);
}

/* Line breaks stand where they mean nothing and a reader of the source wants them. */
static bool breaks_after(const char *name)
{
	static const char *const names[] = {
		"p",       "h1",     "h2",    "h3",      "li",    "tr",    "table",
		"section", "header", "ul",    "ol",      "dl",    "dd",    "title",
		"style",   "script", "nav",   "main",    "head",  "thead", "body",
		"footer",  "option", "entry", "caption", "tbody", "div",
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

void html_close(struct html *h)
{
	assert(h->depth > 0);
	const char *name = h->open[--h->depth];

	end_tag(h);
	put(h, "</");
	put(h, name);
	put(h, breaks_after(name) ? ">\n" : ">");
}

void html_attribute(struct html *h, const char *name, const char *value)
{
	assert(h->in_tag);
	if (value == NULL)
		return;
	put(h, " ");
	put(h, name);
	put(h, "=\"");
	escape(h, value);
	put(h, "\"");
}

void html_attribute_format(struct html *h, const char *name, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args); /* ours are short; may be cut */
	va_end(args);
	html_attribute(h, name, text);
}

void html_element(struct html *h, const char *name, const char *text)
{
	html_element_class(h, name, NULL, text);
}

void html_element_class(struct html *h, const char *name, const char *class, const char *text)
{
	html_open_class(h, name, class);
	html_text(h, text);
	html_close(h);
}

void html_name(struct html *h, const char *name)
{
	html_element(h, "bdi", name);
}

void html_link(struct html *h, const char *href, const char *text)
{
	html_open(h, "a");
	html_attribute(h, "href", href);
	html_text(h, text);
	html_close(h);
}

/* ---- data, and what was compiled in ---------------------------------------------- */

void html_json(struct html *h, const json_t *document)
{
	struct buffer b;

	end_tag(h);
	buffer_init(&b);
	if (json_compact(document, &b) != 0)
		h->out.failed = true;
	/* In JSON these stand only within strings, where an escape says the same. */
	for (size_t i = 0; i < b.length; i++)
		if (b.bytes[i] == '<' || b.bytes[i] == '>' || b.bytes[i] == '&')
			(void)buffer_printf(&h->out, "\\u%04x", (unsigned)b.bytes[i]);
		else
			(void)buffer_append(&h->out, b.bytes + i, 1); /* the buffer remembers */
	buffer_deinit(&b);
}

void html_asset(struct html *h, const struct asset *asset)
{
	end_tag(h);
	(void)buffer_append(&h->out, asset->bytes, asset->length); /* the buffer remembers */
}

void html_asset_source(const struct asset *asset, struct buffer *out)
{
	struct digest d = digest_of(asset->bytes, asset->length);

	(void)buffer_append_text(out, "'sha256-"); /* the buffer remembers */
	if (base64_append(d.bytes, sizeof d.bytes, out) != 0)
		out->failed = true;
	(void)buffer_append_text(out, "'"); /* likewise */
}
