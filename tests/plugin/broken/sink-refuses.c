/* A sink that takes nothing. */
#include "broken.h"

static int refuse(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	(void)state;
	return host->refuse(call, AWARDD_LATER, "the place is closed");
}

METHOD(sink, .kind = AWARDD_SINK, .name = NULL, .run = refuse);
static const struct awardd_offer *const offers[] = {&sink, NULL};

PLUGIN("sink-refuses", offers, .stop = NULL)
