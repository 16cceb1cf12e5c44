/* A folder that is served while it is written. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/place.h"
#include "pages/pages.h"

enum { PATH_BYTES = 192 };

static const char temporary[] = ".publishing"; /* one is enough: the folder is held */
static const char *const folders[] = {"partnerships", "proofs"};

/* ---- opening ----------------------------------------------------------------------------- */

static bool ends_with(const char *name, const char *ending)
{
	size_t length = strlen(name), wanted = strlen(ending);

	return length > wanted && strcmp(name + length - wanted, ending) == 0;
}

/* Whether all that is in a folder passes. */
static bool holds_only(int dir, const char *folder, bool (*passes)(int dir, const char *name))
{
	int fd = openat(dir, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *each;
	bool only = list != NULL;

	if (list == NULL && fd >= 0)
		(void)close(fd); /* only read */
	while (only && (each = readdir(list)) != NULL)
		only = strcmp(each->d_name, ".") == 0 || strcmp(each->d_name, "..") == 0 ||
		       passes(fd, each->d_name);
	if (list != NULL)
		(void)closedir(list); /* only read */
	return only;
}

static bool is_folder(const char *name)
{
	return strcmp(name, folders[0]) == 0 || strcmp(name, folders[1]) == 0;
}

static bool passes_none(int dir, const char *name)
{
	(void)dir;
	(void)name;
	return false;
}

/* What a first publishing leaves that was ended before its checkpoint stood. */
static bool is_beginning(int dir, const char *name)
{
	return strcmp(name, temporary) == 0 ||
	       (is_folder(name) && holds_only(dir, name, passes_none));
}

static bool is_page(int dir, const char *name)
{
	(void)dir;
	return ends_with(name, ".html") || ends_with(name, ".tlog-proof");
}

static bool is_of_site(int dir, const char *name)
{
	bool ours = strcmp(name, temporary) == 0 || strcmp(name, "checkpoint") == 0 ||
		    (is_folder(name) && holds_only(dir, name, is_page));

	for (size_t i = 0; i < site_file_count && !ours; i++)
		ours = strcmp(name, site_files[i].path) == 0;
	return ours;
}

static int check_earlier(const char *path, struct text note, const struct checkpoint *now,
			 struct err *e)
{
	struct checkpoint before;

	if (checkpoint_read(note, &before, e) != 0)
		return err_wrap(e, "%s/checkpoint", path);
	if (strcmp(before.origin, now->origin) != 0)
		return err_set(e, AW_EINVALID, "%s is the site of another log", path);
	if (before.size > now->size)
		return err_set(e, AW_EINVALID,
			       "%s shows a log of %llu entries, and this one has %llu: it was "
			       "cut off, or is an older copy",
			       path, (unsigned long long)before.size,
			       (unsigned long long)now->size);
	return 0;
}

/* A folder that is not this site may be anything, and files are removed here. A loss of power
 * can leave a checkpoint with nothing in it: then the names must do. */
static int check_owner(const struct place *p, const char *path, struct text checkpoint,
		       struct err *e)
{
	struct checkpoint now;
	struct buffer note;
	int rv = checkpoint_read(checkpoint, &now, e);

	buffer_init(&note);
	if (rv == 0) {
		bool there = place_read(p, "checkpoint", &note);
		if (note.length > 0 && there)
			rv = check_earlier(path, (struct text){note.bytes, note.length}, &now, e);
		else if (!holds_only(p->dir, ".", there ? is_of_site : is_beginning))
			rv = err_set(e, AW_EINVALID,
				     "%s has files in it and is no published site: give an empty "
				     "folder",
				     path);
	}
	buffer_deinit(&note);
	return rv;
}

int place_open(struct place *p, const char *path, struct text checkpoint, struct err *e)
{
	int rv;

	*p = (struct place){.dir = -1, .kept = json_object()};
	if (p->kept == NULL)
		return err_set(e, -ENOMEM, "no memory for a list of files");
	if (mkdir(path, 0755) != 0 && errno != EEXIST)
		return err_set(e, -errno, "making %s: %s", path, strerror(errno));
	p->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (p->dir < 0)
		return err_set(e, -errno, "%s: %s", path, strerror(errno));
	if (flock(p->dir, LOCK_EX | LOCK_NB) != 0)
		return err_set(e, AW_EBUSY, "somebody else is publishing into %s", path);
	rv = check_owner(p, path, checkpoint, e);
	for (size_t i = 0; rv == 0 && i < 2; i++)
		if (mkdirat(p->dir, folders[i], 0755) != 0 && errno != EEXIST)
			rv = err_set(e, -errno, "making %s/%s: %s", path, folders[i],
				     strerror(errno));
	return rv;
}

void place_close(struct place *p)
{
	if (p->dir >= 0)
		(void)close(p->dir); /* nothing was written through it */
	p->dir = -1;
	json_decref(p->kept);
	p->kept = NULL;
}

/* ---- files --------------------------------------------------------------------------------- */

bool place_read(const struct place *p, const char *path, struct buffer *out)
{
	int fd = openat(p->dir, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char piece[16384];
	ssize_t got = -1;

	if (fd < 0)
		return false;
	while ((got = read(fd, piece, sizeof piece)) > 0)
		if (buffer_append(out, piece, (size_t)got) != 0)
			break;
	(void)close(fd); /* only read */
	return got == 0;
}

int place_keep(struct place *p, const char *path, struct err *e)
{
	if (json_put(p->kept, path, json_true()) != 0)
		return err_set(e, -ENOMEM, "no memory for a list of files");
	p->unchanged++;
	return 0;
}

static bool is_same(const struct place *p, const char *path, struct text bytes)
{
	struct buffer there;
	bool same;

	buffer_init(&there);
	same = place_read(p, path, &there) && there.length == bytes.length &&
	       (bytes.length == 0 || memcmp(there.bytes, bytes.bytes, bytes.length) == 0);
	buffer_deinit(&there);
	return same;
}

/* Only the checkpoint, which says whose the folder is, is synced: whatever else a crash of the
 * machine leaves differs, and is written again. */
static int replace(const struct place *p, const char *path, struct text bytes)
{
	int fd = openat(p->dir, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
			0644);
	int rv = fd >= 0 ? file_write(fd, bytes) : -errno;

	if (rv == 0 && strcmp(path, "checkpoint") == 0 && fsync(fd) != 0)
		rv = -errno;
	if (fd >= 0 && close(fd) != 0 && rv == 0)
		rv = -errno;
	if (rv == 0 && renameat(p->dir, temporary, p->dir, path) != 0)
		rv = -errno;
	if (rv != 0)
		(void)unlinkat(p->dir, temporary, 0); /* the first failure is the one to tell */
	return rv;
}

int place_write(struct place *p, const char *path, struct text bytes, struct err *e)
{
	if (is_same(p, path, bytes))
		return place_keep(p, path, e);
	int rv = replace(p, path, bytes);
	if (rv == 0)
		rv = json_put(p->kept, path, json_true());
	if (rv != 0)
		return err_set(e, rv, "writing %s: %s", path, status_text(rv));
	p->written++;
	return 0;
}

static int remove_stale(struct place *p, const char *folder, const char *name, struct err *e)
{
	char path[PATH_BYTES];
	int length = snprintf(path, sizeof path, "%s/%s", folder, name);

	if (length < 0 || (size_t)length >= sizeof path || json_object_get(p->kept, path) != NULL)
		return 0; /* none of ours is as long */
	if (unlinkat(p->dir, path, 0) != 0)
		return err_set(e, -errno, "removing %s: %s", path, strerror(errno));
	p->removed++;
	return 0;
}

int place_prune(struct place *p, const char *folder, const char *ending, struct err *e)
{
	int fd = openat(p->dir, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *each;
	int rv = 0;

	if (list == NULL) {
		rv = err_set(e, -errno, "reading %s: %s", folder, strerror(errno));
		if (fd >= 0)
			(void)close(fd); /* only read */
		return rv;
	}
	while (rv == 0 && (each = readdir(list)) != NULL)
		if (ends_with(each->d_name, ending))
			rv = remove_stale(p, folder, each->d_name, e);
	(void)closedir(list); /* only read */
	return rv;
}
