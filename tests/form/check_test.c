/* Each type of member: what it takes, and with which sentence it refuses. */
#include "rig.h"

struct value_case {
	const char *value;  /* of the member "m" */
	const char *wanted; /* the message, or NULL where it fits */
};

static void check_cases(const char *form, const struct value_case *cases, size_t count)
{
	struct form *f = form_of(form);
	char document[4096], wanted[4096];

	for (size_t i = 0; i < count; i++) {
		snprintf(document, sizeof document, "{'m': %s}", cases[i].value);
		snprintf(wanted, sizeof wanted, "%s%s%s", cases[i].wanted != NULL ? "/m: " : "",
			 cases[i].wanted != NULL ? cases[i].wanted : "",
			 cases[i].wanted != NULL ? "\n" : "");
		finds(f, document, wanted);
	}
	form_free(&f);
	assert_null(f);
}

#define CHECK(form, cases) check_cases(form, cases, sizeof(cases) / sizeof((cases)[0]))

static void a_text_has_characters_within_its_limits(void **state)
{
	static const struct value_case limited[] = {
		{"'ab'", NULL},
		{"'abcd'", NULL},
		{"'\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xf0\x9f\x98\x80'", NULL},
		{"'a'", "must have 2 to 4 characters, and has 1"},
		{"'abcde'", "must have 2 to 4 characters, and has 5"},
		{"''", "must not be empty"},
		{"7", "must be text, not 7"},
		{"true", "must be text, not true"},
		{"{}", "must be text, not an object"},
		{"['ab']", "must be text, not a list"},
	};
	static const struct value_case any[] = {
		{"'a'", NULL},
		{"' '", NULL},
		{"''", "must not be empty"},
		{"1.5", "must be text, not 1.5"},
	};
	static const struct value_case empty[] = {{"''", NULL}, {"'a'", NULL}};

	(void)state;
	CHECK("[{'name': 'm', 'type': 'text', 'min': 2, 'max': 4}]", limited);
	CHECK("[{'name': 'm', 'type': 'text'}]", any);
	CHECK("[{'name': 'm', 'type': 'text', 'min': 0}]", empty);
}

static void an_id_is_short_and_plain(void **state)
{
	static const char sentence[] =
		"must be 1 to 64 lower-case letters, digits and hyphens, not ";
	static const struct {
		const char *value, *shown; /* NULL where it fits */
	} cases[] = {
		{"'a'", NULL},
		{"'north-vale-2'", NULL},
		{"'-'", NULL},
		{"'0'", NULL},
		{"''", "\"\""},
		{"'North'", "\"North\""},
		{"'north vale'", "\"north vale\""},
		{"'north_vale'", "\"north_vale\""},
		{"'caf\xc3\xa9'", "\"caf\xc3\xa9\""},
		{"'a\\n'", "\"a\\n\""},
		{"7", "7"},
		{"[]", "a list"},
	};
	struct form *f = form_of("[{'name': 'm', 'type': 'id'}]");
	char document[256], wanted[512], longest[66];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		snprintf(document, sizeof document, "{'m': %s}", cases[i].value);
		snprintf(wanted, sizeof wanted, "/m: %s%s\n", sentence, cases[i].shown);
		finds(f, document, cases[i].shown == NULL ? "" : wanted);
	}
	memset(longest, 'a', 65);
	longest[65] = '\0';
	snprintf(document, sizeof document, "{'m': '%s'}", longest + 1);
	finds(f, document, "");
	/* Of a long value only the beginning is shown. */
	snprintf(document, sizeof document, "{'m': '%s'}", longest);
	snprintf(wanted, sizeof wanted, "/m: %s\"%.59s…\n", sentence, longest);
	finds(f, document, wanted);
	form_free(&f);
}

static void a_date_is_a_real_day_of_this_millennium(void **state)
{
	static const struct value_case cases[] = {
		{"'2024-02-29'", NULL},
		{"'2000-01-01'", NULL},
		{"'2999-12-31'", NULL},
		{"'1999-12-31'", "must be a date from 2000 to 2999, not \"1999-12-31\""},
		{"'3000-01-01'", "must be a date from 2000 to 2999, not \"3000-01-01\""},
		{"'2023-02-29'", "must be a real date written YYYY-MM-DD, not \"2023-02-29\""},
		{"'2024-2-9'", "must be a real date written YYYY-MM-DD, not \"2024-2-9\""},
		{"'2024-02-09T00:00'",
		 "must be a real date written YYYY-MM-DD, not \"2024-02-09T00:00\""},
		{"''", "must be a real date written YYYY-MM-DD, not \"\""},
		{"20240229", "must be a real date written YYYY-MM-DD, not 20240229"},
		{"{}", "must be a real date written YYYY-MM-DD, not an object"},
	};

	(void)state;
	CHECK("[{'name': 'm', 'type': 'date'}]", cases);
}

