/* The index of the WAL, read by somebody who may not write it while a COMMIT is half published. */
#include "log.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* ---- waiting, without time going by ----------------------------------------- */

enum { SECOND_COPY = 48 }; /* where the head of the index stands again */

struct waits {
	sqlite3_vfs vfs;
	int index;        /* descriptor of the -shm */
	int heals, count; /* with which wait it is whole again, 0: never; so many so far */
};

static struct waits *the_waits(void)
{
	static struct waits waits; /* SQLite keeps it to the end of the process */

	return &waits;
}

static bool flip(int index)
{
	unsigned char byte;

	if (pread(index, &byte, 1, SECOND_COPY) != 1)
		return false;
	byte ^= 1;
	return pwrite(index, &byte, 1, SECOND_COPY) == 1;
}

static int on_sleep(sqlite3_vfs *vfs, int microseconds)
{
	struct waits *w = the_waits();

	(void)vfs;
	if (++w->count == w->heals)
		(void)flip(w->index); /* or the test fails */
	return microseconds;
}

static int install(void **state)
{
	struct waits *w = the_waits();

	(void)state;
	*w = (struct waits){.vfs = *sqlite3_vfs_find(NULL)};
	w->vfs.zName = "waits";
	w->vfs.xSleep = on_sleep;
	return sqlite3_vfs_register(&w->vfs, 1);
}

/* ---- another process, which may read alone ----------------------------------- */

typedef bool (*reads)(const struct log *log, struct err *e);

/* No owner of the files, and not root. */
static bool become_a_stranger(void)
{
	enum { STRANGER = 12345 };

	return geteuid() != 0 ||
	       (setgroups(0, NULL) == 0 && setgid(STRANGER) == 0 && setuid(STRANGER) == 0);
}

/* The descriptor stays open past the change of user. */
static bool read_as_a_stranger(const struct log *log, reads what)
{
	struct waits *w = the_waits();
	char name[128];
	struct err e = {.status = 0};

	(void)snprintf(name, sizeof name, "%s-shm", log->path); /* fits */
	w->index = open(name, O_RDWR | O_CLOEXEC);
	if (w->index < 0 || chmod(name, 0444) != 0 || !become_a_stranger())
		return false;
	if (what(log, &e))
		return true;
	(void)fprintf(stderr, "%d waits, then: %s\n", w->count, e.text);
	return false;
}

static void let_read(const struct log *log, const char *suffix)
{
	char name[128];

	assert_true(snprintf(name, sizeof name, "%s%s", log->path, suffix) > 0);
	assert_int_equal(chmod(name, 0644), 0);
}

/* Begun before this process opens the log: what SQLite knows of open files would be the child's, too. */
static void a_stranger(struct log *log, reads what)
{
	int status = 0, ready[2];
	char byte;

	assert_int_equal(pipe(ready), 0);
	pid_t child = fork();
	if (child == 0)
		_exit(read(ready[0], &byte, 1) == 1 && read_as_a_stranger(log, what) ? 0 : 1);
	log_open(log);
	assert_int_equal(log_add(log, "stop", doc("{}")), 1);
	assert_int_equal(chmod(log->dir, 0755), 0);
	let_read(log, "");
	let_read(log, "-wal");
	assert_int_equal(write(ready[1], "", 1), 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(close(ready[0]) + close(ready[1]), 0);
}

static bool begin_and_read(struct journal_reader *r, struct err *e)
{
	int64_t newest = 0;
	bool ok = reader_begin(r, e) == 0 && reader_newest(r, &newest, e) == 0 && newest == 1;

	reader_end(r);
	return ok;
}

/* ---- the cases ----------------------------------------------------------------- */

/* Whole at the third look: when it is opened, and for each snapshot. */
static bool read_what_is_published_meanwhile(const struct log *log, struct err *e)
{
	struct waits *w = the_waits();
	struct journal_reader *r = NULL;

	w->heals = 2;
	bool ok = flip(w->index) && reader_open(log->path, &r, e) == 0 && w->count >= 2;
	w->count = 0;
	ok = ok && flip(w->index) && begin_and_read(r, e) && w->count >= 2;
	reader_close(&r);
	return ok;
}

static void a_commit_half_published_is_waited_for(void **state)
{
	a_stranger(*state, read_what_is_published_meanwhile);
}

static bool be_told_what_is_wrong(const struct log *log, struct err *e)
{
	struct waits *w = the_waits();
	struct journal_reader *r = NULL;

	bool ok = flip(w->index) && reader_open(log->path, &r, e) == AW_EBUSY &&
		  strstr(e->text, "the index of the WAL beside") != NULL && w->count > 100;
	return flip(w->index) && ok;
}

static void an_index_that_stays_half_published_is_told_of(void **state)
{
	a_stranger(*state, be_told_what_is_wrong);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_commit_half_published_is_waited_for,
						log_setup_closed, log_teardown),
		cmocka_unit_test_setup_teardown(an_index_that_stays_half_published_is_told_of,
						log_setup_closed, log_teardown),
	};

	return cmocka_run_group_tests(tests, install, NULL);
}
