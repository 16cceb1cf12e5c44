/* The plugin in its host: pictures of what a real daemon decided. */
#include "../plugin/rig.h"

#include <stdlib.h>
#include <time.h>

static int setup(void **state)
{
	assert_int_equal(scene_setup_stopped(state), 0);
	struct scene *s = *state;

	rig_add(s, "../../plugins/profile");
	rig_start(s, NULL);
	s->area++;
	return 0;
}

/* Gives the answer's result, whose `member` is there. */
static json_t *rendered(struct scene *s, const json_t *decision, const char *media_type,
			const char *member)
{
	json_t *answer = peer_call(scene_peer(s), "decisions.render",
				   json_pack("{sO ss}", "decision_id",
					     json_object_get(decision, "decision_id"), "media_type",
					     media_type));
	json_t *result = json_incref(json_object_get(answer, "result"));

	if (json_member_text(result, member) == NULL) {
		char *said = json_dumps(answer, 0);
		fail_msg("%s: %.300s", media_type, said);
	}
	json_decref(answer);
	return result;
}

static void a_decision_is_drawn_with_the_one_before_it(void **state)
{
	struct scene *s = *state;
	json_t *first = decided(s, "{'assessed_on': '2023-05-20'}");
	json_t *second = decided(s, "{'assessed_on': '2024-05-20'}");
	json_t *result = rendered(s, second, "image/svg+xml", "text");
	const char *svg = json_member_text(result, "text");

	assert_non_null(strstr(svg, "assessed on 20 May 2024"));
	assert_non_null(strstr(svg, "benchmark before, 20 May 2023"));
	assert_non_null(strstr(svg, json_member_text(second, "decision_id")));
	assert_non_null(strstr(svg, "SEND staff know youth justice practice"));
	json_decref(result);
	json_decref(second);
	json_decref(first);
}

static void pixels_and_pages_are_given_as_base64(void **state)
{
	struct scene *s = *state;
	json_t *decision = decided(s, NULL);
	json_t *png = rendered(s, decision, "image/png", "base64");
	json_t *pdf = rendered(s, decision, "application/pdf", "base64");

	assert_memory_equal(json_member_text(png, "base64"), "iVBORw0KGgo", 11);
	assert_memory_equal(json_member_text(pdf, "base64"), "JVBERi0", 7);
	json_decref(pdf);
	json_decref(png);
	json_decref(decision);
}

static void a_course_shows_what_was_revoked(void **state)
{
	struct scene *s = *state;
	json_t *decision = decided(s, "{'assessed_on': '2022-05-20'}");

	revokes(s, decision);
	json_t *result = rendered(s, decision, "image/svg+xml;picture=course", "text");
	assert_non_null(strstr(json_member_text(result, "text"), "Revoked: "));
	json_decref(result);
	result = rendered(s, decision, "image/svg+xml", "text");
	assert_non_null(strstr(json_member_text(result, "text"), "REVOKED"));
	json_decref(result);
	json_decref(decision);
}

/* What is said of an award of this day in the course, to be freed with its document. */
static const char *course_of(struct scene *s, struct date day, json_t **result)
{
	char text[DATE_TEXT], changes[64];

	date_format(day, text);
	(void)snprintf(changes, sizeof changes, "{'assessed_on': '%s'}", text);
	s->area++;
	json_t *decision = decided(s, changes);
	*result = rendered(s, decision, "image/svg+xml;picture=course", "text");
	json_decref(decision);
	return json_member_text(*result, "text");
}

/* An award of today is not due, one that has a month left is. */
static void a_course_says_that_redesignation_is_due(void **state)
{
	struct date today = instant_date((int64_t)time(NULL) * 1000);
	json_t *result;

	assert_null(strstr(course_of(*state, today, &result), "redesignation is due"));
	json_decref(result);
	assert_non_null(
		strstr(course_of(*state, date_add_months(today, 1 - 36), &result), "Lapses on "));
	assert_non_null(strstr(json_member_text(result, "text"), "redesignation is due"));
	json_decref(result);
}

static void a_course_shows_a_month_where_no_day_is_known(void **state)
{
	struct scene *s = *state;
	char params[256];

	(void)snprintf(
		params, sizeof params,
		"{'awards': [{'partnership': 'area-%d', 'name': 'N', 'award': 'quality-mark',"
		" 'awarded_on': '2019-07-01', 'precision': 'month', 'source': 'S'}]}",
		s->area);
	json_decref(called(s, "register.import", params));
	(void)snprintf(params, sizeof params, "{'partnership': 'area-%d'}", s->area);
	json_t *list = called(s, "register.list", params);
	const json_t *row = json_array_get(json_member(list, "awards"), 0);
	json_t *result = rendered(s, row, "image/svg+xml;picture=course", "text");
	const char *svg = json_member_text(result, "text");

	assert_non_null(strstr(svg, "Lapsed in July 2022"));
	assert_null(strstr(svg, "1 July"));
	json_decref(result);
	json_decref(list);
}

static void the_national_picture_is_drawn_of_the_register(void **state)
{
	struct scene *s = *state;
	json_t *decision = decided(s, NULL);
	json_t *answer = peer_call(scene_peer(s), "register.render",
				   json_pack("{ss}", "media_type", "image/svg+xml"));
	const char *svg = json_member_text(json_object_get(answer, "result"), "text");

	assert_non_null(svg);
	assert_non_null(strstr(svg, "The national picture"));
	json_decref(answer);
	json_decref(decision);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_decision_is_drawn_with_the_one_before_it, scene_next_area),
		cmocka_unit_test_setup(pixels_and_pages_are_given_as_base64, scene_next_area),
		cmocka_unit_test_setup(a_course_shows_what_was_revoked, scene_next_area),
		cmocka_unit_test_setup(a_course_says_that_redesignation_is_due, scene_next_area),
		cmocka_unit_test_setup(a_course_shows_a_month_where_no_day_is_known,
				       scene_next_area),
		cmocka_unit_test_setup(the_national_picture_is_drawn_of_the_register,
				       scene_next_area),
	};

	return cmocka_run_group_tests(tests, setup, scene_teardown);
}
