/* Words that are lent to rules: what they answered lasts as long as the state that may
 * look at it, and no longer. */
#include "rig.h"

#include <malloc.h>

/* Asks twice when it is read, and once in every evaluation. */
static const char rule[] =
	"local early = words.lender.number()\n"
	"local second = words.lender.number()\n"
	"level \"quality-mark\" {\n"
	"	title = \"Quality Mark\",\n"
	"	in_force_from = \"2017-04-01\",\n"
	"	criterion \"QM-1\" {\n"
	"		says = \"Every statement that applies is scored 5 or more\",\n"
	"		every_score_at_least(5),\n"
	"	},\n"
	"	criterion \"QM-2\" {\n"
	"		says = \"What was said is still what it was\",\n"
	"		check = function(submission)\n"
	"			local late = words.lender.number()\n"
	"			if early[1] + 1 == second[1] and late[1] > second[1]\n"
	"				and late[2] == early[2] then\n"
	"				return met(\"as it was\")\n"
	"			end\n"
	"			return unmet(\"another\", { { pointer = \"/scores\" } })\n"
	"		end,\n"
	"	},\n"
	"}\n";

enum { ANSWER = 60000, WARM = 10, ROUNDS = 200, SLACK = 2 << 20 };

/* [which call this is, "000..."] */
static int number_of_call(void *ctx, size_t number, const json_t *arguments, struct buffer *out,
			  char *message, size_t size)
{
	int *calls = ctx;

	(void)number;
	(void)arguments;
	(void)message;
	(void)size;
	return buffer_printf(out, "[%d,\"%0*d\"]", ++*calls, ANSWER, 0);
}

static void decide_again(struct rig *r, int rounds)
{
	struct buffer out;

	for (int i = 0; i < rounds; i++) {
		buffer_init(&out);
		assert_int_equal(rig_run(r, NULL, "[]", &out), 0);
		assert_non_null(strstr(out.bytes, "\"reason\":\"as it was\""));
		buffer_deinit(&out);
	}
}

static void what_words_answered_lasts_as_long_as_the_state(void **state)
{
	struct script_word word = {.plugin = "lender", .word = "number"};
	int calls = 0;
	const struct script_words words = {
		.list = &word, .count = 1, .call = number_of_call, .ctx = &calls};
	struct rig r;

	(void)state;
	rig_try_lent(&r, &(struct rig_edit){.file = "quality-mark.lua", .text = rule}, &words);
	assert_int_equal(r.opened, 0);
	decide_again(&r, WARM);
	size_t before = mallinfo2().uordblks;
	decide_again(&r, ROUNDS);
	size_t after = mallinfo2().uordblks;
	assert_true(calls >= WARM + ROUNDS);
	if (after > before + SLACK)
		fail_msg("%d evaluations left %zu bytes behind", ROUNDS, after - before);
	rig_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_words_answered_lasts_as_long_as_the_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
