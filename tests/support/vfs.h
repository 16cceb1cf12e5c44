/*
 * vfs: a VFS of SQLite that stands before the real one and passes every call on. A test takes
 * its calls, puts its own in the place of those it is about, and asks what they pass on to.
 * Each test program includes it once.
 */
#ifndef AW_TESTS_VFS_H
#define AW_TESTS_VFS_H

#include <sqlite3.h>

/* Every file begins so; the real one's lies behind vfs.szOsFile bytes of the test's. */
struct vfs_file {
	sqlite3_file base;
	sqlite3_file *real;
};

static inline sqlite3_file *vfs_real(sqlite3_file *file)
{
	return ((struct vfs_file *)file)->real;
}

static int vfs_close(sqlite3_file *f)
{
	return vfs_real(f)->pMethods->xClose(vfs_real(f));
}

static int vfs_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
	return vfs_real(f)->pMethods->xRead(vfs_real(f), to, n, at);
}

static int vfs_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
	return vfs_real(f)->pMethods->xWrite(vfs_real(f), from, n, at);
}

static int vfs_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	return vfs_real(f)->pMethods->xTruncate(vfs_real(f), size);
}

static int vfs_sync(sqlite3_file *f, int flags)
{
	return vfs_real(f)->pMethods->xSync(vfs_real(f), flags);
}

static int vfs_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return vfs_real(f)->pMethods->xFileSize(vfs_real(f), size);
}

static int vfs_lock(sqlite3_file *f, int level)
{
	return vfs_real(f)->pMethods->xLock(vfs_real(f), level);
}

static int vfs_unlock(sqlite3_file *f, int level)
{
	return vfs_real(f)->pMethods->xUnlock(vfs_real(f), level);
}

static int vfs_reserved(sqlite3_file *f, int *is)
{
	return vfs_real(f)->pMethods->xCheckReservedLock(vfs_real(f), is);
}

static int vfs_control(sqlite3_file *f, int op, void *with)
{
	return vfs_real(f)->pMethods->xFileControl(vfs_real(f), op, with);
}

static int vfs_sector(sqlite3_file *f)
{
	return vfs_real(f)->pMethods->xSectorSize(vfs_real(f));
}

static int vfs_device(sqlite3_file *f)
{
	return vfs_real(f)->pMethods->xDeviceCharacteristics(vfs_real(f));
}

static int vfs_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
	return vfs_real(f)->pMethods->xShmMap(vfs_real(f), page, size, extend, out);
}

static int vfs_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
	return vfs_real(f)->pMethods->xShmLock(vfs_real(f), at, n, flags);
}

static void vfs_shm_barrier(sqlite3_file *f)
{
	vfs_real(f)->pMethods->xShmBarrier(vfs_real(f));
}

static int vfs_shm_unmap(sqlite3_file *f, int delete)
{
	return vfs_real(f)->pMethods->xShmUnmap(vfs_real(f), delete);
}

/* Makes `vfs`, which is not registered yet, a second one of the default, and gives that. Its
 * files take `file_size` bytes, a struct vfs_file first; `methods` pass everything on. */
static inline sqlite3_vfs *vfs_before(sqlite3_vfs *vfs, const char *name, size_t file_size,
				      sqlite3_io_methods *methods)
{
	sqlite3_vfs *real = sqlite3_vfs_find(NULL);

	*vfs = *real;
	vfs->zName = name;
	vfs->szOsFile = (int)file_size + real->szOsFile;
	*methods = (sqlite3_io_methods){
		.iVersion = 2,
		.xClose = vfs_close,
		.xRead = vfs_read,
		.xWrite = vfs_write,
		.xTruncate = vfs_truncate,
		.xSync = vfs_sync,
		.xFileSize = vfs_size,
		.xLock = vfs_lock,
		.xUnlock = vfs_unlock,
		.xCheckReservedLock = vfs_reserved,
		.xFileControl = vfs_control,
		.xSectorSize = vfs_sector,
		.xDeviceCharacteristics = vfs_device,
		.xShmMap = vfs_shm_map,
		.xShmLock = vfs_shm_lock,
		.xShmBarrier = vfs_shm_barrier,
		.xShmUnmap = vfs_shm_unmap,
	};
	return real;
}

#endif
