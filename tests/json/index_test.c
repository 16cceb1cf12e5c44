/* The index over a text against Jansson's reader: what one takes the other takes, says the
 * same of it, and only canonical bytes are called so. AWARDD_SEED chooses other texts,
 * AWARDD_TEXTS how many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json/json.h"

enum { TEXTS = 60000 };

/* ---- one text, read by both ------------------------------------------------- */

static void same_string(const struct json_item *item, const char *bytes, size_t length)
{
	struct buffer b;

	buffer_init(&b);
	assert_int_equal(json_item_text(item, &b), 0);
	assert_int_equal(b.length, length);
	if (length > 0)
		assert_memory_equal(b.bytes, bytes, length);
	assert_true(json_item_is(item, (struct text){bytes, length}));
	assert_false(json_item_is(item, (struct text){bytes, length > 0 ? length - 1 : 1}));
	buffer_deinit(&b);
}

static void same(const struct json_item *item, json_t *value)
{
	const struct json_item *each = NULL;
	size_t count = 0;

	switch (json_typeof(value)) {
	case JSON_OBJECT:
		assert_int_equal(item->kind, JSON_ITEM_OBJECT);
		for (; (each = json_item_next(item, each)) != NULL; count++) {
			struct buffer name;
			buffer_init(&name);
			assert_int_equal(json_item_text(each, &name), 0);
			(void)buffer_append(&name, "", 0);
			json_t *member = json_object_get(value, name.bytes);
			assert_non_null(member);
			same(each + 1, member);
			assert_ptr_equal(json_item_get(item, name.bytes), each + 1);
			assert_ptr_equal(json_item_member(item, name.bytes),
					 json_is_null(member) ? NULL : each + 1);
			buffer_deinit(&name);
		}
		assert_int_equal(count, json_object_size(value));
		break;
	case JSON_ARRAY:
		assert_int_equal(item->kind, JSON_ITEM_ARRAY);
		for (; (each = json_item_next(item, each)) != NULL; count++)
			same(each, json_array_get(value, count));
		assert_int_equal(count, json_array_size(value));
		break;
	case JSON_STRING:
		assert_int_equal(item->kind, JSON_ITEM_STRING);
		same_string(item, json_string_value(value), json_string_length(value));
		break;
	case JSON_INTEGER:
		assert_int_equal(item->kind, JSON_ITEM_INTEGER);
		assert_true(item->integer == json_integer_value(value));
		break;
	case JSON_REAL:
		assert_int_equal(item->kind, JSON_ITEM_REAL);
		break;
	default:
		assert_int_equal(item->kind, json_is_null(value)   ? JSON_ITEM_NULL
					     : json_is_true(value) ? JSON_ITEM_TRUE
								   : JSON_ITEM_FALSE);
		break;
	}
	/* What stands there is the value's own text. */
	json_t *again = json_read(item->text, NULL);
	assert_non_null(again);
	assert_true(json_equal(again, value));
	json_decref(again);
}

/* Whether the text is canonical; the index must write what the document does. */
static bool is_canonical(const json_t *value, const struct json_item *item)
{
	struct buffer b, by_index;

	buffer_init(&b);
	buffer_init(&by_index);
	int rv = json_canonical(value, &b);
	assert_int_equal(json_item_canonical(item, NULL, 0, &by_index), rv);
	struct text wanted = {b.bytes, b.length}, written = {by_index.bytes, by_index.length};
	bool is = rv == 0 && text_equal(wanted, item->text);
	assert_true(rv != 0 || text_equal(written, wanted));
	buffer_deinit(&b);
	buffer_deinit(&by_index);
	return is;
}

/* 1 where it is taken. */
static int compared(struct json_index *x, struct text t)
{
	/* Memory of exactly this length, so that reading beyond it shows. */
	char *copy = malloc(t.length > 0 ? t.length : 1);
	assert_non_null(copy);
	memcpy(copy, t.bytes, t.length);
	t.bytes = copy;
	json_t *value = json_read(t, NULL);
	int rv = json_index_read(x, t);

	if ((rv == 0) != (value != NULL))
		fail_msg("%s is %s: %.*s", rv == 0 ? "not JSON" : "JSON",
			 rv == 0 ? "taken" : "refused", (int)t.length, t.bytes);
	if (value != NULL) {
		assert_int_equal(x->items[0].span, x->count);
		same(x->items, value);
		bool is = is_canonical(value, x->items) && x->items->text.length == t.length;
		assert_int_equal(x->canonical, is);
	}
	json_decref(value);
	free(copy);
	return rv == 0;
}

