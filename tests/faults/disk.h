/*
 * disk: a VFS under all of SQLite in this process. The n-th call on it fails; and it knows
 * what a loss of power would leave: what was synced, and of all else any part, in any order,
 * cut at any sector. Each test program includes it once, and calls disk_install.
 */
#ifndef AW_TESTS_FAULTS_DISK_H
#define AW_TESTS_FAULTS_DISK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../support/vfs.h"

enum { DISK_FILES = 8, DISK_NAME = 160, SECTOR = 512 };
/* What fails: every kind of call in its own way; or what needs room, or opens; or, a planted
 * defect, a write is left out and said to be done. */
enum disk_fault { DISK_NONE, DISK_ERROR, DISK_FULL, DISK_LIE };

/* A write that no sync has made durable; a cut where it has no bytes. */
struct written {
	struct written *next;
	sqlite3_int64 at;
	size_t length;
	bool cut;
	unsigned char bytes[];
};

struct kept_file {
	char path[DISK_NAME];
	unsigned char *durable;
	size_t size;
	struct written *first, **last;
	bool there;
};

struct disk {
	sqlite3_vfs vfs;
	sqlite3_vfs *real;
	sqlite3_io_methods methods;
	atomic_int fault;
	atomic_long countdown; /* calls that go well before one fails */
	bool keeps;            /* remembers what is durable */
	/* A planted defect: says that it synced files opened so (SQLITE_OPEN_WAL), and did not. */
	int forgets_syncs;
	/* Checkpoints that left the WAL as it was, and writes from its beginning over old frames. */
	atomic_long checkpoints, anew;
	atomic_bool database_written; /* since the last write to the WAL */
	pthread_mutex_t mutex;        /* guards what follows */
	struct kept_file files[DISK_FILES];
	long changes; /* writes, cuts and syncs so far */
	/* Before each of them, where it keeps. */
	void (*on_change)(void *ctx, long change);
	void *ctx;
};

struct disk_file {
	struct vfs_file file;
	struct kept_file *kept;
	int flags; /* as it was opened */
};

static inline struct disk *the_disk(void)
{
	static struct disk disk = {.mutex = PTHREAD_MUTEX_INITIALIZER}; /* SQLite keeps it */

	return &disk;
}

static inline void disk_arm(enum disk_fault fault, long n)
{
	atomic_store(&the_disk()->countdown, n);
	atomic_store(&the_disk()->fault, (int)fault);
}

/* True where the fault came. */
static inline bool disk_disarm(void)
{
	return atomic_exchange(&the_disk()->fault, DISK_NONE) == DISK_NONE;
}

/* Whether this call fails, where calls of its kind do in that way. */
static inline bool disk_fails(enum disk_fault fault)
{
	struct disk *d = the_disk();

	if (atomic_load(&d->fault) != (int)fault || atomic_fetch_sub(&d->countdown, 1) > 0)
		return false;
	return atomic_exchange(&d->fault, DISK_NONE) == (int)fault; /* one fails */
}

/* ---- what happened to the WAL ---------------------------------------------------- */

/* Before a write. */
static inline void disk_count(struct disk *d, struct disk_file *f, sqlite3_int64 at)
{
	sqlite3_int64 size = 0;

	if ((f->flags & SQLITE_OPEN_MAIN_DB) != 0)
		atomic_store(&d->database_written, true);
	if ((f->flags & SQLITE_OPEN_WAL) == 0)
		return;
	bool written = atomic_exchange(&d->database_written, false);
	if ((!written && at > 0) || vfs_size(&f->file.base, &size) != SQLITE_OK || size == 0)
		return; /* an empty one was cut, or is new */
	atomic_fetch_add(&d->checkpoints, written);
	atomic_fetch_add(&d->anew, at == 0);
}

/* ---- what is durable ------------------------------------------------------------ */

static inline void disk_must(bool true_)
{
	if (!true_)
		abort(); /* the test's own memory or files: nothing can be said from in here */
}

static inline void bytes_write(unsigned char **bytes, size_t *size, const void *from, size_t at,
			       size_t length)
{
	if (at + length > *size) {
		*bytes = realloc(*bytes, at + length);
		disk_must(*bytes != NULL);
		memset(*bytes + *size, 0, at + length - *size);
		*size = at + length;
	}
	memcpy(*bytes + at, from, length);
}

static inline void kept_apply(unsigned char **bytes, size_t *size, const struct written *w)
{
	if (!w->cut)
		bytes_write(bytes, size, w->bytes, (size_t)w->at, w->length);
	else if ((size_t)w->at < *size)
		*size = (size_t)w->at;
}

static inline void kept_drop(struct kept_file *k)
{
	for (struct written *w = k->first, *next; w != NULL; w = next) {
		next = w->next;
		free(w);
	}
	k->first = NULL;
	k->last = &k->first;
}

static inline void kept_sync(struct kept_file *k)
{
	for (struct written *w = k->first; w != NULL; w = w->next)
		kept_apply(&k->durable, &k->size, w);
	kept_drop(k);
}

