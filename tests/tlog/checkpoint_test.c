/* Checkpoints as text, and whose signature they carry. */
#include <sodium.h>
#include <stdio.h>

#include "keys.h"

#define ORIGIN "example.org/log"
#define ROOT "3bib5AOAnjJXUNPSY814kpwpQreUKjS3fhIslZSnTIw="
#define DASH "\xe2\x80\x94 "
#define BODY ORIGIN "\n7\n" ROOT "\n"
/* Written by another program with the key of the seed 0, 1, 2 ... 31. */
#define LINE                                                                                       \
	DASH ORIGIN " mK8COyzIo8UOlXj13OUZI+vHHLrvSPTtegaT1FYvvWiwC4wElU6uzqpELox/a7RGa+Ys3AON"    \
		    "ZPCIGidJvS8S8tZ+RA0=\n"
#define NOTE BODY "\n" LINE
#define VKEY ORIGIN "+98af023b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"

static struct tlog_verifier verifier(void)
{
	struct tlog_verifier v;

	assert_int_equal(0, tlog_verifier_read(text_of(VKEY), &v, NULL));
	return v;
}

static struct checkpoint example(void)
{
	struct checkpoint c = {.origin = ORIGIN, .size = 7};

	assert_true(hex_parse(
		text_of("ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
		c.root.bytes, sizeof c.root.bytes));
	return c;
}

static void a_checkpoint_is_what_others_write(void **state)
{
	unsigned char seed[TLOG_SEED];
	struct checkpoint c = example();
	struct tlog_signer s;
	const struct tlog_signer *signers[] = {&s};
	struct buffer out;

	(void)state;
	buffer_init(&out);
	for (unsigned char i = 0; i < TLOG_SEED; i++)
		seed[i] = i;
	assert_int_equal(0, tlog_signer_make(ORIGIN, seed, &s, NULL));
	assert_int_equal(0, checkpoint_sign(&c, signers, 1, &out));
	assert_string_equal(out.bytes, NOTE);
	buffer_deinit(&out);
}

static void a_checkpoint_goes_there_and_back(void **state)
{
	static const struct {
		const char *origin;
		uint64_t size;
	} made[] = {
		{ORIGIN, 0},
		{"o", 1},
		{"a place with spaces+plus", UINT64_C(20852163)},
		{"0123456789012345678901234567890123456789012345678901234567890123456789012345678",
		 INT64_MAX},
	};
	struct tlog_signer s = key_of("k", 1);
	const struct tlog_signer *signers[] = {&s};
	struct buffer out;
	struct err e;

	(void)state;
	buffer_init(&out);
	for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
		struct checkpoint c = {.size = made[i].size}, back;
		(void)snprintf(c.origin, sizeof c.origin, "%s", made[i].origin);
		c.root = digest_of(made[i].origin, i);
		buffer_clear(&out);
		assert_int_equal(0, checkpoint_sign(&c, signers, 1, &out));
		assert_int_equal(0, checkpoint_read(all_of(&out), &back, &e));
		assert_memory_equal(&back, &c, sizeof c);
		assert_int_equal(NOTE_GOOD, checkpoint_check(all_of(&out), &s.verifier));
	}
	buffer_deinit(&out);
}

static void each_of_two_signatures_is_good_for_its_key(void **state)
{
	struct tlog_signer former = key_of(ORIGIN, 1), present = key_of(ORIGIN, 2),
			   other = key_of("witness.example", 1), foreign = key_of(ORIGIN, 3);
	const struct tlog_signer *signers[] = {&former, &present, &other};
	struct checkpoint c = example();
	struct buffer out;

	(void)state;
	buffer_init(&out);
	assert_int_equal(0, buffer_append_text(&out, "kept"));
	assert_int_equal(0, checkpoint_sign(&c, signers, 3, &out));
	buffer_consume(&out, 4);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(NOTE_GOOD, checkpoint_check(all_of(&out), &signers[i]->verifier));
	assert_int_equal(NOTE_NOT_HIS, checkpoint_check(all_of(&out), &foreign.verifier));
	/* A key's name and id are both needed. */
	foreign = present;
	foreign.verifier.name[0] = 'X';
	assert_int_equal(NOTE_NOT_HIS, checkpoint_check(all_of(&out), &foreign.verifier));
	foreign = present;
	foreign.verifier.id[3] ^= 1;
	assert_int_equal(NOTE_NOT_HIS, checkpoint_check(all_of(&out), &foreign.verifier));
	foreign = present;
	foreign.verifier.key[3] ^= 1;
	assert_int_equal(NOTE_BAD, checkpoint_check(all_of(&out), &foreign.verifier));
	buffer_deinit(&out);
}

