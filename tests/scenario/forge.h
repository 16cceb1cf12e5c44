/*
 * forge: a log tampered with, by the sqlite3 shell, by a byte in the file, and by
 * somebody who makes leaves, tree and signatures anew.
 */
#ifndef AW_TESTS_SCENARIO_FORGE_H
#define AW_TESTS_SCENARIO_FORGE_H

#include <inttypes.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "../support/whole.h"
#include "tlog/tlog.h"
#include "tool.h"

/* A copy of a file of the scene, under another name. */
static inline void forge_copy(const struct scene *s, const char *from, const char *to)
{
	char command[4 * PATH_TEXT];

	assert_in_range(snprintf(command, sizeof command, "cp '%s/%s' '%s/%s'", s->dir, from,
				 s->dir, to),
			1, sizeof command - 1);
	assert_int_equal(system(command), 0);
}

/* What the sqlite3 shell prints for a script; it must succeed. */
static inline char *forge_shell(const struct scene *s, const char *name, const char *script)
{
	char command[3 * PATH_TEXT], path[2 * PATH_TEXT];

	tool_write(s, "script.sql", script);
	assert_in_range(snprintf(command, sizeof command,
				 "cd '%s' && sqlite3 -bail '%s' <script.sql >script.out 2>&1",
				 s->dir, name),
			1, sizeof command - 1);
	int status = system(command);
	tool_path(s, "script.out", path);
	char *out = tool_slurp(open(path, O_RDONLY | O_CLOEXEC));
	if (status != 0)
		fail_msg("sqlite3: %s\n%s", out, script);
	return out;
}

/* The log's guards are taken off for the script, and put back as they were. */
static inline void forge_sql(const struct scene *s, const char *name, const char *sql)
{
	char *drops = forge_shell(s, name,
				  "SELECT 'DROP TRIGGER ' || name || ';' FROM sqlite_schema"
				  " WHERE type = 'trigger';");
	char *makes = forge_shell(s, name,
				  "SELECT sql || ';' FROM sqlite_schema WHERE type = 'trigger';");
	char *script = NULL;

	assert_true(asprintf(&script, "BEGIN;%s" WHOLE_ENTRIES "%s;%sCOMMIT;", drops, sql, makes) >
		    0);
	free(forge_shell(s, name, script));
	free(script);
	free(drops);
	free(makes);
}

/* The hex editor: the byte where `text` begins in the file, plus `at`, becomes
 * another one. */
static inline void forge_byte(const struct scene *s, const char *name, const char *text, size_t at)
{
	char path[2 * PATH_TEXT];
	struct stat about;

	tool_path(s, name, path);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	assert_int_not_equal(fd, -1);
	assert_int_equal(fstat(fd, &about), 0);
	char *all = malloc((size_t)about.st_size);
	assert_non_null(all);
	assert_int_equal(pread(fd, all, (size_t)about.st_size, 0), about.st_size);
	const char *found = memmem(all, (size_t)about.st_size, text, strlen(text));
	if (found == NULL)
		fail_msg("\"%s\" is not in the file", text);
	char byte = found[at] == 'x' ? 'y' : 'x';
	assert_int_equal(pwrite(fd, &byte, 1, (off_t)(found - all) + (off_t)at), 1);
	assert_int_equal(close(fd), 0);
	free(all);
}

/* ---- by somebody who has a key ------------------------------------------------ */

static inline sqlite3 *forge_open(const struct scene *s, const char *name)
{
	char path[2 * PATH_TEXT];
	sqlite3 *db = NULL;

	tool_path(s, name, path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	return db;
}

static inline void forge_run(sqlite3 *db, const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", why, sql);
}

/* A function for the script: the RFC 6962 leaf hash of a blob. */
static inline void forge_leaf(sqlite3_context *c, int count, sqlite3_value **values)
{
	struct digest d =
		digest_leaf(sqlite3_value_blob(values[0]), (size_t)sqlite3_value_bytes(values[0]));

	(void)count;
	sqlite3_result_blob(c, d.bytes, sizeof d.bytes, SQLITE_TRANSIENT);
}

/* Runs SQL without guards, which may use leaf(bytes). */
static inline void forge_leaves(const struct scene *s, const char *name, const char *sql)
{
	char *drops = forge_shell(s, name,
				  "SELECT 'DROP TRIGGER ' || name || ';' FROM sqlite_schema"
				  " WHERE type = 'trigger';");
	char *makes = forge_shell(s, name,
				  "SELECT sql || ';' FROM sqlite_schema WHERE type = 'trigger';");
	sqlite3 *db = forge_open(s, name);

	assert_int_equal(sqlite3_create_function(db, "leaf", 1, SQLITE_UTF8, NULL, forge_leaf, NULL,
						 NULL),
			 SQLITE_OK);
	forge_run(db, drops);
	forge_run(db, WHOLE_ENTRIES);
	forge_run(db, sql);
	forge_run(db, makes);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	free(drops);
	free(makes);
}

/* Signs each checkpoint of the file anew, of the tree that its entries make now; and
 * one of all of them. */
static inline void forge_sign(const struct scene *s, const char *name,
			      const struct tlog_signer *signer)
{
	sqlite3 *db = forge_open(s, name);
	sqlite3_stmt *leaves, *write;
	struct tree_edge edge = {.size = 0};
	struct checkpoint c;

	strcpy(c.origin, signer->verifier.name);
	forge_run(db, "BEGIN; INSERT OR IGNORE INTO checkpoint"
		      " SELECT max(sequence), '' FROM entry;");
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT leaf_hash FROM entry ORDER BY sequence", -1,
					    &leaves, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, "UPDATE checkpoint SET note = ?2 WHERE size = ?1",
					    -1, &write, NULL),
			 SQLITE_OK);
	while (sqlite3_step(leaves) == SQLITE_ROW) {
		struct digest leaf;
		struct buffer note;

		memcpy(leaf.bytes, sqlite3_column_blob(leaves, 0), sizeof leaf.bytes);
		tree_append(&edge, &leaf);
		c.size = edge.size;
		c.root = tree_root(&edge);
		buffer_init(&note);
		assert_int_equal(checkpoint_sign(&c, &signer, 1, &note), 0);
		sqlite3_bind_int64(write, 1, (sqlite3_int64)c.size);
		sqlite3_bind_text(write, 2, note.bytes, -1, SQLITE_TRANSIENT);
		assert_int_equal(sqlite3_step(write), SQLITE_DONE);
		assert_int_equal(sqlite3_reset(write), SQLITE_OK);
		buffer_deinit(&note);
	}
	assert_int_equal(sqlite3_finalize(leaves), SQLITE_OK);
	assert_int_equal(sqlite3_finalize(write), SQLITE_OK);
	forge_run(db, "COMMIT");
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* The key of the log, as somebody would who had stolen its file. */
static inline void forge_steal(const struct scene *s, const char *name, struct tlog_signer *out)
{
	char *text = tool_read(s, name);
	struct err e = {.status = 0};

	if (tlog_signer_read(text_of(text), out, &e) != 0)
		fail_msg("%s", e.text);
	free(text);
}

#endif
