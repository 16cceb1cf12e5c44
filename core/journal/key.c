/* The file that holds the log's signing key: read, made, rotated. */
#include "journal/key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal/sql.h"

enum { KEY_FILE_MOST = 512 };

static const char next_suffix[] = ".next", fresh_suffix[] = ".fresh";

void key_init(struct key *k)
{
	memset(k, 0, sizeof *k);
}

void key_close(struct key *k)
{
	tlog_signer_wipe(&k->signer);
	free(k->path);
	key_init(k);
}

static char *name_with(const char *path, const char *suffix)
{
	char *name = NULL;

	return asprintf(&name, "%s%s", path, suffix) >= 0 ? name : NULL;
}

/* A name is durable when its folder is. */
static int sync_folder(const char *path, struct err *e)
{
	int rv = folder_sync(path);

	return rv == 0 ? 0 : err_set(e, rv, "syncing the folder of %s: %s", path, status_text(rv));
}

/* Writes the key under a name of its own first, so that no half key is ever
 * found under `path`. */
static int write_key(const char *path, const struct tlog_signer *signer, struct err *e)
{
	char *fresh = name_with(path, fresh_suffix);
	struct buffer text;
	int fd = -1, rv = -ENOMEM;

	buffer_init(&text);
	if (fresh == NULL || tlog_signer_format(signer, &text) != 0)
		goto out;
	(void)unlink(fresh); /* of a try that was cut short; usually there is none */
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	rv = fd >= 0 ? file_write_synced(fd, (struct text){text.bytes, text.length}) : -errno;
	if (rv == 0 && rename(fresh, path) != 0)
		rv = -errno;
out:
	if (rv != 0)
		(void)err_set(e, rv, "writing the signing key %s: %s", path, status_text(rv));
	if (fd >= 0)
		(void)close(fd); /* synced, or given up */
	if (rv != 0 && fresh != NULL)
		(void)unlink(fresh); /* may not be there */
	if (text.bytes != NULL)
		explicit_bzero(text.bytes, text.length);
	buffer_deinit(&text);
	free(fresh);
	return rv == 0 ? sync_folder(path, e) : rv;
}

static int check_mode(const char *path, const struct stat *about, struct err *e)
{
	if (!S_ISREG(about->st_mode))
		return err_set(e, AW_EINVALID, "the signing key %s is no plain file", path);
	if (about->st_uid != geteuid())
		return err_set(
			e, AW_EINVALID,
			"the signing key %s belongs to another user, number %lu, who can read "
			"it: whoever had it can sign for this log; give it to the user that "
			"the daemon runs as, or move it away to have another one made",
			path, (unsigned long)about->st_uid);
	if ((about->st_mode & 077) != 0)
		return err_set(
			e, AW_EINVALID,
			"the signing key %s can be read or written by others than its owner "
			"(mode %04o): whoever had it can sign for this log; chmod 600 it, or "
			"move it away to have another one made",
			path, (unsigned)about->st_mode & 07777);
	return 0;
}

/* AW_EABSENT where there is none. */
static int read_key(const char *path, const char *name, struct tlog_signer *out, struct err *e)
{
	char text[KEY_FILE_MOST];
	struct stat about;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);

	if (fd < 0 && errno == ENOENT)
		return AW_EABSENT;
	if (fd < 0)
		return err_set(e, -errno, "opening the signing key %s: %s", path, strerror(errno));
	int rv = fstat(fd, &about) == 0 ? check_mode(path, &about, e)
					: err_set(e, -errno, "looking at the signing key %s: %s",
						  path, strerror(errno));
	if (rv == 0) {
		ssize_t n = pread(fd, text, sizeof text, 0);
		rv = n < 0 ? err_set(e, -errno, "reading the signing key %s: %s", path,
				     strerror(errno))
			   : tlog_signer_read((struct text){text, (size_t)n}, out, e);
		if (n >= 0 && rv != 0)
			(void)sql_wrap(e, rv, "the signing key %s", path);
	}
	if (rv == 0 && strcmp(out->verifier.name, name) != 0)
		rv = err_set(
			e, AW_EINVALID,
			"the signing key %s is of another log, %s; this one is %s: put its own "
			"key there",
			path, out->verifier.name, name);
	explicit_bzero(text, sizeof text);
	(void)close(fd); /* only read */
	return rv;
}

