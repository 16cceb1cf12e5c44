/* Personal values: a commitment in the place of each, and comparing documents
 * without them. */
#include "rig.h"

static const char signed_form[] =
	"[{'name': 'id', 'type': 'id'},"
	" {'name': 'name', 'type': 'text', 'personal': true},"
	" {'name': 'sign_off', 'type': 'object', 'members': ["
	"   {'name': 'name', 'type': 'text', 'required': true, 'personal': true},"
	"   {'name': 'role', 'type': 'text'}]},"
	" {'name': 'visits', 'type': 'list', 'of': {'type': 'object', 'members': ["
	"   {'name': 'a/b', 'type': 'object', 'personal': true, 'members': ["
	"     {'name': 'x', 'type': 'integer'}]},"
	"   {'name': 'on', 'type': 'date'}]}}]";

static const char document[] =
	"{'id': 'a', 'name': 'A. Fen', 'sign_off': {'name': 'B. Marsh', 'role': 'Head'},"
	" 'visits': [{'on': '2024-05-20'}, {'a/b': {'x': 7}, 'on': '2024-05-21'}]}";

/* Each byte one more than the last, over all fills. */
static void count_up(void *ctx, void *bytes, size_t length)
{
	unsigned char *next = ctx, *out = bytes;

	for (size_t i = 0; i < length; i++)
		out[i] = (*next)++;
}

static void committed_is(const json_t *row, const json_t *commitment)
{
	unsigned char salt[DIGEST_BYTES];
	char hex[DIGEST_HEX], *value = written(json_object_get(row, "value"));
	const char *given = json_member_text(commitment, "commitment");
	struct digest d;

	assert_int_equal(json_object_size(row), 3);
	assert_int_equal(json_object_size(commitment), 1);
	assert_true(hex_parse(text_of(json_member_text(row, "salt")), salt, sizeof salt));
	d = digest_of_two(salt, sizeof salt, value, strlen(value));
	hex_format(d.bytes, sizeof d.bytes, hex);
	assert_non_null(given);
	assert_memory_equal(given, "sha256:", 7);
	assert_string_equal(given + 7, hex);
	free(value);
}

static void a_stored_document_fits_with_its_commitments(void **state)
{
	struct form *f = form_of(signed_form);
	json_t *value = quoted(document), *personal = json_array(), *errors = json_array();

	(void)state;
	assert_int_equal(form_commit(f, value, "", chance_system, personal), 0);
	assert_int_equal(form_check_stored(f, value, errors), 0);
	assert_int_equal(json_array_size(errors), 0);
	/* Nobody may send one. */
	assert_int_equal(form_check(f, value, errors), 0);
	assert_int_equal(json_array_size(errors), 3);
	/* Everything else is checked as ever. */
	assert_int_equal(json_array_clear(errors), 0);
	assert_int_equal(json_put(value, "id", json_string("A B")), 0);
	assert_int_equal(json_put(value, "name", quoted("{'commitment': 'x', 'more': 1}")), 0);
	assert_int_equal(form_check_stored(f, value, errors), 0);
	assert_int_equal(json_array_size(errors), 2);
	json_decref(errors);
	json_decref(personal);
	json_decref(value);
	form_free(&f);
}

static void each_personal_value_becomes_a_commitment_that_its_row_opens(void **state)
{
	static const struct {
		const char *pointer, *value;
	} wanted[] = {
		{"/name", "\"A. Fen\""},
		{"/sign_off/name", "\"B. Marsh\""},
		{"/visits/1/a~1b", "{\"x\":7}"},
	};
	struct form *f = form_of(signed_form);
	json_t *value = quoted(document), *personal = json_array();
	unsigned char next = 0;
	struct chance chance = {count_up, &next};

	(void)state;
	assert_int_equal(form_commit(f, value, "/submission", chance, personal), 0);
	assert_int_equal(json_array_size(personal), 3);
	for (size_t i = 0; i < 3; i++) {
		const json_t *row = json_array_get(personal, i);
		char *text = written(json_object_get(row, "value")), pointer[64];

		snprintf(pointer, sizeof pointer, "/submission%s", wanted[i].pointer);
		assert_string_equal(json_member_text(row, "pointer"), pointer);
		assert_string_equal(text, wanted[i].value);
		committed_is(row, json_pointer_get(value, wanted[i].pointer));
		free(text);
	}
	/* All of what is not personal is there still. */
	assert_string_equal(json_member_text(value, "id"), "a");
	assert_string_equal(json_member_text(json_object_get(value, "sign_off"), "role"), "Head");
	assert_int_equal(json_array_size(json_object_get(value, "visits")), 2);
	json_decref(personal);
	json_decref(value);
	form_free(&f);
}

