/* The tree and its checkpoints as the file has them. */
#include "note.h"

enum { MANY = 700 };

static void each_commit_has_a_checkpoint_of_its_tree(void **state)
{
	struct log *log = *state;
	struct tree_edge edge = {.size = 0};
	char origin[64];

	assert_true(snprintf(origin, sizeof origin, "awardd/%s", journal_identity(log->j)) > 0);
	for (int i = 1; i <= 20; i++) {
		struct digest root;
		struct seen seen;

		grow(log, &edge);
		root = tree_root(&edge);
		see(log, &seen);
		assert_string_equal(seen.c.origin, origin);
		assert_int_equal(seen.c.size, i);
		assert_memory_equal(seen.c.root.bytes, root.bytes, sizeof root.bytes);
		assert_int_equal(verdict(log, &seen), NOTE_GOOD);
		buffer_deinit(&seen.note);
	}
}

static void of_256_entries_one_checkpoint_stays(void **state)
{
	struct log *log = *state;
	struct tree_edge edge = {.size = 0};

	for (int i = 0; i < MANY; i++)
		grow(log, &edge);
	assert_int_equal(number(log, "SELECT count(*) FROM checkpoint"), 3);
	assert_int_equal(number(log, "SELECT count(*) FROM checkpoint WHERE size IN (256, 512)"),
			 2);
	assert_int_equal(number(log, "SELECT max(size) FROM checkpoint"), MANY);
	assert_int_equal(number(log, "SELECT count(*) FROM node WHERE level = 8"), 2);
	assert_int_equal(number(log, "SELECT count(*) FROM node"), 2);
	/* Opened again, the one that was newest stays, too. */
	log_reopen(log);
	grow(log, &edge);
	grow(log, &edge);
	assert_int_equal(number(log, "SELECT count(*) FROM checkpoint"), 4);
}

/* ---- proofs -------------------------------------------------------------- */

struct proved {
	struct buffer text, extra;
	struct proof_text proof;
	struct tree_proof growth;
	uint64_t from;
};

static int run_proof(struct journal_reader *r, struct ask *ask, struct err *e)
{
	struct proved *p = (struct proved *)(uintptr_t)ask->with;
	int rv = reader_proof(r, ask->sequence, &p->text, e);

	return rv == 0 ? proof_text_read((struct text){p->text.bytes, p->text.length}, &p->proof,
					 &p->extra, e)
		       : rv;
}

static int run_growth(struct journal_reader *r, struct ask *ask, struct err *e)
{
	struct proved *p = (struct proved *)(uintptr_t)ask->with;

	return reader_consistency(r, p->from, (uint64_t)ask->sequence, &p->growth, e);
}

static void every_entry_can_be_proved(void **state)
{
	struct log *log = *state;
	struct tree_edge edge = {.size = 0};
	struct seen seen;

	for (int i = 0; i < MANY; i++)
		grow(log, &edge);
	log_reopen(log); /* the tree goes on from what the file says */
	for (int i = 0; i < 3; i++)
		grow(log, &edge);
	see(log, &seen);
	for (int64_t n = 1; n <= MANY + 3; n += n < 250 ? 41 : 13) {
		struct proved p = {.from = 0};
		struct ask ask = {.run = run_proof, .with = &p, .sequence = n};
		struct digest leaf;

		buffer_init(&p.text);
		buffer_init(&p.extra);
		log_ask(log, &ask);
		if (ask.status != 0)
			fail_msg("%s", ask.text);
		leaf = digest_leaf(p.proof.extra.bytes, p.proof.extra.length);
		assert_int_equal(p.proof.index, n - 1);
		assert_true(tree_check_inclusion(&p.proof.proof, p.proof.index, seen.c.size, &leaf,
						 &seen.c.root));
		leaf.bytes[7] ^= 1;
		assert_false(tree_check_inclusion(&p.proof.proof, p.proof.index, seen.c.size, &leaf,
						  &seen.c.root));
		buffer_deinit(&p.text);
		buffer_deinit(&p.extra);
	}
	buffer_deinit(&seen.note);
}

