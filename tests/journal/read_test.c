/* What can be asked of a small made log. */
#include "log.h"

#include <errno.h>

/* 1 north decided, no award   2 north decided quality-mark, of an entry, named
 * 3 south imported            4 north decided quality-lead with a commendation
 * 5 south decided, no award, fails QL-1, other rules
 * 6 revokes 4                 7 west decided quality-mark, later than all */
static int setup(void **state)
{
	static const struct made decisions[] = {
		{.partnership = "north", .assessed_on = "2020-01-10", .failed = "QM-1", .score = 3},
		{.partnership = "north",
		 .name = "North Vale",
		 .assessed_on = "2021-02-10",
		 .registered_on = "2021-01-01",
		 .award = "quality-mark",
		 .submission_id = "s-2",
		 .score = 5},
		{.partnership = "north",
		 .assessed_on = "2022-03-10",
		 .award = "quality-lead",
		 .commendation = "child-first",
		 .score = 8},
		{.partnership = "south",
		 .assessed_on = "2022-05-05",
		 .failed = "QL-1",
		 .rules = "sha256:bb",
		 .score = 6},
		{.partnership = "west",
		 .assessed_on = "2023-06-06",
		 .award = "quality-mark",
		 .score = 7},
	};

	assert_int_equal(log_setup(state), 0);
	struct log *log = *state;
	assert_int_equal(log_add(log, "decision", decision_body(decisions[0])), 1);
	assert_int_equal(log_add(log, "decision", decision_body(decisions[1])), 2);
	assert_int_equal(log_add(log, "import", import_body("south", "quality-lead", "2019-05-01")),
			 3);
	assert_int_equal(log_add(log, "decision", decision_body(decisions[2])), 4);
	assert_int_equal(log_add(log, "decision", decision_body(decisions[3])), 5);
	assert_int_equal(log_add(log, "revocation", revocation_body(4, "north")), 6);
	assert_int_equal(log_add(log, "decision", decision_body(decisions[4])), 7);
	return 0;
}

static json_t *asked(struct log *log,
		     int (*run)(struct journal_reader *r, struct ask *ask, struct err *e),
		     const void *with)
{
	struct ask ask = {.run = run, .with = with};

	log_ask(log, &ask);
	if (ask.status != 0)
		fail_msg("%s", ask.text);
	return ask.out;
}

/* ---- entries ------------------------------------------------------------ */

static int ask_id(struct journal_reader *r, struct ask *ask, struct err *e)
{
	return reader_entry_by_id(r, ask->with, &ask->out, e);
}

static int ask_submission(struct journal_reader *r, struct ask *ask, struct err *e)
{
	return reader_submission(r, ask->with, &ask->out, e);
}

static void an_entry_is_found_by_its_whole_id_alone(void **state)
{
	struct log *log = *state;
	json_t *entry = log_entry(log, 2);
	char *id = strdup(json_member_text(entry, "id"));

	json_decref(entry);
	entry = asked(log, ask_id, id);
	assert_int_equal(json_member_integer(entry, "sequence", 0), 2);
	json_decref(entry);
	id[strlen(id) - 1] = id[strlen(id) - 1] == '0' ? '1' : '0';
	const char *const wrong[] = {id,
				     "",
				     "2",
				     "2-",
				     "x",
				     "-2-000000000000",
				     "99-000000000000",
				     "99999999999999999999-000000000000",
				     " 2-000000000000"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct ask ask = {.run = ask_id, .with = wrong[i]};
		log_ask(log, &ask);
		assert_int_equal(ask.status, AW_EABSENT);
		assert_null(ask.out);
	}
	free(id);
}

static void a_revoked_entry_says_by_whom_and_why(void **state)
{
	struct log *log = *state;
	json_t *entry = log_entry(log, 4), *revocation = log_entry(log, 6);
	json_t *revoked = json_member(entry, "revoked");

	same(json_incref(revoked),
	     json_pack("{sI sO sO ss ss}", "sequence", (json_int_t)6, "id",
		       json_member(revocation, "id"), "at", json_member(revocation, "at"), "by",
		       "An Administrator", "reason", "wrong scores"));
	json_decref(entry);
	json_decref(revocation);
}