static void what_is_easily_read_wrong(void **state)
{
	static const char *const texts[] = {
		"",
		" ",
		"0",
		"-0",
		"-",
		"01",
		"-01",
		"1.",
		".5",
		"1.0",
		"1e",
		"1e5",
		"1E+05",
		"1e400",
		"-1e400",
		"1e-400",
		"9007199254740991",
		"9007199254740992",
		"-9007199254740991",
		"9223372036854775807",
		"9223372036854775808",
		"-9223372036854775808",
		"-9223372036854775809",
		"00000000000000000000",
		"99999999999999999999999",
		"null",
		"nul",
		"nulll",
		"true",
		"false",
		"True",
		"[]",
		"[ ]",
		"[1,]",
		"[,1]",
		"[1 2]",
		"[1",
		"]",
		"{}",
		"{\"a\"}",
		"{\"a\":}",
		"{\"a\":1,}",
		"{a:1}",
		"{1:1}",
		"{\"a\":1}",
		"{\"a\":1,\"a\":1}",
		"{\"a\":1,\"\\u0061\":1}",
		"{\"b\":1,\"a\":1}",
		"{\"a\":1,\"b\":1}",
		"{\"a\":1,\"aa\":1}",
		"{\"aa\":1,\"a\":1}",
		"{\"\":1}",
		"{\"\xef\xac\xb3\":1,\"\xf0\x9f\x98\x80\":2}",
		"{\"\xf0\x9f\x98\x80\":1,\"\xef\xac\xb3\":2}",
		"{\"\\n\":1,\"\\r\":2,\"1\":3}",
		"\"",
		"\"\\\"",
		"\"\\",
		"\"\\x\"",
		"\"\\u\"",
		"\"\\u12\"",
		"\"\\u000\"",
		"\"\\u0000\"",
		"\"\\u0001\"",
		"\"\\u001f\"",
		"\"\\u001F\"",
		"\"\\u000a\"",
		"\"\\n\"",
		"\"\\/\"",
		"\"/\"",
		"\"\\u0022\"",
		"\"\\\\\"",
		"\"\\u005c\"",
		"\"\x7f\"",
		"\"\x1f\"",
		"\"\\ud83d\\ude00\"",
		"\"\\ud83d\"",
		"\"\\ud83dx\"",
		"\"\\ude00\"",
		"\"\\ud83d\\ud83d\"",
		"\"\\uDFFF\"",
		"\"\xc3\xa9\"",
		"\"\xc3\"",
		"\"\xc0\x80\"",
		"\"\xe0\x80\x80\"",
		"\"\xed\xa0\x80\"",
		"\"\xf0\x80\x80\x80\"",
		"\"\xf4\x90\x80\x80\"",
		"\"\xf5\x80\x80\x80\"",
		"\"\xff\"",
		"\"\x80\"",
		"\xef\xbb\xbf{}",
		"[1]x",
		"[1] \n",
		"1 1",
		"/**/1",
		"'a'",
		"NaN",
		"Infinity",
		"[[[[]]]]",
		"{\"a\":{\"b\":[{}]}}",
	};
	struct json_index x;
	int taken = 0;

	(void)state;
	json_index_init(&x);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		taken += compared(&x, text_of(texts[i]));
	assert_true(taken > 40);
	(void)compared(&x, (struct text){"\"a\0b\"", 5});
	(void)compared(&x, (struct text){"1\0", 2});
	json_index_deinit(&x);
}

static void nesting_has_the_same_end(void **state)
{
	struct json_index x;

	(void)state;
	json_index_init(&x);
	for (size_t depth = 2046; depth < 2051; depth++) {
		char text[2 * 2051 + 1];
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		assert_int_equal(compared(&x, (struct text){text, 2 * depth}), depth <= 2048);
	}
	json_index_deinit(&x);
}

/* ---- random texts ------------------------------------------------------------- */

struct dice {
	uint64_t state;
};

static unsigned below(struct dice *d, unsigned limit)
{
	d->state ^= d->state >> 12;
	d->state ^= d->state << 25;
	d->state ^= d->state >> 27;
	return (unsigned)((d->state * 0x2545F4914F6CDD1DULL >> 33) % limit);
}

static const char *const pieces[] = {
	"0",
	"-1",
	"12",
	"9007199254740992",
	"1.5",
	"-0",
	"true",
	"null",
	"\"a\"",
	"\"\"",
	"\"\\n\"",
	"\"\\u0001\"",
	"\"\\u0041\"",
	"\"\xc3\xa9\"",
	"\"\xf0\x9f\x98\x80\"",
	"\"\\\\\"",
	"\"\\ud83d\\ude00\"",
	"\"\xef\xac\xb3\"",
};

static const char *const names[] = {"a", "b",  "aa",       "\\u0061",      "\\n",
				    "",  "10", "\xc3\xa9", "\xef\xac\xb3", "\xf0\x9f\x98\x80",
				    "~", "2"};

