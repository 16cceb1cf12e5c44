/*
 * The log as C2SP tlog-tiles: plain files for any web server or stick. A tile
 * never changes, so what the folder's checkpoint covers stays; partial ones have their width in
 * their name; the checkpoint is written last, so that it never names what is not there.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/audit.h"

struct tiles {
	int dir;
	struct journal_reader *log;
	uint64_t size; /* of the checkpoint */
	size_t written;
	struct buffer bundle;
	/* The tile in hand of each level. */
	struct level {
		struct digest hashes[TILE_WIDTH];
		uint64_t number;
		unsigned width;
	} levels[TREE_LEVELS / TILE_HEIGHT + 1];
	struct tree_edge edge;
	struct checkpoint before; /* that the folder has; size 0: none */
};

/* ---- files -------------------------------------------------------------------- */

static bool is_there(const struct tiles *t, const char *path)
{
	return faccessat(t->dir, path, F_OK, 0) == 0;
}

/* Whether a tile that ends with the entry `end` stays as it is: beyond the checkpoint that the
 * folder has, nobody says whose it is. */
static bool is_kept(const struct tiles *t, const char *path, uint64_t end)
{
	return end <= t->before.size && is_there(t, path);
}

/* The folders on the way to a file. */
static int make_folders(const struct tiles *t, const char *path, struct err *e)
{
	char part[TILE_PATH];

	for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		(void)snprintf(part, sizeof part, "%.*s", (int)(slash - path), path); /* fits */
		if (mkdirat(t->dir, part, 0755) != 0 && errno != EEXIST)
			return err_set(e, -errno, "making %s: %s", part, strerror(errno));
	}
	return 0;
}

