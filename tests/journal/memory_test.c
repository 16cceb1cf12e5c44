/* Memory that runs out, at the n-th allocation for every n: returned, never a
 * crash, a leak or a lie. */
#include "log.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdatomic.h>

struct tap {
	atomic_long countdown; /* below 0: nothing fails; the one that makes it 0 does */
	sqlite3_mem_methods real;
};

static struct tap *the_tap(void)
{
	static struct tap tap = {.countdown = -1};

	return &tap;
}

static bool fails(void)
{
	struct tap *tap = the_tap();

	if (atomic_load(&tap->countdown) < 0)
		return false;
	if (atomic_fetch_sub(&tap->countdown, 1) > 0)
		return false;
	return true;
}

static void *sqlite_malloc(int n)
{
	return fails() ? NULL : the_tap()->real.xMalloc(n);
}

static void *sqlite_realloc(void *old, int n)
{
	return fails() ? NULL : the_tap()->real.xRealloc(old, n);
}

static void *jansson_malloc(size_t n)
{
	return fails() ? NULL : malloc(n);
}

static int install(void **state)
{
	struct tap *tap = the_tap();
	sqlite3_mem_methods tapped;

	(void)state;
	assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &tap->real), SQLITE_OK);
	tapped = tap->real;
	tapped.xMalloc = sqlite_malloc;
	tapped.xRealloc = sqlite_realloc;
	assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &tapped), SQLITE_OK);
	json_set_alloc_funcs(jansson_malloc, free);
	return sqlite3_initialize();
}

/* The n-th allocation from here on fails; disarm tells whether it came. */
static void arm(long n)
{
	atomic_store(&the_tap()->countdown, n);
}

static bool disarm(void)
{
	return atomic_exchange(&the_tap()->countdown, -1) < 0;
}

/* How far the next failure is: each one at first, then in growing steps. */
static long after(long n)
{
	return n + 1 + n / 60;
}

static json_t *body(int i)
{
	char id[24];
	struct made m = {.partnership = "north",
			 .name = "North Vale",
			 .submission_id = id,
			 .assessed_on = "2024-05-20",
			 .award = "quality-mark",
			 .commendation = "child-first",
			 .failed = "QL-1"};

	(void)snprintf(id, sizeof id, "s-%d", i);
	return decision_body(m);
}

static void opening_without_memory_is_refused_with_a_sentence(void **state)
{
	struct log *log = *state;
	bool reached = true;

	for (long n = 0; reached; n = after(n)) {
		struct err e = {.status = 0};
		arm(n);
		int rv = log_try(log, &e);
		reached = disarm();
		if (rv != 0) {
			assert_true(reached);
			assert_null(log->j);
			assert_true(e.text[0] != '\0');
		}
		journal_close(&log->j);
	}
	log_open(log);
	assert_int_equal(log_add(log, "stop", doc("{}")), 1);
}

static void an_append_without_memory_is_refused_and_the_next_one_goes_on(void **state)
{
	struct log *log = *state;
	int64_t known = 0;
	bool reached = true;
	int refused = 0;

	for (long n = 0; reached; n = after(n)) {
		struct answer a;
		json_t *made = body((int)n);
		log_open(log); /* a fresh connection, whose caches are empty */
		struct journal_draft d = draft("decision", made);
		memset(&a, 0, sizeof a);
		arm(n);
		assert_int_equal(journal_append(log->j, &d, 1, on_appended, &a), 0);
		log_wait(log, &a.there);
		reached = disarm();
		if (a.status == 0) {
			assert_int_equal(a.first.sequence, ++known);
		} else {
			/* In the COMMIT itself nobody can know; then the log must open again. */
			assert_true(a.status == -ENOMEM || a.status == AW_EIO);
			refused++;
		}
		if (a.status != AW_EIO)
			assert_int_equal(log_add(log, "stop", doc("{}")), ++known);
		journal_close(&log->j);
		if (a.status == AW_EIO) {
			struct journal_stats stats;
			log_open(log);
			journal_stats(log->j, &stats);
			assert_in_range(stats.sequence, known, known + 1);
			known = stats.sequence;
			journal_close(&log->j);
		}
	}
	assert_true(refused > 5);
}

/* ---- every reader ------------------------------------------------------- */

static int keep_scores(void *ctx, json_t *scores)
{
	return json_array_append(ctx, scores) == 0 ? 0 : -ENOMEM;
}

static int read_entry(struct journal_reader *r, json_t **out, struct err *e)
{
	return reader_entry(r, 1, out, e);
}

static int read_submission(struct journal_reader *r, json_t **out, struct err *e)
{
	return reader_submission(r, "s-1", out, e);
}

static int read_history(struct journal_reader *r, json_t **out, struct err *e)
{
	struct buffer text;

	(void)out; /* it is no document */
	buffer_init(&text);
	int rv = reader_history(r, "north", &text, e);
	buffer_deinit(&text);
	return rv;
}

static int read_decisions(struct journal_reader *r, json_t **out, struct err *e)
{
	struct decision_filter f = {.award = "child-first", .limit = 1};

	return reader_decisions(r, &f, out, e);
}

