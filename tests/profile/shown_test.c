/* What a picture says, by its marks and in words: nothing that the call does not. */
#include "pictures.h"

#define DOT "<circle cx=\"%d\" cy=\""
#define DIAMOND "l8 8l-8 8l-8 -8z"
#define SOLID "stroke-width=\"2.5\"/>"
#define PASSING "stroke-width=\"1.5\" stroke-dasharray=\"2 5\"/>"
#define DOTTED "stroke-dasharray=\"1 6\""

/* The part of a document between two pieces of it, to be freed. */
static char *between(const char *text, const char *from, const char *to)
{
	const char *start = strstr(text, from);
	const char *end = start != NULL ? strstr(start, to) : NULL;

	assert_non_null(end);
	return strndup(start, (size_t)(end - start));
}

static char *chart_of(const struct picture *p)
{
	return between(p->svg, "<svg role=\"img\"", "</svg>");
}

static char *table_of(const struct picture *p)
{
	return between(p->svg, "<g role=\"table\"", "</g>\n<");
}

static json_t *decision_of(json_t *call)
{
	return json_object_get(json_object_get(json_object_get(call, "entry"), "body"), "decision");
}

static json_t *profile_of(json_t *call)
{
	return json_object_get(decision_of(call), "profile");
}

static void every_score_is_said_in_words(void **state)
{
	static const char *const said[] = {
		"4b, Children at risk are found and helped early: 7 of 10, before 6, a strength.",
		"3, Recent training on needs and disadvantage: 6 of 10, before 5, 1 short, to develop.",
		"Quality Lead asks 7 or more."};
	struct picture p;

	(void)state;
	named_draw("profile-sought", &p);
	char *desc = between(p.svg, "<desc", "</desc>");
	for (size_t i = 0; i < sizeof said / sizeof *said; i++)
		if (strstr(desc, said[i]) == NULL)
			fail_msg("not said: %s", said[i]);
	assert_int_equal(count_of(desc, " of 10"), 11);
	free(desc);
	picture_deinit(&p);
}

static void the_scores_are_a_table_of_cells(void **state)
{
	struct picture p;

	(void)state;
	named_draw("profile-sought", &p);
	assert_int_equal(count_of(p.svg, "role=\"table\""), 1);
	assert_int_equal(count_of(p.svg, "role=\"row\""), 12);
	assert_int_equal(count_of(p.svg, "role=\"rowheader\""), 11);
	/* title, score, score before, a note; two notes for the two to develop */
	assert_int_equal(count_of(p.svg, "role=\"cell\""), 11 * 4 + 2);
	assert_non_null(strstr(p.svg, "role=\"img\" aria-labelledby=\"profile-title\" "
				      "aria-describedby=\"profile-desc\""));
	assert_int_equal(count_of(p.svg, "id=\"profile-title\""), 1);
	assert_int_equal(count_of(p.svg, "id=\"profile-desc\""), 1);
	picture_deinit(&p);
}

static void the_line_passes_by_what_is_not_applicable(void **state)
{
	struct picture p;

	(void)state;
	named_draw("profile-not-applicable", &p); /* 4a, 6 and 8 */
	char *chart = chart_of(&p), *table = table_of(&p);
	assert_int_equal(count_of(chart, "<circle") + count_of(chart, DIAMOND), 8);
	assert_int_equal(count_of(chart, SOLID), 4);
	assert_int_equal(count_of(chart, PASSING), 3);
	assert_int_equal(count_of(chart, DOTTED), 3);
	assert_int_equal(count_of(p.svg, ">N/A</text>"), 3);
	assert_null(strstr(p.svg, "role=\"cell\">0</text>"));
	free(chart);
	free(table);
	picture_deinit(&p);
}

static void nothing_applicable_is_a_picture_without_a_dot(void **state)
{
	struct picture p;

	(void)state;
	named_draw("profile-zeros", &p);
	char *chart = chart_of(&p);
	assert_int_equal(count_of(chart, "<circle") + count_of(chart, DIAMOND), 0);
	assert_int_equal(count_of(p.svg, ">N/A</text>"), 11);
	assert_int_equal(count_of(p.svg, "No statement applies."), 2);
	free(chart);
	picture_deinit(&p);
}

