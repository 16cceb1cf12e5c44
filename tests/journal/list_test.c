/* Lists of decisions, against a second, plain way of making them, page by page. */
#include "log.h"

#include <errno.h>

static const char *const partnerships[] = {"north", "south", "vale-of-wintle", "x-2024-01-01"};
static const char *const awards[] = {NULL, "quality-mark", "quality-lead"};
static const char *const criteria[] = {"QM-1", "QL-1", "QL-3"};
static const char *const digests[] = {"sha256:aa", "sha256:bb", "sha256:cc"};
static const char *const changes[] = {"first", "maintained", "higher", "lower", "none"};
static const char *const users[] = {"clerk", "dina", "1002", ""};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static unsigned draw(unsigned *chance, unsigned below)
{
	*chance = *chance * 1664525u + 1013904223u;
	return (*chance >> 12) % below;
}

static json_t *random_decision(unsigned *chance)
{
	char day[32];
	struct made m = {.partnership = partnerships[draw(chance, COUNT(partnerships))],
			 .award = awards[draw(chance, COUNT(awards))],
			 .commendation = draw(chance, 4) == 0 ? "child-first" : NULL,
			 .failed = draw(chance, 2) == 0 ? criteria[draw(chance, 3)] : NULL,
			 .rules = digests[draw(chance, COUNT(digests))],
			 .assessed_on = day,
			 .score = 5};

	snprintf(day, sizeof day, "20%02u-%02u-%02u", 20 + draw(chance, 3), 1 + draw(chance, 12),
		 1 + draw(chance, 28));
	json_t *body = decision_body(m);
	json_t *outcome = json_object_get(json_object_get(body, "decision"), "outcome");
	const char *change = changes[draw(chance, COUNT(changes))];
	assert_int_equal(json_put(outcome, "change", json_string(change)), 0);
	return body;
}

static void on_any(void *ctx, int status, const struct journal_receipt *receipts, size_t count,
		   const struct err *e)
{
	(void)receipts;
	(void)count;
	if (status != 0)
		fail_msg("%s", e->text);
	*(bool *)ctx = true;
}

static void add(struct log *log, const char *kind, json_t *body, unsigned user)
{
	struct journal_draft d = draft(kind, body);
	bool there = false;

	d.by.uid = 1000 + user;
	strcpy(d.by.user, users[user]);
	assert_int_equal(journal_append(log->j, &d, 1, on_any, &there), 0);
	log_wait(log, &there);
}

static int setup_entries(void **state, unsigned count)
{
	unsigned chance = 7;

	assert_int_equal(log_setup(state), 0);
	struct log *log = *state;
	for (unsigned i = 0; i < count; i++) {
		unsigned kind = draw(&chance, 12), user = draw(&chance, COUNT(users));
		char day[16];
		snprintf(day, sizeof day, "201%u-05-01", draw(&chance, 10));
		if (kind == 0)
			add(log, "import",
			    import_body(partnerships[draw(&chance, 4)], "quality-lead", day), user);
		else if (kind == 1)
			add(log, "start", doc("{'engine': '1', 'log': 'x', 'lua': '5'}"), user);
		else
			add(log, "decision", random_decision(&chance), user);
		if (i % 50 == 49)
			(void)log_append(log, "revocation", revocation_body(i - 20, "north"));
	}
	return 0;
}

static int setup(void **state)
{
	return setup_entries(state, 300);
}

static int setup_large(void **state)
{
	return setup_entries(state, 4300);
}

/* ---- the plain way: every entry, looked at whole ------------------------- */

static int ask_list(struct journal_reader *r, struct ask *ask, struct err *e)
{
	return reader_decisions(r, ask->with, &ask->out, e);
}

static const char *day_of(const json_t *entry)
{
	const json_t *body = json_object_get(entry, "body");
	const char *day = json_member_text(json_object_get(body, "decision"), "assessed_on");

	return day != NULL ? day : json_member_text(json_object_get(body, "outcome"), "awarded_on");
}

static const char *partnership_of(const json_t *entry)
{
	const json_t *body = json_object_get(entry, "body");
	const json_t *decided = json_object_get(json_object_get(body, "decision"), "partnership");

	return decided != NULL ? json_member_text(decided, "id")
			       : json_member_text(json_object_get(body, "award"), "partnership");
}

static bool has_award(const json_t *outcome, const char *id)
{
	const char *award = json_member_text(outcome, "award");
	size_t i;
	json_t *each;

	json_array_foreach(json_object_get(outcome, "commendations"), i, each)
		if (strcmp(json_string_value(each), id) == 0)
			return true;
	return award != NULL && strcmp(award, id) == 0;
}