static void every_value_has_a_salt_of_its_own(void **state)
{
	struct form *f = form_of("[{'name': 'a', 'type': 'text', 'personal': true},"
				 " {'name': 'b', 'type': 'text', 'personal': true}]");
	json_t *value = quoted("{'a': 'Same', 'b': 'Same'}"), *personal = json_array();

	(void)state;
	assert_int_equal(form_commit(f, value, "", chance_system, personal), 0);
	assert_false(json_equal(json_object_get(value, "a"), json_object_get(value, "b")));
	assert_string_not_equal(json_member_text(json_array_get(personal, 0), "salt"),
				json_member_text(json_array_get(personal, 1), "salt"));
	assert_string_equal(json_member_text(json_array_get(personal, 0), "pointer"), "/a");
	json_decref(personal);
	json_decref(value);
	form_free(&f);
}

static void what_is_absent_or_null_is_not_committed_to(void **state)
{
	struct form *f = form_of(signed_form);
	json_t *value = quoted("{'id': 'a', 'name': null, 'visits': [{'a/b': null}, {}]}");
	json_t *before = json_deep_copy(value), *personal = json_array();

	(void)state;
	assert_int_equal(form_commit(f, value, "", chance_system, personal), 0);
	assert_int_equal(json_array_size(personal), 0);
	assert_true(json_equal(value, before));
	json_decref(personal);
	json_decref(before);
	json_decref(value);
	form_free(&f);
}

static void a_personal_list_is_committed_to_as_a_whole(void **state)
{
	struct form *f = form_of("[{'name': 'who', 'type': 'list', 'personal': true,"
				 " 'of': {'type': 'text'}}]");
	json_t *value = quoted("{'who': ['A. Fen', 'B. Marsh']}"), *personal = json_array();

	(void)state;
	assert_int_equal(form_commit(f, value, "", chance_system, personal), 0);
	assert_int_equal(json_array_size(personal), 1);
	committed_is(json_array_get(personal, 0), json_object_get(value, "who"));
	json_decref(personal);
	json_decref(value);
	form_free(&f);
}

/* Visited in the form's order, which is not that of the text. */
static void each_of_many_values_gets_its_own_commitment(void **state)
{
	enum { VISITS = 1000 };
	struct form *f = form_of(signed_form);
	json_t *value = json_pack("{s[] s{ss} ss}", "visits", "sign_off", "name", "B. Marsh",
				  "name", "A. Fen");
	json_t *personal = json_array(), *row;
	size_t i;

	(void)state;
	for (int k = 0; k < VISITS; k++)
		assert_int_equal(json_array_append_new(json_object_get(value, "visits"),
						       json_pack("{s{si}}", "a/b", "x", k)),
				 0);
	assert_int_equal(form_commit(f, value, "", chance_system, personal), 0);
	assert_int_equal(json_array_size(personal), VISITS + 2);
	json_array_foreach(personal, i, row)
		committed_is(row, json_pointer_get(value, json_member_text(row, "pointer")));
	json_decref(personal);
	json_decref(value);
	form_free(&f);
}

static void more_values_than_are_wanted_are_not_committed_to(void **state)
{
	struct form *f = form_of(signed_form);
	struct form_committing c = {.base = "", .chance = chance_system, .most = 2};
	json_t *value = quoted(document);
	char *text = json_dumps(value, JSON_COMPACT);
	struct json_index index;
	struct buffer out;

	(void)state;
	json_index_init(&index);
	buffer_init(&out);
	assert_int_equal(json_index_read(&index, text_of(text)), 0);
	c.personal = json_array();
	assert_int_equal(form_commit_item(f, index.items, &c, &out), AW_ELIMIT);
	assert_int_equal(out.length, 0);
	c.most = 3;
	assert_int_equal(form_commit_item(f, index.items, &c, &out), 0);
	json_index_deinit(&index);
	buffer_deinit(&out);
	json_decref(c.personal);
	json_decref(value);
	free(text);
	form_free(&f);
}

