/*
 * The drawing of a benchmark profile: each dot stands at its score, and the
 * strokes join dot to dot and pass by what is not applicable.
 */
#include <locale.h>

#include "page.h"

enum { STATEMENTS = 11 };

static const char *const ids[STATEMENTS] = {"1", "2", "3", "4a", "4b", "5",
					    "6", "7", "8", "9",  "10"};

/* A decision with these scores; those of 0 do not apply. */
static json_t *decision_of(const int *scores)
{
	json_t *decision = document("{'profile': {'scores': {}, 'not_applicable': [],"
				    " 'strengths': [], 'development_needs': []}, 'next': null}");
	json_t *profile = json_object_get(decision, "profile");

	for (int i = 0; i < STATEMENTS; i++) {
		json_object_set_new(json_object_get(profile, "scores"), ids[i],
				    json_integer(scores[i]));
		if (scores[i] == 0)
			json_array_append_new(json_object_get(profile, "not_applicable"),
					      json_string(ids[i]));
	}
	return decision;
}

static void draw(struct page *page, const json_t *decision, const json_t *scheme, struct look look)
{
	struct vocabulary v = {scheme, decision};
	struct paper p;

	paper_init(&p, look);
	profile_write(&p, &v);
	page_read(page, &p, look.width);
	paper_deinit(&p);
}

static int find(const struct page *page, int line, uint32_t c)
{
	for (int x = 0; line < page->lines && x < page->lengths[line]; x++)
		if (page->cells[line][x] == c)
			return x;
	return -1;
}

/* The column of each score, from the scale above the drawing. */
static int column_of(const struct page *page, int score)
{
	char digits[4];

	(void)snprintf(digits, sizeof digits, "%d", score);
	for (int x = 0; x < page->lengths[0]; x++)
		if (page->cells[0][x] == (uint32_t)digits[0] &&
		    (digits[1] == '\0' || page->cells[0][x + 1] == (uint32_t)digits[1]))
			return x;
	return -1;
}

/* What is wrong with the drawing of these scores; NULL where it is right. */
static const char *fault_in(const struct page *page, const int *scores)
{
	int at = -1; /* where the line stands, once it has begun */
	int rest = 0;

	for (int i = 0; i < STATEMENTS; i++)
		rest += scores[i] > 0;
	for (int i = 0; i < STATEMENTS; i++) {
		int row = 1 + 2 * i, dot = find(page, row, 0x25CF), by = find(page, row, 0x250A);

		if (scores[i] == 0 && dot >= 0)
			return "a dot for a statement that is left out";
		if (scores[i] == 0 && by != (rest > 0 ? at : -1))
			return "the line does not pass by";
		if (scores[i] > 0) {
			if (dot != column_of(page, scores[i]))
				return "a dot beside its score";
			at = dot;
			rest--;
		}
		if (i + 1 == STATEMENTS || at < 0 || rest == 0)
			continue;
		if (scores[i + 1] == 0) {
			if (find(page, row + 1, 0x250A) != at)
				return "the line breaks before a statement it passes by";
			continue;
		}
		int to = column_of(page, scores[i + 1]);
		uint32_t start = to == at ? 0x2502 : to > at ? 0x2570 : 0x256F;
		uint32_t end = to == at ? 0x2502 : to > at ? 0x256E : 0x256D;

		if (find(page, row + 1, start) != at || find(page, row + 1, end) != to)
			return "a stroke that does not join its dots";
	}
	return NULL;
}

static void check(const int *scores)
{
	json_t *decision = decision_of(scores);
	struct page page;
	const char *fault;

	draw(&page, decision, NULL, plain_look);
	fault = fault_in(&page, scores);
	if (fault != NULL)
		fail_msg("%s:\n%s", fault, page.text);
	page_drop(&page);
	json_decref(decision);
}

