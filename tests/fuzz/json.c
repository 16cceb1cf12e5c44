/* The strict reader against a second one, written here from RFC 8259 alone: both take
 * the same texts, and what was read is written and read again as it was. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "json/json.h"

/* Jansson's limits: how deep values may stand, and what a number may be. */
enum { DEEPEST = 2048 };

struct walk {
	struct text rest;
	int depth;
	bool inexact; /* a number that no canonical text has */
};

static int peek(const struct walk *w)
{
	return w->rest.length > 0 ? (unsigned char)*w->rest.bytes : -1;
}

static bool take(struct walk *w, const char *what)
{
	size_t length = strlen(what);

	if (w->rest.length < length || memcmp(w->rest.bytes, what, length) != 0)
		return false;
	w->rest = (struct text){w->rest.bytes + length, w->rest.length - length};
	return true;
}

static void pass_space(struct walk *w)
{
	while (peek(w) == ' ' || peek(w) == '\t' || peek(w) == '\n' || peek(w) == '\r')
		(void)fuzz_byte(&w->rest);
}

/* ---- texts ---------------------------------------------------------------- */

static bool read_hex(struct walk *w, unsigned *out)
{
	*out = 0;
	for (int i = 0; i < 4; i++) {
		int c = peek(w) | 0x20;
		bool digit = peek(w) >= '0' && peek(w) <= '9', letter = c >= 'a' && c <= 'f';
		if (peek(w) < 0 || (!digit && !letter))
			return false;
		*out = *out << 4 | (unsigned)(digit ? peek(w) - '0' : c - 'a' + 10);
		(void)fuzz_byte(&w->rest);
	}
	return true;
}

static void put_point(struct buffer *out, unsigned point)
{
	const char bytes[] = {(char)(0xF0 | point >> 18), (char)(0x80 | (point >> 12 & 0x3F)),
			      (char)(0x80 | (point >> 6 & 0x3F)), (char)(0x80 | (point & 0x3F))};
	char one = (char)point;

	if (point < 0x80) {
		(void)buffer_append(out, &one, 1);
	} else if (point < 0x800) {
		one = (char)(0xC0 | point >> 6);
		(void)buffer_append(out, &one, 1);
		(void)buffer_append(out, bytes + 3, 1);
	} else if (point < 0x10000) {
		one = (char)(0xE0 | point >> 12);
		(void)buffer_append(out, &one, 1);
		(void)buffer_append(out, bytes + 2, 2);
	} else {
		(void)buffer_append(out, bytes, 4);
	}
}

static bool read_escape(struct walk *w, struct buffer *out)
{
	static const char plain[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
	unsigned point, low;
	int c = (int)fuzz_byte(&w->rest);

	for (const char *p = plain; *p != '\0'; p += 2) {
		if (c == *p)
			return buffer_append(out, p + 1, 1) == 0;
	}
	if (c != 'u' || !read_hex(w, &point) || point == 0)
		return false;
	if (point >= 0xD800 && point < 0xDC00) {
		if (!take(w, "\\u") || !read_hex(w, &low) || low < 0xDC00 || low > 0xDFFF)
			return false;
		point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
	} else if (point >= 0xDC00 && point < 0xE000) {
		return false;
	}
	put_point(out, point);
	return true;
}

/* One character of RFC 3629. */
static bool read_utf8(struct walk *w, struct buffer *out)
{
	unsigned lead = fuzz_byte(&w->rest), point = lead;
	unsigned more = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
	static const unsigned least[] = {0, 0x80, 0x800, 0x10000};

	if (lead < 0x20 || (lead >= 0x80 && lead < 0xC0) || lead > 0xF7)
		return false;
	if (more > 0)
		point = lead & (0x3Fu >> more);
	for (unsigned i = 0; i < more; i++) {
		if (peek(w) < 0x80 || peek(w) > 0xBF)
			return false;
		point = point << 6 | (fuzz_byte(&w->rest) & 0x3F);
	}
	if (point < least[more] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000))
		return false;
	put_point(out, point);
	return true;
}

static bool read_text(struct walk *w, struct buffer *out)
{
	if (!take(w, "\""))
		return false;
	while (peek(w) >= 0) {
		if (take(w, "\""))
			return true;
		if (!(take(w, "\\") ? read_escape(w, out) : read_utf8(w, out)))
			return false;
	}
	return false;
}

/* ---- values --------------------------------------------------------------- */

static bool pass_digits(struct walk *w)
{
	size_t before = w->rest.length;

	while (peek(w) >= '0' && peek(w) <= '9')
		(void)fuzz_byte(&w->rest);
	return w->rest.length < before;
}

