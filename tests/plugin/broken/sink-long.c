/* A sink that takes nothing, and says so at such length that its sentence is cut. */
#include "broken.h"

static int refuse(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	char message[1000] = "x";

	(void)state;
	for (size_t i = 1; i + 3 < sizeof message; i += 3)
		memcpy(message + i, "\xe2\x82\xac", 4);
	return host->refuse(call, AWARDD_LATER, message);
}

METHOD(sink, .kind = AWARDD_SINK, .name = NULL, .run = refuse);
static const struct awardd_offer *const offers[] = {&sink, NULL};

PLUGIN("sink-long", offers, .stop = NULL)