static int read_register(struct journal_reader *r, json_t **out, struct err *e)
{
	return reader_register(r, "2025-01-01", NULL, NULL, out, e);
}

static int ended(int rv, json_t *list, json_t **out)
{
	if (rv == 0)
		*out = list;
	else
		json_decref(list);
	return rv;
}

static int read_benchmarks(struct journal_reader *r, json_t **out, struct err *e)
{
	json_t *list = json_array();

	return ended(list != NULL ? reader_benchmarks(r, NULL, NULL, keep_benchmark, list, e)
				  : err_set(e, -ENOMEM, "no memory for the test's list"),
		     list, out);
}

static int read_scores(struct journal_reader *r, json_t **out, struct err *e)
{
	json_t *list = json_array();

	return ended(list != NULL ? reader_scores(r, NULL, NULL, keep_scores, list, e)
				  : err_set(e, -ENOMEM, "no memory for the test's list"),
		     list, out);
}

static int read_award_counts(struct journal_reader *r, json_t **out, struct err *e)
{
	return reader_award_counts(r, NULL, NULL, out, e);
}

static int read_counts(struct journal_reader *r, json_t **out, struct err *e)
{
	return reader_counts(r, out, e);
}

static int read_rule_history(struct journal_reader *r, json_t **out, struct err *e)
{
	return reader_rule_history(r, 5, out, e);
}

static int read_rules(struct journal_reader *r, json_t **out, struct err *e)
{
	return reader_rules(r, NULL, out, e);
}

static int read_list_by_day(struct journal_reader *r, json_t **out, struct err *e)
{
	struct decision_filter f = {.kind = "any", .sort = "-assessed_on", .limit = 1};

	return reader_decisions(r, &f, out, e);
}

static int keep_bytes(void *ctx, const struct tail_entry *entry)
{
	json_t *bytes = json_stringn(entry->bytes.bytes, entry->bytes.length);

	return bytes != NULL && json_array_append_new(ctx, bytes) == 0 ? 0 : -ENOMEM;
}

static int read_tail(struct journal_reader *r, json_t **out, struct err *e)
{
	json_t *list = json_array();
	int rv = list != NULL ? reader_tail(r, "decision", 0, keep_bytes, list, e)
			      : err_set(e, -ENOMEM, "no memory for the test's list");

	if (rv == 0)
		*out = list;
	else
		json_decref(list);
	return rv;
}

static void fill(struct log *log)
{
	struct digest of = digest_of("text", 4);
	char hex[DIGEST_HEX];
	struct answer a = {.there = false};

	hex_format(of.bytes, sizeof of.bytes, hex);
	assert_int_equal(log_add(log, "decision", body(1)), 1);
	assert_int_equal(log_add(log, "decision", body(2)), 2);
	assert_int_equal(log_add(log, "import", import_body("north", "quality-mark", "2020-01-01")),
			 3);
	assert_int_equal(log_add(log, "revocation", revocation_body(1, "north")), 4);
	struct journal_draft d = draft("activation", doc("{'digest': 'sha256:d', 'files': [{'path':"
							 " 'a.lua', 'sha256': '%s'}], 'prelude':"
							 " '%s'}",
							 hex, hex));
	d.blobs = doc("['text']");
	assert_int_equal(journal_append(log->j, &d, 1, on_appended, &a), 0);
	log_wait(log, &a.there);
	assert_int_equal(a.status, 0);
}

static void every_read_without_memory_is_refused_and_leaks_nothing(void **state)
{
	static int (*const reads[])(struct journal_reader * r, json_t * *out, struct err * e) = {
		read_entry,    read_submission,   read_history, read_decisions,
		read_register, read_benchmarks,   read_scores,  read_award_counts,
		read_counts,   read_rule_history, read_rules,   read_list_by_day,
		read_tail,
	};
	struct log *log = *state;

	log_open(log);
	fill(log);
	for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
		bool reached = true;
		for (long n = 0; reached; n++) {
			struct journal_reader *r = NULL;
			struct err e = {.status = 0};
			json_t *out = NULL;
			assert_int_equal(reader_open(log->path, &r, &e), 0);
			arm(n);
			int rv = reads[i](r, &out, &e);
			reached = disarm();
			/* Jansson's lexer calls some of these a syntax error, which makes the
			 * entry a damaged one. */
			bool honest = rv == -ENOMEM || rv == AW_ECORRUPT;
			if (rv != 0 && (!honest || e.status != rv || out != NULL || !reached))
				fail_msg("read %zu, allocation %ld: %d, %s", i, n, rv, e.text);
			json_decref(out);
			reader_close(&r);
		}
	}
}

int main(void)
{
#define WITHOUT_A_LOG(test) cmocka_unit_test_setup_teardown(test, log_setup_closed, log_teardown)
	const struct CMUnitTest tests[] = {
		WITHOUT_A_LOG(opening_without_memory_is_refused_with_a_sentence),
		WITHOUT_A_LOG(an_append_without_memory_is_refused_and_the_next_one_goes_on),
		WITHOUT_A_LOG(every_read_without_memory_is_refused_and_leaks_nothing),
	};

	return cmocka_run_group_tests(tests, install, NULL);
}
