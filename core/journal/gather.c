/* A VFS of SQLite that holds writes to the WAL back until they are synced. */
#include "journal/gather.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "journal/sql.h"

/* Of some thirty frames. SQLite's own VFS takes a length modulo 128 KiB. */
enum { ROOM = 120 * 1024 };

/* A WAL. The file of the VFS below follows. */
struct gathered {
	sqlite3_file base; /* first: SQLite hands it back */
	char *held;        /* ROOM bytes */
	int length;        /* of what is held back */
	sqlite3_int64 at;  /* where in the file that begins */
};

static sqlite3_file *below(sqlite3_file *file)
{
	return (sqlite3_file *)((struct gathered *)file + 1);
}

/* What the disk did not take is not tried again: the transaction it is of fails. */
static int flush(struct gathered *g)
{
	sqlite3_file *file = below(&g->base);
	int length = g->length;

	g->length = 0;
	return length > 0 ? file->pMethods->xWrite(file, g->held, length, g->at) : SQLITE_OK;
}

/* What was not synced was not committed. */
static int on_close(sqlite3_file *file)
{
	sqlite3_free(((struct gathered *)file)->held);
	return below(file)->pMethods->xClose(below(file));
}

static int on_read(sqlite3_file *file, void *to, int length, sqlite3_int64 at)
{
	int code = flush((struct gathered *)file);

	return code == SQLITE_OK ? below(file)->pMethods->xRead(below(file), to, length, at) : code;
}

static int on_write(sqlite3_file *file, const void *from, int length, sqlite3_int64 at)
{
	struct gathered *g = (struct gathered *)file;
	bool follows = at == g->at + g->length && length <= ROOM - g->length;
	int code = follows ? SQLITE_OK : flush(g);

	assert(length <= ROOM); /* a page has 64 KiB at most */
	if (code != SQLITE_OK)
		return code;
	if (g->length == 0)
		g->at = at;
	memcpy(g->held + g->length, from, (size_t)length);
	g->length += length;
	return SQLITE_OK;
}

static int on_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	int code = flush((struct gathered *)file);

	return code == SQLITE_OK ? below(file)->pMethods->xTruncate(below(file), size) : code;
}

static int on_sync(sqlite3_file *file, int flags)
{
	int code = flush((struct gathered *)file);

	return code == SQLITE_OK ? below(file)->pMethods->xSync(below(file), flags) : code;
}

static int on_size(sqlite3_file *file, sqlite3_int64 *size)
{
	int code = flush((struct gathered *)file);

	return code == SQLITE_OK ? below(file)->pMethods->xFileSize(below(file), size) : code;
}

static int on_lock(sqlite3_file *file, int level)
{
	return below(file)->pMethods->xLock(below(file), level);
}

static int on_unlock(sqlite3_file *file, int level)
{
	return below(file)->pMethods->xUnlock(below(file), level);
}

static int on_reserved(sqlite3_file *file, int *is)
{
	return below(file)->pMethods->xCheckReservedLock(below(file), is);
}

static int on_control(sqlite3_file *file, int op, void *with)
{
	return below(file)->pMethods->xFileControl(below(file), op, with);
}

static int on_sector(sqlite3_file *file)
{
	return below(file)->pMethods->xSectorSize(below(file));
}

static int on_device(sqlite3_file *file)
{
	return below(file)->pMethods->xDeviceCharacteristics(below(file));
}

static int on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
	struct gather *g = (struct gather *)vfs;
	struct gathered *wal = (struct gathered *)file;

	if ((flags & SQLITE_OPEN_WAL) == 0)
		return g->below->xOpen(g->below, name, file, flags, out);
	*wal = (struct gathered){.held = sqlite3_malloc(ROOM)};
	if (wal->held == NULL)
		return SQLITE_NOMEM;
	int code = g->below->xOpen(g->below, name, below(file), flags, out);
	if (code == SQLITE_OK)
		wal->base.pMethods = &g->methods; /* and SQLite closes it */
	else
		sqlite3_free(wal->held);
	return code;
}

int gather_begin(struct gather *g, struct err *e)
{
	g->below = sqlite3_vfs_find(NULL);
	if (g->below == NULL) /* SQLite could not begin */
		return err_set(e, -ENOMEM, "no memory to open a log");
	/* All else is the other's own, which is told apart by nothing but its pAppData. */
	g->vfs = *g->below;
	g->vfs.pNext = NULL;
	g->vfs.zName = g->name;
	g->vfs.szOsFile += (int)sizeof(struct gathered);
	g->vfs.xOpen = on_open;
	g->methods = (sqlite3_io_methods){
		.iVersion = 1, /* a WAL has no index of its own */
		.xClose = on_close,
		.xRead = on_read,
		.xWrite = on_write,
		.xTruncate = on_truncate,
		.xSync = on_sync,
		.xFileSize = on_size,
		.xLock = on_lock,
		.xUnlock = on_unlock,
		.xCheckReservedLock = on_reserved,
		.xFileControl = on_control,
		.xSectorSize = on_sector,
		.xDeviceCharacteristics = on_device,
	};
	(void)snprintf(g->name, sizeof g->name, "gather-%p", (void *)g); /* fits */
	int code = sqlite3_vfs_register(&g->vfs, 0);
	if (code == SQLITE_OK)
		return 0;
	g->name[0] = '\0';
	return err_set(e, -ENOMEM, "no memory to open a log");
}

void gather_end(struct gather *g)
{
	if (g->name[0] != '\0')
		(void)sqlite3_vfs_unregister(&g->vfs); /* it is there */
	g->name[0] = '\0';
}
