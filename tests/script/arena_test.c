/*
 * One state for all evaluations, put back before each: byte for byte what it was, and
 * no decision tells it from a new one.
 */
#include <errno.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rig.h"
#include "script/inner.h"

/* ---- the arena alone ------------------------------------------------------------ */

enum { BLOCKS = 400, STEPS = 20000 };

struct block {
	unsigned char *bytes;
	size_t size;
	unsigned char mark;
};

static uint32_t chance(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static void fill(struct block *b, size_t from)
{
	for (size_t i = from; i < b->size; i++)
		b->bytes[i] = b->mark;
}

static bool is_whole(const struct block *b)
{
	for (size_t i = 0; i < b->size; i++)
		if (b->bytes[i] != b->mark)
			return false;
	return true;
}

/* Makes, resizes and frees blocks at random, and looks whether each holds its own. */
static void churn(struct arena *a, struct block blocks[BLOCKS], uint32_t *seed)
{
	for (int i = 0; i < STEPS; i++) {
		struct block *b = &blocks[chance(seed) % BLOCKS];
		size_t want = chance(seed) % 8 == 0 ? 0 : chance(seed) % 2000 + 1;
		size_t held = want < b->size ? want : b->size;

		if (chance(seed) % 500 == 0)
			want = 3 << 20;
		if (b->bytes == NULL && want == 0)
			continue;
		if (b->bytes != NULL)
			assert_true(is_whole(b));
		b->bytes = arena_resize(a, b->bytes, b->size, want);
		b->size = want;
		if (want == 0)
			continue;
		assert_non_null(b->bytes);
		b->mark = held == 0 ? (unsigned char)(i % 255 + 1) : b->mark;
		fill(b, held);
		if (want > 1 << 20) { /* not many of those */
			b->bytes = arena_resize(a, b->bytes, b->size, 0);
			b->size = 0;
		}
	}
}

static void blocks_of_an_arena_hold_what_is_put_in_them(void **state)
{
	static struct block blocks[BLOCKS], then[BLOCKS];
	struct arena a;
	uint32_t seed = 1;

	(void)state;
	memset(blocks, 0, sizeof blocks);
	assert_int_equal(arena_init(&a), 0);
	/* What is kept must be within it. */
	for (size_t i = 0; i < BLOCKS; i++) {
		blocks[i] = (struct block){.size = 100, .mark = (unsigned char)(i % 255 + 1)};
		blocks[i].bytes = arena_resize(&a, NULL, 0, 100);
		fill(&blocks[i], 0);
	}
	assert_int_equal(arena_keep(&a), 0);
	memcpy(then, blocks, sizeof then);
	for (int round = 0; round < 3; round++) {
		churn(&a, blocks, &seed);
		assert_non_null(a.beyond);
		arena_restore(&a);
		assert_null(a.beyond);
		memcpy(blocks, then, sizeof then);
		for (size_t i = 0; i < BLOCKS; i++)
			assert_true(is_whole(&blocks[i]));
	}
	arena_deinit(&a);
}

static void fixed_blocks_are_never_used_again(void **state)
{
	static struct block blocks[BLOCKS];
	unsigned char *fixed[2];
	struct arena a;
	uint32_t seed = 1;

	(void)state;
	memset(blocks, 0, sizeof blocks);
	assert_int_equal(arena_init(&a), 0);
	for (int i = 0; i < 2; i++) {
		fixed[i] = arena_fixed(&a, 100);
		memset(fixed[i], 'f', 100);
	}
	assert_null(arena_resize(&a, fixed[1], 100, 0));
	assert_int_equal(arena_keep(&a), 0);
	for (int round = 0; round < 2; round++) {
		churn(&a, blocks, &seed);
		arena_restore(&a);
		memset(blocks, 0, sizeof blocks);
		for (size_t i = 0; i < 100; i++)
			assert_true(fixed[0][i] == 'f' && fixed[1][i] == 'f');
	}
	assert_null(arena_fixed(&a, ARENA_SIZE - 200));
	assert_non_null(arena_fixed(&a, ARENA_SIZE - 2 * 112));
	assert_null(arena_fixed(&a, 1));
	arena_deinit(&a);
}

static void what_lies_beyond_an_arena_cannot_be_kept(void **state)
{
	struct arena a;

	(void)state;
	assert_int_equal(arena_init(&a), 0);
	assert_non_null(arena_resize(&a, NULL, 0, ARENA_SIZE + 1));
	assert_int_equal(arena_keep(&a), -ENOMEM);
	arena_deinit(&a);
}

/* ---- the state of a rule set ------------------------------------------------------ */

/* Leaves traces wherever a rule can, and shows what it finds. */
static const char smuggling[] =
	"local kept = { count = 0, list = {} }\n"
	"commendation \"attack\" {\n"
	"	title = \"Attack\", added_to = \"quality-mark\",\n"
	"	criterion \"AT-1\" { says = \"Nothing\", check = function(submission)\n"
	"		local found = kept.count .. \" \" .. #kept.list .. \" \" .. tostring(kept.name)\n"
	"		kept.count = kept.count + 1\n"
	"		kept.name = submission.partnership.name\n"
	"		for i = 1, 20000 do kept.list[i] = \"text \" .. i end\n"
	"		return met(found)\n"
	"	end },\n"
	"	criterion \"AT-2\" { says = \"Too much\", check = function(submission)\n"
	"		while true do kept.list[#kept.list + 1] = string.rep(\"x\", 9999) .. "
	"#kept.list end\n"
	"	end },\n"
	"}\n";

static bool is_as_kept(const struct vm *vm)
{
	const struct arena *a = &vm->arena;

	return vm_is_kept(vm) && a->beyond == NULL && a->used == a->kept.used &&
	       a->fixed == a->kept.fixed && memcmp(a->base, a->kept.bytes, a->used) == 0 &&
	       memcmp(a->shelves, a->kept.shelves, sizeof a->shelves) == 0 &&
	       vm->in_use == vm->kept.in_use && vm->fuel == vm->kept.fuel &&
	       vm->limit == vm->kept.limit && !vm->starved && !vm->fault_kept;
}

/* What is not put back. */
static struct digest fixed_part(const struct arena *a)
{
	return digest_of(a->base + ARENA_SIZE - a->fixed, a->fixed);
}

static void a_state_that_is_put_back_is_the_same_to_the_byte(void **state)
{
	struct rig r;
	struct buffer out;
	struct digest fixed, now;

	(void)state;
	rig_open(&r, &(struct rig_edit){"attack.lua", smuggling, NULL, NULL});
	buffer_init(&out);
	script_prepare(r.script);
	assert_true(r.script->ready->arena.fixed > 50000);
	fixed = fixed_part(&r.script->ready->arena);
	for (int i = 0; i < 5; i++) {
		script_prepare(r.script);
		assert_true(is_as_kept(r.script->ready));
		now = fixed_part(&r.script->ready->arena);
		assert_memory_equal(&now, &fixed, sizeof now);
		assert_int_equal(rig_run(&r, NULL, NULL, &out), 0);
		assert_false(is_as_kept(r.script->ready)); /* so this can be told at all */
		assert_non_null(r.script->ready->arena.beyond);
	}
	buffer_deinit(&out);
	rig_close(&r);
}

static void what_is_smuggled_is_not_found_again(void **state)
{
	struct rig r;
	json_t *first, *next;

	(void)state;
	rig_open(&r, &(struct rig_edit){"attack.lua", smuggling, NULL, NULL});
	first = rig_decide(&r, NULL, NULL);
	rig_expect(rig_criterion(first, "AT-1"), "{'reason': '0 0 nothing'}");
	rig_expect(rig_criterion(first, "AT-2"), "{'status': 'error'}");
	for (int i = 0; i < 3; i++) {
		if (i == 1)
			script_prepare(r.script);
		next = rig_decide(&r, NULL, NULL);
		assert_true(json_equal(first, next));
		json_decref(next);
	}
	json_decref(first);
	rig_close(&r);
}

/* More than an arena holds, from the reading of the files on. */
static void a_state_too_large_to_be_kept_is_made_anew(void **state)
{
	static const char large[] =
		"local kept = {}\n"
		"for i = 1, 100 do kept[i] = string.rep(\"x\", 60000) .. i end\n"
		"commendation \"attack\" {\n"
		"	title = \"Attack\", added_to = \"quality-mark\",\n"
		"	criterion \"AT-1\" { says = \"Nothing\", check = function()\n"
		"		kept[#kept + 1] = 1\n"
		"		return met(tostring(#kept))\n"
		"	end },\n"
		"}\n";
	struct rig r;

	(void)state;
	rig_open(&r, &(struct rig_edit){"attack.lua", large, NULL, NULL});
	for (int i = 0; i < 3; i++) {
		script_prepare(r.script);
		assert_false(vm_is_kept(r.script->ready));
		rig_judges(&r, NULL, "AT-1", "{'reason': '101'}");
	}
	rig_close(&r);
}

/* ---- against new processes ----------------------------------------------------------- */

/* A submission by chance: scores, what is there and what is not, a history. */
static json_t *random_input(uint32_t *seed)
{
	json_t *submission = rig_submission(NULL), *history = json_array(), *score;
	json_t *scores = json_object_get(submission, "scores");
	static const char *const optional[] = {"evidence", "case_studies", "sign_off",
					       "child_first"};
	const char *name;

	json_object_foreach(scores, name, score)
		assert_int_equal(json_integer_set(score, chance(seed) % 4 == 0
								 ? chance(seed) % 11
								 : 7 + chance(seed) % 4),
				 0);
	for (size_t i = 0; i < 4; i++)
		if (chance(seed) % 5 == 0)
			(void)json_object_del(submission, optional[i]);
	if (chance(seed) % 2 == 0)
		assert_int_equal(
			json_array_append_new(
				history,
				rig_json(
					"{'sequence': 1, 'id': '1-x', 'kind': 'import', 'revoked': "
					"false, 'name': 'Before', 'assessed_on': null, "
					"'registered_on': null, 'scores': null, 'outcome': "
					"{'award': 'quality-mark', 'awarded_on': '2022-05-20', "
					"'expires_on': '2025-05-20', 'commendations': [], 'route': "
					"'new-entry', 'citation': 'x'}}")),
			0);
	return json_pack("{s:o, s:o}", "submission", submission, "history", history);
}

/* In a process that decides this alone; gives the bytes. */
static char *decided_alone(const json_t *input)
{
	struct buffer out;
	struct rig r;
	int ends[2], status;
	pid_t child;
	ssize_t got;

	buffer_init(&out);
	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0) {
		(void)close(ends[0]); /* the other's */
		rig_open(&r, NULL);
		status = script_run(r.script, "decide", input, &out, &r.fault);
		if (status == 0 && write(ends[1], out.bytes, out.length) != (ssize_t)out.length)
			status = 1;
		_exit(status != 0);
	}
	(void)close(ends[1]); /* the child's */
	do {
		assert_int_equal(buffer_reserve(&out, 65536), 0);
		got = read(ends[0], out.bytes + out.length, 65536);
		assert_true(got >= 0);
		out.length += (size_t)got;
	} while (got > 0);
	(void)close(ends[0]); /* only read */
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	return buffer_give(&out);
}