static void dots_stand_at_their_scores_and_are_joined(void **state)
{
	static const int cases[][STATEMENTS] = {
		{7, 8, 7, 7, 7, 8, 0, 7, 9, 7, 7},   {10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10},
		{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10}, {5, 0, 0, 0, 6, 0, 0, 4, 0, 0, 0},
		{0, 0, 3, 3, 0, 3, 9, 0, 0, 9, 0},   {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4},
		{4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check(cases[i]);
}

static void any_profile_is_drawn_right(void **state)
{
	unsigned seed = 20240520;

	(void)state;
	for (int round = 0; round < 500; round++) {
		int scores[STATEMENTS];

		for (int i = 0; i < STATEMENTS; i++) {
			seed = seed * 1664525u + 1013904223u;
			scores[i] = (int)((seed >> 16) % 14) - 3;
			if (scores[i] < 0)
				scores[i] = 0;
		}
		check(scores);
	}
}

static void all_tens_and_all_left_out_are_drawn(void **state)
{
	static const int tens[STATEMENTS] = {10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10};
	static const int none[STATEMENTS] = {0};
	json_t *decision = decision_of(none);
	struct page page;

	(void)state;
	check(tens);
	check(none);
	draw(&page, decision, NULL, plain_look);
	assert_true(page_has(&page, "4a · · · · · · · · · · · not applicable"));
	assert_int_equal(find(&page, 7, 0x250A), -1);
	page_drop(&page);
	json_decref(decision);
}

/* The check itself: a drawing of other scores must fail it. */
static void a_wrong_drawing_is_found(void **state)
{
	static const int drawn[STATEMENTS] = {7, 8, 7, 7, 7, 8, 0, 7, 9, 7, 7};
	int claimed[STATEMENTS];
	json_t *decision = decision_of(drawn);
	struct page page;

	(void)state;
	draw(&page, decision, NULL, plain_look);
	assert_null(fault_in(&page, drawn));
	for (int i = 0; i < STATEMENTS; i++) {
		memcpy(claimed, drawn, sizeof claimed);
		claimed[i] = drawn[i] == 0 ? 4 : drawn[i] - 1;
		assert_non_null(fault_in(&page, claimed));
		claimed[i] = drawn[i] == 0 ? 1 : 0;
		assert_non_null(fault_in(&page, claimed));
	}
	page.cells[14][find(&page, 14, 0x256F)] = ' ';
	assert_string_equal(fault_in(&page, drawn), "a stroke that does not join its dots");
	page.cells[13][find(&page, 13, 0x250A)] = ' ';
	assert_string_equal(fault_in(&page, drawn), "the line does not pass by");
	page.cells[12][find(&page, 12, 0x250A)] = ' ';
	assert_string_equal(fault_in(&page, drawn),
			    "the line breaks before a statement it passes by");
	page_drop(&page);
	json_decref(decision);
}

static void statements_stand_in_the_schemes_order_or_in_that_of_counting(void **state)
{
	static const int scores[STATEMENTS] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 5};
	json_t *decision = decision_of(scores);
	json_t *scheme = document("{'statements': [{'id': '10', 'title': 'Last comes first'},"
				  " {'id': '4b', 'title': 'Then this'}]}");
	struct page page;

	(void)state;
	draw(&page, decision, scheme, plain_look);
	assert_int_equal(page.cells[1][0], '1');
	assert_int_equal(page.cells[1][1], '0');
	assert_int_equal(page.cells[3][1], 'b');
	assert_int_equal(page.cells[5][0], '1');
	assert_int_equal(page.cells[7][0], '2');
	assert_int_equal(page.cells[21][0], '9');
	page_drop(&page);
	json_decref(scheme);
	json_decref(decision);
}

static void the_next_levels_mark_and_what_stands_out_are_shown(void **state)
{
	json_t *decision = document(
		"{'awards': [{'id': 'gold', 'title': 'Gold'}],"
		" 'next': {'award': 'gold', 'missing': [{'criterion': 'G-1', 'shortfalls':"
		" [{'statement': 'b', 'score': 2, 'needs': 6}, {'pointer': '/evidence'}]}]},"
		" 'profile': {'scores': {'a': 9, 'b': 2}, 'strengths': ['a'],"
		" 'development_needs': ['b'], 'not_applicable': []}}");
	struct page page;

	(void)state;
	draw(&page, decision, NULL, plain_look);
	assert_int_equal(find(&page, 3, 0x25CB), column_of(&page, 6));
	assert_int_equal(find(&page, 3, 0x25CF), column_of(&page, 2));
	assert_int_equal(find(&page, 1, 0x25CB), -1);
	assert_true(page_has(&page, "strength"));
	assert_true(page_has(&page, "to develop"));
	assert_true(page_has(&page, "needed for Gold"));
	page_drop(&page);
	json_decref(decision);
}

static void another_scale_and_any_width_fit(void **state)
{
	static const int scores[STATEMENTS] = {7, 8, 7, 7, 7, 8, 0, 7, 9, 7, 7};
	static const int scales[] = {1, 4, 10, 20, 100, 1000};
	json_t *decision = decision_of(scores);

	(void)state;
	for (int width = 40; width <= 220; width += 9) {
		for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++) {
			json_t *scheme =
				json_pack("{s:{s:i,s:i}}", "scale", "from", 0, "to", scales[i]);
			struct look look = {.utf8 = true, .width = width};
			struct page page;

			draw(&page, decision, scheme, look);
			assert_true(find(&page, 1, 0x25CF) > 0);
			page_drop(&page);
			json_decref(scheme);
		}
	}
	json_decref(decision);
}

