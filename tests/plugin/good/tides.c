/* Another plugin with a word, for folders that hold more than the rules of a log need. */
#include <awardd/plugin.h>

#include <string.h>

static int height(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	static const char metres[] = "4";

	(void)state; /* a word has none */
	return host->answer(call, (struct awardd_text){metres, strlen(metres)});
}

static const struct awardd_offer word = {
	.size = sizeof word,
	.kind = AWARDD_WORD,
	.name = "height",
	.run = height,
};
static const struct awardd_offer *const offers[] = {&word, NULL};

AWARDD_EXPORT const struct awardd_plugin *awardd_plugin_v1(void)
{
	static const struct awardd_plugin me = {
		.size = sizeof me,
		.magic = AWARDD_MAGIC,
		.needs = AWARDD_ABI(1, 0),
		.name = "tides",
		.version = "1",
		.says = "How high the tide is.",
		.offers = offers,
	};
	return &me;
}
