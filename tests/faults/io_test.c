/*
 * Calls on the disk that fail, at the n-th for every n: reading, writing, cutting, syncing,
 * asking for size and locks, opening and removing. What the journal does succeeds or says
 * why not; what was acknowledged is there afterwards, and the log verifies.
 */
#include "../audit/rig.h"
#include "disk.h"

enum { DECISIONS = 24, COPIED = 200 };

struct walk {
	struct log log;                /* where the fault is */
	char base[COPIED], to[COPIED]; /* a log that none ever hits; a copy that is made */
	char rules[RULES_DIGEST];
	int64_t acknowledged, sent; /* the newest entry that is known to be there; may be */
	json_t *wanted;             /* what a read gives without a fault */
	long walked, survived;      /* faults; after which it went well all the same */
};

struct operation {
	const char *name;
	int (*run)(struct walk *w, struct err *e);
};

/* ---- a log, and its copy ---------------------------------------------------------- */

__attribute__((format(printf, 1, 2))) static void shell_out(const char *format, ...)
{
	char *command = NULL;
	va_list arguments;

	va_start(arguments, format);
	assert_true(vasprintf(&command, format, arguments) > 0);
	va_end(arguments);
	assert_int_equal(system(command), 0);
	free(command);
}

static void walk_init(struct walk *w)
{
	struct log *log = &w->log;

	*w = (struct walk){.wanted = NULL};
	log_init(log);
	/* Nothing here is about what a disk does by itself. */
	if (access("/dev/shm", W_OK) == 0) {
		assert_int_equal(rmdir(log->dir), 0);
		strcpy(log->dir, "/dev/shm/awardd-io-XXXXXX");
		assert_non_null(mkdtemp(log->dir));
		snprintf(log->path, sizeof log->path, "%s/log.db", log->dir);
	}
	snprintf(w->base, sizeof w->base, "%s.base", log->dir);
	snprintf(w->to, sizeof w->to, "%s/copy", log->dir);
	log_open(log);
	rig_start(log);
	rig_activate(log, "return 1", w->rules);
	for (int i = 0; i < DECISIONS; i++)
		(void)rig_decide(log, w->rules, i);
	log_add(log, "revocation", revocation_body(4, "place-1"));
	journal_close(&log->j);
	shell_out("cp -r '%s' '%s'", log->dir, w->base);
}

static void walk_deinit(struct walk *w)
{
	shell_out("rm -r '%s'", w->base);
	json_decref(w->wanted);
	log_deinit(&w->log);
}

/* The log as it was; its newest entry is acknowledged. */
static void begin_again(struct walk *w)
{
	struct journal_stats stats;

	shell_out("rm -f '%s'/* && cp '%s'/* '%s'", w->log.dir, w->base, w->log.dir);
	log_open(&w->log);
	journal_stats(w->log.j, &stats);
	journal_close(&w->log.j);
	w->acknowledged = w->sent = stats.sequence;
}

/* ---- what the journal does ----------------------------------------------------------- */

static int open_it(struct walk *w, struct err *e)
{
	int rv = log_try(&w->log, e);

	journal_close(&w->log.j);
	return rv;
}

/* Appends a draft, waited for. */
static int add(struct walk *w, struct journal_draft *draft_, struct err *e)
{
	struct answer a = {.there = false};

	w->sent++;
	assert_int_equal(journal_append(w->log.j, draft_, 1, on_appended, &a), 0);
	log_wait(&w->log, &a.there);
	if (a.status == 0)
		assert_int_equal(a.first.sequence, ++w->acknowledged);
	else
		assert_true(a.text[0] != '\0');
	return a.status == 0 ? 0 : err_set(e, a.status, "%s", a.text);
}

static int append(struct walk *w, struct err *e)
{
	int rv = log_try(&w->log, e);

	for (int i = 0; i < 3 && rv == 0; i++) {
		struct journal_draft d =
			draft("decision", decision_body((struct made){.partnership = "place-8",
								      .assessed_on = "2024-05-20",
								      .award = "quality-mark",
								      .rules = w->rules}));
		rv = add(w, &d, e);
	}
	journal_close(&w->log.j); /* with its checkpoint */
	return rv;
}

