/*
 * rig: a configuration read from arguments and a file of the test's own.
 */
#ifndef AW_TESTS_CONFIG_RIG_H
#define AW_TESTS_CONFIG_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/config.h"

enum { RIG_ARGUMENTS = 24 };

/* One test's file, and what was read last. */
struct rig {
	char folder[40], path[64];
	struct config *config;
	enum config_action action;
	struct err e;
};

static inline int rig_setup(void **state)
{
	struct rig *r = calloc(1, sizeof *r);

	if (r == NULL)
		return -1;
	snprintf(r->folder, sizeof r->folder, "/tmp/awardd-config-XXXXXX");
	if (mkdtemp(r->folder) == NULL)
		return -1;
	snprintf(r->path, sizeof r->path, "%s/conf", r->folder);
	*state = r;
	return 0;
}

static inline int rig_teardown(void **state)
{
	struct rig *r = *state;

	config_free(&r->config);
	(void)unlink(r->path); /* it may not be there */
	if (rmdir(r->folder) != 0)
		return -1;
	free(r);
	return 0;
}

#define with_rig(test) cmocka_unit_test_setup_teardown(test, rig_setup, rig_teardown)

static inline void rig_write_bytes(const struct rig *r, const char *bytes, size_t length)
{
	FILE *file = fopen(r->path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

static inline void rig_write(const struct rig *r, const char *text)
{
	rig_write_bytes(r, text, strlen(text));
}

/* Reads a command line, ended by NULL. "FILE" stands for the rig's file. */
static inline int rig_read(struct rig *r, const char *const *arguments)
{
	char *argv[RIG_ARGUMENTS] = {strdup("awardd")};
	int argc = 1, rv;

	config_free(&r->config);
	r->e = (struct err){0};
	for (; *arguments != NULL; arguments++) {
		assert_in_range(argc, 1, RIG_ARGUMENTS - 2);
		argv[argc++] = strdup(strcmp(*arguments, "FILE") == 0 ? r->path : *arguments);
	}
	rv = config_read(argc, argv, &r->config, &r->action, &r->e);
	while (argc > 0)
		free(argv[--argc]);
	return rv;
}

/* The arguments are words; they must be read. */
#define READS(r, ...)                                                                              \
	do {                                                                                       \
		if (rig_read(r, (const char *const[]){__VA_ARGS__, NULL}) != 0)                    \
			fail_msg("refused: %s", (r)->e.text);                                      \
		assert_non_null((r)->config);                                                      \
	} while (0)

/* They must be refused, with exactly this sentence. */
#define REFUSES(r, sentence, ...)                                                                  \
	do {                                                                                       \
		assert_int_equal(rig_read(r, (const char *const[]){__VA_ARGS__, NULL}),            \
				 AW_EINVALID);                                                     \
		assert_int_equal((r)->e.status, AW_EINVALID);                                      \
		assert_string_equal((r)->e.text, sentence);                                        \
		assert_null((r)->config);                                                          \
	} while (0)

#endif