static enum note_verdict verdict(const char *note)
{
	struct tlog_verifier v = verifier();

	return checkpoint_check(text_of(note), &v);
}

static void lines_of_other_keys_are_passed_over(void **state)
{
	/* Of another name; of another id; of another kind, and long. */
	static const char *const lines[] = {
		DASH "witness.example mK8COyzIo8UO\n",
		DASH ORIGIN " AAAAAAA=\n",
		DASH "w\xc3\xa9.example AAAABAAAAA==\n",
	};
	char note[1024], longest[7000] = BODY "\n" LINE DASH "witness.example ";
	struct checkpoint c;

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		(void)snprintf(note, sizeof note, BODY "\n%s" LINE, lines[i]);
		assert_int_equal(NOTE_GOOD, verdict(note));
		(void)snprintf(note, sizeof note, NOTE "%s", lines[i]);
		assert_int_equal(NOTE_GOOD, verdict(note));
		(void)snprintf(note, sizeof note, BODY "\n%s", lines[i]);
		assert_int_equal(NOTE_NOT_HIS, verdict(note));
		assert_int_equal(0, checkpoint_read(text_of(note), &c, NULL));
	}
	size_t length = strlen(longest);
	memset(longest + length, 'A', 6400);
	longest[length + 6400] = '\n';
	assert_int_equal(NOTE_GOOD, verdict(longest));
}

static void a_false_signature_outweighs_a_true_one(void **state)
{
	static const char bad[] = DASH ORIGIN
		" mK8COyzIo8UOlXj13OUZI+vHHLrvSPTtegaT1FYvvWiwC4wElU6uzqpELox/a7RGa+Ys"
		"3AONZPCIGidJvS8S8tZ+RQ0=\n";
	static const char brief[] = DASH ORIGIN " mK8COyzIo8UO\n";
	char note[1024];

	(void)state;
	(void)snprintf(note, sizeof note, BODY "\n%s", bad);
	assert_int_equal(NOTE_BAD, verdict(note));
	(void)snprintf(note, sizeof note, BODY "\n%s", brief);
	assert_int_equal(NOTE_BAD, verdict(note));
	(void)snprintf(note, sizeof note, NOTE "%s", bad);
	assert_int_equal(NOTE_BAD, verdict(note));
	(void)snprintf(note, sizeof note, BODY "\n%s" LINE, bad);
	assert_int_equal(NOTE_BAD, verdict(note));
	assert_int_equal(NOTE_GOOD, verdict(NOTE LINE));
}

static void lines_of_extensions_are_signed_and_skipped(void **state)
{
	static const char body[] = BODY "an extension\n" DASH "no signature, but signed\n";
	struct tlog_signer s = key_of(ORIGIN, 1);
	unsigned char bytes[4 + crypto_sign_ed25519_BYTES];
	struct checkpoint c, wanted = example();
	struct buffer note;

	(void)state;
	buffer_init(&note);
	memcpy(bytes, s.verifier.id, 4);
	assert_int_equal(0,
			 crypto_sign_ed25519_detached(bytes + 4, NULL, (const unsigned char *)body,
						      sizeof body - 1, s.secret));
	assert_int_equal(0, buffer_printf(&note, "%s\n" DASH ORIGIN " ", body));
	assert_int_equal(0, base64_append(bytes, sizeof bytes, &note));
	assert_int_equal(0, buffer_append_text(&note, "\n"));
	assert_int_equal(0, checkpoint_read(all_of(&note), &c, NULL));
	assert_memory_equal(&c, &wanted, sizeof c);
	assert_int_equal(NOTE_GOOD, checkpoint_check(all_of(&note), &s.verifier));
	strchr(note.bytes, 'x')[0] = 'X';
	memcpy(strstr(note.bytes, "an ext"), "An ext", 6);
	assert_int_equal(NOTE_BAD, checkpoint_check(all_of(&note), &s.verifier));
	buffer_deinit(&note);
}

/* ---- what is no checkpoint ----------------------------------------------- */

