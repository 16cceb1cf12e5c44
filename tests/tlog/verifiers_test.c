/* Verifiers of others take what our log publishes, and refuse it changed. What
 * they are and how they are asked is in tests/verifiers/README.md. */
#include <sys/wait.h>
#include <unistd.h>

#include "shelf.h"

enum { ACCEPTED = 0, REFUSED = 1, SIZE = 600, OLDER = 437, INDEX = 299 };

static const char everything[] = "--checkpoint checkpoint --proof proof --entry entry "
				 "--older older --consistency consistency --tiles .";

/* Where the Go verifier is built, once for all tests; it stays for the next run. */
static char built[SHELF_PATH];

/* Runs a command in the shelf's folder; what it said is appended to `said`. */
static int run(const struct shelf *s, const char *command, struct buffer *said)
{
	char whole[1024];
	int status;

	assert_in_range(snprintf(whole, sizeof whole, "cd '%s' && %s >said 2>&1", s->dir, command),
			1, sizeof whole - 1);
	status = system(whole);
	(void)snprintf(whole, sizeof whole, "%s/said", s->dir);
	assert_int_equal(0, file_read(whole, 1 << 20, said, NULL));
	assert_int_equal(0, buffer_append_text(said, ""));
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void expect(const struct shelf *s, const char *command, int wanted, const char *words)
{
	struct buffer said;
	int status;

	buffer_init(&said);
	status = run(s, command, &said);
	if (status != wanted || strstr(said.bytes, words) == NULL)
		fail_msg("%s\nends with %d and not %d, or does not say \"%s\":\n%s", command,
			 status, wanted, words, said.bytes);
	buffer_deinit(&said);
}

static void by_go(const struct shelf *s, const char *arguments, int wanted, const char *words)
{
	char command[1024], vkey[TLOG_VKEY];

	tlog_verifier_format(&s->signer.verifier, vkey);
	(void)snprintf(command, sizeof command, "'%s/log-verifier' --vkey %s %s", built, vkey,
		       arguments);
	expect(s, command, wanted, words);
}

static void by_node(const struct shelf *s, const char *arguments, int wanted, const char *words)
{
	char command[1024], vkey[TLOG_VKEY];

	tlog_verifier_format(&s->signer.verifier, vkey);
	(void)snprintf(command, sizeof command,
		       "node '" AWARDD_SOURCE "/tests/verifiers/verify.js' --vkey %s %s", vkey,
		       arguments);
	expect(s, command, wanted, words);
}

static void by_both(const struct shelf *s, int wanted, const char *words)
{
	by_go(s, "--proof proof", wanted, words);
	by_node(s, "--proof proof", wanted, words);
}

/* ---- what is as it should be --------------------------------------------- */

static void a_log_of_every_shape_is_accepted(void **state)
{
	static const uint64_t sizes[] = {1, 2, 3, 7, 255, 256, 257, 512, 600};
	struct shelf s;

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		uint64_t older[] = {0, 1, sizes[i] / 2 + 1, sizes[i]};
		shelf_open(&s, sizes[i]);
		shelf_put_checkpoint(&s, "checkpoint", s.size);
		shelf_put_tiles(&s);
		for (size_t o = 0; o < 4 && older[o] <= s.size; o++) {
			shelf_put_consistency(&s, older[o]);
			shelf_put_proof(&s, older[o] == 0 ? s.size - 1 : older[o] - 1, NULL);
			by_go(&s, everything, ACCEPTED, "entries are those of the tree");
		}
		by_node(&s, "--proof proof --entry entry", ACCEPTED, "inclusion");
		shelf_close(&s);
	}
}

static void a_long_log_is_accepted(void **state)
{
	struct shelf s;

	(void)state;
	shelf_open(&s, 70000); /* tiles of three levels */
	shelf_put_checkpoint(&s, "checkpoint", s.size);
	shelf_put_tiles(&s);
	shelf_put_consistency(&s, 69000);
	shelf_put_proof(&s, 65535, NULL);
	by_go(&s, everything, ACCEPTED, "all 70000 entries are those of the tree");
	by_both(&s, ACCEPTED, "entry 65536 of 70000");
	shelf_put(&s, "tile/1/000", text_of(""));
	by_go(&s, everything, REFUSED, "tile/1/000 is 0 bytes long");
	shelf_close(&s);
}