static inline void kept_add(struct kept_file *k, const void *bytes, size_t length, sqlite3_int64 at)
{
	struct written *w = malloc(sizeof *w + length);

	disk_must(w != NULL);
	*w = (struct written){.at = at, .length = length, .cut = bytes == NULL};
	if (bytes != NULL)
		memcpy(w->bytes, bytes, length);
	*k->last = w;
	k->last = &w->next;
}

/* With the mutex. What a file holds when it is first seen is durable. */
static inline struct kept_file *kept_find(struct disk *d, const char *path, bool make)
{
	struct kept_file *free_one = NULL;

	for (int i = 0; i < DISK_FILES; i++) {
		if (strcmp(d->files[i].path, path) == 0)
			return &d->files[i];
		if (free_one == NULL && d->files[i].path[0] == '\0')
			free_one = &d->files[i];
	}
	if (!make)
		return NULL;
	disk_must(free_one != NULL && strlen(path) < DISK_NAME);
	strcpy(free_one->path, path);
	free_one->last = &free_one->first;
	FILE *file = fopen(path, "rbe");
	char piece[4096];
	for (size_t got; file != NULL && (got = fread(piece, 1, sizeof piece, file)) > 0;)
		bytes_write(&free_one->durable, &free_one->size, piece, free_one->size, got);
	if (file != NULL)
		(void)fclose(file); /* only read */
	return free_one;
}

static inline void disk_forget(void)
{
	struct disk *d = the_disk();

	for (int i = 0; i < DISK_FILES; i++) {
		if (d->files[i].path[0] != '\0')
			kept_drop(&d->files[i]);
		free(d->files[i].durable);
		memset(&d->files[i], 0, sizeof d->files[i]);
	}
	d->changes = 0;
}

/* Before a change, with the mutex. */
static inline void disk_change(struct disk *d)
{
	d->changes++;
	if (d->on_change != NULL)
		d->on_change(d->ctx, d->changes);
}

/* ---- what a loss of power leaves --------------------------------------------------- */

static inline uint64_t chance_next(uint64_t *chance)
{
	*chance ^= *chance << 13; /* xorshift64 */
	*chance ^= *chance >> 7;
	*chance ^= *chance << 17;
	return *chance;
}

enum loss { LOSS_ALL, LOSS_NONE, LOSS_TAIL, LOSS_ANY, LOSS_TORN, LOSSES };

static inline void apply_torn(unsigned char **bytes, size_t *size, const struct written *w,
			      uint64_t *chance)
{
	for (size_t from = 0; from < w->length; from += SECTOR) {
		size_t length = w->length - from < SECTOR ? w->length - from : SECTOR;

		if (chance_next(chance) % 2 == 0)
			bytes_write(bytes, size, w->bytes + from, (size_t)w->at + from, length);
	}
}

/* Writes what is left of a file to `to`. */
static inline void kept_lose(const struct kept_file *k, enum loss loss, uint64_t *chance,
			     const char *to)
{
	unsigned char *bytes = malloc(k->size + 1);
	size_t size = k->size, count = 0, until, i = 0;

	disk_must(bytes != NULL);
	if (size > 0)
		memcpy(bytes, k->durable, size);
	for (const struct written *w = k->first; w != NULL; w = w->next)
		count++;
	until = loss == LOSS_ALL    ? 0
		: loss == LOSS_TAIL ? (size_t)(chance_next(chance) % (count + 1))
				    : count;
	for (const struct written *w = k->first; w != NULL && i < until; w = w->next, i++) {
		bool is_left = loss == LOSS_ANY || loss == LOSS_TORN ? chance_next(chance) % 2 == 0
								     : true;

		if (loss == LOSS_TORN && !w->cut)
			apply_torn(&bytes, &size, w, chance);
		else if (is_left)
			kept_apply(&bytes, &size, w);
	}
	FILE *file = fopen(to, "wbe");
	disk_must(file != NULL && fwrite(bytes, 1, size, file) == size && fclose(file) == 0);
	free(bytes);
}

/* ---- the VFS -------------------------------------------------------------------------- */

static int on_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
	if (disk_fails(DISK_ERROR))
		return SQLITE_IOERR_READ;
	return vfs_read(f, to, n, at);
}

static int on_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
	struct disk *d = the_disk();
	struct kept_file *k = ((struct disk_file *)f)->kept;

	if (disk_fails(DISK_ERROR))
		return SQLITE_IOERR_WRITE;
	if (disk_fails(DISK_FULL))
		return SQLITE_FULL;
	if (disk_fails(DISK_LIE))
		return SQLITE_OK;
	disk_count(d, (struct disk_file *)f, at);
	if (k != NULL) {
		(void)pthread_mutex_lock(&d->mutex);
		disk_change(d);
		kept_add(k, from, (size_t)n, at);
		(void)pthread_mutex_unlock(&d->mutex);
	}
	return vfs_write(f, from, n, at);
}

static int on_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	struct disk *d = the_disk();
	struct kept_file *k = ((struct disk_file *)f)->kept;

	if (disk_fails(DISK_ERROR))
		return SQLITE_IOERR_TRUNCATE;
	if (k != NULL) {
		(void)pthread_mutex_lock(&d->mutex);
		disk_change(d);
		kept_add(k, NULL, 0, size);
		(void)pthread_mutex_unlock(&d->mutex);
	}
	return vfs_truncate(f, size);
}

