/* The calls in calls/, the certificates made of them, and programs that read these. */
#ifndef TEST_CERTIFICATE_PAGES_H
#define TEST_CERTIFICATE_PAGES_H

#include "certificate.h"
#include "golden.h"

#define FOLDER AWARDD_SOURCE "/tests/certificate"

enum { PROGRAM_TEXT = 1 << 16 };

static inline void call_names(struct names *n)
{
	golden_names(FOLDER, n);
}

static inline json_t *call_read(const char *name)
{
	return golden_call(FOLDER, name);
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
