/* Pictures and papers that plugins make: of one entry, or of the register. */
#include <errno.h>

#include "ctl/deliver.h"
#include "ctl/verb.h"
#include "tlog/tlog.h"

static int show(const struct session *s, const char *answered)
{
	struct err e = {.status = 0};
	json_t *result = json_read(text_of(answered), &e);
	const json_t *text = json_member(result, "text");
	const json_t *coded = json_member(result, "base64");
	struct buffer bytes;
	int status;

	buffer_init(&bytes);
	bool fits = json_is_string(text)
			    ? buffer_append(&bytes, json_string_value(text),
					    json_string_length(text)) == 0
			    : json_is_string(coded) &&
				      base64_read((struct text){json_string_value(coded),
								json_string_length(coded)},
						  &bytes);
	if (fits)
		status = deliver(s, &bytes, json_is_string(text));
	else if (e.status == -ENOMEM || buffer_status(&bytes) != 0)
		status = session_say(s, EXIT_UNEXPECTED, "no memory for the answer");
	else
		status = session_say(s, EXIT_UNEXPECTED, "the daemon answered what is no picture");
	buffer_deinit(&bytes);
	json_decref(result);
	return status;
}

/* Takes the params. */
static int render(struct session *s, const char *method, json_t *params)
{
	const char *media_type = session_option(s, OPTION_AS);
	const char *plugin = session_option(s, OPTION_PLUGIN);
	struct awardd_answer answer;

	if (media_type == NULL) {
		json_decref(params);
		return session_say(s, EXIT_USAGE, "say as what, with --as MEDIA: image/svg+xml");
	}
	if (json_put(params, "media_type", json_string(media_type)) != 0 ||
	    (plugin != NULL && json_put(params, "plugin", json_string(plugin)) != 0)) {
		json_decref(params);
		return session_unmade(s, (const char *[]){media_type, plugin, NULL});
	}
	awardd_answer_init(&answer);
	int status = session_ask(s, method, params, &answer);
	if (status == EXIT_REFUSED)
		session_refusal(s, "", &answer);
	if (status == EXIT_DONE)
		status = s->json ? session_print_json(s, answer.result, true)
				 : show(s, answer.result);
	awardd_answer_deinit(&answer);
	return status;
}

int verb_decisions_render(struct session *s)
{
	json_t *params;
	int status = session_entry(s, &params);

	return status != EXIT_DONE ? status : render(s, "decisions.render", params);
}

int verb_register_render(struct session *s)
{
	static const enum option options[] = {OPTION_ON, OPTION_COUNT};
	json_t *params;
	int status = session_filters(s, options, &params);

	return status != EXIT_DONE ? status : render(s, "register.render", params);
}