static int on_sync(sqlite3_file *f, int flags)
{
	struct disk *d = the_disk();
	const struct disk_file *t = (struct disk_file *)f;
	struct kept_file *k = t->kept;

	if (disk_fails(DISK_ERROR))
		return SQLITE_IOERR_FSYNC;
	if (k != NULL) {
		(void)pthread_mutex_lock(&d->mutex);
		disk_change(d);
		if ((t->flags & d->forgets_syncs) == 0)
			kept_sync(k);
		(void)pthread_mutex_unlock(&d->mutex);
		return SQLITE_OK; /* it is durable where it is kept: the real disk may wait */
	}
	return vfs_sync(f, flags);
}

static int on_size(sqlite3_file *f, sqlite3_int64 *size)
{
	if (disk_fails(DISK_ERROR))
		return SQLITE_IOERR_FSTAT;
	return vfs_size(f, size);
}

static int on_lock(sqlite3_file *f, int level)
{
	if (disk_fails(DISK_ERROR))
		return SQLITE_IOERR_LOCK;
	return vfs_lock(f, level);
}

static int on_reserved(sqlite3_file *f, int *is)
{
	if (disk_fails(DISK_ERROR))
		return SQLITE_IOERR_CHECKRESERVEDLOCK;
	return vfs_reserved(f, is);
}

/* Nothing is promised of what a loss of power does to what is written. */
static int on_device(sqlite3_file *f)
{
	return ((struct disk_file *)f)->kept != NULL ? 0 : vfs_device(f);
}

static int on_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
	if (disk_fails(DISK_ERROR))
		return SQLITE_IOERR_SHMMAP;
	if (disk_fails(DISK_FULL))
		return SQLITE_CANTOPEN;
	return vfs_shm_map(f, page, size, extend, out);
}

static int on_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
	if ((flags & SQLITE_SHM_LOCK) != 0 && disk_fails(DISK_ERROR))
		return SQLITE_IOERR_SHMLOCK;
	return vfs_shm_lock(f, at, n, flags);
}

static int on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
	struct disk *d = vfs->pAppData;
	struct disk_file *t = (struct disk_file *)file;

	t->file.base.pMethods = NULL;
	t->kept = NULL;
	t->flags = flags;
	t->file.real = (sqlite3_file *)(t + 1);
	if (disk_fails(DISK_ERROR) || disk_fails(DISK_FULL))
		return SQLITE_CANTOPEN;
	if (d->keeps && name != NULL) {
		(void)pthread_mutex_lock(&d->mutex);
		t->kept = kept_find(d, name, true);
		t->kept->there = true;
		(void)pthread_mutex_unlock(&d->mutex);
	}
	int code = d->real->xOpen(d->real, name, t->file.real, flags, out);
	t->file.base.pMethods = code == SQLITE_OK ? &d->methods : NULL;
	return code;
}

static int on_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	struct disk *d = vfs->pAppData;

	if (disk_fails(DISK_ERROR))
		return SQLITE_IOERR_DELETE;
	if (d->keeps) {
		(void)pthread_mutex_lock(&d->mutex);
		disk_change(d);
		struct kept_file *k = kept_find(d, name, false);
		if (k != NULL) {
			kept_drop(k);
			k->size = 0;
			k->there = false;
		}
		(void)pthread_mutex_unlock(&d->mutex);
	}
	return d->real->xDelete(d->real, name, sync);
}

static int on_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	if (disk_fails(DISK_ERROR))
		return SQLITE_IOERR_ACCESS;
	return the_disk()->real->xAccess(((struct disk *)vfs->pAppData)->real, name, flags, out);
}

static int on_full_path(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
	if (disk_fails(DISK_ERROR))
		return SQLITE_CANTOPEN_FULLPATH;
	return the_disk()->real->xFullPathname(((struct disk *)vfs->pAppData)->real, name, size,
					       out);
}

/* A group fixture of cmocka. */
static inline int disk_install(void **state)
{
	struct disk *d = the_disk();

	(void)state;
	d->real = vfs_before(&d->vfs, "disk", sizeof(struct disk_file), &d->methods);
	d->vfs.pAppData = d;
	d->vfs.xOpen = on_open;
	d->vfs.xDelete = on_delete;
	d->vfs.xAccess = on_access;
	d->vfs.xFullPathname = on_full_path;
	d->methods.xRead = on_read;
	d->methods.xWrite = on_write;
	d->methods.xTruncate = on_truncate;
	d->methods.xSync = on_sync;
	d->methods.xFileSize = on_size;
	d->methods.xLock = on_lock;
	d->methods.xCheckReservedLock = on_reserved;
	d->methods.xDeviceCharacteristics = on_device;
	d->methods.xShmMap = on_shm_map;
	d->methods.xShmLock = on_shm_lock;
	return sqlite3_vfs_register(&d->vfs, 1);
}

#endif