/* A thousand, unless AWARDD_HISTORIES says otherwise: it is half of it. */
static void decisions_of_one_process_are_those_of_as_many(void **state)
{
	const char *histories = getenv("AWARDD_HISTORIES");
	int count = histories != NULL ? atoi(histories) / 2 : 1000;
	struct rig *r = *state;
	uint32_t seed = 42;

	for (int i = 0; i < count; i++) {
		json_t *input = random_input(&seed);
		char *alone = decided_alone(input), *here;
		struct buffer out;

		buffer_init(&out);
		assert_int_equal(script_run(r->script, "decide", input, &out, &r->fault), 0);
		here = buffer_give(&out);
		assert_string_equal(here, alone);
		free(here);
		free(alone);
		json_decref(input);
	}
}

/* ---- no memory -------------------------------------------------------------------------- */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LIMITED 0
#elif defined(__has_feature)
#define LIMITED (!__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer))
#else
#define LIMITED 1
#endif

/* Asks for all there may be, and holds it; what is freed afterwards is the heap's. */
static void leave_no_memory(struct rlimit *before)
{
	struct rlimit none;

	assert_int_equal(getrlimit(RLIMIT_AS, before), 0);
	none = (struct rlimit){.rlim_cur = 1, .rlim_max = before->rlim_max};
	assert_int_equal(setrlimit(RLIMIT_AS, &none), 0);
	for (size_t size = 1 << 20; size >= 4096; size /= 2)
		while (malloc(size) != NULL)
			;
}