static int write_file(struct tiles *t, const char *path, struct text content, struct err *e)
{
	char name[TILE_PATH + 8];

	(void)snprintf(name, sizeof name, "%s.new", path); /* fits */
	int rv = make_folders(t, path, e);
	if (rv != 0)
		return rv;
	int fd = openat(t->dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return err_set(e, -errno, "writing %s: %s", name, strerror(errno));
	rv = file_write_synced(fd, content);
	(void)close(fd); /* fsync told */
	if (rv == 0 && renameat(t->dir, name, t->dir, path) != 0)
		rv = -errno;
	if (rv != 0) {
		(void)unlinkat(t->dir, name, 0); /* the first failure is the one to tell */
		return err_set(e, rv, "writing %s: %s", path, strerror(-rv));
	}
	t->written++;
	return 0;
}

/* ---- tiles --------------------------------------------------------------------- */

static int put_tile(struct tiles *t, unsigned at, struct err *e)
{
	struct level *l = &t->levels[at];
	char path[TILE_PATH];
	int rv = 0;

	tile_path((int)at, l->number, l->width, path);
	if (l->width > 0 &&
	    !is_kept(t, path, ((l->number << TILE_HEIGHT) + l->width) << (TILE_HEIGHT * at)))
		rv = write_file(
			t, path,
			(struct text){(const char *)l->hashes, l->width * sizeof l->hashes[0]}, e);
	l->number++;
	l->width = 0;
	return rv;
}

static int add_hash(struct tiles *t, unsigned at, const struct digest *hash, struct err *e)
{
	struct digest below = *hash;
	int rv = 0;

	for (;; at++) {
		struct level *l = &t->levels[at];
		struct tree_edge edge = {.size = 0};
		l->hashes[l->width++] = below;
		if (l->width < TILE_WIDTH)
			return 0;
		for (unsigned i = 0; i < TILE_WIDTH; i++)
			tree_append(&edge, &l->hashes[i]);
		below = tree_root(&edge);
		rv = put_tile(t, at, e);
		if (rv != 0)
			return rv;
	}
}

static int put_bundle(struct tiles *t, uint64_t number, unsigned width, struct err *e)
{
	char path[TILE_PATH];
	int rv = 0;

	tile_path(TILE_ENTRIES, number, width, path);
	if (width > 0 && !is_kept(t, path, (number << TILE_HEIGHT) + width))
		rv = write_file(t, path, (struct text){t->bundle.bytes, t->bundle.length}, e);
	buffer_clear(&t->bundle);
	return rv;
}

/* Each entry behind its length in two bytes, the higher first. */
static int add_entry(struct tiles *t, struct text bytes)
{
	const unsigned char length[2] = {(unsigned char)(bytes.length >> 8),
					 (unsigned char)bytes.length};

	(void)buffer_append(&t->bundle, length, sizeof length); /* buffer_status tells */
	(void)buffer_append(&t->bundle, bytes.bytes, bytes.length);
	return buffer_status(&t->bundle);
}

static int take_entry(struct tiles *t, const struct raw_row *row, struct err *e)
{
	struct text bytes = row->texts[2], stored = row->texts[3];
	struct digest leaf = digest_leaf(bytes.bytes, bytes.length);

	if (row->numbers[0] != (int64_t)t->edge.size + 1 || bytes.length > ENTRY_LIMIT ||
	    stored.length != sizeof leaf.bytes ||
	    memcmp(leaf.bytes, stored.bytes, sizeof leaf.bytes) != 0)
		return err_set(e, AW_ECORRUPT,
			       "entry %lld is not what it should be: see awardctl log verify",
			       (long long)row->numbers[0]);
	tree_append(&t->edge, &leaf);
	if (t->edge.size == t->before.size) {
		struct digest root = tree_root(&t->edge);
		if (memcmp(root.bytes, t->before.root.bytes, sizeof root.bytes) != 0)
			return err_set(
				e, AW_ECORRUPT,
				"the folder holds the tiles of another history of this log: its "
				"checkpoint of %llu entries has another root; see awardctl log "
				"verify --since",
				(unsigned long long)t->before.size);
	}
	int rv = add_entry(t, bytes);
	if (rv == 0)
		rv = add_hash(t, 0, &leaf, e);
	if (rv == 0 && t->edge.size % TILE_WIDTH == 0)
		rv = put_bundle(t, t->edge.size / TILE_WIDTH - 1, TILE_WIDTH, e);
	return rv;
}

/* What is not full, as wide as it is. */
static int put_partial(struct tiles *t, struct err *e)
{
	unsigned width = (unsigned)(t->size % TILE_WIDTH);
	int rv = put_bundle(t, t->size / TILE_WIDTH, width, e);

	for (unsigned at = 0; at < sizeof t->levels / sizeof *t->levels && rv == 0; at++)
		if (t->levels[at].width > 0)
			rv = put_tile(t, at, e);
	return rv;
}

static int walk(struct tiles *t, struct err *e)
{
	struct raw_walk *walk = NULL;
	struct raw_row row;
	int rv = raw_walk_new(t->log, RAW_ENTRY, &walk, e);

	while (rv == 0 && t->edge.size < t->size) {
		rv = raw_walk_next(walk, &row, e);
		if (rv != 1)
			break;
		rv = take_entry(t, &row, e);
	}
	raw_walk_free(&walk);
	return rv == 0 ? put_partial(t, e) : rv;
}

/* ---- the whole ------------------------------------------------------------------- */

/* A folder without a checkpoint is empty, or holds what was cut short, which is written anew. */
static int check_beginning(const struct tiles *t, struct err *e)
{
	int fd = openat(t->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *each;
	bool ours = true;

	if (dir == NULL) {
		int rv = err_set(e, -errno, "reading the folder: %s", strerror(errno));
		if (fd >= 0)
			(void)close(fd); /* only opened */
		return rv;
	}
	while (ours && (each = readdir(dir)) != NULL)
		ours = strcmp(each->d_name, ".") == 0 || strcmp(each->d_name, "..") == 0 ||
		       strcmp(each->d_name, "tile") == 0 ||
		       strcmp(each->d_name, "checkpoint.new") == 0;
	(void)closedir(dir); /* only read */
	return ours ? 0
		    : err_set(e, AW_EINVALID,
			      "the folder has files in it and holds no tiles: give an empty one");
}

/* A folder that holds another log's tiles is left alone, and one of this log at a
 * later time too. */
static int check_folder(struct tiles *t, const struct checkpoint *now, struct err *e)
{
	const struct checkpoint *there = &t->before;
	struct buffer text;
	char path[64];
	int rv = 0;

	if (!is_there(t, "checkpoint"))
		return check_beginning(t, e);
	buffer_init(&text);
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d/checkpoint", t->dir); /* fits */
	rv = file_read(path, 1 << 16, &text, e);
	if (rv == 0)
		rv = checkpoint_read((struct text){text.bytes, text.length}, &t->before, e);
	if (rv == 0 && strcmp(there->origin, now->origin) != 0)
		rv = err_set(e, AW_EINVALID, "the folder holds the tiles of another log, %s",
			     there->origin);
	else if (rv == 0 && there->size > now->size)
		rv = err_set(
			e, AW_EINVALID,
			"the folder holds the tiles of a longer log, of %llu entries: this one "
			"has %llu",
			(unsigned long long)there->size, (unsigned long long)now->size);
	buffer_deinit(&text);
	return rv;
}

static int make(struct tiles *t, struct err *e)
{
	struct checkpoint c;
	struct buffer note;

	buffer_init(&note);
	int rv = reader_checkpoint(t->log, &note, e);
	if (rv == 0)
		rv = checkpoint_read((struct text){note.bytes, note.length}, &c, e);
	if (rv == 0)
		rv = check_folder(t, &c, e);
	if (rv == 0) {
		t->size = c.size;
		rv = walk(t, e);
	}
	if (rv == 0) {
		struct digest root = tree_root(&t->edge);
		if (t->edge.size != c.size ||
		    memcmp(root.bytes, c.root.bytes, sizeof root.bytes) != 0)
			rv = err_set(
				e, AW_ECORRUPT,
				"the entries do not make the tree of the newest checkpoint: see "
				"awardctl log verify");
	}
	if (rv == 0 && syncfs(t->dir) != 0)
		rv = err_set(e, -errno, "syncing the tiles: %s", strerror(errno));
	if (rv == 0)
		rv = write_file(t, "checkpoint", (struct text){note.bytes, note.length}, e);
	if (rv == 0 && fsync(t->dir) != 0)
		rv = err_set(e, -errno, "syncing the tiles: %s", strerror(errno));
	buffer_deinit(&note);
	return rv;
}

static int open_folder(struct tiles *t, const char *dir, struct err *e)
{
	if (mkdir(dir, 0755) != 0 && errno != EEXIST)
		return err_set(e, -errno, "making %s: %s", dir, strerror(errno));
	t->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return t->dir >= 0 ? 0 : err_set(e, -errno, "opening %s: %s", dir, strerror(errno));
}

int audit_tiles(const char *log, const char *dir, json_t **made, struct err *e)
{
	struct tiles *t = calloc(1, sizeof *t);

	if (t == NULL)
		return err_set(e, -ENOMEM, "no memory for tiles");
	t->dir = -1;
	buffer_init(&t->bundle);
	int rv = reader_open(log, &t->log, e);
	if (rv == 0)
		rv = reader_begin(t->log, e);
	if (rv == 0)
		rv = open_folder(t, dir, e);
	if (rv == 0)
		rv = make(t, e);
	if (t->log != NULL)
		rv = reader_is_still(t->log, rv, e);
	if (rv == 0) {
		*made = json_pack("{sI sI}", "size", (json_int_t)t->size, "written",
				  (json_int_t)t->written);
		rv = *made != NULL ? 0 : err_set(e, -ENOMEM, "no memory");
	}
	if (t->log != NULL)
		reader_end(t->log);
	reader_close(&t->log);
	if (t->dir >= 0)
		(void)close(t->dir);
	buffer_deinit(&t->bundle);
	free(t);
	return rv;
}
