/* The writer of pages: whatever text comes in, it stays text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pages/html.h"

/* What the writer makes of a text, as an element's and as an attribute's; must be freed. */
static char *written(const char *text)
{
	struct html h;
	struct buffer out;

	buffer_init(&out);
	html_init(&h);
	html_open(&h, "p");
	html_attribute(&h, "title", text);
	html_text(&h, text);
	html_close(&h);
	assert_int_equal(html_end(&h, &out), 0);
	html_deinit(&h);
	char *bytes = buffer_give(&out);

	assert_non_null(bytes);
	return bytes;
}

static void texts_and_attributes_are_escaped(void **state)
{
	static const struct {
		const char *text, *page;
	} cases[] = {
		{"Mark", "<p title=\"Mark\">Mark</p>\n\n"},
		{"<b>\"&'",
		 "<p title=\"&lt;b&gt;&quot;&amp;&#39;\">&lt;b&gt;&quot;&amp;&#39;</p>\n\n"},
		{"a\x01z", "<p title=\"a\xef\xbf\xbdz\">a\xef\xbf\xbdz</p>\n\n"},
		{"a\xc2\x85z", "<p title=\"a\xef\xbf\xbdz\">a\xef\xbf\xbdz</p>\n\n"},
		{"a\xef\xbf\xbfz", "<p title=\"a\xef\xbf\xbdz\">a\xef\xbf\xbdz</p>\n\n"},
		{"\xe2\x80\xaeoot",
		 "<p title=\"\xef\xbf\xbdoot\">\xef\xbf\xbdoot</p>\n\n"},              /* U+202E */
		{"\xe2\x81\xa6z", "<p title=\"\xef\xbf\xbdz\">\xef\xbf\xbdz</p>\n\n"}, /* U+2066 */
		{"\xe2\x80\xa9\xe2\x80\xaf\xe2\x81\xaa",
		 "<p title=\"\xe2\x80\xa9\xe2\x80\xaf\xe2\x81\xaa\">\xe2\x80\xa9\xe2\x80\xaf\xe2\x81\xaa"
		 "</p>\n\n"}, /* their neighbours */
		{"\xc2\xa3\xd7\x90", "<p title=\"\xc2\xa3\xd7\x90\">\xc2\xa3\xd7\x90</p>\n\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *page = written(cases[i].text);

		assert_string_equal(page, cases[i].page);
		free(page);
	}
}

/* Every character of ASCII: none of it ends the attribute or the element. */
static void no_character_gets_out(void **state)
{
	(void)state;
	for (char c = 1; c < 0x7f; c++) {
		const char text[] = {c, '\0'};
		char *page = written(text);
		const char *inner = strstr(page, "title=\"") + strlen("title=\"");
		const char *end = strstr(inner, "\">");

		assert_ptr_equal(strpbrk(inner, "\"<>"), end);
		assert_ptr_equal(strpbrk(end + 2, "\"<>"), strstr(end, "</p>"));
		free(page);
	}
}

static void data_cannot_end_its_script(void **state)
{
	json_t *document = json_pack("{ss}", "name", "</script><!--&");
	struct html h;
	struct buffer out;

	(void)state;
	buffer_init(&out);
	html_init(&h);
	html_json(&h, document);
	assert_int_equal(html_end(&h, &out), 0);
	assert_null(strpbrk(out.bytes, "<>&"));
	json_t *read = json_read((struct text){out.bytes, out.length - 1}, NULL);
	assert_true(json_equal(read, document));
	json_decref(read);
	json_decref(document);
	html_deinit(&h);
	buffer_deinit(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_and_attributes_are_escaped),
		cmocka_unit_test(no_character_gets_out),
		cmocka_unit_test(data_cannot_end_its_script),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
