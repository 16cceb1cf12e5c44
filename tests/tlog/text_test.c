/* Base64, and where tiles are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tlog/tlog.h"

static void base64_is_that_of_the_standard(void **state)
{
	/* RFC 4648, section 10. */
	static const char *const vectors[][2] = {
		{"", ""},
		{"f", "Zg=="},
		{"fo", "Zm8="},
		{"foo", "Zm9v"},
		{"foob", "Zm9vYg=="},
		{"fooba", "Zm9vYmE="},
		{"foobar", "Zm9vYmFy"},
		{"\xfb\xff", "+/8="},
	};
	struct buffer out, back;

	(void)state;
	buffer_init(&out);
	buffer_init(&back);
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		struct text written;
		buffer_clear(&out);
		assert_int_equal(0, buffer_append_text(&out, "before "));
		assert_int_equal(0, base64_append(vectors[i][0], strlen(vectors[i][0]), &out));
		assert_memory_equal(out.bytes, "before ", 7);
		assert_string_equal(out.bytes + 7, vectors[i][1]);
		written = text_of(out.bytes + 7);
		buffer_clear(&back);
		assert_int_equal(0, buffer_append_text(&back, "kept "));
		assert_true(base64_read(written, &back));
		assert_memory_equal(back.bytes, "kept ", 5);
		assert_string_equal(back.bytes + 5, vectors[i][0]);
	}
	buffer_deinit(&out);
	buffer_deinit(&back);
}

static void every_byte_goes_there_and_back(void **state)
{
	unsigned char bytes[256];
	struct buffer out, back;

	(void)state;
	buffer_init(&out);
	buffer_init(&back);
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)i;
	for (size_t length = 0; length <= sizeof bytes; length++) {
		buffer_clear(&out);
		buffer_clear(&back);
		assert_int_equal(0, base64_append(bytes, length, &out));
		assert_true(base64_read((struct text){out.bytes, out.length}, &back));
		assert_int_equal(back.length, length);
		assert_memory_equal(back.bytes, bytes, length);
	}
	buffer_deinit(&out);
	buffer_deinit(&back);
}

static void what_is_not_canonical_is_refused(void **state)
{
	static const char *const wrong[] = {
		"Z",     "Zg",     "Zg=",    "Zg===",    "=",           "==",
		"====",  "Zm8",    "Zm9vYg", "Zh==",     "Zm9=",        "Zg==Zg==",
		"Zg= =", "Zg==\n", " Zg==",  "Zm9v\n",   "Zm\n9v",      "Zm9v\r\n",
		"-_8=",  "Zm9*",   "Zm9v=",  "Zm9v====", "Z\xc3\xa9==",
	};
	struct buffer out;

	(void)state;
	buffer_init(&out);
	assert_int_equal(0, buffer_append_text(&out, "kept"));
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		if (base64_read(text_of(wrong[i]), &out))
			fail_msg("\"%s\" is taken", wrong[i]);
		assert_int_equal(buffer_status(&out), 0);
		assert_int_equal(out.length, 4);
		assert_string_equal(out.bytes, "kept");
	}
	assert_false(base64_read((struct text){"Zm9\0", 4}, &out));
	buffer_deinit(&out);
}

/* Whatever stands in any of its places, it is refused or says other bytes. */
static void no_two_texts_say_the_same(void **state)
{
	static const char text[] = "Zm8Aw/+/Zg==";
	char changed[] = "Zm8Aw/+/Zg==";
	struct buffer wanted, out;

	(void)state;
	buffer_init(&wanted);
	buffer_init(&out);
	assert_true(base64_read(text_of(text), &wanted));
	for (size_t i = 0; i < sizeof text - 1; i++) {
		for (unsigned byte = 0; byte < 256; byte++) {
			changed[i] = (char)byte;
			buffer_clear(&out);
			if (changed[i] != text[i] &&
			    base64_read((struct text){changed, sizeof text - 1}, &out) &&
			    (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789+/=",
				    (int)byte) == NULL ||
			     byte == 0 ||
			     (out.length == wanted.length &&
			      memcmp(out.bytes, wanted.bytes, out.length) == 0)))
				fail_msg("byte %zu may be %u", i, byte);
		}
		changed[i] = text[i];
	}
	buffer_deinit(&wanted);
	buffer_deinit(&out);
}

static void tiles_are_where_others_look(void **state)
{
	static const struct {
		int level;
		uint64_t number;
		unsigned width;
		const char *path;
	} tiles[] = {
		{0, 0, 256, "tile/0/000"},
		{0, 0, 1, "tile/0/000.p/1"},
		{1, 999, 255, "tile/1/999.p/255"},
		{2, 1000, 256, "tile/2/x001/000"},
		{0, 1234067, 256, "tile/0/x001/x234/067"},
		{7, 67, 17, "tile/7/067.p/17"},
		{TILE_ENTRIES, 0, 42, "tile/entries/000.p/42"},
		{TILE_ENTRIES, 1234067, 256, "tile/entries/x001/x234/067"},
		{63, UINT64_MAX, 255, "tile/63/x018/x446/x744/x073/x709/x551/615.p/255"},
	};
	char path[TILE_PATH];

	(void)state;
	for (size_t i = 0; i < sizeof tiles / sizeof tiles[0]; i++) {
		tile_path(tiles[i].level, tiles[i].number, tiles[i].width, path);
		assert_string_equal(path, tiles[i].path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_is_that_of_the_standard),
		cmocka_unit_test(every_byte_goes_there_and_back),
		cmocka_unit_test(what_is_not_canonical_is_refused),
		cmocka_unit_test(no_two_texts_say_the_same),
		cmocka_unit_test(tiles_are_where_others_look),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