static void a_boolean_is_true_or_false(void **state)
{
	static const struct value_case cases[] = {
		{"true", NULL},
		{"false", NULL},
		{"0", "must be true or false, not 0"},
		{"'true'", "must be true or false, not \"true\""},
		{"[]", "must be true or false, not a list"},
	};

	(void)state;
	CHECK("[{'name': 'm', 'type': 'boolean'}]", cases);
}

static void an_integer_is_whole_and_within_its_limits(void **state)
{
	static const struct value_case bounded[] = {
		{"0", NULL},
		{"10", NULL},
		{"-0", NULL},
		{"-1", "must be a whole number from 0 to 10, not -1"},
		{"11", "must be a whole number from 0 to 10, not 11"},
		{"9223372036854775807",
		 "must be a whole number from 0 to 10, not 9223372036854775807"},
		{"7.0", "must be a whole number from 0 to 10 written without fraction or exponent, "
			"not 7.0"},
		{"7.5", "must be a whole number from 0 to 10 written without fraction or exponent, "
			"not 7.5"},
		{"'7'", "must be a whole number from 0 to 10, not \"7\""},
		{"true", "must be a whole number from 0 to 10, not true"},
		{"[7]", "must be a whole number from 0 to 10, not a list"},
	};
	static const struct value_case any[] = {
		{"-9007199254740991", NULL},
		{"9007199254740991", NULL},
		{"1.0", "must be a whole number written without fraction or exponent, not 1.0"},
		{"'1'", "must be a whole number, not \"1\""},
	};
	static const struct value_case negative[] = {
		{"-3", NULL},
		{"-6", "must be a whole number from -5 to -1, not -6"},
		{"0", "must be a whole number from -5 to -1, not 0"},
	};

	(void)state;
	CHECK("[{'name': 'm', 'type': 'integer', 'min': 0, 'max': 10}]", bounded);
	CHECK("[{'name': 'm', 'type': 'integer'}]", any);
	CHECK("[{'name': 'm', 'type': 'integer', 'min': -5, 'max': -1}]", negative);
}

static void a_least_number_counts_without_a_greatest(void **state)
{
	struct form *f = form_of("[{'name': 'm', 'type': 'integer', 'min': 3}]");
	json_t *value = quoted("{'m': 2}");
	char *found;

	(void)state;
	finds(f, "{'m': 3}", "");
	found = errors_of(f, value);
	assert_string_not_equal(found, "");
	free(found);
	json_decref(value);
	form_free(&f);
}

static void a_choice_is_one_of_its_values(void **state)
{
	static const struct value_case cases[] = {
		{"'email'", NULL},
		{"'letter'", NULL},
		{"'call'", NULL},
		{"'Email'", "must be \"email\", \"letter\" or \"call\", not \"Email\""},
		{"''", "must be \"email\", \"letter\" or \"call\", not \"\""},
		{"0", "must be \"email\", \"letter\" or \"call\", not 0"},
		{"['email']", "must be \"email\", \"letter\" or \"call\", not a list"},
	};
	static const struct value_case single[] = {
		{"'only'", NULL},
		{"'other'", "must be \"only\", not \"other\""},
	};

	static const struct value_case none[] = {
		{"'any'", "nothing can stand here: these rules give nothing to choose from"},
	};

	(void)state;
	CHECK("[{'name': 'm', 'type': 'choice', 'values': []}]", none);
	CHECK("[{'name': 'm', 'type': 'choice', 'values': ['email', 'letter', 'call']}]", cases);
	CHECK("[{'name': 'm', 'type': 'choice', 'values': ['only']}]", single);
}