static bool has_failed(const json_t *decision, const char *id)
{
	size_t i, k;
	json_t *award, *criterion;

	json_array_foreach(json_object_get(decision, "awards"), i, award)
		json_array_foreach(json_object_get(award, "criteria"), k, criterion)
			if (strcmp(json_member_text(criterion, "id"), id) == 0 &&
			    strcmp(json_member_text(criterion, "status"), "met") != 0)
				return true;
	return false;
}

static bool is_by(const json_t *by, const char *text)
{
	if (*text != '\0' && strspn(text, "0123456789") == strlen(text))
		return json_member_integer(by, "uid", -1) == atoll(text);
	return strcmp(json_member_text(by, "user"), text) == 0;
}

static bool is_wanted(const json_t *entry, const struct decision_filter *f)
{
	const char *kind = json_member_text(entry, "kind");
	const char *asked = f->kind != NULL ? f->kind : "decision";
	const json_t *body = json_object_get(entry, "body");
	bool import = strcmp(kind, "import") == 0;
	const json_t *holder = import ? body : json_object_get(body, "decision");
	const json_t *outcome = json_object_get(holder, "outcome");
	const char *change = import ? NULL : json_member_text(outcome, "change");

	if (!import && strcmp(kind, "decision") != 0)
		return false;
	return (strcmp(asked, "any") == 0 || strcmp(asked, kind) == 0) &&
	       (f->partnership == NULL || strcmp(partnership_of(entry), f->partnership) == 0) &&
	       (f->since == NULL || strcmp(day_of(entry), f->since) >= 0) &&
	       (f->until == NULL || strcmp(day_of(entry), f->until) <= 0) &&
	       (f->award == NULL || has_award(outcome, f->award)) &&
	       (f->failed_criterion == NULL ||
		(!import && has_failed(holder, f->failed_criterion))) &&
	       (f->changed == NULL || (change != NULL && strcmp(change, f->changed) == 0)) &&
	       (f->rules == NULL ||
		strcmp(json_member_text(json_object_get(holder, "rules"), "digest"), f->rules) ==
			0) &&
	       (f->by == NULL || is_by(json_object_get(entry, "by"), f->by));
}

struct row {
	const json_t *entry;
	const char *sort;
};

static int compare(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	bool down = *x->sort == '-';
	const char *by = x->sort + down;
	json_int_t left = json_member_integer(x->entry, "sequence", 0);
	json_int_t right = json_member_integer(y->entry, "sequence", 0);
	int difference = strcmp(by, "assessed_on") == 0 ? strcmp(day_of(x->entry), day_of(y->entry))
			 : strcmp(by, "partnership") == 0
				 ? strcmp(partnership_of(x->entry), partnership_of(y->entry))
				 : 0;

	if (difference == 0)
		difference = (left > right) - (left < right);
	return down ? -difference : difference;
}

static json_t *plainly(const json_t *entries, const struct decision_filter *f)
{
	struct row rows[5000];
	size_t count = 0, i;
	json_t *entry, *sequences = json_array();

	json_array_foreach(entries, i, entry)
		if (is_wanted(entry, f))
			rows[count++] =
				(struct row){entry, f->sort != NULL ? f->sort : "-sequence"};
	qsort(rows, count, sizeof *rows, compare);
	for (i = 0; i < count; i++)
		json_array_append(sequences, json_object_get(rows[i].entry, "sequence"));
	return sequences;
}

static json_t *page_by_page(struct log *log, struct decision_filter f)
{
	json_t *sequences = json_array(), *row;
	char after[128];

	for (;;) {
		struct ask ask = {.run = ask_list, .with = &f};
		size_t i;
		log_ask(log, &ask);
		if (ask.status != 0)
			fail_msg("%s", ask.text);
		json_array_foreach(json_object_get(ask.out, "decisions"), i, row)
			json_array_append(sequences, json_object_get(row, "sequence"));
		const char *next = json_member_text(ask.out, "next");
		assert_true(i <= (size_t)f.limit && (next == NULL || i == (size_t)f.limit));
		snprintf(after, sizeof after, "%s", next != NULL ? next : "");
		json_decref(ask.out);
		if (*after == '\0')
			return sequences;
		f.after = after;
	}
}

static int ask_newest(struct journal_reader *r, struct ask *ask, struct err *e)
{
	return reader_newest(r, &ask->sequence, e);
}

static json_t *all_entries(struct log *log)
{
	struct ask newest = {.run = ask_newest};
	json_t *entries = json_array();

	log_ask(log, &newest);
	assert_true(newest.sequence > 4096); /* more than one block of marks */
	for (int64_t i = 1; i <= newest.sequence; i++)
		assert_int_equal(json_array_append_new(entries, log_entry(log, i)), 0);
	return entries;
}