static void append_random(struct dice *d, struct buffer *b, int depth)
{
	unsigned kind = below(d, depth > 5 ? 2 : 6), count = below(d, 4);
	unsigned from = below(d, sizeof names / sizeof *names);
	bool spaced = below(d, 8) == 0;

	if (kind < 2) {
		(void)buffer_append_text(b, pieces[below(d, sizeof pieces / sizeof *pieces)]);
		return;
	}
	if (kind == 5 && below(d, 4) == 0)
		count += 20; /* more names than are compared each with each */
	(void)buffer_append_text(b, kind < 4 ? "[" : "{");
	for (unsigned i = 0; i < count; i++) {
		if (i > 0)
			(void)buffer_append_text(b, spaced ? " , " : ",");
		if (kind >= 4 && count > 10)
			(void)buffer_printf(b, "\"n%u\":", below(d, 200));
		else if (kind >= 4)
			(void)buffer_printf(
				b, "\"%s\":", names[(from + i) % (sizeof names / sizeof *names)]);
		append_random(d, b, depth + 1);
	}
	(void)buffer_append_text(b, kind < 4 ? "]" : "}");
}

static void spoil(struct dice *d, struct buffer *b)
{
	static const char bytes[] = "{}[]\",:\\u01289eE.-+ntf \n\t\x01\x7f\x80\xc3\xed\xf0\xff";

	for (unsigned n = below(d, 3); n > 0 && b->length > 0; n--) {
		size_t at = below(d, (unsigned)b->length);
		if (below(d, 3) == 0)
			b->length = at > 0 ? at : 1;
		else
			b->bytes[at] = bytes[below(d, sizeof bytes)];
	}
}

static void random_texts_are_read_as_jansson_reads_them(void **state)
{
	const char *seed = getenv("AWARDD_SEED"), *texts = getenv("AWARDD_TEXTS");
	struct dice d = {0x9E3779B97F4A7C15ULL ^ strtoull(seed != NULL ? seed : "1", NULL, 10)};
	long count = texts != NULL ? atol(texts) : TEXTS, taken = 0, canonical = 0;
	struct json_index x;
	struct buffer b;

	(void)state;
	json_index_init(&x);
	buffer_init(&b);
	for (long i = 0; i < count; i++) {
		buffer_clear(&b);
		append_random(&d, &b, 0);
		spoil(&d, &b);
		int took = compared(&x, (struct text){b.bytes, b.length});
		taken += took;
		canonical += took && x.canonical;
	}
	print_message("%ld of %ld texts are JSON, %ld of them canonical\n", taken, count,
		      canonical);
	assert_true(taken > count / 4 && taken < count && canonical > count / 20);
	buffer_deinit(&b);
	json_index_deinit(&x);
}

/* ---- pointers, and members put in --------------------------------------------- */

static void a_pointer_finds_what_it_finds_in_a_document(void **state)
{
	static const char text[] = "{\"a\":[1,{\"b/c\":2,\"\":3}],\"~\":null}";
	static const char *const pointers[] = {"",     "/a",       "/a/0", "/a/1/b~1c", "/a/1/",
					       "/a/2", "/a/01",    "/a/-", "/~0",       "/b",
					       "a",    "/a/1/b/c", "/~2"};
	struct json_index x;
	json_t *document = json_read(text_of(text), NULL);

	(void)state;
	json_index_init(&x);
	assert_int_equal(json_index_read(&x, text_of(text)), 0);
	for (size_t i = 0; i < sizeof pointers / sizeof *pointers; i++) {
		const struct json_item *found = json_item_at(x.items, pointers[i]);
		const json_t *wanted = json_pointer_get(document, pointers[i]);
		assert_int_equal(found != NULL, wanted != NULL);
		if (found != NULL)
			same(found, json_pointer_get(document, pointers[i]));
	}
	json_decref(document);
	json_index_deinit(&x);
}

static void a_member_is_put_where_it_belongs(void **state)
{
	static const struct {
		const char *object, *name, *wanted;
	} cases[] = {
		{"{}", "m", "{\"m\":7}"},
		{"{\"a\":1}", "m", "{\"a\":1,\"m\":7}"},
		{"{\"z\":1}", "m", "{\"m\":7,\"z\":1}"},
		{"{\"a\":1,\"z\":1}", "m", "{\"a\":1,\"m\":7,\"z\":1}"},
		{"{\"a\":1,\"m\":2,\"z\":1}", "m", "{\"a\":1,\"m\":7,\"z\":1}"},
		{"{\"\\n\":1}", "\"", "{\"\\n\":1,\"\\\"\":7}"},
	};
	struct json_index x;
	struct buffer b;

	(void)state;
	json_index_init(&x);
	buffer_init(&b);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		buffer_clear(&b);
		assert_int_equal(json_index_read(&x, text_of(cases[i].object)), 0);
		assert_int_equal(json_item_put(x.items, cases[i].name, text_of("7"), &b), 0);
		assert_string_equal(b.bytes, cases[i].wanted);
	}
	buffer_deinit(&b);
	json_index_deinit(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_easily_read_wrong),
		cmocka_unit_test(nesting_has_the_same_end),
		cmocka_unit_test(a_pointer_finds_what_it_finds_in_a_document),
		cmocka_unit_test(a_member_is_put_where_it_belongs),
		cmocka_unit_test(random_texts_are_read_as_jansson_reads_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