/* Each time the WAL is written into the file, and begun anew over its old frames. */
static int append_anew(struct walk *w, struct err *e)
{
	w->log.wal_step = 1;
	int rv = append(w, e);
	w->log.wal_step = 0;
	return rv;
}

static int erase(struct walk *w, struct err *e)
{
	int rv = log_try(&w->log, e);

	if (rv == 0) {
		struct journal_draft d =
			draft("erasure", doc("{'by': 'An Administrator', 'erases': {'id': '3-x',"
					     " 'sequence': 3}, 'partnership': 'place-0', 'reason':"
					     " 'asked for', 'values': 1}"));
		d.erases = doc("[3]");
		rv = add(w, &d, e);
	}
	journal_close(&w->log.j);
	return rv;
}

static int rotate(struct walk *w, struct err *e)
{
	struct actor by = {.uid = 1000, .user = "clerk"};
	struct answer a = {.there = false};
	int rv = log_try(&w->log, e);

	if (rv == 0) {
		w->sent++;
		rv = journal_rotate(w->log.j, &by, "a test", on_appended, &a);
		assert_int_equal(rv, 0);
		log_wait(&w->log, &a.there);
		w->acknowledged += a.status == 0;
		rv = a.status == 0 ? 0 : err_set(e, a.status, "%s", a.text);
	}
	journal_close(&w->log.j);
	return rv;
}

static int rebuild(struct walk *w, struct err *e)
{
	return journal_rebuild(w->log.path, e);
}

static int copy(struct walk *w, struct err *e)
{
	struct journal_reader *r = NULL;
	int rv = reader_open(w->log.path, &r, e);

	(void)unlink(w->to); /* it may not be there */
	if (rv == 0)
		rv = reader_copy(r, w->to, e);
	reader_close(&r);
	bool reached = disk_disarm();
	if (rv == 0) {
		struct said said = rig_audit(w->to);
		assert_true(said_verified(&said));
		said_deinit(&said);
	}
	if (!reached)
		disk_arm(DISK_ERROR, 1000000); /* as it was: not reached */
	(void)unlink(w->to);
	return rv;
}

static int read_history(struct journal_reader *r, json_t **out, struct err *e)
{
	struct buffer text;

	buffer_init(&text);
	int rv = reader_history(r, "place-1", &text, e);
	if (rv == 0)
		*out = json_read((struct text){text.bytes, text.length}, e);
	if (rv == 0 && *out == NULL)
		rv = e->status;
	buffer_deinit(&text);
	return rv;
}

static int read_all(struct journal_reader *r, json_t *all, struct err *e)
{
	struct decision_filter f = {.award = "quality-mark", .limit = 5};
	json_t *one = NULL;
	int rv = reader_entry(r, 4, &one, e);

	for (int i = 0; rv == 0; i++) {
		assert_int_equal(json_array_append_new(all, one), 0);
		one = NULL;
		if (i == 0)
			rv = reader_submission(r, "sent-1", &one, e);
		else if (i == 1)
			rv = read_history(r, &one, e);
		else if (i == 2)
			rv = reader_decisions(r, &f, &one, e);
		else if (i == 3)
			rv = reader_register(r, "2025-01-01", NULL, NULL, &one, e);
		else if (i == 4)
			rv = reader_counts(r, &one, e);
		else if (i == 5)
			rv = reader_rule_history(r, 5, &one, e);
		else
			return reader_benchmarks(r, NULL, NULL, keep_benchmark, all, e);
	}
	return rv;
}

static int read_it(struct walk *w, struct err *e)
{
	struct journal_reader *r = NULL;
	json_t *all = json_array();
	int rv = reader_open(w->log.path, &r, e);

	if (rv == 0)
		rv = read_all(r, all, e);
	reader_close(&r);
	if (rv == 0 && w->wanted == NULL)
		w->wanted = json_incref(all);
	if (rv == 0)
		assert_true(json_equal(all, w->wanted));
	json_decref(all);
	return rv;
}