static void long_titles_of_any_script_leave_the_drawing_alone(void **state)
{
	json_t *decision = document("{'profile': {'scores': {'1': 3, '2': 8},"
				    " 'not_applicable': []}}");
	json_t *scheme = document(
		"{'statements': [{'id': '1', 'title': 'Οικογένειες και παιδιά έχουν φωνή σε όλα τα"
		" στάδια του σχεδιασμού και της αξιολόγησης'}, {'id': '2', 'title':"
		" 'AVeryLongTitleWithoutAnySpaceInItThatCannotBeBrokenAnywhereAtAllSoItIsCut'}]}");
	struct page page;

	(void)state;
	draw(&page, decision, scheme, plain_look);
	assert_int_equal(find(&page, 1, 0x25CF), column_of(&page, 3));
	assert_int_equal(find(&page, 3, 0x25CF), column_of(&page, 8));
	assert_int_equal(find(&page, 2, 0x2570), column_of(&page, 3));
	page_drop(&page);
	json_decref(scheme);
	json_decref(decision);
}

static void nothing_but_ascii_is_drawn_where_the_locale_has_no_more(void **state)
{
	static const int scores[STATEMENTS] = {7, 8, 7, 7, 7, 8, 0, 7, 9, 7, 7};
	json_t *decision = decision_of(scores);
	struct page page;

	(void)state;
	draw(&page, decision, NULL, ascii_look);
	for (const char *c = page.text; *c != '\0'; c++)
		assert_true((unsigned char)*c < 0x80);
	assert_int_equal(find(&page, 1, '*'), column_of(&page, 7));
	assert_int_equal(find(&page, 2, '`'), column_of(&page, 7));
	assert_int_equal(find(&page, 13, ':'), column_of(&page, 8));
	page_drop(&page);
	json_decref(decision);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dots_stand_at_their_scores_and_are_joined),
		cmocka_unit_test(any_profile_is_drawn_right),
		cmocka_unit_test(all_tens_and_all_left_out_are_drawn),
		cmocka_unit_test(a_wrong_drawing_is_found),
		cmocka_unit_test(statements_stand_in_the_schemes_order_or_in_that_of_counting),
		cmocka_unit_test(the_next_levels_mark_and_what_stands_out_are_shown),
		cmocka_unit_test(another_scale_and_any_width_fit),
		cmocka_unit_test(long_titles_of_any_script_leave_the_drawing_alone),
		cmocka_unit_test(nothing_but_ascii_is_drawn_where_the_locale_has_no_more),
	};

	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
