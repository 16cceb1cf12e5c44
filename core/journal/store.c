/* The log's file as its one writer holds it. */
#include "journal/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal/sql.h"

enum {
	/* How long the first statement of a group waits for somebody else who writes. Nobody
	 * should; a person with the sqlite3 shell might. */
	WRITE_WAIT_MS = 2000,
	/* How long a RESTART waits for readers that hold the WAL back. */
	RESTART_WAIT_MS = 100,
};

void store_init(struct store *s)
{
	memset(s, 0, sizeof *s);
	s->lock = -1;
	derive_init(&s->derive);
	signing_init(&s->signing);
}

/* A log is never empty beside a WAL: it was lost, and the WAL would be deleted, too. */
static int expect_no_wal(const char *path, struct err *e)
{
	struct buffer name;
	struct stat found;
	int rv = 0;

	buffer_init(&name);
	if (buffer_printf(&name, "%s-wal", path) != 0)
		rv = err_set(e, -ENOMEM, "no memory for a file name");
	else if (stat(name.bytes, &found) == 0)
		rv = err_set(e, AW_ECORRUPT,
			     "the log %s is gone or empty, but its WAL is there: put the log back,"
			     " or move %s away to begin a new one",
			     path, name.bytes);
	buffer_deinit(&name);
	return rv;
}

/* Made here and not by SQLite, for its mode: SQLite gives the WAL the same. A
 * file that is there is not opened: closing it would drop the locks that a
 * connection of this process holds on it. */
static int make_file(const char *path, struct err *e)
{
	struct stat found;
	bool there = stat(path, &found) == 0;

	if (there && found.st_size > 1) /* SQLite takes a single byte for none */
		return 0;
	int rv = expect_no_wal(path, e);
	if (rv != 0 || there)
		return rv;
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (fd < 0 && errno != EEXIST) {
		int why = errno;
		rv = folder_check(path, "log", e);
		return rv != 0 ? rv
			       : err_set(e, -why, "making the log %s: %s", path, strerror(why));
	}
	if (fd >= 0)
		(void)close(fd); /* nothing was written */
	return 0;
}

static void say_who(const char *lock, const char *path, struct err *e)
{
	char who[24] = "";
	int fd = open(lock, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW);
	ssize_t n = fd >= 0 ? read(fd, who, sizeof who - 1) : 0;

	if (fd >= 0)
		file_close(fd);
	who[n > 0 ? n : 0] = '\0';
	who[strspn(who, "0123456789")] = '\0';
	(void)err_set(e, AW_EBUSY, "the log %s is in use by another awardd%s%s", path,
		      *who != '\0' ? ", process " : "", who);
}

/* Where root works on the log of a service, the service must be able to lock it afterwards:
 * SQLite gives its own files the log's owner likewise. */
static void give_lock(const struct store *s)
{
	struct stat log;

	if (geteuid() == 0 && stat(s->path, &log) == 0)
		(void)!fchown(s->lock, log.st_uid, log.st_gid); /* the service says what to do */
}

static int refuse_lock(const struct store *s, const char *name, int why, struct err *e)
{
	if (why == EACCES)
		return err_set(
			e, -why,
			"the log %s cannot be locked: %s: %s; if another user made that file: "
			"chown --reference=%s %s",
			s->path, name, strerror(why), s->path, name);
	return err_set(e, -why, "the log %s cannot be locked: %s: %s", s->path, name,
		       strerror(why));
}

static int take_lock(struct store *s, struct err *e)
{
	struct buffer name;
	int rv = 0;

	buffer_init(&name);
	if (buffer_printf(&name, "%s.lock", s->path) != 0) {
		rv = err_set(e, -ENOMEM, "no memory for a file name");
		goto out;
	}
	rv = lock_take(name.bytes, 0640, &s->lock);
	if (rv == AW_EBUSY) {
		say_who(name.bytes, s->path, e);
	} else if (rv != 0) {
		rv = refuse_lock(s, name.bytes, -rv, e);
	} else {
		give_lock(s);
		/* The number is only for the sentence above, so that failing is no matter. */
		(void)!ftruncate(s->lock, 0);
		(void)!dprintf(s->lock, "%ld\n", (long)getpid());
	}
out:
	buffer_deinit(&name);
	return rv;
}

