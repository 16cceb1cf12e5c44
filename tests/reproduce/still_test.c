/* A log at rest that is written while it is decided again: nothing is said of what was read. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "impact/impact.h"
#include "rig.h"

static int setup(void **state)
{
	assert_int_equal(rig_setup(state), 0);
	struct rig *rig = *state;

	rig_in_force(rig, bench_files(NULL), NULL);
	assert_int_equal(rig_decide(rig, "north", "2021-02-01", 5), 2);
	rig_tamper(rig, "PRAGMA wal_checkpoint(TRUNCATE)"); /* whoever closes it last has no WAL */
	return 0;
}

/* As if somebody wrote the file after it was opened. */
static struct journal_reader *written_meanwhile(const struct rig *rig)
{
	const struct timespec other[2] = {{1, 0}, {1, 0}};
	struct journal_reader *r = rig_reader(rig);

	assert_int_equal(utimensat(AT_FDCWD, rig->log->path, other, 0), 0);
	return r;
}

static void says_so(const struct rig *rig, int rv, const struct err *e)
{
	char says[200];

	(void)snprintf(says, sizeof says, "%s was written while it was read: begin again",
		       rig->log->path);
	assert_int_equal(rv, AW_EBUSY);
	assert_string_equal(e->text, says);
}

static void reproduces(struct rig *rig, bool written)
{
	struct journal_reader *r = written ? written_meanwhile(rig) : rig_reader(rig);
	struct err e = {.status = 0};
	json_t *summary = NULL, *findings = json_array();
	const struct reproduce_options options = {
		.log = r, .how = bench_options, .each = rig_on_finding, .ctx = findings};
	int rv = reproduce_log(&options, &summary, &e);

	if (written)
		says_so(rig, rv, &e);
	else
		assert_int_equal(rv, 0);
	assert_true((summary == NULL) == written);
	json_decref(findings);
	json_decref(summary);
	reader_close(&r);
}

static void a_log_that_was_written_is_not_reproduced(void **state)
{
	reproduces(*state, false);
	reproduces(*state, true);
}

/* What was read while it was written may be anything. */
static void nor_is_it_called_forged(void **state)
{
	rig_forge(*state, 2, "1300", "1301");
	reproduces(*state, true);
}

static void nor_decided_under_other_rules(void **state)
{
	struct rig *rig = *state;
	struct journal_reader *r = written_meanwhile(rig);
	struct err e = {.status = 0};
	json_t *out = NULL;

	says_so(rig, reproduce_under(r, &bench_options, 2, NULL, &out, &e), &e);
	assert_null(out);
	reader_close(&r);
}

static int on_change(void *ctx, const json_t *change)
{
	(void)ctx;
	(void)change;
	return 0;
}

static void nor_is_the_impact_of_rules_measured(void **state)
{
	struct rig *rig = *state;
	struct journal_reader *r = written_meanwhile(rig);
	struct err e = {.status = 0};
	json_t *summary = NULL;
	const struct impact_options options = {
		.log = r, .candidate = rig->rules, .each = on_change};

	says_so(rig, impact_measure(&options, &summary, &e), &e);
	assert_null(summary);
	reader_close(&r);
}

int main(void)
{
#define IN_LOG(test) cmocka_unit_test_setup_teardown(test, setup, rig_teardown)
	const struct CMUnitTest tests[] = {
		IN_LOG(a_log_that_was_written_is_not_reproduced),
		IN_LOG(nor_is_it_called_forged),
		IN_LOG(nor_decided_under_other_rules),
		IN_LOG(nor_is_the_impact_of_rules_measured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
