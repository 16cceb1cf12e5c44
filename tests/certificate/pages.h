/* The calls in calls/, the certificates made of them, and programs that read these. */
#ifndef TEST_CERTIFICATE_PAGES_H
#define TEST_CERTIFICATE_PAGES_H

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

#include "certificate.h"

#define FOLDER AWARDD_SOURCE "/tests/certificate"

enum { NAMES_MAX = 64, PATH_TEXT = 512, PROGRAM_TEXT = 1 << 16 };

struct names {
	char list[NAMES_MAX][64];
	size_t count;
};

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* The names of all calls, without ".json", in order. */
static inline void call_names(struct names *n)
{
	DIR *dir = opendir(FOLDER "/calls");
	struct dirent *each;

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

static inline json_t *call_read(const char *name)
{
	char path[PATH_TEXT];
	json_error_t e;

	(void)snprintf(path, sizeof path, FOLDER "/calls/%s.json", name);
	json_t *call = json_load_file(path, 0, &e);
	if (call == NULL)
		fail_msg("%s: %s", path, e.text);
	return call;
}

/* What was configured: the call's member "settings", where it has one. */
static inline struct certificate_settings settings_of(const json_t *call)
{
	const json_t *own = json_object_get(call, "settings");

	if (own == NULL)
		return (struct certificate_settings){"https://awards.example/decisions",
						     "The Awarding Body",
						     "Chair of the awarding body"};
	return (struct certificate_settings){json_string_value(json_object_get(own, "base-url")),
					     json_string_value(json_object_get(own, "body")),
					     json_string_value(json_object_get(own, "signatory"))};
}

struct page {
	json_t *call;
	struct certificate certificate;
	char *svg;
};

/* The certificate of a call in calls/. */
static inline void page_make(struct page *p, const char *name)
{
	const char *problem;
	size_t length;

	p->call = call_read(name);
	struct certificate_settings settings = settings_of(p->call);
	assert_int_equal(certificate_read(&p->certificate, p->call, &settings, &problem), 0);
	assert_int_equal(certificate_draw(&p->certificate, &p->svg, &length, &problem), 0);
	assert_int_equal(strlen(p->svg), length);
}

static inline void page_free(struct page *p)
{
	certificate_deinit(&p->certificate);
	json_decref(p->call);
	free(p->svg);
}

static inline void bytes_write(const char *path, const char *bytes, size_t length)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, length, f), length);
	assert_int_equal(fclose(f), 0);
}

/* What a program says, to be freed. */
__attribute__((format(printf, 1, 2))) static inline char *program_says(const char *format, ...)
{
	char command[2 * PATH_TEXT], *out = malloc(PROGRAM_TEXT);
	va_list args;

	va_start(args, format);
	(void)vsnprintf(command, sizeof command, format, args);
	va_end(args);
	assert_non_null(out);
	FILE *from = popen(command, "r");
	assert_non_null(from);
	size_t length = fread(out, 1, PROGRAM_TEXT - 1, from);
	assert_true(length < PROGRAM_TEXT - 1);
	out[length] = '\0';
	(void)pclose(from); /* a reader that finds nothing says so by its status, too */
	return out;
}

#endif
