/* How the database goes about a list: never by looking at everything, and never by sorting
 * more than one partnership's own. */
#include "log.h"

#include <errno.h>
#include <sqlite3.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *const sorts[] = {
	"-sequence", "sequence", "-assessed_on", "assessed_on", "partnership", "-partnership", NULL,
};

struct statements {
	char *last;
};

/* Every connection that is opened tells what it runs. */
static struct statements *heard(void)
{
	static struct statements the;

	return &the;
}

static int on_statement(unsigned what, void *ctx, void *statement, void *text)
{
	struct statements *s = ctx;

	(void)what;
	(void)text;
	if (strncmp(sqlite3_sql(statement), "SELECT", 6) == 0) {
		free(s->last);
		s->last = strdup(sqlite3_sql(statement));
	}
	return 0;
}

static int listen(sqlite3 *db, char **why, const struct sqlite3_api_routines *api)
{
	(void)why;
	(void)api;
	return sqlite3_trace_v2(db, SQLITE_TRACE_STMT, on_statement, heard());
}

/* The step of the statement's plan that scans or sorts, or "". */
static void slow_step(sqlite3 *db, const char *statement, char step[256])
{
	sqlite3_stmt *plan = NULL;
	char *explain = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", statement);

	*step = '\0';
	assert_int_equal(sqlite3_prepare_v2(db, explain, -1, &plan, NULL), SQLITE_OK);
	while (*step == '\0' && sqlite3_step(plan) == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(plan, 3);
		if (strstr(text, "SCAN") != NULL || strstr(text, "TEMP B-TREE") != NULL)
			snprintf(step, 256, "%s", text);
	}
	(void)sqlite3_finalize(plan);
	sqlite3_free(explain);
}

static void is_from_an_index(sqlite3 *db)
{
	char step[256];

	slow_step(db, heard()->last, step);
	if (*step != '\0')
		fail_msg("%s: %s", step, heard()->last);
}

static int pass_entry(void *ctx, json_t *entry)
{
	(void)ctx;
	(void)entry;
	return 0;
}

static int pass_tail(void *ctx, const struct tail_entry *entry)
{
	(void)ctx;
	(void)entry;
	return 0;
}

/* What is asked of one partnership, or of the end of the log. */
static void the_others_are_from_an_index(struct journal_reader *r, sqlite3 *db)
{
	struct err e = {.status = 0};
	json_t *out = NULL;
	int64_t after;

	assert_int_equal(reader_register(r, "2022-01-01", "north", NULL, &out, &e), 0);
	json_decref(out);
	is_from_an_index(db);
	assert_int_equal(history_read(r, "north", &out, &e), 0);
	json_decref(out);
	is_from_an_index(db);
	assert_int_equal(reader_past(r, "north", 17, pass_entry, NULL, &e), 0);
	is_from_an_index(db);
	assert_int_equal(reader_tail(r, NULL, 17, pass_tail, NULL, &e), 0);
	is_from_an_index(db);
	assert_int_equal(reader_tail(r, "start", 17, pass_tail, NULL, &e), 0);
	is_from_an_index(db);
	assert_int_equal(reader_tail_start(r, NULL, 10, &after, &e), 0);
	is_from_an_index(db);
}

static void no_list_scans_or_sorts(void **state)
{
	struct log *log = *state;
	static const struct decision_filter filters[] = {
		{.limit = 1},
		{.kind = "any"},
		{.kind = "import"},
		{.partnership = "north"},
		{.partnership = "north", .since = "2020-01-01"},
		{.award = "quality-mark"},
		{.failed_criterion = "QM-1"},
		{.changed = "lower"},
		{.by = "clerk"},
		{.by = "1000"},
		{.rules = "sha256:aa"},
		{.since = "2020-01-01"},
		{.until = "2021-01-01", .kind = "any"},
		{.since = "2020-01-01", .until = "2021-01-01", .failed_criterion = "QM-1"},
		{.since = "2020-01-01", .until = "2021-01-01", .award = "quality-mark"},
		{.since = "2020-01-01", .until = "2021-01-01", .changed = "lower", .by = "1000"},
		{.award = "quality-lead", .failed_criterion = "QM-1", .rules = "sha256:bb"},
	};
	static const char *const keys[] = {
		"17", "17", "2020-06-01.17", "2020-06-01.17", "north.17", "north.17", "17"};
	sqlite3 *db = NULL;
	struct journal_reader *r = NULL;
	struct err e = {.status = 0};
	char step[256];

	assert_int_equal(sqlite3_auto_extension((void (*)(void))listen), SQLITE_OK);
	assert_int_equal(reader_open(log->path, &r, &e), 0);
	sqlite3_reset_auto_extension();
	assert_int_equal(sqlite3_open_v2(log->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	for (size_t i = 0; i < COUNT(filters) * COUNT(sorts) * 2; i++) {
		struct decision_filter f = filters[i / 2 / COUNT(sorts)];
		json_t *out = NULL;
		f.sort = sorts[i / 2 % COUNT(sorts)];
		f.after = i % 2 == 0 ? NULL : keys[i / 2 % COUNT(sorts)];
		assert_int_equal(reader_decisions(r, &f, &out, &e), 0);
		json_decref(out);
		if (f.partnership == NULL ||
		    strstr(f.sort != NULL ? f.sort : "", "assessed_on") == NULL)
			is_from_an_index(db);
	}
	the_others_are_from_an_index(r, db);
	slow_step(db, "SELECT sequence FROM listed WHERE day > 0 ORDER BY user, day", step);
	assert_string_not_equal(step, "");
	slow_step(db, "SELECT scores FROM decision", step);
	assert_string_not_equal(step, "");
	(void)sqlite3_close(db);
	reader_close(&r);
	free(heard()->last);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_list_scans_or_sorts, log_setup, log_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
