/* Keys as text: there and back, the id, and each text that is no key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tlog/tlog.h"

/* Made by another program, of the seed 0, 1, 2 ... 31. */
#define NAME "example.org/log"
#define SKEY "PRIVATE+KEY+" NAME "+98af023b+AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
#define VKEY NAME "+98af023b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"

static void seed_of_the_example(unsigned char out[TLOG_SEED])
{
	for (unsigned char i = 0; i < TLOG_SEED; i++)
		out[i] = i;
}

static void texts_are_those_that_others_write(void **state)
{
	unsigned char seed[TLOG_SEED];
	struct tlog_signer s;
	char vkey[TLOG_VKEY];
	struct buffer skey;
	struct err e;

	(void)state;
	buffer_init(&skey);
	seed_of_the_example(seed);
	assert_int_equal(0, tlog_signer_make(NAME, seed, &s, &e));
	tlog_verifier_format(&s.verifier, vkey);
	assert_string_equal(vkey, VKEY);
	assert_int_equal(0, tlog_signer_format(&s, &skey));
	assert_string_equal(skey.bytes, SKEY "\n");
	buffer_deinit(&skey);
}

static void a_verifier_goes_there_and_back(void **state)
{
	struct tlog_verifier v;
	char vkey[TLOG_VKEY];
	struct err e;

	(void)state;
	assert_int_equal(0, tlog_verifier_read(text_of(VKEY), &v, &e));
	assert_string_equal(v.name, NAME);
	assert_memory_equal(v.id, "\x98\xaf\x02\x3b", sizeof v.id);
	tlog_verifier_format(&v, vkey);
	assert_string_equal(vkey, VKEY);
}

static void a_signer_goes_there_and_back(void **state)
{
	static const char *const texts[] = {SKEY, SKEY "\n"};
	unsigned char seed[TLOG_SEED];
	struct tlog_signer made, read;
	struct err e;

	(void)state;
	seed_of_the_example(seed);
	assert_int_equal(0, tlog_signer_make(NAME, seed, &made, &e));
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(0, tlog_signer_read(text_of(texts[i]), &read, &e));
		assert_memory_equal(&read, &made, sizeof made);
	}
}

static void a_secret_is_wiped(void **state)
{
	static const struct tlog_signer nothing = {0};
	unsigned char seed[TLOG_SEED];
	struct tlog_signer s;
	struct err e;

	(void)state;
	seed_of_the_example(seed);
	assert_int_equal(0, tlog_signer_make(NAME, seed, &s, &e));
	tlog_signer_wipe(&s);
	assert_memory_equal(&s, &nothing, sizeof s);
	/* One that was read, but is refused for its id, leaves nothing either. */
	memset(&s, 0, sizeof s);
	assert_int_equal(
		AW_EINVALID,
		tlog_signer_read(text_of("PRIVATE+KEY+" NAME
					 "+98af023c+AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"),
				 &s, &e));
	assert_memory_equal(&s, &nothing, sizeof s);
}

struct refused {
	const char *text, *words;
};

static const struct refused verifiers[] = {
	{"", "<name>+<id>+<base64>"},
	{NAME, "<name>+<id>+<base64>"},
	{NAME "+98af023b", "<name>+<id>+<base64>"},
	{SKEY, "secret"},
	{"+98af023b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", "name of a key is empty"},
	{"a b+98af023b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", "white space"},
	{" " VKEY, "white space"},
	{"a\xc2\xa0z+98af023b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", "white space"},
	{"a\xe2\x80\x83z+98af023b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", "white space"},
	{"a\x01+98af023b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", "control"},
	{"a\xff+98af023b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", "UTF-8"},
	{"\xc0\xaf+98af023b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", "UTF-8"},
	{"\xed\xa0\x80+98af023b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", "UTF-8"},
	{"a\xe2\x80+98af023b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", "UTF-8"},
	{"0123456789012345678901234567890123456789012345678901234567890123456789012345678901+"
	 "98af023b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
	 "longer than 79"},
	{NAME "+98AF023B+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", "8 digits"},
	{NAME "+098af023b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", "8 digits"},
	{NAME "++AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", "8 digits"},
	{NAME "+98af023b+", "base64"},
	{NAME "+98af023b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG", "base64"},
	{NAME "+98af023b+AQOhB7/zzhC-HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", "base64"},
	{NAME "+98af023b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4AA==", "base64"},
	{VKEY "\n", "base64"},
	{VKEY " ", "base64"},
	{NAME "+98af023b+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", "type 4"},
	{NAME "+98af023c+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", "part of it was changed"},
	{NAME "+98af023b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG5", "part of it was changed"},
	{"example.org/lag+98af023b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
	 "part of it was changed"},
};

