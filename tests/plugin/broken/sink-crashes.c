/* A sink that every entry kills. */
#include "broken.h"

static int crash(const struct awardd_host *host, void *state, struct awardd_call *call)
{
	(void)host;
	(void)state;
	(void)call;
	abort();
}

METHOD(sink, .kind = AWARDD_SINK, .name = NULL, .run = crash);
static const struct awardd_offer *const offers[] = {&sink, NULL};

PLUGIN("sink-crashes", offers, .stop = NULL)