static const char *const sorts[] = {
	"-sequence", "sequence", "-assessed_on", "assessed_on", "partnership", "-partnership", NULL,
};

static const char *maybe(unsigned *chance, const char *const *of, unsigned count)
{
	return draw(chance, 4) == 0 ? of[draw(chance, count)] : NULL;
}

static struct decision_filter random_filter(unsigned *chance)
{
	static const char *const days[] = {"2019-05-01", "2020-06-15", "2021-02-28", "2022-12-28"};
	static const char *const kinds[] = {"decision", "import", "any", "any"};
	static const char *const bys[] = {"clerk", "dina", "1002", "", "1000", "nobody"};
	static const char *const named[] = {"quality-mark", "quality-lead", "child-first", "none"};

	return (struct decision_filter){
		.partnership = maybe(chance, partnerships, COUNT(partnerships)),
		.since = maybe(chance, days, COUNT(days)),
		.until = maybe(chance, days, COUNT(days)),
		.award = maybe(chance, named, COUNT(named)),
		.failed_criterion = maybe(chance, criteria, COUNT(criteria)),
		.changed = maybe(chance, changes, COUNT(changes)),
		.rules = maybe(chance, digests, COUNT(digests)),
		.by = maybe(chance, bys, COUNT(bys)),
		.kind = maybe(chance, kinds, COUNT(kinds)),
		.sort = sorts[draw(chance, COUNT(sorts))],
		.limit = (int)draw(chance, 40) + 1,
	};
}

/* 500, unless AWARDD_HISTORIES says otherwise: it is a quarter of it. */
static void random_lists_are_as_made_plainly(void **state)
{
	const char *histories = getenv("AWARDD_HISTORIES");
	int count = histories != NULL ? atoi(histories) / 4 : 500;
	struct log *log = *state;
	json_t *entries = all_entries(log);
	unsigned chance = 1;
	size_t rows = 0;

	for (int i = 0; i < count; i++) {
		struct decision_filter f = random_filter(&chance);
		json_t *wanted = plainly(entries, &f);
		rows += json_array_size(wanted);
		same(page_by_page(log, f), wanted);
	}
	assert_true(rows > (size_t)count * 6); /* or the filters leave nothing to compare */
	json_decref(entries);
}

static void a_summary_has_what_lists_show(void **state)
{
	struct log *log = *state;
	static const struct decision_filter any = {.kind = "any", .limit = 500};
	struct ask ask = {.run = ask_list, .with = &any};
	json_t *row, *wanted;
	size_t i, decisions = 0, imports = 0;

	log_ask(log, &ask);
	json_array_foreach(json_object_get(ask.out, "decisions"), i, row) {
		json_t *entry = log_entry(log, json_member_integer(row, "sequence", 0));
		json_t *body = json_object_get(entry, "body");
		const json_t *decision = json_object_get(body, "decision");
		const json_t *award = json_object_get(body, "award");
		bool import = decision == NULL;
		const json_t *outcome = json_object_get(import ? body : decision, "outcome");
		bool given = json_member_text(outcome, "award") != NULL;
		wanted = json_pack("{sO sO sO sO sn ss ss ss? sO sO sO ss? sO sO? sb}", "kind",
				   json_object_get(entry, "kind"), "sequence",
				   json_object_get(entry, "sequence"), "decision_id",
				   json_object_get(entry, "id"), "by", json_object_get(entry, "by"),
				   "submission_id", "partnership", partnership_of(entry), "name",
				   import ? json_member_text(award, "name") : partnership_of(entry),
				   "assessed_on", import ? NULL : day_of(entry), "award",
				   json_object_get(outcome, "award"), "commendations",
				   json_object_get(outcome, "commendations"), "awarded_on",
				   json_object_get(outcome, "awarded_on"), "precision",
				   import  ? "month"
				   : given ? "day"
					   : NULL,
				   "route", json_object_get(outcome, "route"), "change",
				   import ? NULL : json_object_get(outcome, "change"), "revoked",
				   !json_is_null(json_object_get(entry, "revoked")));
		assert_non_null(wanted);
		if (import)
			assert_int_equal(json_object_set_new(wanted, "change", json_null()), 0);
		same(json_incref(row), wanted);
		decisions += !import;
		imports += import;
		json_decref(entry);
	}
	assert_true(decisions > 100 && imports > 5);
	json_decref(ask.out);
}

