/* The text of a .tlog-proof file: there and back, and what is none. */
#include "keys.h"
#include "plain.h"

#define HEADING "c2sp.org/tlog-proof@v1\n"
#define HASH "3bib5AOAnjJXUNPSY814kpwpQreUKjS3fhIslZSnTIw=\n"
#define CHECKPOINT "example.org/log\n7\n" HASH "\n\xe2\x80\x94 example.org/log mK8COyzIo8UO\n"

static struct proof_text read_all(struct text t, struct buffer *extra)
{
	struct proof_text p;
	struct err e = {0};

	if (proof_text_read(t, &p, extra, &e) != 0)
		fail_msg("%s", e.text);
	return p;
}

static void a_proof_is_written_as_c2sp_has_it(void **state)
{
	struct proof_text p = {
		.extra = {"foobar", 6}, .index = 3, .checkpoint = text_of(CHECKPOINT)};
	struct buffer out;

	(void)state;
	buffer_init(&out);
	assert_true(hex_parse(
		text_of("ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
		p.proof.hashes[0].bytes, DIGEST_BYTES));
	p.proof.hashes[1] = p.proof.hashes[0];
	p.proof.count = 2;
	assert_int_equal(0, proof_text_format(&p, &out));
	assert_string_equal(out.bytes,
			    HEADING "extra Zm9vYmFy\nindex 3\n" HASH HASH "\n" CHECKPOINT);
	p.extra.bytes = NULL;
	p.proof.count = 0;
	buffer_clear(&out);
	assert_int_equal(0, proof_text_format(&p, &out));
	assert_string_equal(out.bytes, HEADING "index 3\n\n" CHECKPOINT);
	buffer_deinit(&out);
}

static void a_proof_goes_there_and_back(void **state)
{
	static const char every[] = "a\0b\n\xff";
	static const struct text extras[] = {{NULL, 0}, {"", 0}, {every, sizeof every}};
	static const uint64_t indexes[] = {0, 1, 10, INT64_MAX};
	struct buffer out, extra;

	(void)state;
	buffer_init(&out);
	buffer_init(&extra);
	for (size_t i = 0; i < 12; i++) {
		struct proof_text p = {.extra = extras[i % 3], .index = indexes[i / 3]}, back;
		p.checkpoint = text_of(CHECKPOINT);
		p.proof.count = i % 2 == 0 ? i : TREE_PROOF_MOST;
		for (size_t h = 0; h < p.proof.count; h++)
			p.proof.hashes[h] = plain_leaf(h);
		buffer_clear(&out);
		assert_int_equal(0, proof_text_format(&p, &out));
		back = read_all(all_of(&out), &extra);
		assert_int_equal(back.index, p.index);
		assert_same_proof(&back.proof, &p.proof);
		assert_true(text_equal(back.checkpoint, p.checkpoint));
		assert_true(text_equal(back.extra, p.extra));
		assert_int_equal(back.extra.bytes == NULL, p.extra.bytes == NULL);
	}
	buffer_deinit(&extra);
	buffer_deinit(&out);
}

static void what_is_no_proof_is_refused(void **state)
{
	static const struct {
		const char *text, *words;
	} refused[] = {
		{"", "first line"},
		{"c2sp.org/tlog-proof@v1", "first line"},
		{"c2sp.org/tlog-proof@v2\nindex 3\n\n" CHECKPOINT, "first line"},
		{" " HEADING "index 3\n\n" CHECKPOINT, "first line"},
		{"c2sp.org/tlog-proof@v1\r\nindex 3\n\n" CHECKPOINT, "first line"},
		{HEADING, "\"index\""},
		{HEADING "\n" CHECKPOINT, "\"index\""},
		{HEADING "index\n\n" CHECKPOINT, "\"index\""},
		{HEADING "index \n\n" CHECKPOINT, "\"index\""},
		{HEADING "index 03\n\n" CHECKPOINT, "\"index\""},
		{HEADING "index -3\n\n" CHECKPOINT, "\"index\""},
		{HEADING "index 3 \n\n" CHECKPOINT, "\"index\""},
		{HEADING "index  3\n\n" CHECKPOINT, "\"index\""},
		{HEADING "Index 3\n\n" CHECKPOINT, "\"index\""},
		{HEADING "index 9223372036854775808\n\n" CHECKPOINT, "\"index\""},
		{HEADING "extra Zm9v\n\n" CHECKPOINT, "\"index\""},
		{HEADING "extra Zm9v\nextra Zm9v\nindex 3\n\n" CHECKPOINT, "\"index\""},
		{HEADING "extra\nindex 3\n\n" CHECKPOINT, "\"index\""},
		{HEADING "extra Zm9\nindex 3\n\n" CHECKPOINT, "extra data"},
		{HEADING "extra Zh==\nindex 3\n\n" CHECKPOINT, "extra data"},
		{HEADING "extra  Zm9v\nindex 3\n\n" CHECKPOINT, "extra data"},
		{HEADING "index 3\nextra Zm9v\n\n" CHECKPOINT, "hash 1"},
		{HEADING "index 3\n" HASH "Zm9v\n\n" CHECKPOINT, "hash 2"},
		{HEADING "index 3\n " HASH "\n" CHECKPOINT, "hash 1"},
		{HEADING "index 3\n" HASH, "no empty line"},
		{HEADING "index 3", "\"index\""},
		{HEADING "index 3\n" HASH CHECKPOINT, "hash 2"},
		{HEADING "index 3\n\n", "checkpoint"},
		{HEADING "index 3\n\n\n" CHECKPOINT, "checkpoint"},
		{HEADING "index 3\n\n" CHECKPOINT "\n", "checkpoint"},
		{HEADING "index 3\n\nexample.org/log\n7\n" HASH, "checkpoint"},
	};
	struct proof_text p;
	struct buffer extra;

	(void)state;
	buffer_init(&extra);
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		struct err e = {0};
		int rv = proof_text_read(text_of(refused[i].text), &p, &extra, &e);
		if (rv != AW_ESYNTAX || strstr(e.text, refused[i].words) == NULL)
			fail_msg("\"%s\" is answered with %d, \"%s\"", refused[i].text, rv, e.text);
	}
	buffer_deinit(&extra);
}

