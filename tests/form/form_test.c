/* A whole form: every error at once, null as absent, misspelt names, and the
 * descriptions that are no forms. */
#include "rig.h"

static const char whole_form[] =
	"[{'name': 'submission_id', 'type': 'text', 'max': 8},"
	" {'name': 'partnership', 'type': 'object', 'required': true, 'members': ["
	"   {'name': 'id', 'type': 'id', 'required': true},"
	"   {'name': 'name', 'type': 'text', 'required': true}]},"
	" {'name': 'assessed_on', 'type': 'date', 'required': true},"
	" {'name': 'registered_on', 'type': 'date', 'not_after': 'assessed_on'},"
	" {'name': 'scores', 'type': 'object', 'required': true, 'members': ["
	"   {'name': '1', 'type': 'integer', 'min': 0, 'max': 10, 'required': true},"
	"   {'name': '4a', 'type': 'integer', 'min': 0, 'max': 10, 'required': true}]},"
	" {'name': 'evidence', 'type': 'list', 'of': {'type': 'object', 'members': ["
	"   {'name': 'kind', 'type': 'choice', 'values': ['plan', 'audit'], 'required': true},"
	"   {'name': 'statements', 'type': 'list', 'min': 1, 'required': true,"
	"    'of': {'type': 'choice', 'values': ['1', '4a']}}]}}]";

static const char fitting[] = "{'submission_id': 'one', 'partnership': {'id': 'a', 'name': 'A'},"
			      " 'assessed_on': '2024-05-20', 'registered_on': '2024-05-20',"
			      " 'scores': {'1': 5, '4a': 10},"
			      " 'evidence': [{'kind': 'plan', 'statements': ['1', '4a']}]}";

static void what_fits_has_no_errors(void **state)
{
	struct form *f = form_of(whole_form);

	(void)state;
	finds(f, fitting, "");
	finds(f,
	      "{'partnership': {'id': 'a', 'name': 'A'}, 'assessed_on': '2024-05-20',"
	      " 'scores': {'1': 5, '4a': 10}}",
	      "");
	form_free(&f);
}

static void every_error_comes_at_once_in_the_forms_order_unknown_members_last(void **state)
{
	struct form *f = form_of(whole_form);

	(void)state;
	finds(f,
	      "{'zebra': 1,"
	      " 'evidence': [{'kind': 'plan', 'statements': []}, {'statements': ['9']}],"
	      " 'scores': {'4a': 11, '4b': 3},"
	      " 'assesed_on': '2024-05-20', 'registered_on': '2024-13-01',"
	      " 'partnership': {'name': ''}, 'submission_id': 'more than eight'}",
	      "/submission_id: must have 1 to 8 characters, and has 15\n"
	      "/partnership/id: is required\n"
	      "/partnership/name: must not be empty\n"
	      "/assessed_on: is required\n"
	      "/registered_on: must be a real date written YYYY-MM-DD, not \"2024-13-01\"\n"
	      "/scores/1: is required\n"
	      "/scores/4a: must be a whole number from 0 to 10, not 11\n"
	      "/scores/4b: is not known here; is \"4a\" meant?\n"
	      "/evidence/0/statements: must name at least one\n"
	      "/evidence/1/kind: is required\n"
	      "/evidence/1/statements/0: must be \"1\" or \"4a\", not \"9\"\n"
	      "/assesed_on: is not known here; is \"assessed_on\" meant?\n"
	      "/zebra: is not known here\n");
	finds(f, "{}",
	      "/partnership: is required\n/assessed_on: is required\n"
	      "/scores: is required\n");
	form_free(&f);
}

static void errors_are_added_to_those_found_before(void **state)
{
	struct form *f = form_of("[{'name': 'a', 'type': 'id', 'required': true}]");
	json_t *errors = json_array(), *empty = json_object();

	(void)state;
	assert_int_equal(json_array_append_new(errors, form_error("/before", "was wrong")), 0);
	assert_int_equal(form_check(f, empty, errors), 0);
	assert_int_equal(json_array_size(errors), 2);
	assert_string_equal(json_member_text(json_array_get(errors, 0), "message"), "was wrong");
	assert_string_equal(json_member_text(json_array_get(errors, 1), "pointer"), "/a");
	json_decref(errors);
	json_decref(empty);
	form_free(&f);
}