/* Verified or not known; a disk that could not be read is no forgery. */
static int verify(struct walk *w, struct err *e)
{
	struct said said = rig_audit(w->log.path);
	int rv = said.status;

	*e = said.e;
	if (rv == 0 && !said_verified(&said))
		rv = err_set(e, AW_ECORRUPT, "%s",
			     json_member_text(json_array_get(said.findings, 0), "message"));
	said_deinit(&said);
	return rv;
}

/* ---- the walk ----------------------------------------------------------------------- */

/* Whether the log can be gone on with, holds what was acknowledged, and verifies. */
static bool is_whole(struct walk *w, struct err *e)
{
	struct journal_stats stats;

	if (log_try(&w->log, e) != 0)
		return false;
	journal_stats(w->log.j, &stats);
	if (stats.sequence < w->acknowledged || stats.sequence > w->sent) {
		journal_close(&w->log.j);
		(void)err_set(e, AW_ECORRUPT, "%lld entries", (long long)stats.sequence);
		return false;
	}
	w->acknowledged = w->sent = stats.sequence;
	struct journal_draft stop = draft("stop", doc("{'reason': 'a test'}"));
	int rv = add(w, &stop, e);
	journal_close(&w->log.j);
	return rv == 0 && verify(w, e) == 0;
}

static void walk_one(struct walk *w, const struct operation *o, enum disk_fault fault, long step)
{
	bool reached = true;
	long n;

	for (n = 0; reached; n += step > 0 ? step : 1 + n / 3) {
		struct err e = {0};

		begin_again(w);
		disk_arm(fault, n);
		int rv = o->run(w, &e);
		reached = disk_disarm();
		if (rv != 0 && (!reached || e.text[0] == '\0'))
			fail_msg("%s without the call %ld: %d, %s", o->name, n, rv, e.text);
		w->walked += reached;
		w->survived += reached && rv == 0;
		if (!is_whole(w, &e))
			fail_msg("after %s without the call %ld: %s", o->name, n, e.text);
	}
	if (step > 0)
		print_message("%s: %ld calls\n", o->name, n);
}

static void walk_all(enum disk_fault fault)
{
	static const struct operation operations[] = {
		{"reading", read_it}, {"opening", open_it},  {"appending", append},
		{"erasing", erase},   {"rotating", rotate},  {"rebuilding", rebuild},
		{"copying", copy},    {"verifying", verify}, {"appending anew", append_anew},
	};
	const char *step = getenv("AWARDD_STEP");
	struct disk *d = the_disk();
	struct walk w;

	walk_init(&w);
	atomic_store(&d->checkpoints, 0);
	atomic_store(&d->anew, 0);
	for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
		json_decref(w.wanted);
		w.wanted = NULL;
		walk_one(&w, &operations[i], fault, step != NULL ? atol(step) : 0);
	}
	long checkpoints = atomic_load(&d->checkpoints), anew = atomic_load(&d->anew);
	print_message("%ld faults, %ld without a consequence; %ld checkpoints under load, the WAL"
		      " begun anew %ld times\n",
		      w.walked, w.survived, checkpoints, anew);
	assert_true(checkpoints > 0 && anew > 0);
	walk_deinit(&w);
}

static void whichever_call_on_the_disk_fails_nothing_is_lost(void **state)
{
	(void)state;
	walk_all(DISK_ERROR);
}

static void whichever_call_finds_no_room_nothing_is_lost(void **state)
{
	(void)state;
	walk_all(DISK_FULL);
}

/* Of the writes that are left out and said to be done one must show, and that one soon. */
static void a_write_that_is_left_out_is_found(void **state)
{
	struct walk w;
	bool reached = true;
	bool found = false;

	(void)state;
	walk_init(&w);
	for (long n = 0; reached && !found; n++) {
		struct err e = {0};

		begin_again(&w);
		disk_arm(DISK_LIE, n);
		int rv = append(&w, &e);
		reached = disk_disarm();
		found = rv != 0 || !is_whole(&w, &e);
	}
	assert_true(found);
	walk_deinit(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whichever_call_on_the_disk_fails_nothing_is_lost),
		cmocka_unit_test(whichever_call_finds_no_room_nothing_is_lost),
		cmocka_unit_test(a_write_that_is_left_out_is_found),
	};

	return cmocka_run_group_tests(tests, disk_install, NULL);
}