static void one_value_can_be_committed_to_by_itself(void **state)
{
	json_t *value = json_string("C. Weir"), *commitment = NULL, *row = NULL;

	(void)state;
	assert_int_equal(form_commit_value(value, "/by", chance_system, &commitment, &row), 0);
	assert_string_equal(json_member_text(row, "pointer"), "/by");
	assert_ptr_equal(json_object_get(row, "value"), value);
	committed_is(row, commitment);
	json_decref(commitment);
	json_decref(row);
	json_decref(value);
}

static void as_sent_and_as_stored_are_the_same_whoever_signed(void **state)
{
	static const struct {
		const char *sent;
		bool same;
	} cases[] = {
		{"{'id': 'a', 'name': 'X', 'sign_off': {'name': 'Y', 'role': 'Head'},"
		 " 'visits': [{'on': '2024-05-20'}, {'a/b': {}, 'on': '2024-05-21'}]}",
		 true},
		{"{'visits': [{'on': '2024-05-20'}, {'on': '2024-05-21', 'a/b': {'x': 7}}],"
		 " 'sign_off': {'role': 'Head', 'name': 'B. Marsh'}, 'name': 'A. Fen', 'id': 'a'}",
		 true},
		{"{'id': 'b', 'name': 'A. Fen', 'sign_off': {'name': 'B. Marsh', 'role': 'Head'},"
		 " 'visits': [{'on': '2024-05-20'}, {'a/b': {'x': 7}, 'on': '2024-05-21'}]}",
		 false},
		{"{'id': 'a', 'sign_off': {'name': 'B. Marsh', 'role': 'Head'},"
		 " 'visits': [{'on': '2024-05-20'}, {'a/b': {'x': 7}, 'on': '2024-05-21'}]}",
		 false},
		{"{'id': 'a', 'name': null, 'sign_off': {'name': 'B. Marsh', 'role': 'Head'},"
		 " 'visits': [{'on': '2024-05-20'}, {'a/b': {'x': 7}, 'on': '2024-05-21'}]}",
		 false},
		{"{'id': 'a', 'name': 'A. Fen', 'sign_off': {'name': 'B. Marsh', 'role': 'Other'},"
		 " 'visits': [{'on': '2024-05-20'}, {'a/b': {'x': 7}, 'on': '2024-05-21'}]}",
		 false},
		{"{'id': 'a', 'name': 'A. Fen', 'sign_off': {'name': 'B. Marsh', 'role': 'Head'},"
		 " 'visits': [{'a/b': {'x': 7}, 'on': '2024-05-21'}, {'on': '2024-05-20'}]}",
		 false},
		{"{'id': 'a', 'name': 'A. Fen', 'sign_off': {'name': 'B. Marsh', 'role': 'Head'},"
		 " 'visits': [{'on': '2024-05-20'}]}",
		 false},
	};
	struct form *f = form_of(signed_form);
	json_t *stored = quoted(document), *personal = json_array();

	(void)state;
	assert_int_equal(form_commit(f, stored, "", chance_system, personal), 0);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		json_t *sent = quoted(cases[i].sent);
		if (form_same(stored, sent) != cases[i].same)
			fail_msg("%s", cases[i].sent);
		json_decref(sent);
	}
	json_decref(personal);
	json_decref(stored);
	form_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stored_document_fits_with_its_commitments),
		cmocka_unit_test(each_personal_value_becomes_a_commitment_that_its_row_opens),
		cmocka_unit_test(every_value_has_a_salt_of_its_own),
		cmocka_unit_test(what_is_absent_or_null_is_not_committed_to),
		cmocka_unit_test(a_personal_list_is_committed_to_as_a_whole),
		cmocka_unit_test(each_of_many_values_gets_its_own_commitment),
		cmocka_unit_test(more_values_than_are_wanted_are_not_committed_to),
		cmocka_unit_test(one_value_can_be_committed_to_by_itself),
		cmocka_unit_test(as_sent_and_as_stored_are_the_same_whoever_signed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
