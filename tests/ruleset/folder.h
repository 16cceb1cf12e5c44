/*
 * folder: a temporary folder of rule scripts, and what was read of it.
 */
#ifndef AW_TESTS_RULESET_FOLDER_H
#define AW_TESTS_RULESET_FOLDER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "ruleset/ruleset.h"

/* A temporary folder, and what was read of it last. */
struct folder {
	char path[48];
	struct rule_files files;
	json_t *faults;
};

static inline int folder_setup(void **state)
{
	struct folder *f = calloc(1, sizeof *f);

	if (f == NULL)
		return -1;
	snprintf(f->path, sizeof f->path, "/tmp/awardd-rules-XXXXXX");
	if (mkdtemp(f->path) == NULL)
		return -1;
	f->faults = json_array();
	*state = f;
	return 0;
}

static inline int folder_teardown(void **state)
{
	struct folder *f = *state;
	char command[80];

	rule_files_deinit(&f->files);
	json_decref(f->faults);
	snprintf(command, sizeof command, "rm -rf '%s'", f->path);
	if (system(command) != 0)
		return -1;
	free(f);
	return 0;
}

#define in_folder(test) cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)

static inline void path_of(const struct folder *f, const char *name, char out[512])
{
	assert_in_range(snprintf(out, 512, "%s/%s", f->path, name), 1, 511);
}

/* Writes a file, and the folders above it. */
static inline void put_bytes(const struct folder *f, const char *name, const char *bytes,
			     size_t length)
{
	char path[512];
	FILE *file;

	path_of(f, name, path);
	for (char *slash = path + strlen(f->path) + 1; (slash = strchr(slash, '/')) != NULL;) {
		*slash = '\0';
		(void)mkdir(path, 0755); /* it may be there */
		*slash++ = '/';
	}
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

static inline void put(const struct folder *f, const char *name, const char *text)
{
	put_bytes(f, name, text, strlen(text));
}

static inline int read_again(struct folder *f)
{
	rule_files_deinit(&f->files);
	assert_int_equal(json_array_clear(f->faults), 0);
	return rule_files_read(f->path, &f->files, f->faults);
}

static inline void says(char out[1024], const json_t *faults)
{
	size_t i, used = 0;
	json_t *each;

	out[0] = '\0';
	json_array_foreach(faults, i, each)
		used += (size_t)snprintf(out + used, used < 1024 ? 1024 - used : 0, "%s:%d: %s\n",
					 json_member_text(each, "file"),
					 (int)json_member_integer(each, "line", -1),
					 json_member_text(each, "message"));
}

/* Reading must give exactly these paths, each with a blank behind it. */
static inline void reads(struct folder *f, const char *paths)
{
	char found[4096] = "", faults[1024];
	size_t i, used = 0;
	json_t *each;

	if (read_again(f) != 0) {
		says(faults, f->faults);
		fail_msg("refused: %s", faults);
	}
	assert_int_equal(json_array_size(f->faults), 0);
	json_array_foreach(f->files.files, i, each)
		used += (size_t)snprintf(found + used, sizeof found - used, "%s ",
					 json_member_text(each, "path"));
	assert_string_equal(found, paths);
}

/* Reading must fail with exactly these faults, "file:line: message\n" each. */
static inline void refuses(struct folder *f, const char *faults)
{
	char found[1024];

	assert_int_equal(read_again(f), AW_ESCRIPT);
	says(found, f->faults);
	assert_string_equal(found, faults);
	assert_null(f->files.files);
	assert_string_equal(f->files.digest, "");
}

/* What `sha256sum` says of a file with these bytes. */
static inline void sum(const char *bytes, size_t length, char out[65])
{
	char path[] = "/tmp/awardd-sum-XXXXXX", command[64];
	int fd = mkstemp(path);
	FILE *pipe;

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, bytes, length), length);
	assert_int_equal(close(fd), 0);
	snprintf(command, sizeof command, "sha256sum < %s", path);
	pipe = popen(command, "re");
	assert_non_null(pipe);
	assert_int_equal(fread(out, 1, 64, pipe), 64);
	out[64] = '\0';
	assert_int_equal(pclose(pipe), 0);
	assert_int_equal(unlink(path), 0);
}

#endif
