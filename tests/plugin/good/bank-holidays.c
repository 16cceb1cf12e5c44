/* Words for rules: one as the guide has it, and some that go wrong. */
#include <awardd/plugin.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int answer(const struct awardd_host *host, struct awardd_call *call, const char *text)
{
	return host->answer(call, (struct awardd_text){text, strlen(text)});
}

static int is_holiday(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	static const char *const days[] = {"2026-01-01", "2026-04-03", "2026-12-25"};
	struct awardd_text day = host->get(call, "/arguments/0");
	const char *result = "false";

	if (state != NULL)
		return host->refuse(call, AWARDD_FAILED, "there is a state");
	if (day.bytes == NULL)
		return host->refuse(call, AWARDD_PARAMS, "a date is needed");
	for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
		if (strcmp(day.bytes, days[i]) == 0)
			result = "true";
	}
	return answer(host, call, result);
}

/* The arguments, as they came. */
static int same(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	(void)state;
	return host->answer(call, host->get(call, "/arguments"));
}

static int crash(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	(void)host;
	(void)state;
	(void)call;
	abort();
}

static int block(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	volatile int forever = 1;

	(void)host;
	(void)state;
	(void)call;
	while (forever)
		;
	return 0;
}

/* Some 0.1 s: longer than what an evaluator was given next is left with it alone. Each step
 * waits for the one before. */
static int dawdle(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	unsigned long long chaos = 1;

	(void)state;
	for (int i = 0; i < 75 * 1000 * 1000; i++)
		chaos = chaos * 6364136223846793005ULL + 1442695040888963407ULL;
	return answer(host, call, chaos != 0 ? "true" : "false");
}

/* Asks for what no word may have. */
static int look(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	(void)state;
	return answer(host, call, open("/etc/passwd", O_RDONLY) < 0 ? "false" : "true");
}

static int fraction(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	(void)state;
	return answer(host, call, "0.5");
}

static int babble(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	(void)state;
	return answer(host, call, "{\"half\":");
}

#define WORD(variable, its_name, function)                                                         \
	static const struct awardd_offer variable = {                                              \
		.size = sizeof variable, .kind = AWARDD_WORD, .name = its_name, .run = function}

WORD(word_holiday, "is-holiday", is_holiday);
WORD(word_same, "same", same);
WORD(word_crash, "crash", crash);
WORD(word_block, "block", block);
WORD(word_dawdle, "dawdle", dawdle);
WORD(word_look, "look", look);
WORD(word_fraction, "fraction", fraction);
WORD(word_babble, "babble", babble);
static const struct awardd_offer *const offers[] = {&word_holiday,  &word_same,   &word_crash,
						    &word_block,    &word_dawdle, &word_look,
						    &word_fraction, &word_babble, NULL};

static int start(const struct awardd_host *host, struct awardd_text settings, void **state)
{
	static int started;

	(void)host;
	(void)settings;
	*state = &started;
	return 0;
}

const struct awardd_plugin *awardd_plugin_v1(void)
{
	static const struct awardd_plugin me = {.size = sizeof me,
						.magic = AWARDD_MAGIC,
						.needs = AWARDD_ABI(1, 0),
						.name = "bank-holidays",
						.version = "1",
						.says = "Knows the bank holidays.",
						.offers = offers,
						.start = start};

	return &me;
}