static void a_proof_has_no_more_hashes_than_a_tree_has_levels(void **state)
{
	struct buffer text, extra;
	struct proof_text p;
	struct err e;

	(void)state;
	buffer_init(&text);
	buffer_init(&extra);
	assert_int_equal(0, buffer_append_text(&text, HEADING "index 3\n"));
	for (int i = 0; i < TREE_PROOF_MOST + 1; i++)
		assert_int_equal(0, buffer_append_text(&text, HASH));
	assert_int_equal(0, buffer_append_text(&text, "\n" CHECKPOINT));
	assert_int_equal(AW_ESYNTAX, proof_text_read(all_of(&text), &p, &extra, &e));
	assert_non_null(strstr(e.text, "more than 64 hashes"));
	buffer_deinit(&extra);
	buffer_deinit(&text);
}

/* ---- a whole proof, from the entry to the signature ----------------------- */

struct whole {
	struct tlog_signer signer;
	struct buffer text;
	struct proof_text made;
	char entry[64];
};

static void make_whole(struct plain *p, struct whole *w)
{
	const struct tlog_signer *signers[] = {&w->signer};
	struct plain_log log = {.plain = p, .size = 77};
	struct checkpoint c = {.origin = "example.org/log", .size = log.size};
	struct buffer checkpoint;

	buffer_init(&checkpoint);
	buffer_init(&w->text);
	w->signer = key_of("example.org/log", 9);
	w->made = (struct proof_text){.index = 50};
	w->made.extra = (struct text){w->entry, plain_entry(50, w->entry)};
	c.root = plain_hash(p, 0, log.size);
	assert_int_equal(0, checkpoint_sign(&c, signers, 1, &checkpoint));
	w->made.checkpoint = all_of(&checkpoint);
	assert_int_equal(0, tree_prove_inclusion(50, log.size, plain_read, &log, &w->made.proof));
	assert_int_equal(0, proof_text_format(&w->made, &w->text));
	w->made.checkpoint.bytes = NULL;
	buffer_deinit(&checkpoint);
}

/* What whoever gets such a file does with it. */
static bool accepted(const struct whole *w, struct text text, struct proof_text *p,
		     struct buffer *extra)
{
	struct checkpoint c;

	if (proof_text_read(text, p, extra, NULL) != 0 || p->extra.bytes == NULL ||
	    checkpoint_read(p->checkpoint, &c, NULL) != 0 ||
	    checkpoint_check(p->checkpoint, &w->signer.verifier) != NOTE_GOOD)
		return false;
	struct digest leaf = digest_leaf(p->extra.bytes, p->extra.length);
	return tree_check_inclusion(&p->proof, p->index, c.size, &leaf, &c.root);
}

static void one_byte_changed_proves_nothing(void **state)
{
	struct proof_text p;
	struct buffer extra;
	struct whole w;

	buffer_init(&extra);
	make_whole(*state, &w);
	assert_true(accepted(&w, all_of(&w.text), &p, &extra));
	for (size_t i = 0; i < w.text.length; i++) {
		char kept = w.text.bytes[i];
		for (unsigned byte = 0; byte < 256; byte++) {
			w.text.bytes[i] = (char)byte;
			if (w.text.bytes[i] != kept && accepted(&w, all_of(&w.text), &p, &extra))
				fail_msg("byte %zu may be %u", i, byte);
		}
		w.text.bytes[i] = kept;
		assert_false(accepted(&w, (struct text){w.text.bytes, i}, &p, &extra));
	}
	buffer_deinit(&extra);
	buffer_deinit(&w.text);
}

static void what_chance_changes_proves_nothing_else(void **state)
{
	struct proof_text p;
	struct buffer extra, changed;
	struct whole w;
	uint64_t course = 1;
	int good = 0;

	buffer_init(&extra);
	buffer_init(&changed);
	make_whole(*state, &w);
	for (int round = 0; round < 20000; round++) {
		mutate(&course, all_of(&w.text), &changed);
		if (!accepted(&w, all_of(&changed), &p, &extra))
			continue;
		good++;
		assert_true(text_equal(p.extra, w.made.extra));
		assert_int_equal(p.index, w.made.index);
		assert_same_proof(&p.proof, &w.made.proof);
	}
	print_message("%d of 20000 left it as it was\n", good);
	buffer_deinit(&changed);
	buffer_deinit(&extra);
	buffer_deinit(&w.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_proof_is_written_as_c2sp_has_it),
		cmocka_unit_test(a_proof_goes_there_and_back),
		cmocka_unit_test(what_is_no_proof_is_refused),
		cmocka_unit_test(a_proof_has_no_more_hashes_than_a_tree_has_levels),
		cmocka_unit_test(one_byte_changed_proves_nothing),
		cmocka_unit_test(what_chance_changes_proves_nothing_else),
	};

	return cmocka_run_group_tests(tests, plain_setup, plain_teardown);
}
