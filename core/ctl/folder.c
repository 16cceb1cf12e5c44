/* Written beside, then put in place by one rename or one exchange. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/folder.h"

enum { OPEN_AT_ONCE = 16 };

struct place {
	char dir[PATH_MAX];         /* no link any more */
	char beside[PATH_MAX + 32]; /* where the new one grows */
	bool there, holds_something;
	struct stat about;
};

static int fail(struct err *e, const char *path)
{
	int status = -errno;

	return err_set(e, status, "%s: %s", path, status_text(status));
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *walk)
{
	(void)about;
	(void)kind;
	(void)walk;
	return remove(path);
}

static int remove_folder(const char *path)
{
	return nftw(path, remove_one, OPEN_AT_ONCE, FTW_DEPTH | FTW_PHYS);
}

static bool holds_something(const char *dir)
{
	DIR *stream = opendir(dir);
	const struct dirent *entry;
	bool found = stream == NULL;

	while (!found && (entry = readdir(stream)) != NULL)
		found = strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	if (stream != NULL)
		(void)closedir(stream); /* only read from */
	return found;
}

static int find_place(const char *dir, struct place *p, struct err *e)
{
	p->there = realpath(dir, p->dir) != NULL;
	if (!p->there && errno != ENOENT)
		return fail(e, dir);
	if (!p->there && snprintf(p->dir, sizeof p->dir, "%s", dir) >= (int)sizeof p->dir)
		return err_set(e, AW_EINVALID, "%s: the name is too long", dir);
	size_t length = strlen(p->dir);
	while (length > 1 && p->dir[length - 1] == '/')
		p->dir[--length] = '\0';
	if (p->there) {
		if (stat(p->dir, &p->about) != 0)
			return fail(e, p->dir);
		if (!S_ISDIR(p->about.st_mode))
			return err_set(e, AW_EINVALID, "%s is no folder", dir);
		p->holds_something = holds_something(p->dir);
	}
	(void)snprintf(p->beside, sizeof p->beside, "%s.restoring-%ld", p->dir, (long)getpid());
	return 0;
}

/* ---- growing ------------------------------------------------------------ */

static bool is_inside(const char *path)
{
	return path != NULL && *path != '\0' && *path != '/' && strstr(path, "//") == NULL &&
	       strncmp(path, "../", 3) != 0 && strstr(path, "/../") == NULL;
}

