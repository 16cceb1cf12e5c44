/* Renders by giving back all that it was given, or bytes that are no text. */
#include <awardd/plugin.h>

static int draw(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	(void)state;
	return host->answer(call, host->get(call, ""));
}

static int bytes(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	(void)state;
	return host->answer(call, (struct awardd_text){"\0\1\376\377", 4});
}

static const struct awardd_offer decision = {.size = sizeof decision,
					     .kind = AWARDD_DECISION_RENDERER,
					     .name = "application/json",
					     .run = draw};
static const struct awardd_offer binary = {.size = sizeof binary,
					   .kind = AWARDD_DECISION_RENDERER,
					   .name = "application/octet-stream",
					   .run = bytes};
static const struct awardd_offer same = {
	.size = sizeof same, .kind = AWARDD_DECISION_RENDERER, .name = "text/x-id", .run = bytes};
static const struct awardd_offer all = {.size = sizeof all,
					.kind = AWARDD_REGISTER_RENDERER,
					.name = "application/json",
					.run = draw};
static const struct awardd_offer *const offers[] = {&decision, &binary, &same, &all, NULL};

const struct awardd_plugin *awardd_plugin_v1(void)
{
	static const struct awardd_plugin me = {.size = sizeof me,
						.magic = AWARDD_MAGIC,
						.needs = AWARDD_ABI(1, 0),
						.name = "draw",
						.version = "1",
						.says = "Shows what renderers get.",
						.offers = offers};

	return &me;
}