/* The rules beside it ask for more than the arena has; the host has no more. */
static void run_without_memory(void)
{
	struct rig r;
	struct rlimit before;
	struct buffer out;
	json_t *input = json_pack("{s:o, s:[]}", "submission", rig_submission(NULL), "history");
	int rv;

	rig_open(&r, &(struct rig_edit){"attack.lua", smuggling, NULL, NULL});
	script_prepare(r.script);
	buffer_init(&out);
	leave_no_memory(&before);
	rv = script_run(r.script, "decide", input, &out, &r.fault);
	(void)setrlimit(RLIMIT_AS, &before); /* seen by what follows */
	if (rv != -ENOMEM)
		_exit(2);
	script_prepare(r.script);
	if (!is_as_kept(r.script->ready))
		_exit(3);
	rv = script_run(r.script, "decide", input, &out, &r.fault);
	_exit(rv != 0 || out.length == 0 ? 4 : 0);
}

static void a_run_that_the_host_has_no_memory_for_is_no_decision(void **state)
{
	pid_t child;
	int status;

	(void)state;
	if (!LIMITED)
		skip();
	child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0)
		run_without_memory();
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_of_an_arena_hold_what_is_put_in_them),
		cmocka_unit_test(fixed_blocks_are_never_used_again),
		cmocka_unit_test(what_lies_beyond_an_arena_cannot_be_kept),
		cmocka_unit_test(a_state_that_is_put_back_is_the_same_to_the_byte),
		cmocka_unit_test(what_is_smuggled_is_not_found_again),
		cmocka_unit_test(a_state_too_large_to_be_kept_is_made_anew),
		cmocka_unit_test(decisions_of_one_process_are_those_of_as_many),
		cmocka_unit_test(a_run_that_the_host_has_no_memory_for_is_no_decision),
	};

	return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
