/* A disk that fills up and files that fail: nothing acknowledged is ever lost. */
#include "log.h"

#include <stdatomic.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "../support/vfs.h"

/* ---- a VFS whose writes and syncs fail on demand ------------------------- */

enum fault { FAULT_NONE, FAULT_SYNC, FAULT_WRITE, FAULT_FULL };

struct tap {
	sqlite3_vfs vfs;
	sqlite3_vfs *real;
	atomic_int fault;     /* what fails */
	atomic_int countdown; /* how many of its kind go well before */
	atomic_bool for_ever; /* and not only once */
	atomic_int syncs;     /* asked for */
	sqlite3_io_methods methods;
};

static struct tap *the_tap(void)
{
	static struct tap tap; /* SQLite keeps it to the end of the process */

	return &tap;
}

static bool fails(struct tap *tap, enum fault kind)
{
	if (atomic_load(&tap->fault) != (int)kind || atomic_fetch_sub(&tap->countdown, 1) > 0)
		return false;
	if (atomic_load(&tap->for_ever))
		atomic_store(&tap->countdown, 0);
	else
		atomic_store(&tap->fault, FAULT_NONE);
	return true;
}

static int on_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
	if (fails(the_tap(), FAULT_WRITE))
		return SQLITE_IOERR_WRITE;
	if (fails(the_tap(), FAULT_FULL))
		return SQLITE_FULL;
	return vfs_write(f, from, n, at);
}

static int on_sync(sqlite3_file *f, int flags)
{
	atomic_fetch_add(&the_tap()->syncs, 1);
	if (fails(the_tap(), FAULT_SYNC))
		return SQLITE_IOERR_FSYNC;
	return vfs_sync(f, flags);
}

static int on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
	struct tap *tap = vfs->pAppData;
	struct vfs_file *t = (struct vfs_file *)file;

	t->real = (sqlite3_file *)(t + 1);
	int code = tap->real->xOpen(tap->real, name, t->real, flags, out);
	t->base.pMethods = code == SQLITE_OK ? &tap->methods : NULL;
	return code;
}

static int install(void **state)
{
	struct tap *tap = the_tap();

	(void)state;
	tap->real = vfs_before(&tap->vfs, "tap", sizeof(struct vfs_file), &tap->methods);
	tap->vfs.pAppData = tap;
	tap->vfs.xOpen = on_open;
	tap->methods.xWrite = on_write;
	tap->methods.xSync = on_sync;
	return sqlite3_vfs_register(&tap->vfs, 1);
}

static void arm(enum fault fault, int countdown, bool for_ever)
{
	struct tap *tap = the_tap();

	atomic_store(&tap->countdown, countdown);
	atomic_store(&tap->for_ever, for_ever);
	atomic_store(&tap->fault, (int)fault);
}

static void disarm(void)
{
	atomic_store(&the_tap()->fault, FAULT_NONE);
}

/* ---- a sync that fails --------------------------------------------------- */

static void a_sync_that_fails_ends_all_writing_and_is_never_tried_again(void **state)
{
	struct log *log = *state;
	struct answer a[20];
	struct journal_stats stats;

	assert_int_equal(log_add(log, "stop", doc("{}")), 1);
	arm(FAULT_SYNC, 0, false);
	struct answer failed = log_append(log, "stop", doc("{}"));
	assert_int_equal(failed.status, AW_EIO);
	assert_int_equal(failed.count, 0);
	assert_non_null(strstr(failed.text, "the log cannot be written any more"));
	int syncs = atomic_load(&the_tap()->syncs);
	for (int i = 0; i < 20; i++)
		log_send(log, "stop", doc("{}"), &a[i]);
	log_wait(log, &a[19].there);
	for (int i = 0; i < 20; i++)
		assert_int_equal(a[i].status, AW_EIO);
	journal_stats(log->j, &stats);
	assert_true(stats.failed);
	assert_int_equal(stats.sequence, 1);
	(void)usleep(1500000); /* longer than it takes to become idle */
	json_decref(log_entry(log, 1));
	journal_close(&log->j);
	assert_int_equal(atomic_load(&the_tap()->syncs), syncs);

	/* Whether the one that failed is there is not known; the file goes on. */
	log_open(log);
	journal_stats(log->j, &stats);
	assert_in_range(stats.sequence, 1, 2);
	assert_int_equal(log_add(log, "stop", doc("{}")), stats.sequence + 1);
}

/* ---- the n-th write or sync fails --------------------------------------- */

/* Appends with a fault in the n-th write or sync; true where it was reached. */
static bool survive(struct log *log, enum fault fault, int n)
{
	enum { OPS = 40 };
	struct answer a[OPS];
	int64_t known = 0;
	struct journal_stats stats;

	log_open(log);
	journal_stats(log->j, &stats);
	known = stats.sequence;
	arm(fault, n, false);
	for (int i = 0; i < OPS; i++) {
		log_send(log, "stop", doc("{'x': '%03000d'}", i), &a[i]);
		if (i % 8 == 0)
			log_wait(log, &a[i].there);
	}
	journal_close(&log->j); /* with its checkpoint */
	bool reached = atomic_load(&the_tap()->fault) == FAULT_NONE;
	disarm();
	for (int i = 0; i < OPS; i++) {
		assert_true(a[i].there);
		if (a[i].status == 0) {
			assert_int_equal(a[i].first.sequence, known + 1);
			known++;
		} else {
			assert_int_equal(a[i].status, fault == FAULT_FULL ? AW_EFULL : AW_EIO);
		}
	}
	log_open(log); /* checks that there is no gap */
	journal_stats(log->j, &stats);
	assert_true(fault == FAULT_FULL ? stats.sequence == known : stats.sequence >= known);
	journal_close(&log->j);
	return reached;
}

