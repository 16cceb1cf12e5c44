/* How the database goes about a list: never by looking at everything, and never by sorting
 * more than one partnership's own. */
#include "log.h"

#include <errno.h>
#include <sqlite3.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *const sorts[] = {
	"-sequence", "sequence", "-assessed_on", "assessed_on", "partnership", "-partnership", NULL,
};

enum { HEARD_MOST = 64 };

/* Every connection that is opened tells what it runs. */
static struct statements {
	char *texts[HEARD_MOST];
	size_t count;
} heard;

static void forget(void)
{
	while (heard.count > 0)
		free(heard.texts[--heard.count]);
}

static int on_statement(unsigned what, void *ctx, void *statement, void *text)
{
	const char *sql = sqlite3_sql(statement);

	(void)what;
	(void)ctx;
	(void)text;
	if (strncmp(sql, "SELECT", 6) != 0)
		return 0;
	for (size_t i = 0; i < heard.count; i++)
		if (strcmp(heard.texts[i], sql) == 0)
			return 0;
	assert_true(heard.count < HEARD_MOST);
	heard.texts[heard.count++] = strdup(sql);
	return 0;
}

static int listen(sqlite3 *db, char **why, const struct sqlite3_api_routines *api)
{
	(void)why;
	(void)api;
	return sqlite3_trace_v2(db, SQLITE_TRACE_STMT, on_statement, NULL);
}

/* What steps of a plan are slow. `p` is the partnerships that a statement found itself. */
static bool scans(const char *step)
{
	return strncmp(step, "SCAN", 4) == 0 && strcmp(step, "SCAN p") != 0 &&
	       strcmp(step, "SCAN CONSTANT ROW") != 0;
}

static bool scans_or_sorts(const char *step)
{
	return scans(step) || strstr(step, "TEMP B-TREE") != NULL;
}

/* The first slow step of the statement's plan, or "". */
static void slow_step(sqlite3 *db, const char *statement, bool (*slow)(const char *step),
		      char step[256])
{
	sqlite3_stmt *plan = NULL;
	char *explain = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", statement);

	*step = '\0';
	assert_int_equal(sqlite3_prepare_v2(db, explain, -1, &plan, NULL), SQLITE_OK);
	while (*step == '\0' && sqlite3_step(plan) == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(plan, 3);
		if (slow(text))
			snprintf(step, 256, "%s", text);
	}
	(void)sqlite3_finalize(plan);
	sqlite3_free(explain);
}

/* Of all that was run since it was last asked. */
static void has_none(sqlite3 *db, bool (*slow)(const char *step))
{
	char step[256];

	assert_true(heard.count > 0);
	for (size_t i = 0; i < heard.count; i++) {
		slow_step(db, heard.texts[i], slow, step);
		if (*step != '\0')
			fail_msg("%s: %s", step, heard.texts[i]);
	}
	forget();
}

static void is_from_an_index(sqlite3 *db)
{
	has_none(db, scans_or_sorts);
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
	json_t *award = json_pack("{ss ss ss}", "partnership", "north", "award", "quality-mark",
				  "awarded_on", "2020-01-01");
	int64_t after;

	assert_int_equal(reader_register(r, "2022-01-01", "north", NULL, &out, &e), 0);
	json_decref(out);
	has_none(db, scans);
	assert_int_equal(reader_register(r, "2022-01-01", NULL, NULL, &out, &e), 0);
	json_decref(out);
	has_none(db, scans);
	assert_int_equal(reader_partnerships(r, "north", 10, &out, &e), 0);
	json_decref(out);
	is_from_an_index(db);
	assert_int_equal(reader_award_known(r, award, &e), AW_EABSENT);
	json_decref(award);
	is_from_an_index(db);
	assert_int_equal(reader_personal(r, NULL, "north", &out, &e), 0);
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

	log_add(log, "decision",
		decision_body((struct made){.partnership = "north", .assessed_on = "2021-05-01"}));
	assert_int_equal(sqlite3_auto_extension((void (*)(void))listen), SQLITE_OK);
	assert_int_equal(reader_open(log->path, &r, &e), 0);
	sqlite3_reset_auto_extension();
	forget(); /* what opening asks, of the file and not of the log */
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
		forget();
	}
	the_others_are_from_an_index(r, db);
	slow_step(db, "SELECT sequence FROM listed WHERE day > 0 ORDER BY user, day",
		  scans_or_sorts, step);
	assert_string_not_equal(step, "");
	slow_step(db, "SELECT scores FROM decision", scans, step);
	assert_string_not_equal(step, "");
	(void)sqlite3_close(db);
	reader_close(&r);
	forget();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_list_scans_or_sorts, log_setup, log_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