int store_prepare_connection(sqlite3 *db, struct err *e)
{
	int keep = 1;
	int code = sqlite3_extended_result_codes(db, 1);

	/* Whoever closes last must leave the WAL: group readers cannot make one. */
	if (code == SQLITE_OK)
		code = sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_file_control(db, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
	if (code == SQLITE_OK)
		code = sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	return code == SQLITE_OK ? 0 : sql_fail(db, code, "setting up a connection", e);
}

static int connect_writer(struct store *s, struct err *e)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
	int rv = gather_begin(&s->gather, e);

	if (rv != 0)
		return rv;
	int code = sqlite3_open_v2(s->path, &s->db, flags, s->gather.name);
	if (code == SQLITE_OK)
		code = sqlite3_busy_timeout(s->db, WRITE_WAIT_MS);
	if (code != SQLITE_OK)
		return sql_wrap(e, sql_fail(s->db, code, "opening the log", e), "%s", s->path);
	if (sqlite3_db_readonly(s->db, "main") != 0)
		return err_set(e, -EACCES, "the log %s may not be written by this user", s->path);
	return store_prepare_connection(s->db, e);
}

/* Durability is read back: a library built otherwise must not weaken it. */
static int make_durable(sqlite3 *db, struct err *e)
{
	sqlite3_stmt *mode = NULL;
	int64_t level = 0;
	int rv = sql_prepare(db, "PRAGMA journal_mode = WAL", &mode, e);

	if (rv != 0)
		return rv;
	struct binder b = bind_to(mode);
	rv = sql_next(&b, e);
	if (rv == 1 && strcmp(column_text(mode, 0), "wal") == 0)
		rv = 0;
	else if (rv >= 0)
		rv = err_set(e, AW_EIO, "this file system does not let SQLite keep a WAL");
	(void)sqlite3_finalize(mode); /* the step told */
	if (rv == 0)
		rv = sql_run(db,
			     "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;"
			     "PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 33554432;"
			     "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000;"
			     "PRAGMA mmap_size = 0",
			     e);
	if (rv == 0)
		rv = sql_integer(db, "PRAGMA synchronous", &level, e);
	if (rv == 0 && level != 2)
		rv = err_set(e, AW_EIO, "SQLite did not accept synchronous = FULL");
	return rv;
}

static int note_file(struct store *s, struct err *e)
{
	struct stat about;

	if (stat(s->path, &about) != 0)
		return err_set(e, -errno, "looking at %s: %s", s->path, strerror(errno));
	s->device = about.st_dev;
	s->inode = about.st_ino;
	return 0;
}

int store_is_in_place(const struct store *s, struct err *e)
{
	struct stat about;

	if (stat(s->path, &about) == 0 && about.st_dev == s->device && about.st_ino == s->inode)
		return 0;
	return err_set(e, AW_EIO, "the log %s was removed or replaced", s->path);
}

static int open_signing(struct store *s, struct chance chance, struct err *e)
{
	const struct signing_log log = {
		.db = s->db,
		.path = s->path,
		.identity = s->identity,
		.edge = &s->derive.edge,
		.chance = chance,
	};

	return signing_open(&s->signing, &log, e);
}

struct compared {
	struct log_guards lacks;
	struct err *err;
};

/* What runs or rules in our own writes: with a trigger of somebody else's an entry would be
 * acknowledged that is not there. A guard that is missing does no such thing. */
static int on_object(void *ctx, const char *type, const char *name, const char *what)
{
	struct compared *c = ctx;
	bool trigger = strcmp(type, "trigger") == 0, view = strcmp(type, "view") == 0;
	bool runs = trigger && strcmp(what, "missing") != 0;

	if (trigger && !runs && c->lacks.count++ == 0)
		(void)snprintf(c->lacks.name, sizeof c->lacks.name, "%s", name); /* fits */
	if (!runs && (view || strcmp(what, "changed") != 0))
		return 0;
	return err_set(c->err, AW_ECORRUPT,
		       "the %s %s is %s: another program put it into the log, which is not "
		       "written under it; see awardctl log verify",
		       type, name, runs && what[0] == 'a' ? "not of this program" : "changed");
}

int store_check_objects(struct store *s, struct err *e)
{
	struct compared c = {.err = e};
	int64_t version = 0;
	int rv = sql_integer(s->db, "PRAGMA data_version", &version, e);

	if (rv == 0 && version != s->data_version) {
		rv = schema_compare(s->db, on_object, &c, e);
		s->lacks = c.lacks;
	}
	if (rv == 0)
		s->data_version = version;
	return rv == 0 ? 0 : sql_wrap(e, rv, "checking the log %s", s->path);
}

