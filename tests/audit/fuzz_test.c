/* A log with any of its bytes changed: no crash, and verified only where what it
 * holds is still the same. */
#include "rig.h"

#include <fcntl.h>

/* ---- what a file holds ------------------------------------------------------------ */

static void add_row(sqlite3_stmt *row, struct buffer *out)
{
	for (int i = 0; i < sqlite3_column_count(row); i++) {
		const void *bytes = sqlite3_column_blob(row, i);
		int length = sqlite3_column_bytes(row, i);

		(void)buffer_printf(out, "%d:%d:", sqlite3_column_type(row, i), length);
		(void)buffer_append(out, bytes, (size_t)length);
	}
	(void)buffer_append_text(out, "\n");
}

static bool add_rows(sqlite3 *db, const char *sql, struct buffer *out)
{
	sqlite3_stmt *rows = NULL;
	int code = sqlite3_prepare_v2(db, sql, -1, &rows, NULL);

	while (code == SQLITE_OK || code == SQLITE_ROW) {
		code = sqlite3_step(rows);
		if (code == SQLITE_ROW)
			add_row(rows, out);
	}
	(void)sqlite3_finalize(rows);
	return code == SQLITE_DONE;
}

/* The digest of all tables, of how they are made, and of what names the file;
 * zeros where it cannot be read. */
static struct digest contents(const char *path)
{
	static const char *const reads[] = {
		"PRAGMA application_id",
		"PRAGMA user_version",
		"SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name",
		"SELECT * FROM meta ORDER BY 1",
		"SELECT * FROM entry ORDER BY 1",
		"SELECT * FROM blob ORDER BY 1",
		"SELECT * FROM personal ORDER BY 1, 2",
		"SELECT * FROM checkpoint ORDER BY 1",
		"SELECT * FROM node ORDER BY 1, 2",
		"SELECT * FROM tally ORDER BY 1",
		"SELECT * FROM partnership ORDER BY 1",
		"SELECT * FROM decision ORDER BY 1",
		"SELECT * FROM listed ORDER BY 1",
		"SELECT * FROM mark ORDER BY 1, 2, 3",
		"SELECT * FROM import ORDER BY 1",
		"SELECT * FROM award ORDER BY 1",
		"SELECT * FROM revocation ORDER BY 1",
		"SELECT * FROM erasure ORDER BY 1",
		"SELECT * FROM rule_set ORDER BY 1",
	};
	char uri[160];
	sqlite3 *db = NULL;
	struct digest d = {{0}};
	struct buffer all;
	bool readable = true;

	buffer_init(&all);
	assert_true(snprintf(uri, sizeof uri, "file:%s?immutable=1", path) > 0);
	assert_int_equal(sqlite3_open_v2(uri, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL),
			 SQLITE_OK);
	for (size_t i = 0; i < sizeof reads / sizeof *reads && readable; i++)
		readable = add_rows(db, reads[i], &all);
	if (readable)
		d = digest_of(all.bytes, all.length);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	buffer_deinit(&all);
	return d;
}

static bool is_nothing(const struct digest *d)
{
	static const struct digest nothing;

	return memcmp(d->bytes, nothing.bytes, sizeof nothing.bytes) == 0;
}

/* ---- flips ------------------------------------------------------------------------- */

struct file {
	char path[128];
	int fd;
	char *bytes;
	size_t length;
};

static void flipped_open(struct file *f, const struct log *log)
{
	struct buffer all;
	struct err e;

	buffer_init(&all);
	if (file_read(log->path, SIZE_MAX, &all, &e) != 0)
		fail_msg("%s", e.text);
	assert_true(snprintf(f->path, sizeof f->path, "%s/flipped.db", log->dir) > 0);
	f->fd = open(f->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	f->length = all.length;
	f->bytes = buffer_give(&all);
	assert_int_equal(pwrite(f->fd, f->bytes, f->length, 0), (ssize_t)f->length);
}

static void flipped_close(struct file *f)
{
	assert_int_equal(close(f->fd), 0);
	free(f->bytes);
}

static void put_byte(const struct file *f, size_t at, char byte)
{
	assert_int_equal(pwrite(f->fd, &byte, 1, (off_t)at), 1);
}

/* xorshift: the same flips each time. */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* A thousand, unless AWARDD_HISTORIES says otherwise: it is half of it. */
static void any_byte_changed_is_found_or_holds_nothing(void **state)
{
	struct log *log = *state;
	const char *histories = getenv("AWARDD_HISTORIES");
	size_t flips = histories != NULL ? strtoul(histories, NULL, 10) / 2 : 1000;
	uint64_t random = 88172645463325252u;
	size_t unallocated = 0;
	struct file f;

	assert_true(flips >= 100); /* or the last line shows nothing */
	rig_fill(log, 50);
	journal_close(&log->j);
	flipped_open(&f, log);
	const struct digest whole = contents(f.path);
	assert_false(is_nothing(&whole));
	struct said untouched = rig_audit(f.path);
	assert_true(said_verified(&untouched));
	said_deinit(&untouched);
	for (size_t i = 0; i < flips; i++) {
		/* The first pages say how to read the others: each of their bytes is more likely. */
		size_t within = i % 3 == 0 ? 200 : f.length;
		size_t at = (size_t)(next_random(&random) % within);
		char byte = (char)(f.bytes[at] ^ (1 << (next_random(&random) % 8)));

		put_byte(&f, at, byte);
		struct said said = rig_audit(f.path);
		if (said_verified(&said)) {
			struct digest now = contents(f.path);
			if (memcmp(now.bytes, whole.bytes, sizeof now.bytes) != 0)
				fail_msg("byte %zu, from 0x%02x to 0x%02x: verified, but it holds "
					 "something else",
					 at, (unsigned char)f.bytes[at], (unsigned char)byte);
			unallocated++;
		}
		said_deinit(&said);
		put_byte(&f, at, f.bytes[at]);
	}
	/* Had none been found, or all, this would show nothing. */
	assert_in_range(unallocated, flips / 10, flips - flips / 4);
	flipped_close(&f);
}

static void whole_pages_lost_are_found(void **state)
{
	struct log *log = *state;
	static const char zeros[4096];
	struct file f;

	rig_fill(log, 20);
	journal_close(&log->j);
	flipped_open(&f, log);
	const struct digest whole = contents(f.path);
	assert_false(is_nothing(&whole));
	for (size_t page = 0; page < f.length; page += sizeof zeros) {
		assert_int_equal(pwrite(f.fd, zeros, sizeof zeros, (off_t)page), sizeof zeros);
		struct said said = rig_audit(f.path);
		if (said_verified(&said)) {
			struct digest now = contents(f.path);
			assert_memory_equal(now.bytes, whole.bytes, sizeof now.bytes);
		}
		said_deinit(&said);
		assert_int_equal(pwrite(f.fd, f.bytes + page, sizeof zeros, (off_t)page),
				 sizeof zeros);
	}
	for (size_t length = 0; length < f.length; length += 3000) {
		assert_int_equal(ftruncate(f.fd, (off_t)length), 0);
		struct said said = rig_audit(f.path);
		assert_false(said_verified(&said));
		said_deinit(&said);
		assert_int_equal(pwrite(f.fd, f.bytes, f.length, 0), (ssize_t)f.length);
	}
	flipped_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(any_byte_changed_is_found_or_holds_nothing,
						log_setup, log_teardown),
		cmocka_unit_test_setup_teardown(whole_pages_lost_are_found, log_setup,
						log_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