static int make(const char *path, const char *name, struct chance chance, struct tlog_signer *out,
		struct err *e)
{
	unsigned char seed[TLOG_SEED];

	chance.fill(chance.ctx, seed, sizeof seed);
	int rv = tlog_signer_make(name, seed, out, e);
	explicit_bzero(seed, sizeof seed);
	return rv == 0 ? write_key(path, out, e) : rv;
}

/* Whether the newest checkpoint is signed by this key. */
static int judge(struct text note, const struct tlog_signer *signer, enum note_verdict *out,
		 struct err *e)
{
	*out = note.length > 0 ? checkpoint_check(note, &signer->verifier) : NOTE_NOT_HIS;
	return *out == NOTE_BAD
		       ? err_set(e, AW_ECORRUPT,
				 "the log's newest checkpoint has a false signature of its key")
		       : 0;
}

/* The next key's file gets the name of the one in force. */
static int put_in_place(struct key *k, struct err *e)
{
	char *next = name_with(k->path, next_suffix);
	int rv = next != NULL ? 0 : -ENOMEM;

	if (rv == 0 && rename(next, k->path) != 0)
		rv = -errno;
	free(next);
	k->waits = rv != 0;
	return rv == 0 ? sync_folder(k->path, e)
		       : err_set(e, rv, "putting the new signing key in its place: %s",
				 status_text(rv));
}

/* A rotation that was cut short: carried on where its checkpoint is in the log. */
static int settle_next(struct key *k, const char *name, struct text note, struct err *e)
{
	char *next = name_with(k->path, next_suffix);
	struct tlog_signer signer;

	if (next == NULL)
		return err_set(e, -ENOMEM, "no memory for a file name");
	int rv = read_key(next, name, &signer, e);
	enum note_verdict verdict = NOTE_NOT_HIS;
	if (rv == 0)
		rv = judge(note, &signer, &verdict, e);
	if (rv == 0 && verdict == NOTE_GOOD)
		rv = put_in_place(k, e);
	else if (rv == 0)
		(void)unlink(next); /* it never signed anything */
	tlog_signer_wipe(&signer);
	free(next);
	return rv == AW_EABSENT ? 0 : rv;
}

int key_open(struct key *k, const char *log_path, const char *name, struct text note,
	     struct chance chance, struct err *e)
{
	k->path = name_with(log_path, ".key");
	if (k->path == NULL)
		return err_set(e, -ENOMEM, "no memory for a file name");
	int rv = settle_next(k, name, note, e);
	if (rv == 0)
		rv = read_key(k->path, name, &k->signer, e);
	if (rv == AW_EABSENT)
		rv = make(k->path, name, chance, &k->signer, e);
	if (rv != 0 || note.length == 0)
		return rv;
	enum note_verdict verdict;
	rv = judge(note, &k->signer, &verdict, e);
	k->standing = verdict == NOTE_GOOD ? KEY_KNOWN : KEY_REPLACED;
	return rv;
}

int key_check(const char *log_path, const char *name, struct err *e)
{
	char *path = name_with(log_path, ".key");
	struct tlog_signer signer;

	if (path == NULL)
		return err_set(e, -ENOMEM, "no memory for a file name");
	int rv = read_key(path, name, &signer, e);
	tlog_signer_wipe(&signer);
	free(path);
	return rv == AW_EABSENT ? 0 : rv;
}

int key_next(struct key *k, struct chance chance, struct tlog_signer *next, struct err *e)
{
	int rv = k->waits ? put_in_place(k, e) : 0;
	if (rv != 0)
		return rv;
	char *path = name_with(k->path, next_suffix);
	if (path == NULL)
		return err_set(e, -ENOMEM, "no memory for a file name");
	rv = make(path, k->signer.verifier.name, chance, next, e);
	free(path);
	return rv;
}

int key_take_over(struct key *k, const struct tlog_signer *next, struct err *e)
{
	/* Whatever becomes of the file, the log has said that this key signs now; at the
	 * next start it is found under either name. */
	k->signer = *next;
	k->standing = KEY_KNOWN;
	return put_in_place(k, e);
}

void key_forget_next(const struct key *k)
{
	char *path = name_with(k->path, next_suffix);

	if (path != NULL)
		(void)unlink(path); /* found again at the next start otherwise, and removed */
	free(path);
}