static void a_null_member_counts_as_left_out(void **state)
{
	struct form *f = form_of(whole_form);

	(void)state;
	finds(f,
	      "{'submission_id': null, 'partnership': {'id': 'a', 'name': 'A'},"
	      " 'assessed_on': '2024-05-20', 'registered_on': null,"
	      " 'scores': {'1': 5, '4a': 10}, 'evidence': null}",
	      "");
	finds(f, "{'partnership': null, 'assessed_on': null, 'scores': {'1': null, '4a': 10}}",
	      "/partnership: is required\n/assessed_on: is required\n/scores/1: is required\n");
	form_free(&f);
}

static void a_date_is_not_after_its_sibling(void **state)
{
	static const struct {
		const char *registered, *assessed, *wanted;
	} cases[] = {
		{"'2024-05-20'", "'2024-05-20'", ""},
		{"'2024-05-19'", "'2024-05-20'", ""},
		{"'2024-05-21'", "'2024-05-20'", "/r: must not be after a, which is 2024-05-20\n"},
		{"'2025-01-01'", "'2024-12-31'", "/r: must not be after a, which is 2024-12-31\n"},
		{"null", "'2024-05-20'", ""},
		{"'2024-05-21'", "null", ""},
		{"'2024-05-21'", "'never'",
		 "/a: must be a real date written YYYY-MM-DD, not \"never\"\n"},
		{"7", "'2024-05-20'", "/r: must be a real date written YYYY-MM-DD, not 7\n"},
	};
	struct form *f = form_of("[{'name': 'r', 'type': 'date', 'not_after': 'a'},"
				 " {'name': 'a', 'type': 'date'}]");
	char document[256];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		snprintf(document, sizeof document, "{'r': %s, 'a': %s}", cases[i].registered,
			 cases[i].assessed);
		finds(f, document, cases[i].wanted);
	}
	form_free(&f);
}

static void a_misspelt_name_gets_the_nearest_and_a_foreign_one_none(void **state)
{
	static const struct {
		const char *name, *meant; /* NULL: none */
	} cases[] = {
		{"score", "scores"},
		{"Scores", "scores"},
		{"sc0res", "scores"},
		{"assessedon", "assessed_on"},
		{"assessed-on", "assessed_on"},
		{"regstered_on", "registered_on"},
		{"submissionid", "submission_id"},
		{"evidenz", "evidence"},
		{"x", NULL},
		{"", NULL},
		{"zebra", NULL},
		{"completely_else", NULL},
	};
	struct form *f = form_of(whole_form);
	char *found, wanted[256];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		json_t *value = quoted(fitting);

		assert_int_equal(json_put(value, cases[i].name, json_true()), 0);
		found = errors_of(f, value);
		snprintf(wanted, sizeof wanted,
			 cases[i].meant != NULL ? "/%s: is not known here; is \"%s\" meant?\n"
						: "/%s: is not known here\n",
			 cases[i].name, cases[i].meant);
		assert_string_equal(found, wanted);
		free(found);
		json_decref(value);
	}
	form_free(&f);
}

static void of_two_near_names_the_nearer_is_meant(void **state)
{
	struct form *f = form_of("[{'name': 'statement', 'type': 'id'},"
				 " {'name': 'statements', 'type': 'id'}]");

	(void)state;
	finds(f, "{'statementss': 'a'}",
	      "/statementss: is not known here; is \"statements\" meant?\n");
	finds(f, "{'statemen': 'a'}", "/statemen: is not known here; is \"statement\" meant?\n");
	form_free(&f);
	/* Of two as near as each other, the first. */
	f = form_of("[{'name': 'form_1', 'type': 'id'}, {'name': 'form_2', 'type': 'id'}]");
	finds(f, "{'form_3': 'a'}", "/form_3: is not known here; is \"form_1\" meant?\n");
	form_free(&f);
}

static void unknown_names_are_escaped_in_their_pointers(void **state)
{
	struct form *f = form_of("[{'name': 'a', 'type': 'id'}]");

	(void)state;
	finds(f, "{'x/y~z': 1}", "/x~1y~0z: is not known here\n");
	form_free(&f);
}