/* Makes the folders on the way to a file. */
static int make_way(char *path, size_t root, struct err *e)
{
	for (char *slash = strchr(path + root + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		int rv = mkdir(path, 0777) == 0 || errno == EEXIST ? 0 : fail(e, path);
		*slash = '/';
		if (rv != 0)
			return rv;
	}
	return 0;
}

static int write_file(const char *path, struct text text, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return fail(e, path);

	int rv = file_write_synced(fd, text);
	if (rv != 0)
		rv = fail(e, path);
	if (close(fd) != 0 && rv == 0)
		rv = fail(e, path);
	return rv;
}

static int write_files(const struct place *p, const json_t *files, struct err *e)
{
	char path[2 * PATH_MAX];
	size_t i;
	const json_t *file;

	json_array_foreach(files, i, file) {
		const char *name = json_member_text(file, "path");
		const json_t *text = json_member(file, "text");
		if (!is_inside(name) || text == NULL)
			return err_set(e, AW_EINVALID, "the rule set names a file outside of it");
		if (snprintf(path, sizeof path, "%s/%s", p->beside, name) >= (int)sizeof path)
			return err_set(e, AW_EINVALID, "%s: the name is too long", name);
		int rv = make_way(path, strlen(p->beside), e);
		if (rv == 0)
			rv = write_file(path,
					(struct text){json_string_value(text),
						      json_string_length(text)},
					e);
		if (rv != 0)
			return rv;
	}
	return 0;
}

/* ---- what is no rule stays ---------------------------------------------- */

static bool is_rule(const char *name)
{
	size_t length = strlen(name);

	return name[0] != '.' && length > 4 && strcmp(name + length - 4, ".lua") == 0;
}

static int keep_below(const char *from, const char *to, bool hidden, struct err *e);

static int keep_one(const char *from, const char *to, const char *name, bool hidden, struct err *e)
{
	char old[2 * PATH_MAX], fresh[2 * PATH_MAX];
	struct stat about;

	if (snprintf(old, sizeof old, "%s/%s", from, name) >= (int)sizeof old ||
	    snprintf(fresh, sizeof fresh, "%s/%s", to, name) >= (int)sizeof fresh)
		return err_set(e, AW_EINVALID, "%s: the name is too long", name);
	if (lstat(old, &about) != 0)
		return fail(e, old);
	if (S_ISDIR(about.st_mode)) {
		if (mkdir(fresh, 0700) != 0 && errno != EEXIST)
			return fail(e, fresh);
		int rv = keep_below(old, fresh, hidden || name[0] == '.', e);
		return rv != 0 || chmod(fresh, about.st_mode & 07777) == 0 ? rv : fail(e, fresh);
	}
	if (is_rule(name) && !hidden)
		return 0;
	return linkat(AT_FDCWD, old, AT_FDCWD, fresh, 0) == 0 ? 0 : fail(e, old);
}

/* The same file under both names: nothing is copied. Below a hidden folder no
 * file is a rule. */
static int keep_below(const char *from, const char *to, bool hidden, struct err *e)
{
	DIR *stream = opendir(from);
	const struct dirent *entry;
	int rv = stream != NULL ? 0 : fail(e, from);

	while (stream != NULL && rv == 0 && (errno = 0, entry = readdir(stream)) != NULL) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			rv = keep_one(from, to, entry->d_name, hidden, e);
	}
	if (stream != NULL)
		(void)closedir(stream); /* only read from */
	return rv;
}

static int grow(const struct place *p, const json_t *files, struct err *e)
{
	if (mkdir(p->beside, 0777) != 0)
		return fail(e, p->beside);
	int rv = write_files(p, files, e);
	if (rv == 0 && p->holds_something)
		rv = keep_below(p->dir, p->beside, false, e);
	if (rv == 0 && p->there) {
		/* Only root may give it away, and others own it already. */
		(void)!chown(p->beside, p->about.st_uid, p->about.st_gid);
		if (chmod(p->beside, p->about.st_mode & 07777) != 0)
			rv = fail(e, p->beside);
	}
	return rv;
}

/* ---- in place ----------------------------------------------------------- */

/* With every name in it, so that no crash of the machine leaves half of it in place. */
static int sync_all(const char *dir, struct err *e)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rv = fd >= 0 && syncfs(fd) == 0 ? 0 : fail(e, dir);

	if (fd >= 0)
		file_close(fd);
	return rv;
}

static int put_in_place(const struct place *p, struct err *e)
{
	int rv = sync_all(p->beside, e);

	if (rv != 0)
		return rv;
	if (p->holds_something)
		rv = renameat2(AT_FDCWD, p->beside, AT_FDCWD, p->dir, RENAME_EXCHANGE);
	else
		rv = rename(p->beside, p->dir);
	return rv == 0 && folder_sync(p->dir) == 0 ? 0 : fail(e, p->dir);
}

int folder_write(const char *dir, const json_t *files, bool force, struct err *e)
{
	struct place *p = calloc(1, sizeof *p);

	if (p == NULL)
		return err_set(e, -ENOMEM, "no memory");
	int rv = find_place(dir, p, e);
	if (rv == 0 && p->holds_something && !force)
		rv = err_set(e, AW_EINVALID, "%s holds something; --force replaces its rules", dir);
	if (rv == 0) {
		rv = grow(p, files, e);
		if (rv == 0)
			rv = put_in_place(p, e);
		/* What was there before, or what did not grow; nobody looks at it. */
		if (rv != 0 || p->holds_something)
			(void)remove_folder(p->beside);
	}
	free(p);
	return rv;
}