static void a_key_of_another_order_is_refused(void **state)
{
	static const struct {
		const char *sort, *after;
		bool fits;
	} cases[] = {
		{NULL, "17", true},
		{"sequence", "17", true},
		{"-sequence", "north.17", false},
		{NULL, "", false},
		{NULL, "0", false},
		{NULL, "-1", false},
		{NULL, " 1", false},
		{NULL, "1x", false},
		{NULL, "99999999999999999999", false},
		{"assessed_on", "2024-02-29.17", true},
		{"-assessed_on", "2023-02-29.17", false},
		{"assessed_on", "17", false},
		{"assessed_on", "north.17", false},
		{"assessed_on", "2024-02-29.", false},
		{"assessed_on", ".17", false},
		{"partnership", "north.17", true},
		{"-partnership", "17", false},
		{"partnership", "north.x", false},
	};
	struct decision_filter f = {.limit = 1};
	char endless[400];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		f.sort = cases[i].sort;
		f.after = cases[i].after;
		if (decision_filter_fits(&f) != cases[i].fits)
			fail_msg("%s for %s", f.after, f.sort != NULL ? f.sort : "none");
	}
	memset(endless, 'a', sizeof endless);
	strcpy(endless + sizeof endless - 3, ".1");
	f.sort = "partnership";
	f.after = endless;
	assert_false(decision_filter_fits(&f));
}

/* ---- the register's order ------------------------------------------------- */

static int ask_register(struct journal_reader *r, struct ask *ask, struct err *e)
{
	return reader_register(r, "2022-06-30", NULL, ask->with, &ask->out, e);
}

static void the_register_comes_in_the_order_asked_for(void **state)
{
	static const char *const orders[] = {"partnership", "-partnership", "awarded_on",
					     "-awarded_on", "expires_on",   "-expires_on"};

	for (size_t i = 0; i < COUNT(orders); i++) {
		struct ask ask = {.run = ask_register, .with = orders[i]};
		const char *member = orders[i] + (*orders[i] == '-');
		size_t k;
		json_t *row;
		log_ask(*state, &ask);
		assert_int_equal(json_array_size(ask.out), COUNT(partnerships));
		json_array_foreach(ask.out, k, row) {
			const json_t *before = k > 0 ? json_array_get(ask.out, k - 1) : row;
			int order = strcmp(json_member_text(before, member),
					   json_member_text(row, member));
			int tie = strcmp(json_member_text(before, "partnership"),
					 json_member_text(row, "partnership"));
			assert_true(*orders[i] == '-' ? order >= 0 : order <= 0);
			assert_true(order != 0 || tie <= 0);
		}
		json_decref(ask.out);
	}
}

/* Such a name may be cut within a letter. */
static void a_name_that_is_not_utf_8_is_an_unknown_one(void **state)
{
	struct log *log = *state;
	const struct decision_filter all = {.limit = 5};
	struct ask ask = {.run = ask_list, .with = &all};
	struct journal_draft d =
		draft("decision", decision_body((struct made){.partnership = "kent",
							      .assessed_on = "2024-05-20"}));
	bool there = false;

	strcpy(d.by.user, "cut \xc3");
	assert_int_equal(journal_append(log->j, &d, 1, on_any, &there), 0);
	log_wait(log, &there);
	log_ask(log, &ask);
	if (ask.status != 0)
		fail_msg("%s", ask.text);
	same(json_deep_copy(json_object_get(
		     json_array_get(json_object_get(ask.out, "decisions"), 0), "by")),
	     doc("{'uid': 1000, 'user': ''}"));
	json_decref(ask.out);
}

/* ---- a file that another program wrote to ---------------------------------- */

static void an_entry_that_is_marked_and_not_listed_is_told_of(void **state)
{
	static const struct decision_filter newest = {.limit = 1};
	struct log *log = *state;
	struct ask ask = {.run = ask_list, .with = &newest};
	bool ok;

	free(shell(log, "",
		   "DELETE FROM listed WHERE sequence ="
		   " (SELECT max(sequence) FROM entry WHERE kind = 'decision')",
		   &ok));
	assert_true(ok);
	log_ask(log, &ask);
	assert_int_equal(ask.status, AW_ECORRUPT);
	assert_non_null(strstr(ask.text, "awardctl log rebuild"));
}

int main(void)
{
#define IN_THE_LOG(test) cmocka_unit_test_setup_teardown(test, setup, log_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(random_lists_are_as_made_plainly, setup_large,
						log_teardown),
		IN_THE_LOG(a_summary_has_what_lists_show),
		cmocka_unit_test(a_key_of_another_order_is_refused),
		IN_THE_LOG(the_register_comes_in_the_order_asked_for),
		IN_THE_LOG(an_entry_that_is_marked_and_not_listed_is_told_of),
		cmocka_unit_test_setup_teardown(a_name_that_is_not_utf_8_is_an_unknown_one,
						log_setup, log_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