static void walk(struct log *log, enum fault fault)
{
	int n = 0;

	while (survive(log, fault, n))
		n += 1 + n / 8;
	assert_true(n > 5);
}

static void whichever_sync_fails_nothing_acknowledged_is_lost(void **state)
{
	walk(*state, FAULT_SYNC);
}

static void whichever_write_fails_nothing_acknowledged_is_lost(void **state)
{
	walk(*state, FAULT_WRITE);
}

static void whichever_write_finds_the_disk_full_only_its_group_is_refused(void **state)
{
	walk(*state, FAULT_FULL);
}

/* ---- a disk that is full for a while ------------------------------------ */

static void a_full_disk_refuses_and_goes_on_when_there_is_room(void **state)
{
	struct log *log = *state;
	struct journal_stats stats;

	assert_int_equal(log_add(log, "stop", doc("{}")), 1);
	arm(FAULT_FULL, 0, true);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(log_append(log, "stop", doc("{}")).status, AW_EFULL);
		journal_stats(log->j, &stats);
		assert_true(stats.full && !stats.failed);
		json_decref(log_entry(log, 1)); /* reading goes on */
	}
	disarm();
	assert_int_equal(log_add(log, "stop", doc("{}")), 2);
	journal_stats(log->j, &stats);
	assert_false(stats.full);
}

static void a_real_file_system_without_room_loses_nothing(void **state)
{
	struct log *log = *state;
	struct answer a;
	char disk[80];
	int64_t known = 0, refused = 0;

	assert_true(snprintf(disk, sizeof disk, "%s/disk", log->dir) > 0);
	assert_int_equal(mkdir(disk, 0700), 0);
	if (mount("tmpfs", disk, "tmpfs", 0, "size=2m") != 0) {
		print_message("skipped: mounting a tmpfs is not permitted\n");
		skip();
	}
	assert_true(snprintf(log->path, sizeof log->path, "%s/log.db", disk) > 0);
	log_open(log);
	for (int i = 0; i < 400; i++) {
		a = log_append(log, "stop", doc("{'x': '%04000d'}", i));
		if (a.status == 0)
			assert_int_equal(a.first.sequence, ++known);
		else
			assert_int_equal(a.status, AW_EFULL);
		refused += a.status != 0;
	}
	assert_true(known > 20 && refused > 20);
	assert_int_equal(mount("tmpfs", disk, "tmpfs", MS_REMOUNT, "size=8m"), 0);
	assert_int_equal(log_add(log, "stop", doc("{}")), ++known);
	log_reopen(log);
	assert_int_equal(log_add(log, "stop", doc("{}")), ++known);
	journal_close(&log->j);
	bool ok;
	char *says = shell(log, "-readonly", "PRAGMA integrity_check", &ok);
	assert_string_equal(says, "ok\n");
	free(says);
	assert_int_equal(umount(disk), 0);
}

/* ---- somebody else in the way ------------------------------------------- */

static void a_rogue_writer_delays_and_then_refuses_but_breaks_nothing(void **state)
{
	struct log *log = *state;
	sqlite3 *rogue = NULL;

	assert_int_equal(sqlite3_open(log->path, &rogue), SQLITE_OK);
	assert_int_equal(sqlite3_exec(rogue, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(log_append(log, "stop", doc("{}")).status, AW_EBUSY);
	assert_int_equal(sqlite3_exec(rogue, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(log_add(log, "stop", doc("{}")), 1);
	assert_int_equal(sqlite3_close(rogue), SQLITE_OK);
}

static void an_auditor_who_holds_a_snapshot_stops_nobody(void **state)
{
	struct log *log = *state;
	sqlite3 *auditor = NULL;

	assert_int_equal(log_add(log, "stop", doc("{}")), 1);
	assert_int_equal(sqlite3_open_v2(log->path, &auditor, SQLITE_OPEN_READONLY, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_exec(auditor, "BEGIN; SELECT count(*) FROM entry", NULL, NULL,
				      NULL),
			 SQLITE_OK);
	for (int i = 0; i < 1500; i++) {
		struct answer a;
		log_send(log, "stop", doc("{'x': '%04000d'}", i), &a);
		log_wait(log, &a.there);
		assert_int_equal(a.status, 0);
	}
	(void)usleep(1200000); /* idle, and the WAL cannot be emptied */
	log_reopen(log);
	assert_int_equal(sqlite3_exec(auditor, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(auditor), SQLITE_OK);
	assert_int_equal(log_add(log, "stop", doc("{}")), 1502);
}

int main(void)
{
#define IN_A_LOG(test) cmocka_unit_test_setup_teardown(test, log_setup, log_teardown)
#define WITHOUT_A_LOG(test) cmocka_unit_test_setup_teardown(test, log_setup_closed, log_teardown)
	const struct CMUnitTest tests[] = {
		IN_A_LOG(a_sync_that_fails_ends_all_writing_and_is_never_tried_again),
		WITHOUT_A_LOG(whichever_sync_fails_nothing_acknowledged_is_lost),
		WITHOUT_A_LOG(whichever_write_fails_nothing_acknowledged_is_lost),
		WITHOUT_A_LOG(whichever_write_finds_the_disk_full_only_its_group_is_refused),
		IN_A_LOG(a_full_disk_refuses_and_goes_on_when_there_is_room),
		WITHOUT_A_LOG(a_real_file_system_without_room_loses_nothing),
		IN_A_LOG(a_rogue_writer_delays_and_then_refuses_but_breaks_nothing),
		IN_A_LOG(an_auditor_who_holds_a_snapshot_stops_nobody),
	};

	return cmocka_run_group_tests(tests, install, NULL);
}