/* What falls short has another shape and another word, not only another colour. */
static void what_falls_short_has_a_shape_and_a_word(void **state)
{
	struct picture p;

	(void)state;
	named_draw("profile-near-miss", &p);
	char *chart = chart_of(&p);
	assert_int_equal(count_of(chart, DIAMOND), 1);
	assert_int_equal(count_of(chart, "<circle"), 10);
	assert_non_null(strstr(p.svg, ">1 short</text>"));
	free(chart);
	picture_deinit(&p);
}

static void the_line_of_a_level_is_where_the_call_says(void **state)
{
	json_t *call = call_read("profile-near-miss");
	json_t *award = json_array_get(json_object_get(decision_of(call), "awards"), 0);
	json_t *criterion = json_array_get(json_object_get(award, "criteria"), 0);
	json_t *shortfall = json_array_get(json_object_get(criterion, "shortfalls"), 0);
	struct picture p;

	(void)state;
	assert_int_equal(picture_profile(&p, call), 0);
	assert_non_null(strstr(p.svg, "Quality Mark: 5 or more"));
	picture_deinit(&p);
	/* Others score 5 and do not fall short: so it is not 6 for all, but for this one. */
	json_object_set_new(shortfall, "needs", json_integer(6));
	assert_int_equal(picture_profile(&p, call), 0);
	assert_null(strstr(p.svg, "or more"));
	assert_non_null(strstr(p.svg, ">2 short</text>"));
	picture_deinit(&p);
	json_decref(call);
}

static void no_line_is_drawn_that_nothing_tells(void **state)
{
	json_t *call = call_read("profile-lead"); /* met: no shortfall tells its threshold */
	struct picture p;

	(void)state;
	assert_int_equal(picture_profile(&p, call), 0);
	assert_non_null(strstr(p.svg, "Quality Lead: 7 or more"));
	picture_deinit(&p);
	json_object_set_new(call, "scheme", json_null());
	assert_int_equal(picture_profile(&p, call), 0);
	assert_null(strstr(p.svg, "or more"));
	picture_deinit(&p);
	json_decref(call);
}

/* A scheme of today that asks more than the decision was held to is not believed. */
static void a_line_that_the_decision_contradicts_is_not_drawn(void **state)
{
	json_t *call = call_read("profile-lead");

	(void)state;
	json_object_set_new(json_object_get(profile_of(call), "scores"), "1", json_integer(6));
	struct picture p;
	assert_int_equal(picture_profile(&p, call), 0);
	assert_null(strstr(p.svg, "Quality Lead: 7 or more"));
	picture_deinit(&p);
	json_decref(call);
}

static void the_benchmark_before_is_the_latest_that_holds(void **state)
{
	struct picture p;

	(void)state;
	named_draw("profile-lead", &p);
	assert_non_null(strstr(p.svg, "benchmark before, 20 July 2023"));
	picture_deinit(&p);

	json_t *call = call_read("profile-lead"), *history = json_object_get(call, "history");
	json_t *revocation = json_pack("{ss si s{s{si}}}", "kind", "revocation", "sequence", 99,
				       "body", "revokes", "sequence", 0);
	for (size_t i = 0; i < json_array_size(history); i++) {
		json_t *entry = json_array_get(history, i), *body = json_object_get(entry, "body");
		const char *day = json_string_value(
			json_object_get(json_object_get(body, "decision"), "assessed_on"));

		if (day != NULL && strcmp(day, "2023-07-20") == 0)
			json_object_set(json_object_get(json_object_get(revocation, "body"),
							"revokes"),
					"sequence", json_object_get(entry, "sequence"));
	}
	json_array_append_new(history, revocation);
	assert_int_equal(picture_profile(&p, call), 0);
	assert_non_null(strstr(p.svg, "benchmark before, 12 October 2020"));
	picture_deinit(&p);
	json_decref(call);
}