static void a_log_without_entries_is_accepted(void **state)
{
	struct shelf s;

	(void)state;
	shelf_open(&s, 0);
	shelf_put_checkpoint(&s, "checkpoint", 0);
	shelf_put_consistency(&s, 0);
	by_go(&s, "--checkpoint checkpoint --older older --consistency consistency --tiles .",
	      ACCEPTED, "all 0 entries");
	shelf_close(&s);
}

/* As after a change of keys: the former and the present one sign. */
static void two_signatures_are_accepted(void **state)
{
	struct tlog_signer other = key_of("example.org/log", 8);
	char arguments[SHELF_PATH], vkey[TLOG_VKEY];
	struct shelf s;

	(void)state;
	shelf_open(&s, 7);
	shelf_put_proof(&s, 3, &other);
	tlog_verifier_format(&other.verifier, vkey);
	(void)snprintf(arguments, sizeof arguments, "--vkey %s --proof proof", vkey);
	by_go(&s, arguments, ACCEPTED, "inclusion");
	by_node(&s, arguments, ACCEPTED, "inclusion");
	by_go(&s, "--proof proof", ACCEPTED, "inclusion");
	/* Sigstore's wants to know every key. */
	by_node(&s, "--proof proof", REFUSED, "signature");
	shelf_close(&s);
}

/* ---- what was changed ---------------------------------------------------- */

/* Changes the letter or digit that is `skip` behind the first `marker`. */
static void change(const struct shelf *s, const char *name, const char *marker, size_t skip)
{
	char path[SHELF_PATH], *at;
	struct buffer all;

	buffer_init(&all);
	(void)snprintf(path, sizeof path, "%s/%s", s->dir, name);
	assert_int_equal(0, file_read(path, 1 << 20, &all, NULL));
	at = strstr(all.bytes, marker);
	assert_non_null(at);
	at += strlen(marker) + skip;
	assert_true(at < all.bytes + all.length);
	*at = *at == '1' ? '2' : '1';
	shelf_put(s, name, all_of(&all));
	buffer_deinit(&all);
}

static int shelf_setup(void **state)
{
	struct shelf *s = malloc(sizeof *s);

	assert_non_null(s);
	shelf_open(s, SIZE);
	shelf_put_checkpoint(s, "checkpoint", SIZE);
	shelf_put_tiles(s);
	shelf_put_consistency(s, OLDER);
	shelf_put_proof(s, INDEX, NULL);
	*state = s;
	return 0;
}

static int shelf_teardown(void **state)
{
	shelf_close(*state);
	free(*state);
	return 0;
}

static void a_changed_proof_is_refused(void **state)
{
	static const struct {
		const char *marker;
		size_t skip;
		const char *go, *node;
	} changes[] = {
		{"extra ", 4, "inclusion: invalid", "inclusion: entry 300 of 600: calculated"},
		{"index ", 2, "inclusion: invalid", "calculated"},
		{"index 299\n", 5, "inclusion: invalid", "calculated"},
		{"\n\nexample.org/l", 0, "its signature: invalid", "invalid checkpoint signature"},
		{"\n\nexample.org/log\n", 0, "its signature: invalid", "checkpoint signature"},
		{"\n\nexample.org/log\n600\n", 5, "its signature: invalid", "checkpoint signature"},
		{"\xe2\x80\x94 example.org/log ", 9, "its signature: invalid",
		 "checkpoint signature"},
		{"\xe2\x80\x94 example.org/log ", 1, "no verifiable signatures",
		 "checkpoint signature"},
	};
	struct shelf *s = *state;

	by_both(s, ACCEPTED, "entry 300 of 600");
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		shelf_put_proof(s, INDEX, NULL);
		change(s, "proof", changes[i].marker, changes[i].skip);
		by_go(s, "--proof proof", REFUSED, changes[i].go);
		by_node(s, "--proof proof", REFUSED, changes[i].node);
	}
	shelf_put_proof(s, INDEX, NULL);
	change(s, "entry", "entry", 3);
	by_go(s, "--proof proof --entry entry", REFUSED, "not the one in the proof");
	by_node(s, "--proof proof --entry entry", REFUSED, "not the one in the proof");
}

