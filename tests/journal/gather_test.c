/* What is written to a WAL is held back until its sync, and nobody can tell but by counting. */
#include "log.h"

#include <stdatomic.h>

#include "../support/vfs.h"
#include "journal/gather.h"

/* ---- a VFS below that counts, and fails on demand ------------------------- */

struct tap {
	sqlite3_vfs vfs;
	sqlite3_vfs *real;
	sqlite3_io_methods methods;
	atomic_int writes, heads; /* to WALs: all, and those of a frame's head alone */
	atomic_bool fails;
};

static struct tap *the_tap(void)
{
	static struct tap tap; /* SQLite keeps it to the end of the process */

	return &tap;
}

static int on_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
	enum { HEAD = 24 };

	atomic_fetch_add(&the_tap()->writes, 1);
	if (n == HEAD)
		atomic_fetch_add(&the_tap()->heads, 1);
	return atomic_load(&the_tap()->fails) ? SQLITE_IOERR_WRITE : vfs_write(f, from, n, at);
}

static int on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
	struct tap *tap = vfs->pAppData;
	struct vfs_file *t = (struct vfs_file *)file;

	if ((flags & SQLITE_OPEN_WAL) == 0)
		return tap->real->xOpen(tap->real, name, file, flags, out);
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
	return sqlite3_vfs_register(&tap->vfs, 1);
}

/* ---- one file -------------------------------------------------------------- */

struct one {
	struct gather gather;
	sqlite3_file *file;
	char path[128];
};

static void one_open(struct one *o, const struct log *log)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_WAL;

	memset(o, 0, sizeof *o);
	assert_int_equal(gather_begin(&o->gather, NULL), 0);
	sqlite3_vfs *vfs = sqlite3_vfs_find(o->gather.name);
	assert_non_null(vfs);
	o->file = calloc(1, (size_t)vfs->szOsFile);
	assert_non_null(o->file);
	/* SQLite gives a WAL the mode of its database, which it looks for. */
	assert_true(snprintf(o->path, sizeof o->path, "%s/one", log->dir) > 0);
	FILE *database = fopen(o->path, "wb");
	assert_non_null(database);
	assert_int_equal(fclose(database), 0);
	assert_true(snprintf(o->path, sizeof o->path, "%s/one-wal", log->dir) > 0);
	assert_int_equal(vfs->xOpen(vfs, o->path, o->file, flags, NULL), SQLITE_OK);
}

static void one_close(struct one *o)
{
	assert_int_equal(o->file->pMethods->xClose(o->file), SQLITE_OK);
	free(o->file);
	gather_end(&o->gather);
}

/* What another program would read. */
static size_t on_disk(const struct one *o, char *out, size_t room)
{
	FILE *f = fopen(o->path, "rb");

	assert_non_null(f);
	size_t length = fread(out, 1, room, f);
	assert_int_equal(fclose(f), 0);
	return length;
}

/* ---- as a plain file would be --------------------------------------------- */

enum { FILE_MOST = 600000, WRITE_MOST = 70000 };

struct model {
	char bytes[FILE_MOST], disk[FILE_MOST];
	sqlite3_int64 size, next; /* and where the last write ended */
	uint64_t state;
};

/* The same numbers each time. */
static sqlite3_int64 draw(struct model *m, sqlite3_int64 below)
{
	m->state = m->state * 6364136223846793005U + 1442695040888963407U;
	return (sqlite3_int64)((m->state >> 33) % (uint64_t)below);
}

static void write_some(struct model *m, sqlite3_file *f)
{
	static char bytes[WRITE_MOST];
	sqlite3_int64 length = 1 + draw(m, draw(m, 4) == 0 ? WRITE_MOST : 5000);
	sqlite3_int64 at = draw(m, 5) > 0 ? m->next : draw(m, m->size + 1);

	if (at + length > FILE_MOST)
		at = 0;
	memset(bytes, (int)('a' + draw(m, 26)), (size_t)length);
	memcpy(m->bytes + at, bytes, (size_t)length);
	assert_int_equal(f->pMethods->xWrite(f, bytes, (int)length, at), SQLITE_OK);
	m->next = at + length;
	m->size = m->next > m->size ? m->next : m->size;
}

static void read_some(struct model *m, sqlite3_file *f)
{
	static char bytes[WRITE_MOST];
	sqlite3_int64 at = draw(m, m->size + 1), length = m->size - at;

	length = length > WRITE_MOST ? WRITE_MOST : length;
	assert_int_equal(f->pMethods->xRead(f, bytes, (int)length, at), SQLITE_OK);
	assert_memory_equal(bytes, m->bytes + at, (size_t)length);
}