static void that_the_log_only_grew_can_be_proved(void **state)
{
	struct log *log = *state;
	struct tree_edge edge = {.size = 0};
	struct digest roots[MANY + 1];

	for (int i = 0; i <= MANY; i++) {
		roots[i] = tree_root(&edge);
		if (i < MANY)
			grow(log, &edge);
	}
	for (int from = 1; from <= MANY; from += 37) {
		for (int to = from; to <= MANY; to += 111) {
			struct proved p = {.from = (uint64_t)from};
			struct ask ask = {.run = run_growth, .with = &p, .sequence = to};

			log_ask(log, &ask);
			assert_int_equal(ask.status, 0);
			assert_true(tree_check_consistency(&p.growth, (uint64_t)from, &roots[from],
							   (uint64_t)to, &roots[to]));
			if (from != to)
				assert_false(tree_check_consistency(&p.growth, (uint64_t)from,
								    &roots[from - 1], (uint64_t)to,
								    &roots[to]));
		}
	}
	struct proved p = {.from = 3};
	struct ask beyond = {.run = run_growth, .with = &p, .sequence = MANY + 1};
	struct ask back = {.run = run_growth, .with = &p, .sequence = 2};
	struct ask absent = {.run = run_proof, .with = &p, .sequence = MANY + 1};
	log_ask(log, &beyond);
	assert_int_equal(beyond.status, AW_EABSENT);
	log_ask(log, &back);
	assert_int_equal(back.status, AW_EINVALID);
	buffer_init(&p.text);
	log_ask(log, &absent);
	assert_int_equal(absent.status, AW_EABSENT);
	buffer_deinit(&p.text);
}

/* ---- what keeps a log from being opened ----------------------------------- */

static void a_tail_that_was_cut_off_is_noticed(void **state)
{
	struct log *log = *state;

	make_three(log);
	changed(log, "DROP TRIGGER entry_is_never_deleted;"
		     "DELETE FROM entry WHERE sequence = 3; UPDATE tally SET count = 2");
	is_refused(log, AW_ECORRUPT,
		   "cut off: its newest checkpoint is of 3 entries, and there"
		   " are 2");
}

static void an_entry_that_another_program_added_is_noticed(void **state)
{
	struct log *log = *state;

	make_three(log);

	log_open(log);
	(void)log_add(log, "stop", doc("{}"));
	journal_close(&log->j);
	/* The entry itself is well made; nobody signed that it is there. */
	changed(log, "DELETE FROM checkpoint WHERE size > 3");
	is_refused(log, AW_ECORRUPT, "added by another program: its newest checkpoint is of 3");
}

static void an_entry_written_anew_with_its_hash_is_noticed(void **state)
{
	struct log *log = *state;

	make_three(log);
	changed(log, "DROP TRIGGER entry_is_never_changed;"
		     "UPDATE entry SET bytes = (SELECT bytes FROM entry WHERE sequence = 2),"
		     " leaf_hash = (SELECT leaf_hash FROM entry WHERE sequence = 2)"
		     " WHERE sequence = 1");
	struct err e = {.status = 0};
	assert_int_equal(log_try(log, &e), AW_ECORRUPT);
}

static void a_log_whose_key_was_named_must_have_checkpoints(void **state)
{
	struct log *log = *state;

	log_open(log);
	(void)log_add(log, "start", doc("{'key': 'some'}"));
	journal_close(&log->j);
	changed(log, "DELETE FROM checkpoint");
	is_refused(log, AW_ECORRUPT, "its checkpoints were removed");
}

static void a_log_of_the_first_form_is_brought_up(void **state)
{
	struct log *log = *state;
	struct seen seen;

	log_open(log);
	(void)log_add(log, "start", doc("{}"));
	(void)log_add(log, "decision",
		      decision_body((struct made){.partnership = "kent",
						  .award = "quality-mark",
						  .assessed_on = "2024-05-20"}));
	journal_close(&log->j);
	changed(log, to_first_form);
	log_open(log);
	assert_int_equal(number(log, "SELECT count(*) FROM decision WHERE change = 'first'"), 1);
	assert_int_equal(log_add(log, "stop", doc("{}")), 3);
	see(log, &seen);
	assert_int_equal(seen.c.size, 3);
	assert_int_equal(verdict(log, &seen), NOTE_GOOD);
	buffer_deinit(&seen.note);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_LOG(each_commit_has_a_checkpoint_of_its_tree),
		IN_A_LOG(of_256_entries_one_checkpoint_stays),
		IN_A_LOG(every_entry_can_be_proved),
		IN_A_LOG(that_the_log_only_grew_can_be_proved),
		WITHOUT_A_LOG(a_tail_that_was_cut_off_is_noticed),
		WITHOUT_A_LOG(an_entry_that_another_program_added_is_noticed),
		WITHOUT_A_LOG(an_entry_written_anew_with_its_hash_is_noticed),
		WITHOUT_A_LOG(a_log_whose_key_was_named_must_have_checkpoints),
		WITHOUT_A_LOG(a_log_of_the_first_form_is_brought_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