/* Signs as if the first 2^level entries were others, then has them back. */
static void put_forked_checkpoint(struct shelf *s, const char *name, uint64_t size, unsigned level)
{
	s->level[level][0].bytes[0] ^= 1;
	shelf_put_checkpoint(s, name, size);
	s->level[level][0].bytes[0] ^= 1;
}

static void a_true_signature_of_another_root_is_refused(void **state)
{
	struct shelf *s = *state;

	/* The proof of entry 4 does not hold the hash of the first 512. */
	s->level[9][0].bytes[0] ^= 1;
	shelf_put_proof(s, 3, NULL);
	s->level[9][0].bytes[0] ^= 1;
	by_go(s, "--proof proof", REFUSED, "inclusion: invalid");
	by_node(s, "--proof proof", REFUSED, "calculated root hash does not match");
	put_forked_checkpoint(s, "checkpoint", SIZE, 9);
	by_go(s, "--checkpoint checkpoint --tiles .", REFUSED, "tiles: ");
}

static void a_changed_checkpoint_is_refused(void **state)
{
	static const struct {
		const char *marker;
		size_t skip;
		const char *words;
	} changes[] = {
		{"example.org/l", 0, "its signature: invalid"},
		{"log\n", 0, "its signature: invalid"},
		{"log\n600\n", 20, "its signature: invalid"},
		{"\xe2\x80\x94 example.org/log ", 30, "its signature: invalid"},
		{"\xe2\x80\x94 example.org/log ", 2, "no verifiable signatures"},
		{"\xe2\x80\x94 example.or", 0, "no verifiable signatures"},
	};
	static const char *const names[] = {"checkpoint", "older"};
	struct shelf *s = *state;

	by_go(s, everything, ACCEPTED, "entries are those of the tree");
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
		for (size_t n = 0; n < 2; n++) {
			shelf_put_checkpoint(s, "checkpoint", SIZE);
			shelf_put_checkpoint(s, "older", n == 1 ? SIZE : OLDER);
			change(s, names[n], changes[i].marker, changes[i].skip);
			by_go(s, everything, REFUSED, changes[i].words);
		}
}

static void a_log_that_is_no_continuation_is_refused(void **state)
{
	struct shelf *s = *state;

	put_forked_checkpoint(s, "older", OLDER, 8);
	by_go(s, "--checkpoint checkpoint --older older --consistency consistency", REFUSED,
	      "consistency: invalid");
	by_go(s, "--checkpoint checkpoint --older older --tiles .", REFUSED,
	      "consistency by tiles: invalid");
	shelf_put_checkpoint(s, "older", OLDER - 1);
	by_go(s, "--checkpoint checkpoint --older older --consistency consistency", REFUSED,
	      "consistency: invalid");
	shelf_put_consistency(s, OLDER);
	by_go(s, "--checkpoint older --older checkpoint --consistency consistency", REFUSED,
	      "consistency: tlog");
	change(s, "consistency", "\n", 7);
	by_go(s, everything, REFUSED, "consistency: invalid");
	shelf_put(s, "consistency", text_of(""));
	by_go(s, everything, REFUSED, "consistency: invalid");
}

