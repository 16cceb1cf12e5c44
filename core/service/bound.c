/* The bound: how many past decisions a change of the rules may change. */
#include <errno.h>
#include <string.h>

#include "service/activation.h"

bool bound_is_asked(const struct activation *a)
{
	const struct service *s = a->service;

	return config_text(s->options.config, CONFIG_MAX_IMPACT)[0] != '\0' && !a->starts &&
	       a->source != SOURCE_LOG && s->current != NULL &&
	       strcmp(generation_digest(s->current), generation_digest(a->fresh)) != 0;
}

/* The bytes that were read, and will be logged: [{"path", "text"}]. */
static json_t *list_files(const struct activation *a)
{
	json_t *list = json_array(), *file;
	size_t i;

	json_array_foreach(json_object_get(a->about, "files"), i, file) {
		if (json_array_append_new(list, json_pack("{sO sO}", "path",
							  json_object_get(file, "path"), "text",
							  json_array_get(a->texts, i))) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/* It stopped counting at the first too many. */
static json_t *say_too_many(const struct config *config, unsigned long changed, unsigned most)
{
	return json_sprintf(
		"would change at least %lu past decision%s, and at most %u %s allowed "
		"(max-impact): `awardctl rules impact %s --log %s` shows which; to have "
		"them all the same, restart awardd, or raise max-impact",
		changed, changed == 1 ? "" : "s", most, most == 1 ? "is" : "are",
		config_text(config, CONFIG_RULES), config_text(config, CONFIG_LOG));
}

static void on_counted(void *ctx, int status, unsigned long changed, const struct err *e)
{
	struct activation *a = ctx;
	unsigned most = config_number(a->service->options.config, CONFIG_MAX_IMPACT);
	json_t *said = NULL, *faults = NULL;

	a->measuring = NULL;
	if (status == 0 && changed > most)
		said = say_too_many(a->service->options.config, changed, most);
	else if (status != 0 && status != -ECANCELED && status != -ENOMEM)
		said = json_sprintf("how many past decisions would change (max-impact) cannot be "
				    "told: %s",
				    e->text);
	else {
		a->measured(a, status, NULL);
		return;
	}
	faults = json_pack("[{ss si so}]", "file", "", "line", 0, "message", said);
	a->measured(a, faults != NULL ? AW_ESCRIPT : -ENOMEM, faults);
	json_decref(faults);
}

int bound_open(struct activation *a, gate_cb measured)
{
	const struct service_options *o = &a->service->options;

	const struct impact_limit limit = {
		.loop = o->pool.loop,
		.log = config_text(o->config, CONFIG_LOG),
		.program = o->pool.program,
		.words = o->pool.words,
		.against = generation_digest(a->service->current),
		.candidate = list_files(a),
		.most = config_number(o->config, CONFIG_MAX_IMPACT),
	};
	a->measured = measured;
	int rv = limit.candidate != NULL ? impact_count(&limit, on_counted, a, &a->measuring)
					 : -ENOMEM;
	json_decref(limit.candidate);
	return rv;
}

void bound_cancel(struct activation *a)
{
	if (a->measuring != NULL)
		impact_count_cancel(a->measuring);
}
