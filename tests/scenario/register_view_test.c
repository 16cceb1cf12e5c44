/* The register in the file's view and the register on the socket are the same, on every day of
 * ten years. */
#include <sqlite3.h>

#include "tool.h"

enum { DONE = 0 };

/* The view's own text, with the day as a parameter in place of today. */
static sqlite3_stmt *view_on_a_day(sqlite3 *db)
{
	static const char today[] = "date('now')", begin[] = "CREATE VIEW register AS ";
	sqlite3_stmt *found = NULL, *view = NULL;

	assert_int_equal(sqlite3_prepare_v2(db,
					    "SELECT sql FROM sqlite_schema WHERE name = 'register'",
					    -1, &found, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_step(found), SQLITE_ROW);
	char *sql = strdup((const char *)sqlite3_column_text(found, 0)), *at = sql;
	size_t days = 0;
	for (; (at = strstr(at, today)) != NULL; days++)
		memcpy(at, "?1         ", sizeof today - 1);
	assert_int_equal(days, 3);
	assert_memory_equal(sql, begin, sizeof begin - 1);
	assert_int_equal(sqlite3_prepare_v2(db, sql + sizeof begin - 1, -1, &view, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_finalize(found), SQLITE_OK);
	free(sql);
	return view;
}

static json_t *rows_of_view(sqlite3_stmt *view, const char *day)
{
	json_t *rows = json_array();

	assert_int_equal(sqlite3_reset(view), SQLITE_OK);
	assert_int_equal(sqlite3_bind_text(view, 1, day, -1, SQLITE_TRANSIENT), SQLITE_OK);
	while (sqlite3_step(view) == SQLITE_ROW) {
		json_t *row = json_object();
		for (int i = 0; i < sqlite3_column_count(view); i++) {
			const char *name = sqlite3_column_name(view, i);
			const char *text = (const char *)sqlite3_column_text(view, i);
			bool list = strcmp(name, "commendations") == 0;
			json_object_set_new(row, name,
					    text == NULL ? json_null()
					    : list       ? json_loads(text, 0, NULL)
							 : json_string(text));
		}
		json_array_append_new(rows, row);
	}
	return rows;
}

/* Every member that the socket gives has the view's column of the same name. */
static void compare(const json_t *awards, const json_t *rows, const char *day)
{
	static const char *const members[] = {"partnership",   "name",       "award",
					      "commendations", "awarded_on", "expires_on",
					      "status",        "precision",  "citation",
					      "source"};
	size_t i;
	json_t *award;

	assert_int_equal(json_array_size(awards), json_array_size(rows));
	json_array_foreach(awards, i, award) {
		const json_t *row = json_array_get(rows, i);
		for (size_t k = 0; k < sizeof members / sizeof *members; k++)
			if (!json_equal(json_object_get(award, members[k]),
					json_object_get(row, members[k])))
				fail_msg("%s, %s: %s differs", day,
					 json_member_text(award, "partnership"), members[k]);
		/* And it is due from its due_on on. */
		const char *due_on = json_member_text(row, "due_on");
		const char *status = json_member_text(award, "status");
		assert_true(strcmp(status, "lapsed") == 0 ||
			    (strcmp(day, due_on) >= 0) == (strcmp(status, "due") == 0));
	}
}

static void make_history(struct scene *s)
{
	static const char *const days[] = {"2020-08-31", "2020-08-30", "2020-02-29",
					   "2020-12-31", "2021-08-29", "2025-11-30"};
	char changes[96];

	free(TOOL_OUT(s, DONE, "register", "import", AWARDD_SOURCE "/examples/roll.csv"));
	for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
		assert_int_equal(scene_next_area((void **)&s), 0);
		snprintf(changes, sizeof changes, "{'awarded_on': '%s'}", days[i]);
		imports(s, changes);
	}
	json_decref(decided(s, "{'every': 5, 'assessed_on': '2023-02-28'}"));
	json_t *wrong = decided(s, "{'assessed_on': '2024-02-29'}");
	json_decref(decided(s, "{'every': 1, 'assessed_on': '2025-01-31'}"));
	revokes(s, wrong);
	json_decref(wrong);
}

static void the_view_is_the_register_of_every_day(void **state)
{
	struct scene *s = *state;
	sqlite3 *db = NULL;
	json_t *seen = json_object(), *award;
	size_t i;

	make_history(s);
	assert_int_equal(sqlite3_open_v2(s->log, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	sqlite3_stmt *view = view_on_a_day(db);
	for (struct date day = {2018, 1, 1}; day.year < 2028;) {
		char text[DATE_TEXT], params[48];
		struct date real;
		date_format(day, text);
		if (!date_parse(text_of(text), &real)) {
			day = (struct date){day.year + day.month / 12, day.month % 12 + 1, 1};
			continue;
		}
		snprintf(params, sizeof params, "{'on': '%s'}", text);
		json_t *listed = called(s, "register.list", params);
		json_t *rows = rows_of_view(view, text);
		const json_t *awards = json_object_get(listed, "awards");
		compare(awards, rows, text);
		json_array_foreach(awards, i, award)
			json_object_set_new(seen, json_member_text(award, "status"), json_true());
		json_decref(listed);
		json_decref(rows);
		day.day++;
	}
	assert_int_equal(json_object_size(seen), 3);
	json_decref(seen);
	assert_int_equal(sqlite3_finalize(view), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* As it stands, the view is of today, which is what the socket says without a day. */
static void the_view_is_of_today(void **state)
{
	struct scene *s = *state;
	char *out = scene_sql(s, "SELECT count(*) || ' ' || sum(status = 'lapsed') FROM register");
	json_t *listed = called(s, "register.list", NULL), *award;
	char wanted[64];
	size_t i;
	int lapsed = 0;

	json_array_foreach(json_object_get(listed, "awards"), i, award)
		lapsed += strcmp(json_member_text(award, "status"), "lapsed") == 0;
	snprintf(wanted, sizeof wanted, "%zu %d", i, lapsed);
	assert_string_equal(out, wanted);
	free(out);
	json_decref(listed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_new_area(the_view_is_the_register_of_every_day),
		in_new_area(the_view_is_of_today),
	};

	return cmocka_run_group_tests(tests, tool_scene_setup, scene_group_teardown);
}