static void a_list_has_enough_elements_each_of_its_type(void **state)
{
	struct form *f = form_of("[{'name': 'm', 'type': 'list', 'min': 1,"
				 " 'of': {'type': 'integer', 'min': 1, 'max': 3}}]");
	struct form *two = form_of("[{'name': 'm', 'type': 'list', 'min': 2,"
				   " 'of': {'type': 'boolean'}}]");

	(void)state;
	finds(f, "{'m': [1]}", "");
	finds(f, "{'m': [1, 2, 3, 3, 3]}", "");
	finds(f, "{'m': []}", "/m: must name at least one\n");
	finds(f, "{'m': 1}", "/m: must be a list, not 1\n");
	finds(f, "{'m': {'0': 1}}", "/m: must be a list, not an object\n");
	finds(f, "{'m': [0, 2, 'a', null]}",
	      "/m/0: must be a whole number from 1 to 3, not 0\n"
	      "/m/2: must be a whole number from 1 to 3, not \"a\"\n"
	      "/m/3: must be a whole number from 1 to 3, not null\n");
	finds(two, "{'m': [true]}", "/m: has too few elements\n");
	finds(two, "{'m': [true, false]}", "");
	form_free(&f);
	form_free(&two);
}

static void an_object_is_looked_into(void **state)
{
	struct form *f = form_of("[{'name': 'm', 'type': 'object', 'members': ["
				 "  {'name': 'a', 'type': 'boolean', 'required': true},"
				 "  {'name': 'deep', 'type': 'list', 'of': {'type': 'object',"
				 "   'members': [{'name': 'a/b~c', 'type': 'boolean'}]}}]}]");

	(void)state;
	finds(f, "{'m': {'a': true}}", "");
	finds(f, "{'m': {'a': true, 'deep': [{}, {'a/b~c': true}]}}", "");
	finds(f, "{'m': []}", "/m: must be an object, not a list\n");
	finds(f, "{'m': 'a'}", "/m: must be an object, not \"a\"\n");
	finds(f, "{'m': {'deep': [{'a/b~c': 1}, {}, 2]}}",
	      "/m/a: is required\n"
	      "/m/deep/0/a~1b~0c: must be true or false, not 1\n"
	      "/m/deep/2: must be an object, not 2\n");
	form_free(&f);
}

static void what_is_no_object_at_all_is_one_error_at_the_root(void **state)
{
	struct form *f = form_of("[{'name': 'm', 'type': 'id', 'required': true}]");
	char *found = errors_of(f, NULL);

	(void)state;
	assert_string_equal(found, ": must be an object, not null\n");
	free(found);
	finds(f, "[]", ": must be an object, not a list\n");
	finds(f, "'m'", ": must be an object, not \"m\"\n");
	finds(f, "null", ": must be an object, not null\n");
	form_free(&f);
}

static void a_shown_value_is_cut_between_characters(void **state)
{
	struct form *f = form_of("[{'name': 'm', 'type': 'boolean'}]");
	char document[512];

	(void)state;
	/* By every offset of the cut in a character of four bytes. */
	for (int before = 0; before < 8; before++) {
		json_t *value, *errors = json_array();
		const char *message;

		snprintf(document, sizeof document, "{'m': '%.*s", before, "aaaaaaaa");
		for (int i = 0; i < 30; i++)
			strcat(document, "\xf0\x9f\x98\x80");
		strcat(document, "'}");
		value = quoted(document);
		assert_int_equal(form_check(f, value, errors), 0);
		message = json_member_text(json_array_get(errors, 0), "message");
		assert_non_null(message); /* Jansson takes no broken UTF-8 */
		assert_string_equal(message + strlen(message) - 3, "…");
		assert_true(strlen(message) < 110);
		json_decref(errors);
		json_decref(value);
	}
	form_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_has_characters_within_its_limits),
		cmocka_unit_test(an_id_is_short_and_plain),
		cmocka_unit_test(a_date_is_a_real_day_of_this_millennium),
		cmocka_unit_test(a_boolean_is_true_or_false),
		cmocka_unit_test(an_integer_is_whole_and_within_its_limits),
		cmocka_unit_test(a_least_number_counts_without_a_greatest),
		cmocka_unit_test(a_choice_is_one_of_its_values),
		cmocka_unit_test(a_list_has_enough_elements_each_of_its_type),
		cmocka_unit_test(an_object_is_looked_into),
		cmocka_unit_test(what_is_no_object_at_all_is_one_error_at_the_root),
		cmocka_unit_test(a_shown_value_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
