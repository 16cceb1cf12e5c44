/*
 * golden: calls of renderers in FOLDER/calls, and in FOLDER/golden what they must give, byte for
 * byte. What comes out otherwise is left in the build folder: look at it, then copy it to golden/.
 */
#ifndef TEST_GOLDEN_H
#define TEST_GOLDEN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <jansson.h>
#include <locale.h>
#include <sys/stat.h>

enum { NAMES_MAX = 64, PATH_TEXT = 512 };

struct names {
	char list[NAMES_MAX][128];
	size_t count;
};

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* The names of all calls, without ".json", in order. */
static inline void golden_names(const char *folder, struct names *n)
{
	char path[PATH_TEXT];
	struct dirent *each;

	(void)snprintf(path, sizeof path, "%s/calls", folder);
	DIR *dir = opendir(path);
	assert_non_null(dir);
	n->count = 0;
	while ((each = readdir(dir)) != NULL) {
		const char *end = strstr(each->d_name, ".json");

		if (end == NULL)
			continue;
		assert_true(n->count < NAMES_MAX);
		(void)snprintf(n->list[n->count++], sizeof n->list[0], "%.*s",
			       (int)(end - each->d_name), each->d_name);
	}
	(void)closedir(dir);
	qsort(n->list, n->count, sizeof n->list[0], compare_names);
	assert_true(n->count > 25);
}

static inline json_t *golden_call(const char *folder, const char *name)
{
	char path[PATH_TEXT];
	json_error_t e;

	(void)snprintf(path, sizeof path, "%s/calls/%s.json", folder, name);
	json_t *call = json_load_file(path, 0, &e);
	if (call == NULL)
		fail_msg("%s: %s", path, e.text);
	return call;
}

static inline void golden_write(const char *path, const char *bytes, size_t length)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, length, f), length);
	assert_int_equal(fclose(f), 0);
}

/* Whether `svg` is what stands in golden/ by that name. */
static inline bool golden_is(const char *folder, const char *name, const char *svg)
{
	char path[PATH_TEXT], *text = NULL;
	size_t size = 0;

	(void)snprintf(path, sizeof path, "%s/golden/%s.svg", folder, name);
	FILE *f = fopen(path, "r");
	bool same = f != NULL && getdelim(&text, &size, '\0', f) >= 0 && strcmp(text, svg) == 0;
	if (f != NULL)
		(void)fclose(f); /* only read from */
	free(text);
	return same;
}

/* Draws every call; each must be as in golden/. What `draw` gives is freed. */
static inline void golden_compare(const char *folder, const char *drawn,
				  char *(*draw)(const char *name))
{
	struct names n;
	size_t other = 0;

	golden_names(folder, &n);
	(void)mkdir(drawn, 0777); /* it may be there */
	for (size_t i = 0; i < n.count; i++) {
		char path[PATH_TEXT], *svg = draw(n.list[i]);

		if (!golden_is(folder, n.list[i], svg)) {
			(void)snprintf(path, sizeof path, "%s/%s.svg", drawn, n.list[i]);
			golden_write(path, svg, strlen(svg));
			print_error("%s is not as in golden/: see %s\n", n.list[i], path);
			other++;
		}
		free(svg);
	}
	assert_int_equal(other, 0);
}

/* Draws it under other locales: writers of numbers follow them where they are let. */
static inline void golden_in_locales(const char *folder, const char *name,
				     char *(*draw)(const char *name))
{
	static const char *const locales[] = {"C.UTF-8", "de_DE.UTF-8", "hi_IN.UTF-8"};

	for (size_t i = 0; i < sizeof locales / sizeof *locales; i++) {
		(void)setlocale(LC_ALL, locales[i]); /* those that are not there stay out */
		char *svg = draw(name);
		assert_true(golden_is(folder, name, svg));
		free(svg);
	}
	(void)setlocale(LC_ALL, "C");
}

#endif