static void truncate_some(struct model *m, sqlite3_file *f)
{
	m->size = draw(m, m->size + 1);
	assert_int_equal(f->pMethods->xTruncate(f, m->size), SQLITE_OK);
	m->next = m->size;
}

static void every_call_sees_what_was_written_before_it(void **state)
{
	struct model *m = calloc(1, sizeof *m);
	struct one o;
	sqlite3_int64 size = 0;

	assert_non_null(m);
	one_open(&o, *state);
	for (int i = 0; i < 3000; i++) {
		switch (draw(m, 40)) {
		case 0:
			assert_int_equal(o.file->pMethods->xSync(o.file, SQLITE_SYNC_NORMAL),
					 SQLITE_OK);
			assert_int_equal(on_disk(&o, m->disk, FILE_MOST), m->size);
			assert_memory_equal(m->disk, m->bytes, (size_t)m->size);
			break;
		case 1:
			assert_int_equal(o.file->pMethods->xFileSize(o.file, &size), SQLITE_OK);
			assert_int_equal(size, m->size);
			break;
		case 2:
			truncate_some(m, o.file);
			break;
		case 3:
			read_some(m, o.file);
			break;
		default:
			write_some(m, o.file);
		}
	}
	one_close(&o);
	free(m);
}

static void what_was_never_synced_is_not_written_at_the_end(void **state)
{
	struct one o;
	char disk[16];

	one_open(&o, *state);
	assert_int_equal(o.file->pMethods->xWrite(o.file, "kept", 4, 0), SQLITE_OK);
	assert_int_equal(o.file->pMethods->xSync(o.file, SQLITE_SYNC_NORMAL), SQLITE_OK);
	assert_int_equal(o.file->pMethods->xWrite(o.file, "lost", 4, 4), SQLITE_OK);
	one_close(&o);
	assert_int_equal(on_disk(&o, disk, sizeof disk), 4);
	assert_memory_equal(disk, "kept", 4);
}

static void a_write_that_fails_is_told_by_the_sync_and_not_tried_again(void **state)
{
	struct one o;
	char disk[16];

	one_open(&o, *state);
	assert_int_equal(o.file->pMethods->xWrite(o.file, "gone", 4, 0), SQLITE_OK);
	atomic_store(&the_tap()->fails, true);
	int code = o.file->pMethods->xSync(o.file, SQLITE_SYNC_NORMAL);
	atomic_store(&the_tap()->fails, false);
	assert_int_equal(code, SQLITE_IOERR_WRITE);
	assert_int_equal(o.file->pMethods->xSync(o.file, SQLITE_SYNC_NORMAL), SQLITE_OK);
	assert_int_equal(on_disk(&o, disk, sizeof disk), 0);
	one_close(&o);
}

/* ---- of a log --------------------------------------------------------------- */

static void a_group_is_written_in_a_few_calls(void **state)
{
	enum { OPS = 100 };
	struct log *log = *state;
	struct answer a[OPS];
	struct journal_stats before, after;

	assert_int_equal(log_add(log, "stop", doc("{}")), 1);
	journal_stats(log->j, &before);
	atomic_store(&the_tap()->writes, 0);
	atomic_store(&the_tap()->heads, 0);
	for (int i = 0; i < OPS; i++)
		log_send(log, "stop", doc("{'x': '%04000d'}", i), &a[i]);
	log_wait(log, &a[OPS - 1].there);
	journal_stats(log->j, &after);
	assert_int_equal(after.entries - before.entries, OPS);
	/* Each entry has a page of its own, and 29 of them go into one call. */
	int commits = (int)(after.commits - before.commits);
	assert_int_equal(atomic_load(&the_tap()->heads), 0);
	assert_in_range(atomic_load(&the_tap()->writes), commits, 2 * commits + OPS / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_call_sees_what_was_written_before_it,
						log_setup_closed, log_teardown),
		cmocka_unit_test_setup_teardown(what_was_never_synced_is_not_written_at_the_end,
						log_setup_closed, log_teardown),
		cmocka_unit_test_setup_teardown(
			a_write_that_fails_is_told_by_the_sync_and_not_tried_again,
			log_setup_closed, log_teardown),
		cmocka_unit_test_setup_teardown(a_group_is_written_in_a_few_calls, log_setup,
						log_teardown),
	};

	return cmocka_run_group_tests(tests, install, NULL);
}