static const struct refused {
	const char *note, *words;
} refused[] = {
	{"", "empty line"},
	{"\n", "empty line"},
	{"\n\n", "no signature"},
	{BODY, "empty line"},
	{BODY "\n", "no signature"},
	{BODY LINE, "empty line"},
	{"\n" LINE, "empty line"},
	{"\n\n" LINE, "fewer than three"},
	{ORIGIN "\n\n" LINE, "fewer than three"},
	{ORIGIN "\n7\n\n" LINE, "fewer than three"},
	{"\n7\n" ROOT "\n\n" LINE, "origin"},
	{"01234567890123456789012345678901234567890123456789012345678901234567890123456789\n7\n" ROOT
	 "\n\n" LINE,
	 "origin"},
	{ORIGIN "\n\n" ROOT "\n\n" LINE, "size"},
	{ORIGIN "\n07\n" ROOT "\n\n" LINE, "size"},
	{ORIGIN "\n00\n" ROOT "\n\n" LINE, "size"},
	{ORIGIN "\n+7\n" ROOT "\n\n" LINE, "size"},
	{ORIGIN "\n-7\n" ROOT "\n\n" LINE, "size"},
	{ORIGIN "\n 7\n" ROOT "\n\n" LINE, "size"},
	{ORIGIN "\n7 \n" ROOT "\n\n" LINE, "size"},
	{ORIGIN "\n0x7\n" ROOT "\n\n" LINE, "size"},
	{ORIGIN "\n9223372036854775808\n" ROOT "\n\n" LINE, "size"},
	{ORIGIN "\n9999999999999999999\n" ROOT "\n\n" LINE, "size"},
	{ORIGIN "\n18446744073709551623\n" ROOT "\n\n" LINE, "size"},
	{ORIGIN "\n7\n3bib5AOAnjJXUNPSY814kpwpQreUKjS3fhIslZSnTI\n\n" LINE, "root"},
	{ORIGIN "\n7\n3bib5AOAnjJXUNPSY814kpwpQreUKjS3fhIslZSnTIx=\n\n" LINE, "root"},
	{ORIGIN "\n7\n3bib5AOAnjJXUNPSY814kpwpQreUKjS3fhIslZSnTIwA\n\n" LINE, "root"},
	{ORIGIN "\n7\n" ROOT " \n\n" LINE, "root"},
	{ORIGIN "\n7\n\n" ROOT "\n\n" LINE, "root"},
	{BODY "\nmore\n\n" LINE, "empty line within"},
	{BODY "\n\n" LINE, "empty line within"},
	{ORIGIN "\r\n7\r\n" ROOT "\r\n\r\n" LINE, "control characters"},
	{ORIGIN "\t\n7\n" ROOT "\n\n" LINE, "control characters"},
	{ORIGIN "\xff\n7\n" ROOT "\n\n" LINE, "UTF-8"},
	{ORIGIN "\xf4\x90\x80\x80\n7\n" ROOT "\n\n" LINE, "UTF-8"},
	{NOTE "x\n", "line 2 of its signatures"},
	{NOTE DASH ORIGIN " mK8COyzIo8UO", "line 2 of its signatures"},
	{NOTE DASH ORIGIN "\n", "line 2 of its signatures"},
	{NOTE DASH ORIGIN " \n", "line 2 of its signatures"},
	{NOTE DASH ORIGIN " mK8COw==\n", "line 2 of its signatures"},
	{NOTE DASH ORIGIN " mK8COyzIo8UO \n", "line 2 of its signatures"},
	{NOTE DASH ORIGIN "  mK8COyzIo8UO\n", "line 2 of its signatures"},
	{NOTE DASH " mK8COyzIo8UO\n", "line 2 of its signatures"},
	{NOTE DASH "a+b mK8COyzIo8UO\n", "line 2 of its signatures"},
	{NOTE DASH "a\xc2\x85 mK8COyzIo8UO\n", "line 2 of its signatures"},
	{NOTE DASH ORIGIN " mK8COyzIo8V=\n", "line 2 of its signatures"},
	{NOTE "\xe2\x80\x94" ORIGIN " mK8COyzIo8UO\n", "line 2 of its signatures"},
	{NOTE "- " ORIGIN " mK8COyzIo8UO\n", "line 2 of its signatures"},
	{BODY "\n" DASH ORIGIN " mK8COyzIo8UO", "line 1 of its signatures"},
};

