/* Turns: what is looked up and waits for the rules stays within its bounds, begins in the order of
 * arrival, and nobody is forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/turn.h"

enum { MANY = 200 };

struct scene {
	struct turns turns;
	struct one {
		struct turn turn;
		struct scene *scene;
	} all[MANY];
	size_t begun;
	size_t failing; /* from this one on each ends as it begins, as without memory */
};

static void begin(void *ctx)
{
	struct one *one = ctx;
	struct scene *s = one->scene;

	assert_ptr_equal(one, &s->all[s->begun]); /* in order */
	s->begun++;
	if (s->begun > s->failing)
		turn_end(&s->turns, &one->turn);
}

static void take(struct scene *s)
{
	turns_init(&s->turns);
	s->begun = 0;
	for (size_t i = 0; i < MANY; i++) {
		s->all[i] = (struct one){{.begin = begin, .ctx = &s->all[i]}, s};
		turn_take(&s->turns, &s->all[i].turn);
	}
}

static void no_more_are_looked_up_than_may_be(void **state)
{
	static struct scene s = {.failing = MANY};

	(void)state;
	take(&s);
	assert_int_equal(s.begun, TURN_LOOKED_UP);
	turn_weigh(&s.turns, &s.all[0].turn, 10);
	assert_int_equal(s.begun, TURN_LOOKED_UP + 1);
	turn_end(&s.turns, &s.all[1].turn); /* decided before: it never waits for the rules */
	assert_int_equal(s.begun, TURN_LOOKED_UP + 2);
}

static void long_histories_hold_others_back_until_they_are_judged(void **state)
{
	static struct scene s = {.failing = MANY};

	(void)state;
	take(&s);
	for (size_t i = 0; i < 8; i++)
		turn_weigh(&s.turns, &s.all[i].turn, TURN_BYTES / 8);
	/* The last of the eight filled it: only the seven before let another begin. */
	assert_int_equal(s.begun, TURN_LOOKED_UP + 7);
	turn_end(&s.turns, &s.all[3].turn);
	assert_int_equal(s.begun, TURN_LOOKED_UP + 8);
	turn_end(&s.turns, &s.all[3].turn); /* once more is nothing */
	assert_int_equal(s.begun, TURN_LOOKED_UP + 8);
	for (size_t i = 0; i < MANY; i++) {
		assert_true(i < s.begun);
		turn_end(&s.turns, &s.all[i].turn);
	}
	assert_int_equal(s.begun, MANY);
	assert_int_equal(s.turns.bytes + s.turns.looked_up, 0);
}

static void one_that_fails_as_it_begins_makes_way(void **state)
{
	static struct scene s = {.failing = 30};

	(void)state;
	take(&s);
	assert_int_equal(s.begun, MANY);
	assert_int_equal(s.turns.looked_up, 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_more_are_looked_up_than_may_be),
		cmocka_unit_test(long_histories_hold_others_back_until_they_are_judged),
		cmocka_unit_test(one_that_fails_as_it_begins_makes_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
