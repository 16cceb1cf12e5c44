/* The plugin: which picture is made for which call, in which format. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <awardd/plugin.h>

#include "picture.h"
#include "raster.h"

/* An answer may not be longer. */
enum { ANSWER_MOST = 16 << 20 };

typedef int (*draw_fn)(struct picture *out, json_t *call);

static int refuse(const struct awardd_host *host, struct awardd_call *call, int rv,
		  const char *problem)
{
	return host->refuse(call, rv == -ENOMEM ? AWARDD_LATER : AWARDD_ABSENT,
			    rv == -ENOMEM ? "there is not enough memory for this picture"
					  : problem);
}

static int answer(const struct awardd_host *host, struct awardd_call *call, const char *bytes,
		  size_t length)
{
	if (length > ANSWER_MOST)
		return host->refuse(call, AWARDD_FAILED, "the picture is longer than 16 MiB");
	return host->answer(call, (struct awardd_text){bytes, length});
}

static int answer_raster(const struct awardd_host *host, struct awardd_call *call,
			 const struct picture *p, const char *day)
{
	const char *type = host->get(call, "/media_type").bytes;
	struct raster out;
	int rv = strncmp(type, "image/png", 9) == 0 ? raster_png(p, &out)
						    : raster_pdf(p, day, &out);

	if (rv == -ENOMEM)
		return refuse(host, call, rv, NULL);
	if (rv != 0)
		return host->refuse(call, AWARDD_FAILED, out.problem);
	rv = answer(host, call, out.bytes, out.length);
	free(out.bytes);
	return rv;
}

/* The day that the picture shows: it may only change with what is drawn. */
static const char *day_of(json_t *call)
{
	const json_t *day = json_object_get(call, "today");

	return json_string_value(day != NULL ? day : json_object_get(call, "on"));
}

static int run(const struct awardd_host *host, struct awardd_call *call, draw_fn draw)
{
	struct awardd_text whole = host->get(call, ""), type = host->get(call, "/media_type");
	json_t *document = json_loadb(whole.bytes, whole.length, 0, NULL);
	struct picture p = {.svg = NULL};

	if (document == NULL || type.bytes == NULL) {
		json_decref(document);
		return host->refuse(call, AWARDD_FAILED, "the call cannot be read");
	}
	int rv = draw(&p, document);
	if (rv != 0)
		rv = refuse(host, call, rv, p.problem);
	else if (strncmp(type.bytes, "image/svg+xml", 13) == 0)
		rv = answer(host, call, p.svg, p.length);
	else
		rv = answer_raster(host, call, &p, day_of(document));
	picture_deinit(&p);
	json_decref(document);
	return rv;
}

static int draw_profile(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	(void)state;
	return run(host, call, picture_profile);
}

static int draw_course(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	(void)state;
	return run(host, call, picture_course);
}

static int draw_national(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	(void)state;
	return run(host, call, picture_national);
}

#define OFFER(its_kind, its_name, its_run)                                                         \
	&(const struct awardd_offer)                                                               \
	{                                                                                          \
		.size = sizeof(struct awardd_offer), .kind = (its_kind), .name = (its_name),       \
		.run = (its_run)                                                                   \
	}

static const struct awardd_offer *const offers[] = {
	OFFER(AWARDD_DECISION_RENDERER, "image/svg+xml", draw_profile),
	OFFER(AWARDD_DECISION_RENDERER, "image/png", draw_profile),
	OFFER(AWARDD_DECISION_RENDERER, "application/pdf", draw_profile),
	OFFER(AWARDD_DECISION_RENDERER, "image/svg+xml;picture=course", draw_course),
	OFFER(AWARDD_DECISION_RENDERER, "image/png;picture=course", draw_course),
	OFFER(AWARDD_DECISION_RENDERER, "application/pdf;picture=course", draw_course),
	OFFER(AWARDD_REGISTER_RENDERER, "image/svg+xml", draw_national),
	OFFER(AWARDD_REGISTER_RENDERER, "image/png", draw_national),
	OFFER(AWARDD_REGISTER_RENDERER, "application/pdf", draw_national),
	NULL};

const struct awardd_plugin *awardd_plugin_v1(void)
{
	static const struct awardd_plugin me = {
		.size = sizeof me,
		.magic = AWARDD_MAGIC,
		.needs = AWARDD_ABI(1, 0),
		.name = "profile",
		.version = "1",
		.says = "Draws benchmark profiles, courses and the national picture.",
		.offers = offers,
	};

	return &me;
}
