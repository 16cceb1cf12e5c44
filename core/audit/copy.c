/* A copy of a log: whole, verified, and never in the place of another file. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/audit.h"

enum { FINDINGS_MOST = 5, COPY_MODE = 0640 };

/* "<to>.XXXXXX", made and empty, of the copy's own mode. */
static int make_file(const char *to, struct buffer *name, struct err *e)
{
	if (buffer_printf(name, "%s.XXXXXX", to) != 0)
		return err_set(e, -ENOMEM, "no memory for a file name");
	int fd = mkostemp(name->bytes, O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return err_set(e, -ENOENT, "the folder of %s is not there: make it first", to);
	if (fd < 0)
		return err_set(e, -errno, "making a file beside %s: %s", to, strerror(errno));
	int rv = fchmod(fd, COPY_MODE) == 0 ? 0 : -errno;
	(void)close(fd); /* nothing was written */
	if (rv != 0) {
		(void)unlink(name->bytes); /* the first failure is the one to tell */
		return err_set(e, rv, "making a file beside %s: %s", to, strerror(-rv));
	}
	return 0;
}

static int sync_file(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int rv = fd >= 0 && fsync(fd) == 0 ? 0 : -errno;

	if (fd >= 0)
		file_close(fd);
	return rv == 0 ? 0 : err_set(e, rv, "syncing %s: %s", path, strerror(-rv));
}

static int verify(const struct audit_copy *c, const char *name, json_t **made, struct err *e)
{
	const struct audit_options options = {
		.path = name,
		.most = FINDINGS_MOST,
		.each = c->each,
		.ctx = c->ctx,
	};
	struct stat about;
	int rv = audit_verify(&options, made, e);

	if (rv == 0 && !json_member_true(*made, "verified"))
		return err_set(e, AW_ECORRUPT,
			       "%s does not verify, and was not copied: see awardctl log verify",
			       c->from);
	if (rv == 0 && (stat(name, &about) != 0 ||
			json_put(*made, "bytes", json_integer((json_int_t)about.st_size)) != 0))
		rv = -ENOMEM;
	return rv;
}

/* Without a moment in which a file that is there could be lost. */
static int give_name(const char *name, const char *to, struct err *e)
{
	if (renameat2(AT_FDCWD, name, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	/* Where the file system cannot, a second name does the same. */
	if (errno == EINVAL && link(name, to) == 0)
		return unlink(name) == 0 ? 0 : -errno;
	return err_set(e, -errno, "%s: %s", to, strerror(errno));
}

static int fill(const struct audit_copy *c, const char *name, struct err *e)
{
	struct journal_reader *r = NULL;
	int rv = reader_open(c->from, &r, e);

	if (rv == 0)
		rv = reader_is_still(r, reader_copy(r, name, e), e);
	reader_close(&r);
	return rv == 0 ? sync_file(name, e) : rv;
}

/* For SQLite the name is a full path, so that it is never a URI. */
static int make_copy(const struct audit_copy *c, const char *name, json_t **made, struct err *e)
{
	char *real = realpath(name, NULL);

	if (real == NULL)
		return err_set(e, -errno, "looking at %s: %s", name, strerror(errno));
	int rv = fill(c, real, e);
	if (rv == 0)
		rv = verify(c, real, made, e);
	free(real);
	return rv == 0 ? give_name(name, c->to, e) : rv;
}

int audit_copy(const struct audit_copy *c, json_t **made, struct err *e)
{
	struct buffer name, journal;
	struct stat about;

	if (lstat(c->to, &about) == 0)
		return err_set(e, -EEXIST, "%s is there already, and nothing is overwritten",
			       c->to);
	buffer_init(&name);
	buffer_init(&journal);
	int rv = make_file(c->to, &name, e);
	if (rv != 0)
		goto out;
	/* SQLite leaves its journal beside a file that it could not fill. */
	rv = buffer_printf(&journal, "%s-journal", name.bytes) == 0
		     ? make_copy(c, name.bytes, made, e)
		     : err_set(e, -ENOMEM, "no memory for a file name");
	if (rv == 0) {
		rv = folder_sync(c->to);
		if (rv != 0)
			(void)err_set(e, rv, "syncing the folder of %s: %s", c->to,
				      status_text(rv));
	} else {
		(void)unlink(name.bytes); /* the first failure is the one to tell */
		if (journal.length > 0)
			(void)unlink(journal.bytes); /* usually there is none */
	}
out:
	buffer_deinit(&journal);
	buffer_deinit(&name);
	return rv;
}