static bool read_number(struct walk *w)
{
	const char *from = w->rest.bytes;
	bool real = false;

	(void)take(w, "-");
	if (!take(w, "0") && !pass_digits(w))
		return false;
	if (take(w, ".")) {
		real = true;
		if (!pass_digits(w))
			return false;
	}
	if (take(w, "e") || take(w, "E")) {
		real = true;
		if (!take(w, "+"))
			(void)take(w, "-");
		if (!pass_digits(w))
			return false;
	}
	char *copy = strndup(from, (size_t)(w->rest.bytes - from));
	fuzz_must(copy != NULL, "no memory");
	long double value = strtold(copy, NULL);
	bool fits = real ? (double)value <= 1.7976931348623157e308 &&
				    (double)value >= -1.7976931348623157e308
			 : value <= (long double)INT64_MAX && value >= (long double)INT64_MIN;
	w->inexact = w->inexact || real || value > 9007199254740991.0L ||
		     value < -9007199254740991.0L;
	free(copy);
	return fits;
}

static bool read_value(struct walk *w);

static bool read_list(struct walk *w)
{
	pass_space(w);
	if (take(w, "]"))
		return true;
	for (;;) {
		if (!read_value(w))
			return false;
		if (take(w, "]"))
			return true;
		if (!take(w, ","))
			return false;
	}
}

/* Whether the name was there before; else it is added, with its NUL. */
static bool known(struct buffer *names, const struct buffer *name)
{
	const char *text = name->bytes != NULL ? name->bytes : "";

	for (size_t at = 0; at < names->length; at += strlen(names->bytes + at) + 1) {
		if (strcmp(names->bytes + at, text) == 0)
			return true;
	}
	(void)buffer_append(names, text, name->length + 1);
	return false;
}

static bool read_members(struct walk *w, struct buffer *names)
{
	for (;;) {
		struct buffer name;
		buffer_init(&name);
		pass_space(w);
		bool fits = read_text(w, &name) && !known(names, &name);
		buffer_deinit(&name);
		pass_space(w);
		if (!fits || !take(w, ":") || !read_value(w))
			return false;
		if (take(w, "}"))
			return true;
		if (!take(w, ","))
			return false;
	}
}

static bool read_object(struct walk *w)
{
	struct buffer names;

	pass_space(w);
	if (take(w, "}"))
		return true;
	buffer_init(&names);
	bool fits = read_members(w, &names);
	buffer_deinit(&names);
	return fits;
}

static bool read_value(struct walk *w)
{
	struct buffer text;
	bool fits;

	if (++w->depth > DEEPEST)
		return false;
	pass_space(w);
	if (take(w, "{")) {
		fits = read_object(w);
	} else if (take(w, "[")) {
		fits = read_list(w);
	} else if (peek(w) == '"') {
		buffer_init(&text);
		fits = read_text(w, &text);
		buffer_deinit(&text);
	} else {
		fits = take(w, "true") || take(w, "false") || take(w, "null") || read_number(w);
	}
	pass_space(w);
	w->depth--;
	return fits;
}

/* ---- the property ----------------------------------------------------------- */

static void again(const json_t *value, const struct buffer *bytes, const char *how)
{
	json_t *second = json_read((struct text){bytes->bytes, bytes->length}, NULL);

	fuzz_must(second != NULL, "what is written %s is not read again", how);
	fuzz_must(json_equal(value, second), "what is written %s is another document", how);
	json_decref(second);
}

static void write_canonical(const json_t *value, bool inexact)
{
	struct buffer once, twice;

	buffer_init(&once);
	buffer_init(&twice);
	int rv = json_canonical(value, &once);
	fuzz_must(rv == (inexact ? AW_EINVALID : 0), "canonical text: %d", rv);
	if (rv == 0) {
		again(value, &once, "canonically");
		json_t *second = json_read((struct text){once.bytes, once.length}, NULL);
		fuzz_must(json_canonical(second, &twice) == 0 && once.length == twice.length &&
				  memcmp(once.bytes, twice.bytes, once.length) == 0,
			  "there are two canonical texts");
		json_decref(second);
	}
	buffer_deinit(&once);
	buffer_deinit(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct walk w = {.rest = fuzz_text(data, size)};
	struct err e = {0};
	struct buffer compact;

	json_t *value = json_read(fuzz_text(data, size), &e);
	bool fits = read_value(&w) && w.rest.length == 0;
	fuzz_must(fits == (value != NULL), "one reader takes it, the other does not: %s", e.text);
	if (value == NULL) {
		fuzz_must(e.status == AW_ESYNTAX && e.text[0] != '\0', "refused with %d: %s",
			  e.status, e.text);
		return 0;
	}
	write_canonical(value, w.inexact);
	buffer_init(&compact);
	fuzz_must(json_compact(value, &compact) == 0, "no compact text");
	again(value, &compact, "compactly");
	buffer_deinit(&compact);
	json_decref(value);
	return 0;
}