int store_expect_file(const char *path, struct err *e)
{
	struct stat about;

	if (stat(path, &about) != 0)
		return err_set(e, -errno, "looking at %s: %s", path, strerror(errno));
	if (!S_ISREG(about.st_mode))
		return err_set(e, S_ISDIR(about.st_mode) ? -EISDIR : AW_EFOREIGN,
			       "%s is not a decision log: no regular file", path);
	if (access(path, R_OK) != 0)
		return err_set(e, -errno, "the log %s may not be read by this user", path);
	return 0;
}

int store_take(struct store *s, const char *path, int *version, struct err *e)
{
	s->path = realpath(path, NULL);
	if (s->path == NULL)
		return err_set(e, -errno, "the log %s cannot be found: %s", path, strerror(errno));
	int rv = store_expect_file(s->path, e);
	/* It is said in documents, and links are followed only here. */
	if (rv == 0 && !text_is_utf8(text_of(s->path)))
		rv = err_set(e, AW_EINVALID, "the log %s must have a path that is UTF-8", s->path);
	if (rv == 0)
		rv = take_lock(s, e);
	if (rv == 0)
		rv = connect_writer(s, e);
	if (rv == 0)
		rv = schema_recognise(s->db, s->path, version, e);
	if (rv != 0)
		return rv;
	s->recognised = true;
	rv = make_durable(s->db, e);
	return rv == 0 ? 0 : sql_wrap(e, rv, "preparing the log %s", s->path);
}

static int open_file(struct store *s, const char *path, struct chance chance, struct err *e)
{
	int version = 0;
	int rv = store_take(s, path, &version, e);
	if (rv == 0)
		rv = schema_migrate(s->db, version, chance, e);
	if (rv == 0)
		rv = store_check_objects(s, e);
	if (rv == 0)
		rv = schema_identity(s->db, s->identity, e);
	if (rv == 0)
		rv = note_file(s, e);
	if (rv == 0)
		rv = derive_prepare(&s->derive, s->db, e);
	if (rv == 0)
		rv = store_check(s, e);
	if (rv == 0)
		rv = open_signing(s, chance, e);
	if (rv == 0) {
		rv = store_checkpoint(s, SQLITE_CHECKPOINT_TRUNCATE, e);
		s->kept = rv != 0;
		/* An auditor reads, or there is no room: the next one will do. */
		rv = rv == AW_EBUSY || rv == AW_EFULL ? 0 : rv;
	}
	return rv;
}

int store_open(struct store *s, const char *path, struct chance chance, struct err *e)
{
	int rv = make_file(path, e);

	if (rv != 0)
		return rv;
	rv = open_file(s, path, chance, e);
	return rv == AW_ECORRUPT ? sql_wrap(e, rv, "verify the log, and put back a copy that does")
				 : rv;
}

int store_checkpoint(struct store *s, int mode, struct err *e)
{
	(void)sqlite3_busy_timeout(s->db, mode == SQLITE_CHECKPOINT_RESTART ? RESTART_WAIT_MS : 0);
	int code = sqlite3_wal_checkpoint_v2(s->db, "main", mode, &s->wal_pages, &s->wal_written);
	(void)sqlite3_busy_timeout(s->db, WRITE_WAIT_MS); /* neither can fail */
	return code == SQLITE_OK ? 0 : sql_fail(s->db, code, "writing the WAL into the log", e);
}

/* It stays beside a log, as the WAL does, and not beside what turned out to be none. */
static void give_back_lock(struct store *s)
{
	struct buffer name;

	buffer_init(&name);
	if (!s->recognised && s->lock >= 0 && buffer_printf(&name, "%s.lock", s->path) == 0)
		lock_drop(name.bytes, &s->lock);
	if (s->lock >= 0)
		(void)close(s->lock);
	buffer_deinit(&name);
}

void store_close(struct store *s, bool trusted)
{
	derive_deinit(&s->derive);
	signing_close(&s->signing);
	/* Without an identity it was refused, and is not ours to write. */
	if (s->db != NULL && trusted && s->identity[0] != '\0')
		(void)store_checkpoint(s, SQLITE_CHECKPOINT_TRUNCATE, NULL); /* the WAL stays */
	(void)sqlite3_close_v2(s->db); /* all statements are gone */
	gather_end(&s->gather);
	give_back_lock(s);
	free(s->path);
	store_init(s);
}
