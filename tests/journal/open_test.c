/* What it takes to open a log, however long it has become: counted in bytes read, never timed. */
#include "log.h"

#include <inttypes.h>

enum { SHORT = 2000, LONG = 20000, GROUP = 250 };

/* Bytes that this process has read, by any call. */
static int64_t bytes_read(void)
{
	FILE *f = fopen("/proc/self/io", "re");
	int64_t read = 0;

	assert_non_null(f);
	assert_int_equal(fscanf(f, "rchar: %" SCNd64, &read), 1);
	assert_int_equal(fclose(f), 0);
	return read;
}

static void grow(struct log *log, int from, int to)
{
	for (int done = from; done < to; done += GROUP) {
		struct journal_draft drafts[GROUP];
		struct answer a = {.there = false};
		char submission[32], partnership[32];

		for (int i = 0; i < GROUP; i++) {
			struct made m = {.submission_id = submission,
					 .partnership = partnership,
					 .assessed_on = "2021-02-02",
					 .award = i % 3 == 0 ? NULL : "quality-mark",
					 .failed = "QM-1",
					 .score = i % 10};
			snprintf(submission, sizeof submission, "%08x-%d",
				 (unsigned)(done + i + 1) * 2654435761u, done + i);
			snprintf(partnership, sizeof partnership, "p%d", (done + i) % 700);
			drafts[i] = draft("decision", decision_body(m));
		}
		assert_int_equal(journal_append(log->j, drafts, GROUP, on_appended, &a), 0);
		log_wait(log, &a.there);
		if (a.status != 0)
			fail_msg("%s", a.text);
	}
}

/* After a clean end. */
static int64_t opening_reads(struct log *log)
{
	journal_close(&log->j);
	int64_t before = bytes_read();
	log_open(log);
	return bytes_read() - before;
}

static void a_long_log_is_opened_as_a_short_one(void **state)
{
	struct log *log = *state;

	grow(log, 0, SHORT);
	int64_t at_short = opening_reads(log);
	grow(log, SHORT, LONG);
	int64_t at_long = opening_reads(log);
	/* Its last thousand entries and what follows from them, which a longer log spreads wider. */
	if (at_short < 100000 || at_long > at_short + at_short / 2)
		fail_msg("opening %d entries reads %" PRId64 " bytes, %d entries %" PRId64, SHORT,
			 at_short, LONG, at_long);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_long_log_is_opened_as_a_short_one, log_setup,
						log_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
