/* The views that need more than the tables: when an award is due, and what a decision lacked. */
#include "log.h"

#include <sqlite3.h>

static void open_shared(const struct log *log, sqlite3 **db)
{
	assert_int_equal(sqlite3_open_v2(log->path, db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
}

static void import_that_expires(struct log *log, struct date day)
{
	char text[DATE_TEXT], partnership[32];

	date_format(day, text);
	snprintf(partnership, sizeof partnership, "area-%s", text);
	json_t *body = import_body(partnership, "quality-mark", "2019-05-01");
	json_t *outcome = json_object_get(body, "outcome");
	assert_int_equal(json_put(outcome, "expires_on", json_string(text)), 0);
	log_add(log, "import", body);
}

/* Every row of the view says what the rooms' own calendar says; gives how many. */
static int compare_due(sqlite3 *db, int months)
{
	sqlite3_stmt *rows = NULL;
	int count = 0;

	assert_int_equal(sqlite3_prepare_v2(db, "SELECT expires_on, due_on FROM awards", -1, &rows,
					    NULL),
			 SQLITE_OK);
	for (; sqlite3_step(rows) == SQLITE_ROW; count++) {
		const char *expires = (const char *)sqlite3_column_text(rows, 0);
		const char *due = (const char *)sqlite3_column_text(rows, 1);
		char wanted[DATE_TEXT];
		struct date day;
		assert_true(date_parse(text_of(expires), &day));
		date_format(date_add_months(day, -months), wanted);
		if (due == NULL || strcmp(due, wanted) != 0)
			fail_msg("%d months before %s: %s, not %s", months, expires,
				 due != NULL ? due : "nothing", wanted);
	}
	assert_int_equal(sqlite3_finalize(rows), SQLITE_OK);
	return count;
}

static void an_award_is_due_as_the_calendar_of_the_rules_has_it(void **state)
{
	static const int months[] = {6, 0, 1, 2, 11, 12, 13, 36};
	struct log *log = *state;
	sqlite3 *db = NULL;
	int count = 0;

	/* Every day of a year, and around the ends of February in a leap year. */
	for (struct date day = {2023, 1, 1}; day.year < 2024; count++) {
		import_that_expires(log, day);
		char text[DATE_TEXT];
		day.day++;
		date_format(day, text);
		struct date ignored;
		if (!date_parse(text_of(text), &ignored))
			day = (struct date){day.year + day.month / 12, day.month % 12 + 1, 1};
	}
	import_that_expires(log, (struct date){2024, 2, 29});
	import_that_expires(log, (struct date){2024, 8, 30});
	import_that_expires(log, (struct date){2024, 8, 31});
	assert_int_equal(count, 365);
	open_shared(log, &db);
	shell_says(log, "SELECT count(*) FROM awards WHERE due_on IS NULL", "368\n");
	shell_says(log, "SELECT DISTINCT status FROM register", "lapsed\n");
	for (size_t i = 0; i < sizeof months / sizeof *months; i++) {
		log_add(log, "activation",
			doc("{'digest': 'sha256:a%zu', 'register': {'due_months': %d}}", i,
			    months[i]));
		log_add(log, "rejection", doc("{'digest': 'sha256:bb', 'errors': []}"));
		assert_int_equal(compare_due(db, months[i]), 368);
	}
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Dates of today and around it, as SQLite counts them. */
static void the_register_is_as_of_today(void **state)
{
	static const struct {
		const char *name, *awarded, *expires;
	} awards[] = {
		{"current", "-1 months", "+35 months"},   {"due", "-33 months", "+3 months"},
		{"due-today", "-30 months", "+6 months"}, {"last-day", "-36 months", "+1 days"},
		{"lapsed", "-36 months", "+0 days"},      {"not-yet", "+1 days", "+36 months"},
	};
	struct log *log = *state;
	bool ok;

	log_add(log, "activation", doc("{'digest': 'sha256:aa', 'register': {'due_months': 6}}"));
	for (size_t i = 0; i < sizeof awards / sizeof *awards; i++) {
		char sql[160];
		snprintf(sql, sizeof sql, "SELECT date('now', '%s'), date('now', '%s')",
			 awards[i].awarded, awards[i].expires);
		/* The shell's own quotes stand in the way of the text's. */
		sqlite3 *db = NULL;
		sqlite3_stmt *row = NULL;
		assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
		assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &row, NULL), SQLITE_OK);
		assert_int_equal(sqlite3_step(row), SQLITE_ROW);
		json_t *body = import_body(awards[i].name, "quality-mark",
					   (const char *)sqlite3_column_text(row, 0));
		const char *expires = (const char *)sqlite3_column_text(row, 1);
		assert_int_equal(json_put(json_object_get(body, "outcome"), "expires_on",
					  json_string(expires)),
				 0);
		log_add(log, "import", body);
		assert_int_equal(sqlite3_finalize(row), SQLITE_OK);
		assert_int_equal(sqlite3_close(db), SQLITE_OK);
	}
	char *is = shell(log, "-readonly", "SELECT partnership, status FROM register", &ok);
	/* Six months before a day at a month's end may be a day off: that one is not judged. */
	char *due_today = strstr(is, "due-today|");
	assert_true(ok && due_today != NULL);
	assert_non_null(strstr(is, "current|current\n"));
	assert_non_null(strstr(is, "due|due\n"));
	assert_non_null(strstr(is, "last-day|due\n"));
	assert_non_null(strstr(is, "lapsed|lapsed\n"));
	assert_null(strstr(is, "not-yet"));
	free(is);
}

static void shortfalls_name_what_a_decision_lacked(void **state)
{
	struct log *log = *state;
	json_t *body = decision_body((struct made){
		.partnership = "north", .assessed_on = "2024-05-20", .failed = "QM-1", .score = 3});
	json_t *criterion = json_pointer_get(body, "/decision/awards/0/criteria/0");

	assert_int_equal(json_put(criterion, "shortfalls",
				  doc("[{'statement': '1', 'score': 3, 'needs': 5},"
				      " {'statement': '4a', 'score': 4, 'needs': 5}]")),
			 0);
	criterion = json_pointer_get(body, "/decision/awards/0/criteria/1");
	assert_int_equal(json_put(criterion, "shortfalls", doc("[{'pointer': '/sign_off'}]")), 0);
	log_add(log, "decision", body);
	shell_says(log,
		   "SELECT sequence, partnership, assessed_on, award, criterion, statement, score,"
		   " needs, pointer FROM shortfalls",
		   "1|north|2024-05-20|quality-mark|QM-1|1|3|5|\n"
		   "1|north|2024-05-20|quality-mark|QM-1|4a|4|5|\n"
		   "1|north|2024-05-20|quality-mark|QM-2||||/sign_off\n");
	shell_says(log, "SELECT user, uid, fee_net, rules FROM decisions",
		   "clerk|1000|1100|sha256:aa\n");
}

int main(void)
{
#define IN_A_LOG(test) cmocka_unit_test_setup_teardown(test, log_setup, log_teardown)
	const struct CMUnitTest tests[] = {
		IN_A_LOG(an_award_is_due_as_the_calendar_of_the_rules_has_it),
		IN_A_LOG(the_register_is_as_of_today),
		IN_A_LOG(shortfalls_name_what_a_decision_lacked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