static void a_submission_is_found_by_its_id(void **state)
{
	struct log *log = *state;
	json_t *entry = asked(log, ask_submission, "s-2");
	struct ask ask = {.run = ask_submission, .with = "s-3"};

	assert_int_equal(json_member_integer(entry, "sequence", 0), 2);
	json_decref(entry);
	log_ask(log, &ask);
	assert_int_equal(ask.status, AW_EABSENT);
}

/* ---- history ------------------------------------------------------------ */

static int ask_history(struct journal_reader *r, struct ask *ask, struct err *e)
{
	return history_read(r, ask->with, &ask->out, e);
}

static void a_history_is_in_order_and_marks_what_was_revoked(void **state)
{
	struct log *log = *state;
	json_t *history = asked(log, ask_history, "north"), *row;
	size_t i;

	assert_int_equal(json_array_size(history), 3);
	json_array_foreach(history, i, row) {
		static const int sequences[] = {1, 2, 4};
		assert_int_equal(json_member_integer(row, "sequence", 0), sequences[i]);
		assert_int_equal(json_is_true(json_object_get(row, "revoked")), i == 2);
		assert_string_equal(json_member_text(row, "kind"), "decision");
	}
	row = json_array_get(history, 1);
	assert_string_equal(json_member_text(row, "name"), "North Vale");
	assert_string_equal(json_member_text(row, "registered_on"), "2021-01-01");
	assert_string_equal(json_member_text(row, "assessed_on"), "2021-02-10");
	assert_string_equal(json_member_text(json_member(row, "outcome"), "award"), "quality-mark");
	same(json_incref(json_member(row, "scores")), doc("{'1': 5}"));
	row = json_array_get(history, 0);
	assert_true(json_is_null(json_object_get(row, "name")));
	assert_true(json_is_null(json_object_get(row, "registered_on")));
	json_decref(history);
}

static void an_import_stands_in_the_history_without_scores(void **state)
{
	struct log *log = *state;
	json_t *history = asked(log, ask_history, "south");
	json_t *row = json_incref(json_array_get(history, 0)), *entry = log_entry(log, 3);

	assert_int_equal(json_array_size(history), 2);
	json_decref(history);
	same(row, json_pack("{sI sO ss sb ss sn sn sn sO}", "sequence", (json_int_t)3, "id",
			    json_member(entry, "id"), "kind", "import", "revoked", 0, "name",
			    "Named south", "assessed_on", "registered_on", "scores", "outcome",
			    json_member(json_member(entry, "body"), "outcome")));
	json_decref(entry);
	same(asked(log, ask_history, "nobody"), doc("[]"));
}

/* ---- the register ------------------------------------------------------- */

struct on {
	const char *day, *partnership, *award;
};

static int ask_register(struct journal_reader *r, struct ask *ask, struct err *e)
{
	const struct on *on = ask->with;

	return reader_register(r, on->day, on->partnership, NULL, &ask->out, e);
}