static const struct refused signers[] = {
	{"", "begins with PRIVATE+KEY+"},
	{"\n", "begins with PRIVATE+KEY+"},
	{"PRIVATE+KEY", "begins with PRIVATE+KEY+"},
	{VKEY, "begins with PRIVATE+KEY+"},
	{" " SKEY, "begins with PRIVATE+KEY+"},
	{"PRIVATE+KEY+" NAME, "<name>+<id>+<base64>"},
	{"PRIVATE+KEY+" VKEY, "part of it was changed"},
	{SKEY "\n\n", "base64"},
	{SKEY "\r\n", "base64"},
	{"PRIVATE+KEY+" NAME "+98af023b+AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4=", "base64"},
};

static void assert_refused(int rv, const struct err *e, const struct refused *r)
{
	if (rv != AW_EINVALID || strstr(e->text, r->words) == NULL)
		fail_msg("\"%s\" is answered with %d, \"%s\"", r->text, rv, e->text);
}

static void what_is_no_verifier_key_is_refused(void **state)
{
	struct tlog_verifier v;

	(void)state;
	for (size_t i = 0; i < sizeof verifiers / sizeof verifiers[0]; i++) {
		struct err e = {0};
		int rv = tlog_verifier_read(text_of(verifiers[i].text), &v, &e);
		assert_refused(rv, &e, &verifiers[i]);
	}
	/* A NUL ends no name. */
	assert_int_equal(AW_EINVALID,
			 tlog_verifier_read((struct text){"a\0" VKEY, sizeof VKEY + 1}, &v, NULL));
	assert_int_equal(AW_EINVALID, tlog_verifier_read((struct text){NULL, 0}, &v, NULL));
}

/* And no sentence repeats what may be a secret. */
static void what_is_no_signing_key_is_refused(void **state)
{
	struct tlog_signer s;

	(void)state;
	for (size_t i = 0; i < sizeof signers / sizeof signers[0]; i++) {
		struct err e = {0};
		int rv = tlog_signer_read(text_of(signers[i].text), &s, &e);
		assert_refused(rv, &e, &signers[i]);
		assert_null(strstr(e.text, "AQAB"));
	}
}

static void a_key_needs_a_name_that_fits(void **state)
{
	static const struct refused names[] = {
		{"", "empty"},
		{"a+b", "plus"},
		{"a b", "white space"},
		{"a\tb", "control"},
		{"a\n", "control"},
		{"a\xe3\x80\x80", "white space"},
		{"a\x80", "UTF-8"},
		{"01234567890123456789012345678901234567890123456789012345678901234567890123456789",
		 "longer than 79"},
	};
	static const char longest[] =
		"0123456789012345678901234567890123456789012345678901234567890123456789012345678";
	static const unsigned char seed[TLOG_SEED] = {0};
	struct tlog_signer s, read;
	struct buffer skey;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		int rv = tlog_signer_make(names[i].text, seed, &s, &e);
		assert_refused(rv, &e, &names[i]);
	}
	/* Every other name fits, the longest too. */
	assert_int_equal(0, tlog_signer_make("\xc3\xa9t\xc3\xa9.example/\xf0\x9f\x8c\xb1", seed, &s,
					     &e));
	assert_int_equal(0, tlog_signer_make(longest, seed, &s, &e));
	buffer_init(&skey);
	assert_int_equal(0, tlog_signer_format(&s, &skey));
	assert_int_equal(0, tlog_signer_read((struct text){skey.bytes, skey.length}, &read, &e));
	assert_memory_equal(&read, &s, sizeof s);
	buffer_deinit(&skey);
}

static void a_key_with_one_byte_changed_is_refused(void **state)
{
	char changed[] = VKEY;
	struct tlog_verifier v;

	(void)state;
	for (size_t i = 0; i < sizeof VKEY - 1; i++) {
		for (unsigned byte = 0; byte < 256; byte++) {
			changed[i] = (char)byte;
			if (changed[i] != VKEY[i] &&
			    tlog_verifier_read((struct text){changed, sizeof VKEY - 1}, &v, NULL) ==
				    0)
				fail_msg("byte %zu may be %u", i, byte);
		}
		changed[i] = VKEY[i];
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_those_that_others_write),
		cmocka_unit_test(a_verifier_goes_there_and_back),
		cmocka_unit_test(a_signer_goes_there_and_back),
		cmocka_unit_test(a_secret_is_wiped),
		cmocka_unit_test(what_is_no_verifier_key_is_refused),
		cmocka_unit_test(what_is_no_signing_key_is_refused),
		cmocka_unit_test(a_key_needs_a_name_that_fits),
		cmocka_unit_test(a_key_with_one_byte_changed_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
