/* SHA-256 against the published vectors, leaves of RFC 6962, hexadecimal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"

static void is(struct digest d, const char *hex)
{
	char written[DIGEST_HEX];

	hex_format(d.bytes, sizeof d.bytes, written);
	assert_string_equal(written, hex);
}

static void digests_are_those_of_the_standard(void **state)
{
	/* FIPS 180-4's examples, and the empty message. */
	static const struct {
		const char *message, *hex;
	} vectors[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};
	char *million = malloc(1000000);

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
		is(digest_of(vectors[i].message, strlen(vectors[i].message)), vectors[i].hex);
	assert_non_null(million);
	memset(million, 'a', 1000000);
	is(digest_of(million, 1000000),
	   "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	free(million);
	is(digest_of(NULL, 0), vectors[0].hex);
}

static void a_leaf_is_the_entry_behind_a_zero(void **state)
{
	struct digest leaf;

	(void)state;
	/* The first leaf of the published test tree of RFC 6962: the empty entry. */
	is(digest_leaf("", 0), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
	/* Its second: the byte zero. */
	is(digest_leaf("", 1), "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7");
	leaf = digest_leaf("abc", 3);
	assert_memory_equal(leaf.bytes, digest_of("\0abc", 4).bytes, DIGEST_BYTES);
	assert_memory_not_equal(leaf.bytes, digest_of("abc", 3).bytes, DIGEST_BYTES);
}

static void of_two_is_of_one_after_the_other(void **state)
{
	static const char message[] = "abcdbcdecdefdefgefghfghighijhijk";
	size_t length = strlen(message);
	struct digest whole = digest_of(message, length);

	(void)state;
	for (size_t cut = 0; cut <= length; cut++)
		assert_memory_equal(digest_of_two(message, cut, message + cut, length - cut).bytes,
				    whole.bytes, DIGEST_BYTES);
}

static void hexadecimal_goes_there_and_back(void **state)
{
	unsigned char every[256], back[256];
	char written[513];

	(void)state;
	for (int i = 0; i < 256; i++)
		every[i] = (unsigned char)i;
	hex_format(every, sizeof every, written);
	assert_int_equal(strlen(written), 512);
	assert_memory_equal(written, "000102030405060708090a0b0c0d0e0f10", 34);
	assert_string_equal(written + 504, "fcfdfeff");
	assert_true(hex_parse(text_of(written), back, sizeof back));
	assert_memory_equal(back, every, sizeof every);
	hex_format(every, 0, written);
	assert_string_equal(written, "");
	assert_true(hex_parse(text_of(""), back, 0));
}

static void what_is_not_hexadecimal_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",     "0",    "000",  "00000", "0g00",       "00AA",
		"FFff", " 000", "0x00", "00-1",  "00\xc3\xa9",
	};
	unsigned char out[2];

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		if (hex_parse(text_of(wrong[i]), out, sizeof out))
			fail_msg("\"%s\" is taken for two bytes", wrong[i]);
	assert_false(hex_parse((struct text){"00\0000", 4}, out, sizeof out));
	/* Only as many as the text says. */
	assert_true(hex_parse((struct text){"beefcafe", 4}, out, sizeof out));
	assert_memory_equal(out, "\xbe\xef", 2);
}

static void chance_does_not_repeat_itself(void **state)
{
	unsigned char first[32] = {0}, second[32] = {0};

	(void)state;
	chance_system.fill(chance_system.ctx, first, sizeof first);
	chance_system.fill(chance_system.ctx, second, sizeof second);
	assert_memory_not_equal(first, second, sizeof first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_are_those_of_the_standard),
		cmocka_unit_test(a_leaf_is_the_entry_behind_a_zero),
		cmocka_unit_test(of_two_is_of_one_after_the_other),
		cmocka_unit_test(hexadecimal_goes_there_and_back),
		cmocka_unit_test(what_is_not_hexadecimal_is_refused),
		cmocka_unit_test(chance_does_not_repeat_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
