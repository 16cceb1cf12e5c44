/* The plugin: its settings, and what is answered to a call. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <awardd/plugin.h>

#include "certificate.h"

/* What was configured; the settings borrow from the document. */
struct issuer {
	json_t *document;
	struct certificate_settings settings;
};

static int refuse(const struct awardd_host *host, struct awardd_call *call, int rv,
		  const char *problem)
{
	if (rv == -ENOMEM)
		return host->refuse(call, AWARDD_LATER,
				    "there is not enough memory for this certificate");
	return host->refuse(call, AWARDD_ABSENT, problem);
}

static int make_pdf(const struct certificate *c, const char *page, const char *day, char **bytes,
		    size_t *length, const char **problem)
{
	char *title = certificate_title(c);
	int rv = title != NULL ? certificate_pdf(page, title, day, bytes, length, problem)
			       : -ENOMEM;

	free(title);
	return rv;
}

static int answer(const struct awardd_host *host, struct awardd_call *call,
		  const struct certificate *c)
{
	const char *problem, *type = host->get(call, "/media_type").bytes;
	char *page = NULL, *made = NULL;
	size_t length;
	int rv = certificate_draw(c, &page, &length, &problem);

	if (rv == 0 && type != NULL && strcmp(type, "application/pdf") == 0)
		rv = make_pdf(c, page, host->get(call, "/today").bytes, &made, &length, &problem);
	else if (rv == 0)
		rv = certificate_svg(page, &made, &length, &problem);
	rv = rv == 0 ? host->answer(call, (struct awardd_text){made, length})
		     : refuse(host, call, rv, problem);
	free(made);
	free(page);
	return rv;
}

static int run(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	const struct issuer *issuer = state;
	struct awardd_text whole = host->get(call, "");
	json_t *document = json_loadb(whole.bytes, whole.length, 0, NULL);
	struct certificate c;
	const char *problem;

	if (document == NULL)
		return host->refuse(call, AWARDD_FAILED, "the call cannot be read");
	int rv = certificate_read(&c, document, &issuer->settings, &problem);
	if (rv == -EINVAL && issuer->settings.base_url == NULL)
		rv = host->refuse(call, AWARDD_FAILED, problem); /* nothing is absent */
	else
		rv = rv == 0 ? answer(host, call, &c) : refuse(host, call, rv, problem);
	certificate_deinit(&c);
	json_decref(document);
	return rv;
}

/* ---- settings --------------------------------------------------------------------- */

/* Printed and scanned: plain characters without spaces. */
static bool is_address(const char *text)
{
	bool web = strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0;

	for (; web && *text != '\0'; text++)
		web = *text > ' ' && *text < 0x7f && strchr("\"<>\\^`{|}?#", *text) == NULL;
	return web;
}

static void stop(void *state)
{
	struct issuer *issuer = state;

	json_decref(issuer->document);
	free(issuer);
}

static int start(const struct awardd_host *host, struct awardd_text settings, void **state)
{
	struct issuer *issuer = calloc(1, sizeof *issuer);

	errno = 0;
	if (issuer != NULL)
		issuer->document = json_loadb(settings.bytes, settings.length, 0, NULL);
	/* Jansson may leave out a byte that it finds no memory for. */
	if (issuer == NULL || issuer->document == NULL || errno == ENOMEM) {
		host->log(host->ctx, AWARDD_ERROR, "no memory for the settings");
		if (issuer != NULL)
			stop(issuer);
		return -1;
	}
	struct certificate_settings *s = &issuer->settings;
	s->base_url = json_string_value(json_object_get(issuer->document, "base-url"));
	s->body = json_string_value(json_object_get(issuer->document, "body"));
	s->signatory = json_string_value(json_object_get(issuer->document, "signatory"));
	if (s->base_url != NULL && !is_address(s->base_url)) {
		host->log(host->ctx, AWARDD_ERROR,
			  "base-url must begin with https:// or http://, without spaces, ? or #");
		stop(issuer);
		return -1;
	}
	*state = issuer;
	return 0;
}

static const struct awardd_offer svg = {
	.size = sizeof svg, .kind = AWARDD_DECISION_RENDERER, .name = "image/svg+xml", .run = run};
static const struct awardd_offer pdf = {.size = sizeof pdf,
					.kind = AWARDD_DECISION_RENDERER,
					.name = "application/pdf",
					.run = run};
static const struct awardd_offer *const offers[] = {&svg, &pdf, NULL};

const struct awardd_plugin *awardd_plugin_v1(void)
{
	static const struct awardd_plugin me = {
		.size = sizeof me,
		.magic = AWARDD_MAGIC,
		.needs = AWARDD_ABI(1, 0),
		.name = "certificate",
		.version = "1",
		.says = "Makes certificates of awards, to be printed.",
		.settings =
			"[{\"name\": \"base-url\", \"type\": \"text\", \"max\": 120,"
			"  \"says\": \"where decisions can be checked: a certificate names BASE/ID\"},"
			" {\"name\": \"body\", \"type\": \"text\", \"max\": 120,"
			"  \"says\": \"the awarding body's name, at the top\"},"
			" {\"name\": \"signatory\", \"type\": \"text\", \"max\": 80,"
			"  \"says\": \"what stands below the line for signing, an office; none: no line\"}]",
		.offers = offers,
		.start = start,
		.stop = stop,
	};

	return &me;
}
