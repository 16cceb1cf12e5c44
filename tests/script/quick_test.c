/* Runs that are tried without counting their instructions: the same answers, to the byte. */
#include <sys/time.h>

#include "rig.h"
#include "script/inner.h"

/* Bodies of a criterion: what ends soon, what comes close to a budget, what goes beyond one. */
static const char *const bodies[] = {
	"return met(\"fine\")",
	"return met(submission.nothing)",
	"for i = 1, 100000 do end return met(\"short\")",
	"for i = 1, 1500000 do end return met(\"long\")",
	"for i = 1, 1990000 do end return met(\"just\")",
	"for i = 1, 2000000 do end return met(\"too long\")",
	"local s = string.rep(\"a\", 60000) for i = 1, 1000 do s:contains(\"b\") end return met(\"\")",
	"local s = string.rep(\"a\", 60000) for i = 1, 2000 do s:contains(\"b\") end return met(\"\")",
	"local s = string.rep(\"a\", 60000) while true do s:contains(\"b\") end",
	"local t = {} for i = 1, 20000 do t[i] = { i } end return met(\"much\")",
	"local t = {} while true do t[#t + 1] = string.rep(\"x\", 9999) .. #t end",
	"for i = 1, 100 do local t = {} for k = 1, 9999 do t[k] = i end end return met(\"garbage\")",
	"local function f() return 1 + f() end return f()",
};
enum { BODIES = sizeof bodies / sizeof *bodies };

static const char endless[] = "while true do end";

static struct buffer counted[BODIES], counted_endless;

/* This one is wrong about all that takes time. */
static int64_t standing(void)
{
	return 1;
}

static int64_t gone(void)
{
	return -1;
}

static int64_t time_now;

static int64_t leaping(void)
{
	return time_now += 1000000000;
}

/* So is this one. */
static int64_t slow(void)
{
	return time_now += 300 * 1000;
}

/* What it says of a whole run is more than an attempt may take. */
static int64_t slower(void)
{
	return time_now += 500 * 1000;
}

/* Goes once it has been asked for the first time. */
static int64_t going(void)
{
	return time_now++ == 0 ? 1 : -1;
}

static void open_with(struct rig *r, const char *body)
{
	struct buffer b;

	buffer_init(&b);
	(void)buffer_printf(
		&b,
		"commendation \"extra\" { title = \"Extra\", added_to = \"quality-mark\",\n"
		"criterion \"EX-1\" { says = \"Nothing\", check = "
		"function(submission)\n%s\nend } }\n",
		body);
	assert_false(b.failed);
	rig_open(r, &(struct rig_edit){"extra.lua", b.bytes, NULL, NULL});
	buffer_deinit(&b);
}

/* Whether the last run was not counted. */
static bool was_quick(const struct rig *r)
{
	return lua_gethookmask(r->script->ready->L) == 0;
}

static void run(struct rig *r, struct buffer *out)
{
	buffer_init(out);
	assert_int_equal(rig_run(r, NULL, NULL, out), 0);
}

static void expect(struct rig *r, const struct buffer *wanted)
{
	struct buffer out;

	run(r, &out);
	assert_string_equal(out.bytes, wanted->bytes);
	buffer_deinit(&out);
}

static void count(const char *body, struct buffer *out)
{
	struct rig r;

	open_with(&r, body);
	run(&r, out);
	assert_false(was_quick(&r));
	rig_close(&r);
}

static int count_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < BODIES; i++)
		count(bodies[i], &counted[i]);
	count(endless, &counted_endless);
	return 0;
}

static int forget_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < BODIES; i++)
		buffer_deinit(&counted[i]);
	buffer_deinit(&counted_endless);
	return 0;
}

/* Each twice: the second after a run that was stopped, or not. */
static void answers_are_as_counted(int64_t (*clock)(void))
{
	struct rig r;

	assert_int_equal(script_hurry(clock), 0);
	for (size_t i = 0; i < BODIES; i++) {
		open_with(&r, bodies[i]);
		time_now = 0;
		expect(&r, &counted[i]);
		time_now = 0;
		expect(&r, &counted[i]);
		rig_close(&r);
	}
}

static void by_any_clock_answers_are_as_counted(void **state)
{
	(void)state;
	answers_are_as_counted(NULL);
	answers_are_as_counted(slower);
	answers_are_as_counted(leaping);
	answers_are_as_counted(going);
	answers_are_as_counted(gone);
}

static void the_timer_stops_what_does_not_end(void **state)
{
	struct rig r;

	(void)state;
	assert_int_equal(script_hurry(NULL), 0);
	open_with(&r, endless);
	for (int i = 0; i < 3; i++)
		expect(&r, &counted_endless);
	assert_false(was_quick(&r));
	rig_close(&r);
}

static void count_told(void *ctx)
{
	++*(int *)ctx;
}

static void only_what_ends_soon_is_quick(void **state)
{
	static const struct {
		int64_t (*clock)(void);
		const char *body;
		bool quick;
	} cases[] = {
		{standing, "return met(\"fine\")", true},
		{standing, "return met(submission.nothing)", true},
		{slow, "return met(\"fine\")", true},
		{slower, "return met(\"fine\")", false},
		{leaping, "return met(\"fine\")", false},
		{going, "return met(\"fine\")", false},
		{gone, "return met(\"fine\")", false},
		/* What is charged for work in C may be most of a budget. */
		{standing,
		 "local s = string.rep(\"a\", 60000) for i = 1, 1000 do s:contains(\"b\") end",
		 false},
		/* And it may hold a quarter of its memory. */
		{standing,
		 "local t = {} for i = 1, 5 do t[i] = string.rep(\"a\", 60000) .. i end "
		 "return met(\"\")",
		 true},
		{standing,
		 "local t = {} for i = 1, 10 do t[i] = string.rep(\"a\", 60000) .. i end "
		 "return met(\"\")",
		 false},
		{standing,
		 "local t = {} for i = 1, 99 do t[i] = string.rep(\"a\", 65000) .. i end "
		 "return met(\"\")",
		 false},
	};
	const struct itimerval never = {{0, 0}, {0, 0}};
	struct buffer out;
	struct rig r;
	int told;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(script_hurry(cases[i].clock), 0);
		/* Which of these is quick is not for the timer to say. */
		assert_int_equal(setitimer(ITIMER_VIRTUAL, &never, NULL), 0);
		time_now = 0;
		open_with(&r, cases[i].body);
		told = 0;
		script_before_counting(r.script, count_told, &told);
		run(&r, &out);
		assert_int_equal(told, cases[i].quick ? 0 : 1);
		if (was_quick(&r) != cases[i].quick)
			fail_msg("%s is %squick", cases[i].body, cases[i].quick ? "not " : "");
		buffer_deinit(&out);
		rig_close(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_any_clock_answers_are_as_counted),
		cmocka_unit_test(the_timer_stops_what_does_not_end),
		cmocka_unit_test(only_what_ends_soon_is_quick),
	};

	/* Once a process hurries it does not stop to: what is counted comes first. */
	return cmocka_run_group_tests(tests, count_all, forget_all);
}