static void what_was_revoked_says_so(void **state)
{
	struct picture p;

	(void)state;
	named_draw("profile-revoked", &p);
	assert_non_null(strstr(p.title, "(revoked)"));
	assert_non_null(strstr(p.svg, "REVOKED: this benchmark and what it led to no longer"));
	assert_non_null(strstr(p.svg, "The reason: Statement 3"));
	assert_null(strstr(p.svg, "lapses on"));
	picture_deinit(&p);
}

static void what_has_no_scores_is_refused_with_a_sentence(void **state)
{
	json_t *import = json_pack("{s{ss s{s{}s{}}}}", "entry", "kind", "import", "body", "award",
				   "outcome");
	json_t *empty = json_object();
	struct picture p;

	(void)state;
	assert_int_equal(picture_profile(&p, import), -22);
	assert_non_null(strstr(p.problem, "no decision"));
	assert_int_equal(picture_course(&p, empty), -22);
	assert_non_null(strstr(p.problem, "nothing was ever decided"));
	assert_int_equal(picture_national(&p, empty), -22);
	assert_non_null(strstr(p.problem, "no statistics"));
	json_decref(import);
	json_decref(empty);
}

static void a_course_tells_what_is_held_and_until_when(void **state)
{
	struct picture p;

	(void)state;
	named_draw("course-three-awards", &p);
	assert_non_null(strstr(p.svg, "Quality Lead with Child First Commendation. Lapses on 25 "
				      "January 2027. Its course: October 2017"));
	picture_deinit(&p);
	named_draw("course-lapsed", &p);
	assert_non_null(strstr(p.svg, "Commendation (lapsed). Lapsed on 25 January 2027."));
	picture_deinit(&p);
	named_draw("course-no-award", &p);
	assert_non_null(strstr(p.svg, "Holds no award"));
	picture_deinit(&p);
}

static void the_national_picture_tells_every_row_in_words(void **state)
{
	struct picture p;

	(void)state;
	named_draw("national-one-partnership", &p);
	char *desc = between(p.svg, "<desc", "</desc>");
	assert_non_null(strstr(desc, "4a, Full and timely exchange of SEN information: scored by "
				     "none, left out by 1."));
	assert_int_equal(count_of(desc, "median 6"), 10);
	free(desc);
	picture_deinit(&p);
}

/* Whatever is missing from a call: a picture, or a sentence. */
static void a_call_without_a_member_is_no_crash(void **state)
{
	static const char *const names[] = {"profile-sought", "course-three-awards",
					    "national-examples"};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		json_t *call = call_read(names[i]);
		const char *key;
		json_t *value;

		json_object_foreach(call, key, value) {
			json_t *less = json_deep_copy(call);
			struct picture p;

			json_object_del(less, key);
			int rv = call_draw(names[i], less, &p);
			assert_true(rv == 0 ? p.svg != NULL : p.problem != NULL);
			picture_deinit(&p);
			json_decref(less);
		}
		json_decref(call);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_score_is_said_in_words),
		cmocka_unit_test(the_scores_are_a_table_of_cells),
		cmocka_unit_test(the_line_passes_by_what_is_not_applicable),
		cmocka_unit_test(nothing_applicable_is_a_picture_without_a_dot),
		cmocka_unit_test(what_falls_short_has_a_shape_and_a_word),
		cmocka_unit_test(the_line_of_a_level_is_where_the_call_says),
		cmocka_unit_test(no_line_is_drawn_that_nothing_tells),
		cmocka_unit_test(a_line_that_the_decision_contradicts_is_not_drawn),
		cmocka_unit_test(the_benchmark_before_is_the_latest_that_holds),
		cmocka_unit_test(what_was_revoked_says_so),
		cmocka_unit_test(what_has_no_scores_is_refused_with_a_sentence),
		cmocka_unit_test(a_course_tells_what_is_held_and_until_when),
		cmocka_unit_test(the_national_picture_tells_every_row_in_words),
		cmocka_unit_test(a_call_without_a_member_is_no_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
