/* hello: a plugin with one of each: a method that greets, a sink that counts
 * entries, and a renderer that says a decision in a line of plain text. */
#include <awardd/plugin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct hello {
	char greeting[128];
	unsigned long long entries; /* since this process began */
};

static int answer_text(const struct awardd_host *host, struct awardd_call *call, const char *text)
{
	return host->answer(call, (struct awardd_text){text, strlen(text)});
}

/* ---- the method hello.greet ---------------------------------------------- */

static int greet(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	struct hello *hello = state;
	struct awardd_text who = host->get(call, "/params/who");
	char text[512], answer[1024];

	if (who.bytes == NULL)
		who = host->get(call, "/user");
	int length = snprintf(text, sizeof text, "%s, %s", hello->greeting, who.bytes);
	struct awardd_text quoted = {NULL, 0};
	if (length < (int)sizeof text)
		quoted = host->quote(call, (struct awardd_text){text, strlen(text)});
	if (quoted.bytes == NULL ||
	    snprintf(answer, sizeof answer, "{\"says\":%s,\"entries\":%llu}", quoted.bytes,
		     hello->entries) >= (int)sizeof answer)
		return host->refuse(call, AWARDD_PARAMS, "the name is too long to be greeted");
	return answer_text(host, call, answer);
}

static const struct awardd_offer greeting = {
	.size = sizeof greeting,
	.kind = AWARDD_METHOD,
	.name = "greet",
	.role = "any",
	.form = "[{\"name\": \"who\", \"type\": \"text\", \"max\": 200}]",
	.run = greet,
};

/* ---- the sink ------------------------------------------------------------- */

static int count(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	struct hello *hello = state;

	(void)host;
	(void)call;
	hello->entries++;
	return 0;
}

static const struct awardd_offer counter = {
	.size = sizeof counter,
	.kind = AWARDD_SINK,
	.run = count,
};

/* ---- the renderer ----------------------------------------------------------- */

static int render(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	struct awardd_text citation = host->get(call, "/entry/body/decision/outcome/citation");

	(void)state;
	return answer_text(host, call, citation.bytes != NULL ? citation.bytes : "No award.");
}

static const struct awardd_offer line = {
	.size = sizeof line,
	.kind = AWARDD_DECISION_RENDERER,
	.name = "text/plain",
	.run = render,
};

/* ---- the plugin -------------------------------------------------------------- */

/* Settings come as JSON. This one is short and flat enough to be cut out; a
 * plugin with many would use a JSON library. */
static int start(const struct awardd_host *host, struct awardd_text settings, void **state)
{
	struct hello *hello = calloc(1, sizeof *hello);

	if (hello == NULL)
		return -1;
	if (sscanf(settings.bytes, "{\"greeting\":\"%127[^\"\\]\"", hello->greeting) != 1) {
		host->log(host->ctx, AWARDD_ERROR, "the greeting may hold no \" and no \\");
		free(hello);
		return -1;
	}
	*state = hello;
	return 0;
}

static void stop(void *state)
{
	free(state);
}

static const struct awardd_offer *const offers[] = {&greeting, &counter, &line, NULL};

const struct awardd_plugin *awardd_plugin_v1(void)
{
	static const struct awardd_plugin me = {
		.size = sizeof me,
		.magic = AWARDD_MAGIC,
		.needs = AWARDD_ABI(1, 0),
		.name = "hello",
		.version = "1.0",
		.says = "Greets, counts entries, and says a decision in a line.",
		.settings = "[{\"name\": \"greeting\", \"type\": \"text\", \"max\": 100,"
			    "  \"default\": \"Hello\", \"says\": \"what is said first\"}]",
		.offers = offers,
		.start = start,
		.stop = stop,
	};

	return &me;
}