static void no_form(const char *description, const char *words)
{
	json_t *value = quoted(description);
	struct form *f = NULL;
	struct err e = {0};
	int rv = form_new(value, &f, &e);

	if (rv != AW_EINVALID)
		fail_msg("%s is taken for a form", description);
	assert_int_equal(e.status, AW_EINVALID);
	assert_null(f);
	if (strstr(e.text, words) == NULL)
		fail_msg("%s: \"%s\" does not say \"%s\"", description, e.text, words);
	json_decref(value);
}

static void descriptions_with_a_wrong_type_name_or_choice_are_no_forms(void **state)
{
	static const struct {
		const char *description, *words;
	} cases[] = {
		{"[{'name': 'a'}]", "type"},
		{"[{'name': 'a', 'type': null}]", "type"},
		{"[{'name': 'a', 'type': 7}]", "type"},
		{"[{'name': 'a', 'type': 'string'}]", "\"string\" is no type"},
		{"[{'name': 'a', 'type': 'Text'}]", "\"Text\" is no type"},
		{"[{'name': 'a', 'type': ''}]", "type"},
		{"[7]", "type"},
		{"['a']", "type"},
		{"[null]", "type"},
		{"[{'type': 'text'}]", "without a name"},
		{"[{'name': null, 'type': 'text'}]", "without a name"},
		{"[{'name': 7, 'type': 'text'}]", "without a name"},
		{"[{'name': 'a', 'type': 'choice'}]", "without values"},
		{"[{'name': 'a', 'type': 'choice', 'values': 'b'}]", "without values"},
		{"[{'name': 'a', 'type': 'choice', 'values': [1]}]", "no text"},
		{"[{'name': 'a', 'type': 'choice', 'values': ['b', null]}]", "no text"},
		{"[{'name': 'a', 'type': 'list'}]", "type"},
		{"[{'name': 'a', 'type': 'list', 'of': 'text'}]", "type"},
		{"[{'name': 'a', 'type': 'list', 'of': {}}]", "type"},
		{"[{'name': 'a', 'type': 'list', 'of': {'type': 'list'}}]", "type"},
		{"[{'name': 'a', 'type': 'object', 'members': [{'name': 'b'}]}]", "type"},
		{"[{'name': 'a', 'type': 'object', 'members': [{'type': 'id'}]}]", "name"},
		{"[{'name': 'a', 'type': 'id'}, {'name': 'b', 'type': 'list', 'of': {'type':"
		 " 'object', 'members': [{'name': 'c', 'type': 'nothing'}]}}]",
		 "\"nothing\" is no type"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		no_form(cases[i].description, cases[i].words);
}

static void what_is_no_list_of_members_is_no_form(void **state)
{
	struct form *f = NULL;
	struct err e = {0};

	(void)state;
	no_form("{'name': 'a', 'type': 'id'}", "");
	no_form("'form'", "");
	no_form("[{'name': 'a', 'type': 'object'}]", "");
	no_form("[{'name': 'a', 'type': 'object', 'members': {}}]", "");
	assert_int_equal(form_new(NULL, &f, &e), AW_EINVALID);
}

/* Its elements would be kept as they are. */
static void a_list_of_personal_elements_is_no_form(void **state)
{
	(void)state;
	no_form("[{'name': 'who', 'type': 'list', 'of': {'type': 'text', 'personal': true}}]",
		"personal");
}

static void freeing_clears_and_takes_nothing_too(void **state)
{
	struct form *f = form_of(whole_form);

	(void)state;
	form_free(&f);
	assert_null(f);
	form_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits_has_no_errors),
		cmocka_unit_test(every_error_comes_at_once_in_the_forms_order_unknown_members_last),
		cmocka_unit_test(errors_are_added_to_those_found_before),
		cmocka_unit_test(a_null_member_counts_as_left_out),
		cmocka_unit_test(a_date_is_not_after_its_sibling),
		cmocka_unit_test(a_misspelt_name_gets_the_nearest_and_a_foreign_one_none),
		cmocka_unit_test(of_two_near_names_the_nearer_is_meant),
		cmocka_unit_test(unknown_names_are_escaped_in_their_pointers),
		cmocka_unit_test(descriptions_with_a_wrong_type_name_or_choice_are_no_forms),
		cmocka_unit_test(what_is_no_list_of_members_is_no_form),
		cmocka_unit_test(a_list_of_personal_elements_is_no_form),
		cmocka_unit_test(freeing_clears_and_takes_nothing_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