static void the_register_holds_each_partnerships_latest_unrevoked_award(void **state)
{
	struct log *log = *state;
	static const struct {
		struct on on;
		const char *rows; /* partnership, award, awarded_on, name */
	} cases[] = {
		{{"2024-01-01", NULL, NULL},
		 "[['north', 'quality-mark', '2021-02-10', 'North Vale'],"
		 " ['south', 'quality-lead', '2019-05-01', 'Named south'],"
		 " ['west', 'quality-mark', '2023-06-06', 'west']]"},
		{{"2021-02-09", NULL, NULL},
		 "[['south', 'quality-lead', '2019-05-01', 'Named south']]"},
		{{"2021-02-10", "north", NULL},
		 "[['north', 'quality-mark', '2021-02-10', 'North Vale']]"},
		{{"2024-01-01", "nobody", NULL}, "[]"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		json_t *awards = asked(log, ask_register, &cases[i].on), *is = json_array(), *row;
		size_t k;
		json_array_foreach(awards, k, row)
			json_array_append_new(is,
					      json_pack("[OOOO]", json_member(row, "partnership"),
							json_member(row, "award"),
							json_member(row, "awarded_on"),
							json_member(row, "name")));
		same(is, doc("%s", cases[i].rows));
		json_decref(awards);
	}
}

static void a_row_of_the_register_names_its_source(void **state)
{
	struct log *log = *state;
	static const struct on south = {"2024-01-01", "south", NULL},
			       west = {"2024-01-01", "west", NULL};
	json_t *awards = asked(log, ask_register, &south), *row = json_array_get(awards, 0);

	assert_string_equal(json_member_text(row, "source"), "roll");
	assert_string_equal(json_member_text(row, "precision"), "month");
	json_decref(awards);
	awards = asked(log, ask_register, &west);
	row = json_array_get(awards, 0);
	assert_string_equal(json_member_text(row, "source"), json_member_text(row, "decision_id"));
	assert_string_equal(json_member_text(row, "precision"), "day");
	assert_string_equal(json_member_text(row, "expires_on"), "2099-01-01");
	assert_string_equal(json_member_text(row, "citation"), "cited");
	same(json_incref(json_member(row, "commendations")), doc("[]"));
	json_decref(awards);
}

static int ask_known(struct journal_reader *r, struct ask *ask, struct err *e)
{
	const struct on *on = ask->with;
	json_t *award = json_pack("{ss ss ss}", "partnership", on->partnership, "awarded_on",
				  on->day, "award", on->award);
	int rv = reader_award_known(r, award, e);

	json_decref(award);
	return rv;
}

static void an_award_is_known_also_where_it_was_revoked(void **state)
{
	struct log *log = *state;
	static const struct {
		struct on on;
		int status;
	} cases[] = {
		{{"2019-05-01", "south", "quality-lead"}, 0},
		{{"2022-03-10", "north", "quality-lead"}, 0},
		{{"2022-03-10", "north", "quality-mark"}, AW_EABSENT},
		{{"2022-03-11", "north", "quality-lead"}, AW_EABSENT},
		{{"2022-03-10", "south", "quality-lead"}, AW_EABSENT},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ask ask = {.run = ask_known, .with = &cases[i].on};
		log_ask(log, &ask);
		assert_int_equal(ask.status, cases[i].status);
	}
}

/* ---- benchmarks and counts ---------------------------------------------- */

static int keep_scores(void *ctx, json_t *scores)
{
	return json_array_append(ctx, scores) == 0 ? 0 : -ENOMEM;
}

static int stop_at_once(void *ctx, const struct benchmark *benchmark)
{
	(void)benchmark;
	++*(int *)ctx;
	return -ECANCELED;
}

static int ask_benchmarks(struct journal_reader *r, struct ask *ask, struct err *e)
{
	const struct on *on = ask->with;

	ask->out = json_array();
	return reader_benchmarks(r, on->day, on->partnership, keep_benchmark, ask->out, e);
}

static int ask_scores(struct journal_reader *r, struct ask *ask, struct err *e)
{
	const struct on *on = ask->with;

	ask->out = json_array();
	return reader_scores(r, on->day, on->partnership, keep_scores, ask->out, e);
}

static int ask_one_benchmark(struct journal_reader *r, struct ask *ask, struct err *e)
{
	int seen = 0;
	int rv = reader_benchmarks(r, NULL, NULL, stop_at_once, &seen, e);

	ask->sequence = seen;
	return rv;
}

static void benchmarks_are_each_partnerships_latest_that_stands(void **state)
{
	struct log *log = *state;
	static const struct on all = {NULL, NULL, NULL}, early = {"2020-06-01", "2022-12-31", NULL};
	struct ask ask = {.run = ask_one_benchmark};

	same(asked(log, ask_benchmarks, &all),
	     doc("[{'partnership': 'north', 'name': 'North Vale', 'sequence': 2, 'scores': {'1': 5},"
		 "  'assessed_on': '2021-02-10',"
		 "  'case_studies': [{'title': 'A panel', 'statements': ['1']}]},"
		 " {'partnership': 'south', 'name': 'Named south', 'sequence': 5, 'scores': {'1': 6},"
		 "  'assessed_on': '2022-05-05',"
		 "  'case_studies': [{'title': 'A panel', 'statements': ['1']}]},"
		 " {'partnership': 'west', 'name': 'west', 'sequence': 7, 'scores': {'1': 7},"
		 "  'assessed_on': '2023-06-06',"
		 "  'case_studies': [{'title': 'A panel', 'statements': ['1']}]}]"));
	json_t *some = asked(log, ask_benchmarks, &early);
	assert_int_equal(json_array_size(some), 2);
	json_decref(some);
	log_ask(log, &ask);
	assert_int_equal(ask.status, -ECANCELED);
	assert_int_equal(ask.sequence, 1);
}

static void scores_are_those_of_the_benchmarks(void **state)
{
	struct log *log = *state;
	static const struct on all = {NULL, NULL, NULL}, early = {"2020-06-01", "2022-12-31", NULL};

	same(asked(log, ask_scores, &all), doc("[{'1': 5}, {'1': 6}, {'1': 7}]"));
	same(asked(log, ask_scores, &early), doc("[{'1': 5}, {'1': 6}]"));
	/* An award made elsewhere is no benchmark, and hides none. */
	assert_int_equal(log_add(log, "import", import_body("west", "quality-lead", "2024-01-01")),
			 8);
	same(asked(log, ask_scores, &all), doc("[{'1': 5}, {'1': 6}, {'1': 7}]"));
	json_t *benchmarks = asked(log, ask_benchmarks, &all);
	assert_int_equal(json_array_size(benchmarks), 3);
	json_decref(benchmarks);
}

static int ask_award_counts(struct journal_reader *r, struct ask *ask, struct err *e)
{
	const struct on *on = ask->with;

	return reader_award_counts(r, on->day, on->partnership, &ask->out, e);
}

static int ask_counts(struct journal_reader *r, struct ask *ask, struct err *e)
{
	return reader_counts(r, &ask->out, e);
}

static void awards_and_entries_are_counted(void **state)
{
	struct log *log = *state;
	static const struct on all = {NULL, NULL, NULL}, some = {"2021-01-01", "2022-12-31", NULL};

	same(asked(log, ask_award_counts, &all),
	     doc("[{'award': 'quality-lead', 'year': 2019, 'count': 1},"
		 " {'award': 'quality-mark', 'year': 2021, 'count': 1},"
		 " {'award': 'quality-mark', 'year': 2023, 'count': 1}]"));
	same(asked(log, ask_award_counts, &some),
	     doc("[{'award': 'quality-mark', 'year': 2021, 'count': 1}]"));
	same(asked(log, ask_counts, NULL), doc("{'decision': 5, 'import': 1, 'revocation': 1}"));
}

/* ---- the views ---------------------------------------------------------- */

static void the_views_answer_an_auditors_questions(void **state)
{
	struct log *log = *state;

	shell_says(log, "SELECT sequence, kind, uid, user FROM entries WHERE sequence < 3",
		   "1|decision|1000|clerk\n2|decision|1000|clerk\n");
	shell_says(log,
		   "SELECT sequence, partnership, award, revoked_by FROM decisions"
		   " WHERE award IS NOT NULL",
		   "2|north|quality-mark|\n4|north|quality-lead|6\n7|west|quality-mark|\n");
	shell_says(
		log,
		"SELECT sequence, award, award_status, criterion, status, reason"
		" FROM criteria WHERE partnership = 'north'",
		"1|quality-mark|unmet|QM-1|unmet|too low\n1|quality-mark|unmet|QM-2|met|signed\n");
	shell_says(log, "SELECT sequence, statement, score FROM scores WHERE partnership = 'south'",
		   "5|1|6\n");
	shell_says(log,
		   "SELECT partnership, name, award, awarded_on, logged_as, revoked_by"
		   " FROM awards WHERE sequence IN (3, 4)",
		   "south|Named south|quality-lead|2019-05-01|import|\n"
		   "north|North Vale|quality-lead|2022-03-10|decision|6\n");
	shell_says(log, "SELECT sequence, kind, partnership, what FROM activity WHERE sequence > 2",
		   "3|import|south|quality-lead\n4|decision|north|quality-lead\n"
		   "5|decision|south|no award\n"
		   "6|revocation|north|revokes 4-000000000000: wrong scores\n"
		   "7|decision|west|quality-mark\n");
}

static void the_derived_tables_made_again_are_the_same(void **state)
{
	struct log *log = *state;
	static const char dump[] =
		"SELECT * FROM tally; SELECT * FROM partnership;"
		"SELECT * FROM decision; SELECT * FROM import; SELECT * FROM award;"
		"SELECT * FROM revocation; SELECT * FROM rule_set;"
		"SELECT * FROM listed;"
		"SELECT block, name, value, first, last, hex(entries) FROM mark";
	bool ok;
	char *before = shell(log, "-readonly", dump, &ok);

	assert_true(ok);
	journal_close(&log->j);
	free(shell(log, "", "DELETE FROM tally", &ok));
	assert_true(ok);
	log_open(log);
	shell_says(log, dump, before);
	free(before);
}

/* ---- a file that another program wrote to ---------------------------------- */

/* Which is no lack of memory, and helped by making the table again. */
static void a_damaged_column_is_told_of_as_that(void **state)
{
	static const struct on any = {"2024-01-01", NULL, NULL}, all = {NULL, NULL, NULL};
	static const struct {
		const char *sql;
		int (*run)(struct journal_reader *r, struct ask *ask, struct err *e);
		const struct on *with;
	} cases[] = {
		{"UPDATE award SET commendations = '['", ask_register, &any},
		{"UPDATE award SET commendations = '[]';"
		 "UPDATE partnership SET name = CAST(x'ff' AS TEXT)",
		 ask_register, &any},
		{"UPDATE decision SET scores = '{'", ask_scores, &all},
	};
	struct log *log = *state;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ask ask = {.run = cases[i].run, .with = cases[i].with};
		bool ok;
		free(shell(log, "", cases[i].sql, &ok));
		assert_true(ok);
		log_ask(log, &ask);
		json_decref(ask.out);
		assert_int_equal(ask.status, AW_ECORRUPT);
		assert_non_null(strstr(ask.text, "awardctl log rebuild"));
	}
}

int main(void)
{
#define IN_THE_LOG(test) cmocka_unit_test_setup_teardown(test, setup, log_teardown)
	const struct CMUnitTest tests[] = {
		IN_THE_LOG(an_entry_is_found_by_its_whole_id_alone),
		IN_THE_LOG(a_revoked_entry_says_by_whom_and_why),
		IN_THE_LOG(a_submission_is_found_by_its_id),
		IN_THE_LOG(a_history_is_in_order_and_marks_what_was_revoked),
		IN_THE_LOG(an_import_stands_in_the_history_without_scores),
		IN_THE_LOG(the_register_holds_each_partnerships_latest_unrevoked_award),
		IN_THE_LOG(a_row_of_the_register_names_its_source),
		IN_THE_LOG(an_award_is_known_also_where_it_was_revoked),
		IN_THE_LOG(benchmarks_are_each_partnerships_latest_that_stands),
		IN_THE_LOG(scores_are_those_of_the_benchmarks),
		IN_THE_LOG(awards_and_entries_are_counted),
		IN_THE_LOG(the_views_answer_an_auditors_questions),
		IN_THE_LOG(the_derived_tables_made_again_are_the_same),
		IN_THE_LOG(a_damaged_column_is_told_of_as_that),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
