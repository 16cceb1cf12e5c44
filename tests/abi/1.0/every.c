/* A plugin of every kind, built for ever against the header of version 1.0. */
#include "plugin.h"

#include <stddef.h>
#include <string.h>

#define AT(type, member, offset)                                                                   \
	_Static_assert(offsetof(struct type, member) == (offset), #type "." #member)

AT(awardd_text, bytes, 0);
AT(awardd_text, length, 8);
AT(awardd_host, size, 0);
AT(awardd_host, abi, 4);
AT(awardd_host, ctx, 8);
AT(awardd_host, log, 16);
AT(awardd_host, get, 24);
AT(awardd_host, quote, 32);
AT(awardd_host, answer, 40);
AT(awardd_host, refuse, 48);
AT(awardd_offer, size, 0);
AT(awardd_offer, kind, 4);
AT(awardd_offer, name, 8);
AT(awardd_offer, role, 16);
AT(awardd_offer, form, 24);
AT(awardd_offer, run, 32);
AT(awardd_plugin, size, 0);
AT(awardd_plugin, magic, 4);
AT(awardd_plugin, needs, 8);
AT(awardd_plugin, zero, 12);
AT(awardd_plugin, name, 16);
AT(awardd_plugin, version, 24);
AT(awardd_plugin, says, 32);
AT(awardd_plugin, settings, 40);
AT(awardd_plugin, offers, 48);
AT(awardd_plugin, start, 56);
AT(awardd_plugin, stop, 64);

static int answer(const struct awardd_host *host, struct awardd_call *call, const char *text)
{
	return host->answer(call, (struct awardd_text){text, strlen(text)});
}

static int sink(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	int *entries = state;

	if (host->get(call, "/entry/id").bytes == NULL)
		return host->refuse(call, AWARDD_FAILED, "an entry without an id");
	++*entries;
	return 0;
}

static int method(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	struct awardd_text text = host->quote(call, host->get(call, "/params/text"));

	if (state == NULL || host->abi < AWARDD_ABI(1, 0) || host->size < 56)
		return host->refuse(call, AWARDD_FAILED, "not the host that was promised");
	if (text.bytes == NULL)
		return host->refuse(call, AWARDD_PARAMS, "no text");
	return host->answer(call, text);
}

static int decision(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	(void)state;
	return host->answer(call, host->get(call, "/entry/id"));
}

static int whole_register(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	(void)state;
	return host->answer(call, host->get(call, "/awards"));
}

static int word(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	if (state != NULL)
		return -1;
	return answer(host, call, host->get(call, "/arguments/0").bytes != NULL ? "true" : "false");
}

static const struct awardd_offer offer_sink = {
	.size = sizeof offer_sink, .kind = AWARDD_SINK, .run = sink};
static const struct awardd_offer offer_method = {
	.size = sizeof offer_method,
	.kind = AWARDD_METHOD,
	.name = "say",
	.role = "any",
	.form = "[{\"name\":\"text\",\"type\":\"text\",\"required\":true}]",
	.run = method};
static const struct awardd_offer offer_decision = {.size = sizeof offer_decision,
						   .kind = AWARDD_DECISION_RENDERER,
						   .name = "text/x-id",
						   .run = decision};
static const struct awardd_offer offer_register = {.size = sizeof offer_register,
						   .kind = AWARDD_REGISTER_RENDERER,
						   .name = "text/x-awards",
						   .run = whole_register};
static const struct awardd_offer offer_word = {
	.size = sizeof offer_word, .kind = AWARDD_WORD, .name = "is-given", .run = word};
static const struct awardd_offer *const offers[] = {&offer_sink,     &offer_method, &offer_decision,
						    &offer_register, &offer_word,   NULL};

static int start(const struct awardd_host *host, struct awardd_text settings, void **state)
{
	static int entries;

	host->log(host->ctx, AWARDD_NOTICE, settings.bytes);
	*state = &entries;
	return 0;
}

static void stop(void *state)
{
	int *entries = state;

	*entries = 0;
}

const struct awardd_plugin *awardd_plugin_v1(void)
{
	static const struct awardd_plugin me = {
		.size = sizeof me,
		.magic = AWARDD_MAGIC,
		.needs = AWARDD_ABI(1, 0),
		.name = "every",
		.version = "1.0",
		.says = "Offers something of every kind of version 1.0.",
		.settings = "[{\"name\":\"depth\",\"type\":\"integer\",\"default\":3,"
			    "\"says\":\"how deep\"}]",
		.offers = offers,
		.start = start,
		.stop = stop};

	return &me;
}