static void what_is_no_checkpoint_is_refused(void **state)
{
	struct tlog_verifier v = verifier();
	struct checkpoint c;

	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		struct err e = {0};
		struct text note = text_of(refused[i].note);
		int rv = checkpoint_read(note, &c, &e);
		if (rv != AW_ESYNTAX || strstr(e.text, refused[i].words) == NULL)
			fail_msg("\"%s\" is answered with %d, \"%s\"", refused[i].note, rv, e.text);
		assert_int_equal(rv, e.status);
		if (checkpoint_check(note, &v) == NOTE_GOOD)
			fail_msg("\"%s\" is good", refused[i].note);
	}
	assert_int_equal(AW_ESYNTAX, checkpoint_read((struct text){NULL, 0}, &c, NULL));
	assert_int_equal(NOTE_BAD, checkpoint_check((struct text){NULL, 0}, &v));
	assert_int_equal(NOTE_BAD, verdict("no note"));
	assert_int_equal(AW_ESYNTAX,
			 checkpoint_read((struct text){"\0" NOTE, sizeof NOTE}, &c, NULL));
}

static void a_note_has_bounds(void **state)
{
	struct buffer note;
	struct checkpoint c;
	struct err e;

	(void)state;
	buffer_init(&note);
	assert_int_equal(0, buffer_append_text(&note, NOTE));
	for (int i = 1; i < 100; i++)
		assert_int_equal(0, buffer_printf(&note, DASH "witness%d mK8COyzIo8UO\n", i));
	assert_int_equal(0, checkpoint_read(all_of(&note), &c, &e));
	assert_int_equal(NOTE_GOOD, verdict(note.bytes));
	assert_int_equal(0, buffer_append_text(&note, DASH "witness mK8COyzIo8UO\n"));
	assert_int_equal(AW_ESYNTAX, checkpoint_read(all_of(&note), &c, &e));
	assert_non_null(strstr(e.text, "more than 100 signatures"));
	assert_int_equal(NOTE_BAD, verdict(note.bytes));
	buffer_clear(&note);
	assert_int_equal(0, buffer_append_text(&note, BODY));
	while (note.length <= 1000000)
		assert_int_equal(0, buffer_append_text(&note, "an extension that is too long\n"));
	assert_int_equal(0, buffer_append_text(&note, "\n" LINE));
	assert_int_equal(AW_ESYNTAX, checkpoint_read(all_of(&note), &c, &e));
	assert_non_null(strstr(e.text, "longer than 1000000"));
	buffer_deinit(&note);
}

/* ---- changes ------------------------------------------------------------- */

static void one_byte_changed_or_missing_is_never_good(void **state)
{
	struct tlog_verifier v = verifier();
	char changed[sizeof NOTE];

	(void)state;
	memcpy(changed, NOTE, sizeof NOTE);
	for (size_t i = 0; i < sizeof NOTE - 1; i++) {
		for (unsigned byte = 0; byte < 256; byte++) {
			changed[i] = (char)byte;
			if (changed[i] != NOTE[i] &&
			    checkpoint_check((struct text){changed, sizeof NOTE - 1}, &v) ==
				    NOTE_GOOD)
				fail_msg("byte %zu may be %u", i, byte);
		}
		changed[i] = NOTE[i];
		assert_int_not_equal(NOTE_GOOD, checkpoint_check((struct text){NOTE, i}, &v));
	}
}

/* Of all that chance makes, what is good says what was signed. */
static void what_chance_changes_is_not_good(void **state)
{
	struct checkpoint wanted = example(), c;
	struct tlog_verifier v = verifier();
	struct buffer note;
	uint64_t course = 1;
	int good = 0;

	(void)state;
	buffer_init(&note);
	for (int round = 0; round < 20000; round++) {
		mutate(&course, text_of(NOTE), &note);
		if (checkpoint_check(all_of(&note), &v) != NOTE_GOOD)
			continue;
		good++;
		assert_int_equal(0, checkpoint_read(all_of(&note), &c, NULL));
		assert_memory_equal(&c, &wanted, sizeof c);
	}
	print_message("%d of 20000 left it as it was\n", good);
	buffer_deinit(&note);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_checkpoint_is_what_others_write),
		cmocka_unit_test(a_checkpoint_goes_there_and_back),
		cmocka_unit_test(each_of_two_signatures_is_good_for_its_key),
		cmocka_unit_test(lines_of_other_keys_are_passed_over),
		cmocka_unit_test(a_false_signature_outweighs_a_true_one),
		cmocka_unit_test(lines_of_extensions_are_signed_and_skipped),
		cmocka_unit_test(what_is_no_checkpoint_is_refused),
		cmocka_unit_test(a_note_has_bounds),
		cmocka_unit_test(one_byte_changed_or_missing_is_never_good),
		cmocka_unit_test(what_chance_changes_is_not_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