static void changed_tiles_are_refused(void **state)
{
	static const struct {
		const char *file, *command, *words;
	} changes[] = {
		{"tile/0/000", "printf x | dd conv=notrunc bs=1 seek=7000", "tiles: "},
		{"tile/0/002.p/88", "printf x | dd conv=notrunc bs=1 seek=700", "tiles: "},
		{"tile/1/000.p/2", "printf x | dd conv=notrunc bs=1 seek=7", "tiles: "},
		{"tile/0/001", "truncate -s 8160", "tile/0/001 is 8160 bytes long"},
		{"tile/0/001", "rm", "tile/0/001: no such file"},
		{"tile/1/000.p/2", "rm", "tile/1/000.p/2: no such file"},
		{"tile/entries/000", "printf x | dd conv=notrunc bs=1 seek=9",
		 "entry 1 is not the one in the tree"},
		{"tile/entries/002.p/88", "printf '\\001' | dd conv=notrunc bs=1 seek=1",
		 "entry 513 is not"},
		{"tile/entries/001", "truncate -s 30", "ends within entry 3"},
		{"tile/entries/001", "printf x | dd conv=notrunc oflag=append", "goes on after"},
		{"tile/entries/002.p/88", "rm", "tile/entries/002.p/88: no such file"},
	};
	struct shelf *s = *state;
	char command[SHELF_PATH];

	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		bool by_dd = strstr(changes[i].command, "dd ") != NULL;
		shelf_put_tiles(s);
		by_go(s, "--checkpoint checkpoint --tiles .", ACCEPTED, "all 600 entries");
		(void)snprintf(command, sizeof command, "%s %s%s", changes[i].command,
			       by_dd ? "of=" : "", changes[i].file);
		expect(s, command, 0, "");
		by_go(s, "--checkpoint checkpoint --tiles .", REFUSED, changes[i].words);
	}
}

/* A log that has grown may have let its partial tiles go. */
static void a_full_tile_stands_for_a_partial_one(void **state)
{
	struct shelf *s = *state;

	shelf_put_checkpoint(s, "checkpoint", 500);
	expect(s, "test ! -e tile/0/001.p/244", 0, "");
	by_go(s, "--checkpoint checkpoint --tiles .", REFUSED, "tile/1/000.p/1: no such file");
	shelf_put(s, "tile/1/000.p/1", (struct text){(const char *)s->level[8], DIGEST_BYTES});
	by_go(s, "--checkpoint checkpoint --tiles .", ACCEPTED, "all 500 entries");
}

static void a_key_that_did_not_sign_is_refused(void **state)
{
	struct shelf *s = *state;

	s->signer = key_of("example.org/log", 8);
	by_go(s, everything, REFUSED, "no verifiable signatures");
	by_node(s, "--proof proof", REFUSED, "invalid checkpoint signature");
}

static void what_is_missing_is_no_refusal(void **state)
{
	struct shelf *s = *state;

	by_go(s, "", 2, "give --vkey");
	by_go(s, "--proof nowhere", 2, "nowhere");
	by_go(s, "--proof proof --older older --tiles .", 2, "need --checkpoint");
	by_go(s, "--checkpoint checkpoint --older older", 2, "--consistency");
	by_go(s, "--vkey nonsense --proof proof", 2, "malformed verifier");
	by_node(s, "", 2, "give --vkey");
	by_node(s, "--proof nowhere", 2, "nowhere");
	by_node(s, "--vkey nonsense --proof proof", 2, "no verifier key");
}

static int prepare(void **state)
{
	(void)state;
	if (readlink("/proc/self/exe", built, sizeof built - 16) < 0)
		return -1;
	(void)snprintf(strrchr(built, '/'), 16, "/verifiers");
	char command[1024];
	(void)snprintf(command, sizeof command, "'" AWARDD_SOURCE "/tests/verifiers/compile' '%s'",
		       built);
	if (system(command) != 0)
		return -1;
	if (system("command -v node >/dev/null") != 0) {
		print_error("node is not installed; .ci/install tests does that\n");
		return -1;
	}
	return 0;
}

#define on_shelf(test) cmocka_unit_test_setup_teardown(test, shelf_setup, shelf_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_log_of_every_shape_is_accepted),
		cmocka_unit_test(a_long_log_is_accepted),
		cmocka_unit_test(a_log_without_entries_is_accepted),
		cmocka_unit_test(two_signatures_are_accepted),
		on_shelf(a_changed_proof_is_refused),
		on_shelf(a_true_signature_of_another_root_is_refused),
		on_shelf(a_changed_checkpoint_is_refused),
		on_shelf(a_log_that_is_no_continuation_is_refused),
		on_shelf(changed_tiles_are_refused),
		on_shelf(a_full_tile_stands_for_a_partial_one),
		on_shelf(a_key_that_did_not_sign_is_refused),
		on_shelf(what_is_missing_is_no_refusal),
	};

	return cmocka_run_group_tests(tests, prepare, NULL);
}
